"""The command line `tfgan-zoo`. One file per command; TensorFlow is imported by the commands that compute."""

import argparse
import importlib
import os
import re
import sys
from collections.abc import Sequence

from tfgan_zoo.errors import ZooError

_COMMANDS = {
    "list": ("catalogue", "the systems of the zoo"),
    "info": ("catalogue", "one system: its paper, what it changes, its arguments"),
    "train": ("train", "train a model into a run folder"),
    "resume": ("train", "go on with a run that was stopped or killed"),
    "sample": ("sample", "draw samples into a picture"),
    "view": ("view", "a picture of classes, ways between latents, single coordinates or reconstructions"),
    "edit": ("edit", "a picture of what directions, mixed styles, truncation or ways between latents change"),
    "project": ("project", "find the codes of images in a style generator"),
    "import": ("import_", "make a .keras file of another package's weights"),
    "evaluate": ("evaluate", "compare generated with real images"),
    "export": ("export", "write a SavedModel or TFLite file, and verify it"),
    "prove": ("prove", "run a system's proof"),
}


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = argparse.ArgumentParser("tfgan-zoo", description="A zoo of adversarial generative models.")
    top.add_argument("--version", action="store_true", help="print the version and exit")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    for name, (module, text) in _COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        getattr(importlib.import_module(f"tfgan_zoo.cli.{module}"), f"add_{name}")(command)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit code: 0 done, 1 a check failed (export, prove), 2 a mistake in the input, 130 interrupted.
    """
    arguments = parser().parse_args(_joined(sys.argv[1:] if argv is None else argv))
    if arguments.version:
        from tfgan_zoo import __version__

        print(f"tfgan-zoo {__version__}")
        return 0
    if arguments.command is None:
        parser().print_help()
        return 0
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        return arguments.run(arguments) or 0
    except ZooError as error:
        print(f"tfgan-zoo: error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("tfgan-zoo: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of a pipe, such as `head`, has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _joined(words: Sequence[str]) -> list[str]:
    """Values that begin with a minus, such as those of `--strengths -3:3:7`, joined to their option by "=".

    argparse takes what begins with a minus and is no plain number for an option.
    """
    joined = []
    for word in words:
        if joined and re.match(r"--[a-z][a-z-]*$", joined[-1]) and re.match(r"-[\d.]", word):
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined
