"""The three kinds of files that history travels in; each is the old file or the new one, never half of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from creditdesk.store.files import replacing
from creditdesk.store.past import Past, PastError
from creditdesk.store.past_json import read_json, write_json
from creditdesk.store.past_tables import read_csv, read_parquet, write_csv, write_parquet


class FileKind(StrEnum):
    """A kind of file, by its ending."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


_WRITERS: Mapping[FileKind, Callable[[BinaryIO, Iterable[Past]], None]] = {
    FileKind.CSV: write_csv,
    FileKind.JSON: write_json,
    FileKind.PARQUET: write_parquet,
}
_READERS: Mapping[FileKind, Callable[[Path], Iterator[Past]]] = {
    FileKind.CSV: read_csv,
    FileKind.JSON: read_json,
    FileKind.PARQUET: read_parquet,
}


def kind_of(path: Path, wanted: str = "") -> FileKind:
    """The kind that was asked for, or that the name's ending says. Raises PastError."""
    try:
        return FileKind(wanted or path.suffix.removeprefix(".").casefold())
    except ValueError:
        raise PastError(f"{path.name}: choose a kind, or end the name in .csv, .json or .parquet") from None


def is_replaceable(path: Path) -> bool:
    """Whether an export may take this name: nothing is there, or nothing is in it, or a former export. Raises OSError.

    A name that was mistyped must not cost the history itself, the settings, or a list of keywords.
    """
    if not path.is_file():
        return True
    with path.open("rb") as file:
        head = file.read(64)
    return not head or head.startswith((b"PAR1", b'{"format": "creditdesk history"', b"\xef\xbb\xbfaccount_id,"))


def write_past(path: Path, kind: FileKind, pasts: Iterable[Past]) -> None:
    """Write these histories. Raises OSError, PastError and what `pasts` raises; then the file is as it was."""
    with replacing(path) as file:
        _WRITERS[kind](file, pasts)


def read_past(path: Path) -> Iterator[Past]:
    """The histories of a file, whatever it is called, one after the other. Raises OSError, PastError."""
    if path.is_fifo() or path.is_char_device():
        raise PastError(f"{path.name}: it is a pipe, which can be read only once; save it as a file first")
    with path.open("rb") as file:
        head = file.read(64)
    if head.startswith(b"PAR1"):
        kind = FileKind.PARQUET
    elif head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        kind = FileKind.JSON
    else:
        kind = FileKind.CSV
    try:
        yield from _READERS[kind](path)
    except PastError as error:
        raise PastError(f"{path.name}: {error}") from None
