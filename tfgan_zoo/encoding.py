"""Models that go both ways: images to codes as well as codes to images."""

from typing import Any

import numpy as np
import tensorflow as tf

from tfgan_zoo import signatures
from tfgan_zoo.errors import ZooError


class Encoding:
    """A mixin, first among the bases of a game with an encoder: `encode`, `reconstruct` and their signatures.

    A variant defines `codes`, unless its network `encoder` already is that function, and may define `decode`, and
    `code_shape` where a code is no vector (latent_dim,).
    """

    @property
    def code_shape(self) -> tuple[int, ...]:
        """The shape of one image's code."""
        return (self.latent_dim,)

    def codes(self, images: tf.Tensor) -> tf.Tensor:
        """Images to codes (batch, *code_shape), a pure function in inference mode."""
        return self.deployed("encoder")(images)

    def decode(self, codes: tf.Tensor) -> tf.Tensor:
        """Codes to images, a pure function in inference mode."""
        return self.call(codes)

    def encode(self, images: Any) -> tf.Tensor:
        """Images in [-1, 1] to codes, float32 (batch, *code_shape).

        Raises:
            ZooError: images of another shape or type, or out of range.
        """
        return signatures.in_chunks(self.codes, self._checked(images))

    def reconstruct(self, images: Any) -> tf.Tensor:
        """Images in [-1, 1] to the images that their codes stand for, float32.

        Raises:
            ZooError: as `encode`.
        """
        return signatures.in_chunks(lambda x: self.decode(self.codes(x)), self._checked(images))

    def serving_signatures(self) -> dict[str, tf.types.experimental.PolymorphicFunction]:
        """Those of the model, and those of the encoder."""
        return {**super().serving_signatures(), **self.encoding_signatures()}

    def encoding_signatures(self) -> dict[str, tf.types.experimental.PolymorphicFunction]:
        """`encode`: images to latents; `reconstruct`: images to images (points to points); both float32."""
        images = self.inputs_of_batch()[0].spec
        kind = "images" if images.shape.rank == 4 else "points"
        return {
            "encode": signatures.function(self.codes, images, output="latents"),
            "reconstruct": signatures.function(lambda x: self.decode(self.codes(x)), images, output=kind),
        }

    def _checked(self, images):
        wanted = self.inputs_of_batch()[0]
        found = np.asarray(images)
        if found.shape[1:] != wanted.shape or found.ndim != 1 + len(wanted.shape) or found.dtype.kind != "f":
            raise ZooError(
                f"{wanted.name}: {self.name} encodes float images {(None, *wanted.shape)}, "
                f"found {found.shape} of {found.dtype}"
            )
        if len(found):
            wanted.check(found)
        return tf.constant(found, tf.float32)
