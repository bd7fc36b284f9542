"""The guard of text cells that a spreadsheet would take for formulas, put on by our writer and taken off by our reader.

The rule is OWASP's (CSV Injection, 2026-11): a text that begins with = + - @, a tab or a line end, also behind quotes
and spaces, gets an apostrophe in front. A text that has such an apostrophe already gets a second one, so that taking
one off gives back what was there; an apostrophe that our writer would not have put there stays.
"""

import re

_SIGNS = r"=+\-@\uff1d\uff0b\uff0d\uff20"  # and their wide forms, which some spreadsheets take, too
_ENDS = r"\t\r\v\f\x85\u2028\u2029"
_RISKY = re.compile(rf"[\"'\s]*[{_SIGNS}]|[\"' ]*[{_ENDS}\n]")
_GUARDED = re.compile(rf"^'(?=(?:[\"']|[^\S\n])*[{_SIGNS}]|[\"' ]*[{_ENDS}])", re.MULTILINE)


def guarded(text: str) -> str:
    """The text as it may stand in a cell."""
    return f"'{text}" if _RISKY.match(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` gave this cell for."""
    return text[1:] if text.startswith("'") and _RISKY.match(text, 1) else text


def unguarded_lines(text: str) -> str:
    """The same for cells without line feeds, joined by line feeds."""
    return _GUARDED.sub("", text) if "\n'" in text or text.startswith("'") else text
