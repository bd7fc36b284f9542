"""How far something is, on standard error: one line that changes at a terminal, else a line now and then."""

import asyncio
import sys
import time
from contextlib import suppress
from typing import Self

_EVERY_S = 2.0


class ProgressLine:
    """Says one thing at a time. Whoever reads it may be gone; that must not stop what is under way."""

    def __init__(self) -> None:
        self._last = ""
        self._at = -_EVERY_S

    def say(self, text: str, final: bool = False) -> None:
        """This is so now; `final`: nothing follows on this line. What was said last is not said again."""
        if sys.stderr is None or text == self._last:
            return
        self._last, before = text, self._last
        with suppress(OSError, ValueError):
            end = "\r" if sys.stderr.isatty() and not final else "\n"
            print(text.ljust(len(before)) if end == "\r" else text, end=end, file=sys.stderr, flush=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing follows: at a terminal what comes next, an error too, stands on a line of its own."""
        if self._last and sys.stderr is not None and sys.stderr.isatty():
            with suppress(OSError, ValueError):
                print(file=sys.stderr, flush=True)
        self._last = ""


class Asking(ProgressLine):
    """How far the vendor was asked: "Reading what is tracked: 2,000 of 4,200"."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self._what = what

    def told(self, done: int, of: int) -> None:
        """So much of so much (0: not known) is done. The last step says nothing: what follows does."""
        now = time.monotonic()
        last = bool(of) and done >= of
        if not last and (now - self._at >= _EVERY_S or (sys.stderr is not None and sys.stderr.isatty())):
            self._at = now
            self.say(f"{self._what}: {done:,} of {of:,}" if of else f"{self._what}: {done:,}")

    def waits(self, seconds: float) -> None:
        """The vendor asked to wait."""
        if seconds >= 0.5:
            self.say(f"{self._what}: waiting {round(seconds):,} s, as the vendor asked")

    async def pause(self, seconds: float) -> None:
        """Wait so long, and say so."""
        self.waits(seconds)
        await asyncio.sleep(seconds)
