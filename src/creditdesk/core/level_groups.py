"""Pools that are judged together: one alone, or those that are emptied one after the other in one unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Pool, PoolKind
from creditdesk.core.stock import left_of, place

_NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Group:
    """Pools judged together, with what they add up to; `key` is a pool's id or `total:UNIT`.

    `left` is what is known to be left of all of them, None when nothing is known; `complete` when that is everything.
    """

    key: str
    pools: tuple[Pool, ...]
    drained: bool
    unit: str
    left: Decimal | None
    complete: bool
    limit: Decimal | None
    resets_at: datetime | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left, for certain."""
        return self.left is not None and self.left <= 0 and self.complete

    @property
    def only_used(self) -> bool:
        """A spend without a limit: what was used is known, and nothing runs out."""
        return all(pool.kind is PoolKind.SPEND and pool.used is not None for pool in self.pools)

    def of_kind(self, kind: PoolKind) -> bool:
        """Whether all of its pools are of this kind."""
        return all(pool.kind is kind for pool in self.pools)


def groups(definition: Definition, pools: Sequence[Pool]) -> list[Group]:
    """The groups that are worth judging, those that are drained in turn first."""
    drained: dict[str, list[Pool]] = {}
    single = []
    for pool in pools:
        if place(definition.drain, pool.id) is None:
            single.append(_group(pool.id, (pool,), False))
        else:
            drained.setdefault(pool.unit, []).append(pool)
    together = [_group(_key(definition, unit), tuple(found), True) for unit, found in drained.items()]
    return _worth_judging([*together, *single])


def _group(key: str, pools: tuple[Pool, ...], drained: bool) -> Group:
    known = [left for pool in pools if (left := left_of(pool)) is not None]
    several = len(known) > 1
    left = sum((max(_NONE, each) for each in known), _NONE) if several else next(iter(known), None)
    counted = [pool for pool in pools if left_of(pool) is not None] or pools  # beside a limit stands what is left of it
    limits = [pool.limit for pool in counted if pool.limit is not None and pool.kind is not PoolKind.WALLET]
    limit = sum(limits, _NONE) if limits else pools[0].limit if len(pools) == 1 else None
    resets_at = min((pool.resets_at for pool in pools if pool.resets_at), default=None)
    return Group(key, pools, drained, pools[0].unit, left, len(known) == len(pools), limit, resets_at)


def _key(definition: Definition, unit: str) -> str:
    """The same for an account whatever pools it has just now: the only pool that can have this unit, or the total."""
    rules = [rule for rule in definition.pools if place(definition.drain, rule.id) is not None]
    rules = [rule for rule in rules if rule.unit == unit or rule.unit_from or rule.unit_param]
    return rules[0].id if len(rules) == 1 and not rules[0].each else f"total:{unit}"


def _worth_judging(found: list[Group]) -> list[Group]:
    """Without those used up beside others that stand in for them, and without what the plan does not have at all."""
    with_something = any(group.drained and (group.left or _NONE) > 0 for group in found)
    if with_something:
        found = [group for group in found if not group.drained or group.left is None or group.left > 0]
    held = [group for group in found if group.limit != 0 or group.left != 0]
    return held or found
