"""Why GANs are hard to train: perfect discriminators and vanishing gradients (Arjovsky, Bottou, 2017, 1701.04862).

Where data and model lie on surfaces of few dimensions a discriminator can tell them apart without error (theorems 2.1
and 2.2). The better it does, the smaller the gradient of log(1 - D) (theorem 2.4); that of -log D stays large, but its
direction is noise (theorem 2.6). Noise on both sides makes the laws overlap and bounds their distance (theorem 3.3).

All divergences are in nats.
"""

import math
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers as L

from tfgan_zoo import draws, networks, objectives
from tfgan_zoo.errors import ZooError
from tfgan_zoo.gan import GAN


class Divergences(NamedTuple):
    """Three distances of two laws."""

    kl: float
    js: float
    wasserstein: float


def kl(p, q) -> float:
    """Return KL(p || q) = sum p log(p / q) of two discrete laws; infinite where q is 0 and p is not.

    Raises:
        ZooError: not two laws of one size.
    """
    p, q = _laws(p, q)
    seen = p > 0
    with np.errstate(divide="ignore"):
        return float((p[seen] * np.log(p[seen] / q[seen])).sum())


def js(p, q) -> float:
    """Return JS(p, q) = KL(p || m) / 2 + KL(q || m) / 2 with m = (p + q) / 2: between 0 and log 2.

    Raises:
        ZooError: not two laws of one size.
    """
    p, q = _laws(p, q)
    return (kl(p, (p + q) / 2) + kl(q, (p + q) / 2)) / 2


def optimal_discriminator(p, q) -> np.ndarray:
    """Return D* = p / (p + q), NaN where both are 0.

    Raises:
        ZooError: not two laws of one size.
    """
    p, q = _laws(p, q)
    with np.errstate(invalid="ignore"):
        return p / (p + q)


def discriminator_value(p, q, d) -> float:
    """Return E_p[log D] + E_q[log(1 - D)]; 2 JS(p, q) - 2 log 2 for the best D.

    Raises:
        ZooError: not two laws of one size.
    """
    p, q = _laws(p, q)
    d = np.asarray(d, np.float64)
    return float((p[p > 0] * np.log(d[p > 0])).sum() + (q[q > 0] * np.log1p(-d[q > 0])).sum())


def parallel_segments(shift: float) -> Divergences:
    """Return the distances of the uniform laws on {0} x [0, 1] and on {shift} x [0, 1].

    Only the earth mover distance tells how far away the segment is (example 1 of Wasserstein GAN, 1701.07875).
    """
    apart = shift != 0
    return Divergences(math.inf if apart else 0.0, math.log(2) if apart else 0.0, abs(float(shift)))


def js_of_gaussians(distance: float, sigma: float, points: int = 20_001) -> float:
    """Return the JS divergence of N(0, sigma^2) and N(distance, sigma^2) by the trapezoidal rule.

    What noise of standard deviation sigma leaves of two points; log 2 as sigma goes to 0.

    Raises:
        ZooError: sigma is not positive.
    """
    if not sigma > 0:
        raise ZooError(f"sigma must be positive; found {sigma}")
    # The law of the log-ratio t, which is all that matters: N(s / 2, s) and N(-s / 2, s), s = (distance / sigma)^2.
    s = (distance / sigma) ** 2
    if s == 0:
        return 0.0
    t = s / 2 + math.sqrt(s) * np.linspace(-12, 12, points)
    density = np.exp(-((t - s / 2) ** 2) / (2 * s)) / math.sqrt(2 * math.pi * s)
    # By symmetry JS = E_p[log(p / m)] = log 2 - E_p[log(1 + exp(-t))].
    return float(math.log(2) - np.trapezoid(density * np.logaddexp(0, -t), t))


def minimax_gradient_bound(error: float, jacobian: float) -> float:
    """Return M error / (1 - error): what the gradient of E[log(1 - D(G(z)))] cannot exceed (theorem 2.4).

    Args:
        error: in [0, 1), more than the largest |D - D*| and |grad D - grad D*|, for a perfect D*.
        jacobian: M, root of the mean square of the generator's Jacobian norm.

    Raises:
        ZooError: error outside [0, 1), or a negative Jacobian.
    """
    if not 0 <= error < 1 or jacobian < 0:
        raise ZooError(f"error must lie in [0, 1) and jacobian be at least 0; found {error} and {jacobian}")
    return jacobian * error / (1 - error)


def noisy_wasserstein_bound(variance: float, noisy_js: float, diameter: float) -> float:
    """Return 2 sqrt(variance) + 2 diameter sqrt(noisy_js), which W(data, model) cannot exceed (theorem 3.3).

    Args:
        variance: E||e||^2 of the noise e.
        noisy_js: JS divergence of data + e and model + e.
        diameter: of a ball that holds both noisy laws.

    Raises:
        ZooError: a negative argument.
    """
    if min(variance, noisy_js, diameter) < 0:
        raise ZooError(f"arguments must be at least 0; found {variance}, {noisy_js} and {diameter}")
    return 2 * math.sqrt(variance) + 2 * diameter * math.sqrt(noisy_js)


def noisy_gradients(level: float, slope: float, n: int, seed: int = 0) -> np.ndarray:
    """Return n gradients of -log D at a fake where a perfect D (0, flat) is off by independent Gaussians.

    The gradient is -r' / r with r ~ N(0, level^2) and r' ~ N(0, slope^2): centred Cauchy of scale slope / level, of
    infinite mean and variance (theorem 2.6).

    Raises:
        ZooError: a scale that is not positive.
    """
    if not (level > 0 and slope > 0):
        raise ZooError(f"level and slope must be positive; found {level} and {slope}")
    noise = np.random.default_rng(seed).standard_normal((2, n))
    return -slope * noise[0] / (level * noise[1])


class GradientProbe(GAN):
    """Trains the discriminator alone and measures what gradient it would give to the generator (figures 2 and 3).

    D minimizes -E[log D(x)] - E[log(1 - D(G(z)))], with `noise` on all that D sees if there is any (section 3). G is
    frozen: as it was initialized, or after `probe.generator.set_weights(...)` that of a trained GAN.

    Args:
        image_shape: (side, side, channels), or (d,) for points.
        latent_dim: length of a latent vector.
        width: units in a hidden layer, for images channels next to them.
        output_scale: factor at the end of G; a small one keeps the model away from the data.
        noise: standard deviation of Gaussian noise on D's input.
    """

    players = {"discriminator": ["discriminator"]}
    averaged = ()

    def __init__(self, image_shape=(2,), latent_dim=8, width=64, output_scale=1.0, noise=0.0, **kwargs):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, ema_decay=0.0, **kwargs)
        self.width, self.output_scale, self.noise = width, output_scale, noise
        generator = networks.generator(self.image_shape, latent_dim, width)
        scaled = keras.Sequential([*generator.layers, L.Rescaling(output_scale)], name="generator")
        discriminator = networks.discriminator(self.image_shape, width, normalize=False)
        self.add_networks(generator=scaled, discriminator=discriminator)

    def play(self, *batch):
        """The discriminator's move alone."""
        return self.minimize("discriminator", *batch)

    def generate(self, latents):
        """The frozen generator, as it is deployed."""
        return self.generator(latents, training=False)

    def discriminate(self, images):
        """Scores of the images, with noise if there is any."""
        if self.noise:
            images += self.noise * tf.reshape(draws.normal(tf.shape(images)[0], *images.shape[1:]), tf.shape(images))
        return super().discriminate(images)

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Adam."""
        return {"discriminator": keras.optimizers.Adam(1e-3, beta_1=0.5, epsilon=1e-8)}

    def gradient_norms(self, n: int = 512, seed: int = 0) -> dict[str, float]:
        """Return the norm of the gradient for G's weights of each of its two losses, on n fresh latents.

        "minimax": E[log(1 - D(G(z)))]; "non_saturating": E[-log D(G(z))].
        """
        losses = {"minimax": objectives.minimax, "non_saturating": objectives.non_saturating}
        with draws.seeded((seed, 0)), tf.GradientTape(persistent=True) as tape:
            scores = self.discriminate(self.generate(self.sample_latents(n)))
            values = {name: objective.generator(None, scores) for name, objective in losses.items()}
        weights = [weight.value for weight in self.generator.trainable_variables]
        return {name: float(tf.linalg.global_norm(tape.gradient(value, weights))) for name, value in values.items()}

    def accuracy(self, real, seed: int = 0) -> float:
        """Return the share of the given real and as many fake examples that the discriminator classifies rightly."""
        with draws.seeded((seed, 0)):
            fake = self.discriminate(self.generate(self.sample_latents(len(real))))
            right = [self.discriminate(tf.convert_to_tensor(real)) > 0, fake < 0]
        return float(np.mean([part.numpy().mean() for part in right]))


def probe(model: GradientProbe, dataset: tf.data.Dataset, at: tuple[int, ...], n: int = 512) -> list[dict[str, float]]:
    """Train the discriminator on a data set; return "step" and `gradient_norms(n)` after each number of steps in `at`.

    Raises:
        ZooError: the steps do not increase from at least 0.
    """
    if not at or min(at) < 0 or any(a >= b for a, b in zip(at[:-1], at[1:])):
        raise ZooError(f"at: expected increasing numbers of steps from 0 on; found {at}")
    if not model.compiled:
        model.compile()
    measured, done = [], 0
    for steps in at:
        if steps > done:
            model.fit(dataset.repeat().skip(done).take(steps - done), epochs=1, verbose=0)
            done = steps
        measured.append({"step": float(steps), **model.gradient_norms(n)})
    return measured


def _laws(p, q) -> tuple[np.ndarray, np.ndarray]:
    laws = np.asarray(p, np.float64), np.asarray(q, np.float64)
    for law in laws:
        if (
            law.ndim != 1
            or law.shape != laws[0].shape
            or (law < 0).any()
            or not math.isclose(law.sum(), 1, abs_tol=1e-9)
        ):
            raise ZooError(f"expected two laws: vectors of one length, not negative, of sum 1; found {law}")
    return laws
