"""Everything about sending on the sizer's page: the sheet that asks, the panel that shows, what is not finished."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from creditdesk.core.sending import Sending, Stop
from creditdesk.core.sent_before import Before
from creditdesk.ui import parts, words
from creditdesk.ui.client_field import offer
from creditdesk.ui.nouns import counted
from creditdesk.ui.send_order import Order
from creditdesk.ui.send_panel import SendPanel, Shown
from creditdesk.ui.send_sheet import SendSheet
from creditdesk.ui.send_tracked import Freeing, TrackedDialog
from creditdesk.ui.send_words import queue_words
from creditdesk.ui.sizer_case import Answer


class SendDesk(QWidget):
    """The panel's place on the page. `unfinished` is a button for the page's header.

    Signals:
        confirmed(object): send this Order; answer with `show_started`, `show_before` or `show_failed`.
        save_asked(object): keep this Order as a plan; answer with `show_failed`, or with nothing.
        opened(str): an import that is not finished should be shown; answer with `show_sending`.
        pause_rows_asked(object), remove_rows_asked(object): these rows (a tuple of Tracked) make room.
        resume_rows_asked(object): these rows, paused once, are tracked again.
        rows_cancelled(): stop making room.
        covers(bool): the panel stands where the ways are, or no more: what is done covers nothing.
    """

    confirmed = Signal(object)
    save_asked = Signal(object)
    opened = Signal(str)
    pause_rows_asked = Signal(object)
    remove_rows_asked = Signal(object)
    resume_rows_asked = Signal(object)
    rows_cancelled = Signal()
    covers = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.panel = SendPanel()
        self.panel.closed.connect(self.close_panel)
        self.sheet: SendSheet | None = None
        self.tracked: TrackedDialog | None = None
        self.clients: frozenset[str] = frozenset()  # those that are offered for an import
        self._waiting: tuple[tuple[str, str], ...] = ()
        self.unfinished = parts.button("", icon="warning")
        self.unfinished.clicked.connect(self.open_unfinished)
        self.unfinished.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.panel)
        self.hide()

    def ask(self, order: Order, answer: Answer, names: tuple[str, str, bool], queued: bool = False) -> None:
        """Ask once more before this is sent, or (`queued`) waits.

        `names`: the account, the place, and whether amounts are hidden.
        """
        sheet = self.sheet = SendSheet(order, answer, names, self.window(), queued)
        offer(sheet.client, self.clients)
        sheet.confirmed.connect(self.confirmed)
        sheet.save_asked.connect(self.save_asked)
        sheet.finished.connect(self._forget_sheet)
        sheet.open()

    def show_started(self) -> None:
        """The order was taken: the sheet is done."""
        if self.sheet is not None:
            self.sheet.accept()

    def show_before(self, before: Before) -> None:
        """The order was not taken: an earlier import brought something of it there; the sheet asks what to do."""
        if self.sheet is not None:
            self.sheet.show_before(before)

    def show_failed(self, text: str) -> None:
        """Say why the order was not taken, or why something else about an import did not work."""
        if self.sheet is not None:
            self.sheet.show_error(text)
        else:
            self.panel.show_error(text)

    def show_sending(self, shown: Shown) -> None:
        """Show this import, whichever was shown before."""
        self.panel.show_sending(shown)
        self.show()
        self.covers.emit(shown.running or not shown.sending.done)

    def show_unfinished(self, sendings: Sequence[Sending], title: Callable[[Sending], str], now: datetime) -> None:
        """Offer the imports that are not finished; none is resumed by itself. `title` says which one it is."""
        self._waiting = tuple((each.id, f"{title(each)}, {_when(each, now)}") for each in sendings)
        self.unfinished.show_text(_unfinished(sendings))
        self.unfinished.setVisible(bool(sendings))

    def open_tracked(self, freeing: Freeing) -> TrackedDialog:
        """Ask which rows make room."""
        dialog = self.tracked = TrackedDialog(freeing, self.window())
        dialog.pause_asked.connect(self.pause_rows_asked)
        dialog.remove_asked.connect(self.remove_rows_asked)
        dialog.resume_asked.connect(self.resume_rows_asked)
        dialog.cancelled.connect(self.rows_cancelled)
        dialog.finished.connect(self._forget_tracked)
        dialog.open()
        return dialog

    def close_panel(self) -> None:
        """Put the panel away; the import stays as it is."""
        self.hide()
        self.covers.emit(False)

    def open_unfinished(self) -> None:
        """Show the import that is not finished; where there are several, ask which."""
        if len(self._waiting) <= 1:
            for sending_id, _ in self._waiting:
                self.opened.emit(sending_id)
            return
        menu = QMenu(self.unfinished)
        for sending_id, title in self._waiting:
            menu.addAction(title).triggered.connect(partial(self.opened.emit, sending_id))
        menu.popup(self.unfinished.mapToGlobal(self.unfinished.rect().bottomLeft()))

    def _forget_sheet(self) -> None:
        self.sheet = None

    def _forget_tracked(self) -> None:
        self.tracked = None


def _when(sending: Sending, now: datetime) -> str:
    if sending.stop is Stop.QUEUED and sending.queue is not None:
        text = queue_words(sending.queue, now)
        return text[:1].lower() + text[1:]
    return words.moment(sending.created_at, now)


def _unfinished(sendings: Sequence[Sending]) -> str:
    """ "2 imports not finished", "1 import queued", "2 imports not finished, 1 queued"."""
    queued = sum(each.stop is Stop.QUEUED for each in sendings)
    others = len(sendings) - queued
    if not others:
        return f"{counted(queued, 'import')} queued"
    return f"{counted(others, 'import')} not finished{f', {queued:,} queued' if queued else ''}"
