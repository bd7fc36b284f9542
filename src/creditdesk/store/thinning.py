"""Thins out old points and uses in the background, a few milliseconds of the writer at a time.

Every step is a transaction that leaves the history as the rule has it up to an instant which is noted with it: killed
at any moment, nothing is lost beyond the rule, and the next run goes on from there.
"""

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from creditdesk.core.series import Event
from creditdesk.core.thinning import Ages, ages, folded, folds_days, thinned
from creditdesk.store import statements
from creditdesk.store import statements_points as old
from creditdesk.store.checks import good, put_all_aside
from creditdesk.store.connections import Connections
from creditdesk.store.pending import Pending
from creditdesk.store.rows import event_of, event_row, instant, maybe_micros, micros, point_of, point_row, text

STEP_S = 0.015
"""A step begins nothing more after this time."""
AT_ONCE = 300
PAGES_AT_ONCE = 64
MOST_APART = timedelta(days=30)
_ONCE = timedelta(hours=20)
_ASKED = 0  # no series has this number
_LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)


@dataclass(slots=True)
class _Series:
    """A pool that is still to be looked at, and up to which instants its points and its uses are thinned out."""

    account: str
    pool: str
    number: int
    open_at: int
    hourly: datetime
    daily: datetime
    folded: datetime


class _Run:
    """One run over all pools: `future` gives how many rows it took away."""

    def __init__(self, connections: Connections, now: datetime) -> None:
        self.future: Future[int] = Future()
        self._connections = connections
        self._now = now
        self._ages = ages(now)
        self._todo: Iterator[_Series] | None = None
        self._series: _Series | None = None
        self._dropped = 0

    def go(self) -> None:
        """Have the next step done, after what waits."""
        try:
            self._connections.write(self._step).when_done(self._went)
        except RuntimeError:  # the desk closes
            self.future.set_result(self._dropped)

    def _went(self, done: "Future[int | None]") -> None:
        if error := done.exception():
            self.future.set_exception(error)
        elif (dropped := done.result()) is None:
            self.future.set_result(self._dropped)
        else:
            self._dropped += dropped
            self.go()

    def _step(self, connection: sqlite3.Connection) -> int | None:
        """Do a little; how many rows it took away, None when nothing is left to do."""
        begun, dropped = time.monotonic(), 0
        if self._todo is None:
            if not _is_due(connection, self._now):
                return None
            rows = connection.execute(old.ALL_SERIES).fetchall()
            self._todo = (
                _Series(account, pool, number, open_at, *map(_since, until))
                for account, pool, number, open_at, *until in rows
            )
        while time.monotonic() - begun < STEP_S:
            self._series = self._series or next(self._todo, None)
            if self._series is None:
                return dropped or _give_back(connection)
            done = _thin(connection, self._series, self._ages)
            if done is None:
                self._series = None
            else:
                dropped += done
        return dropped


def thin(connections: Connections, now: datetime) -> Pending[int]:
    """Begin a run; see `History.thin`."""
    run = _Run(connections, now)
    run.go()
    return Pending(run.future)


def _is_due(connection: sqlite3.Connection, now: datetime) -> bool:
    """Whether a run was asked for on a day before, and the clock has not jumped since. Notes that one was."""
    row = connection.execute(old.THINNED, (_ASKED,)).fetchone()
    since = now - instant(row[0]) if row else None
    if since is not None and timedelta(0) <= since < _ONCE:
        return False
    connection.execute(old.PUT_THINNED, (_ASKED, micros(now), 0, 0))
    return since is not None and timedelta(0) <= since <= MOST_APART


def _thin(connection: sqlite3.Connection, series: _Series, at: Ages) -> int | None:
    """Thin out one stretch of a pool; how many rows less there are, None when the pool is done."""
    if series.folded < at.uses:
        nth = connection.execute(old.NTH_USE, (series.account, micros(series.folded), series.pool, AT_ONCE))
        end = _end(nth, at.uses)
        dropped, series.folded = _fold(connection, series, (series.folded, end)), end
    elif series.daily < at.daily:
        nth = connection.execute(old.NTH_POINT, (series.number, micros(series.daily), AT_ONCE))
        end = _end(nth, at.daily)
        dropped, series.daily = _thin_points(connection, series, (series.daily, end), at), end
    elif series.hourly < at.hourly:
        start = max(series.hourly, at.daily)
        nth = connection.execute(old.NTH_POINT, (series.number, micros(start), AT_ONCE))
        end = _end(nth, at.hourly)
        dropped, series.hourly = _thin_points(connection, series, (start, end), at), end
    else:
        return None
    until = (micros(series.hourly), micros(series.daily), micros(series.folded))
    connection.execute(old.PUT_THINNED, (series.number, *until))
    return dropped


def _end(nth: sqlite3.Cursor, limit: datetime) -> datetime:
    """The end of a stretch: of the day of its last row, or the limit where there are few."""
    row = nth.fetchone()
    return limit if row is None else min(limit, _day_after(instant(row[0])))


def _thin_points(connection: sqlite3.Connection, series: _Series, between: tuple[datetime, datetime], at: Ages) -> int:
    start, end = map(micros, between)
    number = series.number
    rows = [
        *connection.execute(old.POINT_BEFORE, (number, start)),
        *connection.execute(old.POINTS_BETWEEN, (number, start, end)),
        *connection.execute(old.POINT_FROM, (number, end)),
    ]
    points = {row[1]: point_of(row) for row in good(connection, "point", rows)}
    put_all_aside(connection)
    turns = connection.execute(old.TURNS_BETWEEN, (series.account, start, end, series.pool)).fetchall()
    marks = {instant(turn[0]) for turn in turns}
    kept = {micros(point.first_seen): point for point in thinned(tuple(points.values()), marks, at.now)}
    gone = [(number, first) for first in points if first not in kept and first != series.open_at]
    connection.executemany(old.DROP_POINT, gone)
    for first, point in kept.items():
        if point is not points[first]:
            ends = (maybe_micros(point.resets_at), maybe_micros(point.expires_at))
            amounts = (text(point.left), text(point.limit), text(point.used), point.source.value)
            row = point_row(number, (first, micros(point.last_seen)), amounts, ends)
            connection.execute(statements.EXTEND_POINT, row)
    return len(gone)


def _fold(connection: sqlite3.Connection, series: _Series, between: tuple[datetime, datetime]) -> int:
    """Put a pool's uses of each day together."""
    values = (series.account, *map(micros, between), series.pool)
    days: dict[object, list[Event]] = {}
    for row in good(connection, "event", connection.execute(old.USES_BETWEEN, values).fetchall(), 1):
        event = event_of(row)
        if folds_days(event.at):
            days.setdefault(event.at.date(), []).append(event)
    dropped = 0
    for uses in days.values():
        kept = {event.id: event for event in folded(uses)}
        for event in uses:
            if event.id not in kept:
                dropped += connection.execute(old.DROP_EVENT, (event.id,)).rowcount
            elif kept[event.id] is not event:
                row = event_row(kept[event.id])
                connection.execute(statements.ADD_USE, (row[0], row[4], row[-1], event.id))
    return dropped


def _give_back(connection: sqlite3.Connection) -> int | None:
    """Give some of the space that was freed back to the disk; None when there is none."""
    if connection.execute("PRAGMA auto_vacuum").fetchone() != (2,):
        return None
    if connection.execute("PRAGMA freelist_count").fetchone() == (0,):
        return None
    connection.execute(old.GIVE_BACK.format(PAGES_AT_ONCE)).fetchall()
    return 0


def _since(value: int | None) -> datetime:
    return _LONG_AGO if value is None else instant(value)


def _day_after(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
