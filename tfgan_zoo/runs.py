"""A run folder: what was asked for, how far it got, and its files. No TensorFlow until a model is made."""

from __future__ import annotations

import csv
import json
import os
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfgan_zoo.errors import ZooError
from tfgan_zoo.files import replacing

if TYPE_CHECKING:
    from tfgan_zoo.game import Game


@dataclass
class Config:
    """Everything that decides the outcome of a training, as `config.json` holds it.

    Attributes:
        model: registry id.
        data: name of the data set, as `tfgan_zoo.data.load` takes it.
        steps: train steps in all.
        batch_size: examples of one move, over all devices.
        image_size: side of the square images in pixels; None keeps the data's.
        settings: constructor arguments that the user chose.
        arguments: all constructor arguments, those that follow from the data included.
        seed: of first weights, draws and the order of the data.
        devices: number of CPUs or GPUs.
        precision: "float32", "mixed_bfloat16" or "mixed_float16".
        xla: compile losses with XLA; None chooses by device.
        labelled: how many labels are kept, as `tfgan_zoo.data.load` takes it; None keeps all.
        augment: as `tfgan_zoo.data.load` takes it.
        skip_broken: leave out files that cannot be read.
        checkpoint_every: steps between checkpoints, a multiple of `log_every`.
        sample_every: steps between pictures.
        evaluate_every: steps between evaluations; 0 for none.
        versions: of the packages that made the run.
    """

    model: str
    data: str
    steps: int
    batch_size: int = 64
    image_size: int | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    arguments: dict[str, Any] = field(default_factory=dict)
    seed: int = 0
    devices: int = 1
    precision: str = "float32"
    xla: bool | None = None
    labelled: float | int | None = None
    augment: str | None = None
    skip_broken: bool = False
    checkpoint_every: int = 1000
    sample_every: int = 500
    evaluate_every: int = 0
    versions: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        # A checkpoint falls on the end of a row of the log, so that a resumed log equals an undisturbed one.
        self.checkpoint_every = -(-self.checkpoint_every // self.log_every) * self.log_every

    @property
    def log_every(self) -> int:
        """Steps in one row of the log."""
        return min(100, self.checkpoint_every)

    def command(self, out: str | os.PathLike) -> str:
        """Return the command line that starts this run."""
        words = ["tfgan-zoo", "train", self.model]
        default = {f.name: f.default for f in fields(self)}
        options = ("data", "image_size", "steps", "batch_size", "seed", "devices", "precision", "labelled", "augment")
        for name in (*options, "checkpoint_every", "sample_every", "evaluate_every"):
            value = getattr(self, name)
            if name in ("steps", "batch_size", "seed") or value != default[name]:
                words += ["--" + name.replace("_", "-"), str(value)]
        if self.xla is not None:
            words.append("--xla" if self.xla else "--no-xla")
        if self.skip_broken:
            words.append("--skip-broken")
        if self.settings:
            words += ["--set", *(f"{name}={_written(value)}" for name, value in self.settings.items())]
        return shlex.join([*words, "--out", os.fspath(out)])


class Run:
    """The files of one training.

    `config.json`, `log.csv` (means of every term over `log_every` steps), `scores.json` (evaluations), `events`
    (TensorBoard), `samples/step-*.png`, `checkpoints/step-*.weights.h5` (full state), `report.html`.

    Args:
        folder: of the run.
        config: of the run.
    """

    def __init__(self, folder: str | os.PathLike, config: Config):
        self.folder, self.config = Path(folder), config
        self.log, self.scores = self.folder / "log.csv", self.folder / "scores.json"
        self.samples, self.events = self.folder / "samples", self.folder / "events"
        self.checkpoints, self.report = self.folder / "checkpoints", self.folder / "report.html"

    @classmethod
    def start(cls, folder: str | os.PathLike, config: Config) -> Run:
        """Make the folder of a new run and write its `config.json`.

        Raises:
            ZooError: something is there already, or the folder cannot be written.
        """
        vacant(folder)
        run = cls(folder, config)
        try:
            run.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ZooError(f"cannot write {folder}: {error.strerror}; choose another folder for --out") from error
        run.save_config()
        return run

    @classmethod
    def open(cls, folder: str | os.PathLike) -> Run:
        """Open an existing run.

        Raises:
            ZooError: there is none, or its `config.json` is damaged.
        """
        path = Path(folder) / "config.json"
        if not path.is_file():
            raise ZooError(f"{folder} is not a run folder: it has no config.json; start one with tfgan-zoo train")
        try:
            content = json.loads(path.read_text())
            config = Config(**{name: _tupled(value) for name, value in content.items()})
        except (ValueError, TypeError) as error:
            raise ZooError(f"{path} is damaged: {error}; restore it, or start the run again elsewhere") from error
        return cls(folder, config)

    def save_config(self) -> None:
        """Write `config.json`."""
        with replacing(self.folder / "config.json") as temporary:
            temporary.write_text(json.dumps(asdict(self.config), indent=2) + "\n")

    def latest(self) -> Path | None:
        """Return the newest whole checkpoint, None if there is none yet."""
        return max(self.checkpoints.glob("step-*.weights.h5"), key=step_of, default=None)

    @property
    def step(self) -> int:
        """Steps that the newest checkpoint has behind it."""
        latest = self.latest()
        return step_of(latest) if latest else 0

    def remove_leftovers(self) -> None:
        """Remove temporary files of saves that were cut off. Only for the one process that trains this run."""
        for folder in (self.folder, self.checkpoints, self.samples):
            for path in folder.glob(".????????-*"):
                path.unlink(missing_ok=True)

    def model(self) -> Game:
        """Return the model with the newest checkpoint's weights, in float32, ready to sample from.

        Raises:
            ZooError: there is no checkpoint, or it belongs to another model.
        """
        from tfgan_zoo.registry import create

        latest = self.latest()
        if latest is None:
            raise ZooError(f"{self.folder} has no checkpoint yet; go on with tfgan-zoo resume {self.folder}")
        return create(self.config.model, weights=str(latest.resolve()), dtype="float32", **self.config.arguments)


def is_run(folder: str | os.PathLike) -> bool:
    """Whether a folder holds a run."""
    return (Path(folder) / "config.json").is_file()


def vacant(folder: str | os.PathLike) -> None:
    """Raise ZooError unless `folder` can take a new run: absent or empty."""
    folder = Path(folder)
    if is_run(folder):
        raise ZooError(f"{folder} already holds a run; go on with tfgan-zoo resume {folder}, or choose another folder")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ZooError(f"{folder} exists and is not an empty folder; choose another one for --out")


def step_of(path: str | os.PathLike) -> int:
    """Return the step in the name of a checkpoint or of a picture: `step-00001000.weights.h5` is 1000."""
    digits = Path(path).name.split(".")[0].removeprefix("step-")
    return int(digits) if digits.isdecimal() else -1


def read_log(path: str | os.PathLike) -> list[dict[str, float]]:
    """Return the rows of a `log.csv`; a last line that was cut off is left out, and so is a missing file."""
    try:
        with open(path, newline="") as file:
            rows = list(csv.DictReader(file))
    except FileNotFoundError:
        return []
    good = []
    for row in rows:
        try:
            good.append({name: float(value) for name, value in row.items()})
        except (TypeError, ValueError):
            break
    return good


def read_scores(path: str | os.PathLike) -> list[dict[str, Any]]:
    """Return the evaluations in a `scores.json`, each with its step; none if there is no such file."""
    try:
        return json.loads(Path(path).read_text())
    except FileNotFoundError:
        return []


def add_scores(path: str | os.PathLike, step: int, scores: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Add an evaluation to a `scores.json`; a later one of the same step, network and number of samples replaces it."""

    def key(entry):
        return tuple(entry.get(part) for part in ("step", "against", "samples", "extractor"))

    new = {"step": step, **scores}
    entries = sorted([e for e in read_scores(path) if key(e) != key(new)] + [new], key=lambda e: e["step"])
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(entries, indent=2) + "\n")
    return entries


def _tupled(value):
    """JSON makes lists of tuples."""
    if isinstance(value, dict):
        return {name: _tupled(v) for name, v in value.items()}
    return tuple(map(_tupled, value)) if isinstance(value, list) else value


def _written(value):
    return ",".join(map(str, value)) + ("," if len(value) == 1 else "") if isinstance(value, tuple) else str(value)
