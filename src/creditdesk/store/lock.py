"""One writer at a time: an advisory lock on a file, held across processes and threads.

SQLite before 3.51.3 can damage a write-ahead log that two processes write at once, so every write transaction
holds this lock. The operating system lets go of it when a process dies.
"""

import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _try(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _release(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _release(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


SHORTEST_WAIT_S = 0.0002
LONGEST_WAIT_S = 0.05
"""Between two tries a fortieth of what was waited so far, and never in step: a writer that writes without a pause lets
go for 0.1 ms at a time, and one that looks seldom meets none of them (a wait of 115 to 270 ms, measured)."""


class LockBusy(OSError):
    """Another process holds the lock for longer than one may wait."""


class FileLock:
    """A lock that stands for a file. The lock's own file stays behind, empty and readable by the user alone."""

    def __init__(self, path: Path, limit_s: float = 15.0) -> None:
        self._path = path
        self._limit_s = limit_s

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Holds the lock inside `with`. Raises LockBusy after `limit_s` seconds, OSError without the lock's file."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._take(handle)
            try:
                yield
            finally:
                _release(handle)
        finally:
            os.close(handle)

    def _take(self, handle: int) -> None:
        began = time.monotonic()
        while True:
            try:
                return _try(handle)
            except OSError:
                waited_s = time.monotonic() - began
                if waited_s >= self._limit_s:
                    raise LockBusy(f"{self._path.name} is held by another process") from None
            time.sleep(random.uniform(0.5, 1) * min(max(waited_s / 40, SHORTEST_WAIT_S), LONGEST_WAIT_S))
