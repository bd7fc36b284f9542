"""What the database knows, read back as values of the core. Every function only reads."""

import sqlite3
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from creditdesk.core.pools import PoolKind, Snapshot, Trouble
from creditdesk.core.series import Event, Point, Series
from creditdesk.core.typed import Typed
from creditdesk.store import statements
from creditdesk.store.rows import (
    Row,
    amount,
    event_of,
    instant,
    micros,
    point_of,
    pool_of,
    snapshot_of,
    trouble_of,
)

CHUNK = 500
"""Rows between two chances for other threads: a year read in one go stalls the window by 40 ms and more (measured)."""
_MOST_IDS = 400

Spark = tuple[tuple[datetime, Decimal], ...]


class Latest(NamedTuple):
    """What was last known of an account: the last good snapshot, the trouble since, how many readings failed in a row,
    and what was typed by hand, by pool id."""

    snapshot: Snapshot | None = None
    trouble: Trouble | None = None
    failures: int = 0
    typed: Mapping[str, Typed] = {}


def latest(connection: sqlite3.Connection, accounts: Sequence[str]) -> dict[str, Latest]:
    """The latest of each account, in the order asked for."""
    found: dict[str, Latest] = {}
    typed: dict[str, dict[str, Typed]] = {}
    for start in range(0, len(accounts), _MOST_IDS):
        some = accounts[start : start + _MOST_IDS]
        for account, pool, at, left, limit in connection.execute(statements.typed(len(some)), some):
            typed.setdefault(account, {})[pool] = Typed(instant(at), Decimal(left), amount(limit))
        rows = connection.execute(statements.latest(len(some)), some)
        for account, group in groupby(rows, key=lambda row: row[0]):
            found[account] = _latest_of(list(group))
    return {each: found.get(each, Latest())._replace(typed=typed.get(each, {})) for each in accounts}


def _latest_of(rows: list[Row]) -> Latest:
    condition = rows[0][1:11]
    pools = tuple(pool_of(row[11:]) for row in rows if row[11] is not None)
    return Latest(snapshot_of(condition, pools), trouble_of(condition), condition[9])


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
    first = connection.execute(statements.FIRST_POOL, (account,)).fetchone()
    if first is None:
        return ()
    found = []
    begun = connection.execute(statements.EARLIEST, (account, first[0])).fetchone()[0]
    for at in instants:
        if begun is None or micros(at) < begun:
            continue
        left = connection.execute(statements.LEFT_AT, (account, first[0], micros(at))).fetchone()[0]
        if left is not None:
            found.append((at, Decimal(left)))
    return tuple(found)


def series(
    connection: sqlite3.Connection, account: str, since: datetime | None, until: datetime | None
) -> list[Series]:
    """The pools of an account from `since` to `until`, with the point that was in force at `since`."""
    pools = connection.execute(statements.POOLS, (account,)).fetchall()
    return [
        Series(account, pool, label, PoolKind(kind), unit, _points(connection, (account, pool), since, until))
        for pool, label, kind, unit, _ in pools
    ]


def _points(
    connection: sqlite3.Connection, key: tuple[str, str], since: datetime | None, until: datetime | None
) -> tuple[Point, ...]:
    statement, values = statements.POINTS, list[str | int](key)
    if since is not None:
        statement += statements.SINCE
        values += [*key, micros(since), micros(since)]
    if until is not None:
        statement += statements.UNTIL
        values.append(micros(until))
    cursor = connection.execute(statement + statements.IN_ORDER, values)
    points: list[Point] = []
    while rows := cursor.fetchmany(CHUNK):
        for row in rows:
            if points and points[-1].last_seen > instant(row[0]):  # the clock went back: show no overlap
                points[-1] = _ended(points[-1], instant(row[0]))
            points.append(point_of(row))
        time.sleep(0)
    return tuple(points)


def _ended(point: Point, at: datetime) -> Point:
    amounts = (point.left, point.limit, point.used)
    return Point(point.first_seen, at, *amounts, point.source, point.resets_at, point.expires_at)


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
    return [event_of(row) for row in rows]
