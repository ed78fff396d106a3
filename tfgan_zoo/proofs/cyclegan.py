"""CycleGAN on shapes32: going there and back selects the right translation although no pair is ever shown.

Filled red shapes (X) and blue outlines (Y) of random kind, place and size, in two independent orders. The twin is the
same model with lambda = 0, so also without identity terms: the same weights at the start, the same batches.
"""

import keras
import numpy as np
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo.data.shapes import partners
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import endless, train

CLAIM = (
    "With cycle consistency two translators learn from unpaired pictures to go to the other domain and back, and find "
    "the true partner, never shown; without it (lambda = 0) pictures reach the domain but cannot be recovered."
)
CRITERIA = (
    Criterion("pairs_shown", "<=", 0.01, "share of x shown beside their true partner: the data are unpaired"),
    Criterion("cycle_x", "<=", 0.07, "E|F(G(x)) - x| on held-out pictures, range [-1, 1]"),
    Criterion("cycle_y", "<=", 0.07, "E|G(F(y)) - y|"),
    Criterion("cycle_x_of_twin", "<=", 1 / 3, "cycle_x over that of the lambda = 0 twin"),
    Criterion("cycle_y_of_twin", "<=", 1 / 3, "cycle_y over that of the lambda = 0 twin"),
    Criterion("partner_y", "<=", 0.10, "E|G(x) - true partner of x|"),
    Criterion("partner_x", "<=", 0.10, "E|F(y) - true partner of y|"),
    Criterion("judge_accuracy", ">=", 0.99, "of the domain classifier on real pictures: the identity would fail"),
    Criterion("judged_y", ">=", 0.9, "share of G(x) that the domain classifier says are of Y"),
    Criterion("judged_x", ">=", 0.9, "share of F(y) that the domain classifier says are of X"),
)
STEPS, BATCH = 1200, 4
SIZES = {"image_shape": (32, 32, 3), "width": 16, "blocks": 3, "discriminator_layers": 2, "normalize": False}


def run(seed, report):
    """Train the method and its lambda = 0 twin and compare both with the true partners of held-out pictures."""
    training, held_out = (zoo.data.open_source("shapes32", split=split, seed=seed) for split in ("train", "test"))
    partner = partners("test", seed)
    x, y = to_float(held_out.x.images), to_float(held_out.y.images)
    true_y, true_x = y[partner], x[np.argsort(partner)]
    judge = domain_classifier(to_float(training.x.images), to_float(training.y.images), seed)
    # The judge says 0 for a picture of X, 1 for one of Y.
    values = {
        "pairs_shown": pairs_shown(training, partners("train", seed), seed),
        "judge_accuracy": (np.mean(judge(x) == 0) + np.mean(judge(y) == 1)) / 2,
        "identity_partner": distance(x, true_y),
    }
    pictures = {}
    for weight in (10.0, 0.0):
        model = zoo.create("cyclegan", **SIZES, cycle_weight=weight, seed=seed)
        terms = train(model, training.batches(BATCH, seed=seed, repeat=True), STEPS, jit_compile=False)
        there, back = (translated_by(network) for network in (model.translator_x_to_y, model.translator_y_to_x))
        fake_y, fake_x = there(x), back(y)
        again_x, again_y = back(fake_y), there(fake_x)
        measured = {
            "cycle_x": distance(again_x, x),
            "cycle_y": distance(again_y, y),
            "partner_y": distance(fake_y, true_y),
            "partner_x": distance(fake_x, true_x),
            "judged_y": np.mean(judge(fake_y) == 1),
            "judged_x": np.mean(judge(fake_x) == 0),
        }
        report(f"lambda {weight:g}: { ({k: round(float(v), 3) for k, v in (measured | terms).items()}) }")
        values |= measured if weight else {f"twin_{name}": value for name, value in measured.items()}
        pictures[weight] = [a[:8] for a in (fake_y, again_x, fake_x, again_y)]
    for name in ("cycle_x", "cycle_y"):
        values[f"{name}_of_twin"] = values[name] / values[f"twin_{name}"]
    return values | {"_pictures": pictures, "_real": [a[:8] for a in (x, true_y, y, true_x)]}


def to_float(images: np.ndarray) -> np.ndarray:
    """Pixels 0..255 to float32 in [-1, 1]."""
    return images.astype(np.float32) / 127.5 - 1


def distance(a: np.ndarray, b: np.ndarray) -> float:
    """Mean absolute difference."""
    return float(np.mean(np.abs(a - b)))


def translated_by(network: keras.Model):
    """Return the function from images to their translations, in chunks."""
    return lambda images: np.concatenate([network(part, training=False) for part in np.array_split(images, 10)])


def pairs_shown(pair: zoo.data.Pair, partner: np.ndarray, seed: int, batches: int = 300) -> float:
    """Share of the x in the first training batches that stand beside their true partner (1 / 2000 by chance)."""
    number = {image.tobytes(): i for i, image in enumerate(pair.x.images)}
    met = []
    for x, y in pair.batches(BATCH, seed=seed, repeat=True).take(batches).as_numpy_iterator():
        rows = [number[zoo.data.to_uint8(image).tobytes()] for image in x]
        met += [np.array_equal(a, b) for a, b in zip(pair.y.images[partner[rows]], zoo.data.to_uint8(y))]
    return float(np.mean(met))


def domain_classifier(x: np.ndarray, y: np.ndarray, seed: int):
    """Train a small network to tell the domains apart; return the function from images to 0 (X) or 1 (Y)."""
    conv = lambda width: keras.layers.Conv2D(width, 3, 2, "same", activation="relu")
    steps = [keras.Input(x.shape[1:]), conv(16), conv(32), conv(64), keras.layers.Flatten(), keras.layers.Dense(1)]
    network = keras.Sequential(steps)
    network.compile(keras.optimizers.Adam(1e-3), keras.losses.BinaryCrossentropy(from_logits=True))
    labels = np.repeat(np.float32([0, 1]), [len(x), len(y)])[:, None]
    data = endless(np.concatenate([x, y]), labels, batch_size=64, seed=seed)
    network.fit(data, steps_per_epoch=150, shuffle=False, verbose=0)
    return lambda images: (network(tf.constant(images), training=False).numpy()[:, 0] > 0).astype(int)


def draw(runs, path):
    """For each seed and direction: pictures, translation and reconstruction of method and twin, true partners."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image

    figure = Figure(figsize=(9.0, 3.2 * len(runs)), dpi=80, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    names = (
        ("x", "G(x)", "F(G(x))", "λ=0: G(x)", "λ=0: F(G(x))", "partner of x"),
        ("y", "F(y)", "G(F(y))", "λ=0: F(y)", "λ=0: G(F(y))", "partner of y"),
    )
    for row, run in enumerate(runs):
        for column, (here, there) in enumerate(("xy", "yx")):
            part = slice(2 * column, 2 * column + 2)
            real, partner = run["_real"][part]
            images = np.stack([real, *run["_pictures"][10.0][part], *run["_pictures"][0.0][part], partner])[:, :7]
            axes = figure.add_subplot(len(runs), 2, 2 * row + column + 1)
            axes.imshow(zoo.data.grid(images.reshape(-1, *images.shape[2:]), columns=7), interpolation="nearest")
            axes.set_yticks(34 * np.arange(6) + 16, names[column], fontsize=8)
            axes.set_xticks([])
            cycle, partner_error = run[f"cycle_{here}"], run[f"partner_{there}"]
            axes.set_title(f"seed {row}: cycle error {cycle:.3f}, partner error {partner_error:.3f}", fontsize=8)
    canvas.draw()
    # A palette keeps the file small.
    Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3]).quantize(128).save(path)
