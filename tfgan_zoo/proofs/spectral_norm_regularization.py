"""Proof of `spectral_norm_regularization`: a network that amplifies less, and what that does to its answers.

(i) The paper's experiment, small: `SpectrallyRegularizedClassifier` (5x5 convolutions of 16 and 32 channels, a dense
layer of 64) on 2,000 images of Fashion-MNIST, batch 100, 60 epochs of gradient descent with Nesterov's momentum 0.9 at
rate 0.05, lambda 0.01. (Batches of 1,000 make 120 steps, too few to fit the training images: in a pilot either network
found the class of 94 of 100 of them, and its norms had not settled.) The baseline is the same network from the same
first weights with weight decay of 1e-4 on all weights. Measured are the sum of sigma(W)^2 over layers, by singular
value decomposition, the mean norm of the loss's gradient with respect to a test image, and the accuracies on the
training images and on 2,000 test images.

(ii) The same penalty in a GAN: `ring8`, latents of 16, perceptrons with two hidden layers of 64, batch 128, Adam 1e-3
(0.5, 0.999), 3,000 steps, each example seen once, against the same game without penalty. Measured are the
discriminator's sum of sigma(W)^2, the largest norm of its gradient at 10,000 points uniform on [-3, 3]^2 and the modes
that 2,500 samples cover.
"""

import keras
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import penalties
from tfgan_zoo.construction import construction
from tfgan_zoo.data import open_source, toys
from tfgan_zoo.models.stability.spectral_norm_regularization import SpectrallyRegularizedClassifier
from tfgan_zoo.proofs.points import fit, modes_of, scatter
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam

CLAIM = (
    "Penalizing the largest singular values, with one power iteration a step, halves them where weight decay does not; "
    "the loss then depends less on the image, and accuracy on training and test images lie closer together."
)

CRITERIA = (
    Criterion("norms ratio", "<=", 0.5, "sum of sigma^2 over that with weight decay"),
    Criterion("sensitivity ratio", "<=", 0.7, "mean |gradient of a test image's loss| over that with weight decay"),
    Criterion("gap narrowed", ">=", 0.01, "train less test accuracy: weight decay's less the regularizer's"),
    Criterion("accuracy lost", "<=", 0.005, "test accuracy with weight decay less with the regularizer"),
    Criterion("norms ratio of the discriminator", "<=", 0.5, "sum of sigma^2 over that of the GAN without penalty"),
)

RATE, EPOCHS, IMAGES, BATCH = 0.05, 60, 2000, 100
DECAY = 1e-4


class WeightDecay(SpectrallyRegularizedClassifier):
    """Pays for all singular values alike."""

    def regularizer(self):
        """DECAY / 2 times the squared Frobenius norm of all weights."""
        squares = [tf.reduce_sum(w.value**2) for w in self.classifier.trainable_variables]
        return {"weight_decay": 0.5 * DECAY * tf.add_n(squares)}


def run(seed, report):
    """Train the two classifiers and the two GANs."""
    train, test = (open_source("fashion_mnist", split=split) for split in ("train", "test"))
    images, labels = pixels(train)[:IMAGES], train.labels[:IMAGES].astype("int32")
    values = {}
    for name, kind in (("", SpectrallyRegularizedClassifier), (" with weight decay", WeightDecay)):
        model, curve, squares = trained(kind, seed, images, labels)
        gradients, right = answers(model, pixels(test), test.labels.astype("int32"))
        values |= {f"norms{name}": squares[-1], f"sensitivity{name}": gradients.mean(), f"accuracy{name}": right.mean()}
        values[f"training accuracy{name}"] = answers(model, images, labels)[1].mean()
        values[f"gap{name}"] = values[f"training accuracy{name}"] - values[f"accuracy{name}"]
        values |= {f"_curve{name}": curve, f"_squares{name}": squares, f"_gradients{name}": gradients}
        report(f"classifier{name}: norms {squares[-1]:.2f}, sensitivity {gradients.mean():.3f}, {right.mean():.3f}")
    for measure in ("norms", "sensitivity"):
        values[f"{measure} ratio"] = values[measure] / values[f"{measure} with weight decay"]
    values["gap narrowed"] = values["gap with weight decay"] - values["gap"]
    values["accuracy lost"] = values["accuracy with weight decay"] - values["accuracy"]
    return values | adversarial(seed, report)


# (i) The classifier


def trained(kind, seed, images, labels):
    """Return the classifier, and its cross-entropy and sum of sigma^2 after every epoch."""
    with construction(seed):
        model = kind(width=16, seed=seed)
    model.compile({"classifier": keras.optimizers.SGD(RATE, momentum=0.9, nesterov=True)}, jit_compile=False)
    squares = []
    keep = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: squares.append(norms(model.classifier)))
    history = model.fit(images, labels, batch_size=BATCH, epochs=EPOCHS, verbose=0, callbacks=[keep]).history
    return model, history["classifier/cross_entropy"], squares


def pixels(source):
    """Images in [-1, 1]."""
    return source.images.astype("float32") / 127.5 - 1.0


def norms(network):
    """Sum over layers of the squared largest singular value of the kernel as a matrix."""
    kernels = [w.numpy() for w in network.trainable_variables if w.name == "kernel"]
    return float(sum(np.linalg.norm(kernel.reshape(-1, kernel.shape[-1]), 2) ** 2 for kernel in kernels))


def answers(model, images, labels, size=500):
    """Norms of the gradient of every image's loss with respect to the image, and whether its class is found."""
    gradients, right = [], []
    for start in range(0, len(images), size):
        x, y = tf.constant(images[start : start + size]), labels[start : start + size]
        with tf.GradientTape() as tape:
            tape.watch(x)
            logits = model(x)
            loss = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
        gradients.append(np.linalg.norm(tape.gradient(loss, x).numpy().reshape(len(y), -1), axis=1))
        right.append(logits.numpy().argmax(axis=1) == y)
    return np.concatenate(gradients), np.concatenate(right)


# (ii) The GAN


def adversarial(seed, report):
    """Return what the penalty does to the discriminator, and samples."""
    values = {}
    for name, weight in (("", 0.01), (" without penalty", 0.0)):
        model = zoo.create(
            "spectral_norm_regularization",
            image_shape=(2,),
            latent_dim=16,
            width=64,
            penalty_weight=weight,
            ema_decay=0.0,
            seed=seed,
        )
        fit(model, "ring8", 3000, seed, {player: adam(1e-3) for player in model.players})
        points, found = modes_of(model, "ring8")
        places = np.random.default_rng([seed, 1]).uniform(-3, 3, (10_000, 2)).astype("float32")
        slope = penalties.gradient_norms(model.discriminate, tf.constant(places)).numpy().max()
        measured = {"norms of the discriminator": norms(model.discriminator), "steepest": slope, "modes": found.modes}
        values |= {key + name: value for key, value in measured.items()} | {f"_points{name}": points}
        report(f"GAN{name}: norms {measured['norms of the discriminator']:.1f}, slope {slope:.1f}, {found.modes} modes")
    ratio = values["norms of the discriminator"] / values["norms of the discriminator without penalty"]
    return values | {"norms ratio of the discriminator": ratio}


def draw(runs, path):
    """Above: norms and loss of the classifiers while they learn, and the gradients. Below: the GANs' samples."""
    figure = plt.figure(figsize=(11.5, 6.2), constrained_layout=True)
    spec = figure.add_gridspec(2, 12)
    kinds = (("", "tab:blue", "spectral norm"), (" with weight decay", "tab:orange", "weight decay"))
    axes = [figure.add_subplot(spec[0, 4 * i : 4 * i + 4]) for i in range(3)]
    for name, color, label in kinds:
        for k, run_ in enumerate(runs):
            style = {"color": color, "lw": 1, "label": label if k == 0 else None}
            axes[0].plot(range(1, EPOCHS + 1), run_["_squares" + name], **style)
            axes[1].plot(range(1, EPOCHS + 1), run_["_curve" + name], **style)
        bins = np.geomspace(1e-4, 20, 40)
        axes[2].hist(np.clip(runs[0]["_gradients" + name], 1e-4, 20), bins, color=color, alpha=0.5, label=label)
    axes[0].set(xlabel="epoch", ylim=(0, None), title="sum of $\\sigma(W)^2$, three seeds")
    axes[1].set(xlabel="epoch", yscale="log", title="cross-entropy in training, three seeds")
    axes[2].set(xscale="log", xlabel="|gradient| of a test image's loss", yticks=(), title="sensitivity, seed 0")
    for ax in axes:
        ax.legend(fontsize=8)
    text = ["Accuracies of seeds 0, 1, 2"]
    for name, _, label in kinds:
        for key, where in (("training accuracy", "training"), ("accuracy", "test")):
            text.append(f"{label}, {where}:\n    " + "  ".join(f"{r[key + name]:.3f}" for r in runs))
    ax = figure.add_subplot(spec[1, :3])
    ax.text(0.0, 1.0, "\n".join(text), va="top", fontsize=10, transform=ax.transAxes)
    ax.axis("off")
    shown = lambda key, form: ", ".join(format(r[key], form) for r in runs)
    places = [figure.add_subplot(spec[1, 3 * i : 3 * i + 3]) for i in (1, 2, 3)]
    scatter(places[0], "ring8", toys.draw("ring8", 1500, seed=1)[0], "data of the GANs\n")
    for ax, name, title in zip(places[1:], ("", " without penalty"), ("with penalty", "without penalty")):
        text = f"GAN {title}, modes: {shown('modes' + name, '.0f')}\nsteepest D: {shown('steepest' + name, '.1f')}"
        scatter(ax, "ring8", runs[0]["_points" + name], text)
    figure.savefig(path, dpi=75, format="png")
    plt.close(figure)
