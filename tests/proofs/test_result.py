"""Where the code of a system is, and that its fingerprint follows it."""

import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.proofs.result import _file_of, fingerprint, module_of


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("dcgan", "tfgan_zoo.models.architectures.dcgan"),
        ("sga", "tfgan_zoo.solvers.sga"),
        ("principled_gan_analysis", "tfgan_zoo.theory.principled_gan_analysis"),
        ("adain", "tfgan_zoo.layers.style"),
        ("sefa", "tfgan_zoo.latent.factors"),
        ("attribute_direction", "tfgan_zoo.latent.attributes"),
        ("latent_projection", "tfgan_zoo.latent.projection"),
    ],
)
def test_module_of_a_system(name, module):
    assert module_of(name) == module
    assert _file_of(module).is_file() and len(fingerprint(name)) == 16


def test_an_unknown_system_is_named_with_the_nearest():
    with pytest.raises(ZooError, match="did you mean 'sefa'"):
        module_of("sefaa")
