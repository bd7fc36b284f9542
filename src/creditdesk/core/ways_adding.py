"""Ways that make room: after the reset, by freeing rows, by buying packs, by a larger plan."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from creditdesk.core.offers import Pack, Plan, holds
from creditdesk.core.packs import cheapest
from creditdesk.core.pools import PoolKind
from creditdesk.core.pricing import ZERO
from creditdesk.core.verdict import Why
from creditdesk.core.way import Buy, Loss, LossKind, Way, WayKind
from creditdesk.core.ways_case import Look, better, left_after, look, refilled

_LIMITED = (PoolKind.SLOTS, PoolKind.ALLOWANCE)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def later(seen: Look) -> list[Way]:
    """The part that fits now, the rest after a reset: the first one after which all of it fits, else the first one."""
    now = seen.fits
    snapshot = seen.case.snapshot
    if now is None or now >= seen.case.count or snapshot is None:
        return []
    paid = seen.order.pay(now, high=True)
    spent = paid.taken if paid else {}
    rest = seen.case.count - now
    found: list[Way] = []
    for at in _resets(seen):
        case = replace(seen.case, snapshot=refilled(snapshot, spent, at), count=rest, now=at)
        then = look(case).fits or 0
        if then and (not found or then == rest):
            found.append(_later(seen, now, then, at))
        if then == rest:
            break
    return found[-1:]


def free(seen: Look) -> list[Way]:
    """Pause or delete so many rows that are there, each of which frees one place in every pool of places."""
    gaps = _gaps(seen)
    places = [pool for pool in seen.order.held if seen.kind_of(pool) is PoolKind.SLOTS]
    short = max((gaps.get(pool, ZERO) for pool in places), default=ZERO)
    if not seen.case.trackable or short <= 0 or any(_most(seen, pool) < short for pool in places):
        return []
    gives_up = Loss(LossKind.TRACKED, short)
    made = _made_room(seen, ("free", WayKind.FREE), dict.fromkeys(places, short))
    return [replace(made, short=short, gives_up=(gives_up,))] if made else []


def _most(seen: Look, pool_id: str) -> Decimal:
    """How many places of a pool there are to come free at the most: its limit."""
    pool = seen.case.snapshot.pool(pool_id) if seen.case.snapshot else None
    return Decimal("Infinity") if pool is None or pool.limit is None else pool.limit


def packs(seen: Look) -> list[Way]:
    """For each pool that packs raise, the cheapest ones that cover what is missing."""
    found: list[Way] = []
    for (pool, currency), offered in _by_pool(seen.case.definition.packs).items():
        suffix = f":{currency.lower()}" if any(way.id == f"packs:{pool}" for way in found) else ""
        tried = (_bought(seen, pool, f"packs:{pool}{suffix}", cheapest(offered, gap)) for gap in _enough(seen, pool))
        found += [way for way in tried if way][:1]
    return sorted(found, key=lambda way: way.money or ZERO)


def plan(seen: Look) -> list[Way]:
    """The smallest plan of the vendor that covers it; where none is known, the limits that it takes."""
    definition = seen.case.definition
    limited = [each for each in definition.plans if each.limits]
    if limited:
        return _known_plan(seen, limited)
    added: dict[str, Decimal] = {}
    limits: dict[str, Decimal] = {}
    for holding in seen.order.held.values():
        gap = max(_enough(seen, holding.pool), default=ZERO)
        if holding.limit is None or not gap or seen.kind_of(holding.pool) not in _LIMITED:
            continue
        added[holding.pool], limits[holding.pool] = gap, holding.limit + gap
        if seen.order.in_turn:
            break
    made = _made_room(seen, ("plan", WayKind.PLAN), added) if added else None
    if made is None:
        return []
    limits = dict(sorted(limits.items(), key=lambda each: each[0] != seen.verdict.binding_pool))
    pool = next(iter(limits))
    url = definition.dashboard or definition.homepage
    return [replace(made, short=added[pool], at_least=limits[pool], limits=limits, url=url)]


def _later(seen: Look, now: int, then: int, at: datetime) -> Way:
    rest = seen.case.count - now
    pools = [pool for pool in (seen.case.snapshot.pools if seen.case.snapshot else ()) if pool.id in seen.order.held]
    full = next(pool for pool in pools if pool.resets_at == at)
    losses = [Loss(LossKind.TIME, Decimal(then))]
    if then < rest:
        losses.append(Loss(LossKind.ITEMS, Decimal(rest - then)))
    made = seen.way("later", WayKind.LATER, now, losses)
    return replace(made, at=at, then_items=then, then_left=full.limit, label=full.label, assumed=full.reset_assumed)


def _resets(seen: Look) -> list[datetime]:
    """The instants at which a pool that is drawn on becomes full again."""
    pools = seen.case.snapshot.pools if seen.case.snapshot else ()
    return sorted(
        {
            pool.resets_at
            for pool in pools
            if pool.id in seen.order.held
            and pool.kind is PoolKind.ALLOWANCE
            and pool.limit is not None
            and pool.resets_at is not None
            and pool.resets_at > seen.case.now
        }
    )


def _gaps(seen: Look) -> dict[str, Decimal]:
    """What each known pool lacks for the highest cost and its reserve, above 0; what it lacks below zero is in it."""
    gaps = {}
    for demand in seen.verdict.demands:
        if demand.left is None or not demand.needs_high:
            continue
        gap = demand.needs_high + seen.case.reserve.get(demand.pool, ZERO) - demand.left
        if gap > 0:
            gaps[demand.pool] = gap
    return gaps


def _enough(seen: Look, pool: str) -> list[Decimal]:
    """Amounts of this pool that may be enough: with the reserve that is to stay, else without it."""
    holding = seen.order.held.get(pool)
    paid = seen.order.pay(seen.case.count, high=True)
    if holding is None or holding.left is None or paid is None or paid.open:
        return []
    missing = sum((each.amount for each in paid.missing), ZERO)
    if any(each.each for each in paid.missing):
        missing = max(ZERO, paid.taken.get(pool, ZERO) - holding.available)
    if not missing:
        return [gap for gap in [_gaps(seen).get(pool, ZERO)] if gap]
    bare = missing + max(ZERO, -holding.left)
    return list(dict.fromkeys((bare + seen.case.reserve.get(pool, ZERO), bare)))


def _made_room(seen: Look, named: tuple[str, WayKind], added: Mapping[str, Decimal]) -> Way | None:
    """The way that sends all of it once these pools hold so much more; None where that is not enough."""
    roomy = seen.with_pools(added)
    if not better(roomy.verdict, seen.verdict):
        return None
    made = roomy.way(*named, seen.case.count)
    demand = next((each for each in roomy.verdict.demands if each.pool == seen.verdict.binding_pool), None)
    if demand is None or roomy.order.in_turn:
        return made
    made = replace(made, pool=demand.pool, unit=demand.unit, added_low=demand.needs_low)
    return replace(made, added_now=demand.needs_high, left_after=left_after(demand))


def _bought(seen: Look, pool: str, way_id: str, bought: tuple[tuple[Pack, int], ...] | None) -> Way | None:
    """The way by these packs, where they are enough."""
    if not bought:
        return None
    amount = sum((pack.amount * count for pack, count in bought), ZERO)
    made = _made_room(seen, (way_id, WayKind.PACKS), {pool: amount})
    if made is None:
        return None
    return replace(
        made,
        money=sum((pack.price * count for pack, count in bought), ZERO),
        currency=bought[0][0].currency,
        url=bought[0][0].url,
        short=_enough(seen, pool)[-1],
        buys=tuple(Buy(pack.id, pack.label, count) for pack, count in bought),
        label=seen.order.held[pool].label,
    )


def _by_pool(packs: Iterable[Pack]) -> dict[tuple[str, str], list[Pack]]:
    found: dict[tuple[str, str], list[Pack]] = {}
    for pack in packs:
        found.setdefault((pack.pool, pack.currency), []).append(pack)
    return found


def _known_plan(seen: Look, plans: Iterable[Plan]) -> list[Way]:
    settings = seen.order.settings
    current = seen.case.definition.plan(settings)
    possible = [each for each in plans if holds(each.when, settings) and not each.trial and each is not current]
    for each in sorted(possible, key=lambda plan: sum(plan.limits.values(), ZERO)):
        made = _with_plan(seen, current, each)
        if made is not None:
            return [made]
    return []


def _with_plan(seen: Look, current: Plan | None, chosen: Plan) -> Way | None:
    """The way by this plan: its limits instead of the current ones; what was used of them stays used."""
    added = _more_by_plan(seen, current, chosen)
    settings = {**seen.case.settings, "plan": chosen.id}
    roomy = look(replace(seen.with_pools(added).case, settings=settings))
    if not added or roomy.verdict.why is Why.OVERAGE or not better(roomy.verdict, seen.verdict):
        return None
    definition = seen.case.definition
    return replace(
        roomy.way(f"plan:{chosen.id}", WayKind.PLAN, seen.case.count),
        money=_one_number(chosen.price),
        currency=chosen.currency,
        url=chosen.upgrade_url or definition.dashboard or definition.homepage,
        short=max(_gaps(seen).values(), default=ZERO),
        label=chosen.label,
        price=chosen.price,
        limits=dict(chosen.limits),
    )


def _more_by_plan(seen: Look, current: Plan | None, chosen: Plan) -> dict[str, Decimal]:
    """What a plan adds to each pool; to the last one where the plan's own pool is told in parts (grants)."""
    added: dict[str, Decimal] = {}
    held = seen.order.held
    for pool, limit in chosen.limits.items():
        before = held[pool].limit if pool in held else None
        if before is None and current is not None:
            before = current.limits.get(pool)
        target = pool if pool in held else _last_grant(seen, pool)
        if before is None or not target:
            continue
        if limit <= before:
            return {}
        added[target] = limit - before
    return added


def _last_grant(seen: Look, pool: str) -> str:
    """The last pool that is emptied in turn, where the price names `pool` but the vendor tells it in parts; else ""."""
    named = {each for charge in seen.order.paying if charge.bill.price for each in charge.bill.price.pools}
    told = seen.case.snapshot is not None and seen.case.snapshot.pool(pool) is not None
    return next(reversed(seen.order.held), "") if seen.order.in_turn and pool in named and not told else ""


def _one_number(price: str) -> Decimal | None:
    """The price where it is one number: "EUR 49"; None for "EUR 99-149"."""
    found = _NUMBER.findall(price)
    return Decimal(found[0].replace(",", "")) if len(found) == 1 else None
