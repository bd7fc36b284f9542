"""The window: pages made when they are needed, keys that reach everything, messages that can be taken back."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from creditdesk import paths
from creditdesk.core.pools import Level
from creditdesk.core.settings import Settings
from creditdesk.ui import parts, theme
from creditdesk.ui.board import Entry
from creditdesk.ui.overview import OverviewPage
from creditdesk.ui.style import stylesheet
from creditdesk.ui.window import MainWindow

NOW = datetime(2025, 11, 21, 9, 14, tzinfo=UTC)
PLAIN = Settings()


@pytest.fixture
def window(qtbot: QtBot, worn: Callable[[str], None]) -> MainWindow:
    """A window with an overview and five plain pages."""
    made = MainWindow()
    qtbot.addWidget(made, before_close_func=MainWindow.close_for_good)
    made.add_page("overview", OverviewPage())
    for name in ("sizer", "history", "activity", "alerts", "gateway", "accounts", "settings"):
        made.add_page(name, QLabel(name))
    return made


def open_window(window: MainWindow, qtbot: QtBot) -> None:
    """Show the window and give it the keyboard."""
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def test_the_first_page_added_is_shown(window: MainWindow) -> None:
    assert window.page_name == "overview"


def test_a_page_is_made_only_when_it_is_shown(window: MainWindow) -> None:
    made: list[QWidget] = []

    def make() -> QWidget:
        made.append(QLabel("late"))
        return made[-1]

    window.add_page("late", make)
    assert not made
    window.show_page("late")
    window.show_page("overview")
    window.show_page("late")
    assert len(made) == 1
    assert window.page("late") is made[0]


def test_a_page_that_was_never_added_is_ignored(window: MainWindow) -> None:
    window.show_page("nowhere")
    assert window.page_name == "overview"
    assert window.page("nowhere") is None


@pytest.mark.parametrize(
    ("number", "name"),
    list(enumerate(["overview", "sizer", "history", "activity", "alerts", "gateway", "accounts", "settings"], start=1)),
)
def test_control_and_a_number_open_a_page(window: MainWindow, qtbot: QtBot, number: int, name: str) -> None:
    open_window(window, qtbot)
    window.show_page("settings" if name == "overview" else "overview")
    qtbot.keyClick(window, Qt.Key(Qt.Key.Key_0 + number), Qt.KeyboardModifier.ControlModifier)
    assert window.page_name == name


@pytest.mark.parametrize(
    ("key", "modifier", "signal"),
    [
        (Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier, "add_requested"),
        (Qt.Key.Key_F5, Qt.KeyboardModifier.NoModifier, "refresh_all_requested"),
        (Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier, "refresh_all_requested"),
        (Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier, "size_requested"),
        (Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier, "quit_requested"),
    ],
)
def test_keys_ask_for_what_buttons_ask_for(
    window: MainWindow, qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier, signal: str
) -> None:
    open_window(window, qtbot)
    with qtbot.waitSignal(getattr(window, signal)):
        qtbot.keyClick(window, key, modifier)


def test_control_f_goes_to_the_search_from_any_page(window: MainWindow, qtbot: QtBot, entries: list[Entry]) -> None:
    open_window(window, qtbot)
    page = window.page("overview")
    assert isinstance(page, OverviewPage)
    page.show_entries(entries, NOW, PLAIN)
    window.show_page("alerts")
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.page_name == "overview"
    qtbot.waitUntil(page.search.hasFocus)


def test_an_account_in_the_sidebar_can_be_chosen(window: MainWindow, qtbot: QtBot, entries: list[Entry]) -> None:
    window.show_accounts(entries, PLAIN)
    row = window.sidebar.rows[entries[2].id]
    assert row.accessibleName() == "OneClickSEO, Low"
    with qtbot.waitSignal(window.account_chosen) as chosen:
        row.click()
    assert chosen.args == [entries[2].id]


def test_the_sidebar_keeps_its_rows_when_accounts_change(window: MainWindow, entries: list[Entry]) -> None:
    window.show_accounts(entries, PLAIN)
    row = window.sidebar.rows[entries[1].id]
    window.show_accounts(list(reversed(entries[1:])), PLAIN)
    assert window.sidebar.rows[entries[1].id] is row
    assert entries[0].id not in window.sidebar.rows


def test_hidden_names_are_hidden_in_the_sidebar(window: MainWindow, entries: list[Entry]) -> None:
    window.show_accounts(entries, Settings(hide_names=True))
    assert not any("Agency" in row.accessibleName() for row in window.sidebar.rows.values())


def test_open_alerts_are_counted(window: MainWindow) -> None:
    window.sidebar.show_alert_count(2)
    assert window.sidebar.rows["alerts"].accessibleName() == "Alerts, 2"
    window.sidebar.show_alert_count(0)
    assert window.sidebar.rows["alerts"].accessibleName() == "Alerts"


def test_closing_asks_the_owner_and_only_the_owner_closes(window: MainWindow, qtbot: QtBot) -> None:
    window.show()
    with qtbot.waitSignal(window.close_requested):
        window.close()
    assert window.isVisible()
    window.close_for_good()
    assert not window.isVisible()


def test_a_message_can_be_taken_back_once(window: MainWindow, qtbot: QtBot) -> None:
    window.show()
    undone: list[str] = []
    toast = window.show_toast("Agency was removed.", lambda: undone.append("x"))
    assert toast.undo_button is not None
    toast.undo_button.click()
    toast.undo_button.click()
    assert undone == ["x"]
    qtbot.waitUntil(lambda: not window.toasts.shown)


def test_escape_closes_messages(window: MainWindow, qtbot: QtBot) -> None:
    open_window(window, qtbot)
    window.show_toast("One.")
    window.show_toast("Two.")
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.toasts.shown)


def test_messages_do_not_pile_up(window: MainWindow) -> None:
    window.show()
    for number in range(10):
        window.show_toast(f"Message {number}.")
    assert len(window.toasts.shown) == 3


def test_news_of_the_whole_desk_stands_above_every_page(window: MainWindow, qtbot: QtBot) -> None:
    window.show()
    close = [parts.button("Fine")]
    notice = window.show_notice("There is no tray here. The desk closes to the task bar.", Level.LOW, close)
    assert notice.isVisible()
    assert "no tray" in notice.accessibleName()
    page = window.page(window.page_name)
    assert page is not None
    notice.buttons[-1].click()
    assert not notice.isVisible()
    qtbot.waitUntil(lambda: page.mapTo(window, QPoint(0, 0)).y() == 0)  # no gap stays where it stood


@pytest.fixture
def grow(worn: Callable[[str], None], qapp: QApplication) -> Iterator[Callable[[float], None]]:
    """Give the application a font so many times as large, as a user's system may; it gets its own back."""
    before = qapp.font()

    def put(growth: float) -> None:
        font = QFont(before)
        font.setPixelSize(round(before.pixelSize() * growth))
        qapp.setFont(font)
        theme._worn.base_px = font.pixelSize()
        theme._font.cache_clear()
        theme.metrics.cache_clear()
        qapp.setStyleSheet(stylesheet(theme.active(), theme.px, paths.resources() / "icons"))

    yield put
    put(1.0)


@pytest.mark.parametrize("growth", [1.0, 1.5, 2.0])
def test_nothing_is_wider_than_the_smallest_window(
    qtbot: QtBot, grow: Callable[[float], None], entries: list[Entry], growth: float
) -> None:
    grow(growth)
    window, page = MainWindow(), OverviewPage()
    qtbot.addWidget(window, before_close_func=MainWindow.close_for_good)
    window.add_page("overview", page)
    page.show_entries(entries, NOW, PLAIN)
    window.show_accounts(entries, PLAIN)
    window.resize(*theme.MIN_WINDOW_PX)
    window.show()
    buttons = [button for button in window.findChildren(parts.Button) if button.isVisible()]
    qtbot.waitUntil(lambda: not [button for button in buttons if cut(button)])
    assert window.width() == theme.MIN_WINDOW_PX[0]
    assert window.minimumSizeHint().width() <= theme.MIN_WINDOW_PX[0]
    for card in page.cards:
        assert card.mapTo(window, card.rect().bottomRight()).x() < window.width()


def cut(button: parts.Button) -> bool:
    """Whether a button is smaller than its words."""
    least = button.minimumSizeHint()
    return button.width() < least.width() or button.height() < least.height()


def test_a_large_font_leaves_only_icons_in_the_sidebar(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    window.resize(1280, 820)
    window.show()
    assert not window.sidebar.rows["overview"].narrow
    monkeypatch.setattr(theme._worn, "base_px", 24)
    window.resize(900, 600)
    assert window.sidebar.rows["overview"].narrow
    assert window.sidebar.rows["overview"].toolTip() == "Overview"


def test_every_row_of_the_sidebar_has_a_name(window: MainWindow, entries: list[Entry]) -> None:
    window.show_accounts(entries, PLAIN)
    assert all(row.accessibleName() for row in window.sidebar.rows.values())
