"""Classification accuracy score: a classifier trained on generated images tells what they are good for."""

import hashlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.images import to_unit


class Accuracy(NamedTuple):
    """Accuracy of one kind of classifier over the seeds."""

    mean: float
    std: float
    """Over the seeds, ddof 0."""
    runs: np.ndarray
    """float64 (seeds,)."""
    per_class: np.ndarray
    """Mean over the seeds, float64 (classes,); NaN where the test set has no image of the class."""


class Accuracies(NamedTuple):
    """The three numbers that belong together."""

    gan_train: Accuracy
    """CAS: trained on generated images, tested on real ones. Suffers from what is wrong *or missing*."""
    gan_test: Accuracy
    """Trained on real images, tested on generated ones. Suffers from what is wrong; blind to missing diversity."""
    baseline: Accuracy
    """Trained on real images, tested on real ones: what `gan_train` is to be compared with."""
    samples: int
    """Training images of each classifier."""


Build = Callable[[tuple[int, int, int], int, int], object]


def cas(
    fakes,
    real_train,
    real_test,
    build: Build | None = None,
    epochs: int = 30,
    seeds: Sequence[int] = (0, 1, 2, 3, 4),
    batch_size: int = 50,
    learning_rate: float = 1e-3,
    sample_seed: int = 0,
) -> Accuracies:
    """Return GAN-train (CAS), GAN-test and the real-data baseline, mean and std over `seeds`, and for each class.

    All classifiers have one architecture, one schedule (Adam, cosine decay to zero, cross entropy, the last weights)
    and one number of training images: the larger training set is cut to the smaller one's size by a seeded choice.
    They see the test sets once, after training. The same arguments give the same numbers, and the order of a set's
    images does not matter. A high `gan_test` alone says nothing: one perfect image a class reaches 1.

    Args:
        fakes: (images, labels) of the generator, labels distributed as the real ones; or a conditional model with
            `sample(n, seed=..., labels=...)`, which is asked for the labels of `real_train`, one for one.
        real_train: (images, labels), or a `tfgan_zoo.data.Source` with labels. Images are NHWC, float32 in [-1, 1] or
            uint8; labels are integers from 0.
        real_test: like `real_train`; nothing is trained or chosen on it.
        build: (image_shape, classes, seed) -> untrained Keras model, images -> logits (n, classes), all of whose
            randomness follows from the seed; default `classifier`.
        epochs: passes over the training images.
        seeds: one run of the three for each: first weights and order of the batches.
        batch_size: of training; lowered to the number of images if that is smaller.
        learning_rate: at the start.
        sample_seed: of the model's samples, and of the choice from the larger training set.

    Raises:
        ZooError: images and labels that do not fit, labels that the real training set does not have, fewer than two
            classes, settings out of range, or a model that takes no labels.

    Source: Ravuri, Vinyals, 2019 (1905.10887); GAN-train and GAN-test: Shmelkov, Schmid, Alahari, 2018 (1807.09499).
    """
    if epochs < 1 or batch_size < 1 or not learning_rate > 0 or not len(seeds) or min(seeds) < 0 or sample_seed < 0:
        raise ZooError(
            "cas needs epochs >= 1, batch_size >= 1, learning_rate > 0 and at least one seed, none negative; found "
            f"{epochs}, {batch_size}, {learning_rate}, {tuple(seeds)} and sample_seed {sample_seed}"
        )
    real, test = _labelled(real_train, "real_train"), _labelled(real_test, "real_test")
    if hasattr(fakes, "sample"):
        fakes = sample_like(fakes, real[1], sample_seed)
    fake = _labelled(fakes, "fakes")
    classes = int(real[1].max()) + 1
    if classes < 2:
        raise ZooError("cas needs at least two classes; real_train has the label 0 alone")
    for name, (images, labels) in (("fakes", fake), ("real_test", test)):
        if images.shape[1:] != real[0].shape[1:]:
            raise ZooError(f"{name} are {images.shape[1:]}, real_train {real[0].shape[1:]}; resize one of them")
        if labels.max() >= classes:
            raise ZooError(f"{name} has the label {labels.max()}; the labels of real_train end at {classes - 1}")
    samples = min(len(fake[1]), len(real[1]))
    fake_part, real_part = (_chosen(*_ordered(*pair), samples, sample_seed) for pair in (fake, real))
    shape = real[0].shape[1:]
    judge = Judge(lambda seed: (build or classifier)(shape, classes, seed), samples, epochs, batch_size, learning_rate)
    correct: dict[str, list[np.ndarray]] = {"gan_train": [], "gan_test": [], "baseline": []}
    for seed in seeds:
        judge.fit(*fake_part, seed)
        correct["gan_train"].append(judge.predict(test[0]) == test[1])
        judge.fit(*real_part, seed)
        correct["baseline"].append(judge.predict(test[0]) == test[1])
        correct["gan_test"].append(judge.predict(fake[0]) == fake[1])
    labels_of = {"gan_train": test[1], "gan_test": fake[1], "baseline": test[1]}
    return Accuracies(
        **{name: _accuracy(np.array(runs), labels_of[name], classes) for name, runs in correct.items()}, samples=samples
    )


def classifier(image_shape: tuple[int, int, int], classes: int, seed: int):
    """Return the default network, untrained: images of (height, width, channels) -> logits (n, classes).

    Up to 8x8 a perceptron of two layers with 192 units; above, blocks of 3x3 convolution, batch normalization, ReLU and
    pooling (32, 64, 128, 128 channels) down to at most 7x7, then 128 units. float32 whatever the global policy.
    """
    import keras
    from keras import layers as L

    counter = iter(range(1000))

    def initializer(kind=keras.initializers.HeNormal):
        return kind(seed=1000 * seed + next(counter))

    fixed = {"dtype": "float32"}
    spatial = {"data_format": "channels_last", **fixed}
    images = x = keras.Input(image_shape, dtype="float32", name="images")
    if max(image_shape[:2]) <= 8:
        x = L.Flatten(**spatial)(x)
        x = L.Dense(192, "relu", kernel_initializer=initializer(), **fixed)(x)
        x = L.Dense(192, "relu", kernel_initializer=initializer(), **fixed)(x)
    else:
        for width in (32, 64, 128, 128, 128, 128):
            x = L.Conv2D(width, 3, padding="same", use_bias=False, kernel_initializer=initializer(), **spatial)(x)
            x = L.BatchNormalization(momentum=0.9, **fixed)(x)
            x = L.ReLU(**fixed)(x)
            x = L.MaxPooling2D(2, padding="same", **spatial)(x)
            if max(x.shape[1:3]) <= 7:
                break
        x = L.Flatten(**spatial)(x)
        x = L.Dense(128, "relu", kernel_initializer=initializer(), **fixed)(x)
    x = L.Dense(classes, kernel_initializer=initializer(keras.initializers.GlorotUniform), **fixed)(x)
    return keras.Model(images, x)


class Judge:
    """A network that starts anew for each seed and training set, with one compiled epoch for all of them.

    Adam with cosine decay; the last images of an epoch that do not fill a batch are left out; each epoch has another
    order, which follows from the seed alone.

    Args:
        build: seed -> untrained Keras model, images -> logits; of one structure for all seeds.
        samples: number of training images.
        epochs: passes over them.
        batch_size: lowered to `samples` if that is smaller.
        learning_rate: at the start.
    """

    def __init__(self, build: Callable, samples: int, epochs: int, batch_size: int, learning_rate: float):
        import keras
        import tensorflow as tf

        self.build, self.samples, self.epochs = build, samples, epochs
        self.batch_size = min(batch_size, samples)
        self.steps = samples // self.batch_size
        model = self.model = build(0)
        schedule = keras.optimizers.schedules.CosineDecay(learning_rate, epochs * self.steps)
        optimizer = self.optimizer = keras.optimizers.Adam(schedule)
        optimizer.build(model.trainable_variables)
        self._start = [np.asarray(variable) for variable in optimizer.variables]

        @tf.function
        def epoch(images, labels, order):
            for rows in order:
                with tf.GradientTape() as tape:
                    logits = tf.cast(model(tf.gather(images, rows), training=True), tf.float32)
                    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.gather(labels, rows), logits)
                    loss = tf.reduce_mean(losses)
                optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

        self._epoch = epoch

    def fit(self, images: np.ndarray, labels: np.ndarray, seed: int) -> None:
        """Forget what was learned; learn `samples` images float32 NHWC and their labels."""
        import tensorflow as tf

        for variable, value in zip(self.model.variables, self.build(seed).variables):
            variable.assign(value)
        for variable, value in zip(self.optimizer.variables, self._start):
            variable.assign(value)
        images, labels = tf.constant(images), tf.constant(labels, tf.int32)
        generator = np.random.default_rng(seed)
        for _ in range(self.epochs):
            order = generator.permutation(self.samples)[: self.steps * self.batch_size]
            self._epoch(images, labels, tf.constant(order.reshape(self.steps, -1), tf.int32))

    def predict(self, images: np.ndarray, chunk: int = 500) -> np.ndarray:
        """Return the class of the largest logit, int64 (n,)."""
        parts = [images[i : i + chunk] for i in range(0, len(images), chunk)]
        return np.concatenate([np.asarray(self.model(part, training=False)).argmax(axis=1) for part in parts])


def sample_like(model, labels: np.ndarray, seed: int = 0, batch_size: int = 256) -> tuple[np.ndarray, np.ndarray]:
    """Return (images, labels) of a conditional model, one image for each of `labels`, float32 in [-1, 1].

    Raises:
        ZooError: the model takes no labels or not these, or its images are wrong.
    """
    parts = []
    for index, start in enumerate(range(0, len(labels), batch_size)):
        wanted = np.asarray(labels[start : start + batch_size], np.int32)
        derived = int(np.random.SeedSequence([seed, index]).generate_state(1)[0] >> 1)
        try:
            images = model.sample(len(wanted), seed=derived, labels=wanted)
        except TypeError as error:
            raise ZooError(f"cas needs a model that samples given labels; sample of {model!r}: {error}") from error
        parts.append(to_unit(images, "the samples of the model"))
    return np.concatenate(parts), np.asarray(labels)


def _labelled(source, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return (float32 images in [-1, 1], int64 labels), checked."""
    maximum = 255
    if hasattr(source, "images") and hasattr(source, "labels"):
        maximum, source = getattr(source, "maximum", 255), (source.images, source.labels)
    if not isinstance(source, tuple | list) or len(source) != 2 or source[1] is None:
        raise ZooError(f"{name}: expected a pair (images, labels), or a source with labels; found {_kind(source)}")
    images, labels = to_unit(source[0], f"the images of {name}", maximum), np.asarray(source[1])
    if labels.shape != (len(images),) or labels.dtype.kind not in "iu":
        raise ZooError(
            f"{name}: expected {len(images)} integer labels, one an image; found {labels.dtype} {labels.shape}"
        )
    if not len(labels):
        raise ZooError(f"{name} is empty; give at least one image of each class")
    if labels.min() < 0:
        raise ZooError(f"{name}: labels are class ids from 0; found {labels.min()}")
    return images, labels.astype(np.int64)


def _kind(source) -> str:
    return f"{type(source).__name__} without labels" if hasattr(source, "images") else type(source).__name__


def _chosen(images: np.ndarray, labels: np.ndarray, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    if n == len(labels):
        return images, labels
    rows = np.random.default_rng(seed).choice(len(labels), n, replace=False)
    return images[rows], labels[rows]


def _ordered(images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the set in an order of its contents alone, so that a set and the same set mixed train the same network."""
    digests = [hashlib.blake2b(image.tobytes() + label.tobytes()).digest() for image, label in zip(images, labels)]
    rows = sorted(range(len(digests)), key=digests.__getitem__)
    return images[rows], labels[rows]


def _accuracy(correct: np.ndarray, labels: np.ndarray, classes: int) -> Accuracy:
    """Return the accuracies of hits (seeds, n)."""
    runs = correct.mean(axis=1)
    per_class = [correct[:, labels == c].mean() if (labels == c).any() else np.nan for c in range(classes)]
    return Accuracy(float(runs.mean()), float(runs.std()), runs, np.array(per_class))
