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

from creditdesk.core.amounts import EXACT, instant_text, plain
from creditdesk.core.definition import Definition
from creditdesk.core.level_groups import Group, groups
from creditdesk.core.pools import Level, PoolKind, RunOut, Snapshot, Source, Thresholds, Trouble, TroubleKind
from creditdesk.core.rules import RuleKind
from creditdesk.core.settings import Settings
from creditdesk.core.stock import left_of, standing

STALE_INTERVALS = 3
LEAST_STALE_S = 900
HYSTERESIS = Decimal("1.1")
ROUGH = "rough"

_TOLD = frozenset({Source.BY_HAND, Source.ESTIMATED, Source.METERED})
_NONE = Decimal(0)

Numbers = tuple[tuple[str, str], ...]


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
    """What an account's level is judged from. `topped_up`: when a pool, by id, last rose without a reset.

    `off`: rules that say nothing. The level shown is judged by all of them, warnings by those that are on.
    """

    definition: Definition
    snapshot: Snapshot | None
    trouble: Trouble | None = None
    stale: bool = False
    run_outs: tuple[RunOut, ...] = ()
    topped_up: Mapping[str, datetime] = field(default_factory=dict)
    off: frozenset[RuleKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule makes of one pool or group of pools: its id, `total:UNIT` for a group, "" for the account.

    `eased` is the level under thresholds a tenth higher. `window` tells reset windows and top-ups apart. `numbers` are
    what it rests on, as texts by name; () while there is nothing to tell.
    """

    pool: str
    level: Level
    eased: Level
    cause: Cause = Cause.NONE
    left: Decimal | None = None
    limit: Decimal | None = None
    unit: str = ""
    window: str = ""
    rule: RuleKind = RuleKind.LEVEL
    numbers: Numbers = ()


@dataclass(frozen=True, slots=True)
class _Bars:
    """What a group is measured by, at an instant."""

    thresholds: Thresholds
    settings: Settings
    off: frozenset[RuleKind]
    now: datetime


def is_stale(snapshot: Snapshot, interval_s: int, now: datetime) -> bool:
    """Whether a reading is too old to be taken for live: over three intervals, at the least 15 minutes.

    What the user typed, and what is counted or estimated from that, never grows stale. A reading from the future does,
    like an old one.
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
        return _used_up(Cause.VENDOR, evidence.off)
    if trouble is not None or snapshot is None or evidence.stale:
        return ()
    counted = [pool for pool in snapshot.pools if pool.kind is not PoolKind.RATE]
    if counted and not (alive := standing(counted, now)):
        return _used_up(Cause.EMPTY, evidence.off)
    with localcontext(EXACT):
        bars = _Bars(thresholds, settings, evidence.off, now)
        found = groups(evidence.definition, alive) if counted else []
        return tuple(_finding(group, evidence, bars) for group in found)


def _used_up(cause: Cause, off: frozenset[RuleKind]) -> tuple[Finding, ...]:
    """The whole account is used up."""
    found = Level.NOT_READ if RuleKind.LEVEL in off else Level.EXHAUSTED
    return (Finding("", found, found, cause),)


def _finding(group: Group, evidence: Evidence, bars: _Bars) -> Finding:
    window = _window(group, evidence.topped_up)
    if group.left is None and not group.only_used:
        return Finding(group.key, Level.NOT_READ, Level.NOT_READ, Cause.UNKNOWN, unit=group.unit, window=window)
    found, cause = _judge(group, evidence.run_outs, bars, Decimal(1))
    eased, _ = _judge(group, evidence.run_outs, bars, HYSTERESIS)
    unknown = (group.left or _NONE) <= 0 and not group.only_used  # what is unknown may be empty or full
    if found is Level.GOOD and unknown and (group.is_empty or not group.complete):
        found, eased, cause = Level.NOT_READ, Level.NOT_READ, Cause.UNKNOWN
    rule = {Cause.RUNS_OUT: RuleKind.RUNS_OUT, Cause.EMPTY: _full_rule(group)}.get(cause, RuleKind.LEVEL)
    numbers = _numbers(group, (found, cause), evidence.run_outs, bars) if found.severity > 1 else ()
    return Finding(group.key, found, eased, cause, group.left, group.limit, group.unit, window, rule, numbers)


def _full_rule(group: Group) -> RuleKind:
    """The rule that is about nothing being left."""
    if group.of_kind(PoolKind.SLOTS):
        return RuleKind.SLOTS_FULL
    return RuleKind.BUDGET if group.of_kind(PoolKind.SPEND) else RuleKind.LEVEL


def _judge(group: Group, run_outs: Sequence[RunOut], bars: _Bars, ease: Decimal) -> tuple[Level, Cause]:
    full = _full_rule(group)
    if group.is_empty and full not in bars.off:
        return Level.EXHAUSTED, Cause.EMPTY
    by_time = Level.GOOD if RuleKind.RUNS_OUT in bars.off else _by_time(group, run_outs, bars, ease)
    if by_time is Level.CRITICAL:
        return by_time, Cause.RUNS_OUT
    # What was full is over well clear of it only, although nothing is told between when the level's rule is off.
    if RuleKind.LEVEL not in bars.off or (ease > 1 and full is not RuleKind.LEVEL):
        for found in (Level.CRITICAL, Level.LOW):
            cause = _under(group, *_bar(bars.thresholds, found), ease)
            if cause is not Cause.NONE:
                return found, cause
    return (by_time, Cause.RUNS_OUT) if by_time is Level.LOW else (Level.GOOD, Cause.NONE)


def _bar(thresholds: Thresholds, found: Level) -> tuple[Mapping[str, Decimal], Decimal]:
    """The amounts and the percentage under which a group is low, or critical."""
    if found is Level.CRITICAL:
        return thresholds.critical_amounts, thresholds.critical_percent
    return thresholds.low_amounts, thresholds.low_percent


def _under(group: Group, amounts: Mapping[str, Decimal], percent: Decimal, ease: Decimal) -> Cause:
    """Whether an amount set for one of the pools, or else the percentage of the limit, is undercut."""
    own = _own(group) if amounts else {}
    if set_for := [pool for pool in own if pool in amounts]:
        known = ((pool, left) for pool in set_for if (left := own[pool]) is not None)
        return Cause.AMOUNT if any(left < amounts[pool] * ease for pool, left in known) else Cause.NONE
    left, limit = group.left, group.limit
    if left is None or limit is None:
        return Cause.NONE
    return Cause.PERCENT if left * 100 < percent * limit * ease else Cause.NONE


def _own(group: Group) -> dict[str, Decimal | None]:
    """What is left by what an amount can be set for: each pool, and the group."""
    return {pool.id: left_of(pool) for pool in group.pools} | {group.key: group.left}


def _soonest(group: Group, run_outs: Sequence[RunOut]) -> RunOut | None:
    """The run-out that tells of the group. What expires before it runs out does not run out: its expiry is told."""
    names = {group.key, ""} if group.drained else {group.key}
    expires_at = None
    if len(group.pools) == 1:
        names.add(group.pools[0].id)
        expires_at = group.pools[0].expires_at
    found = [each for each in run_outs if each.pool in names and (expires_at is None or each.at < expires_at)]
    return min(found, key=lambda run_out: run_out.at, default=None)


def _by_time(group: Group, run_outs: Sequence[RunOut], bars: _Bars, ease: Decimal) -> Level:
    """What a run-out makes of the group: days for what is prepaid, the reset for what refills, nothing for the rest."""
    soonest, now = _soonest(group, run_outs), bars.now
    if soonest is None:
        return Level.GOOD
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
    if days < bars.settings.critical_days * ease:
        return Level.CRITICAL
    return Level.LOW if days < bars.settings.low_days * ease else Level.GOOD


def _numbers(group: Group, judged: tuple[Level, Cause], run_outs: Sequence[RunOut], bars: _Bars) -> Numbers:
    """What a finding that is told rests on: what is left, and the rule's own figure."""
    found, cause = judged
    said = [("left", group.left), ("limit", group.limit)]
    numbers = [(name, plain(each)) for name, each in said if each is not None]
    numbers += [("unit", group.unit)] if group.unit else []
    amounts, percent = _bar(bars.thresholds, found)
    if cause is Cause.PERCENT:
        numbers.append(("under", f"{plain(percent)} %"))
    if cause is Cause.AMOUNT:
        undercut = ((pool, left) for pool, left in _own(group).items() if pool in amounts and left is not None)
        bar = next((amounts[pool] for pool, left in undercut if left < amounts[pool]), None)
        numbers += [("under", plain(bar))] if bar is not None else []
    soonest = _soonest(group, run_outs)
    if cause is Cause.RUNS_OUT and soonest is not None:
        numbers += [("at", instant_text(soonest.at)), ("low", instant_text(soonest.low)), ("sure", soonest.sure)]
        numbers += [("high", instant_text(soonest.high))] if soonest.high is not None else []
        days = bars.settings.critical_days if found is Level.CRITICAL else bars.settings.low_days
        resets = group.resets_at
        numbers.append(("before", instant_text(resets)) if resets is not None else ("days", plain(days)))
    return tuple(numbers)


def _window(group: Group, topped_up: Mapping[str, datetime]) -> str:
    """`INSTANT` of the next reset and `+INSTANT` of the last top-up, each where there is one."""
    reset = instant_text(group.resets_at) if group.resets_at else ""
    risen = max((topped_up[pool.id] for pool in group.pools if pool.id in topped_up), default=None)
    return reset + (f"+{instant_text(risen)}" if risen else "")
