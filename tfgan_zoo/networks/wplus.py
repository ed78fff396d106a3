"""An encoder of images into W+: a style for every layer of a style generator, read off maps of three scales.

The scales and heads of pSp (Richardson et al., 2020, arXiv:2008.00951) on a plain residual trunk.
"""

import keras
from keras import layers as L

from tfgan_zoo.networks.convolutional import feature_sides
from tfgan_zoo.networks.residual import down_block

SIDE = 256  # larger images are averaged down to about this side


def style_scales(side: int, layers: int) -> list[tuple[int, int]]:
    """Return (side of the maps, how many layers of style are read off them), the first layers and coarsest maps first.

    From 64 pixels on layers 0-2 come from maps of 1/16 of the side, 3-6 of 1/8, the others of 1/4. Below, the layers
    are dealt evenly to the smallest sides, 4 to 7 pixels and its doubles: three of them, if there are as many.

    >>> style_scales(256, 14), style_scales(32, 8)
    ([(16, 3), (32, 4), (64, 7)], [(4, 3), (8, 3), (16, 2)])
    """
    if side >= 64:
        return [(side // 16, 3), (side // 8, 4), (side // 4, layers - 7)]
    sides = feature_sides((side, side, 1))[::-1][:3]
    each, more = divmod(layers, len(sides))
    return [(maps, each + (i < more)) for i, maps in enumerate(sides)]


def wplus_network(
    image_shape: tuple[int, int, int], layers: int, outputs: int, width: int, width_max: int, head_width: int
) -> keras.Model:
    """Images to float32 (batch, layers, outputs), small at first.

    Images of 512 pixels on are averaged over squares to about 256. A 3x3 convolution, then residual blocks that halve
    the side and double the channels, (maps + shortcut) / sqrt(2), down to the coarsest maps of `style_scales`. Every
    layer has a head of its own: 3x3 convolutions of stride 2 with LeakyReLU(0.2) down to one pixel, and a dense layer.
    Heads are most of the weights: some 175 million for 14 layers at 256 pixels, with 512 channels as in pSp.

    Args:
        image_shape: (side, side, channels), side = s * 2^k with s from 4 to 7.
        layers: of style.
        outputs: numbers for each layer.
        width: channels at the full side.
        width_max: the most channels.
        head_width: channels in the heads.

    Raises:
        ZooError: images that are not square, or of another side.
    """
    feature_sides(image_shape)
    images = maps = keras.Input(image_shape)
    side, factor = image_shape[0], max(1, image_shape[0] // SIDE)
    if factor > 1:
        # To a side of s * 2^k again, which 896, three and a half times 256, would not become.
        factor = 2 ** (factor.bit_length() - 1)
        maps, side = L.AveragePooling2D(factor)(maps), side // factor
    scales = style_scales(side, layers)
    maps = L.Conv2D(width, 3, padding="same", kernel_initializer="he_normal")(maps)
    of_side = {side: maps}
    while side > scales[0][0]:
        side, width = side // 2, min(2 * width, width_max)
        maps = of_side[side] = L.Rescaling(0.5**0.5)(down_block(maps, width, lambda layer: layer))
    styles = [_head(of_side[scale], outputs, head_width) for scale, count in scales for _ in range(count)]
    styles = L.Activation("linear", dtype="float32")(keras.ops.stack(styles, axis=1))
    return keras.Model(images, styles, name="encoder")


def _head(maps, outputs, width):
    """Maps to (batch, outputs)."""
    maps = L.LeakyReLU(0.2)(maps)
    while maps.shape[1] > 1:
        maps = L.LeakyReLU(0.2)(L.Conv2D(width, 3, 2, "same", kernel_initializer="he_normal")(maps))
    small = keras.initializers.VarianceScaling(0.01)
    return L.Dense(outputs, kernel_initializer=small)(L.Flatten()(maps))
