"""What models have in common whose generator is a mapping network and a synthesis network that takes styles."""

from typing import Any

import tensorflow as tf

from tfgan_zoo import draws, signatures
from tfgan_zoo.class_conditional import checked_labels
from tfgan_zoo.inputs import Images, Input, Labels
from tfgan_zoo.networks.style_mapping import truncated


class StyleGenerator:
    """A mixin, first among the bases of a GAN with networks `mapping` and `synthesis`: z to w to styles to images.

    w is (batch, style_dim); styles are a w for each of the L layers, (batch, L, style_dim). The model has the numbers
    `latent_dim`, `style_dim`, `classes` (0 for none: all labels here are then left out) and `mixing`.
    """

    truncated_layers: int | None = None  # how many layers `truncate` reaches, from the first; None is all

    def inputs_of_batch(self) -> tuple[Input, ...]:
        """Images, and labels if there are classes."""
        images = Images(self.image_shape)
        return (images, Labels(self.classes)) if self.classes else (images,)

    # The game

    def styles(self, latents: tf.Tensor, *labels: tf.Tensor) -> tf.Tensor:
        """Latents to styles in training mode: with probability `mixing` a batch takes those of two latents.

        Those of the second, drawn here, from a random layer on, the same for the batch.
        """
        layers = self.synthesis.layers_of_style
        map_ = lambda z, first: self.mapping([z, *labels] if labels else z, training=first)[:, None]
        w = tf.tile(map_(latents, first=True), (1, layers, 1))
        if not self.mixing:
            return w
        mixes, where = tf.unstack(draws.shared(2))
        choices = tf.cast(self.layers_in_use() - 1, tf.float32)
        first = 1 + tf.cast(where * choices, tf.int32)  # of the layers that take the second latent's
        second = (tf.range(layers) >= first) & (mixes < self.mixing)
        # The mean of w follows the first latents alone, as in the reference.
        return tf.where(second[None, :, None], map_(self.sample_latents(tf.shape(latents)[0]), first=False), w)

    def layers_in_use(self) -> int | tf.Tensor:
        """Among so many layers the second latent's begin."""
        return self.synthesis.layers_of_style

    # Deployment

    def call(self, inputs, psi=1.0):
        """Latents (batch, latent_dim), or these and labels (batch,), to images.

        Args:
            inputs: latents, or [latents, labels].
            psi: of the truncation.
        """
        return self.synthesize(self.truncate(self.map(inputs), psi))

    def map(self, inputs: Any) -> tf.Tensor:
        """Latents, or [latents, labels], to w (batch, style_dim), float32 under any precision policy."""
        return tf.cast(self.deployed("mapping")(inputs), tf.float32)

    def truncate(self, styles: tf.Tensor, psi: float | tf.Tensor) -> tf.Tensor:
        """w, or styles, brought towards the mean of w: psi 1 changes nothing, 0 gives the mean.

        Where only some layers are truncated the result is styles; else what was given.
        """
        if self.truncated_layers is not None:
            styles = self.of_layers(styles)
        return truncated(styles, tf.convert_to_tensor(self.deployed("mapping").average), psi, self.truncated_layers)

    def of_layers(self, styles: tf.Tensor) -> tf.Tensor:
        """w (batch, style_dim), or styles, to styles (batch, L, style_dim): the same for every layer."""
        styles = tf.cast(styles, tf.float32)
        if styles.shape.rank == 3:
            return styles
        return tf.tile(styles[:, None], (1, self.synthesis.layers_of_style, 1))

    def synthesize(self, styles: tf.Tensor) -> tf.Tensor:
        """w (batch, style_dim), or styles (batch, L, style_dim), to images cut to [-1, 1], with constant noise."""
        return tf.clip_by_value(self.deployed("synthesis")(self.of_layers(styles), noise="constant"), -1.0, 1.0)

    def sample(self, n: int, seed: int = 0, labels: Any = None, psi: float = 1.0) -> tf.Tensor:
        """Return `n` images, float32 in [-1, 1]; the same for the same seed.

        Args:
            n: how many.
            seed: of the latents.
            labels: (n,) of a model with classes; by default all in turn.
            psi: of the truncation.

        Raises:
            ZooError: labels of the wrong number or type or out of range, or of a model without classes.
        """
        if labels is not None and not self.classes:
            self.refuse({"labels": labels})
        with draws.seeded((seed, 0)):
            latents = self.sample_latents(n)
        if not self.classes:
            return signatures.in_chunks(lambda z: self.call(z, psi), latents)
        pairs = (latents, checked_labels(labels, n, self.classes))
        return signatures.in_chunks(lambda *pair: self.call(pair, psi), *pairs)

    def serving_signatures(self) -> dict[str, tf.types.experimental.PolymorphicFunction]:
        """`serving_default`: latents, and labels, to images; `map`, `truncate`, `synthesize`: its parts one by one.

        `map`: latents, and labels, to w; `truncate`: w and psi to what `truncate` returns, "w" or "styles";
        `synthesize`: styles of all layers to images; `synthesize_w`: w to images; `generate`, `generate_png`: (seed,
        count), or (seed, labels), to bytes. Noise is static everywhere: the network's own maps, so that an image
        follows from w, and files hold no random operation but the draw of `generate`'s latents.
        """
        return self.style_signatures()

    def style_signatures(self, **options: Any) -> dict[str, tf.types.experimental.PolymorphicFunction]:
        """The signatures, with further arguments for `call` and `synthesize`."""

        def generate(seed, which):
            with draws.seeded((seed, 0)):
                latents = self.sample_latents(tf.shape(which)[0] if self.classes else which)
            return self.call((latents, which) if self.classes else latents, **options)

        spec = lambda name, *shape: tf.TensorSpec(shape, tf.float32, name)
        latents, w = spec("latents", None, self.latent_dim), spec("w", None, self.style_dim)
        styles = spec("styles", None, self.synthesis.layers_of_style, self.style_dim)
        inputs = (latents, signatures.LABELS) if self.classes else (latents,)
        of = lambda f, **further: lambda *given: f(given if self.classes else given[0], **further)
        which = signatures.LABELS if self.classes else signatures.COUNT
        moved = "w" if self.truncated_layers is None else "styles"
        return {
            "serving_default": signatures.function(of(self.call, **options), *inputs),
            "map": signatures.function(of(self.map), *inputs, output="w"),
            "truncate": signatures.function(self.truncate, w, spec("psi"), output=moved),
            "synthesize": signatures.function(lambda styles: self.synthesize(styles, **options), styles),
            "synthesize_w": signatures.function(lambda w: self.synthesize(w, **options), w),
            **signatures.generators(generate, signatures.SEED, which),
        }
