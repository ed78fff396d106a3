"""Proof of `extragradient`: looking ahead damps rotation, and lets WGAN-GP learn with one critic move per step.

(i) The bilinear game f = xy from (1, 1), rate 0.1: the norm falls by sqrt(1 - rate^2 + rate^4) a step; that of
simultaneous descent-ascent grows. (ii) WGAN-GP on `ring8` with one critic move for one of the generator (two hidden
layers of 64, 16 latents, batch 128, Adam of rates 6e-3 (D) and 1.5e-3 (G), beta_1 0.5, beta_2 0.9, penalty 0.1):
extra-Adam, 2,000 steps of two batches, against simultaneous Adam, 4,000 steps of one: as many gradients. Modes are
counted on 2,500 samples of the last iterate; the oscillation is the standard deviation of the critic's adversarial
loss over the last fifth. The rates are high on purpose: at a third of them both cover all modes and Adam oscillates
less, and with equal rates of both players from 1e-3 to 2e-3 neither learns the ring (found on seed 0).
"""

import numpy as np

from tfgan_zoo.proofs.points import fit, modes_of, scatter
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam
from tfgan_zoo.registry import create
from tfgan_zoo.solvers.games import Bilinear, play

CLAIM = (
    "Extrapolation damps the rotation of the bilinear game by a constant factor a step; on the ring extra-Adam trains "
    "WGAN-GP with a single critic move per step to more modes than, or with less oscillation than, simultaneous Adam."
)
CRITERIA = (
    Criterion("factor error", "<=", 1e-6, "largest difference of a step's factor from sqrt(1 - rate^2 + rate^4)"),
    Criterion("bilinear norm", "<=", 0.01, "after 1,000 steps from (1, 1)"),
    Criterion("bilinear norm of gda", ">=", 100.0, "the baseline's"),
    Criterion("modes", ">=", 7, "of the ring's 8, extra-Adam"),
    Criterion("advantage", ">=", 1, "1 if it covers more modes than Adam, or its loss oscillates less"),
)
STEPS = 2000


def run(seed, report):
    """Play the game; train both."""
    extra, descent = play(Bilinear(), "extragradient", 1000), play(Bilinear(), "gda", 1000)
    norms, rate = np.linalg.norm(extra, axis=1), float(np.float32(0.1))
    values = {
        "factor error": np.abs(norms[1:] / norms[:-1] - np.sqrt(1 - rate**2 + rate**4)).max(),
        "bilinear norm": norms[-1],
        "bilinear norm of gda": np.linalg.norm(descent[-1]),
        "_extragradient": extra,
        "_gda": descent,
    }
    for solver, steps, suffix in (("extragradient", STEPS, ""), ("gda", 2 * STEPS, " of Adam")):
        sizes = {"image_shape": (2,), "latent_dim": 16, "width": 64, "n_critic": 1, "penalty_weight": 0.1}
        model = create("wgan_gp", **sizes, ema_decay=0.0, seed=seed)
        optimizers = {"discriminator": adam(6e-3, beta_2=0.9), "generator": adam(1.5e-3, beta_2=0.9)}
        losses = fit(model, "ring8", steps, seed, optimizers, solver)["discriminator/adversarial"]
        points, found = modes_of(model, "ring8")
        values |= {f"modes{suffix}": found.modes, f"near share{suffix}": found.near, f"_points{suffix}": points}
        values |= {f"oscillation{suffix}": np.std(losses[-len(losses) // 5 :]), f"_losses{suffix}": losses}
        report(
            f"{solver}: {found.modes} modes, {found.near:.2f} near, oscillation {values[f'oscillation{suffix}']:.4f}"
        )
    better = values["modes"] > values["modes of Adam"] or values["oscillation"] < values["oscillation of Adam"]
    return values | {"advantage": int(better)}


def draw(runs, path):
    """The bilinear game, both samples of the first seed, losses of all."""
    from matplotlib.figure import Figure

    from tfgan_zoo.solvers import pictures

    figure = Figure(figsize=(12, 3.6), layout="constrained")
    game, left, right, losses = figure.subplots(1, 4)
    ways = {"descent-ascent": runs[0]["_gda"][:200], "extragradient": runs[0]["_extragradient"][:200]}
    pictures.paths(game, Bilinear(), ways)
    game.set_title("f = xy, 200 steps", fontsize=10)
    for axes, suffix, name in ((left, " of Adam", "Adam"), (right, "", "extra-Adam")):
        found = ", ".join(str(int(run[f"modes{suffix}"])) for run in runs)
        scatter(axes, "ring8", runs[0][f"_points{suffix}"], f"{name}: {found} modes")
        for i, run_ in enumerate(runs):
            curve = run_[f"_losses{suffix}"]
            color = "tab:red" if suffix else "tab:blue"
            losses.plot(np.linspace(0, 1, len(curve)), curve, color=color, lw=0.6, label=None if i else name)
    losses.set(xlabel="share of the training", ylim=(-2, 1))
    losses.set_title("critic's loss, three seeds", fontsize=10)
    losses.legend(fontsize=8)
    figure.savefig(path, dpi=100, format="png")
