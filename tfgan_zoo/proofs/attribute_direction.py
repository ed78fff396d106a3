"""Directions of attributes: found again where they are known, and in the styles of the shipped StyleGAN2.

Known: codes x ~ N(0, I) of 64 numbers, the score a . x + 0.5 noise, 1,000 codes, split at the median. In the generator
(Fashion-MNIST, 32x32, w of 64 numbers): the brightness of images, of 6,000 codes. 100 other codes, truncated with psi
0.7, move by -3 to 3 in 13 steps; ten random unit directions are the baseline. The second attribute is how rough images
are: the mean difference of neighbouring pixels over the mean grey; brighter garments are smoother, and the conditional
direction, orthogonal to that of roughness, is to change it less.
"""

import numpy as np
from scipy.stats import spearmanr

from tfgan_zoo import data
from tfgan_zoo.latent import codes
from tfgan_zoo.latent.attributes import attribute_direction
from tfgan_zoo.latent.boundaries import fit_direction
from tfgan_zoo.latent.groups import median_labels
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.registry import create

CLAIM = (
    "The normal of a linear boundary between codes of low and of high scores changes the attribute steadily; without "
    "its part along another attribute's normal it changes that one less."
)
CRITERIA = (
    Criterion("known_cosine", ">=", 0.95, "cosine of the direction found and the true one, 1,000 codes"),
    Criterion("accuracy", ">=", 0.75, "share of held-out codes on the right side of the brightness boundary"),
    Criterion("steady", ">=", 0.9, "share of codes with rank correlation >= 0.95 of brightness and strength"),
    Criterion("effect_ratio", ">=", 3, "change of brightness from -3 to 3 over the mean of random directions"),
    Criterion("drift_ratio", "<=", 0.5, "change of roughness along the conditional direction over the direction's"),
)
N, CODES, PSI, RANDOM = 6000, 100, 0.7, 10
STRENGTHS = np.linspace(-3.0, 3.0, 13)


def run(seed, report):
    """Find a known direction; find brightness in the generator, move along it and along the conditional direction."""
    generator = np.random.default_rng(seed)
    model = create("stylegan2", weights="fashion_mnist")
    images = model.sample(N, seed=seed).numpy()
    rough = attribute_direction(model, roughness(images), N, seed=seed)
    bright = attribute_direction(model, brightness(images), N, seed=seed)
    alone = attribute_direction(model, brightness(images), N, seed=seed, others=[rough])
    report(f"held out: {[float(d.arrays['validation_accuracy'][0]) for d in (bright, rough)]}")
    base = codes.styles_of(model, codes.w_of(model, codes.z_of(model, range(10_000, 10_000 + CODES))), PSI)
    moved = lambda direction, at: codes.images_of_styles(model, (base + at * direction).astype(np.float32))
    along = np.stack([moved(bright.directions[0], at) for at in STRENGTHS], axis=1)
    values = brightness(along.reshape(-1, *images.shape[1:])).reshape(along.shape[:2])
    correlations = np.array([spearmanr(STRENGTHS, row).statistic for row in values])
    others = generator.normal(size=(RANDOM, base.shape[-1]))
    others /= np.linalg.norm(others, axis=1, keepdims=True)
    random = [np.abs(brightness(moved(n, 3)) - brightness(moved(n, -3))).mean() for n in others]
    conditional = {at: moved(alone.directions[0], at) for at in (-3, 3)}
    effect = (values[:, -1] - values[:, 0]).mean()
    drift = np.abs(roughness(along[:, -1]) - roughness(along[:, 0])).mean()
    conditional_drift = np.abs(roughness(conditional[3]) - roughness(conditional[-3])).mean()
    return {
        "known_cosine": known_cosine(generator),
        "accuracy": float(bright.arrays["validation_accuracy"][0]),
        "steady": float((correlations >= 0.95).mean()),
        "effect": float(effect),
        "effect_ratio": float(effect / np.mean(random)),
        "drift": float(drift),
        "conditional_drift": float(conditional_drift),
        "drift_ratio": float(conditional_drift / drift),
        "conditional_effect": float((brightness(conditional[3]) - brightness(conditional[-3])).mean()),
        "_values": values,
        "_strips": along[:6, ::2],
        "_conditional": np.stack([moved(alone.directions[0], at)[:6] for at in STRENGTHS[::2]], axis=1),
    }


def known_cosine(generator, n=1000, d=64):
    """Cosine of the direction that is found and the one that scores are made of."""
    truth, x = generator.normal(size=d), generator.normal(size=(n, d))
    truth /= np.linalg.norm(truth)
    groups = median_labels(x @ truth + 0.5 * generator.normal(size=n))
    return float(fit_direction(x[groups.kept], groups.labels, validation=0.0).direction @ truth)


def brightness(images):
    """Mean of the pixels, in [0, 1]."""
    return (images.mean(axis=(1, 2, 3)) + 1) / 2


def roughness(images):
    """Mean absolute difference of neighbours along both axes over the mean grey."""
    differences = sum(np.abs(np.diff(images, axis=axis)).mean(axis=(1, 2, 3)) for axis in (1, 2)) / 2
    return differences / 2 / np.maximum(brightness(images), 1e-3)


def draw(runs, path):
    """Strips along the direction and along the conditional one; brightness of all codes against the strength."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 4.1), dpi=90, layout="constrained")
    panels = figure.subplots(1, 3, width_ratios=(1, 1, 1))
    first = runs[0]
    for panel, key, title in zip(panels, ("_strips", "_conditional"), ("brighter", "brighter, as rough as before")):
        strips = first[key]
        panel.imshow(data.grid(strips.reshape(-1, *strips.shape[2:]), strips.shape[1])[..., 0], cmap="gray")
        panel.set_title(f"{title}: strength -3 to 3", fontsize=10)
        panel.set_axis_off()
    for i, run_ in enumerate(runs):
        shift = run_["_values"] - run_["_values"][:, len(STRENGTHS) // 2, None]
        middle, low, high = (np.quantile(shift, q, axis=0) for q in (0.5, 0.1, 0.9))
        panels[2].plot(STRENGTHS, middle, color=f"C{i}", label=f"seed {i}: {run_['effect_ratio']:.1f} x random")
        panels[2].fill_between(STRENGTHS, low, high, color=f"C{i}", alpha=0.15)
    steady = ", ".join(f"{run_['steady']:.0%}" for run_ in runs)
    drifts = ", ".join(f"{run_['drift_ratio']:.2f}" for run_ in runs)
    title = f"change of brightness (steady: {steady})\nroughness, conditional / plain: {drifts}"
    panels[2].set_title(title, fontsize=9)
    panels[2].set(xlabel="strength")
    panels[2].legend(fontsize=9)
    panels[2].grid(alpha=0.3)
    figure.savefig(path)
