"""The activity page: one line an event, newest first, filtered, older ones on scrolling; and the words of events."""

from datetime import timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from tests.ui.history_sample import DAY, NOW, definition, entry, events

from creditdesk.core.series import Event, EventKind
from creditdesk.core.settings import Settings
from creditdesk.ui import event_words
from creditdesk.ui.activity_page import GONE, ActivityPage
from creditdesk.ui.event_words import Group


def happened() -> list[Event]:
    found = [*events("a1"), *events("a2"), Event(NOW - 9 * DAY, "gone", EventKind.REMOVED, id=99)]
    return sorted(found, key=lambda each: each.at, reverse=True)


def many(count: int, before: int = 0) -> list[Event]:
    hour = timedelta(hours=1)
    return [
        Event(NOW - (before + i) * hour, "a1", EventKind.USED, "monthly", Decimal(-i - 1), "credits", id=before + i)
        for i in range(count)
    ]


def page_with(qtbot: QtBot, told: list[Event], more: bool = False) -> ActivityPage:
    page = ActivityPage()
    qtbot.addWidget(page)
    page.resize(688, 600)
    page.show_accounts([entry(), entry("a2", "Agency")], NOW)
    page.show_events(told, more)
    page.show()
    return page


def test_an_event_is_one_line_with_sign_and_unit(qtbot: QtBot) -> None:
    page = page_with(qtbot, happened())
    rows = page.table.texts()
    assert rows[0] == ["Today 09:14", "Word Finder", "Monthly used", "−40 credits"]
    assert ["Sat 1 Nov 00:00", "Word Finder · Agency", "Monthly reset", "+468 credits"] in rows
    assert any(row[1] == GONE and row[2] == "Account removed" for row in rows)
    assert page.header.subtitle.text() == "15 events"


def test_an_empty_page_says_what_will_stand_here(qtbot: QtBot) -> None:
    page = page_with(qtbot, [])
    assert page.empty.isVisible()
    assert page.empty.title.text() == "Nothing happened yet"
    assert not page.card.isVisible()


def test_account_kind_and_words_filter(qtbot: QtBot) -> None:
    page = page_with(qtbot, happened())
    page.show_account("a2")
    assert {row[1] for row in page.table.texts()} == {"Word Finder · Agency"}
    page.kinds.setCurrentIndex(page.kinds.findData(Group.TROUBLES))
    page.kinds.activated.emit(page.kinds.currentIndex())
    assert [row[2] for row in page.table.texts()] == ["Reading works again", "Reading failed: Throttled"]
    page.search.setText("throttled FAILED")
    assert [row[2] for row in page.table.texts()] == ["Reading failed: Throttled"]
    page.search.setText("nowhere")
    assert page.empty.isVisible()


def test_scrolling_down_asks_once_for_older_events(qtbot: QtBot) -> None:
    page = page_with(qtbot, many(60), more=True)
    asked: list[object] = []
    page.more_requested.connect(asked.append)
    bar = page.table.verticalScrollBar()
    bar.setValue(bar.maximum())
    bar.setValue(bar.maximum() - 1)
    assert asked == [many(60)[-1].at]
    page.add_events(many(60, before=60), more=False)
    assert len(page.table.rows()) == 120
    bar.setValue(bar.maximum())
    assert len(asked) == 1


def test_a_filter_that_leaves_little_looks_further_back(qtbot: QtBot) -> None:
    page = page_with(qtbot, many(60), more=True)
    with qtbot.waitSignal(page.more_requested):
        page.show_account("a2")


def test_new_events_come_on_top(qtbot: QtBot) -> None:
    page = page_with(qtbot, many(5))
    page.show_new([Event(NOW, "a2", EventKind.NOTE, detail="Agreed with the client")])
    assert page.table.texts()[0][2] == "Agreed with the client"


def test_hidden_amounts_and_names_are_dots(qtbot: QtBot) -> None:
    page = page_with(qtbot, happened())
    page.show_settings(Settings(hide_amounts=True, hide_names=True))
    said = " ".join(" ".join(row[1:]) for row in page.table.texts())
    assert "40" not in said
    assert "Agency" not in said
    page.search.setText("40")
    assert page.table.rows() == []


def test_return_on_a_line_opens_its_account(qtbot: QtBot) -> None:
    page = page_with(qtbot, happened())
    page.table.setFocus()
    page.table.choose(1)
    with qtbot.waitSignal(page.account_chosen) as chosen:
        QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert chosen.args == ["a2"]


def test_every_widget_has_an_accessible_name(qtbot: QtBot) -> None:
    page = page_with(qtbot, happened())
    reached = [each for each in page.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert [each for each in reached if each.isVisible() and not each.accessibleName()] == []
    assert page.minimumSizeHint().width() <= 688


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_of_event_has_words_and_a_group(kind: EventKind) -> None:
    assert event_words.what(Event(NOW, "a1", kind))
    assert event_words.what(Event(NOW, "a1", kind, "monthly"), definition())
    assert event_words.group(kind) in Group


@pytest.mark.parametrize(
    ("event", "words", "amount"),
    [
        (Event(NOW, "a", EventKind.USED, "monthly", Decimal(-1), "credits"), "Monthly used", "−1 credit"),
        (Event(NOW, "a", EventKind.TOP_UP, "balance", Decimal("5"), "USD"), "Balance topped up", "+$5.00"),
        (Event(NOW, "a", EventKind.TYPED, "top-up", Decimal(312), "credits"), "Top-up typed by hand", "312 credits"),
        (Event(NOW, "a", EventKind.TROUBLE, detail="key_rejected"), "Reading failed: Key rejected", ""),
        (Event(NOW, "a", EventKind.ALERT, detail="Low: under 20 % left"), "Low: under 20 % left", ""),
        (Event(NOW, "a", EventKind.CHANGED, detail="interval 10 min"), "Account changed: interval 10 min", ""),
    ],
)
def test_events_in_words(event: Event, words: str, amount: str) -> None:
    assert event_words.what(event, definition()) == words
    assert event_words.change(event) == amount


def test_a_warning_of_a_pool_is_one_sentence() -> None:
    event = Event(NOW, "a", EventKind.ALERT, "monthly", detail="low percent")
    said = event_words.what(event, labels={"monthly": "Monthly"})
    assert said == "Monthly low: less is left than the share set for warnings."
    assert event_words.what(event) == "Low: less is left than the share set for warnings."


def test_hiding_amounts_hides_figures_in_an_events_own_text() -> None:
    event = Event(NOW, "a", EventKind.ALERT, detail="Critical: $3.18 left, lasts 2 days")
    assert event_words.what(event, hide=True) == "Critical: ••• left, lasts ••• days"
