"""A history of generated images for the discriminator (Shrivastava et al., 2017, arXiv:1612.07828, section 2.3)."""

import keras
import tensorflow as tf

from tfgan_zoo import draws


@keras.saving.register_keras_serializable("tfgan_zoo")
class ImagePool(keras.layers.Layer):
    """Return each image, or with probability 1/2 a stored one that it replaces.

    The first `size` images are stored and returned. Afterwards an image is either returned, or stored while an older
    one leaves the pool and is returned. Images of one batch meet distinct places of the pool. The pool is that of the
    global batch: replicas gather their images, decide alike and keep their own rows, so they hold the same pool.

    Args:
        size: images stored; 0 returns every image.
        image_shape: (height, width, channels).
    """

    def __init__(self, size: int, image_shape: tuple[int, int, int], **kwargs):
        super().__init__(dtype="float32", **kwargs)
        self.size, self.image_shape = size, tuple(image_shape)
        # The last row takes what must not be stored: a scatter has no "nowhere".
        self.images = self.add_weight(
            (size + 1, *self.image_shape), initializer="zeros", trainable=False, name="images"
        )
        self.filled = self.add_weight((), initializer="zeros", trainable=False, dtype="int64", name="filled")
        self.built = True

    def call(self, images):
        """Images (batch, height, width, channels) to images of the same shape; inside `draws.seeded` only."""
        if self.size == 0:
            return images
        if images.shape[0] is None:
            raise ValueError("the image pool needs a static batch size; drop the last partial batch")
        context = tf.distribute.get_replica_context()
        replicas, mine = context.num_replicas_in_sync, images.shape[0]
        n = replicas * mine
        if replicas > 1:
            images = tf.ensure_shape(context.all_gather(images, axis=0), (n, *images.shape[1:]))
        place, chance = tf.argsort(draws.shared(self.size))[:n], draws.shared(n)
        place = tf.pad(place, [[0, n - place.shape[0]]], constant_values=self.size)

        free = self.filled.value + tf.range(n, dtype=tf.int64)
        filling = free < self.size
        pool = self._store(self.images.value, tf.where(filling, tf.cast(free, tf.int32), self.size), images)
        swapped = ~filling & (chance < 0.5) & (place < self.size)
        shown = tf.where(swapped[:, None, None, None], tf.gather(pool, place), images)
        self.images.assign(self._store(pool, tf.where(swapped, place, self.size), images))
        self.filled.assign(tf.minimum(self.filled.value + n, self.size))
        replica = context.replica_id_in_sync_group
        return shown if replicas == 1 else shown[replica * mine : (replica + 1) * mine]

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "size": self.size, "image_shape": self.image_shape}

    @staticmethod
    def _store(pool, places, images):
        return tf.tensor_scatter_nd_update(pool, places[:, None], tf.cast(images, pool.dtype))
