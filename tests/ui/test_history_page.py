"""The history page and its chart: what is asked for, what is drawn, and what mouse and keyboard do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from tests.ui.history_sample import DAY, NOW, entry, events, monthly, point, top_up, unread

from creditdesk.core.series import Event, Series
from creditdesk.core.settings import Settings
from creditdesk.ui.board import Entry
from creditdesk.ui.chart import Chart
from creditdesk.ui.history_page import HistoryPage


def shown(
    qtbot: QtBot,
    series: tuple[Series, ...] = (),
    happened: tuple[Event, ...] = (),
    entries: tuple[Entry, ...] | None = None,
) -> HistoryPage:
    page = HistoryPage()
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.series_requested.connect(lambda account, _since: page.show_series(account, series, happened, NOW))
    page.show_accounts(list(entries if entries is not None else (entry(), unread())), NOW)
    page.show()
    qtbot.waitUntil(lambda: page.card._past is not None and page.card._past.told)
    return page


def chart_of(qtbot: QtBot, page: HistoryPage) -> Chart:
    qtbot.waitUntil(lambda: bool(page.findChildren(Chart)))
    return page.findChildren(Chart)[0]


def hover(chart: Chart, at: datetime) -> str:
    """Move the mouse over the plot at this instant."""
    frame = chart._frame()
    place = QPointF(frame.x(at), frame.box.center().y())
    moved = QMouseEvent(
        QEvent.Type.MouseMove,
        place,
        chart.viewport().mapToGlobal(place),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(chart.viewport(), moved)
    seen = chart._sight
    return f"{seen.amount}" if seen is not None else ""


def test_without_accounts_the_page_says_what_to_do(qtbot: QtBot) -> None:
    page = HistoryPage()
    qtbot.addWidget(page)
    page.show()
    assert page.empty.isVisible()
    assert not page.card.isVisible()
    with qtbot.waitSignal(page.add_requested):
        page.empty.buttons[0].click()


def test_nothing_is_asked_for_before_the_page_is_on_screen(qtbot: QtBot) -> None:
    page = HistoryPage()
    qtbot.addWidget(page)
    asked: list[str] = []
    page.series_requested.connect(lambda account, _: asked.append(account))
    page.show_accounts([entry()], NOW)
    page.show_account("a1")
    assert asked == []
    page.show()
    qtbot.waitUntil(lambda: asked == ["a1"])


def test_title_level_pools_and_unit_are_said(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(), top_up()), events())
    assert page.header.title.text() == "Word Finder"
    assert page.pill.accessibleName() == "Low"
    assert [each.text() for each in page.card.pools] == ["Monthly", "Top-up", "Together"]
    assert page.card.unit.text() == "credits left"


def test_an_account_on_a_test_server_is_marked(qtbot: QtBot) -> None:
    reading = entry().reading
    local = replace(reading, account=reading.account.changed(base_url="http://127.0.0.1:8080/x"))
    page = shown(qtbot, entries=(replace(entry(), reading=local), unread()))
    assert page.test_server.isVisible()
    assert "127.0.0.1:8080" in page.test_server.toolTip()
    page.show_account("a9")
    assert not page.test_server.isVisible()


@pytest.mark.parametrize(("place", "days"), [(0, 7), (1, 30), (2, 90), (3, 365), (4, None)])
def test_a_range_button_asks_for_that_time(qtbot: QtBot, place: int, days: int | None) -> None:
    page = shown(qtbot, (monthly(),))
    with qtbot.waitSignal(page.series_requested) as asked:
        page.ranges[place].click()
    assert asked.args == ["a1", None if days is None else NOW - days * DAY]


def test_the_chart_shows_the_pool_that_is_chosen(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(), top_up()), events())
    chart = chart_of(qtbot, page)
    assert [each.pool for each in chart._picture.series] == ["monthly"]
    page.card.pools[1].click()
    assert [each.pool for each in chart._picture.series] == ["top-up"]
    page.card.pools[2].click()
    assert [each.pool for each in chart._picture.series] == ["monthly", "top-up"]
    assert [each.pool for each in page.card.series_shown()] == ["monthly", "top-up"]


def test_hovering_says_the_exact_amount_and_nothing_in_a_gap(qtbot: QtBot) -> None:
    points = (point(NOW - 20 * DAY, "41.125", 2 * DAY), point(NOW - 10 * DAY, "30", 2 * DAY))
    page = shown(qtbot, (replace(monthly(), points=points),))
    chart = chart_of(qtbot, page)
    assert hover(chart, NOW - 19 * DAY) == "41.125"
    assert hover(chart, NOW - 14 * DAY) == ""
    assert hover(chart, NOW - 9 * DAY) == "30"
    QApplication.sendEvent(chart.viewport(), QEvent(QEvent.Type.Leave))
    assert chart._sight is None


def test_the_keyboard_pans_zooms_and_goes_home(qtbot: QtBot) -> None:
    chart = chart_of(qtbot, shown(qtbot, (monthly(),)))
    home = chart.span()
    QTest.keyClick(chart, Qt.Key.Key_Plus)
    low, high = chart.span()
    assert home[0] < low < high < home[1]
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.span()[0] < low
    QTest.keyClick(chart, Qt.Key.Key_Minus)
    assert chart.span()[1] - chart.span()[0] > high - low
    QTest.keyClick(chart, Qt.Key.Key_Home)
    assert chart.span() == home


def test_shift_and_an_arrow_step_from_change_to_change_and_say_it(qtbot: QtBot) -> None:
    points = tuple(point(NOW - i * DAY, 90 - i, DAY / 2) for i in (9, 6, 3))
    chart = chart_of(qtbot, shown(qtbot, (replace(monthly(), points=points),)))
    QTest.keyClick(chart, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert chart.accessibleDescription().startswith("87 credits, Wed 19 Nov")
    QTest.keyClick(chart, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert chart.accessibleDescription().startswith("84 credits, Sun 16 Nov")


def test_a_double_click_shows_everything_again(qtbot: QtBot) -> None:
    chart = chart_of(qtbot, shown(qtbot, (monthly(),)))
    home = chart.span()
    chart.show_span(NOW - 3 * DAY, NOW - 2 * DAY)
    assert chart.span() != home
    QTest.mouseDClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=chart.viewport().rect().center())
    assert chart.span() == home


def test_a_new_reading_asks_again_and_keeps_the_part_that_is_looked_at(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(),))
    chart = chart_of(qtbot, page)
    chart.show_span(NOW - 3 * DAY, NOW - 2 * DAY)
    part = chart.span()
    told = entry()
    assert told.reading.snapshot is not None
    newer = replace(told, reading=replace(told.reading, snapshot=replace(told.reading.snapshot, read_at=NOW)))
    with qtbot.waitSignal(page.series_requested):
        page.show_accounts([newer, unread()], NOW)
    assert chart.span() == part


def test_a_reading_of_another_account_asks_for_nothing(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(),))
    with qtbot.assertNotEmitted(page.series_requested, wait=20):
        page.show_accounts([entry(), unread(), entry("a3", "Third")], NOW)


def test_another_accounts_series_are_let_go(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(),))
    page.show_series("a9", (top_up("a9"),), (), NOW)
    assert [each.account for each in page.card.series_shown()] == ["a1"]


def test_what_happened_is_listed_newest_first_in_one_unit(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(),), events())
    rows = page.table.texts()
    assert rows[0] == ["Today 09:14", "Monthly used", "Client A", "−40"]
    assert rows[-1] == ["Sat 1 Nov 00:00", "Monthly reset", "Client A", "+468"]
    assert page.table.model().headerData(3, Qt.Orientation.Horizontal) == "Credits"
    assert ["Tue 18 Nov 20:06", "Reading failed: Throttled", "Client A", ""] in rows


def test_hidden_amounts_and_names_are_nowhere(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(),), events())
    page.show_settings(Settings(hide_amounts=True, hide_names=True))
    chart = chart_of(qtbot, page)
    said = " ".join(" ".join(row[1:]) for row in page.table.texts())
    assert "40" not in said
    assert "Client A" not in said
    assert "20 %" not in said
    assert "92" not in chart.accessibleDescription()
    assert "•••" in chart.point_at(NOW - DAY)


def test_an_account_never_read_says_why(qtbot: QtBot) -> None:
    page = shown(qtbot, (), (), (unread(),))
    assert page.card.nothing.isVisible()
    assert page.card.nothing.title.text() == "No readings yet"
    assert page.card.nothing.text.text().startswith("Key rejected.")
    assert not page.export.isEnabled()


def test_one_reading_is_a_point_and_is_said(qtbot: QtBot) -> None:
    page = shown(qtbot, (replace(monthly(), points=(point(NOW - timedelta(hours=1), 92),)),))
    assert page.card.unit.text() == "One reading so far · credits left"
    chart = chart_of(qtbot, page)
    assert hover(chart, NOW - timedelta(hours=1)) == "92"


def test_export_tells_the_series_on_screen(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(), top_up()))
    page.card.choose("top-up")
    with qtbot.waitSignal(page.export_requested) as told:
        page.export.click()
    assert told.args[0] == "a1"
    assert [each.pool for each in told.args[1]] == ["top-up"]


def test_many_points_are_taken_in_without_a_stall(qtbot: QtBot) -> None:
    step = timedelta(minutes=5)
    points = tuple(point(NOW - i * step, i % 500, step / 2) for i in range(30_000, 0, -1))
    page = shown(qtbot, (replace(monthly(), points=points),))
    chart = chart_of(qtbot, page)
    qtbot.waitUntil(lambda: chart._gathering is None)
    assert len(chart._curves[0].xData) <= 5 * chart.width()


def test_at_900_by_600_nothing_scrolls_sideways(qtbot: QtBot, worn: Callable[[str], None]) -> None:
    page = shown(qtbot, (monthly(), top_up()), events())
    page.resize(688, 600)
    assert page.minimumSizeHint().width() <= 688
    assert page.minimumSizeHint().height() <= 600


@pytest.mark.parametrize("theme_name", ["light", "dark"])
def test_it_is_drawn_in_both_themes(
    qtbot: QtBot, worn: Callable[[str], None], shoot: Callable[[QWidget, str], object], theme_name: str
) -> None:
    page = shown(qtbot, (monthly(), top_up()), events())
    chart = chart_of(qtbot, page)
    worn(theme_name)
    shoot(page, f"history-{theme_name}")
    picture = chart.grab().toImage()
    ground = picture.pixelColor(2, 2).name().upper()
    assert ground == {"light": "#FFFFFF", "dark": "#1C2027"}[theme_name]


def test_every_widget_has_an_accessible_name(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(), top_up()), events())
    chart_of(qtbot, page)
    reached = [each for each in page.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    nameless = [each for each in reached if each.isVisible() and not each.accessibleName()]
    assert nameless == []
