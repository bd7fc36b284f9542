"""The accounts page: what the table says, and what its buttons and keys ask for."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from tests.ui.history_sample import FACT, NOW, entry, unread

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Custody
from creditdesk.core.settings import Settings
from creditdesk.ui.accounts_page import BUSY, AccountsPage
from creditdesk.ui.board import Entry


def by_hand() -> Entry:
    return Entry(
        replace(
            entry("a3", "Site").reading, account=replace(entry("a3", "Site").reading.account, custody=Custody.NONE)
        ),
        Definition("typed", "Typed", FACT),
    )


def page_with(qtbot: QtBot, *entries: Entry) -> AccountsPage:
    page = AccountsPage()
    qtbot.addWidget(page)
    page.resize(688, 600)
    page.show_settings(Settings(), "GNOME Keyring")
    page.show_accounts(entries, NOW)
    page.show()
    return page


def test_a_line_says_whose_it_is_where_its_key_is_and_how_it_stands(qtbot: QtBot) -> None:
    page = page_with(qtbot, entry(), unread(), by_hand())
    assert page.table.texts() == [
        ["Word Finder", "Word Finder", "Client A", "GNOME Keyring", "5 min", "Low"],
        ["Own SERP", "Own SERP API", "", "$SERP_KEY", "5 min", "Key rejected"],
        ["Site", "Typed", "Client A", "No key", "by hand", "Low"],
    ]


def test_an_account_on_a_test_server_is_marked(qtbot: QtBot) -> None:
    reading = entry().reading
    local = replace(entry(), reading=replace(reading, account=reading.account.changed(base_url="http://[::1]:9000")))
    page = page_with(qtbot, local, unread())
    assert [line[1] for line in page.table.texts()] == ["Word Finder, test server", "Own SERP API"]
    page.show_accounts([replace(local, sample=True)], NOW)
    assert page.table.texts()[0][1] == "Word Finder"


def test_the_only_account_is_chosen_by_itself(qtbot: QtBot) -> None:
    page = page_with(qtbot, entry())
    assert page.chosen() == "a1"
    assert page.edit.isEnabled()
    page.show_accounts([entry(), unread()], NOW)
    assert page.chosen() == "a1"


def test_a_button_that_cannot_be_pressed_looks_so_also_when_it_is_only_an_icon(qtbot: QtBot) -> None:
    page = page_with(qtbot, entry(), unread())
    size = page.up.iconSize()
    faint, strong = (page.up.icon().pixmap(size, mode).toImage() for mode in (QIcon.Mode.Disabled, QIcon.Mode.Normal))
    assert faint != strong


def test_without_accounts_the_page_offers_to_add_one(qtbot: QtBot) -> None:
    page = page_with(qtbot)
    assert page.empty.isVisible()
    with qtbot.waitSignal(page.add_requested):
        page.empty.buttons[0].click()


def test_buttons_wait_for_a_choice_and_name_it(qtbot: QtBot) -> None:
    page = page_with(qtbot, entry(), unread())
    assert not page.edit.isEnabled()
    page.show_account("a9")
    pairs = (
        (page.edit, page.edit_requested),
        (page.test, page.test_requested),
        (page.duplicate, page.duplicate_requested),
        (page.remove, page.remove_requested),
    )
    for button, signal in pairs:
        with qtbot.waitSignal(signal) as told:
            button.click()
        assert told.args == ["a9"]


def test_the_ends_cannot_be_moved_further(qtbot: QtBot) -> None:
    page = page_with(qtbot, entry(), unread())
    page.show_account("a1")
    assert not page.up.isEnabled()
    with qtbot.waitSignal(page.move_requested) as told:
        page.down.click()
    assert told.args == ["a1", 1]
    page.show_accounts([unread(), entry()], NOW)
    assert page.chosen() == "a1"
    assert not page.down.isEnabled()
    assert page.up.isEnabled()


def test_keys_edit_remove_and_move(qtbot: QtBot) -> None:
    page = page_with(qtbot, entry(), unread())
    with qtbot.waitActive(page):
        page.activateWindow()
    page.table.setFocus()
    page.show_account("a9")
    with qtbot.waitSignal(page.edit_requested):
        QTest.keyClick(page.table, Qt.Key.Key_Return)
    with qtbot.waitSignal(page.remove_requested):
        QTest.keyClick(page.table, Qt.Key.Key_Delete)
    with qtbot.waitSignal(page.move_requested) as told:
        QTest.keyClick(page.table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert told.args == ["a9", -1]


def test_an_account_typed_by_hand_cannot_be_read(qtbot: QtBot) -> None:
    page = page_with(qtbot, by_hand())
    page.show_account("a3")
    assert page.edit.isEnabled()
    assert not page.test.isEnabled()


def test_reading_is_said_while_it_lasts(qtbot: QtBot) -> None:
    page = page_with(qtbot, entry())
    page.show_account("a1")
    page.show_busy("a1", True)
    page.show_busy("a1", True)
    assert page.table.texts()[0][-1] == BUSY
    assert not page.test.isEnabled()
    page.show_busy("a1", False)
    assert page.table.texts()[0][-1] == "Low"
    assert page.test.isEnabled()


def test_hidden_names_are_dots(qtbot: QtBot) -> None:
    page = page_with(qtbot, entry("a1", "Secret Client"))
    page.show_settings(Settings(hide_names=True), "GNOME Keyring")
    assert page.table.texts()[0][0] == "•••"
    assert "Client A" not in page.table.texts()[0]


@pytest.mark.parametrize("theme_name", ["light", "dark"])
def test_it_fits_a_narrow_window_in_both_themes(
    qtbot: QtBot, worn: Callable[[str], None], shoot: Callable[[QWidget, str], object], theme_name: str
) -> None:
    page = page_with(qtbot, entry(), unread(), by_hand())
    worn(theme_name)
    shoot(page, f"accounts-{theme_name}")
    assert page.minimumSizeHint().width() <= 688
    assert sum(page.table.columnWidth(at) for at in range(6)) <= page.table.viewport().width()
    reached = [each for each in page.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert [each for each in reached if each.isVisible() and not each.accessibleName()] == []
