"""Proof of `mcgan`: covariances tell apart what means cannot, with components of both signs; the game covers two modes.

(i) Known answer. Features are the points themselves, in R^4, and only v, U and V move (RMSprop 1e-2, batch 256, k = 2,
1,000 steps, fresh examples). Data are two points +-1.5 on the first axis, samples normal with the same power on the
second; both have noise 0.1 on all axes. The means agree, the second moments differ by +2.25 and -2.25. The critic's
values are taken on 20,000 fresh examples each; the exact one is the sum of the k largest singular values of the
difference of their second moments (eq. 8). A critic with U = V would reach its positive eigenvalues only: half.

(ii) Two modes, +-1.5 on the first axis of the plane with deviation 0.02. Latents of 4, two hidden layers of 64 units, m
= 16, k = 4, weights of Phi clipped to 0.05, RMSprop 1e-3, five critic moves, batch 128, 1,000 moves of the generator,
for all three modes of the critic. (Clipped to 0.1, the quadratic score is so steep that samples of some seeds run away:
nothing bounds points as tanh does images.) For comparison the original GAN in the setting where it collapses on
`ring8`: latents of 4, Adam 1e-4 for D and 1e-3 for G, 4,000 steps.
"""

import keras
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo.construction import construction
from tfgan_zoo.metrics import mode_coverage
from tfgan_zoo.models.objectives.mcgan import MODES, McGAN
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam, train
from tfgan_zoo.proofs.wgan_gp import CollapsingGAN

CLAIM = (
    "Where means agree a mean-matching critic sees nothing and a covariance-matching one reaches the exact sum of "
    "singular values; trained on both, the generator covers both modes of a pair."
)

CRITERIA = (
    Criterion("mean value", "<=", 0.05, "of the mean critic between samples whose means agree"),
    Criterion("covariance share", ">=", 0.8, "value of the covariance critic over the exact one"),
    Criterion("covariance share", "<=", 1.02, "it is a lower bound of the exact one, but for rounding"),
    Criterion("modes", ">=", 2, "of two, covered with mean+cov"),
    Criterion("near share", ">=", 0.5, "share of samples near a mode with mean+cov"),
)

MEANS = np.array([[1.5, 0.0], [-1.5, 0.0]])
SIGMA, BATCH = 0.02, 128


class OnPoints(McGAN):
    """Phi(x) = x in R^4 and fixed samples; only v, U and V move."""

    def __init__(self, **kwargs):
        sizes = {"image_shape": (4,), "latent_dim": 4, "features": 4, "components": 2, "n_critic": 1}
        super().__init__(ema_decay=0.0, **sizes, **kwargs)
        identity = keras.Sequential([keras.Input((4,)), keras.layers.Activation("linear")])
        head = self.discriminator.layers[1]
        self.add_networks(discriminator=keras.Sequential([keras.Input((4,)), identity, head]))

    def generate(self, latents):
        """Normal, with power 2.25 more on the second axis."""
        return latents * tf.constant([0.1, (1.5**2 + 0.1**2) ** 0.5, 0.1, 0.1])

    def play(self, *batch):
        """D's move."""
        return self.minimize("discriminator", *batch)


def run(seed, report):
    """The critics on fixed points, then the games."""
    values = known_answer(seed)
    report(f"mean {values['mean value']:.3f}, covariance {values['covariance value']:.3f} ({values['exact']:.3f})")
    for mode in MODES:
        options = {"image_shape": (2,), "latent_dim": 4, "width": 64, "features": 16, "components": 4, "clip": 0.05}
        model = zoo.create("mcgan", mode=mode, ema_decay=0.0, seed=seed, **options)
        points, found = pair(model, seed, 1000, {player: rmsprop(1e-3) for player in model.players})
        name = "" if mode == "mean+cov" else f" of {mode}"
        values |= {f"modes{name}": found.modes, f"near share{name}": found.near, f"_points{name}": points}
        report(f"{mode}: {found.modes} modes, near share {found.near:.2f}")
    with construction(seed):
        gan = CollapsingGAN(seed=seed)
    points, found = pair(gan, seed, 4000, {"discriminator": adam(1e-4), "generator": adam(1e-3)})
    return values | {"modes of gan": found.modes, "near share of gan": found.near, "_points of gan": points}


def known_answer(seed):
    """Values of the mean and of the covariance critic at the end of training, and the exact one."""
    latents = np.random.default_rng([seed, 6]).standard_normal((20_000, 4)).astype("float32")
    real, fake = real_points(20_000, [seed, 5]), OnPoints.generate(None, latents).numpy()
    paths = {mode: critic_values(mode, seed, real, fake) for mode in ("mean", "cov")}
    difference = real.T @ real / len(real) - fake.T @ fake / len(fake)
    exact = np.linalg.svd(difference, compute_uv=False)[:2].sum()
    positive = np.clip(np.linalg.eigvalsh(difference)[-2:], 0, None).sum()
    found = {"mean value": paths["mean"][-1], "covariance value": paths["cov"][-1], "exact": exact}
    shares = {"covariance share": paths["cov"][-1] / exact, "share if U = V": positive / exact}
    return found | shares | {f"_path of {mode}": path for mode, path in paths.items()}


def critic_values(mode, seed, real, fake, steps=1000, chunk=50, batch_size=256):
    """Train on fresh examples; the critic's value on `real` and `fake` at the start and after every `chunk` steps."""
    with construction(seed):
        model = OnPoints(mode=mode, seed=seed)
    value = lambda: float(tf.reduce_mean(model.discriminator(real)) - tf.reduce_mean(model.discriminator(fake)))
    path = [value()]
    keep = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: path.append(value()))
    data = tf.data.Dataset.from_tensor_slices(real_points(steps * batch_size, [seed, 7]).reshape(steps, -1, 4))
    model.compile({"discriminator": rmsprop(1e-2)}, steps_per_execution=50)
    model.fit(data, epochs=steps // chunk, steps_per_epoch=chunk, verbose=0, callbacks=[keep])
    return path


def real_points(count, seed):
    """Two points on the first axis of R^4, with noise."""
    generator = np.random.default_rng(seed)
    points = 0.1 * generator.standard_normal((count, 4))
    points[:, 0] += np.where(np.arange(count) % 2, 1.5, -1.5)
    return points.astype("float32")


def pair(model, seed, steps, optimizers):
    """Train on the two modes; return 2,500 samples and how they sit on them."""
    count = steps * model.batches_per_step
    generator = np.random.default_rng([seed, 8])
    points = MEANS[generator.integers(2, size=count * BATCH)] + SIGMA * generator.standard_normal((count * BATCH, 2))
    data = tf.data.Dataset.from_tensor_slices(points.astype("float32").reshape(count, BATCH, 2))
    train(model, data, steps, optimizers=optimizers, steps_per_execution=50)
    samples = model.sample(2500, seed=1).numpy()
    return samples, mode_coverage(samples, MEANS, SIGMA)


def rmsprop(rate):
    """RMSprop as PyTorch's."""
    return keras.optimizers.RMSprop(rate, rho=0.99, epsilon=1e-8)


def draw(runs, path):
    """Left: the two critics' values while they train. Right: samples of the first seed, shares of all."""
    figure, axes = plt.subplots(1, 5, figsize=(15, 3.7), constrained_layout=True, width_ratios=(1.5, 1, 1, 1, 1))
    steps = 50 * np.arange(len(runs[0]["_path of cov"]))
    for key, color, title in (
        ("_path of cov", "tab:blue", "covariance critic"),
        ("_path of mean", "tab:orange", "mean critic"),
    ):
        for k, run_ in enumerate(runs):
            axes[0].plot(steps, run_[key], color=color, lw=1.2, label=title if k == 0 else None)
    axes[0].axhline(runs[0]["exact"], color="k", ls=":", lw=1, label="exact: sum of 2 singular values")
    axes[0].axhline(runs[0]["exact"] * runs[0]["share if U = V"], color="k", ls="--", lw=0.8, label="at most, if U = V")
    axes[0].set(xlabel="steps of the critic", ylabel="critic's value", title="Equal means, unequal covariances")
    axes[0].legend(fontsize=7, loc="center right")
    for ax, name, title in zip(
        axes[1:], (" of mean", " of cov", "", " of gan"), ("McGan, mean", "McGan, cov", "McGan, mean+cov", "GAN")
    ):
        ax.scatter(*MEANS.T, s=160, facecolors="none", edgecolors="tab:red", lw=1)
        ax.scatter(*runs[0][f"_points{name}"][:1500].T, s=3, color="tab:blue", alpha=0.5, lw=0)
        modes = ", ".join(str(int(r[f"modes{name}"])) for r in runs)
        near = ", ".join(f"{r[f'near share{name}']:.2f}" for r in runs)
        ax.set_title(f"{title}\nmodes: {modes} of 2\nnear share: {near}", fontsize=9)
        ax.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal", xticks=(-2, 0, 2), yticks=(-2, 0, 2))
    figure.savefig(path, dpi=100, format="png")
    plt.close(figure)
