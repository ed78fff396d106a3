"""Products with the Jacobian against dense differences, on a nonlinear game of vectors and on a GAN."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo.solvers import field
from tfgan_zoo.solvers.games import ClosedForm

NOTHING = tf.zeros((1, 1))


class General(ClosedForm):
    """Not zero-sum, not linear, of five dimensions."""

    def x_loss(self, nothing):
        x, y = self.first.at.value, self.second.at.value
        return {"a": tf.reduce_sum(tf.sin(x) * tf.reduce_sum(y**2)), "b": tf.reduce_sum(x[:2] * y) + tf.exp(x[2])}

    def y_loss(self, nothing):
        x, y = self.first.at.value, self.second.at.value
        return {"c": tf.reduce_sum(tf.cos(y) * tf.reduce_sum(x**3)) + y[0] * y[1] * x[0]}


@pytest.fixture
def game():
    made = General(x=(0.3, -0.7, 0.2), y=(0.9, -0.4))
    made.compile()
    return made


def xi_at(game, point):
    field.assign(game, [tf.constant(point[:2]), tf.constant(point[2:])])  # y is the first player
    return np.concatenate([g.numpy() for g in field.look(game, NOTHING).xi])


def dense(game, h=1e-5):
    start = np.concatenate([w.numpy() for w in field.weights(game)])
    columns = [(xi_at(game, start + h * e) - xi_at(game, start - h * e)) / (2 * h) for e in np.eye(5)]
    xi_at(game, start)
    return np.transpose(columns)


def test_products_with_the_jacobian_and_its_transpose(game):
    j, jacobian = dense(game), field.Jacobian(game, "a test")
    v = np.array([0.5, -1.0, 2.0, 0.3, -0.2])
    parts = [tf.constant(v[:2]), tf.constant(v[2:])]
    join = lambda found: np.concatenate([t.numpy() for t in found])
    assert np.abs(j - j.T).max() > 0.1 and np.abs(j + j.T).max() > 0.1
    assert np.allclose(join(jacobian.forward(parts, NOTHING)), j @ v, rtol=1e-7, atol=1e-9)
    assert np.allclose(join(jacobian.transposed(parts, NOTHING)), j.T @ v, rtol=1e-7, atol=1e-9)


def test_a_look_writes_nothing_and_repeats_its_draws():
    model = zoo.create("gan", **zoo.info("gan").tiny)
    model.compile()
    batch = tf.constant(model.example_batch(4))
    first, second = field.look(model, batch), field.look(model, batch)
    assert all(np.array_equal(a, b) for a, b in zip(first.xi, second.xi))
    field.settle(model, first)
    third = field.look(model, batch)
    assert not all(np.array_equal(a, b) for a, b in zip(first.xi, third.xi))
    assert [int(m.numpy()) for m in model.moves.values()] == [1, 1]


def test_forward_and_transposed_products_of_a_gan_agree():
    """<u, J v> = <J' u, v>, and both cross blocks are there."""
    model = zoo.create("gan", **zoo.info("gan").tiny)
    model.compile({player: keras.optimizers.SGD(0.0) for player in model.players})
    batch, generator = tf.constant(model.example_batch(4)), np.random.default_rng(0)
    vector = lambda: [tf.constant(generator.normal(size=w.shape).astype("float32")) for w in field.weights(model)]
    u, v, jacobian = vector(), vector(), field.Jacobian(model, "a test")
    pushed, pulled = jacobian.forward(v, batch), jacobian.transposed(u, batch)
    assert float(field.dot(u, pushed)) == pytest.approx(float(field.dot(pulled, v)), rel=1e-3)
    count = len(model.weights_of("discriminator"))
    zeros = [tf.zeros_like(t) for t in u]
    only_g = zeros[:count] + v[count:]
    assert float(tf.linalg.global_norm(jacobian.forward(only_g, batch)[:count])) > 1e-3
    only_d = v[:count] + zeros[count:]
    assert float(tf.linalg.global_norm(jacobian.forward(only_d, batch)[count:])) > 1e-3
