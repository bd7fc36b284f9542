"""The level of an account: what its snapshot, its troubles and its run-outs add up to in one word.

`assess` judges every pool, or every group of pools that are emptied one after the other, as a finding of its own;
`level` takes the worst. A finding is judged twice: as it is, and as if every threshold were a tenth higher (`eased`),
so that an alert is re-armed only well clear of its threshold.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from enum import StrEnum

from creditdesk.core.amounts import EXACT, instant_text
from creditdesk.core.definition import Definition
from creditdesk.core.pools import Level, Pool, PoolKind, RunOut, Snapshot, Source, Thresholds, Trouble, TroubleKind
from creditdesk.core.settings import Settings
from creditdesk.core.stock import left_of, place, standing

STALE_INTERVALS = 3
LEAST_STALE_S = 900
HYSTERESIS = Decimal("1.1")
ROUGH = "rough"

_TOLD = frozenset({Source.BY_HAND, Source.ESTIMATED})
_NONE = Decimal(0)


class Cause(StrEnum):
    """What made a finding what it is."""

    NONE = ""
    EMPTY = "empty"
    AMOUNT = "amount"  # under an amount that the user set
    PERCENT = "percent"  # under a percentage of the limit
    RUNS_OUT = "runs_out"  # lasts fewer days than set, or not until its reset
    VENDOR = "vendor"  # the vendor itself said that nothing is left
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an account's level is judged from. `topped_up`: when a pool, by id, last rose without a reset."""

    definition: Definition
    snapshot: Snapshot | None
    trouble: Trouble | None = None
    stale: bool = False
    run_outs: tuple[RunOut, ...] = ()
    topped_up: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one pool or group of pools amounts to. `pool` is its id, `total:UNIT` for a group, "" for the account.

    `eased` is the level under thresholds a tenth higher. `window` tells reset windows and top-ups apart.
    """

    pool: str
    level: Level
    eased: Level
    cause: Cause = Cause.NONE
    left: Decimal | None = None
    limit: Decimal | None = None
    unit: str = ""
    window: str = ""


@dataclass(frozen=True, slots=True)
class _Group:
    """Pools judged together: one, or those that are emptied one after the other in one unit, with what they add up to.

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


def _group(key: str, pools: tuple[Pool, ...], drained: bool) -> _Group:
    known = [left for pool in pools if (left := left_of(pool)) is not None]
    several = len(known) > 1
    left = sum((max(_NONE, each) for each in known), _NONE) if several else next(iter(known), None)
    counted = [pool for pool in pools if left_of(pool) is not None] or pools  # beside a limit stands what is left of it
    limits = [pool.limit for pool in counted if pool.limit is not None and pool.kind is not PoolKind.WALLET]
    limit = sum(limits, _NONE) if limits else pools[0].limit if len(pools) == 1 else None
    resets_at = min((pool.resets_at for pool in pools if pool.resets_at), default=None)
    return _Group(key, pools, drained, pools[0].unit, left, len(known) == len(pools), limit, resets_at)


def is_stale(snapshot: Snapshot, interval_s: int, now: datetime) -> bool:
    """Whether a reading is too old to be taken for live: over three intervals, at the least 15 minutes.

    What the user typed, and what is estimated from that, never grows stale. A reading from the future does, like an old
    one.
    """
    longest = timedelta(seconds=max(STALE_INTERVALS * interval_s, LEAST_STALE_S))
    return snapshot.source not in _TOLD and abs(now - snapshot.read_at) > longest


def level(evidence: Evidence, thresholds: Thresholds, settings: Settings, now: datetime) -> Level:
    """The account's level. A trouble, a stale reading, none, or one without any known amount is `NOT_READ`."""
    return worst(assess(evidence, thresholds, settings, now))


def worst(findings: Iterable[Finding]) -> Level:
    """The worst level that is known of these; `NOT_READ` when none is."""
    known = [finding.level for finding in findings if finding.level is not Level.NOT_READ]
    return max(known, key=lambda each: each.severity, default=Level.NOT_READ)


def assess(evidence: Evidence, thresholds: Thresholds, settings: Settings, now: datetime) -> tuple[Finding, ...]:
    """The findings of an account that was read well, pools with unknown amounts as `NOT_READ`; none when it was not."""
    trouble, snapshot = evidence.trouble, evidence.snapshot
    if trouble is not None and trouble.kind is TroubleKind.EXHAUSTED:
        return (Finding("", Level.EXHAUSTED, Level.EXHAUSTED, Cause.VENDOR),)
    if trouble is not None or snapshot is None or evidence.stale:
        return ()
    counted = [pool for pool in snapshot.pools if pool.kind is not PoolKind.RATE]
    if counted and not (alive := standing(counted, now)):
        return (Finding("", Level.EXHAUSTED, Level.EXHAUSTED, Cause.EMPTY),)
    with localcontext(EXACT):
        groups = _groups(evidence.definition, alive) if counted else []
        return tuple(_finding(group, evidence, (thresholds, settings), now) for group in _worth_judging(groups))


def _groups(definition: Definition, pools: Sequence[Pool]) -> list[_Group]:
    drained: dict[str, list[Pool]] = {}
    single = []
    for pool in pools:
        if place(definition.drain, pool.id) is None:
            single.append(_group(pool.id, (pool,), False))
        else:
            drained.setdefault(pool.unit, []).append(pool)
    together = [_group(_key(definition, unit), tuple(found), True) for unit, found in drained.items()]
    return [*together, *single]


def _key(definition: Definition, unit: str) -> str:
    """The same for an account whatever pools it has just now: the only pool that can have this unit, or the total."""
    rules = [rule for rule in definition.pools if place(definition.drain, rule.id) is not None]
    rules = [rule for rule in rules if rule.unit == unit or rule.unit_from]
    return rules[0].id if len(rules) == 1 and not rules[0].each else f"total:{unit}"


def _worth_judging(groups: list[_Group]) -> list[_Group]:
    """Without those used up beside others that stand in for them, and without what the plan does not have at all."""
    with_something = any(group.drained and (group.left or _NONE) > 0 for group in groups)
    if with_something:
        groups = [group for group in groups if not group.drained or group.left is None or group.left > 0]
    held = [group for group in groups if group.limit != 0 or group.left != 0]
    return held or groups


def _finding(group: _Group, evidence: Evidence, rules: tuple[Thresholds, Settings], now: datetime) -> Finding:
    window = _window(group, evidence.topped_up)
    if group.left is None and not _only_used(group):
        return Finding(group.key, Level.NOT_READ, Level.NOT_READ, Cause.UNKNOWN, unit=group.unit, window=window)
    found, cause = _judge(group, evidence.run_outs, rules, now, Decimal(1))
    eased, _ = _judge(group, evidence.run_outs, rules, now, HYSTERESIS)
    if found is Level.GOOD and not group.complete and (group.left or _NONE) <= 0 and not _only_used(group):
        found, eased, cause = Level.NOT_READ, Level.NOT_READ, Cause.UNKNOWN  # what is unknown may be empty or full
    return Finding(group.key, found, eased, cause, group.left, group.limit, group.unit, window)


def _only_used(group: _Group) -> bool:
    """A spend without a limit: what was used is known, and nothing runs out."""
    return all(pool.kind is PoolKind.SPEND and pool.used is not None for pool in group.pools)


def _judge(
    group: _Group, run_outs: Sequence[RunOut], rules: tuple[Thresholds, Settings], now: datetime, ease: Decimal
) -> tuple[Level, Cause]:
    thresholds, settings = rules
    left = group.left
    if left is not None and left <= 0 and group.complete:
        return Level.EXHAUSTED, Cause.EMPTY
    by_time = _by_time(group, run_outs, settings, now, ease)
    if by_time is Level.CRITICAL:
        return by_time, Cause.RUNS_OUT
    pairs = (
        (Level.CRITICAL, thresholds.critical_amounts, thresholds.critical_percent),
        (Level.LOW, thresholds.low_amounts, thresholds.low_percent),
    )
    for found, amounts, percent in pairs:
        cause = _under(group, amounts, percent, ease)
        if cause is not Cause.NONE:
            return found, cause
    return (by_time, Cause.RUNS_OUT) if by_time is Level.LOW else (Level.GOOD, Cause.NONE)


def _under(group: _Group, amounts: Mapping[str, Decimal], percent: Decimal, ease: Decimal) -> Cause:
    """Whether an amount set for one of the pools, or else the percentage of the limit, is undercut."""
    own = {pool.id: left_of(pool) for pool in group.pools} | {group.key: group.left} if amounts else {}
    if set_for := [pool for pool in own if pool in amounts]:
        known = ((pool, left) for pool in set_for if (left := own[pool]) is not None)
        return Cause.AMOUNT if any(left < amounts[pool] * ease for pool, left in known) else Cause.NONE
    left, limit = group.left, group.limit
    if left is None or limit is None:
        return Cause.NONE
    return Cause.PERCENT if left * 100 < percent * limit * ease else Cause.NONE


def _by_time(group: _Group, run_outs: Sequence[RunOut], settings: Settings, now: datetime, ease: Decimal) -> Level:
    """What a run-out makes of the group: days for what is prepaid, the reset for what refills, nothing for the rest."""
    names = {group.key, ""} if group.drained else {group.key}
    if len(group.pools) == 1:
        names.add(group.pools[0].id)
    found = [run_out for run_out in run_outs if run_out.pool in names]
    if not found:
        return Level.GOOD
    soonest = min(found, key=lambda run_out: run_out.at)
    if group.resets_at is not None:
        late = (group.resets_at - now) * float(ease)
        before = soonest.before_reset or (ease > 1 and soonest.at - now < late)
        before = before and soonest.sure != ROUGH
        return Level.LOW if before and group.resets_at > now else Level.GOOD
    if group.limit is not None or any(pool.kind in (PoolKind.SLOTS, PoolKind.SPEND) for pool in group.pools):
        return Level.GOOD
    until = soonest.high if soonest.sure == ROUGH else soonest.at  # of a rough one only what holds at its late end
    if until is None:
        return Level.GOOD
    days = Decimal(int((until - now).total_seconds())) / 86400
    if days < settings.critical_days * ease:
        return Level.CRITICAL
    return Level.LOW if days < settings.low_days * ease else Level.GOOD


def _window(group: _Group, topped_up: Mapping[str, datetime]) -> str:
    """`INSTANT` of the next reset and `+INSTANT` of the last top-up, each where there is one."""
    reset = instant_text(group.resets_at) if group.resets_at else ""
    risen = max((topped_up[pool.id] for pool in group.pools if pool.id in topped_up), default=None)
    return reset + (f"+{instant_text(risen)}" if risen else "")
