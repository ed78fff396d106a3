"""Tables of attributes: for every image file a vector of zeros and ones, such as those of CelebA (Liu et al., 2015)."""

import csv
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tfgan_zoo.errors import ZooError

_VALUES = {"1": 1, "0": 0, "-1": -1, "+1": 1, "1.0": 1, "0.0": 0, "-1.0": -1}


@dataclass(frozen=True, eq=False)
class Table:
    """A table of attributes.

    Attributes:
        path: of its file.
        names: of the attributes.
        rows: name of an image file -> number of its row.
        values: float32 (rows, attributes), 0 or 1.
    """

    path: str
    names: tuple[str, ...]
    rows: dict[str, int]
    values: np.ndarray

    def of(self, files: Sequence[str], source: str) -> np.ndarray:
        """Return the attributes of image files, float32 (files, attributes); rows of other files are left out.

        Args:
            files: names relative to the folder. The table has the same names, or their last parts.
            source: what the files are from, for messages.

        Raises:
            ZooError: a file without a row, or two files that mean the same row.
        """
        found, missing, taken = [], [], {}
        for file in files:
            name = file.replace(os.sep, "/")
            row = self.rows.get(name, self.rows.get(name.rsplit("/", 1)[-1]))
            if row is None:
                missing.append(name)
            elif row in taken:
                raise ZooError(
                    f"{self.path}: {taken[row]} and {name} of {source} mean the same row; "
                    "give their folders in the table"
                )
            else:
                taken[row] = name
                found.append(row)
        if missing:
            raise ZooError(
                f"{self.path} has no row for {len(missing)} of {len(files)} images of {source}: "
                f"{', '.join(missing[:5])}{', ...' if len(missing) > 5 else ''}; add them or remove the images"
            )
        return self.values[found]


def read_table(path: str | os.PathLike) -> Table:
    """Read a table of attributes.

    Two formats are known by their first line. CelebA's `list_attr_celeba.txt`: the number of images; a line of names;
    then lines of a file name and -1 or 1 for every attribute, with spaces between. Otherwise comma-separated values: a
    line of headings, of which the first stands for the file name, then a file name and 0 or 1 (or -1 or 1) in each
    line. -1 becomes 0.

    Raises:
        ZooError: no such file, no text, a line of another length, another value, both 0 and -1, no rows, a name twice,
            or a number of images that is not that of the lines.
    """
    path = os.fspath(path)
    try:
        text = Path(path).expanduser().read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ZooError(f"attributes: no such file: {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ZooError(f"attributes: {path} cannot be read as text ({error}); expected a table") from error
    lines = text.splitlines()
    if lines and lines[0].strip().isdigit():
        names, rows = tuple(lines[1].split()) if len(lines) > 1 else (), _spaced(lines[2:], start=3)
        table = _table(path, names, rows)
        if int(lines[0]) != len(table.rows):
            raise ZooError(f"{path}: its first line promises {lines[0].strip()} images, found {len(table.rows)}")
        return table
    reader = csv.reader(lines, skipinitialspace=True)
    names = tuple(name.strip() for name in next(reader, ())[1:])
    if names and all(name in _VALUES for name in names):
        raise ZooError(f"{path}: expected a first line of headings (file, then the attributes' names), found values")
    return _table(path, names, ((reader.line_num, row) for row in reader))


def _spaced(lines: Sequence[str], start: int) -> Iterable[tuple[int, list[str]]]:
    return ((number, line.split()) for number, line in enumerate(lines, start))


def _table(path: str, names: tuple[str, ...], lines: Iterable[tuple[int, list[str]]]) -> Table:
    if not names or len(set(names)) < len(names) or not all(names):
        raise ZooError(f"{path}: expected different names of attributes after that of the file, found {list(names)}")
    rows: dict[str, int] = {}
    values: list[list[int]] = []
    for number, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != 1 + len(names):
            raise ZooError(
                f"{path}, line {number}: expected a file name and {len(names)} values, found {len(cells)} columns"
            )
        file, *found = (cell.strip() for cell in cells)
        if file in rows:
            raise ZooError(f"{path}, line {number}: {file} has a row already; keep one")
        try:
            values.append([_VALUES[value] for value in found])
        except KeyError as error:
            column = names[found.index(error.args[0])]
            raise ZooError(
                f"{path}, line {number}: expected 0 or 1 (or -1 or 1) for {column!r}, found {error.args[0]!r}"
            ) from None
        rows[file] = len(rows)
    if not rows:
        raise ZooError(f"{path}: expected a row for every image, found none")
    array = np.array(values, np.int8)
    if (array == 0).any() and (array == -1).any():
        raise ZooError(f"{path}: expected values 0 and 1, or -1 and 1, found all three; 0 would mean two things")
    return Table(path, names, rows, (array > 0).astype(np.float32))
