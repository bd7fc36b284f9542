"""Whole copies of the database, made by SQLite itself and checked before they are trusted."""

import errno
import os
import re
import shutil
import sqlite3
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from creditdesk.core.keeping import APART, due, kept
from creditdesk.store.files import COMPANIONS, free_name, stamp, sync_folder
from creditdesk.store.flaws import is_flawed
from creditdesk.store.schema import APPLICATION_ID

FOLDER = "backups"
SPARE_BYTES = 64_000_000
"""So much of the disk a copy leaves free: the history itself must be able to grow."""
_STAMPED = re.compile(r"\.(\d{4}-\d\d-\d\dT\d{6}Z)(?:\.aside|\.flawed)?(?:\.sqlite3)?(?:\.\d+)?$")
_HEADER_BYTES = 64
_FLAWED = ".flawed"
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of the history: taken at `at` (UTC), of `size` bytes, with this schema (0: not known).

    `aside` marks a former history that was set aside, whole or damaged, instead of a checked copy; `flawed` a copy of
    which some rows are not as they were written, because those of the history were not.
    """

    path: Path
    at: datetime
    size: int
    schema: int
    aside: bool = False
    flawed: bool = False


def make_backup(connection: sqlite3.Connection, database: Path, now: datetime) -> Path:
    """A checked copy of the open database, in the folder `backups` beside it. Returns its path.

    Raises sqlite3.Error or OSError when it can't be made; then nothing that looks like a backup is left.
    """
    folder = database.parent / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    _need_space(database, folder)
    backup = free_name(folder / f"{database.stem}.{stamp(now)}.sqlite3")
    unfinished = free_name(backup.with_suffix(".part"))
    written = _written_at(database)
    try:
        copy_checked(connection, unfinished)
        os.utime(unfinished, ns=(written, written))  # what is written from now on is not in it
        os.rename(unfinished, backup)
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(folder)
    return backup


def keep_backup(database: Path, now: datetime, apart: timedelta = APART) -> Path | None:
    """Make a copy if one is due and something was written since the newest, then drop those that are kept no longer.

    A copy of which some rows are flawed takes the place of a former one like it, and of no other.
    Returns the new copy or None. Raises sqlite3.Error or OSError when it can't be made; then none is dropped. It
    needs a while for a large history and holds nobody up: run it on a thread of its own.
    """
    copies = backups(database)
    newest = copies[0] if copies else None
    if newest is not None:
        unchanged = newest.path.stat().st_mtime_ns >= _written_at(database)
        if unchanged or not due(now, newest.at, apart):
            return None
    connection = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
    try:
        made = make_backup(connection, database, now)
    finally:
        connection.close()
    if is_flawed(made):
        made = made.rename(free_name(made.with_name(f"{made.stem}{_FLAWED}{made.suffix}")))
    _thin(database, made)
    return made


def backups(database: Path) -> list[Backup]:
    """The copies of this database, newest first, without a look at whether they are good."""
    return _dated((database.parent / FOLDER).glob(f"{database.stem}.*.sqlite3*"))


def set_asides(database: Path) -> list[Backup]:
    """The former histories that were set aside, newest first."""
    return _dated(database.parent.glob(f"{database.name}.*.aside*"), aside=True)


def newest_good_backup(database: Path) -> Path | None:
    """The newest copy of this database that passes its check, or None."""
    return next((each.path for each in backups(database) if is_good(each.path)), None)


def is_good(path: Path) -> bool:
    """Whether this file is a whole database of creditdesk."""
    try:
        connection = open_still(path)
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


def open_still(path: Path) -> sqlite3.Connection:
    """A connection to a file that nobody writes: it only reads, the log too where there is one, and leaves no trace."""
    log = _size(Path(f"{path}-wal"))
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro{'' if log else '&immutable=1'}", uri=True)


def copy_checked(source: sqlite3.Connection, target: Path) -> None:
    """A whole, checked copy that a power cut does not take away."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL, 0o600))
    source.execute("VACUUM INTO ?", (str(target),))
    if not is_good(target):
        raise sqlite3.DatabaseError("the copy is damaged")
    handle = os.open(target, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _need_space(database: Path, folder: Path) -> None:
    needed = sum(_size(Path(f"{database}{ending}")) for ending in COMPANIONS) + SPARE_BYTES
    if shutil.disk_usage(folder).free < needed:
        raise OSError(errno.ENOSPC, f"there is too little space for a copy of {needed // 1_000_000} MB", str(folder))


def _thin(database: Path, made: Path) -> None:
    """Drop the copies that the rule does not keep, and what was left unfinished a day ago.

    The newest one of each older schema stays: an upgrade left it.
    """
    copies = [each for each in backups(database) if each.flawed == (_FLAWED in made.name)]
    keep = kept([each.at for each in copies], [each.at for each in set_asides(database)])
    if _FLAWED in made.name:
        keep = frozenset(each.at for each in copies[:1])
    schemas: set[int] = set()
    for each in copies:
        if each.at not in keep and each.schema in schemas and each.path != made:
            with suppress(OSError):  # it stays until the next time
                each.path.unlink()
        schemas.add(each.schema)
    parts = [*made.parent.glob(f"{database.stem}.*.part*"), *database.parent.glob(f"{database.name}.part*")]
    for part in parts:
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > _DAY_S:
                part.unlink()


def _dated(paths: Iterable[Path], aside: bool = False) -> list[Backup]:
    found = []
    for path in paths:
        name = _STAMPED.search(path.name)
        with suppress(OSError, ValueError):
            if name:
                at = datetime.strptime(name[1], "%Y-%m-%dT%H%M%SZ").replace(tzinfo=UTC)
                size, flawed = path.stat().st_size, _FLAWED in path.name
                found.append(Backup(path, at, size, schema_of(path), aside, flawed))
    return sorted(found, key=lambda each: (each.at, each.path.name), reverse=True)


def schema_of(path: Path) -> int:
    """The schema's number as it stands in the file's header; 0 when there is none."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except OSError:
        return 0
    return int.from_bytes(header[60:64], "big") if len(header) == _HEADER_BYTES else 0


def _written_at(database: Path) -> int:
    """When the database's file or its log was last written to, in nanoseconds since 1970."""
    found = [0]
    for ending in ("", "-wal"):
        with suppress(OSError):
            status = os.stat(f"{database}{ending}")
            if status.st_size:
                found.append(status.st_mtime_ns)
    return max(found)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
