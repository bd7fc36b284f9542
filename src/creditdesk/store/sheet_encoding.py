"""The encoding of a file of keywords, told by its bytes; or that it is no text at all."""

import codecs
import re
import unicodedata
from pathlib import Path

from creditdesk.store.sheet_error import SheetError

_SAMPLE = 1 << 14  # a multiple of 4: no unit of UTF-16 or UTF-32 is cut
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_OTHER_KINDS = (
    (b"%PDF-", "This is a PDF, no text list."),
    (b"\x1f\x8b\x08", "This is a compressed file, no text list."),
    (b"7z\xbc\xaf\x27\x1c", "This is a compressed file, no text list."),
    (b"Rar!\x1a\x07", "This is a compressed file, no text list."),
    (b"\x89PNG\r\n", "This is a picture, no text list."),
    (b"\xff\xd8\xff", "This is a picture, no text list."),
    (b"SQLite format 3\0", "This is a database, no text list."),
    (b"PAR1", "This is a Parquet file, no text list."),
)
_JSON = re.compile(rb"\[?\s*\{\s*\"")
_MARKUP = (b"<!doctype html", b"<html", b"<table", b"<?xml", b"{\\rtf")
NO_TEXT = "This is no text list."
_LONGER = 1 << 20
_SAVE_MARKUP = "Open it in a spreadsheet program and save it as .xlsx or CSV."
SAVE_AS_TEXT = "Save it as CSV or text, in UTF-8 if there is a choice."
_STRANGE = frozenset({"Cc", "Cn", "Co", "Cs"})
_MOST_STRANGE = 0.02
"""Of the characters, the share of unassigned and control ones up to which bytes are believed to be text."""


def encoding_of(path: Path) -> str:
    """The encoding of a text file: by its mark, else UTF-32 or UTF-16 by its zero bytes, UTF-8 if its beginning is
    valid, else cp1252. Whoever decodes the rest as UTF-8 may find that it is not.

    Raises OSError, and SheetError when the bytes are no text.
    """
    with path.open("rb") as file:
        start = file.read(_SAMPLE)
        for magic, what in _OTHER_KINDS:
            if start.startswith(magic):
                raise SheetError(path.name, 0, what, SAVE_AS_TEXT)
        if start.removeprefix(codecs.BOM_UTF8).lstrip().lower().startswith(_MARKUP):
            raise SheetError(path.name, 0, "This is a web page or a document, no text list.", _SAVE_MARKUP)
        if _JSON.match(start.removeprefix(codecs.BOM_UTF8).lstrip()):
            raise SheetError(path.name, 0, "This is JSON, no text list.", SAVE_AS_TEXT)
        for mark, encoding in _MARKS:
            if start.startswith(mark):
                return encoding
        if b"\0" in start:
            wide = "" if _is_narrow(start) else _wide_encoding(start)
            if wide:
                return wide
            if start.count(0) * 100 > len(start):
                raise SheetError(path.name, 0, NO_TEXT, SAVE_AS_TEXT)
        start += file.read(_LONGER)
        return "utf-8" if _is_utf8(start) or mostly_utf8(start) else "cp1252"


def chosen_encoding(file: str, name: str | None) -> str | None:
    """The encoding of this name, as Python calls it; None for None. Raises SheetError when there is none."""
    if name is None:
        return None
    try:
        codecs.decode(b"a", name, "replace") + ""  # a codec that is none of text gives bytes, or fails
    except (LookupError, ValueError, TypeError, AssertionError):
        what = f'There is no encoding "{name}".'
        raise SheetError(file, 0, what, "Try utf-8, utf-16, cp1252, cp1250, cp1251, shift_jis or gb18030.") from None
    return name.casefold()


def mostly_utf8(data: bytes) -> bool:
    """Whether these bytes, which are no UTF-8, are UTF-8 with a few damaged characters; it has more whole ones then."""
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    return sum(character > "\x7f" for character in text) > damaged * 4


def _is_narrow(start: bytes) -> bool:
    """Whether this is text of one byte a character that has stray zero bytes: its line ends stand alone."""
    ends = start.count(b"\n")
    return start.count(0) * 100 < len(start) and ends > 2 * (start.count(b"\n\0") + start.count(b"\0\n"))


def _wide_encoding(start: bytes) -> str:
    """Which UTF-32 or UTF-16 these bytes are text in; "" for none.

    In the wrong one, or in none, unassigned characters turn up soon; of several that pass, the one with the most line
    ends and spaces is meant, and then the one whose characters are of the fewest kinds.
    """
    best: tuple[tuple[int, int, int], str] | None = None
    for encoding in _WIDE:
        unit = 4 if "32" in encoding else 2
        text = start[: len(start) // unit * unit].decode(encoding, "replace")
        strange = sum(_is_strange(character) for character in text)
        if (
            not text
            or strange > len(text) * _MOST_STRANGE
            or not any(" " <= each <= "~" or each == "\n" for each in text)
        ):
            continue
        pages = len({ord(character) >> 8 for character in text})
        rank = (sum(character in "\r\n\t " for character in text), -pages, sum(each < "\x80" for each in text))
        if best is None or rank > best[0]:
            best = rank, encoding
    return best[1] if best else ""


def _is_strange(character: str) -> bool:
    if character in "\r\n\t":
        return False
    return character == "\ufffd" or unicodedata.category(character) in _STRANGE


def _is_utf8(start: bytes) -> bool:
    """Whether these are the first bytes of UTF-8; the last character may be cut."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return False
    return True
