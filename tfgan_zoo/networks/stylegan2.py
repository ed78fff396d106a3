"""Synthesis network and discriminator of StyleGAN2 (Karras et al., 2020, arXiv:1912.04958)."""

import keras
import tensorflow as tf

from tfgan_zoo import draws
from tfgan_zoo.errors import unknown
from tfgan_zoo.layers import EqualizedConv2D, EqualizedDense, MinibatchStddev, ModulatedConv2D, NoiseInjection
from tfgan_zoo.layers.fir import BINOMIAL_4, downsampled, fir, upsampled
from tfgan_zoo.layers.initializers import normal
from tfgan_zoo.networks.progressive import growing_sides
from tfgan_zoo.networks.style_mapping import ROOT_2, StyleMapping, activated

ARCHITECTURES = ("orig", "skip", "resnet")
NOISES = ("random", "constant", "none")


def channels_at(side: int, channel_base: int, channel_max: int) -> int:
    """Feature maps at a side: channel_base / side, at most channel_max."""
    return min(channel_base // side, channel_max)


@keras.saving.register_keras_serializable("tfgan_zoo")
class StyledConv2D(keras.layers.Layer):
    """[maps, w, noise] to maps: modulated 3x3 convolution, noise, bias, sqrt(2) LeakyReLU(0.2).

    Args:
        filters: output channels.
        upsample: double the sides.
    """

    def __init__(self, filters: int, upsample: bool = False, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.upsample = filters, upsample

    def build(self, input_shape):
        """Make convolution, noise strength and bias."""
        maps, styles, noise = input_shape
        options = {"dtype": self.dtype_policy}
        self.convolution = ModulatedConv2D(self.filters, 3, upsample=self.upsample, name="convolution", **options)
        self.convolution.build([maps, styles])
        self.noise = NoiseInjection(name="noise", **options)
        self.noise.build([(*maps[:-1], self.filters), noise])
        self.bias = self.add_weight(name="bias", shape=(self.filters,), initializer="zeros")

    def call(self, inputs):
        """[(batch, height, width, channels), (batch, w), (batch or 1, height', width', 1) or None] to maps."""
        maps, w, noise = inputs
        maps = self.convolution([maps, w])
        maps = maps if noise is None else self.noise([maps, noise])
        return activated(maps + tf.convert_to_tensor(self.bias))

    def compute_output_shape(self, input_shape):
        """As the convolution's."""
        n, height, width, _ = input_shape[0]
        times = 2 if self.upsample else 1
        return (n, height * times, width * times, self.filters)

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "filters": self.filters, "upsample": self.upsample}


@keras.saving.register_keras_serializable("tfgan_zoo")
class StyledImage(keras.layers.Layer):
    """[maps, w] to float32 images ("toRGB"): a modulated 1x1 convolution without demodulation, and a bias.

    Args:
        channels: of the image.
    """

    def __init__(self, channels: int, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels

    def build(self, input_shape):
        """Make convolution and bias."""
        self.convolution = ModulatedConv2D(
            self.channels, 1, demodulate=False, name="convolution", dtype=self.dtype_policy
        )
        self.convolution.build(input_shape)
        self.bias = self.add_weight(name="bias", shape=(self.channels,), initializer="zeros")

    def call(self, inputs):
        """[(batch, height, width, channels), (batch, w)] to (batch, height, width, image channels)."""
        return tf.cast(self.convolution(inputs) + tf.convert_to_tensor(self.bias), tf.float32)

    def compute_output_shape(self, input_shape):
        """The maps' sides."""
        return (*input_shape[0][:-1], self.channels)

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "channels": self.channels}


@keras.saving.register_keras_serializable("tfgan_zoo")
class StyleGAN2Synthesis(keras.Model):
    """Styles to images: a learned constant, two styled convolutions at every side, images summed up over the sides.

    There are L = 2 * levels styles and L - 1 styled convolutions. Convolution j takes style j; the image of level k
    ("skip": every level's, upsampled and added; else the last level's alone) takes style 2 k + 1, which is also that of
    the next level's first convolution. In "resnet" each level adds a 1x1 shortcut, (maps + shortcut) / sqrt(2).

    Args:
        image_shape: (side, side, channels), side = s * 2^k with s from 4 to 7, the constant's side.
        style_dim: length of w.
        channel_base: feature maps times side; 16,384 for configuration E, 32,768 for F.
        channel_max: the most feature maps.
        architecture: "orig", "skip" or "resnet".

    Raises:
        ZooError: an unknown architecture.
    """

    def __init__(
        self,
        image_shape=(64, 64, 3),
        style_dim=512,
        channel_base=16384,
        channel_max=512,
        architecture="skip",
        **kwargs,
    ):
        super().__init__(**{"name": "synthesis", "autocast": False, **kwargs})
        if architecture not in ARCHITECTURES:
            raise unknown("architecture of the generator", architecture, ARCHITECTURES)
        self.image_shape, self.style_dim = tuple(image_shape), style_dim
        self.channel_base, self.channel_max, self.architecture = channel_base, channel_max, architecture
        self.sides = growing_sides(image_shape)
        widths = [channels_at(side, channel_base, channel_max) for side in self.sides]
        first, styles = self.sides[0], (None, style_dim)
        self.constant = self.add_weight(name="constant", shape=(1, first, first, widths[0]), initializer=normal(1.0))
        self.convolutions, self.images, self.shortcuts, self.noises = [], [], [], []
        for level, (side, width) in enumerate(zip(self.sides, widths)):
            before = (None, side // 2, side // 2, widths[level - 1]) if level else None
            maps = (None, side, side, width)
            if level:
                self._add_convolution(before, styles, width, side, upsample=True)
            self._add_convolution(maps, styles, width, side, upsample=False)
            if level and architecture == "resnet":
                self.shortcuts.append(_built(EqualizedConv2D(width, 1, gain=1.0, use_bias=False), before))
            if architecture == "skip" or side == self.sides[-1]:
                self.images.append(_built(StyledImage(image_shape[-1], dtype="float32"), [maps, styles]))
        self.built = True

    @property
    def layers_of_style(self) -> int:
        """L: how many styles an image has."""
        return 2 * len(self.sides)

    def call(self, styles, noise="random"):
        """(batch, L, style_dim) to float32 images (batch, side, side, channels), which may leave [-1, 1].

        Args:
            styles: a w for every layer.
            noise: "random" draws anew for every image; "constant" takes the network's own maps, so that the image is a
                function of the styles; "none"; or a list of L - 1 maps (batch or 1, side, side, 1).
        """
        n = tf.shape(styles)[0]
        maps = tf.tile(tf.cast(tf.convert_to_tensor(self.constant), self.compute_dtype), (n, 1, 1, 1))
        noises = self._noise(noise, n)
        images = None
        for level in range(len(self.sides)):
            before = maps
            for j in (2 * level - 1, 2 * level) if level else (0,):
                maps = self.convolutions[j]([maps, styles[:, j], noises[j]])
            if level and self.architecture == "resnet":
                maps = (maps + self.shortcuts[level - 1](upsampled(before))) / ROOT_2
            if self.architecture == "skip":
                shown = self.images[level]([maps, styles[:, 2 * level + 1]])
                images = shown if images is None else upsampled(images) + shown
        return images if images is not None else self.images[-1]([maps, styles[:, -1]])

    def _add_convolution(self, maps, styles, width, side, upsample):
        layer = StyledConv2D(width, upsample, name=f"convolution_{len(self.convolutions)}")
        self.convolutions.append(_built(layer, [maps, styles, (None, side, side, 1)]))
        name = f"noise_{len(self.noises)}"
        self.noises.append(
            self.add_weight(name=name, shape=(1, side, side, 1), initializer=normal(1.0), trainable=False)
        )

    def _noise(self, noise, n):
        if not isinstance(noise, str):
            return noise
        if noise not in NOISES:
            raise unknown("noise", noise, NOISES)
        if noise == "random":
            return [draws.normal(n, *fixed.shape[1:]) for fixed in self.noises]
        return [tf.convert_to_tensor(fixed) if noise == "constant" else None for fixed in self.noises]

    def get_config(self):
        """Return the constructor's arguments."""
        own = {"image_shape": self.image_shape, "style_dim": self.style_dim, "channel_base": self.channel_base}
        own |= {"channel_max": self.channel_max, "architecture": self.architecture}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable("tfgan_zoo")
class StyleGAN2Discriminator(keras.Model):
    """Images, or [images, labels], to float32 scores (batch, 1).

    At every side two 3x3 convolutions, the second after the filter [1, 3, 3, 1] with stride 2, and in "resnet" a 1x1
    shortcut, (maps + shortcut) / sqrt(2); at the smallest side the minibatch standard deviation, a 3x3 convolution, two
    dense layers. With classes the score is the inner product of the last features with an embedding of the label by a
    mapping network, over the root of its length.

    Args:
        image_shape: (side, side, channels), side = s * 2^k with s from 4 to 7.
        channel_base: feature maps times side.
        channel_max: the most feature maps.
        architecture: "orig" or "resnet".
        classes: number of classes; 0 for none.
        group_size: of `MinibatchStddev`; 1 leaves it out.

    Raises:
        ZooError: an unknown architecture.
    """

    def __init__(
        self,
        image_shape=(64, 64, 3),
        channel_base=16384,
        channel_max=512,
        architecture="resnet",
        classes=0,
        group_size=4,
        **kwargs,
    ):
        super().__init__(**{"name": "discriminator", "autocast": False, **kwargs})
        if architecture not in ("orig", "resnet"):
            raise unknown("architecture of the discriminator", architecture, ("orig", "resnet"))
        self.image_shape, self.architecture = tuple(image_shape), architecture
        self.channel_base, self.channel_max = channel_base, channel_max
        self.classes, self.group_size = classes, group_size
        sides = growing_sides(image_shape)[::-1]
        widths = [channels_at(side, channel_base, channel_max) for side in sides]
        convolution = lambda width, size, inputs, **options: _built(
            EqualizedConv2D(width, size, gain=1.0, **options), (None, None, None, inputs)
        )
        self.from_image = convolution(widths[0], 1, image_shape[-1])
        self.blocks = []
        for width, below in zip(widths, widths[1:]):
            first, second = convolution(width, 3, width), convolution(below, 3, width)
            shortcut = convolution(below, 1, width, use_bias=False) if architecture == "resnet" else None
            self.blocks.append([first, second, shortcut])
        self.spread = MinibatchStddev(group_size) if group_size > 1 else None
        last, extra = widths[-1], int(group_size > 1)
        self.last_convolution = convolution(last, 3, last + extra)
        self.dense = _built(EqualizedDense(last, gain=1.0), (None, sides[-1] ** 2 * last))
        features = last if classes else 1
        self.score = _built(EqualizedDense(features, gain=1.0, dtype="float32"), (None, last))
        if classes:
            self.embedding = StyleMapping(0, last, classes=classes, name="embedding")
        self.built = True

    def call(self, inputs):
        """(batch, side, side, channels), or that and int32 (batch,), to (batch, 1)."""
        images, labels = inputs if self.classes else (inputs, None)
        scores = self.score(self.features(images))
        if not self.classes:
            return scores
        # The embedding alone goes through the mapping network: there are no latents here.
        embedded = self.embedding([tf.zeros((tf.shape(images)[0], 0)), labels])
        embedded = tf.cast(embedded, tf.float32)
        return tf.reduce_sum(scores * embedded, axis=1, keepdims=True) * embedded.shape[1] ** -0.5

    def features(self, images):
        """Images to what the last dense layer takes: (batch, n)."""
        return self.summary(self.trunk(images))

    def summary(self, maps, compare=True):
        """Maps of the smallest side to what the last dense layer takes: (batch, n).

        Args:
            maps: what `trunk` returns.
            compare: with the minibatch standard deviation; else its map is zero, as if the examples of a group were all
                the same, and an example's features are its own.
        """
        if self.spread is not None:
            maps = self.spread(maps) if compare else tf.concat([maps, tf.zeros_like(maps[..., :1])], -1)
        maps = activated(self.last_convolution(maps))
        return activated(self.dense(tf.reshape(maps, (-1, self.dense.kernel.shape[0]))))

    def trunk(self, images):
        """Images to the maps of the smallest side, before examples are compared with each other."""
        maps = activated(self.from_image(images))
        for first, second, shortcut in self.blocks:
            before, maps = maps, activated(first(maps))
            maps = activated(_halving(maps, second))
            if shortcut is not None:
                maps = (maps + shortcut(downsampled(before))) / ROOT_2
        return maps

    def get_config(self):
        """Return the constructor's arguments."""
        own = {"image_shape": self.image_shape, "channel_base": self.channel_base, "channel_max": self.channel_max}
        own |= {"architecture": self.architecture, "classes": self.classes, "group_size": self.group_size}
        return {**super().get_config(), **own}


def _built(layer, shape):
    layer.build(shape)
    return layer


def _halving(maps, convolution):
    """The filter, then the convolution with stride 2: every second of its outputs."""
    smooth = fir(maps, BINOMIAL_4, (2, 2))
    return convolution.biased(tf.nn.conv2d(smooth, convolution.scaled_kernel(), 2, "VALID"))
