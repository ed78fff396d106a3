"""Spectral normalization as a re-parametrization (Miyato et al., 2018, arXiv:1802.05957, eq. 6-8, algorithm 1)."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("tfgan_zoo")
class SpectralNormalization(keras.layers.Wrapper):
    """Call the wrapped layer with W / sigma(W), sigma the largest singular value of its kernel as a matrix.

    sigma = v' W u with unit vectors u, v that power iteration keeps near the leading singular vectors. The gradient
    flows through sigma: dL/dW = (M - <M, W / sigma> v u') / sigma with M the gradient with respect to W / sigma. The
    stored kernel is not touched (`keras.layers.SpectralNormalization` overwrites it in every call, which is a
    projection, another algorithm).

    The matrix is (kh * kw * cin, cout). Its norm is not that of the convolution, which it can fall short of by up to
    sqrt(kh * kw). u and v depend on W alone, so replicas agree without communication; they change only in
    `iterate_spectral_norms`.

    Args:
        layer: a layer with a `kernel` (convolution, transposed convolution, dense) or with `embeddings`.
    """

    def build(self, input_shape):
        """Build the layer and make one power iteration from a random u.

        Raises:
            ValueError: a depthwise convolution, whose kernel is a matrix for each channel.
        """
        super().build(input_shape)
        if isinstance(self.layer, keras.layers.DepthwiseConv2D | keras.layers.SeparableConv2D):
            raise ValueError(f"{self.layer.name}: spectral normalization of depthwise convolutions is not defined here")
        matrix = self._matrix()
        u, v = first_singular_vectors(matrix)
        make = lambda name, value: self.add_weight(
            name=name,
            shape=value.shape,
            initializer=lambda shape, dtype=None: value,
            trainable=False,
            dtype="float32",
            autocast=False,
        )
        self.u, self.v = make("u", u), make("v", v)

    def call(self, inputs):
        """As the wrapped layer."""
        kernel = self._kernel_variable()
        with keras.StatelessScope([(kernel, tf.cast(kernel.value, tf.float32) / tf.maximum(self.sigma(), 1e-12))]):
            return self.layer(inputs)

    def sigma(self) -> tf.Tensor:
        """The estimate v' W u of the spectral norm, a scalar through which gradients flow to W."""
        return singular_value(self._matrix(), self.u.value, self.v.value)

    def iterate(self) -> None:
        """Make one power iteration: v = W u / |W u|, u = W' v / |W' v|."""
        u, v = power_iteration(self._matrix(), self.u.value)
        self.u.assign(u)
        self.v.assign(v)

    def compute_output_shape(self, input_shape):
        """As the wrapped layer."""
        return self.layer.compute_output_shape(input_shape)

    def _kernel_variable(self):
        return self.layer.embeddings if isinstance(self.layer, keras.layers.Embedding) else self.layer.kernel

    def _matrix(self):
        return matrix_of(self.layer, self._kernel_variable())


def iterate_spectral_norms(network: keras.Model) -> None:
    """Make one power iteration in every spectrally normalized layer: once per discriminator move, before its loss."""
    for layer in network._flatten_layers():
        if isinstance(layer, SpectralNormalization):
            layer.iterate()


def matrix_of(layer: keras.layers.Layer, kernel: keras.Variable) -> tf.Tensor:
    """Return a layer's kernel as a float32 matrix (inputs of an output unit, output channels)."""
    kernel = tf.cast(kernel.value, tf.float32)
    if isinstance(layer, keras.layers.Conv2DTranspose):  # stored as (kh, kw, cout, cin)
        kernel = tf.transpose(kernel, (0, 1, 3, 2))
    return tf.reshape(kernel, (-1, kernel.shape[-1]))


def first_singular_vectors(matrix: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the u and v of one power iteration from a random u."""
    return power_iteration(matrix, _unit(keras.initializers.RandomNormal()((matrix.shape[1],))))


def power_iteration(matrix: tf.Tensor, u: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return unit vectors u' = W' v / |W' v| (columns,) and v = W u / |W u| (rows,), constants to gradients."""
    matrix = tf.stop_gradient(matrix)
    v = _unit(tf.linalg.matvec(matrix, u))
    return _unit(tf.linalg.matvec(matrix, v, transpose_a=True)), v


def singular_value(matrix: tf.Tensor, u: tf.Tensor, v: tf.Tensor) -> tf.Tensor:
    """v' W u, through which gradients flow to W: v u'."""
    return tf.reduce_sum(v * tf.linalg.matvec(matrix, u))


def _unit(vector):
    return vector / (tf.norm(vector) + 1e-12)
