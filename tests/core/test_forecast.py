"""Run-outs are told with a range, from use alone, and only where there is something to go by (F7)."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from tests.core.desk_facts import NOW, D, pool

from creditdesk.core.forecast import even_pace, project, project_account
from creditdesk.core.pools import PoolKind, Source
from creditdesk.core.series import Point, Series

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
LIVE = Source.LIVE


def point(at: datetime, left: float | None, **more: object) -> Point:
    amount = None if left is None else Decimal(str(left))
    return Point(at, at, amount, None, None, Source.LIVE, **more)  # type: ignore[arg-type]


def series(points: list[Point], kind: PoolKind = PoolKind.WALLET, name: str = "balance") -> Series:
    return Series("a", name, name, kind, "credits", tuple(points))


def hourly(left_after: Callable[[int], float], hours: int = 240, **more: object) -> list[Point]:
    return [point(NOW - (hours - n) * HOUR, left_after(n), **more) for n in range(hours + 1)]


def near(at: datetime, other: datetime, hours: float) -> bool:
    return abs(at - other) <= timedelta(hours=hours)


def test_a_steady_use_ends_when_arithmetic_says() -> None:
    found = project(series(hourly(lambda n: 1000 - 2 * n)), NOW)
    assert found is not None
    assert near(found.at, NOW + timedelta(hours=260), 2)
    assert found.low < found.at
    assert found.high is None or found.high > found.at
    assert (found.pool, found.per_day, found.before_reset) == ("balance", D(48), False)


def test_top_ups_and_resets_are_never_use_and_never_negative_use() -> None:
    plain = project(series(hourly(lambda n: 1000 - 2 * n)), NOW)
    topped = project(series(hourly(lambda n: 1000 - 2 * n + (300 if n >= 100 else 0) - (300 if n < 100 else 0))), NOW)
    assert plain is not None
    assert topped is not None
    assert topped.per_day == plain.per_day
    sawtooth = project(series(hourly(lambda n: 480 - 2 * (n % 60))), NOW)
    assert sawtooth is not None
    assert sawtooth.per_day == plain.per_day


def test_a_reset_between_two_readings_hides_what_was_used_there() -> None:
    before = [point(NOW - (48 - n) * HOUR, 100, resets_at=NOW - 24 * HOUR) for n in range(20)]
    after = [point(NOW - (48 - n) * HOUR, 60, resets_at=NOW + 30 * DAY) for n in range(30, 49)]
    assert project(series(before + after, PoolKind.ALLOWANCE), NOW) is None


def test_a_gap_is_spread_and_not_taken_for_a_burst() -> None:
    points = [each for n, each in enumerate(hourly(lambda n: 1000 - 2 * n)) if not 60 < n < 170]
    found = project(series(points), NOW)
    assert found is not None
    assert found.per_day == 48


@pytest.mark.parametrize(
    "points",
    [
        [],
        [point(NOW, 5)],
        [point(NOW - DAY, 9), point(NOW, 5)],
        [point(NOW - HOUR, 9), point(NOW - HOUR / 2, 8), point(NOW, 5)],
        hourly(lambda n: 500.0),
        hourly(lambda n: 500.0 + n),
        hourly(lambda n: max(0.0, 100.0 - n)),
        [point(NOW - 3 * DAY, None), point(NOW - DAY, None), point(NOW, None)],
        hourly(lambda n: 1_000_000 - 0.001 * n),
    ],
)
def test_too_little_to_go_by_no_use_and_nothing_left_have_no_answer(points: list[Point]) -> None:
    assert project(series(points), NOW) is None


def test_points_after_now_are_not_known_yet() -> None:
    points = hourly(lambda n: 1000 - 2 * n)
    later = NOW - 3 * DAY
    found = project(series(points), later)
    assert found is not None
    assert found == project(series([each for each in points if each.first_seen <= later]), later)


def stretches(days: int, every: int, left: float) -> list[Point]:
    """A fall of 20 every so many days and nothing between, until now."""
    begins = range(-days, 0, every)
    return [
        Point(NOW + begin * DAY, NOW + (begin + every) * DAY, D(left - 20 * (begin + every) // every), None, None, LIVE)
        for begin in begins
    ]


def test_an_unchanged_stretch_counts_as_time_without_use() -> None:
    found = project(series(stretches(40, 2, 120)), NOW)
    assert found is not None
    assert float(found.per_day) == pytest.approx(10, rel=0.05)
    assert near(found.at, NOW + 12 * DAY, 24)


def test_two_falls_are_a_pace_but_no_exact_one() -> None:
    """That there was more use lately may be chance or not: nobody can say exactly from two falls."""
    found = project(series(stretches(12, 4, 60)), NOW)
    assert found is not None
    assert float(found.per_day) == pytest.approx(40 / 12, rel=0.1)
    assert near(found.at, NOW + 18 * DAY, 120)
    assert found.high is not None
    assert found.high - found.low > 10 * DAY


def test_slots_are_full_when_what_is_left_is_used() -> None:
    points = [
        Point(NOW - (240 - n) * HOUR, NOW - (240 - n) * HOUR, None, D(1000), D(500 + n), Source.LIVE)
        for n in range(241)
    ]
    found = project(series(points, PoolKind.SLOTS), NOW)
    assert found is not None
    assert near(found.at, NOW + timedelta(hours=260), 2)


@pytest.mark.parametrize(("reset_in", "before"), [(20, True), (5, False)])
def test_an_allowance_says_whether_it_lasts_until_its_reset(reset_in: int, before: bool) -> None:
    found = project(series(hourly(lambda n: 1000 - 2 * n, resets_at=NOW + reset_in * DAY), PoolKind.ALLOWANCE), NOW)
    assert found is not None
    assert found.before_reset is before


def both(month: Callable[[int], float], wallet: Callable[[int], float], limit: float = 500) -> list[Series]:
    more = {"resets_at": NOW + 10 * DAY}
    monthly = [
        Point(
            NOW - (240 - n) * HOUR,
            NOW - (240 - n) * HOUR,
            Decimal(str(month(n))),
            Decimal(str(limit)),
            None,
            Source.LIVE,
            **more,
        )
        for n in range(241)
    ]
    return [series(monthly, PoolKind.ALLOWANCE, "monthly"), series(hourly(wallet), name="top-up")]


DRAIN = ("monthly", "top-up")


def test_pools_are_used_up_together_with_what_the_reset_brings() -> None:
    assert project_account(both(lambda n: 500 - n / 4, lambda n: 200.0), DRAIN, NOW) is None  # 183 a month of 500
    heavy = project_account(both(lambda n: max(0, 500 - 4 * n), lambda n: 1000 - 4 * max(0, n - 125)), DRAIN, NOW)
    assert heavy is not None
    assert (heavy.pool, heavy.per_day, heavy.before_reset) == ("", D(96), True)
    assert near(heavy.at, NOW + timedelta(hours=135), 13)
    medium = project_account(both(lambda n: max(0, 500 - 4 * n), lambda n: 2500 - 4 * max(0, n - 125)), DRAIN, NOW)
    assert medium is not None
    assert not medium.before_reset
    assert near(medium.at, NOW + timedelta(hours=(2040 + 500) / 4), 13)
    assert medium.low < medium.at


def test_an_account_of_wallets_alone_is_their_sum() -> None:
    first, second = (
        series(hourly(lambda n: 300 - n), name="shared"),
        series(hourly(lambda n: 200 - n / 2), name="domain"),
    )
    found = project_account([first, second], ("shared", "domain"), NOW)
    assert found is not None
    assert found.per_day == 36
    assert near(found.at, NOW + timedelta(hours=140 / 1.5), 2)


def test_pools_of_another_unit_or_outside_the_order_are_not_added() -> None:
    calls = Series("a", "package:1", "P", PoolKind.PACKAGE, "calls", tuple(hourly(lambda n: 9000 - n)))
    balance = series(hourly(lambda n: 1000 - 2 * n))
    assert project_account([calls, balance], ("balance", "package:*"), NOW) == project_account(
        [balance], ("balance",), NOW
    )
    assert project_account([calls], ("balance",), NOW) is None
    assert project_account([], (), NOW) is None


def test_most_ranges_hold_the_truth_on_uneven_use() -> None:
    chance = random.Random(7)
    inside = told = 0
    for _ in range(150):
        mean = chance.uniform(5, 50)
        daily = [chance.gammavariate(2, mean / 2) for _ in range(400)]
        left, points, start = mean * 45, [], NOW - 15 * DAY
        truth = None
        for n, amount in enumerate(daily):
            if n <= 15:
                points.append(point(start + n * DAY, round(left, 6)))
            left -= amount
            if left <= 0:
                truth = start + (n + 1 + left / amount) * DAY
                break
        found = project(series(points), NOW)
        assert truth is not None
        assert found is not None
        told += 1
        inside += found.low <= truth and (found.high is None or truth <= found.high)
    assert 0.75 <= inside / told <= 0.95


def test_an_even_pace_is_the_share_of_the_month_that_is_ahead() -> None:
    monthly = pool(
        "monthly", 300, PoolKind.ALLOWANCE, limit=D(500), resets_at=datetime.fromisoformat("2026-12-01T00:00Z")
    )
    assert even_pace(monthly, datetime.fromisoformat("2026-11-16T00:00Z")) == 250
    assert even_pace(monthly, datetime.fromisoformat("2026-11-01T00:00Z")) == 500
    assert even_pace(monthly, datetime.fromisoformat("2026-12-02T00:00Z")) is None
    assert even_pace(monthly, datetime.fromisoformat("2026-10-30T00:00Z")) is None
    assert even_pace(pool("top-up", 300), NOW) is None
