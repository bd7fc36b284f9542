"""While the window is open, copies of the history are made, what is old is thinned out, and new damage is said."""

from contextlib import suppress

from PySide6.QtCore import QObject, QTimer

from creditdesk.app.parts import Parts
from creditdesk.core.pools import Level
from creditdesk.desk.keeping import Keeper
from creditdesk.paths import Places
from creditdesk.store.history import HistoryError

FIRST_MS = 60_000
"""The first look comes late, so that it is in nobody's way at the start."""
LOOK_MS = 300_000


class KeepingStory(QObject):
    """Makes copies and thins out while the window is open, as the rules say; the sample desk needs neither."""

    def __init__(self, parts: Parts, where: Places, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._keeper = Keeper(where.database, parts.now)
        self._noticed = ""
        self._timer = QTimer(self, interval=FIRST_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Look for the first time in a minute, then every five."""
        if not self._parts.sample:
            self._noticed = self._parts.desk.notice  # what is known at the start is shown by whoever starts
            self._timer.start()

    def look(self) -> None:
        """Make a copy if one is due, thin out what has grown old, say what was found damaged since."""
        self._timer.setInterval(LOOK_MS)
        if self._parts.desk.tools.history.durable:
            self._parts.ask(self._keeper.keep, self._tell)
            self._parts.ask(self._thin)
        notice, self._noticed = self._noticed, self._parts.desk.notice
        if self._noticed != notice:
            self._tell(self._noticed)

    async def _thin(self) -> None:
        with suppress(HistoryError):  # it is said where something is read or written; tomorrow is another day
            await self._parts.desk.tools.history.thin(self._parts.now())

    def _tell(self, problem: str) -> None:
        if problem:
            self._parts.window.show_notice(problem, Level.LOW)
