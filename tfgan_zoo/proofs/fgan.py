"""Proof of `fgan`: each divergence is estimated and minimized, and its choice decides what a poor model fits.

A Gaussian G(z) = mu + sigma z is fitted to 0.67 N(-1, 0.6^2) + 0.33 N(2, 0.6^2) in one dimension, which it cannot
match, by KL, reverse KL, Jensen-Shannon and Pearson chi^2 (the paper's section 4.1 does so for another mixture). V has
two hidden layers of 64 tanh units, G starts at mu = -0.5, sigma = 0.8 (from (0, 1) reverse KL has a second local
minimum), G minimizes the bound itself ("theory"). Adam, 2e-3 for V and 1e-3 for G, beta_1 0.5, batch 1,024, 8,000
steps, each example seen once. mu and sigma are G's moving averages with decay 0.999.

The baseline is the exact answer: D*, mu*, sigma* minimize D_f(data || N(mu, sigma^2)) taken by quadrature. F is the
bound that the trained V gives for the trained model, by the same quadrature.
"""

import keras
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import scipy.optimize
import tensorflow as tf

from tfgan_zoo import objectives
from tfgan_zoo.construction import construction
from tfgan_zoo.models.objectives.fgan import FGAN
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam

CLAIM = (
    "Training minimizes the divergence that was asked for: the fitted Gaussian and the bound are those of the exact "
    "minimum for KL, reverse KL, Jensen-Shannon and Pearson; KL covers both modes, reverse KL seeks one."
)

DIVERGENCES = {"kl": "KL(data || model)", "rkl": "KL(model || data)", "js": "2 JS", "pearson": "Pearson chi^2"}

CRITERIA = (
    *(Criterion(f"mu error {name}", "<=", 0.08, "|mu - mu*|") for name in DIVERGENCES),
    *(Criterion(f"sigma error {name}", "<=", 0.08, "|sigma - sigma*|") for name in DIVERGENCES),
    *(Criterion(f"bound error {name}", "<=", 0.03, "|F - D*|") for name in DIVERGENCES),
    Criterion("sigma ratio", ">", 1.8, "sigma of kl over sigma of rkl: no fixed loss gives both"),
)

START = (-0.5, 0.8)
GRID = np.linspace(-9.0, 9.0, 4001)


class Gaussian(FGAN):
    """G(z) = mu + sigma z."""

    def __init__(self, **kwargs):
        super().__init__(image_shape=(1,), latent_dim=1, width=64, generator_objective="theory", **kwargs)
        mu, sigma = (keras.initializers.Constant(value) for value in START)
        layer = keras.layers.Dense(1, kernel_initializer=sigma, bias_initializer=mu)
        self.add_networks(generator=keras.Sequential([keras.Input((1,)), layer], name="generator"))

    def parameters(self) -> tuple[float, float]:
        """mu and sigma of the moving average."""
        sigma, mu = (float(w.numpy().squeeze()) for w in self.deployed("generator").weights)
        return mu, abs(sigma)


def run(seed, report):
    """Fit by every divergence."""
    values = {}
    for name in DIVERGENCES:
        model, path = fit(seed, name)
        mu, sigma = model.parameters()
        best, best_mu, best_sigma = optimum(name)
        score = model.discriminator(GRID[:, None].astype("float32"), training=False)
        bound = bound_of(name, tf.cast(score, tf.float64)[:, 0], mu, sigma)
        report(f"{name}: mu {mu:.3f} ({best_mu:.3f}), sigma {sigma:.3f} ({best_sigma:.3f}), F {bound:.3f} ({best:.3f})")
        values |= {f"mu {name}": mu, f"sigma {name}": sigma, f"bound {name}": bound, f"_path {name}": path}
        values |= {f"divergence of the fit {name}": divergence_of(name, mu, sigma)}
        values |= {f"best mu {name}": best_mu, f"best sigma {name}": best_sigma, f"best divergence {name}": best}
        values |= {f"mu error {name}": abs(mu - best_mu), f"sigma error {name}": abs(sigma - best_sigma)}
        values |= {f"bound error {name}": abs(bound - best)}
    return values | {"sigma ratio": values["sigma kl"] / values["sigma rkl"]}


def fit(seed, name, steps=8000, chunk=400, batch_size=1024):
    """Train; return the model and (mu, sigma) at the start and after every `chunk` steps."""
    with construction(seed):
        model = Gaussian(divergence=name, ema_decay=0.999, seed=seed)
    generator = np.random.default_rng([seed, 3])
    low = generator.random((steps, batch_size, 1)) < 0.67
    points = np.where(low, -1.0, 2.0) + 0.6 * generator.standard_normal(low.shape)
    data = tf.data.Dataset.from_tensor_slices(points.astype("float32"))
    path = [START]
    keep = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: path.append(model.parameters()))
    model.compile({"discriminator": adam(2e-3), "generator": adam(1e-3)}, steps_per_execution=50)
    model.fit(data, epochs=steps // chunk, steps_per_epoch=chunk, verbose=0, callbacks=[keep])
    return model, np.array(path)


def normal(x, mu, sigma):
    """Density of N(mu, sigma^2) at x."""
    return np.exp(-0.5 * ((x - mu) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))


def target(x):
    """Density of the data."""
    return 0.67 * normal(x, -1.0, 0.6) + 0.33 * normal(x, 2.0, 0.6)


def divergence_of(name, mu, sigma):
    """D_f(data || N(mu, sigma^2)) by the trapezoidal rule, where neither density underflows."""
    p, q = target(GRID), normal(GRID, mu, sigma)
    kept = (p > 1e-200) & (q > 1e-200)
    u = tf.constant(p[kept] / q[kept], tf.float64)
    return float(np.trapezoid(q[kept] * objectives.divergence(name).f(u).numpy(), GRID[kept]))


def bound_of(name, score, mu, sigma):
    """F for the scores of V on the grid."""
    row = objectives.divergence(name)
    on_real, on_fake = row.activation(score).numpy(), row.composed(score).numpy()
    return float(np.trapezoid(target(GRID) * on_real - normal(GRID, mu, sigma) * on_fake, GRID))


def optimum(name):
    """The least divergence and its mu and sigma, from G's start."""
    found = scipy.optimize.minimize(lambda p: divergence_of(name, p[0], abs(p[1])), START, method="Nelder-Mead")
    return found.fun, found.x[0], abs(found.x[1])


def draw(runs, path):
    """Left: fitted densities on the data's. Right: the way of (mu, sigma) to the exact minima."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 3.9), constrained_layout=True)
    left.fill_between(GRID, target(GRID), color="k", alpha=0.12, lw=0, label="data")
    for color, (name, title) in zip(("tab:blue", "tab:red", "tab:green", "tab:purple"), DIVERGENCES.items()):
        best = runs[0][f"best mu {name}"], runs[0][f"best sigma {name}"]
        for k, run_ in enumerate(runs):
            fitted = normal(GRID, run_[f"mu {name}"], run_[f"sigma {name}"])
            left.plot(GRID, fitted, color=color, lw=1.2, alpha=0.8, label=title if k == 0 else None)
            right.plot(*run_[f"_path {name}"].T, color=color, lw=1, alpha=0.8)
        left.plot(GRID, normal(GRID, *best), "k:", lw=1)
        bounds = ", ".join(f"{run_[f'bound {name}']:.3f}" for run_ in runs)
        label = f"{title}: F {bounds}; D* {runs[0][f'best divergence {name}']:.3f}"
        right.plot(*best, "*", color=color, ms=13, mec="k", mew=0.6, label=label)
    right.plot(*START, "ko", ms=6)
    right.annotate("start", START, textcoords="offset points", xytext=(8, -3), fontsize=8)
    left.set(xlim=(-5, 6), xlabel="x", ylabel="density", title="Fits (three seeds; dotted: exact minimum)")
    right.set(xlabel="mu", ylabel="sigma", title="Training (lines) and exact minima (stars)")
    left.legend(fontsize=8)
    right.legend(fontsize=7, loc="upper left")
    figure.savefig(path, dpi=100, format="png")
    plt.close(figure)
