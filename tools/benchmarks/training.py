"""Whole training steps against the loops that a user would take instead: milliseconds and ratios.

    tools/bench training --out training.json
    tools/bench training --only dcgan --rounds 3

Every measurement is a process of its own with `--threads` threads; the sides take turns, `--rounds` times, and the
fastest step of each is compared. All train the same networks, without moving averages. The peers run in the
environment that `tools/parity/run` makes.

    dcgan     32x32x3, width 64, batch 64. Loops: of TensorFlow's DCGAN tutorial (both players at once, on the same
              fakes), the same with the zoo's order (the discriminator, then the generator against fresh fakes), and
              that of PyTorch's DCGAN example (the same fakes for both).
    wgan_gp   the same without batch normalization, five critic steps. Loops: keras.io's WGAN-GP, PyTorch.
    sngan     residual networks, 32x32x3, five critic steps. Loop: torch-mimicry's model and train steps. It doubles
              the sides of maps by interpolation, and its generator is twice as wide as the discriminator, as ours.
"""

import argparse
import json
from pathlib import Path

from shared.sides import PEERS, Sides

from tfgan_zoo.files import replacing

WORKERS = Path(__file__).resolve().parent / "training_workers"

SIDES = {
    "dcgan": {"zoo": "ours", "tutorial": "ours", "in turn": "ours", "torch": "peers"},
    "wgan_gp": {"zoo": "ours", "keras_io": "ours", "torch": "peers"},
    "sngan": {"zoo": "ours", "torch": "peers"},
}
"""Model -> who trains it -> in which environment."""


def measured(model: str, sides: Sides, settings: dict, modes: list[str], rounds: int) -> dict:
    """Milliseconds of a step of everyone, and how many times longer than the zoo's better mode each takes."""
    runs = []
    for who, side in SIDES[model].items():
        runs += [(f"{who}, {mode}", side, {"who": who, "xla": mode == "xla"}) for mode in modes if side == "ours"]
        runs += [(who, side, {"who": who})] if side == "peers" else []
    best: dict[str, dict] = {}
    for _ in range(rounds):
        for name, side, how in runs:
            found = sides.once(side, model, settings | how)
            best[name] = min(best.get(name, found), found, key=lambda x: x["step_ms"])
    zoo = min(found["step_ms"] for name, found in best.items() if name.startswith("zoo"))
    ratios = {name: round(found["step_ms"] / zoo, 2) for name, found in best.items()}
    return {"settings": settings, "found": best, "times the zoo's time": ratios}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="tools/bench training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=list(SIDES), action="append", help="one model; may be repeated")
    parser.add_argument("--peers", type=Path, default=PEERS, help="their environment")
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, default=3, help="timed, after one that is not")
    parser.add_argument("--modes", default="plain,xla", help="of TensorFlow's sides")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()

    sides, results = Sides(WORKERS, options.peers, options.threads, options.rounds), {}
    settings = {"width": options.width, "batch": options.batch, "steps": options.steps}
    for model in options.only or SIDES:
        print(model, flush=True)
        results[model] = measured(model, sides, settings, options.modes.split(","), options.rounds)
        print("  times the zoo's time:", results[model]["times the zoo's time"], flush=True)
    if options.out:
        with replacing(options.out) as temporary:
            temporary.write_text(json.dumps({"threads": options.threads, **results}, indent=2) + "\n")


if __name__ == "__main__":
    main()
