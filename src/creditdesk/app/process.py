"""The process around the desktop: the application object, our own bugs, a folder for the demo."""

import logging
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

from PySide6.QtCore import QEvent, QSocketNotifier, Signal
from PySide6.QtWidgets import QApplication

from creditdesk.desk.tools import utc_now
from creditdesk.store.privacy import write_crash_report

STYLE = "fusion"
"""Looks the same on every system. Told here because asking for `style()` later makes Python's QStyle, which is 4 ms."""


class Application(QApplication):
    """Qt's application. Before it quits it asks every window to close; one that hides instead would be asked for ever.

    Signals:
        quitting(): the program ends, by the user, the session or a signal.
    """

    quitting = Signal()

    def event(self, event: QEvent) -> bool:
        """Qt's."""
        if event.type() == QEvent.Type.Quit:
            self.quitting.emit()
        return super().event(event)


def make_application() -> Application:
    """The application object with its name, and nothing that costs time. There is one at the most."""
    there = QApplication.instance()
    if isinstance(there, Application):
        return there
    QApplication.setDesktopFileName("creditdesk")
    application = Application([*sys.argv[:1], "-style", STYLE])
    application.setApplicationName("creditdesk")
    application.setApplicationDisplayName("creditdesk")
    application.setQuitOnLastWindowClosed(False)
    return application


def quit_on_signals(application: QApplication) -> QSocketNotifier:
    """Let Ctrl+C and SIGTERM end the window in order. Keep what is returned as long as the window lives.

    Python's own handlers would wait until Qt comes back to Python; the socket wakes Qt at once.
    """
    import signal  # these two are for what comes after the first paint
    import socket

    ours, woken = socket.socketpair()
    for end in (ours, woken):
        end.setblocking(False)
    signal.set_wakeup_fd(woken.fileno(), warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    notifier = QSocketNotifier(ours.fileno(), QSocketNotifier.Type.Read, application)

    def woke() -> None:
        ours.recv(64)
        application.quit()

    notifier.activated.connect(woke)
    notifier.destroyed.connect(lambda: woken.close())  # a bound method alone would not keep the socket
    return notifier


def log_safely() -> None:
    """Warnings go to stderr, every one of them through the filter that takes keys out. After the first paint: 20 ms."""
    from creditdesk.providers.redaction import RedactingFilter, quiet_libraries

    handler = logging.StreamHandler()
    handler.addFilter(RedactingFilter())
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    quiet_libraries()


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


def temporary_folder() -> "TemporaryDirectory[str]":
    """A folder of the demo's own, gone when the demo ends."""
    return TemporaryDirectory(prefix="creditdesk-demo-", ignore_cleanup_errors=os.name == "nt")
