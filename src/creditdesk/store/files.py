"""Files that nothing is lost from: replaced whole or not at all, set aside instead of deleted, private to the user."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

COMPANIONS = ("", "-wal", "-shm", "-journal")
"""What SQLite keeps beside a database, by the ending of its name; "" is the database itself."""


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` in the place of the file; see `replacing`. Raises OSError; then the old file is as it was."""
    with replacing(path) as file:
        file.write(data)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write, readable by the user alone, that takes the place of another at the end of `with`.

    After a power cut or an error it is the old or the new one. A link is followed, so that a linked file stays linked.
    What is no file (/dev/null, a pipe) is written into and stays what it is.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as stream:
            yield stream
        return
    target = path.resolve()
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        error.filename = str(path)  # not a name that nobody knows
        raise
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable. Windows has no such call and needs none."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Make durable what was written into a file, by whomever. Raises OSError."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def stamp(now: datetime) -> str:
    """An instant as it stands in file names, in UTC."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H%M%SZ")


def free_name(path: Path) -> Path:
    """This path if neither it nor a companion is taken, else the first free one with a number."""
    number = 1
    candidate = path
    while any(os.path.lexists(f"{candidate}{ending}") for ending in COMPANIONS):
        number += 1
        candidate = path.with_name(f"{path.name}.{number}")
    return candidate


def set_aside(path: Path, now: datetime) -> Path:
    """Move a database and what lies beside it to a dated name in the same folder; nothing is overwritten.

    Returns the new path. A companion keeps its ending, so that the pair can still be opened together.
    """
    aside = free_name(path.with_name(f"{path.name}.{stamp(now)}.aside"))
    for ending in COMPANIONS:
        old = Path(f"{path}{ending}")
        if os.path.lexists(old):
            os.rename(old, f"{aside}{ending}")
    sync_folder(path.parent)
    return aside
