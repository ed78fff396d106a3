"""StyleGAN2: what demodulation, the penalty on path lengths and the laziness of both regularizers do.

Fashion-MNIST at 32x32, configuration E with at most 64 feature maps (channel_base 512), batches of 16, R1 with gamma
0.1: three runs of 2,000 steps with the same data, regularized lazily, lazily without path lengths, and on every step.
The paper trains for 800,000 steps; so that path lengths matter in 2,000 their weight is 40 (2), and their mean is
followed at the rate 0.1 (0.01), as it would otherwise come from zero for a fifth of the run.
All is measured on the deployed (averaged) networks without truncation; scores are of 2,000 samples and the shipped
Fashion-MNIST classifier. Speed is in processor seconds, which other work on the machine does not change.
"""

import time

import numpy as np
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws, metrics
from tfgan_zoo.layers import ModulatedConv2D
from tfgan_zoo.penalties.path_length import path_lengths
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import train

CLAIM = (
    "Demodulated maps have unit variance whatever the styles; the path length penalty makes steps in w change images "
    "evenly; regularizing every few steps costs no quality and saves time."
)
CRITERIA = (
    Criterion("demodulated_error", "<=", 0.05, "largest |deviation - 1| of maps of white noise, styles in [0.1, 10]"),
    Criterion("modulated_span", ">=", 10, "largest over smallest deviation of these maps without demodulation"),
    Criterion(
        "path_variation", "<=", 0.75, "variation of path lengths (deviation over mean) over that without penalty"
    ),
    Criterion("path_ppl", "<", 1, "PPL (pixels, w, end) over that without penalty"),
    Criterion("path_fid", "<=", 1.15, "FID over that without penalty"),
    Criterion("lazy_speed", ">=", 1.3, "images a processor second over those of the run regularized on every step"),
    Criterion("lazy_fid", "<=", 1.15, "FID over that of the run regularized on every step"),
)
SIZES = {
    "image_shape": (32, 32, 1),
    "latent_dim": 64,
    "style_dim": 64,
    "depth": 4,
    "channel_base": 512,
    "channel_max": 64,
    "gamma": 0.1,
    "path_weight": 40.0,
}
PATH_RATE = 0.1
STEPS, BATCH, SAMPLES, PATHS = 2000, 16, 2000, 1000


def run(seed, report):
    """Train three models; measure path lengths, their FID and speed; measure a layer's demodulation."""
    training, held_out = (zoo.data.open_source("fashion_mnist", 32, split=split) for split in ("train", "test"))
    extractor = metrics.FashionClassifier()
    images = held_out.images[:SAMPLES].astype(np.float32) / 127.5 - 1
    real = metrics.extract(extractor, images)["features"]

    def trained(title, **options):
        model = zoo.create("stylegan2", **SIZES | options, seed=seed)
        model.path_length.rate = PATH_RATE
        batches = training.batches(BATCH, seed=seed, repeat=True)
        train(model, batches, 50)  # tracing and warming up are not timed
        start = time.process_time()
        train(model, batches, STEPS - 50)
        seconds = time.process_time() - start
        fake = metrics.extract(extractor, np.asarray(model.sample(SAMPLES, seed=seed)))["features"]
        lengths = measured_lengths(model, seed)
        found = {
            "fid": metrics.fid(real, fake),
            "images_per_second": (STEPS - 50) * BATCH / seconds,
            "variation": float(lengths.std() / lengths.mean()),
            "ppl": path_length_of_images(model, seed),
        }
        report(f"{title}: { ({name: round(value, 3) for name, value in found.items()}) }")
        return model, found

    model, lazy = trained("lazy")
    free_model, free = trained("no path lengths", path_weight=0.0)
    eager_model, eager = trained("eager", r1_interval=1, path_interval=1)
    error, span = demodulation(seed)
    return {
        "demodulated_error": error,
        "modulated_span": span,
        "path_variation": lazy["variation"] / free["variation"],
        "path_ppl": lazy["ppl"] / free["ppl"],
        "path_fid": lazy["fid"] / free["fid"],
        "lazy_speed": lazy["images_per_second"] / eager["images_per_second"],
        "lazy_fid": lazy["fid"] / eager["fid"],
        **{f"{name}_lazy": value for name, value in lazy.items()},
        **{f"{name}_without_path_lengths": value for name, value in free.items()},
        **{f"{name}_eager": value for name, value in eager.items()},
        "_lazy": model.sample(32, seed=seed).numpy(),
        "_free": free_model.sample(32, seed=seed).numpy(),
        "_eager": eager_model.sample(32, seed=seed).numpy(),
    }


def demodulation(seed, inputs=64, outputs=64, examples=64):
    """Largest |deviation - 1| of a layer's maps of white noise, and the span of deviations without demodulation.

    An example's maps of 128x128 pixels are white noise times the styles, which are log-uniform in [0.1, 10].
    """
    generator = np.random.default_rng(seed)
    styles = 10 ** generator.uniform(-1, 1, (examples, 1)) * np.exp(generator.normal(0, 0.1, (examples, inputs)))
    styles = np.clip(styles, 0.1, 10).astype(np.float32)
    maps = generator.normal(size=(examples, 128, 128, inputs)).astype(np.float32)
    deviations = []
    for demodulate in (True, False):
        layer = ModulatedConv2D(outputs, 3, demodulate=demodulate)
        layer.build([(None, 128, 128, inputs), (None, inputs)])
        layer.affine.kernel.assign(tf.eye(inputs) * inputs**0.5)  # w are the styles
        layer.affine.bias.assign(tf.zeros(inputs))
        found = [layer([maps[i : i + 1], styles[i : i + 1]])[:, 1:-1, 1:-1] for i in range(examples)]
        deviations.append(np.concatenate([f.numpy().std(axis=(1, 2)) for f in found]))
    return float(np.abs(deviations[0] - 1).max()), float(deviations[1].max() / deviations[1].min())


def measured_lengths(model, seed):
    """Path lengths of random latents' images, (PATHS,)."""
    synthesis = model.deployed("synthesis")
    with draws.seeded((seed, 1)):
        styles = model.of_layers(model.map(model.sample_latents(PATHS)))
        parts = np.array_split(styles.numpy(), 10)
        return np.concatenate(
            [path_lengths(lambda s: synthesis(s, noise="constant"), tf.constant(part)) for part in parts]
        )


def path_length_of_images(model, seed):
    """PPL in w at the ends of paths, squared pixel differences of images that are not cut to [-1, 1]."""
    images = lambda w: model.deployed("synthesis")(model.of_layers(w), noise="constant").numpy()
    mapping = lambda z: model.map(tf.constant(z, tf.float32)).numpy()
    found = metrics.ppl(
        images,
        model.latent_dim,
        space="w",
        sampling="end",
        map_latents=mapping,
        samples=2000,
        batch_size=100,
        seed=seed,
    )
    return found.mean


def draw(runs, path):
    """Samples of the three runs, seed by seed."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 1.9 * len(runs)), dpi=90, layout="constrained")
    for row, run in enumerate(runs):
        titles = {"lazy": "lazy", "free": "without path lengths", "eager": "regularized on every step"}
        names = {"lazy": "lazy", "free": "without_path_lengths", "eager": "eager"}
        for column, (key, title) in enumerate(titles.items()):
            axes = figure.add_subplot(len(runs), 3, 3 * row + column + 1)
            axes.imshow(zoo.data.grid(run[f"_{key}"], 8)[..., 0], cmap="gray", interpolation="nearest")
            fid, variation = run[f"fid_{names[key]}"], run[f"variation_{names[key]}"]
            axes.set_title(f"seed {row}, {title}: FID {fid:.1f}, lengths vary by {variation:.2f}", fontsize=8)
            axes.set_axis_off()
    figure.savefig(path)
