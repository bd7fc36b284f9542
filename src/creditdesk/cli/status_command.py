"""`status`: reads, if asked to, and shows."""

import argparse
import asyncio
import sys
from contextlib import suppress
from datetime import timedelta

from creditdesk.cli.status import status_json, status_lines
from creditdesk.core.amounts import dumps
from creditdesk.core.definition import Definition
from creditdesk.core.pools import Reading
from creditdesk.desk.keeping import Keeper
from creditdesk.desk.opening import Desk
from creditdesk.paths import places
from creditdesk.providers.catalogue import UnknownProvider
from creditdesk.providers.definitions import DefinitionError
from creditdesk.store.history import HistoryError


async def status(options: argparse.Namespace, desk: Desk) -> int:
    """Show what is left of every account; with --refresh ask all of them first, at once."""
    readings = desk.reader.load()
    if options.refresh:
        asked = await asyncio.gather(*(_refreshed(desk, reading) for reading in readings))
        readings = [reading for reading in asked if reading is not None]
    if await desk.reader.catch_up():  # what was charged since
        readings = [desk.reader.reading(account) for account in desk.tools.chosen.accounts]
    if (ahead := desk.reader.clock_ahead) is not None:
        print(clock_line(ahead), file=sys.stderr)
    now = desk.tools.clock()
    definitions = known_definitions(desk, readings)
    for line in unasked(readings, definitions) if options.refresh else ():
        print(line, file=sys.stderr)
    if options.json:
        print(dumps(status_json(readings, definitions, now), indent=2))
    else:
        print("\n".join(status_lines(readings, definitions, now)))
    if options.refresh and desk.tools.history.durable:
        keeper = Keeper(places(options.data_dir).database, desk.tools.clock)
        if problem := await keeper.keep(
            apart=timedelta(days=1)
        ):  # a desk that is read by a timer alone has copies, too
            print(f"creditdesk: {problem}", file=sys.stderr)
        with suppress(HistoryError):  # the next time
            await desk.tools.history.thin(now)
    return 0


def unasked(readings: list[Reading], definitions: dict[str, Definition]) -> list[str]:
    """Which accounts are not asked without the user's word: a reading of them costs something."""
    manual = {provider for provider, definition in definitions.items() if definition.manual}
    names = [each.account.name for each in readings if each.account.provider in manual]
    return [f"creditdesk: {name} was not asked: a reading may cost something. Read it in the window." for name in names]


def clock_line(ahead: timedelta) -> str:
    """What is said when this computer's clock is ahead of the vendors' (negative: behind) by over five minutes."""
    way = "ahead of" if ahead > timedelta(0) else "behind"
    minutes = abs(ahead) // timedelta(minutes=1)
    return f"creditdesk: the clock of this computer is {minutes:,} minutes {way} the vendors'. Set it."


async def _refreshed(desk: Desk, reading: Reading) -> Reading | None:
    try:
        return (await desk.reader.read(reading.account.id)).reading
    except KeyError:  # removed meanwhile by another process
        return None


def known_definitions(desk: Desk, readings: list[Reading]) -> dict[str, Definition]:
    """The definitions of the accounts' vendors; one that is missing is left out."""
    found = {}
    for provider in {reading.account.provider for reading in readings}:
        try:
            found[provider] = desk.tools.catalogue.get(provider)
        except (UnknownProvider, DefinitionError):
            continue
    return found
