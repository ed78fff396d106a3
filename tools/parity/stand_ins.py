"""What stands in for parts that a peer asks for on import and does not use here."""

import sys
import types


def torchvision_operators() -> None:
    """Let torchvision be imported beside any build of PyTorch, without its compiled operators.

    Two modules of Python register derivatives of those operators when they are imported, and fail where there are none.
    """
    for name in ("torchvision._meta_registrations", "torchvision._autograd_registrations"):
        sys.modules[name] = types.ModuleType(name)


def tensorflow_estimator() -> None:
    """Let TF-GAN 2.1 be imported: it asks for `tf.estimator`, which TensorFlow no longer has."""
    import tensorflow as tf

    tf.estimator = types.SimpleNamespace(SessionRunHook=tf.compat.v1.train.SessionRunHook)
    name = "tensorflow_gan.python.estimator"
    sys.modules[name] = types.ModuleType(name)
