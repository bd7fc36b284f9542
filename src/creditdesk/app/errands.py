"""What the user asked for and may be declined; where it takes long, it may be called off. Told on the GUI thread."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from creditdesk.app.parts import Parts
from creditdesk.desk.tools import Declined

Work = Callable[[], Coroutine[Any, Any, Any]]
Told = Callable[[Any], None]
Failed = Callable[[str], None]
Heard = Callable[[int, int], None]


async def attempt(work: Work) -> tuple[Any, str]:
    """What came of it, and "" or why it was declined."""
    try:
        return await work(), ""
    except Declined as error:
        return None, str(error)


def carry_out(parts: Parts, work: Work, told: Told, failed: Failed) -> None:
    """Run this on the engine. What comes of it goes to `told`, the text of a Declined to `failed`."""

    def heard(result: tuple[Any, str]) -> None:
        value, problem = result
        if problem:
            failed(problem)
        else:
            told(value)

    parts.ask(lambda: attempt(work), heard)


class Errand(QObject):
    """Runs one thing at a time on the engine. What was asked for before, or called off, is not told any more.

    Signals:
        moved(object, object): so much of it is done, of so much (0: not known); whole numbers of any size.
    """

    moved = Signal(object, object)
    _heard = Signal(int, object, object)

    def __init__(self, parts: Parts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._number = 0
        self._tasks: dict[int, asyncio.Task[Any]] = {}  # touched on the engine's thread only
        self._heard.connect(self._hear, Qt.ConnectionType.QueuedConnection)

    def run(self, work: Callable[[Heard], Coroutine[Any, Any, Any]], told: Told, failed: Failed) -> None:
        """Run `work(heard)`, which may call `heard(done, of)` from any thread. A Declined's text goes to `failed`."""
        self.cancel()
        self._number += 1
        number = self._number

        async def story() -> Any:
            task = asyncio.current_task()
            if task is not None:
                self._tasks[number] = task
            try:
                return await work(lambda done, of: self._heard.emit(number, done, of))
            finally:
                self._tasks.pop(number, None)

        def still(tell: Told) -> Told:
            return lambda result: tell(result) if self._number == number else None

        carry_out(self._parts, story, still(told), still(failed))

    def cancel(self) -> None:
        """Call off what runs. A request that left already is not taken back by this."""
        number = self._number
        self._number += 1

        async def story() -> None:
            if number in self._tasks:
                self._tasks[number].cancel()

        if number:
            self._parts.ask(story)

    def _hear(self, number: int, done: int, of: int) -> None:
        if number == self._number:
            self.moved.emit(done, of)
