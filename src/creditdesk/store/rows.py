"""Values of the core as rows of the database, and back. Amounts keep every digit; instants are microseconds in UTC."""

import functools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from creditdesk.core.amounts import EXACT
from creditdesk.core.pools import Pool, PoolKind, Snapshot, Source, Trouble, TroubleKind
from creditdesk.core.series import Event, EventKind, Point
from creditdesk.store.sums import row_sum

Row = tuple[Any, ...]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LIVE = Source.LIVE.value
_MICROSECOND = timedelta(microseconds=1)


def micros(instant: datetime) -> int:
    """Microseconds since 1970, UTC, of an aware instant."""
    return (instant - _EPOCH) // _MICROSECOND


def maybe_micros(instant: datetime | None) -> int | None:
    """`micros`, or None for None."""
    return None if instant is None else micros(instant)


def instant(value: int) -> datetime:
    """The aware UTC instant of so many microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=value)


def maybe_instant(value: int | None) -> datetime | None:
    """`instant`, or None for None."""
    return None if value is None else instant(value)


def text(amount: Decimal | None) -> str | None:
    """An amount with every digit, or None for None."""
    return None if amount is None else str(amount)


def amount(value: str | None) -> Decimal | None:
    """The amount that `text` wrote."""
    return None if value is None else Decimal(value)


def pool_row(pool: Pool) -> Row:
    """POOL_COLUMNS of a pool."""
    derived = " ".join(pool.derived)
    return (pool.label, pool.kind.value, pool.unit, int(pool.reset_assumed), derived, pool.shared_by, pool.part_of)


def point_row(series: int, times: tuple[int, int], amounts: Row, ends: Row) -> Row:
    """WHOLE_POINT of a point: its first and last instant, left, limit, used and source, reset and expiry.

    Kept short: the time that it held instead of the last instant, "" for the source live, and "" for what is used
    where it is the limit less what is left.
    """
    left, limit, used, source = amounts
    if used is not None and used == _difference(limit, left):
        used = ""
    row = (series, times[0], times[1] - times[0], left, limit, used, "" if source == _LIVE else source, *ends)
    return (*row, row_sum(*row))


def point_values(row: Row) -> Row:
    """What WHOLE_POINT tells: series, first and last instant, left, limit, used, source, reset and expiry."""
    series, first, held, left, limit, used, source, resets_at, expires_at, _ = row
    used = _difference(limit, left) if used == "" else used
    return (series, first, first + held, left, limit, used, source or _LIVE, resets_at, expires_at)


@functools.lru_cache(maxsize=1024)
def _difference(limit: str | None, left: str | None) -> str | None:
    return None if limit is None or left is None else str(EXACT.subtract(Decimal(limit), Decimal(left)))


def point_of(row: Row) -> Point:
    """The point of WHOLE_POINT."""
    _, first, last, left, limit, used, source, resets_at, expires_at = point_values(row)
    return Point(
        instant(first),
        instant(last),
        amount(left),
        amount(limit),
        amount(used),
        Source(source),
        maybe_instant(resets_at),
        maybe_instant(expires_at),
    )


def pool_of(described: Row, point: Row | None) -> Pool:
    """The pool of an id and POOL_COLUMNS, with what `point_values` tells after the series; None: amounts unknown."""
    id_, label, kind, unit, assumed, derived, shared_by, part_of = described
    left, limit, used, _, resets_at, expires_at = (None,) * 6 if point is None else point[2:]
    return Pool(
        id_,
        label,
        PoolKind(kind),
        unit,
        amount(left),
        amount(limit),
        amount(used),
        maybe_instant(resets_at),
        maybe_instant(expires_at),
        bool(assumed),
        tuple(derived.split()),
        shared_by,
        part_of,
    )


def snapshot_of(condition: Row, pools: tuple[Pool, ...]) -> Snapshot | None:
    """The last good snapshot that a row of CONDITION_COLUMNS tells of, or None."""
    read_at, source, plan, inferred, *_ = condition
    if read_at is None:
        return None
    return Snapshot(instant(read_at), Source(source), pools, plan, bool(inferred), maybe_instant(condition[10]))


def trouble_of(condition: Row) -> Trouble | None:
    """The trouble that a row of CONDITION_COLUMNS tells of, or None."""
    kind, message, retry_at, vendor_asked, since = condition[4:9]
    if kind is None:
        return None
    return Trouble(TroubleKind(kind), message, maybe_instant(retry_at), bool(vendor_asked), maybe_instant(since))


def event_row(event: Event) -> Row:
    """EVENT_COLUMNS of an event, and their sum."""
    row = (
        micros(event.at),
        event.account,
        event.kind.value,
        event.pool,
        text(event.amount),
        event.unit,
        event.detail,
    )
    return (*row, row_sum(*row))


def event_of(row: Row) -> Event:
    """The event of a row of id and EVENT_COLUMNS; a sum behind them is not looked at (`store.checks`)."""
    id_, at, account, kind, pool, change, unit, detail = row[:8]
    return Event(instant(at), account, EventKind(kind), pool, amount(change), unit, detail, id_)
