"""Proof of `gogan`: whether a stage that has to outrank the one before gains more than training on does.

Data: a ring of eight normal modes of deviation 0.2, means as `ring8`. Perceptrons with two hidden layers of 64, latents
of 16, batch 128, clip 0.1, rank weight 0.5, RMSprop 5e-4 (0.99), five critic moves a step, 3,000 steps a stage, each
example seen once; the generator's moving average (decay 0.999) is judged. The margin is 0.1, of the size of the scores
of a critic that is clipped at 0.1; with the usual 1 every pair violates it for ever, and stage 1 has not converged when
it ends. The baseline is the same model with rank weight 0: stage 1 trained for the same total of steps.

Measured is the sliced Wasserstein distance (p = 1, 128 directions) of 40,000 samples to 40,000 fresh points, and, in
margins, by how much the critic's mean score of data exceeds that of its generator's samples ("above current") and, as
its loss demands, that which the critic of stage 1 gives to its own generator's samples ("above previous"). The
difference of the two ("shift") is what raising all scores alike contributes.
"""

import keras
import numpy as np
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws
from tfgan_zoo.data import toys
from tfgan_zoo.metrics.sliced_wasserstein import sliced_wasserstein
from tfgan_zoo.proofs import points
from tfgan_zoo.proofs.result import Criterion

CLAIM = (
    "The second stage's critic scores data above what the first stage's gave its samples, by twice the margin; so its "
    "generator comes nearer to the data than that of stage 1 does with as much training."
)

CRITERIA = (
    Criterion("stage ratio", "<=", 0.75, "distance to data after stage 2 by that after stage 1"),
    Criterion("stage ratio unranked", ">=", 0.85, "the baseline's: more training alone does not help"),
    Criterion("above previous", ">=", 1.0, "mean D2(x) - D1(G1(z)) in margins; the loss demands 2"),
    Criterion("above previous unranked", "<", 1.0, "the baseline's"),
    Criterion("above current", ">=", 0.5, "mean D2(x) - D2(G2(z)) in margins; the loss demands 1"),
)

MIXTURE = (toys.modes("ring8")[0], 0.2)
STAGE, CHUNK, COUNT, MARGIN = 3000, 1000, 40_000, 0.1


def run(seed, report):
    """Train with and without the rank term; measure the distance every 500 steps."""
    target = fresh(COUNT, seed, 1, even=True)
    values = {"distance of data": distance(fresh(COUNT, seed, 2), target)}
    for name, rank_weight in (("", 0.5), (" unranked", 0.0)):
        model = zoo.create(
            "gogan",
            image_shape=(2,),
            latent_dim=16,
            width=64,
            clip=0.1,
            margin=MARGIN,
            rank_weight=rank_weight,
            stages=2,
            stage_steps=STAGE,
            seed=seed,
        )
        rms = lambda: keras.optimizers.RMSprop(5e-4, rho=0.99, epsilon=1e-8)
        model.compile({p: rms() for p in model.players}, steps_per_execution=50, jit_compile=True)
        distances, pictures = [], []
        for part in range(2 * STAGE // CHUNK):
            batches = fresh(CHUNK * 5 * 128, seed, 3, part).reshape(-1, 128, 2)
            data = tf.data.Dataset.from_tensor_slices(batches)
            terms = model.fit(data.repeat(), steps_per_epoch=CHUNK, verbose=0).history
            pictures.append(model.sample(COUNT, seed=1).numpy())
            distances.append(distance(pictures[-1], target))
        first, second = distances[STAGE // CHUNK - 1], distances[-1]
        values |= {"distance 1" + name: first, "distance 2" + name: second, "stage ratio" + name: second / first}
        values |= {key + name: value for key, value in gaps(model, target).items()}
        values |= {f"{term}{name}": terms[f"discriminator/{term}"][-1] for term in ("margin", "rank")}
        values |= {"_distances" + name: distances, "_first" + name: pictures[STAGE // CHUNK - 1]}
        values |= {"_second" + name: pictures[-1]}
        report(f"rank weight {rank_weight}: {np.round(distances, 3)}")
    return values | {"_target": target}


def fresh(count, *key, even=False):
    """Return points of the mixture; `even` takes as many of each mode, to be a target without that fluctuation."""
    means, sigma = MIXTURE
    generator = np.random.default_rng(key)
    modes = np.arange(count) % len(means) if even else generator.integers(len(means), size=count)
    return (means[modes] + sigma * generator.normal(size=(count, 2))).astype("float32")


def distance(a, b):
    """Return the sliced Wasserstein distance, always along the same directions."""
    return sliced_wasserstein(a, b, projections=128, p=1)


def gaps(model, real):
    """By how many margins data score above the current and the previous pair's samples, on average."""
    with draws.seeded((1, 0)):
        latents = model.sample_latents(len(real))
    score = lambda critic, x: float(np.mean(critic(x))) / MARGIN
    of_real, current = score(model.discriminator, real), score(model.discriminator, model.generator(latents))
    previous = score(model.previous_discriminator, model.previous_generator(latents))
    return {"above current": of_real - current, "above previous": of_real - previous, "shift": current - previous}


def draw(runs, path):
    """Left: distances by step. Right: data, and the first seed's samples after stage 1, stage 2 and the baseline."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13.6, 3.6), layout="constrained")
    axes = figure.subplots(1, 5, width_ratios=(1.7, 1, 1, 1, 1))
    steps = CHUNK * np.arange(1, 2 * STAGE // CHUNK + 1)
    for name, color, text in ((" unranked", "tab:gray", "no rank term"), ("", "tab:green", "GoGAN")):
        for k, run_ in enumerate(runs):
            axes[0].plot(steps, run_["_distances" + name], color=color, lw=1, label=None if k else text)
    axes[0].axhline(runs[0]["distance of data"], color="tab:red", lw=1, ls=":", label="fresh data")
    axes[0].axvline(STAGE, color="black", lw=0.8, ls="--")
    axes[0].set(xlabel="step; stage 2 begins at the dashed line", ylabel="sliced Wasserstein distance", ylim=(0, 0.4))
    axes[0].set_title("Distance to the data, three seeds", fontsize=10)
    axes[0].legend(fontsize=8)
    pictures = (
        ("data", "_target", None),
        ("after stage 1", "_first", "distance 1"),
        ("after stage 2", "_second", "distance 2"),
        ("no rank term, as many steps", "_second unranked", "distance 2 unranked"),
    )
    for ax, (title, name, value) in zip(axes[1:], pictures):
        text = (
            ", ".join(f"{r[value]:.3f}" for r in runs) if value else f"{runs[0]['distance of data']:.3f} to fresh data"
        )
        points.scatter(ax, MIXTURE, runs[0][name], f"{title}\n{text}")
    figure.savefig(path, dpi=85, format="png")
