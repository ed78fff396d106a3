"""Proof of `stylegan`: coarse styles set the silhouette, fine ones the brightness; noise and truncation do their part.

Fashion-MNIST at 32x32, levels 16 and 32, batches of 16. Scaled down to minutes of one core: at most 64 feature maps (32
at 16 pixels, 16 at 32), z and w of 64 numbers, a mapping of 4 layers, 1,500 batches at 16 pixels, 300 to fade in the
next level and 1,500 with it (paper: 600,000 images each and 25 million in all), hence moving averages of 0.997, Adam
2e-3 (1e-3; a step of equalized weights changes an output by up to rate * sqrt(fan_in), and sqrt(512 / 64) = 2.8) and
gamma 0.1 (10 at 1024 pixels, where gradients have a thousand times as many entries). All else is the paper's; the
averages are judged.

- Mixing: 200 pairs of w; layers 0 to 3 (4 and 8 pixels) take the first's, 4 to 7 the second's. The silhouette is where
  an image is brighter than -0.5, its brightness the mean over that. Mean intersection over union of the mixture's and
  the first's silhouettes; share of pairs whose mixture is nearer to the second's brightness.
- Noise: the standard deviation of a pixel over 16 draws of noise (50 w) over that over 800 z.
- Truncation: largest difference of 64 images at psi 0; total variance of the images, reduced to 8x8, for psi in steps
  of a quarter up to 1.
- Path length at the ends (section 4.1) by squared pixel distance, 1,000 steps, in w over in z.
"""

import numpy as np

import tfgan_zoo as zoo
from tfgan_zoo import draws, metrics
from tfgan_zoo.networks import progressive
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam, train

CLAIM = (
    "Styles act by scale: those of coarse layers set what is where, those of fine layers how bright it is; noise "
    "changes little but detail, truncation trades variety continuously, and w is less curved than z."
)
CRITERIA = (
    Criterion("silhouette_overlap", ">=", 0.7, "of mixtures' silhouettes with the first's, intersection over union"),
    Criterion("brightness_taken", ">=", 0.7, "share of 200 mixtures whose brightness is nearer to the second's"),
    Criterion("noise_spread", "<", 0.3, "deviation of pixels over draws of noise, over that over z"),
    Criterion("mean_image_spread", "<=", 1e-6, "largest difference of images at psi = 0"),
    Criterion("least_growth", ">", 0.0, "least growth of the variance by a quarter of psi, over that at psi = 1"),
    Criterion("path_ratio", "<", 1.0, "path length at the ends in w, over that in z"),
)
SHAPE, BATCH, COARSE = (32, 32, 1), 16, 4
STEPS = {"16 pixels": 1500, "fade": 300, "32 pixels": 1500}
RATE, GAMMA, PAIRS = 2e-3, 0.1, 200


def run(seed, report):
    """Train; then mix, draw noise, truncate and walk."""
    model = make(seed)
    data = zoo.data.load("fashion_mnist", image_size=32, batch_size=BATCH, repeat=True, seed=seed)
    for stage, steps in STEPS.items():
        terms = train(model, data, steps)
        report(f"{stage}, {steps} steps: " + ", ".join(f"{name} {value:.2f}" for name, value in terms.items()))
    first, second = (model.map(latents(model, PAIRS, seed, k)) for k in (1, 2))
    values = mixing(model, first, second) | truncation(model, seed)
    values["noise_spread"] = noise(model, first[:50]) / deviation(model.sample(800, seed=seed))
    for space in ("w", "z"):
        path = metrics.ppl(model, space=space, sampling="end", samples=1000, batch_size=50, seed=seed)
        values[f"path_length_{space}"] = path.mean
    values["path_ratio"] = values["path_length_w"] / values["path_length_z"]
    return values | {"_table": table(model, first[:8], second[:5]), "_psi": sweep(model, first[8:11])}


def make(seed):
    """The model of this experiment, compiled without XLA."""
    sizes = {"image_shape": SHAPE, "latent_dim": 64, "style_dim": 64, "depth": 4, "initial_side": 16}
    sizes |= {"channel_base": 512, "channel_max": 64}
    schedule = {"stabilize_images": BATCH * STEPS["16 pixels"], "transition_images": BATCH * STEPS["fade"]}
    model = zoo.create("stylegan", **sizes, **schedule, gamma=GAMMA, ema_decay=0.997, seed=seed)
    model.compile({player: adam(RATE, 0.0, 0.99) for player in model.players}, jit_compile=False)
    return model


def latents(model, n, seed, stream):
    """z of pairs."""
    return np.random.default_rng([seed, stream]).normal(size=(n, model.latent_dim)).astype(np.float32)


def mixed(model, first, second):
    """Images with the first's styles in the coarse layers and the second's in the others."""
    styles = np.concatenate([model.of_layers(first)[:, :COARSE], model.of_layers(second)[:, COARSE:]], axis=1)
    return model.synthesize(styles).numpy()


def mixing(model, first, second):
    """How far mixtures have the first's silhouettes (and the second's), and whose brightness they have."""
    images, own, other = mixed(model, first, second), *(model.synthesize(w).numpy() for w in (first, second))
    far = lambda x: np.abs(brightness(images) - brightness(x))
    return {
        "silhouette_overlap": overlap(images, own),
        "overlap_with_second": overlap(images, other),
        "brightness_taken": float(np.mean(far(other) < far(own))),
    }


def overlap(images, others):
    """Mean intersection over union of silhouettes, pair by pair."""
    a, b = images > -0.5, others > -0.5
    both, either = ((a & b).sum(axis=(1, 2, 3)), (a | b).sum(axis=(1, 2, 3)))
    return float(np.mean(both / np.maximum(either, 1)))


def brightness(images):
    """Mean of an image within its silhouette, (n,)."""
    inside = images > -0.5
    return (images * inside).sum(axis=(1, 2, 3)) / np.maximum(inside.sum(axis=(1, 2, 3)), 1)


def deviation(images):
    """Standard deviation over images, mean over pixels."""
    return float(np.asarray(images).std(axis=0).mean())


def noise(model, w):
    """Mean over w of the deviation over draws of noise."""
    network, styles, found = model.deployed("synthesis"), model.of_layers(w), []
    for k in range(16):
        with draws.seeded((k, 0)):
            found.append(np.clip(network(styles, noise="random"), -1.0, 1.0))
    return deviation(np.stack(found))


def truncation(model, seed):
    """How far apart the images of psi = 0 are, and how the variance of coarse images grows from there."""
    middle = model.sample(64, seed=seed, psi=0.0).numpy()
    coarse = lambda psi: np.asarray(progressive.reduced(model.sample(400, seed=seed, psi=psi), 4))
    variances = np.array([coarse(psi).var(axis=0).sum() for psi in (0.0, 0.25, 0.5, 0.75, 1.0)])
    return {
        "mean_image_spread": np.ptp(middle, axis=0).max(),
        "least_growth": np.diff(variances).min() / variances[-1],
        "variance": variances[-1],
    }


def table(model, first, second):
    """Images of both, and of every pair: the first's by row 0, the second's by column 0, white in the corner."""
    row, column = model.synthesize(first).numpy(), model.synthesize(second).numpy()
    rows = [np.concatenate([np.ones((1, *SHAPE), np.float32), row])]
    for image, w in zip(column, second, strict=True):
        rows.append(np.concatenate([image[None], mixed(model, first, np.repeat(w[None], len(first), axis=0))]))
    return np.concatenate(rows)


def sweep(model, w):
    """Each w at psi from 0 to 1."""
    psis = np.linspace(0, 1, 5, dtype=np.float32)
    return np.concatenate(
        [model.synthesize(model.truncate(np.repeat(one[None], 5, 0), psis[:, None, None])) for one in w]
    )


def draw(runs, path):
    """For each seed: the table of mixed pairs, and truncation."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 2.6 * len(runs)), dpi=80, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.subplots(len(runs), 2, width_ratios=(9, 6), squeeze=False)
    for row, found in enumerate(runs):
        overlaps = f"overlap {found['silhouette_overlap']:.2f}, brightness {found['brightness_taken']:.0%}"
        pictures = (
            (
                f"seed {row}: silhouettes of the first row, brightness of the first column: {overlaps}",
                found["_table"],
                9,
            ),
            ("psi from 0 to 1", found["_psi"], 5),
        )
        for ax, (title, images, columns) in zip(axes[row], pictures, strict=True):
            ax.imshow(zoo.data.grid(images, columns)[..., 0], cmap="gray", interpolation="nearest")
            ax.set_title(title, fontsize=7)
            ax.set_axis_off()
    canvas.print_png(path)
