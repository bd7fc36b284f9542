"""The history's connections, each with its thread: one writes whatever waits in one transaction, one reads, and one
counts charges, so that no reading waits for a long count.

When damage is met, or another process has put a new file in the place, both go over to the new file by themselves.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from creditdesk.store import checks
from creditdesk.store.database import (
    Opened,
    begin_anew,
    is_damage,
    open_database,
    reader,
    transaction,
    write_lock,
)
from creditdesk.store.files import sync_file
from creditdesk.store.notices import rows_notice
from creditdesk.store.pending import Pending
from creditdesk.store.worker import Job, Worker

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

CLOSE_S = 10.0
GATHER_S = 0.02
"""While readings come in a burst: one transaction for those of 20 ms instead of one for each."""
LIGHT_S = 0.05
"""So long after the disk was waited for, light writing does not wait for it; and when nothing comes, GATHER_S."""
_MOST_TRIES = 3
_MOST_LOGGED = 20


class HistoryError(Exception):
    """The history can't be written or read now; the text is one plain sentence. What was there before is not lost."""


class Connections:
    """The way to the database at `path`; None keeps it in memory. `notice` is what was wrong with the file, or None."""

    def __init__(self, path: Path | None, now: datetime) -> None:
        self._path = path
        self._guard = threading.Lock()  # held while the writing connection is used or changed
        looks = (_Look(), _Look())
        self._told: set[checks.Damage] = set()
        self._unsynced, self._synced_at = False, 0.0
        self._use(open_database(path, now))
        self._writer = Worker("history-writer", self._write_all, GATHER_S, self._sync)
        self._reader, self._counter = (
            Worker(name, partial(self._read_all, look))
            for name, look in zip(("history-reader", "history-counter"), looks, strict=True)
        )
        self._looks = dict(zip((self._reader, self._counter), looks, strict=True))

    @property
    def durable(self) -> bool:
        """Whether what is written outlives this process."""
        return self._kept is not None

    @property
    def folder(self) -> Path | None:
        """Where the file lies; None while nothing of it is kept."""
        return self._kept.parent if self._kept else None

    def write(self, work: Work[T], *, urgent: bool = False, light: bool = False) -> Pending[T]:
        """Do `work` inside a transaction, together with whatever else waits; the answer comes after the commit.

        What is urgent is never gathered: somebody's request waits for it. What is light outlives this process when its
        answer comes, and a loss of power only a moment later (`LIGHT_S`): it is given to the disk with what follows.
        """
        return self._writer.submit(work, must_run=True, urgent=urgent, light=light)

    def read(self, work: Work[T]) -> Pending[T]:
        """Do `work` on a connection that can only read."""
        return self._reader.submit(work, must_run=False)

    def count(self, work: Work[T]) -> Pending[T]:
        """Do `work`, which may take long, on another connection that can only read; one after the other."""
        return self._counter.submit(work, must_run=False)

    def close(self) -> None:
        """Finish what waits and close the file. May be called twice."""
        for worker, look in self._looks.items():
            if worker.close(CLOSE_S) and look.connection is not None:
                look.connection.close()
                look.connection = None
        if self._writer.close(CLOSE_S):
            self._sync()
            with suppress(OSError, sqlite3.Error):  # what was written is safe in the log all the same
                if self._kept is None:
                    self._connection.close()
                else:
                    with write_lock(self._kept).hold():  # the last one to close writes the log into the file
                        self._connection.close()

    def _use(self, opened: Opened) -> None:
        self.notice = opened.notice
        self._connection = opened.connection
        self._kept = opened.path
        self._identity = _identity(opened.path)

    def _tell_damage(self, connection: sqlite3.Connection) -> list[checks.Damage]:
        """Take the bad rows that this connection met; those that were not met before are named, once."""
        found = checks.taken(connection)
        new = [each for each in dict.fromkeys(found) if each not in self._told]
        self._told.update(new)
        if new and (self.notice is None or self.notice.is_rows):
            first, *_ = [checks.name(connection, each) for each in new[:_MOST_LOGGED]]
            self.notice = rows_notice(self._path, first, len(self._told))
        return new

    def _renew(self, *, damaged: bool) -> None:
        """Go over to the file that is there now, or (damaged) to a new one. The guard is held."""
        with suppress(sqlite3.Error):
            self._connection.close()
        path = self._path
        anew = damaged and path is not None and _identity(path) == self._identity
        now = datetime.now(UTC)
        self._use(begin_anew(path, now) if anew and path is not None else open_database(path, now))

    def _write_all(self, jobs: list[Job[Any]]) -> None:
        try:
            with self._guard:
                results = self._attempt_writing(jobs)
        except Exception as error:  # whatever it is, it belongs to whoever waits for the job; the thread lives on
            if len(jobs) == 1:
                jobs[0].future.set_exception(_as_ours(error, "written"))
                return
            for job in jobs:  # one bad job must not take the others with it
                self._write_all([job])
            return
        for job, result in zip(jobs, results, strict=True):
            job.future.set_result(result)

    def _attempt_writing(self, jobs: list[Job[Any]]) -> list[Any]:
        for attempt in range(_MOST_TRIES):
            try:
                if self._kept is None:
                    return self._transact(jobs)
                with write_lock(self._kept).hold():
                    if _identity(self._kept) == self._identity:
                        return self._transact(jobs)
                self._renew(damaged=False)  # another process set the file aside
            except sqlite3.DatabaseError as error:
                if attempt == _MOST_TRIES - 1 or self._kept is None or not is_damage(error):
                    if not checks.read_leniently(self._connection, error):
                        raise
                else:
                    self._renew(damaged=True)
        raise OSError("the file is replaced again and again")

    def _transact(self, jobs: list[Job[Any]]) -> list[Any]:
        light = all(job.light for job in jobs) and time.monotonic() - self._synced_at < LIGHT_S
        before = self._connection.total_changes
        if light:
            self._connection.execute("PRAGMA synchronous = NORMAL")
        try:
            with transaction(self._connection) as connection:
                done = [job.work(connection) for job in jobs]
                checks.put_all_aside(connection)
        finally:
            if light:
                self._connection.execute("PRAGMA synchronous = FULL")
        if self._connection.total_changes != before:
            self._unsynced = light
            if not light:
                self._synced_at = time.monotonic()
        self._tell_damage(self._connection)
        return done

    def _sync(self) -> None:
        """Give the disk what was committed lightly: its log, which a commit that waits for the disk would, too."""
        with self._guard:
            if not self._unsynced or self._kept is None:
                return
            self._unsynced = False
            with suppress(OSError):  # there is no log: it was written into the file, which waits for the disk
                sync_file(Path(f"{self._kept}-wal"))
            self._synced_at = time.monotonic()

    def _read_all(self, look: "_Look", jobs: list[Job[Any]]) -> None:
        for job in jobs:
            try:
                result = self._attempt_reading(look, job.work)
            except Exception as error:  # whatever it is, it belongs to whoever waits for the job; the thread lives on
                job.future.set_exception(_as_ours(error, "read"))
            else:
                job.future.set_result(result)

    def _attempt_reading(self, look: "_Look", work: Work[T]) -> T:
        before = self._identity
        try:
            return self._read(look, work)
        except sqlite3.DatabaseError as error:
            damaged = is_damage(error)
            if self._kept is None or not (damaged or error.sqlite_errorcode == sqlite3.SQLITE_CANTOPEN):
                raise
        with self._guard:  # what can't be opened is being set aside by the writer at this moment
            if damaged and self._identity == before:
                self._renew(damaged=True)
        return self._read(look, work)

    def _read(self, look: "_Look", work: Work[T]) -> T:
        if self._kept is None:
            with self._guard:
                return work(self._connection)
        identity = _identity(self._kept)
        if look.connection is None or identity != look.identity:
            if look.connection is not None:
                look.connection.close()
                look.connection = None
            look.connection, look.identity = reader(self._kept), identity
        try:
            found = work(look.connection)
        except sqlite3.OperationalError as error:
            if not checks.read_leniently(look.connection, error):
                raise
            found = work(look.connection)
        if bad := self._tell_damage(look.connection):
            with suppress(RuntimeError):  # the desk closes: they are met again at the next start
                self._writer.submit(lambda connection: checks.put_aside(connection, bad), must_run=True)
        return found


@dataclass(slots=True, eq=False)
class _Look:
    """A connection that only reads, and which file it has open."""

    connection: sqlite3.Connection | None = None
    identity: tuple[int, int] | None = None


def _identity(path: Path | None) -> tuple[int, int] | None:
    """What tells a file from another one that has its name later; None when there is none."""
    try:
        status = os.stat(path) if path is not None else None
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if status else None


def _as_ours(error: Exception, done: str) -> Exception:
    if isinstance(error, sqlite3.Error | OSError):
        ours = HistoryError(f"The history can't be {done} now: {getattr(error, 'strerror', None) or error}.")
    elif done == "read" and isinstance(error, ValueError | ArithmeticError):
        ours = HistoryError("The history has a row that can't be read.")
    else:
        return error
    ours.__cause__ = error
    return ours
