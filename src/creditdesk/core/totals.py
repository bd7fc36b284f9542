"""What is left in all, where adding up makes sense: a unit of a vendor, shared pools once, old readings left out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext

from creditdesk.core.amounts import EXACT
from creditdesk.core.definition import Definition
from creditdesk.core.pools import Pool, PoolKind, Reading
from creditdesk.core.stock import left_of, place, standing


@dataclass(frozen=True, slots=True)
class Total:
    """What is left of one thing over the accounts of a vendor.

    `pool` is "" for the pools that stand in for one another, added up; otherwise the id of the one that is added over
    accounts. `accounts` are those counted; `left_out` those whose reading failed or is old, never counted.
    """

    provider: str
    unit: str
    pool: str
    label: str
    left: Decimal
    accounts: int
    left_out: int


@dataclass(frozen=True, slots=True)
class _Line:
    account: str
    key: tuple[str, str, str]
    label: str
    pool: Pool
    counts: bool
    read_at: datetime


def totals(entries: Iterable[tuple[Definition, Reading]], now: datetime) -> tuple[Total, ...]:
    """The totals of these accounts, in the order in which their pools come.

    Pools of the vendor's drain order are added up within an account; others only over accounts. Rates, pools within
    other pools, expired packages and unknown amounts are not in any total. Of a shared pool the newest reading counts.
    """
    lines: dict[tuple[str, str, str], list[_Line]] = {}
    for definition, reading in entries:
        for line in _lines(definition, reading, now):
            lines.setdefault(line.key, []).append(line)
    with localcontext(EXACT):
        return tuple(_total(key, found) for key, found in lines.items())


def _lines(definition: Definition, reading: Reading, now: datetime) -> Iterable[_Line]:
    if reading.snapshot is None:
        return
    counts = not reading.stale and reading.trouble is None
    for pool in standing(reading.snapshot.pools, now):
        if pool.kind is PoolKind.RATE or left_of(pool) is None:
            continue
        drained = place(definition.drain, pool.id) is not None
        key = (definition.id, pool.unit, "" if drained else pool.id)
        label = (definition.total_label or definition.name) if drained else pool.label
        yield _Line(reading.account.id, key, label, pool, counts, reading.snapshot.read_at)


def _total(key: tuple[str, str, str], lines: list[_Line]) -> Total:
    provider, unit, pool = key
    shared: dict[str, _Line] = {}
    left = Decimal(0)
    for line in lines:
        if not line.counts:
            continue
        former = shared.get(line.pool.shared_by) if line.pool.shared_by else None
        if line.pool.shared_by:
            if former is not None and former.read_at >= line.read_at:
                continue
            shared[line.pool.shared_by] = line
        left += (left_of(line.pool) or 0) - ((left_of(former.pool) or 0) if former else 0)
    counted = {line.account for line in lines if line.counts}
    left_out = {line.account for line in lines if not line.counts}
    return Total(provider, unit, pool, lines[0].label, left, len(counted), len(left_out))
