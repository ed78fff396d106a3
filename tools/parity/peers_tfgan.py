"""Run TF-GAN's own evaluators on the shared inputs, on a TensorFlow it was not written for: peers_tfgan.py FOLDER.

Writes FOLDER/tfgan.npz: what TF-GAN's code returns, and the versions.
"""
# ruff: noqa: E402  What stands in for missing parts must be there before the imports that ask for it.

import importlib.metadata
import json
import sys
from pathlib import Path

import inputs
import numpy as np
import stand_ins
import tensorflow as tf

stand_ins.tensorflow_estimator()

import tensorflow_gan as tfgan
from tensorflow_gan.python.eval import sliced_wasserstein


def of_features() -> dict:
    found = {}
    for name in inputs.PAIRS:
        real, fake = map(tf.constant, inputs.features(name))
        found[f"fid.{name}"] = tfgan.eval.frechet_classifier_distance_from_activations(real, fake)
        if len(real) == len(fake):
            # Blocks of equal size: our `kid` on each block, averaged.
            found[f"kid.{name}"] = tfgan.eval.kernel_classifier_distance_from_activations(real, fake, len(real))
            found[f"kid_blocks.{name}"] = tfgan.eval.kernel_classifier_distance_and_std_from_activations(
                real, fake, 100
            )
    found["classifier_score"] = tfgan.eval.classifier_score_from_logits(tf.constant(inputs.logits()))
    return found


def of_patches() -> dict:
    images = tf.constant(inputs.images(64, 32, n=2), tf.float32) / 127.5 - 1
    pyramid = sliced_wasserstein.laplacian_pyramid(images, 2)
    found = {f"laplacian_pyramid.{level}": part for level, part in enumerate(pyramid)}
    # It draws the directions from TensorFlow's global generator: here it is given ours.
    a, b = (tf.constant(part, tf.float32) for part in inputs.features("full_rank"))
    directions = tf.constant(inputs.projections(a.shape[1]), tf.float32)
    normal, tf.random.normal = tf.random.normal, lambda *_, **__: directions
    found["sliced_wasserstein"] = sliced_wasserstein._sliced_wasserstein(a, b, 1, directions.shape[1])
    tf.random.normal = normal
    return found


def main() -> None:
    results = {name: np.asarray(value) for name, value in (of_features() | of_patches()).items()}
    results["fingerprint"] = inputs.fingerprint()
    names = ("tensorflow-gan", "tensorflow-probability", "tensorflow-hub", "tf-keras", "numpy")
    results["versions"] = json.dumps({n: importlib.metadata.version(n) for n in names} | {"tensorflow": tf.__version__})
    np.savez_compressed(Path(sys.argv[1]) / "tfgan.npz", **results)


if __name__ == "__main__":
    main()
