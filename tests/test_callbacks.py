"""Callbacks in plain `fit`."""

import io
import os

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from rich.console import Console

import tfgan_zoo as zoo
from tfgan_zoo import callbacks as cb
from tfgan_zoo import runs
from tfgan_zoo.errors import ZooError

SIZES = {"image_shape": (8, 8, 1), "latent_dim": 4, "width": 8}


@pytest.fixture(scope="module")
def model():
    """One model for all tests, so that its train step is traced once; `fresh` puts it back to its start."""
    model = zoo.create("gan", **SIZES)
    model.compile()
    return model


@pytest.fixture(scope="module")
def start(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("start") / "a.weights.h5"
    model.save_weights(path)
    return path


@pytest.fixture
def fresh(model, start):
    model.load_weights(start)
    return model


@pytest.fixture(scope="module")
def batches(model):
    return tf.data.Dataset.from_tensors(model.example_batch(8)).repeat().map(lambda x: tf.ensure_shape(x, (8, 8, 8, 1)))


def fit(model, batches, *callbacks, epochs=3, steps=4):
    return model.fit(batches, epochs=epochs, steps_per_epoch=steps, verbose=0, callbacks=list(callbacks))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


class Steps(cb.Periodic):
    def __init__(self, every=None):
        super().__init__(every)
        self.seen = []

    def act(self, logs):
        self.seen.append(self.step)
        assert "generator/adversarial" in logs


def test_every_counts_train_steps_across_epochs_and_calls_of_fit(fresh, batches):
    five, epochs = Steps(5), Steps()
    fit(fresh, batches, five, epochs)
    fit(fresh, batches, five, epochs, epochs=1)
    assert five.seen == [5, 10, 15] and epochs.seen == [4, 8, 12, 16]
    with pytest.raises(ZooError, match="every must be at least 1 step, found 0"):
        Steps(0)


def test_sample_grid_shows_the_same_latents_from_the_start_on(fresh, batches, tmp_path):
    expected = fresh.sample(9, seed=5).numpy()
    fit(fresh, batches, cb.SampleGrid(tmp_path, every=6, count=9, seed=5))
    assert names(tmp_path) == ["step-00000000.png", "step-00000006.png", "step-00000012.png"]
    first = np.asarray(Image.open(tmp_path / "step-00000000.png"))
    np.testing.assert_array_equal(first, zoo.data.grid(expected)[..., 0])
    last = np.asarray(Image.open(tmp_path / "step-00000012.png"))
    np.testing.assert_array_equal(last, zoo.data.grid(fresh.sample(9, seed=5).numpy())[..., 0])


def test_images_given_stand_beside_their_results(tmp_path):
    class Negative:
        def sample(self, n, seed, images):
            return -images

    images = np.linspace(-1, 1, 3)[:, None, None, None] * np.ones((3, 4, 4, 1), "float32")
    cb.save_samples(Negative(), tmp_path / "a.png", 3, images=images)
    picture = np.asarray(Image.open(tmp_path / "a.png"))
    assert picture.shape == (10, 22)  # pairs are not torn apart by the end of a row
    assert [picture[y, x] for y, x in ((0, 0), (0, 6), (0, 12), (0, 18), (6, 0), (6, 6))] == [0, 255, 128, 128, 255, 0]


def test_checkpoints_keep_the_newest_and_training_goes_on_from_them_bit_by_bit(fresh, batches, tmp_path):
    log = cb.CsvLog(tmp_path / "log.csv")
    fit(fresh, batches, log, cb.FullCheckpoint(tmp_path / "c", every=4), epochs=4)
    assert names(tmp_path / "c") == ["step-00000012.weights.h5", "step-00000016.weights.h5"]
    calm, rows = [v.numpy() for v in fresh.variables], runs.read_log(tmp_path / "log.csv")

    fresh.load_weights(tmp_path / "c" / "step-00000012.weights.h5")
    fit(fresh, batches, log, epochs=1)
    for a, b in zip(calm, fresh.variables):
        np.testing.assert_array_equal(a, b.numpy(), err_msg=b.path)
    again = runs.read_log(tmp_path / "log.csv")
    assert [row["step"] for row in again] == [4, 8, 12, 16]
    assert [row["generator/adversarial"] for row in again] == [row["generator/adversarial"] for row in rows]
    assert again[-1]["seconds"] >= again[-2]["seconds"]


def test_a_checkpoint_is_not_larger_than_what_was_reserved(fresh, tmp_path):
    cb.save_checkpoint(fresh, tmp_path / "a.weights.h5")
    assert 1e4 < os.path.getsize(tmp_path / "a.weights.h5") <= cb._size(fresh)


def test_weights_that_are_not_finite_are_not_saved(fresh, tmp_path):
    path = tmp_path / "a.weights.h5"
    cb.save_checkpoint(fresh, path)
    before = path.read_bytes()
    weight = fresh.generator.trainable_variables[0]
    weight.assign(np.full(weight.shape, np.nan))
    with pytest.raises(ZooError, match="is not finite after step 0; no checkpoint was written"):
        cb.save_checkpoint(fresh, path)
    assert path.read_bytes() == before and names(tmp_path) == ["a.weights.h5"]


def test_a_save_that_fails_leaves_the_earlier_file(fresh, tmp_path, monkeypatch):
    path = tmp_path / "a.weights.h5"
    cb.save_checkpoint(fresh, path)
    before = path.read_bytes()

    def full(descriptor, offset, size):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(ZooError, match="cannot write .*a.weights.h5: No space left on device; free some space"):
        cb.save_checkpoint(fresh, path)
    assert path.read_bytes() == before and names(tmp_path) == ["a.weights.h5"]


def test_a_log_on_a_full_disk_is_named(tmp_path):
    log = cb.CsvLog("/dev/full")
    log._begin, log._columns = 0.0, None
    with pytest.raises(ZooError, match="cannot write /dev/full: No space left on device"):
        log.act({"a": 1.0})


@pytest.mark.parametrize("tensors", [False, True])
def test_nan_stops_and_names_term_and_step(tensors):
    values = [0.5, 0.25, float("nan"), 0.125]
    stop = cb.StopOnNaN()
    stop.set_model(type("M", (), {"name": "gan", "step": keras.Variable(10)})())
    stop.on_train_begin()
    stop.on_epoch_begin(0)
    with pytest.raises(ZooError, match=r"gan: the loss term 'd/b' is not finite at step 13; training stopped"):
        for batch, value in enumerate(values):
            stop.on_train_batch_end(batch, {"d/a": 1.0, "d/b": tf.constant(value) if tensors else value})


def test_nan_of_the_last_step_of_an_epoch_is_seen_before_the_epoch_ends():
    stop = cb.StopOnNaN()
    stop.set_model(type("M", (), {"name": "gan", "step": keras.Variable(0)})())
    stop.on_train_begin()
    stop.on_epoch_begin(0)
    stop.on_train_batch_end(0, {"g/a": tf.constant(float("inf"))})
    with pytest.raises(ZooError, match="'g/a' is not finite at step 1"):
        stop.on_epoch_end(0, {})


def test_evaluate_keeps_scores_and_the_best_weights(fresh, batches, tmp_path, monkeypatch):
    found = iter([5.0, 3.0, 4.0])
    monkeypatch.setattr(zoo.metrics, "evaluate", lambda *args, **kwargs: {"fid[x]": next(found), "samples": 7})
    evaluate = cb.Evaluate("digits", ["fid"], every=4, directory=tmp_path)
    saved = {}

    class Look(cb.Periodic):
        def act(self, logs):
            saved[self.step] = (tmp_path / "checkpoints" / "best.weights.h5").read_bytes()

    fit(fresh, batches, evaluate, Look(4))
    assert [(e["step"], e["fid[x]"]) for e in evaluate.history] == [(4, 5.0), (8, 3.0), (12, 4.0)]
    assert runs.read_scores(tmp_path / "scores.json") == evaluate.history
    assert saved[4] != saved[8] == saved[12]
    fresh.load_weights(tmp_path / "checkpoints" / "best.weights.h5")
    assert int(fresh.step.numpy()) == 8


def test_evaluate_scores_with_the_shipped_judge(fresh, batches):
    evaluate = cb.Evaluate(zoo.data.open_source("digits"), ("fid", "inception_score"), samples=50)
    fit(fresh, batches, evaluate, epochs=1, steps=1)
    assert evaluate.history[0]["fid[digits]"] > 1 and evaluate.history[0]["inception_score[digits]"] >= 1


def test_evaluate_judges_the_real_data_once(fresh, batches, tmp_path, monkeypatch):
    monkeypatch.setenv("TFGAN_ZOO_CACHE", str(tmp_path / "cache"))

    class Counting:
        name, judged = "counting", 0

        def __call__(self, images):
            self.judged += len(images)
            return {"features": images.mean(2)[..., 0]}

    counting, metrics = Counting(), ("kid", "fid", "precision_recall")
    evaluate = cb.Evaluate("digits", metrics, every=4, samples=50, extractor=counting)
    fit(fresh, batches, evaluate)
    assert counting.judged == 50 + 3 * 50
    assert {"kid[counting]", "fid[counting]", "precision[counting]"} <= evaluate.history[-1].keys()
    again = zoo.metrics.evaluate(fresh, "digits", metrics, samples=50, extractor=counting)
    assert {"step": 12, **again} == evaluate.history[-1]


@pytest.mark.parametrize(
    ("metric", "found", "best"),
    [
        ("inception_score", [{"inception_score[x]": v} for v in (2.0, 3.0, 2.5)], 8),
        ("precision_recall", [{"precision[x]": 0.9, "recall[x]": r} for r in (0.5, 0.4, 0.6)], 12),
        ("density_coverage", [{"density[x]": d, "coverage[x]": c} for d, c in ((1, 0.9), (3, 0.8), (2, 0.7))], 4),
        ("ms_ssim", [{"ms_ssim[p]": v, "ms_ssim real[p]": 0.3} for v in (0.9, 0.32, 0.1)], 8),
        ("kid", [{"kid[x]": v} for v in (float("nan"), 0.2, -0.01)], 12),
    ],
)
def test_evaluate_knows_which_way_is_better(fresh, batches, tmp_path, monkeypatch, metric, found, best):
    scores = iter(found)
    monkeypatch.setattr(zoo.metrics, "evaluate", lambda *args, **kwargs: next(scores))
    fit(fresh, batches, cb.Evaluate("digits", metric, every=4, directory=tmp_path))
    fresh.load_weights(tmp_path / "checkpoints" / "best.weights.h5")
    assert int(fresh.step.numpy()) == best


def test_evaluate_against_statistics_by_an_extractor_with_a_name(fresh, batches, tmp_path, monkeypatch):
    from tfgan_zoo.metrics.statistics_files import statistics_of, write_statistics

    monkeypatch.setenv("TFGAN_ZOO_CACHE", str(tmp_path / "cache"))
    path = write_statistics(tmp_path / "a.npz", statistics_of("digits", samples=50))
    evaluate = cb.Evaluate(path, samples=50, extractor="digits")
    fit(fresh, batches, evaluate, epochs=1, steps=1)
    by_images = zoo.metrics.evaluate(fresh, "digits", "fid", samples=50)
    assert evaluate.history[0]["fid[digits]"] == by_images["fid[digits]"]


def test_evaluate_refuses_before_training(tmp_path):
    with pytest.raises(ZooError, match="unknown metric 'fdi'; did you mean 'fid'"):
        cb.Evaluate("digits", ("fdi",))
    with pytest.raises(ZooError, match="unknown extractor 'digit'; did you mean 'digits'"):
        cb.Evaluate("digits", extractor="digit")
    with pytest.raises(ZooError, match="inception needs its weights"):
        cb.Evaluate("digits", extractor="inception")
    np.savez(tmp_path / "a.npz", mu=np.zeros(2), sigma=np.eye(2))
    with pytest.raises(ZooError, match="kid needs real images"):
        cb.Evaluate(tmp_path / "a.npz", ("fid", "kid"))


def test_scalars_are_tensorboard_events(fresh, batches, tmp_path):
    history = fit(fresh, batches, cb.Scalars(tmp_path), epochs=2).history
    (path,) = tmp_path.iterdir()
    found = []
    for event in tf.compat.v1.train.summary_iterator(str(path)):
        for value in event.summary.value:
            assert value.metadata.plugin_data.plugin_name == "scalars"
            found.append((event.step, value.tag, float(tf.make_ndarray(value.tensor))))
    expected = [(4 * (k + 1), name, np.float32(v[k])) for k in range(2) for name, v in history.items()]
    assert sorted(found) == sorted(expected)


def test_progress_without_a_terminal_is_a_line_now_and_then(fresh, batches):
    out = io.StringIO()
    bar = cb.ProgressBar(images_per_step=8, console=Console(file=out, width=60), seconds=1000)
    fit(fresh, batches, bar)
    lines = out.getvalue().splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("gan: step 1/12  discriminator/adversarial ")
    assert lines[1].startswith("gan: step 12/12") and "images/s" in lines[1] and lines[1].endswith("0 s left")


def test_progress_on_a_terminal_is_a_bar_that_leaves_one_line(fresh, batches):
    out = io.StringIO()
    bar = cb.ProgressBar(console=Console(file=out, width=160, force_terminal=True))
    fit(fresh, batches, bar)
    text = out.getvalue()
    assert "━" in text and "12/12" in text and "steps/s" in text
    assert bar._bar is None


def test_durations():
    assert [cb.duration(s) for s in (7, 59.6, 190, 9000)] == ["7 s", "1 min 00 s", "3 min 10 s", "2 h 30 min"]
