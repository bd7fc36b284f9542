"""A copy in the place of the database: laid ready first, then put there, so that a kill leaves the one or the other."""

import os
import sqlite3
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from creditdesk.store import statements_past
from creditdesk.store.backups import copy_checked, is_good, open_still, schema_of
from creditdesk.store.files import COMPANIONS, free_name, set_aside, sync_folder
from creditdesk.store.lock import FileLock
from creditdesk.store.rows import micros
from creditdesk.store.schema import MIGRATIONS

DOUBTED = "The history was restored from a copy: this may have been sent since."
_OUTBOX_SCHEMA = 2


class BackupError(Exception):
    """A copy can't be put back; the text is one plain sentence."""


def prepare_restoring(database: Path, backup: Path, now: datetime) -> None:
    """Lay a copy ready to be put in the place of the database; `finish_restoring` does it. The copy itself stays.

    What it holds of imports that were not at their end is marked as unknown: since the copy was made they may have
    been sent. Raises BackupError for a file that is no good copy, OSError or sqlite3.Error when it can't be written.
    """
    if not is_good(backup):
        raise BackupError(f"{backup.name} is damaged, or no history of creditdesk. Nothing was changed.")
    if schema_of(backup) > len(MIGRATIONS):
        raise BackupError(f"{backup.name} was written by a newer creditdesk. Nothing was changed.")
    unfinished = free_name(database.with_name(f"{database.name}.part"))
    try:
        source = open_still(backup)
        try:
            copy_checked(source, unfinished)
        finally:
            source.close()
        _doubt_imports(unfinished, now)
        os.replace(unfinished, _waiting(database))
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(database.parent)


def is_waiting(database: Path) -> bool:
    """Whether a copy lies ready to be put in the place of the database."""
    return _waiting(database).exists()


def call_off(database: Path) -> None:
    """Do not put the copy that lies ready in the place of the database. Raises OSError."""
    _waiting(database).unlink(missing_ok=True)


def restore(database: Path, backup: Path, now: datetime) -> Path | None:
    """Put a copy in the place of the database; what was there is set aside under a dated name, which is returned.

    Other processes may have the database open: they go over to the new file by themselves (Windows does not allow it:
    OSError). Killed at any moment, the old or the new history is there at the next start. Raises as
    `prepare_restoring`.
    """
    prepare_restoring(database, backup, now)
    return put_in_place(database, now)


def put_in_place(database: Path, now: datetime) -> Path | None:
    """`finish_restoring` for who does not hold the write lock."""
    if not is_waiting(database):
        return None
    with FileLock(Path(f"{database}.lock")).hold():
        return finish_restoring(database, now)


def finish_restoring(database: Path, now: datetime) -> Path | None:
    """If a copy lies ready to be put in the place of the database: do it. The write lock is held.

    Returns where the former database went. Raises OSError.
    """
    waiting = _waiting(database)
    if not waiting.exists():
        return None
    _settle_log(database)
    there = any(os.path.lexists(f"{database}{ending}") for ending in COMPANIONS)
    aside = set_aside(database, now) if there else None
    os.rename(waiting, database)
    sync_folder(database.parent)
    return aside


def _doubt_imports(copy: Path, now: datetime) -> None:
    connection = sqlite3.connect(copy, isolation_level=None)
    try:
        if schema_of(copy) >= _OUTBOX_SCHEMA:
            connection.execute(statements_past.DOUBT_BATCHES, (micros(now), DOUBTED))
        if any(column[1] == "queue" for column in connection.execute("PRAGMA table_info(sending)")):
            connection.execute(statements_past.UNQUEUE)
    finally:
        connection.close()


def _settle_log(database: Path) -> None:
    """Write a good database's log into its file, so that the file set aside is whole by itself."""
    with suppress(sqlite3.Error):
        if database.exists() and is_good(database):
            connection = sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True)
            try:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()


def _waiting(database: Path) -> Path:
    return database.with_name(f"{database.name}.restored")
