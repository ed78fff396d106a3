"""Penalties on a critic's gradient with respect to its input."""

from collections.abc import Callable

import tensorflow as tf


def interpolate(real: tf.Tensor, fake: tf.Tensor, position: tf.Tensor) -> tf.Tensor:
    """Points on the segments from fake to real: position * real + (1 - position) * fake, one position per example.

    Args:
        real: (batch, ...).
        fake: of the same shape.
        position: (batch,) in [0, 1].
    """
    position = tf.reshape(position, (-1, *[1] * (real.shape.rank - 1)))
    return fake + position * (real - fake)


def gradient_norms(critic: Callable[[tf.Tensor], tf.Tensor], x: tf.Tensor, order: float = 2.0) -> tf.Tensor:
    """|| d critic(x) / dx ||_order of every example, shape (batch,).

    Args:
        critic: maps (batch, ...) to one score per example, each depending on its own example only.
        x: where the gradient is taken.
        order: of the norm, >= 1 or infinity. It is the dual norm: p enforces a Lipschitz constant with respect to the
            ground norm s, 1/p + 1/s = 1 (Adler and Lunz, 2018, arXiv:1806.06621).
    """
    with tf.GradientTape() as tape:
        tape.watch(x)
        score = tf.reduce_sum(critic(x))
    gradient = tf.cast(tape.gradient(score, x), tf.float32)
    axes = list(range(1, gradient.shape.rank))
    if order == 2.0:
        return tf.sqrt(tf.reduce_sum(gradient**2, axes) + 1e-12)  # the root of 0 has no derivative
    largest = tf.reduce_max(tf.abs(gradient), axes, keepdims=True)
    if order == float("inf"):
        return tf.squeeze(largest, axes)
    scale = tf.stop_gradient(largest) + 1e-12  # powers of small numbers underflow
    return tf.squeeze(scale, axes) * tf.reduce_sum((tf.abs(gradient) / scale + 1e-6) ** order, axes) ** (1.0 / order)


def gradient_penalty(norms: tf.Tensor, target: float = 1.0, one_sided: bool = False) -> tf.Tensor:
    """E[(norm - target)^2], or E[max(0, norm - target)^2] (Gulrajani et al., 2017, arXiv:1704.00028, eq. 3).

    Args:
        norms: gradient norms (batch,).
        target: the norm that costs nothing.
        one_sided: let smaller norms cost nothing either.
    """
    excess = norms - target
    return tf.reduce_mean((tf.nn.relu(excess) if one_sided else excess) ** 2)
