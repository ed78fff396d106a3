"""Scores that are linear and quadratic in features, for moments (Mroueh, Sercu, Goel, 2017, arXiv:1702.08398)."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("tfgan_zoo")
class MomentScore(keras.layers.Layer):
    """Features (batch, m) to scores (batch, 1): <v, phi> + <U' phi, V' phi>, either part or both.

    The difference of two means of this score, at the best v in the l_p ball and the best U, V with orthonormal columns,
    is the l_q distance of the mean features, 1/p + 1/q = 1, plus the sum of the k largest singular values of the
    difference of their uncentred second moments (eq. 3, 8). `project` takes the weights back to these sets; call it
    after every update, outside the loss.

    Args:
        mean: use the part with v (m,).
        components: k, of the part with U and V (m, k); 0 leaves it out.
        norm: p of v's ball: 1, 2 or inf.
    """

    def __init__(self, mean: bool = True, components: int = 16, norm: float = 2.0, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.mean, self.components, self.norm = mean, components, norm

    def build(self, input_shape):
        """Make v of length about 1 and orthonormal U and V."""
        m = input_shape[-1]
        if self.mean:
            self.v = self.add_weight(name="v", shape=(m,), initializer=keras.initializers.RandomNormal(0.0, m**-0.5))
        if self.components:
            shape, start = (m, self.components), keras.initializers.Orthogonal
            self.left = self.add_weight(name="left", shape=shape, initializer=start())
            self.right = self.add_weight(name="right", shape=shape, initializer=start())

    def call(self, features):
        """The score of every example."""
        score = tf.zeros((tf.shape(features)[0], 1), features.dtype)
        if self.mean:
            score += tf.matmul(features, tf.convert_to_tensor(self.v)[:, None])
        if self.components:
            left, right = (tf.matmul(features, tf.convert_to_tensor(w)) for w in (self.left, self.right))
            score += tf.reduce_sum(left * right, axis=1, keepdims=True)
        return score

    def project(self) -> None:
        """Project v on the ball, U and V on the matrices with orthonormal columns; the same on every replica."""
        if self.mean:
            self.v.assign(project_on_ball(tf.convert_to_tensor(self.v), self.norm))
        if self.components:
            for weight in (self.left, self.right):
                weight.assign(orthonormal(tf.convert_to_tensor(weight)))

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "mean": self.mean, "components": self.components, "norm": self.norm}


def project_on_ball(v: tf.Tensor, norm: float) -> tf.Tensor:
    """Return the closest point, in Euclidean distance, of the unit ball of the l_1, l_2 or l_inf norm.

    On the l_1 ball it is sign(v) max(0, |v| - t) with the t that makes the norm 1, found from the sorted |v|.
    """
    if norm == 2.0:
        return v / tf.maximum(tf.norm(v), 1.0)
    if norm == float("inf"):
        return tf.clip_by_value(v, -1.0, 1.0)
    ordered = tf.sort(tf.abs(v), direction="DESCENDING")
    thresholds = (tf.cumsum(ordered) - 1.0) / tf.range(1, tf.size(v) + 1, dtype=v.dtype)
    kept = tf.reduce_sum(tf.cast(ordered > thresholds, tf.int32))  # the first so many stay above 0
    projected = tf.sign(v) * tf.nn.relu(tf.abs(v) - thresholds[tf.maximum(kept - 1, 0)])
    return tf.where(tf.reduce_sum(ordered) > 1.0, projected, v)


def orthonormal(matrix: tf.Tensor) -> tf.Tensor:
    """Return Q of the decomposition Q R with R's diagonal positive, which makes it unique: Q does not jump."""
    q, r = tf.linalg.qr(matrix)
    return q * tf.where(tf.linalg.diag_part(r) < 0.0, -1.0, 1.0)
