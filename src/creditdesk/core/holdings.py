"""The pools that an operation's price draws on, with what each of them holds."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from creditdesk.core.definition import Definition
from creditdesk.core.offers import Price
from creditdesk.core.pools import Pool, Snapshot
from creditdesk.core.stock import has_expired, in_order, left_of, matches, place, standing


@dataclass(frozen=True, slots=True)
class Holding:
    """A pool as the sizer sees it. `left` None: unknown; a negative one is kept, but holds nothing."""

    pool: str
    label: str
    unit: str
    left: Decimal | None = None
    limit: Decimal | None = None

    @property
    def available(self) -> Decimal:
        """What can be taken; 0 when unknown."""
        return max(Decimal(0), self.left or Decimal(0))


def holdings(
    definition: Definition, price: Price, snapshot: Snapshot | None, now: datetime | None
) -> tuple[Holding, ...]:
    """The pools of `price` in the order in which they give; pools never read are there as unknown ones.

    Drawn on each: every pool that the price names, those that the snapshot lacks too. Drained: those that the snapshot
    has, in the definition's order, the earliest expiry first; only when it has none, the named ones as unknown.
    Packages expired at `now` hold nothing, and pools of another unit than the first one's are never added to it.
    """
    named = [pool for pool in (snapshot.pools if snapshot else ()) if place(price.pools, pool.id) is not None]
    alive = [pool for pool in named if now is None or not has_expired(pool, now)]
    if price.draw == "each":
        return tuple(found for pattern in price.pools for found in _family(definition, pattern, alive))
    present = in_order(alive if now is None else standing(alive, now), definition.drain or price.pools)
    if present:
        unit = min(present, key=lambda pool: place(price.pools, pool.id) or 0).unit
        return tuple(_held(pool) for pool in present if pool.unit == unit)
    if named:  # all of it has expired
        return tuple(Holding(pool.id, pool.label, pool.unit, Decimal(0), pool.limit) for pool in named)
    order = definition.drain or price.pools
    patterns = sorted(price.pools, key=lambda pattern: order.index(pattern) if pattern in order else len(order))
    return tuple(_unread(definition, pattern) for pattern in patterns)


def covering(
    definition: Definition, price: Price, snapshot: Snapshot | None, now: datetime | None
) -> tuple[Holding, ...]:
    """The pools that pay whole items before `price` is charged, the earliest expiry first; () when there are none.

    Without a snapshot the named ones are there as unknown ones; in a snapshot that lacks them there are none.
    """
    if not price.covers or snapshot is None:
        return tuple(_unread(definition, pattern) for pattern in price.covers)
    named = [pool for pool in snapshot.pools if place(price.covers, pool.id) is not None]
    alive = named if now is None else standing(named, now)
    return tuple(_held(pool) for pool in in_order(alive, definition.drain or price.covers))


def _family(definition: Definition, pattern: str, alive: list[Pool]) -> list[Holding]:
    found = [_held(pool) for pool in alive if matches(pattern, pool.id)]
    return found or [_unread(definition, pattern)]


def _held(pool: Pool) -> Holding:
    return Holding(pool.id, pool.label, pool.unit, left_of(pool), pool.limit)


def _unread(definition: Definition, pattern: str) -> Holding:
    rule = next((rule for rule in definition.pools if rule.id == pattern), None)
    if rule is None:
        family = next((rule for rule in definition.pools if matches(pattern, rule.id)), None)
        label = family.label if family and "{" not in family.label else pattern.removesuffix("*").rstrip(":")
        return Holding(pattern, label, family.unit if family else "")
    return Holding(rule.id, rule.label, rule.unit)
