"""Puts history from a file into the database, beside what is there: nothing that is stored is ever changed by it."""

import sqlite3
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice

from creditdesk.core.series import Episode, Event, EventKind, Point, Series
from creditdesk.store import recording, statements, statements_past
from creditdesk.store.past import Past, PastError
from creditdesk.store.reading import events as stored_events
from creditdesk.store.rows import Row, maybe_micros, micros, point_row, text
from creditdesk.store.sums import row_sum, series_of
from creditdesk.store.warned import record_episodes

_ROWS = 5000
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)
"""So much a clock may differ from another one; a point beyond would stand as the newest one for as long."""
_MOST_EVENTS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Added:
    """What came of an import: what is new, and how many points, events and warnings were left out.

    `known` were there already or overlap what is; `astray` lie before 1970, or more than a day ahead of now.
    """

    points: int = 0
    events: int = 0
    episodes: int = 0
    known: int = 0
    astray: int = 0

    def __add__(self, other: "Added") -> "Added":
        return Added(
            self.points + other.points,
            self.events + other.events,
            self.episodes + other.episodes,
            self.known + other.known,
            self.astray + other.astray,
        )


def add_past(connection: sqlite3.Connection, account_id: str, past: Past, now: datetime) -> Added:
    """Add what is not there of a history to an account's, inside the caller's transaction.

    A point that overlaps one that is stored is left out: the stored one was observed here. So is a warning that is
    still open in the file: whoever reads the account judges anew. Raises PastError for a pool in another unit.
    """
    past, astray = _in_time(past, now)
    found = Added(astray=astray)
    for place, series in enumerate(past.series):
        found += _add_series(connection, account_id, place, series)
    return found + _add_events(connection, account_id, past.events) + _add_episodes(connection, account_id, past, now)


def _in_time(past: Past, now: datetime) -> tuple[Past, int]:
    """The same without what lies before 1970 or ahead of now, and how much that was."""
    until = now + _AHEAD
    series = tuple(
        replace(each, points=tuple(p for p in each.points if p.first_seen >= _EARLIEST and p.last_seen <= until))
        for each in past.series
    )
    events = tuple(each for each in past.events if _EARLIEST <= each.at <= until)
    episodes = tuple(each for each in past.episodes if _EARLIEST <= each.fired_at <= until)
    kept = replace(past, series=series, events=events, episodes=episodes)
    counts = [each.points + len(each.events) + len(each.episodes) for each in (past, kept)]
    return kept, counts[0] - counts[1]


def _add_series(connection: sqlite3.Connection, account_id: str, place: int, series: Series) -> Added:
    number = series_of(account_id, series.pool)
    known = connection.execute(statements_past.POOL, (account_id, series.pool)).fetchone()
    unit = known[6] if known else ""
    if series.points and unit and series.unit and unit.casefold() != series.unit.casefold():
        raise PastError(
            f"The pool {series.pool} counts {unit} here and {series.unit} in the file. Nothing was imported."
        )
    stored = connection.execute(statements_past.SPANS, (number,)).fetchall()
    rows = _new_rows(series.points, number, stored)
    points, newest = 0, None
    while some := list(islice(rows, _ROWS)):
        points += connection.executemany(statements.ADD_POINT, some).rowcount
        newest = max([row[1] for row in some] + ([newest] if newest is not None else []))
    if newest is not None:
        connection.execute(statements_past.THIN_ANEW, (number,))
        _put_pool(connection, (account_id, number, place), series, (known, newest))
    return Added(points, known=len(series.points) - points)


def _new_rows(points: tuple[Point, ...], number: int, stored: list[tuple[int, int]]) -> Iterator[Row]:
    """The points that overlap none of the stored ones (first and last instant, in order), as rows."""
    firsts, lasts = [first for first, _ in stored], sorted(last for _, last in stored)
    for point in points:
        first, last = micros(point.first_seen), micros(point.last_seen)
        begun_before_end = bisect_left(firsts, last)
        ended_before_begin = bisect_right(lasts, first)
        if begun_before_end > ended_before_begin or _has(firsts, first):
            continue
        amounts = (text(point.left), text(point.limit), text(point.used), point.source.value)
        ends = (maybe_micros(point.resets_at), maybe_micros(point.expires_at))
        yield point_row(number, (first, last), amounts, ends)


def _has(ordered: list[int], value: int) -> bool:
    at = bisect_left(ordered, value)
    return at < len(ordered) and ordered[at] == value


def _put_pool(
    connection: sqlite3.Connection, key: tuple[str, int, int], series: Series, stood: tuple[Row | None, int]
) -> None:
    """Make the pool known, hidden until a reading shows it, with its newest point as the one that stands."""
    account_id, number, place = key
    known, newest = stood
    if known is None:
        described = (series.label, series.kind.value, series.unit, 0, "", "", "")
        row: Row = (account_id, series.pool, place, 0, *described, newest, None, None, number)
    elif known[3] or known[11] >= newest:  # it is in the last reading, whose point stands
        return
    else:
        row = (*known[:11], newest, *known[12:-1])
    connection.execute(statements.PUT_POOL, (*row, row_sum(*row)))


def _add_events(connection: sqlite3.Connection, account_id: str, events: tuple[Event, ...]) -> Added:
    stored = stored_events(connection, _MOST_EVENTS, None, account_id) if events else []
    known = {replace(each, id=0) for each in stored}
    new = 0
    for event in (replace(each, account=account_id, id=0) for each in events):
        if event not in known and not _goes_on(event, stored):
            recording.add_event(connection, event)
            known.add(event)
            new += 1
    return Added(events=new, known=len(events) - new)


def _goes_on(event: Event, stored: list[Event]) -> bool:
    """Whether a use that was exported while its hour was running is stored with what came to it since."""
    return event.kind is EventKind.USED and any(
        each.kind is EventKind.USED
        and each.pool == event.pool
        and event.at < each.at < event.at + recording.ONE_USE
        and abs(each.amount or Decimal(0)) >= abs(event.amount or Decimal(0))
        for each in stored
    )


def _add_episodes(connection: sqlite3.Connection, account_id: str, past: Past, now: datetime) -> Added:
    if not past.episodes:
        return Added()
    known = {tuple(row) for row in connection.execute(statements_past.EPISODES, (account_id,))}
    new: list[Episode] = []
    for each in past.episodes:
        key = (each.level.value, micros(each.fired_at), each.pool, each.window, each.rule)
        if each.cleared_at is not None and key not in known:
            known.add(key)
            new.append(replace(each, account=account_id, id=0, state="", delivered=each.delivered or "missed"))
    added = len(record_episodes(connection, new, (), now))
    return Added(episodes=added, known=len(past.episodes) - added)
