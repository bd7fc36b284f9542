"""Keeping keys out of everything that is written down: log records and the sentences shown to the user.

Two ways together. `redact` knows what keys look like and where they stand (headers, addresses, JSON, long random
tokens) and needs no list of them. Where the secrets of a request are at hand, every piece of eight or more characters
of them goes too, also percent-encoded or in base64.
"""

import base64
import logging
import re
from collections.abc import Collection, Iterable
from urllib.parse import quote

MASK = "***"
PIECE = 8
"""The shortest part of a known secret that is removed."""

_NAMED = (
    r"(?:proxy-)?authorization|(?:set-)?cookie|x-[a-z0-9-]{0,40}?(?:key|token|secret|auth)"
    r"|[a-z0-9_-]{0,40}?(?:api|client|access|private|public|secret|licen[cs]e|admin|auth|user|app)[_-]?(?:key|token|secret)"
    r"|(?:[a-z0-9]{1,20}[_-]){0,2}(?:token|secret|password|passwd|pwd|passphrase)"
)
_QUOTE = r"\\*[\"']"
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # user:password@ of an address, and every value of its query
    (re.compile(r"(?<=://)[^\s/@\"'?#]+@"), f"{MASK}@"),
    (re.compile(r"(?<=[?&])([\w.\-\[\]%~]+)=[^\s&\"'<>]*"), rf"\1={MASK}"),
    # "name": "value" and ('name', b'value') as JSON and Python write them; `key` alone counts only in quotes
    (
        re.compile(
            rf"({_QUOTE}(?:{_NAMED}|key){_QUOTE}\s*[:,=]\s*(?:b(?=\\*[\"']))?)(?:({_QUOTE})(?:(?!\2).)*+(?:\2)?|\[[^\]]*\]?|[^\s,;)\]}}]+)",
            re.IGNORECASE | re.DOTALL,
        ),
        rf"\1{MASK}",
    ),
    # Name: value, to the end of the line for the headers whose values have spaces
    (re.compile(r"\b((?:proxy-)?authorization|(?:set-)?cookie)(\s*[:=]\s*)[^\r\n\"']+", re.IGNORECASE), rf"\1\2{MASK}"),
    (
        re.compile(rf"\b({_NAMED})(\s*[:=]\s*(?:b?[\"'])?)(?:\w{{1,16}} (?=\S))?[^\s,;&\"')\]}}]+", re.IGNORECASE),
        rf"\1\2{MASK}",
    ),
    (re.compile(r"\b(key\s*=\s*[\"']?)[^\s,;&\"')\]}]+", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(r"\b(bearer|basic)\s+[^\s,;\"']+", re.IGNORECASE), rf"\1 {MASK}"),
    # What keys begin with, and identifiers that serve as keys
    (re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE), MASK),
    (re.compile(r"\b(tkn_[a-z]+_|CAP-|sk-|pk-|rk_live_|sk_live_|gh[pousr]_|xox[a-z]-|AKIA|AIza)[\w\-+/=.~]{4,}"), MASK),
)

_RUN = re.compile(r"[\w\-+/=.~%]{20,}", re.ASCII)
_SEGMENT = re.compile(r"[^/.]+")
_CHUNK = re.compile(r"[A-Za-z0-9]+")
_PLAIN = re.compile(r"\d{1,19}|[0-3]\dT[0-2]\d{5}Z|\d{0,2}([A-Za-z]{1,21})\d{0,4}")  # the second: of a file's date
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SYLLABLES = re.compile(r"(?:[^aeiouy]{0,4}[aeiouy]{1,3})+[^aeiouy]{0,4}|[^aeiouy]{1,5}", re.IGNORECASE)
_SHORT_SYLLABLES = re.compile(r"(?:[^aeiouy]{0,3}[aeiouy]{1,3})+[^aeiouy]{0,3}|[A-Z]{1,4}", re.IGNORECASE)
_SMALL = re.compile(r"[A-Z]?[a-z0-9_\-~%]*")
_ENOUGH = 10


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` with everything that is, or looks like, a key replaced by `***`. Ordinary words stay."""
    for secret in secrets:
        text = _without(text, secret)
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return _RUN.sub(_run, text)


def redact_known(text: str, secrets: Iterable[str]) -> str:
    """`text` without any piece of these secrets; nothing else is touched."""
    for secret in secrets:
        text = _without(text, secret)
    return text


class Mask:
    """Many secrets made ready at once, for many short texts. Its own repr tells none of them."""

    __slots__ = ("_pieces",)

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """`secrets` of fewer than 3 characters are none: nothing could be told without them."""
        self._pieces: dict[int, set[str]] = {}
        for form in {form for secret in secrets for form in _forms(secret) if len(secret) >= 3}:
            size = min(len(form), PIECE)
            self._pieces.setdefault(size, set()).update(windows(form, size))

    def __bool__(self) -> bool:
        """Whether it hides anything."""
        return bool(self._pieces)

    def hide(self, text: str) -> str:
        """`text` without any of the secrets, and any piece of 8 or more characters of them."""
        for size in sorted(self._pieces, reverse=True):
            text = _without_any(text, self._pieces[size], size)
        return text


def _without(text: str, secret: str) -> str:
    for form in _forms(secret):
        if len(form) < PIECE:
            text = text.replace(form, MASK) if len(form) >= 3 else text
        elif len(text) >= PIECE:
            text = _without_pieces(text, form)
    return text


def _forms(secret: str) -> set[str]:
    encoded = base64.b64encode(secret.encode("utf-8", "replace")).decode("ascii").rstrip("=")
    return {secret, quote(secret, safe=""), quote(secret), encoded} - {""}


def _without_pieces(text: str, secret: str) -> str:
    """Every stretch of `text` that is a piece of `secret`, in whatever case, masked."""
    return _without_any(text, windows(secret, PIECE), PIECE)


def windows(secret: str, size: int) -> set[str]:
    """All pieces of this many characters, in small letters."""
    low = secret.lower()
    return {low[at : at + size] for at in range(len(low) - size + 1)}


def _without_any(text: str, pieces: Collection[str], size: int) -> str:
    """Every stretch of `text` that is one of these pieces of `size` characters, in whatever case, masked."""
    low = text.lower()
    if len(low) != len(text):  # a letter whose small form is longer; such a text is not worth keeping
        return MASK if any(low[at : at + size] in pieces for at in range(len(low))) else text
    kept: list[str] = []
    at = hidden_to = 0
    for at in range(len(text)):
        if low[at : at + size] in pieces:
            if hidden_to <= at:
                kept.append(MASK)
            hidden_to = at + size
        if at >= hidden_to:
            kept.append(text[at])
    return "".join(kept)


def _run(match: re.Match[str]) -> str:
    """A long run of letters and digits: what is no word in it goes, with everything between."""
    run = match.group()
    segments = [(found, _strangeness(found.group())) for found in _SEGMENT.finditer(run)]
    most = max((strange / len(found.group()) for found, strange in segments if strange >= 5), default=0)
    if sum(strange for _, strange in segments) < _ENOUGH and most < 0.35:
        return run
    guilty = [found for found, strange in segments if strange or not _SMALL.fullmatch(found.group())]
    return run[: guilty[0].start()] + MASK + run[guilty[-1].end() :]


def _strangeness(segment: str) -> int:
    """How many characters of a segment belong to no word and no plain number."""
    return sum(len(chunk) for chunk in _CHUNK.findall(segment) if not _is_word(chunk))


def _is_word(chunk: str) -> bool:
    """Whether a chunk reads like a word, a name such as `ClientTimeoutError`, or a plain number."""
    plain = _PLAIN.fullmatch(chunk)
    if not plain:
        parts = _PARTS.findall(chunk) if chunk.isalpha() else []
        return len(parts) > 1 and _is_name(chunk, parts)
    letters = plain.group(1) or ""
    parts = _PARTS.findall(letters)
    if len(parts) > 1:
        return _is_name(letters, parts)
    return not letters or bool((_SYLLABLES if len(letters) < 16 else _SHORT_SYLLABLES).fullmatch(letters))


def _is_name(letters: str, parts: list[str]) -> bool:
    most = len(letters) // (3 if len(letters) < 8 else 4)
    return len(parts) <= most and all(_SHORT_SYLLABLES.fullmatch(part) for part in parts)


_OWN = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {"message", "asctime", "taskName"}


class RedactingFilter(logging.Filter):
    """Redacts a record whole: message and arguments, traceback, stack and extra fields.

    It belongs on every handler (a logger's own filter is not asked for records of the loggers below it).
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record in place; always true."""
        record.msg = redact(_message(record))
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        record.exc_info = None
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        for name, value in record.__dict__.items():
            if name not in _OWN and not isinstance(value, int | float | None):
                record.__dict__[name] = redact(value if isinstance(value, str) else repr(value))
        return True


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        # a record whose arguments do not suit its text must still be written, and redacted
        return f"{record.msg} {record.args!r}"


def quiet_libraries() -> None:
    """Keep the libraries, which log addresses with their queries, from logging below WARNING."""
    for name in ("httpx", "httpcore", "aiohttp", "hpack", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
