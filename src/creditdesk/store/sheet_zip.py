"""What kind of file a zip or an old Office file is, and whether a workbook is safe to be opened.

The library that reads workbooks makes room for every cell between the first and the last one, and aborts the process
when there is none (its issue 693, 2026-07); a small file can unpack to gigabytes. So before it sees a workbook, all of
it is unpacked once, in pieces, and counted.
"""

import errno
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from creditdesk.store.sheet_error import SheetError
from creditdesk.store.sheet_words import KEYWORDS, plain

MOST_UNPACKED = 200 << 20
MOST_RATIO = 100
MOST_ENTRIES = 1000
MOST_CELLS = 20_000_000
"""Between the first and the last cell of a sheet; the library takes 32 bytes for each."""
SAVE_AGAIN = "Open it in a spreadsheet program and save it as .xlsx or CSV."
UNLOCK = "Open it in a spreadsheet program, remove the password and save it again."
LOCKED = "This workbook is protected by a password."
BROKEN = "This spreadsheet or zip file is broken."
MEND = "Fetch it again, or open it in a spreadsheet program and save it as .xlsx or CSV."
_SMALL = 1 << 20
"""Bytes that any file may unpack to, whatever the ratio."""
_PIECE = 1 << 18
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_VERY_OLD = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00", b"\x09\x08\x10\x00")
_REAL = (errno.EIO, errno.EACCES, errno.EPERM, errno.ENOENT, errno.EISDIR, errno.ESTALE)
_LISTS = (".csv", ".tsv", ".txt", ".xlsx", ".ods")
_OTHER = (
    ("word/document.xml", "This is a text document, no spreadsheet."),
    ("ppt/presentation.xml", "This is a presentation, no spreadsheet."),
    ("Index/Document.iwa", "This is a Numbers, Pages or Keynote document, no spreadsheet that can be read."),
    ("Index.zip", "This is a Numbers, Pages or Keynote document, no spreadsheet that can be read."),
)

_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"'](?![^>]*/>)")
_UNPLACED = re.compile(rb"<(?:\w+:)?c(?=[\s>/])(?![^>]*\sr=)")
_ROW = re.compile(rb"<(?:\w+:)?row(?=[\s>/])")


def workbook_kind(path: Path) -> str:
    """ "xlsx", "xlsb", "ods" or "xls" for a workbook that may be opened; "" for a file that may be text.

    Raises SheetError for any other zip or Office file and for a workbook that is locked, broken or too large; OSError.
    """
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(path)
    if start.startswith(_OLE):
        return _ole_kind(path)
    if start.startswith(_VERY_OLD):
        raise SheetError(path.name, 0, "This workbook is too old to be read.", SAVE_AGAIN)
    return ""


def _ole_kind(path: Path) -> str:
    data = path.read_bytes()  # the names of its parts may lie anywhere
    if _wide("EncryptedPackage") in data:
        raise SheetError(path.name, 0, LOCKED, UNLOCK)
    if _wide("Workbook") in data or _wide("Book") in data:
        return "xls"
    raise SheetError(path.name, 0, "This is an old Office file, no spreadsheet that can be read.", SAVE_AGAIN)


def _wide(name: str) -> bytes:
    return f"{name}\0".encode("utf-16-le")


def _zip_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            return _examined(path.name, archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError, OverflowError):
        raise SheetError(path.name, 0, BROKEN, MEND) from None
    except OSError as error:
        if error.errno in _REAL:
            raise
        raise SheetError(path.name, 0, BROKEN, MEND) from None  # a place that is not in the file


def _examined(file: str, archive: zipfile.ZipFile) -> str:
    entries = archive.infolist()
    names = {entry.filename.lstrip("/").replace("\\", "/") for entry in entries}
    for name, what in _OTHER:
        if name in names:
            raise SheetError(file, 0, what, "Save the list as .xlsx or CSV.")
    kind = next((each for each, part in _PARTS.items() if part in {name.casefold() for name in names}), "")
    if not kind:
        raise _no_workbook(file, names)
    packed = sum(entry.compress_size for entry in entries)
    _check_size(file, sum(entry.file_size for entry in entries), packed, len(entries))
    unpacked = 0
    for entry in entries:
        box = _Box()
        for piece in _pieces(archive, entry):
            unpacked += len(piece)
            _check_size(file, unpacked, packed, len(entries))
            if kind == "xlsx" and entry.filename.casefold().endswith(".xml") and "sharedStrings" not in entry.filename:
                box.widen(file, piece)
            if entry.filename == "META-INF/manifest.xml" and b"encryption-data" in piece:
                raise SheetError(file, 0, LOCKED, UNLOCK)
    return kind


_PARTS = {"xlsx": "xl/workbook.xml", "xlsb": "xl/workbook.bin", "ods": "content.xml"}


def _no_workbook(file: str, names: set[str]) -> SheetError:
    lists = sorted(name for name in names if name.casefold().endswith(_LISTS) and not name.startswith("__MACOSX"))
    if not lists:
        return SheetError(file, 0, "This is a zip file, no spreadsheet.", "Unzip it and choose the list in it.")
    likeliest = next((name for name in lists if plain(Path(name).stem) in KEYWORDS), lists[0])
    return SheetError(file, 0, "This is a zip file with lists in it.", f"Unzip it and choose {Path(likeliest).name}.")


def _check_size(file: str, unpacked: int, packed: int, entries: int) -> None:
    if entries > MOST_ENTRIES:
        raise SheetError(file, 0, f"The workbook has {entries:,} parts, over {MOST_ENTRIES:,}.", SAVE_AGAIN)
    if unpacked > MOST_UNPACKED:
        what = f"The workbook unpacks to over {MOST_UNPACKED >> 20} MiB."
        raise SheetError(file, 0, what, "Split it, or save the column alone as CSV.")
    if unpacked > _SMALL and unpacked > packed * MOST_RATIO:
        what = f"The workbook unpacks to more than {MOST_RATIO} times its size."
        raise SheetError(file, 0, what, "Save the column alone as CSV.")


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """What an entry really holds, whatever size it declares."""
    if entry.flag_bits & 1:
        raise SheetError(Path(archive.filename or "").name, 0, LOCKED, UNLOCK)
    file = archive.fp
    if file is None or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile
    file.seek(entry.header_offset)
    header = file.read(30)
    if header[:4] != b"PK\x03\x04" or len(header) < 30:
        raise zipfile.BadZipFile
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    left = entry.compress_size
    unpacking = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0 and (data := file.read(min(left, _PIECE))):
        left -= len(data)
        if unpacking is None:
            yield data
            continue
        while data:
            yield unpacking.decompress(data, 1 << 20)
            data = unpacking.unconsumed_tail


class _Box:
    """The rectangle round the cells of a sheet."""

    def __init__(self) -> None:
        self._carry = b""
        self._rows = self._counted = self._columns = 0

    def widen(self, file: str, piece: bytes) -> None:
        """The next bytes of the sheet. Raises SheetError when it has become too large."""
        data = self._carry + piece
        end = max(data.rfind(b"<"), 0)
        data, self._carry = data[:end], data[end:][:_PIECE]
        places = _CELL.findall(data)
        if places:
            self._columns = max(self._columns, *(_number(letters) for letters in {each for each, _ in places}))
            self._rows = max(self._rows, *(int(row) for _, row in places))
        self._counted += len(_ROW.findall(data))
        if _UNPLACED.search(data):  # counted along the row
            self._rows = max(self._rows, self._counted)
            self._columns = max(self._columns, *(len(_UNPLACED.findall(row)) for row in _ROW.split(data)))
        if self._rows * self._columns > MOST_CELLS:
            what = f"The sheet spans {self._rows:,} rows by {self._columns:,} columns, too many to be read."
            raise SheetError(file, 0, what, "Delete what stands far from the list, or save the list as CSV.")


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
