"""Whether what is left covers an import that goes out in several requests: each of them has its own least cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from creditdesk.core.definition import Definition
from creditdesk.core.factors import check_factors
from creditdesk.core.offers import Operation
from creditdesk.core.pools import Account, Snapshot
from creditdesk.core.pricing import price_of
from creditdesk.core.sizing import size_parts
from creditdesk.core.verdict import Demand, Part, Verdict, VerdictKind


@dataclass(frozen=True, slots=True)
class Charged:
    """What is sent: the operation with its factors, for an account. `reserve` is what has to stay, by pool id."""

    definition: Definition
    operation: Operation
    factors: Mapping[str, str]
    account: Account
    reserve: Mapping[str, Decimal] = field(default_factory=dict)


def higher(first: Mapping[str, Decimal], second: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """The higher of two reserves, pool by pool."""
    zero = Decimal(0)
    return {pool: max(first.get(pool, zero), second.get(pool, zero)) for pool in {*first, *second}}


def size_batches(
    charged: Charged, counts: Mapping[int, int], snapshot: Snapshot | None, now: datetime | None = None
) -> Verdict:
    """The verdict for requests of so many items each: `counts` tells how many requests there are of each size.

    `FITS` means: the highest cost of all of them is covered, and the reserve stays. Raises FactorError.
    """
    definition, operation, account = charged.definition, charged.operation, charged.account
    settings = definition.settings(account.settings)
    price = price_of(operation, check_factors(operation, charged.factors), settings)
    if price is None or (price.per == "item" and not price.minimum):
        groups = {sum(count * times for count, times in counts.items()): 1}
    else:
        groups = {count: times for count, times in sorted(counts.items(), reverse=True) if times}
    told: Verdict | None = None
    for count, times in groups.items():
        part = Part(operation, charged.factors, times)
        verdict = size_parts(
            *(definition, (part,), count, snapshot, account.settings, charged.reserve, now, account.ask_over)
        )
        told = verdict if told is None else _together(told, verdict)
        if verdict.kind not in (VerdictKind.FITS, VerdictKind.THIN):
            break
        snapshot = _after(snapshot, verdict)
    assert told is not None
    return told


def fits(charged: Charged, counts: Mapping[int, int], snapshot: Snapshot, now: datetime) -> bool:
    """Whether requests of so many items each fit, and the reserve stays. Raises FactorError."""
    return size_batches(charged, counts, snapshot, now).kind is VerdictKind.FITS


def _after(snapshot: Snapshot | None, verdict: Verdict) -> Snapshot | None:
    """What is left when that was paid, at its highest cost."""
    if snapshot is None:
        return None
    paid = {demand.pool: demand.needs_high or Decimal(0) for demand in verdict.demands}
    pools = (
        replace(pool, left=pool.left - paid[pool.id]) if pool.left is not None and pool.id in paid else pool
        for pool in snapshot.pools
    )
    return replace(snapshot, pools=tuple(pools))


def _together(first: Verdict, second: Verdict) -> Verdict:
    """The worse of both verdicts, with what both need of what the first one found."""
    before = {demand.pool: demand for demand in first.demands}
    demands = tuple(_added(before[each.pool], each) if each.pool in before else each for each in second.demands)
    over = tuple(dict.fromkeys((*first.over_limit, *second.over_limit)))
    worse = first if second.kind is VerdictKind.FITS else second
    return replace(worse, demands=demands, over_limit=over)


def _added(first: Demand, second: Demand) -> Demand:
    both = first.needs_high is not None and second.needs_high is not None
    high = (first.needs_high or Decimal(0)) + (second.needs_high or Decimal(0)) if both else None
    return replace(second, needs_low=first.needs_low + second.needs_low, needs_high=high, left=first.left)
