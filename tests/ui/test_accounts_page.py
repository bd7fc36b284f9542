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
        ["Client A · 2 accounts · 2 low", "", "", "", ""],
        ["Word Finder", "Word Finder", "GNOME Keyring", "5 min", "Low"],
        ["Site", "Typed", "No key", "by hand", "Low"],
        ["No client · 1 account", "", "", "", ""],
        ["Own SERP", "Own SERP API", "$SERP_KEY", "5 min", "Key rejected"],
    ]


def test_an_account_on_a_test_server_is_marked(qtbot: QtBot) -> None:
    reading = entry().reading
    local = replace(entry(), reading=replace(reading, account=reading.account.changed(base_url="http://[::1]:9000")))
    page = page_with(qtbot, local, unread())
    assert [line[1] for line in page.table.texts() if line[1]] == ["Word Finder, test server", "Own SERP API"]
    page.show_accounts([replace(local, sample=True)], NOW)
    assert page.table.texts()[1][1] == "Word Finder"


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


def of(account_id: str, name: str, client: str) -> Entry:
    """An account of this client."""
    made = entry(account_id, name)
    return replace(made, reading=replace(made.reading, account=made.reading.account.changed(client=client)))


def test_the_ends_cannot_be_moved_further(qtbot: QtBot) -> None:
    page = page_with(qtbot, of("a1", "One", ""), of("a2", "Two", ""))
    page.show_account("a1")
    assert not page.up.isEnabled()
    with qtbot.waitSignal(page.order_requested) as told:
        page.down.click()
    assert told.args == [("a2", "a1")]
    page.show_accounts([of("a2", "Two", ""), of("a1", "One", "")], NOW)
    assert page.chosen() == "a1"
    assert not page.down.isEnabled()
    assert page.up.isEnabled()


def test_keys_edit_remove_and_move(qtbot: QtBot) -> None:
    page = page_with(qtbot, of("a1", "One", ""), of("a2", "Two", ""))
    with qtbot.waitActive(page):
        page.activateWindow()
    page.table.setFocus()
    page.show_account("a2")
    with qtbot.waitSignal(page.edit_requested):
        QTest.keyClick(page.table, Qt.Key.Key_Return)
    with qtbot.waitSignal(page.remove_requested):
        QTest.keyClick(page.table, Qt.Key.Key_Delete)
    with qtbot.waitSignal(page.order_requested) as told:
        QTest.keyClick(page.table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert told.args == [("a2", "a1")]


CLIENTS = (of("a1", "One", "Acme"), of("b1", "Two", "Bolt"), of("a2", "Three", "Acme"), of("b2", "Four", "Bolt"))


def test_an_account_moves_among_its_clients_and_a_client_among_the_clients(qtbot: QtBot) -> None:
    page = page_with(qtbot, *CLIENTS)
    assert [row.id if isinstance(row, Entry) else row.client for row in page.table.rows()] == [
        *("Acme", "a1", "a2"),
        *("Bolt", "b1", "b2"),
    ]
    page.show_account("a2")
    assert not page.down.isEnabled()
    with qtbot.waitSignal(page.order_requested) as told:
        page.up.click()
    assert told.args == [("a2", "a1", "b1", "b2")]
    page.table.choose(3)
    assert page.chosen() == ""
    assert not page.edit.isEnabled()
    with qtbot.waitSignal(page.order_requested) as told:
        page.up.click()
    assert told.args == [("b1", "b2", "a1", "a2")]


def test_a_client_is_folded_by_key_and_mouse_and_shown_again_for_an_account_that_is_looked_for(qtbot: QtBot) -> None:
    page = page_with(qtbot, *CLIENTS)
    page.table.choose(0)
    QTest.keyClick(page.table, Qt.Key.Key_Left)
    assert [line[0].split(" · ")[0] for line in page.table.texts()] == ["Acme", "Bolt", "Two", "Four"]
    QTest.keyClick(page.table, Qt.Key.Key_Right)
    QTest.keyClick(page.table, Qt.Key.Key_Space)
    assert len(page.table.rows()) == 4
    page.show_account("a2")
    assert page.chosen() == "a2"
    assert len(page.table.rows()) == 6


def drag(page: AccountsPage, row: int, to: int, lower: bool = False) -> None:
    """Pull a line with the mouse onto the upper or lower half of another one."""
    table = page.table
    start, end = (table.visualRect(table.model().index(at, 1)).center() for at in (row, to))
    end.setY(end.y() + (8 if lower else -8))
    port = table.viewport()
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
    for at in (start, (start + end) / 2, end):
        QTest.mouseMove(port, at)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end)


def test_a_line_is_dragged_to_its_place_and_not_to_another_client(qtbot: QtBot) -> None:
    page = page_with(qtbot, of("a1", "One", ""), of("a2", "Two", ""), of("a3", "Three", ""))
    for row, to, lower, order in ((0, 2, True, ("a2", "a3", "a1")), (2, 0, False, ("a3", "a1", "a2"))):
        with qtbot.waitSignal(page.order_requested) as told:
            drag(page, row, to, lower)
        assert told.args == [order]
    with qtbot.assertNotEmitted(page.order_requested):
        drag(page, 0, 0, True)
    page.show_accounts(CLIENTS, NOW)
    with qtbot.assertNotEmitted(page.order_requested):
        drag(page, 1, 4, True)
    with qtbot.waitSignal(page.order_requested) as told:
        drag(page, 3, 0)
    assert told.args == [("b1", "b2", "a1", "a2")]


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
    assert page.table.texts()[1][-1] == BUSY
    assert not page.test.isEnabled()
    page.show_busy("a1", False)
    assert page.table.texts()[1][-1] == "Low"
    assert page.test.isEnabled()


def test_hidden_names_are_dots(qtbot: QtBot) -> None:
    page = page_with(qtbot, entry("a1", "Secret Client"))
    page.show_settings(Settings(hide_names=True), "GNOME Keyring")
    assert [line[0] for line in page.table.texts()] == ["••• · 1 account · 1 low", "•••"]


@pytest.mark.parametrize("theme_name", ["light", "dark"])
def test_it_fits_a_narrow_window_in_both_themes(
    qtbot: QtBot, worn: Callable[[str], None], shoot: Callable[[QWidget, str], object], theme_name: str
) -> None:
    page = page_with(qtbot, entry(), unread(), by_hand())
    worn(theme_name)
    shoot(page, f"accounts-{theme_name}")
    assert page.minimumSizeHint().width() <= 688
    assert sum(page.table.columnWidth(at) for at in range(5)) <= page.table.viewport().width()
    reached = [each for each in page.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert [each for each in reached if each.isVisible() and not each.accessibleName()] == []
