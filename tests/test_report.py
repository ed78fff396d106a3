import re
import shutil
import subprocess

import numpy as np
import pytest

from tfgan_zoo import report, runs
from tfgan_zoo.data import save_grid

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)


@pytest.fixture
def run(tmp_path):
    """A run folder without a training: 40 rows of log, 12 pictures, 2 evaluations."""
    config = runs.Config(
        "wgan_gp", "<b>&data", 4000, arguments={"image_shape": (8, 8, 1)}, versions={"keras": "3.15.1"}
    )
    run = runs.Run.start(tmp_path / "run", config)
    steps = np.arange(100, 4001, 100)
    rows = [f"{s},{s / 10},{3 + np.sin(s / 300):.6g},{1000 / s:.6g},{-s / 1000:.6g}\n" for s in steps]
    header = "step,seconds,discriminator/critic,discriminator/penalty,generator/critic\n"
    run.log.write_text(header + "".join(rows))
    for step in range(0, 4001, 360):
        images = np.random.default_rng(step).uniform(-1, 1, (16, 8, 8, 1))
        save_grid(images, run.samples / f"step-{step:08d}.png")
    for step, fid in ((2000, 61.2345), (4000, 12.3456)):
        scores = {"fid[fashion]": fid, "samples": 2000, "protocol": "2000 against 2000 images; ddof 1"}
        runs.add_scores(run.scores, step, scores)
    return run


def test_page_holds_curves_pictures_scores_and_the_command(run):
    page = report.write(run).read_text()
    assert page.count("<svg") == 2 and page.count('class="curve"') == 3  # a chart for every player
    assert page.count("<img") == 1 + 8  # the last one large, then eight from start to end
    shown = re.findall(r"<figcaption>step (\d+)", page)
    assert shown == ["3960", "0", "720", "1080", "1800", "2160", "2880", "3240", "3960"]
    assert "61.23" in page and "12.35" in page
    assert page.count("2000 against 2000 images; ddof 1") == 1 and "<th>protocol" not in page
    assert "tfgan-zoo train wgan_gp --data &#x27;&lt;b&gt;&amp;data&#x27; --steps 4000 --batch-size 64 --seed 0" in page
    assert "4000 of 4000 train steps" in page and "6 min 40 s" in page


def test_page_is_self_contained_and_escaped(run):
    page = report.page(run)
    assert "<b>&data" not in page and "wgan_gp on &lt;b&gt;&amp;data" in page
    assert "<script" not in page and "@import" not in page and "<link" not in page
    assert all(source.startswith("data:image/png;base64,") for source in re.findall(r'src="([^"]*)"', page))
    assert "prefers-color-scheme: dark" in page


def test_a_run_that_has_only_begun_gives_a_page(tmp_path):
    run = runs.Run.start(tmp_path, runs.Config("gan", "digits", 10))
    page = report.page(run)
    assert "0 of 10 train steps" in page and "<svg" not in page and "<img" not in page


def points(svg):
    """The coordinates of every curve."""
    return [np.array(re.findall(r"[ML]([\d.-]+) ([\d.-]+)", d), float) for d in re.findall(r' d="([^"]*)"', svg)]


def test_chart_maps_values_linearly():
    (curve,) = points(report.chart([0, 10, 20], {"a": [1.0, 2.0, 3.0]}, "x"))
    assert np.allclose(np.diff(curve[:, 0]), (report._WIDTH - report._LEFT - report._RIGHT) / 2, atol=0.1)
    step = np.diff(curve[:, 1])
    assert step[0] < 0 and np.allclose(step, step[0], atol=0.11)  # larger is higher


def test_chart_keeps_its_scale_despite_a_spike_and_breaks_at_nan():
    values = [1e6] + [1.0 + 0.01 * k for k in range(60)]
    values[30] = float("nan")
    svg = report.chart(list(range(61)), {"a": values}, "x")
    heights = points(svg)[0][1:, 1]
    assert np.ptp(heights) > 150  # of 260: the spike is clipped, the rest fills the chart
    assert svg.count("M") == 2  # one curve in two parts
    assert "nan" not in svg and "inf" not in svg


@pytest.mark.parametrize("low, high, ticks", [(0, 10, [0, 2, 4, 6, 8, 10]), (-0.31, 0.12, [-0.3, -0.2, -0.1, 0, 0.1])])
def test_ticks_are_round(low, high, ticks):
    assert report._ticks(low, high) == pytest.approx(ticks)


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine to open the report in")
def test_a_real_browser_renders_it(run, tmp_path):
    path = report.write(run)
    # The page itself says what the browser made of it: pictures decoded, curves with a length, nothing too wide.
    probe = """<script>window.onload = () => { const all = s => [...document.querySelectorAll(s)];
      document.body.dataset.found = JSON.stringify({
        pictures: all('img').filter(i => i.complete && i.naturalWidth > 0 && i.clientWidth > 50).length,
        curves: all('path.curve').filter(p => p.getTotalLength() > 100).length,
        charts: all('svg').filter(s => s.clientHeight > 100).length,
        wide: document.documentElement.scrollWidth > document.documentElement.clientWidth }) }</script>"""
    path.write_text(path.read_text().replace("</body>", probe + "</body>"))
    flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    flags += (
        f" --disable-component-update --disable-sync --user-data-dir={tmp_path / 'profile'} --window-size=1100,1600"
    )
    command = [BROWSER, *flags.split(), "--virtual-time-budget=5000", "--dump-dom", path.as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    found = re.search(r'data-found="([^"]*)"', dom).group(1).replace("&quot;", '"')
    assert found == '{"pictures":9,"curves":3,"charts":2,"wide":false}'
