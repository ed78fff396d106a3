"""Synthesis network and discriminator of StyleGAN, which grow (Karras et al., 2019, arXiv:1812.04948)."""

import keras
import tensorflow as tf

from tfgan_zoo import draws
from tfgan_zoo.errors import unknown
from tfgan_zoo.layers import AdaIN, EqualizedConv2D, EqualizedDense, MinibatchStddev, NoiseInjection
from tfgan_zoo.layers.fir import BINOMIAL_3, fir
from tfgan_zoo.networks.progressive import blend, enlarged, growing_sides, is_off, reduced
from tfgan_zoo.networks.stylegan2 import NOISES, channels_at


@keras.saving.register_keras_serializable("tfgan_zoo")
class DoublingConv2D(EqualizedConv2D):
    """Every pixel repeated, a 3x3 convolution of these, blur [1, 2, 1] / 4 along either axis: bilinear upsampling.

    Computed as one transposed convolution of stride 2 with a 4x4 kernel, of sums of the 3x3 kernel's entries, which is
    the same at 4 / 9 of the cost. The reference does so from 128 pixels on, with a kernel that is turned around:
    published weights of these layers have to be reversed along both axes.
    """

    def call(self, inputs):
        """(batch, height, width, channels) to (batch, 2 height, 2 width, filters)."""
        n, (height, width, _) = tf.shape(inputs)[0], inputs.shape[1:]
        turned = tf.transpose(tf.reverse(of_pairs(self.scaled_kernel()), [0, 1]), (0, 1, 3, 2))
        maps = tf.nn.conv2d_transpose(inputs, turned, (n, 2 * height, 2 * width, self.filters), 2, "SAME")
        maps = tf.ensure_shape(maps, (None, 2 * height, 2 * width, self.filters))
        return self.biased(fir(maps, BINOMIAL_3, (1, 1)))

    def compute_output_shape(self, input_shape):
        """Twice the sides."""
        n, height, width, _ = input_shape
        return (n, 2 * height, 2 * width, self.filters)


@keras.saving.register_keras_serializable("tfgan_zoo")
class HalvingConv2D(EqualizedConv2D):
    """Blur [1, 2, 1] / 4 along either axis, a 3x3 convolution, means of 2x2 outputs, as one convolution of stride 2."""

    def call(self, inputs):
        """(batch, height, width, channels), even sides, to (batch, height / 2, width / 2, filters)."""
        kernel = of_pairs(self.scaled_kernel()) / 4.0
        return self.biased(tf.nn.conv2d(fir(inputs, BINOMIAL_3, (1, 1)), kernel, 2, "SAME"))

    def compute_output_shape(self, input_shape):
        """Half the sides."""
        n, height, width, _ = input_shape
        return (n, height // 2, width // 2, self.filters)


def of_pairs(kernel: tf.Tensor) -> tf.Tensor:
    """The kernel (4, 4, inputs, outputs) that sums what one of side 3 gives at 2x2 neighboring places."""
    kernel = tf.pad(kernel, [[1, 1], [1, 1], [0, 0], [0, 0]])
    kernel = kernel[1:] + kernel[:-1]
    return kernel[:, 1:] + kernel[:, :-1]


@keras.saving.register_keras_serializable("tfgan_zoo")
class StyleEpilogue(keras.layers.Layer):
    """[maps, w, noise] to maps, what follows a convolution: noise, bias, LeakyReLU(0.2), AdaIN, in this order."""

    def build(self, input_shape):
        """Make noise strengths, bias and the affine map of w."""
        maps, styles, noise = input_shape
        self.noise = NoiseInjection(per_channel=True, name="noise", dtype=self.dtype_policy)
        self.noise.build([maps, noise])
        self.bias = self.add_weight(name="bias", shape=(maps[-1],), initializer="zeros")
        self.style = AdaIN(name="style", dtype=self.dtype_policy)
        self.style.build([maps, styles])

    def call(self, inputs):
        """[(batch, height, width, channels), (batch, w), (batch or 1, height, width, 1) or None] to maps."""
        maps, w, noise = inputs
        maps = maps if noise is None else self.noise([maps, noise])
        return self.style([_rectified(maps + tf.convert_to_tensor(self.bias)), w])

    def compute_output_shape(self, input_shape):
        """That of the maps."""
        return input_shape[0]


@keras.saving.register_keras_serializable("tfgan_zoo")
class StyleGANSynthesis(keras.Model):
    """Styles to images of any level: a learned constant, of ones at first, and two styled layers at every side.

    There are L styles, two for each of the sides. Layer 0 is the constant, all others are 3x3 convolutions, those with
    an even number after doubling the sides; `StyleEpilogue` j takes style j. toRGB of a level: 1x1, linear, float32.
    All weights have an equalized learning rate, with gain sqrt(2) for the convolutions and 1 for affine maps and toRGB.

    Args:
        image_shape: (side, side, channels), side = s * 2^k with s from 4 to 7, the constant's side.
        style_dim: length of w.
        channel_base: feature maps times side, see `stylegan2.channels_at`.
        channel_max: the most feature maps.
        initial_side: of level 0, which then has the layers of smaller sides too; None is s.
    """

    def __init__(
        self,
        image_shape=(64, 64, 3),
        style_dim=512,
        channel_base=16384,
        channel_max=512,
        initial_side=None,
        **kwargs,
    ):
        super().__init__(**{"name": "synthesis", "autocast": False, **kwargs})
        self.image_shape, self.style_dim = tuple(image_shape), style_dim
        self.channel_base, self.channel_max, self.initial_side = channel_base, channel_max, initial_side
        self.sides, shown = growing_sides(image_shape), growing_sides(image_shape, initial_side)
        self.hidden = len(self.sides) - len(shown)  # sides that have no level of their own
        widths = [channels_at(side, channel_base, channel_max) for side in self.sides]
        shape = (1, self.sides[0], self.sides[0], widths[0])
        self.constant = self.add_weight(name="constant", shape=shape, initializer="ones")
        self.convolutions, self.epilogues, self.noises, self.images = [], [], [], []
        for k, (side, width) in enumerate(zip(self.sides, widths)):
            if k:
                below = (None, side // 2, side // 2, widths[k - 1])
                self._add_convolution(DoublingConv2D, width, below)
            self._add_epilogue(side, width)
            self._add_convolution(EqualizedConv2D, width, (None, side, side, width))
            self._add_epilogue(side, width)
            if side in shown:
                image = EqualizedConv2D(image_shape[-1], 1, gain=1.0, name=f"image_{side}", dtype="float32")
                self.images.append(_built(image, (None, side, side, width)))
        self.built = True

    @property
    def layers_of_style(self) -> int:
        """L: how many styles an image of full size has."""
        return 2 * len(self.sides)

    def call(self, styles, noise="random", level=None, fade=0.0):
        """(batch, L, style_dim) to float32 images of the level's side, which may leave [-1, 1].

        Args:
            styles: a w for every layer; those of layers above the level change nothing and may be left out.
            noise: "random" draws anew for every image; "constant" takes the network's own maps, so that the image is a
                function of the styles; "none"; or a list of maps (batch or 1, side, side, 1), one for each layer.
            level: 0 for the smallest images; None for the full size.
            fade: share of the enlarged image of the level before, in [0, 1].
        """
        level = len(self.images) - 1 if level is None else level
        layers, n = 2 * (self.hidden + level + 1), tf.shape(styles)[0]
        noises = self._noise(noise, n, layers)
        maps = tf.tile(tf.cast(tf.convert_to_tensor(self.constant), self.compute_dtype), (n, 1, 1, 1))
        before = None
        for j in range(layers):
            before = maps if j % 2 == 0 else before  # of the side before
            maps = self.convolutions[j - 1](maps) if j else maps
            maps = self.epilogues[j]([maps, styles[:, j], noises[j]])
        images = self.images[level](maps)
        if level == 0 or is_off(fade):
            return images
        return blend(images, enlarged(self.images[level - 1](before)), fade)

    def _add_convolution(self, kind, width, shape):
        layer = kind(width, 3, use_bias=False, name=f"convolution_{len(self.convolutions)}")
        self.convolutions.append(_built(layer, shape))

    def _add_epilogue(self, side, width):
        j = len(self.epilogues)
        shapes = [(None, side, side, width), (None, self.style_dim), (None, side, side, 1)]
        self.epilogues.append(_built(StyleEpilogue(name=f"epilogue_{j}"), shapes))
        start = keras.initializers.RandomNormal(0.0, 1.0)
        self.noises.append(
            self.add_weight(name=f"noise_{j}", shape=(1, side, side, 1), initializer=start, trainable=False)
        )

    def _noise(self, noise, n, layers):
        if not isinstance(noise, str):
            return noise
        if noise not in NOISES:
            raise unknown("noise", noise, NOISES)
        used = self.noises[:layers]
        if noise == "random":
            return [draws.normal(n, *fixed.shape[1:]) for fixed in used]
        return [tf.convert_to_tensor(fixed) if noise == "constant" else None for fixed in used]

    def get_config(self):
        """Return the constructor's arguments."""
        own = {"image_shape": self.image_shape, "style_dim": self.style_dim, "channel_base": self.channel_base}
        own |= {"channel_max": self.channel_max, "initial_side": self.initial_side}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable("tfgan_zoo")
class StyleGANDiscriminator(keras.Model):
    """Images of any level, or [images, labels], to float32 scores (batch, 1).

    fromRGB of each level: 1x1. At every side but the smallest a 3x3 convolution and one that halves the sides; there
    the minibatch standard deviation, a 3x3 convolution, two dense layers. LeakyReLU(0.2) after all but the last, whose
    gain is 1. With classes it has an output for each, of which the label's is the score.

    Args:
        image_shape: (side, side, channels), side = s * 2^k with s from 4 to 7.
        channel_base: feature maps times side.
        channel_max: the most feature maps.
        classes: number of classes; 0 for none.
        group_size: of `MinibatchStddev`; 1 leaves it out.
        initial_side: of level 0, which then has the layers of smaller sides too; None is s.
    """

    def __init__(
        self,
        image_shape=(64, 64, 3),
        channel_base=16384,
        channel_max=512,
        classes=0,
        group_size=4,
        initial_side=None,
        **kwargs,
    ):
        super().__init__(**{"name": "discriminator", "autocast": False, **kwargs})
        self.image_shape, self.initial_side = tuple(image_shape), initial_side
        self.channel_base, self.channel_max = channel_base, channel_max
        self.classes, self.group_size = classes, group_size
        sides, shown = growing_sides(image_shape), growing_sides(image_shape, initial_side)
        self.hidden = len(sides) - len(shown)
        width_at = lambda side: channels_at(side, channel_base, channel_max)
        make = lambda kind, width, size, inputs, name: _built(kind(width, size, name=name), (None, None, None, inputs))
        self.from_image, self.convolutions, self.halvings = [], [], []
        for side in sides[1:]:
            n = width_at(side)
            self.convolutions.append(make(EqualizedConv2D, n, 3, n, f"convolution_{side}"))
            self.halvings.append(make(HalvingConv2D, width_at(side // 2), 3, n, f"halving_{side}"))
        for side in shown:
            self.from_image.append(make(EqualizedConv2D, width_at(side), 1, image_shape[-1], f"from_image_{side}"))
        last, features = width_at(sides[0]), width_at(sides[0] // 2)
        self.spread = MinibatchStddev(group_size) if group_size > 1 else None
        self.last_convolution = make(EqualizedConv2D, last, 3, last + int(group_size > 1), "last_convolution")
        self.dense = _built(EqualizedDense(features, name="dense"), (None, sides[0] ** 2 * last))
        self.score = _built(EqualizedDense(max(classes, 1), gain=1.0, name="score", dtype="float32"), (None, features))
        self.built = True

    def call(self, inputs, level=None, fade=0.0):
        """(batch, side, side, channels) of the level's side, or that and int32 (batch,), to (batch, 1).

        Args:
            inputs: images, or [images, labels].
            level: 0 for the smallest images; None for the full size.
            fade: share of the features of the level before, of the reduced image, in [0, 1].
        """
        images, labels = inputs if self.classes else (inputs, None)
        level = len(self.from_image) - 1 if level is None else level
        maps = _rectified(self.from_image[level](images))
        top = self.hidden + level
        for k in reversed(range(top)):
            maps = _rectified(self.halvings[k](_rectified(self.convolutions[k](maps))))
            if k == top - 1 and level and not is_off(fade):
                maps = blend(maps, _rectified(self.from_image[level - 1](reduced(images))), fade)
        scores = self.score(self.features(maps))
        if not self.classes:
            return scores
        return tf.reduce_sum(scores * tf.one_hot(labels, self.classes), axis=1, keepdims=True)

    def features(self, maps):
        """Maps of the smallest side to what the last dense layer takes: (batch, n)."""
        maps = maps if self.spread is None else self.spread(maps)
        maps = _rectified(self.last_convolution(maps))
        return _rectified(self.dense(tf.reshape(maps, (-1, self.dense.kernel.shape[0]))))

    def get_config(self):
        """Return the constructor's arguments."""
        own = {"image_shape": self.image_shape, "channel_base": self.channel_base, "channel_max": self.channel_max}
        own |= {"classes": self.classes, "group_size": self.group_size, "initial_side": self.initial_side}
        return {**super().get_config(), **own}


def _rectified(x: tf.Tensor) -> tf.Tensor:
    """LeakyReLU(0.2); the gain of sqrt(2) is in the weights before it."""
    return tf.nn.leaky_relu(x, 0.2)


def _built(layer, shape):
    layer.build(shape)
    return layer
