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
import os
import subprocess
import sys
from pathlib import Path

from tfgan_zoo.files import replacing

ROOT = Path(__file__).resolve().parents[2]
WORKERS = Path(__file__).resolve().parent / "metrics_workers"


class Sides:
    """Runs workers of either side."""

    def __init__(self, peers: Path, threads: int, rounds: int):
        self._pythons = {"ours": Path(sys.executable), "peers": peers.absolute() / "bin" / "python"}
        self._rounds = rounds
        if not self._pythons["peers"].exists():
            sys.exit(f"no peers in {peers}: run tools/parity/run once, or name an environment with --peers")
        environ = {f"{name}_NUM_THREADS": str(threads) for name in ("OMP", "OPENBLAS", "MKL")}
        environ |= {"TF_NUM_INTRAOP_THREADS": str(threads), "TF_NUM_INTEROP_THREADS": "1"}
        environ |= {"CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}
        self._environ = os.environ | environ | {"PYTHONPATH": f"{ROOT / 'tools' / 'parity'}{os.pathsep}{ROOT}"}

    def once(self, side: str, measurement: str, settings: dict) -> dict:
        """Return what one worker tells."""
        command = [self._pythons[side], WORKERS / f"{side}.py", measurement, json.dumps(settings)]
        done = subprocess.run(command, env=self._environ, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{side} {measurement} failed:\n{done.stderr[-3000:]}")
        found = json.loads(done.stdout.splitlines()[-1])
        print(f"  {side} {measurement}: {found}", flush=True)
        return found

    def compared(self, measurements: dict[str, str], settings: dict, key: str) -> dict[str, dict]:
        """Return, for each measurement (name -> side), the round with the least `key`."""
        best: dict[str, dict] = {}
        for _ in range(self._rounds):
            for measurement, side in measurements.items():
                found = self.once(side, measurement, settings)
                best[measurement] = min(best.get(measurement, found), found, key=lambda x: x[key])
        return best


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
    parser.add_argument("--peers", type=Path, default=ROOT / "build" / "parity" / "torch", help="their environment")
    parser.add_argument("--n", type=int, help="samples (default: each measure's own)")
    parser.add_argument("--dim", type=int, default=2048, help="numbers in a feature")
    parser.add_argument("--batch", type=int, default=50, help="images given to the network at once")
    parser.add_argument("--side", type=int, default=299, help="of those images")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()

    sides, results = Sides(options.peers, options.threads, options.rounds), {}
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
