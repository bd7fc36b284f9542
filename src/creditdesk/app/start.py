"""Starts the desktop: one window a folder, the last readings at once, everything heavy after the first paint."""

import argparse
import os
import sys
from contextlib import ExitStack

from PySide6.QtWidgets import QApplication

from creditdesk.app.process import fail, in_background, make_application, quit_on_signals, report_bugs
from creditdesk.app.single import claim
from creditdesk.core.pools import Reading
from creditdesk.desk.opening import Desk, open_desk
from creditdesk.paths import Places, places
from creditdesk.store.config import ConfigError
from creditdesk.store.lock import LockBusy
from creditdesk.store.privacy import harden
from creditdesk.ui import theme
from creditdesk.ui.doorbell import Doorbell

NO_DISPLAY = (
    "There is no display here. Use the commands (`creditdesk --help`), or `creditdesk demo --shots DIR` for pictures."
)


def main(options: argparse.Namespace) -> int:
    """Open the window, or the demo; the exit code."""
    harden()
    pictures_only = options.command == "demo" and options.shots is not None
    if not has_display():
        if not pictures_only:
            return fail(NO_DISPLAY)
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if options.command == "demo":
        from creditdesk.app.demo import run_demo  # the sandbox is for the demo only

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
        return fail(f"The folder {where.data_dir} cannot be used: {error.strerror}.")
    application = make_application()
    with ExitStack() as held:
        try:
            first = claim(held, where.data_dir)
        except LockBusy:
            return fail(f"Another creditdesk uses {where.data_dir} and does not answer.")
        except OSError as error:
            return fail(f"The folder {where.data_dir} cannot be used: {error.strerror}.")
        return _run_locked(application, where) if first else 0


def load(where: Places) -> tuple[Desk, list[Reading]]:
    """Open the desk and remember the last readings."""
    desk = open_desk(where)
    return desk, desk.reader.load()


def _run_locked(application: QApplication, where: Places) -> int:
    loading = in_background(lambda: load(where))
    from creditdesk.app.desktop import Desktop  # the pages are made while the last readings are read

    try:
        desk, readings = loading.result()
    except ConfigError as error:
        return fail(f"{error} Mend or move the file; nothing in it was changed.")
    theme.choose(application, desk.tools.chosen.settings.theme)
    desktop = Desktop(application, desk, where)
    doorbell = Doorbell(where.data_dir)
    doorbell.rung.connect(lambda _text: desktop.raise_window())
    quitting = quit_on_signals(application)
    report_bugs(desktop, where.reports)
    desktop.open(readings)
    try:
        return int(application.exec())
    finally:
        quitting.setEnabled(False)
        doorbell.close()
        desktop.close()
