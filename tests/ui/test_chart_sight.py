"""What is under the cursor: the exact amount of every pool, its date, and the change since the point before."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from tests.ui.history_sample import DAY, NOW, monthly, point, top_up

from creditdesk.core.amounts import EXACT
from creditdesk.core.pools import Source
from creditdesk.core.series import Point, Series
from creditdesk.ui import chart_sight
from creditdesk.ui.chart_picture import Measure, Picture, Strand

GAP = timedelta(hours=1)
LONG = "123456789012345678901234567890.0000000001"


def picture(*series: Series, stacked: bool = False, measure: Measure = Measure.LEFT) -> Picture:
    strands = tuple(Strand(each, measure, place) for place, each in enumerate(series))
    return Picture(strands, NOW, None, GAP, stacked=stacked)


def sight_of(shown: Picture, at: datetime) -> chart_sight.Sight:
    found = chart_sight.sight(shown, at)
    assert found is not None
    return found


def only_row(shown: Picture, at: datetime) -> chart_sight.Row:
    (row,) = sight_of(shown, at).rows
    assert row is not None
    return row


def test_the_amount_has_every_digit_of_the_reading() -> None:
    series = replace(monthly(), points=(point(NOW - DAY, LONG, DAY / 4),))
    row = only_row(picture(series), NOW - DAY * 0.9)
    assert row.amount == Decimal(LONG)
    assert "123,456,789,012,345,678,901,234,567,890.0000000001 credits left" in chart_sight.spoken(
        picture(series), sight_of(picture(series), NOW - DAY * 0.9)
    )


def test_the_change_has_every_digit_too() -> None:
    series = replace(monthly(), points=(point(NOW - DAY, "0.1"), point(NOW - DAY / 2, LONG)))
    row = only_row(picture(series), NOW - DAY / 2)
    assert row.change == EXACT.subtract(Decimal(LONG), Decimal("0.1"))
    assert row.before == NOW - DAY


def test_what_was_used_is_exact_too() -> None:
    series = replace(
        monthly(), points=(replace(point(NOW - DAY, "0.10000000000000000000000000001"), limit=Decimal(9)),)
    )
    assert only_row(picture(series, measure=Measure.USED), NOW - DAY).amount == Decimal(
        "8.89999999999999999999999999999"
    )


def test_near_a_reading_the_amount_is_that_readings_and_in_a_gap_there_is_none() -> None:
    series = replace(monthly(), points=(point(NOW - DAY, 40), point(NOW - DAY / 2, 30)))
    row = only_row(picture(series), NOW - DAY + timedelta(minutes=10))
    assert (row.at, row.amount) == (NOW - DAY, Decimal(40))
    assert chart_sight.sight(picture(series), NOW - 0.75 * DAY) is None


@pytest.mark.parametrize("seed", range(8))
def test_any_instant_says_what_looking_through_all_points_says(seed: int) -> None:
    """Beside a search without any bisection: the points of a pool with readings, gaps, unknown and typed amounts."""
    chance = random.Random(seed)
    points: list[Point] = []
    at = NOW - 30 * DAY
    while at < NOW:
        hold = timedelta(minutes=chance.choice((0, 0, 5, 300)))
        source = chance.choice((Source.LIVE,) * 5 + (Source.BY_HAND,))
        made = replace(point(at, chance.randrange(10**12), hold, source), limit=None)
        points.append(replace(made, left=None) if chance.random() < 0.1 else made)
        at += hold + timedelta(minutes=chance.choice((5, 5, 5, 59, 61, 2000)))
    shown = picture(replace(monthly(), points=tuple(points)))
    for _ in range(300):
        at = NOW - 31 * DAY * chance.random()
        found = chart_sight.sight(shown, at)
        row = found.rows[0] if found is not None else None
        assert ((row.at, row.amount) if row else None) == _looked_up(points, at), at


def _looked_up(points: list[Point], at: datetime) -> tuple[datetime, Decimal] | None:
    inside = [each for each in points if each.first_seen <= at <= each.last_seen]
    if inside:
        return (at, inside[0].left) if inside[0].left is not None else None
    edges = [(abs(at - edge), edge, each) for each in points for edge in (each.first_seen, each.last_seen)]
    distance, edge, nearest = min(edges, key=lambda each: each[0])
    after = next((index for index, each in enumerate(points) if each.first_seen > at), len(points))
    joined = 0 < after < len(points) and {points[after - 1].source, points[after].source} != {Source.LIVE}
    if nearest.left is None or (distance > GAP and not joined):
        return None
    return edge, nearest.left


def test_pools_that_are_read_together_are_said_together() -> None:
    seen = sight_of(picture(monthly(), top_up()), NOW - timedelta(minutes=2))
    when, lines = chart_sight.said(picture(monthly(), top_up()), seen)
    assert when == "Today 10:28"
    assert [(each.name, each.place, each.amount) for each in lines] == [
        ("Monthly", 0, "92 credits left"),
        ("Top-up", 1, "20 credits left"),
    ]
    assert lines[1].note == "+15 since Fri 31 Oct 10:30"


def test_what_was_typed_says_when_and_is_never_of_a_later_day_than_the_cursor() -> None:
    later = top_up().points[1].first_seen
    at = max(each.first_seen for each in monthly().points if each.first_seen < later - 2 * GAP)
    assert later - at < DAY < at - top_up().points[0].last_seen
    seen = sight_of(picture(monthly(), top_up()), at)
    row = seen.rows[1]
    assert row is not None
    assert (row.at, row.amount) == (top_up().points[0].last_seen, Decimal(12))
    _, lines = chart_sight.said(picture(monthly(), top_up()), seen)
    assert lines[1].note == "the first reading, typed Thu 23 Oct 10:30"


def test_the_first_point_of_a_range_is_not_called_the_first_reading() -> None:
    shown = picture(replace(monthly(), points=(point(NOW - 40 * DAY, 40, 15 * DAY),)))
    at = NOW - 30 * DAY
    assert chart_sight.said(shown, sight_of(shown, at))[1][0].note == "the first reading"
    cut = replace(shown, since=NOW - 35 * DAY)
    assert chart_sight.said(cut, sight_of(cut, at))[1][0].note == ""


@pytest.mark.parametrize(("days", "kept"), [(80, ""), (120, ", kept by the hour"), (500, ", kept by the day")])
def test_of_long_ago_it_is_said_that_not_every_reading_is_kept(days: int, kept: str) -> None:
    shown = picture(replace(monthly(), points=(point(NOW - days * DAY, 40),)))
    when, _ = chart_sight.said(shown, sight_of(shown, NOW - days * DAY))
    assert when.endswith(f"10:30{kept}")


def test_no_change_is_said_as_none() -> None:
    series = replace(monthly(), points=(point(NOW - DAY, 40), replace(point(NOW - DAY / 2, 40), limit=Decimal(600))))
    seen = sight_of(picture(series), NOW - DAY / 2)
    assert chart_sight.said(picture(series), seen)[1][0].note == "no change since yesterday 10:30"


def test_the_change_is_since_the_last_point_that_was_known() -> None:
    unknown = replace(point(NOW - DAY / 2, 0), left=None, limit=None)
    series = replace(monthly(), points=(point(NOW - DAY, 40), unknown, point(NOW - DAY / 4, 31)))
    row = only_row(picture(series), NOW - DAY / 4)
    assert (row.change, row.before) == (Decimal(-9), NOW - DAY)


def test_a_stack_says_its_exact_sum_or_none() -> None:
    shown = picture(monthly(), top_up(), stacked=True)
    seen = sight_of(shown, NOW - timedelta(minutes=3))
    assert seen.total == Decimal(112)
    assert chart_sight.said(shown, seen)[1][-1].amount == "112 credits"
    late = replace(top_up(), points=top_up().points[2:])
    assert sight_of(picture(monthly(), late, stacked=True), NOW - 25 * DAY).total is None


def test_a_package_that_is_gone_is_not_in_the_sum_and_one_in_a_gap_makes_it_unknown() -> None:
    points = (point(NOW - 9 * DAY, 7, DAY), point(NOW - 6 * DAY, 6, DAY))
    package = replace(top_up(), pool="package:1", points=points)
    whole = replace(monthly(), points=(point(NOW - 10 * DAY, 100, 10 * DAY),))
    shown = picture(whole, package, stacked=True)
    assert sight_of(shown, NOW - 8.5 * DAY).total == Decimal(107)
    assert sight_of(shown, NOW - 7 * DAY).total is None
    assert sight_of(shown, NOW - 5 * DAY + timedelta(minutes=5)).total == Decimal(100)
    assert sight_of(shown, NOW - 9.5 * DAY).total == Decimal(100)


def test_hidden_amounts_are_hidden_in_every_row() -> None:
    shown = replace(picture(monthly(), top_up(), stacked=True), hide=True)
    text = chart_sight.spoken(shown, sight_of(shown, NOW - timedelta(minutes=2)))
    assert "92" not in text
    assert "112" not in text
    assert "+15" not in text
    assert "•••" in text


def test_steps_go_from_change_to_change_of_any_pool() -> None:
    series = replace(monthly(), points=tuple(point(NOW - i * DAY, 90, DAY / 2) for i in (3, 2, 1)))
    strands = picture(series).strands
    assert chart_sight.neighbour(strands, NOW - 3 * DAY, forward=True) == NOW - 2 * DAY
    assert chart_sight.neighbour(strands, NOW - 2 * DAY, forward=False) == NOW - 3 * DAY
    assert chart_sight.neighbour(strands, NOW - DAY, forward=True) is None
    assert chart_sight.neighbour(strands, NOW - 3 * DAY, forward=False) is None
    other = replace(top_up(), points=(point(NOW - 2.5 * DAY, 4),))
    assert chart_sight.neighbour(picture(series, other).strands, NOW - 3 * DAY, forward=True) == NOW - 2.5 * DAY
