"""Pieces of serving signatures: functions of tensors with fixed names and types, as SavedModels export them."""

import inspect
from collections.abc import Callable, Sequence

import tensorflow as tf

from tfgan_zoo.errors import ZooError

SEED = tf.TensorSpec((), tf.int32, "seed")
COUNT = tf.TensorSpec((), tf.int32, "count")
LABELS = tf.TensorSpec((None,), tf.int32, "labels")
PNGS = tf.TensorSpec((None,), tf.string, "png")

Function = tf.types.experimental.PolymorphicFunction


def batch_of(example: tf.Tensor, name: str) -> tf.TensorSpec:
    """The spec of tensors like `example`, with an open batch size."""
    return tf.TensorSpec((None, *example.shape[1:]), example.dtype, name)


def function(body: Callable, *specs: tf.TensorSpec, output: str = "images") -> Function:
    """Return `body` as a function with an input signature that returns {output: tensor}; see `named`."""
    return named(lambda *arguments: {output: body(*arguments)}, specs)


def named(body: Callable, specs: Sequence[tf.TensorSpec]) -> Function:
    """Return `body`, which takes tensors one by one and returns a dictionary, as a function with an input signature.

    Its arguments have the specs' names, so that a loaded SavedModel is called as `loaded.generate(seed=0, count=16)`.
    """

    def signature(*arguments):
        return body(*arguments)

    names = [inspect.Parameter(spec.name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for spec in specs]
    signature.__signature__ = inspect.Signature(names)
    return tf.function(signature, input_signature=list(specs), autograph=False)


def generators(generate: Callable, *specs: tf.TensorSpec) -> dict[str, Function]:
    """Return `generate` and, where images come out, `generate_png`.

    Args:
        generate: makes images in [-1, 1] (or points) from tensors as in `specs`.
        *specs: its inputs.
    """
    example = tf.function(generate, input_signature=list(specs)).get_concrete_function().structured_outputs
    if example.shape.rank != 4:
        return {"generate": function(generate, *specs, output="points")}
    both = {"generate": function(lambda *a: to_uint8(generate(*a)), *specs)}
    if example.shape[-1] in (1, 3):
        both["generate_png"] = function(lambda *a: encode_pngs(to_uint8(generate(*a))), *specs, output="png")
    return both


def translators(translate: Callable, image_shape: tuple[int, ...], suffix: str = "") -> dict[str, Function]:
    """Return `translate` (uint8 images to uint8 images) and `translate_png` (encoded files to PNG).

    Files of another size are resized to `image_shape` with antialiasing.
    """
    images = tf.TensorSpec((None, *image_shape), tf.uint8, "images")

    def through_files(pngs):
        return encode_pngs(to_uint8(translate(from_uint8(decode_images(pngs, image_shape)))))

    return {
        f"translate{suffix}": function(lambda x: to_uint8(translate(from_uint8(x))), images),
        f"translate{suffix}_png": function(through_files, PNGS, output="png"),
    }


def to_uint8(images: tf.Tensor) -> tf.Tensor:
    """[-1, 1] to 0..255, rounded."""
    return tf.cast(tf.round(tf.clip_by_value((tf.cast(images, tf.float32) + 1.0) * 127.5, 0.0, 255.0)), tf.uint8)


def from_uint8(images: tf.Tensor) -> tf.Tensor:
    """0..255 to [-1, 1]."""
    return tf.cast(images, tf.float32) / 127.5 - 1.0


def encode_pngs(images: tf.Tensor) -> tf.Tensor:
    """Uint8 images (batch, height, width, 1 or 3) to PNG files (batch,)."""
    return tf.map_fn(tf.io.encode_png, images, fn_output_signature=tf.string)


def decode_images(files: tf.Tensor, image_shape: tuple[int, ...]) -> tf.Tensor:
    """PNG or JPEG files (batch,) to uint8 images (batch, *image_shape)."""

    def decode(file):
        image = tf.io.decode_image(file, channels=image_shape[-1], expand_animations=False)
        image.set_shape((None, None, image_shape[-1]))
        return tf.cast(tf.round(tf.image.resize(image, image_shape[:2], antialias=True)), tf.uint8)

    return tf.map_fn(decode, files, fn_output_signature=tf.TensorSpec(image_shape, tf.uint8))


def in_chunks(body: Callable, *arrays: tf.Tensor, size: int = 256) -> tf.Tensor:
    """Apply `body` to rows of the arrays, `size` at a time, so that memory does not grow with their number.

    Raises:
        ZooError: no rows.
    """
    rows = len(arrays[0])
    if rows < 1:
        raise ZooError(f"expected at least one sample, found {rows}")
    return tf.concat([body(*(a[i : i + size] for a in arrays)) for i in range(0, rows, size)], axis=0)
