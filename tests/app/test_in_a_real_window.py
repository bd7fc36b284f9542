"""The desk in a real X11 window, with the system's keyring, a notification daemon and a tray, driven by real keys.

`make test` runs this under Xvfb with a window manager, a gnome-keyring and a D-Bus of its own. `CREDITDESK_SHOTS=DIR`
keeps the pictures.
"""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon
from pytestqt.qtbot import QtBot
from tests.app.screen import Screen, spoken
from tests.desk.world import Clock

from creditdesk.app.desktop import NO_TRAY
from creditdesk.app.telling import system_notifier
from creditdesk.core.settings import ThemeChoice
from creditdesk.sandbox import Sandbox, SandboxThread
from creditdesk.ui import theme
from creditdesk.ui.tray import COLOURS, Level, Tray

pytestmark = pytest.mark.xvfb
Starts = Callable[..., "subprocess.Popen[bytes]"]

PAGES = ("overview", "sizer", "history", "activity", "alerts", "gateway", "accounts", "settings")
PLENTY = {"keywords": 100, "dataRows": 100, "onDemand": 0, "serpAnalyser": 0}
DUNST = """
[global]
    origin = top-left
    offset = 10x10
    dmenu = {chooser}
    mouse_left_click = do_action, close_current
[urgency_normal]
    timeout = 0
"""
CHOOSER = "#!/bin/sh\ngrep -m 1 Snooze\n"  # takes the place of the menu in which dunst shows the buttons


@pytest.fixture
def start() -> Iterator[Starts]:
    """Starts a program beside the test; it is ended afterwards."""
    running: list[subprocess.Popen[bytes]] = []

    def run(*words: str, into: Path | None = None) -> "subprocess.Popen[bytes]":
        out = into.open("wb") if into else subprocess.DEVNULL
        running.append(subprocess.Popen(words, stdout=out, stderr=subprocess.DEVNULL))
        if into and not isinstance(out, int):
            out.close()
        return running[-1]

    yield run
    for each in reversed(running):
        each.terminate()
        each.wait(10)


@pytest.fixture
def real(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Screen]:
    """A desk whose keys are in the system's keyring."""
    theme.choose(qapp, ThemeChoice.LIGHT)
    clock = Clock()
    with SandboxThread(Sandbox(seed=7, clock=clock)) as running:
        made = Screen(qtbot, qapp, running, tmp_path / "desk", clock)
        made.backend = None
        made.running.call(lambda box: box.update_account("ranktracker", usage=PLENTY))
        yield made
        if made.desktop is not None:
            made.close()
        for account in made.open_desk().tools.chosen.accounts:
            keyring.delete_password("creditdesk", f"{account.id}/key")


def start_dunst(real: Screen, start: Starts, *words: str) -> None:
    """Start the notification daemon, to which the desk's warnings go from now on."""
    daemon = start("dunst", *words)
    real.until(lambda: has_owner("org.freedesktop.Notifications"))
    real.until(lambda: displayed() == 0)
    assert daemon.poll() is None, "another notification service has the name on this bus"
    real.open_notifier = system_notifier


def tool(*words: str) -> str:
    """Run a small program and give back what it says."""
    return subprocess.run(words, check=True, capture_output=True, timeout=20).stdout.decode()


def displayed() -> int:
    """How many messages the notification daemon shows."""
    return int(tool("dunstctl", "count", "displayed"))


def has_owner(name: str) -> bool:
    asked = ("--print-reply", "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner", f"string:{name}")
    return "boolean true" in tool("dbus-send", "--session", *asked)


def on_screen(box: QRect | None = None) -> QImage:
    """What the X server shows, whole or in a box."""
    screen = QGuiApplication.primaryScreen()
    whole = screen.grabWindow(0).toImage()
    return whole.copy(box) if box else whole


def colours(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def keep(name: str) -> None:
    folder = os.environ.get("CREDITDESK_SHOTS")
    if folder:
        on_screen().save(str(Path(folder) / f"{name}.png"))


def open_in_front(real: Screen) -> None:
    """Open the window and give it the keyboard."""
    real.open()
    real.desktop.raise_window()
    real.until(real.desktop.window.isActiveWindow)


def icon(real: Screen) -> QSystemTrayIcon:
    found = real.desktop.tray.findChild(QSystemTrayIcon)
    assert isinstance(found, QSystemTrayIcon)
    return found


def popped_up() -> QMenu | None:
    menu = QApplication.activePopupWidget()
    return menu if isinstance(menu, QMenu) else None


def click(at: QPoint, button: int = 1) -> None:
    tool("xdotool", "mousemove", str(at.x()), str(at.y()), "click", str(button))


def press(*keys: str) -> None:
    tool("xdotool", "key", "--clearmodifiers", *keys)


def test_the_window_is_on_the_screen_with_numbers_whose_keys_are_in_the_keyring(real: Screen) -> None:
    (account,) = real.prepare(real.draft("ranktracker", "Agency"))
    assert keyring.get_password("creditdesk", f"{account.id}/key") == real.key("ranktracker")
    open_in_front(real)
    assert real.left()["keywords"] == 900
    assert real.desktop.parts.store_name == "GNOME Keyring"
    window = real.desktop.window
    box = QRect(window.mapToGlobal(window.rect().topLeft()), window.size())

    def is_painted() -> bool:
        seen = colours(on_screen(box))
        worn = theme.active()
        wanted = {worn.colour(name).name() for name in ("background", "surface", "text", "accent")}
        return wanted <= seen and len(seen) > 50

    real.until(is_painted)
    keep("real-window")


def test_every_page_opens_by_its_key_and_by_tab_and_return(real: Screen) -> None:
    real.prepare(real.draft("ranktracker", "Agency"))
    open_in_front(real)
    window = real.desktop.window
    for number, page in reversed(list(enumerate(PAGES, 1))):
        press(f"ctrl+{number}")
        real.until(lambda page=page: window.page_name == page)
        real.settle()
    wanted = {"Overview", "Sizer", "History", "Activity", "Alerts", "Add account", "Manage accounts"}
    reached: set[str] = set()
    for _ in range(60):
        before = real.application.focusWidget()
        press("Tab")
        real.until(lambda before=before: real.application.focusWidget() is not before)
        focused = real.application.focusWidget()
        assert focused is not None
        name = focused.accessibleName() or getattr(focused, "text", str)()
        assert name, focused
        if name == "Activity":
            press("Return")
            real.until(lambda: window.page_name == "activity")
        reached.add(name)
        if wanted <= reached:
            break
    assert wanted <= reached
    press("ctrl+n")
    real.dialog()
    press("Escape")
    real.until(lambda: not real.dialogs())
    press("ctrl+f")
    real.until(lambda: real.desktop.window.page_name in ("overview", "activity"))
    keep("real-keys")


def test_a_crossing_reaches_the_notification_daemon_with_its_buttons_and_no_key_crosses_the_bus(
    real: Screen, start: Starts, tmp_path: Path
) -> None:
    chooser, config, traffic = tmp_path / "choose", tmp_path / "dunstrc", tmp_path / "bus.pcap"
    chooser.write_text(CHOOSER)
    chooser.chmod(0o755)
    config.write_text(DUNST.format(chooser=chooser))
    start("dbus-monitor", "--session", "--pcap", into=traffic)
    start_dunst(real, start, "-conf", str(config))
    real.until(lambda: traffic.stat().st_size > 0)
    (account,) = real.prepare(real.draft("ranktracker", "Agency"))
    open_in_front(real)
    real.running.call(lambda box: box.consume("ranktracker", keywords=750))
    real.look(minutes=6)
    real.clock.move(seconds=30)  # warnings are gathered for so long
    real.until(lambda: displayed() == 1)
    sent = traffic.read_bytes()
    for said in ("Ranktracker · Agency is low", "Keywords: 150 of 1,000 left.", "Open", "Snooze 8 hours"):
        assert said.encode() in sent
    keep("real-notification")
    real.desktop.window.hide()
    click(QPoint(60, 25))
    real.until(lambda: real.desktop.window.isVisible() and real.desktop.window.page_name == "history")
    real.running.call(lambda box: box.consume("ranktracker", keywords=110))
    real.look(minutes=6)
    real.until(lambda: displayed() == 1)
    print(tool("dunstctl", "count"))
    tool("dunstctl", "context")
    episodes = real.desktop.parts.desk.tools.history.warned.open_episodes
    real.until(lambda: all(each.snoozed_until for each in episodes(account.id).result()))
    assert [each.delivered for each in episodes(account.id).result()] == ["notification"] * 2
    real.close()
    key = real.key("ranktracker")
    sent = traffic.read_bytes()
    assert b"org.freedesktop.Secret" in sent
    assert key.encode() not in sent
    assert key[len(key) // 2 :].encode() not in sent


def test_a_message_that_no_longer_holds_is_taken_back(real: Screen, start: Starts) -> None:
    start_dunst(real, start)
    real.prepare(real.draft("ranktracker", "Agency"))
    real.open()
    real.running.call(lambda box: box.consume("ranktracker", keywords=750))
    real.look(minutes=6)
    real.clock.move(seconds=30)
    real.until(lambda: displayed() == 1)
    real.running.call(lambda box: box.update_account("ranktracker", usage=PLENTY))
    real.look(minutes=6)
    real.until(lambda: displayed() == 0)


def test_accounts_that_get_low_together_are_one_message_on_the_screen(real: Screen, start: Starts) -> None:
    start_dunst(real, start)
    names = ("Agency", "Studio", "Shop")
    keys = [
        real.running.call(lambda box, n=name: box.add_account("ranktracker", name=n, usage=PLENTY)) for name in names
    ]
    real.prepare(*(real.draft("ranktracker", name, key) for name, key in zip(names, keys, strict=True)))
    real.open()
    for name in names:
        real.running.call(lambda box, n=name: box.consume("ranktracker", n, keywords=750))
    real.look(minutes=6)
    real.clock.move(seconds=30)
    real.until(lambda: displayed() == 1)
    real.settle()
    assert displayed() == 1
    keep("real-grouped")
    for name in names:
        real.running.call(lambda box, n=name: box.update_account("ranktracker", n, usage=PLENTY))
    real.look(minutes=6)
    real.until(lambda: displayed() == 0)


def test_without_a_tray_the_desk_says_so_once_and_closes_to_the_task_bar(real: Screen) -> None:
    assert not Tray.available()
    real.prepare(real.draft("ranktracker", "Agency"))
    open_in_front(real)
    window = real.desktop.window
    real.until(lambda: window.notices == [NO_TRAY])
    window.close()
    real.until(window.isMinimized)
    assert window.isVisible()
    real.desktop.raise_window()
    real.until(lambda: not window.isMinimized() and window.isActiveWindow())
    real.restart()
    assert real.desktop.window.notices == []


def test_in_a_tray_the_icon_has_the_worst_levels_colour_and_its_menu_lists_the_accounts(
    real: Screen, start: Starts
) -> None:
    accounts = real.prepare(real.draft("ranktracker", "Agency"), real.draft("capsolver", "Solver"))
    real.open()
    assert not real.desktop.tray.shown
    assert real.desktop.window.notices == [NO_TRAY]
    start("trayer", "--edge", "top", "--align", "right", "--width", "10", "--height", "24")
    real.until(Tray.available)
    real.look(seconds=20)  # a tray that comes very late is found at the next look
    assert real.desktop.tray.shown
    assert real.desktop.window.notices == []
    real.until(lambda: icon(real).geometry().width() > 8)

    def wears(level: Level) -> bool:
        return COLOURS[level].lower() in colours(on_screen(icon(real).geometry()))

    real.until(lambda: wears(Level.GOOD))
    real.running.call(lambda box: box.consume("ranktracker", keywords=890))
    real.look(minutes=6)
    real.until(lambda: wears(Level.CRITICAL))
    click(icon(real).geometry().center(), button=3)
    real.until(lambda: popped_up() is not None)
    menu = popped_up()
    assert menu is not None
    texts = [action.text() for action in menu.actions()]
    assert texts[:2] == [
        "Ranktracker · Agency: Keywords 10 of 1,000 left, Data rows 4,900 of 5,000 left",
        "CapSolver · Solver: Balance $24.3518 left, reCAPTCHA v2 500K 412,306 left",
    ]
    assert texts[-1] == "Quit"
    keep("real-tray")
    press("Down", "Return")
    real.until(lambda: real.desktop.window.page_name == "history")
    assert "Ranktracker · Agency" in spoken([real.desktop.window])
    assert accounts[0].id in [entry.id for entry in real.desktop.parts.board.entries()]


def test_a_tray_that_comes_after_log_in_is_awaited_and_nobody_hears_that_there_is_none(
    real: Screen, start: Starts
) -> None:
    real.tray_ms = 400
    real.open(quiet=False)
    real.desktop.parts.desk.tools.chosen.change_settings(lambda before: type(before)(start_in_tray=True))
    real.restart(quiet=False)
    real.settle()
    assert real.desktop.tray.awaited
    start("trayer", "--edge", "top", "--align", "right", "--width", "10", "--height", "24")
    real.until(lambda: real.desktop.tray.shown)
    real.until(lambda: icon(real).geometry().width() > 8)
    assert real.desktop.window.notices == []
    assert not real.desktop.window.isVisible()
    assert not real.desktop.parts.settings.told_no_tray


def test_in_a_tray_the_window_closes_to_it_and_a_click_brings_it_back(real: Screen, start: Starts) -> None:
    tray = start("trayer", "--edge", "top", "--align", "right", "--width", "10", "--height", "24")
    real.until(Tray.available)
    real.prepare(real.draft("ranktracker", "Agency"))
    open_in_front(real)
    window = real.desktop.window
    assert window.notices == []
    real.until(lambda: icon(real).geometry().width() > 8)
    window.close()
    real.until(lambda: not window.isVisible())
    click(icon(real).geometry().center())
    real.until(window.isVisible)
    real.desktop.parts.desk.tools.chosen.change_settings(lambda before: type(before)(start_in_tray=True))
    real.close()
    real.open()
    assert not real.desktop.window.isVisible()
    assert real.desktop.tray.shown
    assert real.left()["keywords"] == 900
    tray.terminate()
    real.until(lambda: not Tray.available())
    real.look(seconds=20)  # the tray is gone: it must not have taken the window along
    real.until(real.desktop.window.isMinimized)
