"""A metric that compares generated samples with real ones, batch by batch."""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.extractors import Extractor
from tfgan_zoo.metrics.streaming.extraction import Extraction
from tfgan_zoo.metrics.streaming.results import computed
from tfgan_zoo.metrics.streaming.state import StreamingState


class TwoSampleMetric(keras.metrics.Metric):
    """Two streaming states, of real and of generated samples, and a value of both.

    A subclass names its values in `values` and computes them in `compare`. `result` gives a scalar where there is one
    value, otherwise a dict, as Keras expects of metrics with several. With an extractor, names end in its label, as in
    `fid[fashion]`.

    Args:
        name: in logs and messages, without the extractor's label.
        real: state of the real samples; None if they are known.
        generated: state of the generated samples.
        extractor: from images to features; None if `update_state` is given features.
        reset_real: whether `reset_state` forgets the real samples too. Keras resets at each epoch; with False the real
            samples are given once.
    """

    values: tuple[str, ...] = ()
    default_name = ""

    def __init__(
        self,
        name: str,
        real: StreamingState | None,
        generated: StreamingState,
        extractor: Extractor | None,
        reset_real: bool,
    ):
        self._extraction = Extraction(extractor, "features", name)
        super().__init__(dtype="float64", name=name + self._extraction.label)
        self.real, self.generated, self.reset_real = real, generated, reset_real
        self._keys = tuple(key + self._extraction.label for key in self.keys(name))

    @tf.autograph.experimental.do_not_convert
    def update_state(self, features, real: bool) -> None:
        """Add a batch; inside `strategy.run`, this replica's part of it.

        Args:
            features: (n, d), n >= 0; with an extractor, images (n, height, width, channels), float32 in [-1, 1] or
                uint8.
            real: True for real samples, False for generated ones.

        Raises:
            ZooError: `real` is no bool, wrong rank or d, real samples where they are known already; NaN or infinity,
                at once where this runs eagerly outside `strategy.run`, otherwise at `result`.
        """
        state = self._side(real)
        state.update_state(self._extraction(features, state.dimensions))
        # Both sides at once: a tf.function may make variables only while it is traced for the first time.
        for side in (self.real, self.generated):
            if side is not None:
                side.build(state.dimensions)

    @tf.autograph.experimental.do_not_convert
    def result(self):
        """Return the value, or `{name: value}`, as float64 scalars; NaN if nothing was added since the last reset.

        Keras asks every metric of a model at each epoch's end, also when nothing used it: hence NaN, not an error.
        Inside a `tf.function` the numpy computation runs at every call (`tf.numpy_function`): call `result()` after the
        loop where that is slow.

        Raises:
            ZooError: fewer samples than the metric needs, or NaN or infinity among them.
        """
        real = self.real.tensors() if self.real is not None else ()
        generated = self.generated.tensors()

        def compare(*arrays):
            sides = type(real)(*arrays[: len(real)]) if real else None, type(generated)(*arrays[len(real) :])
            counts = [int(side.count) for side in sides if side is not None]
            pristine = sides[1].count == 0 and (self.real is None or not self.reset_real or counts[0] == 0)
            if pristine:
                return [np.nan] * len(self.values)
            for side, called in zip(sides, ("real", "generated")):
                if side is not None and side.count < 2:
                    raise ZooError(
                        f"{self.name}: at least 2 {called} samples are needed, found {int(side.count)}; call "
                        f"update_state(..., real={called == 'real'}) with more"
                    )
            return self.compare(*sides)

        results = computed(compare, [*real, *generated], len(self.values))
        return results[0] if len(results) == 1 else dict(zip(self._keys, results))

    def compare(self, real, generated) -> tuple[float, ...]:
        """Return the values from the two states as arrays; `real` is None where the real samples are known."""
        raise NotImplementedError

    def reset_state(self) -> None:
        """Forget the generated samples, and the real ones unless `reset_real` is False."""
        self.generated.reset_state()
        if self.real is not None and self.reset_real:
            self.real.reset_state()

    def keys(self, name: str) -> tuple[str, ...]:
        """Return `values`, with `name` in front where it is the user's: two metrics may be logged side by side."""
        return self.values if name == self.default_name else tuple(f"{name} {value}" for value in self.values)

    def get_config(self) -> dict:
        """Return the constructor's numbers.

        Raises:
            ZooError: the metric has an extractor, which no config can hold.
        """
        if self._extraction.extractor is not None:
            raise ZooError(f"{self.name}: an extractor cannot be written into a config; make the metric anew")
        return {"name": self.name, "dimensions": self.generated.dimensions, "reset_real": self.reset_real}

    def _side(self, real: bool) -> StreamingState:
        if not isinstance(real, (bool, np.bool_)):
            found = "a tensor" if tf.is_tensor(real) else repr(real)
            raise ZooError(f"{self.name}: real must be True or False (a Python bool); found {found}")
        state = self.real if real else self.generated
        if state is None:
            raise ZooError(
                f"{self.name} compares with the reference statistics that it was given; add generated samples only "
                "(real=False), or make the metric without reference="
            )
        return state
