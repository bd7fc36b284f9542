"""One reading as rows: points that extend or follow each other, the account's condition, what happened, and episodes.

Every function writes inside the caller's transaction, so that a reading and its episodes stand or fall together.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from creditdesk.core.pools import Pool, PoolKind, Snapshot, Source, Trouble
from creditdesk.core.series import Episode, Event, EventKind
from creditdesk.store import statements
from creditdesk.store.rows import (
    Row,
    amount,
    episode_row,
    event_row,
    instant,
    maybe_instant,
    maybe_micros,
    micros,
    pool_row,
    text,
)

DRIFT = timedelta(hours=1)
"""A reset or an expiry that moves by no more than this is the same one: vendors round it differently each time."""
LEAST_GAP = timedelta(hours=1)
"""Readings further apart than this (and than three intervals) leave a gap that must stay visible."""
ONE_USE = timedelta(hours=1)
"""What is used of a pool within this time is one line of the activity page."""

_CERTAIN = {Source.LIVE, Source.METERED}
_NO_CONDITION: Row = (None, "", "", 0, None, "", None, 0, None, 0)


def record(
    connection: sqlite3.Connection, account: str, outcome: Snapshot | Trouble, now: datetime, interval_s: int
) -> None:
    """Write what came of one reading of an account."""
    before = connection.execute(statements.CONDITION, (account,)).fetchone() or _NO_CONDITION
    if isinstance(outcome, Trouble):
        _record_trouble(connection, account, outcome, before, now)
        return
    gap = max(timedelta(seconds=3 * interval_s), LEAST_GAP)
    rows = {row[0]: row for row in connection.execute(statements.OPEN_POOLS, (account,))}
    pools = {pool.id: pool for pool in outcome.pools}
    for place, pool in enumerate(pools.values()):
        _record_pool(
            connection, account, (place, pool), outcome, _Open(rows[pool.id], gap) if pool.id in rows else None
        )
    for hidden in rows.keys() - pools.keys():
        if rows[hidden][2]:
            connection.execute(statements.HIDE_POOL, (account, hidden))
    wrong = before[4:]
    if outcome.source in _CERTAIN:  # a number by hand says nothing about whether reading works
        wrong = _NO_CONDITION[4:]
        if before[4] is not None:
            add_event(connection, Event(now, account, EventKind.RECOVERED))
    values = (micros(outcome.read_at), outcome.source.value, outcome.plan, int(outcome.inferred))
    connection.execute(statements.PUT_CONDITION, (account, *values, *wrong))


def _record_trouble(connection: sqlite3.Connection, account: str, trouble: Trouble, before: Row, now: datetime) -> None:
    read_at, source, plan, inferred, kind, _, _, _, since, failures = before
    if kind != trouble.kind.value:
        since = None
        add_event(connection, Event(now, account, EventKind.TROUBLE, detail=trouble.message))
    since = maybe_micros(trouble.since) or since or micros(now)
    wait = (maybe_micros(trouble.retry_at), int(trouble.vendor_asked))
    values = (read_at, source, plan, inferred, trouble.kind.value, trouble.message, *wait, since, failures + 1)
    connection.execute(statements.PUT_CONDITION, (account, *values))


class _Open:
    """A pool as it stands in the database: its row, and the point that the next reading may extend."""

    def __init__(self, row: Row, gap: timedelta) -> None:
        self.place, self.present = row[1], row[2]
        self.described: Row = row[3:10]
        self.used_event, self.used_since = row[10], maybe_instant(row[11])
        self.first, self.last = instant(row[12]), instant(row[13])
        self.left, self.limit, self.used = (amount(value) for value in row[14:17])
        self.source = Source(row[17])
        self.resets_at, self.expires_at = maybe_instant(row[18]), maybe_instant(row[19])
        self._gap = gap

    def holds(self, pool: Pool, at: datetime, source: Source) -> bool:
        """Whether a reading at `at` says the same as the open point, with no gap and no backward clock between."""
        return (
            self.present == 1
            and (self.left, self.limit, self.used, self.source) == (pool.left, pool.limit, pool.used, source)
            and _near(self.resets_at, pool.resets_at)
            and _near(self.expires_at, pool.expires_at)
            and self.first <= at <= self.last + self._gap
        )


def _near(one: datetime | None, other: datetime | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= DRIFT


def _record_pool(
    connection: sqlite3.Connection, account: str, placed: tuple[int, Pool], snapshot: Snapshot, before: _Open | None
) -> None:
    place, pool = placed
    at = snapshot.read_at
    described = pool_row(pool)
    ends = (maybe_micros(pool.resets_at), maybe_micros(pool.expires_at))
    if before and before.holds(pool, at, snapshot.source):
        last = max(before.last, at)
        connection.execute(statements.EXTEND_POINT, (micros(last), *ends, account, pool.id, micros(before.first)))
        if (before.place, before.described) != (place, described):
            open_at = micros(before.first)
            connection.execute(statements.PUT_POOL, (account, pool.id, place, *described, open_at))
        return
    amounts = (text(pool.left), text(pool.limit), text(pool.used), snapshot.source.value)
    first = micros(at)
    while (
        connection.execute(statements.ADD_POINT, (account, pool.id, first, first, *amounts, *ends)).rowcount == 0
    ):  # the clock went back to the very instant of another point, which is kept
        first += 1
    connection.execute(statements.PUT_POOL, (account, pool.id, place, *described, first))
    if before and {before.source, snapshot.source} <= _CERTAIN:
        _record_change(connection, account, pool, before, at)


def _record_change(connection: sqlite3.Connection, account: str, pool: Pool, before: _Open, at: datetime) -> None:
    """What the change between two certain readings of a pool means: a reset, a top-up, or use."""
    rise = _rise(before, pool)
    if not rise:
        return
    event = Event(at, account, EventKind.USED, pool.id, rise, pool.unit)
    if pool.kind in (PoolKind.ALLOWANCE, PoolKind.RATE, PoolKind.SPEND) and _was_reset(before, pool, at, rise):
        add_event(connection, replace(event, kind=EventKind.RESET, amount=rise if rise > 0 else None))
    elif rise > 0 and pool.kind is not PoolKind.SLOTS:
        add_event(connection, replace(event, kind=EventKind.TOP_UP))
    else:
        _record_use(connection, event, before)


def _rise(before: _Open, pool: Pool) -> Decimal | None:
    """By how much more is left than before; None when that can't be told."""
    if pool.left is not None and before.left is not None:
        return pool.left - before.left
    if pool.used is not None and before.used is not None:
        return before.used - pool.used
    return None


def _was_reset(before: _Open, pool: Pool, at: datetime, rise: Decimal) -> bool:
    if before.resets_at is None:
        return pool.kind is PoolKind.SPEND and rise > 0
    moved = pool.resets_at is None or pool.resets_at - before.resets_at > DRIFT
    return before.resets_at <= at and moved


def _record_use(connection: sqlite3.Connection, event: Event, before: _Open) -> None:
    """Add to the pool's line of the last hour, or begin one. For slots a positive amount means that some were freed."""
    began = before.used_since
    if began and before.used_event and event.amount and timedelta(0) <= event.at - began < ONE_USE:
        same = (before.used_event, event.account, event.pool, EventKind.USED.value)
        row = connection.execute(statements.USE_OF_EVENT, same).fetchone()
        sofar = amount(row[0]) if row else None
        if sofar is not None and (sofar < 0) == (event.amount < 0):
            values = (micros(event.at), text(sofar + event.amount), before.used_event)
            connection.execute(statements.ADD_USE, values)
            return
    number = add_event(connection, event)
    connection.execute(statements.MARK_USE, (number, micros(event.at), event.account, event.pool))


def add_event(connection: sqlite3.Connection, event: Event) -> int:
    """Write a line of the activity page; returns its id."""
    return int(connection.execute(statements.ADD_EVENT, event_row(event)).fetchone()[0])


def record_episodes(
    connection: sqlite3.Connection, new: Sequence[Episode], cleared: Sequence[Episode], now: datetime
) -> tuple[Episode, ...]:
    """Clear and open episodes. Returns those that were really new, with their ids.

    An episode that is already open (another process saw the crossing first) is not opened again.
    """
    for episode in cleared:
        connection.execute(statements.CLEAR_EPISODE, (micros(episode.cleared_at or now), episode.id))
    opened = []
    for episode in new:
        same = (episode.account, episode.level.value, episode.pool, episode.window)
        if connection.execute(statements.SAME_EPISODE, same).fetchone():
            continue
        until = connection.execute(statements.SNOOZED, (episode.account,)).fetchone()[0]
        if until is not None and episode.snoozed_until is None and instant(until) > now:
            episode = replace(episode, snoozed_until=instant(until))
        number = connection.execute(statements.ADD_EPISODE, episode_row(episode)).fetchone()[0]
        if not episode.delivered:  # a covered one is no news
            told = f"{episode.level.value} {episode.why}".strip()
            add_event(connection, Event(now, episode.account, EventKind.ALERT, episode.pool, detail=told))
        opened.append(replace(episode, id=int(number)))
    return tuple(opened)
