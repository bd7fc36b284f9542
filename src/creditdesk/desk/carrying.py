"""The history of accounts out to a file and back in; the way in checks the whole file first, then takes all of it."""

import asyncio
import pickle
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from creditdesk.core.pools import Account
from creditdesk.core.series import Episode, Event
from creditdesk.desk.tools import Declined, Tools
from creditdesk.store.history import History
from creditdesk.store.past import Origin, Past
from creditdesk.store.past_files import FileKind, read_past, write_past
from creditdesk.store.past_import import Added, add_past

Tell = Callable[[str], None]
"""Hears a sentence about how far it is."""
_EVENTS = 5000
_ALL = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, UTC; None is open. The point that was in force at `since` belongs to it."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether an instant lies in it."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Written:
    """How much a file holds. `left_out` counts events and warnings that its kind has no place for."""

    accounts: int
    points: int
    left_out: int


async def export_history(
    tools: Tools, accounts: Iterable[Account], target: tuple[Path, FileKind], span: Span, tell: Tell
) -> Written:
    """Write the history of these accounts to a file, an account at a time.

    Raises OSError, PastError, HistoryError; and Declined when the history's own file cannot be used.
    """
    path, kind = target
    _need_file(tools.history, "Nothing was written.")
    counts = [0, 0, 0]

    def pasts() -> Iterator[Past]:
        warned = tools.history.warned.episodes(_ALL).result()
        for account in accounts:
            past = _past_of(tools.history, account, span, warned)
            counts[0] += 1
            counts[1] += past.points
            counts[2] += 0 if kind is FileKind.JSON else len(past.events) + len(past.episodes)
            tell(f"{account.name}: {past.points:,} points")
            yield past

    await asyncio.to_thread(write_past, path, kind, pasts())
    return Written(*counts)


async def import_history(tools: Tools, path: Path, into: str, tell: Tell) -> Added:
    """Put a file's history beside what is stored, all of it or nothing, in one transaction of the one writer.

    Accounts are found by their id, else by vendor and name; `into` is the id of the account that the file's only one
    goes into. Raises OSError, PastError for a file that is wrong anywhere, Declined, HistoryError.
    """
    _need_file(tools.history, "Nothing was imported.")
    names = {account.id: account.name for account in tools.chosen.accounts}
    with TemporaryFile() as spool:
        goals = await asyncio.to_thread(_checked, path, tools.chosen.accounts, into, spool)
        now = tools.clock()

        def work(connection: sqlite3.Connection) -> Added:
            found = Added()
            for past in _spooled(spool):
                goal = goals[past.origin]
                found += add_past(connection, goal, past, now)
                tell(f"{names[goal]}: {past.points:,} points")
            return found

        tell(f"{path.name} is whole: {len(goals):,} account{'' if len(goals) == 1 else 's'}")
        return await tools.history.connections.write(work)


def _need_file(history: History, outcome: str) -> None:
    """What is only in this session's memory is gone at its end, and nearly nothing of the past is in it."""
    if not history.durable and history.notice is not None:
        raise Declined(f"The history's file can't be used. {outcome}")


def _past_of(history: History, account: Account, span: Span, warned: Sequence[Episode]) -> Past:
    """What is stored of an account, oldest first."""
    last = span.until - timedelta(microseconds=1) if span.until is not None else None
    series = history.series(account.id, span.since, last).result()
    origin = Origin(account.id, account.name, account.provider)
    episodes = [each for each in reversed(warned) if each.account == account.id and span.holds(each.fired_at)]
    events = list(_events(history, account.id, span))[::-1]
    return Past(origin, tuple(series), tuple(events), tuple(episodes))


def _events(history: History, account_id: str, span: Span) -> Iterator[Event]:
    before: Event | None = None
    while some := history.events(_EVENTS, before, account_id).result():
        before = some[-1]
        yield from (each for each in some if span.holds(each.at))
        if span.since is not None and before.at < span.since:
            return


def _checked(path: Path, accounts: tuple[Account, ...], into: str, spool: IO[bytes]) -> dict[Origin, str]:
    """Read the whole file once, into a spool; the account that each of its accounts goes into. Nothing is written.

    While the database is locked nothing is read from a file any more: that takes longer than the writing.
    """
    origins: dict[Origin, None] = {}
    for past in read_past(path):
        origins[past.origin] = None
        pickle.dump(past, spool)
    if into:
        if len(origins) != 1:
            names = ", ".join(origin.name or origin.id for origin in origins) or "none"
            raise Declined(f"--into takes a file with one account; {path.name} has {len(origins)}: {names}.")
        _same_vendor(next(iter(origins)), next(each for each in accounts if each.id == into))
        return dict.fromkeys(origins, into)
    found = {origin: _goal(origin, accounts) for origin in origins}
    strangers = [f"{origin.name or origin.id} ({origin.provider})" for origin, goal in found.items() if goal is None]
    if strangers:
        raise Declined(
            f"There is no account here for: {', '.join(strangers)}. Add it with the same name, "
            "or name one with --into NAME. Nothing was imported."
        )
    return {origin: goal for origin, goal in found.items() if goal is not None}


def _same_vendor(origin: Origin, account: Account) -> None:
    """What one vendor's account held says nothing of another's."""
    if origin.provider and origin.provider != account.provider:
        raise Declined(
            f"The file's account is one of {origin.provider}, and {account.name} one of {account.provider}. "
            "Nothing was imported."
        )


def _spooled(spool: IO[bytes]) -> Iterator[Past]:
    """What `_checked` put there: our own bytes, in a file without a name."""
    spool.seek(0)
    with suppress(EOFError):
        while True:
            yield pickle.load(spool)


def _goal(origin: Origin, accounts: tuple[Account, ...]) -> str | None:
    by_id = [each.id for each in accounts if each.id == origin.id]
    same = [each.id for each in accounts if _named(each) == (origin.provider, origin.name.casefold())]
    return next(iter(by_id or same), None)


def _named(account: Account) -> tuple[str, str]:
    return account.provider, account.name.casefold()
