"""One window a folder: the first start holds a lock, and every further one rings its doorbell and leaves."""

import time
from contextlib import ExitStack, suppress
from pathlib import Path

from creditdesk.store.lock import FileLock, LockBusy

PATIENCE_S = 10.0
"""How long a start waits for one that has the lock and does not answer yet: it may just be making its window."""
PAUSE_MS = 50


def claim(held: ExitStack, folder: Path, argument: str = "") -> bool:
    """Whether this start is the folder's first: then `held` keeps the lock. False: the one there was raised.

    The argument goes to the one that is raised. Raises LockBusy when it holds the lock and does not answer in time,
    OSError when the lock's file cannot be made.
    """
    lock = FileLock(folder / "desk.lock", limit_s=0)
    try:
        held.enter_context(lock.hold())
    except LockBusy:
        return _ring_or_wait(held, lock, folder, argument)
    return True


def _ring_or_wait(held: ExitStack, lock: FileLock, folder: Path, argument: str) -> bool:
    from PySide6.QtCore import QCoreApplication, QThread  # Qt only here: a first start does without it for now

    from creditdesk.app.process import make_application
    from creditdesk.ui.doorbell import ring

    if QCoreApplication.instance() is None:
        make_application()
    deadline = time.monotonic() + PATIENCE_S
    while not ring(folder, argument):
        if time.monotonic() >= deadline:
            raise LockBusy("the desk there does not answer")
        QThread.msleep(PAUSE_MS)
        with suppress(LockBusy):
            held.enter_context(lock.hold())
            return True
    return False
