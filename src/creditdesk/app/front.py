"""What is on screen first: the window with the overview and the last readings. Everything else is made after its paint.

This module and what it imports are all that the first paint waits for: keep it small, and see docs/benchmarks.md.
"""

import base64
from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from creditdesk.app.parts import Parts
from creditdesk.core.pools import Reading
from creditdesk.desk.opening import Desk
from creditdesk.ui.board import Board
from creditdesk.ui.engine import Engine
from creditdesk.ui.overview import OverviewPage
from creditdesk.ui.window import MainWindow


class Front(QObject):
    """The window, its first page, and what the parts of the desktop share. `fill` and then `show` bring it on screen.

    Signals:
        painted(): it is on screen.
    """

    painted = Signal()

    def __init__(self, desk: Desk, sample: bool = False) -> None:
        super().__init__()
        self.window = MainWindow()
        self.overview = OverviewPage()
        self.parts = Parts(desk, Engine(self), Board(), self.window, desk.tools.chosen.settings, sample)
        if sample:
            self.window.setWindowTitle("creditdesk, sample data")
        self.overview.show_sample(sample)
        self.window.add_page("overview", self.overview)
        self.overview.painted.connect(self.painted)

    def fill(self, readings: Iterable[Reading]) -> None:
        """Put these readings on the board and on the page."""
        parts = self.parts
        parts.board.replace(parts.entry(reading) for reading in readings)
        entries = parts.board.entries()
        self.overview.show_entries(entries, parts.now(), parts.settings)
        self.window.show_accounts(entries, parts.settings)

    def show(self) -> None:
        """Show the window, where it was when it was closed."""
        if self.parts.settings.window:
            self.window.restoreGeometry(_bytes(self.parts.settings.window))
        self.window.show()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""
