"""The arrays behind the chart: gaps, what is sure, layers of a stack, and what has to be made anew."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from creditdesk.core.pools import PoolKind, Source
from creditdesk.core.series import Point, Series
from creditdesk.ui.chart_data import Drawn, Wanted, build
from creditdesk.ui.chart_picture import Measure, Picture, Strand
from creditdesk.ui.chart_pyramid import Trace

T0 = datetime(2025, 11, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GAP = 15 * MINUTE


def point(minute: float, left: int | None, hold: float = 0, source: Source = Source.LIVE) -> Point:
    at = T0 + minute * MINUTE
    return Point(at, at + hold * MINUTE, None if left is None else Decimal(left), None, None, source)


def series(*points: Point, pool: str = "monthly", kind: PoolKind = PoolKind.ALLOWANCE) -> Series:
    return Series("a", pool, pool, kind, "credits", points)


def picture(*shown: Series, stacked: bool = False, measure: Measure = Measure.LEFT) -> Picture:
    strands = tuple(Strand(each, measure, place) for place, each in enumerate(shown))
    return Picture(strands, T0 + 60 * MINUTE, None, GAP, stacked=stacked)


def drawn(*shown: Series, stacked: bool = False, measure: Measure = Measure.LEFT) -> tuple[Drawn, ...]:
    return build(Wanted(picture(*shown, stacked=stacked, measure=measure))).drawn


def pieces(trace: Trace) -> list[tuple[float, float, float, float]]:
    """Every piece as (minute, value, minute, value)."""
    x = (trace.x - T0.timestamp()) / 60
    return [(x[i], trace.y[i], x[i + 1], trace.y[i + 1]) for i in np.flatnonzero(trace.drawn)]


def test_a_value_holds_from_first_seen_to_last_seen() -> None:
    (found,) = drawn(series(point(0, 50, 10), point(15, 40, 5)))
    assert pieces(found.sure) == [(0, 50, 10, 50), (10, 50, 15, 40), (15, 40, 20, 40)]
    assert pieces(found.unsure) == []
    assert not found.broken


def test_readings_too_far_apart_leave_a_gap() -> None:
    (found,) = drawn(series(point(0, 50, 10), point(26, 40, 5)))
    assert pieces(found.sure) == [(0, 50, 10, 50), (26, 40, 31, 40)]
    assert pieces(found.unsure) == []
    assert found.broken


def test_a_gap_that_is_just_short_enough_is_none() -> None:
    (found,) = drawn(series(point(0, 50, 10), point(25, 40, 5)))
    assert len(pieces(found.sure)) == 3


def test_an_unknown_amount_is_a_gap_and_never_zero() -> None:
    (found,) = drawn(series(point(0, 50, 1), point(5, None, 1), point(10, 40, 1)))
    assert pieces(found.sure) == [(0, 50, 1, 50), (10, 40, 11, 40)]
    assert np.isfinite(found.sure.y).all()


@pytest.mark.parametrize("source", [Source.BY_HAND, Source.ESTIMATED, Source.METERED])
def test_what_was_not_read_is_drawn_apart_and_joined_over_any_time(source: Source) -> None:
    (found,) = drawn(series(point(0, 50, 10), point(5000, 40, 5, source)))
    assert pieces(found.sure) == [(0, 50, 10, 50)]
    assert pieces(found.unsure) == [(10, 50, 5000, 40), (5000, 40, 5005, 40)]


def test_only_what_was_typed_by_hand_gets_a_dot_of_its_own() -> None:
    (found,) = drawn(series(point(0, 50, 10), point(20, 41, 0, Source.BY_HAND), point(30, 40, 0, Source.ESTIMATED)))
    assert (found.typed[0] - T0.timestamp()).tolist() == [20 * 60]
    assert found.typed[1].tolist() == [41]


def test_a_reading_alone_between_two_gaps_is_a_dot() -> None:
    (found,) = drawn(series(point(0, 50, 10), point(100, 41), point(200, 40, 10)))
    assert (found.lone[0] - T0.timestamp()).tolist() == [100 * 60]
    assert found.lone[1].tolist() == [41]


def test_readings_at_one_instant_that_are_joined_are_no_dots() -> None:
    (found,) = drawn(series(point(0, 50), point(5, 41), point(10, 40)))
    assert len(found.lone[0]) == 0
    (found,) = drawn(series(point(0, 50), point(100, 41, 0, Source.ESTIMATED), point(200, 40)))
    assert len(found.lone[0]) == 0


def test_of_a_spend_what_was_used_is_drawn() -> None:
    used = replace(point(0, None, 10), used=Decimal(7))
    (found,) = drawn(series(used, kind=PoolKind.SPEND), measure=Measure.USED)
    assert pieces(found.sure) == [(0, 7, 10, 7)]


def test_what_was_used_is_the_rest_of_the_limit() -> None:
    (found,) = drawn(series(replace(point(0, 92, 10), limit=Decimal(500))), measure=Measure.USED)
    assert pieces(found.sure) == [(0, 408, 10, 408)]


def test_layers_are_added_up_where_all_pools_are_known_and_nowhere_else() -> None:
    top, bottom = drawn(series(point(0, 50, 30)), series(point(10, 5, 10), pool="top-up"), stacked=True)
    assert pieces(top.sure) == [(10, 55, 20, 55)]
    assert pieces(bottom.sure) == [(10, 5, 20, 5)]
    assert pieces(top.unsure) == pieces(bottom.unsure) == []


def test_a_gap_in_one_pool_is_a_gap_in_the_whole_stack() -> None:
    whole = series(point(0, 50, 100))
    top, bottom = drawn(whole, series(point(0, 5, 20), point(60, 4, 40), pool="top-up"), stacked=True)
    for layer in (top, bottom):
        assert not [each for each in pieces(layer.sure) if each[0] < 59 and each[2] > 21]


def test_a_member_of_a_family_counts_nothing_before_it_came_and_after_it_went() -> None:
    top, _ = drawn(series(point(0, 50, 30)), series(point(10, 5, 10), pool="package:1"), stacked=True)
    assert [each[1] for each in pieces(top.sure)] == [50, 55, 55]
    assert pieces(top.sure)[0][0] == 0
    assert pieces(top.sure)[-1][2] == 30


def test_a_stack_with_a_typed_part_is_drawn_as_not_sure() -> None:
    typed = series(point(0, 5, 30, Source.BY_HAND), pool="top-up")
    top, _ = drawn(series(point(0, 50, 30)), typed, stacked=True)
    assert pieces(top.sure) == []
    assert pieces(top.unsure) == [(0, 55, 30, 55)]


def test_no_points_are_no_line() -> None:
    assert all(len(each.sure.x) == 0 for each in drawn(series()))
    assert all(len(each.sure.x) == 0 for each in drawn(series(), series(pool="top-up"), stacked=True))


def test_only_new_points_are_taken_in_and_only_new_lines_are_made() -> None:
    first, second = series(point(0, 50, 10)), series(*(point(i, 5) for i in range(40)), pool="top-up")
    before = build(Wanted(picture(first, second)))
    again = Wanted(replace(picture(first, second), hide=True), before)
    assert (again.same_lines(), again.work()) == (True, 0)
    assert build(again).drawn is before.drawn
    assert build(again).picture.hide
    fewer = Wanted(picture(second), before)
    assert (fewer.same_lines(), fewer.work()) == (False, 2)
    assert build(fewer).columns[0] is before.columns[1]
    assert Wanted(picture(second, measure=Measure.USED), before).work() == 40
    assert not Wanted(replace(picture(first, second), gap=2 * GAP), before).same_lines()
