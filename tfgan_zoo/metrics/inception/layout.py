"""The convolutions of the network by their names in the published files: what each is and where its weights lie.

Two naming schemes are in use: that of the 2015 graph ("mixed_4/tower/conv_1") and that of the PyTorch ports
("Mixed_6b.branch7x7_2"). The second names our layers.
"""

from collections.abc import Iterator
from typing import NamedTuple

STEM = {
    "Conv2d_1a_3x3": "conv",
    "Conv2d_2a_3x3": "conv_1",
    "Conv2d_2b_3x3": "conv_2",
    "Conv2d_3b_1x1": "conv_3",
    "Conv2d_4a_3x3": "conv_4",
}
"""Layers before the first block: the name here, the name in the graph."""

_A = {
    "branch1x1": "conv",
    "branch5x5_1": "tower/conv",
    "branch5x5_2": "tower/conv_1",
    "branch3x3dbl_1": "tower_1/conv",
    "branch3x3dbl_2": "tower_1/conv_1",
    "branch3x3dbl_3": "tower_1/conv_2",
    "branch_pool": "tower_2/conv",
}
_B = {
    "branch3x3": "conv",
    "branch3x3dbl_1": "tower/conv",
    "branch3x3dbl_2": "tower/conv_1",
    "branch3x3dbl_3": "tower/conv_2",
}
_C = {
    "branch1x1": "conv",
    "branch7x7_1": "tower/conv",
    "branch7x7_2": "tower/conv_1",
    "branch7x7_3": "tower/conv_2",
    "branch7x7dbl_1": "tower_1/conv",
    "branch7x7dbl_2": "tower_1/conv_1",
    "branch7x7dbl_3": "tower_1/conv_2",
    "branch7x7dbl_4": "tower_1/conv_3",
    "branch7x7dbl_5": "tower_1/conv_4",
    "branch_pool": "tower_2/conv",
}
_D = {
    "branch3x3_1": "tower/conv",
    "branch3x3_2": "tower/conv_1",
    "branch7x7x3_1": "tower_1/conv",
    "branch7x7x3_2": "tower_1/conv_1",
    "branch7x7x3_3": "tower_1/conv_2",
    "branch7x7x3_4": "tower_1/conv_3",
}
_E = {
    "branch1x1": "conv",
    "branch3x3_1": "tower/conv",
    "branch3x3_2a": "tower/mixed/conv",
    "branch3x3_2b": "tower/mixed/conv_1",
    "branch3x3dbl_1": "tower_1/conv",
    "branch3x3dbl_2": "tower_1/conv_1",
    "branch3x3dbl_3a": "tower_1/mixed/conv",
    "branch3x3dbl_3b": "tower_1/mixed/conv_1",
    "branch_pool": "tower_2/conv",
}
BLOCKS = {
    "Mixed_5b": ("mixed", _A),
    "Mixed_5c": ("mixed_1", _A),
    "Mixed_5d": ("mixed_2", _A),
    "Mixed_6a": ("mixed_3", _B),
    "Mixed_6b": ("mixed_4", _C),
    "Mixed_6c": ("mixed_5", _C),
    "Mixed_6d": ("mixed_6", _C),
    "Mixed_6e": ("mixed_7", _C),
    "Mixed_7a": ("mixed_8", _D),
    "Mixed_7b": ("mixed_9", _E),
    "Mixed_7c": ("mixed_10", _E),
}
"""Blocks: the name here, (the name in the graph, {branch here: path in the graph})."""

CLASSES = 1008
"""Logits: 1,000 ImageNet classes among 1,008 outputs."""


class Convolution(NamedTuple):
    """One convolution with batch normalization and ReLU."""

    name: str
    """In PyTorch's files, without ".conv.weight" and ".bn.weight"."""
    node: str
    """In the graph of 2015, without "/conv2d_params" and "/batchnorm/gamma"."""


def convolutions() -> Iterator[Convolution]:
    """Yield all 94 convolutions in the order of the network."""
    for name, node in STEM.items():
        yield Convolution(name, node)
    for block, (prefix, branches) in BLOCKS.items():
        for name, node in branches.items():
            yield Convolution(f"{block}.{name}", f"{prefix}/{node}")
