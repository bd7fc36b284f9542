"""What is kept of an account's last weeks: little enough for a window open for months, enough for a forecast."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from creditdesk.core.forecast import project
from creditdesk.core.pools import PoolKind, Source
from creditdesk.core.series import Point, Series
from creditdesk.core.spending import use_of
from creditdesk.desk.recent import DENSE, LOOK_BACK, thinned

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
STEP = timedelta(minutes=5)


def busy(days: int) -> tuple[Point, ...]:
    """A wallet that is used at every reading, and topped up whenever little is left."""
    count = days * 288
    left = Decimal(900)
    points = []
    for number in range(count):
        at = NOW - STEP * (count - 1 - number)
        left = left + 800 if left < 100 else left - 1 - number % 3
        points.append(Point(at, at, left, None, None, Source.LIVE))
    return tuple(points)


def series(points: tuple[Point, ...]) -> Series:
    return Series("a", "balance", "Balance", PoolKind.WALLET, "USD", points)


def test_two_months_of_constant_use_are_a_couple_of_thousand_points() -> None:
    whole = busy(70)
    few = thinned(whole)
    assert len(whole) > 20_000 and len(few) < 2_500
    assert few[-1] == whole[-1]
    assert NOW - few[0].last_seen <= LOOK_BACK
    assert [point for point in few if NOW - point.last_seen <= DENSE] == [
        point for point in whole if NOW - point.last_seen <= DENSE
    ]
    assert thinned(few) == few


def test_what_was_used_and_when_it_runs_out_stay_the_same() -> None:
    whole, few = series(busy(40)), series(thinned(busy(40)))
    exact, told = use_of(whole.points, NOW), use_of(few.points, NOW)
    assert abs(exact.used[-1] - told.used[-1]) < 0.002 * exact.used[-1]
    first, second = project(whole, NOW), project(few, NOW)
    assert first is not None and second is not None
    assert abs(first.at - second.at) < timedelta(minutes=30)


def test_rises_keep_both_their_ends_and_a_short_history_is_left_alone() -> None:
    whole = busy(20)
    kept = set(thinned(whole))
    for before, after in pairwise(whole):
        if before.left is not None and after.left is not None and after.left > before.left:
            assert {before, after} <= kept
    assert thinned(whole[:200]) == whole[:200]


def test_what_is_unknown_is_kept() -> None:
    blank = tuple(Point(point.first_seen, point.last_seen, None, None, None, Source.LIVE) for point in busy(10))
    assert thinned(blank) == blank
