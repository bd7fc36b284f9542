"""Saves every page as a picture: light and dark, large and small. For the demo without a display, and for the README."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QMessageLogContext, QSize, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QWidget

from creditdesk.app.desktop import Desktop
from creditdesk.core.pools import Reading
from creditdesk.paths import resources
from creditdesk.ui import theme

SIZES = ((1280, 820), (900, 600))
THEMES = ("light", "dark")
PAGES = ("overview", "sizer", "history", "activity", "alerts", "accounts", "settings")
LIMIT_MS = 20_000
STILL_MS = 250


def take_all(application: QApplication, desktop: Desktop, readings: Iterable[Reading], folder: Path) -> int:
    """Show every page in every theme and size, and save it as PAGE-THEME-WxH.png; the exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    qInstallMessageHandler(_quietly)
    desktop.open(readings)
    wait_until(application, desktop.is_quiet)
    saved = 0
    for name in THEMES:
        theme.apply(application, theme.load(name))
        for size in SIZES:
            desktop.window.resize(QSize(*size))
            for page in PAGES:
                prepare(desktop, page)
                wait_until(application, desktop.is_quiet)
                saved += save(application, desktop.window, folder / f"{page}-{name}-{size[0]}x{size[1]}.png")
    print(f"{saved} pictures in {folder}")
    return 0 if saved == len(PAGES) * len(SIZES) * len(THEMES) else 1


def prepare(desktop: Desktop, page: str) -> None:
    """Bring a page on screen with something to see."""
    if page == "history":
        desktop.pages.show_history("sample0")
    elif page == "sizer":
        desktop.pages.size("sample1")
        desktop.pages.open_list(resources() / "sample" / "spring-campaign.csv")
    else:
        desktop.window.show_page(page)


def wait_until(application: QApplication, done: Callable[[], bool]) -> None:
    """Let the window work until `done` holds and nothing happened for a moment, or time is up."""
    deadline = QDeadlineTimer(LIMIT_MS)
    still = QDeadlineTimer(STILL_MS)
    while not deadline.hasExpired():
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        if not done():
            still = QDeadlineTimer(STILL_MS)
        elif still.hasExpired():
            return


def _quietly(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    """Qt's messages, without the one that the off-screen platform repeats at each resize."""
    if "This plugin does not support" not in text:
        print(f"{kind.name}: {text}", file=sys.stderr)


def save(application: QApplication, window: QWidget, path: Path) -> bool:
    """Save what the window shows."""
    application.processEvents()
    return window.grab().save(str(path))
