"""Balances that no endpoint tells: typed by the user, refilled by the vendor's own rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from creditdesk.core.definition import Definition, PoolRule, When
from creditdesk.core.offers import Plan
from creditdesk.core.pools import Pool, PoolKind, Snapshot, Source
from creditdesk.core.resets import last_reset, next_reset

_MOST_DAYS = {"month": 31, "week": 7}
"""Of which periods the user may name the day of renewal."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A balance as the user typed it, in the pool's unit, at an instant (UTC)."""

    at: datetime
    left: Decimal
    limit: Decimal | None = None


def typed_rules(definition: Definition) -> tuple[PoolRule, ...]:
    """The pools of this vendor whose balance a user may type."""
    return tuple(rule for rule in definition.pools if rule.typed)


def sharing_key(definition: Definition, rule: PoolRule, settings: Mapping[str, str]) -> str:
    """Text that is equal for pools that are one and the same at the vendor, or "" when this one stands alone."""
    value = settings.get(rule.shared_by, "") if rule.shared_by else ""
    return f"{definition.id}/{rule.id}/{value}" if value else ""


def typed_pools(
    definition: Definition, chosen: Mapping[str, str], typed: Mapping[str, Typed], now: datetime
) -> tuple[tuple[Pool, ...], bool]:
    """The typed pools as they stand at `now`, and whether any of them is an estimate.

    An allowance whose reset has passed since it was typed stands at its limit again, as far as the desk can know:
    that is an estimate. What was never typed is unknown. A plan that shows an upgrade instead has no pools.
    """
    settings = definition.settings(chosen)
    plan = definition.plan(settings)
    if plan is not None and plan.upgrade:
        return (), False
    pools = []
    estimated = False
    for rule in typed_rules(definition):
        entry = typed.get(rule.id)
        limit = _limit(rule, plan, entry)
        left = entry.left if entry else None
        refill = _refill(rule.reset, settings)
        if entry and limit is not None and refill and last_reset(*refill[:3], now, refill[3]) > entry.at:
            left, estimated = limit, True
        pools.append(_pool(definition, rule, settings, (left, limit), now))
    return tuple(pools), estimated


def typed_snapshot(
    definition: Definition, chosen: Mapping[str, str], typed: Mapping[str, Typed], now: datetime
) -> Snapshot | None:
    """The typed pools as a snapshot, by hand or estimated; None when nothing was ever typed."""
    known = {rule.id: typed[rule.id] for rule in typed_rules(definition) if rule.id in typed}
    if not known:
        return None
    pools, estimated = typed_pools(definition, chosen, known, now)
    plan = definition.plan(definition.settings(chosen))
    source = Source.ESTIMATED if estimated else Source.BY_HAND
    return Snapshot(max(entry.at for entry in known.values()), source, pools, plan.label if plan else "")


def _limit(rule: PoolRule, plan: Plan | None, entry: Typed | None) -> Decimal | None:
    if entry is not None and entry.limit is not None:
        return entry.limit
    return plan.limits.get(rule.id) if plan else None


def _refill(reset: When | None, settings: Mapping[str, str]) -> tuple[str, str, str, int] | None:
    """How often, from which anchor, in which zone and on which day a typed pool refills; None where it is not known."""
    if reset is None or not reset.every:
        return None
    if reset.anchor == "first":
        return reset.every, "first", reset.tz, 1
    day = settings.get(reset.day_param, "") if reset.day_param else ""
    known = (
        reset.anchor == "renewal"
        and day.isascii()
        and day.isdigit()
        and 1 <= int(day[:3]) <= _MOST_DAYS.get(reset.every, 0)
    )
    return (reset.every, "renewal", reset.tz, int(day)) if known else None


def _pool(
    definition: Definition,
    rule: PoolRule,
    settings: Mapping[str, str],
    amounts: tuple[Decimal | None, Decimal | None],
    now: datetime,
) -> Pool:
    left, limit = amounts
    refill = _refill(rule.reset, settings)
    resets_at = next_reset(*refill[:3], now, refill[3]) if refill else None
    used = limit - left if limit is not None and left is not None and rule.kind is not PoolKind.WALLET else None
    return Pool(
        id=rule.id,
        label=rule.label,
        kind=rule.kind,
        unit=rule.unit_at(settings),
        left=left,
        limit=limit,
        used=used,
        resets_at=resets_at,
        reset_assumed=bool(rule.reset and rule.reset.assumed),
        derived=("used",) if used is not None else (),
        shared_by=sharing_key(definition, rule, settings),
        part_of=rule.part_of,
    )
