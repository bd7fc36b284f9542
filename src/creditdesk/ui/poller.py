"""The poller: finds accounts that are due and says so. The pace itself is decided by `core.cadence`."""

from collections.abc import Callable
from datetime import datetime, timedelta

from PySide6.QtCore import QObject, QTimer, Signal

from creditdesk.ui.board import Board, Entry

LONGEST_WAIT = timedelta(seconds=20)
"""The poller looks at least this often, so that waking from sleep and clock jumps are noticed."""


class Poller(QObject):
    """Watches the board's due times. One question at a time for an account; after a sleep one reading, not many.

    Signals:
        due(str): this account is to be read now.
        looked(): the poller looked at the board; ages on screen may be renewed.
    """

    due = Signal(str)
    looked = Signal()

    def __init__(self, board: Board, clock: Callable[[], datetime], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._board = board
        self._clock = clock
        self._asked: set[str] = set()
        self._held: dict[str, datetime] = {}
        self._running = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Begin to look."""
        self._running = True
        self.look()

    def stop(self) -> None:
        """Look no longer."""
        self._running = False
        self._timer.stop()

    def asked(self, account_id: str) -> bool:
        """Note that this account is being read; False when it already is."""
        if account_id in self._asked:
            return False
        self._asked.add(account_id)
        return True

    def answered(self, account_id: str) -> None:
        """The reading of this account came back."""
        self._asked.discard(account_id)
        if self._running:
            self._wait(self._clock())

    def missed(self, account_id: str) -> None:
        """The reading of this account ended in a bug of ours: it is due again, but not before a while has passed."""
        self._held[account_id] = self._clock() + LONGEST_WAIT
        self.answered(account_id)

    def look(self) -> None:
        """Emit `due` for every account that is due, and look again when the next one is."""
        now = self._clock()
        for entry in self._board.entries():
            due_at = self._due_at(entry, now)
            if due_at is not None and due_at <= now and self.asked(entry.id):
                self.due.emit(entry.id)
        self.looked.emit()
        if self._running:
            self._wait(now)

    def _due_at(self, entry: Entry, now: datetime) -> datetime | None:
        due_at = entry.reading.due_at
        held = self._held.get(entry.id)
        if due_at is None or held is None or not now < held <= now + LONGEST_WAIT:
            return due_at
        return max(due_at, held)

    def _wait(self, now: datetime) -> None:
        dues = [self._due_at(entry, now) for entry in self._board.entries() if entry.id not in self._asked]
        waits = [max(due_at - now, timedelta(milliseconds=50)) for due_at in dues if due_at is not None]
        wait = min([LONGEST_WAIT, *waits])
        self._timer.start(int(wait.total_seconds() * 1000) + 1)
