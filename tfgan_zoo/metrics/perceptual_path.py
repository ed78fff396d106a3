"""Perceptual Path Length: how fast images change along straight walks between latent vectors."""

import inspect
from collections.abc import Callable
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.interpolation import lerp, slerp
from tfgan_zoo.metrics.features import checked
from tfgan_zoo.metrics.lpips import LPIPS, pixel_l2


class PathLength(NamedTuple):
    """Mean and standard deviation (ddof 0) of the steps that the percentiles leave, and what they are lengths of."""

    mean: float
    std: float
    n: int
    """How many steps were kept."""
    epsilon: float
    """Length of a step, as a part of the whole path."""
    label: str
    """Names the distance, the latent space and where on the path: `ppl[pixel_l2, z, full]`."""


@runtime_checkable
class MappedGenerator(Protocol):
    """A generator with an intermediate latent space W, as StyleGAN has: z -> w -> image. Any object with these two."""

    latent_dim: int

    def map(self, z: np.ndarray) -> np.ndarray:
        """Return w of z (n, latent_dim); the first axis is the sample's, the others are free."""
        ...

    def synthesize(self, w: np.ndarray) -> np.ndarray:
        """Return the images of w, with fixed noise, or with the noise of a further argument `seed`."""
        ...


Generate = Callable[..., np.ndarray]


def ppl(
    generate,
    latents: int | Callable[[int, int], np.ndarray] | None = None,
    distance="pixel_l2",
    *,
    space: str = "z",
    sampling: str = "full",
    epsilon: float | None = None,
    samples: int = 10_000,
    map_latents: Generate | None = None,
    radius: float | None = None,
    crop: str | None = None,
    batch_size: int = 16,
    seed: int = 0,
    lower: float = 1.0,
    higher: float = 99.0,
) -> PathLength:
    """Return the mean of d(g(u(t)), g(u(t + epsilon))) / epsilon^2 over random pairs of latents, one step on each path.

    In z, u walks from z1 to z2 on a sphere (`slerp`), then `map_latents`. In w, u walks straight from map(z1) to
    map(z2) (`lerp`). "full" takes t uniform on (0, 1), t + epsilon may pass 1; "end" takes t = 0. Both images of a pair
    have the same noise. Images are neither clipped nor rounded; where the side (after the crop) is above 256 they are
    averaged over squares of side // 256 pixels. Steps outside the percentiles `lower` and `higher` are left out before
    the mean. There is no truncation.

    Published values: StyleGAN2 on FFHQ, LPIPS with VGG16, 50,000 steps (StyleGAN: 100,000), epsilon 1e-4.

    Args:
        generate: what makes images (n, height, width, channels), in [-1, 1] and float32 or float64, one of
            a function of latents (of w if there is `map_latents`); if it takes `seed`, that seeds its noise;
            a `MappedGenerator`;
            a model of the zoo with `latent_dim`, whose deployed (averaged) generator is called, in z alone; it may
            take labels, which are then drawn uniformly.
            With a pixel distance points (n, d) may come out as well.
        latents: length of standard normal latents, or a function (n, seed) -> (n, ...) whose first n / 2 rows are
            starts, the others ends of paths; None asks the generator.
        distance: `LPIPS(...)`, which sees grey images as colour ones of three equal channels; any function of two
            batches of images -> (n,) that is quadratic for small steps; "pixel_l2", the squared Euclidean distance,
            summed over the image in float64; or "euclidean", the norm itself. That is a tutorial's form: it is linear,
            so it is divided by epsilon, not by its square, which would diverge.
        space: "z" or "w".
        sampling: "full" or "end".
        epsilon: default 1e-4; 1e-2 for a pixel distance of float32 images, where rounding would be part of a shorter
            step.
        samples: number of steps.
        map_latents: z -> w of a generator that is a function.
        radius: of the sphere in z. Default 1, right where the mapping normalizes z, as StyleGAN's does; for models of
            the zoo, which take z as it is, the root mean square length of their latents, sqrt(latent_dim) if normal.
        crop: "face" keeps rows 3/8 to 7/8 and columns 2/8 to 6/8, as for FFHQ in `ppl_*` (`ppl2_*` has none).
        batch_size: pairs at once; noise and sampled latents depend on it.
        seed: of latents, t, labels and noise.
        lower: percentile, rounded down to a step's value.
        higher: percentile, rounded up to a step's value.

    Raises:
        ZooError: settings out of range, no w space, images that are not floats of one size, NaN, half precision.

    Source: Karras, Laine, Aila, 2018 (1812.04948), section 4.1; percentiles and pooling as in NVlabs/stylegan.
    """
    _check(space, sampling, epsilon, samples, crop, batch_size, seed, lower, higher)
    synthesize, mapping, draw, default_radius = _resolved(generate, latents, map_latents, space, seed)
    radius = default_radius if radius is None else radius
    if not (np.isfinite(radius) and radius > 0):
        raise ZooError(f"radius must be a positive number; found {radius!r}")
    measure, power, name = _distance(distance)
    places, steps = np.random.default_rng([seed, 1]), []
    for index, start in enumerate(range(0, samples, batch_size)):
        n = min(batch_size, samples - start)
        batch_seed = int(np.random.SeedSequence([seed, index]).generate_state(1)[0] >> 1)
        ends = draw(2 * n, batch_seed)
        t = places.uniform(size=n) if sampling == "full" else np.zeros(n)
        if space == "w":
            ends = _array(_call(mapping, ends, batch_seed), 2 * n, "the mapped latents")
        start_of, end_of = ends[:n], ends[n:]

        def images_at(t, a=start_of, b=end_of, seed=batch_seed):
            if space == "w":
                codes = lerp(a, b, t)
            else:
                codes = radius * slerp(a, b, t)
                codes = codes if mapping is None else _call(mapping, codes, seed)
            images = _array(_call(synthesize, codes, seed), len(t), "the images")
            return _pooled(_cropped(images, crop))

        first = images_at(t)
        if epsilon is None:
            epsilon = 1e-2 if isinstance(distance, str) and first.dtype == np.float32 else 1e-4
        length = np.asarray(measure(first, images_at(t + epsilon)), np.float64)
        if length.shape != (n,) or not np.isfinite(length).all():
            raise ZooError(f"distance {name!r} must give {n} finite numbers for {n} pairs; found shape {length.shape}")
        steps.append(length / epsilon**power)
    kept = trimmed(np.concatenate(steps), lower, higher)
    label = ", ".join([name, space, sampling, *([crop] if crop else [])])
    return PathLength(float(kept.mean()), float(kept.std()), len(kept), epsilon, f"ppl[{label}]")


def trimmed(values: np.ndarray, lower: float = 1.0, higher: float = 99.0) -> np.ndarray:
    """Return the values between two percentiles, each taken as the value at or next outside of it (both stay)."""
    low = np.percentile(values, lower, method="lower")
    high = np.percentile(values, higher, method="higher")
    return values[(low <= values) & (values <= high)]


def _distance(distance) -> tuple[Callable, int, str]:
    """Return the function, the power of epsilon that it is divided by, and its name."""
    if isinstance(distance, str):
        known = {
            "pixel_l2": (pixel_l2, 2, "pixel_l2"),
            "euclidean": (lambda a, b: np.sqrt(pixel_l2(a, b)), 1, "euclidean / epsilon"),
        }
        if distance not in known:
            raise unknown("distance", distance, known)
        return known[distance]
    if isinstance(distance, LPIPS):
        return lambda a, b: distance(_colour(a), _colour(b)), 2, distance.name
    if not callable(distance):
        raise ZooError(f"distance must be a name or a function of two batches of images; found {distance!r}")
    return distance, 2, str(getattr(distance, "name", None) or getattr(distance, "__name__", type(distance).__name__))


def _colour(images: np.ndarray) -> np.ndarray:
    return np.repeat(images, 3, axis=-1) if images.ndim == 4 and images.shape[-1] == 1 else images


def _resolved(generate, latents, map_latents, space, seed):
    """Return (codes -> images, z -> codes or None, (n, seed) -> z, radius of the sphere)."""
    radius = 1.0
    if hasattr(generate, "synthesize") and hasattr(generate, "map"):
        latents = generate.latent_dim if latents is None else latents
        generate, map_latents = generate.synthesize, map_latents or generate.map
    elif hasattr(generate, "latent_dim"):
        generate, latents, radius = _of_model(generate, latents, seed)
    if space == "w" and map_latents is None:
        raise ZooError("space 'w' needs map_latents, or a generator with map and synthesize; this one has z alone")
    if latents is None:
        raise ZooError("latents: give the length of a latent vector, or a function (n, seed) -> (n, length)")
    if callable(latents):
        return generate, map_latents, lambda n, seed: _drawn(latents, n, seed, space), radius
    if isinstance(latents, bool) or not isinstance(latents, int | np.integer) or latents < (2 if space == "z" else 1):
        raise ZooError(f"latents: expected a length of at least {2 if space == 'z' else 1}; found {latents!r}")
    # A stream of its own: a generator that seeds its noise with the same number must not repeat the latents.
    normal = lambda n, seed: np.random.default_rng([seed, 2]).normal(size=(n, latents))
    return generate, map_latents, normal, radius


def _of_model(model, latents, seed):
    """Return the deployed generator as a function of latents and seed, the draw of its latents, their RMS length."""
    from tfgan_zoo import draws
    from tfgan_zoo.inputs import Labels

    precision = model.dtype_policy.compute_dtype
    if precision not in ("float32", "float64"):
        raise ZooError(
            f"ppl needs a generator of at least float32, as its steps are tiny; this one computes {precision}"
        )

    def draw(n, seed):
        with draws.seeded((seed, 0)):
            z = model.sample_latents(n) if hasattr(model, "sample_latents") else draws.normal(n, model.latent_dim)
        return np.asarray(z)

    labels = [entry for entry in model.inputs_of_batch() if isinstance(entry, Labels)]

    def generate(z, seed):
        z = np.asarray(z, np.float32)
        if not labels:
            return model(z)
        return model((z, np.random.default_rng([seed, 3]).integers(labels[0].classes, size=len(z), dtype=np.int32)))

    latents = draw if latents is None else latents
    root_mean_square = float(np.sqrt((np.asarray(draw(1024, seed), np.float64) ** 2).sum(axis=1).mean()))
    return generate, latents, root_mean_square


def _drawn(latents: Callable, n: int, seed: int, space: str) -> np.ndarray:
    z = checked(latents(n, seed), "the sampled latents", least=0)
    if len(z) != n or z.shape[1] < 2 and space == "z":
        raise ZooError(f"latents({n}, seed) must return shape ({n}, length), length > 1 in z; found {z.shape}")
    return z


def _call(function: Callable, codes: np.ndarray, seed: int):
    # Whether the function takes a seed is asked once a batch; the cost is microseconds.
    try:
        seeded = "seed" in inspect.signature(function).parameters
    except (TypeError, ValueError):
        seeded = False
    return function(codes, seed=seed) if seeded else function(codes)


def _array(values, n: int, name: str) -> np.ndarray:
    values = np.asarray(values)
    if values.dtype not in (np.float32, np.float64):
        raise ZooError(
            f"ppl: {name} must be float32 or float64, as a step is smaller than what {values.dtype} can tell apart"
        )
    if values.ndim < 2 or len(values) != n:
        raise ZooError(f"ppl: {name} of {n} latents must have shape ({n}, ...); found {values.shape}")
    if not np.isfinite(values).all():
        raise ZooError(f"ppl: {name} hold NaN or infinity; the model diverged")
    return values


def _cropped(images: np.ndarray, crop: str | None) -> np.ndarray:
    if crop is None:
        return images
    if images.ndim != 4 or min(images.shape[1:3]) < 8:
        raise ZooError(f"crop 'face' needs images of at least 8x8; found shape {images.shape}")
    eighth = images.shape[1] // 8
    return images[:, 3 * eighth : 7 * eighth, 2 * eighth : 6 * eighth]


def _pooled(images: np.ndarray, side: int = 256) -> np.ndarray:
    factor = images.shape[1] // side if images.ndim == 4 else 1
    if factor <= 1:
        return images
    n, height, width, channels = images.shape
    if height % factor or width % factor:
        raise ZooError(f"images of {height}x{width} cannot be averaged over squares of {factor} pixels; resize them")
    return images.reshape(n, height // factor, factor, width // factor, factor, channels).mean(axis=(2, 4))


def _check(space, sampling, epsilon, samples, crop, batch_size, seed, lower, higher) -> None:
    for kind, value, known in (("space", space, ("z", "w")), ("sampling", sampling, ("full", "end"))):
        if value not in known:
            raise unknown(kind, value, known)
    if crop not in (None, "face"):
        raise unknown("crop", crop, ("face",))
    if epsilon is not None and not (np.isfinite(epsilon) and epsilon > 0):
        raise ZooError(f"epsilon must be positive; found {epsilon!r}")
    if samples < 1 or batch_size < 1 or seed < 0:
        raise ZooError(
            f"ppl needs samples >= 1, batch_size >= 1 and seed >= 0; found {samples}, {batch_size} and {seed}"
        )
    if not 0 <= lower < higher <= 100:
        raise ZooError(f"percentiles must have 0 <= lower < higher <= 100; found {lower!r} and {higher!r}")
