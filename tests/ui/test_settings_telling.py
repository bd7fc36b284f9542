"""How warnings are told, as the settings page lets one choose it; an address is shown in part only."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from creditdesk.core.quiet import Quiet
from creditdesk.core.settings import Settings
from creditdesk.ui.settings_telling import APPRISE_URL, BOTH, WRONG_TIME, TellingCard

ADDRESS = "slack://TokenA/TokenB/TokenC"


def card_with(qtbot: QtBot, settings: Settings | None = None) -> tuple[TellingCard, list[dict[str, object]]]:
    card = TellingCard()
    qtbot.addWidget(card)
    card.show_settings(settings or Settings())
    changes: list[dict[str, object]] = []
    card.changed.connect(changes.append)
    card.show()
    return card, changes


def write(field: QLineEdit, text: str) -> None:
    """Type this and leave the field."""
    field.selectAll()
    QTest.keyClicks(field, text) if text else field.clear()
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_a_tick_counts_at_once_and_a_sound_needs_notifications(qtbot: QtBot) -> None:
    card, changes = card_with(qtbot)
    card.sound.box.click()
    card.notifications.box.click()
    card.breaks.box.click()
    assert changes == [{"sound": True}, {"notifications": False}, {"quiet": Quiet(critical_breaks=True)}]
    card.show_settings(Settings(notifications=False))
    assert not card.sound.box.isEnabled()
    assert not card.send.isEnabled()


def test_quiet_hours_need_both_times_and_a_short_hour_is_written_in_full(qtbot: QtBot) -> None:
    card, changes = card_with(qtbot)
    write(card.quiet_from, "22:00")
    assert changes == []
    write(card.quiet_until, "7:00")
    assert changes == [{"quiet": Quiet("22:00", "07:00")}]
    assert card.quiet_until.text() == "07:00"
    assert card.quiet.error() == ""
    write(card.quiet_until, "")
    card.digest_at.setFocus()
    card.quiet_until.editingFinished.emit()
    assert card.quiet.error() == BOTH
    write(card.quiet_from, "")
    assert changes[-1] == {"quiet": Quiet()}


@pytest.mark.parametrize("text", ["25:00", "12:60", "noon", "9", "12.30"])
def test_what_is_no_time_is_said_and_changes_nothing(qtbot: QtBot, text: str) -> None:
    card, changes = card_with(qtbot)
    write(card.digest_at, text)
    write(card.quiet_from, text)
    assert changes == []
    assert (card.digest.error(), card.quiet.error()) == (WRONG_TIME, WRONG_TIME)
    write(card.digest_at, "09:15")
    assert changes == [{"quiet": Quiet(digest_at="09:15")}]
    assert card.digest.error() == ""


def test_an_address_is_typed_unseen_kept_once_and_gone_from_the_field_when_it_was_taken(qtbot: QtBot) -> None:
    card, _ = card_with(qtbot)
    asked: list[str] = []
    card.address_added.connect(asked.append)
    assert card.address.echoMode() is QLineEdit.EchoMode.Password
    QTest.keyClicks(card.address, ADDRESS)
    QTest.keyClick(card.address, Qt.Key.Key_Return)
    card.add.click()
    assert asked == [ADDRESS]
    card.show_added("Apprise does not know this address.")
    assert card.add_row.error() == "Apprise does not know this address."
    assert card.address.text() == ADDRESS
    card.add.click()
    card.show_added("")
    assert card.address.text() == ""
    assert card.add_row.error() == ""


def test_each_address_has_its_test_and_can_be_removed(qtbot: QtBot) -> None:
    card, _ = card_with(qtbot, Settings(addresses={"a1": "slack://…", "b2": "mailto://example.com…"}))
    assert [row.title.text() for row in card.addresses.values()] == ["slack://…", "mailto://example.com…"]
    told: list[tuple[str, str]] = []
    card.address_tested.connect(lambda number: told.append(("test", number)))
    card.address_removed.connect(lambda number: told.append(("remove", number)))
    buttons = card.addresses["b2"].findChildren(type(card.add))
    assert [each.accessibleName() for each in buttons] == [
        "Send a test to mailto://example.com…",
        "Remove mailto://example.com…",
    ]
    for each in buttons:
        each.click()
    assert told == [("test", "b2"), ("remove", "b2")]
    card.show_address_said("b2", "mailto://example.com… took the test.")
    assert "took the test" in card.addresses["b2"].hint.text()
    card.show_address_said("gone", "nobody hears it")
    card.show_settings(Settings(addresses={"a1": "slack://…"}))
    assert list(card.addresses) == ["a1"]


def test_the_test_and_the_list_of_addresses_are_asked_for(qtbot: QtBot) -> None:
    card, _ = card_with(qtbot)
    with qtbot.waitSignal(card.test_requested):
        card.send.click()
    with qtbot.waitSignal(card.link_requested) as opened:
        card.which.click()
    assert opened.args == [APPRISE_URL]
    card.show_tested("Shown as a notification.")
    assert card.notify.hint.text() == "Shown as a notification."


def test_settings_that_come_back_do_not_disturb_what_is_typed(qtbot: QtBot) -> None:
    card, _ = card_with(qtbot, Settings(quiet=Quiet("22:00", "07:00")))
    card.window().activateWindow()
    card.quiet_from.setFocus()
    card.quiet_from.selectAll()
    QTest.keyClicks(card.quiet_from, "21")
    qtbot.waitUntil(card.quiet_from.hasFocus)
    card.show_settings(replace(Settings(quiet=Quiet("22:00", "07:00")), sound=True))
    assert card.quiet_from.text() == "21"
