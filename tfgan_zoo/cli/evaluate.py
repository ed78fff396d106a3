"""`tfgan-zoo evaluate`: scores of generated against real images."""

import json
from pathlib import Path

from tfgan_zoo import report, runs
from tfgan_zoo.catalogue import BY_NAME
from tfgan_zoo.cli import quiet, sources, values
from tfgan_zoo.errors import ZooError
from tfgan_zoo.files import replacing


def add_evaluate(parser):
    """Options of `evaluate`."""
    parser.add_argument("source", metavar="SOURCE", help=f"{sources.HELP}; or a folder or .npz file of images")
    parser.add_argument("--against", required=True, metavar="DATA", help="real images: a data set's name or folder")
    parser.add_argument("--metrics", type=values.words, default=("fid", "kid", "inception_score"), metavar="M,M,...")
    parser.add_argument("--samples", type=values.positive, default=2000, metavar="N", help="default %(default)s")
    parser.add_argument("--seed", type=values.natural, default=0, metavar="S", help="default %(default)s")
    parser.add_argument("--out", metavar="JSON", help="also write the scores to this file")
    parser.set_defaults(run=evaluate)


def evaluate(arguments) -> None:
    """Print a table; keep the scores of a run in its folder and report."""
    judged, run = arguments.source, None
    if runs.is_run(judged) or sources.is_pretrained(judged):
        judged, run = sources.open_model(judged)
        if BY_NAME[judged.name].data == "unpaired":
            raise ZooError(f"{judged.name} translates images: translate some into a folder, then evaluate the folder")
    elif not Path(judged).exists():
        raise ZooError(f"{judged} is neither a run folder, nor a folder or file of images, nor MODEL:WEIGHTS")
    quiet.import_tensorflow()
    from tfgan_zoo.metrics import evaluate as scores_of

    scores = scores_of(judged, arguments.against, arguments.metrics, samples=arguments.samples, seed=arguments.seed)
    scores |= {"against": arguments.against}
    for name, value in scores.items():
        print(f"{name:<28} {value:.4f}" if isinstance(value, float) else f"{name:<28} {value}")
    if run:
        runs.add_scores(run.scores, run.step, scores)
        report.write(run)
    if arguments.out:
        with replacing(arguments.out) as temporary:
            temporary.write_text(json.dumps(scores, indent=2) + "\n")
