"""An event loop whose clock skips ahead whenever nobody has anything to do: minutes of waiting take no time."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Skipping(selectors.DefaultSelector):
    """Waits for nothing, and counts the seconds that it was asked to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "everybody waits for something that never comes"
        self.skipped += max(0.0, timeout)
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._clock = _Skipping()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.skipped


def skip_through(story: Coroutine[Any, Any, T]) -> T:
    """Run a story that only sleeps and computes: what it does on a network would not be waited for."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(story)
