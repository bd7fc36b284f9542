"""`providers`: list, show, check."""

import argparse
import sys
from collections import Counter
from pathlib import Path

from creditdesk.core.amounts import dumps
from creditdesk.desk.opening import Desk
from creditdesk.providers.definitions import MAX_FILE, DefinitionError, load


async def listing(options: argparse.Namespace, desk: Desk) -> int:
    """List the vendors; definitions that are wrong are named on stderr."""
    definitions = desk.tools.catalogue.all()
    for broken in desk.tools.catalogue.broken():
        print(broken, file=sys.stderr)
    if options.json:
        rows = [
            {"id": each.id, "name": each.name, "category": each.category, "grade": each.grade} for each in definitions
        ]
        counts = {"all": len(rows), **Counter(each.category for each in definitions)}
        print(dumps({"providers": rows, "counts": counts}, indent=2))
    else:
        for each in definitions:
            print(f"{each.id:<20} {each.name:<20} {each.category:<10} {'read' if each.readable else 'by hand'}")
    return 0


async def show(options: argparse.Namespace, desk: Desk) -> int:
    """Print a vendor's definition file as it is."""
    print(desk.tools.catalogue.path(options.id).read_text(encoding="utf-8"), end="")
    return 0


def check(file: str) -> int:
    """Check a definition file: every problem with file, line and key; exit code 1 when there is one."""
    with Path(file).open("rb") as stream:
        raw = stream.read(MAX_FILE + 1)
    try:
        definition = load(raw.decode("utf-8-sig"), file)
    except UnicodeDecodeError:
        print(f"{file}:1: the file is no UTF-8 text. Save it as UTF-8.")
        return 1
    except DefinitionError as error:
        print(error)
        return 1
    pools, operations = _counted(len(definition.pools), "pool"), _counted(len(definition.operations), "operation")
    print(f"{file}: fine. {definition.name}: {pools}, {operations}, as of {definition.fact.as_of}.")
    return 0


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
