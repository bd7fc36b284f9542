"""What the database knows, read back as values of the core. Every function only reads."""

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from creditdesk.core.pools import PoolKind, Snapshot, Trouble
from creditdesk.core.series import Event, Point, Series
from creditdesk.core.typed import Typed
from creditdesk.store import statements, statements_marks
from creditdesk.store.checks import good, is_good
from creditdesk.store.rows import (
    Row,
    amount,
    event_of,
    instant,
    micros,
    point_of,
    point_values,
    pool_of,
    snapshot_of,
    trouble_of,
)

CHUNK = 500
"""Rows between two chances for other threads: a year read in one go stalls the window by 40 ms and more (measured)."""
_MOST_IDS = 400
_EARLIEST, _LATEST = -(1 << 62), 1 << 62
_CONDITION_WIDTH = len(statements.CONDITION_COLUMNS.split(", ")) + 2
_POINT_FROM = _CONDITION_WIDTH + len(statements.WHOLE_POOL.split(", "))

Spark = tuple[tuple[datetime, Decimal], ...]


class Latest(NamedTuple):
    """What was last known of an account: the last good snapshot, the trouble since, how many readings failed in a row,
    what was typed by hand, by pool id, and what is remembered of it beside (`store.marks`), by name."""

    snapshot: Snapshot | None = None
    trouble: Trouble | None = None
    failures: int = 0
    typed: Mapping[str, Typed] = {}
    marks: Mapping[str, str] = {}


def latest(connection: sqlite3.Connection, accounts: Sequence[str]) -> dict[str, Latest]:
    """The latest of each account, in the order asked for."""
    found: dict[str, Latest] = {}
    typed: dict[str, dict[str, Typed]] = {}
    marks: dict[str, dict[str, str]] = {}
    for start in range(0, len(accounts), _MOST_IDS):
        some = accounts[start : start + _MOST_IDS]
        for row in good(connection, "typed", connection.execute(statements.typed(len(some)), some)):
            typed.setdefault(row[0], {})[row[1]] = Typed(instant(row[2]), Decimal(row[3]), amount(row[4]))
        for account, name, value in connection.execute(statements_marks.marks(len(some)), some):
            marks.setdefault(account, {})[name] = value
        rows = connection.execute(statements.latest(len(some)), some)
        for account, group in groupby(rows, key=lambda row: row[0]):
            found[account] = _latest_of(connection, list(group))
    return {
        each: found.get(each, Latest())._replace(typed=typed.get(each, {}), marks=marks.get(each, {}))
        for each in accounts
    }


def _latest_of(connection: sqlite3.Connection, rows: list[Row]) -> Latest:
    condition = rows[0][:_CONDITION_WIDTH]
    if not is_good(connection, "condition", condition):
        return Latest()
    pools = []
    for row in rows:
        pool, point = row[_CONDITION_WIDTH:_POINT_FROM], row[_POINT_FROM:]
        if pool[0] is None or not is_good(connection, "pool", pool):
            continue
        there = point[0] is not None and is_good(connection, "point", point)
        if point[0] is None:
            _look_around(connection, pool[-2], pool[11], pool[11])
        pools.append(pool_of((pool[1], *pool[4:11]), point_values(point)[1:] if there else None))
    told = condition[1:-1]
    return Latest(snapshot_of(told, tuple(pools)), trouble_of(told), told[9])


def spark(
    connection: sqlite3.Connection, accounts: Sequence[str], now: datetime, days: int, points: int
) -> dict[str, Spark]:
    """What was left of each account's first pool at `points` even instants of the last `days` days.

    Each instant is one search in the index, so that the cost does not grow with the history.
    """
    step = timedelta(days=days) / points
    instants = [now - step * back for back in range(points - 1, -1, -1)]
    return {account: _spark_of(connection, account, instants) for account in accounts}


def _spark_of(connection: sqlite3.Connection, account: str, instants: list[datetime]) -> Spark:
    pools = good(connection, "pool", connection.execute(statements.POOLS, (account,)).fetchall())
    first = next((pool for pool in pools if pool[3]), None)
    if first is None:
        return ()
    series, open_at = first[-2], first[11]
    standing = next(_points_found(connection, statements.ONE_POINT, (series, open_at)), None)
    found = []
    point, until = None, _EARLIEST  # the point in force, and when the next one begins
    for instant_ in instants:
        at = micros(instant_)
        stands = standing is not None and 0 <= at - standing[1] <= standing[2]
        if not stands and at >= until:
            point = next(_points_found(connection, statements.POINT_AT, (series, at)), None)
            after = connection.execute(statements.AFTER_POINT, (series, at)).fetchone()
            if after is not None and not is_good(connection, "point", after):
                point = None  # its key may be what is bad, and may have led the search astray
            until = after[1] if after is not None and after[0] == series and point is not None else at
        shown = standing if stands else point  # what stands wins over a point of a clock gone wrong
        if shown is not None and shown[3] is not None:
            found.append((instant_, Decimal(shown[3])))
    return tuple(found)


def _sure(connection: sqlite3.Connection, number: int, place: int, side: str) -> bool:
    """Whether the point on one side of a place (a series and an instant) is good. If it is not, its key may be what is
    bad, and a search that passed it was led astray."""
    return all(is_good(connection, "point", row) for row in connection.execute(side, (number, place)).fetchall())


def _points_found(connection: sqlite3.Connection, statement: str, values: Row) -> Iterator[Row]:
    return good(connection, "point", connection.execute(statement, values).fetchall())


def series(
    connection: sqlite3.Connection, account: str, since: datetime | None, until: datetime | None
) -> list[Series]:
    """The pools of an account from `since` to `until`, with the point that was in force at `since`."""
    pools = good(connection, "pool", connection.execute(statements.POOLS, (account,)).fetchall())
    return [
        Series(account, row[1], row[4], PoolKind(row[5]), row[6], _points(connection, (row[-2], row[11]), since, until))
        for row in pools
    ]


def _points(
    connection: sqlite3.Connection, standing: tuple[int, int], since: datetime | None, until: datetime | None
) -> tuple[Point, ...]:
    number, open_at = standing
    statement, values = statements.POINTS, [number]
    if since is not None:
        statement += statements.SINCE
        values += [number, micros(since), micros(since)]
    if until is not None:
        statement += statements.UNTIL
        values.append(micros(until))
    cursor = connection.execute(statement + statements.IN_ORDER, values)
    points: list[Point] = []
    ends: tuple[int, ...] = ()
    while rows := cursor.fetchmany(CHUNK):
        ends = ((ends or rows[0][1:])[0], rows[-1][1])
        for row in good(connection, "point", rows):
            _append(points, point_of(row), instant(open_at))
        time.sleep(0)
    low, high = ends or (_EARLIEST if since is None else micros(since), _LATEST if until is None else micros(until))
    _look_around(connection, number, low, high)
    return tuple(points)


def _look_around(connection: sqlite3.Connection, number: int, low: int, high: int) -> None:
    """Look whether the points on both sides of a range are good: what they hide would be missed by nobody."""
    _sure(connection, number, low, statements.BEFORE_POINT)
    _sure(connection, number, high, statements.AFTER_POINT)


def _append(points: list[Point], point: Point, open_at: datetime) -> None:
    """Put a point behind the others. Where the clock had gone back, it overlaps the one before; nothing shown does:
    that one is cut, and the one that stands goes on behind a point that lies within it."""
    before = points[-1] if points else None
    if before is None or before.last_seen <= point.first_seen:
        points.append(point)
        return
    points[-1] = replace(before, last_seen=point.first_seen)
    points.append(point)
    if before.first_seen == open_at and before.last_seen > point.last_seen:
        points.append(replace(before, first_seen=point.last_seen))


def events(connection: sqlite3.Connection, limit: int, before: Event | None, account: str) -> list[Event]:
    """What happened, newest first; only what lies below `before` in that order, only of `account` if it is given."""
    conditions, values = [], list[str | int]()
    if account:
        conditions.append("account = ?")
        values.append(account)
    if before is not None:
        conditions.append("(at, id) < (?, ?)")
        values += [micros(before.at), before.id]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    rows = connection.execute(statements.EVENTS + where + statements.NEWEST_FIRST, (*values, limit))
    return [event_of(row) for row in good(connection, "event", rows, 1)]
