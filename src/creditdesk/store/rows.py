"""Values of the core as rows of the database, and back. Amounts keep every digit; instants are microseconds in UTC."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from creditdesk.core.pools import Level, Pool, PoolKind, Snapshot, Source, Trouble, TroubleKind
from creditdesk.core.series import Episode, Event, EventKind, Point

Row = tuple[Any, ...]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
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


def point_of(row: Row) -> Point:
    """The point of a row of POINT_COLUMNS."""
    first, last, left, limit, used, source, resets_at, expires_at = row
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


def pool_of(row: Row) -> Pool:
    """The pool of the last 13 columns of a row of `latest`."""
    id_, label, kind, unit, assumed, derived, shared_by, part_of, left, limit, used, resets_at, expires_at = row
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
    return None if read_at is None else Snapshot(instant(read_at), Source(source), pools, plan, bool(inferred))


def trouble_of(condition: Row) -> Trouble | None:
    """The trouble that a row of CONDITION_COLUMNS tells of, or None."""
    kind, message, retry_at, vendor_asked, since = condition[4:9]
    if kind is None:
        return None
    return Trouble(TroubleKind(kind), message, maybe_instant(retry_at), bool(vendor_asked), maybe_instant(since))


def event_row(event: Event) -> Row:
    """EVENT_COLUMNS of an event."""
    return (
        micros(event.at),
        event.account,
        event.kind.value,
        event.pool,
        text(event.amount),
        event.unit,
        event.detail,
    )


def event_of(row: Row) -> Event:
    """The event of a row of id and EVENT_COLUMNS."""
    id_, at, account, kind, pool, change, unit, detail = row
    return Event(instant(at), account, EventKind(kind), pool, amount(change), unit, detail, id_)


def episode_row(episode: Episode) -> Row:
    """EPISODE_COLUMNS of an episode."""
    return (
        episode.account,
        episode.level.value,
        micros(episode.fired_at),
        episode.pool,
        episode.window,
        episode.why,
        episode.delivered,
        maybe_micros(episode.cleared_at),
        maybe_micros(episode.snoozed_until),
    )


def episode_of(row: Row) -> Episode:
    """The episode of a row of id and EPISODE_COLUMNS."""
    id_, account, level, fired_at, pool, window, why, delivered, cleared_at, snoozed_until = row
    return Episode(
        account,
        Level(level),
        instant(fired_at),
        pool,
        window,
        why,
        delivered,
        maybe_instant(cleared_at),
        maybe_instant(snoozed_until),
        id_,
    )
