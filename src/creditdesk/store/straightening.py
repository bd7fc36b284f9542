"""Puts points back in line that were stamped by a clock gone wrong, once it is right again.

Which clock is right can't be known for sure, but some cases are plain. No instant before 2020 is right: this program is
younger. And a reading that goes on where points ended was taken by a clock that is right again, if the point that
stands lies far ahead of it, or behind those. What a wrong clock stamped was seen before now; so it is put right before
now, in its order. What is not plain stays as it was stamped.
"""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from creditdesk.store import statements
from creditdesk.store import statements_points as old
from creditdesk.store.checks import good
from creditdesk.store.rows import Row, event_of, event_row, instant, micros, point_row, point_values
from creditdesk.store.writing import OpenPool

EARLIEST = micros(datetime(2020, 1, 1, tzinfo=UTC))
_REAL_GAP = timedelta(hours=1) // timedelta(microseconds=1)


def straighten(connection: sqlite3.Connection, key: tuple[str, str], before: OpenPool, at: int, gap: int) -> bool:
    """Before a certain reading of a pool at this instant: put points of a wrong clock right before it.

    `key` is account and pool, `before` the point that stands, which is changed with them; `gap` is the longest time
    without a reading that leaves none (microseconds). Says whether any was. Inside the caller's transaction.
    """
    early = before.first < EARLIEST
    if at < EARLIEST or not (early or before.first > at or at > before.last + gap):
        return False
    rows = connection.execute(old.POINT_BEFORE, (before.series, at)).fetchall()
    line = next((row for row in good(connection, "point", rows) if row[1] >= EARLIEST), None)
    goes_on = line is not None and line[1] + line[2] <= at <= line[1] + line[2] + gap
    if early:
        stray = _points(connection, old.POINTS_UNTIL, (before.series, EARLIEST))
    elif line is not None and goes_on and before.first > at:
        stray = _points(connection, old.POINTS_AFTER, (before.series, at))
        if stray and stray[0][1] - line[1] - line[2] <= _REAL_GAP:  # the clock may be wrong now: they follow closely
            return False
    elif line is not None and goes_on and line[1] > before.first:
        stray = _points(connection, statements.ONE_POINT, (before.series, before.first))
    else:
        return False
    if stray:
        _put_before(connection, stray, line, at)
        _stands_now(connection, before, at)
        _straighten_events(connection, key, at, (stray[0][1], stray[-1][1]))
    return bool(stray)


def _points(connection: sqlite3.Connection, query: str, values: tuple[int, int]) -> list[Row]:
    return list(good(connection, "point", connection.execute(query, values).fetchall()))


def _stands_now(connection: sqlite3.Connection, before: OpenPool, at: int) -> None:
    (row,) = _points(connection, old.POINT_BEFORE, (before.series, at))
    _, before.first, before.last, *amounts, before.resets_at, before.expires_at = point_values(row)
    before.amounts = tuple(amounts)
    before.used_since = None if before.used_since is None else min(before.used_since, at - 1)


def _put_before(connection: sqlite3.Connection, stray: list[Row], line: Row | None, at: int) -> None:
    """Put points, in their order, behind `line` and before an instant; one that says the same as `line` extends it."""
    for place, row in enumerate(stray):
        connection.execute(old.DROP_POINT, row[:2])
        series, _, _, *amounts, resets_at, expires_at = point_values(row)
        first = at - len(stray) + place
        if line is not None and line[3:7] == row[3:7]:
            began = point_values(line)[1]
            line = point_row(series, (began, first), tuple(amounts), (resets_at, expires_at))
        else:
            line = point_row(series, (first, first), tuple(amounts), (resets_at, expires_at))
        connection.execute(statements.EXTEND_POINT, line)


def _straighten_events(connection: sqlite3.Connection, key: tuple[str, str], at: int, stamped: tuple[int, int]) -> None:
    """What was told of the pool by the wrong clock, between these instants, happened right before now, too."""
    rows = connection.execute(old.TOLD_BETWEEN, (key[0], *stamped, key[1])).fetchall()
    for row in good(connection, "event", rows, 1):
        told = event_row(replace(event_of(row), at=instant(at - 1)))
        connection.execute(statements.ADD_USE, (told[0], told[4], told[-1], row[0]))
