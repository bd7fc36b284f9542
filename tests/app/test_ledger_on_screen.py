"""The ledger in a window: what is typed counts and can be taken back, files come and go, and nothing is hidden."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog
from tests.app.screen import Screen

from creditdesk.core.charges import Charge, ChargeState, Draw, Known
from creditdesk.core.pools import Account
from creditdesk.store.charges import Charges
from creditdesk.ui.dialogs import Question
from creditdesk.ui.ledger_entry import LedgerEntryDialog
from creditdesk.ui.ledger_page import LedgerPage
from creditdesk.ui.ledger_values import Kind
from creditdesk.ui.ledger_words import MINUS
from creditdesk.ui.toast import Toast

VENDOR = "oneclickseo"


@dataclass
class Book:
    """The ledger page of an account with 100 monthly credits, typed an hour ago."""

    screen: Screen
    account: Account

    @property
    def page(self) -> LedgerPage:
        page = self.screen.desktop.window.page("ledger")
        assert isinstance(page, LedgerPage)
        return page

    @property
    def lines(self) -> list[list[str]]:
        return [row[1:] for row in self.page.texts()]

    def left(self, pool: int = 0) -> str:
        return self.page.balance.texts()[pool][1]

    def add(self, kind: Kind, amount: str, pool: str = "monthly", note: str = "") -> LedgerEntryDialog:
        self.page.add.click()
        dialog = self.screen.desktop.window.findChildren(LedgerEntryDialog)[-1]
        dialog.choose(kind)
        dialog.pools.setCurrentIndex(dialog.pools.findData(pool))
        dialog.amount.setText(amount)
        dialog.note.setText(note)
        dialog.save.click()
        self.screen.settle()
        return dialog

    def toast(self, undo: bool = False) -> Toast:
        """The newest message, when it is there."""
        found: list[Toast] = []

        def there() -> bool:
            toasts = self.screen.desktop.window.findChildren(Toast)
            found[:] = [each for each in toasts if each.isVisible() and (each.undo_button is not None) == undo]
            return bool(found)

        self.screen.until(there)
        return found[-1]

    def book(self, amount: int | None, operation: str = "serp-overview", client: str = "Acme", ago: int = 5) -> None:
        """A charge as the gateway would have booked it."""
        charges = Charges(self.screen.desktop.parts.desk.tools.history.connections)
        at = self.screen.clock() - timedelta(minutes=ago)
        state = ChargeState.UNKNOWN if amount is None else ChargeState.BOOKED
        draws = None if amount is None else (Draw(Decimal(amount)),)
        made = Charge(f"c{ago}", self.account.id, at, operation, draws, client, known=Known.REPORTED, state=state)
        charges.settle(made).result(10)


@pytest.fixture
def book(screen: Screen) -> Book:
    (account,) = screen.prepare(screen.by_hand(VENDOR, "Shop", plan="starter", edition="international"))
    desk = screen.open_desk()
    for pool, left in (("monthly", 100), ("top-up", 0)):
        desk.tools.history.typed(account.id, pool, Decimal(left), None, screen.clock() - timedelta(hours=1)).result()
    desk.tools.history.close()
    desk.tools.vault.close()
    screen.open()
    screen.desktop.pages.show_ledger(account.id)
    screen.settle()
    return Book(screen, account)


def test_what_is_typed_counts_at_once_and_undo_takes_it_back(book: Book) -> None:
    book.add(Kind.TOP_UP, "50", "top-up", "invoice 7")
    book.screen.until(lambda: book.left(1) == "50 credits")
    assert book.lines[0] == ["Top-up, Top-up · invoice 7", "", "typed", "+50"]
    undo = book.toast(undo=True).undo_button
    assert undo is not None
    undo.click()
    book.screen.until(lambda: book.left(1) == "0 credits")
    assert book.lines[0][2] == "taken back"


def test_a_charge_by_hand_and_its_correction_meet_and_the_card_counts_too(book: Book) -> None:
    book.add(Kind.CHARGE, "30")
    book.screen.until(lambda: book.left() == "70 credits")
    assert "typed" in book.page.balance.texts()[0][3]
    assert f"{MINUS} 30 charged" in book.page.balance.texts()[0][3]
    book.screen.until(lambda: book.screen.left()["monthly"] == 70)
    book.add(Kind.CHARGE, "-30")
    book.screen.until(lambda: book.left() == "100 credits")
    assert {row[0] for row in book.lines[:2]} == {"Correction, Monthly", "Charge, Monthly"}


def test_what_cannot_be_is_said_in_the_dialog_and_nothing_is_kept(book: Book) -> None:
    before = book.lines
    dialog = book.add(Kind.TOP_UP, "-5", "top-up")
    assert dialog.isVisible()
    assert dialog.error.text() == "What was added is more than 0."
    dialog.amount.setText("five")
    dialog.save.click()
    assert "Write a number" in dialog.error.text()
    dialog.reject()
    book.screen.settle()
    assert book.lines == before


def test_a_balance_that_charges_do_not_explain_shows_the_drift(book: Book) -> None:
    book.book(10, ago=30)
    book.add(Kind.BALANCE, "84")
    book.screen.until(lambda: book.left() == "84 credits")
    assert "6 more gone than was charged" in book.page.balance.drift.accessibleName()
    assert ["Unexplained, Monthly", "", "unexplained", f"{MINUS}6"] in book.lines


def test_a_charge_of_unknown_cost_is_listed_and_makes_the_balance_at_most(book: Book) -> None:
    book.book(None)
    book.screen.look(seconds=61)
    book.screen.until(lambda: book.left() == "at most 100 credits")
    assert "1 charge since then has a cost nobody knows." in book.page.balance.texts()[0][4]
    assert book.lines[0] == ["SERP overview", "Acme", "unknown", "unknown"]


def test_lines_are_filtered_and_added_up_by_operation_day_and_client(book: Book) -> None:
    for ago, (amount, client) in enumerate(((3, "Acme"), (4, "Acme"), (5, "Nord")), 1):
        book.book(amount, "rank-check" if client == "Nord" else "serp-overview", client, ago)
    book.screen.look(seconds=61)
    page = book.page
    book.screen.until(lambda: book.left() == "88 credits")
    page.clients.setCurrentIndex(page.clients.findText("Nord"))
    page.clients.activated.emit(page.clients.currentIndex())
    assert [row[0] for row in book.lines] == ["Rank check"]
    page.chips["client"].click()
    assert [(row[0], row[1], row[-1]) for row in page.texts()] == [("Acme", "2", "7"), ("Nord", "1", "5")]
    page.chips["operation"].click()
    assert [(row[0], row[-1]) for row in page.texts()] == [("SERP overview", "7"), ("Rank check", "5")]
    page.chips["day"].click()
    assert [(row[0], row[-1]) for row in page.texts()] == [("2026-09-14", "12")]


def test_a_file_is_looked_through_before_it_is_booked_and_a_wrong_line_is_named(book: Book, tmp_path: Path) -> None:
    window = book.screen.desktop.window
    good, bad = tmp_path / "charges.csv", tmp_path / "bad.csv"
    good.write_text("at,amount,client\n2026-09-14T11:30:00Z,7,Acme\n2026-09-14T11:40:00Z,8,Nord\n", "utf-8")
    bad.write_text("at,amount\n2026-09-14T11:30:00Z,7\n2026-09-14T11:40:00Z,much\n", "utf-8")
    story = book.screen.desktop.pages.story("ledger")
    bring: Callable[[Path, str], None] = story.files.bring  # type: ignore[union-attr]  # a LedgerStory
    bring(bad, book.account.id)
    book.screen.until(lambda: any("Line 3" in each for each in window.notices))
    assert any("Nothing was booked" in each for each in window.notices)
    bring(good, book.account.id)
    book.screen.until(lambda: bool(window.findChildren(Question)))
    assert book.left() == "100 credits"
    window.findChildren(Question)[0].yes.click()
    book.screen.until(lambda: book.left() == "85 credits")
    bring(good, book.account.id)
    book.screen.until(lambda: "booked before" in book.toast().accessibleName())
    assert book.left() == "85 credits"


def test_an_imported_line_is_taken_back_by_key_and_brought_back(book: Book, tmp_path: Path) -> None:
    book.add(Kind.CHARGE, "5")
    book.screen.until(lambda: book.left() == "95 credits")
    book.page.table.choose(0)
    assert book.page.undo.isEnabled()
    book.page.undo.click()
    book.screen.until(lambda: book.left() == "100 credits")
    undo = book.toast(undo=True).undo_button
    assert undo is not None
    undo.click()
    book.screen.until(lambda: book.left() == "95 credits")


def test_it_opens_from_the_card_and_the_accounts_page_and_goes_back_to_where_it_was_opened(book: Book) -> None:
    window = book.screen.desktop.window
    window.show_page("overview")
    menu = book.screen.card().menu()
    next(each for each in menu.actions() if each.text() == "Ledger…").trigger()
    assert window.page_name == "ledger"
    book.page.back.click()
    assert window.page_name == "overview"
    window.show_page("accounts")
    accounts: Any = window.page("accounts")
    accounts.table.choose(0)
    accounts.ledger.click()
    assert window.page_name == "ledger"
    book.screen.settle()
    book.page.back.click()
    assert window.page_name == "accounts"


def test_all_of_it_is_exported_with_no_formula_in_it(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.book(3, client="=HYPERLINK(1)")
    path = tmp_path / "ledger.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    book.page.export.click()
    book.screen.until(path.exists)
    book.screen.settle()
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    assert [(row["kind"], row["amount"]) for row in rows] == [("balance", "100"), ("balance", "0"), ("charge", "3")]
    assert not rows[-1]["client"].startswith("=")
