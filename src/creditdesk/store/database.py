"""Opens the history's database whatever state its file is in, within seconds and without ever losing that file.

A damaged, empty or foreign file is set aside under a dated name. A newer program's file is left untouched: its history
is copied into memory as far as it can be read. What can't be opened at all leaves the desk with this session's memory.
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from creditdesk.store import statements
from creditdesk.store.backups import make_backup, newest_good_backup
from creditdesk.store.files import COMPANIONS, free_name, set_aside, sync_folder
from creditdesk.store.lock import FileLock
from creditdesk.store.notices import Finding, Notice
from creditdesk.store.restoring import finish_restoring
from creditdesk.store.schema import APPLICATION_ID, MIGRATIONS, Migrations, migrate, version_of
from creditdesk.store.statements_points import SUMMED
from creditdesk.store.writing import WritingConnection

CHECK_S = 0.03
"""How long the first check may take; damage beyond is noticed where it is read."""
CHECK_BYTES = 16_000_000
"""A larger file is not checked whole: SQLite does not look at the time within a table (200 ms for 150 MB, measured)."""
_SHOWN_FIRST = ("condition", "pool", "typed", "snooze")
BUSY_S = 15.0
_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_COPY_S = 2.0
_MOST_POINTS_IN_MEMORY = 200_000


@dataclass(frozen=True, slots=True)
class Opened:
    """An open database at the newest schema. `path` None means that it is in memory and ends with the session."""

    connection: sqlite3.Connection
    path: Path | None
    notice: Notice | None = None


class _Bad(Exception):
    def __init__(self, finding: Finding, detail: str = "") -> None:
        super().__init__(detail)
        self.finding = finding
        self.detail = detail


def open_database(path: Path | None, now: datetime, migrations: Migrations = MIGRATIONS) -> Opened:
    """The database at `path` (None: in memory), made, upgraded or replaced as needed; always gives one that works."""
    if path is None:
        return Opened(_in_memory(migrations), None)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with write_lock(path).hold():
            return _open_locked(path, now, migrations)
    except _Bad as bad:
        notice = Notice(bad.finding, path, backup=newest_good_backup(path), detail=bad.detail)
    except (OSError, sqlite3.Error) as error:
        notice = Notice(Finding.UNREADABLE, path, backup=newest_good_backup(path), detail=_reason(error))
    connection = _in_memory(migrations)
    if notice.finding is Finding.NEWER:
        _copy_readable(connection, path)
    return Opened(connection, None, notice)


def begin_anew(path: Path, now: datetime, migrations: Migrations = MIGRATIONS) -> Opened:
    """Set a file aside in which damage was met, and begin a new one. Nobody of this process may have it open."""
    try:
        with write_lock(path).hold():
            notice = Notice(Finding.DAMAGED, path, set_aside(path, now), newest_good_backup(path))
            return replace(_open_locked(path, now, migrations), notice=notice)
    except (_Bad, OSError, sqlite3.Error) as error:
        return Opened(_in_memory(migrations), None, Notice(Finding.UNREADABLE, path, detail=_reason(error)))


def write_lock(path: Path) -> FileLock:
    """The lock that every writer of this database holds while it writes."""
    return FileLock(Path(f"{path}.lock"), BUSY_S)


def is_damage(error: BaseException) -> bool:
    """Whether this error means that the file itself is bad."""
    return isinstance(error, sqlite3.DatabaseError) and (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _DAMAGE


def reader(path: Path) -> sqlite3.Connection:
    """A connection that can only read. Raises sqlite3.Error."""
    connection = _plain_connection(f"{path.absolute().as_uri()}?mode=ro")
    connection.execute(f"PRAGMA busy_timeout = {int(BUSY_S * 1000)}")
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One transaction: all of what is written inside `with`, or none of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if isinstance(connection, WritingConnection):
            connection.begun()
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if isinstance(connection, WritingConnection):
            connection.abandon()
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _open_locked(path: Path, now: datetime, migrations: Migrations) -> Opened:
    notice = None
    if not os.path.lexists(path):
        finish_restoring(path, now)  # it was killed between two names
    try:
        version = _inspect(path, migrations)
    except _Bad as bad:
        if bad.finding in (Finding.NEWER, Finding.UNREADABLE):
            raise
        notice = Notice(bad.finding, path, set_aside(path, now), newest_good_backup(path), bad.detail)
        version = 0
    if version == 0:
        _create(path, now, migrations)
    connection = _connect(path)
    try:
        if 0 < version < len(migrations):
            make_backup(connection, path, now)
        migrate(connection, migrations)
        if 0 < version < len(migrations):
            _let_shrink(connection)
        connection.execute("PRAGMA journal_mode = WAL")
    except BaseException:
        connection.close()
        raise
    _make_private(path)
    return Opened(connection, path, notice)


def _inspect(path: Path, migrations: Migrations) -> int:
    """The schema of a good file of ours, 0 when there is none. Raises _Bad. Changes nothing."""
    if not os.path.lexists(path):
        return 0
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except OSError as error:
        raise _Bad(Finding.UNREADABLE, _reason(error)) from None
    if not header:
        raise _Bad(Finding.EMPTY)
    if not _has_log(path):  # with one, SQLite mends a first page that a power cut tore
        if not header.startswith(_MAGIC):
            raise _Bad(Finding.NOT_A_DATABASE)
        if len(header) < _HEADER_BYTES:
            raise _Bad(Finding.DAMAGED, "cut off")
    try:
        connection = reader(path)
        try:
            return _judge(connection, migrations)
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        # "no such table" is ours without its tables: damage, too. Other errors are the system's.
        damaged = is_damage(error) or getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_ERROR
        raise _Bad(Finding.DAMAGED if damaged else Finding.UNREADABLE, _reason(error)) from None
    except UnicodeDecodeError:  # in what the system says of a damaged schema
        raise _Bad(Finding.DAMAGED, "its schema is no text") from None


def _has_log(path: Path) -> bool:
    with suppress(OSError):
        return os.stat(f"{path}-wal").st_size > 0
    return False


def _judge(connection: sqlite3.Connection, migrations: Migrations) -> int:
    if connection.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
        raise _Bad(Finding.FOREIGN)
    version = version_of(connection)
    if version > len(migrations):
        raise _Bad(Finding.NEWER)
    if version < 1:
        raise _Bad(Finding.DAMAGED, "no schema")
    if version == len(migrations):
        for table in statements.TABLES:
            columns = f"{SUMMED[table]}, sum" if table in SUMMED else "1"
            connection.execute(f"SELECT {columns} FROM {table} LIMIT 0").fetchone()
    deadline = time.monotonic() + CHECK_S
    connection.set_progress_handler(lambda: time.monotonic() > deadline, 2000)
    pages, page = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    tables = ("1",) if pages * page <= CHECK_BYTES else _SHOWN_FIRST  # 1: all of them, up to the first error
    with suppress(sqlite3.OperationalError):  # interrupted: good as far as it was looked at
        for each in tables:
            if connection.execute(f"PRAGMA quick_check({each})").fetchone() != ("ok",):
                raise _Bad(Finding.DAMAGED, "check failed")
    return version


def _create(path: Path, now: datetime, migrations: Migrations) -> None:
    """A new database, complete before it has its name: a kill in the middle leaves no half-made one."""
    for ending in COMPANIONS[1:]:
        stray = Path(f"{path}{ending}")
        if os.path.lexists(stray):  # a log without its database would be taken for the new one's
            os.rename(stray, free_name(stray.with_name(f"{stray.name}.aside")))
    fresh = path.with_name(f"{path.name}.new")
    for ending in COMPANIONS:
        Path(f"{fresh}{ending}").unlink(missing_ok=True)
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL, 0o600))
    connection = _connect(fresh)
    try:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # what thinning frees is given back
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrate(connection, migrations)
    finally:
        connection.close()
    os.rename(fresh, path)
    sync_folder(path.parent)


def _let_shrink(connection: sqlite3.Connection) -> None:
    """Rebuild a file that can't give space back, of a time before the third schema. Killed in between, it stays so."""
    if connection.execute("PRAGMA auto_vacuum").fetchone() == (0,):
        with suppress(sqlite3.OperationalError):  # too little space for it: the file works all the same
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("VACUUM")


def _plain_connection(uri: str) -> sqlite3.Connection:
    """A connection that begins no transaction by itself; whoever holds it sees to one thread at a time."""
    return sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None, factory=WritingConnection)


def _connect(path: Path) -> sqlite3.Connection:
    connection = _plain_connection(f"{path.absolute().as_uri()}?mode=rw")
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "journal_size_limit = 16777216"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(f"PRAGMA busy_timeout = {int(BUSY_S * 1000)}")
    return connection


def _in_memory(migrations: Migrations) -> sqlite3.Connection:
    connection = _plain_connection(":memory:")
    migrate(connection, migrations)
    return connection


def _copy_readable(connection: sqlite3.Connection, path: Path) -> None:
    """What a newer program's file has in the columns we know, newest points first; nothing when it has others."""
    with suppress(sqlite3.Error):
        connection.execute("ATTACH DATABASE ? AS newer", (f"{path.absolute().as_uri()}?mode=ro",))
        deadline = time.monotonic() + _COPY_S
        connection.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
        for table in statements.TABLES:
            columns = ", ".join(row[1] for row in connection.execute(f"PRAGMA main.table_info({table})"))
            order = f"ORDER BY first_seen DESC LIMIT {_MOST_POINTS_IN_MEMORY}" if table == "point" else ""
            with suppress(sqlite3.Error), transaction(connection):
                connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM newer.{table} {order}")
        connection.set_progress_handler(None, 0)
        connection.execute("DETACH DATABASE newer")


def _make_private(path: Path) -> None:
    for ending in COMPANIONS:
        with suppress(OSError):
            os.chmod(f"{path}{ending}", 0o600)


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
