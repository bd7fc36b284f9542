"""`providers`: list, show, check; and of one's own: add, approve, remove."""

import argparse
import sys
from collections import Counter
from pathlib import Path

from creditdesk.core.amounts import dumps
from creditdesk.desk import own_vendors
from creditdesk.desk.approving import Asked, question
from creditdesk.desk.approving import approve as agree
from creditdesk.desk.opening import Desk
from creditdesk.desk.tools import Declined
from creditdesk.providers.definitions import MAX_FILE, DefinitionError, load

MARK = 12
"""Hex digits of a digest that are shown."""
LEAST_MARK = 8
"""Hex digits that name a digest."""


async def listing(options: argparse.Namespace, desk: Desk) -> int:
    """List the vendors; definitions that are wrong are named on stderr."""
    definitions = desk.tools.catalogue.all()
    for broken in desk.tools.catalogue.broken():
        print(broken, file=sys.stderr)
    approved = {each.id: desk.tools.trust.refusal(each) is None for each in definitions}
    if options.json:
        rows = [
            {
                "id": each.id,
                "name": each.name,
                "category": each.category,
                "grade": each.grade,
                "own": each.own is not None,
                "approved": approved[each.id],
            }
            for each in definitions
        ]
        counts = {"all": len(rows), **Counter(each.category for each in definitions if each.category)}
        print(dumps({"providers": rows, "counts": counts}, indent=2))
    else:
        for each in definitions:
            mark = "" if each.own is None else ", own" if approved[each.id] else ", own, not approved"
            print(f"{each.id:<20} {each.name:<20} {each.category:<10} {'read' if each.readable else 'by hand'}{mark}")
    return 0


async def show(options: argparse.Namespace, desk: Desk) -> int:
    """Print a vendor's definition file as it is."""
    print(desk.tools.catalogue.path(options.id).read_text(encoding="utf-8"), end="")
    return 0


async def add(options: argparse.Namespace, desk: Desk) -> int:
    """Take a definition file into the user's folder; nothing is asked by it before it is approved."""
    definition = own_vendors.add(desk.tools, Path(options.file))
    print(
        f"Added {definition.name}. It is yours: look at what it sends where with `providers approve {definition.id}`."
    )
    return 0


async def remove(options: argparse.Namespace, desk: Desk) -> int:
    """Take one of the user's own definitions away; the file is kept aside."""
    kept = own_vendors.remove(desk.tools, options.id)
    left = [each.name for each in desk.tools.chosen.accounts if each.provider == options.id]
    print(f"Removed {options.id}. Its file is kept as {kept}.")
    if left:
        print(f"creditdesk: these accounts are of it and are not read any more: {', '.join(left)}", file=sys.stderr)
    return 0


async def approve(options: argparse.Namespace, desk: Desk) -> int:
    """Show what one of the user's own definitions sends where, and approve it when he says so."""
    tools = desk.tools
    asked = question(tools, lambda: tools.catalogue.get(options.id), again=True)
    if asked is None:
        raise Declined(f"{options.id} came with creditdesk: there is nothing to approve.")
    digest = asked.binding.digest
    lines = [f"{asked.definition.name} sends:", *asked.lines]
    if asked.changed:
        lines += ["Changed since it was approved:", *asked.changed]
    print("\n".join((*lines, f"Its mark is {digest[:MARK]}.")))
    if tools.trust.refusal(asked.definition) is None and not options.host and not (options.keep_keys and asked.stored):
        print(f"{asked.definition.name} is approved already.")
        return 0
    told = await agree(tools, desk.reader, asked, _agreed(options, asked), options.keep_keys)
    print(f"Approved {asked.definition.name}." + (f" {told}" if told else ""))
    if asked.stored and not options.keep_keys:
        names = ", ".join(each.name for each in asked.stored)
        print(
            f"creditdesk: the stored key of {names} was not given for this. Add --keep-keys to use it.", file=sys.stderr
        )
    return 0


def _agreed(options: argparse.Namespace, asked: Asked) -> str:
    """The host that the user typed, "" where none is wanted. Raises Declined when he does not approve."""
    digest, wanted = asked.binding.digest, asked.typed_host
    if options.host:
        return str(options.host)
    if options.yes and wanted:
        raise Declined(f"Nothing was approved: it asks {wanted}. Say so with --host {wanted}.")
    if options.yes:
        if len(options.yes) < LEAST_MARK or not digest.startswith(options.yes.lower()):
            raise Declined(
                f"Nothing was approved: that is not its mark. Look at the lines above; it is {digest[:MARK]}."
            )
        return ""
    if sys.stdin is None or not sys.stdin.isatty():
        option = f"--host {wanted}" if wanted else f"--yes {digest[:MARK]}"
        raise Declined(f"Nothing was approved. If the lines above are right, add {option}.")
    said = input(f"Type {wanted} to approve it: " if wanted else "Type yes to approve it: ").strip().lower()
    if said != (wanted or "yes"):
        raise Declined("Nothing was approved.")
    return wanted


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
