import keras
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo.schedules import LinearDecay


def test_cyclegans_factor():
    factor = LinearDecay(1.0, 100, 100)
    assert [float(factor(e)) for e in (0, 50, 100)] == [1.0, 1.0, 1.0]
    assert float(factor(150)) == pytest.approx(1 - 50 / 101) and float(factor(150)) == pytest.approx(0.5, abs=0.01)
    assert 0 < float(factor(199)) < 0.03 and float(factor(1000)) == 0.0


def test_it_is_saved_and_read_at_every_move(tmp_path):
    model = zoo.create("gan", image_shape=(2,), width=4)
    model.compile({p: keras.optimizers.SGD(LinearDecay(0.5, 1, 3)) for p in model.players})
    data = tf.data.Dataset.from_tensors(model.example_batch(4)).repeat(3)
    model.fit(data, verbose=0)
    model.save(tmp_path / "model.keras")
    for game in (model, zoo.load(tmp_path / "model.keras")):
        assert float(game.optimizers["generator"].learning_rate) == pytest.approx(0.5 * (1 - 2 / 4))
