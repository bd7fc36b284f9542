"""The desk as a whole: broken files are said and harm nothing, keys leave the clipboard, the window finds its place."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox
from tests.app.screen import Screen, spoken
from tests.app.test_accounts_on_screen import fill_in

from creditdesk.app.desktop import NO_TRAY


def looking_until(screen: Screen, condition: Callable[[], bool]) -> None:
    """The poller looks again and again, until it holds: what another process writes is seen a moment later."""

    def looked() -> bool:
        screen.look(seconds=20)
        return condition()

    screen.until(looked)


def test_a_broken_history_is_said_beside_what_else_is_to_be_said_and_the_desk_goes_on(screen: Screen) -> None:
    screen.prepare(screen.draft("ranktracker"))
    screen.places.database.write_bytes(b"this is no database" * 1000)
    for left in screen.places.data_dir.glob("history.sqlite3-*"):
        left.unlink()
    screen.open()
    notices = screen.desktop.window.notices
    assert len(notices) == 2
    assert NO_TRAY in notices
    assert any("history" in text.lower() for text in notices)
    assert screen.left()["keywords"] == 158
    screen.restart()
    assert screen.desktop.window.notices == []
    assert screen.left()["keywords"] == 158


def test_a_config_that_breaks_while_the_desk_is_open_is_said_and_mended_without_a_restart(screen: Screen) -> None:
    screen.prepare(screen.draft("ranktracker"))
    screen.open()
    good = screen.places.config.read_text()
    screen.places.config.write_text(good + "\n[accounts\n")
    looking_until(screen, lambda: any("config" in text for text in screen.desktop.window.notices))
    screen.look(minutes=6)
    assert len([text for text in screen.desktop.window.notices if "config" in text]) == 1
    assert not list(screen.places.reports.glob("*"))
    assert screen.left()["keywords"] == 158
    screen.places.config.write_text(good)
    screen.consume("ranktracker", keywords=8)
    looking_until(screen, lambda: screen.left()["keywords"] == 150)


def test_what_the_command_line_does_is_seen_by_the_open_window(screen: Screen) -> None:
    (account,) = screen.prepare(screen.draft("ranktracker", "Agency"))
    screen.open()
    other = screen.open_desk()
    other.tools.chosen.change(account.changed(name="Studio"))
    other.tools.history.close()
    looking_until(screen, lambda: "Studio" in screen.card().accessibleName())


@pytest.mark.parametrize("changed", [False, True])
def test_a_pasted_key_leaves_the_clipboard_when_the_desk_closes_unless_something_else_is_there(
    screen: Screen, changed: bool
) -> None:
    clipboard = QApplication.clipboard()
    clipboard.setText(screen.key("ranktracker"))
    screen.open()
    fill_in(screen, "ranktracker").save.click()
    screen.until(lambda: bool(screen.desktop.overview.cards))
    screen.settle()
    if changed:
        clipboard.setText("a note of mine")
    screen.close()
    assert clipboard.text() == ("a note of mine" if changed else "")


def test_the_window_opens_where_it_was(screen: Screen) -> None:
    screen.open()
    screen.desktop.window.setGeometry(40, 30, 900, 650)
    screen.settle()
    screen.restart()
    assert screen.desktop.window.size().toTuple() == (900, 650)


def test_closing_the_window_without_a_tray_leaves_the_desk_running_in_the_task_bar(screen: Screen) -> None:
    screen.prepare(screen.draft("ranktracker"))
    screen.open()
    window = screen.desktop.window
    window.close()
    assert window.isMinimized()
    screen.look(minutes=6)
    assert screen.requests("ranktracker") == 2
    screen.desktop.raise_window()
    assert not window.isMinimized()


def test_a_bug_of_ours_is_said_with_its_report_and_the_desk_goes_on(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    screen.open()
    screen.desktop.show_bug("ZeroDivisionError", tmp_path / "crash.txt")
    assert any("a bug of its own (ZeroDivisionError)" in text for text in screen.desktop.window.notices)
    assert "Open the folder" in spoken([screen.desktop.window])
    assert not screen.application.findChildren(QMessageBox)


def test_a_desk_that_starts_in_the_tray_needs_one(screen: Screen) -> None:
    screen.open()
    screen.desktop.parts.desk.tools.chosen.change_settings(lambda before: type(before)(start_in_tray=True))
    screen.restart()
    assert screen.desktop.window.isMinimized()


def test_nothing_is_said_of_a_tray_while_one_may_still_come(screen: Screen) -> None:
    screen.tray_ms = 60_000
    screen.open(quiet=False)
    screen.settle()
    screen.look(seconds=20)
    assert screen.desktop.window.notices == []
    assert not screen.desktop.parts.settings.told_no_tray
    screen.desktop.window.close()
    assert screen.desktop.window.isMinimized()
