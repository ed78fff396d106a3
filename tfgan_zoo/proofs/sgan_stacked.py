"""Proof of `sgan_stacked` on Fashion-MNIST: labels are obeyed, noise is used at both levels, and both levels matter.

Widths 8 (generators, discriminators) and 16 (encoder), noise of length 10, batch 32, Adam 1e-3 (0.5, 0.999). The
encoder is pretrained for 3,000 steps on the 10,000 embedded images, the stack trained jointly for 2,000. The judge is
the shipped classifier, another network than the encoder. Labels are asked for evenly, 2,000 samples. There are two
baselines with the same encoder and as many steps:

- entropy weight 0. Its recognizers never learn, which alone makes their error 1; so afterwards the generators stand
  still for 500 steps while the discriminators and recognizers go on with the usual weight;
- one level: the same two generators as one conditional generator, trained through a discriminator of images alone, to
  be classified by the encoder as the label, with the entropy of its lower noise.
"""

import numpy as np
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws, metrics, objectives
from tfgan_zoo.construction import construction
from tfgan_zoo.data import grid, open_source
from tfgan_zoo.models.architectures.sgan_stacked import StackedGAN, label_loss
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam, train

CLAIM = (
    "A stack of generators that invert a frozen classifier level by level draws the class that is asked for and uses "
    "the noise of both levels, which without the entropy loss it all but ignores; it comes nearer to the data than one "
    "level."
)

CRITERIA = (
    Criterion("encoder accuracy", ">=", 0.85, "of the pretrained encoder on the 2,000 test images"),
    Criterion("encoder unchanged", ">=", 1, "whether training left the encoder's weights bitwise"),
    Criterion("judged accuracy", ">=", 0.8, "judge's agreement with the labels asked for"),
    Criterion("code error of features", "<=", 0.5, "mean (Q1(h') - z1)^2, in units of 1/12, that of ignoring z"),
    Criterion("code error of images", "<=", 0.5, "mean (Q0(x') - z0)^2, in units of 1/12"),
    Criterion("code error of features without entropy", ">=", 0.7, "weight 0, recognizers trained afterwards"),
    Criterion("code error of images without entropy", ">=", 0.7, "weight 0, recognizers trained afterwards"),
    Criterion("class spread", ">=", 0.5, "pixel deviation within classes, mean over classes, relative to real"),
    Criterion("distance ratio", "<", 1.0, "fid[fashion] by that of the one-level baseline"),
)

STEPS, BATCH, SAMPLES, RECOGNIZER_STEPS = 2000, 32, 2000, 500
OPTIONS = {"noise_dim": 10, "width": 8, "encoder_width": 16, "encoder_steps": 3000}
NETWORKS = [*StackedGAN.players["generators"], *StackedGAN.players["discriminators"]]


class OneLevel(StackedGAN):
    """One conditional generator made of both, and no discriminator of features."""

    players = {
        "discriminators": ["image_discriminator"],
        "generators": ["feature_generator", "image_generator"],
    }

    def fakes(self, labels):
        """Images, and the lower noise they were made with."""
        z_1, z_0 = tf.split(self.sample_latents(tf.shape(labels)[0]), 2, axis=1)
        features = self.feature_generator([z_1, labels], training=True)
        return self.image_generator([z_0, features], training=True), z_0

    def discriminators_loss(self, images, labels):
        """The image level's."""
        fakes, noise = self.fakes(labels)
        (real_scores, _), (fake_scores, code) = self.image_discriminator(images), self.image_discriminator(fakes)
        return {
            "image": 0.5 * objectives.non_saturating.discriminator(real_scores, fake_scores),
            "image_entropy": self.entropy_weight * tf.reduce_mean((code - noise) ** 2),
        }

    def generators_loss(self, images, labels):
        """The image level's, with the label as condition."""
        fakes, noise = self.fakes(labels)
        scores, code = self.image_discriminator(fakes)
        return {
            "image": objectives.non_saturating.generator(None, scores),
            "image_entropy": self.entropy_weight * tf.reduce_mean((code - noise) ** 2),
            "image_condition": self.condition_weight * label_loss(labels, self.classify(fakes)),
        }


class Recognizers(StackedGAN):
    """Only discriminators and recognizers move."""

    def play(self, *batch):
        """Their move."""
        return self.minimize("discriminators", *batch)


def run(seed, report):
    """Train the stack and its baselines on one encoder; judge all three."""
    (images, labels), (test_images, test_labels) = everything("train"), everything("test")
    data = zoo.data.load("fashion_mnist", batch_size=BATCH, labels=True, repeat=True, seed=seed)
    judge = metrics.FashionClassifier()
    real = metrics.extract(judge, test_images)["features"]
    asked = (np.arange(SAMPLES) % 10).astype("int32")
    spreads = lambda x, y: np.array([x[y == k].std(axis=0).mean() for k in range(10)])

    values, encoder = {}, None
    for name, model_class, options in (
        ("", StackedGAN, {}),
        (" without entropy", StackedGAN, {"entropy_weight": 0.0}),
        (" of one level", OneLevel, {}),
    ):
        model = made(model_class, seed, **options)
        if encoder is None:
            model.pretrain_encoder(data)
            encoder = model
            found = model.classify(test_images).numpy().argmax(axis=1)
            values["encoder accuracy"] = float(np.mean(found == test_labels))
            before = encoder_weights(model)
        copy(encoder, model, ["lower_encoder", "upper_encoder"])
        model.encoder_trained.assign(1.0)
        terms = train(model, data, STEPS)
        samples = np.asarray(model.sample(SAMPLES, seed=seed, labels=asked))
        outputs = metrics.extract(judge, samples)
        values |= {
            f"judged accuracy{name}": float(np.mean(outputs["logits"].argmax(axis=1) == asked)),
            f"fid[fashion]{name}": metrics.fid(real, outputs["features"]),
            f"class spread{name}": float(np.mean(spreads(samples, asked) / spreads(images, labels))),
            f"_samples{name}": samples[:60],
        }
        if name == "":
            same = all(np.array_equal(a, b) for a, b in zip(before, encoder_weights(model)))
            values["encoder unchanged"] = int(same)
            values |= code_errors(model, seed, name)
        elif model_class is StackedGAN:
            probe = made(Recognizers, seed)
            copy(model, probe, ["lower_encoder", "upper_encoder", *NETWORKS])
            probe.encoder_trained.assign(1.0)
            train(probe, data, RECOGNIZER_STEPS)
            values |= code_errors(probe, seed, name)
        report(f"stack{name}: { ({key: round(value, 3) for key, value in terms.items()}) }")
    values["distance ratio"] = values["fid[fashion]"] / values["fid[fashion] of one level"]
    order = np.concatenate([np.flatnonzero(test_labels == k)[:6, None] for k in range(10)], axis=1).ravel()
    return values | {"_real": test_images[order]}


def everything(split):
    """All images, float32 in [-1, 1], and labels of a part of Fashion-MNIST."""
    source = open_source("fashion_mnist", split=split)
    return source.images.astype("float32") / 127.5 - 1, source.labels


def made(model_class, seed, **options):
    """Return a compiled model."""
    with construction(seed):
        model = model_class(**OPTIONS, seed=seed, **options)
    model.compile({player: adam(1e-3) for player in model.players})
    return model


def copy(model, other, names):
    """Give `other` the weights of the networks named."""
    for name in names:
        getattr(other, name).set_weights(getattr(model, name).get_weights())


def encoder_weights(model):
    """Return the encoder's weights."""
    return [w.numpy() for w in model.lower_encoder.weights + model.upper_encoder.weights]


def code_errors(model, seed, name):
    """The recognizers' mean squared errors on 2,000 fakes of the generators in training, times 12."""
    images, labels = (tf.constant(part[:SAMPLES]) for part in everything("test"))
    with draws.seeded((seed, 0)):
        levels, _ = model.stack(images, tf.cast(labels, tf.int32))
    errors = {}
    for level, (_, fake, noise) in levels.items():
        _, code = getattr(model, f"{level}_discriminator")(fake)
        errors[f"code error of {level}s{name}"] = 12 * float(tf.reduce_mean((code - noise) ** 2))
    return errors


def draw(runs, path):
    """A column for each class: real images, the stack's of every seed, the first baselines'."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 6.2))
    figure.subplots_adjust(left=0.01, right=0.99, bottom=0.08, top=0.95, wspace=0.03, hspace=0.3)
    panels = figure.subplots(2, 3).ravel()
    text = lambda run, name="": f"agreement {run['judged accuracy' + name]:.2f}, FID {run['fid[fashion]' + name]:.1f}"
    pictures = [("real test images", runs[0]["_real"])]
    pictures += [(f"Stacked GAN, seed {k}: {text(run)}", run["_samples"]) for k, run in enumerate(runs)]
    for name, title in ((" without entropy", "entropy weight 0"), (" of one level", "one level")):
        pictures.append((f"{title}: {text(runs[0], name)}", runs[0]["_samples" + name]))
    for panel, (title, images) in zip(panels, pictures):
        picture = grid(images, columns=10)[..., 0] // 32 * 36  # eight grey levels keep the file small
        panel.imshow(picture, cmap="gray", interpolation="nearest", vmin=0, vmax=255)
        panel.set_title(title, fontsize=10)
        panel.set_xticks((np.arange(10) + 0.5) * picture.shape[1] / 10, range(10), fontsize=8)
        panel.set_yticks([])
        panel.tick_params(length=0)
        panel.spines[:].set_visible(False)
        panel.set_xlabel("label" if images is runs[0]["_real"] else "label asked for", fontsize=8)
    figure.savefig(path, dpi=80)
