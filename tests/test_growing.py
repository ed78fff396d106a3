"""Games that grow count the images shown, restart their optimizers where a level enters, and check their schedule."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.growing import Growing, restart


class Base:
    """What the mixin needs of a game."""

    image_shape = (28, 28, 1)

    def __init__(self):
        self.weight = keras.Variable([1.0])
        self.optimizers = {"player": keras.optimizers.Adam(0.25)}
        self.optimizers["player"].build([self.weight])

    def scalar(self, name, dtype):
        return keras.Variable(0, dtype=dtype, trainable=False, name=name)

    def train_step(self, data):
        self.optimizers["player"].apply([tf.constant([1.0])])
        return self.after_step({"loss": 0.5})

    def after_step(self, logs):
        return {"own": 7.0}


class Game(Growing, Base):
    def __init__(self, *schedule):
        super().__init__()
        self.grow(*schedule)


def test_every_image_of_a_step_counts():
    """Levels 14 and 28; 4 images at the first, 8 to fade in the second."""
    game, batch = Game(14, 4, 8), np.zeros((4, 28, 28, 1), "float32")
    assert game.sides == (14, 28)
    found = []
    for _ in range(4):
        found.append((float(game.lod), game.train_step(batch), int(game.optimizers["player"].iterations)))
    assert [lod for lod, *_ in found] == [1.0, 1.0, 0.5, 0.0]
    assert [float(logs["lod"]) for _, logs, _ in found] == [1.0, 1.0, 0.5, 0.0]
    assert all(logs["own"] == 7.0 for _, logs, _ in found)
    assert [count for *_, count in found] == [1, 0, 0, 1]  # the level enters in step 2, is complete after step 3
    assert int(game.images_seen.numpy()) == 16


def test_the_level_that_is_asked_for():
    """A number where there is one: a graph at a tensor's level would hold all."""
    game = Game(14, 4, 8)
    assert game.lod_or_now(0.5) == 0.5
    assert isinstance(game.lod_or_now(None), float) and game.lod_or_now(None) == 1.0
    assert tf.is_tensor(tf.function(lambda: game.lod_or_now(None))())


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ((12, 4, 8), r"initial_side: .*\(7, 14, 28\), found 12"),
        ((None, 0, 0), "not both 0, found 0 and 0"),
        ((None, -1, 8), "found -1 and 8"),
        ((None, 4, -8), "found 4 and -8"),
    ],
)
def test_bad_schedules_are_named(schedule, message):
    with pytest.raises(ZooError, match=message):
        Game(*schedule)


def test_restart_keeps_the_rate():
    weight = keras.Variable([1.0, 2.0])
    optimizer = keras.optimizers.Adam(0.25, beta_1=0.5)
    optimizer.build([weight])
    optimizer.apply([tf.constant([1.0, -1.0])])
    kept = [v.numpy() for v in optimizer.variables]
    restart(optimizer, tf.constant(False))
    assert all(np.array_equal(a, v.numpy()) for a, v in zip(kept, optimizer.variables, strict=True))
    restart(optimizer, tf.constant(True))
    assert float(optimizer.learning_rate) == 0.25 and int(optimizer.iterations) == 0
    assert all(not v.numpy().any() for v in optimizer.variables if v.name != "learning_rate")
    scaled = keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=64.0)
    scaled.build([weight])
    restart(scaled, tf.constant(True))
    assert float(scaled.scale_loss(1.0)) == 64.0
