"""What the chart says: pools, marks, forecast, ticks, and the CSV of what it shows."""

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from itertools import pairwise

import pytest
from tests.ui.history_sample import (
    DAY,
    NEXT_RESET,
    NOW,
    RESET,
    definition,
    entry,
    events,
    monthly,
    point,
    pool,
    top_up,
)

from creditdesk.core.pools import Level, Pool, PoolKind, RunOut, Source
from creditdesk.core.series import Event, EventKind, Point, Series
from creditdesk.core.settings import Settings
from creditdesk.ui import chart_marks, chart_picture, chart_ticks, history_csv
from creditdesk.ui.board import Entry
from creditdesk.ui.chart_marks import MarkKind
from creditdesk.ui.chart_picture import Measure, Strand


def marks_of(told: Entry, shown: list[Series], happened: tuple[Event, ...] = ()) -> list[chart_marks.Mark]:
    return list(chart_marks.marks(told, shown, happened, Settings(), NOW))


def strands(*series: Series, measure: Measure = Measure.LEFT) -> tuple[Strand, ...]:
    return tuple(Strand(each, measure, place) for place, each in enumerate(series))


def test_every_pool_can_be_chosen_and_keeps_its_place() -> None:
    found = chart_picture.choices(entry(), [monthly(), top_up()])
    assert [(each.label, each.place) for each in found] == [("Monthly", 0), ("Top-up", 1)]
    there = chart_picture.choices(entry(), [replace(monthly(), points=()), top_up()])
    assert {each.label for each in there} == {"Monthly", "Top-up"}


def test_only_pools_of_one_unit_that_are_used_up_in_turn_can_be_stacked() -> None:
    told = entry()
    assert chart_picture.why_not_stacked(told, strands(monthly(), top_up())) == ""
    assert "one unit" in chart_picture.why_not_stacked(told, strands(monthly(), replace(top_up(), unit="USD")))
    assert "two pools" in chart_picture.why_not_stacked(told, strands(monthly()))
    assert "one after the other" in chart_picture.why_not_stacked(told, strands(monthly(), replace(top_up(), pool="x")))
    mixed = (*strands(monthly(), measure=Measure.USED), *strands(top_up()))
    assert "one unit" in chart_picture.why_not_stacked(told, mixed)


def test_a_pool_that_is_part_of_another_is_not_counted_twice() -> None:
    part = replace(pool("top-up", 20, PoolKind.WALLET), part_of="monthly")
    told = entry(pools=(pool(), part))
    assert "part of another" in chart_picture.why_not_stacked(told, strands(monthly(), top_up()))


def test_what_is_drained_first_lies_on_top_and_among_equals_what_expires_first() -> None:
    shown = strands(top_up(), monthly())
    assert [each.series.pool for each in chart_picture.in_drain_order(entry(), shown)] == ["monthly", "top-up"]
    told = replace(entry(), definition=definition(drain=("grant:*",)))
    grants = [
        replace(top_up(), pool=f"grant:{days}", points=(replace(point(NOW - DAY, 5), expires_at=NOW + days * DAY),))
        for days in (30, 3, 9)
    ]
    ordered = chart_picture.in_drain_order(told, strands(*grants))
    assert [each.series.pool for each in ordered] == ["grant:3", "grant:9", "grant:30"]
    assert [each.place for each in ordered] == [1, 2, 0]


def test_left_and_used_are_drawn_where_they_are_known() -> None:
    bare = replace(top_up(), points=tuple(replace(each, limit=None) for each in top_up().points))
    assert chart_picture.measure_of(monthly(), Measure.USED) is Measure.USED
    assert chart_picture.measure_of(bare, Measure.USED) is Measure.LEFT
    spent = (replace(point(NOW - DAY, 0), left=None, limit=None, used=Decimal(4)),)
    spend = replace(bare, kind=PoolKind.SPEND, points=spent)
    assert chart_picture.measure_of(spend, Measure.LEFT) is Measure.USED
    assert chart_picture.measure_of(spend, None) is Measure.USED
    budgeted = replace(spend, points=(replace(spent[0], limit=Decimal(10)),))
    assert chart_picture.measure_of(budgeted, None) is Measure.USED
    assert chart_picture.measure_of(budgeted, Measure.LEFT) is Measure.LEFT
    assert chart_picture.value_of(budgeted.points[0], Measure.LEFT) == Decimal(6)


def test_pools_of_one_unit_share_a_lane_and_others_have_their_own() -> None:
    money = replace(top_up(), pool="balance", unit="USD")
    shown = chart_picture.Picture(strands(monthly(), money, top_up()), NOW, None)
    assert shown.lanes() == [(0, 2), (1,)]


def test_a_reset_is_marked_at_its_rule_once_with_what_it_brought() -> None:
    past = [mark for mark in marks_of(entry(), [monthly()], events()) if mark.label and not mark.ahead]
    assert [(mark.at, mark.label, mark.words) for mark in past] == [
        (RESET, "reset 1 Nov", "Monthly reset, +468 credits")
    ]


def test_a_reset_without_a_rule_is_marked_when_it_was_seen() -> None:
    bare = replace(monthly(), points=tuple(replace(each, resets_at=None) for each in monthly().points))
    found = marks_of(entry(), [bare], events())
    assert [mark.at for mark in found if mark.kind is MarkKind.RESET and not mark.ahead] == [RESET]


def test_a_rule_that_moves_with_every_reading_leaves_no_marks() -> None:
    points = tuple(replace(point(NOW - i * DAY, 90), resets_at=NOW - i * DAY + 3 * DAY) for i in range(20, 0, -1))
    assert [mark for mark in marks_of(entry(), [replace(monthly(), points=points)]) if not mark.ahead] == []


def test_the_next_reset_stands_ahead_and_says_when_it_is_assumed() -> None:
    assumed = Pool("monthly", "Monthly", PoolKind.ALLOWANCE, "credits", resets_at=NEXT_RESET, reset_assumed=True)
    mark = marks_of(entry(pools=(assumed,)), [monthly()])[-1]
    assert (mark.at, mark.label, mark.ahead) == (NEXT_RESET, "reset 1 Dec, assumed", True)


def test_what_happened_to_the_pools_shown_and_to_the_account_is_marked_and_uses_are_not() -> None:
    happened = (*events(), Event(NOW - DAY, "a1", EventKind.NOTE, detail="Asked them", id=8))
    kinds = [mark.kind for mark in marks_of(entry(), [monthly()], happened) if not mark.ahead]
    assert kinds == [MarkKind.RESET, MarkKind.ALERT, MarkKind.NOTE]
    total = Event(NOW - 2 * DAY, "a1", EventKind.ALERT, "total:credits", detail="low pace", id=9)
    assert total.at in [mark.at for mark in marks_of(entry(), [monthly()], (total,))]
    assert total.at not in [mark.at for mark in marks_of(entry(), [replace(monthly(), unit="USD")], (total,))]
    kinds = [mark.kind for mark in marks_of(entry(), [monthly(), top_up()], happened) if not mark.ahead]
    assert kinds == [MarkKind.RESET, MarkKind.ALERT, MarkKind.TOP_UP, MarkKind.NOTE]


def test_marks_that_would_touch_become_one_with_a_count_and_none_is_lost() -> None:
    happened = tuple(
        Event(NOW - DAY * 20 + timedelta(minutes=place**2), "a1", EventKind.NOTE, detail=f"n{place}", id=place)
        for place in range(90)
    )
    marked = marks_of(entry(), [monthly()], happened)
    span = NOW - 30 * DAY, NOW
    found = chart_marks.clusters(marked, span, lambda at: (at - span[0]) / (span[1] - span[0]) * 900, 22)
    assert all(after.x - before.x >= 22 for before, after in pairwise(found))
    assert sum(len(each.marks) for each in found) == 91
    assert 1 < len(found) < 40
    said = chart_marks.lines(max(found, key=lambda each: len(each.marks)), NOW)
    assert said[-1].endswith("more; zoom in to see them")


def slots() -> tuple[Pool, Series]:
    pool = Pool("keywords", "Keywords", PoolKind.SLOTS, "keywords", Decimal(346), Decimal(1000), resets_at=NEXT_RESET)
    points = tuple(
        Point(NOW - i * DAY, NOW - i * DAY, Decimal(346 + i), None, None, Source.LIVE, resets_at=RESET)
        for i in range(20, -1, -1)
    )
    return pool, Series("a1", "keywords", "Keywords", PoolKind.SLOTS, "keywords", points)


def test_slots_are_full_and_never_reset() -> None:
    pool, series = slots()
    told = entry(level=Level.GOOD, pools=(pool,))
    run_out = RunOut("keywords", NOW + 49 * DAY, NOW + 30 * DAY, None, Decimal(6))
    told = replace(told, reading=replace(told.reading, run_outs=(run_out,)))
    assert marks_of(told, [series], (Event(RESET, "a1", EventKind.RESET, "keywords"),)) == []
    found = chart_picture.forecast(told, strands(series), False, NOW)
    assert found is not None
    assert found.high is None
    assert found.line == "keywords full about 10 Jan"
    assert found.range_line == "8 in 10 times after 22 Dec, maybe never"


def test_the_forecast_begins_at_the_last_reading_and_is_said_with_its_range() -> None:
    found = chart_picture.forecast(entry(), strands(monthly()), False, NOW)
    assert found is not None
    assert (found.start, found.left, found.end) == (monthly().points[-1].last_seen, Decimal(92), Decimal(0))
    assert found.line == "runs out about Thu 27 Nov"
    assert found.range_line == "8 in 10 times between 25 Nov and 1 Dec"


def test_what_was_used_runs_up_to_all_there_was() -> None:
    found = chart_picture.forecast(entry(), strands(monthly(), measure=Measure.USED), False, NOW)
    assert found is not None
    assert (found.left, found.end) == (Decimal(408), Decimal(500))


def test_a_stack_has_the_accounts_forecast_and_separate_lines_have_none() -> None:
    found = chart_picture.forecast(entry(), strands(monthly(), top_up()), True, NOW)
    assert found is not None
    assert (found.at, found.left) == (NOW + 6 * DAY, Decimal(112))
    assert chart_picture.forecast(entry(), strands(monthly(), top_up()), False, NOW) is None


def test_nothing_left_or_not_known_has_no_forecast() -> None:
    series = replace(monthly(), points=(point(NOW - DAY, 5, DAY / 2), point(NOW - DAY / 3, 0)))
    assert chart_picture.forecast(entry(), strands(series), False, NOW) is None
    series = replace(monthly(), points=(replace(point(NOW - DAY / 3, 0), left=None, limit=None),))
    assert chart_picture.forecast(entry(), strands(series), False, NOW) is None


def test_the_view_leaves_room_for_the_forecast() -> None:
    shown = chart_picture.Picture(
        strands(monthly()),
        NOW,
        NOW - 30 * DAY,
        marks=tuple(marks_of(entry(), [monthly()])),
        forecast=chart_picture.forecast(entry(), strands(monthly()), False, NOW),
    )
    low, high = chart_picture.whole_span(shown, 0.2)
    assert low == (NOW - 30 * DAY).timestamp()
    assert high > NEXT_RESET.timestamp()
    assert chart_picture.whole_span(replace(shown, marks=()), 0.01)[1] > shown.forecast.high.timestamp()
    assert chart_picture.whole_span(replace(shown, marks=(), forecast=None), 0.01)[1] < (NOW + 2 * DAY).timestamp()


def test_a_gap_is_three_intervals_and_at_least_an_hour() -> None:
    assert chart_picture.gap_of(entry(), Settings(interval_s=300)) == timedelta(hours=1)
    assert chart_picture.gap_of(entry(), Settings(interval_s=3600)) == timedelta(hours=3)


def test_what_is_on_screen_has_every_point_that_reaches_into_it_and_no_other() -> None:
    series = replace(monthly(), points=tuple(point(NOW - i * DAY, 90 - i, DAY / 2) for i in (9, 6, 3)))
    found = chart_picture.within(series, NOW - 5.6 * DAY, NOW - 3 * DAY)
    assert [each.left for each in found.points] == [84, 87]
    assert chart_picture.within(series, NOW - 2 * DAY, NOW).points == ()


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 500, ["0", "100", "200", "300", "400", "500"]),
        (0, 1, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        (0, 98700, ["0", "20000", "40000", "60000", "80000", "100000"]),
        (0, 3.18, ["0", "1", "2", "3", "4"]),
    ],
)
def test_amount_ticks_are_round_and_enclose_the_amounts(low: float, high: float, ticks: list[str]) -> None:
    found = chart_ticks.amount_ticks(low, high, 6)
    assert [f"{each:f}" for each in found] == ticks


def test_amounts_under_zero_have_ticks_too() -> None:
    found = chart_ticks.amount_ticks(-30, 90, 6)
    assert found[0] <= -30
    assert found[-1] >= 90
    assert 0 in found


@pytest.mark.parametrize("days", [0.02, 0.5, 1, 3, 7, 30, 90, 365, 3650])
def test_time_ticks_are_never_more_than_asked_and_in_order(days: float) -> None:
    low, high = NOW - days * DAY, NOW
    found = chart_ticks.time_ticks(low, high, 8)
    assert len(found) <= 9
    assert all(low <= at <= high for at, _ in found)
    assert [at for at, _ in found] == sorted(at for at, _ in found)


def test_a_month_has_weekly_ticks_at_mondays() -> None:
    found = chart_ticks.time_ticks(datetime(2025, 10, 22, tzinfo=UTC), datetime(2025, 11, 30, tzinfo=UTC), 8)
    assert all(at.astimezone().weekday() == 0 for at, _ in found)
    assert found[0][1] == "27 Oct"


def test_the_csv_has_every_digit_and_guards_formulas() -> None:
    exact = Point(NOW, NOW, Decimal("0.10000000000000000001"), None, Decimal(-3), Source.BY_HAND)
    text = history_csv.csv_text([Series("=cmd()", "monthly", "M", PoolKind.WALLET, "credits", (exact,))])
    rows = list(csv.DictReader(StringIO(text)))
    assert rows[0]["left"] == "0.10000000000000000001"
    assert (rows[0]["limit"], rows[0]["used"], rows[0]["source"]) == ("", "-3", "by_hand")
    assert rows[0]["first_seen"] == "2025-11-22T10:30:00Z"
    assert rows[0]["account"] == "'=cmd()"
