"""The chart under real wheel, drag, key and mouse events: what it says, what it draws, and in which colour."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from tests.ui.chart_hands import chart_of, drag, grabbed, hover, hover_marks, mouse, shown, wheel
from tests.ui.history_sample import DAY, NOW, RESET, entry, events, monthly, point, top_up

from creditdesk.core.pools import Source
from creditdesk.core.series import Event, EventKind, Series
from creditdesk.core.settings import Settings
from creditdesk.ui import chart_frame, theme
from creditdesk.ui.chart import Chart
from creditdesk.ui.chart_sight import Sight
from creditdesk.ui.history_page import HistoryPage

NO_MODIFIER, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


def length(chart: Chart) -> timedelta:
    low, high = chart.span()
    return high - low


def ink_at(image: QImage, chart: Chart, at: datetime, colour: QColor, top: float = 0) -> int:
    """How many pixels of about this colour stand in the plot's column of an instant."""
    box = chart._now.frame.box
    ratio = image.devicePixelRatio()
    x = round(chart._now.frame.x(at) * ratio)
    column = [image.pixelColor(x, y) for y in range(round((box.top() + top) * ratio), round(box.bottom() * ratio) - 1)]
    return sum(
        max(abs(one - other) for one, other in zip(_rgb(each), _rgb(colour), strict=True)) < 60 for each in column
    )


def _rgb(colour: QColor) -> tuple[int, int, int]:
    return colour.red(), colour.green(), colour.blue()


# ---- the number under the cursor


@pytest.mark.parametrize("seed", range(3))
def test_wherever_the_mouse_is_the_amount_is_exactly_that_of_a_point_there(qtbot: QtBot, seed: int) -> None:
    chance = random.Random(seed)
    points = []
    at = NOW - 25 * DAY
    while at < NOW - DAY:
        digits = f"{chance.randrange(10**20)}.{chance.randrange(10**12):012}"
        points.append(point(at, digits, timedelta(minutes=chance.choice((0, 5, 600)))))
        at = points[-1].last_seen + timedelta(minutes=chance.choice((5, 30, 61, 3000)))
    chart = chart_of(qtbot, shown(qtbot, (replace(monthly(), points=tuple(points)),)))
    frame = chart._now.frame
    for _ in range(60):
        pixel = chance.uniform(frame.box.left(), frame.box.right())
        mouse(chart, QEvent.Type.MouseMove, QPointF(pixel, frame.box.top() + 5))
        at = frame.time(pixel)
        near = [
            each for each in points if each.first_seen - timedelta(hours=1) <= at <= each.last_seen + timedelta(hours=1)
        ]
        seen = chart._pointed
        if not near:
            assert seen is None
            continue
        assert isinstance(seen, Sight)
        row = seen.rows[0]
        assert row is not None
        assert any(row.amount == each.left and each.first_seen <= row.at <= each.last_seen for each in near)
        assert f"Monthly {f'{row.amount:,}'.rstrip('0')} credits left" in chart.accessibleDescription()


def test_hovering_says_the_exact_amount_and_nothing_in_a_gap(qtbot: QtBot) -> None:
    points = (point(NOW - 20 * DAY, "41.125", 2 * DAY), point(NOW - 10 * DAY, "30", 2 * DAY))
    chart = chart_of(qtbot, shown(qtbot, (replace(monthly(), points=points),)))
    assert hover(chart, NOW - 19 * DAY) == "41.125"
    assert hover(chart, NOW - 14 * DAY) == ""
    assert hover(chart, NOW - 9 * DAY) == "30"
    QApplication.sendEvent(chart.viewport(), QEvent(QEvent.Type.Leave))
    assert chart._pointed is None


def test_the_description_of_the_crosshair_is_for_all_pools_shown(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(), top_up()))
    chart = chart_of(qtbot, page)
    page.card.pools.chips[1].click()
    hover(chart, NOW - timedelta(minutes=2))
    assert chart.accessibleDescription().startswith("Today 10:")
    assert "Monthly 92 credits left, " in chart.accessibleDescription()
    assert "Top-up 20 credits left, +15 since Fri 31 Oct 10:30" in chart.accessibleDescription()


# ---- gaps, and what was not read


def test_nothing_is_drawn_in_a_gap(qtbot: QtBot) -> None:
    points = (point(NOW - 20 * DAY, 400, 4 * DAY), point(NOW - 10 * DAY, 300, 4 * DAY))
    chart = chart_of(qtbot, shown(qtbot, (replace(monthly(), points=points),)))
    image, ink = grabbed(chart), chart_frame.colour(0)
    assert ink_at(image, chart, NOW - 18 * DAY, ink) > 0
    assert ink_at(image, chart, NOW - 8 * DAY, ink) > 0
    assert [ink_at(image, chart, NOW - 16 * DAY + hours * timedelta(hours=6), ink) for hours in range(1, 24)] == [
        0
    ] * 23


def test_a_gap_among_many_thousand_points_is_not_drawn_either(qtbot: QtBot) -> None:
    step = timedelta(minutes=5)
    times = [NOW - 29 * DAY + place * step for place in range(8_000)]
    points = tuple(point(at, 300 + place % 90) for place, at in enumerate(times) if not 4000 <= place < 4600)
    chart = chart_of(qtbot, shown(qtbot, (replace(monthly(), points=points),)))
    image, ink = grabbed(chart), chart_frame.colour(0)
    assert ink_at(image, chart, times[3_900], ink) > 0
    assert [ink_at(image, chart, times[place], ink) for place in range(4_060, 4_560, 50)] == [0] * 10
    wheel(chart, times[4_300], 5)
    image = grabbed(chart)
    assert [ink_at(image, chart, times[place], ink) for place in range(4_020, 4_580, 40)] == [0] * 14


def test_a_dashed_line_and_a_hollow_dot_tell_what_was_typed_and_the_legend_says_so(qtbot: QtBot) -> None:
    typed = tuple(point(NOW - days * DAY, 400, source=Source.BY_HAND) for days in (25, 15, 5))
    chart = chart_of(qtbot, shown(qtbot, (replace(monthly(), points=typed),)))
    image, ink = grabbed(chart), chart_frame.colour(0)
    between = [bool(ink_at(image, chart, NOW - 15 * DAY + k * timedelta(hours=2), ink)) for k in range(10, 110)]
    assert 15 < sum(between) < 90
    assert sum(one != other for one, other in pairwise(between)) > 6
    centre = QPointF(chart._now.frame.x(NOW - 15 * DAY), chart._now.frame.lanes[0].y(400))
    ground = theme.active().colour("surface")
    assert image.pixelColor(centre.toPoint() * image.devicePixelRatio()) == ground
    said = [item.words for line in chart._now.legend for _, item in line]
    assert "estimated or typed" in said
    assert "typed by hand" in said
    assert "not read" not in said


def test_the_legend_names_only_what_there_is(qtbot: QtBot) -> None:
    chart = chart_of(qtbot, shown(qtbot, (replace(monthly(), points=(point(NOW - 5 * DAY, 40, 4 * DAY),)),)))
    assert [item.words for line in chart._now.legend for _, item in line] == ["Monthly, credits left"]


# ---- colours


def colours(page: HistoryPage, chart: Chart) -> dict[str, str]:
    pairs = zip(chart._lines.picture.strands, chart._curves, strict=False)
    return {strand.series.pool: curves[0].opts["pen"].color().name() for strand, curves in pairs}


def test_a_pool_keeps_its_colour_whatever_is_ticked_stacked_or_measured(qtbot: QtBot) -> None:
    third = replace(top_up(), pool="balance", label="Balance", unit="USD")
    page = shown(qtbot, (monthly(), top_up(), third))
    chart = chart_of(qtbot, page)
    for pool in ("top-up", "balance"):
        page.card.pools.tick(pool)
    first = colours(page, chart)
    assert len(set(first.values())) == 3
    page.card.pools.tick("balance")
    for turn in (
        page.card.measures.used.click,
        page.card.measures.stack.click,
        page.card.measures.left.click,
        lambda: page.card.pools.tick("monthly"),
        lambda: page.card.pools.tick("balance"),
        lambda: page.show_series("a1", (monthly(), top_up(), third), NOW),
    ):
        turn()
        now = colours(page, chart)
        assert now == {pool: first[pool] for pool in now}


def test_pools_of_other_units_have_a_scale_of_their_own(qtbot: QtBot) -> None:
    money = replace(top_up(), pool="balance", label="Balance", unit="USD")
    page = shown(qtbot, (monthly(), money))
    chart = chart_of(qtbot, page)
    page.card.pools.tick("balance")
    upper, lower = chart._now.frame.lanes
    assert (upper.title, lower.title) == ("credits left", "USD left")
    assert upper.box.bottom() < lower.box.top()
    assert upper.high >= 500
    assert lower.high < 50


# ---- wheel, drag and keys


def test_the_wheel_zooms_around_the_mouse_and_the_scale_follows(qtbot: QtBot) -> None:
    chart = chart_of(qtbot, shown(qtbot, (monthly(),)))
    before, high = length(chart), chart._now.frame.lanes[0].high
    at = NOW - 3 * DAY
    pixel = chart._now.frame.x(at)
    for _ in range(8):
        wheel(chart, at, 3)
    assert length(chart) < before / 3
    assert abs(chart._now.frame.x(at) - pixel) < 3
    assert chart._now.frame.lanes[0].high < high
    wheel(chart, at, -40)
    assert length(chart) > before / 2


def test_dragging_moves_the_time_and_not_the_amounts(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(),))
    chart = chart_of(qtbot, page)
    chart.show_span(NOW - 10 * DAY, NOW - 6 * DAY)
    low, _ = chart.span()
    drag(chart, 200)
    moved = low - chart.span()[0]
    expected = 4 * DAY * (200 / chart._now.frame.box.width())
    assert abs(moved - expected) < expected / 10
    assert length(chart) == 4 * DAY
    assert page.card.whole.isEnabled()


def test_dragging_beyond_the_end_stops_there_and_keeps_the_width(qtbot: QtBot) -> None:
    chart = chart_of(qtbot, shown(qtbot, (monthly(),)))
    home = chart.span()
    chart.show_span(NOW - 10 * DAY, NOW - 6 * DAY)
    for _ in range(40):
        drag(chart, 300)
    assert chart.span()[0] < home[0] + DAY
    assert abs(length(chart) - 4 * DAY) < timedelta(minutes=1)
    for _ in range(60):
        drag(chart, -300)
    assert NOW < chart.span()[1] < home[1] + 20 * DAY
    assert abs(length(chart) - 4 * DAY) < timedelta(minutes=1)


def test_a_wheel_turned_faster_than_the_chart_is_painted_still_zooms_to_the_pointer(qtbot: QtBot) -> None:
    chart = chart_of(qtbot, shown(qtbot, (monthly(),)))
    at = NOW - 9 * DAY
    pixel = chart._now.frame.x(at)
    for turn in (4, -2, 5, -3, 4):
        wheel(chart, at, turn)
    assert abs(chart._now.frame.x(at) - pixel) < 3


def test_a_wheel_that_spins_freely_stops_at_the_whole_time(qtbot: QtBot) -> None:
    chart = chart_of(qtbot, shown(qtbot, (monthly(),)))
    home = length(chart)
    for notches in (-5_000, -500, -50):
        wheel(chart, NOW - 9 * DAY, notches)
        assert home <= length(chart) < 2 * home
    wheel(chart, NOW - 9 * DAY, 5_000)
    assert timedelta() < length(chart) < 2 * home


def test_no_hint_lies_upon_what_is_pointed_at_and_an_empty_part_is_called_one(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(),))
    chart = chart_of(qtbot, page)
    assert chart.toolTip() == chart.viewport().toolTip() == ""
    assert "Shift with an arrow key" in page.card.whole.toolTip()
    assert page.no_events.text().startswith("Nothing yet.")
    wheel(chart, NOW - 9 * DAY, 9)
    page.show_events("a1", ())
    assert page.no_events.text() == "Nothing happened in this time."


def test_the_button_shows_the_whole_time_again(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(),))
    chart = chart_of(qtbot, page)
    home = chart.span()
    assert not page.card.whole.isEnabled()
    wheel(chart, NOW - 3 * DAY, 9)
    page.card.whole.click()
    assert chart.span() == home
    assert not page.card.whole.isEnabled()


def test_the_keyboard_pans_zooms_and_goes_home_and_says_where_it_is(qtbot: QtBot) -> None:
    chart = chart_of(qtbot, shown(qtbot, (monthly(),)))
    home = chart.span()
    QTest.keyClick(chart, Qt.Key.Key_Plus)
    low, high = chart.span()
    assert home[0] < low < high < home[1]
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.span()[0] < low
    assert isinstance(chart._pointed, Sight)
    middle = low + (high - low) * 0.4
    assert abs(chart._pointed.at - middle) < timedelta(hours=2)
    assert f"{chart._pointed.rows[0].amount} credits left" in chart.accessibleDescription()
    QTest.keyClick(chart, Qt.Key.Key_Minus)
    assert chart.span()[1] - chart.span()[0] > high - low
    QTest.keyClick(chart, Qt.Key.Key_Home)
    assert chart.span() == home
    QTest.keyClick(chart, Qt.Key.Key_Escape)
    assert chart._pointed is None


def test_the_tab_key_reaches_the_chart(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(),))
    chart = chart_of(qtbot, page)
    page.activateWindow()
    page.card.pools.chips[0].setFocus()
    for _ in range(12):
        if QApplication.focusWidget() is chart:
            break
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is chart
    assert chart.accessibleName() == "Chart"


def test_shift_and_an_arrow_step_from_change_to_change_and_zooming_stays_there(qtbot: QtBot) -> None:
    points = tuple(point(NOW - i * DAY, 90 - i, DAY / 2) for i in (9, 6, 3))
    chart = chart_of(qtbot, shown(qtbot, (replace(monthly(), points=points),)))
    QTest.keyClick(chart, Qt.Key.Key_Left, SHIFT)
    assert chart.accessibleDescription() == "Wed 19 Nov 10:30: Monthly 87 credits left, +3 since Sun 16 Nov 22:30"
    QTest.keyClick(chart, Qt.Key.Key_Left, SHIFT)
    assert chart.accessibleDescription().startswith("Sun 16 Nov 10:30: Monthly 84 credits left, +3 since")
    QTest.keyClick(chart, Qt.Key.Key_Plus)
    QTest.keyClick(chart, Qt.Key.Key_Plus)
    assert chart.accessibleDescription().startswith("Sun 16 Nov 10:30: Monthly 84 credits left")


def test_a_double_click_shows_everything_again(qtbot: QtBot) -> None:
    chart = chart_of(qtbot, shown(qtbot, (monthly(),)))
    home = chart.span()
    chart.show_span(NOW - 3 * DAY, NOW - 2 * DAY)
    assert chart.span() != home
    QTest.mouseDClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=chart.viewport().rect().center())
    assert chart.span() == home


def test_the_crosshair_stays_when_marks_come_in(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(),))
    chart = chart_of(qtbot, page)
    QTest.keyClick(chart, Qt.Key.Key_Plus)
    before = chart._pointed
    assert before is not None
    page.show_events("a1", events())
    assert chart._pointed == before


# ---- marks


def test_marks_are_pointed_at_by_mouse_and_say_what_happened(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(), top_up()), events())
    chart = chart_of(qtbot, page)
    qtbot.waitUntil(lambda: len(chart._now.clusters) == 2)
    page.card.pools.tick("top-up")
    assert [[mark.words for mark in each.marks] for each in chart._now.clusters] == [
        ["Monthly reset, +468 credits"],
        ["Monthly: Low: under 20 % left"],
        ["Top-up topped up, +15 credits"],
    ]
    found = hover_marks(chart, chart._now.clusters[2].x + 4)
    assert found is chart._now.clusters[2]
    assert chart.accessibleDescription() == "Yesterday 04:30  Top-up topped up, +15 credits"
    assert hover_marks(chart, chart._now.clusters[2].x + 60) is None


def test_ctrl_and_an_arrow_step_from_mark_to_mark(qtbot: QtBot) -> None:
    chart = chart_of(qtbot, shown(qtbot, (monthly(),), events()))
    qtbot.waitUntil(lambda: len(chart._now.clusters) == 2)
    QTest.keyClick(chart, Qt.Key.Key_Left, CTRL)
    assert chart.accessibleDescription().startswith("Wed 19 Nov 17:42  Monthly: Low")
    QTest.keyClick(chart, Qt.Key.Key_Left, CTRL)
    assert "Monthly reset, +468 credits" in chart.accessibleDescription()
    assert chart._pointed.marks[0].at == RESET


def test_thousands_of_marks_are_a_few_counts_and_all_of_them_are_there(qtbot: QtBot) -> None:
    many = tuple(
        Event(
            NOW - 30 * DAY + place * timedelta(minutes=21),
            "a1",
            EventKind.TOP_UP,
            "monthly",
            Decimal(1),
            "credits",
            id=place,
        )
        for place in range(2_000)
    )
    chart = chart_of(qtbot, shown(qtbot, (monthly(),), many))
    qtbot.waitUntil(lambda: len(chart._now.clusters) > 2)
    assert all(after.x - before.x >= 20 for before, after in pairwise(chart._now.clusters))
    assert sum(len(each.marks) for each in chart._now.clusters) >= 1_900


def test_hidden_amounts_are_hidden_in_marks_and_legend(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(), top_up()), events())
    page.card.pools.tick("top-up")
    page.show_settings(Settings(hide_amounts=True))
    chart = chart_of(qtbot, page)
    qtbot.waitUntil(lambda: len(chart._now.clusters) == 3)
    said = " ".join(mark.words for each in chart._now.clusters for mark in each.marks)
    assert "468" not in said
    assert "15" not in said
    assert "•••" in chart.point_at(NOW - DAY)


# ---- the look


@pytest.mark.parametrize("amounts", [(400, 30), (-60, 30), (400, -3)])
def test_a_line_is_drawn_at_the_height_of_its_amount_in_its_own_scale(qtbot: QtBot, amounts: tuple[int, int]) -> None:
    shown_pools = (
        replace(monthly(), points=(point(NOW - 20 * DAY, amounts[0], 19 * DAY),)),
        replace(top_up(), pool="balance", unit="USD", points=(point(NOW - 20 * DAY, amounts[1], 19 * DAY),)),
    )
    page = shown(qtbot, shown_pools)
    chart = chart_of(qtbot, page)
    page.card.pools.tick("balance")
    image, frame = grabbed(chart), chart._now.frame
    for place, amount in enumerate(amounts):
        lane = frame.lane(place)
        assert lane.low <= amount <= lane.high
        assert float(lane.ticks[0]) == lane.low
        x = round(frame.x(NOW - 10 * DAY) * image.devicePixelRatio())
        near = range(-2, 3)
        found = [image.pixelColor(x, round(lane.y(amount) * image.devicePixelRatio()) + offset) for offset in near]
        assert chart_frame.colour(place) in found
        far = image.pixelColor(x, round(lane.y(amount) * image.devicePixelRatio()) + 12)
        assert far != chart_frame.colour(place)


def test_a_single_reading_is_a_dot(qtbot: QtBot) -> None:
    page = shown(qtbot, (replace(monthly(), points=(point(NOW - timedelta(hours=1), 92),)),))
    assert page.card.unit.text() == "One reading so far · credits left"
    chart = chart_of(qtbot, page)
    assert hover(chart, NOW - timedelta(hours=1)) == "92"
    chart.point_at(None)
    assert ink_at(grabbed(chart), chart, NOW - timedelta(hours=1), chart_frame.colour(0), top=1) >= 3


@pytest.mark.parametrize("series", [(), (replace(monthly(), points=()),)])
def test_a_pool_without_points_is_no_chart(qtbot: QtBot, series: tuple[Series, ...]) -> None:
    page = shown(qtbot, series, entries=(entry(),))
    assert page.card.span() is None
    assert page.card.nothing.isVisible()


@pytest.mark.parametrize("name", ["light", "dark"])
def test_a_stack_is_filled_with_the_colours_of_its_pools(qtbot: QtBot, worn: Callable[[str], None], name: str) -> None:
    worn(name)
    whole = (point(NOW - 20 * DAY, 60, 19 * DAY),)
    page = shown(qtbot, (replace(monthly(), points=whole), replace(top_up(), points=whole)))
    chart = chart_of(qtbot, page)
    page.card.pools.tick("top-up")
    page.card.measures.stack.click()
    image, lane = grabbed(chart), chart._now.frame.lanes[0]
    x = chart._now.frame.x(NOW - 10 * DAY)
    for amount, place in ((95, 0), (25, 1)):
        pixel = QPointF(x, lane.y(amount)).toPoint() * image.devicePixelRatio()
        assert image.pixelColor(pixel) == chart_frame.soft(place)
