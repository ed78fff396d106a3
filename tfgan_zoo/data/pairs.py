"""Two-sided data sets from folders: unpaired domains (CycleGAN's layout) and pairs matched by file name."""

import os
from pathlib import Path

from tfgan_zoo.data.folders import Listing, open_folder, read, scan, split_folder
from tfgan_zoo.data.source import Pair, Source
from tfgan_zoo.errors import ZooError


def domain_folders(root: Path, split: str = "train") -> tuple[Path, Path] | None:
    """Return the folders of two domains inside `root`, or None: {split}A and {split}B, or A and B alone.

    Raises:
        ZooError: `root` has domains, but not of this split.
    """
    for a, b in ((f"{split}A", f"{split}B"), ("A", "B")):
        if (root / a).is_dir() and (root / b).is_dir():
            if a == "A" and split != "train":
                raise ZooError(
                    f"{root} with A/ and B/ is one split, 'train', asked for {split!r}; add {split}A, {split}B"
                )
            return root / a, root / b
    if (root / "trainA").is_dir() and (root / "trainB").is_dir():
        raise ZooError(f"{root} has trainA/ and trainB/, but no {split}A/ and {split}B/")
    return None


def open_domains(name: str, folders: tuple[Path, Path], image_size: int | None = None, **options: object) -> Pair:
    """Return two folders as an unpaired set; options as in `open_folder`, without split."""
    x, y = (open_folder(str(folder), image_size, **options) for folder in folders)
    return Pair(name, x, y, aligned=False)


def open_paired(
    name: str,
    folders: tuple[str, str],
    image_size: int | None = None,
    *,
    split: str = "train",
    channels: int | None = None,
    resize: str | None = None,
    skip_broken: bool = False,
) -> Pair:
    """Return two folders of images that belong together by name: a/1.png of one to a/1.jpg of the other.

    With `skip_broken`, a broken file takes its partner along.

    Raises:
        ZooError: a file without partner, two files of one folder with the same name up to the ending, and what
            `open_folder` raises.
    """
    roots = [split_folder(Path(folder).expanduser(), split) for folder in folders]
    listings = [scan(root, skip_broken) for root in roots]
    by_stem = [_by_stem(listing) for listing in listings]
    broken = {_stem(os.path.relpath(file, item.root)) for item in listings for file in item.skipped}
    for here, there, root in ((0, 1, roots[1]), (1, 0, roots[0])):
        alone = [stem for stem in by_stem[here] if stem not in by_stem[there] and stem not in broken]
        if alone:
            shown = ", ".join(listings[here].files[by_stem[here][stem]] for stem in alone[:5])
            raise ZooError(
                f"{len(alone)} images of {roots[here]} have no partner of the same name in {root}: {shown}"
                f"{', ...' if len(alone) > 5 else ''}; add them or remove these"
            )
    stems = sorted(set(by_stem[0]) & set(by_stem[1]))
    if not stems:
        raise ZooError(f"no pairs: {roots[0]} and {roots[1]} share no readable images of the same name")
    listings = [item.only([index[stem] for stem in stems]) for item, index in zip(listings, by_stem)]
    options = {"channels": channels, "resize": resize, "skip_broken": skip_broken}
    results = [read(item, image_size, **options) for item in listings]
    both = sorted(set(results[0][1].tolist()) & set(results[1][1].tolist()))
    if not both:
        raise ZooError(f"no pairs: no two images of the same name in {roots[0]} and {roots[1]} can both be read")
    skipped = [result[2] for result in results]
    if len(both) < len(stems):
        results = [read(item.only(both), image_size, **options) for item in listings]
    x, y = (
        Source(folder, images, skipped=left_out) for folder, (images, *_), left_out in zip(folders, results, skipped)
    )
    return Pair(name, x, y, aligned=True)


def _stem(file: str) -> str:
    return os.path.splitext(file)[0]


def _by_stem(listing: Listing) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for k, file in enumerate(listing.files):
        if _stem(file) in numbers:
            other = listing.files[numbers[_stem(file)]]
            raise ZooError(
                f"{listing.root}: {other} and {file} have the same name; pairs are matched by name, keep one"
            )
        numbers[_stem(file)] = k
    return numbers
