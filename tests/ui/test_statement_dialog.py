"""The statements on screen: all clients with what is not assigned, one client's tables, and what is saved."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from tests.ui.statement_sample import NAMES, NAMING, month, without_use

from creditdesk.core.statement import Statement
from creditdesk.core.statement_prices import NoPrice
from creditdesk.ui.statement_dialog import StatementDialog
from creditdesk.ui.statement_words import Naming, notes, period, reasons, tables


@pytest.fixture
def dialog(qtbot: QtBot) -> StatementDialog:
    made = StatementDialog(NAMING)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show_months(["2026-11", "2026-10"])
    made.show_statement(month(), ["Acme", "Beta"])
    made.show()
    return made


def choose(dialog: StatementDialog, client: str | None) -> None:
    place = next(each for each in range(dialog.clients.count()) if dialog.clients.itemData(each) == client)
    dialog.clients.setCurrentIndex(place)
    dialog.clients.activated.emit(place)


def test_all_clients_and_what_is_not_assigned_stand_side_by_side(dialog: StatementDialog) -> None:
    assert [dialog.clients.itemText(place) for place in range(4)] == ["All clients", "Acme", "Beta", "Not assigned"]
    assert dialog.texts() == [
        [
            ["Acme", "$3.1274, 12,645 credits, 40 keywords", "€9.88, $4.33", "2"],
            ["Beta", "nothing", "—", "0"],
            ["Not assigned", "7 keywords", "—", "0"],
            ["Together", "$3.1274, 12,645 credits, 47 keywords", "€9.88, $4.33", "2"],
        ]
    ]
    assert "shared" in dialog.notes.text()
    assert dialog.csv.isEnabled()
    assert not dialog.pdf.isEnabled()


def test_a_clients_tables_have_prices_and_sums(dialog: StatementDialog) -> None:
    choose(dialog, "Acme")
    use, imports, top_ups = dialog.texts()
    assert use[0] == ["Leads", "Balance 0", "12,345 credits", "€0.0008 per credit", "€9.88"]
    assert use[1] == ["Captchas", "Balance", "$3.1274", "at cost", "$3.13"]
    assert use[2] == ["Agency", "Top-up", "300 credits*", "$20.00 per 5,000 credits", "$1.20"]
    assert use[3] == ["Agency", "Keywords", "40 keywords", "no price", "—"]
    assert use[4:] == [
        ["Used in all", "", "12,645 credits", "", ""],
        ["Used in all", "", "$3.1274", "", ""],
        ["Used in all", "", "40 keywords", "", ""],
        ["Money in all", "", "", "", "€9.88"],
        ["Money in all", "", "", "", "$4.33"],
    ]
    assert [row[5].replace("\u00a0", " ") for row in imports] == ["40 keywords, 80 rows", "unknown"]
    assert top_ups[0][3:] == ["5,000 credits", "5,000 shared credits", "$20.00"]
    assert "Price of the plan Growth, as of 30 April 2026." in dialog.notes.text()
    assert dialog.pdf.isEnabled()


def test_what_is_not_assigned_has_its_reason_in_each_line(dialog: StatementDialog) -> None:
    choose(dialog, "")
    assert dialog.texts()[0][0] == ["Agency", "Keywords", "7 keywords", "not taken by any import", "—"]


def test_a_client_without_use_is_told_so(dialog: StatementDialog) -> None:
    choose(dialog, "Beta")
    assert dialog.texts() == []
    dialog.show_statement(without_use(), ["Acme", "Beta"])
    assert dialog.clients.currentData() == "Beta"


def test_another_month_is_asked_for_and_a_late_answer_is_let_go(dialog: StatementDialog) -> None:
    asked: list[str] = []
    dialog.month_chosen.connect(asked.append)
    dialog.months.setCurrentIndex(1)
    dialog.months.activated.emit(1)
    assert asked == ["2026-10"]
    dialog.show_statement(without_use(), [])
    assert len(dialog.texts()[0]) == 4  # still the one that was there
    dialog.show_error("The history can't be read now: locked.")
    assert dialog.texts() == []
    assert not dialog.csv.isEnabled()
    assert dialog.error.isVisible()


def test_what_is_saved_is_what_is_shown(dialog: StatementDialog) -> None:
    saved: list[tuple[Statement, object]] = []
    dialog.csv_requested.connect(lambda made, client: saved.append((made, client)))
    dialog.pdf_requested.connect(lambda made, client: saved.append((made, client)))
    dialog.csv.click()
    choose(dialog, "Acme")
    dialog.csv.click()
    dialog.pdf.click()
    whole = month()
    assert saved == [(whole, None), (whole.of("Acme"), "Acme"), (whole.of("Acme"), "Acme")]


def test_hidden_names_and_amounts_are_not_shown(qtbot: QtBot) -> None:
    hidden = Naming(lambda account: "•••", True, lambda client: "Client 1", lambda place: "•••")
    dialog = StatementDialog(hidden)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show_months(["2026-11"])
    dialog.show_statement(month(), ["Acme"])
    said = [dialog.clients.itemText(1), repr(dialog.texts())]
    choose(dialog, "Acme")
    said.append(repr(dialog.texts()))
    told = " ".join(said)
    assert all(
        each not in told for each in ("Acme", *NAMES.values(), "12,345", "3.13", "9.88", "keywords, 80", "shop.example")
    )


def test_every_widget_has_an_accessible_name_and_the_keyboard_reaches_it(dialog: StatementDialog) -> None:
    choose(dialog, "Acme")
    reached = [each for each in dialog.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert [each for each in reached if each.isVisible() and not each.accessibleName()] == []
    assert {dialog.clients, dialog.months, dialog.csv, dialog.pdf} <= set(reached)


def test_a_running_month_says_how_far_it_goes() -> None:
    assert period(month()) == "1 to 30 November 2026 (time zone UTC)"
    so_far = replace(month(), so_far=month().since.replace(day=21, hour=12))
    assert period(so_far) == "1 to 21 November 2026, so far (time zone UTC)"


def test_notes_name_what_has_no_price_once() -> None:
    lines = [replace(month().lines[3], rate=each) for each in (*NoPrice, *NoPrice)]
    told = notes(replace(month(), lines=tuple(lines)))
    assert len([each for each in told if each.startswith("Without an amount of money")]) == 3
    assert reasons(replace(month(), lines=())) == []
    assert tables(without_use(), NAMING) == []
