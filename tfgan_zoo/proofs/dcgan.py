"""DCGAN on Fashion-MNIST: the convolutional recipe against a perceptron GAN, and what its discriminator has learned.

All scores come from the shipped Fashion-MNIST classifier, at 2000 samples, against the test images. Both models get the
same batches for the same number of steps.
"""

import keras
import numpy as np
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import metrics
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import train

CLAIM = (
    "Strided convolutions with batch normalization train stably to varied, recognizable pictures, closer to the data "
    "than a perceptron GAN's after as many steps; the discriminator's features serve a linear classifier, and walks in "
    "the latent space change pictures gradually."
)
CRITERIA = (
    Criterion("inception_score[fashion]", ">=", 5, "of the samples, 10 splits of 200"),
    Criterion("classes", ">=", 8, "of 10 that have at least 3 % of the samples"),
    Criterion("fid_of_untrained", "<=", 0.25, "fid[fashion] over that of the generator before training"),
    Criterion("fid_of_mlp", "<=", 0.7, "fid[fashion] over that of the perceptron GAN"),
    Criterion("feature_gain", ">=", 0.02, "accuracy of a linear classifier on D's features less that on a random D's"),
    Criterion("walk_step", "<=", 0.1, "mean pixel change of a step over that of the whole walk of 30 steps in z"),
)
STEPS, BATCH, SAMPLES, LABELLED, WALK = 2000, 64, 2000, 2000, 30
SHAPE = (32, 32, 1)


def run(seed, report):
    """Train DCGAN and the perceptron GAN; score samples, discriminator features and walks in z."""
    training, held_out = (zoo.data.open_source("fashion_mnist", 32, split=split) for split in ("train", "test"))
    extractor = metrics.FashionClassifier()
    real = metrics.extract(extractor, to_float(held_out.images[:SAMPLES]))["features"]

    def scores(model):
        images = np.asarray(model.sample(SAMPLES, seed=seed))
        outputs = metrics.extract(extractor, images)
        share = np.bincount(outputs["logits"].argmax(axis=1), minlength=10) / SAMPLES
        found = {
            "fid[fashion]": metrics.fid(real, outputs["features"]),
            "inception_score[fashion]": metrics.inception_score(outputs["logits"], splits=10, seed=seed).mean,
            "classes": int((share >= 0.03).sum()),
        }
        return images[:24], found

    def trained(model):
        terms = train(model, training.batches(BATCH, seed=seed, repeat=True), STEPS, jit_compile=False)
        images, found = scores(model)
        report(f"{model.name}: { ({k: round(float(v), 3) for k, v in (found | terms).items()}) }")
        return images, found

    model = zoo.create("dcgan", image_shape=SHAPE, width=32, seed=seed)
    _, untrained = scores(model)
    random_features = feature_accuracies(model.discriminator, training, held_out)
    images, values = trained(model)
    mlp_images, mlp = trained(zoo.create("gan", image_shape=SHAPE, width=512, seed=seed))
    features = feature_accuracies(model.discriminator, training, held_out)
    walks, step, largest = walk(model, seed)
    return values | {
        "untrained_fid[fashion]": untrained["fid[fashion]"],
        "fid_of_untrained": values["fid[fashion]"] / untrained["fid[fashion]"],
        **{f"mlp_{name}": value for name, value in mlp.items()},
        "fid_of_mlp": values["fid[fashion]"] / mlp["fid[fashion]"],
        "feature_accuracy": features[0],
        "random_feature_accuracy": random_features[0],
        "feature_gain": features[0] - random_features[0],
        "standardized_feature_accuracy": features[1],
        "standardized_random_feature_accuracy": random_features[1],
        "walk_step": step,
        "largest_walk_step": largest,
        "_images": images,
        "_mlp_images": mlp_images,
        "_walks": walks,
    }


def to_float(images: np.ndarray) -> np.ndarray:
    """Pixels 0..255 to float32 in [-1, 1]."""
    return images.astype(np.float32) / 127.5 - 1


def feature_accuracies(discriminator: keras.Model, training, held_out) -> tuple[float, float]:
    """Accuracy on the test images of linear classifiers on D's features, fitted to 2000 labelled training images.

    Features are all convolutions' activations, max-pooled to 4x4 (section 5.1): first those of D as it is; then, harder
    to beat as a random D's batch normalization has seen no image, standardized ones of a D whose batch
    normalization has settled on unlabelled real images.
    """
    labelled = [to_float(source.images[:LABELLED]) for source in (training, held_out)]
    labels, answers = (source.labels[:LABELLED] for source in (training, held_out))
    copy = keras.models.clone_model(discriminator)
    copy.set_weights(discriminator.get_weights())
    plain = [pooled_activations(copy, images) for images in labelled]
    for batch in np.array_split(to_float(training.images[LABELLED : LABELLED + 4000]), 40):
        copy(batch, training=True)
    settled = [pooled_activations(copy, images) for images in labelled]
    deviation = settled[0].std(axis=0) + 1e-6
    standardized = [features / deviation for features in settled]
    return linear_accuracy(*plain, labels, answers), linear_accuracy(*standardized, labels, answers)


def pooled_activations(discriminator: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return every convolution's activations, max-pooled to 4x4, as (n, d)."""
    maps = [layer.output for layer in discriminator.layers if isinstance(layer, keras.layers.LeakyReLU)]
    pooled = [keras.layers.Flatten()(keras.layers.MaxPooling2D(m.shape[1] // 4)(m)) for m in maps]
    network = keras.Model(discriminator.inputs[0], keras.layers.Concatenate()(pooled))
    return np.concatenate([network(part, training=False) for part in np.array_split(images, 8)])


def linear_accuracy(known: np.ndarray, asked: np.ndarray, labels: np.ndarray, answers: np.ndarray) -> float:
    """Accuracy of a linear classifier: the least-squares form of the paper's L2-SVM, which is solved exactly.

    One class against all; the regularization is the one with the best leave-one-out accuracy on the known examples.
    """
    n, mean = len(known), known.mean(axis=0)
    known, asked = known - mean, asked - mean
    targets = np.eye(10)[labels]
    offset = targets.mean(axis=0)
    values, vectors = np.linalg.eigh((known @ known.T).astype(np.float64))
    projected = vectors.T @ (targets - offset)

    def dual(strength):
        weights = vectors @ (projected / (values + strength)[:, None])
        leverage = vectors**2 @ (1 / (values + strength)) - 1 / (n * strength)  # 1 / n is the offset's
        left_out = targets - weights / leverage[:, None]
        return np.mean(left_out.argmax(axis=1) == labels), weights

    strengths = values.mean() * 10.0 ** np.arange(-3, 2.5, 0.5)
    _, weights = max((dual(strength) for strength in strengths), key=lambda found: found[0])
    return float(np.mean((asked @ (known.T @ weights) + offset).argmax(axis=1) == answers))


def walk(model, seed: int, walks: int = 16) -> tuple[np.ndarray, float, float]:
    """Walk straight between pairs of latents in 30 steps.

    Returns:
        Six pictures of each of the first four walks; the mean and the largest pixel change of a step, each over the
        change from end to end.
    """
    ends = np.random.default_rng(seed).uniform(-1, 1, (2, walks, model.latent_dim)).astype(np.float32)
    position = np.linspace(0, 1, WALK + 1, dtype=np.float32)[:, None, None]
    latents = ends[0] + position * (ends[1] - ends[0])
    images = np.stack([model(tf.constant(z)) for z in latents])
    change = np.abs(np.diff(images, axis=0)).mean(axis=(2, 3, 4))
    share = change / np.abs(images[-1] - images[0]).mean(axis=(1, 2, 3))
    return images[:: WALK // 5, :4][:6].swapaxes(0, 1), float(share.mean()), float(share.max())


def draw(runs, path):
    """For each seed: samples of DCGAN and of the perceptron GAN, and two walks in z."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image

    figure = Figure(figsize=(9.6, 2.5 * len(runs)), dpi=80, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    for row, run in enumerate(runs):
        score = lambda prefix, run=run: (
            f"FID {run[prefix + 'fid[fashion]']:.1f}, IS {run[prefix + 'inception_score[fashion]']:.2f}"
        )
        pictures = (
            (f"seed {row}, DCGAN: {score('')}", run["_images"], 6),
            (f"MLP GAN: {score('mlp_')}", run["_mlp_images"], 6),
            ("four walks in z, from left to right", run["_walks"].reshape(-1, *SHAPE), 6),
        )
        for column, (title, images, columns) in enumerate(pictures):
            axes = figure.add_subplot(len(runs), 3, 3 * row + column + 1)
            axes.imshow(zoo.data.grid(images, columns)[..., 0], cmap="gray", interpolation="nearest")
            axes.set_title(title, fontsize=8)
            axes.set_axis_off()
    canvas.draw()
    # A palette keeps the file small.
    Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3]).quantize(32).save(path)
