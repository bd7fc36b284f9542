"""A rule tried on the past says what it would have said then, for a year of readings in a second."""

import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.core.desk_facts import NOW, D, pool, snapshot, vendor

from creditdesk.core.alerts import judge
from creditdesk.core.levels import Evidence, assess
from creditdesk.core.pools import Account, Level, PoolKind, Source, Thresholds
from creditdesk.core.replaying import Past, replay
from creditdesk.core.rules import RuleKind
from creditdesk.core.series import Episode, Event, EventKind, Point, Series
from creditdesk.core.settings import Settings

HOUR, DAY, FIVE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=5)
DEFINITION = vendor(drain=(), pools=())
PAST = Past(Account("a", "A", "vendor"), DEFINITION, Settings(), NOW)
YEAR_S = 2.0
"""Of this thread. Measured 0.7 s at the most; a busy machine takes longer for the same."""


def series(lefts: Sequence[int], step: timedelta = HOUR, kind: PoolKind = PoolKind.ALLOWANCE, **more: object) -> Series:
    """Readings so far apart, the last one now; of a limit of 100."""
    begin = NOW - step * (len(lefts) - 1)
    points = [
        Point(begin + step * index, begin + step * index, D(left), D(100), None, Source.LIVE)
        for index, left in enumerate(lefts)
    ]
    made = Series("a", "monthly", "Monthly", kind, "credits", tuple(points))
    return replace(made, points=tuple(replace(point, **more) for point in made.points))


def said(episodes: Iterable[Episode]) -> list[tuple[Level, datetime, datetime | None]]:
    return [(each.level, each.fired_at, each.cleared_at) for each in episodes]


def walked(lefts: Series) -> list[tuple[Level, datetime, datetime | None]]:
    """What the desk would have told, reading after reading."""
    episodes: list[Episode] = []
    for number, point in enumerate(lefts.points):
        held = snapshot(pool("monthly", str(point.left), lefts.kind, limit=point.limit), at=point.first_seen)
        found = assess(Evidence(DEFINITION, held), Thresholds(), Settings(), point.first_seen)
        decision = judge("a", [each for each in episodes if each.cleared_at is None], found, point.first_seen)
        changed = {each.id: each for each in (*decision.cleared, *decision.changed)}
        episodes = [changed.get(each.id, each) for each in episodes]
        episodes += [
            replace(each, id=number * 10 + place) for place, each in enumerate((*decision.new, *decision.quiet))
        ]
    return sorted(said(each for each in episodes if not each.delivered), key=lambda each: each[1])


def test_a_replay_says_to_the_minute_what_the_desk_would_have_told() -> None:
    dice = random.Random(7)
    for _ in range(40):
        left, lefts = 60, []
        for _ in range(dice.randrange(50, 400)):
            left = min(100, max(0, left + dice.choice((-9, -3, -1, 0, 1, 3, 9))))
            lefts.append(left)
        past = series(lefts, FIVE)
        assert said(replay(RuleKind.LEVEL, [past], [], PAST)) == walked(past)


def year() -> list[Series]:
    dice, left, points = random.Random(3), 100_000, []
    begin = NOW - 365 * DAY
    for index in range(365 * 288):
        at = begin + index * FIVE
        left = 100_000 if index % 8640 == 0 else left - dice.choice((5, 10, 15))
        resets = begin + (index // 8640 + 1) * 30 * DAY
        points.append(Point(at, at, D(left), D(100_000), None, Source.LIVE, resets))
    return [Series("a", "monthly", "Monthly", PoolKind.ALLOWANCE, "credits", tuple(points))]


@pytest.mark.parametrize("rule", RuleKind)
def test_a_year_of_five_minute_readings_is_replayed_in_a_second(rule: RuleKind) -> None:
    past = year()
    begun = time.thread_time()
    fired = replay(rule, past, [], PAST)
    assert time.thread_time() - begun < YEAR_S
    if rule in (RuleKind.LEVEL, RuleKind.REFILLED):
        assert len(fired) >= 12


def test_only_the_rule_that_is_tried_speaks_even_one_that_is_off() -> None:
    low = series([50, 10, 3])
    assert replay(RuleKind.SLOTS_FULL, [low], [], PAST) == ()
    assert replay(RuleKind.EXPIRES, [low], [], PAST) == ()
    silent = replace(PAST, account=replace(PAST.account, rules_off=("level",), muted=True))
    assert len(replay(RuleKind.LEVEL, [low], [], silent)) == 2


def test_the_accounts_own_thresholds_are_tried() -> None:
    own = replace(PAST, account=replace(PAST.account, thresholds=Thresholds(D(60), D(40))))
    fired = replay(RuleKind.LEVEL, [series([90, 50, 30])], [], own)
    assert [each.level for each in fired] == [Level.LOW, Level.CRITICAL]
    assert fired[0].fired_at == NOW - HOUR


def test_full_slots_and_a_passed_budget_are_found() -> None:
    full = series([10, 0, 0, 50], kind=PoolKind.SLOTS)
    assert said(replay(RuleKind.SLOTS_FULL, [full], [], PAST)) == [(Level.EXHAUSTED, NOW - 2 * HOUR, NOW)]
    spent = series([10, 2, -1], kind=PoolKind.SPEND)
    assert said(replay(RuleKind.BUDGET, [spent], [], PAST)) == [(Level.EXHAUSTED, NOW, None)]


def test_a_package_would_have_been_told_a_week_before_its_end() -> None:
    package = series([9] * 20, DAY, PoolKind.PACKAGE, expires_at=NOW + DAY)
    (fired,) = replay(RuleKind.EXPIRES, [package], [], PAST)
    assert abs(fired.fired_at - (NOW - 6 * DAY)) <= DAY
    assert fired.cleared_at is None


def test_a_steady_pace_that_does_not_last_until_the_reset_is_foretold() -> None:
    begin = NOW - 20 * DAY
    points = [
        Point(
            begin + hour * HOUR, begin + hour * HOUR, D(10_000 - 20 * hour), D(10_000), None, Source.LIVE, NOW + DAY * 9
        )
        for hour in range(480)
    ]
    steady = Series("a", "monthly", "Monthly", PoolKind.ALLOWANCE, "credits", tuple(points))
    fired = replay(RuleKind.RUNS_OUT, [steady], [], PAST)
    assert [(each.level, each.rule) for each in fired] == [(Level.LOW, "runs-out")]
    assert fired[0].fired_at < NOW - 5 * DAY


def test_gaps_longer_than_the_rule_says_are_silences() -> None:
    before, after = series([50] * 5), series([50] * 5)
    early = tuple(
        replace(each, first_seen=each.first_seen - 3 * DAY, last_seen=each.last_seen - 3 * DAY)
        for each in before.points
    )
    broken = replace(after, points=(*early, *after.points))
    (gap,) = replay(RuleKind.NOT_READ, [broken], [], PAST)
    assert (gap.fired_at, gap.cleared_at) == (NOW - 2 * DAY, NOW - 4 * HOUR)
    (open_now,) = replay(RuleKind.NOT_READ, [before], [], replace(PAST, until=NOW + 2 * DAY))
    assert (open_now.fired_at, open_now.cleared_at) == (NOW + DAY, None)


def test_rejected_keys_are_read_from_what_happened() -> None:
    def event(hour: int, kind: EventKind, detail: str = "", account: str = "a") -> Event:
        return Event(NOW + (hour - 9) * HOUR, account, kind, detail=detail)

    events = [
        event(1, EventKind.TROUBLE, "The vendor rejected the key."),
        event(2, EventKind.TROUBLE, "The vendor rejected the key."),
        event(3, EventKind.RECOVERED),
        event(4, EventKind.TROUBLE, "There is no network."),
        event(5, EventKind.TROUBLE, "The vendor rejected the key.", "b"),
    ]
    fired = replay(RuleKind.KEY_REJECTED, [], events[::-1], PAST)
    assert said(fired) == [(Level.LOW, NOW - 8 * HOUR, NOW - 6 * HOUR)]


def test_an_odd_day_would_have_been_told_that_day() -> None:
    points, left = [], 100_000
    for hour in range(40 * 24):
        at = NOW - (40 * 24 - hour) * HOUR
        left -= 2000 if at.date() == (NOW - 2 * DAY).date() else 10
        points.append(Point(at, at, D(left), None, None, Source.LIVE))
    wallet = Series("a", "wallet", "Wallet", PoolKind.WALLET, "credits", tuple(points))
    (fired,) = replay(RuleKind.UNUSUAL, [wallet], [], PAST)
    assert fired.fired_at.date() == (NOW - 2 * DAY).date()
    assert fired.cleared_at is not None


def test_nothing_known_gives_nothing() -> None:
    empty = Series("a", "monthly", "Monthly", PoolKind.ALLOWANCE, "credits", ())
    unknown = series([1])
    unknown = replace(unknown, points=(replace(unknown.points[0], left=None, limit=None),))
    for rule in RuleKind:
        assert replay(rule, [empty], [], PAST) == ()
        assert replay(rule, [], [], PAST) == ()
        assert replay(rule, [unknown], [], PAST) == ()
    assert replay(RuleKind.LEVEL, [series([1])], [], replace(PAST, until=datetime(2020, 1, 1, tzinfo=UTC))) == ()
