"""`tfgan-zoo evaluate`: scores of generated against real images."""

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

from tfgan_zoo import report, runs
from tfgan_zoo.catalogue import BY_NAME
from tfgan_zoo.cli import quiet, sources, values
from tfgan_zoo.errors import ZooError
from tfgan_zoo.files import replacing

_EXTRACTORS = "fashion, digits, inception:FILE, inception:FILE:pytorch_fid, efficientnet_lite0:FILE"


def add_evaluate(parser):
    """Options of `evaluate`."""
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help=f"{sources.HELP}; or the folder of an exported SavedModel; or a folder or .npz file of images",
    )
    parser.add_argument(
        "--against",
        required=True,
        metavar="DATA",
        help="real images: a data set's name or folder; or a statistics file, .npz with mu and sigma (pytorch-fid's)",
    )
    parser.add_argument(
        "--metrics",
        type=values.words,
        metavar="M,M,...",
        help="of fid, fid_infinity, kid, inception_score, precision_recall, density_coverage, swd, ms_ssim; "
        "default fid,kid,inception_score",
    )
    parser.add_argument(
        "--extractor", metavar="E", help=f"the network that judges: {_EXTRACTORS}; default: the shipped one that fits"
    )
    parser.add_argument("--samples", type=values.positive, default=2000, metavar="N", help="default %(default)s")
    parser.add_argument("--seed", type=values.natural, default=0, metavar="S", help="default %(default)s")
    parser.add_argument("--batch-size", type=values.positive, default=256, metavar="N", help="default %(default)s")
    parser.add_argument("--confidence", type=float, metavar="C", help="such as 0.95: also bootstrap intervals")
    parser.add_argument(
        "--classes", type=values.positive, metavar="N", help="of a conditional SavedModel; default: those of the data"
    )
    parser.add_argument(
        "--save-statistics", metavar="FILE", help="also write the real images' mean and covariance, as pytorch-fid does"
    )
    parser.add_argument("--skip-broken", action="store_true", help="leave out image files that cannot be read")
    parser.add_argument("--out", metavar="JSON", help="also write the scores to this file")
    parser.set_defaults(run=evaluate)


def evaluate(arguments) -> None:
    """Print a table; keep the scores of a run in its folder and report."""
    quiet.import_tensorflow()
    from tfgan_zoo import metrics
    from tfgan_zoo.metrics.evaluation import DEFAULT
    from tfgan_zoo.metrics.extractors import as_extractor
    from tfgan_zoo.metrics.reference import Reference
    from tfgan_zoo.metrics.statistics_files import write_statistics

    reference = Reference(arguments.against, skip_broken=arguments.skip_broken)
    wanted = arguments.metrics or (("fid",) if reference.statistics else DEFAULT)
    if arguments.save_statistics:
        if reference.statistics or "fid" not in wanted:
            raise ZooError("--save-statistics keeps what FID needs of real images: give images and --metrics fid,...")
        if Path(arguments.save_statistics).suffix != ".npz":
            raise ZooError(f"--save-statistics writes an .npz file; found {arguments.save_statistics}")
    # Before anything is sampled: weights may be missing.
    extractor = as_extractor(arguments.extractor) if arguments.extractor else None
    judged, run = _judged(arguments)
    with _progress() as progress:
        scores = metrics.evaluate(
            judged,
            reference,
            wanted,
            samples=arguments.samples,
            seed=arguments.seed,
            extractor=extractor,
            batch_size=arguments.batch_size,
            confidence=arguments.confidence,
            progress=progress,
        )
    scores |= {"against": arguments.against}
    print(table(scores))
    if arguments.save_statistics:
        print(f"statistics of the real images: {write_statistics(arguments.save_statistics, reference.fitted)}")
    if run:
        runs.add_scores(run.scores, run.step, scores)
        report.write(run)
    if arguments.out:
        with replacing(arguments.out) as temporary:
            temporary.write_text(json.dumps(scores, indent=2) + "\n")


def table(scores: dict) -> str:
    """Return scores as lines: a metric each with its deviation and interval, then how they were measured."""
    extras = ("std", "low", "high")
    rows, facts = {}, {}
    for key, value in scores.items():
        name, bracket, label = key.partition("[")
        plain, _, extra = name.rpartition(" ")
        if not bracket:
            facts[key] = value
        elif extra in extras and f"{plain}[{label}" in scores:
            rows[f"{plain}[{label}"][extra] = f"{value:.4f}"
        else:
            rows[key] = {"": f"{value:.4f}"}
    columns = ["", *(extra for extra in extras if any(extra in row for row in rows.values()))]
    wide = max([len("score"), *map(len, rows)]) + 2
    lines = ["".join([f"{'score':<{wide}}", *(f"{column or 'value':>12}" for column in columns)])]
    lines += ["".join([f"{name:<{wide}}", *(f"{row.get(c, ''):>12}" for c in columns)]) for name, row in rows.items()]
    wide = max(map(len, facts)) + 2
    lines.append("")
    for name, value in facts.items():
        if value is not None:
            parts = str(value).split("; ") if name == "protocol" else [str(value)]
            lines += [f"{name if i == 0 else '':<{wide}}{part}" for i, part in enumerate(parts)]
    return "\n".join(line.rstrip() for line in lines)


def _judged(arguments):
    """What is sampled or read, and its run if it has one."""
    from tfgan_zoo.metrics.saved_generator import SavedGenerator, is_saved_model

    source = arguments.source
    if is_saved_model(source):
        return SavedGenerator(source, arguments.classes), None
    if arguments.classes:
        raise ZooError("--classes is for conditional SavedModels; leave it out")
    if runs.is_run(source) or sources.is_pretrained(source) or sources.is_saved(source):
        model, run = sources.open_model(source)
        if BY_NAME[model.name].data == "unpaired":
            raise ZooError(f"{model.name} translates images: translate some into a folder, then evaluate the folder")
        return model, run
    if not Path(source).exists():
        raise ZooError(
            f"{source} is neither a run folder, nor a SavedModel, nor images, nor a .keras file, nor MODEL:WEIGHTS"
        )
    if arguments.skip_broken:
        from tfgan_zoo.metrics.sides import open_named

        return open_named(source, None, skip_broken=True), None
    return source, None


@contextlib.contextmanager
def _progress(seconds: float = 10.0) -> Iterator:
    """Yield what `evaluate` calls: a bar on a terminal, else a line now and then, both on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(None), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            tasks = {}

            def show(what, done, total):
                if what not in tasks:
                    for task in tasks.values():
                        bar.stop_task(task)
                    tasks[what] = bar.add_task(what, total=total)
                bar.update(tasks[what], completed=done, total=total)

            yield show
        return
    due = time.monotonic() + seconds

    def tell(what, done, total):
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + seconds
            console.print(f"evaluate: {what} {done}/{total}", soft_wrap=True, highlight=False, markup=False)

    yield tell
