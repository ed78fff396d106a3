"""Proof of the W+ encoder: images of a frozen StyleGAN2 are encoded so that it makes them again.

A generator of random weights, 32x32 grey, 32 feature maps, w of 32 coordinates from a mapping of 2 layers, 8 layers of
style. The encoder (width 16 to 64, deterministic, weight 1 on known codes) is trained for 1,200 steps of Adam(1e-3)
with batches of 16 of the generator's own images, and as many more whose codes it is told; 512 others are encoded. The
baseline is the constant: the mean image, of error ratio 1, and the mean of w, of R^2 0.
"""

import numpy as np
import tensorflow as tf

from tfgan_zoo import data, draws
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam, endless, train
from tfgan_zoo.registry import create

CLAIM = (
    "An encoder into the styles of a generator that stays as it is finds codes from which it makes the image again, "
    "and these codes are near those that the image was made from."
)
CRITERIA = (
    Criterion("mse_ratio", "<=", 0.25, "error of 512 unseen images made again, over that of the mean image"),
    Criterion("code_r2", ">=", 0.5, "R^2 of the codes' mean over layers on the w they were made from"),
    Criterion("generator_moved", "<=", 0.0, "largest change of a weight of the generator in training"),
)
STEPS, BATCH, TRAINED, HELD_OUT = 1200, 16, 8192, 512
GENERATOR = {"image_shape": (32, 32, 1), "latent_dim": 32, "style_dim": 32, "depth": 2}
GENERATOR |= {"channel_base": 1024, "channel_max": 32}
ENCODER = {"width": 16, "width_max": 64, "deterministic": True, "code_weight": 1.0}


def run(seed, report):
    """Train the encoder on the generator's images; encode others."""
    generator = create("stylegan2", **GENERATOR, seed=seed)
    model = create("wplus_encoder", **GENERATOR, **ENCODER, seed=seed)
    model.adopt(generator)
    frozen = [*model.mapping.weights, *model.synthesis.weights]
    before = [w.numpy() for w in frozen]
    images = generator.sample(TRAINED, seed=seed).numpy()
    batches = endless(images, batch_size=BATCH, seed=seed)
    terms = train(model, batches, STEPS, optimizers={"encoder": adam(1e-3, 0.9)}, steps_per_execution=20)
    report(", ".join(f"{name} {value:.4f}" for name, value in terms.items()))
    with draws.seeded((seed, 1)):
        w = generator.map(generator.sample_latents(HELD_OUT))
    unseen = generator.synthesize(w).numpy()
    again, codes, w = model.reconstruct(unseen).numpy(), model.encode(unseen).numpy(), w.numpy()
    constant = generator.synthesize(tf.convert_to_tensor(model.w_mean)[None]).numpy()
    error = lambda made: float(np.mean((made - unseen) ** 2))
    return {
        "mse_ratio": error(again) / error(images.mean(axis=0)),
        "mse": error(again),
        "mse_of_the_mean_w": error(constant),
        "code_r2": r2(codes.mean(axis=1), w),
        "code_r2_of_the_least_layer": min(r2(codes[:, layer], w) for layer in range(codes.shape[1])),
        "generator_moved": max(float(np.abs(a - b.numpy()).max()) for a, b in zip(before, frozen)),
        "_unseen": unseen[:16],
        "_again": again[:16],
    }


def r2(found, w):
    """1 - sum of squared differences over that of w from its mean, over all coordinates."""
    return float(1 - np.sum((found - w) ** 2) / np.sum((w - w.mean(axis=0)) ** 2))


def draw(runs, path):
    """For each seed 16 unseen images of its generator above what their codes give."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 1.55 * len(runs)), layout="constrained")
    panels = figure.subplots(len(runs), 1)
    for i, (panel, r) in enumerate(zip(panels, runs)):
        both = data.grid(np.concatenate([r["_unseen"], r["_again"]]), 16)[..., 0]
        panel.imshow(both, cmap="gray", interpolation="nearest", vmin=0, vmax=255)
        found = f"error {r['mse_ratio']:.3f} of the mean image's, R² of w {r['code_r2']:.2f}"
        panel.set_title(f"seed {i}: unseen images, and what their codes give: {found}", fontsize=10, loc="left")
        panel.set(xticks=[], yticks=[])
        panel.spines[:].set_visible(False)
    figure.savefig(path, dpi=100)
