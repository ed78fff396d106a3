"""Networks that models share: functions from sizes to Keras models. Outputs are float32 under any precision policy."""

from tfgan_zoo.networks.autoencoder import (
    code_sides,
    elu_decoder,
    elu_encoder,
    mlp_decoder,
    mlp_encoder,
    strided_decoder,
    strided_encoder,
)
from tfgan_zoo.networks.bidirectional import (
    bidirectional_discriminator,
    bidirectional_encoder,
    bidirectional_generator,
)
from tfgan_zoo.networks.convolutional import dcgan_discriminator, dcgan_generator, feature_sides, halved_sides
from tfgan_zoo.networks.default import discriminator, generator, is_small
from tfgan_zoo.networks.features import feature_network
from tfgan_zoo.networks.pairs import pair_discriminator
from tfgan_zoo.networks.perceptron import mlp_discriminator, mlp_features, mlp_generator
from tfgan_zoo.networks.progressive import ProgressiveDiscriminator, ProgressiveGenerator
from tfgan_zoo.networks.recognition import head, trunk, trunk_generator
from tfgan_zoo.networks.residual import (
    down_block,
    residual_discriminator,
    residual_features,
    residual_generator,
    up_block,
)
from tfgan_zoo.networks.similarity import similarity_decoder, similarity_encoder, similarity_judge
from tfgan_zoo.networks.translation import patch_discriminator, resnet_translator

__all__ = [
    "bidirectional_discriminator",
    "bidirectional_encoder",
    "bidirectional_generator",
    "ProgressiveDiscriminator",
    "ProgressiveGenerator",
    "code_sides",
    "dcgan_discriminator",
    "dcgan_generator",
    "discriminator",
    "down_block",
    "elu_decoder",
    "elu_encoder",
    "feature_network",
    "feature_sides",
    "generator",
    "halved_sides",
    "head",
    "is_small",
    "mlp_decoder",
    "mlp_discriminator",
    "mlp_encoder",
    "mlp_features",
    "mlp_generator",
    "pair_discriminator",
    "patch_discriminator",
    "residual_discriminator",
    "residual_features",
    "residual_generator",
    "resnet_translator",
    "similarity_decoder",
    "similarity_encoder",
    "similarity_judge",
    "strided_decoder",
    "strided_encoder",
    "trunk",
    "trunk_generator",
    "up_block",
]
