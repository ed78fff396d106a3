"""Proof of `progan`: a level enters without a jump, is learned in its phase, and growing beats starting at full size.

Fashion-MNIST at 32 pixels, levels 4, 8, 16 and 32. Scaled down to a minute of one core for a network: 16 feature maps
instead of 512, latents of 64, batches of 8, 3,000 images to train a level (twice that for the last) and 3,000 to fade
one in (paper: 800,000 each), hence a moving average of 0.99 (0.999) to suit phases of 375 steps, and Adam 5e-3 (1e-3):
a step of equalized weights changes a layer's output by up to rate * sqrt(fan_in), and sqrt(512 / 16) = 5.7. All else is
the paper's.

- Continuity: when a level is about to enter, the largest difference between its images, with all of the level before,
  and that level's, enlarged, for the same 64 latents; of three entrances.
- Learning at 16 pixels: the sliced Wasserstein distance of 7x7 patches (section 5) between 2,000 samples and as many
  held-out images reduced to 16 pixels, at the end of the level's phase over that at its beginning.
- Speed: the same networks trained at full size from the first step for the same time, which is processor time of the
  train steps without tracing (the machine is shared). Compared are fid[fashion] at 2,000 samples to the test images.
"""

import time

import keras
import numpy as np

import tfgan_zoo as zoo
from tfgan_zoo import metrics
from tfgan_zoo.networks import progressive
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam

CLAIM = (
    "Layers of a higher resolution are faded in without a jump and learn their level of detail in their own phase; "
    "in the same time a network that grows comes closer to the data than one trained at full size from the start."
)
CRITERIA = (
    Criterion("jump", "<=", 1e-5, "largest change of a pixel when a level enters, over three levels"),
    Criterion(
        "patch_distance_ratio", "<=", 0.5, "patch distance at 16 pixels, end of the level's phase over beginning"
    ),
    Criterion("fid_of_scratch", "<=", 1.0, "fid[fashion] over that of the network trained at 32 pixels from scratch"),
)
SHAPE, WIDTH, LATENTS, SAMPLES = (32, 32, 1), 16, 64, 2000
BATCH, PHASE, RATE = 8, 3000, 5e-3


class Stopwatch(keras.callbacks.Callback):
    """Sums the processor time of train steps; ends training when `limit` seconds are reached."""

    def __init__(self, limit=float("inf")):
        super().__init__()
        self.limit, self.seconds, self.steps = limit, 0.0, 0

    def on_train_batch_begin(self, batch, logs=None):
        """Start."""
        self.start = time.process_time()

    def on_train_batch_end(self, batch, logs=None):
        """Stop."""
        self.seconds, self.steps = self.seconds + time.process_time() - self.start, self.steps + 1
        if self.seconds >= self.limit:
            self.model.stop_training = True


def run(seed, report):
    """Grow one network, measuring at the borders of phases; train another at full size; score both."""
    training, held_out = (zoo.data.open_source("fashion_mnist", 32, split=split) for split in ("train", "test"))
    test_images = held_out.images[:SAMPLES].astype(np.float32) / 127.5 - 1
    extractor = metrics.FashionClassifier()
    real = metrics.extract(extractor, test_images)["features"]
    data = lambda part: training.batches(BATCH, seed=1000 * seed + part, repeat=True)

    def fid(model):
        return metrics.fid(real, metrics.extract(extractor, np.asarray(model.sample(SAMPLES, seed=seed)))["features"])

    grown, watch, values = make(seed), Stopwatch(), {"jump": 0.0}
    grown.fit(data(99), steps_per_epoch=1, verbose=0)  # tracing
    grown.images_seen.assign(0)
    history = []
    for phase in range(8):  # train level 0, fade in level 1, train it, ...; the last one longer
        if phase in (1, 3, 5):
            values["jump"] = max(values["jump"], jump(grown, (phase + 1) // 2, seed))
        if phase == 3:
            before = patch_distance(grown, test_images, 2, 1.0, seed)
        logs = grown.fit(data(phase), steps_per_epoch=PHASE // BATCH, verbose=0, callbacks=[watch]).history
        report(f"{int(grown.images_seen.numpy())} images, {watch.seconds:.0f} s: {rounded(logs)}")
        if phase == 4:
            after = patch_distance(grown, test_images, 2, 0.0, seed)
        if phase in (0, 2, 4, 7):
            history.append(grown.sample(8, seed=seed))
    scratch, limit = make(seed), Stopwatch(watch.seconds)
    scratch.images_seen.assign(10**9)  # all levels have entered
    scratch.fit(data(99), steps_per_epoch=1, verbose=0)
    logs = scratch.fit(data(0), steps_per_epoch=10**6, verbose=0, callbacks=[limit]).history
    report(f"from scratch, {limit.steps} steps, {limit.seconds:.0f} s: {rounded(logs)}")
    values |= {"patch_distance_before": before, "patch_distance": after, "patch_distance_ratio": after / before}
    values |= {"fid[fashion]": fid(grown), "scratch_fid[fashion]": fid(scratch)}
    report(f"{values}")
    return values | {
        "fid_of_scratch": values["fid[fashion]"] / values["scratch_fid[fashion]"],
        "steps": watch.steps,
        "scratch_steps": limit.steps,
        "training_seconds": watch.seconds,
        "_real": test_images[:24],
        "_grown": np.asarray(grown.sample(24, seed=seed)),
        "_scratch": np.asarray(scratch.sample(24, seed=seed)),
        "_history": np.concatenate(history),
    }


def make(seed):
    """The network of this experiment, compiled without XLA, which is slower for convolutions on CPUs."""
    sizes = {"image_shape": SHAPE, "latent_dim": LATENTS, "width": WIDTH}
    schedule = {"stabilize_images": PHASE, "transition_images": PHASE}
    model = zoo.create("progan", **sizes, **schedule, ema_decay=0.99, seed=seed)
    model.compile({player: adam(RATE, 0.0, 0.99) for player in model.players}, jit_compile=False)
    return model


def jump(model, level, seed):
    """Largest difference between a level that enters and the level before, enlarged."""
    latents = np.random.default_rng(seed).normal(size=(64, LATENTS)).astype(np.float32)
    entering = model.generator(latents, level=level, fade=np.float32(1.0))
    return float(np.abs(entering - progressive.enlarged(model.generator(latents, level=level - 1))).max())


def patch_distance(model, test_images, level, fade, seed):
    """Sliced Wasserstein distance of patches between samples of a level and images reduced to it."""
    latents = np.random.default_rng(seed).normal(size=(SAMPLES, LATENTS)).astype(np.float32)
    samples = np.clip(model.deployed("generator")(latents, level=level, fade=np.float32(fade)), -1.0, 1.0)
    images = np.asarray(progressive.reduced(test_images, SHAPE[0] // samples.shape[1]))
    return metrics.laplacian_swd(samples, images, patches=16, directions=128, seed=seed).average


def rounded(logs):
    """The terms, for a line of report."""
    return {name: round(values[-1], 2) for name, values in logs.items()}


def draw(runs, path):
    """For each seed: eight latents at the end of every level, samples of both networks, and data."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image

    figure = Figure(figsize=(10.4, 1.8 * len(runs)), dpi=80, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.subplots(len(runs), 4, width_ratios=(8, 6, 6, 6), squeeze=False)
    for row, run_ in enumerate(runs):
        pictures = (
            (f"seed {row}: same latents at 4, 8, 16, 32", run_["_history"], 8),
            (f"grown, {run_['steps']} steps: FID {run_['fid[fashion]']:.1f}", run_["_grown"], 6),
            (f"scratch, {run_['scratch_steps']} steps: FID {run_['scratch_fid[fashion]']:.1f}", run_["_scratch"], 6),
            ("test images", run_["_real"], 6),
        )
        for ax, (title, images, columns) in zip(axes[row], pictures, strict=True):
            ax.imshow(zoo.data.grid(images, columns)[..., 0], cmap="gray", interpolation="nearest")
            ax.set_title(title, fontsize=8)
            ax.set_axis_off()
    canvas.draw()
    # A palette keeps the file small.
    Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3]).quantize(32).save(path)
