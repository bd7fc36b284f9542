"""The ledger page: how a balance comes about, what is not explained, and what is hidden; its dialog."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from creditdesk.core.charges import Charge, ChargeState, Draw, Entry, EntryKind, Known
from creditdesk.core.counted import Counted, CountedPool
from creditdesk.core.pools import Source
from creditdesk.core.settings import Settings
from creditdesk.core.tallies import Foretold, Total, Totals
from creditdesk.ui.board import Entry as Account
from creditdesk.ui.ledger_entry import LedgerEntryDialog
from creditdesk.ui.ledger_page import LedgerPage
from creditdesk.ui.ledger_values import Kind, LedgerView, Typed

D = Decimal


@pytest.fixture
def account(made: dict[str, Callable[..., Account]]) -> Account:
    return made["oneclick"]()


@pytest.fixture
def page(qtbot: QtBot, account: Account, now: datetime) -> LedgerPage:
    page = LedgerPage()
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.show_accounts([account], account.id, now)
    page.show()
    return page


def charge(account: Account, at: datetime, id_: str, *amounts: str, **more: object) -> Charge:
    given: dict[str, object] = {
        "draws": tuple(Draw(D(each), ("monthly",)) for each in amounts),
        "known": Known.REPORTED,
        "state": ChargeState.BOOKED,
        "client": "Acme",
        **more,
    }
    return Charge(id_, account.id, at, "rank-check", **given)  # type: ignore[arg-type]


def view(account: Account, now: datetime, **more: object) -> LedgerView:
    """92 typed an hour ago, 50 bought, 24 charged, 1 charge unknown, 6 unexplained."""
    assert account.reading.snapshot is not None
    monthly, top_up = account.reading.snapshot.pools
    hour = now - timedelta(hours=1)
    pools = (
        CountedPool(monthly, Source.ESTIMATED, D(92), hour, D(50), D(0), D(24), 1, D(4)),
        CountedPool(top_up, Source.METERED),
    )
    lines = (
        charge(account, now, "c2", draws=None, state=ChargeState.UNKNOWN),
        charge(account, now, "c1", "24", items=3),
        Entry("e1", account.id, "monthly", EntryKind.TOP_UP, D(50), now, note="invoice 7"),
        Entry("e0", account.id, "monthly", EntryKind.BALANCE, D(92), hour),
    )
    gone = (charge(account, hour, "u1", "6", known=Known.UNEXPLAINED),)
    found = {"lines": lines, "unexplained": gone, **more}
    return LedgerView(account.id, Counted(now, pools, True), **found)  # type: ignore[arg-type]


def test_each_balance_says_how_it_comes_about_and_how_sure_it_is(
    page: LedgerPage, account: Account, now: datetime
) -> None:
    page.show_view(view(account, now))
    monthly, top_up = page.balance.texts()
    assert monthly[1:3] == ("at most 92 credits", "estimated, just now")
    assert monthly[3].startswith("92 typed today ")
    assert monthly[3].endswith("+ 50 added − 24 charged")
    assert monthly[4] == "1 charge since then has a cost nobody knows. It may be off by 4."
    assert top_up[1:3] == ("unknown", "type what the vendor shows")


def test_what_no_charge_explains_stands_above_the_lines(page: LedgerPage, account: Account, now: datetime) -> None:
    page.show_view(view(account, now))
    assert page.balance.drift.isVisible()
    assert page.balance.drift.accessibleName().startswith("Unexplained: 6 more gone than was charged")
    page.show_view(view(account, now, unexplained=()))
    assert not page.balance.drift.isVisible()


def test_lines_say_what_they_are_and_how_they_are_known(page: LedgerPage, account: Account, now: datetime) -> None:
    page.show_view(view(account, now))
    assert [row[1:] for row in page.texts()] == [
        ["rank-check", "Acme", "unknown", "unknown"],
        ["rank-check, 3 items, Monthly", "Acme", "reported", "−24"],
        ["Top-up, Monthly · invoice 7", "", "typed", "+50"],
        ["Balance seen, Monthly", "", "typed", "= 92"],
    ]
    allowed = []
    for place in range(4):
        page.table.choose(place)
        allowed.append(page.undo.isEnabled())
    assert allowed == [False, False, True, True]


def test_sums_and_predictions_are_a_click_away(page: LedgerPage, account: Account, now: datetime) -> None:
    totals = Totals(operations=(Total("rank-check", 2, D(24), 1), Total("", unexplained=D(6))))
    told = (Foretold("rank-check", 4, 40, D(40), D(44), now),)
    page.show_view(view(account, now, totals=totals, foretold=told))
    page.chips["operation"].click()
    assert page.texts() == [["rank-check", "2", "1", "", "24"], ["(no request)", "0", "", "6", "0"]]
    page.chips["predicted"].click()
    assert page.texts() == [["rank-check", "4", "40", "40", "44", "+4 (10 %)"]]


def test_who_reads_on_keeps_the_line_and_the_filters(page: LedgerPage, account: Account, now: datetime) -> None:
    first = view(account, now)
    page.show_view(first)
    page.clients.setCurrentIndex(page.clients.findData("Acme"))
    page.clients.activated.emit(1)
    page.table.choose(1)
    newer = charge(account, now + timedelta(seconds=1), "c3", "1")
    page.show_view(view(account, now, lines=(newer, *first.lines)))
    assert page.clients.currentData() == "Acme"
    assert len(page.texts()) == 3
    assert page.table.chosen() == first.lines[1]


def test_names_and_amounts_that_are_hidden_are_nowhere(page: LedgerPage, account: Account, now: datetime) -> None:
    page.show_settings(Settings(hide_amounts=True, hide_names=True))
    page.show_view(view(account, now))
    offered = [page.clients.itemText(place) for place in range(page.clients.count())]
    said = repr([page.texts(), page.balance.texts(), offered]) + page.balance.drift.accessibleName()
    assert "Acme" not in said
    assert not any(each in said for each in ("92", "−24", "+50"))


def test_without_an_account_and_without_a_line_it_says_what_to_do(
    page: LedgerPage, account: Account, now: datetime, qtbot: QtBot
) -> None:
    page.show_view(view(account, now, lines=(), unexplained=()))
    assert "Nothing was charged or typed yet." in page.nothing.text()
    assert page.nothing.isVisible() and not page.export.isEnabled()
    page.show_accounts([], "", now)
    assert page.empty.isVisible() and not page.card.isVisible()
    with qtbot.waitSignal(page.add_account_requested):
        page.empty.buttons[0].click()


def test_escape_goes_back_and_every_part_has_a_name(
    page: LedgerPage, account: Account, now: datetime, qtbot: QtBot
) -> None:
    page.show_view(view(account, now))
    parts = [each for each in page.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert [each for each in parts if each.isVisible() and not each.accessibleName()] == []
    page.activateWindow()
    page.table.setFocus()
    with qtbot.waitSignal(page.back_requested):
        qtbot.keyClick(page.table, Qt.Key.Key_Escape)


def test_each_kind_asks_for_what_it_needs(qtbot: QtBot, now: datetime) -> None:
    dialog = LedgerEntryDialog("Add", ([("monthly", "Monthly")], [("serp", "SERP")], ["Acme"]), now)
    qtbot.addWidget(dialog)
    dialog.show()
    saved: list[Typed] = []
    dialog.saved.connect(saved.append)
    fields = {
        kind: (dialog.choose(kind), dialog.expires.isVisible(), dialog.operations.isVisible())[1:]  # type: ignore[func-returns-value]  # it is only called
        for kind in Kind
    }
    shown = {Kind.BALANCE: (False, False), Kind.TOP_UP: (False, False)}
    assert fields == {**shown, Kind.GRANT: (True, False), Kind.CHARGE: (False, True)}
    dialog.amount.setText("0")
    dialog.save.click()
    assert dialog.error.text() == "A charge of 0 changes nothing."
    dialog.amount.setText("2.5")
    dialog.operations.setCurrentIndex(1)
    dialog.client.setText(" Acme ")
    dialog.save.click()
    assert saved == [Typed(Kind.CHARGE, "monthly", D("2.5"), now, "Acme", "serp")]
