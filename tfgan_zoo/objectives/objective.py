"""The form of an adversarial objective."""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf


class Objective(NamedTuple):
    """What each player minimizes.

    The generator's loss takes the real scores as a function, so that objectives that ignore them do not pay for them.
    """

    discriminator: Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
    """(real scores, fake scores) -> scalar."""
    generator: Callable[[Callable[[], tf.Tensor], tf.Tensor], tf.Tensor]
    """(function that computes real scores, fake scores) -> scalar."""
