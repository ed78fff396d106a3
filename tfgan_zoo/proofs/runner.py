"""Running proofs."""

import importlib
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tfgan_zoo.catalogue import CARDS
from tfgan_zoo.errors import unknown
from tfgan_zoo.files import replacing
from tfgan_zoo.proofs.result import Result, fingerprint

# Modules of this package that are no proofs.
_SHARED = ("__init__", "digits", "points", "result", "runner", "training")


LARGEST = 150_000  # bytes of a picture


def list_proofs() -> list[str]:
    """Return the names of all systems that have a proof: models in the catalogue's order, then the others."""
    found = {path.stem for path in Path(__file__).parent.glob("*.py")}.difference(_SHARED)
    models = [card.name for card in CARDS if card.name in found]
    return models + sorted(found.difference(models))


def prove(
    name: str, out: str | os.PathLike, seeds: Sequence[int] = (0, 1, 2), report: Callable[[str], None] = print
) -> Result:
    """Run the proof of a system; write `<out>/<name>.json` and `<out>/<name>.png`.

    An earlier result's explanation of a miss is kept as long as the miss is.

    Args:
        name: of the system.
        out: folder of the result and the picture.
        seeds: one run each.
        report: called with a line of text now and then.

    Raises:
        ZooError: no proof of that name.
    """
    if name not in list_proofs():
        raise unknown("proof", name, list_proofs())
    import keras
    import tensorflow as tf

    proof = importlib.import_module(f"tfgan_zoo.proofs.{name}")
    runs, seconds = [], []
    for seed in seeds:
        start = time.monotonic()
        keras.utils.set_random_seed(seed)
        runs.append(proof.run(seed, lambda text, seed=seed: report(f"{name}, seed {seed}: {text}")))
        seconds.append(round(time.monotonic() - start, 1))
        measured = {k: round(float(v), 4) for k, v in runs[-1].items() if not k.startswith("_")}
        report(f"{name}, seed {seed}: {measured} in {seconds[-1]} s")
    values = {key: [float(run[key]) for run in runs] for key in runs[0] if not key.startswith("_")}
    path = Path(out) / f"{name}.json"
    result = Result(
        name=name,
        claim=proof.CLAIM,
        criteria=list(proof.CRITERIA),
        seeds=list(seeds),
        values=values,
        seconds=seconds,
        fingerprint=fingerprint(name),
        versions={"tensorflow": tf.__version__, "keras": keras.__version__},
    )
    if not result.passed and path.exists():
        result.miss = Result.load(path).miss
    with replacing(path.with_suffix(".png")) as temporary:
        proof.draw(runs, temporary)
        _compact(temporary)
    result.save(path)
    return result


def _compact(path: Path) -> None:
    """Store a picture with a palette, of 256 colors if the file is small then: it is committed."""
    from PIL import Image

    with Image.open(path) as image:
        image = image.convert("RGB")
    for colors in (256, 64, 32, 16):
        image.quantize(colors).save(path, "PNG", optimize=True)
        if path.stat().st_size < LARGEST:
            break
