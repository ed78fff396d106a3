"""Penalty on the largest singular value of every layer (Yoshida and Miyato, 2017, arXiv:1705.10941, algorithm 1)."""

import keras
import tensorflow as tf

from tfgan_zoo.layers.spectral import first_singular_vectors, matrix_of, power_iteration, singular_value


class SpectralNorms(keras.layers.Layer):
    """Keeps, for every kernel of a network, the vectors that power iteration has brought near its first singular ones.

    Kernels are those of convolutions and dense layers, as matrices (kh * kw * cin, cout); biases and the scales of
    normalization are not meant. The vectors are state, saved with the model. They depend on the weights alone, so
    replicas agree without communication. Name this layer among the networks of the player whose network it watches.

    Args:
        network: a model with its weights made. It is not kept: methods take it again.

    Raises:
        ValueError: the network has no kernel.
    """

    def __init__(self, network: keras.Model, **kwargs):
        super().__init__(**{"dtype": "float32", "trainable": False, **kwargs})
        self.pairs = []
        for matrix in _matrices(network):
            first = first_singular_vectors(matrix)
            self.pairs.append([self._keep(vector) for vector in first])
        if not self.pairs:
            raise ValueError(f"{network.name} has no layer with a kernel whose norm could be penalized")
        self.built = True

    def penalty(self, network: keras.Model) -> tf.Tensor:
        """Make one power iteration for every kernel; return 1/2 sum of sigma(W)^2, with gradient sigma v u'.

        Call it once in each move, inside the player's loss.
        """
        for matrix, (u, v) in zip(_matrices(network), self.pairs, strict=True):
            for variable, value in zip((u, v), power_iteration(matrix, u.value)):
                variable.assign(value)
        return 0.5 * tf.add_n([sigma**2 for sigma in self.sigmas(network)])

    def sigmas(self, network: keras.Model) -> list[tf.Tensor]:
        """Return the estimates v' W u of the largest singular values, in the order of the layers."""
        return [
            singular_value(matrix, u.value, v.value)
            for matrix, (u, v) in zip(_matrices(network), self.pairs, strict=True)
        ]

    def _keep(self, value):
        return self.add_weight(
            shape=value.shape, initializer=lambda shape, dtype=None: value, trainable=False, autocast=False
        )


def _matrices(network):
    layers = [
        layer for layer in network._flatten_layers() if isinstance(getattr(layer, "kernel", None), keras.Variable)
    ]
    return [matrix_of(layer, layer.kernel) for layer in layers]
