"""Streaming FID against the pure function; modes, replicas, references, float32 traps and messages."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics import FashionClassifier, GaussianStatistics, fid, frechet_distance
from tfgan_zoo.metrics.streaming import FID, PrecisionRecall

GENERATOR = np.random.default_rng(0)
REAL = GENERATOR.normal(size=(90, 6))
FAKE = GENERATOR.gamma(2.0, size=(70, 6))


def stream(metric, real, fake, size=16, update=None):
    update = update or metric.update_state
    for side, features in ((True, real), (False, fake)):
        for start in range(0, len(features), size):
            update(tf.constant(features[start : start + size]), real=side)
    return metric


def test_equals_the_pure_function():
    assert float(stream(FID(), REAL, FAKE).result()) == pytest.approx(fid(REAL, FAKE), rel=1e-12)


@pytest.mark.parametrize("xla", [False, True])
def test_inside_a_function(xla):
    metric = FID(dimensions=6)
    update = tf.function(metric.update_state, jit_compile=xla)
    assert float(stream(metric, REAL, FAKE, update=update).result()) == pytest.approx(fid(REAL, FAKE), rel=1e-12)


def test_two_replicas(mirrored, replicated):
    with mirrored.scope():
        metric = FID(dimensions=6)
    real = replicated(lambda rows: metric.update_state(rows, real=True))
    fake = replicated(lambda rows: metric.update_state(rows, real=False))
    real(REAL[:30], REAL[30:60])
    real(REAL[60:89], REAL[89:])
    fake(FAKE[:35], FAKE[35:])
    assert float(metric.result()) == pytest.approx(fid(REAL, FAKE), rel=1e-12)
    inside = mirrored.experimental_local_results(tf.function(lambda: mirrored.run(metric.result))())
    np.testing.assert_allclose([float(value) for value in inside], fid(REAL, FAKE), rtol=1e-12)


def test_result_inside_a_function():
    metric = stream(FID(), REAL, FAKE)
    assert float(tf.function(metric.result)()) == pytest.approx(fid(REAL, FAKE), rel=1e-12)
    metric.reset_state()
    assert np.isnan(tf.function(metric.result)())
    metric.update_state(REAL, real=True)
    with pytest.raises(tf.errors.InvalidArgumentError, match="2 generated samples are needed, found 0"):
        tf.function(metric.result)()


def test_reference():
    statistics = GaussianStatistics().update(REAL)
    metric = FID(reference=(statistics.mean, statistics.covariance()))
    metric.update_state(FAKE, real=False)
    assert float(metric.result()) == pytest.approx(fid(REAL, FAKE), rel=1e-12)
    with pytest.raises(ZooError, match="reference statistics that it was given.*real=False"):
        metric.update_state(REAL, real=True)
    with pytest.raises(ZooError, match="reference statistics"):
        metric.statistics(real=True)
    with pytest.raises(ZooError, match="holds rows of 6 numbers; found rows of 7"):
        metric.update_state(np.ones((2, 7)), real=False)
    metric.reset_state()
    assert np.isnan(metric.result())


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("stats.npz", "reference must be .mean, covariance.; found str"),
        ((np.zeros(3), np.eye(4)), r"found \(3,\), \(4, 4\)"),
        ((np.zeros(2), np.full((2, 2), np.nan)), "NaN"),
    ],
)
def test_bad_references(reference, says):
    with pytest.raises(ZooError, match=says):
        FID(reference=reference)


def test_reference_of_another_size():
    with pytest.raises(ZooError, match="the reference has 2 dimensions, dimensions=3"):
        FID(reference=(np.zeros(2), np.eye(2)), dimensions=3)


@pytest.mark.parametrize("ddof", [0, 1])
def test_ddof(ddof):
    metric = stream(FID(ddof=ddof), REAL, FAKE)
    gaussians = [(x.mean(0), np.cov(x.T, ddof=ddof)) for x in (REAL, FAKE)]
    assert float(metric.result()) == pytest.approx(frechet_distance(*gaussians[0], *gaussians[1]), rel=1e-12)
    with pytest.raises(ZooError, match="ddof must be 0 or 1; found 2"):
        FID(ddof=2)


def test_statistics_of_a_side():
    metric = stream(FID(), REAL, FAKE)
    statistics = metric.statistics(real=False)
    assert isinstance(statistics, GaussianStatistics) and statistics.n == 70
    np.testing.assert_allclose(statistics.mean, FAKE.mean(0), rtol=1e-12)
    again = FID(reference=(metric.statistics(True).mean, metric.statistics(True).covariance()))
    again.update_state(FAKE, real=False)
    assert float(again.result()) == pytest.approx(float(metric.result()), rel=1e-12)


def test_mean_1000_and_variance_1_in_float32():
    generator = np.random.default_rng(1)
    features = (1000 + generator.normal(size=(2000, 8))).astype(np.float32)
    moved = features + np.float32(0.5)
    metric = stream(FID(), features, moved, size=64)
    assert float(metric.result()) == pytest.approx(8 * 0.25, rel=1e-3)
    assert float(metric.result()) == pytest.approx(fid(features, moved), rel=1e-9)


def test_fewer_samples_than_dimensions():
    generator = np.random.default_rng(2)
    a, b = generator.normal(size=(50, 64)), generator.normal(size=(40, 64)) + 0.3
    assert float(stream(FID(), a, b).result()) == pytest.approx(fid(a, b), rel=1e-7)


@pytest.mark.parametrize("n", [10, 500])
def test_identical_sets_in_another_order_are_at_distance_zero(n):
    features = np.random.default_rng(3).normal(size=(n, 64)) * np.geomspace(100, 1e-6, 64)
    distance = float(stream(FID(), features, features[::-1], size=7).result())
    assert 0 <= distance < 1e-6 * np.trace(np.cov(features.T))


@pytest.mark.parametrize(
    ("n", "m", "says"), [(1, 5, "2 real samples.*found 1"), (5, 1, "2 generated samples.*found 1")]
)
def test_one_sample(n, m, says):
    with pytest.raises(ZooError, match=f"fid: at least {says}; call update_state"):
        stream(FID(), REAL[:n], FAKE[:m]).result()


def test_a_forgotten_side():
    metric = FID()
    assert np.isnan(metric.result())
    metric.update_state(REAL, real=True)
    with pytest.raises(ZooError, match="2 generated samples are needed, found 0.*real=False"):
        metric.result()


def test_reset():
    metric = stream(FID(), REAL + 5, FAKE)
    metric.reset_state()
    assert np.isnan(metric.result())
    assert float(stream(metric, REAL, FAKE).result()) == pytest.approx(fid(REAL, FAKE), rel=1e-12)


def test_reset_that_keeps_the_real_samples():
    metric = stream(FID(reset_real=False), REAL, FAKE + 1)
    metric.reset_state()
    assert np.isnan(metric.result())
    metric.update_state(FAKE, real=False)
    assert float(metric.result()) == pytest.approx(fid(REAL, FAKE), rel=1e-12)


@pytest.mark.parametrize("real", [1, None, "real", tf.constant(True)])
def test_real_must_be_a_bool(real):
    with pytest.raises(ZooError, match="real must be True or False"):
        FID().update_state(REAL, real)


def test_sides_of_different_dimensions():
    metric = FID()
    metric.update_state(REAL, real=True)
    with pytest.raises(ZooError, match="fid_generated holds rows of 6 numbers; found rows of 5"):
        metric.update_state(FAKE[:, :5], real=False)


def test_nan():
    metric = stream(FID(), REAL, FAKE)
    with pytest.raises(ZooError, match="fid_generated: NaN or infinity in 2 rows"):
        metric.update_state(np.full((2, 6), np.nan), real=False)
    assert float(metric.result()) == pytest.approx(fid(REAL, FAKE), rel=1e-12)
    tf.function(metric.update_state)(tf.fill((2, 6), np.nan), real=True)
    with pytest.raises(ZooError, match="fid_real: NaN or infinity in 2 rows"):
        metric.result()


def test_config():
    config = FID(dimensions=4, ddof=0, reset_real=False, name="mine").get_config()
    restored = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(FID.from_config(config)))
    assert isinstance(restored, FID) and restored.get_config() == config
    with pytest.raises(ZooError, match="reference statistics cannot be written"):
        FID(reference=(np.zeros(2), np.eye(2))).get_config()
    with pytest.raises(ZooError, match="an extractor cannot be written"):
        FID(FashionClassifier()).get_config()


class Halves:
    """Features that are known: the means of the left and the right half."""

    name = "halves"
    calls = 0

    def __call__(self, images):
        assert images.dtype == np.float32
        self.calls += 1
        middle = images.shape[2] // 2
        return {"features": np.stack([images[:, :, :middle].mean((1, 2, 3)), images[:, :, middle:].mean((1, 2, 3))], 1)}


IMAGES = np.random.default_rng(4).integers(0, 256, (40, 4, 6, 1)).astype(np.uint8)


def test_extractor_takes_images():
    extractor = Halves()
    features = extractor(IMAGES.astype(np.float32) / np.float32(127.5) - np.float32(1))["features"]
    expected = fid(features[:20], features[20:])
    metric = stream(FID(extractor), IMAGES[:20], IMAGES[20:], size=8)
    assert float(metric.result()) == pytest.approx(expected, rel=1e-6)
    floats = IMAGES / 127.5 - 1
    assert float(stream(FID(extractor), floats[:20], floats[20:]).result()) == pytest.approx(expected, rel=1e-4)
    graph = FID(extractor, dimensions=2)
    assert float(stream(graph, IMAGES[:20], IMAGES[20:], update=tf.function(graph.update_state)).result()) == (
        pytest.approx(expected, rel=1e-6)
    )


def test_extractor_on_two_replicas(mirrored, replicated):
    with mirrored.scope():
        metric = FID(FashionClassifier(), dimensions=128)
    images = np.random.default_rng(5).uniform(-1, 1, (12, 28, 28, 1)).astype(np.float32)
    replicated(lambda x: metric.update_state(x, real=True))(images[:4], images[4:6])
    replicated(lambda x: metric.update_state(x, real=False))(images[6:9], images[9:])
    features = FashionClassifier()(images)["features"]
    assert float(metric.result()) == pytest.approx(fid(features[:6], features[6:]), rel=1e-5)


def test_scores_are_labelled_with_the_extractor():
    assert FID(Halves()).name == "fid[halves]"
    assert FID("fashion").name == "fid[fashion]"
    precision_recall = PrecisionRecall(Halves(), k=1)
    stream(precision_recall, IMAGES[:20], IMAGES[20:])
    assert set(precision_recall.result()) == {"precision[halves]", "recall[halves]"}


class Listing:
    name = "listing"

    def __init__(self, outputs):
        self.outputs = outputs

    def __call__(self, images):
        return self.outputs


def test_extractor_messages():
    with pytest.raises(ZooError, match="extractor must be a function with a name.*found int"):
        FID(3)
    with pytest.raises(ZooError, match="gives 'features'; found list"):
        FID(Listing([1])).update_state(IMAGES, real=True)
    with pytest.raises(ZooError, match=r"gives 'features'; found \['logits'\]"):
        FID(Listing({"logits": 1})).update_state(IMAGES, real=True)
    with pytest.raises(ZooError, match=r"images of fid must have shape.*\(40, 6\)"):
        FID(Halves()).update_state(np.zeros((40, 6), np.float32), real=True)
    with pytest.raises(ZooError, match="unknown size inside a tf.function; pass dimensions="):
        tf.function(FID(Halves()).update_state)(tf.constant(IMAGES), real=True)


def test_both_sides_are_made_in_the_first_trace():
    metric = FID()
    assert float(stream(metric, REAL, FAKE, update=tf.function(metric.update_state)).result()) == (
        pytest.approx(fid(REAL, FAKE), rel=1e-12)
    )
