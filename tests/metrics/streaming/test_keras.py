"""The metrics as parts of a Keras model: `evaluate`, `fit`, weights files, memory."""

import tracemalloc

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.metrics import fid, kid
from tfgan_zoo.metrics.streaming import FID, KID, InceptionScore, PrecisionRecall

DATA = np.random.default_rng(0).normal(size=(48, 3)).astype(np.float32)


class Scaling(keras.Model):
    """A "generator" that scales; its test step judges it."""

    def __init__(self, dimensions=3, capacity=40):
        super().__init__()
        self.scale = self.add_weight((), initializer="ones", name="scale")
        self.fid, self.kid = FID(dimensions=dimensions), KID(dimensions=dimensions, capacity=capacity, subset_size=10)
        self.built = True

    @property
    def metrics(self):
        return [self.fid, self.kid]

    def call(self, features):
        return 1 + self.scale * features

    def train_step(self, features):
        self.scale.assign(self.scale * 0.5)
        return {"scale": self.scale.value}

    def test_step(self, features):
        for metric in (self.fid, self.kid):
            metric.update_state(features, real=True)
            metric.update_state(self(features), real=False)
        return self.get_metrics_result()


def dataset(size=16):
    """Batches; the last is a partial one for 20."""
    return tf.data.Dataset.from_tensor_slices(DATA).batch(size)


def check(logs):
    assert logs["fid"] == pytest.approx(fid(DATA, 1 + DATA), rel=1e-6)
    assert set(logs) == {"fid", "kid", "kid std"}


def test_evaluate_and_fit():
    model = Scaling()
    model.compile()
    check(model.evaluate(dataset(20), return_dict=True, verbose=0))
    check(model.evaluate(dataset(20), return_dict=True, verbose=0))  # Keras resets in between
    history = model.fit(dataset(), shuffle=False, epochs=2, validation_data=dataset(), verbose=0).history
    assert len(history["val_fid"]) == 2 and np.isfinite(history["val_kid"]).all()


def test_fit_alone_asks_empty_metrics():
    model = Scaling()
    model.compile()
    assert set(model.fit(dataset(), shuffle=False, verbose=0).history) == {"scale"}


def test_evaluate_on_two_replicas(mirrored):
    with mirrored.scope():
        model = Scaling()
        model.compile()
    check(model.evaluate(dataset(16), return_dict=True, verbose=0))
    expected = kid(DATA, np.float32(1) + DATA, subset_size=10)
    whole = KID(capacity=48, subset_size=10)
    whole.update_state(DATA, real=True)
    whole.update_state(1 + DATA, real=False)
    assert float(whole.result()["kid"]) == pytest.approx(expected.mean, rel=1e-12)


@pytest.mark.parametrize("dimensions", [3, None])
def test_weights_files_keep_the_state(tmp_path, dimensions):
    model = Scaling()
    model.test_step(tf.constant(DATA))
    model.save_weights(tmp_path / "m.weights.h5")
    other = Scaling(dimensions)
    other.load_weights(tmp_path / "m.weights.h5")
    assert other.get_metrics_result() == model.get_metrics_result()
    for one in (model, other):
        one.fid.update_state(DATA[:7], real=False)
        one.kid.update_state(DATA[:20], real=False)
    assert other.get_metrics_result() == model.get_metrics_result()


def test_weights_files_between_one_replica_and_two(tmp_path, mirrored, copies):
    model = Scaling()
    model.test_step(tf.constant(DATA))
    model.save_weights(tmp_path / "one.weights.h5")
    with mirrored.scope():
        shared = Scaling()
    shared.load_weights(tmp_path / "one.weights.h5")
    for first, second in map(copies, shared.fid.variables):
        np.testing.assert_array_equal(first, second)
    shared.save_weights(tmp_path / "two.weights.h5")
    again = Scaling()
    again.load_weights(tmp_path / "two.weights.h5")
    assert again.get_metrics_result() == shared.get_metrics_result() == model.get_metrics_result()


def test_a_file_without_state_empties_the_metric(tmp_path):
    Scaling(None).save_weights(tmp_path / "m.weights.h5")
    model = Scaling()
    model.test_step(tf.constant(DATA))
    model.load_weights(tmp_path / "m.weights.h5")
    assert np.isnan(model.fid.result())


def test_a_file_of_another_capacity_is_refused(tmp_path):
    Scaling().save_weights(tmp_path / "m.weights.h5")
    # Keras collects the messages of all parts in a ValueError.
    with pytest.raises(ValueError, match=r"kid_\w+: arrivals has shape \(42,\), in the file \(41,\).*saved with"):
        Scaling(capacity=41).load_weights(tmp_path / "m.weights.h5")


def test_state_does_not_depend_on_the_number_of_samples():
    metrics = FID(dimensions=3), KID(dimensions=3, capacity=20), PrecisionRecall(dimensions=3, capacity=20)
    score = InceptionScore(classes=3)

    def size():
        return sum(np.asarray(v).nbytes for metric in (*metrics, score) for v in metric.variables)

    before = size()
    for _ in range(5):
        for metric in metrics:
            metric.update_state(DATA, real=True)
            metric.update_state(DATA, real=False)
        score.update_state(DATA)
    assert size() == before


def test_memory_of_200_batches():
    # numpy's own memory is traced; TensorFlow's is seen by the growth of the process between early and late updates.
    batch = tf.constant(np.random.default_rng(1).normal(size=(64, 2048)).astype(np.float32))
    metric, reservoir = FID(dimensions=2048), KID(dimensions=2048, capacity=256)
    add, fill = (tf.function(m.update_state, autograph=False) for m in (metric, reservoir))
    tracemalloc.start()
    for step in range(200):
        if step in (5, 199):
            traced, resident = tracemalloc.get_traced_memory()[0], resident_bytes()
            if step == 5:
                before = traced, resident
        if step % 8 == 0:
            add(batch, real=False)
        fill(batch, real=False)
    tracemalloc.stop()
    assert traced - before[0] < 2e6
    assert resident - before[1] < 60e6  # 194 batches are 102 MB


def resident_bytes():
    """Memory of this process (Linux)."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096
