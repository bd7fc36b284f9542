"""What the pools of a snapshot hold, and the order in which they are emptied."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from creditdesk.core.pools import Pool

RISE = Decimal("1.1")

_NEVER = datetime.max.replace(tzinfo=UTC)


def matches(pattern: str, pool_id: str) -> bool:
    """Whether a pool belongs to `pattern`: an id, or `x:*` for a family."""
    return pool_id.startswith(pattern[:-1]) if pattern.endswith("*") else pool_id == pattern


def left_of(pool: Pool) -> Decimal | None:
    """What is left of a pool in its unit, also where only its limit and what was used are known; None when unknown."""
    if pool.left is None and pool.limit is not None and pool.used is not None:
        return pool.limit - pool.used
    return pool.left


def has_expired(pool: Pool, now: datetime) -> bool:
    """Whether what the pool holds is gone because its time is over."""
    return pool.expires_at is not None and pool.expires_at <= now


def is_top_up(before: Decimal, after: Decimal) -> bool:
    """Whether a prepaid pool rose enough to call it a top-up: by a tenth or more. Refunds and rounding are less."""
    return after > max(before, Decimal(0)) and after >= before * RISE


def place(order: Sequence[str], pool_id: str) -> int | None:
    """The place of a pool in a drain order, from 0; None when it is not in it."""
    return next((index for index, pattern in enumerate(order) if matches(pattern, pool_id)), None)


def in_order(pools: Iterable[Pool], order: Sequence[str]) -> list[Pool]:
    """The pools as they are emptied: by their place in `order`, then the earliest expiry first; others last."""
    return sorted(pools, key=lambda pool: (_place_or_last(order, pool.id), pool.expires_at or _NEVER))


def standing(pools: Iterable[Pool], now: datetime) -> list[Pool]:
    """The pools that count: not expired, and not part of another one that is there too."""
    alive = [pool for pool in pools if not has_expired(pool, now)]
    ids = {pool.id for pool in alive}
    return [pool for pool in alive if not pool.part_of or pool.part_of not in ids]


def _place_or_last(order: Sequence[str], pool_id: str) -> int:
    found = place(order, pool_id)
    return len(order) if found is None else found
