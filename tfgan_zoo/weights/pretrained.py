"""Pretrained sets that ship with the package: half-precision arrays beside `pretrained.json`, their cards."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.files import replacing

if TYPE_CHECKING:
    from tfgan_zoo.game import Game

FOLDER = Path(__file__).parent


def table() -> dict[str, dict[str, dict[str, Any]]]:
    """Return model -> set -> {arguments, command, fid, ...} of all shipped sets."""
    return json.loads((FOLDER / "pretrained.json").read_text())


def is_path(weights: str) -> bool:
    """Whether `weights` means a file rather than a shipped set."""
    return str(weights).endswith(".h5") or os.sep in str(weights)


def arguments(name: str, weights: str) -> dict[str, Any]:
    """Return the constructor arguments that a shipped set was trained with.

    Raises:
        ZooError: there is no such set.
    """
    sets = table().get(name, {})
    if weights not in sets:
        if not sets:
            raise ZooError(f"{name} has no pretrained weights; models that have: {', '.join(sorted(table()))}")
        raise unknown(f"pretrained weights of {name}", weights, sets)
    return {key: tuple(v) if isinstance(v, list) else v for key, v in sets[weights]["arguments"].items()}


def load(model: "Game", name: str, weights: str) -> None:
    """Put a shipped set, or a `.weights.h5` file, into `model`.

    Raises:
        ZooError: the file is missing, damaged or of another size.
    """
    if is_path(weights):
        if not Path(weights).is_file():
            raise ZooError(f"no weights file {weights}")
        try:
            model.load_weights(weights)
        except (ValueError, OSError, KeyError) as error:
            first = str(error).strip().splitlines()[0]
            raise ZooError(f"{weights} does not hold weights of this {name}: {first}") from error
        return
    with np.load(FOLDER / f"{name}-{weights}.npz", allow_pickle=False) as arrays:
        for network, variables in _networks(model).items():
            for i, variable in enumerate(variables):
                found = arrays.get(f"{network}/{i}")
                if found is None or found.shape != tuple(variable.shape):
                    shape = None if found is None else found.shape
                    raise ZooError(
                        f"pretrained {name} {weights!r}: {network} needs {tuple(variable.shape)}, the set has {shape}; "
                        "leave the sizes to the set"
                    )
                variable.assign(found.astype("float32"))
    for average in model.averaged:
        if copy := getattr(model, f"{average}_ema", None):
            copy.set_weights(getattr(model, average).get_weights())


def save(model: "Game", name: str, weights: str, card: dict[str, Any]) -> Path:
    """Write a set that `load` reads, the deployed networks in place of those they average, and its card."""
    arrays = {
        f"{network}/{i}": variable.numpy().astype("float16")
        for network, _ in _networks(model).items()
        for i, variable in enumerate(model.deployed(network).variables)
    }
    path = FOLDER / f"{name}-{weights}.npz"
    with replacing(path) as temporary:
        np.savez_compressed(temporary, **arrays)
    sets = table() if (FOLDER / "pretrained.json").exists() else {}
    sets.setdefault(name, {})[weights] = card
    with replacing(FOLDER / "pretrained.json") as temporary:
        temporary.write_text(json.dumps(sets, indent=2, sort_keys=True) + "\n")
    return path


def _networks(model):
    names = [network for networks in model.players.values() for network in networks]
    return {name: getattr(model, name).variables for name in names}
