"""The window's side of making room: tracked rows are listed, paused or deleted, and what was paused is resumed."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from creditdesk.app.errands import Errand
from creditdesk.app.parts import Parts
from creditdesk.app.placing import PlaceStory, Where
from creditdesk.core.sending import Tracked
from creditdesk.core.series import Event, EventKind
from creditdesk.core.ways import Way
from creditdesk.ui.nouns import counted
from creditdesk.ui.send_tracked import Freeing
from creditdesk.ui.sizer_page import SizerPage

_SAID = {"pause": "Paused", "remove": "Deleted", "resume": "Resumed"}
_Changed = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]


@dataclass(slots=True)
class _Change:
    """Rows that are being changed: where and what they are called, and how many were tried. Counted on the engine."""

    about: tuple[Where, str]
    rows: tuple[Tracked, ...]
    verb: str
    tried: int = 0


class FreeStory(QObject):
    """Opens the dialog in which rows are chosen, and does what is confirmed there.

    Signals:
        refresh_requested(str): an account is to be read now: rows were paused, deleted or resumed.
    """

    refresh_requested = Signal(str)

    def __init__(self, parts: Parts, page: SizerPage, placing: PlaceStory, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._page = page
        self._placing = placing
        self._running: _Change | None = None
        self._errand = Errand(parts, self)
        self._errand.moved.connect(self._show_part)
        page.free_requested.connect(self._open)
        page.sending.pause_rows_asked.connect(lambda rows: self._begin(rows, "pause"))
        page.sending.remove_rows_asked.connect(lambda rows: self._begin(rows, "remove"))
        page.sending.resume_rows_asked.connect(lambda rows: self._begin(rows, "resume"))
        page.sending.rows_cancelled.connect(self._cancel)

    def _open(self, way: Way) -> None:
        """List what is tracked at the place chosen, as it is now, and ask what of it makes room."""
        where, answer = self._placing.where(), self._page.answer
        if where is None or answer is None:
            return
        operation = answer.question.operation
        rule = answer.question.entry.definition.bulk(operation.id)

        def opened(rows: tuple[Tracked, ...]) -> None:
            if rule is not None:
                freeing = Freeing(rows, int(way.short.to_integral_value()), rule, operation.item, self._parts.now())
                self._page.sending.open_tracked(freeing)

        self._placing.forget(where[0], where[2], again=False)
        self._placing.read_tracked(where, opened, self._page.form.place.show_error)

    def _begin(self, rows: tuple[Tracked, ...], verb: str) -> None:
        where, answer = self._placing.where(), self._page.answer
        if where is not None and answer is not None:
            self._change((where, answer.question.operation.item), rows, verb)

    def _change(self, about: tuple[Where, str], rows: tuple[Tracked, ...], verb: str) -> None:
        ids = tuple(row.id for row in rows)
        running = self._running = _Change(about, rows, verb)
        self._show_part(0, len(ids))

        async def change(heard: Callable[[int, int], None]) -> _Changed:
            def tried(count: int, of: int) -> None:
                running.tried = count
                heard(count, of)

            act = getattr(self._parts.desk.sender, f"{verb}_rows")
            done, failed = await act(*about[0], ids, tried)
            await self._note(about, verb, len(done))
            return tuple(done), tuple(failed)

        def told(changed: _Changed) -> None:
            self._tell(about, rows, verb, changed)

        def stopped(problem: str) -> None:
            self._end(about[0])
            self._say(problem)

        self._errand.run(change, told, stopped)

    async def _note(self, about: tuple[Where, str], verb: str, count: int) -> None:
        """Put it on the activity page."""
        tools = self._parts.desk.tools
        if count:
            said = f"{_SAID[verb]} {counted(count, about[1])}"
            await tools.history.add_event(Event(tools.clock(), about[0][0], EventKind.NOTE, detail=said))

    def _tell(self, about: tuple[Where, str], rows: tuple[Tracked, ...], verb: str, changed: _Changed) -> None:
        done, failed = changed
        self._end(about[0])
        text = f"{_SAID[verb]} {counted(len(done), about[1])}."
        if failed:
            text += f" {len(failed):,} not: {failed[0][1]}"
        gone = tuple(row for row in rows if row.id in set(done))
        undo = partial(self._change, about, gone, "resume") if verb == "pause" and done else None
        self._parts.window.show_toast(text, undo)
        dialog = self._page.sending.tracked
        if dialog is not None and failed:
            dialog.show_error(text)
        elif dialog is not None:
            dialog.show_error("")
            dialog.accept()

    def _say(self, problem: str) -> None:
        dialog = self._page.sending.tracked
        if dialog is not None:
            dialog.show_error(problem)
        else:
            self._parts.window.show_toast(problem)

    def _end(self, where: Where) -> None:
        self._placing.forget(where[0], where[2])
        self.refresh_requested.emit(where[0])

    def _cancel(self) -> None:
        """Stop at once. The request that is on its way may still be done: an undo is for its row, too."""
        self._errand.cancel()
        running, self._running = self._running, None
        if running is None:
            return

        async def stopped() -> int:  # the engine hears of the stop first: nothing is counted after this
            await self._note(running.about, running.verb, running.tried)
            return running.tried

        self._parts.ask(stopped, lambda tried: self._tell_stopped(running, tried))

    def _tell_stopped(self, running: _Change, tried: int) -> None:
        about, rows = running.about, running.rows
        self._end(about[0])
        text = f"Stopped. {_SAID[running.verb]} {tried:,} of {counted(len(rows), about[1])}."
        undo = partial(self._change, about, rows[: tried + 1], "resume") if running.verb == "pause" else None
        self._parts.window.show_toast(text, undo)
        dialog = self._page.sending.tracked
        if dialog is not None:  # what it lists is not as it was
            dialog.show_error("")
            dialog.accept()

    def _show_part(self, done: int, of: int) -> None:
        dialog = self._page.sending.tracked
        if dialog is not None:
            dialog.show_part(done, of)
