"""What a proof demands and what it found. No TensorFlow import."""

import ast
import hashlib
import importlib.util
import json
import operator
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tfgan_zoo.catalogue import BY_NAME
from tfgan_zoo.errors import unknown
from tfgan_zoo.files import replacing

# Systems that are not models, solvers or theory, and so have no package that says where they are.
_MODULES = {
    "adain": "tfgan_zoo.layers.style",
    "attribute_direction": "tfgan_zoo.latent.attributes",
    "latent_projection": "tfgan_zoo.latent.projection",
    "sefa": "tfgan_zoo.latent.factors",
}
_OPERATORS = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}


@dataclass(frozen=True)
class Criterion:
    """A bound on a measured value.

    Attributes:
        value: name of the value.
        relation: ">=", "<=", ">" or "<".
        bound: the number it is compared with.
        meaning: what it shows, for the reader of the result.
    """

    value: str
    relation: str
    bound: float
    meaning: str = ""

    def holds(self, measured: float) -> bool:
        """Whether a measured value meets the bound; NaN never does."""
        return bool(_OPERATORS[self.relation](measured, self.bound))


@dataclass
class Result:
    """The outcome of a proof on several seeds; what a result file holds.

    Attributes:
        name: of the system.
        claim: what is shown.
        criteria: the demands.
        seeds: the seeds run.
        values: value -> one number per seed.
        seconds: computing time of each seed.
        fingerprint: of the code that was run, see `fingerprint`.
        versions: of TensorFlow and Keras.
        miss: why a demand that does not hold could not be met honestly; empty for a pass.
    """

    name: str
    claim: str
    criteria: list[Criterion]
    seeds: list[int]
    values: dict[str, list[float]]
    seconds: list[float]
    fingerprint: str
    versions: dict[str, str] = field(default_factory=dict)
    miss: str = ""

    def failures(self) -> list[str]:
        """Return a line for each demand that some seed does not meet."""
        lines = []
        for c in self.criteria:
            found = self.values.get(c.value, [float("nan")])
            if not all(map(c.holds, found)):
                lines.append(f"{c.value} = {', '.join(f'{v:.4g}' for v in found)}, demanded {c.relation} {c.bound:g}")
        return lines

    @property
    def passed(self) -> bool:
        """Whether every demand holds on every seed."""
        return not self.failures()

    def save(self, path: str | os.PathLike) -> None:
        """Write the result file."""
        with replacing(path) as temporary:
            temporary.write_text(json.dumps({**asdict(self), "passed": self.passed}, indent=2) + "\n")

    @classmethod
    def load(cls, path: str | os.PathLike) -> "Result":
        """Read a result file."""
        content: dict[str, Any] = json.loads(Path(path).read_text())
        content.pop("passed")
        content["criteria"] = [Criterion(**c) for c in content["criteria"]]
        return cls(**content)


def fingerprint(name: str) -> str:
    """Hash the code of the system and of its proof, comments, docstrings and layout aside.

    A result whose fingerprint differs was measured on other code and has to be measured again.
    """
    digest = hashlib.sha256()
    for module in (module_of(name), f"tfgan_zoo.proofs.{name}"):
        tree = ast.parse(Path(_file_of(module)).read_text())
        for node in ast.walk(tree):
            body = getattr(node, "body", None)
            if isinstance(body, list) and body and _is_docstring(body[0]):
                del body[0]
        digest.update(ast.dump(tree).encode())
    return digest.hexdigest()[:16]


def module_of(name: str) -> str:
    """Return the module of a system: a model of the catalogue, a tool for latents, a layer, a solver or theory.

    Raises:
        ZooError: there is no such system.
    """
    if name in BY_NAME:
        return BY_NAME[name].module
    if name in _MODULES:
        return _MODULES[name]
    for module in (f"tfgan_zoo.{package}.{name}" for package in ("solvers", "theory")):
        if _file_of(module).exists():
            return module
    raise unknown("system", name, (*BY_NAME, *_MODULES))


def _file_of(module) -> Path:
    package, _, name = module.rpartition(".")
    root = Path(importlib.util.find_spec("tfgan_zoo").origin).parent
    return root.joinpath(*package.split(".")[1:], f"{name}.py")


def _is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
