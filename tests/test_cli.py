"""The command line: in this process where possible, in processes of their own for signals and devices."""

import csv
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time

import h5py
import numpy as np
import pytest
from PIL import Image

from tfgan_zoo import cli, runs
from tfgan_zoo.catalogue import CARDS

TINY = ["train", "gan", "--data", "digits", "--batch-size", "16", "--set", "width=12", "latent_dim=4"]


def command(*arguments):
    return [sys.executable, "-m", "tfgan_zoo", *map(str, arguments)]


def refused(capsys, *arguments):
    """The one line that a refused command prints."""
    assert cli.main([str(a) for a in arguments]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("tfgan-zoo: error: ")
    return lines[0]


def state(path):
    """All arrays of a weights file by name."""
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if hasattr(item, "shape") else None)
    return found


def assert_same_state(a, b):
    a, b = state(a), state(b)
    assert a.keys() == b.keys() and len(a) > 20
    for name, value in a.items():
        np.testing.assert_array_equal(value, b[name], err_msg=name)


def losses(folder):
    """The log without the clock."""
    rows = list(csv.DictReader((folder / "log.csv").open(newline="")))
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A finished run of a tiny labelled model."""
    folder = tmp_path_factory.mktemp("trained") / "run"
    arguments = ["--steps", "6", "--batch-size", "16", "--sample-every", "3", "--evaluate-every", "3", "--seed", "3"]
    settings = ["--set", "width=12", "latent_dim=4", "embedding_dim=4"]
    assert cli.main(["train", "cgan", "--data", "digits", *arguments, *settings, "--out", str(folder)]) == 0
    return folder


# What needs no TensorFlow


def test_help_list_and_info_answer_at_once_without_tensorflow():
    for words in (["--help"], ["list"], ["info", "dcgan"], ["train", "--help"]):
        code = f"import sys; from tfgan_zoo.cli import main\ntry: main({words!r})\nexcept SystemExit: pass\n"
        code += "assert not {'tensorflow', 'keras', 'numpy', 'rich'} & set(sys.modules), 'heavy import'"
        seconds = []
        for _ in range(3):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        assert min(seconds) < 0.5, (words, seconds)  # of computing, however busy the machine


def test_list_shows_every_system_and_a_family_only_its_own(capsys):
    assert cli.main(["list"]) == 0
    shown = [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]]
    assert shown == [card.name for card in CARDS]
    cli.main(["list", "--family", "objectives"])
    shown = [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]]
    assert shown == [card.name for card in CARDS if card.family == "objectives"]


def test_info_names_paper_and_sizes(capsys):
    cli.main(["info", "wgan_gp"])
    shown = capsys.readouterr().out
    assert "Improved Training of Wasserstein GANs" in shown and "https://arxiv.org/abs/1704.00028" in shown
    assert "latent_dim=128" in shown


def test_mistakes_are_named_before_anything_is_made(capsys, tmp_path):
    out = tmp_path / "run"
    end = ["--steps", "2", "--out", out]
    assert "unknown model 'dcgann'; did you mean 'dcgan'" in refused(
        capsys, "train", "dcgann", "--data", "digits", *end
    )
    assert "unknown data set 'digit'; did you mean 'digits'" in refused(capsys, "train", "gan", "--data", "digit", *end)
    assert "unknown family 'latnet'; did you mean 'latent'" in refused(capsys, "list", "--family", "latnet")
    assert "did you mean 'width'" in refused(capsys, "train", "gan", "--data", "digits", "--set", "widht=3", *end)
    assert "batch size 5000 is larger than the data" in refused(
        capsys, "train", "gan", "--data", "digits", "--batch-size", "5000", *end
    )
    assert "cgan needs labels, but 'swiss_roll' has none" in refused(
        capsys, "train", "cgan", "--data", "swiss_roll", *end
    )
    assert "'swiss_roll' has no labels of which labelled=5" in refused(
        capsys, "train", "gan", "--data", "swiss_roll", "--labelled", "5", *end
    )
    assert "-1, unlabelled, is for models such as ss_infogan" in refused(
        capsys, "train", "cgan", "--data", "digits", "--labelled", "0.1", *end
    )
    assert "cyclegan learns from two domains" in refused(capsys, "train", "cyclegan", "--data", "digits", *end)
    assert "gan learns from one collection" in refused(capsys, "train", "gan", "--data", "shapes32", *end)
    assert "--devices 4096: this machine has" in refused(capsys, *TINY, "--devices", "4096", *end)
    assert "no offline extractor fits images of shape (24, 24, 1)" in refused(
        capsys, *TINY, "--image-size", "24", "--evaluate-every", "1", *end
    )
    assert not out.exists()


def test_words_that_argparse_refuses_exit_with_2(capsys):
    for words in (
        ["train", "gan"],
        [*TINY, "--steps", "0", "--out", "x"],
        [*TINY, "--labelled", "0", "--out", "x"],
        [*TINY, "--labelled", "1.5", "--out", "x"],
        [*TINY, "--labelled", "few", "--out", "x"],
        [*TINY, "--set", "width", "--out", "x"],
        ["fly"],
    ):
        with pytest.raises(SystemExit) as stop:
            cli.main(words)
        assert stop.value.code == 2
    lines = capsys.readouterr().err
    assert "expected name=value, found 'width'" in lines
    assert "expected a share such as 0.1 or a whole number of at least 1, found 'few'" in lines


# Training


def test_a_run_folder_holds_what_was_asked_for_and_what_came_out(trained):
    run = runs.Run.open(trained)
    assert run.config.arguments == {
        "image_shape": (8, 8, 1), "classes": 10, "seed": 3, "width": 12, "latent_dim": 4, "embedding_dim": 4
    }  # fmt: skip
    assert run.step == 6 and (trained / "checkpoints" / "best.weights.h5").is_file()
    assert [p.name for p in sorted(run.samples.iterdir())] == [f"step-{s:08d}.png" for s in (0, 3, 6)]
    assert [row["step"] for row in runs.read_log(run.log)] == [6.0]
    scores = runs.read_scores(run.scores)
    assert [entry["step"] for entry in scores] == [3, 6] and all(entry["fid[digits]"] > 0 for entry in scores)
    assert list(run.events.glob("events.out.tfevents*"))
    assert "tfgan-zoo train cgan --data digits" in run.report.read_text()
    with Image.open(run.samples / "step-00000006.png") as picture:
        assert picture.size == (8 * 8 + 7 * 2, 8 * 8 + 7 * 2)


def test_few_labels_are_counted_for_the_model(tmp_path):
    words = ["train", "ss_infogan", "--data", "digits", "--labelled", "7", "--batch-size", "16", "--steps", "1"]
    assert cli.main([*words, "--set", "width=8", "noise_dim=4", "--out", str(tmp_path / "run")]) == 0
    run = runs.Run.open(tmp_path / "run")
    assert run.config.labelled == 7 and run.config.arguments["labelled"] == 70 / 1400
    assert "--labelled 7" in run.config.command("x")


def test_a_taken_folder_a_finished_run_and_no_run_are_refused(capsys, trained, tmp_path):
    before = sorted((p, p.stat().st_mtime_ns) for p in trained.rglob("*"))
    assert "already holds a run; go on with tfgan-zoo resume" in refused(capsys, *TINY, "--out", trained)
    assert "6 of 6 steps behind it: nothing to do; give --steps N" in refused(capsys, "resume", trained)
    assert sorted((p, p.stat().st_mtime_ns) for p in trained.rglob("*")) == before
    assert "is not a run folder" in refused(capsys, "resume", tmp_path)


def test_a_checkpoint_of_another_size_is_refused(capsys, trained, tmp_path):
    run = runs.Run.start(tmp_path / "b", runs.Run.open(trained).config)
    run.config.arguments["width"] = 20
    run.save_config()
    run.checkpoints.mkdir()
    (run.checkpoints / "step-00000006.weights.h5").write_bytes(runs.Run.open(trained).latest().read_bytes())
    message = refused(capsys, "resume", run.folder, "--steps", "9")
    assert "step-00000006.weights.h5 does not hold weights of this cgan" in message
    assert "does not hold weights of this cgan" in refused(capsys, "sample", run.folder, "--out", tmp_path / "a.png")


def test_sample_follows_seed_and_labels(trained, tmp_path, capsys):
    def picture(*options):
        assert cli.main(["sample", str(trained), "--count", "4", "--out", str(tmp_path / "a.png"), *options]) == 0
        return np.asarray(Image.open(tmp_path / "a.png"))

    first = picture("--seed", "1", "--labels", "3")
    np.testing.assert_array_equal(picture("--seed", "1", "--labels", "3,3"), first)
    assert (picture("--seed", "2", "--labels", "3") != first).any()
    assert (picture("--seed", "1", "--labels", "4") != first).any()
    assert "expected class ids 0..9, found 10..10" in refused(
        capsys, "sample", trained, "--labels", "10", "--out", tmp_path / "b.png"
    )
    assert "has no pretrained weights" in refused(capsys, "sample", "gan:nothing", "--out", tmp_path / "b.png")
    assert "a model without weights" in refused(capsys, "sample", "dcgan", "--out", tmp_path / "b.png")


def test_evaluate_prints_keeps_and_reports_scores(trained, tmp_path, capsys):
    out = tmp_path / "scores.json"
    words = ["evaluate", str(trained), "--against", "digits", "--metrics", "fid,kid", "--samples", "64"]
    assert cli.main([*words, "--out", str(out)]) == 0
    scores = json.loads(out.read_text())
    assert scores["samples"] == 64 and scores["against"] == "digits"
    assert f"{scores['fid[digits]']:.4f}" in capsys.readouterr().out
    assert {"step": 6, **scores} in runs.read_scores(trained / "scores.json")
    assert f"{scores['fid[digits]']:.4g}" in (trained / "report.html").read_text()
    assert "unknown metric 'fidd'" in refused(capsys, *words[:4], "--metrics", "fidd")


def test_evaluate_with_statistics_intervals_and_a_saved_model(trained, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("TFGAN_ZOO_CACHE", str(tmp_path / "cache"))
    statistics, out = tmp_path / "digits.npz", tmp_path / "scores.json"

    def scores_of(source, against, *options):
        assert cli.main(["evaluate", str(source), "--against", str(against), *options, "--out", str(out)]) == 0
        return json.loads(out.read_text()), capsys.readouterr().out

    options = ["--metrics", "fid,kid,precision_recall", "--confidence", "0.9", "--samples", "64"]
    first, table = scores_of(trained, "digits", *options, "--save-statistics", str(statistics))
    head, *rows = table.splitlines()
    assert head.split() == ["score", "value", "std", "low", "high"]
    kid = next(row for row in rows if row.startswith("kid[digits]"))
    expected = [first[f"kid{end}[digits]"] for end in ("", " std", " low", " high")]
    assert [float(x) for x in kid.split()[1:]] == pytest.approx(expected, abs=1e-4)
    assert "64 generated against 64 real images of 8x8x1" in table and "ddof 1" in table
    # Against the statistics just saved only FID can be had, and it is the same.
    by_file, _ = scores_of(trained, statistics, "--samples", "64", "--extractor", "digits")
    assert by_file["fid[digits]"] == first["fid[digits]"] and "kid[digits]" not in by_file
    assert cli.main(["export", str(trained), "--to", "savedmodel", "--out", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    (folder,) = (tmp_path / "out" / "savedmodel").iterdir()
    served, _ = scores_of(folder, "digits", "--metrics", "fid", "--samples", "64")
    assert served["fid[digits]"] == pytest.approx(first["fid[digits]"], rel=0.01)


def test_evaluate_refuses_in_one_line(trained, tmp_path, capsys):
    words = ["evaluate", trained, "--against", "digits"]
    assert "unknown extractor 'digit'; did you mean 'digits'" in refused(capsys, *words, "--extractor", "digit")
    message = refused(capsys, *words, "--extractor", "inception")
    assert "not part of this package: give the path" in message and "pt_inception-2015-12-05-6726825d.pth" in message
    missing = tmp_path / "none.pth"
    assert str(missing) in refused(capsys, *words, "--extractor", f"inception:{missing}")
    np.savez(tmp_path / "a.npz", mu=np.zeros(2048), sigma=np.eye(2048))
    message = refused(capsys, *words[:3], tmp_path / "a.npz")
    assert "statistics of 2048 dimensions, the features of 'digits' have 192" in message
    assert "kid needs real images" in refused(capsys, *words[:3], tmp_path / "a.npz", "--metrics", "fid,kid")
    assert "give images and --metrics fid" in refused(
        capsys, *words, "--metrics", "kid", "--save-statistics", tmp_path / "b.npz"
    )
    assert "writes an .npz file" in refused(capsys, *words, "--save-statistics", tmp_path / "b")
    assert "--classes is for conditional SavedModels" in refused(capsys, *words, "--classes", "3")
    assert "is neither a run folder, nor a SavedModel" in refused(capsys, "evaluate", "runs/none", *words[2:])


def test_a_translator_shows_sources_beside_translations(tmp_path):
    folder = tmp_path / "run"
    settings = ["width=2", "blocks=1", "discriminator_layers=1", "pool_size=4"]
    words = ["train", "cyclegan", "--data", "shapes32", "--image-size", "16", "--batch-size", "2", "--steps", "1"]
    assert cli.main([*words, "--set", *settings, "--out", str(folder)]) == 0
    out = tmp_path / "a.png"
    assert cli.main(["sample", str(folder), "--count", "2", "--out", str(out)]) == 0
    left = np.asarray(Image.open(out))[:16, :16]
    from tfgan_zoo.data import open_source

    np.testing.assert_array_equal(left, open_source("shapes32", 16, split="test").x.images[0])


def test_a_diverging_run_stops_with_the_term_and_keeps_the_last_good_checkpoint(tmp_path, capsys, monkeypatch):
    from tfgan_zoo.models.objectives.gan import VanillaGAN

    def explode(self, real, fake, latents):
        import tensorflow as tf

        return {"explosion": tf.where(self.step.value >= 6, float("nan"), 0.0) * tf.reduce_mean(fake)}

    monkeypatch.setattr(VanillaGAN, "generator_terms", explode)
    folder = tmp_path / "run"
    words = [*TINY, "--steps", "20", "--checkpoint-every", "2", "--out", str(folder)]
    assert cli.main(words) == 2
    message = capsys.readouterr().err.strip().splitlines()[-1]
    assert re.search(r"'generator/explosion' is not finite at step 7; training stopped", message), message
    run = runs.Run.open(folder)
    assert run.step == 6 and all(np.isfinite(a).all() for a in state(run.latest()).values())
    assert run.report.is_file()


def test_resume_with_more_steps_equals_a_longer_run(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    assert cli.main([*TINY, "--steps", "9", "--checkpoint-every", "4", "--out", str(a)]) == 0
    assert cli.main([*TINY, "--steps", "5", "--checkpoint-every", "4", "--out", str(b)]) == 0
    assert cli.main(["resume", str(b), "--steps", "9"]) == 0
    assert [p.name for p in sorted((a / "samples").iterdir())] == ["step-00000000.png", "step-00000009.png"]
    assert_same_state(a / "checkpoints/step-00000009.weights.h5", b / "checkpoints/step-00000009.weights.h5")
    assert runs.Run.open(b).config.steps == 9


# Signals and devices: processes of their own


def spawn(*arguments):
    return subprocess.Popen(command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def wait_for(condition, process, seconds=400):
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None and time.monotonic() < end, process.communicate()[0]
        time.sleep(0.005)


def test_killed_and_resumed_equals_undisturbed_bit_by_bit(tmp_path):
    words = ["train", "dcgan", "--data", "digits", "--image-size", "16", "--batch-size", "8", "--steps", "40"]
    words += ["--checkpoint-every", "5", "--sample-every", "20", "--set", "width=4", "latent_dim=4", "--out"]
    killed, calm = tmp_path / "killed", tmp_path / "calm"
    run = runs.Run(killed, None)
    process = spawn(*words, killed)
    wait_for(lambda: run.step >= 10, process)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert 10 <= run.step < 40
    (run.checkpoints / ".00000000-step-00000099.weights.h5").write_bytes(b"half a checkpoint")
    with run.log.open("a") as file:
        file.write("99,1.0,0.5,0.5\n100,")  # rows that the killed process wrote beyond its checkpoint
    assert cli.main(["resume", str(killed)]) == 0
    assert cli.main([*words, str(calm)]) == 0
    assert_same_state(*(folder / "checkpoints/step-00000040.weights.h5" for folder in (killed, calm)))
    assert losses(killed) == losses(calm) and len(losses(calm)) == 8
    assert sorted(p.name for p in run.checkpoints.iterdir()) == [f"step-{s:08d}.weights.h5" for s in (35, 40)]
    for picture in run.samples.iterdir():
        assert picture.read_bytes() == (calm / "samples" / picture.name).read_bytes()


def test_interrupt_saves_at_once_and_says_how_to_go_on(tmp_path):
    folder = tmp_path / "run"
    process = spawn(*TINY, "--steps", "1000000", "--checkpoint-every", "1000000", "--out", folder)
    wait_for(lambda: runs.read_log(folder / "log.csv"), process)
    os.kill(process.pid, signal.SIGINT)
    said = process.communicate(timeout=200)[0]
    assert process.returncode == 130
    run = runs.Run.open(folder)
    assert f"stopped after step {run.step} of 1000000; go on with: tfgan-zoo resume {folder}" in said
    assert "Traceback" not in said
    assert run.step >= 100 and runs.read_log(run.log)[-1]["step"] == run.step and run.report.is_file()


def test_a_model_that_is_told_classes_by_a_setting_gets_labels(tmp_path):
    sizes = ["classes=10", "latent_dim=4", "style_dim=4", "depth=1", "channel_base=32", "channel_max=4"]
    given = ["train", "stylegan2", "--data", "digits", "--batch-size", "8", "--steps", "1", "--set", *sizes]
    assert cli.main([*given, "--out", str(tmp_path / "run")]) == 0
    assert runs.Run.open(tmp_path / "run").model().sample(3, labels=[9, 0, 1]).shape == (3, 8, 8, 1)


def test_two_devices_train_what_one_trains(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    words = [*TINY, "--steps", "4", "--sample-every", "2", "--out"]
    code = "import os, sys; os.cpu_count = lambda: 2\nfrom tfgan_zoo.cli import main; sys.exit(main(sys.argv[1:]))"
    subprocess.run([sys.executable, "-c", code, *words, str(two), "--devices", "2"], check=True, capture_output=True)
    assert cli.main([*words, str(one)]) == 0
    a, b = (state(folder / "checkpoints/step-00000004.weights.h5") for folder in (one, two))
    for name, value in a.items():
        np.testing.assert_allclose(value, b[name], atol=1e-4, err_msg=name)


def test_a_full_disk_is_one_line_and_loses_nothing(tmp_path):
    """The limit on the size of a file stands for a full disk: writes beyond it fail."""
    folder = tmp_path / "run"
    assert cli.main([*TINY, "--steps", "3", "--out", str(folder)]) == 0
    size = (folder / "checkpoints/step-00000003.weights.h5").stat().st_size
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from tfgan_zoo import callbacks; from tfgan_zoo.cli import main\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size // 2}, {size // 2}))\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    words = ["resume", str(folder), "--steps", "6"]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True)
    assert done.returncode == 2, done.stderr
    assert re.search("cannot write .*step-00000006.weights.h5", done.stderr.strip().splitlines()[-1]), done.stderr
    assert [p.name for p in (folder / "checkpoints").iterdir()] == ["step-00000003.weights.h5"]


# Export and proofs


def test_export_writes_verifies_and_prints(trained, tmp_path, capsys):
    assert cli.main(["export", str(trained), "--to", "tflite", "--out", str(tmp_path)]) == 0
    assert (tmp_path / "cgan.tflite").stat().st_size > 1000
    assert "cgan.tflite" in capsys.readouterr().out
    assert "unknown export format 'onnx'" in refused(capsys, "export", trained, "--to", "onnx", "--out", tmp_path)
    message = refused(capsys, "export", trained, "--to", "savedmodel", "--quantize", "int8", "--out", tmp_path)
    assert "--quantize is of TFLite files" in message
    message = refused(capsys, "export", trained, "--to", "savedmodel", "--signature", "encode", "--out", tmp_path)
    assert "--signature is of TFLite files" in message


def test_export_of_one_signature(tmp_path, capsys):
    words = ["export", "vae:fashion_mnist", "--to", "tflite", "--out", str(tmp_path)]
    assert cli.main([*words, "--signature", "encode"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["vae-encode.tflite"]
    assert "encode" in capsys.readouterr().out
    assert "unknown signature of vae 'read'" in refused(capsys, *words, "--signature", "read")


def test_export_that_does_not_verify_exits_with_1(trained, tmp_path, monkeypatch):
    from tfgan_zoo import export

    class Verdict:
        ok = False

    monkeypatch.setattr(export, "tflite", lambda model, path, **options: None)
    monkeypatch.setattr(export, "verify", lambda path, model, directions: Verdict())
    assert cli.main(["export", str(trained), "--to", "tflite", "--out", str(tmp_path)]) == 1


def test_prove_exits_with_1_when_a_demand_is_not_met(monkeypatch, capsys, tmp_path):
    from tfgan_zoo import proofs

    def prove(name, out, seeds):
        criterion = proofs.Criterion("modes", ">=", 7)
        return proofs.Result(
            name, "all modes", [criterion], list(seeds), {"modes": [8.0, found.pop(0)]}, [1.0, 1.0], "x"
        )

    monkeypatch.setattr(proofs, "prove", prove)
    monkeypatch.setattr(proofs, "list_proofs", lambda: ["gan"])
    found = [7.0, 6.0]
    for code in (0, 1):
        assert cli.main(["prove", "gan", "--seeds", "2", "--out", str(tmp_path)]) == code
    assert "modes = 8, 6, demanded >= 7" in capsys.readouterr().out
    assert "unknown proof 'gaan'; did you mean 'gan'" in refused(capsys, "prove", "gaan")
    assert "give the name of a proof or --all" in refused(capsys, "prove")
