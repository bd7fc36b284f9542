"""The history page: what is asked for, what can be chosen, what is listed, and what is saved."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from tests.ui.chart_hands import chart_of, hover, shown
from tests.ui.history_sample import DAY, NOW, entry, events, monthly, point, top_up, unread

from creditdesk.core.settings import Settings
from creditdesk.ui import chart_data, chart_saving
from creditdesk.ui.history_page import HistoryPage


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
    assert [each.text() for each in page.card.pools.chips] == ["Monthly", "Top-up"]
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


def pools_shown(page: HistoryPage) -> list[str]:
    return [each.pool for each in page.card.series_shown()]


def test_pools_are_ticked_on_and_off_and_one_always_stays(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(), top_up()), events())
    chart = chart_of(qtbot, page)
    assert pools_shown(page) == ["monthly"]
    page.card.pools.chips[1].click()
    assert pools_shown(page) == ["monthly", "top-up"]
    assert [each.series.pool for each in chart._lines.picture.strands] == ["monthly", "top-up"]
    page.card.pools.chips[0].click()
    assert pools_shown(page) == ["top-up"]
    page.card.pools.chips[1].click()
    assert pools_shown(page) == ["top-up"]
    assert [each.isChecked() for each in page.card.pools.chips] == [False, True]


def test_what_is_ticked_is_kept_for_each_account(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(), top_up()), entries=(entry(), entry("a2", "Second")))
    page.card.pools.chips[1].click()
    page.show_account("a2")
    assert pools_shown(page) == ["monthly"]
    page.show_account("a1")
    assert pools_shown(page) == ["monthly", "top-up"]


def test_many_pools_are_ticked_in_a_menu(qtbot: QtBot) -> None:
    many = tuple(replace(monthly(), pool=f"grant:{place}", label=f"Grant {place}") for place in range(9))
    page = shown(qtbot, many)
    card = page.card.pools
    assert card.menu_button.isVisible()
    assert not card.chips
    actions = card._menu.actions()
    actions[3].trigger()
    assert pools_shown(page) == ["grant:0", "grant:3"]
    assert [each.text() for each in actions if each.isChecked()] == ["Grant 0", "Grant 3"]
    assert card.menu_button.text() == "Grant 0 and 1 more of 11 pools"


def test_the_stack_is_offered_for_two_pools_and_put_in_drain_order(qtbot: QtBot) -> None:
    page = shown(qtbot, (top_up(), monthly()), events())
    chart = chart_of(qtbot, page)
    assert not page.card.measures.stack.isEnabled()
    assert "two pools" in page.card.measures.stack.toolTip()
    page.card.pools.chips[1].click()
    page.card.measures.stack.click()
    assert chart._lines.picture.stacked
    assert [each.series.pool for each in chart._lines.picture.strands] == ["monthly", "top-up"]


def test_left_or_used_is_chosen_and_what_is_not_known_cannot_be(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(), top_up()))
    chart = chart_of(qtbot, page)
    page.card.measures.used.click()
    assert page.card.unit.text() == "credits used"
    assert hover(chart, NOW - timedelta(minutes=3)) == "408"
    bare = replace(top_up(), points=tuple(replace(each, limit=None) for each in top_up().points))
    page.show_series("a1", (monthly(), bare), NOW)
    page.card.pools.chips[1].click()
    page.card.pools.chips[0].click()
    assert page.card.unit.text() == "credits left"
    assert not page.card.measures.used.isEnabled()


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
    page.show_series("a9", (top_up("a9"),), NOW)
    page.show_events("a9", events("a9"))
    assert page.card._past is not None
    assert page.card._past.events == ()
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


def save(page: HistoryPage, what: str) -> None:
    menu = page.export.menu()
    next(each for each in menu.actions() if what in each.text()).trigger()


def test_export_tells_the_series_that_are_ticked(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(), top_up()))
    page.card.pools.chips[1].click()
    with qtbot.waitSignal(page.export_requested) as told:
        save(page, "CSV…")
    assert told.args == ["a1", (monthly(), top_up())]


def test_copy_tells_only_the_points_on_screen(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(), top_up()))
    chart_of(qtbot, page).show_span(NOW - 3 * DAY, NOW - 2 * DAY)
    with qtbot.waitSignal(page.copy_requested) as told:
        save(page, "Copy")
    (series,) = told.args[0]
    assert series.points == tuple(
        each for each in monthly().points if each.last_seen >= NOW - 3 * DAY and each.first_seen <= NOW - 2 * DAY
    )


def test_the_picture_is_told_sharp_and_as_lines(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(), top_up()))
    chart = chart_of(qtbot, page)
    with qtbot.waitSignal(page.picture_requested) as told:
        save(page, "PNG")
    account, kind, image = told.args
    assert (account, kind) == ("a1", "png")
    assert isinstance(image, QImage)
    assert image.size() == chart.viewport().size() * 2
    assert chart_saving.png(image).startswith(b"\x89PNG")
    with qtbot.waitSignal(page.picture_requested) as told:
        save(page, "SVG")
    text = told.args[2].decode()
    assert text.startswith("<?xml")
    assert "<title>Word Finder</title>" in text
    assert "reset 1 Nov" in text
    assert text.count("<path") + text.count("<polyline") > 5


def test_many_points_are_asked_for_and_drawn_when_they_come(qtbot: QtBot) -> None:
    step = timedelta(minutes=5)
    points = tuple(point(NOW - i * step, i % 500, step / 2) for i in range(30_000, 0, -1))
    page = shown(qtbot, (replace(monthly(), points=points),), make=False)
    qtbot.waitUntil(lambda: page.card.unit.text() == "Drawing…")
    chart = page.card.chart()
    assert page.card.span() is None
    page.show_lines(chart_data.build(chart._wanted))
    assert page.card.span() is not None
    assert page.card.unit.text() == "credits left"
    assert len(chart._curves[0][0].xData) <= 5 * chart.width() + 10


def test_lines_that_are_no_longer_wanted_are_let_go(qtbot: QtBot) -> None:
    step = timedelta(minutes=5)
    points = tuple(point(NOW - i * step, i % 500, step / 2) for i in range(9_000, 0, -1))
    page = shown(qtbot, (replace(monthly(), points=points), top_up()), make=False)
    qtbot.waitUntil(lambda: page.card.unit.text() == "Drawing…")
    late = page.card.chart()._wanted
    page.card.pools.tick("top-up")
    page.card.pools.tick("monthly")
    page.show_lines(chart_data.build(late))
    assert [each.series.pool for each in page.card.chart()._lines.picture.strands] == ["top-up"]


def test_what_happened_is_asked_for_the_time_on_screen(qtbot: QtBot) -> None:
    page = shown(qtbot, (monthly(), top_up()), events())
    chart = chart_of(qtbot, page)
    with qtbot.waitSignal(page.events_requested) as asked:
        chart.show_span(NOW - 5 * DAY, NOW - 2 * DAY)
    assert asked.args == ["a1", *chart.span()]
    assert [row[1] for row in page.table.texts()] == [
        "Monthly: Low: under 20 % left",
        "Reading works again",
        "Reading failed: Throttled",
        "Keyword ideas, 1 run: fits",
    ]
    chart.show_span(NOW - 20 * DAY, NOW - 19 * DAY)
    qtbot.waitUntil(lambda: page.no_events.isVisible())
    assert page.no_events.text() == "Nothing happened in this time."


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
    page.card.pools.chips[1].click()
    reached = [each for each in page.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    nameless = [each for each in reached if each.isVisible() and not each.accessibleName()]
    assert nameless == []
