import json
import subprocess
import sys

import keras
import pytest

import tfgan_zoo as zoo
from tfgan_zoo import catalogue, registry


def test_importing_and_listing_load_no_tensorflow():
    code = (
        "import sys, time; t = time.time(); import tfgan_zoo as zoo; zoo.list_models(); zoo.info('dcgan');"
        "t = time.time() - t; import json;"
        "print(json.dumps([t, [m for m in ('tensorflow', 'keras', 'numpy') if m in sys.modules]]))"
    )
    seconds, loaded = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
    assert loaded == [] and seconds < 0.5


def test_listing():
    assert zoo.list_models()[0] == "gan" and len(zoo.list_models()) == len(catalogue.CARDS)
    assert zoo.list_models(family="translation") == ["cyclegan"]
    with pytest.raises(zoo.ZooError, match="unknown family 'latents'; did you mean 'latent'"):
        zoo.list_models(family="latents")


def test_cards():
    card = zoo.info("wgan_gp")
    assert (card.year, card.arxiv, card.family) == (2017, "1704.00028", "objectives")
    assert card.url == "https://arxiv.org/abs/1704.00028"
    for card in catalogue.CARDS:
        assert registry.model_class(card.name).__name__ == card.target
        assert card.title and card.authors and card.changes and card.tiny
        assert card.data in ("images", "labelled", "unpaired")


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (lambda: zoo.create("dcgann"), "unknown model 'dcgann'; did you mean 'dcgan'"),
        (lambda: zoo.info("cyclgan"), "did you mean 'cyclegan'"),
        (lambda: zoo.create("dcgan", widht=3), "unknown argument of dcgan 'widht'; did you mean 'width'"),
        (lambda: zoo.create("dcgan", image_shape=(30, 30, 1)), "image side 30 cannot be halved"),
        (lambda: zoo.create("dcgan", image_shape=(32, 16, 1)), "expected square images"),
        (lambda: zoo.create("cyclegan", image_shape=(30, 30, 3)), "multiples of 4"),
        (lambda: zoo.create("dcgan", width=-1), "cannot make dcgan"),
        (lambda: zoo.create("dcgan", dtype="float17"), "cannot make dcgan .*float17"),
        (lambda: zoo.create("dcgan", image_shape=(4, 4, 1)), "too small"),
        (lambda: zoo.create("dcgan", image_shape=(32.0, 32.0, 1)), "image_shape: expected"),
        (lambda: zoo.create("wgan_gp", n_critic=0), "n_critic: expected"),
        (lambda: zoo.create("gan", seed="a"), "integer seed"),
        (lambda: zoo.create("gan", ema_decay=2.0), "ema_decay in"),
        (lambda: zoo.create("infogan", latent_dim=5), "noise_dim"),
        (lambda: zoo.create("cgan", image_shape=(2,)), "cgan makes images"),
        (lambda: zoo.create("gan", weights="nowhere"), "has no pretrained weights"),
        (lambda: zoo.create("dcgan", weights="fashion_minst"), "did you mean 'fashion_mnist'"),
        (lambda: zoo.create("gan", weights="missing.weights.h5"), "no weights file"),
    ],
)
def test_mistakes_are_named(mistake, message):
    with pytest.raises(zoo.ZooError, match=message):
        mistake()


def test_weights_of_another_size_are_refused(tmp_path):
    small = zoo.create("gan", image_shape=(2,), width=5)
    small.save_weights(tmp_path / "small.weights.h5")
    assert zoo.create("gan", weights=str(tmp_path / "small.weights.h5"), image_shape=(2,), width=5)
    with pytest.raises(zoo.ZooError, match="does not hold weights of this gan"):
        zoo.create("gan", weights=str(tmp_path / "small.weights.h5"), image_shape=(2,), width=6)
    (tmp_path / "text.weights.h5").write_text("not weights")
    with pytest.raises(zoo.ZooError, match="does not hold weights of this gan"):
        zoo.create("gan", weights=str(tmp_path / "text.weights.h5"), image_shape=(2,))


def test_a_saved_model_loads_in_a_new_process(tmp_path):
    model = zoo.create("gan", image_shape=(2,), width=5)
    model.save(tmp_path / "plain.keras")
    model.compile()
    model.fit(model.example_batch(8), batch_size=4, verbose=0)
    model.save(tmp_path / "trained.keras")
    code = (
        "import sys, tfgan_zoo as zoo; plain = zoo.load(sys.argv[1]); model = zoo.load(sys.argv[2]);"
        "print(float(model.sample(4, seed=1).numpy().sum()), int(model.step.numpy()), plain.compiled)"
    )
    paths = [str(tmp_path / "plain.keras"), str(tmp_path / "trained.keras")]
    found = subprocess.run(
        [sys.executable, "-c", code, *paths], capture_output=True, check=True, text=True
    ).stdout.split()
    assert float(found[0]) == pytest.approx(float(model.sample(4, seed=1).numpy().sum()), abs=1e-5)
    assert found[1:] == ["2", "False"]


def test_files_that_are_not_models_are_named(tmp_path):
    (tmp_path / "text.keras").write_text("text")
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(tmp_path / "other.keras")
    for name, message in (("text", "damaged or no .keras file"), ("other", "not a model of this"), ("none", "no file")):
        with pytest.raises(zoo.ZooError, match=message):
            zoo.load(tmp_path / f"{name}.keras")


def test_only_listed_classes_register():
    with pytest.raises(ValueError, match="card in catalogue.py"):
        registry.register("dcgan")(type("Other", (), {}))


def test_configurations_of_the_paper_by_name():
    sizes = {"image_shape": (8, 8, 1), "latent_dim": 4, "style_dim": 4, "depth": 1, "channel_max": 4}
    model = zoo.create("stylegan2", configuration="E", **sizes)
    assert (model.gamma, model.channel_base, model.generator_architecture) == (100.0, 16384, "skip")
    model = zoo.create("stylegan2", configuration="B", **sizes, gamma=3.0)
    assert (model.gamma, model.r1_interval, model.path_weight, model.generator_architecture) == (3.0, 1, 0.0, "orig")
    with pytest.raises(zoo.ZooError, match="configuration of stylegan2.*'G'"):
        zoo.create("stylegan2", configuration="G")
    with pytest.raises(zoo.ZooError, match="gan has no configurations with names"):
        zoo.create("gan", configuration="E")


def test_the_last_configuration_is_the_default_one():
    for card in catalogue.CARDS:
        if card.configurations:
            *_, arguments = card.configurations.values()
            defaults = registry.arguments_of(card.name)
            assert {name: defaults[name] for name in arguments} == arguments
