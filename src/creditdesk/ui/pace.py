"""Where an even pace would stand in an allowance now."""

from datetime import datetime, timedelta

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Pool, PoolKind

_SPANS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}


def pace(pool: Pool, definition: Definition, now: datetime) -> float | None:
    """The share of an allowance's window that has passed, 0 to 1; None where the window is not known."""
    if pool.kind is not PoolKind.ALLOWANCE or pool.resets_at is None or pool.resets_at <= now:
        return None
    family = pool.id.partition(":")[0]
    rule = next((rule for rule in definition.pools if rule.id.partition(":")[0] == family), None)
    every = rule.reset.every if rule and rule.reset else ""
    start = window_start(pool.resets_at, every)
    if start is None or start >= now:
        return None
    return (now - start) / (pool.resets_at - start)


def window_start(resets_at: datetime, every: str) -> datetime | None:
    """When the window that ends at `resets_at` began; None for a rule that is not known."""
    if every in _SPANS:
        return resets_at - _SPANS[every]
    if every == "month":
        return _months_before(resets_at, 1)
    return _months_before(resets_at, 12) if every == "year" else None


def _months_before(at: datetime, months: int) -> datetime:
    index = at.year * 12 + at.month - 1 - months
    year, month = divmod(index, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, _days(year, month + 1)))


def _days(year: int, month: int) -> int:
    """How many days this month has."""
    after = datetime(year + month // 12, month % 12 + 1, 1)
    return (after - datetime(year, month, 1)).days
