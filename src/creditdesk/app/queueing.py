"""Queued imports in the window: watched, and told when their time has come."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from PySide6.QtCore import QObject, Signal

from creditdesk.app.parts import Parts
from creditdesk.core.sending import Sending, Stop
from creditdesk.ui.nouns import counted

AGAIN = timedelta(minutes=5)
"""How long one is left alone that could not be begun: the vendor was down, or another import was on its way."""


def notice(sendings: Iterable[Sending]) -> str:
    """What is said at the start of imports that stand still; "" for none. What is queued is no news."""
    count = sum(not each.done and each.stop is not Stop.QUEUED for each in sendings)
    verb = "is" if count == 1 else "are"
    return f"{counted(count, 'import')} {verb} not finished. Nothing is sent until you go on with it." if count else ""


class QueueWatch(QObject):
    """Knows what is queued, and says once when it can be begun.

    Signals:
        ready(object): the time of this Sending has come, or there is room for it.
    """

    ready = Signal(object)

    def __init__(self, parts: Parts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._queued: dict[str, Sending] = {}
        self._told: dict[str, datetime] = {}

    def hear(self, sending: Sending) -> None:
        """This import is new, or moved on."""
        if sending.stop is Stop.QUEUED and sending.queue is not None:
            self._queued[sending.id] = sending
        else:
            self._queued.pop(sending.id, None)

    def look(self) -> None:
        """Time went by, or an account was read."""
        now = self._parts.now()
        for each in list(self._queued.values()):
            if self._can_begin(each, now):
                self._told[each.id] = now
                self.ready.emit(each)

    def _can_begin(self, sending: Sending, now: datetime) -> bool:
        told, queue = self._told.get(sending.id), sending.queue
        if queue is None or not queue.due(now) or (told is not None and (not queue.by_itself or now - told < AGAIN)):
            return False
        return queue.at is not None or self._has_room(sending)

    def _has_room(self, sending: Sending) -> bool:
        """Whether what was read last holds it. It is read again before anything is sent."""
        from creditdesk.core.send_sizing import Charged, fits  # no start needs the sizer

        entry = self._parts.board.entry(sending.account)
        operation = entry.definition.operation(sending.operation) if entry else None
        if entry is None or operation is None or entry.reading.snapshot is None:
            return False
        account = entry.reading.account
        reserve = {} if sending.confirmed else account.reserve
        charged = Charged(entry.definition, operation, sending.factors, account, reserve)
        counts = Counter(batch.count for batch in sending.batches)
        return fits(charged, counts, entry.reading.snapshot, self._parts.now())
