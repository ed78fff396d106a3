import json

import numpy as np
import pytest

from tfgan_zoo import runs
from tfgan_zoo.errors import ZooError
from tfgan_zoo.runs import Config, Run


def config(**changes):
    return Config(**{"model": "gan", "data": "digits", "steps": 30} | changes)


def test_config_comes_back_from_disk_with_its_tuples(tmp_path):
    arguments = {"image_shape": (8, 8, 1), "width": 20}
    Run.start(tmp_path / "a", config(arguments=arguments, settings={"width": 20}, xla=False))
    found = Run.open(tmp_path / "a").config
    assert found == config(arguments=arguments, settings={"width": 20}, xla=False)
    assert isinstance(found.arguments["image_shape"], tuple)


@pytest.mark.parametrize("asked, row, found", [(1000, 100, 1000), (150, 100, 200), (7, 7, 7), (100, 100, 100)])
def test_checkpoints_fall_on_ends_of_rows_of_the_log(asked, row, found):
    c = config(checkpoint_every=asked)
    assert (c.log_every, c.checkpoint_every) == (row, found)
    assert Config(**vars(c)) == c  # reading a config back changes nothing


def test_command_reproduces_the_config():
    c = config(
        image_size=16, labelled=0.1, settings={"width": 20, "image_shape": (16, 16, 1)}, xla=False, skip_broken=True
    )
    assert c.command("out dir") == (
        "tfgan-zoo train gan --data digits --image-size 16 --steps 30 --batch-size 64 --seed 0 --labelled 0.1 "
        "--no-xla --skip-broken --set width=20 image_shape=16,16,1 --out 'out dir'"
    )


def test_a_run_is_not_written_over(tmp_path):
    Run.start(tmp_path, config())
    before = (tmp_path / "config.json").read_bytes()
    with pytest.raises(ZooError, match="already holds a run; go on with tfgan-zoo resume"):
        Run.start(tmp_path, config(steps=7))
    assert (tmp_path / "config.json").read_bytes() == before


def test_a_folder_with_other_things_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(ZooError, match="not an empty folder"):
        Run.start(tmp_path, config())
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ZooError, match="cannot write .*file/run: Not a directory; choose another"):
        Run.start(tmp_path / "file" / "run", config())


def test_no_run_and_a_damaged_config_are_named(tmp_path):
    with pytest.raises(ZooError, match="not a run folder"):
        Run.open(tmp_path)
    (tmp_path / "config.json").write_text('{"model": "gan", "color": "red"}')
    with pytest.raises(ZooError, match="config.json is damaged"):
        Run.open(tmp_path)


def test_the_newest_whole_checkpoint_counts(tmp_path):
    run = Run.start(tmp_path / "a", config())
    assert run.latest() is None and run.step == 0
    run.checkpoints.mkdir()
    for name in ("step-00000020", "step-00000100", ".12345678-step-00000900", "best"):
        (run.checkpoints / f"{name}.weights.h5").write_bytes(b"")
    assert run.step == 100
    run.remove_leftovers()
    assert sorted(p.name.split(".")[0] for p in run.checkpoints.iterdir()) == ["best", "step-00000020", "step-00000100"]


def test_a_log_that_was_cut_off_is_read_up_to_there(tmp_path):
    path = tmp_path / "log.csv"
    assert runs.read_log(path) == []
    path.write_text("step,seconds,g/a\n10,1.5,0.25\n20,3.0,nan\n30,4")
    rows = runs.read_log(path)
    assert [row["step"] for row in rows] == [10, 20]
    assert rows[0]["g/a"] == 0.25 and np.isnan(rows[1]["g/a"])


def test_scores_are_kept_in_order_and_repeated_ones_replaced(tmp_path):
    path = tmp_path / "scores.json"
    runs.add_scores(path, 20, {"fid[x]": 3.0, "samples": 10})
    runs.add_scores(path, 10, {"fid[x]": 5.0, "samples": 10})
    runs.add_scores(path, 20, {"fid[x]": 2.0, "samples": 10})
    runs.add_scores(path, 20, {"fid[x]": 2.5, "samples": 99})
    runs.add_scores(path, 20, {"fid[y]": 7.0, "samples": 99, "extractor": "y"})
    found = [(e["step"], e.get("fid[x]")) for e in json.loads(path.read_text())]
    assert found == [(10, 5.0), (20, 2.0), (20, 2.5), (20, None)]
