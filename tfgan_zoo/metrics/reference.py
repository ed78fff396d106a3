"""The real side of comparisons: opened, judged and kept once, however often models are compared with it."""

from collections.abc import Callable, Collection

from tfgan_zoo.metrics import sides
from tfgan_zoo.metrics.collection import Outputs, collect
from tfgan_zoo.metrics.extractors import Extractor, as_extractor
from tfgan_zoo.metrics.statistics_files import Statistics, fitted, gaussian_of, is_statistics_file, read_statistics


class Reference:
    """Real images, or statistics of real images, that `evaluate` takes in the place of its `data`.

    What the extractor made of them is kept for the next call with the same settings, so that a model that is evaluated
    again and again, as by `callbacks.Evaluate`, costs its own images only.

    Args:
        data: what `evaluate` takes.
        cache: keep statistics in the cache folder, where only those are needed; see `statistics_of`.
        skip_broken: leave out the files of a folder that cannot be read.

    Attributes:
        statistics: those of the `.npz` file that `data` names; None if it is data of another kind.
        fitted: those of the real images of the last call that needed them; None before.

    Raises:
        ZooError: a damaged statistics file.
    """

    def __init__(self, data, cache: bool = True, skip_broken: bool = False):
        self.data, self.cache, self.skip_broken = data, cache, skip_broken
        self.statistics = read_statistics(data) if is_statistics_file(data) else None
        self.fitted: Statistics | None = None
        # The last of each: (what it was made of, what was made).
        self._extractor = self._side = self._outputs = (), None

    @property
    def adapts(self) -> bool:
        """Whether it is opened in the size of the images that are compared with it."""
        return sides.is_name(self.data)

    def extractor(self, extractor, shape: tuple[int, ...]) -> Extractor:
        """Return what `as_extractor` returns, the same object every time."""
        if self._extractor[0] != (id(extractor), shape):
            # The tuple holds the object that was given, so that no other one can have its id.
            self._extractor = (id(extractor), shape), as_extractor(extractor, shape), extractor
        return self._extractor[1]

    def side(self, samples: int | None, seed: int, batch_size: int, shape: tuple[int, ...] | None):
        """Return the images; see `sides.opened`."""
        key = samples, seed, batch_size, shape if self.adapts else None
        if self._side[0] != key:
            self._side = key, sides.opened(self.data, samples, seed, batch_size, shape, self.skip_broken)
        return self._side[1]

    def outputs(
        self,
        side,
        n: int,
        extractor: Extractor | None,
        batch_size: int,
        keep: Collection[str],
        progress: Callable[[str, int, int], None] | None = None,
    ) -> tuple[Outputs | None, Statistics | None]:
        """Return what is wanted of the first `n` images of `side`, and the statistics of their features.

        Args:
            side: of `side`.
            n: images.
            extractor: the network that judges.
            batch_size: images judged at once.
            keep: of `collection.KEPT`.
            progress: see `collect`.

        Returns:
            Outputs, None if only the statistics are wanted; statistics, None if they are not.
        """
        keep = frozenset(keep)
        if not keep:
            return None, None
        key = side, n, extractor, batch_size, keep
        if self._outputs[0] != key:
            if keep == {"gaussian"}:
                made = None, gaussian_of(side, extractor, n, batch_size, self.cache, progress)
            else:
                outputs = collect(side, n, extractor, batch_size, keep, progress)
                made = outputs, fitted(outputs.gaussian, side, extractor) if "gaussian" in keep else None
            self._outputs = key, made
        self.fitted = self._outputs[1][1] or self.fitted
        return self._outputs[1]
