"""Games whose networks grow while they train: the level of detail follows the images that were shown."""

import keras
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.game import Terms, as_batch, replicas
from tfgan_zoo.networks import progressive


class Growing:
    """A mixin, first among the bases of a game that asks `self.lod` which level it plays at, as ProGAN does.

    `images_seen` counts real images and is saved. When a level enters and when it is complete the optimizers' moments
    and step counts start anew.
    """

    def grow(self, initial_side: int | None, stabilize_images: int, transition_images: int) -> None:
        """Keep the schedule; to be called in the constructor.

        Args:
            initial_side: side at which training starts; None is the smallest possible, of 4 to 7 pixels.
            stabilize_images: images that each level is trained for before the next one enters.
            transition_images: images over which it is faded in.

        Raises:
            ZooError: a side that is no level's, or a schedule without images.
        """
        self.sides = progressive.growing_sides(self.image_shape, initial_side)
        if stabilize_images < 0 or transition_images < 0 or stabilize_images + transition_images < 1:
            raise ZooError(
                "expected stabilize_images and transition_images from 0 on, not both 0, "
                f"found {stabilize_images!r} and {transition_images!r}"
            )
        self.stabilize_images, self.transition_images = stabilize_images, transition_images
        self.images_seen = self.scalar("images_seen", dtype="int64")

    @property
    def lod(self) -> tf.Tensor:
        """The level of detail now: 0 at full size, k at 1 / 2^k of it, between them while a level is faded in."""
        seen = tf.convert_to_tensor(self.images_seen.value)
        return progressive.level_of_detail(seen, len(self.sides), self.stabilize_images, self.transition_images)

    def lod_or_now(self, lod: float | tf.Tensor | None) -> float | tf.Tensor:
        """Return `lod`; for None that of now, as a number where there is one, so that one level is built."""
        if lod is not None:
            return lod
        return float(self.lod) if tf.executing_eagerly() else self.lod

    def train_step(self, data) -> Terms:
        """As every game; then count the images, and start the optimizers anew where a level enters or is complete."""
        batch = as_batch(data)
        with tf.control_dependencies(batch):
            lod = self.lod
            logs = super().train_step(batch)
            self.images_seen.assign_add(tf.cast(tf.shape(batch[0])[0], tf.int64) * replicas())
            enters = (tf.floor(self.lod) != tf.floor(lod)) | (tf.math.ceil(self.lod) != tf.math.ceil(lod))
            for optimizer in self.optimizers.values():
                restart(optimizer, enters)
            return logs

    def after_step(self, logs: Terms) -> Terms:
        """Log the level of detail of this step."""
        return {**super().after_step(logs), "lod": self.lod}


def restart(optimizer: keras.optimizers.Optimizer, now: tf.Tensor) -> None:
    """Set an optimizer's moments and step count to zero where `now`, but keep its learning rate and loss scale."""
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    for variable in optimizer.variables:
        if variable.name != "learning_rate":
            variable.assign(tf.where(now, tf.zeros_like(variable.value), variable.value))
