"""Making a model so that its seed decides its first weights and its precision is its own."""

import contextlib
import random
from collections.abc import Iterator

import keras


@contextlib.contextmanager
def construction(seed: int, dtype: object = None) -> Iterator[None]:
    """Within the block, networks start from weights that depend on `seed` only and take the precision policy `dtype`.

    Keras draws the seed of an initializer that has none from Python's global generator, and layers take the global
    policy; both are put back afterwards.

    Args:
        seed: of the first weights.
        dtype: a policy, its name or its serialized form; None keeps the global one.
    """
    state, policy = random.getstate(), keras.config.dtype_policy()
    random.seed(seed)
    try:
        if isinstance(dtype, dict):
            dtype = keras.saving.deserialize_keras_object(dtype)
        keras.config.set_dtype_policy(dtype or policy)
        yield
    finally:
        random.setstate(state)
        keras.config.set_dtype_policy(policy)
