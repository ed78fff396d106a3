"""Perceptual Path Length: the known answers of the sheet, the proof by uneven pacing, and what float32 does to it."""

import numpy as np
import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.lpips import LPIPS, pixel_l2
from tfgan_zoo.metrics.perceptual_path import MappedGenerator, ppl, trimmed

WHOLE = {"lower": 0, "higher": 100}  # no trimming


def identity(z):
    return z


def zero_to_one(n, seed):
    """Every path starts at 0 and ends at 1."""
    return np.repeat([[0.0], [1.0]], n // 2, axis=0)


def on_the_line(generate, sampling, **arguments):
    return ppl(
        generate, zero_to_one, space="w", map_latents=identity, sampling=sampling, batch_size=500, **WHOLE, **arguments
    )


# Known answers


@pytest.mark.parametrize("sampling", ["full", "end"])
@pytest.mark.parametrize("epsilon", [1e-4, 1e-2, 0.5])
def test_linear_generator_in_w(sampling, epsilon):
    matrix = np.random.default_rng(0).normal(size=(6, 9))
    result = ppl(
        lambda w: w @ matrix,
        6,
        space="w",
        map_latents=identity,
        sampling=sampling,
        epsilon=epsilon,
        samples=20_000,
        batch_size=5000,
        **WHOLE,
    )
    assert result.mean == pytest.approx(2 * (matrix**2).sum(), abs=4 * result.std / np.sqrt(20_000))
    assert result.mean == pytest.approx(2 * (matrix**2).sum(), rel=0.03)
    # The same paths at another epsilon or t: exactly the same, as the generator is linear.
    other = ppl(lambda w: w @ matrix, 6, space="w", map_latents=identity, samples=20_000, batch_size=5000, **WHOLE)
    assert result.mean == pytest.approx(other.mean, rel=1e-7)
    assert (result.n, result.epsilon) == (20_000, epsilon)
    assert result.label == f"ppl[pixel_l2, w, {sampling}]"


@pytest.mark.parametrize(
    ("d", "expected"), [(2, np.pi**2 / 3), (3, (np.pi**2 - 4) / 2), (512, np.pi**2 / 4)], ids=["2", "3", "512"]
)
def test_identity_in_z_is_the_mean_squared_angle(d, expected):
    samples = 20_000 if d < 512 else 2000
    result = ppl(identity, d, samples=samples, batch_size=1000, **WHOLE)
    tolerance = 4 * result.std / np.sqrt(samples) + (5e-3 if d == 512 else 0)  # the last value is a limit
    assert result.mean == pytest.approx(expected, abs=tolerance)
    sheet = {2: 3.28987, 3: 2.93480, 512: 2.46740}[d]
    assert expected == pytest.approx(sheet, abs=5e-6)


def test_radius_scales_the_walk_and_end_equals_full_on_the_sphere():
    one = ppl(identity, 8, samples=500, **WHOLE)
    assert ppl(identity, 8, samples=500, radius=3.0, **WHOLE).mean == pytest.approx(9 * one.mean, rel=1e-6)
    assert ppl(identity, 8, samples=500, sampling="end", **WHOLE).mean == pytest.approx(one.mean, rel=1e-6)


def test_even_and_uneven_pacing_of_the_same_path():
    uneven = lambda w: np.where(w < 0.5, 20 / 11 * w, 10 / 11 + 2 / 11 * (w - 0.5))
    assert uneven(np.array([0.0, 1.0])).tolist() == pytest.approx([0, 1])
    for sampling, expected in (("full", 1.6694), ("end", 3.3058)):
        assert on_the_line(identity, sampling).mean == pytest.approx(1, rel=1e-9)
        result = on_the_line(uneven, sampling)
        assert result.mean == pytest.approx(expected, abs=4 * result.std / np.sqrt(result.n) + 5e-5)


def test_trimming_lowers_skewed_values():
    matrix = np.random.default_rng(1).normal(size=(4, 9))
    arguments = {"space": "w", "map_latents": identity, "samples": 5000, "batch_size": 1000}
    whole, kept = (ppl(lambda w: w @ matrix, 4, **arguments, **trim) for trim in (WHOLE, {}))
    assert 0.9 * whole.mean < kept.mean < 0.98 * whole.mean
    assert 4895 <= kept.n <= 4904


def test_percentiles_round_outwards():
    values = np.random.default_rng(2).permutation(np.arange(201.0))
    np.testing.assert_array_equal(np.sort(trimmed(values, 0.7, 99.1)), np.arange(1.0, 200))  # places 1.4 and 198.2
    np.testing.assert_array_equal(trimmed(values, 0, 100), values)
    assert trimmed(np.full(10, 3.0)).tolist() == [3.0] * 10


def test_euclidean_is_divided_by_epsilon_alone():
    slow = lambda w: 3 * w
    for epsilon in (1e-4, 1e-2):
        result = on_the_line(slow, "full", distance="euclidean", epsilon=epsilon)
        assert result.mean == pytest.approx(3, rel=1e-9)
    assert result.label == "ppl[euclidean / epsilon, w, full]"
    assert on_the_line(slow, "full").mean == pytest.approx(9, rel=1e-9)


# Walks


# Images


class Faces:
    """A generator of big images that are brighter by one in each 1/8 band for a step along the only latent axis."""

    def __init__(self, side=64):
        self.pattern = np.arange(side)[:, None] // (side // 8) * 10.0 + np.arange(side)[None] // (side // 8)

    def __call__(self, w):
        return (w[:, 0, None, None, None] * self.pattern[None, :, :, None]).astype(np.float64)


def test_crop_of_faces():
    # Rows 3 to 6, columns 2 to 5 of the eighths; each eighth of a 64-pixel side is 8 pixels.
    expected = 64 * sum((10 * row + column) ** 2 for row in range(3, 7) for column in range(2, 6))
    result = on_the_line(Faces(), "full", crop="face", samples=10)
    assert result.mean == pytest.approx(expected, rel=1e-9)
    assert result.label == "ppl[pixel_l2, w, full, face]"


def test_big_images_are_averaged_to_256():
    checkers = np.indices((512, 512)).sum(0) % 2 * 2.0  # each square of 2x2 pixels has the mean 1
    shapes = []

    def distance(a, b):
        shapes.append(a.shape)
        return pixel_l2(a, b)

    generate = lambda w: w[:, :, None, None] * checkers[None, :, :, None]
    result = on_the_line(generate, "full", distance=distance, samples=2)
    assert shapes == [(2, 256, 256, 1)]
    assert result.mean == pytest.approx(256 * 256, rel=1e-6)
    # With the crop it is the cropped side, here 256, that counts: nothing is averaged.
    assert on_the_line(generate, "full", crop="face", samples=2).mean == pytest.approx(256 * 256 * 2, rel=1e-6)


def test_images_are_neither_clipped_nor_rounded():
    assert on_the_line(lambda w: 300 + 0.001 * w, "full").mean == pytest.approx(1e-6, rel=1e-3)


# Noise, seeds and forms of generators


def test_both_images_of_a_pair_have_the_same_noise():
    seeds = []

    def noisy(w, seed):
        seeds.append(seed)
        return w + np.random.default_rng(seed).normal(size=w.shape)

    arguments = {"space": "w", "map_latents": identity, "samples": 64, "batch_size": 16, **WHOLE}
    assert ppl(noisy, 5, **arguments).mean == pytest.approx(ppl(identity, 5, **arguments).mean, rel=1e-6)
    assert seeds[0::2] == seeds[1::2]
    assert len(set(seeds)) == 4
    unseeded = np.random.default_rng(0)
    assert ppl(lambda w: w + unseeded.normal(size=w.shape), 5, **arguments).mean > 1e6  # why it matters


def test_seed_decides():
    assert ppl(identity, 5, samples=50, seed=1) == ppl(identity, 5, samples=50, seed=1)
    assert ppl(identity, 5, samples=50, seed=1) != ppl(identity, 5, samples=50, seed=2)


class Style:
    """z on the unit sphere, a mapping that warps it, and a linear synthesis."""

    latent_dim = 3

    def __init__(self):
        self.matrix = np.random.default_rng(5).normal(size=(3, 12))

    def map(self, z):
        z = z / np.linalg.norm(z, axis=1, keepdims=True)
        return np.sign(z) * np.abs(z) ** 0.5

    def synthesize(self, w):
        return (w @ self.matrix).reshape(-1, 2, 2, 3)


def test_mapped_generator_equals_its_two_functions():
    style = Style()
    assert isinstance(style, MappedGenerator)
    for space in ("z", "w"):
        whole = ppl(style, space=space, samples=200)
        assert whole == ppl(style.synthesize, 3, map_latents=style.map, space=space, samples=200)
    composed = ppl(lambda z: style.synthesize(style.map(z)), 3, samples=200)
    assert ppl(style, samples=200) == composed
    # The mapping normalizes, so the radius is hidden; its kinks at the axes cost length in z, not in w.
    assert ppl(style, samples=200, radius=5.0).mean == pytest.approx(composed.mean, rel=1e-6)
    z, w = (ppl(style, space=space, samples=2000, batch_size=200, **WHOLE).mean for space in ("z", "w"))
    assert z > 2 * w


def test_distance_is_a_function_or_an_object_with_a_name():
    class Judge:
        name = "judge"

        def __call__(self, a, b):
            return 2 * pixel_l2(a, b)

    plain = ppl(identity, 4, samples=20)
    result = ppl(identity, 4, Judge(), samples=20)
    assert result.label == "ppl[judge, z, full]"
    assert ppl(identity, 4, pixel_l2, samples=20).label == plain.label
    assert result.mean == pytest.approx(2 * plain.mean)
    with pytest.raises(ZooError, match="'broken' must give 16 finite numbers for 16 pairs; found shape"):

        def broken(a, b):
            return 0.0

        ppl(identity, 4, broken, samples=20)


def test_lpips_of_grey_and_colour_images():
    random = np.random.default_rng(8)
    shapes = {0: (64, 3, 11), 3: (192, 64, 5), 6: (384, 192, 3), 8: (256, 384, 3), 10: (256, 256, 3)}
    trunk = {
        f"features.{i}.weight": random.normal(0, (2 / c / k / k) ** 0.5, (f, c, k, k))
        for i, (f, c, k) in shapes.items()
    }
    trunk |= {f"features.{i}.bias": np.zeros(f) for i, (f, _, _) in shapes.items()}
    heads = {f"lin{j}.model.1.weight": np.full((1, f, 1, 1), 1 / f) for j, (f, _, _) in enumerate(shapes.values())}
    lpips = LPIPS("alex", trunk=trunk, heads=heads)
    pattern = random.normal(size=(4, 32 * 32))
    grey = lambda z: np.tanh(z @ pattern).reshape(-1, 32, 32, 1)
    result = ppl(grey, 4, lpips, samples=16)
    assert result.label == "ppl[lpips_alex, z, full]"
    assert result.epsilon == 1e-4
    assert result == ppl(lambda z: np.repeat(grey(z), 3, axis=-1), 4, lpips, samples=16)
    # Quadratic for small steps: the step's length does not matter.
    assert ppl(grey, 4, lpips, samples=16, epsilon=1e-3).mean == pytest.approx(result.mean, rel=0.05)


# Numbers of float32


def test_float32_generators_get_a_longer_step():
    matrix = np.random.default_rng(6).normal(size=(8, 768)).astype(np.float32) * 0.1

    def single(w):
        return np.tanh(w.astype(np.float32) @ matrix)

    def double(w):
        return np.tanh(w @ matrix.astype(np.float64))

    arguments = {"samples": 2000, "batch_size": 500}
    true = ppl(double, 8, **arguments)
    assert true.epsilon == 1e-4
    result = ppl(single, 8, **arguments)
    assert result.epsilon == 1e-2
    assert result.mean == pytest.approx(true.mean, rel=1e-3)
    # A bright image that hardly changes: at 1e-4 rounding is most of the number, at 1e-2 it is not.
    bright = lambda w: (0.9 + 1e-3 * double(w)).astype(np.float32)
    expected = 1e-6 * true.mean
    assert ppl(bright, 8, epsilon=1e-4, **arguments).mean > 1.3 * expected
    assert ppl(bright, 8, **arguments).mean == pytest.approx(expected, rel=0.01)


# Models of the zoo


def make(name, **arguments):
    from tfgan_zoo.registry import create

    return create(name, image_shape=(8, 8, 1), latent_dim=6, width=8, **arguments)


def test_model_walks_in_z_with_its_averaged_generator():
    model = make("gan")
    averaged, plain = model.deployed("generator"), model.generator
    before = ppl(model, samples=256)
    assert before.epsilon == 1e-2
    for weight in plain.trainable_variables:  # the generator being trained is not the one that is judged
        weight.assign(5.0 * weight)
    assert ppl(model, samples=256) == before
    by_hand = lambda z: np.asarray(averaged(z.astype(np.float32), training=False))
    many = ppl(model, samples=4000, batch_size=500)
    assert many.mean == pytest.approx(ppl(by_hand, 6, samples=4000, batch_size=500, radius=6**0.5).mean, rel=0.1)


def test_radius_of_a_model_is_the_length_of_its_latents():
    model = make("dcgan")  # its latents are uniform on (-1, 1): |z|^2 is 6 / 3 in the mean
    arguments = {"samples": 512, "batch_size": 128}
    at_prior = ppl(model, radius=2**0.5, **arguments).mean
    assert ppl(model, **arguments).mean == pytest.approx(at_prior, rel=0.05)
    assert ppl(model, radius=1.0, **arguments).mean != pytest.approx(at_prior, rel=0.05)


def test_conditional_and_other_models():
    conditional = ppl(make("cgan", classes=3), samples=32)
    assert np.isfinite(conditional.mean) and conditional.mean > 0
    assert ppl(make("vae"), samples=32).mean > 0


def test_w_of_a_model_without_mapping_and_half_precision():
    model = make("dcgan")
    with pytest.raises(ZooError, match="space 'w' needs map_latents"):
        ppl(model, space="w")
    with pytest.raises(ZooError, match="at least float32.*computes bfloat16"):
        ppl(make("dcgan", dtype="mixed_bfloat16"))


@pytest.mark.parametrize(
    ("generate", "latents", "arguments", "says"),
    [
        (identity, None, {}, "give the length of a latent vector"),
        (identity, 1, {}, "length of at least 2; found 1"),
        (identity, 4, {"space": "y"}, "unknown space 'y'"),
        (identity, 4, {"sampling": "ends"}, "unknown sampling 'ends'; did you mean 'end'"),
        (identity, 4, {"distance": "pixel_l1"}, "unknown distance 'pixel_l1'; did you mean 'pixel_l2'"),
        (identity, 4, {"distance": 3}, "a name or a function of two batches"),
        (identity, 4, {"crop": "center"}, "unknown crop"),
        (identity, 4, {"crop": "face"}, "at least 8x8; found shape"),
        (identity, 4, {"epsilon": 0.0}, "epsilon must be positive"),
        (identity, 4, {"samples": 0}, "samples >= 1"),
        (identity, 4, {"lower": 99, "higher": 1}, "0 <= lower < higher <= 100"),
        (identity, 4, {"radius": -1.0}, "radius must be a positive number"),
        (lambda z: z.astype(np.float16), 4, {}, "float32 or float64, as a step is smaller than what float16"),
        (lambda z: np.zeros((len(z), 4, 4, 1), np.uint8), 4, {}, "than what uint8 can tell apart"),
        (lambda z: z * np.nan, 4, {}, "images hold NaN"),
        (lambda z: z[:1], 4, {}, r"must have shape \(16, ...\); found \(1, 4\)"),
        (identity, lambda n, seed: np.zeros((3, 4)), {}, r"latents\(32, seed\) must return shape \(32, length\)"),
        (lambda z: np.zeros((len(z), 513, 512, 1)), 4, {"samples": 1}, "cannot be averaged over squares of 2"),
    ],
)
def test_errors(generate, latents, arguments, says):
    with pytest.raises(ZooError, match=says):
        ppl(generate, latents, **arguments)
