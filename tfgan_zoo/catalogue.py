"""The catalogue: which systems there are. One card each; no TensorFlow import, so that listing them is instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Card:
    """What is known of a system without making it.

    Attributes:
        name: registry id.
        title: of the paper.
        authors: of the paper.
        year: of the first version.
        arxiv: identifier of the paper.
        family: group of the system, and folder of its file under `models`.
        changes: what the paper changes, as words of the field.
        target: class that implements it.
        sizes: constructor arguments that set the size, with their defaults.
        tiny: constructor arguments of the smallest sensible instance, for tests.
        data: what a batch holds: "images", "labelled" (images and labels) or "unpaired" (images of two domains).
        configurations: the paper's, by its names: name -> constructor arguments.
    """

    name: str
    title: str
    authors: str
    year: int
    arxiv: str
    family: str
    changes: tuple[str, ...]
    target: str
    sizes: Mapping[str, Any] = field(hash=False)
    tiny: Mapping[str, Any] = field(hash=False)
    data: str = "images"
    configurations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, hash=False)

    @property
    def module(self) -> str:
        """Import path of the model's file."""
        return f"tfgan_zoo.models.{self.family}.{self.name}"

    @property
    def url(self) -> str:
        """Address of the paper."""
        return f"https://arxiv.org/abs/{self.arxiv}"


_TINY = {"image_shape": (16, 16, 1), "latent_dim": 8, "width": 4}

# Table 1 of the paper, where B to D grow while they train; here they have full size from the start, as E and F. A is
# `stylegan`.
_ORIGINAL = {"channel_base": 16384, "generator_architecture": "orig", "discriminator_architecture": "orig"}
_REDESIGNED = {"generator_architecture": "skip", "discriminator_architecture": "resnet"}
_STYLEGAN2 = {
    "B": {**_ORIGINAL, "gamma": 10.0, "r1_interval": 1, "path_weight": 0.0},
    "C": {**_ORIGINAL, "gamma": 10.0, "r1_interval": 16, "path_weight": 0.0},
    "D": {**_ORIGINAL, "gamma": 10.0, "r1_interval": 16, "path_weight": 2.0},
    "E": {**_REDESIGNED, "channel_base": 16384, "gamma": 100.0, "r1_interval": 16, "path_weight": 2.0},
    "F": {**_REDESIGNED, "channel_base": 32768, "gamma": 10.0, "r1_interval": 16, "path_weight": 2.0},
}

CARDS = (
    Card("gan", "Generative Adversarial Networks",
         "Goodfellow, Pouget-Abadie, Mirza, Xu, Warde-Farley, Ozair, Courville, Bengio", 2014, "1406.2661",
         "objectives", ("objective",), "VanillaGAN",
         sizes={"image_shape": (28, 28, 1), "latent_dim": 100, "width": 1200},
         tiny={"image_shape": (8, 8, 1), "latent_dim": 8, "width": 20}),
    Card("fgan", "f-GAN: Training Generative Neural Samplers using Variational Divergence Minimization",
         "Nowozin, Cseke, Tomioka", 2016, "1606.00709", "objectives", ("objective",), "FGAN",
         sizes={"image_shape": (28, 28, 1), "latent_dim": 100, "width": 1200},
         tiny={"image_shape": (8, 8, 1), "latent_dim": 8, "width": 20}),
    Card("lsgan", "Least Squares Generative Adversarial Networks", "Mao, Li, Xie, Lau, Wang, Smolley",
         2016, "1611.04076", "objectives", ("objective", "architecture"), "LSGAN",
         sizes={"image_shape": (112, 112, 3), "latent_dim": 1024, "width": 64},
         tiny=_TINY),
    Card("wgan", "Wasserstein GAN", "Arjovsky, Chintala, Bottou",
         2017, "1701.07875", "objectives", ("objective", "schedule"), "WGAN",
         sizes={"image_shape": (64, 64, 3), "latent_dim": 100, "width": 64},
         tiny={**_TINY, "n_critic": 2}),
    Card("wgan_gp", "Improved Training of Wasserstein GANs", "Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville",
         2017, "1704.00028", "objectives", ("objective", "penalty", "schedule"), "WGANGP",
         sizes={"image_shape": (28, 28, 1), "latent_dim": 128, "width": 64},
         tiny={**_TINY, "n_critic": 2}),
    Card("fisher_gan", "Fisher GAN", "Mroueh, Sercu",
         2017, "1705.09675", "objectives", ("objective", "schedule"), "FisherGAN",
         sizes={"image_shape": (32, 32, 3), "latent_dim": 100, "width": 64, "extra_layers": 2},
         tiny={**_TINY, "extra_layers": 1}),
    Card("mcgan", "McGan: Mean and Covariance Feature Matching GAN", "Mroueh, Sercu, Goel",
         2017, "1702.08398", "objectives", ("objective", "schedule"), "McGAN",
         sizes={"image_shape": (64, 64, 3), "latent_dim": 100, "width": 64, "features": 128, "components": 16},
         tiny={**_TINY, "n_critic": 2, "features": 6, "components": 2}),
    Card("mmd_gan", "MMD GAN: Towards Deeper Understanding of Moment Matching Network",
         "Li, Chang, Cheng, Yang, Poczos", 2017, "1705.08584", "objectives", ("objective", "players", "schedule"),
         "MMDGAN",
         sizes={"image_shape": (32, 32, 3), "latent_dim": 128, "width": 64},
         tiny={**_TINY, "n_critic": 2}),
    Card("hinge_gan", "Geometric GAN", "Lim, Ye",
         2017, "1705.02894", "objectives", ("objective", "normalization"), "HingeGAN",
         sizes={"image_shape": (64, 64, 3), "latent_dim": 100, "width": 64},
         tiny={**_TINY, "n_critic": 2}),
    Card("relativistic_gan", "The relativistic discriminator: a key element missing from standard GAN",
         "Jolicoeur-Martineau", 2018, "1807.00734", "objectives", ("objective", "penalty"), "RelativisticGAN",
         sizes={"image_shape": (64, 64, 3), "latent_dim": 128, "width": 128},
         tiny={**_TINY, "loss": "rsgan", "penalty_weight": 10.0}),  # pairs: replicas equal one without collectives
    Card("sngan", "Spectral Normalization for Generative Adversarial Networks", "Miyato, Kataoka, Koyama, Yoshida",
         2018, "1802.05957", "stability", ("normalization",), "SNGAN",
         sizes={"image_shape": (32, 32, 3), "latent_dim": 128, "width": 64},
         tiny={**_TINY, "n_critic": 2}),
    Card("label_smoothing_gan", "Improved Techniques for Training GANs",
         "Salimans, Goodfellow, Zaremba, Cheung, Radford, Chen", 2016, "1606.03498", "stability", ("objective",),
         "LabelSmoothingGAN",
         sizes={"image_shape": (32, 32, 3), "latent_dim": 100, "width": 64},
         tiny={**_TINY, "labels": "random"}),
    Card("instance_noise_gan", "Amortised MAP Inference for Image Super-resolution",
         "Sønderby, Caballero, Theis, Shi, Huszár", 2016, "1610.04490", "stability", ("objective", "schedule"),
         "InstanceNoiseGAN",
         sizes={"image_shape": (32, 32, 3), "latent_dim": 100, "width": 64},
         tiny={**_TINY, "anneal_steps": 4}),
    Card("dragan", "On Convergence and Stability of GANs", "Kodali, Abernethy, Hays, Kira",
         2017, "1705.07215", "stability", ("penalty",), "DRAGAN",
         sizes={"image_shape": (28, 28, 1), "latent_dim": 100, "width": 64},
         tiny=_TINY),
    Card("spectral_norm_regularization",
         "Spectral Norm Regularization for Improving the Generalizability of Deep Learning", "Yoshida, Miyato",
         2017, "1705.10941", "stability", ("penalty",), "SpectralNormRegularization",
         sizes={"image_shape": (32, 32, 3), "latent_dim": 100, "width": 64},
         tiny=_TINY),
    Card("mrgan", "Mode Regularized Generative Adversarial Networks", "Che, Li, Jacob, Bengio, Li",
         2016, "1612.02136", "stability", ("objective", "players"), "MRGAN",
         sizes={"image_shape": (64, 64, 3), "latent_dim": 128, "width": 64},
         tiny=_TINY),
    Card("madgan", "Multi-Agent Diverse Generative Adversarial Networks",
         "Ghosh, Kulharia, Namboodiri, Torr, Dokania", 2017, "1704.02906", "stability", ("objective", "architecture"),
         "MADGAN",
         sizes={"image_shape": (64, 64, 3), "latent_dim": 100, "generators": 4, "width": 64},
         tiny={**_TINY, "generators": 3}),
    Card("ttur", "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium",
         "Heusel, Ramsauer, Unterthiner, Nessler, Hochreiter", 2017, "1706.08500", "stability", ("schedule",), "TTUR",
         sizes={"image_shape": (64, 64, 3), "latent_dim": 128, "width": 64},
         tiny=_TINY),
    Card("mix_gan", "Generalization and Equilibrium in Generative Adversarial Nets (GANs)",
         "Arora, Ge, Liang, Ma, Zhang", 2017, "1703.00573", "stability", ("players", "objective"), "MixGAN",
         sizes={"image_shape": (32, 32, 3), "latent_dim": 51, "width": 64, "components": 5},
         tiny={**_TINY, "components": 2}),
    Card("unrolled_gan", "Unrolled Generative Adversarial Networks", "Metz, Poole, Pfau, Sohl-Dickstein",
         2017, "1611.02163", "stability", ("objective", "schedule"), "UnrolledGAN",
         sizes={"image_shape": (28, 28, 1), "latent_dim": 256, "width": 64},
         tiny={**_TINY, "unrolling_steps": 2}),
    Card("dcgan", "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks",
         "Radford, Metz, Chintala", 2016, "1511.06434", "architectures", ("architecture",), "DCGAN",
         sizes={"image_shape": (64, 64, 3), "latent_dim": 100, "width": 128},
         tiny=_TINY),
    Card("ebgan", "Energy-based Generative Adversarial Networks", "Zhao, Mathieu, LeCun",
         2016, "1609.03126", "architectures", ("objective", "architecture", "penalty"), "EBGAN",
         sizes={"image_shape": (64, 64, 3), "latent_dim": 100, "width": 64},
         tiny={**_TINY, "pull_away_weight": 0.0}),  # the term is of a replica's own batch
    Card("began", "BEGAN: Boundary Equilibrium Generative Adversarial Networks", "Berthelot, Schumm, Metz",
         2017, "1703.10717", "architectures", ("objective", "architecture", "schedule"), "BEGAN",
         sizes={"image_shape": (64, 64, 3), "latent_dim": 64, "width": 128},
         tiny={**_TINY, "control_rate": 0.1}),
    Card("magan", "MAGAN: Margin Adaptation for Generative Adversarial Networks", "Wang, Cully, Chang, Demiris",
         2017, "1704.03817", "architectures", ("objective", "schedule"), "MAGAN",
         sizes={"image_shape": (28, 28, 1), "latent_dim": 50, "width": 64},
         tiny={**_TINY, "perceptron": False, "epoch_steps": 1, "pretraining_epochs": 0}),
    Card("sgan_stacked", "Stacked Generative Adversarial Networks", "Huang, Li, Poursaeed, Hopcroft, Belongie",
         2016, "1612.04357", "architectures", ("objective", "architecture", "conditioning", "players"), "StackedGAN",
         sizes={"image_shape": (28, 28, 1), "noise_dim": 50, "classes": 10, "width": 32, "encoder_width": 32},
         tiny={"image_shape": (16, 16, 1), "noise_dim": 4, "classes": 3, "width": 4, "encoder_width": 4,
               "encoder_steps": 2}, data="labelled"),
    Card("gogan", "Gang of GANs: Generative Adversarial Networks with Maximum Margin Ranking",
         "Juefei-Xu, Boddeti, Savvides", 2017, "1704.04865", "architectures", ("objective", "schedule"), "GoGAN",
         sizes={"image_shape": (64, 64, 3), "latent_dim": 100, "width": 64, "stages": 3},
         tiny={**_TINY, "n_critic": 2, "stage_steps": 1}),
    Card("progan", "Progressive Growing of GANs for Improved Quality, Stability, and Variation",
         "Karras, Aila, Laine, Lehtinen", 2017, "1710.10196", "architectures",
         ("architecture", "normalization", "schedule"), "ProGAN",
         sizes={"image_shape": (128, 128, 3), "latent_dim": 512, "width": 512},
         tiny={**_TINY, "initial_side": 8, "stabilize_images": 32, "transition_images": 64,
               "group_size": 1}),  # micro-batches form other groups
    Card("cgan", "Conditional Generative Adversarial Nets", "Mirza, Osindero",
         2014, "1411.1784", "latent", ("conditioning",), "CGAN",
         sizes={"image_shape": (32, 32, 3), "latent_dim": 100, "classes": 10, "width": 64},
         tiny={**_TINY, "classes": 3, "embedding_dim": 4}, data="labelled"),
    Card("infogan",
         "InfoGAN: Interpretable Representation Learning by Information Maximizing Generative Adversarial Nets",
         "Chen, Duan, Houthooft, Schulman, Sutskever, Abbeel", 2016, "1606.03657", "latent",
         ("latent", "objective", "architecture"), "InfoGAN",
         sizes={"image_shape": (28, 28, 1), "noise_dim": 62, "categories": 10, "codes": 2, "width": 64},
         tiny={"image_shape": (16, 16, 1), "noise_dim": 5, "categories": 3, "codes": 1, "width": 4}),
    Card("ss_infogan", "Guiding InfoGAN with Semi-Supervision", "Spurr, Aksan, Hilliges",
         2017, "1707.04487", "latent", ("latent", "conditioning", "objective"), "SSInfoGAN",
         sizes={"image_shape": (28, 28, 1), "noise_dim": 62, "classes": 10, "codes": 2, "width": 64},
         tiny={"image_shape": (16, 16, 1), "noise_dim": 5, "classes": 3, "categories": 2, "codes": 1, "width": 4,
               "labelled": 0.75, "epoch_steps": 1}, data="labelled"),
    Card("acgan", "Conditional Image Synthesis With Auxiliary Classifier GANs", "Odena, Olah, Shlens",
         2016, "1610.09585", "latent", ("conditioning", "objective"), "ACGAN",
         sizes={"image_shape": (32, 32, 3), "latent_dim": 100, "classes": 10, "width": 64},
         tiny={**_TINY, "classes": 3}, data="labelled"),
    Card("projection_cgan", "cGANs with Projection Discriminator", "Miyato, Koyama",
         2018, "1802.05637", "latent", ("conditioning", "architecture"), "ProjectionCGAN",
         sizes={"image_shape": (32, 32, 3), "latent_dim": 128, "classes": 10, "width": 128},
         tiny={**_TINY, "classes": 3, "n_critic": 2}, data="labelled"),
    Card("ali", "Adversarially Learned Inference",
         "Dumoulin, Belghazi, Poole, Mastropietro, Lamb, Arjovsky, Courville", 2016, "1606.00704", "latent",
         ("latent", "players", "objective"), "ALI",
         sizes={"image_shape": (32, 32, 3), "latent_dim": 64, "width": 64},
         tiny=_TINY),
    Card("bigan", "Adversarial Feature Learning", "Donahue, Krähenbühl, Darrell", 2016, "1605.09782", "latent",
         ("latent", "players", "objective"), "BiGAN",
         sizes={"image_shape": (28, 28, 1), "latent_dim": 50, "width": 1024},
         tiny={"image_shape": (16, 16, 1), "latent_dim": 4, "width": 16}),
    Card("age", "It Takes (Only) Two: Adversarial Generator-Encoder Networks", "Ulyanov, Vedaldi, Lempitsky",
         2017, "1704.02304", "latent", ("players", "objective", "latent"), "AGE",
         sizes={"image_shape": (32, 32, 3), "latent_dim": 128, "width": 64},
         tiny={**_TINY, "latent_dim": 4}),
    Card("vaegan", "Autoencoding beyond pixels using a learned similarity metric",
         "Larsen, Sønderby, Larochelle, Winther", 2015, "1512.09300", "latent",
         ("objective", "players", "architecture"), "VAEGAN",
         sizes={"image_shape": (64, 64, 3), "latent_dim": 128, "width": 64, "feature_depth": 3},
         tiny=_TINY),
    Card("alpha_gan", "Variational Approaches for Auto-Encoding Generative Adversarial Networks",
         "Rosca, Lakshminarayanan, Warde-Farley, Mohamed", 2017, "1706.04987", "latent",
         ("players", "objective", "latent"), "AlphaGAN",
         sizes={"image_shape": (64, 64, 3), "latent_dim": 128, "width": 64, "code_width": 750},
         tiny={**_TINY, "code_width": 10}),
    Card("vae", "Auto-Encoding Variational Bayes", "Kingma, Welling",
         2013, "1312.6114", "latent", ("objective", "players"), "VAE",
         sizes={"image_shape": (28, 28, 1), "latent_dim": 20, "width": 500},
         tiny={"image_shape": (8, 8, 1), "latent_dim": 4, "width": 16}),
    Card("stylegan", "A Style-Based Generator Architecture for Generative Adversarial Networks",
         "Karras, Laine, Aila", 2018, "1812.04948", "style",
         ("architecture", "normalization", "schedule"), "StyleGAN",
         sizes={"image_shape": (256, 256, 3), "latent_dim": 512, "style_dim": 512, "depth": 8,
                "channel_base": 16384, "channel_max": 512},
         tiny={"image_shape": (8, 8, 1), "latent_dim": 6, "style_dim": 8, "depth": 2, "channel_base": 32,
               "channel_max": 8, "initial_side": 4, "stabilize_images": 32, "transition_images": 64,
               "group_size": 1}),  # micro-batches form other groups
    Card("stylegan2", "Analyzing and Improving the Image Quality of StyleGAN",
         "Karras, Laine, Aittala, Hellsten, Lehtinen, Aila", 2019, "1912.04958", "style",
         ("architecture", "normalization", "penalty"), "StyleGAN2",
         sizes={"image_shape": (256, 256, 3), "latent_dim": 512, "style_dim": 512, "depth": 8,
                "channel_base": 32768, "channel_max": 512},
         tiny={"image_shape": (8, 8, 1), "latent_dim": 6, "style_dim": 8, "depth": 2, "channel_base": 32,
               "channel_max": 8, "r1_interval": 2, "path_interval": 2,
               "group_size": 1},  # micro-batches form other groups
         configurations=_STYLEGAN2),
    Card("infogan_class_control", "Guiding InfoGAN with Semi-Supervision", "Spurr, Aksan, Hilliges",
         2017, "1707.04487", "style", ("conditioning", "objective", "latent"), "InfoGANClassControl",
         sizes={"image_shape": (256, 256, 3), "latent_dim": 512, "style_dim": 512, "depth": 8, "classes": 10,
                "channel_base": 32768, "channel_max": 512},
         tiny={"image_shape": (8, 8, 1), "latent_dim": 6, "style_dim": 8, "depth": 2, "channel_base": 32,
               "channel_max": 8, "r1_interval": 2, "path_interval": 2, "classes": 3,
               "group_size": 1},  # as stylegan2's
         data="labelled"),
    Card("wplus_encoder", "Encoding in Style: a StyleGAN Encoder for Image-to-Image Translation",
         "Richardson, Alaluf, Patashnik, Nitzan, Azar, Shapiro, Cohen-Or", 2020, "2008.00951", "style",
         ("latent", "architecture", "objective"), "WPlusEncoder",
         sizes={"image_shape": (256, 256, 3), "latent_dim": 512, "style_dim": 512, "depth": 8,
                "channel_base": 32768, "channel_max": 512, "width": 32, "width_max": 512},
         tiny={"image_shape": (8, 8, 1), "latent_dim": 6, "style_dim": 8, "depth": 2, "channel_base": 32,
               "channel_max": 8, "width": 4, "width_max": 8, "code_weight": 1.0, "random_generator": True}),
    Card("cyclegan", "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks",
         "Zhu, Park, Isola, Efros", 2017, "1703.10593", "translation",
         ("objective", "architecture", "players"), "CycleGAN",
         sizes={"image_shape": (256, 256, 3), "width": 64, "blocks": 9},
         tiny={"image_shape": (16, 16, 3), "width": 2, "blocks": 1, "discriminator_layers": 1, "pool_size": 6},
         data="unpaired"),
)  # fmt: skip

BY_NAME = {card.name: card for card in CARDS}
