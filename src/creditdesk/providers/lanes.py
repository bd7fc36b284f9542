"""Taking turns at a vendor: a few requests at a time for one origin, one at a time while it asks to be left alone."""

import asyncio
from collections import deque
from types import TracebackType

MOST_OF_ONE = 4
"""Requests to one origin at a time: all accounts of a vendor are read within minutes even when each takes seconds."""


class Lane:
    """The way to one origin. `async with lane` waits for a turn, in the order of coming; waiting can be cancelled."""

    __slots__ = ("_running", "_waiting", "_width")

    def __init__(self) -> None:
        self._width = MOST_OF_ONE
        self._running = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def __aenter__(self) -> None:
        if self._running < self._width and not self._waiting:
            self._running += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # the turn had come already: the next one takes it
                self._leave()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def narrow(self) -> None:
        """The origin asked for fewer requests: one at a time from now on."""
        self._width = 1

    def widen(self) -> None:
        """The origin answered: one more at a time, up to the usual few."""
        self._width = min(self._width + 1, MOST_OF_ONE)

    def _leave(self) -> None:
        self._running -= 1
        while self._waiting and self._running < self._width:
            turn = self._waiting.popleft()
            if not turn.done():  # else it was cancelled while it waited
                self._running += 1
                turn.set_result(None)
