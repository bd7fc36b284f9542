"""A child of the bench: the least a Qt program can be. One label, shown and painted, and one line of JSON.

Words: `--stay S` keeps the window open for S seconds after that, and tells the CPU time of these, too.
"""

import sys
import time

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QLabel


class Label(QLabel):
    """Says when it was painted first."""

    painted = False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's."""
        if not self.painted:
            self.painted = True
            QTimer.singleShot(0, tell)
        super().paintEvent(event)


def tell() -> None:
    """Tell what was measured at the first paint."""
    at = time.time()
    from bench.child import report  # after the clock was read: it is no part of the window

    report(at, {})


application = QApplication(sys.argv[:1])
label = Label("bare")
label.resize(1280, 820)
label.show()
application.exec()
