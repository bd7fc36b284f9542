"""The window's side of sending: an order becomes a plan, the plan an import in the outbox, which is sent or waits."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from creditdesk.app.errands import carry_out
from creditdesk.app.lessons import Lessons
from creditdesk.app.parts import Parts
from creditdesk.app.send_files import begin, save_plan, save_report
from creditdesk.core.import_plan import Source
from creditdesk.core.keywords import Items
from creditdesk.core.sending import BatchState, Sending, Stop
from creditdesk.core.sent_before import Before
from creditdesk.ui import words
from creditdesk.ui.nouns import counted
from creditdesk.ui.send_order import Order
from creditdesk.ui.send_panel import Shown
from creditdesk.ui.send_words import ended_words
from creditdesk.ui.sizer_page import SizerPage

LAST_CHANCE_S = 0.4
"""How long a request on its way is waited for when the program ends."""


class SendStory(QObject):
    """Carries orders out, and shows what is not finished. Nothing is resumed by itself; what is queued may begin so.

    Signals:
        refresh_requested(str): an account is to be read now: an import took something.
        accepted(object): an import ended, after something of it was accepted.
        changed(object): an import is new, or moved on.
    """

    refresh_requested = Signal(str)
    accepted = Signal(object)
    changed = Signal(object)
    _heard = Signal(object)

    def __init__(self, parts: Parts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._page: SizerPage | None = None
        self._source_of: Callable[[Items], Source] = lambda _items: Source()
        self._known: dict[str, Sending] = {}
        self._began: dict[str, tuple[datetime, int]] = {}  # what runs: since when, and how much was accepted then
        self._shown = ""
        self._looked = False
        self._wanted = False  # what is not finished is to be opened as soon as it is known
        self._lessons = Lessons(parts, self._offer)
        self._heard.connect(self._hear, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self) -> bool:
        """Whether something is being sent."""
        return bool(self._began)

    def attach(self, page: SizerPage, source_of: Callable[[Items], Source]) -> None:
        """Answer this page; `source_of` says where a list came from."""
        self._page, self._source_of = page, source_of
        desk, panel = page.sending, page.sending.panel
        desk.confirmed.connect(self._start)
        desk.save_asked.connect(lambda order: save_plan(self._parts, desk, order, source_of(order.items)))
        desk.opened.connect(self._open)
        panel.pause_asked.connect(lambda sending: self._ask(lambda: self._sender.pause(sending)))
        panel.cancel_asked.connect(lambda sending: self._ask(lambda: self._sender.cancel(sending)))
        panel.resume_asked.connect(lambda sending: self._run(sending))
        panel.settle_asked.connect(self._settle)
        panel.settled.connect(lambda *said: self._ask(lambda: self._sender.settle_by_hand(*said)))
        panel.report_asked.connect(lambda _id: save_report(self._parts, self._known[_id], self._item(self._known[_id])))
        panel.closed.connect(self._close)
        self.look()

    def look(self) -> None:
        """Learn which imports are not finished."""

        async def look() -> tuple[Sending, ...]:
            return tuple(await self._sender.sendings())

        carry_out(self._parts, look, self._learn, lambda _problem: self._learn(()))

    def open_unfinished(self) -> None:
        """Show what is not finished, at once or when it is known."""
        self._wanted = True
        self._offer()

    def renew(self) -> None:
        """The board changed, or time went by: names, units and ages may be others."""
        self._offer()
        if self._shown in self._began:
            self._show(self._shown)

    def settle(self) -> None:
        """The desk's settings changed: what is on screen may be hidden now, also of an import that stands still."""
        self._offer()
        if self._shown:
            self._show(self._shown)

    @property
    def _sender(self) -> Any:
        return self._parts.desk.sender

    def _learn(self, sendings: tuple[Sending, ...]) -> None:
        self._known.update({each.id: each for each in sendings if each.id not in self._began})
        for each in sendings:
            self.changed.emit(self._known[each.id])
        places: dict[str, Sending] = {}
        for each in sendings:
            places.setdefault(each.account, each)
        for account, last in places.items():
            if self._page is not None and not self._looked:
                self._page.form.show_places(account, (last.place,), last.place.id)
        self._looked = True
        self._offer()

    def _offer(self) -> None:
        page = self._page
        if page is None:
            return
        page.keep_learned(self._lessons.of(self._known.values()))
        own = {entry.reading.account.client for entry in self._parts.board.entries()}
        page.sending.clients = frozenset(own | {each.client for each in self._known.values()})
        waiting = [each for each in self._known.values() if not each.done and each.id not in self._began]
        waiting.sort(key=lambda each: each.created_at, reverse=True)
        page.sending.show_unfinished(waiting, self._about, self._parts.now())
        if waiting and self._wanted:
            self._wanted = False
            page.sending.open_unfinished()

    def _start(self, order: Order) -> None:
        source = self._source_of(order.items)

        async def start() -> Sending | Before:
            return await begin(self._sender, order, source)

        def told(started: Sending | Before) -> None:
            if self._page is None:
                return
            if isinstance(started, Before):
                self._page.sending.show_before(started)
            else:
                self._page.sending.show_started()
                self._page.sent.add(order)
                self._hear(started)
                if started.stop is Stop.QUEUED:
                    self._open(started.id)
                else:
                    self._run(started.id)
                if order.rest is not None:
                    self.look()

        def failed(problem: str) -> None:
            if self._page is not None:
                self._page.sending.show_failed(problem)

        carry_out(self._parts, start, told, failed)

    def start_queued(self, sending: Sending) -> None:
        """Begin a queued import whose time has come; it is compared with what holds now before anything is sent."""
        self._known.setdefault(sending.id, sending)
        self._run(sending.id, early=False)

    def _run(self, sending_id: str, early: bool = True) -> None:
        """Send, or go on; the desk hears of every step by a queued signal. `early`: also before its day."""
        known = self._known.get(sending_id)
        if known is None or sending_id in self._began:
            return
        self._began[sending_id] = (self._parts.now(), known.items_in(BatchState.ACCEPTED))
        self._shown = sending_id if early else self._shown or sending_id
        self._show(sending_id)
        self._offer()

        async def work() -> Sending:
            task = asyncio.ensure_future(self._sender.run(sending_id, self._heard.emit, early))
            try:
                return await asyncio.shield(task)
            except asyncio.CancelledError:  # the program ends: pause, and let what is on its way come home
                await self._sender.pause(sending_id)
                await asyncio.wait([task], timeout=LAST_CHANCE_S)
                task.cancel()
                raise

        self._finish(sending_id, work)

    def _settle(self, sending_id: str) -> None:
        """Look the unknown ones up; that may take half a minute, and can be paused."""
        known = self._known.get(sending_id)
        if known is None or sending_id in self._began:
            return
        self._wait()
        self._finish(sending_id, lambda: self._sender.settle(sending_id, self._heard.emit))

    def _finish(self, sending_id: str, work: Callable[[], Coroutine[Any, Any, Sending]]) -> None:
        def told(result: Sending) -> None:
            before = self._known.get(sending_id)
            self._began.pop(sending_id, None)
            self._hear(result)
            if before is None or result.items_in(BatchState.ACCEPTED) or result.spent:
                self.accepted.emit(result)
                self.refresh_requested.emit(result.account)
            elsewhere = self._shown != sending_id or self._parts.window.page_name != "sizer"
            if elsewhere and result.stop is not Stop.QUEUED:
                self._parts.window.show_toast(ended_words(result, self._item(result), self._place(result)))

        def failed(problem: str) -> None:
            self._began.pop(sending_id, None)
            self._fail(sending_id, problem)

        carry_out(self._parts, work, told, failed)

    def _ask(self, work: Callable[[], Coroutine[Any, Any, Sending]]) -> None:
        """Ask for something short: to pause, to cancel, to settle by hand."""
        self._wait()
        carry_out(self._parts, work, self._hear, lambda problem: self._fail(self._shown, problem))

    def _fail(self, sending_id: str, problem: str) -> None:
        if self._page is not None:
            if sending_id in self._known:
                self._show(sending_id)
            self._page.sending.show_failed(problem)
        self._offer()

    def _wait(self) -> None:
        if self._page is not None:
            self._page.sending.panel.show_wait()

    def _open(self, sending_id: str) -> None:
        self._shown = sending_id
        self._show(sending_id)
        if self._page is not None:
            self._page.sending.panel.take_keyboard()

    def _close(self) -> None:
        self._shown = ""

    def _hear(self, sending: Sending) -> None:
        """An import moved on."""
        self._known[sending.id] = sending
        self.changed.emit(sending)
        if sending.id == self._shown:
            self._show(sending.id)
        if sending.id not in self._began:
            self._offer()

    def _show(self, sending_id: str) -> None:
        sending, page = self._known.get(sending_id), self._page
        if sending is None or page is None:
            return
        began = self._began.get(sending_id)
        if (
            sending.stop in (Stop.PAUSED, Stop.CANCELLED)
            and began is not None
            and not sending.items_in(BatchState.SENDING)
        ):
            began = None
        hide, place = self._parts.settings.hide_amounts, self._place(sending)
        known = (self._item(sending), self._labels(sending), began, hide, self._about(sending), place)
        page.sending.show_sending(Shown(sending, self._parts.now(), *known))

    def _about(self, sending: Sending) -> str:
        """Which import it is: "spring.csv to example.com, Ranktracker · Agency"."""
        name = sending.file or counted(sending.count, self._item(sending))
        entry, hide = self._parts.board.entry(sending.account), self._parts.settings.hide_names
        whose = f", {words.account_name(entry.reading.account, entry.definition, hide)}" if entry else ""
        return f"{name} to {self._place(sending)}{whose}"

    def _place(self, sending: Sending) -> str:
        return words.place_name(sending.place.name, self._parts.settings.hide_names)

    def _item(self, sending: Sending) -> str:
        """What a line of an import is called."""
        entry = self._parts.board.entry(sending.account)
        operation = entry.definition.operation(sending.operation) if entry else None
        return operation.item if operation else "item"

    def _labels(self, sending: Sending) -> Mapping[str, tuple[str, str]]:
        entry = self._parts.board.entry(sending.account)
        snapshot = entry.reading.snapshot if entry else None
        return {pool.id: (pool.label, pool.unit) for pool in snapshot.pools} if snapshot else {}
