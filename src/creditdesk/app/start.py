"""Starts the desktop: one window a folder, the last readings at once, everything heavy after the first paint."""

import argparse
import gc
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any

from creditdesk.app.beside import in_background
from creditdesk.app.single import claim
from creditdesk.core.pools import Reading
from creditdesk.desk.opening import Desk, open_desk
from creditdesk.desk.tools import utc_now
from creditdesk.paths import Places, places
from creditdesk.store.config import ConfigError
from creditdesk.store.lock import LockBusy
from creditdesk.store.privacy import harden
from creditdesk.store.restoring import put_in_place

# Qt and what stands on it are imported in the functions: 60 ms during which the last readings are loaded already.

NO_DISPLAY = (
    "There is no display here. Use the commands (`creditdesk --help`), or `creditdesk demo --shots DIR` for pictures."
)

RECALLED_MS = 10_000
"""After this the last weeks of all accounts are in memory, too."""


def main(options: argparse.Namespace) -> int:
    """Open the window, or the demo; the exit code."""
    pictures_only = options.command == "demo" and options.shots is not None
    if not has_display():
        if not pictures_only:
            return _fail(NO_DISPLAY)
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if options.command == "demo":
        from creditdesk.app.demo import run_demo  # the sandbox is for the demo only

        gc.enable()
        harden()
        return run_demo(options.data_dir, options.shots)
    return run_window(places(options.data_dir))


def has_display() -> bool:
    """Whether a window can be shown here. Qt itself would end the process without a word."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def run_window(where: Places) -> int:
    """Open the desk in these folders; a second start raises the first one instead."""
    try:
        where.make()
    except OSError as error:
        return _fail(f"The folder {where.data_dir} cannot be used: {error.strerror}.")
    with ExitStack() as held:
        try:
            first = claim(held, where.data_dir)
        except LockBusy:
            return _fail(f"Another creditdesk uses {where.data_dir} and does not answer.")
        except OSError as error:
            return _fail(f"The folder {where.data_dir} cannot be used: {error.strerror}.")
        return _run_locked(where) if first else 0


def load(where: Places) -> tuple[Desk, list[Reading]]:
    """Open the desk and remember the last readings."""
    with suppress(OSError):  # then the history that is there is opened
        put_in_place(where.database, utc_now())
    desk = open_desk(where)
    return desk, desk.reader.load()


def _run_locked(where: Places) -> int:
    gc.disable()  # until the front is there: what is made now stays
    loading = in_background(lambda: load(where))
    from creditdesk.app.front import Front
    from creditdesk.app.process import make_application
    from creditdesk.ui import theme

    application = make_application()
    try:
        desk, readings = loading.result()
    except ConfigError as error:
        return _fail(f"{error} Mend or move the file; nothing in it was changed.")
    theme.choose(application, desk.tools.chosen.settings.theme)
    front = Front(desk)
    application.quitting.connect(front.window.let_close)
    rest = _Rest(application, front, where, readings)
    if front.parts.settings.start_in_tray:
        rest.make()
    else:
        front.painted.connect(rest.make)
        front.fill(readings)
        front.show()
    try:
        return int(application.exec())
    finally:
        rest.close()


class _Rest:
    """Everything but the front: made after the first paint, closed in order."""

    def __init__(self, application: Any, front: Any, where: Places, readings: list[Reading]) -> None:
        self._application = application
        self._front = front
        self._where = where
        self._readings = readings
        self._closing: list[Callable[[], object]] = [lambda: front.parts.engine.stop(front.parts.desk.close)]

    def make(self) -> None:
        """Make the desktop around the front; a second start raises it from now on."""
        from PySide6.QtCore import QTimer

        from creditdesk.app import collector
        from creditdesk.app.desktop import Desktop
        from creditdesk.app.process import quit_on_signals, report_bugs
        from creditdesk.ui.doorbell import Doorbell

        harden()  # before any key is read
        desktop = Desktop(self._application, self._front, self._where)
        report_bugs(desktop, self._where.reports)
        doorbell = Doorbell(self._where.data_dir)
        doorbell.rung.connect(lambda _text: desktop.raise_window())
        quitting = quit_on_signals(self._application)
        self._closing = [lambda: quitting.setEnabled(False), doorbell.close, desktop.close]
        desktop.open(self._readings)
        collector.spare()
        QTimer.singleShot(RECALLED_MS, collector.spare)

    def close(self) -> None:
        """Take down what was made."""
        for each in self._closing:
            each()


def _fail(text: str) -> int:
    from creditdesk.app.process import fail

    return fail(text)
