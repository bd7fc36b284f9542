"""Copies of the history while a desk is open: made in the background, put back on wish, a problem said once."""

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from creditdesk.core.keeping import APART
from creditdesk.store.backups import Backup, backups, is_good, keep_backup, set_asides
from creditdesk.store.flaws import is_flawed
from creditdesk.store.lock import FileLock, LockBusy
from creditdesk.store.restoring import BackupError, call_off, is_waiting, prepare_restoring, restore

T = TypeVar("T")

WINDOW_LOCK = "desk.lock"
"""What a window holds while it is open (`app.single`)."""

LEAST_SQLITE = (3, 51, 3)
"""The first SQLite in which two processes that write at once can't damage the log (sqlite.org, 2026-03)."""
FLAWS = "Some of its rows are damaged: they are left out of everything that is shown."
SINGLE_WRITER = (
    "Single-writer mode: SQLite {version} is older than 3.51.3, so one creditdesk writes at a time and the others wait."
)


class Keeper:
    """Keeps copies of the history at `database`. One for a desk."""

    def __init__(self, database: Path, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._said = ""

    async def keep(self, apart: timedelta = APART) -> str:
        """Make a copy if one is due. Gives a sentence when that fails, the same one only once, else ""."""
        try:
            await asyncio.to_thread(self._keep, apart)
        except (OSError, sqlite3.Error) as error:
            problem = _problem(error)
        else:
            problem = ""
        said, self._said = self._said, problem
        return problem if problem != said else ""

    async def copies(self) -> tuple[Backup, ...]:
        """The copies and the histories that were set aside, newest first."""
        return await asyncio.to_thread(listing, self._database)

    async def prepare(self, path: Path) -> None:
        """Lay a copy ready: it is put back when the desk is opened next. Raises BackupError with a sentence."""
        await asyncio.to_thread(_said, lambda: prepare_restoring(self._database, path, self._clock()))

    async def call_off(self) -> None:
        """Put nothing back when the desk is opened next. Raises BackupError."""
        await asyncio.to_thread(_said, lambda: call_off(self._database))

    async def is_waiting(self) -> bool:
        """Whether a copy is put back when the desk is opened next."""
        return await asyncio.to_thread(is_waiting, self._database)

    def _keep(self, apart: timedelta) -> None:
        if self._database.exists():
            keep_backup(self._database, self._clock(), apart)


def listing(database: Path) -> tuple[Backup, ...]:
    """The copies and the histories that were set aside, newest first. Nothing is opened."""
    found = [*backups(database), *set_asides(database)]
    return tuple(sorted(found, key=lambda each: each.at, reverse=True))


def put_back(database: Path, path: Path, now: datetime) -> str:
    """Put a copy in the place of the history, or lay it ready while a window is open. Gives a sentence.

    Raises BackupError with one when it is not done.
    """
    flaws = f" {FLAWS}" if _said(lambda: is_good(path) and is_flawed(path)) else ""
    try:
        with FileLock(database.parent / WINDOW_LOCK, limit_s=0).hold():
            aside = _said(lambda: restore(database, path, now))
    except LockBusy:
        _said(lambda: prepare_restoring(database, path, now))
        return f"A window is open: {path.name} is put back when creditdesk is started next.{flaws}"
    except OSError as error:
        raise BackupError(f"The copy was not put back: {_reason(error)}.") from error
    kept = f" The history that was there is kept as {aside}." if aside is not None else ""
    return f"{path.name} was put back.{kept}{flaws}"


def _said(work: Callable[[], T]) -> T:
    """Do this; what goes wrong becomes a BackupError with a sentence."""
    try:
        return work()
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"The copy was not put back: {_reason(error)}. Nothing was changed.") from error


def single_writer(version: str = sqlite3.sqlite_version) -> str:
    """A sentence where this SQLite is too old for several writers at once, else ""."""
    numbers = tuple(int(part) for part in version.split(".")[:3])
    return "" if numbers >= LEAST_SQLITE else SINGLE_WRITER.format(version=version)


def _problem(error: Exception) -> str:
    return f"No copy of the history can be made now: {_reason(error)}. The copies made before are all there."


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")
