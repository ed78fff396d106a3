"""shapes32: two domains of simple pictures whose true correspondence is known, but not to the learner.

Domain x holds filled red shapes, domain y the outlined blue ones; circle, square or triangle of random place and size
on black, 32 x 32 x 3. Every shape occurs in both domains, in two independent orders.
"""

from dataclasses import dataclass

import numpy as np

from tfgan_zoo.data.resize import fit_array, set_channels
from tfgan_zoo.data.source import Pair, Source
from tfgan_zoo.errors import unknown

SHAPES = ("circle", "square", "triangle")
COUNTS = {"train": 2_000, "test": 500}
_SIDE = 32
_OUTLINE = 2.0
_COLOURS = {"x": (230, 40, 40), "y": (50, 90, 240)}


@dataclass(frozen=True, eq=False)
class Shapes:
    """What is drawn: `shape` int32 (n,) in 0..2, `center` float (n, 2) as (x, y) and `radius` float (n,) in pixels."""

    shape: np.ndarray
    center: np.ndarray
    radius: np.ndarray

    def __len__(self) -> int:
        return len(self.shape)

    def __getitem__(self, rows: object) -> "Shapes":
        return Shapes(self.shape[rows], self.center[rows], self.radius[rows])


def draw_shapes(count: int, seed: int = 0) -> Shapes:
    """Return `count` random shapes that lie inside the picture, radius uniform in [5, 10] pixels."""
    generator = np.random.default_rng(seed)
    shape = generator.integers(3, size=count).astype(np.int32)
    radius = generator.uniform(5, 10, count)
    reach = radius[:, None] + 2
    center = generator.uniform(size=(count, 2)) * (_SIDE - 2 * reach) + reach
    return Shapes(shape, center, radius)


def render(shapes: Shapes, domain: str) -> np.ndarray:
    """Return antialiased pictures uint8 (n, 32, 32, 3) of the shapes in domain "x" (filled red) or "y" (blue outline).

    `render(s, "y")` is the true partner of `render(s, "x")`. The outline is 2 pixels wide and lies inside the shape.
    """
    if domain not in _COLOURS:
        raise unknown("domain", domain, _COLOURS)
    pixel = np.arange(_SIDE) + 0.5
    x = pixel[None, None, :] - shapes.center[:, 0, None, None]
    y = pixel[None, :, None] - shapes.center[:, 1, None, None]
    radius = shapes.radius[:, None, None]
    # Distances to the border, negative inside. The triangle points up and has its corners on the circle.
    circle = np.hypot(x, y) - radius
    square = np.maximum(np.abs(x), np.abs(y)) - 0.85 * radius
    slope = np.sqrt(3) / 2
    triangle = np.maximum(np.maximum(slope * x - y / 2, -slope * x - y / 2), y) - radius / 2
    which = shapes.shape[:, None, None]
    distance = np.choose(which, [circle, square, triangle])
    if domain == "y":
        distance = np.abs(distance + _OUTLINE / 2) - _OUTLINE / 2
    cover = np.clip(0.5 - distance, 0, 1)[..., None]
    return np.rint(cover * np.array(_COLOURS[domain])).astype(np.uint8)


def orders(split: str = "train", seed: int = 0) -> tuple[Shapes, np.ndarray, np.ndarray]:
    """Return the shapes behind a split and the two orders: image i of x is shapes[order_x[i]], the same for y."""
    if split not in COUNTS:
        raise unknown("split of shapes32", split, COUNTS)
    streams = np.random.SeedSequence([seed % 2**64, list(COUNTS).index(split)]).spawn(3)
    shapes = draw_shapes(COUNTS[split], streams[0])
    order_x, order_y = (np.random.default_rng(stream).permutation(len(shapes)) for stream in streams[1:])
    return shapes, order_x, order_y


def partners(split: str = "train", seed: int = 0) -> np.ndarray:
    """Return, for every image of x, the number of its true partner in y: int64 (n,). For tests and proofs only."""
    _, order_x, order_y = orders(split, seed)
    return np.argsort(order_y)[order_x]


def open_shapes(
    image_size: int | None = None,
    *,
    split: str = "train",
    channels: int | None = None,
    resize: str | None = None,
    seed: int = 0,
) -> Pair:
    """Return shapes32 as an unpaired set of 2,000 ("train") or 500 ("test") images a side; labels are shape ids."""
    shapes, *both = orders(split, seed)
    sides = []
    for domain, order in zip("xy", both):
        images = set_channels(fit_array(render(shapes[order], domain), image_size, resize), channels)
        sides.append(Source(f"shapes32 {domain}", images, shapes.shape[order], SHAPES))
    return Pair("shapes32", *sides, aligned=False)
