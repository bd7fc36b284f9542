"""Work that is asked for at every change, done once for many of them, and no more often than what it costs allows."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

LEAST_S = 0.5
TIMES = 20
"""After work that took so long, it rests this many times as long."""


class Paced(QObject):
    """Calls `work` on the GUI thread; whoever does it says `done` when its answer is there."""

    def __init__(self, work: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._running = self._again = self._hurried = False
        self._began = self._next = 0.0
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.at_once)

    def ask(self) -> None:
        """Something may be new: now where it rested long enough, else as soon as it may."""
        wait = self._next - time.monotonic()
        if self._running or wait <= 0:
            self.at_once()
        elif not self._timer.isActive():
            self._timer.start(int(wait * 1000) + 1)

    def at_once(self) -> None:
        """The user waits for it: now, or right after what is under way."""
        if self._running:
            self._again = True
            return
        self._timer.stop()
        self._running, self._again, self._hurried = True, False, False
        self._began = time.monotonic()
        self._work()

    def hurry(self) -> None:
        """What is asked next is what the user waits for."""
        self._next, self._hurried = 0.0, True

    def done(self) -> None:
        """The answer is there."""
        now = time.monotonic()
        self._running = False
        self._next = now if self._hurried else now + max(LEAST_S, TIMES * (now - self._began))
        if self._again:
            self.ask()
