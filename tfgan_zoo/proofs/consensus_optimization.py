"""Proof of `consensus_optimization`: no rotation, no oscillation; and its flaw.

(i) The bilinear game f = xy from (1, 1), rate 0.1, gamma 0.5: the norm falls by sqrt((1 - rate gamma)^2 + rate^2) a
step. (ii) f = y^2 - x^2, whose origin is the worst point for both: with gamma 0.75 consensus converges to it,
descent-ascent leaves it. (iii) The paper's toy (section 5): eight Gaussians (standard deviation 0.01) on a circle of
radius 1, the original GAN's non-saturating losses, four hidden layers of 16 ReLU units without normalization on either
side, 16 latents, batch 512, RMSprop of equal rates 1e-4, 6,000 steps (the paper's 50,000), gamma 10. The baseline is
simultaneous descent-ascent with the same optimizer. |xi| is the mean over 2,048 fresh points at the end; oscillation is
the standard deviation of the discriminator's loss over the last fifth.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers as L

from tfgan_zoo.construction import construction
from tfgan_zoo.gan import GAN
from tfgan_zoo.proofs.points import fit, modes_of, scatter
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.solvers import ConsensusOptimization, field
from tfgan_zoo.solvers.games import Bilinear, Worst, play

CLAIM = (
    "Adding the gradient of 1/2 |xi|^2 turns rotation into attraction: on the bilinear game exactly, on a ring of "
    "Gaussians the field is smaller and the loss steadier than with simultaneous descent-ascent; yet it is also "
    "attracted by the worst point for both players."
)
CRITERIA = (
    Criterion("factor error", "<=", 1e-6, "largest difference of a step's factor from its closed form"),
    Criterion("distance to the worst point", "<=", 1e-4, "of consensus after 100 steps: its flaw"),
    Criterion("distance of gda", ">=", 100.0, "descent-ascent leaves it"),
    Criterion("field ratio", "<=", 0.3, "|xi| at the end over the baseline's"),
    Criterion("oscillation ratio", "<=", 0.3, "of the discriminator's loss over the baseline's"),
)
ANGLES = 2 * np.pi * np.arange(8) / 8
RING = (np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1), 0.01)
STEPS = 6000


class ToyGAN(GAN):
    """The toy's networks."""

    def __init__(self, **kwargs):
        super().__init__(image_shape=(2,), latent_dim=16, ema_decay=0.0, **kwargs)
        hidden = lambda: [L.Dense(16, activation="relu") for _ in range(4)]
        network = lambda inputs, outputs: keras.Sequential([keras.Input((inputs,)), *hidden(), L.Dense(outputs)])
        self.add_networks(generator=network(16, 2), discriminator=network(2, 1))


def run(seed, report):
    """Play the games; train both."""
    way, rate = play(Bilinear(), ConsensusOptimization(gamma=0.5), 1000), float(np.float32(0.1))
    norms = np.linalg.norm(way, axis=1)
    values = {
        "factor error": np.abs(norms[1:] / norms[:-1] - np.sqrt((1 - 0.5 * rate) ** 2 + rate**2)).max(),
        "bilinear norm": norms[-1],
        "distance to the worst point": np.linalg.norm(play(Worst(), ConsensusOptimization(gamma=0.75), 100)[-1]),
        "distance of gda": np.linalg.norm(play(Worst(), "gda", 100)[-1]),
        "_consensus": way,
        "_gda": play(Bilinear(), "gda", 1000),
    }
    for name, solver in (("consensus", ConsensusOptimization()), ("baseline", "gda")):
        with construction(seed):
            model = ToyGAN(seed=seed)
        optimizers = {p: keras.optimizers.RMSprop(1e-4, rho=0.9, epsilon=1e-10) for p in model.players}
        losses = fit(model, RING, STEPS, seed, optimizers, solver, batch_size=512)["discriminator/adversarial"]
        points, found = modes_of(model, RING)
        values |= {
            f"field of {name}": field_norm(model, seed),
            f"oscillation of {name}": np.std(losses[-len(losses) // 5 :]),
            f"modes of {name}": found.modes,
            f"near share of {name}": found.near,
            f"_losses of {name}": losses,
            f"_points of {name}": points,
        }
        report(f"{name}: |xi| {values[f'field of {name}']:.4f}, {found.modes} modes, {found.near:.2f} near")
    ratio = lambda what: values[f"{what} of consensus"] / values[f"{what} of baseline"]
    return values | {"field ratio": ratio("field"), "oscillation ratio": ratio("oscillation")}


def field_norm(model, seed):
    """|xi| on 2,048 fresh points."""
    generator = np.random.default_rng([seed, 8])
    chosen = RING[0][generator.integers(8, size=2048)]
    points = tf.constant(chosen + RING[1] * generator.normal(size=chosen.shape), tf.float32)
    return float(tf.linalg.global_norm(field.look(model, points).xi))


def draw(runs, path):
    """The bilinear game, both samples of the first seed, losses of all."""
    from matplotlib.figure import Figure

    from tfgan_zoo.solvers import pictures

    figure = Figure(figsize=(12, 3.6), layout="constrained")
    game, left, right, losses = figure.subplots(1, 4)
    ways = {"descent-ascent": runs[0]["_gda"][:200], "consensus": runs[0]["_consensus"][:200]}
    pictures.paths(game, Bilinear(), ways)
    game.set_title("f = xy, 200 steps", fontsize=10)
    for axes, name, color in ((left, "baseline", "tab:red"), (right, "consensus", "tab:blue")):
        found = ", ".join(str(int(run[f"modes of {name}"])) for run in runs)
        scatter(axes, RING, runs[0][f"_points of {name}"], f"{name}: {found} modes")
        for i, run_ in enumerate(runs):
            losses.plot(run_[f"_losses of {name}"], color=color, lw=0.7, label=None if i else name)
    losses.set(xlabel="50 steps each")
    losses.set_title("discriminator's loss, three seeds", fontsize=10)
    losses.legend(fontsize=8)
    figure.savefig(path, dpi=100, format="png")
