"""Tiny models whose images are not grey: an untrained network gives values near zero, on which any two files agree."""

import numpy as np
import pytest

import tfgan_zoo as zoo


def make(name, seed=0, **arguments):
    model = zoo.create(name, **{**zoo.info(name).tiny, **arguments})
    generator = np.random.default_rng(seed)
    for variable in model.variables:
        shape = variable.shape
        if variable.name == "kernel" and np.std(variable) > 0.9:  # equalized: scaled when used, not when drawn
            continue
        if variable.name in ("kernel", "embeddings"):
            inputs = max(shape[-2:]) * int(np.prod(shape[:-2]))
            variable.assign(generator.normal(size=shape, scale=1.5 / inputs**0.5))
        elif variable.name in ("bias", "beta", "moving_mean", "constant", "strength"):
            variable.assign(generator.normal(size=shape, scale=0.2))
        elif variable.name in ("gamma", "moving_variance"):
            variable.assign(generator.uniform(0.5, 1.5, shape))
    return model


@pytest.fixture(scope="session")
def lively():
    """The function that makes such a model."""
    return make


@pytest.fixture(scope="session")
def model():
    """Name -> the tiny model, made once. Tests do not change it."""
    made = {}

    def of(name):
        if name not in made:
            made[name] = make(name)
        return made[name]

    return of
