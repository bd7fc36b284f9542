"""One reading as rows: points that extend or follow each other, the account's condition, what happened, and episodes.

Every function writes inside the caller's transaction, so that a reading and its episodes stand or fall together.
"""

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from creditdesk.core.pools import Pool, PoolKind, Snapshot, Source, Trouble
from creditdesk.core.series import Event, EventKind
from creditdesk.core.stock import is_top_up
from creditdesk.store import statements
from creditdesk.store.checks import good, is_good, put_all_aside
from creditdesk.store.rows import (
    Row,
    amount,
    event_of,
    event_row,
    instant,
    maybe_instant,
    maybe_micros,
    micros,
    point_row,
    point_values,
    pool_row,
    text,
)
from creditdesk.store.straightening import straighten
from creditdesk.store.sums import row_sum, series_of
from creditdesk.store.writing import OpenPool, Standing, WritingConnection

DRIFT = timedelta(hours=1)
"""A reset or an expiry that moves by no more than this is the same one: vendors round it differently each time."""
LEAST_GAP = timedelta(hours=1)
"""Readings further apart than this (and than three intervals) leave a gap that must stay visible."""
DATED_AT_RULE = "dated at its rule"
"""What is said of a reset that no reading saw happen: it is dated when the pool was to reset."""
ONE_USE = timedelta(hours=1)
"""What is used of a pool within this time is one line of the activity page."""

POOL_WIDTH = len(statements.WHOLE_POOL.split(", "))
_CERTAIN = {Source.LIVE, Source.METERED}
_NO_CONDITION: Row = (None, "", "", 0, None, "", None, 0, None, 0, None)
_MICROSECOND = timedelta(microseconds=1)
_DRIFT = DRIFT // _MICROSECOND


def record(
    connection: sqlite3.Connection, account: str, outcome: Snapshot | Trouble, now: datetime, interval_s: int
) -> None:
    """Write what came of one reading of an account, on the connection that writes."""
    assert isinstance(connection, WritingConnection)
    standing = connection.standing(account) or _standing(connection, account)
    if isinstance(outcome, Trouble):
        standing.condition = _troubled(connection, account, outcome, standing.condition, now)
    else:
        gap = max(timedelta(seconds=3 * interval_s), LEAST_GAP)
        _record_pools(connection, account, outcome, standing.pools, gap // _MICROSECOND)
        standing.condition = _good(connection, account, outcome, standing.condition, now)
    connection.put_condition(account, standing.condition)
    connection.stands(account, standing)


def _standing(connection: WritingConnection, account: str) -> Standing:
    """What stands of an account, from the database. Bad rows are put aside: others take their place."""
    rows = connection.execute(statements.CONDITION, (account,)).fetchall()
    condition = next((row[1:-1] for row in good(connection, "condition", rows)), _NO_CONDITION)
    pools = {}
    for row in connection.execute(statements.OPEN_POOLS, (account,)).fetchall():
        pool, point = row[:POOL_WIDTH], row[POOL_WIDTH:]
        point_good = point[0] is not None and is_good(connection, "point", point)
        if is_good(connection, "pool", pool) and point_good:
            placed, (_, *used, series, _) = (pool[2], pool[3], pool[4:11]), pool[11:]
            _, first, last, *amounts, resets_at, expires_at = point_values(point)
            stands = (first, last, tuple(amounts), resets_at, expires_at)
            pools[pool[1]] = OpenPool(series, placed, tuple(used), stands)
    put_all_aside(connection)
    return Standing(condition, pools)


def _good(connection: sqlite3.Connection, account: str, snapshot: Snapshot, before: Row, now: datetime) -> Row:
    """The condition of an account after a good reading."""
    wrong, key_expires_at = before[4:10], before[10]
    if snapshot.source is Source.LIVE:  # a number by hand, or counted, says nothing about whether reading works
        wrong, key_expires_at = _NO_CONDITION[4:10], maybe_micros(snapshot.key_expires_at)
        if before[4] is not None:
            add_event(connection, Event(now, account, EventKind.RECOVERED))
    told = (micros(snapshot.read_at), snapshot.source.value, snapshot.plan, int(snapshot.inferred))
    return (*told, *wrong, key_expires_at)


def _troubled(connection: sqlite3.Connection, account: str, trouble: Trouble, before: Row, now: datetime) -> Row:
    """The condition of an account after a reading that failed."""
    read_at, source, plan, inferred, kind, _, _, _, since, failures, ends = before
    if kind != trouble.kind.value:
        since = None
        add_event(connection, Event(now, account, EventKind.TROUBLE, detail=trouble.message))
    since = maybe_micros(trouble.since) or since or micros(now)
    wait = (maybe_micros(trouble.retry_at), int(trouble.vendor_asked))
    return (read_at, source, plan, inferred, trouble.kind.value, trouble.message, *wait, since, failures + 1, ends)


def _record_pools(
    connection: WritingConnection, account: str, snapshot: Snapshot, known: dict[str, OpenPool], gap: int
) -> None:
    """Write the pools of a snapshot. `known` are those that stood before, and those that stand afterwards."""
    pools = {pool.id: pool for pool in snapshot.pools}
    for place, pool in enumerate(pools.values()):
        placed = (place, 1, pool_row(pool))
        point = _point(pool, snapshot)
        before = known.get(pool.id)
        if before is not None and snapshot.source in _CERTAIN:
            _straighten(connection, (account, pool.id), before, point[0], gap)
        if before is None or not _holds(before, pool, point, gap):
            known[pool.id] = _begin_point(connection, account, pool, (placed, point, before))
            if before is not None and _is_change(Source(before.amounts[3]), snapshot.source):
                _record_change(connection, account, pool, (before, known[pool.id]), snapshot.read_at)
            continue
        before.last, before.resets_at, before.expires_at = max(before.last, point[0]), *point[3:]
        connection.extend(before)
        if (before.place, before.described) != (place, placed[2]):
            before.place, before.present, before.described = placed
            _put_pool(connection, account, pool.id, before)
    for gone in known.keys() - pools.keys():
        if known[gone].present:
            known[gone].present = 0
            _put_pool(connection, account, gone, known[gone])


def _straighten(connection: WritingConnection, key: tuple[str, str], before: OpenPool, at: int, gap: int) -> None:
    if straighten(connection, key, before, at, gap):
        _put_pool(connection, *key, before)


def _point(pool: Pool, snapshot: Snapshot) -> Row:
    """A point of a pool that begins with this snapshot, as OpenPool takes it."""
    at = micros(snapshot.read_at)
    amounts = (text(pool.left), text(pool.limit), text(pool.used), snapshot.source.value)
    return (at, at, amounts, maybe_micros(pool.resets_at), maybe_micros(pool.expires_at))


def _holds(before: OpenPool, pool: Pool, point: Row, gap: int) -> bool:
    """Whether a point says the same as the open one, with no gap (microseconds) and no backward clock between."""
    at, _, amounts, resets_at, expires_at = point
    return (
        before.present == 1
        and before.first <= at <= before.last + gap
        and (before.amounts == amounts or _same(before.amounts, pool, amounts[3]))
        and _near(before.resets_at, resets_at)
        and _near(before.expires_at, expires_at)
    )


def _same(amounts: Row, pool: Pool, source: str) -> bool:
    """Whether written amounts are those of a pool, however many noughts each was written with."""
    known = (amount(amounts[0]), amount(amounts[1]), amount(amounts[2]), amounts[3])
    return known == (pool.left, pool.limit, pool.used, source)


def _near(one: int | None, other: int | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= _DRIFT


def _begin_point(
    connection: WritingConnection, account: str, pool: Pool, new: tuple[Row, Row, OpenPool | None]
) -> OpenPool:
    """Write a new point of a pool; the pool as it stands then."""
    placed, (first, _, amounts, *ends), before = new
    series = series_of(account, pool.id)
    while (
        connection.execute(statements.ADD_POINT, point_row(series, (first, first), amounts, tuple(ends))).rowcount == 0
    ):  # the clock went back to the very instant of another point, which is kept
        first += 1
    used = (before.used_event, before.used_since) if before is not None else (None, None)
    fresh = OpenPool(series, placed, used, (first, first, amounts, *ends))
    _put_pool(connection, account, pool.id, fresh)
    return fresh


def _put_pool(connection: WritingConnection, account: str, pool_id: str, pool: OpenPool) -> None:
    stands = (pool.place, pool.present, *pool.described, pool.first, pool.used_event, pool.used_since, pool.series)
    connection.execute(statements.PUT_POOL, _summed(account, pool_id, *stands))


def _summed(*values: object) -> Row:
    return (*values, row_sum(*values))


def _is_change(before: Source, after: Source) -> bool:
    """Whether another amount is news: between certain readings, and between a count and what it began or ended with."""
    by_hand = {before, after} == {Source.METERED, Source.BY_HAND}
    return by_hand or (before in _CERTAIN and after in _CERTAIN)


def _record_change(
    connection: WritingConnection, account: str, pool: Pool, stood: tuple[OpenPool, OpenPool], at: datetime
) -> None:
    """What the change between two certain readings of a pool means: a reset, a top-up, or use.

    `stood`: the pool as it stood before, and as it stands since.
    """
    before, after = stood
    rise = _rise(before, pool)
    if not rise:
        return
    event = Event(at, account, EventKind.USED, pool.id, rise, pool.unit)
    if pool.kind in (PoolKind.ALLOWANCE, PoolKind.RATE, PoolKind.SPEND) and _was_reset(before, pool, at, rise):
        reset = _dated(replace(event, kind=EventKind.RESET, amount=rise if rise > 0 else None), before)
        add_event(connection, reset)
    elif rise > 0 and pool.kind is not PoolKind.SLOTS and not _is_correction(pool, stood):
        add_event(connection, replace(event, kind=EventKind.TOP_UP))
    else:
        _record_use(connection, event, after)


def _is_correction(pool: Pool, stood: tuple[OpenPool, OpenPool]) -> bool:
    """Whether more was there than was counted: what was not used, and no top-up."""
    before, after = stood
    had, has = amount(before.amounts[0]), pool.left
    counted = Source(before.amounts[3]) is Source.METERED and Source(after.amounts[3]) is not Source.METERED
    topped_up = had is not None and has is not None and is_top_up(had, has)
    return counted and (pool.kind is PoolKind.ALLOWANCE or not topped_up)


def _dated(reset: Event, before: OpenPool) -> Event:
    """A reset at the instant that its rule gave, where that lies between the two readings that saw it."""
    resets_at = maybe_instant(before.resets_at)
    if resets_at is None or not instant(before.last) < resets_at <= reset.at:
        return reset
    return replace(reset, at=resets_at, detail=DATED_AT_RULE)


def _rise(before: OpenPool, pool: Pool) -> Decimal | None:
    """By how much more is left than before; None when that can't be told."""
    left, _, used = map(amount, before.amounts[:3])
    if pool.left is not None and left is not None:
        return pool.left - left
    if pool.used is not None and used is not None:
        return used - pool.used
    return None


def _was_reset(before: OpenPool, pool: Pool, at: datetime, rise: Decimal) -> bool:
    resets_at = maybe_instant(before.resets_at)
    if resets_at is None:
        return pool.kind is PoolKind.SPEND and rise > 0
    moved = pool.resets_at is None or pool.resets_at - resets_at > DRIFT
    return resets_at <= at and moved


def _record_use(connection: WritingConnection, event: Event, pool: OpenPool) -> None:
    """Add to the pool's line of the last hour, or begin one. For slots a positive amount means that some were freed."""
    began = maybe_instant(pool.used_since)
    if began and pool.used_event and event.amount and timedelta(0) <= event.at - began < ONE_USE:
        same = (pool.used_event, event.account, event.pool, EventKind.USED.value)
        rows = connection.execute(statements.USE_OF_EVENT, same).fetchall()
        sofar = next((event_of(row).amount for row in good(connection, "event", rows, 1)), None)
        if sofar is not None and (sofar < 0) == (event.amount < 0):
            row = event_row(replace(event, amount=sofar + event.amount))
            connection.execute(statements.ADD_USE, (row[0], row[4], row[-1], pool.used_event))
            return
    pool.used_event, pool.used_since = add_event(connection, event), micros(event.at)
    _put_pool(connection, event.account, event.pool, pool)


def add_event(connection: sqlite3.Connection, event: Event) -> int:
    """Write a line of the activity page; returns its id."""
    return int(connection.execute(statements.ADD_EVENT, event_row(event)).fetchone()[0])


def put_typed(connection: sqlite3.Connection, values: Row) -> None:
    """Keep what was typed: account, pool, instant, left and limit; no limit keeps the former one."""
    known = connection.execute(statements.ONE_TYPED, values[:2]).fetchall()
    limit = next((row[4] for row in good(connection, "typed", known)), None)
    put_all_aside(connection)
    connection.execute(statements.PUT_TYPED, _summed(*values[:4], values[4] if values[4] is not None else limit))
