"""The activity page: one line an event, newest first; its filters are a query; notes; and the words of events."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from tests.ui.history_sample import DAY, NOW, definition, entry, events, pool

from creditdesk.core.pools import PoolKind
from creditdesk.core.series import Event, EventKind
from creditdesk.core.settings import Settings
from creditdesk.core.timeline import Totals, UnitTotal
from creditdesk.ui import event_words
from creditdesk.ui.activity_page import GONE, ActivityPage
from creditdesk.ui.drop_down import DropDown
from creditdesk.ui.event_words import Group
from creditdesk.ui.note_dialog import NoteDialog


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
    page.show_clients(["Client A", "Client B"])
    page.show_events(told, more)
    page.show()
    return page


def choose(choice: DropDown, data: object) -> None:
    """As if the user took it from the list."""
    place = next(each for each in range(choice.count()) if choice.itemData(each) == data)
    choice.setCurrentIndex(place)
    choice.activated.emit(place)


def test_an_event_is_one_line_with_sign_and_unit(qtbot: QtBot) -> None:
    page = page_with(qtbot, happened())
    rows = page.table.texts()
    assert rows[0] == ["Today 09:14", "Word Finder", "Monthly used", "−40 credits"]
    assert ["Sat 1 Nov 00:00", "Word Finder · Agency", "Monthly reset", "+468 credits"] in rows
    assert any(row[1] == GONE and row[2] == "Account removed" for row in rows)
    assert page.header.subtitle.text() == "15 events"


def test_a_reset_that_is_dated_at_its_rule_says_so(qtbot: QtBot) -> None:
    told = Event(NOW, "a1", EventKind.RESET, "monthly", Decimal(468), "credits", "dated at its rule", 3)
    assert page_with(qtbot, [told]).table.texts()[0][2] == "Monthly reset: dated at its rule"


def test_an_empty_page_says_what_will_stand_here(qtbot: QtBot) -> None:
    page = page_with(qtbot, [])
    assert page.empty.isVisible()
    assert page.empty.title.text() == "Nothing happened yet"
    assert not page.card.isVisible()
    assert not page.export.isEnabled()
    choose(page.filters.kinds, Group.NOTES)
    page.show_events([], False)
    assert page.empty.title.text() == "Nothing of this kind"


def test_each_filter_is_a_part_of_the_query(qtbot: QtBot) -> None:
    page = page_with(qtbot, happened())
    asked: list[object] = []
    page.query_changed.connect(lambda: asked.append(page.query))
    page.show_account("a2")
    assert page.query.accounts == ("a2",)
    choose(page.filters.kinds, Group.TROUBLES)
    assert page.query.kinds == (EventKind.TROUBLE, EventKind.RECOVERED)
    choose(page.filters.pools, "Top-up")
    assert page.query.pools == ("top-up",)
    choose(page.filters.clients, "Client B")
    assert page.query.client == "Client B"
    assert page.query.clients == {"a1": "Client A", "a2": "Client A"}
    choose(page.filters.clients, "")
    assert page.query.client == ""
    assert len(asked) == 5


def test_a_pool_is_asked_of_the_accounts_that_have_one_of_this_name(qtbot: QtBot) -> None:
    other = pool("balance", kind=PoolKind.WALLET)
    page = page_with(qtbot, [])
    page.show_accounts([entry(), entry("a2", pools=(other, pool("top-up")))], NOW)
    choose(page.filters.pools, "Balance")
    assert (page.query.accounts, page.query.pools) == (("a2",), ("balance",))


@pytest.mark.parametrize(
    ("span", "days"),
    [
        ("Today", ("2025-11-22", None)),
        ("Last 7 days", ("2025-11-16", None)),
        ("This month", ("2025-11-01", None)),
        ("Last month", ("2025-10-01", "2025-11-01")),
        ("This year", ("2025-01-01", None)),
        ("All time", (None, None)),
    ],
)
def test_dates_are_whole_days_of_the_users(qtbot: QtBot, span: str, days: tuple[str | None, str | None]) -> None:
    page = page_with(qtbot, [])
    choose(page.filters.span, span)
    found = (page.query.since, page.query.until)
    assert tuple(each and each.astimezone().strftime("%Y-%m-%d") for each in found) == days
    assert all(each is None or each.astimezone().strftime("%H:%M") == "00:00" for each in found)


def test_other_dates_are_typed_and_the_last_one_counts(qtbot: QtBot) -> None:
    page = page_with(qtbot, [])
    assert not page.filters.first.isVisible()
    choose(page.filters.span, "Other dates…")
    assert page.filters.first.isVisible()
    page.filters.first.setDate(QDate(2025, 11, 20))
    page.filters.last.setDate(QDate(2025, 11, 3))
    since, until = page.query.since, page.query.until
    assert since is not None
    assert until is not None
    assert (since.astimezone().day, until.astimezone().day) == (3, 21)


def test_words_are_looked_for_wherever_they_stand_on_screen(qtbot: QtBot) -> None:
    page = page_with(qtbot, happened())
    with qtbot.waitSignal(page.query_changed):
        page.filters.search.setText("agency FAILED monthly 40")
    agency, failed, monthly, figure = page.query.words
    assert agency.accounts == ("a2",)
    assert failed.kinds == (EventKind.TROUBLE,)
    assert monthly.pools == ("monthly",)
    assert (figure.text, figure.figures) == ("40", True)


def test_the_windows_find_goes_to_the_words(qtbot: QtBot) -> None:
    page = page_with(qtbot, happened())
    with qtbot.waitActive(page):
        page.activateWindow()
    page.focus_search()
    assert page.filters.search.hasFocus()


def test_what_all_of_it_adds_up_to_stands_above_it(qtbot: QtBot) -> None:
    page = page_with(qtbot, many(60), more=True)
    assert page.header.subtitle.text() == "60 events, more below"
    assert not page.totals.isVisible()
    credits = UnitTotal("credits", used=Decimal(1240), topped_up=Decimal(5000), refilled=Decimal(468))
    page.show_totals(Totals(1234, (UnitTotal("USD", used=Decimal("3.18")), credits), unknown=3))
    assert page.totals.text() == (
        "In all: $3.18 used · 1,240 credits used, 5,000 topped up, 468 refilled · 3 changes of unknown size not added"
    )
    assert page.header.subtitle.text() == "1,234 events"
    page.show_settings(Settings(hide_amounts=True))
    assert "1,240" not in page.totals.text()


def test_scrolling_down_asks_once_for_older_events(qtbot: QtBot) -> None:
    page = page_with(qtbot, many(60), more=True)
    asked: list[object] = []
    page.more_requested.connect(asked.append)
    bar = page.table.verticalScrollBar()
    bar.setValue(bar.maximum())
    bar.setValue(bar.maximum() - 1)
    assert asked == [many(60)[-1]]
    page.add_events(many(60, before=60), more=False)
    assert len(page.table.rows()) == 120
    bar.setValue(bar.maximum())
    assert len(asked) == 1


def test_whoever_reads_further_down_keeps_the_place_and_the_choice(qtbot: QtBot) -> None:
    page = page_with(qtbot, many(60), more=True)
    page.add_events(many(60, before=60), more=True)
    page.table.choose(70)
    page.table.verticalScrollBar().setValue(300)
    first = page.table.rowAt(0)
    said = page.table.texts()[first]
    grown = replace(many(60)[0], amount=Decimal(-9))
    new = Event(NOW + DAY, "a2", EventKind.NOTE, detail="Agreed with the client", id=500)
    page.renew_events([new, grown, *many(60)[1:59]], more=True)
    assert len(page.table.rows()) == 121
    assert page.table.texts()[0][2] == "Agreed with the client"
    assert page.table.texts()[1][3] == "−9 credits"
    assert page.table.texts()[page.table.rowAt(0)] == said
    assert page.table.chosen().id == 70


def test_hidden_amounts_and_names_are_dots(qtbot: QtBot) -> None:
    page = page_with(qtbot, happened())
    page.show_settings(Settings(hide_amounts=True, hide_names=True))
    said = " ".join(" ".join(row[1:]) for row in page.table.texts())
    assert "40" not in said
    assert "Agency" not in said
    assert [page.filters.clients.itemText(place) for place in (1, 2)] == ["Client 1", "Client 2"]
    page.filters.search.setText("40 agency")
    figure, name = page.query.words
    assert not figure.figures
    assert name.accounts == ()


def test_return_on_a_line_opens_its_account(qtbot: QtBot) -> None:
    page = page_with(qtbot, happened())
    page.table.setFocus()
    page.table.choose(1)
    with qtbot.waitSignal(page.account_chosen) as chosen:
        QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert chosen.args == ["a2"]


def test_only_a_note_can_be_deleted_also_by_key(qtbot: QtBot) -> None:
    note = Event(NOW, "", EventKind.NOTE, detail="Agreed", id=7)
    page = page_with(qtbot, [note, *happened()])
    assert page.table.texts()[0][1] == "—"
    gone: list[object] = []
    page.note_removed.connect(gone.append)
    with qtbot.waitActive(page):
        page.activateWindow()
    page.table.setFocus()
    page.table.choose(1)
    assert not page.delete.isVisible()
    QTest.keyClick(page.table, Qt.Key.Key_Delete)
    page.table.choose(0)
    assert page.delete.isVisible()
    page.delete.click()
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_Delete)
    assert gone == [note, note]


def test_a_note_wants_words_and_says_when_and_of_what(qtbot: QtBot) -> None:
    dialog = NoteDialog([entry(), entry("a2", "Agency")], NOW, Settings(), "a2")
    qtbot.addWidget(dialog)
    saved: list[tuple[object, ...]] = []
    dialog.saved.connect(lambda *told: saved.append(told))
    dialog.save.click()
    assert saved == []
    assert not dialog.error.isHidden()
    dialog.text.setText("Quota raised")
    dialog.save.click()
    dialog.when.setDateTime(dialog.when.dateTime().addDays(-1))
    dialog.accounts.setCurrentIndex(0)
    dialog.save.click()
    assert saved == [("Quota raised", NOW, "a2"), ("Quota raised", NOW - DAY, "")]


def test_a_long_account_name_does_not_make_the_note_dialog_wider_than_it_is(qtbot: QtBot) -> None:
    dialog = NoteDialog(
        [entry("a2", "An agency with a name of sixty letters, which is the most there is")], NOW, Settings(), "a2"
    )
    qtbot.addWidget(dialog)
    dialog.show()
    right = dialog.accounts.mapTo(dialog, dialog.accounts.rect().topRight()).x()
    assert right < dialog.width()


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


def test_a_warning_about_pools_that_are_emptied_in_turn_names_them_all() -> None:
    event = Event(NOW, "a1", EventKind.ALERT, "total:credits", detail="low runs_out")
    assert event_words.what(event) == "All credits low: at this pace it will not last."
