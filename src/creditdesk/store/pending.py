"""An answer on its way from one of the store's threads: awaited by the engine, waited for by a command."""

import threading
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from typing import Any, Generic, TypeVar
from weakref import ref

T = TypeVar("T")


class _Post:
    """Wakes those who wait in one event loop: once for all that is settled in one go, because each wake-up costs two
    system calls, and the interpreter's lock goes to and fro for each."""

    __slots__ = ("_called", "_ready", "loop")

    def __init__(self, loop: Any) -> None:
        self.loop = ref(loop)  # an asyncio loop; whoever waits keeps it
        self._ready: deque[Any] = deque()  # asyncio's futures
        self._called = False

    def wake(self, waiter: Any) -> None:
        """Wake this one soon; called by any thread."""
        self._ready.append(waiter)
        loop = self.loop()
        if not self._called and loop is not None:
            self._called = True
            with suppress(RuntimeError):  # the loop is closed, nobody waits any more
                loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        self._called = False  # first: who comes from now on calls again
        while self._ready:
            waiter = self._ready.popleft()
            if not waiter.done():
                waiter.set_result(None)


class _Here(threading.local):
    """The post of the event loop that runs on this thread."""

    post: _Post | None = None

    def of(self, loop: Any) -> _Post:
        """The post of this loop."""
        if self.post is None or self.post.loop() is not loop:
            self.post = _Post(loop)
        return self.post


_here = _Here()


class Pending(Generic[T]):
    """A value that a thread of the store will give.

    `await pending` works in any event loop, `pending.result()` without one. With `limit_s` (seconds) the waiting
    ends after that time with the error that `on_late` makes; the work itself may still be going on.
    """

    __slots__ = ("_future", "_limit_s", "_on_late")

    def __init__(
        self, future: "Future[T]", limit_s: float | None = None, on_late: Callable[[], Exception] = TimeoutError
    ) -> None:
        self._future = future
        self._limit_s = limit_s
        self._on_late = on_late

    def when_done(self, told: Callable[["Future[T]"], None]) -> None:
        """Call `told` with what came of it, on the thread that did it."""
        self._future.add_done_callback(told)

    def __await__(self) -> Generator[Any, None, T]:
        return self._wait().__await__()

    async def _wait(self) -> T:
        """The value. Whoever is cancelled meanwhile, or waited too long, takes the work back if it was not begun."""
        import asyncio  # 56 ms that the first paint should not pay for: `result` does without it

        loop = asyncio.get_running_loop()
        post = _here.of(loop)
        waiter = loop.create_future()
        self._future.add_done_callback(lambda _done: post.wake(waiter))
        late = loop.call_later(self._limit_s, post.wake, waiter) if self._limit_s is not None else None
        try:
            await waiter
        except asyncio.CancelledError:
            self._future.cancel()
            raise
        finally:
            if late is not None:
                late.cancel()
        try:
            return self._future.result(0)
        except CancelledError:
            raise asyncio.CancelledError from None
        except TimeoutError:
            if self._future.done():  # the work's own error
                raise
            self._future.cancel()
            raise self._on_late() from None

    def result(self, timeout_s: float | None = None) -> T:
        """The value, waiting for it at most `timeout_s` seconds and never longer than the answer's own limit."""
        limits = [limit for limit in (timeout_s, self._limit_s) if limit is not None]
        try:
            return self._future.result(min(limits, default=None))
        except TimeoutError:
            if self._future.done():
                raise
            raise self._on_late() from None
