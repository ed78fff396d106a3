"""A discriminator that also names the generator of a fake (Ghosh et al., 2018, arXiv:1704.02906, section 3).

Logits have k + 1 classes: 0 is real, i from 1 to k is the i-th generator.
"""

import tensorflow as tf


def identification_discriminator(real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
    """-E[log D_c] over all examples alike, c the true class; so the real ones weigh 1 / (k + 1), as in the code.

    The best D is D_0 = p / (p + sum_j q_j), D_i = q_i / (p + sum_j q_j).

    Args:
        real: logits of real examples (n, k + 1).
        fake: logits of fakes (n, k, k + 1), those of the i-th generator at [:, i].
    """
    k = fake.shape[1]
    own = tf.nn.log_softmax(fake, axis=-1)[..., 1:]
    total = tf.reduce_mean(tf.nn.log_softmax(real, axis=-1)[..., 0])
    return -(total + tf.reduce_mean(tf.linalg.trace(own))) / (k + 1)


def identification_generator(fake: tf.Tensor) -> tf.Tensor:
    """-E[log D_0(G_i(z))], mean over generators: each wants to pass for real, none for another or for itself.

    Args:
        fake: logits of fakes (n, k, k + 1).
    """
    return -tf.reduce_mean(tf.nn.log_softmax(fake, axis=-1)[..., 0])
