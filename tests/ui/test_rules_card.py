"""The rules of warning: switched, numbered, excepted for an account, and tried on the past."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from tests.ui.history_sample import DAY, NOW, entry, unread

from creditdesk.core.pools import Level
from creditdesk.core.rules import OFF_AT_FIRST, RuleKind, Rules
from creditdesk.core.series import Episode
from creditdesk.core.settings import Settings
from creditdesk.ui.board import Entry
from creditdesk.ui.rules_card import RulesCard

LOW = Episode(
    "a1",
    Level.LOW,
    NOW - 9 * DAY,
    "monthly",
    "",
    "percent",
    numbers='{"left":"98","limit":"500","unit":"credits","under":"20 %"}',
)


def excepting(shown: Entry, *rules: str) -> Entry:
    return replace(shown, reading=replace(shown.reading, account=shown.reading.account.changed(rules_off=rules)))


def card_with(qtbot: QtBot, settings: Settings | None = None, *entries: Entry) -> RulesCard:
    card = RulesCard()
    qtbot.addWidget(card)
    card.resize(620, 900)
    card.show_rules(settings or Settings(), entries or (entry(), entry("a2", "Agency"), unread()))
    card.show()
    return card


def test_every_rule_has_a_row_with_its_switch_and_hides_its_numbers_while_it_is_off(qtbot: QtBot) -> None:
    card = card_with(qtbot)
    assert list(card.rows) == list(RuleKind)
    for kind, row in card.rows.items():
        assert row.switch.box.isChecked() == (kind not in OFF_AT_FIRST)
        assert all(number.isVisible() == (kind not in OFF_AT_FIRST) for number in row.numbers.values())
    switch = card.rows[RuleKind.LEVEL].switch
    said = switch.hint.text()
    assert switch.box.accessibleDescription() == said
    assert said == "Under 20 % of the limit, or under an amount that you set; again under 5 %."


def test_a_switch_and_a_number_change_the_rules_at_once(qtbot: QtBot) -> None:
    card = card_with(qtbot)
    told: list[Rules] = []
    card.rules_changed.connect(told.append)
    card.rows[RuleKind.EXPIRES].switch.box.click()
    assert told[-1].off == OFF_AT_FIRST | {RuleKind.EXPIRES}
    card.rows[RuleKind.UNUSUAL].switch.box.click()
    assert told[-1].off == (OFF_AT_FIRST | {RuleKind.EXPIRES}) - {RuleKind.UNUSUAL}
    field = card.rows[RuleKind.NOT_READ].numbers["not_read_hours"].field
    field.selectAll()
    QTest.keyClicks(field, "6")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert told[-1].not_read_hours == Decimal(6)
    assert RuleKind.EXPIRES in told[-1].off
    field.selectAll()
    QTest.keyClicks(field, "0")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert told[-1].not_read_hours == Decimal(6)
    assert card.rows[RuleKind.NOT_READ].numbers["not_read_hours"].error().startswith("Write a number from 1")


def test_an_account_can_be_left_out_of_a_rule_and_taken_in_again(qtbot: QtBot) -> None:
    card = card_with(qtbot, None, excepting(entry(), "expires"), entry("a2", "Agency"))
    row = card.rows[RuleKind.EXPIRES]
    assert row.except_for.text() == "For all but 1"
    assert card.rows[RuleKind.LEVEL].except_for.text() == "For all accounts"
    row.menu.aboutToShow.emit()
    actions = row.menu.actions()
    assert [(each.text(), each.isChecked()) for each in actions] == [
        ("Word Finder", False),
        ("Word Finder · Agency", True),
    ]
    told: list[tuple[str, str, bool]] = []
    card.exception_changed.connect(lambda *said: told.append(said))
    actions[0].trigger()
    actions[1].trigger()
    assert told == [("a1", "expires", False), ("a2", "expires", True)]


def test_a_rule_is_tried_on_the_chosen_accounts_past(qtbot: QtBot) -> None:
    card = card_with(qtbot)
    asked: list[tuple[str, str]] = []
    card.try_requested.connect(lambda *said: asked.append(said))
    card.account.setCurrentIndex(1)
    row = card.rows[RuleKind.LEVEL]
    row.try_it.click()
    assert asked == [("level", "a2")]
    card.show_trying("level")
    assert row.found.text() == "Looking through the past …"
    card.show_tried("level", [LOW, replace(LOW, fired_at=NOW - 40 * DAY)], entry(), Settings(), NOW)
    first, newest, older = row.found.text().splitlines()
    assert first == "It would have told you 2 times in the last 90 days:"
    assert newest.endswith("Monthly: low · 98 of 500 left: 19.6 %, rule: under 20 %.")
    assert newest.startswith("Thu 13 Nov") and older.startswith("Mon 13 Oct")
    card.show_tried("level", [], entry(), Settings(), NOW)
    assert row.found.text() == "Never in the last 90 days."
    card.account.activated.emit(0)
    assert not row.found.isVisible()


def test_many_finds_are_counted_and_amounts_hidden_where_they_are_to_be(qtbot: QtBot) -> None:
    card = card_with(qtbot)
    many = [replace(LOW, fired_at=NOW - timedelta(days=number)) for number in range(20)]
    card.show_tried("level", many, entry(), Settings(hide_amounts=True), NOW)
    lines = card.rows[RuleKind.LEVEL].found.text().splitlines()
    assert lines[0].startswith("It would have told you 20 times")
    assert lines[-1] == "and 14 more before."
    assert "98" not in "".join(lines[1:])


def test_without_an_account_nothing_can_be_tried_and_names_are_hidden(qtbot: QtBot) -> None:
    card = RulesCard()
    qtbot.addWidget(card)
    card.show_rules(Settings(), [])
    assert not card.rows[RuleKind.LEVEL].try_it.isEnabled()
    assert not card.account.isEnabled()
    card.show_rules(Settings(hide_names=True), [entry("a2", "Agency")])
    assert "Agency" not in card.account.itemText(0)
    menu = card.rows[RuleKind.LEVEL].menu
    menu.aboutToShow.emit()
    assert "Agency" not in menu.actions()[0].text()


@pytest.mark.parametrize("theme_name", ["light", "dark"])
def test_everything_that_can_be_reached_has_a_name_of_its_own(
    qtbot: QtBot, worn: Callable[[str], None], shoot: Callable[[QWidget, str], object], theme_name: str
) -> None:
    worn(theme_name)
    card = card_with(qtbot)
    shoot(card, f"rules-{theme_name}")
    reached = [each for each in card.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    names = [each.accessibleName() for each in reached if each.isVisible()]
    assert "" not in names
    assert len(set(names)) == len(names)
