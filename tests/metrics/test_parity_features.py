"""Metrics on shared features equal what torch-fidelity, pytorch-fid, TF-GAN, prdc and POT return.

Their numbers come from their own code (`tools/parity/run`) and lie in `fixtures/`, with the versions; the features are
made anew from their seeds.
"""

import functools
import importlib.machinery
from pathlib import Path

import numpy as np
import pytest

from tfgan_zoo.metrics import fid, frechet_distance, inception_score, kid
from tfgan_zoo.metrics.density_coverage import density_coverage, prdc
from tfgan_zoo.metrics.precision_recall import precision_recall
from tfgan_zoo.metrics.sliced_wasserstein import _level, sliced_wasserstein


def tool(name):
    path = Path(__file__).parents[2] / "tools" / "parity" / f"{name}.py"
    return importlib.machinery.SourceFileLoader(f"parity_{name}", str(path)).load_module()


inputs, agreement = tool("inputs"), tool("agreement")
PAIRS = sorted(inputs.PAIRS)
EQUAL = [name for name in PAIRS if inputs.PAIRS[name][0] == inputs.PAIRS[name][1]]
features = functools.cache(inputs.features)


@functools.cache
def theirs(file="features"):
    return agreement.load(file)


@pytest.fixture
def record(record_property):
    return agreement.Record(record_property)


@functools.cache
def our_fid(name):
    return fid(*features(name))


@pytest.mark.parametrize("file", ["features", "tfgan"])
def test_the_inputs_are_those_that_the_peers_saw(file):
    ours, stored = inputs.fingerprint(), theirs(file)["fingerprint"]
    np.testing.assert_allclose(ours, stored, 1e-9, err_msg="numpy draws other numbers: run tools/parity/run")


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("peer", ["torch_fidelity", "pytorch_fid", "tfgan"])
def test_fid(peer, name, record):
    expected = theirs("tfgan")[f"fid.{name}"] if peer == "tfgan" else theirs()[f"{peer}.fid.{name}"]
    # With fewer samples than dimensions the general root of a singular product carries its rounding; TF-GAN takes none.
    loose = name == "rank_deficient" and peer != "tfgan"
    record.agrees(f"FID, {peer} ({name})", our_fid(name), expected, 1e-6 if loose else 1e-11)


@pytest.mark.parametrize("name", PAIRS)
def test_fid_by_the_nuclear_norm(name, record):
    # With X, Y the centred features, tr (A B)^(1/2) is the sum of the singular values of X Y^T / sqrt((n - 1) (m - 1)):
    # no root of a matrix, whatever the rank.
    real, fake = features(name)
    x, y = ((part - part.mean(0)) / np.sqrt(len(part) - 1) for part in (real, fake))
    shift = real.mean(0) - fake.mean(0)
    expected = shift @ shift + (x**2).sum() + (y**2).sum() - 2 * np.linalg.svd(x @ y.T, compute_uv=False).sum()
    record.agrees(f"FID, nuclear norm ({name})", our_fid(name), expected, 1e-11)


@pytest.mark.parametrize("name", PAIRS)
def test_fid_of_float32_features(name, record):
    # torch-fidelity takes their mean in float32; ours is the float64 one of the same values.
    expected = theirs()[f"torch_fidelity.fid.{name}.float32"]
    record.agrees(f"FID of float32 features, torch_fidelity ({name})", our_fid(name), expected, 1e-6)


def test_float32_features_give_the_same_fid():
    assert fid(*(part.astype(np.float32) for part in features("uneven"))) == our_fid("uneven")


# POT 0.9.7 returns NaN where a covariance is singular.
@pytest.mark.parametrize("name", ["full_rank", "uneven"])
def test_frechet_distance(name, record):
    real, fake = features(name)
    ours = frechet_distance(real.mean(0), np.cov(real, rowvar=False), fake.mean(0), np.cov(fake, rowvar=False))
    record.agrees(f"Fréchet distance, POT ({name})", ours, theirs()[f"pot.bures_wasserstein.{name}"], 1e-11)


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("name", PAIRS)
def test_sliced_wasserstein(name, p, record):
    real, fake = features(name)
    ours = sliced_wasserstein(real, fake, inputs.projections(real.shape[1]), p=p)
    record.agrees(
        f"sliced Wasserstein, POT ({name}, p={p})", ours, theirs()[f"pot.sliced_wasserstein.{name}.p{p}"], 1e-11
    )


def test_sliced_wasserstein_of_tfgan(record):
    real, fake = features("full_rank")
    ours = sliced_wasserstein(real, fake, inputs.projections(real.shape[1]), p=1)
    # It computes in float32.
    record.agrees("sliced Wasserstein, tfgan (full_rank, p=1)", ours, theirs("tfgan")["sliced_wasserstein"], 1e-6)


@pytest.mark.parametrize("level", [0, 1])
def test_laplacian_pyramid(level, record):
    images = inputs.images(64, 32, n=2).astype(np.float32) / np.float32(127.5) - 1
    ours = next(_level(images, level, last=level == 1, batch_size=2))
    record.agrees(
        f"Laplacian pyramid, tfgan (level {level})", ours, theirs("tfgan")[f"laplacian_pyramid.{level}"], 1e-6
    )


@pytest.mark.parametrize("name", PAIRS)
def test_kid_on_the_subsets_that_torch_fidelity_draws(name, record):
    real, fake = features(name)
    drawn, values = np.random.RandomState(2020), []
    for _ in range(10):
        a, b = (part[drawn.choice(len(part), 100, replace=False)] for part in (real, fake))
        values.append(kid(a, b, subsets=1, subset_size=100).mean)
    ours = np.mean(values), np.std(values)
    record.agrees(f"KID, torch_fidelity ({name})", ours, theirs()[f"torch_fidelity.kid.{name}"], 1e-9)


@pytest.mark.parametrize("name", EQUAL)
def test_kid_of_whole_sets(name, record):
    real, fake = features(name)
    ours = kid(real, fake, subsets=1, subset_size=len(real)).mean
    record.agrees(
        f"KID of whole sets, torch_fidelity ({name})", ours, theirs()[f"torch_fidelity.kid_whole.{name}"], 1e-9
    )
    record.agrees(f"KID of whole sets, tfgan ({name})", ours, theirs("tfgan")[f"kid.{name}"], 1e-9)


@pytest.mark.parametrize("name", EQUAL)
def test_kid_of_consecutive_blocks(name, record):
    blocks = [
        kid(a, b, subsets=1, subset_size=100).mean
        for a, b in zip(*(x.reshape(-1, 100, x.shape[1]) for x in features(name)))
    ]
    ours = np.mean(blocks), np.std(blocks, ddof=1) / np.sqrt(len(blocks))
    record.agrees(
        f"KID of blocks and its standard error, tfgan ({name})", ours, theirs("tfgan")[f"kid_blocks.{name}"], 1e-9
    )


@pytest.mark.parametrize("splits", [1, 10])
@pytest.mark.parametrize("order", ["in_order", "shuffled"])
def test_inception_score(splits, order, record):
    logits = inputs.logits()
    if order == "shuffled":
        logits = logits[np.random.RandomState(2020).permutation(len(logits))]
    ours = inception_score(logits, splits=splits, shuffle=False)
    key = f"torch_fidelity.isc.splits{splits}.{order}"
    record.agrees(f"Inception Score, torch_fidelity ({splits} splits, {order})", ours, theirs()[key], 1e-12)
    if splits == 1:
        record.agrees("Inception Score, tfgan", ours.mean, theirs("tfgan")["classifier_score"], 1e-12)


@pytest.mark.parametrize("k", [3, 5])
@pytest.mark.parametrize("name", PAIRS)
def test_neighbours(name, k, record):
    real, fake = features(name)
    near, count = precision_recall(real, fake, k), density_coverage(real, fake, k)
    expected = theirs()[f"prdc.{name}.k{k}"]
    record.agrees(f"precision and recall, prdc ({name}, k={k})", near, expected[:2], 1e-14)
    record.agrees(f"density and coverage, prdc ({name}, k={k})", count, expected[2:], 1e-14)
    record.agrees(f"all four at once, prdc ({name}, k={k})", prdc(real, fake, k), expected, 1e-14)
    # It takes the means in float32.
    record.agrees(
        f"precision and recall, torch_fidelity ({name}, k={k})", near, theirs()[f"torch_fidelity.prc.{name}.k{k}"], 1e-7
    )
