"""`report.html` of a run: loss curves, pictures over time, scores, how to reproduce; one file without references.

No TensorFlow: a report can be written from the run folder alone.
"""

import base64
import html
import math
import zlib
from collections.abc import Sequence
from pathlib import Path

from tfgan_zoo import runs
from tfgan_zoo.catalogue import BY_NAME
from tfgan_zoo.files import replacing

_COLORS = ("#2f6fde", "#d9632b", "#2a9d6f", "#b04fc0", "#c29a1d", "#5c7080")
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _BOTTOM, _TOP = 640, 260, 56, 20, 28, 10

_STYLE = """
:root { color-scheme: light dark; --text: #1c2126; --soft: #66707a; --line: #dfe3e7; --paper: #ffffff; --card: #f6f7f9 }
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e7ea; --soft: #98a2ac; --line: #343b43; --paper: #15191d; --card: #1e2328 } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 68rem; background: var(--paper); color: var(--text);
  font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem } h2 { font-size: 1.2rem; margin: 2.6rem 0 .8rem }
p { margin: .4rem 0 } .soft, figcaption, th { color: var(--soft) } a { color: inherit }
table { border-collapse: collapse; font-variant-numeric: tabular-nums } th { text-align: left; font-weight: 500 }
th, td { padding: .28rem 1.6rem .28rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
pre { background: var(--card); padding: .9rem 1rem; border-radius: .4rem; overflow-x: auto; white-space: pre-wrap;
  overflow-wrap: anywhere; font: .87rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(28rem, 100%), 1fr)); gap: 1.5rem 2rem }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 1.2rem }
figure { margin: 0 } figcaption { font-size: .87rem; margin-top: .3rem }
img { width: 100%; border-radius: .25rem; display: block; background: #fff }
.last { max-width: 34rem; margin-bottom: 1.4rem } .last img { image-rendering: pixelated }
svg { width: 100%; height: auto; display: block } svg text { fill: var(--soft); font-size: 12px }
.grid { stroke: var(--line) } .curve { fill: none; stroke-width: 1.8; stroke-linejoin: round }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1.2rem; font-size: .9rem }
.legend i { display: inline-block; width: .9rem; height: .2rem; margin-right: .45rem; vertical-align: middle }
"""


def write(run: runs.Run) -> Path:
    """Write `report.html` from the files of a run; return its path.

    Raises:
        ZooError: the file cannot be written.
    """
    text = page(run)
    with replacing(run.report) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return run.report


def page(run: runs.Run) -> str:
    """Return the report as HTML."""
    config, card, log = run.config, BY_NAME[run.config.model], runs.read_log(run.log)
    title = f"{config.model} on {config.data}"
    done = int(log[-1]["step"]) if log else 0
    body = [
        f"<h1>{_text(title)}</h1>",
        f'<p class="soft">{_text(card.title)} ({card.year}). '
        f'<a href="{_text(card.url)}">arXiv:{_text(card.arxiv)}</a></p>',
        f"<p>{_text(_summary(config, log, done))}</p>",
        _curves(log),
        _pictures(run.samples),
        _scores(runs.read_scores(run.scores)),
        _reproduce(run),
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(part for part in body if part)
        + "\n</body>\n</html>\n"
    )


def chart(steps: Sequence[float], curves: dict[str, Sequence[float]], label: str) -> str:
    """Return a line chart of curves over train steps as SVG.

    The vertical range leaves out the most extreme two percent of the values at either end, so that a spike of the
    first steps does not flatten the rest; curves are clipped there. Values that are not finite interrupt a curve.

    Args:
        steps: train steps of the points.
        curves: name -> values.
        label: what a screen reader says.
    """
    low, high = _range([v for values in curves.values() for v in values if math.isfinite(v)])
    first, last = min(steps), max(max(steps), min(steps) + 1)
    x = lambda step: _LEFT + (step - first) / (last - first) * (_WIDTH - _LEFT - _RIGHT)
    y = lambda value: _TOP + (high - value) / (high - low) * (_HEIGHT - _BOTTOM - _TOP)
    parts = [f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{_text(label)}">']
    name = f"clip-{zlib.crc32(label.encode())}"
    parts.append(
        f'<clipPath id="{name}"><rect x="{_LEFT}" y="{_TOP - 2}" width="{_WIDTH - _LEFT - _RIGHT + 4}" '
        f'height="{_HEIGHT - _BOTTOM - _TOP + 4}"/></clipPath>'
    )
    for tick in _ticks(low, high):
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for tick in _ticks(first, last):
        parts.append(f'<text x="{x(tick):.1f}" y="{_HEIGHT - 8}" text-anchor="middle">{_short(tick)}</text>')
    for k, values in enumerate(curves.values()):
        path = _path([(x(s), y(v)) if math.isfinite(v) else None for s, v in zip(steps, values)])
        color = _COLORS[k % len(_COLORS)]
        parts.append(f'<path class="curve" stroke="{color}" clip-path="url(#{name})" d="{path}"/>')
    return "".join([*parts, "</svg>"])


def _summary(config, log, done):
    parts = [f"{done} of {config.steps} train steps, batches of {config.batch_size}"]
    if config.arguments.get("image_shape"):
        parts.append("images " + " x ".join(map(str, config.arguments["image_shape"])))
    if log:
        seconds = int(log[-1]["seconds"])
        parts.append(f"{seconds // 60} min {seconds % 60:02d} s")
    parts += [config.precision, f"{config.devices} device{'s' * (config.devices > 1)}", f"seed {config.seed}"]
    return ", ".join(parts) + "."


def _curves(log):
    """A chart for every player."""
    if not log:
        return ""
    names = [name for name in log[0] if name not in ("step", "seconds")]
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(name.partition("/")[0] if "/" in name else "state", []).append(name)
    steps, parts = [row["step"] for row in log], []
    for group, members in groups.items():
        curves = {name.partition("/")[2] or name: [row[name] for row in log] for name in members}
        keys = "".join(
            f'<span><i style="background:{_COLORS[k % len(_COLORS)]}"></i>{_text(name)} '
            f'<span class="soft">{values[-1]:.4g}</span></span>'
            for k, (name, values) in enumerate(curves.items())
        )
        parts.append(
            f"<figure>{chart(steps, curves, f'losses of {group}')}"
            f'<div class="legend">{keys}</div>'
            f"<figcaption>{_text(group)}, means over a row of the log</figcaption></figure>"
        )
    return f'<h2>Losses</h2>\n<div class="charts">{"".join(parts)}</div>'


def _pictures(folder, most=8):
    """The last picture large, then some from start to end."""
    paths = sorted(folder.glob("step-*.png"), key=runs.step_of)
    if not paths:
        return ""
    chosen = sorted({round(k * (len(paths) - 1) / (most - 1)) for k in range(most)})
    earlier = "".join(_picture(paths[k]) for k in chosen) if len(paths) > 1 else ""
    note = "<p class='soft'>The same latents, from the start to the end of training.</p>" if earlier else ""
    return (
        f'<h2>Samples</h2>\n<div class="last">{_picture(paths[-1])}</div>\n{note}<div class="pictures">{earlier}</div>'
    )


def _picture(path):
    step = runs.step_of(path)
    data = base64.b64encode(path.read_bytes()).decode()
    return (
        f'<figure><img alt="samples after step {step}" src="data:image/png;base64,{data}">'
        f"<figcaption>step {step}</figcaption></figure>"
    )


def _scores(entries):
    if not entries:
        return ""
    names = list(dict.fromkeys(name for entry in entries for name in entry if name != "protocol"))
    protocols = dict.fromkeys(entry["protocol"] for entry in entries if "protocol" in entry)
    head = "".join(f"<th>{_text(name)}</th>" for name in names)
    rows = "".join(
        "<tr>" + "".join(f"<td>{_text(_number(entry.get(name)))}</td>" for name in names) + "</tr>" for entry in entries
    )
    note = "The name in brackets is the network that scored; such scores compare only with others of the same network."
    notes = "\n".join(f'<p class="soft">{_text(text)}</p>' for text in (note, *protocols))
    return f"<h2>Scores</h2>\n<table><tr>{head}</tr>{rows}</table>\n{notes}"


def _reproduce(run):
    config = run.config
    facts = {**config.arguments, **config.versions}
    rows = "".join(f"<tr><th>{_text(name)}</th><td>{_text(_number(value))}</td></tr>" for name, value in facts.items())
    return f"<h2>How to reproduce</h2>\n<pre>{_text(config.command(run.folder))}</pre>\n<table>{rows}</table>"


def _range(values):
    """Low and high end of the axis for `values`."""
    if not values:
        return 0.0, 1.0
    values = sorted(values)
    cut = len(values) // 50
    low, high = values[cut], values[-1 - cut]
    margin = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
    return low - margin, high + margin


def _ticks(low, high, most=5):
    """Round numbers between low and high, at most `most` + 1 of them."""
    rough = (high - low) / most
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough * 0.999999)
    return [round(k * step, 12) for k in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _path(points):
    """SVG path through the points, interrupted at None."""
    words, pen = [], "M"
    for point in points:
        if point is None:
            pen = "M"
        else:
            words.append(f"{pen}{point[0]:.1f} {point[1]:.1f}")
            pen = "L"
    if len(words) == 1:  # a single point: a short dash that can be seen
        words.append("h3")
    return "".join(words)


def _short(step):
    return f"{step / 1000:g}k" if step >= 10_000 else f"{step:g}"


def _number(value):
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


def _text(value):
    return html.escape(str(value), quote=True)
