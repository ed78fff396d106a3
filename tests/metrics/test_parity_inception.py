"""The Inception network and its resizing equal torch-fidelity's, pytorch-fid's and clean-fid's.

The peers' own networks were given the random weights of `tools/parity/inception_weights.py` and small images; what they
returned lies in `fixtures/`. The weights and the images are made anew from their seeds.
"""

import functools
import hashlib
import importlib.machinery
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.metrics.inception import InceptionGraph, resize


def tool(name):
    path = Path(__file__).parents[2] / "tools" / "parity" / f"{name}.py"
    return importlib.machinery.SourceFileLoader(f"parity_{name}", str(path)).load_module()


inputs, weights, agreement = tool("inputs"), tool("inception_weights"), tool("agreement")
TAPS = {"tf1": ("64", "192", "768", "2048", "logits_unbiased", "logits"), "pytorch_fid": ("64", "192", "768", "2048")}
PEERS = {"tf1": "torch_fidelity", "pytorch_fid": "pytorch_fid"}


@functools.cache
def theirs(file):
    return agreement.load(file)


@functools.cache
def graph(convention):
    return InceptionGraph(weights.tensors(), resize=convention, taps=TAPS[convention])


@functools.cache
def outputs(convention, name):
    images = inputs.images(*inputs.JUDGED[name], n=2)
    return {tap: value.numpy() for tap, value in graph(convention)(images).items()}


@pytest.fixture
def record(record_property):
    return agreement.Record(record_property)


@pytest.mark.parametrize("name", sorted(inputs.JUDGED))
@pytest.mark.parametrize("convention,tap", [(convention, tap) for convention in TAPS for tap in TAPS[convention]])
def test_taps(convention, tap, name, record):
    expected = theirs("inception")[f"{PEERS[convention]}.{name}.{tap}"]
    record.agrees(f"Inception {tap}, {PEERS[convention]} ({name})", outputs(convention, name)[tap], expected, 1e-5)


@pytest.mark.parametrize("name", sorted(inputs.SIZES))
def test_tf1_resize_is_torch_fidelitys_to_the_bit(name, record):
    image = tf.constant(inputs.images(*inputs.SIZES[name]), tf.float32)
    ours = resize.bilinear(image, half_pixel_centers=False).numpy()[0]
    record.agrees(f"resize tf1, torch_fidelity ({name})", inputs.sampled(ours), theirs("resize")[f"tf1.{name}"], 0)
    assert hashlib.sha256(np.ascontiguousarray(ours)).hexdigest() == theirs("resize")[f"tf1.{name}.sha256"]


@pytest.mark.parametrize("convention,grey_levels", [("pytorch_fid", 1e-4), ("clean", 4e-5)])
@pytest.mark.parametrize("name", sorted(inputs.SIZES))
def test_resize(convention, grey_levels, name, record):
    image = tf.constant(inputs.images(*inputs.SIZES[name]), tf.float32)
    ours = inputs.sampled(resize.convention(convention)(image).numpy()[0].astype(np.float64))
    # Back from the network's scale to grey levels.
    ours = (ours + 1) * 127.5 if convention == "pytorch_fid" else ours * 128 + 128
    found = np.abs(ours - theirs("resize")[f"{convention}.{name}"]).max()
    record.within(
        f"resize {convention}, {PEERS.get(convention, 'clean_fid')} ({name})", found, grey_levels, "grey levels"
    )
