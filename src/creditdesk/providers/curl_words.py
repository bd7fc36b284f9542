"""A pasted command line as words, the way a shell would split it; nothing is ever run or filled in.

Three ways of writing are known: the shells of Linux and macOS, Windows' command prompt (a line goes on after `^`) and
PowerShell (it goes on after a backtick).
"""

import re

_CMD_LINE = re.compile(r"\^[ \t]*\r?\n")
_POWER_LINE = re.compile(r"`[ \t]*\r?\n")
_LINE = re.compile(r"\\[ \t]*\r?\n")
_STOPS = ("&&", "||", "|", ";", ">", "<", "\n")
_ANSI = {"n": "\n", "t": "\t", "r": "\r", "'": "'", '"': '"', "\\": "\\", "0": "\0"}


class UnclosedQuote(ValueError):
    """A quote is opened and never closed."""


def words(text: str) -> tuple[list[str], str]:
    """The words of the first command, and what stands after it (a pipe, a second command), "" for nothing.

    Raises `UnclosedQuote`.
    """
    text, windows = _one_line(text)
    splitter = _Splitter(text, windows)
    return splitter.words(), splitter.rest


def _one_line(text: str) -> tuple[str, bool]:
    """The text with its lines joined as the system it was written for does; whether that is Windows' prompt."""
    if _CMD_LINE.search(text) or '^"' in text:
        return re.sub(r"\^(.)", r"\1", _CMD_LINE.sub(" ", text)), True
    if _POWER_LINE.search(text):
        text = _POWER_LINE.sub(" ", text).replace('`"', '\\"')
    return _LINE.sub(" ", text), False


class _Splitter:
    """One pass over a command line."""

    def __init__(self, text: str, windows: bool) -> None:
        self._text = text
        self._windows = windows  # a single quote is a letter there
        self._at = 0
        self.rest = ""

    def words(self) -> list[str]:
        found: list[str] = []
        while self._skip_space():
            stop = next((each for each in _STOPS if self._text.startswith(each, self._at)), "")
            if stop == "\n" and not found:
                self._at += 1
            elif stop:
                self.rest = self._text[self._at :].strip()
                break
            else:
                found.append(self._word())
        return found

    def _skip_space(self) -> bool:
        while self._at < len(self._text) and self._text[self._at] in " \t\r":
            self._at += 1
        return self._at < len(self._text)

    def _word(self) -> str:
        parts: list[str] = []
        while self._at < len(self._text):
            sign = self._text[self._at]
            if sign in " \t\r\n" or self._text.startswith(("&&", "||"), self._at) or sign in "|;>":
                break
            parts.append(self._piece(sign))
        return "".join(parts)

    def _piece(self, sign: str) -> str:
        if self._text.startswith("$'", self._at) and not self._windows:
            self._at += 1
            return self._quoted("'", _ANSI)
        if sign == "'" and not self._windows:
            return self._quoted("'", {})
        if sign == '"':
            return self._quoted('"', {'"': '"', "\\": "\\", "$": "$", "`": "`"})
        self._at += 1
        if sign == "\\" and not self._windows and self._at < len(self._text):
            self._at += 1
            return self._text[self._at - 1]
        return sign

    def _quoted(self, quote: str, escapes: dict[str, str]) -> str:
        self._at += 1
        parts: list[str] = []
        while self._at < len(self._text):
            sign = self._text[self._at]
            self._at += 1
            if sign == quote:
                return "".join(parts)
            following = self._text[self._at : self._at + 1]
            if sign == "\\" and following in escapes and following:
                self._at += 1
                sign = escapes[following]
            parts.append(sign)
        raise UnclosedQuote(quote)
