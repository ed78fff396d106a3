"""Networks that models share: functions from sizes to Keras models. Outputs are float32 under any precision policy."""

from tfgan_zoo.networks.convolutional import dcgan_discriminator, dcgan_generator, feature_sides, halved_sides
from tfgan_zoo.networks.default import discriminator, generator, is_small
from tfgan_zoo.networks.perceptron import mlp_discriminator, mlp_features, mlp_generator
from tfgan_zoo.networks.translation import patch_discriminator, resnet_translator

__all__ = [
    "dcgan_discriminator",
    "dcgan_generator",
    "discriminator",
    "feature_sides",
    "generator",
    "halved_sides",
    "is_small",
    "mlp_discriminator",
    "mlp_features",
    "mlp_generator",
    "patch_discriminator",
    "resnet_translator",
]
