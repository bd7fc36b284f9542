"""Rules and ways of telling, chosen in the window: kept and judged at once, and tried on the account's own past."""

from collections.abc import Iterator

import pytest
from PySide6.QtTest import QTest
from tests.app.screen import Screen, spoken
from tests.app.test_settings_on_screen import settings_page
from tests.app.warning import PLENTY, deliveries, episodes, nothing_more, one_account, spend, told
from tests.notify.listening import Receiver, receiving

from creditdesk.core.rules import RuleKind
from creditdesk.ui.alerts_page import AlertsPage


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def alerts_page(screen: Screen) -> AlertsPage:
    screen.desktop.window.show_page("alerts")
    page = screen.desktop.window.page("alerts")
    assert isinstance(page, AlertsPage)
    screen.settle()
    return page


def test_a_rule_that_is_off_does_not_warn_also_after_a_restart_and_another_setting(screen: Screen) -> None:
    one_account(screen)
    alerts_page(screen).rules.rows[RuleKind.LEVEL].switch.box.click()
    screen.settle()
    settings_page(screen).hide_names.box.click()
    screen.settle()
    screen.restart()
    spend(screen, 750)
    nothing_more(screen, 0)
    assert episodes(screen) == []
    page = alerts_page(screen)
    assert not page.rules.rows[RuleKind.LEVEL].switch.box.isChecked()
    page.rules.rows[RuleKind.LEVEL].switch.box.click()
    screen.settle()
    screen.look(minutes=6)
    told(screen)


def test_a_rule_may_leave_one_account_out(screen: Screen) -> None:
    account = one_account(screen)
    row = alerts_page(screen).rules.rows[RuleKind.LEVEL]
    row.menu.aboutToShow.emit()
    row.menu.actions()[0].trigger()
    screen.settle()
    assert screen.desktop.parts.desk.tools.chosen.account(account.id).rules_off == ("level",)
    spend(screen, 750)
    nothing_more(screen, 0)
    assert row.except_for.text() == "For all but 1"


def test_a_rule_is_tried_on_the_accounts_own_past_and_nobody_is_told(screen: Screen) -> None:
    one_account(screen)
    alerts_page(screen).rules.rows[RuleKind.LEVEL].switch.box.click()
    screen.settle()
    spend(screen, 750)
    screen.set("ranktracker", **PLENTY)
    screen.look(minutes=6)
    row = alerts_page(screen).rules.rows[RuleKind.LEVEL]
    row.try_it.click()
    screen.until(lambda: "would have told you once" in row.found.text())
    assert "150 of 1,000 left: 15 %, rule: under 20 %." in row.found.text()
    other = alerts_page(screen).rules.rows[RuleKind.KEY_REJECTED]
    other.try_it.click()
    screen.until(lambda: other.found.text() == "Never in the last 90 days.")
    nothing_more(screen, 0)
    assert deliveries(screen) == []


def test_an_earlier_warning_says_why_it_came_and_where_it_was_told(screen: Screen) -> None:
    one_account(screen)
    spend(screen, 750)
    told(screen)
    screen.set("ranktracker", **PLENTY)
    screen.look(minutes=6)
    page = alerts_page(screen)
    screen.until(lambda: len(page.past.rows()) == 1)
    page.past.selectRow(0)
    said = page.detail.text()
    assert "150 of 1,000 left: 15 %, rule: under 20 %." in said
    assert "Shown as a notification" in said
    assert "Notification taken back" in said


def test_an_address_is_added_tested_and_removed_on_the_settings_page(receiver: Receiver, screen: Screen) -> None:
    screen.open()
    card = settings_page(screen).telling
    card.address.setText("nonsense")
    card.add.click()
    screen.until(lambda: "does not know this address" in card.add_row.error())
    card.address.clear()
    QTest.keyClicks(card.address, receiver.address("t0ken-in-the-path"))
    card.add.click()
    screen.until(lambda: len(card.addresses) == 1)
    assert "t0ken" not in spoken([screen.desktop.window])
    (number,) = card.addresses
    card.address_tested.emit(number)
    screen.until(lambda: "took the test" in card.addresses[number].hint.text())
    assert receiver.bodies[0]["message"] == "This is a test. A warning would look like this."
    card.send.click()
    screen.until(lambda: card.notify.hint.text() == "The test was sent as a desktop notification.")
    card.address_removed.emit(number)
    screen.until(lambda: not card.addresses)
    assert screen.memory.items == {}
