"""Keras callbacks for `fit`: pictures, scores, progress, logs, checkpoints. `every` counts train steps.

>>> model.fit(data, epochs=5, callbacks=[SampleGrid("runs/a/samples", every=500), StopOnNaN()])  # doctest: +SKIP
"""

import math
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo import runs
from tfgan_zoo.errors import ZooError
from tfgan_zoo.files import replacing


class Periodic(keras.callbacks.Callback):
    """Calls `act(logs)` on every `every`-th train step of the model's life, or at the end of every epoch.

    Args:
        every: train steps between two calls; None for the end of every epoch.
    """

    def __init__(self, every: int | None = None):
        super().__init__()
        if every is not None and every < 1:
            raise ZooError(f"{type(self).__name__}: every must be at least 1 step, found {every}")
        self.every, self.step = every, 0

    def act(self, logs: Mapping[str, Any]) -> None:
        """What is done; `self.step` train steps are behind the model."""
        raise TypeError(f"{type(self).__name__} does not say what it does; define act()")

    def on_train_begin(self, logs=None):
        """Ask the model how far it is: it may have been resumed."""
        self.step = int(self.model.step.numpy())

    def on_epoch_begin(self, epoch, logs=None):
        """Keep where the epoch starts."""
        self._start = self.step

    def on_train_batch_end(self, batch, logs=None):
        """Count; act if a multiple of `every` was reached."""
        before, self.step = self.step, self._start + batch + 1
        if self.every and self.step // self.every > before // self.every:
            self.act(logs or {})

    def on_epoch_end(self, epoch, logs=None):
        """Act if `every` is None."""
        if self.every is None:
            self.act(logs or {})


class SampleGrid(Periodic):
    """Writes `directory/step-00000000.png`, ...: a grid of samples, always of the same latents.

    Args:
        directory: of the pictures.
        every: train steps between pictures; None for every epoch. There is one of the untrained model, too.
        count: images in a picture.
        seed: of the latents.
        **conditions: passed to `model.sample`. With `images` (what a translator takes) each is shown beside its result.
    """

    def __init__(
        self,
        directory: str | os.PathLike,
        every: int | None = None,
        count: int = 64,
        seed: int = 0,
        **conditions: Any,
    ):
        super().__init__(every)
        self.directory, self.count, self.seed, self.conditions = Path(directory), count, seed, conditions

    def on_train_begin(self, logs=None):
        """Show where training starts from."""
        super().on_train_begin(logs)
        if self.step == 0:
            self.act({})

    def act(self, logs):
        """Write a picture."""
        save_samples(self.model, self.path, self.count, self.seed, **self.conditions)

    @property
    def path(self) -> Path:
        """The picture of this step."""
        return self.directory / f"step-{self.step:08d}.png"


def save_samples(model: Any, path: str | os.PathLike, count: int, seed: int = 0, **conditions: Any) -> None:
    """Write a grid of `count` samples as PNG; images that were given as a condition stand beside their results.

    Raises:
        ZooError: a condition that the model does not take, or the file cannot be written.
    """
    from tfgan_zoo.data import save_grid

    samples, columns = np.asarray(model.sample(count, seed=seed, **conditions)), None
    if "images" in conditions:
        given = np.asarray(conditions["images"])[: len(samples)]
        samples = np.stack([given, samples], axis=1).reshape(-1, *samples.shape[1:])
        columns = 2 * math.ceil(math.sqrt(len(given) / 2))
    save_grid(samples, path, columns)


class Evaluate(Periodic):
    """Scores the model against real data and, with a directory, keeps scores and the best weights.

    `history` is the list of evaluations, each a dict with "step" and what `tfgan_zoo.metrics.evaluate` returns. What is
    needed of the real data is computed at the first evaluation and kept.

    Args:
        data: real images or a statistics file, as `tfgan_zoo.metrics.evaluate` takes them.
        metrics: names that `evaluate` knows. The first decides which weights are the best, whichever way it gets
            better: see `tfgan_zoo.metrics.scores.rank`.
        every: train steps between evaluations; None for every epoch.
        samples: images to compare.
        directory: where `scores.json` and `checkpoints/best.weights.h5` go; None keeps nothing on disk.
        seed: of the samples.
        extractor: the network that judges, or its name, as `evaluate` takes it; by default the shipped one that fits.
        batch_size: images sampled and judged at once.

    Raises:
        ZooError: metrics that are unknown or cannot be had of these data; an extractor that does not exist, or whose
            weights cannot be read.
    """

    def __init__(
        self,
        data: Any,
        metrics: Sequence[str] = ("fid",),
        every: int | None = None,
        samples: int = 2000,
        directory: str | os.PathLike | None = None,
        seed: int = 0,
        extractor: Any = None,
        batch_size: int = 256,
    ):
        from tfgan_zoo.metrics.evaluation import checked_metrics
        from tfgan_zoo.metrics.extractors import as_extractor
        from tfgan_zoo.metrics.reference import Reference

        super().__init__(every)
        self.data = data if isinstance(data, Reference) else Reference(data)
        self.metrics = checked_metrics(metrics, self.data)
        self.samples, self.seed, self.batch_size = samples, seed, batch_size
        # Missing weights are found now, not after the first thousand steps.
        self.extractor = None if extractor is None else as_extractor(extractor)
        self.directory = Path(directory) if directory else None
        self.history: list[dict[str, Any]] = []

    def on_train_begin(self, logs=None):
        """Take up the scores of an earlier part of the run."""
        super().on_train_begin(logs)
        if self.directory:
            scores = runs.read_scores(self.directory / "scores.json")
            self.history = [entry for entry in scores if entry["step"] <= self.step]

    def act(self, logs):
        """Evaluate."""
        from tfgan_zoo.metrics import evaluate
        from tfgan_zoo.metrics.scores import rank

        scores = evaluate(
            self.model,
            self.data,
            self.metrics,
            samples=self.samples,
            seed=self.seed,
            extractor=self.extractor,
            batch_size=self.batch_size,
        )
        best = min((rank(self.metrics[0], e) for e in self.history if e["step"] < self.step), default=math.inf)
        self.history.append({"step": self.step, **scores})
        if self.directory:
            runs.add_scores(self.directory / "scores.json", self.step, scores)
            if rank(self.metrics[0], self.history[-1]) < best:
                save_checkpoint(self.model, self.directory / "checkpoints" / "best.weights.h5")


class FullCheckpoint(Periodic):
    """Writes `directory/step-00001000.weights.h5`, ...: networks, optimizers, averages and counters.

    A model that loads one goes on exactly as if it had never stopped. The newest is always whole: a save that is cut
    off leaves only a temporary file. There is one at the end of training.

    Args:
        directory: of the checkpoints.
        every: train steps between checkpoints, looked at when an epoch ends; None for every epoch.
        keep: how many of the newest to keep.
    """

    def __init__(self, directory: str | os.PathLike, every: int | None = None, keep: int = 2):
        super().__init__(every)
        self.directory, self.keep, self.saved = Path(directory), keep, 0

    def on_train_begin(self, logs=None):
        """Count from here."""
        super().on_train_begin(logs)
        self.saved = self.step

    def on_train_batch_end(self, batch, logs=None):
        """Count; saving waits for the end of the epoch."""
        self.step = self._start + batch + 1

    def on_epoch_end(self, epoch, logs=None):
        """Save if it is time."""
        if self.every is None or self.step // self.every > self.saved // self.every:
            self.act(logs or {})

    def on_train_end(self, logs=None):
        """Save the end."""
        if self.saved != self.step:
            self.act(logs or {})

    def act(self, logs):
        """Save, then remove what is older than the `keep` newest."""
        save_checkpoint(self.model, self.directory / f"step-{self.step:08d}.weights.h5")
        self.saved = self.step
        for old in sorted(self.directory.glob("step-*.weights.h5"), key=runs.step_of)[: -self.keep]:
            old.unlink(missing_ok=True)


def save_checkpoint(model: keras.Model, path: str | os.PathLike) -> None:
    """Write the full state of a compiled model to a `.weights.h5` file, whole or not at all.

    Raises:
        ZooError: a weight is not finite, or the file cannot be written.
    """
    for variable in model.variables:
        if variable.dtype.startswith(("float", "bfloat")) and not np.isfinite(variable.numpy().astype("float32")).all():
            raise ZooError(
                f"{model.name}: {variable.path} is not finite after step {int(model.step.numpy())}; no checkpoint was "
                "written and the last good one is kept; try a lower learning rate, or --precision float32"
            )
    with replacing(path) as temporary:
        _reserve(temporary, _size(model))
        model.save_weights(temporary)


def _size(model: keras.Model) -> int:
    """Bytes that a checkpoint takes at most: values, and what HDF5 adds to each."""
    variables = model.variables + [v for optimizer in model.optimizers.values() for v in optimizer.variables]
    return 2**16 + sum(math.prod(v.shape) * tf.as_dtype(v.dtype).size + 2048 for v in variables)


def _reserve(path: Path, size: int) -> None:
    """Raise OSError now if the disk is too full: the HDF5 library may crash when a write fails."""
    with path.open("wb") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)


class StopOnNaN(Periodic):
    """Stops training with a ZooError that names the term and the step, as soon as a loss is not finite.

    Where the logs come as tensors, each step's are looked at while the next step is computed, so that an accelerator
    need not wait.
    """

    def __init__(self):
        super().__init__(every=1)
        self._waiting = None

    def act(self, logs):
        """Look at the step before, or at this one if its values are here already."""
        if any(tf.is_tensor(value) for value in logs.values()):
            (before, self._waiting) = (self._waiting, (self.step, dict(logs)))
        else:
            before = (self.step, logs)
        if before:
            self._look(*before)

    def on_epoch_end(self, epoch, logs=None):
        """Look at the last step."""
        before, self._waiting = self._waiting, None
        if before:
            self._look(*before)

    def _look(self, step, logs):
        bad = [name for name, value in logs.items() if not np.isfinite(np.asarray(value)).all()]
        if bad:
            raise ZooError(
                f"{self.model.name}: the loss term {bad[0]!r} is not finite at step {step}; training stopped, earlier "
                "checkpoints are kept. Try a lower learning rate, clipnorm in the optimizer, or float32 precision"
            )


class CsvLog(Periodic):
    """Writes a row at the end of every epoch: the train steps done, the seconds spent, the mean of every term.

    When a resumed model goes on with the file, rows beyond its step are removed first.

    Args:
        path: of the file.
    """

    def __init__(self, path: str | os.PathLike):
        super().__init__()
        self.path = Path(path)

    def on_train_begin(self, logs=None):
        """Keep the rows up to the model's step."""
        super().on_train_begin(logs)
        rows = [row for row in runs.read_log(self.path) if row["step"] <= self.step]
        self._begin = time.monotonic() - (rows[-1]["seconds"] if rows else 0.0)
        self._columns = list(rows[0]) if rows else None
        with replacing(self.path) as temporary, temporary.open("w", newline="") as file:
            if rows:
                file.write(",".join(self._columns) + "\n")
            file.writelines(self._line(row) for row in rows)

    def act(self, logs):
        """Add a row."""
        row = {"step": self.step, "seconds": round(time.monotonic() - self._begin, 2), **logs}
        header = "" if self._columns else ",".join(row) + "\n"
        self._columns = self._columns or list(row)
        try:
            with self.path.open("a", newline="") as file:
                file.write(header + self._line(row))
        except OSError as error:
            raise ZooError(f"cannot write {self.path}: {error.strerror}; free some space, then resume") from error

    def _line(self, row):
        values = [row[name] for name in self._columns]
        return ",".join(str(int(v)) if n == "step" else f"{v:.9g}" for n, v in zip(self._columns, values)) + "\n"


class Scalars(Periodic):
    """Writes the mean of every term, at the end of every epoch, as TensorBoard events.

    Args:
        directory: of the event files.
    """

    def __init__(self, directory: str | os.PathLike):
        super().__init__()
        self.directory, self._writer = Path(directory), None

    def act(self, logs):
        """Add a point to every curve."""
        try:
            self._writer = self._writer or tf.summary.create_file_writer(str(self.directory))
            with self._writer.as_default(step=self.step):
                for name, value in logs.items():
                    tf.summary.write(name, tf.constant(value, tf.float32), metadata=self._metadata())
            self._writer.flush()
        except tf.errors.OpError as error:
            raise ZooError(f"cannot write {self.directory}: {error.message}; free some space, then resume") from error

    @staticmethod
    def _metadata():
        """What `tf.summary.scalar` writes; that function itself needs the TensorBoard package."""
        plugin = tf.compat.v1.SummaryMetadata.PluginData(plugin_name="scalars")
        return tf.compat.v1.SummaryMetadata(plugin_data=plugin, data_class=1)  # 1: DATA_CLASS_SCALAR


class ProgressBar(Periodic):
    """Shows losses, images per second and the time left: a bar on a terminal, else a line now and then.

    Args:
        total: train steps of the whole training; None for those of this `fit`.
        images_per_step: real images that a train step consumes, for images per second; 0 shows steps per second.
        console: a `rich.console.Console`; by default the standard error.
        seconds: between two lines where there is no terminal.
    """

    def __init__(self, total: int | None = None, images_per_step: int = 0, console: Any = None, seconds: float = 10.0):
        from rich.console import Console

        super().__init__(every=1)
        self.total, self.images_per_step, self.seconds = total, images_per_step, seconds
        self.console = console or Console(stderr=True)
        self._bar = None

    def on_train_begin(self, logs=None):
        """Start."""
        super().on_train_begin(logs)
        self._end = self.total or self.step + (self.params.get("epochs") or 1) * (self.params.get("steps") or 0)
        self._first, self._next, self._clock = None, 0.0, None
        if self.console.is_terminal:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

            columns = (
                TextColumn("{task.description}"),
                BarColumn(None),
                MofNCompleteColumn(),
                TextColumn("{task.fields[facts]}"),
            )
            self._bar = Progress(*columns, console=self.console, transient=True)
            self._task = self._bar.add_task(
                self.model.name, total=self._end, completed=self.step, facts="first step ..."
            )
            self._bar.start()

    def act(self, logs):
        """Show, but not too often: reading the losses waits for the accelerator."""
        now = time.monotonic()
        if self._first is None:  # the first step includes tracing and compiling
            self._first, self._clock = self.step, now
        if now < self._next and self.step != self._end:
            return
        self._next = now + (0.2 if self._bar else self.seconds)
        facts = self._facts(logs, now)
        if self._bar:
            self._bar.update(self._task, completed=self.step, facts=facts)
        else:
            end = f"/{self._end}" if self._end else ""
            self.console.print(
                f"{self.model.name}: step {self.step}{end}  {facts}", soft_wrap=True, highlight=False, markup=False
            )

    def on_train_end(self, logs=None):
        """Leave a last line."""
        if self._bar:
            self.close()
            facts = self._facts(logs or {}, time.monotonic())
            self.console.print(
                f"{self.model.name}: step {self.step}/{self._end}  {facts}", highlight=False, markup=False
            )

    def close(self) -> None:
        """Take the bar off the terminal, also after an error."""
        if self._bar:
            self._bar.stop()
            self._bar = None

    def _facts(self, logs, now):
        losses = "  ".join(f"{name} {float(np.mean(value)):.4g}" for name, value in logs.items())
        done = self.step - (self._first or self.step)
        if not done:
            return losses
        rate = done / max(now - self._clock, 1e-9)
        speed = f"{rate * self.images_per_step:.0f} images/s" if self.images_per_step else f"{rate:.1f} steps/s"
        left = max(self._end - self.step, 0) / rate
        return f"{losses}  {speed}  {duration(left)} left"


def duration(seconds: float) -> str:
    """Return a length of time in words.

    >>> duration(7), duration(190), duration(9000)
    ('7 s', '3 min 10 s', '2 h 30 min')
    """
    seconds = int(round(seconds))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02d} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"
