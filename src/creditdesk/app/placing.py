"""The window's side of where a list goes: the vendor's places, and what of the list is tracked there already."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject

from creditdesk.app.errands import Errand
from creditdesk.app.parts import Parts
from creditdesk.core.already import already
from creditdesk.core.sending import Place, Tracked
from creditdesk.ui.sizer_page import SizerPage
from creditdesk.ui.sizer_sections import Already

Where = tuple[str, str, str]
"""An account, an operation, a place."""
_Waiting = tuple[Callable[[tuple[Tracked, ...]], None], Callable[[str], None]]


class PlaceStory(QObject):
    """Reads places and what is tracked there, when the user asks for it, and takes that off the list."""

    def __init__(self, parts: Parts, page: SizerPage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._page = page
        self._tracked: dict[Where, tuple[Tracked, ...]] = {}
        self._sized: tuple[Any, ...] = ()
        self._reading: Where | None = None
        self._waiting: list[_Waiting] = []
        self._errand = Errand(parts, self)
        self._places = Errand(parts, self)
        box = page.form.place
        self._errand.moved.connect(lambda done, of: box.show_wait((done, of), "Reading what is tracked"))
        box.places_asked.connect(self._read_places)
        box.subtract_changed.connect(lambda _on: self._subtract())
        box.cancelled.connect(self._cancel)
        box.chosen.connect(self._subtract)
        page.form.changed.connect(self._subtract)

    def where(self) -> Where | None:
        """Where the list would go now; None while no place is chosen."""
        place, answer = self._page.form.place.place, self._page.answer
        if place is None or answer is None:
            return None
        return answer.question.entry.id, answer.question.operation.id, place.id

    def forget(self, account: str, place: str, again: bool = True) -> None:
        """What is tracked there is not known any more; (again) where it is subtracted, it is read once more."""
        known = self._tracked.items()
        self._tracked = {where: rows for where, rows in known if (where[0], where[2]) != (account, place)}
        if again:
            self._sized = ()
            self._subtract()

    def read_tracked(
        self, where: Where, then: Callable[[tuple[Tracked, ...]], None], failed: Callable[[str], None]
    ) -> None:
        """Bring what is tracked there; what was read once is not read again before `forget`."""
        known = self._tracked.get(where)
        if known is not None:
            then(known)
            return
        self._waiting.append((then, failed))
        if self._reading == where:
            return
        self._waiting, self._reading = self._waiting[-1:], where
        box = self._page.form.place
        box.show_wait((0, 0), "Reading what is tracked")

        async def read(heard: Callable[[int, int], None]) -> tuple[Tracked, ...]:
            return tuple(await self._parts.desk.sender.tracked(*where, heard))

        def told(rows: tuple[Tracked, ...]) -> None:
            self._tracked[where] = rows
            box.show_wait(None)
            for heard, _ in self._end():
                heard(rows)

        def stopped(problem: str) -> None:
            for _, heard in self._end():
                heard(problem)

        self._errand.run(read, told, stopped)

    def _end(self) -> list[_Waiting]:
        """Nothing is read any more; those who waited for it."""
        waiting, self._waiting, self._reading = self._waiting, [], None
        return waiting

    def _read_places(self) -> None:
        form = self._page.form
        account = form.account_id
        form.place.show_wait((0, 0), "Reading")

        async def read(_heard: Callable[[int, int], None]) -> tuple[Place, ...]:
            return tuple(await self._parts.desk.sender.places(account))

        self._places.run(read, lambda places: form.show_places(account, places), form.place.show_error)

    def _subtract(self) -> None:
        """Take off what is tracked already, or put it back."""
        box, keywords = self._page.form.place, self._page.form.keywords
        held, where = keywords.held, self.where()
        if not box.subtract.isChecked() or where is None or held is None:
            self._sized = ()
            if held is not None and held.already is not None:
                keywords.show_already(None)
                box.show_already(None)
            return
        asked = (where, held.items, self._page.form.factors.engines())
        if _same(asked, self._sized):
            return
        self._sized = asked
        keywords.show_already(None)
        self.read_tracked(where, lambda rows: self._take_off(asked, rows), box.show_error)

    def _take_off(self, asked: tuple[Any, ...], rows: tuple[Tracked, ...]) -> None:
        if not _same(asked, self._sized):
            return
        where, items, engines = asked
        names = self._told_apart(where)
        wanted = tuple({name: getattr(each, name) for name in names} for each in engines)

        async def work() -> Already:
            return await asyncio.to_thread(_compared, items.unique, wanted, rows)

        def told(found: Already) -> None:
            box = self._page.form.place
            if _same(asked, self._sized) and box.subtract.isChecked():
                self._page.form.keywords.show_already(found)
                box.show_already(found)

        self._parts.ask(work, told)

    def _told_apart(self, where: Where) -> tuple[str, ...]:
        """The names by which rows at this place are told apart."""
        entry = self._parts.board.entry(where[0])
        rule = entry.definition.bulk(where[1]) if entry else None
        return tuple(name for name in rule.row_fields if name in rule.items.row.fields) if rule else ()

    def _cancel(self) -> None:
        self._errand.cancel()
        self._places.cancel()
        self._end()
        self._page.form.place.uncheck()
        self._sized = ()


def _compared(items: tuple[str, ...], wanted: tuple[Mapping[str, str], ...], rows: tuple[Tracked, ...]) -> Already:
    there, some = already(items, wanted, rows)
    gone = set(there)
    return Already(there, tuple(item for item in items if item not in gone), some)


def _same(asked: tuple[Any, ...], before: tuple[Any, ...]) -> bool:
    """Whether the same was asked: of the very same list, since comparing a million items takes time."""
    return len(asked) == len(before) == 3 and asked[0] == before[0] and asked[1] is before[1] and asked[2] == before[2]
