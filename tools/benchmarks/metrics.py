"""Evaluators against pytorch-fid, torch-fidelity and prdc: seconds, peak memory and ratios.

    tools/bench metrics --out metrics.json
    tools/bench metrics --only neighbours --n 10000

Every measurement is a process of its own with `--threads` threads; the two sides of a comparison take turns, `--rounds`
times, and their minima are compared. The peers run in the environment that `tools/parity/run` makes.

    frechet      distance of statistics of 5,000 features of 2,048 numbers; pytorch-fid takes scipy's sqrtm
    inception    images a second through the network with random weights, resizing included; pytorch-fid's on PyTorch
    neighbours   precision, recall, density and coverage of 10,000 against 10,000 features; prdc
    streaming    peak memory of the streaming FID after 2,000 and after 20,000 samples
"""

import argparse
import json
from pathlib import Path

from shared.sides import PEERS, Sides

from tfgan_zoo.files import replacing

WORKERS = Path(__file__).resolve().parent / "metrics_workers"


def frechet(sides: Sides, options) -> dict:
    settings = {"n": options.n or 5000, "d": options.dim}
    peers = {"pytorch_fid_frechet": "peers", "torch_fidelity_frechet": "peers"}
    found = sides.compared({"frechet": "ours"} | peers, settings, "distance_s")
    ours = found["frechet"]
    ratios = {
        f"{name}, {part}": round(found[name][key] / ours[key], 2)
        for name in peers
        for part, key in (("distance", "distance_s"), ("statistics", "statistics_s"))
    }
    return {"settings": settings, "found": found, "times faster": ratios}


def inception(sides: Sides, options) -> dict:
    settings = {"batch": options.batch, "batches": 3, "side": options.side, "threads": options.threads}
    found = sides.compared({"inception": "ours", "pytorch_fid_inception": "peers"}, settings, "batch_s")
    for side in found.values():
        side["images_per_s"] = round(options.batch / side["batch_s"], 2)
    ratio = found["inception"]["images_per_s"] / found["pytorch_fid_inception"]["images_per_s"]
    return {"settings": settings, "found": found, "times faster": {"pytorch_fid_inception": round(ratio, 2)}}


def neighbours(sides: Sides, options) -> dict:
    settings = {"n": options.n or 10000, "d": options.dim, "k": 3}
    names = {"neighbours": "ours", "precision_recall": "ours", "prdc_neighbours": "peers"}
    found = sides.compared(names, settings, "seconds")
    theirs = found["prdc_neighbours"]
    ratios = {f"{name} over prdc": round(theirs["seconds"] / found[name]["seconds"], 2) for name in list(names)[:2]}
    memory = {name: round(side["peak_mib"]) for name, side in found.items()}
    return {"settings": settings, "found": found, "times faster": ratios, "peak MiB": memory}


def streaming(sides: Sides, options) -> dict:
    few = options.n or 2000
    settings = {"d": options.dim, "batch": 100}
    found = {str(n): sides.once("ours", "streaming", settings | {"n": n}) for n in (few, 10 * few)}
    peaks = {n: round(side["peak_mib"]) for n, side in found.items()}
    growth = found[str(10 * few)]["held_mib"] - found[str(few)]["held_mib"]
    return {"settings": settings, "found": found, "peak MiB": peaks, "MiB more for ten times N": round(growth, 1)}


MEASURES = {"frechet": frechet, "inception": inception, "neighbours": neighbours, "streaming": streaming}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="tools/bench metrics", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=list(MEASURES), action="append", help="one measure; may be repeated")
    parser.add_argument("--peers", type=Path, default=PEERS, help="their environment")
    parser.add_argument("--n", type=int, help="samples (default: each measure's own)")
    parser.add_argument("--dim", type=int, default=2048, help="numbers in a feature")
    parser.add_argument("--batch", type=int, default=50, help="images given to the network at once")
    parser.add_argument("--side", type=int, default=299, help="of those images")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()

    sides, results = Sides(WORKERS, options.peers, options.threads, options.rounds), {}
    for name in options.only or MEASURES:
        print(name, flush=True)
        results[name] = MEASURES[name](sides, options)
        for key in ("times faster", "peak MiB", "MiB more for ten times N"):
            if key in results[name]:
                print(f"  {key}: {results[name][key]}", flush=True)
    if options.out:
        with replacing(options.out) as temporary:
            temporary.write_text(json.dumps({"threads": options.threads, **results}, indent=2) + "\n")


if __name__ == "__main__":
    main()
