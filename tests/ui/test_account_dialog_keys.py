"""The account dialog and keys: tested, handed over, kept elsewhere, and nowhere to be read."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QWidget,
)
from pytestqt.qtbot import QtBot
from tests.ui.account_sample import Opener, everything_said, form, key
from tests.ui.sizer_sample import ALL, KEY, METER, NOW, TRACKER, tracker

from creditdesk.core.pools import AS_A_NEW_ACCOUNT, Account, Custody, Snapshot, Source, Trouble, TroubleKind
from creditdesk.ui.account_draft import Edited, Surroundings


@pytest.fixture
def opened(qtbot: QtBot, worn: Callable[[str], None]) -> Opener:
    return Opener(qtbot)


def test_the_key_is_nowhere_to_be_read(opened: Opener, qtbot: QtBot, shoot: Callable[[QWidget, str], Path]) -> None:
    dialog = opened("tracker")
    key(dialog).put(KEY)
    dialog.show_test(tracker().reading.snapshot, TRACKER)
    shoot(dialog, "account-tested")
    said = everything_said(dialog)
    for start in range(len("tkn_usr_"), len(KEY) - 5):
        assert KEY[start : start + 6] not in said
    assert KEY not in repr(form(dialog).draft())


def test_a_test_hands_the_key_over_and_keeps_it_for_saving(opened: Opener, qtbot: QtBot) -> None:
    dialog = opened("tracker")
    with qtbot.assertNotEmitted(dialog.test_requested):
        form(dialog).key.test.click()
    assert form(dialog).key.error("key") == "Paste the API key."
    key(dialog).put(KEY)
    assert form(dialog).key.error("key") == ""
    with qtbot.waitSignal(dialog.test_requested) as told:
        form(dialog).key.test.click()
    account, secrets = told.args
    assert (account.id, account.provider, secrets) == ("", "tracker", {"key": KEY})
    assert key(dialog).secret() == KEY
    assert not form(dialog).key.test.isEnabled()
    dialog.show_test(tracker().reading.snapshot, TRACKER)
    assert form(dialog).key.test.isEnabled()
    assert form(dialog).result.said() == (
        "The key works. This is what it reads: Keywords: 358 of 1,000 left; Data rows: 1,790 of 5,000 left"
    )


def test_a_result_is_taken_away_when_the_key_changes(opened: Opener) -> None:
    dialog = opened("tracker")
    key(dialog).put(KEY)
    dialog.show_test(tracker().reading.snapshot, TRACKER)
    assert form(dialog).result.isVisibleTo(dialog)
    key(dialog).put("another-key")
    assert not form(dialog).result.isVisibleTo(dialog)


def test_a_trouble_says_what_is_wrong_and_an_answer_for_another_vendor_is_ignored(
    opened: Opener,
) -> None:
    dialog = opened("tracker")
    dialog.show_test(Trouble(TroubleKind.KEY_REJECTED, ""), TRACKER)
    assert form(dialog).result.title.text() == "Key rejected"
    waiting = Trouble(TroubleKind.THROTTLED, "It is throttling.", NOW + timedelta(minutes=4), vendor_asked=True)
    dialog.show_test(waiting, TRACKER, NOW)
    assert "It is throttling. The vendor asks to wait: try again in 4 min." in form(dialog).result.said()
    dialog.show_test(None, TRACKER)
    assert not form(dialog).result.isVisibleTo(dialog)
    dialog.show_test(waiting, METER)
    assert not form(dialog).result.isVisibleTo(dialog)


def test_the_key_of_another_account_gets_only_the_advice_that_helps(opened: Opener) -> None:
    dialog = opened("tracker")
    said = f"This key belongs to another account. To watch the other one, {AS_A_NEW_ACCOUNT}."
    dialog.show_test(Trouble(TroubleKind.KEY_REJECTED, said), TRACKER)
    assert form(dialog).result.said() == f"Key of another account {said}"
    dialog.show_test(Trouble(TroubleKind.KEY_REJECTED, ""), TRACKER)
    assert "Copy the whole key once more" in form(dialog).result.said()


def test_inferred_figures_are_said_to_be_inferred(opened: Opener) -> None:
    dialog = opened("tracker")
    snapshot = replace(tracker().reading.snapshot or Snapshot(NOW, Source.LIVE, ()), inferred=True)
    dialog.show_test(snapshot, TRACKER)
    assert "does not document this answer" in form(dialog).result.said()


def test_without_a_keyring_the_key_is_for_this_session_and_that_is_said(opened: Opener, qtbot: QtBot) -> None:
    dialog = opened("tracker", Surroundings(ALL, (), "", "No keyring answers on this computer."))
    said = everything_said(dialog)
    assert "No keyring answers on this computer." in said
    assert "Kept in memory until you quit, then forgotten." in said
    assert form(dialog).key.place.isVisibleTo(dialog)
    assert form(dialog).key.place.findData(Custody.KEYRING) == -1
    key(dialog).put(KEY)
    with qtbot.waitSignal(dialog.saved) as told:
        dialog.save.click()
    assert told.args[0].custody is Custody.SESSION


def test_a_key_may_come_from_an_environment_variable(opened: Opener, qtbot: QtBot) -> None:
    dialog = opened("tracker")
    section = form(dialog).key
    key(dialog).put(KEY)
    section.elsewhere.click()
    section.place.setCurrentIndex(section.place.findData(Custody.ENVIRONMENT))
    assert not key(dialog).filled()
    section.variable.setText(KEY)
    assert section.variable.text() == ""
    assert "That is a key." in section.variable_error.text()
    section.variable.setText("not a name")
    with qtbot.assertNotEmitted(dialog.saved):
        dialog.save.click()
    section.variable.setText("TRACKER_KEY")
    with qtbot.waitSignal(dialog.test_requested) as told:
        section.test_variable.click()
    assert (told.args[0].key_env, told.args[1]) == ("TRACKER_KEY", {})
    dialog.show_test(None, TRACKER)
    with qtbot.waitSignal(dialog.saved) as told:
        dialog.save.click()
    account, secrets, _ = told.args
    assert (account.custody, account.key_env, secrets) == (Custody.ENVIRONMENT, "TRACKER_KEY", {})


def test_moving_a_stored_key_elsewhere_needs_the_key_again(opened: Opener, qtbot: QtBot) -> None:
    dialog = opened(edited=Edited(Account("a1", "Agency", "tracker", Custody.KEYRING), TRACKER))
    section = form(dialog).key
    section.place.setCurrentIndex(section.place.findData(Custody.SESSION))
    with qtbot.assertNotEmitted(dialog.saved):
        dialog.save.click()
    assert section.error("key") == "Paste the key again to keep it in another place."


def test_esc_and_another_provider_drop_the_key(opened: Opener, qtbot: QtBot) -> None:
    dialog = opened("tracker")
    field = key(dialog)
    field.put(KEY)
    dialog.another.click()
    assert not field.filled()
    dialog.choose_provider("tracker")
    field = key(dialog)
    field.put(KEY)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert not field.filled()
