"""Proof of `gan`: the best discriminator and the value of the game are those of the paper; the zero-sum game saturates.

(i) Known answer. G is fixed at z + 1 with z ~ N(0, 1), the data are N(0, 1) in one dimension. Only D moves (two hidden
layers of 64, batch 512, 2,000 steps, Adam from 2e-3 to 0 by a cosine, each example seen once). The best D is
p_data / (p_data + p_model) = sigmoid(1/2 - x), and the value of the game at D, taken by quadrature, is
2 JS(data, model) - 2 log 2 (proposition 1, theorem 1).

(ii) Saturation. G (latents of 16, two hidden layers of 64) is frozen at its first weights, the last kernel times 0.15,
so that its samples lie in the middle of `ring8`, apart from the data, as those of a poor generator do. Only D moves
(batch 128, Adam 1e-3, beta_1 0.5, 4,000 steps, each example seen once). The norm of the gradient that each of G's two
losses would give it is measured on 2,048 latents from before the first step of D on: that of the zero-sum loss, here
the baseline, vanishes as D becomes sure; that of the non-saturating loss grows (section 3).
"""

import keras
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from tfgan_zoo import draws, objectives
from tfgan_zoo.data import toys
from tfgan_zoo.models.objectives.gan import VanillaGAN
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam, train

CLAIM = (
    "A trained discriminator reaches p_data / (p_data + p_model) and the game's value 2 JS - 2 log 2; "
    "as it becomes sure, the zero-sum generator loss loses its gradient and the non-saturating one does not."
)

CRITERIA = (
    Criterion("discriminator error", "<=", 0.03, "largest |D(x) - p_data / (p_data + p_model)| on [-2, 3]"),
    Criterion("value error", "<=", 0.01, "|V(D) - (2 JS - 2 log 2)|"),
    Criterion("minimax gradient ratio", ">=", 100.0, "|gradient| before over after 4,000 steps of D: it vanishes"),
    Criterion("non-saturating gradient ratio", "<=", 1.0, "|gradient| before over after: it does not"),
)


class DiscriminatorOnly(VanillaGAN):
    """The game with a generator that never moves."""

    def play(self, *batch):
        """D's move."""
        return self.minimize("discriminator", *batch)


class Shifted(DiscriminatorOnly):
    """G(z) = z + 1."""

    def generate(self, latents, *condition):
        """Latents moved by one."""
        return latents + 1.0


def run(seed, report):
    """Train the two discriminators."""
    x, score = known_answer(seed)
    best, densities = optimum(x)
    error = np.abs(sigmoid(score) - best)
    values = {"discriminator error": error[(x >= -2) & (x <= 3)].max()}
    values |= {"value": value(score, x, densities), "best value": value(logit(best), x, densities)}
    values["value error"] = abs(values["value"] - values["best value"])
    report(f"largest error of D {values['discriminator error']:.3f}, value {values['value']:.4f}")
    steps, minimax, non_saturating, sure = saturation(seed)
    values["minimax gradient ratio"] = minimax[0] / minimax[-1]
    values["non-saturating gradient ratio"] = non_saturating[0] / non_saturating[-1]
    values |= {"minimax gradient at the end": minimax[-1], "non-saturating gradient at the end": non_saturating[-1]}
    curves = {"_x": x, "_score": score, "_steps": steps, "_minimax": minimax, "_non_saturating": non_saturating}
    return values | curves | {"mean D of samples at the end": sure}


# (i) Known answer


def known_answer(seed, steps=2000, batch_size=512):
    """Return points x and the trained discriminator's scores there."""
    model = Shifted(image_shape=(1,), latent_dim=1, width=64, ema_decay=0.0, seed=seed)
    data = np.random.default_rng([seed, 1]).standard_normal((steps, batch_size, 1)).astype("float32")
    rate = keras.optimizers.schedules.CosineDecay(2e-3, steps)
    train(
        model,
        tf.data.Dataset.from_tensor_slices(data),
        steps,
        optimizers={"discriminator": adam(rate, beta_1=0.9)},
        steps_per_execution=50,
    )
    x = np.linspace(-8.0, 9.0, 3401)
    return x, model.discriminator(x[:, None].astype("float32"), training=False).numpy()[:, 0].astype("float64")


def optimum(x):
    """Return p_data / (p_data + p_model) and the two densities at x."""
    densities = [np.exp(-0.5 * (x - mean) ** 2) / np.sqrt(2 * np.pi) for mean in (0.0, 1.0)]
    return densities[0] / sum(densities), densities


def value(score, x, densities):
    """V = E_data[log D] + E_model[log(1 - D)] by the trapezoidal rule."""
    log_d, log_not_d = -np.logaddexp(0.0, -score), -np.logaddexp(0.0, score)
    return np.trapezoid(densities[0] * log_d + densities[1] * log_not_d, x)


def sigmoid(score):
    """1 / (1 + exp(-score))."""
    return 1.0 / (1.0 + np.exp(-score))


def logit(probability):
    """The inverse of `sigmoid`."""
    return np.log(probability) - np.log1p(-probability)


# (ii) Saturation


def saturation(seed, chunks=40, chunk=100, batch_size=128):
    """Return steps, the norms of G's two gradients after these steps of D, and the mean of D(G(z)) at the end."""
    model = DiscriminatorOnly(image_shape=(2,), latent_dim=16, width=64, ema_decay=0.0, seed=seed)
    last_kernel = model.generator.trainable_variables[-2]
    last_kernel.assign(0.15 * last_kernel.value)
    with draws.seeded((seed, 1)):
        latents = model.sample_latents(2048)

    @tf.function
    def gradients():
        weights = [w.value for w in model.generator.trainable_variables]
        with tf.GradientTape(persistent=True) as tape:
            scores = model.discriminate(model.generate(latents))
            losses = [o.generator(None, scores) for o in (objectives.minimax, objectives.non_saturating)]
        return [tf.linalg.global_norm(tape.gradient(loss, weights)) for loss in losses], tf.sigmoid(scores)

    points = toys.draw("ring8", chunks * chunk * batch_size, seed=seed)[0].reshape(-1, batch_size, 2)
    norms = [[float(n) for n in gradients()[0]]]
    model.compile({"discriminator": adam(1e-3)}, steps_per_execution=50)
    keep = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: norms.append([float(n) for n in gradients()[0]])
    )
    data = tf.data.Dataset.from_tensor_slices(points)
    model.fit(data, epochs=chunks, steps_per_epoch=chunk, verbose=0, callbacks=[keep])
    minimax, non_saturating = np.transpose(norms)
    return chunk * np.arange(chunks + 1), minimax, non_saturating, float(tf.reduce_mean(gradients()[1]))


def draw(runs, path):
    """Left: D(x) against the best one. Right: the generator's gradient while D trains."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.6), constrained_layout=True)
    x = runs[0]["_x"]
    best, densities = optimum(x)
    left.fill_between(x, densities[0], color="tab:blue", alpha=0.15, lw=0, label="data N(0, 1)")
    left.fill_between(x, densities[1], color="tab:orange", alpha=0.15, lw=0, label="model N(1, 1)")
    for k, run_ in enumerate(runs):
        label = "D after 2,000 steps" if k == 0 else None
        left.plot(x, sigmoid(run_["_score"]), color="tab:red", lw=5, alpha=0.3, label=label)
    left.plot(x, best, "k--", lw=1.2, label="best D")
    left.set(xlim=(-3.5, 4.5), ylim=(0, 1.02), xlabel="x", ylabel="D(x), density", title="The best discriminator")
    found = "  ".join(f"{r['value']:.4f}" for r in runs)
    worst = "  ".join(f"{r['discriminator error']:.4f}" for r in runs)
    text = f"V(D): {found}\n2 JS - 2 log 2: {runs[0]['best value']:.4f}\nlargest error of D: {worst}"
    left.text(0.03, 0.04, text, transform=left.transAxes, fontsize=8)
    left.legend(fontsize=8, loc="upper right")
    for k, run_ in enumerate(runs):
        label = lambda text, k=k: text if k == 0 else None
        right.plot(run_["_steps"], run_["_non_saturating"], color="tab:green", lw=1, label=label("-E[log D(G(z))]"))
        right.plot(
            run_["_steps"], run_["_minimax"], color="tab:purple", lw=1, label=label("E[log(1 - D(G(z)))], zero-sum")
        )
    right.set(yscale="log", xlabel="steps of D, G frozen", ylabel="|gradient with respect to G|")
    right.set_title("Saturation on ring8")
    right.legend(fontsize=8)
    figure.savefig(path, dpi=100, format="png")
    plt.close(figure)
