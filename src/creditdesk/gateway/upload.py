"""A request's body as it comes, and the moment in which the client goes away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

MOST_READ = 1024 * 1024
"""A longer body is never held: it is passed on piece by piece."""


class ClientGone(Exception):
    """The client closed its connection."""


class Upload:
    """The body of one request. `gone` says whether the client went away before it had its whole answer."""

    def __init__(self, receive: Receive, task: "asyncio.Task[Any] | None") -> None:
        """`task` is the one that answers the request; it is cancelled when the client goes."""
        self._receive = receive
        self._task = task
        self._parts: list[bytes] = []
        self._whole = False
        self._watching: asyncio.Task[None] | None = None
        self.gone = False

    def is_empty(self) -> None:
        """The request has no body."""
        self._whole = True
        self._watch()

    async def read(self) -> bytes | None:
        """The whole body where it is no longer than MOST_READ, else None. Raises ClientGone."""
        size = sum(map(len, self._parts))
        while not self._whole and size <= MOST_READ:
            self._parts.append(await self._part())
            size += len(self._parts[-1])
        if self._whole:
            self._watch()
        return b"".join(self._parts) if self._whole else None

    async def pass_over(self) -> None:
        """Wait for as much as `read` does, and keep nothing of it. Raises ClientGone."""
        size = sum(map(len, self._parts))
        self._parts.clear()
        while not self._whole and size <= MOST_READ:
            size += len(await self._part())

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body, what was read first included. Raises ClientGone."""
        while self._parts:
            if part := self._parts.pop(0):
                yield part
        while not self._whole:
            if part := await self._part():
                yield part
        self._watch()

    def end(self) -> None:
        """The answer is over."""
        self._task = None
        if self._watching is not None:
            self._watching.cancel()

    def _watch(self) -> None:
        """From now on the client has nothing more to say; see whether it goes."""
        if self._watching is None and self._task is not None:
            self._watching = asyncio.get_running_loop().create_task(self._until_gone(self._task))

    async def _until_gone(self, task: "asyncio.Task[Any]") -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        task.cancel()

    async def _part(self) -> bytes:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self.gone = True
            raise ClientGone
        self._whole = not message.get("more_body", False)
        body: bytes = message.get("body", b"")
        return body
