"""The words of `setup`, the set-up as a file."""

import argparse
from collections.abc import Callable
from typing import Any


def add_setup(setup: argparse.ArgumentParser, add: Callable[[Any, str, str], argparse.ArgumentParser]) -> None:
    """Give the command its verbs; `add` makes a parser of a verb."""
    verbs = setup.add_subparsers(dest="verb", metavar="VERB", required=True)
    export = add(verbs, "export", "Write accounts, settings, rules and own definitions into one file. No key is in it.")
    export.add_argument("file", metavar="FILE", help="the file to write, - for standard output")
    export.add_argument("--replace", action="store_true", help="also when there is a file of this name")
    bring = add(verbs, "import", "Bring a set-up in beside what is there. Nothing is overwritten.")
    bring.add_argument("file", metavar="FILE", help="a file that `setup export` wrote, - for standard input")
    bring.add_argument("--dry-run", action="store_true", help="only say what would come in")
    bring.add_argument(
        "--clash",
        choices=("number", "skip"),
        default="number",
        help="an account whose name is taken gets a number (default), or is skipped",
    )
    bring.add_argument("--json", action="store_true", help="as JSON")
