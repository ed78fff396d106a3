"""Proof of `mmd_gan`: a learned kernel sees, and removes, differences that the fixed ones hardly see.

(i) Fixed samples in one dimension, a pair of modes at -30 and 30 with noise 0.1: those of G lie 0.2, two deviations, to
the right of those of the data. The bandwidths 1 to 16 are too wide for that. Only encoder and decoder move (hidden
layers of 64, codes of 4, weights clipped to 1, Adam 4e-3, batch 128, 200 steps, fresh examples; the reconstruction has
weight 0.01, as errors are 30 times larger here than in images; no rank term). M is taken on 2,000 fresh examples of
each kind; the baseline is M of the same kernels on the points themselves.

(ii) `ring8`: latents and codes of 16, hidden layers of 64, batch 128, weights of the encoder clipped to 0.3, five moves
of D, Adam 1e-3 for D and 2e-3 for G (0.5, 0.999), 1,200 moves of G. No rank term: it is linear in the codes, and a
generator of points, whose range has no bound, runs away along it. The baseline is the generative moment matching
network (Li, Swersky, Zemel, 2015), the same generator trained by the fixed kernels on points.

(iii) The same without the reconstruction: the decoder has nothing to learn from, and the codes need not keep anything.
"""

import keras
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import networks
from tfgan_zoo.construction import construction
from tfgan_zoo.data import toys
from tfgan_zoo.gan import GAN
from tfgan_zoo.metrics import mode_coverage
from tfgan_zoo.models.objectives.mmd_gan import MMDGAN
from tfgan_zoo.objectives.kernels import discrepancy, rbf_mixture
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam, train

CLAIM = (
    "A learned embedding tells samples apart that the same kernels on points hardly distinguish; a generator trained "
    "against it sits on all modes of a ring, closer than moment matching; the decoder keeps the codes informative."
)

CRITERIA = (
    Criterion("discrepancy ratio", ">=", 3.0, "M of learned codes over M of points after 200 critic steps"),
    Criterion("modes", ">=", 7, "of eight, covered on ring8"),
    Criterion("near share gain", ">=", 0.1, "share of samples near a mode less that of moment matching"),
    Criterion("reconstruction ratio", ">=", 10.0, "error without the reconstruction term over error with it"),
)

BATCH, SHIFT = 128, 0.2


class FixedSamples(MMDGAN):
    """Encoder and decoder alone, against samples that never move."""

    def __init__(self, **kwargs):
        weights = {"clip": 1.0, "reconstruction_weight": 0.01, "rank_weight": 0.0}
        super().__init__(image_shape=(1,), latent_dim=4, n_critic=1, ema_decay=0.0, **weights, **kwargs)

    @property
    def batches_per_step(self):
        """G takes none."""
        return 1

    def generate(self, latents):
        """A pair of modes, to the right of the data's."""
        n = tf.shape(latents)[0]
        return tf.where(tf.range(n)[:, None] % 2 == 0, -30.0, 30.0) + SHIFT + 0.1 * latents[:, :1]

    def play(self, *batch):
        """D's move."""
        return self.minimize("discriminator", *batch)


class MomentMatching(GAN):
    """The generator alone, against fixed kernels on points."""

    players = {"generator": ["generator"]}

    def __init__(self, **kwargs):
        super().__init__(image_shape=(2,), latent_dim=16, ema_decay=0.0, **kwargs)
        self.add_networks(generator=networks.mlp_generator((2,), 16, 64))

    def play(self, *batch):
        """G's move."""
        return self.minimize("generator", *batch)

    def generator_loss(self, real):
        """M of points."""
        fake = self.generate(self.sample_latents(tf.shape(real)[0]))
        return {"discrepancy": discrepancy(real, fake, rbf_mixture())}


def run(seed, report):
    """The embedding of fixed samples, then the ring three times."""
    values = fixed_samples(seed)
    report(f"M of codes {values['discrepancy of codes']:.3f}, of points {values['discrepancy of points']:.3f}")
    options = {"image_shape": (2,), "latent_dim": 16, "width": 64, "clip": 0.3, "rank_weight": 0.0, "ema_decay": 0.0}
    learned = zoo.create("mmd_gan", seed=seed, **options)
    ablated = zoo.create("mmd_gan", reconstruction_weight=0.0, seed=seed, **options)
    with construction(seed):
        fixed = MomentMatching(seed=seed)
    real = toys.draw("ring8", 2560, seed=seed + 1000)[0]
    for suffix, model in (("", learned), (" without reconstruction", ablated), (" of moment matching", fixed)):
        points, found = ring(model, seed)
        values |= {f"modes{suffix}": found.modes, f"near share{suffix}": found.near, f"_points{suffix}": points}
        if model is not fixed:
            again = model.decoder(model.encoder(real)).numpy()
            error = float(np.mean((real - again) ** 2))
            values |= {f"reconstruction error{suffix}": error, f"_again{suffix}": again}
        report(f"ring{suffix}: {found.modes} modes, near share {found.near:.2f}")
    ratio = values["reconstruction error without reconstruction"] / values["reconstruction error"]
    gain = values["near share"] - values["near share of moment matching"]
    return values | {"reconstruction ratio": ratio, "near share gain": gain}


def fixed_samples(seed, steps=200, chunk=10):
    """M of codes after every `chunk` steps, and of points."""
    with construction(seed):
        model = FixedSamples(seed=seed)
    real = pair(2000, [seed, 9])
    fake = pair(2000, [seed, 10]) + np.float32(SHIFT)
    kernel = rbf_mixture()
    value = lambda: float(discrepancy(model.encoder(real), model.encoder(fake), kernel))
    path = [value()]
    keep = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: path.append(value()))
    data = tf.data.Dataset.from_tensor_slices(pair(steps * BATCH, [seed, 11]).reshape(steps, BATCH, 1))
    model.compile({"discriminator": adam(4e-3)}, steps_per_execution=chunk)
    model.fit(data, epochs=steps // chunk, steps_per_epoch=chunk, verbose=0, callbacks=[keep])
    points = float(discrepancy(tf.constant(real), tf.constant(fake), kernel))
    found = {"discrepancy of codes": path[-1], "discrepancy of points": points, "discrepancy ratio": path[-1] / points}
    return found | {"_path": path}


def pair(count, seed):
    """Modes at -30 and 30 in turn, with noise 0.1."""
    noise = 0.1 * np.random.default_rng(seed).standard_normal((count, 1))
    return (np.where(np.arange(count)[:, None] % 2 == 0, -30.0, 30.0) + noise).astype("float32")


def ring(model, seed, steps=1200):
    """Train on ring8; return 2,500 samples and how they sit on its modes."""
    count = steps * model.batches_per_step
    points = toys.draw("ring8", count * BATCH, seed=seed)[0].reshape(count, BATCH, 2)
    optimizers = {player: adam(2e-3 if player == "generator" else 1e-3) for player in model.players}
    train(model, tf.data.Dataset.from_tensor_slices(points), steps, optimizers=optimizers, steps_per_execution=50)
    samples = model.sample(2500, seed=1).numpy()
    return samples, mode_coverage(samples, *toys.modes("ring8"))


def draw(runs, path):
    """Left: M while the embedding is learned. Then samples, and what the decoders make of the data's codes."""
    figure, axes = plt.subplots(1, 5, figsize=(15, 3.8), constrained_layout=True, width_ratios=(1.4, 1, 1, 1, 1))
    for k, run_ in enumerate(runs):
        steps = np.linspace(0, 200, len(run_["_path"]))
        axes[0].plot(steps, run_["_path"], color="tab:blue", lw=1.2, label="learned codes" if k == 0 else None)
        label = "points, fixed kernels" if k == 0 else None
        axes[0].axhline(run_["discrepancy of points"], color="tab:orange", lw=1, label=label)
    axes[0].set(xlabel="steps of the critic", ylabel="M", ylim=(0, None), title="Modes moved by two deviations")
    axes[0].legend(fontsize=8)
    means, _ = toys.modes("ring8")
    errors = lambda name: ", ".join(f"{r[name]:.2g}" for r in runs)
    for ax, key, title in (
        (axes[1], "_points", "MMD GAN\n" + _counts(runs, "")),
        (axes[2], "_points of moment matching", "moment matching\n" + _counts(runs, " of moment matching")),
        (axes[3], "_again", f"data, decoded codes\nerrors: {errors('reconstruction error')}"),
        (
            axes[4],
            "_again without reconstruction",
            f"the same without the term\nerrors: {errors('reconstruction error without reconstruction')}",
        ),
    ):
        ax.scatter(*means.T, s=160, facecolors="none", edgecolors="tab:red", lw=1)
        ax.scatter(*runs[0][key][:1500].T, s=3, color="tab:blue", alpha=0.5, lw=0)
        side = max(3.0, 1.05 * np.abs(runs[0][key]).max()) if "without" in key else 3.0
        ax.set(xlim=(-side, side), ylim=(-side, side), aspect="equal")
        ax.set_title(title, fontsize=9)
    figure.savefig(path, dpi=100, format="png")
    plt.close(figure)


def _counts(runs, suffix):
    modes = ", ".join(str(int(r[f"modes{suffix}"])) for r in runs)
    return f"modes: {modes} of 8\nnear share: " + ", ".join(f"{r[f'near share{suffix}']:.2f}" for r in runs)
