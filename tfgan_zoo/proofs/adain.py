"""AdaIN: feature maps get given statistics, each example its own; textures take over the colours of others.

Random maps (8 of 16x16 pixels, 32 channels, each with a mean and a deviation of its own) get random statistics. Eight
textures of 64x64 pixels, sums of waves in random colours, get the colours of eight others; the encoder is the identity.
The baseline takes the statistics of the batch, as batch normalization does.
"""

import numpy as np
import tensorflow as tf

from tfgan_zoo.layers.style import adaptive_instance_norm
from tfgan_zoo.proofs.result import Criterion

CLAIM = (
    "AdaIN gives every feature map the mean and the deviation of a style and keeps everything else of the content, "
    "which statistics of the batch do not; a constant map loses all that it said."
)
CRITERIA = (
    Criterion("statistics_error", "<=", 1e-4, "largest error of means and deviations of random maps, read back"),
    Criterion("colour_error", "<=", 1e-4, "largest error of means and deviations of textures' colours"),
    Criterion("structure", ">=", 0.9999, "least correlation of a channel's pixels before and after"),
    Criterion("own_style_error", "<=", 1e-5, "largest change of maps that get their own statistics"),
    Criterion("affine_error", "<=", 1e-5, "largest difference of what a x + b gives, a > 0, from what x gives"),
    Criterion("constant_error", "<=", 0, "largest difference of a constant map from the shift it gets"),
    Criterion("batch_colour_error", ">=", 1e-2, "largest error of colours with statistics of the batch"),
)
EPSILON = 1e-8


def run(seed, report):
    """Give statistics and read them back; transfer colours; measure what is invariant."""
    generator = np.random.default_rng(seed)
    shape, channels = (8, 16, 16, 32), (8, 32)
    maps = generator.normal(size=shape) * generator.uniform(0.5, 2, (8, 1, 1, 32)) + generator.normal(
        size=(8, 1, 1, 32)
    )
    maps, scale, shift = (
        _float(maps),
        _float(generator.uniform(0.2, 3, channels)),
        _float(generator.normal(size=channels)),
    )
    normalized = _normalized(maps, scale, shift)
    factor, offset = generator.uniform(0.5, 2, (8, 1, 1, 32)), generator.normal(size=(8, 1, 1, 32))
    # Sixteenths, whose mean is exact: what rounding leaves of other constants is divided by 1e-4.
    constant = np.ones(shape, np.float32) * _float(generator.integers(-32, 33, (8, 1, 1, 32)) / 16)
    content, style = textures(generator), textures(generator)
    wanted = statistics(style)
    moved = _normalized(content, *map(_float, reversed(wanted)))
    found = {
        "statistics_error": _error(statistics(normalized), (shift, scale)),
        "colour_error": _error(statistics(moved), wanted),
        "structure": _least_correlation(content, moved),
        "own_style_error": float(np.abs(_normalized(maps, *map(_float, reversed(statistics(maps)))) - maps).max()),
        "affine_error": float(np.abs(_normalized(_float(factor * maps + offset), scale, shift) - normalized).max()),
        "constant_error": float(np.abs(_normalized(constant, scale, shift) - shift[:, None, None]).max()),
        "batch_colour_error": _error(statistics(of_batch(content, *wanted)), wanted),
    }
    report(", ".join(f"{name} {value:.3g}" for name, value in found.items()))
    return {**found, "_pictures": np.stack([content, style, moved])}


def textures(generator, count=8, side=64, waves=6):
    """(count, side, side, 3): sums of waves of few periods, each in a colour of its own, around another colour."""
    y, x = np.mgrid[:side, :side] / side
    frequency, phase = generator.integers(-5, 6, (count, waves, 2)), generator.uniform(0, 2 * np.pi, (count, waves))
    frequency[(frequency == 0).all(axis=-1)] = (1, 2)
    way = frequency[..., 0, None, None] * y + frequency[..., 1, None, None] * x
    colours, around = generator.normal(0, 0.12, (count, waves, 3)), generator.uniform(-0.4, 0.4, (count, 1, 1, 3))
    wave = np.sin(2 * np.pi * way + phase[..., None, None])
    return _float(np.einsum("nwyx,nwc->nyxc", wave, colours) + around)


def statistics(maps):
    """Mean and deviation (ddof 0) of every map of every example, each (n, channels), float64."""
    maps = np.asarray(maps, np.float64)
    return maps.mean(axis=(1, 2)), maps.std(axis=(1, 2))


def of_batch(maps, mean, deviation):
    """The maps with the given statistics, had they all those of the batch: batch normalization with a style."""
    centered = (maps - maps.mean(axis=(0, 1, 2))) / np.sqrt(maps.var(axis=(0, 1, 2)) + EPSILON)
    return deviation[:, None, None] * centered + mean[:, None, None]


def _normalized(maps, scale, shift):
    return adaptive_instance_norm(*map(tf.constant, (maps, scale, shift)), epsilon=EPSILON).numpy()


def _error(found, wanted):
    return float(max(np.abs(a - b).max() for a, b in zip(found, wanted)))


def _least_correlation(before, after):
    pairs = zip(*(np.moveaxis(maps, -1, 1).reshape(-1, maps.shape[1] * maps.shape[2]) for maps in (before, after)))
    return float(min(np.corrcoef(a, b)[0, 1] for a, b in pairs))


def _float(array):
    return np.asarray(array, np.float32)


def draw(runs, path):
    """Contents, styles, and contents with the colours of the styles."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.9), dpi=90, layout="constrained")
    rows, titles = runs[0]["_pictures"], ("content", "style", "content, with\nthe style's\nmean and\ndeviation")
    for panel, images, title in zip(figure.subplots(3, 1), rows, titles):
        panel.imshow(np.clip((np.concatenate(list(images), axis=1) + 1) / 2, 0, 1), interpolation="nearest")
        panel.set_ylabel(title, rotation=0, ha="right", va="center", fontsize=10)
        panel.set(xticks=[], yticks=[])
        panel.spines[:].set_visible(False)
    errors = ", ".join(f"{r['colour_error']:.1e}" for r in runs)
    others = ", ".join(f"{r['batch_colour_error']:.2f}" for r in runs)
    title = f"largest error of a colour's mean or deviation: {errors}; with statistics of the batch: {others}"
    figure.suptitle(title, fontsize=10)
    figure.savefig(path)
