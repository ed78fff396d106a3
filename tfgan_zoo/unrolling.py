"""Updates of weights as functions of the weights, through which gradients flow: nothing is assigned."""

from collections.abc import Callable
from typing import NamedTuple

import keras
import tensorflow as tf

Tensors = list[tf.Tensor]


class Descent(NamedTuple):
    """Gradient descent: w - rate * g."""

    rate: float

    def step(self, weights: Tensors, gradients: Tensors) -> tuple[Tensors, "Descent"]:
        """Return the weights after a step, and the rule of the next."""
        return [w - self.rate * g for w, g in zip(weights, gradients)], self


class Adam(NamedTuple):
    """Adam, with an `epsilon` inside the root too: the plain root has an infinite slope at zero.

    m = beta_1 m + (1 - beta_1) g, v = beta_2 v + (1 - beta_2) g^2, n = n + 1,
    w - rate * sqrt(1 - beta_2^n) / (1 - beta_1^n) * m / (sqrt(v + 1e-12) + epsilon).
    """

    rate: float
    beta_1: float
    beta_2: float
    epsilon: float
    count: tf.Tensor  # n, of the weights' type
    momentums: Tensors
    velocities: Tensors

    @classmethod
    def of(cls, optimizer: keras.optimizers.Optimizer, weights: Tensors, rate: float) -> "Adam":
        """Return the rule that goes on from the moments that `optimizer` has now of `weights`, at another rate.

        If it is no Adam: from zero moments, with (0.5, 0.999) and 1e-8.
        """
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)  # of one that scales losses
        if not isinstance(optimizer, keras.optimizers.Adam):
            zeros = [tf.zeros_like(w) for w in weights]
            return cls(rate, 0.5, 0.999, 1e-8, tf.zeros((), weights[0].dtype), zeros, zeros)
        read = lambda variables: [tf.convert_to_tensor(v.value) for v in variables]
        moments = read(optimizer._momentums), read(optimizer._velocities)
        count = tf.cast(optimizer.iterations.value, weights[0].dtype)
        return cls(rate, optimizer.beta_1, optimizer.beta_2, optimizer.epsilon, count, *moments)

    def step(self, weights: Tensors, gradients: Tensors) -> tuple[Tensors, "Adam"]:
        """Return the weights after a step, and the rule of the next."""
        n = self.count + 1.0
        m = [m + (g - m) * (1.0 - self.beta_1) for m, g in zip(self.momentums, gradients)]
        v = [v + (g * g - v) * (1.0 - self.beta_2) for v, g in zip(self.velocities, gradients)]
        scale = self.rate * tf.sqrt(1.0 - self.beta_2**n) / (1.0 - self.beta_1**n)
        roots = [tf.sqrt(x + 1e-12) + self.epsilon for x in v]
        moved = [w - scale * x / root for w, x, root in zip(weights, m, roots)]
        return moved, self._replace(count=n, momentums=m, velocities=v)


def unroll(gradient: Callable[[Tensors], Tensors], weights: Tensors, steps: int, rule: Descent | Adam) -> Tensors:
    """Return the weights after `steps` updates, as a function of everything that they depend on.

    Args:
        gradient: of the loss that the updates lower, as a function of the weights.
        weights: to start from; tensors.
        steps: number of updates; a Python number, so that XLA sees a plain graph.
        rule: the first update's.
    """
    for _ in range(steps):
        weights, rule = rule.step(weights, gradient(weights))
    return weights
