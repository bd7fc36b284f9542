"""The arrays behind the chart: gaps, what is sure, sums, and cutting to pixels without losing a peak."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from creditdesk.core.pools import PoolKind, Source
from creditdesk.core.series import Point, Series
from creditdesk.ui import chart_data
from creditdesk.ui.chart_data import Trace

T0 = datetime(2025, 11, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GAP_S = 900.0


def point(minute: float, left: int | None, hold: float = 0, source: Source = Source.LIVE) -> Point:
    at = T0 + minute * MINUTE
    return Point(at, at + hold * MINUTE, None if left is None else Decimal(left), None, None, source)


def series(*points: Point, pool: str = "monthly", kind: PoolKind = PoolKind.ALLOWANCE) -> Series:
    return Series("a", pool, pool, kind, "credits", points)


def pieces(trace: Trace) -> list[tuple[float, float, float, float]]:
    """Every piece as (minute, value, minute, value)."""
    x = (trace.x - T0.timestamp()) / 60
    return [(x[i], trace.y[i], x[i + 1], trace.y[i + 1]) for i in np.flatnonzero(trace.drawn)]


def test_a_value_holds_from_first_seen_to_last_seen() -> None:
    sure, unsure = chart_data.line([series(point(0, 50, 10), point(15, 40, 5))], GAP_S).sides()
    assert pieces(sure) == [(0, 50, 10, 50), (10, 50, 15, 40), (15, 40, 20, 40)]
    assert pieces(unsure) == []


def test_readings_too_far_apart_leave_a_gap() -> None:
    sure, unsure = chart_data.line([series(point(0, 50, 10), point(26, 40, 5))], GAP_S).sides()
    assert pieces(sure) == [(0, 50, 10, 50), (26, 40, 31, 40)]
    assert pieces(unsure) == []


def test_an_unknown_amount_is_a_gap_and_never_zero() -> None:
    sure, _ = chart_data.line([series(point(0, 50, 1), point(5, None, 1), point(10, 40, 1))], GAP_S).sides()
    assert pieces(sure) == [(0, 50, 1, 50), (10, 40, 11, 40)]
    assert np.isfinite(sure.y).all()


@pytest.mark.parametrize("source", [Source.BY_HAND, Source.ESTIMATED, Source.METERED])
def test_what_was_not_read_is_drawn_apart_and_joined_over_any_time(source: Source) -> None:
    sure, unsure = chart_data.line([series(point(0, 50, 10), point(5000, 40, 5, source))], GAP_S).sides()
    assert pieces(sure) == [(0, 50, 10, 50)]
    assert pieces(unsure) == [(10, 50, 5000, 40), (5000, 40, 5005, 40)]


def test_of_a_spend_what_was_used_is_drawn() -> None:
    used = replace(point(0, None, 10), used=Decimal(7))
    sure, _ = chart_data.line([series(used, kind=PoolKind.SPEND)], GAP_S).sides()
    assert pieces(sure) == [(0, 7, 10, 7)]


def test_pools_are_added_up_where_all_are_known() -> None:
    first = series(point(0, 50, 30))
    second = series(point(10, 5, 10), pool="top-up")
    sure, unsure = chart_data.line([first, second], GAP_S).sides()
    assert pieces(sure) == [(10, 55, 20, 55)]
    assert pieces(unsure) == []


def test_a_member_of_a_family_counts_nothing_before_it_came_and_after_it_went() -> None:
    first = series(point(0, 50, 30))
    second = series(point(10, 5, 10), pool="package:1")
    sure, _ = chart_data.line([first, second], GAP_S).sides()
    assert [each[1] for each in pieces(sure)] == [50, 55, 55]
    assert pieces(sure)[0][0] == 0
    assert pieces(sure)[-1][2] == 30


def test_a_sum_with_a_typed_part_is_drawn_as_not_sure() -> None:
    second = series(point(0, 5, 30, Source.BY_HAND), pool="top-up")
    sure, unsure = chart_data.line([series(point(0, 50, 30)), second], GAP_S).sides()
    assert pieces(sure) == []
    assert pieces(unsure) == [(0, 55, 30, 55)]


def test_points_are_taken_in_by_stretches() -> None:
    many = series(*(point(5 * i, i, 1) for i in range(chart_data.CHUNK + 1)))
    steps = list(chart_data.gather([many], GAP_S))
    assert steps[:-1] == [None, None]
    whole = steps[-1]
    assert whole is not None
    assert len(whole.x) == 2 * (chart_data.CHUNK + 1)


def test_no_points_are_no_line() -> None:
    sure, unsure = chart_data.line([series()], GAP_S).sides()
    assert len(chart_data.reduce(sure, 0, 1, 100)[0]) == 0
    assert chart_data.extent([chart_data.reduce(unsure, 0, 1, 100)]) is None


def trace_of(y: np.ndarray, drawn: np.ndarray | None = None) -> Trace:
    x = np.arange(len(y), dtype=np.float64)
    return Trace(x, y.astype(np.float64), np.ones(len(y) - 1, np.bool_) if drawn is None else drawn)


def test_a_million_corners_are_cut_to_five_a_pixel() -> None:
    trace = trace_of(np.arange(1_000_000) % 977)
    x, y = chart_data.reduce(trace, 0, 1e6, 900)
    assert len(x) == len(y) <= 5 * 900
    assert (np.diff(x) >= 0).all()


def test_no_peak_is_lost_by_cutting() -> None:
    values = np.full(200_000, 100)
    values[123_457], values[54_321] = 5000, -3
    x, y = chart_data.reduce(trace_of(values), 0, 200_000, 500)
    assert chart_data.extent([(x, y)]) == (-3, 5000)


def test_a_gap_wider_than_a_pixel_survives_cutting() -> None:
    x = np.concatenate((np.arange(50_000.0), np.arange(60_000.0, 110_000.0)))
    drawn = np.ones(99_999, np.bool_)
    drawn[49_999] = False
    shown_x, shown_y = chart_data.reduce(Trace(x, x % 7, drawn), 0, 110_000, 100)
    assert 49_999 in shown_x[np.isnan(shown_y)]
    assert np.isnan(shown_y).sum() == 2  # the gap, and the end


def test_only_what_is_in_view_and_its_neighbours_are_kept() -> None:
    x, y = chart_data.reduce(trace_of(np.arange(1000)), 100.5, 110.5, 900)
    assert x[0] == 100
    assert x[-1] == 111
    assert np.isfinite(y).all()


def test_few_corners_are_kept_as_they_are_with_their_breaks() -> None:
    x, y = chart_data.reduce(trace_of(np.array([5, 5, 3, 3]), np.array([True, False, True])), 0, 3, 100)
    assert x.tolist() == [0, 1, 1, 2, 3]
    assert np.isnan(y).tolist() == [False, False, True, False, False]
