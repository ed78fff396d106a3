"""What proofs on the digits share: the images, the judge's scores of conditional samples and of reconstructions."""

import numpy as np
import tensorflow as tf

from tfgan_zoo import data
from tfgan_zoo.metrics import DigitsClassifier
from tfgan_zoo.proofs.training import endless

CLASSES, SAMPLES = 10, 2000
ASKED = np.arange(SAMPLES) % CLASSES


def everything(split: str) -> tuple[np.ndarray, np.ndarray]:
    """All images and labels of a part of the digits: 1,400 for "train", 397 for "test"."""
    size = {"train": 1400, "test": 397}[split]
    batch = next(iter(data.load("digits", batch_size=size, split=split, labels=True, shuffle=False)))
    return tuple(part.numpy() for part in batch)


def conditional_scores(samples: np.ndarray, seed: int) -> dict[str, float]:
    """Scores of 2,000 samples of all classes in turn.

    Returns:
        gan_test: the judge's agreement with the labels asked for; gan_train: real test accuracy of a classifier that
        was taught by these samples alone; least_class_spread: pixel deviation within the class that varies least,
        relative to that of real images.
    """
    return {
        "gan_test": float(np.mean(judged(samples) == ASKED)),
        "gan_train": taught(samples, ASKED, seed),
        "least_class_spread": float(min(class_spreads(samples, ASKED) / class_spreads(*everything("train")))),
    }


def judged(images: np.ndarray) -> np.ndarray:
    """Classes that the judge sees."""
    return DigitsClassifier()(images)["logits"].argmax(axis=1)


def class_spreads(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Standard deviation of a pixel within each class, mean over the pixels."""
    return np.array([images[labels == k].std(axis=0).mean() for k in range(CLASSES)])


def taught(images: np.ndarray, labels: np.ndarray, seed: int) -> float:
    """Real test accuracy of the judge's network after 1,000 steps on the given images."""
    import keras

    network = DigitsClassifier.build(seed)
    classifier = keras.Model(network.input, network.output["logits"])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    classifier.compile(keras.optimizers.Adam(1e-3), loss, metrics=["accuracy"], steps_per_execution=20)
    batches = endless(images, labels, batch_size=64, seed=seed)
    classifier.fit(batches, steps_per_epoch=1000, shuffle=False, verbose=0)
    return classifier.evaluate(*everything("test"), batch_size=397, verbose=0, return_dict=True)["accuracy"]


def reconstruction_scores(model, seed: int) -> dict[str, float]:
    """How a model with an encoder brings back the 397 test images, and its own 1,000 samples' codes.

    Returns:
        mse: of reconstructions; shuffled_mse: of reconstructions against other images; mse_ratio: their ratio;
        class_kept: share of reconstructions that the judge gives the true class; code_mse: of E(G(z)) and z;
        shuffled_code_mse: against other codes; least_class: smallest share of a class among decoded prior draws.
    """
    images, labels = everything("test")
    again = model.reconstruct(images).numpy()
    order = np.random.default_rng(seed).permutation(len(images))
    mse, shuffled = (float(np.mean((again - x) ** 2)) for x in (images, images[order]))
    latents = prior_draws(model, 1000, seed)
    drawn = np.clip(model.decode(latents).numpy(), -1, 1)
    codes = model.encode(drawn).numpy()
    error = lambda z: float(np.mean((codes - z) ** 2))
    return {
        "mse": mse,
        "shuffled_mse": shuffled,
        "mse_ratio": mse / shuffled,
        "class_kept": float(np.mean(judged(again) == labels)),
        "code_mse": error(latents.numpy()),
        "shuffled_code_mse": error(np.roll(latents.numpy(), 1, axis=0)),
        "least_class": float(np.bincount(judged(drawn), minlength=CLASSES).min() / len(drawn)),
    }


def prior_draws(model, n: int, seed: int) -> tf.Tensor:
    """Latents as the model draws them."""
    from tfgan_zoo import draws

    with draws.seeded((seed, 7)):
        return model.sample_latents(n)


def reconstruction_pictures(model, seed: int, shown: int = 16) -> dict[str, np.ndarray]:
    """Test images, their reconstructions, decoded prior draws, and walks between two test images' codes."""
    images, _ = everything("test")
    images = images[:shown]
    codes = model.encode(images[:8]).numpy()
    at = np.linspace(0, 1, 8)[:, None, None]
    between = (codes[:4] + at * (codes[4:] - codes[:4])).swapaxes(0, 1).reshape(-1, codes.shape[-1])
    return {
        "_test": images,
        "_reconstructed": model.reconstruct(images).numpy(),
        "_drawn": model.decode(prior_draws(model, 2 * shown, seed)).numpy(),
        "_between": model.decode(tf.constant(between, tf.float32)).numpy(),
    }


def draw_reconstructions(runs, path, name: str, rows_of_first=()) -> None:
    """Test images above each seed's reconstructions; below draws from the prior, and walks in code space.

    Rows tell the error and the share of reconstructions that keep their class.

    Args:
        runs: of the proof, with `reconstruction_scores` and `reconstruction_pictures`.
        path: of the PNG.
        name: of the model.
        rows_of_first: (label, key) of further rows of 16 images, from the first run.
    """
    from matplotlib.figure import Figure

    first = runs[0]
    rows = [("test images", first["_test"])]
    rows += [(f"{i}: error {r['mse']:.3f}, class {r['class_kept']:.0%}", r["_reconstructed"])
             for i, r in enumerate(runs)]  # fmt: skip
    rows += [(label, first[key]) for label, key in rows_of_first]
    figure = Figure(figsize=(11, 1.1 + 0.42 * len(rows) + 2.3), layout="constrained")
    top, bottom = figure.subfigures(2, 1, height_ratios=(0.42 * len(rows) + 0.5, 2.6))
    panel = top.subplots()
    _show(panel, np.concatenate([images for _, images in rows]), f"{name}: unseen digits and what their codes give", 16)
    panel.set_yticks([10 * i + 3.5 for i in range(len(rows))], [label for label, _ in rows], fontsize=9)
    panels = bottom.subplots(1, 2)
    _show(panels[0], first["_drawn"], f"draws from the prior; rarest class {first['least_class']:.1%}", 8)
    _show(panels[1], first["_between"], "from one image's code to another's", 8)
    figure.savefig(path, dpi=90)


def draw_classes(runs, path, columns) -> None:
    """A column for each class: real images, then pictures of the runs.

    Args:
        runs: of the proof.
        path: of the PNG.
        columns: (title, images) of what is shown beside real images, 80 images each, classes in turn.
    """
    from matplotlib.figure import Figure

    images, labels = everything("train")
    real = np.concatenate([images[labels == k][:8, None] for k in range(CLASSES)], axis=1).reshape(-1, 8, 8, 1)
    figure = Figure(figsize=(3.3 * (len(columns) + 1), 3.2), layout="constrained")
    figure.get_layout_engine().set(wspace=0.04)
    panels = figure.subplots(1, len(columns) + 1)
    for panel, (title, shown) in zip(panels, [("real training images", real), *columns]):
        _show(panel, shown, title, CLASSES)
        panel.set_xticks([10 * k + 3.5 for k in range(CLASSES)], range(CLASSES), fontsize=8)
        panel.set_xlabel("label" if shown is real else "label asked for", fontsize=9)
    figure.savefig(path, dpi=100)


def _show(panel, images, title, columns):
    panel.imshow(data.grid(images, columns)[..., 0], cmap="gray", interpolation="nearest", vmin=0, vmax=255)
    panel.set_title(title, fontsize=10, loc="left")
    panel.set(xticks=[], yticks=[])
    panel.tick_params(length=0)
    panel.spines[:].set_visible(False)
