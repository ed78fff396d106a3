"""StyleGAN2 against rosinality/stylegan2-pytorch: training steps, images, memory, on a CPU in one run.

    git clone https://github.com/rosinality/stylegan2-pytorch rosinality
    tools/bench stylegan2 --rosinality rosinality --out stylegan2.json

Both sides have the networks of configuration E (512 feature maps up to 32 pixels, 256 at 64: its channel_multiplier 1),
the same moves and hyperparameters, moving averages and a batch of uniform noise. Every measurement is a process of its
own with `--threads` threads; the sides take turns, `--rounds` times, and the fastest of each is compared.

    training    a step at 64x64x3, batch 4: D, G, the average of the generator, and the share of a step that lazy
                regularization costs, R1 on every 16th and path lengths of half a batch on every fourth
    inference   mapping and synthesis at 256x256x3, batch 1, constant noise

Its own operations are for CUDA; on a CPU its code takes plain PyTorch for them, as any user's would. The peers run in
the environment that `tools/parity/run` makes.
"""

import argparse
import json
from pathlib import Path

from shared.sides import PEERS, Sides

from tfgan_zoo.files import replacing

WORKERS = Path(__file__).resolve().parent / "stylegan2_workers"
SETTINGS = {"training": {"side": 64, "batch": 4}, "inference": {"side": 256, "batch": 1}}


def measured(what: str, sides: Sides, settings: dict, modes: list[str], rounds: int, folder: Path) -> dict:
    """What everyone needs, and the peer's time and memory in units of each of ours."""
    runs = {f"zoo, {mode}": ("ours", {"xla": mode == "xla"}) for mode in modes}
    runs["rosinality"] = ("peers", {"folder": str(folder.absolute())})
    best: dict[str, dict] = {}
    for _ in range(rounds):
        for name, (side, how) in runs.items():
            found = sides.once(side, what, settings | how)
            best[name] = min(best.get(name, found), found, key=lambda x: x["step_ms"])
    peer = best["rosinality"]
    if len({found["parameters"] for found in best.values()}) > 1:
        raise SystemExit(f"the sides train different networks: {best}")
    ours = {name: found for name, found in best.items() if name != "rosinality"}
    return {
        "settings": settings,
        "found": best,
        "times as fast": {name: round(peer["step_ms"] / found["step_ms"], 2) for name, found in ours.items()},
        "of its memory": {name: round(found["peak_mib"] / peer["peak_mib"], 2) for name, found in ours.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="tools/bench stylegan2", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rosinality", type=Path, required=True, metavar="FOLDER", help="a copy of its repository")
    parser.add_argument("--only", choices=list(SETTINGS), action="append")
    parser.add_argument("--peers", type=Path, default=PEERS, help="their environment")
    parser.add_argument("--batch", type=int, help="instead of 4 and 1")
    parser.add_argument("--side", type=int, help="instead of 64 and 256")
    parser.add_argument("--calls", type=int, help="timed, instead of 1 (of four steps each) and 10")
    parser.add_argument("--modes", default="plain,xla", help="of ours")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if not (options.rosinality / "model.py").is_file():
        parser.error(f"no model.py in {options.rosinality}: expected a copy of rosinality/stylegan2-pytorch")

    sides, results = Sides(WORKERS, options.peers, options.threads, options.rounds), {}
    for what in options.only or SETTINGS:
        print(what, flush=True)
        given = {name: getattr(options, name) for name in ("side", "batch") if getattr(options, name)}
        settings = SETTINGS[what] | given | {"calls": options.calls or {"training": 1, "inference": 10}[what]}
        modes = options.modes.split(",")
        results[what] = measured(what, sides, settings, modes, options.rounds, options.rosinality)
        for name in ("times as fast", "of its memory"):
            print(f"  {name}:", results[what][name], flush=True)
    if options.out:
        with replacing(options.out) as temporary:
            temporary.write_text(json.dumps({"threads": options.threads, **results}, indent=2) + "\n")


if __name__ == "__main__":
    main()
