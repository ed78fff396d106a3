"""f-divergences and their variational form (Nowozin, Cseke, Tomioka, 2016, arXiv:1606.00709).

For a convex f the divergence D_f(p || q) = E_q[f(p / q)] is at least E_p[t(x)] - E_q[f*(t(x))] for any function t with
values where the conjugate f*(t) = sup_u (u t - f(u)) is finite, and equal to it for t = f'(p / q) (eq. 4, 5). A network
gives v(x), any number; the activation g_f maps it into that domain, t = g_f(v) (table 6, here always increasing in v:
large scores mean real). p is the data, q the model.

Losses use f*(g_f(v)) as one function, which is stable where the conjugate of the activation would round to 0 or
infinity. Exponentials in it and in g_f continue by their tangent from 20 on, so that neither they nor their gradients
leave float32.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.objectives.objective import Objective

Function = Callable[[tf.Tensor], tf.Tensor]

_LOG_2 = math.log(2.0)


class Divergence(NamedTuple):
    """A row of the paper's table 6; functions map tensors elementwise."""

    f: Function
    """The convex f(u), u > 0; f(1) = 0 but for `gan`."""
    activation: Function
    """g_f(v), from all numbers into the domain of f*."""
    conjugate: Function
    """f*(t) on its domain."""
    composed: Function
    """f*(g_f(v)), simplified."""
    domain: tuple[float, float]
    """Where f* is finite."""
    threshold: float
    """f'(1), the best t where p = q: above it an example is taken for real."""


def divergence(name: str, alpha: float = 0.5, pi: float = 0.5) -> Divergence:
    """Return the divergence `name`.

    kl: KL(data || model), mass covering; rkl: KL(model || data), mode seeking; pearson, neyman: chi^2 with p - q
    weighed by 1 / q and by 1 / p; hellinger2: squared Hellinger distance; jeffrey: KL both ways; js: twice the
    Jensen-Shannon divergence; js_weighted: with data in the share `pi`; gan: 2 JS - 2 log 2; alpha: the family
    E_q[((p / q)^alpha - 1 - alpha (p / q - 1)) / (alpha (alpha - 1))]; tv: total variation.

    Args:
        name: one of DIVERGENCES.
        alpha: of "alpha", neither 0 nor 1, whose limits are rkl and kl.
        pi: of "js_weighted", in (0, 1).

    Raises:
        ZooError: an unknown name, or a parameter out of range.
    """
    if name in _FIXED:
        return _FIXED[name]
    if name == "alpha":
        return alpha_divergence(alpha)
    if name == "js_weighted":
        return weighted_jensen_shannon(pi)
    raise unknown("divergence", name, DIVERGENCES)


def variational(of: Divergence, practical: bool = True) -> Objective:
    """Return the objective of the variational form.

    D minimizes -E[g_f(v(x))] + E[f*(g_f(v(G(z))))], minus the bound. G minimizes the bound, -E[f*(g_f(v(G(z))))], or
    with `practical` -E[g_f(v(G(z)))], which has the same fixed point and larger gradients at first (section 3.2).
    """

    def discriminator_loss(real, fake):
        return tf.reduce_mean(of.composed(fake)) - tf.reduce_mean(of.activation(real))

    def generator_loss(real_scores, fake):
        return -tf.reduce_mean(of.activation(fake) if practical else of.composed(fake))

    return Objective(discriminator_loss, generator_loss)


def alpha_divergence(alpha: float) -> Divergence:
    """Return the alpha divergence.

    Raises:
        ZooError: alpha is 0 or 1.
    """
    if not math.isfinite(alpha) or alpha in (0.0, 1.0):
        raise ZooError(f"alpha: expected a number but 0 and 1 (use rkl and kl for these), found {alpha!r}")
    a, power = alpha, alpha / (alpha - 1.0)
    if a > 1.0:  # where the base is negative the best u is 0
        activation = tf.identity
        composed = lambda v: (tf.nn.relu((a - 1.0) * v + 1.0) ** power - 1.0) / a
    else:
        activation = lambda v: 1.0 / (1.0 - a) - tf.nn.softplus(-v)
        composed = lambda v: (_exp(power * (math.log(1.0 - a) + _log_softplus(-v))) - 1.0) / a
    return Divergence(
        f=lambda u: (u**a - 1.0 - a * (u - 1.0)) / (a * (a - 1.0)),
        activation=activation,
        conjugate=lambda t: (tf.nn.relu((a - 1.0) * t + 1.0) ** power - 1.0) / a,
        composed=composed,
        domain=(-math.inf, math.inf if a > 1.0 else 1.0 / (1.0 - a)),
        threshold=0.0,
    )


def weighted_jensen_shannon(pi: float) -> Divergence:
    """Return pi KL(p || m) + (1 - pi) KL(q || m), m = pi p + (1 - pi) q; at pi = 1/2 half of "js" (table 6).

    Raises:
        ZooError: pi is not in (0, 1).
    """
    if not 0.0 < pi < 1.0:
        raise ZooError(f"pi: expected a share of the data between 0 and 1, found {pi!r}")

    def composed(v):
        # With s = softplus(-v): log((1 - pi) / (1 - e^(-s / pi))), by 1 - e^-s = sigmoid(-v) = e^-softplus(v).
        s = tf.maximum(tf.nn.softplus(-v), 1e-6)  # the ratio of the two tends to pi
        ratio = tf.math.expm1(-s) / tf.math.expm1(-s / pi)
        return (1.0 - pi) * (math.log(1.0 - pi) + tf.nn.softplus(v) + tf.math.log(ratio))

    def f(u):
        mixture = 1.0 - pi + pi * u
        return pi * u * tf.math.log(u) - mixture * tf.math.log(mixture)

    return Divergence(
        f=f,
        activation=lambda v: -pi * math.log(pi) - tf.nn.softplus(-v),
        conjugate=lambda t: (1.0 - pi) * (math.log(1.0 - pi) - tf.math.log1p(-pi * tf.exp(t / pi))),
        composed=composed,
        domain=(-math.inf, -pi * math.log(pi)),
        threshold=0.0,
    )


@tf.custom_gradient
def log_lambert_w_exp(y: tf.Tensor) -> tuple[tf.Tensor, Callable]:
    """x = log W(e^y), W Lambert's: the root of x + e^x = y, for any y without overflow.

    Six Newton steps from above the root of this convex function (min(y, log y)), a fixed number and elementwise, so XLA
    compiles them; they reach float64 precision. The gradient is not theirs but the exact 1 / (1 + e^x), itself made of
    this function, so all higher derivatives are exact too.
    """
    x = tf.where(y > 1.0, tf.math.log(tf.maximum(y, 1.0)), y)
    for _ in range(6):
        e = tf.exp(x)
        x = x - (x + e - y) / (1.0 + e)
    return x, lambda upstream: upstream * tf.sigmoid(-log_lambert_w_exp(y))


def _jeffrey(t):
    """f*(t) = u - 1 + log u at the root u of log u + 1 - 1 / u = t, that is 1 / u = W(e^(1 - t)).

    By e^x = 1 - t - x this is W + 1 / W + t - 2, but cancels nothing.
    """
    x = log_lambert_w_exp(1.0 - t)
    return _exp(-x) - 1.0 - x


def _exp(x, end=20.0):
    """e^x up to `end`, its tangent beyond."""
    return tf.exp(tf.minimum(x, end)) * (1.0 + tf.nn.relu(x - end))


def _log_softplus(x):
    """log softplus(x), which tends to x where softplus underflows."""
    return tf.where(x < -15.0, x, tf.math.log(tf.nn.softplus(tf.maximum(x, -15.0))))


_FIXED = {
    "kl": Divergence(
        f=lambda u: u * tf.math.log(u),
        activation=tf.identity,
        conjugate=lambda t: tf.exp(t - 1.0),
        composed=lambda v: _exp(v - 1.0),
        domain=(-math.inf, math.inf),
        threshold=1.0,
    ),
    "rkl": Divergence(
        f=lambda u: -tf.math.log(u),
        activation=lambda v: -_exp(-v),
        conjugate=lambda t: -1.0 - tf.math.log(-t),
        composed=lambda v: v - 1.0,
        domain=(-math.inf, 0.0),
        threshold=-1.0,
    ),
    "pearson": Divergence(
        f=lambda u: (u - 1.0) ** 2,
        activation=tf.identity,
        conjugate=lambda t: tf.maximum(t, -2.0) ** 2 / 4.0 + tf.maximum(t, -2.0),  # below -2 the best u is 0
        composed=lambda v: tf.maximum(v, -2.0) ** 2 / 4.0 + tf.maximum(v, -2.0),
        domain=(-math.inf, math.inf),
        threshold=0.0,
    ),
    "neyman": Divergence(
        f=lambda u: (1.0 - u) ** 2 / u,
        activation=lambda v: 1.0 - _exp(-v),
        conjugate=lambda t: 2.0 - 2.0 * tf.sqrt(1.0 - t),
        composed=lambda v: 2.0 - 2.0 * _exp(-v / 2.0),
        domain=(-math.inf, 1.0),
        threshold=0.0,
    ),
    "hellinger2": Divergence(
        f=lambda u: (tf.sqrt(u) - 1.0) ** 2,
        activation=lambda v: 1.0 - _exp(-v),
        conjugate=lambda t: t / (1.0 - t),
        composed=lambda v: _exp(v) - 1.0,
        domain=(-math.inf, 1.0),
        threshold=0.0,
    ),
    "jeffrey": Divergence(
        f=lambda u: (u - 1.0) * tf.math.log(u),
        activation=tf.identity,
        conjugate=_jeffrey,
        composed=_jeffrey,
        domain=(-math.inf, math.inf),
        threshold=0.0,
    ),
    "js": Divergence(
        f=lambda u: u * tf.math.log(u) - (u + 1.0) * tf.math.log((1.0 + u) / 2.0),
        activation=lambda v: _LOG_2 - tf.nn.softplus(-v),
        conjugate=lambda t: -tf.math.log(2.0 - tf.exp(t)),
        composed=lambda v: tf.nn.softplus(v) - _LOG_2,
        domain=(-math.inf, _LOG_2),
        threshold=0.0,
    ),
    "gan": Divergence(
        f=lambda u: u * tf.math.log(u) - (u + 1.0) * tf.math.log(u + 1.0),
        activation=lambda v: -tf.nn.softplus(-v),
        conjugate=lambda t: -tf.math.log(1.0 - tf.exp(t)),
        composed=tf.nn.softplus,
        domain=(-math.inf, 0.0),
        threshold=-_LOG_2,
    ),
    "tv": Divergence(
        f=lambda u: tf.abs(u - 1.0) / 2.0,
        activation=lambda v: tf.tanh(v) / 2.0,
        conjugate=tf.identity,
        composed=lambda v: tf.tanh(v) / 2.0,
        domain=(-0.5, 0.5),
        threshold=0.0,
    ),
}

DIVERGENCES = (*_FIXED, "js_weighted", "alpha")
