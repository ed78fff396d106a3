"""What every streaming metric keeps: variables of fixed size, the same on every replica, saved with the model."""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.streaming import replicas


class StreamingState(keras.metrics.Metric):
    """Variables that summarize rows (n, d) of which only one batch is in memory at a time.

    A subclass makes its variables in `build_state` and adds a batch in `add`. This class checks the rows, counts them,
    makes the variables at the first batch where d was not given, and writes and reads them with a model's weights.

    Under a strategy every update is synchronized, and every replica's copy is the global state.

    Args:
        dimensions: d; taken from the first batch if None.
        name: of the metric, in messages and logs.
    """

    # The variable whose last axis has d entries.
    wide = "mean"

    def __init__(self, dimensions: int | None = None, name: str | None = None):
        super().__init__(dtype="float64", name=name)
        self.dimensions: int | None = None
        self._strategy = tf.distribute.get_strategy()
        if dimensions is not None:
            self.build(dimensions)

    def build(self, dimensions: int) -> None:
        """Make the variables for rows of `dimensions` numbers, in the scope that the metric was made in.

        Raises:
            ZooError: `dimensions` < 1, or not the same as before.
        """
        if self.dimensions is not None:
            if self.dimensions != dimensions:
                raise ZooError(
                    f"{self.name} holds rows of {self.dimensions} numbers; found rows of {dimensions}; take all from "
                    "the same layer of the same network"
                )
            return
        if dimensions < 1:
            raise ZooError(f"{self.name}: dimensions must be at least 1; found {dimensions}")

        def make():
            self.count = self.state((), "count", "int64")
            self.broken = self.state((), "broken", "int64")
            self.build_state(dimensions)

        replicas.build_once(make, self._strategy)
        self.dimensions = dimensions

    def state(self, shape: tuple[int, ...], name: str, dtype: str = "float64"):
        """Return a new variable of zeros.

        Synchronization "on_read" (Keras' choice for metrics) makes an assignment local to the replica: it needs no
        `merge_call`, so it also works inside `tf.cond`, and nothing is copied that is equal already. Since `add`
        reduces the batch first, all copies are equal, and a mean cannot be summed over replicas, reading takes the
        first copy; the default "sum" would double the state of two replicas at every read, save and load.
        """
        return self.add_variable(shape, "zeros", dtype=dtype, aggregation="only_first_replica", name=name)

    @tf.autograph.experimental.do_not_convert
    def update_state(self, rows) -> None:
        """Add `rows` (n, d), n >= 0; inside `strategy.run`, this replica's rows of the global batch.

        Raises:
            ZooError: another rank, kind of number or d; or, where it is known at once (eagerly, outside
                `strategy.run`), NaN or infinity. Elsewhere NaN is counted and refused by the result.
        """
        rows = self._checked(rows)
        self.build(rows.shape[1])
        replicas.check_shared(self.count, self.name)
        broken = tf.math.count_nonzero(~tf.reduce_all(tf.math.is_finite(rows), axis=1))
        if tf.executing_eagerly() and not replicas.several():
            refuse_broken(broken.numpy(), self.name)
        self.add(rows, broken)

    def build_state(self, dimensions: int) -> None:
        """Make the subclass' variables with `state`."""
        raise NotImplementedError

    def add(self, rows: tf.Tensor, broken: tf.Tensor) -> None:
        """Add checked rows, `broken` of them with NaN or infinity, to every variable including `count`."""
        raise NotImplementedError

    def reset_state(self) -> None:
        """Forget all samples."""
        for variable in self.variables:
            variable.assign(np.zeros(variable.shape, variable.dtype))

    def save_own_variables(self, store) -> None:
        """Write the state into a Keras weights file; Keras itself leaves metrics out."""
        for variable in self.variables:
            store[variable.name] = np.asarray(variable)

    def load_own_variables(self, store) -> None:
        """Read the state from a Keras weights file; nothing was seen where the file holds none.

        Raises:
            ZooError: the file's state has another shape (another d, capacity or number of splits).
        """
        if self.wide not in store.keys():
            self.reset_state()
            return
        self.build(int(store[self.wide].shape[-1]))
        values = [np.asarray(store[variable.name]) for variable in self.variables]
        for variable, value in zip(self.variables, values):
            if value.shape != tuple(variable.shape):
                raise ZooError(
                    f"{self.name}: {variable.name} has shape {tuple(variable.shape)}, in the file {value.shape}; make "
                    "the metric with the arguments that it was saved with"
                )
        for variable, value in zip(self.variables, values):
            variable.assign(value)

    def get_config(self) -> dict:
        """Return the constructor's arguments."""
        return {"name": self.name, "dimensions": self.dimensions}

    def _checked(self, rows) -> tf.Tensor:
        try:
            rows = tf.convert_to_tensor(rows)
        except (TypeError, ValueError) as error:
            raise ZooError(f"{self.name} needs an array of numbers (n, d); found {type(rows).__name__}") from error
        if not (rows.dtype.is_floating or rows.dtype.is_integer):
            raise ZooError(f"{self.name} needs an array of numbers (n, d); found {rows.dtype.name}")
        if rows.shape.rank != 2 or not rows.shape[1]:
            if rows.shape.rank == 2 and rows.shape[1] is None and self.dimensions is not None:
                return tf.ensure_shape(tf.cast(rows, tf.float64), (None, self.dimensions))
            raise ZooError(
                f"{self.name} needs rows of shape (n, d), one row a sample; found shape {rows.shape}"
                + ("; pass dimensions=" if rows.shape.rank in (None, 2) else "")
            )
        return rows if rows.dtype.is_floating else tf.cast(rows, tf.float64)


def refuse_broken(broken: int, name: str) -> None:
    """Raise if rows with NaN or infinity were found.

    Raises:
        ZooError: `broken` > 0.
    """
    if broken:
        raise ZooError(
            f"{name}: NaN or infinity in {int(broken)} rows; the model diverged or the images are broken; call "
            "reset_state() before going on"
        )
