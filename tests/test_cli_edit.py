"""`tfgan-zoo edit`, `project` and `import`: what they write, and what they refuse."""

import argparse
import functools
import json

import made_torch_file
import numpy as np
import pytest
from PIL import Image

import tfgan_zoo as zoo
from tfgan_zoo import captions, cli, data, registry, walks
from tfgan_zoo.cli import attributes, values
from tfgan_zoo.errors import ZooError
from tfgan_zoo.latent import read_directions

SIZES = {"latent_dim": 6, "style_dim": 8, "depth": 2, "channel_base": 64, "channel_max": 8}


def refused(capsys, *arguments):
    """The one line that a refused command prints."""
    assert cli.main([str(a) for a in arguments]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("tfgan-zoo: error: ")
    return lines[0]


def ran(*arguments):
    assert cli.main([str(a) for a in arguments]) == 0


@pytest.fixture(scope="module", autouse=True)
def loaded_once():
    """Reading a model takes a second; no command changes one."""
    load = functools.cache(registry.load)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "load", lambda path: load(str(path)))
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Models of random weights as `.keras` files."""
    folder = tmp_path_factory.mktemp("models")
    style = zoo.create("stylegan2", image_shape=(16, 16, 3), **SIZES)
    style.save(folder / "style.keras")
    zoo.create("gan", image_shape=(8, 8, 1), latent_dim=4, width=10).save(folder / "gan.keras")
    return folder


@pytest.fixture
def written(monkeypatch):
    """What the commands give to `labelled_grid`."""
    calls, write = [], captions.labelled_grid

    def keep(images, path, columns, column_labels=(), row_labels=(), title="", groups=()):
        calls.append(
            argparse.Namespace(
                images=images,
                columns=columns,
                heads=list(column_labels),
                rows=list(row_labels),
                title=title,
                groups=list(groups),
            )
        )
        write(images, path, columns, column_labels, row_labels, title, groups)

    monkeypatch.setattr(captions, "labelled_grid", keep)
    return calls


# Values


def test_ranges_of_whole_numbers_and_of_numbers():
    assert values.whole_numbers("0-3,7") == (0, 1, 2, 3, 7) and values.whole_numbers("5") == (5,)
    assert values.numbers("-3:3:5") == (-3.0, -1.5, 0.0, 1.5, 3.0) and values.numbers("-1,.5") == (-1.0, 0.5)
    for text in ("", "3-1", "a", "-1", "1-"):
        with pytest.raises(argparse.ArgumentTypeError):
            values.whole_numbers(text)
    for text in ("", "a", "1:2", "0:1:1", "nan", "1:2:x"):
        with pytest.raises(argparse.ArgumentTypeError, match="expected numbers such as"):
            values.numbers(text)


def test_a_value_may_begin_with_a_minus():
    common = ["edit", "S", "--method", "sefa", "--out", "a.png"]
    for words in (["--strengths", "-3:3:3"], ["--strengths=-3:3:3"], ["--strengths", "-3,0,3"]):
        found = cli.parser().parse_args(cli._joined([*common, *words]))
        assert found.strengths == (-3.0, 0.0, 3.0) and found.out == "a.png"
    assert cli._joined(["a", "--xla", "--seed", "-1", "-x"]) == ["a", "--xla", "--seed=-1", "-x"]


# Edit


def test_interpolate_writes_rows_with_their_seeds(folder, tmp_path, written, capsys):
    source, out = folder / "style.keras", tmp_path / "rows.png"
    ran("edit", source, "--method", "interpolate", "--seeds", "4,1,2", "--steps", 3, "--space", "w", "--out", out)
    assert capsys.readouterr().out.strip() == str(out)
    images, columns = walks.ways(registry.load(source), [4, 1, 2], 3, "w")
    np.testing.assert_allclose(written[0].images, images, atol=1e-5)
    assert (columns, written[0].heads, written[0].rows) == (3, ["0", "0.5", "1"], ["seed 4\nto 1", "seed 1\nto 2"])
    assert written[0].title == "stylegan2: straight in w, psi 1"
    with Image.open(out) as picture:
        assert picture.size > (3 * 66, 2 * 66)


def test_interpolate_writes_an_animation_of_a_closed_loop(folder, tmp_path):
    out = tmp_path / "loop.gif"
    way = ["--seeds", "0-2", "--steps", 4, "--rate", 10]
    ran("edit", folder / "gan.keras", "--method", "interpolate", *way, "--out", out)
    expected = data.to_uint8(walks.walk(registry.load(folder / "gan.keras"), [0, 1, 2], 4))
    with Image.open(out) as gif:
        assert gif.n_frames == 12 and gif.info["duration"] == 100 and gif.size == (256, 256)
        for k in range(12):
            gif.seek(k)
            found = np.asarray(gif.convert("L"))[::32, ::32].astype(int)
            assert np.abs(found - expected[k, ..., 0]).max() <= 1


def test_sefa_writes_strips_of_the_strongest_directions_and_the_directions(folder, tmp_path, written, capsys):
    source, out, kept = folder / "style.keras", tmp_path / "sefa.png", tmp_path / "sefa.npz"
    options = ["--layers", "0-1", "--count", 3, "--seeds", "2,5", "--strengths", "-2:2:3", "--psi", 0.7]
    ran("edit", source, "--method", "sefa", *options, "--out", out, "--directions", kept)
    assert capsys.readouterr().out.split() == [str(out), str(kept)]
    found, model = read_directions(kept), registry.load(source)
    assert found.directions.shape == (3, 8) and found.meta["space"] == "w" and found.meta["layers"] == [0, 1]
    np.testing.assert_allclose(found.directions @ found.directions.T, np.eye(3), atol=1e-6)
    shares = found.arrays["shares"]
    assert (np.diff(shares) <= 0).all() and shares.sum() < 1 < shares.sum() * 8 / 3
    grid = written[0]
    assert grid.heads == ["-2", "0", "+2"] and grid.rows == ["seed 2", "seed 5"] * 3
    assert grid.groups == [f"direction {k}\n{share:.1%}" for k, share in enumerate(shares)]
    assert grid.title == "stylegan2: SeFa in w, layers 0-1, psi 0.7"
    styles = np.repeat(model.truncate(walks.codes_of(model, [2, 5], "w"), 0.7).numpy()[:, None], 6, axis=1)
    images = grid.images.reshape(3, 2, 3, 16, 16, 3)
    for direction in images:
        np.testing.assert_allclose(direction[:, 1], model.synthesize(styles), atol=1e-5)
    styles[1, :2] += 2 * found.directions[2]
    np.testing.assert_allclose(images[2, 1, 2], model.synthesize(styles[1:])[0], atol=1e-4)


def test_a_boundary_of_an_attribute_moves_it_and_a_file_of_it_is_taken_again(folder, tmp_path, written):
    source, kept = folder / "style.keras", tmp_path / "brightness.npz"
    edit = ["edit", source, "--method", "boundary", "--out", tmp_path / "a.png", "--strengths", "-2:2:5"]
    ran(*edit, "--attribute", "brightness", "--samples", 200, "--directions", kept, "--seeds", "0-7")
    ran(*edit, "--direction", kept, "--seeds", "0-7")
    first, second = written
    np.testing.assert_allclose(first.images, second.images, atol=1e-5)
    assert first.groups == second.groups and first.groups[0].startswith("brightness") and len(first.groups) == 1
    brightness = first.images.reshape(8, 5, -1).mean(axis=2)
    assert (np.diff(brightness.mean(axis=0)) > 0).all()
    assert (brightness[:, -1] > brightness[:, 0]).mean() > 0.8
    ran(*edit, "--direction", kept, "--seeds", "0-7", "--layers", "1-2,4")
    assert ", layers 1-2, 4, psi 1" in written[2].title
    assert np.abs(written[2].images - second.images).max() > 0.01


def test_a_boundary_of_a_file_of_scores(folder, tmp_path, written):
    model, seeds = registry.load(folder / "gan.keras"), range(60)
    z = walks.latents_of(model, seeds)
    rows = [f"{seed},{score:.6f}" for seed, score in zip(seeds, z[:, 2] - z[:, 0])]
    (tmp_path / "slope.csv").write_text("\n".join(["seed,score", *rows]))
    kept = tmp_path / "slope.npz"
    arguments = ["--attribute", tmp_path / "slope.csv", "--directions", kept]
    ran("edit", folder / "gan.keras", "--method", "boundary", *arguments, "--out", tmp_path / "a.png")
    found = read_directions(kept)
    assert found.names == ("slope",) and found.meta["space"] == "z"
    assert found.directions[0] @ [-(0.5**0.5), 0, 0.5**0.5, 0] > 0.95
    assert written[0].groups == [f"slope\n{found.arrays['validation_accuracy'][0]:.0%} right"]


def test_mix_takes_the_layers_of_columns(folder, tmp_path, written):
    source = folder / "style.keras"
    options = ["--seeds", "1,2", "--columns", "7,9,8", "--layers", "2-3"]
    ran("edit", source, "--method", "mix", *options, "--out", tmp_path / "a.png")
    grid, model = written[0], registry.load(source)
    assert grid.heads == ["", "seed 7", "seed 9", "seed 8"] and grid.rows == ["", "seed 1", "seed 2"]
    w = lambda *seeds: np.repeat(walks.codes_of(model, seeds, "w")[:, None], 6, axis=1)
    styles = w(2)
    styles[:, 2:4] = w(9)[:, 2:4]
    images = grid.images.reshape(3, 4, 16, 16, 3)
    np.testing.assert_allclose(images[2, 2], model.synthesize(styles)[0], atol=1e-5)
    np.testing.assert_allclose(images[0, 1:], model.synthesize(w(7, 9, 8)), atol=1e-5)
    np.testing.assert_allclose(images[1:, 0], model.synthesize(w(1, 2)), atol=1e-5)
    assert grid.title == "stylegan2: layers 2-3 of the columns, all others of the rows, psi 1"


def test_truncate_goes_from_the_mean_to_the_whole(folder, tmp_path, written):
    source = folder / "style.keras"
    ran("edit", source, "--method", "truncate", "--seeds", "3-4", "--psi", "0:1:3", "--out", tmp_path / "a.png")
    grid, model = written[0], registry.load(source)
    assert grid.heads == ["psi 0", "psi 0.5", "psi 1"] and grid.rows == ["seed 3", "seed 4"]
    images = grid.images.reshape(2, 3, 16, 16, 3)
    np.testing.assert_allclose(images[0, 0], images[1, 0], atol=1e-5)
    for k, psi in enumerate((0.0, 0.5, 1.0)):
        expected = [model.sample(1, seed=seed, psi=psi)[0] for seed in (3, 4)]
        np.testing.assert_allclose(images[:, k], expected, atol=1e-5)


def test_what_edit_refuses(folder, tmp_path, capsys):
    style, plain, out = folder / "style.keras", folder / "gan.keras", tmp_path / "a.png"
    edit = lambda source, method, *more: refused(capsys, "edit", source, "--method", method, "--out", out, *more)
    assert "--count is of --method sefa, not of mix; leave it out" in edit(style, "mix", "--count", "3")
    assert "--rate is of animations" in edit(style, "interpolate", "--rate", "3")
    assert "--psi: sefa takes one number" in edit(style, "sefa", "--psi", "0.5,1")
    assert "--directions a.txt: expected the name of an .npz file" in edit(style, "sefa", "--directions", "a.txt")
    assert "expected coarse, middle, fine or numbers such as 0-1,4, found 'x'" in edit(style, "mix", "--layers", "x")
    assert "layers: stylegan2 has the layers 0 to 5, found layer 6" in edit(style, "mix", "--layers", "6")
    assert "layers: gan has no styles" in edit(plain, "sefa", "--layers", "0")
    assert "needs either --attribute or --direction" in edit(style, "boundary")
    assert "--samples is of attributes that are measured" in edit(
        style, "boundary", "--direction", "a.npz", "--samples", "9"
    )
    assert "--space: a file of directions says" in edit(style, "boundary", "--direction", "a.npz", "--space", "z")
    assert "unknown attribute 'brightnes'; did you mean 'brightness'" in edit(
        style, "boundary", "--attribute", "brightnes"
    )
    assert "gan has no truncation" in edit(plain, "interpolate", "--psi", "0.5")
    assert "no file" in edit(tmp_path / "none.keras", "mix")
    for name, words in (("a.jpg", "of a .png file (.gif or .mp4 for an animation)"), ("a", "of a .png file")):
        line = refused(capsys, "edit", style, "--method", "interpolate", "--out", tmp_path / name)
        assert words in line
    line = refused(capsys, "edit", style, "--method", "mix", "--out", tmp_path / "a.gif")
    assert line.endswith("a.gif: expected the name of a .png file")
    assert not list(tmp_path.iterdir())


# Attributes


def test_measures_of_known_images():
    ramp = np.tile(np.linspace(-1, 1, 5), (1, 4, 1))[..., None].repeat(3, axis=-1)
    bright, contrast, saturated, sharp = (attributes.score_of(name, (4, 5, 3)) for name in attributes.MEASURED)
    assert bright(ramp + 0.25)[0] == pytest.approx(0.25) and contrast(ramp)[0] == pytest.approx(0.5**0.5)
    assert sharp(ramp)[0] == pytest.approx((0.5 + 0) / 2) and saturated(ramp)[0] == 0
    ramp[..., 0] += 0.5
    assert saturated(ramp)[0] == pytest.approx(0.5)
    with pytest.raises(ZooError, match="saturation is of colour images"):
        attributes.score_of("saturation", (28, 28, 1))


def test_a_class_of_the_judge_scores_its_own_images_highest():
    source = data.open_source("fashion_mnist", split="test")
    images, labels = source.images[:300].astype("f") / 127.5 - 1, source.labels[:300]
    score = attributes.score_of("bag", (28, 28, 1))(images)
    bags = labels == 8
    assert (score[bags] > 0).mean() > 0.9 and (score[~bags] < 0).mean() > 0.9
    with pytest.raises(ZooError, match="did you mean 'bag'"):
        attributes.score_of("bags", (28, 28, 1))


def test_files_of_scores(tmp_path):
    (tmp_path / "a.csv").write_text("seed,score\n5,1.5\n7,\n9,-2\n")
    seeds, scores = attributes.read_scores(str(tmp_path / "a.csv"))
    assert seeds == [5, 7, 9]
    np.testing.assert_array_equal(scores, [1.5, np.nan, -2])
    (tmp_path / "b.csv").write_text("score\n1\n2\n")
    assert attributes.read_scores(str(tmp_path / "b.csv"))[0] == [0, 1]
    np.savez(tmp_path / "c.npz", scores=np.arange(3.0))
    assert attributes.read_scores(str(tmp_path / "c.npz"))[0] == [0, 1, 2]
    (tmp_path / "d.csv").write_text("points\n1\n")
    with pytest.raises(ZooError, match="d.csv has no 'score'"):
        attributes.read_scores(str(tmp_path / "d.csv"))
    (tmp_path / "e.csv").write_text("score\nhigh\n")
    with pytest.raises(ZooError, match="e.csv is no readable file of scores and seeds: could not convert"):
        attributes.read_scores(str(tmp_path / "e.csv"))
    np.savez(tmp_path / "f.npz", scores=np.arange(3.0), seeds=np.arange(2))
    with pytest.raises(ZooError, match="f.npz is no readable file"):
        attributes.read_scores(str(tmp_path / "f.npz"))
    with pytest.raises(ZooError, match="no file of scores"):
        attributes.read_scores(str(tmp_path / "none.csv"))


# Project


def test_project_writes_pairs_codes_and_distances(folder, tmp_path, written, capsys):
    model, out = registry.load(folder / "style.keras"), tmp_path / "found"
    pixels = data.to_uint8(model.sample(2, seed=3))
    for name, image in zip("ab", pixels):
        Image.fromarray(image).save(tmp_path / f"{name}.png")
    paths = [tmp_path / "a.png", tmp_path / "b.png"]
    ran("project", folder / "style.keras", *paths, "--space", "w+", "--steps", 40, "--out", out)
    assert sorted(path.name for path in out.iterdir()) == ["codes.npz", "projection.png"]
    with np.load(out / "codes.npz") as held:
        styles, distances, names = held["styles"], held["distances"], held["names"].tolist()
        assert held["noise_0"].shape == (2, 4, 4, 1)
    assert styles.shape == (2, 6, 8) and names == ["a.png", "b.png"]
    grid = written[0]
    assert grid.heads == ["target", "projection"] and grid.columns == 2
    assert grid.rows == [f"{name}\ndistance {distance:.4f}" for name, distance in zip(names, distances)]
    np.testing.assert_array_equal(grid.images[::2], pixels)
    shown = grid.images[1::2] / 127.5 - 1
    np.testing.assert_allclose(((shown - (pixels / 127.5 - 1)) ** 2).mean(axis=(1, 2, 3)), distances, atol=2e-3)
    lines = capsys.readouterr().out.splitlines()
    assert [float(line.split()[1]) for line in lines[1:3]] == pytest.approx(distances.tolist(), abs=1e-5)


def test_what_project_refuses(folder, tmp_path, capsys):
    Image.new("RGB", (20, 10)).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_text("no image")
    project = lambda *arguments: refused(capsys, "project", *arguments, "--out", tmp_path / "out")
    assert "no image file" in project(folder / "style.keras", tmp_path / "none.png")
    assert "cannot read" in project(folder / "style.keras", tmp_path / "b.png")
    assert "gan is no style generator" in project(folder / "gan.keras", tmp_path / "a.png")
    assert "is a file; choose a folder" in refused(
        capsys, "project", folder / "style.keras", tmp_path / "a.png", "--out", tmp_path / "b.png"
    )
    assert not (tmp_path / "out").exists()


# Import


@pytest.fixture
def weights(tmp_path):
    """A file as gan-face-generate's, of random tensors: 8x8 images of 5 numbers."""
    rng = np.random.default_rng(0)
    tensors = {"main.0.weight": rng.standard_normal((5, 8, 4, 4)), "main.3.weight": rng.standard_normal((8, 3, 4, 4))}
    tensors |= {f"main.1.{part}": rng.uniform(0.5, 1, 8) for part in ("weight", "bias", "running_mean", "running_var")}
    tensors |= {"main.1.num_batches_tracked": np.zeros(())}
    return made_torch_file.write(tmp_path / "weights.tar", {"netG_state_dict": tensors})


def test_import_writes_a_model_that_other_commands_take(weights, tmp_path, capsys):
    out, picture = tmp_path / "faces.keras", tmp_path / "faces.png"
    ran("import", weights, "--source", "gan-face-generate", "--out", out, "--picture", picture)
    assert "dcgan, images 8x8x3" in capsys.readouterr().out
    expected = zoo.import_weights(weights, source="gan-face-generate").sample(36, seed=0)
    np.testing.assert_allclose(registry.load(out).sample(36, seed=0), expected, atol=1e-6)
    with Image.open(picture) as image:
        np.testing.assert_array_equal(np.asarray(image), data.grid(expected.numpy()))
    ran("sample", out, "--count", 4, "--out", tmp_path / "sample.png")
    with Image.open(tmp_path / "sample.png") as image:
        np.testing.assert_array_equal(np.asarray(image), data.grid(expected.numpy()[:4]))


def test_a_model_file_is_evaluated(folder, tmp_path, capsys):
    arguments = ["--against", "digits", "--metrics", "fid", "--samples", 300, "--out", tmp_path / "scores.json"]
    ran("evaluate", folder / "gan.keras", *arguments)
    assert "fid[digits]" in capsys.readouterr().out
    assert json.loads((tmp_path / "scores.json").read_text())["fid[digits]"] > 0


def test_what_import_refuses(weights, tmp_path, capsys):
    before = sorted(path.name for path in tmp_path.iterdir())
    said = lambda file, origin, out: refused(capsys, "import", file, "--source", origin, "--out", tmp_path / out)
    assert "did you mean 'gan-face-generate'" in said(weights, "gan-face", "a.keras")
    assert "expected the name of a .keras file" in said(weights, "gan-face-generate", "a.h5")
    assert "no weights file" in said(tmp_path / "none", "gan-face-generate", "a.keras")
    assert "as a file of rosinality/stylegan2-pytorch" in said(weights, "rosinality/stylegan2-pytorch", "a.keras")
    assert "expected the name of a .png file" in refused(
        capsys, "import", weights, "--source", "gan-face-generate", "--out", tmp_path / "a.keras", "--picture", "a.jpg"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == before
