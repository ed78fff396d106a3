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

    @property
    def module(self) -> str:
        """Import path of the model's file."""
        return f"tfgan_zoo.models.{self.family}.{self.name}"

    @property
    def url(self) -> str:
        """Address of the paper."""
        return f"https://arxiv.org/abs/{self.arxiv}"


_TINY = {"image_shape": (16, 16, 1), "latent_dim": 8, "width": 4}

CARDS = (
    Card("gan", "Generative Adversarial Networks",
         "Goodfellow, Pouget-Abadie, Mirza, Xu, Warde-Farley, Ozair, Courville, Bengio", 2014, "1406.2661",
         "objectives", ("objective",), "VanillaGAN",
         sizes={"image_shape": (28, 28, 1), "latent_dim": 100, "width": 1200},
         tiny={"image_shape": (8, 8, 1), "latent_dim": 8, "width": 20}),
    Card("wgan_gp", "Improved Training of Wasserstein GANs", "Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville",
         2017, "1704.00028", "objectives", ("objective", "penalty", "schedule"), "WGANGP",
         sizes={"image_shape": (28, 28, 1), "latent_dim": 128, "width": 64},
         tiny={**_TINY, "n_critic": 2}),
    Card("sngan", "Spectral Normalization for Generative Adversarial Networks", "Miyato, Kataoka, Koyama, Yoshida",
         2018, "1802.05957", "stability", ("normalization",), "SNGAN",
         sizes={"image_shape": (32, 32, 3), "latent_dim": 128, "width": 64},
         tiny={**_TINY, "n_critic": 2}),
    Card("dcgan", "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks",
         "Radford, Metz, Chintala", 2016, "1511.06434", "architectures", ("architecture",), "DCGAN",
         sizes={"image_shape": (64, 64, 3), "latent_dim": 100, "width": 128},
         tiny=_TINY),
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
    Card("vae", "Auto-Encoding Variational Bayes", "Kingma, Welling",
         2013, "1312.6114", "latent", ("objective", "players"), "VAE",
         sizes={"image_shape": (28, 28, 1), "latent_dim": 20, "width": 500},
         tiny={"image_shape": (8, 8, 1), "latent_dim": 4, "width": 16}),
    Card("cyclegan", "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks",
         "Zhu, Park, Isola, Efros", 2017, "1703.10593", "translation",
         ("objective", "architecture", "players"), "CycleGAN",
         sizes={"image_shape": (256, 256, 3), "width": 64, "blocks": 9},
         tiny={"image_shape": (16, 16, 3), "width": 2, "blocks": 1, "discriminator_layers": 1, "pool_size": 6},
         data="unpaired"),
)  # fmt: skip

BY_NAME = {card.name: card for card in CARDS}
