"""Augmentations of what a discriminator sees, real and generated alike: differentiable, stateless, compiled by XLA.

Unlike `tfgan_zoo.data.augment`, which changes training images before anybody sees them, these are part of the loss:
gradients pass through them, so a generator learns to make images that look real once augmented, not augmented images.
"""

from tfgan_zoo.augmentations.adaptive import adjusted, augment, color_matrices, geometric_matrices
from tfgan_zoo.augmentations.color import recolor
from tfgan_zoo.augmentations.diff_augment import diff_augment
from tfgan_zoo.augmentations.geometry import warp

__all__ = ["adjusted", "augment", "color_matrices", "diff_augment", "geometric_matrices", "recolor", "warp"]
