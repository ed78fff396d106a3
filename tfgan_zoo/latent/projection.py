"""Projection: the code of a style generator whose image is nearest to a given one, found by gradient descent.

Karras et al., 2019 (1912.04958), appendix D, for W; Abdal, Qin, Wonka, 2019 (1904.03189), for W+.
"""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tfgan_zoo.errors import ZooError, unknown

if TYPE_CHECKING:
    import tensorflow as tf

SPACES = ("w", "w+")
SIDE = 256  # images are compared at about this side: see `pooled`


class StyleStatistics(NamedTuple):
    """What the w of random latents are like, coordinate by coordinate; float64."""

    mean: np.ndarray
    """(d,)."""
    variance: np.ndarray
    """(d,), ddof 0."""

    @property
    def deviation(self) -> float:
        """sd_w = sqrt(E|w - mean|^2), the norm over all d coordinates: sqrt(d) times as large as one of them."""
        return float(np.sqrt(self.variance.sum()))


class Projection(NamedTuple):
    """Codes found for n images, and what they give."""

    styles: np.ndarray
    """w, float32 (n, d), or W+, (n, L, d): as `model.synthesize` takes them."""
    images: np.ndarray
    """Of these codes with the noise below, float32 in [-1, 1], the shape of the images given."""
    distances: np.ndarray
    """Of those images from the ones given, float32 (n,)."""
    noises: list[np.ndarray]
    """The noise maps found, float32 (n, side, side, 1) each, as the synthesis network takes them."""


def rate_at(t: float) -> float:
    """Adam's learning rate at the part t in [0, 1] of the way: up to 0.1 until 0.05, down to 0 from 0.75 on.

    0.1 (1/2 - 1/2 cos(pi min(1, (1 - t) / 0.25))) min(1, t / 0.05).

    >>> [rate_at(t) for t in (0, 0.05, 0.75, 1)]
    [0.0, 0.1, 0.1, 0.0]
    """
    return 0.1 * (0.5 - 0.5 * math.cos(math.pi * min(1.0, (1.0 - t) / 0.25))) * min(1.0, t / 0.05)


def exploration_at(t: float) -> float:
    """Deviation of the noise added to codes at the part t of the way, over sd_w: 0.05 max(0, 1 - t / 0.75)^2.

    >>> [exploration_at(t) for t in (0, 0.75, 1)]
    [0.05, 0.0, 0.0]
    """
    return 0.05 * max(0.0, 1.0 - t / 0.75) ** 2


def noise_regularization(maps: Sequence["tf.Tensor"]) -> "tf.Tensor":
    """Return how much noise maps correlate with themselves one pixel away, (n,): 0 for white noise without end.

    The sum, over all maps and over their means of 2x2 pixels again and again down to a side of 8, of
    E[m roll_x(m)]^2 + E[m roll_y(m)]^2, E over pixels. So images cannot be written into the noise. A map of ones has
    2 for every side; white noise of N pixels is expected to have 2 / N at its full size.

    Args:
        maps: tensors (n, side, side, 1).
    """
    import tensorflow as tf

    total = 0.0
    for level in maps:
        while True:
            for axis in (1, 2):
                total += tf.reduce_mean(level * tf.roll(level, 1, axis), axis=(1, 2, 3)) ** 2
            if level.shape[1] <= 8:
                break
            level = tf.nn.avg_pool2d(level, 2, 2, "VALID")
    return total


def style_statistics(model, samples: int = 10_000, seed: int = 0) -> StyleStatistics:
    """Return mean and variance of w over random latents, and labels of equal probability if the model has classes.

    Args:
        model: with `sample_latents`, `map` and `classes`, as the zoo's style generators are.
        samples: how many.
        seed: of the latents.
    """
    from tfgan_zoo import draws, signatures

    with draws.seeded((seed, 0)):
        inputs = (model.sample_latents(samples),)
        if model.classes:
            inputs += (draws.integers(samples, below=model.classes),)
    w = signatures.in_chunks(lambda *part: model.map(part if model.classes else part[0]), *inputs, size=1000)
    w = w.numpy().astype(np.float64)
    return StyleStatistics(w.mean(axis=0), w.var(axis=0))


def pixel_distance(images_a: "tf.Tensor", images_b: "tf.Tensor") -> "tf.Tensor":
    """Return the mean squared difference of each pair of images, (n,)."""
    import tensorflow as tf

    return tf.reduce_mean(tf.square(images_a - images_b), axis=(1, 2, 3))


def pooled(images: "tf.Tensor") -> "tf.Tensor":
    """Return the means of squares of side // 256 pixels, which is 1 below 512: images to be compared."""
    import tensorflow as tf

    factor = images.shape[1] // SIDE
    return tf.nn.avg_pool2d(images, factor, factor, "VALID") if factor > 1 else images


def project(
    model,
    images: np.ndarray,
    space: str = "w",
    steps: int = 1000,
    distance: Callable | None = None,
    noise_weight: float = 1e5,
    pixel_weight: float = 0.0,
    seed: int = 0,
    report: Callable[[int, np.ndarray], None] | None = None,
) -> Projection:
    """Return codes whose images are near `images`: each its own minimum of, with small normal steps eta,

        d(g(w + eta, noise), x) + noise_weight R(noise) + pixel_weight E(g(w + eta, noise) - x)^2.

    w starts at the mean of w, noise maps at N(0, 1); both are moved by Adam (0.9, 0.999), at step i of `steps` with
    the learning rate `rate_at(i / steps)` and eta of the deviation `exploration_at(i / steps)` sd_w, so the last
    quarter is without it. After each step every noise map is brought back to mean 0 and deviation 1; R is
    `noise_regularization`. Nothing in the model changes. All images are in memory at once.

    An image that the generator has made is found again in W at a much smaller distance than a photograph is; W+, one w
    a layer, comes nearer to either.

    Args:
        model: a style generator of the zoo, `stylegan2` or a `stylegan` that is fully grown. No truncation takes place.
        images: float (n, side, side, channels) in [-1, 1], of the model's shape.
        space: "w", one w for all layers, or "w+".
        steps: of Adam; the paper has 1,000.
        distance: d, a differentiable function of two batches of image tensors -> (n,), or `metrics.LPIPS(...)`, which
            is the paper's (grey images are shown to it as colour ones of three equal channels). Default: the mean
            squared difference of pixels. Images with sides from 512 on are first averaged over squares to about 256.
        noise_weight: of R; the paper's for LPIPS.
        pixel_weight: of the pixels' difference, beside another distance.
        seed: of the first noise maps and of eta.
        report: called after each step with its number, from 1, and the distances (n,) in it.

    Raises:
        ZooError: a model that is no style generator, an unknown space, no step, images of another shape, type or range,
            a negative weight, or a distance that is none.
    """
    import keras
    import tensorflow as tf

    from tfgan_zoo import draws

    target = tf.constant(_checked(model, images))
    if space not in SPACES:
        raise unknown("latent space", space, SPACES)
    if not isinstance(steps, int | np.integer) or steps < 1:
        raise ZooError(f"steps: expected a number of steps from 1 on, found {steps!r}")
    if not (noise_weight >= 0 and pixel_weight >= 0):
        raise ZooError(f"weights: expected numbers from 0 on, found noise {noise_weight!r}, pixel {pixel_weight!r}")
    measured, n = _measure(distance), len(target)
    statistics, synthesis = style_statistics(model), model.deployed("synthesis")
    shape = (n, len(statistics.mean)) if space == "w" else (n, synthesis.layers_of_style, len(statistics.mean))
    variable = lambda value: keras.Variable(value, dtype="float32")
    codes = variable(tf.broadcast_to(tf.constant(statistics.mean, tf.float32), shape))
    with draws.seeded((seed, 0)):
        noises = [variable(draws.normal(n, *own.shape[1:])) for own in synthesis.noises]
    optimizer = keras.optimizers.Adam(0.0, beta_1=0.9, beta_2=0.999, epsilon=1e-8)
    optimizer.build([codes, *noises])
    seen = pooled(target)

    def generated(styles):
        return synthesis(model.of_layers(styles), noise=[tf.convert_to_tensor(noise) for noise in noises])

    @tf.function(autograph=False)
    def step(number, rate, exploration):
        with draws.seeded(tf.stack([seed, number])):
            eta = exploration * draws.normal(*shape)
        optimizer.learning_rate.assign(rate)
        found = [variable.value for variable in (codes, *noises)]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(found)
            made = pooled(generated(codes + eta))
            distances = _per_image(measured(made, seen), n)
            loss = distances + noise_weight * noise_regularization([tf.convert_to_tensor(noise) for noise in noises])
            if pixel_weight:
                loss += pixel_weight * pixel_distance(made, seen)
            loss = tf.reduce_sum(loss)  # each image has codes and noise of its own
        optimizer.apply(tape.gradient(loss, found), [codes, *noises])
        for noise in noises:
            noise.assign(_normalized(tf.convert_to_tensor(noise)))
        return distances

    for i in range(steps):
        t = i / steps
        exploration = exploration_at(t) * statistics.deviation
        distances = step(tf.constant(i + 1), tf.constant(rate_at(t)), tf.constant(exploration))
        if report is not None:
            report(i + 1, distances.numpy())
    result = tf.clip_by_value(generated(tf.convert_to_tensor(codes)), -1.0, 1.0)
    distances = _per_image(measured(pooled(result), seen), n)
    return Projection(codes.numpy(), result.numpy(), distances.numpy(), [noise.numpy() for noise in noises])


def _normalized(maps):
    """Each map with mean 0 and deviation 1."""
    import tensorflow as tf

    centered = maps - tf.reduce_mean(maps, axis=(1, 2, 3), keepdims=True)
    return centered * tf.math.rsqrt(tf.reduce_mean(tf.square(centered), axis=(1, 2, 3), keepdims=True))


def _checked(model, images) -> np.ndarray:
    """The images as float32."""
    if missing := [part for part in ("map", "synthesize", "deployed", "of_layers") if not hasattr(model, part)]:
        name = getattr(model, "name", type(model).__name__)
        raise ZooError(
            f"{name} has no {missing[0]}: images are projected into the styles of a style generator; use stylegan2"
        )
    from tfgan_zoo.inputs import Images

    found, wanted = np.asarray(images), Images(model.image_shape)
    if found.shape[1:] != wanted.shape or found.ndim != 4 or not len(found) or found.dtype.kind != "f":
        raise ZooError(
            f"images: {model.name} makes float images {(None, *wanted.shape)}, found {found.shape} of {found.dtype}; "
            "give at least one of that shape, scaled to [-1, 1]"
        )
    wanted.check(found)
    return found.astype(np.float32)


def _measure(distance):
    """The distance as a function of tensors."""
    from tfgan_zoo.metrics.lpips import LPIPS

    if distance is None:
        return pixel_distance
    if isinstance(distance, LPIPS):
        import tensorflow as tf

        colored = lambda images: tf.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images
        return lambda a, b: distance.distance(colored(a), colored(b))
    if not callable(distance):
        raise ZooError(f"distance: expected a function of two batches of images, or metrics.LPIPS, found {distance!r}")
    return distance


def _per_image(distances, n):
    """The distances, if they are one for each image."""
    shape = getattr(distances, "shape", None)
    if shape is None or tuple(shape) != (n,):
        raise ZooError(f"distance: expected a tensor with one number for each image, ({n},), found {shape}")
    return distances
