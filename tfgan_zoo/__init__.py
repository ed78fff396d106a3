"""tfgan_zoo: a TensorFlow/Keras zoo of adversarial generative models, each with a proof that it works.

>>> import tfgan_zoo as zoo
>>> zoo.list_models(family="translation")
['cyclegan']

Importing the package is instant: TensorFlow is loaded when a model, data or an evaluator is first used.
"""

import importlib
from pathlib import Path

from tfgan_zoo.errors import ZooError
from tfgan_zoo.registry import create, info, list_models, load
from tfgan_zoo.weights.importing import import_weights

__version__ = "0.1.0"
__all__ = [
    "ZooError",
    "callbacks",
    "create",
    "data",
    "export",
    "import_weights",
    "info",
    "latent",
    "list_models",
    "load",
    "metrics",
    "solvers",
    "theory",
    "views",
]

# In a checkout (and so in editable installs) `tfgan_zoo.export` is the folder `export` beside the package.
if not (Path(__file__).parent / "export").is_dir():
    __path__.append(str(Path(__file__).parent.parent))

_FUNCTIONS = ("ZooError", "create", "import_weights", "info", "list_models", "load")
_MODULES = {"augmentations", "layers", "proofs", "schedules", "weights"}.union(__all__).difference(_FUNCTIONS)


def __getattr__(name):
    if name in _MODULES:
        return importlib.import_module(f"tfgan_zoo.{name}")
    raise AttributeError(f"module 'tfgan_zoo' has no attribute {name!r}")
