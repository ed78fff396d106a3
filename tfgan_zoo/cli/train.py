"""`tfgan-zoo train`, `tfgan-zoo resume`: from a data set's name to a run folder."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

from tfgan_zoo import registry, report, runs
from tfgan_zoo.cli import quiet, sources, values
from tfgan_zoo.errors import ZooError
from tfgan_zoo.runs import Config, Run

if TYPE_CHECKING:
    from tfgan_zoo.data import Pair, Source
    from tfgan_zoo.game import Game

PICTURES = 64


def add_train(parser):
    """Options of `train`."""
    parser.add_argument("model", metavar="MODEL", help="see tfgan-zoo list")
    parser.add_argument("--data", required=True, help="a data set's name, a folder of images, an .npz file, tfds:NAME")
    parser.add_argument("--out", required=True, metavar="DIR", help="run folder; new or empty")
    parser.add_argument("--image-size", type=values.positive, metavar="N", help="side in pixels; default: the data's")
    parser.add_argument("--steps", type=values.positive, default=10_000, metavar="N", help="default %(default)s")
    parser.add_argument(
        "--batch-size", type=values.positive, default=64, metavar="N",
        help="examples of one move, over all devices; default %(default)s",
    )  # fmt: skip
    parser.add_argument("--seed", type=values.natural, default=0, metavar="S", help="default %(default)s")
    parser.add_argument("--devices", type=values.positive, default=1, metavar="N", help="GPUs, or CPUs without a GPU")
    parser.add_argument("--precision", choices=("float32", "mixed_bfloat16", "mixed_float16"), default="float32")
    parser.add_argument("--xla", action=argparse.BooleanOptionalAction, help="default: on GPUs only")
    parser.add_argument(
        "--set", type=values.setting, nargs="+", action="extend", default=[], metavar="NAME=VALUE",
        help="a constructor argument of the model, e.g. width=32",
    )  # fmt: skip
    parser.add_argument("--configuration", metavar="C", help="of the paper, such as E; see tfgan-zoo info MODEL")
    parser.add_argument(
        "--labelled", type=values.share_or_count, metavar="N",
        help="keep so many labels of each class, or such a share; default: all",
    )  # fmt: skip
    parser.add_argument("--augment", metavar="A", help="flip, shift or flip,shift")
    parser.add_argument("--skip-broken", action="store_true", help="leave out image files that cannot be read")
    parser.add_argument(
        "--checkpoint-every", type=values.positive, default=1000, metavar="N", help="default %(default)s"
    )
    parser.add_argument("--sample-every", type=values.positive, default=500, metavar="N", help="default %(default)s")
    parser.add_argument("--evaluate-every", type=values.natural, default=0, metavar="N", help="default: never")
    parser.set_defaults(run=start)


def add_resume(parser):
    """Options of `resume`."""
    parser.add_argument("folder", metavar="DIR", help="run folder")
    parser.add_argument("--steps", type=values.positive, metavar="N", help="new total of train steps")
    parser.set_defaults(run=resume)


def start(arguments) -> int:
    """Start a run."""
    registry.info(arguments.model)
    runs.vacant(arguments.out)
    own = ("run", "command", "version", "out", "set", "configuration")
    options = {name: value for name, value in vars(arguments).items() if name not in own}
    settings = registry.configured(arguments.model, arguments.configuration) | dict(arguments.set)
    config = Config(**options, settings=settings)
    return train(config, arguments.out)


def resume(arguments) -> int:
    """Go on with a run."""
    run = Run.open(arguments.folder)
    steps = arguments.steps or run.config.steps
    if steps <= run.step:
        raise ZooError(
            f"{run.folder} has {run.step} of {steps} steps behind it: nothing to do; give --steps N with a larger total"
        )
    if steps != run.config.steps:
        run.config.steps = steps
        run.save_config()
    run.remove_leftovers()
    return train(run.config, run=run)


def train(config: Config, out: str | os.PathLike | None = None, run: Run | None = None) -> int:
    """Train as `config` says into the new run folder `out`, or go on with `run`.

    Returns:
        0, or 130 (143) when stopped by an interrupt (a termination signal), with a checkpoint.

    Raises:
        ZooError: before any time is spent: data and model do not fit, no such devices, the folder is taken; later: a
            loss is not finite, the disk is full.
    """
    with _Interrupt() as interrupt:
        quiet.import_tensorflow()
        strategy = strategy_of(config.devices)
        data = sources.open_data(config)
        if data.skipped:
            print(f"tfgan-zoo: left out {len(data.skipped)} unreadable files: {', '.join(data.skipped[:3])} ...")
        if run is None:
            config.arguments = arguments_for(config, data)
        with strategy.scope() if strategy else contextlib.nullcontext():
            model = registry.create(config.model, dtype=config.precision, **config.arguments)
            model.compile(jit_compile="auto" if config.xla is None else config.xla)
            _check(config, data, model)
            evaluation = _evaluation(config, run.folder if run else out)
            if run is None:
                config.versions = _versions()
                run = Run.start(out, config)
            elif latest := run.latest():
                from tfgan_zoo.weights import pretrained

                pretrained.load(model, config.model, str(latest.resolve()))
                if int(model.step.numpy()) != runs.step_of(latest):
                    raise ZooError(f"{latest} holds step {int(model.step.numpy())}; it was renamed or is damaged")
            try:
                _fit(model, run, data, evaluation, interrupt)
            finally:
                with contextlib.suppress(ZooError):
                    report.write(run)
    if interrupt.signal and run.step < config.steps:
        print(f"\nstopped after step {run.step} of {config.steps}; go on with: tfgan-zoo resume {run.folder}")
        return 128 + interrupt.signal
    print(f"{config.model}: {config.steps} steps done\n  report    {run.report}\n  pictures  {run.samples}")
    return 0


def strategy_of(devices: int) -> Any:
    """Return a MirroredStrategy over that many GPUs (or logical CPUs on a machine without); None for one device.

    Raises:
        ZooError: the machine has fewer.
    """
    if devices == 1:
        return None
    import tensorflow as tf

    gpus = len(tf.config.list_physical_devices("GPU"))
    there, kind = (gpus, "GPU") if gpus else (os.cpu_count() or 1, "CPU")
    if devices > there:
        raise ZooError(f"--devices {devices}: this machine has {there} {kind}{'s' * (there > 1)}; choose 1 to {there}")
    if not gpus:
        cpu = tf.config.list_physical_devices("CPU")[0]
        try:
            tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * devices)
        except RuntimeError as error:  # TensorFlow runs already; fine if it has enough of them
            if len(tf.config.list_logical_devices("CPU")) < devices:
                raise ZooError(f"--devices {devices}: TensorFlow has started with fewer; use a new process") from error
    return tf.distribute.MirroredStrategy([f"{kind}:{i}" for i in range(devices)])


def arguments_for(config: Config, data: Source | Pair) -> dict[str, Any]:
    """Return the model's constructor arguments: what the data say (shape, classes), then what the user set.

    Raises:
        ZooError: the model needs labels or two domains and the data have none, or an unknown argument was set.
    """
    card, known = registry.info(config.model), registry.arguments_of(config.model)
    two_sided = len(data.sides) == 2
    if card.data == "unpaired" and not two_sided:
        raise ZooError(
            f"{card.name} learns from two domains, but {config.data!r} is a single collection; "
            "use unpaired:A,B, a folder with trainA and trainB, or shapes32"
        )
    if card.data != "unpaired" and two_sided:
        raise ZooError(
            f"{card.name} learns from one collection of images, but {config.data!r} is {data.kind}; "
            "give one of its folders"
        )
    if card.data == "labelled" and data.labels is None:
        raise ZooError(
            f"{card.name} needs labels, but {config.data!r} has none; use a folder with one sub-folder per class, "
            "or a model without labels"
        )
    found = {"image_shape": data.image_shape, "seed": config.seed}
    if card.data == "labelled":
        found |= {"classes": data.classes, "labelled": float((data.labels >= 0).mean())}
    return {name: value for name, value in found.items() if name in known} | config.settings


def _batches(config, data, model, steps_done):
    """The endless batches that follow those of `steps_done` train steps."""
    from tfgan_zoo.inputs import Labels

    return data.batches(
        config.batch_size,
        labels=any(isinstance(wanted, Labels) for wanted in model.inputs_of_batch()),
        augment=config.augment,
        seed=config.seed,
        repeat=True,
        start_batch=steps_done * model.batches_per_step,
    )


def _check(config, data, model):
    """Raise ZooError unless batches and model fit, before a folder is made."""
    from tfgan_zoo import feeding

    feeding.prepare(
        _batches(config, data, model, 0),
        None,
        inputs=model.inputs_of_batch(),
        model=model.name,
        batch_size=None,
        shuffle=False,
        joined=1,
        seed=0,
    )


def _evaluation(config, folder):
    """The callback that evaluates now and then, None if none was asked for."""
    if not config.evaluate_every:
        return None
    if registry.info(config.model).data == "unpaired":
        raise ZooError(f"--evaluate-every: {config.model} translates images, which the offline judges do not score")
    from tfgan_zoo.callbacks import Evaluate
    from tfgan_zoo.metrics.extractors import default_extractor

    judge = default_extractor(tuple(config.arguments["image_shape"]))
    test = sources.open_data(config, "test")
    return Evaluate(test, ("fid", "kid"), config.evaluate_every, directory=folder, extractor=judge)


def _fit(model: Game, run: Run, data: Source | Pair, evaluation: Any, interrupt: _Interrupt) -> None:
    from keras.callbacks import CallbackList

    from tfgan_zoo import callbacks as cb

    class Unsynchronized(CallbackList):
        """Passes the logs of a step on as tensors: reading them would wait for the accelerator in every step."""

        def on_train_batch_end(self, batch, logs=None):
            for callback in self.callbacks:
                callback.on_train_batch_end(batch, logs)

    config = run.config
    bar = cb.ProgressBar(config.steps, config.batch_size * model.batches_per_step)
    pictures = cb.SampleGrid(
        run.samples, config.sample_every, PICTURES, **sources.sides_of_picture(config, PICTURES // 2)
    )
    callbacks = [
        cb.StopOnNaN(),
        bar,
        cb.CsvLog(run.log),
        cb.Scalars(run.events),
        cb.FullCheckpoint(run.checkpoints, config.checkpoint_every),
        pictures,
        *([evaluation] if evaluation else []),
        interrupt.callback(),
    ]
    try:
        done = int(model.step.numpy())
        while done < config.steps and not interrupt.signal:
            epochs, length = _stretch(done, config.steps, config.log_every)
            batches = _batches(config, data, model, done)
            listed = Unsynchronized(callbacks, add_history=True, model=model, epochs=epochs, steps=length)
            model.fit(batches, epochs=epochs, steps_per_epoch=length, verbose=0, callbacks=listed)
            done = int(model.step.numpy())
        if not interrupt.signal and not pictures.path.exists():
            pictures.act({})  # the result, whatever the number of steps
    except _out_of_memory() as error:
        raise ZooError(
            f"{config.model}: out of memory at batch size {config.batch_size}; choose a smaller --batch-size"
        ) from error
    finally:
        bar.close()


def _stretch(done: int, total: int, row: int) -> tuple[int, int]:
    """Return (epochs, steps in each) of the next call of `fit`, such that rows of the log end at multiples of `row`."""
    if done % row or done + row > total:
        return 1, min(row - done % row, total - done)
    return (total - done) // row, row


def _out_of_memory():
    import tensorflow as tf

    return tf.errors.ResourceExhaustedError


def _versions():
    import keras
    import numpy
    import tensorflow

    from tfgan_zoo import __version__

    python = ".".join(map(str, sys.version_info[:3]))
    return {
        "tfgan-zoo": __version__,
        "tensorflow": tensorflow.__version__,
        "keras": keras.__version__,
        "numpy": numpy.__version__,
        "python": python,
        "started": time.strftime("%Y-%m-%d %H:%M"),
    }


class _Interrupt:
    """Within the block, the first interrupt or termination signal is kept in `signal`; a second one acts as usual."""

    def __init__(self):
        self.signal = 0

    def __enter__(self):
        self._before = {}
        with contextlib.suppress(ValueError):  # not the main thread: signals go elsewhere
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_):
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number, frame):
        self.signal = number
        signal.signal(number, self._before[number])
        print("\nfinishing this step and saving; once more to stop at once", file=sys.stderr, flush=True)

    def callback(self):
        """A Keras callback that ends `fit` after the current step once a signal has come."""
        import keras

        interrupt = self

        class StopOnSignal(keras.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                if interrupt.signal:
                    self.model.stop_training = True

        return StopOnSignal()
