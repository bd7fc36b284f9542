"""Whatever happens in whatever order: no rule tells twice what is open, and a failure neither warns nor clears."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.desk_facts import NOW, D, pool, snapshot, vendor
from tests.proving import size

from creditdesk.core.alerts import COVERED, Decision, judge
from creditdesk.core.levels import Evidence, assess
from creditdesk.core.pools import Level, Pool, PoolKind, RunOut, Snapshot, Thresholds, Trouble, TroubleKind
from creditdesk.core.rules import NEEDS_TWO, OF_STOCK, RuleKind, Rules, laddered
from creditdesk.core.series import PENDING, Episode
from creditdesk.core.settings import Settings
from creditdesk.core.watching import KEY_TROUBLES, Look, watch

HOUR = timedelta(hours=1)
HISTORIES = size(150, 2000)
DEFINITION = vendor()
ABOUT_FAILING = {RuleKind.KEY_REJECTED, RuleKind.NOT_READ}


@dataclass(frozen=True, slots=True)
class Step:
    """One look: how many hours after the last one, what is left, or what went wrong, and which rules are off."""

    hours: float
    lefts: tuple[int | None, int, int, int]
    trouble: TroubleKind | None
    off: frozenset[RuleKind]
    runs_out_in: int | None


LEFTS = st.tuples(st.none() | st.integers(0, 100), st.integers(0, 60), st.integers(-2, 10), st.integers(-5, 20))
STEPS = st.builds(
    Step,
    st.sampled_from([0.1, 0.5, 1.0, 25.0, -1.0, 200.0]),
    LEFTS,
    st.none() | st.none() | st.none() | st.sampled_from(TroubleKind),
    st.frozensets(st.sampled_from(RuleKind), max_size=2) | st.just(frozenset()),
    st.none() | st.integers(0, 20),
)


def pools(step: Step, now: datetime) -> tuple[Pool, ...]:
    month, wallet, rows, spend = step.lefts
    ends = NOW + 30 * 24 * HOUR * (1 + (now - NOW) // (30 * 24 * HOUR))
    found = (
        pool("monthly", month, PoolKind.ALLOWANCE, limit=D(100), resets_at=ends),
        pool("top-up", wallet),
        pool("rows", rows, PoolKind.SLOTS, limit=D(10), unit="rows"),
        pool("spend", spend, PoolKind.SPEND, limit=D(20), used=D(20 - spend), unit="dollars"),
        pool("grant:1", wallet, PoolKind.PACKAGE, expires_at=NOW + 240 * HOUR, unit="grants"),
    )
    return found if wallet % 2 else found[:-1]


def looked(
    step: Step, before: Snapshot | None, open_now: Iterable[Episode], now: datetime
) -> tuple[Decision, Snapshot | None]:
    trouble = Trouble(step.trouble, "No.", since=now) if step.trouble else None
    read = snapshot(*pools(step, now), at=now) if trouble is None else before
    ends = () if step.runs_out_in is None else (_run_out(now + step.runs_out_in * 24 * HOUR, now),)
    evidence = Evidence(DEFINITION, read, trouble, run_outs=ends, off=step.off)
    found = assess(evidence, Thresholds(), Settings(), now)
    look = Look(read, trouble, True, fresh=trouble is None, before=before)
    found += watch(look, Rules(), step.off, now)
    return judge("a", open_now, found, now, step.off), read


def _run_out(at: datetime, now: datetime) -> RunOut:
    return RunOut("", at, now, None, D(1), before_reset=True)


@pytest.mark.timeout(900)
@pytest.mark.promise("F2", f"{HISTORIES} histories of all rules")
@settings(max_examples=HISTORIES, deadline=None)
@given(st.lists(STEPS, min_size=2, max_size=25))
def test_all_rules_together_keep_their_promises(steps: list[Step]) -> None:
    now, before, kept, count = NOW, None, list[Episode](), 0
    for step in steps:
        now += step.hours * HOUR
        decision, before = looked(step, before, kept, now)
        check(step, decision, kept)
        gone = {each.id for each in (*decision.cleared, *decision.changed)}
        fresh = [*decision.new, *decision.quiet, *(each for each in decision.changed if each not in decision.new)]
        kept = [each for each in kept if each.id not in gone]
        for each in fresh:
            count += not each.id
            kept.append(each if each.id else replace(each, id=count))
        assert len({each.id for each in kept}) == len(kept)
        ladders = Counter((laddered(each.rule), each.pool, each.level) for each in kept if each.level is not Level.GOOD)
        assert max(ladders.values(), default=1) == 1
        assert not any(each.rule in step.off for each in kept)


def check(step: Step, decision: Decision, before: list[Episode]) -> None:
    """What one look may do, by what was open before it."""
    over = {each.id for each in decision.cleared}
    for fresh in decision.new:
        assert fresh.rule not in step.off
        assert fresh.rule not in NEEDS_TWO or fresh.id
        same = [each for each in before if laddered(each.rule) == laddered(fresh.rule) and each.id not in over]
        same = [each for each in same if each.pool == fresh.pool and each.id != fresh.id]
        if fresh.level is Level.GOOD:
            assert all(each.window != fresh.window for each in same)
        else:
            assert all(each.level.severity < fresh.level.severity for each in same)
    assert all(each.state == PENDING or each.delivered == COVERED for each in decision.quiet)
    if step.trouble is not None and step.trouble is not TroubleKind.EXHAUSTED:
        changed = (*decision.new, *decision.quiet, *decision.cleared, *decision.changed)
        meant = [each for each in changed if each.rule not in step.off and each.level is not Level.GOOD]
        assert {RuleKind(each.rule) for each in meant} <= ABOUT_FAILING
        if step.trouble not in KEY_TROUBLES:
            assert not any(each.rule == RuleKind.KEY_REJECTED for each in meant)
    assert not any(each.rule in OF_STOCK for each in decision.new if step.off >= OF_STOCK)
