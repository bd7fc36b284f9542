"""Balances typed by hand: read as people write numbers, or what is wrong is said beside the field."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot
from tests.ui.sizer_sample import NOW, meter

from creditdesk.core.typed import Typed
from creditdesk.ui.amount_field import WRONG, AmountField, read_amount
from creditdesk.ui.balance_dialog import NOTHING, BalanceDialog
from creditdesk.ui.board import Entry


@pytest.fixture
def dialog(qtbot: QtBot, worn: Callable[[str], None]) -> BalanceDialog:
    before = {"monthly": Typed(NOW - timedelta(days=2), Decimal(92), Decimal(500))}
    made = BalanceDialog(meter(), before, NOW)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.open()
    return made


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("312", "312"),
        ("1,250", "1250"),
        (" 1 250.50 ", "1250.50"),
        ("1\u00a0234\u00a0567", "1234567"),
        ("1'234'567.8", "1234567.8"),
        ("1_000", "1000"),
        ("−5", "-5"),
        ("$3.18", "3.18"),
        ("0.000001", "0.000001"),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, amount: str) -> None:
    assert read_amount(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["12,5", "1.234.567", "1,23,456", "1.234,5", "nan", "inf", "0x10", "5 credits", "", "1 2", "9" * 60]
)
def test_what_is_not_one_number_without_doubt_is_not_read(text: str) -> None:
    assert read_amount(text) is None


def test_what_was_typed_before_stands_there_with_its_date(
    dialog: BalanceDialog, shoot: Callable[[QWidget, str], Path]
) -> None:
    assert dialog.fields.field("monthly").text() == "92"
    assert dialog.fields.field("top-up").text() == ""
    notes = [label.text() for label in dialog.fields.findChildren(QLabel) if label.isVisibleTo(dialog)]
    assert any(note.startswith("Last typed: 92 of 500, Thu 19 Nov") for note in notes)
    shoot(dialog, "balances")


def test_what_is_typed_is_told_with_its_account(dialog: BalanceDialog, qtbot: QtBot) -> None:
    dialog.fields.field("monthly").setText("1,312")
    limit = dialog.fields.limit_field("monthly")
    assert limit is not None
    limit.setText("2 500")
    dialog.fields.field("top-up").setText("20.5")
    with qtbot.waitSignal(dialog.typed) as told:
        QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert told.args == ["m", {"monthly": (Decimal(1312), Decimal(2500)), "top-up": (Decimal("20.5"), None)}]
    assert not dialog.isVisible()


def test_a_mistake_is_said_beside_its_field_and_nothing_is_told(dialog: BalanceDialog, qtbot: QtBot) -> None:
    dialog.fields.field("top-up").setText("12,5")
    with qtbot.assertNotEmitted(dialog.typed):
        dialog.save.click()
    assert dialog.fields.error("top-up") == WRONG
    assert dialog.fields.error("monthly") == ""
    dialog.fields.field("top-up").setText("")
    dialog.fields.field("monthly").setText("")
    with qtbot.assertNotEmitted(dialog.typed):
        dialog.save.click()
    assert dialog.fields.error("monthly") == "Say also what is left."
    limit = dialog.fields.limit_field("monthly")
    assert limit is not None
    limit.setText("")
    dialog.save.click()
    assert dialog.error.text() == NOTHING
    assert dialog.isVisible()


def test_the_unit_that_the_account_names_stands_over_its_amounts(qtbot: QtBot, worn: Callable[[str], None]) -> None:
    entry = meter()
    counted = tuple(replace(rule, unit_param="edition") for rule in entry.definition.pools)
    account = entry.reading.account.changed(settings={"edition": "points"})
    named = Entry(replace(entry.reading, account=account), replace(entry.definition, pools=counted))
    made = BalanceDialog(named, {}, NOW)
    qtbot.addWidget(made)
    assert {"Monthly, left (points)", "Top-up, left (points)"} <= {each.text() for each in made.findChildren(QLabel)}


def test_esc_tells_nothing(dialog: BalanceDialog, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(dialog.typed):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_the_vendors_own_page_is_a_click_away(dialog: BalanceDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.link_requested) as told:
        dialog.page.click()
    assert told.args == ["https://meter.example.com"]


def test_an_amount_that_is_shown_is_read_again_as_the_same(qtbot: QtBot) -> None:
    field = AmountField("Left")
    qtbot.addWidget(field)
    for value in ("1234567.89", "-3", "0", "0.000001"):
        field.show_amount(Decimal(value))
        assert field.amount() == Decimal(value)
