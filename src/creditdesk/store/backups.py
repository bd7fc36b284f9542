"""Whole copies of the database, made by SQLite itself and checked before they are trusted."""

import os
import sqlite3
from datetime import datetime
from pathlib import Path

from creditdesk.store.files import free_name, set_aside, stamp, sync_folder
from creditdesk.store.lock import FileLock
from creditdesk.store.schema import APPLICATION_ID

FOLDER = "backups"


def make_backup(connection: sqlite3.Connection, database: Path, now: datetime) -> Path:
    """A checked copy of the open database, in the folder `backups` beside it. Returns its path.

    Raises sqlite3.Error or OSError when it can't be made; then nothing that looks like a backup is left.
    """
    folder = database.parent / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    backup = free_name(folder / f"{database.stem}.{stamp(now)}.sqlite3")
    unfinished = free_name(backup.with_suffix(".part"))
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL, 0o600))
        connection.execute("VACUUM INTO ?", (str(unfinished),))
        if not is_good(unfinished):
            raise sqlite3.DatabaseError("the copy is damaged")
        os.rename(unfinished, backup)
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(folder)
    return backup


def newest_good_backup(database: Path) -> Path | None:
    """The newest copy of this database that passes its check, or None."""
    try:
        names = sorted((database.parent / FOLDER).glob(f"{database.stem}.*.sqlite3"), reverse=True)
    except OSError:
        return None
    return next((path for path in names if is_good(path)), None)


def restore(database: Path, backup: Path, now: datetime) -> Path | None:
    """Put a backup in the place of the database; what was there is set aside under a dated name, which is returned.

    The desk must have closed the database. Raises OSError or sqlite3.Error when the backup can't be read.
    """
    with FileLock(Path(f"{database}.lock")).hold():
        copy = free_name(database.with_suffix(".restored"))
        try:
            os.close(os.open(copy, os.O_CREAT | os.O_EXCL, 0o600))
            source = sqlite3.connect(f"{backup.absolute().as_uri()}?mode=ro", uri=True)
            try:
                source.execute("VACUUM INTO ?", (str(copy),))
            finally:
                source.close()
            aside = set_aside(database, now) if database.exists() else None
            os.rename(copy, database)
        finally:
            copy.unlink(missing_ok=True)
        sync_folder(database.parent)
    return aside


def is_good(path: Path) -> bool:
    """Whether this file is a whole database of creditdesk."""
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error:
        return False
    try:
        if connection.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
            return False
        return bool(connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False
    finally:
        connection.close()
