"""Names to models. TensorFlow is imported when a model is made, not before."""

import importlib
import inspect
import json
import os
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tfgan_zoo.catalogue import BY_NAME, CARDS, Card
from tfgan_zoo.errors import ZooError, unknown

if TYPE_CHECKING:
    from tfgan_zoo.game import Game


def list_models(family: str | None = None) -> list[str]:
    """Return the names of all systems, or of one family's, in the catalogue's order.

    Raises:
        ZooError: no such family.
    """
    if family is not None and family not in (families := {card.family for card in CARDS}):
        raise unknown("family", family, families)
    return [card.name for card in CARDS if family in (None, card.family)]


def info(name: str) -> Card:
    """Return the card of a system: title, authors, year, arXiv id, family, what it changes, sizes.

    Raises:
        ZooError: no such system.
    """
    if name not in BY_NAME:
        raise unknown("model", name, BY_NAME)
    return BY_NAME[name]


def model_class(name: str) -> type["Game"]:
    """Return the class of a system."""
    card = info(name)
    return getattr(importlib.import_module(card.module), card.target)


def create(
    name: str, weights: str | None = None, *, dtype: object = None, configuration: str | None = None, **arguments: Any
) -> "Game":
    """Make a model. The same name, arguments and seed give the same first weights.

    Args:
        name: of the system, as in `list_models()`.
        weights: a pretrained set's name, such as "fashion_mnist" (then its own arguments are the defaults), or the path
            of a `.weights.h5` file; None starts from random weights.
        dtype: precision policy, "mixed_bfloat16", "mixed_float16" or "float32"; None takes Keras' global one.
        configuration: one of the paper's, by its name in `info(name).configurations`: other defaults of arguments.
        **arguments: of the model's constructor; `info(name).sizes` names the sizes, `seed` the first weights and draws.

    Raises:
        ZooError: an unknown name or argument, or weights that do not fit.
    """
    cls = model_class(name)
    known = arguments_of(name)
    for argument in arguments:
        if argument not in known:
            raise unknown(f"argument of {name}", argument, known)
    arguments = configured(name, configuration) | arguments
    from tfgan_zoo.construction import construction
    from tfgan_zoo.weights import pretrained

    if weights is not None and not pretrained.is_path(weights):
        arguments = pretrained.arguments(name, weights) | arguments
    try:
        with construction(arguments.get("seed", 0), dtype):
            model = cls(name=name, **arguments)
    except ZooError:
        raise
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ZooError(f"cannot make {name} with {arguments}, dtype {dtype}: {first}") from error
    if weights is not None:
        pretrained.load(model, name, weights)
    return model


def configured(name: str, configuration: str | None) -> dict[str, Any]:
    """Return the arguments of a configuration of the system's paper; none for None.

    Raises:
        ZooError: there is no such configuration.
    """
    if configuration is None:
        return {}
    known = info(name).configurations
    if configuration not in known:
        if not known:
            raise ZooError(f"{name} has no configurations with names; leave the configuration out")
        raise unknown(f"configuration of {name}", configuration, known)
    return dict(known[configuration])


def load(path: str | os.PathLike) -> "Game":
    """Load a model that `model.save("name.keras")` wrote: networks, optimizers, averages and counters.

    `keras.saving.load_model` does the same once the model's class is known; this imports it first. No code of the file
    is run.

    Raises:
        ZooError: no such file, or not a model of this package.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            registered = json.loads(archive.read("config.json")).get("registered_name") or ""
    except FileNotFoundError as error:
        raise ZooError(f"no file {path}") from error
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ZooError(f"{path} is damaged or no .keras file: {error}") from error
    package, _, name = registered.partition(">")
    if package != "tfgan_zoo" or name not in BY_NAME:
        raise ZooError(f"{path} holds {registered or 'something else'}, not a model of this package")
    model_class(name)
    import keras

    try:
        return keras.saving.load_model(path)
    except (TypeError, ValueError, OSError, KeyError) as error:
        raise ZooError(f"cannot load {path}: {str(error).strip().splitlines()[0]}") from error


def arguments_of(name: str) -> dict[str, Any]:
    """Return the constructor arguments of a system with their defaults."""
    from tfgan_zoo.game import Game

    classes = [c for c in model_class(name).__mro__ if issubclass(c, Game)]
    found = {}
    for cls in reversed(classes):
        for parameter in inspect.signature(cls.__init__).parameters.values():
            if parameter.default is not inspect.Parameter.empty:
                found[parameter.name] = parameter.default
    return found


def register(name: str) -> Callable[[type], type]:
    """Decorate the class of the system `name`: it is then known to Keras' (de)serialization.

    Raises:
        ValueError: the catalogue lacks the name, or lists another class.
    """

    def wrap(cls):
        import keras

        if name not in BY_NAME or BY_NAME[name].target != cls.__name__:
            raise ValueError(f"give {name!r} a card in catalogue.py whose target is {cls.__name__!r}")
        cls.card = BY_NAME[name]
        return keras.saving.register_keras_serializable("tfgan_zoo", name)(cls)

    return wrap
