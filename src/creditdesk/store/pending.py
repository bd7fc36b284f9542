"""An answer on its way from one of the store's threads: awaited by the engine, waited for by a command."""

from collections.abc import Callable, Generator
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

T = TypeVar("T")


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

    def __await__(self) -> Generator[Any, None, T]:
        return self._wait().__await__()

    async def _wait(self) -> T:
        import asyncio  # 56 ms that the first paint should not pay for: `result` does without it

        waiting = asyncio.wrap_future(self._future)
        if self._limit_s is None:
            return await waiting
        try:
            return await asyncio.wait_for(waiting, self._limit_s)
        except TimeoutError:
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
