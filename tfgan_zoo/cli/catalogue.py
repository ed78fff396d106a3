"""`tfgan-zoo list`, `tfgan-zoo info`: what there is. Instant: neither TensorFlow nor NumPy is imported."""

import shutil
import textwrap

from tfgan_zoo import registry


def add_list(parser):
    """Options of `list`."""
    parser.add_argument("--family", metavar="F", help="only this family, e.g. latent")
    parser.set_defaults(run=show_list)


def add_info(parser):
    """Options of `info`."""
    parser.add_argument("model", metavar="MODEL")
    parser.set_defaults(run=show_info)


def show_list(arguments) -> None:
    """Print a table: name, year, family, what the paper changes, title, sizes."""
    cards = [registry.info(name) for name in registry.list_models(arguments.family)]
    head = ("name", "year", "family", "changes", "sizes", "title")
    rows = [(c.name, str(c.year), c.family, ", ".join(c.changes), _sizes(c.sizes), c.title) for c in cards]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head) - 1)]
    space = max(24, shutil.get_terminal_size((160, 24)).columns - sum(widths) - 2 * len(widths))
    for row in [head, *rows]:
        cells = [cell.ljust(width) for cell, width in zip(row, widths)]
        print("  ".join([*cells, textwrap.shorten(row[-1], space, placeholder=" ...")]))


def show_info(arguments) -> None:
    """Print a system's card."""
    card = registry.info(arguments.model)
    facts = {
        "paper": card.title,
        "authors": card.authors,
        "year": card.year,
        "arXiv": card.url,
        "family": card.family,
        "changes": ", ".join(card.changes),
        "batch": {
            "images": "images",
            "labelled": "images and labels",
            "unpaired": "images of two domains",
        }.get(card.data, card.data),
        "sizes": _sizes(card.sizes),
        **{f"config {name}": _sizes(arguments) for name, arguments in card.configurations.items()},
        "file": card.module.replace(".", "/") + ".py",
        "train": f"tfgan-zoo train {card.name} --data DATA --steps N --out DIR",
    }
    print(card.name)
    for name, value in facts.items():
        print(textwrap.fill(str(value), 110, initial_indent=f"  {name:<9}", subsequent_indent=" " * 11))


def _sizes(sizes):
    return " ".join(f"{name}={str(value).replace(' ', '')}" for name, value in sizes.items())
