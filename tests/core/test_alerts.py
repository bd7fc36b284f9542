"""An alert is told once for each real crossing, whatever the noise, the gaps and the restarts between (promise F2)."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from tests.core.desk_facts import NOW, D, pool, snapshot, vendor
from tests.proving import size

from creditdesk.core.alerts import COVERED, Decision, group, judge, new_window
from creditdesk.core.levels import Cause, Evidence, Finding, assess
from creditdesk.core.pools import Level, PoolKind, Thresholds, Trouble, TroubleKind
from creditdesk.core.series import Episode
from creditdesk.core.settings import Settings

HOUR = timedelta(hours=1)
SERIES = size(2_000, 10_000)
DEFINITION = vendor(drain=(), pools=())


class Watch:
    """The alerts of one account, kept the way the desk keeps them."""

    def __init__(self) -> None:
        self.episodes: list[Episode] = []
        self.told: list[tuple[str, Level]] = []

    def see(self, *findings: Finding, now: datetime = NOW) -> list[Level]:
        """What these findings make the desk tell."""
        decision = judge("a", self.episodes, findings, now)
        for cleared in decision.cleared:
            self.episodes = [cleared if same(each, cleared) else each for each in self.episodes]
        self.episodes += [*decision.new, *decision.quiet]
        self.told += [(each.pool, each.level) for each in decision.new]
        return [each.level for each in decision.new]

    def open(self) -> list[Level]:
        return [each.level for each in self.episodes if each.cleared_at is None]


def same(one: Episode, other: Episode) -> bool:
    return one.cleared_at is None and replace(one, cleared_at=other.cleared_at) == other


def read(left: Decimal, **more: object) -> tuple[Finding, ...]:
    """What a reading of an allowance of 100 comes to."""
    held = snapshot(pool("monthly", str(left), PoolKind.ALLOWANCE, limit=D(100), **more))
    return assess(Evidence(DEFINITION, held), Thresholds(), Settings(), NOW)


def failed(kind: TroubleKind = TroubleKind.NO_NETWORK) -> tuple[Finding, ...]:
    return assess(Evidence(DEFINITION, None, Trouble(kind, "No.")), Thresholds(), Settings(), NOW)


@pytest.mark.parametrize(
    ("lefts", "told"),
    [
        ("50 19 18 6", "low"),
        ("19 21 19 21.9 19", "low"),
        ("19 22 19", "low low"),
        ("19 4 3 0 0", "low critical exhausted"),
        ("4 5 4.9 5.4 4", "critical"),
        ("4 5.5 4", "critical critical"),
        ("4 10 19 21", "critical"),
        ("4 10 22 19", "critical low"),
        ("0 1 0 5.4 0", "exhausted"),
        ("0 6 0", "exhausted exhausted"),
        ("0 6 19 4", "exhausted critical"),
        ("19 ? ? 19 ? 30 ? 19", "low low"),
        ("50 60 70", ""),
        ("4 6 21 19 23 19", "critical low"),
    ],
)
def test_each_crossing_is_told_once(lefts: str, told: str) -> None:
    watch = Watch()
    found = [each for left in lefts.split() for each in watch.see(*(failed() if left == "?" else read(D(left))))]
    assert [each.value for each in found] == told.split()


class Model:
    """Promise F2 in few lines: a threshold is armed until it is passed, and again a tenth clear of it."""

    def __init__(self) -> None:
        self.armed = {Level.LOW: True, Level.CRITICAL: True, Level.EXHAUSTED: True}

    def see(self, left: Decimal) -> list[Level]:
        for reached, bar in ((Level.LOW, "22"), (Level.CRITICAL, "5.5"), (Level.EXHAUSTED, "5.5")):
            self.armed[reached] = self.armed[reached] or left >= D(bar)
        passed = [each for each, bar in ((Level.LOW, D(20)), (Level.CRITICAL, D(5))) if left < bar]
        passed += [Level.EXHAUSTED] if left <= 0 else []
        tell = bool(passed) and self.armed[passed[-1]]
        for each in passed:
            self.armed[each] = False
        return passed[-1:] if tell else []


def test_noisy_series_are_told_once_a_crossing() -> None:
    chance = random.Random(202)
    told = 0
    cache: dict[Decimal, tuple[Finding, ...]] = {}
    for case in range(SERIES):
        watch, model = Watch(), Model()
        centre = chance.choice((20.0, 20.0, 5.0, 22.0, 5.5, 0.5))
        for _ in range(12):
            if case % 2:
                centre = max(0.0, centre + chance.uniform(-6, 6))
            if chance.random() < 0.1:
                assert watch.see() == []
                continue
            left = D(round(max(0.0, centre * (1 + chance.uniform(-0.02, 0.02))), 1)).quantize(D("0.1"))
            found = cache.setdefault(left, read(left))
            expected = model.see(left)
            assert watch.see(*found) == expected
            told += len(expected)
    assert told > SERIES


def test_a_reading_that_failed_neither_opens_nor_closes_anything() -> None:
    watch = Watch()
    watch.see(*read(D(10)))
    assert watch.see(*failed()) == []
    assert judge("a", watch.episodes, failed(), NOW) == Decision()
    unknown = Finding("monthly", Level.NOT_READ, Level.NOT_READ, Cause.UNKNOWN)
    assert judge("a", watch.episodes, (unknown,), NOW) == Decision()
    assert watch.open() == [Level.LOW]


def test_a_new_reset_window_may_warn_again_only_when_the_old_one_is_over() -> None:
    watch = Watch()
    first, moved = NOW + 24 * HOUR, NOW + 25 * HOUR
    assert watch.see(*read(D(10), resets_at=first)) == [Level.LOW]
    assert watch.see(*read(D(10), resets_at=moved), now=NOW + HOUR) == []
    assert watch.see(*read(D(10), resets_at=moved + 720 * HOUR), now=first) == [Level.LOW]
    assert watch.open() == [Level.LOW]


def test_a_top_up_may_warn_again() -> None:
    def wallet(left: int, topped_up: datetime | None = None) -> tuple[Finding, ...]:
        held = snapshot(pool("balance", left, limit=D(100)))
        rises = {"balance": topped_up} if topped_up else {}
        return assess(Evidence(DEFINITION, held, topped_up=rises), Thresholds(), Settings(), NOW)

    watch = Watch()
    assert watch.see(*wallet(10)) == [Level.LOW]
    assert watch.see(*wallet(15, NOW + HOUR)) == [Level.LOW]
    assert watch.see(*wallet(14, NOW + HOUR)) == []
    assert watch.open() == [Level.LOW]


def test_pools_of_an_account_cross_each_for_itself() -> None:
    def slots(keywords: int, rows: int) -> tuple[Finding, ...]:
        held = (pool(n, left, PoolKind.SLOTS, limit=D(100)) for n, left in (("keywords", keywords), ("rows", rows)))
        return assess(Evidence(DEFINITION, snapshot(*held)), Thresholds(), Settings(), NOW)

    watch = Watch()
    assert watch.see(*slots(0, 90)) == [Level.EXHAUSTED]
    assert watch.see(*slots(0, 10)) == [Level.LOW]
    assert watch.see(*slots(0, 10)) == []
    assert watch.told == [("keywords", Level.EXHAUSTED), ("rows", Level.LOW)]


def test_a_refusal_by_the_vendor_is_told_once_with_what_its_pools_say() -> None:
    watch = Watch()
    assert watch.see(*failed(TroubleKind.EXHAUSTED)) == [Level.EXHAUSTED]
    assert watch.see(*failed(TroubleKind.EXHAUSTED)) == []
    assert watch.see(*read(D(0))) == []
    assert watch.open() == [Level.EXHAUSTED]
    watch.see(*read(D(50)))
    other = Watch()
    assert other.see(*read(D(0))) == [Level.EXHAUSTED]
    assert other.see(*failed(TroubleKind.EXHAUSTED)) == []


def test_the_vendors_refusal_is_over_with_a_good_reading() -> None:
    watch = Watch()
    watch.see(*failed(TroubleKind.EXHAUSTED))
    watch.see(*read(D(50)))
    assert watch.open() == []
    assert watch.see(*failed(TroubleKind.EXHAUSTED)) == [Level.EXHAUSTED]


def test_an_episode_of_a_package_that_is_gone_is_closed() -> None:
    watch = Watch()
    low = Finding("package:1", Level.LOW, Level.LOW, Cause.PERCENT)
    assert watch.see(low, *read(D(50))) == [Level.LOW]
    watch.see(*read(D(50)))
    assert watch.open() == []


def test_other_accounts_and_closed_episodes_do_not_count() -> None:
    other = Episode("b", Level.LOW, NOW, "monthly")
    closed = Episode("a", Level.LOW, NOW, "monthly", cleared_at=NOW)
    decision = judge("a", [other, closed], read(D(10)), NOW)
    assert [(each.account, each.level, each.why) for each in decision.new] == [("a", Level.LOW, "percent")]


def test_a_threshold_passed_on_the_way_is_held_quietly() -> None:
    watch = Watch()
    watch.see(*read(D(4)))
    decision = judge("a", watch.episodes, read(D(10)), NOW)
    assert ([each.level for each in decision.cleared], decision.new) == ([Level.CRITICAL], ())
    assert [(each.level, each.delivered) for each in decision.quiet] == [(Level.LOW, COVERED)]


@pytest.mark.parametrize(
    ("old", "new", "is_new"),
    [
        ("", "", False),
        ("", "2026-12-01T00:00:00Z", False),
        ("2026-12-01T00:00:00Z", "", False),
        ("2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z", False),
        ("2026-11-21T12:00:00Z", "2026-12-21T12:00:00Z", True),
        ("", "+2026-11-20T00:00:00Z", True),
        ("+2026-11-20T00:00:00Z", "", False),
        ("+2026-11-20T00:00:00Z", "+2026-11-21T00:00:00Z", True),
    ],
)
def test_windows_are_told_apart(old: str, new: str, is_new: bool) -> None:
    assert new_window(old, new, NOW) is is_new


def test_several_accounts_make_one_bulletin_with_the_worst_first() -> None:
    low = Episode("a", Level.LOW, NOW)
    rows = Episode("a", Level.CRITICAL, NOW, "rows")
    empty = Episode("b", Level.EXHAUSTED, NOW)
    bulletin = group([low, rows, empty])
    assert bulletin is not None
    assert bulletin.level is Level.EXHAUSTED
    assert bulletin.accounts == ("b", "a")
    assert bulletin.episodes == (empty, rows, low)
    assert group([]) is None
