"""Greedy paths: climbing a function as long as its slope or its curvature lets one (arXiv:2006.12363)."""

from collections.abc import Callable

import tensorflow as tf

Function = Callable[[tf.Tensor], tf.Tensor]


def greedy_path(
    function: Function, y: tf.Tensor, start: tf.Tensor, epsilon: float, step: float, length: int
) -> tf.Tensor:
    """Return the end of a greedy path from y.

    While |gradient| > epsilon, y moves by `step` times the gradient; else, if the Hessian's largest eigenvalue exceeds
    sqrt(epsilon), by `step` along its eigenvector, uphill; else the path ends.

    Args:
        function: vectors (n,) to numbers, differentiable twice.
        y: where the path starts, (n,).
        start: a random vector (n,) from which eigenvectors are sought.
        epsilon: slope that is climbed.
        step: length of a step.
        length: steps that the path may have.
    """

    def along_curvature(y, slope):
        curvature, direction = top_eigenpair(lambda v: hessian_product(function, y, v), start)
        uphill = tf.where(tf.tensordot(slope, direction, 1) < 0.0, -direction, direction)
        steep = curvature > epsilon**0.5
        return tf.where(steep, step * uphill, tf.zeros_like(uphill)), steep

    def advance(i, y, _):
        slope = gradient(function, y)
        moved, goes_on = tf.cond(
            tf.norm(slope) > epsilon, lambda: (step * slope, tf.constant(True)), lambda: along_curvature(y, slope)
        )
        return i + 1, y + moved, goes_on

    going = lambda i, y, goes_on: goes_on & (i < length)
    return tf.while_loop(going, advance, (tf.constant(0), y, tf.constant(True)), parallel_iterations=1)[1]


def gradient(function: Function, y: tf.Tensor) -> tf.Tensor:
    """Return the gradient at y, (n,)."""
    with tf.GradientTape() as tape:
        tape.watch(y)
        value = function(y)
    return tape.gradient(value, y, unconnected_gradients="zero")


def hessian_product(function: Function, y: tf.Tensor, v: tf.Tensor) -> tf.Tensor:
    """Return the Hessian at y times v, (n,), by forward over reverse accumulation."""
    with tf.autodiff.ForwardAccumulator(y, v) as accumulator:
        slope = gradient(function, y)
    return accumulator.jvp(slope, unconnected_gradients="zero")


def top_eigenpair(product: Function, start: tf.Tensor, iterations: int = 20) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the largest eigenvalue of a symmetric matrix and its eigenvector, given products with it.

    Power iterations find the matrix's norm, to which eigenvalues of both signs add; shifted by it, the largest one is
    on top, and as many iterations find that. One product in one loop: losses are compiled once.
    """

    def advance(i, shift, v, *_):
        found = product(v)
        shift = tf.where(tf.equal(i, iterations), tf.norm(found), shift)
        following = tf.where(tf.equal(i, iterations), start, normalize(found + shift * v, v))
        return i + 1, shift, following, tf.tensordot(v, found, 1), v

    normalize = lambda v, otherwise: tf.where(tf.norm(v) > 0.0, tf.math.divide_no_nan(v, tf.norm(v)), otherwise)
    zero, start = tf.zeros((), start.dtype), normalize(start, start)
    loop = (tf.constant(0), zero, start, zero, start)
    going = lambda i, *_: i <= 2 * iterations
    return tf.while_loop(going, advance, loop, parallel_iterations=1)[3:]
