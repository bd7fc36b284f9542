"""Something long that the user asked for and may call off: one at a time, told on the GUI thread."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from creditdesk.app.parts import Parts


class Errand(QObject):
    """Runs one thing at a time on the engine. What was asked for before, or called off, is not told any more.

    Signals:
        moved(int, int): so much of it is done, of so much (0: not known).
    """

    moved = Signal(int, int)
    _heard = Signal(int, int, int)

    def __init__(self, parts: Parts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._number = 0
        self._tasks: dict[int, asyncio.Task[Any]] = {}  # touched on the engine's thread only
        self._heard.connect(self._hear, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[Callable[[int, int], None]], Coroutine[Any, Any, Any]],
        told: Callable[[Any], None],
        failed: Callable[[str], None],
    ) -> None:
        """Run `work(heard)`, which may call `heard(done, of)` from any thread. A SendError's text goes to `failed`."""
        self.cancel()
        self._number += 1
        number = self._number

        async def story() -> tuple[Any, str]:
            from creditdesk.desk.sending import SendError  # with it comes the network stack

            task = asyncio.current_task()
            if task is not None:
                self._tasks[number] = task
            try:
                return await work(lambda done, of: self._heard.emit(number, done, of)), ""
            except SendError as error:
                return None, str(error)
            finally:
                self._tasks.pop(number, None)

        def heard(result: tuple[Any, str]) -> None:
            if self._number != number:
                return
            value, problem = result
            if problem:
                failed(problem)
            else:
                told(value)

        self._parts.ask(story, heard)

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
