"""One window a folder: the first start holds a lock, and every further one rings its doorbell and leaves."""

import time
from contextlib import ExitStack
from pathlib import Path

from PySide6.QtCore import QThread

from creditdesk.store.lock import FileLock, LockBusy
from creditdesk.ui.doorbell import ring

PATIENCE_S = 10.0
"""How long a start waits for one that has the lock and does not answer yet: it may just be making its window."""
PAUSE_MS = 50


def claim(held: ExitStack, folder: Path, argument: str = "") -> bool:
    """Whether this start is the folder's first: then `held` keeps the lock. False: the one there was raised.

    The argument goes to the one that is raised. Raises LockBusy when it holds the lock and does not answer in time,
    OSError when the lock's file cannot be made.
    """
    lock = FileLock(folder / "desk.lock", limit_s=0)
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            held.enter_context(lock.hold())
            return True
        except LockBusy:
            if ring(folder, argument):
                return False
            if time.monotonic() >= deadline:
                raise
        QThread.msleep(PAUSE_MS)
