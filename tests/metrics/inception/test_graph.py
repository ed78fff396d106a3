import hashlib
import io
import tarfile

import made_inception
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.extractors import extract
from tfgan_zoo.metrics.inception import FrozenInception, InceptionExtractor, InceptionGraph, weights
from tfgan_zoo.metrics.inception.weights import GRAPH_FILE, NAME


@pytest.fixture(scope="module")
def state():
    return made_inception.state()


@pytest.fixture(scope="module")
def inception(state):
    return InceptionGraph(state)


@pytest.fixture(scope="module")
def frozen_file(state, tmp_path_factory):
    path = tmp_path_factory.mktemp("frozen") / GRAPH_FILE
    path.write_bytes(made_inception.graph(state).SerializeToString())
    return path


def closest(outputs, expected, tolerance):
    for tap in expected:
        difference = np.abs(np.asarray(outputs[tap]) - np.asarray(expected[tap])).max()
        assert difference <= tolerance * np.abs(np.asarray(expected[tap])).max(), tap


def test_it_equals_the_frozen_graph(inception, frozen_file):
    """Old operations of TensorFlow 1 on the same numbers, one image after another or all at once."""
    images, frozen = made_inception.images(), FrozenInception(frozen_file)
    expected = frozen(images)
    assert np.abs(expected["2048"]).max() > 0.1
    closest(inception(images), expected, 1e-5)
    closest({tap: values[:1] for tap, values in expected.items()}, frozen(images[:1]), 1e-5)


def test_every_published_format_gives_the_same_numbers(inception, state, frozen_file, tmp_path):
    archive = tmp_path / "inception-2015-12-05.tgz"
    with tarfile.open(archive, "w:gz") as file:
        file.add(frozen_file, f"./{GRAPH_FILE}")
    folder = tmp_path / "saved_model"
    save(state, folder)
    images = made_inception.images(1)
    for path in (frozen_file, archive, folder):
        other = InceptionGraph(path, taps=("logits",))
        assert other.name == inception.name  # a hash of the numbers
        np.testing.assert_allclose(other(images)["logits"], inception(images)["logits"], rtol=1e-5, atol=1e-5)


def save(state, folder):
    """A SavedModel that keeps the kernels as variables and the rest as constants of its function."""
    values = {
        node.name: tf.make_ndarray(node.attr["value"].tensor)
        for node in made_inception.graph(state).node
        if node.op == "Const" and node.name.startswith(("conv", "mixed", "softmax")) and "join" not in node.name
    }
    module = tf.Module()
    module.kernels = [tf.Variable(v, name=f"Net/{name}") for name, v in values.items() if name.endswith("params")]

    @tf.function(input_signature=[])
    def call():
        constants = [tf.constant(v, name=f"Net/{name}") for name, v in values.items() if not name.endswith("params")]
        return tf.add_n([tf.reduce_sum(value) for value in (*constants, *module.kernels)])

    module.call = call
    tf.saved_model.save(module, str(folder))


def test_only_the_published_files_bear_the_published_name(inception, state):
    assert inception.name.startswith("inception-") and inception.name != NAME
    changed = dict(state, **{"fc.bias": state["fc.bias"] + 1})
    assert InceptionGraph(changed).name not in (NAME, inception.name)


def test_the_published_graph_is_known_alone_and_in_its_archive(frozen_file, tmp_path, monkeypatch):
    """The MD5 that is published is that of the graph, not of the archive around it."""
    content = frozen_file.read_bytes()
    monkeypatch.setitem(weights.PUBLISHED, hashlib.md5(content).hexdigest(), "made for this test")
    archive = tmp_path / "inception-2015-12-05.tgz"
    with tarfile.open(archive, "w:gz") as file:
        file.add(frozen_file, GRAPH_FILE)
    for path in (frozen_file, archive):
        assert InceptionGraph(path, taps=("64",)).name == NAME
    other = tmp_path / GRAPH_FILE
    other.write_bytes(content + b"\x22\x00")  # an empty library behind it: the same numbers in another file
    assert InceptionGraph(other, taps=("64",)).name not in ("", NAME)


def test_a_grey_image_makes_the_first_kernel_irrelevant(inception, state):
    """An image of 128 is zero after scaling."""
    other = InceptionGraph(dict(state, **{"Conv2d_1a_3x3.conv.weight": state["Conv2d_1a_3x3.conv.weight"] * -2}))
    grey = np.full((1, 30, 30, 3), 128, np.uint8)
    np.testing.assert_array_equal(inception(grey)["2048"], other(grey)["2048"])
    assert np.abs(inception(made_inception.images(1))["2048"] - other(made_inception.images(1))["2048"]).max() > 1e-3


def test_floats_are_quantized_and_one_channel_is_repeated(inception):
    images = made_inception.images()
    floats = images.astype(np.float32) / 127.5 - 1
    np.testing.assert_array_equal(inception(floats)["2048"], inception(images)["2048"])
    np.testing.assert_array_equal(inception(np.minimum(floats + 0.3 / 127.5, 1))["2048"], inception(images)["2048"])
    np.testing.assert_array_equal(
        inception(images[..., :1])["2048"], inception(np.repeat(images[..., :1], 3, -1))["2048"]
    )


def test_unbiased_logits_lack_the_bias(inception, state):
    outputs = inception(made_inception.images())
    np.testing.assert_allclose(
        outputs["logits"] - outputs["logits_unbiased"], np.tile(state["fc.bias"], (2, 1)), atol=1e-5
    )
    np.testing.assert_allclose(outputs["logits_unbiased"], outputs["2048"] @ state["fc.weight"].T, atol=1e-4)


def test_resize_conventions_give_different_features(state):
    features = [
        InceptionGraph(state, resize, ("64",))(made_inception.images())["64"]
        for resize in ("tf1", "pytorch_fid", "clean")
    ]
    for i in range(3):
        assert np.abs(features[i] - features[i - 1]).max() > 1e-3


def test_the_extractor_labels_its_scores(inception):
    extractor = InceptionExtractor(inception)
    assert (extractor.name, extractor.protocol) == (inception.name, "tf1")
    images = made_inception.images(3)
    outputs = extract(extractor, images, batch_size=2)
    assert outputs["features"].shape == (3, 2048) and outputs["logits"].shape == (3, 1008)
    np.testing.assert_allclose(outputs["logits"], inception(images)["logits_unbiased"], rtol=1e-4, atol=1e-4)
    early = InceptionExtractor(inception, features="192")
    assert early.name == f"{inception.name}:192" and early(images)["features"].shape == (3, 192)


def test_the_extractor_takes_large_batches_in_parts(inception, monkeypatch):
    monkeypatch.setattr("tfgan_zoo.metrics.inception.graph._CHUNK", 2)
    extractor, images = InceptionExtractor(inception), made_inception.images(3)
    np.testing.assert_allclose(extractor(images)["features"], inception(images)["2048"], rtol=1e-4, atol=1e-5)


def test_a_tap_that_is_not_computed_is_named(state):
    with pytest.raises(ZooError, match="does not compute logits_unbiased"):
        InceptionExtractor(InceptionGraph(state, taps=("2048",)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Mixed_7c.branch_pool.bn.bias": None}, "Mixed_7c.branch_pool.beta is missing"),
        ({"fc.weight": np.zeros((1000, 2048))}, r"fc.weight has shape \(2048, 1000\), expected \(2048, 1008\)"),
        ({"fc.bias": np.full(1008, np.nan)}, "fc.bias holds NaN"),
    ],
)
def test_other_networks_are_refused(state, change, message):
    tensors = {name: value for name, value in (state | change).items() if value is not None}
    with pytest.raises(ZooError, match=message):
        InceptionGraph(tensors)


@pytest.mark.parametrize("images", [np.zeros((2, 8, 8, 4), np.uint8), np.zeros((8, 8, 3), np.uint8)])
def test_other_images_are_refused(inception, images):
    with pytest.raises(ZooError, match="shape"):
        inception(images)


def test_files_of_another_kind_are_refused(tmp_path):
    empty = tmp_path / "empty.tgz"
    with tarfile.open(empty, "w:gz") as file:
        file.addfile(tarfile.TarInfo("readme"), io.BytesIO())
    with pytest.raises(ZooError, match=f"archive without {GRAPH_FILE}"):
        InceptionGraph(empty)
    text = tmp_path / "text.pb"
    text.write_text("not a graph")
    for kind in (InceptionGraph, FrozenInception):
        with pytest.raises(ZooError, match="text.pb"):
            kind(text)
    with pytest.raises(ZooError, match="SavedModel"):
        InceptionGraph(tmp_path)


def test_a_constant_that_claims_too_much_is_refused(state, tmp_path):
    graph = made_inception.graph(state)
    bias = next(node for node in graph.node if node.name == "softmax/biases")
    bias.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(np.float32(0)))
    bias.attr["value"].tensor.tensor_shape.CopyFrom(tf.TensorShape([1 << 40]).as_proto())
    path = tmp_path / "huge.pb"
    path.write_bytes(graph.SerializeToString())
    with pytest.raises(ZooError, match=r"fc.bias has shape \(1099511627776,\)"):
        InceptionGraph(path)


def test_a_graph_that_would_write_files_is_not_run(state, tmp_path):
    graph = made_inception.graph(state)
    graph.node.add(name="evil", op="WriteFile", input=["DecodeJpeg/contents", "DecodeJpeg/contents"])
    path = tmp_path / "evil.pb"
    path.write_bytes(graph.SerializeToString())
    with pytest.raises(ZooError, match="WriteFile"):
        FrozenInception(path)
