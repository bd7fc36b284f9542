"""The process around the desktop: the application object, our own bugs, work beside the making of the window."""

import os
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import TypeVar

from PySide6.QtWidgets import QApplication

from creditdesk.desk.tools import utc_now
from creditdesk.store.privacy import write_crash_report

T = TypeVar("T")


def make_application() -> QApplication:
    """The application object with its name, and nothing that costs time."""
    QApplication.setDesktopFileName("creditdesk")
    application = QApplication(sys.argv[:1])
    application.setApplicationName("creditdesk")
    application.setApplicationDisplayName("creditdesk")
    application.setQuitOnLastWindowClosed(False)
    return application


def in_background(work: Callable[[], T]) -> "Future[T]":
    """Do some work on a thread while the window is being made."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except Exception as error:  # carried over to whoever waits for the result
            future.set_exception(error)

    Thread(target=run, name="opening", daemon=True).start()
    return future


def fail(text: str) -> int:
    """Say why the desk does not open, on stderr and in a box when there is a screen; exit code 1."""
    print(f"creditdesk: {text}", file=sys.stderr)
    if QApplication.instance() is not None and QApplication.platformName() not in ("offscreen", "minimal"):
        from PySide6.QtWidgets import QMessageBox

        QMessageBox.critical(None, "creditdesk", text)
    return 1


def report_bugs(desktop: object, folder: Path) -> None:
    """Our own bugs: a report on this computer, without any value of a variable, and one line for the user."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        from creditdesk.providers.redaction import redact

        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        path = write_crash_report(folder, error.with_traceback(trace), redact, utc_now())
        print(f"creditdesk: a bug: {kind.__name__}. A report lies in {path}.", file=sys.stderr)
        told = getattr(desktop, "show_bug", None)
        if told is not None:
            told(kind.__name__, path)

    sys.excepthook = hook


def temporary_folder() -> "tempfile.TemporaryDirectory[str]":
    """A folder of the demo's own, gone when the demo ends."""
    return tempfile.TemporaryDirectory(prefix="creditdesk-demo-", ignore_cleanup_errors=os.name == "nt")
