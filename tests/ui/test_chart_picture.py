"""What the chart says: choices, marks, forecast, exact amounts, ticks, and the CSV of what it shows."""

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from tests.ui.history_sample import DAY, NEXT_RESET, NOW, RESET, entry, events, monthly, point, top_up

from creditdesk.core.pools import Level, Pool, PoolKind, RunOut, Source
from creditdesk.core.series import Event, EventKind, Point, Series
from creditdesk.core.settings import Settings
from creditdesk.ui import chart_picture, chart_ticks, history_csv

GAP = timedelta(minutes=15)


def test_together_is_offered_for_drained_pools_of_one_unit() -> None:
    found = chart_picture.choices(entry(), [monthly(), top_up()])
    assert [each.label for each in found] == ["Monthly", "Top-up", "Together"]
    assert found[-1].pools == ("monthly", "top-up")


def test_pools_of_other_units_are_not_added_up() -> None:
    found = chart_picture.choices(entry(), [monthly(), replace(top_up(), unit="USD")])
    assert [each.label for each in found] == ["Monthly", "Top-up"]


def test_a_reset_is_marked_at_its_rule_once() -> None:
    shown = chart_picture.picture(entry(), [monthly()], events(), NOW)
    past = [mark for mark in shown.marks if not mark.ahead]
    assert [(mark.at, mark.words) for mark in past] == [(RESET, "reset 1 Nov")]


def test_a_reset_without_a_rule_is_marked_when_it_was_seen() -> None:
    bare = replace(monthly(), points=tuple(replace(each, resets_at=None) for each in monthly().points))
    shown = chart_picture.picture(entry(), [bare], events(), NOW)
    assert [mark.at for mark in shown.marks if not mark.ahead] == [RESET]


def test_a_rule_that_moves_with_every_reading_leaves_no_marks() -> None:
    points = tuple(replace(point(NOW - i * DAY, 90), resets_at=NOW - i * DAY + 3 * DAY) for i in range(20, 0, -1))
    shown = chart_picture.picture(entry(), [replace(monthly(), points=points)], (), NOW)
    assert [mark for mark in shown.marks if not mark.ahead] == []


def test_the_next_reset_stands_ahead_and_says_when_it_is_assumed() -> None:
    assumed = Pool("monthly", "Monthly", PoolKind.ALLOWANCE, "credits", resets_at=NEXT_RESET, reset_assumed=True)
    shown = chart_picture.picture(entry(pools=(assumed,)), [monthly()], (), NOW)
    assert shown.marks[-1] == chart_picture.Mark(NEXT_RESET, "reset 1 Dec, assumed", ahead=True)


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
    shown = chart_picture.picture(told, [series], (Event(RESET, "a1", EventKind.RESET, "keywords"),), NOW)
    assert shown.marks == ()
    assert shown.forecast is not None
    assert shown.forecast.line == "keywords full about 10 Jan"
    assert shown.forecast.range_line == "8 in 10 times after 22 Dec, maybe never"


def test_the_forecast_begins_at_the_last_reading_and_is_said_with_its_range() -> None:
    shown = chart_picture.picture(entry(), [monthly()], (), NOW)
    assert shown.forecast is not None
    assert (shown.forecast.start, shown.forecast.left) == (monthly().points[-1].last_seen, Decimal(92))
    assert shown.forecast.line == "runs out about Thu 27 Nov"
    assert shown.forecast.range_line == "8 in 10 times between 25 Nov and 1 Dec"


def test_pools_together_have_the_accounts_forecast() -> None:
    shown = chart_picture.picture(entry(), [monthly(), top_up()], (), NOW)
    assert shown.forecast is not None
    assert (shown.forecast.at, shown.forecast.left) == (NOW + 6 * DAY, Decimal(112))


def test_nothing_left_has_no_forecast() -> None:
    series = replace(monthly(), points=(point(NOW - DAY, 5, DAY / 2), point(NOW - DAY / 3, 0)))
    assert chart_picture.picture(entry(), [series], (), NOW).forecast is None


def test_the_amount_at_an_instant_is_exact() -> None:
    series = replace(monthly(), points=(point(NOW - DAY, "0.10000000000000000001", DAY / 4),))
    seen = chart_picture.sight([series], NOW - DAY * 0.9, GAP)
    assert seen is not None
    assert seen.amount == Decimal("0.10000000000000000001")


def test_near_a_reading_the_amount_is_that_readings_and_in_a_gap_there_is_none() -> None:
    series = replace(monthly(), points=(point(NOW - DAY, 40), point(NOW - DAY / 2, 30)))
    seen = chart_picture.sight([series], NOW - DAY + timedelta(minutes=10), GAP)
    assert seen is not None
    assert (seen.at, seen.amount) == (NOW - DAY, Decimal(40))
    assert chart_picture.sight([series], NOW - 0.75 * DAY, GAP) is None


def test_amounts_of_several_pools_are_added_exactly_or_not_at_all() -> None:
    seen = chart_picture.sight([monthly(), top_up()], NOW - timedelta(minutes=3), GAP)
    assert seen is not None
    assert seen.amount == Decimal(112)
    assert chart_picture.sight([monthly(), replace(top_up(), points=top_up().points[2:])], NOW - 25 * DAY, GAP) is None


def test_steps_go_from_change_to_change() -> None:
    series = replace(monthly(), points=tuple(point(NOW - i * DAY, 90, DAY / 2) for i in (3, 2, 1)))
    assert chart_picture.neighbour([series], NOW - 3 * DAY, forward=True) == NOW - 2 * DAY
    assert chart_picture.neighbour([series], NOW - 2 * DAY, forward=False) == NOW - 3 * DAY
    assert chart_picture.neighbour([series], NOW - DAY, forward=True) is None
    assert chart_picture.neighbour([series], NOW - 3 * DAY, forward=False) is None


def test_the_view_leaves_room_for_the_forecast() -> None:
    shown = replace(chart_picture.picture(entry(), [monthly()], (), NOW), since=NOW - 30 * DAY)
    low, high = chart_picture.whole_span(shown, 0.2)
    assert low == (NOW - 30 * DAY).timestamp()
    assert high > NEXT_RESET.timestamp()


def test_a_gap_is_three_intervals_and_at_least_a_quarter_of_an_hour() -> None:
    assert chart_picture.gap_of(entry(), Settings(interval_s=300)) == timedelta(minutes=15)
    assert chart_picture.gap_of(entry(), Settings(interval_s=3600)) == timedelta(hours=3)


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
