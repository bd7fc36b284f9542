"""A sample answer as it is pasted or fetched: which part is status, headers and body, and the keys taken out of it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from creditdesk.providers.answers import MAX_SEARCHED, Answer
from creditdesk.providers.header_fields import fields
from creditdesk.providers.redaction import MASK, PIECE, redact, redact_known, windows
from creditdesk.providers.strict_json import BadAnswer, decode
from creditdesk.providers.xml_body import decode_xml

MAX_SAMPLE = 1024 * 1024
"""Characters of a sample; what is longer is refused."""
MAX_TEXT_PATTERN = 200
LOOKED_AT = 400
"""Characters of a value that are looked at to see whether it is a key."""
MOST_NUMBERS = 4

_STATUS = re.compile(r"HTTP/[\d.]+ (\d{3})[^\n]*\n")
_HEADER = re.compile(r"([A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}):[ \t]*([^\r\n]*)")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_NUMBER = re.compile(r"[0-9][0-9.,]*")


class BadSample(ValueError):
    """The text cannot be a sample; the message is a sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One answer, without the keys that are known. `form` is json, xml, text or headers: how it is read by itself."""

    answer: Answer
    form: str
    hidden: bool = False  # whether a known key stood in it
    data: object = field(default=None, repr=False)
    fault: str = ""  # why its JSON cannot be read, the rest of a sentence


def sample(text: str, secrets: Iterable[str] = ()) -> Sample:
    """What a pasted text holds: a body, headers, or both as `curl -i` shows them. Raises `BadSample`."""
    if len(text) > MAX_SAMPLE:
        raise BadSample("The text is larger than 1 MiB. A part of the answer with one row is enough.")
    if not text.strip():
        raise BadSample("There is no text to look at.")
    clean = without(text, secrets)
    status, headers, body = _parts(clean.lstrip())
    return of_answer(Answer(status, headers, body.encode("utf-8", "replace"), "the sample"), clean != text)


def of_answer(answer: Answer, hidden: bool = False) -> Sample:
    """An answer as a sample."""
    body = answer.body.strip()
    if not body and answer.headers:
        return Sample(answer, "headers", hidden, fields(answer.headers))
    try:
        return Sample(answer, "json", hidden, decode(answer.body))
    except BadAnswer as error:
        fault = str(error)
    if body[:1] == b"<":
        try:
            return Sample(answer, "xml", hidden, decode_xml(answer.body))
        except BadAnswer:
            return Sample(answer, "json", hidden, None, fault)
    return Sample(answer, "json", hidden, None, fault) if body[:1] in (b"{", b"[") else Sample(answer, "text", hidden)


def without(text: str, secrets: Iterable[str]) -> str:
    """The text without these keys. A long text is only searched through where a piece of one stands in it."""
    low = text.lower()
    for secret in secrets:
        if any(piece in low for piece in windows(secret, min(PIECE, len(secret)))):
            text = redact_known(text, [secret])
    return text


def known(answer: Answer, secrets: Iterable[str]) -> tuple[Answer, bool]:
    """A fetched answer without the keys that were sent, and whether one of them stood in it."""
    body = answer.body.decode("utf-8", "replace")
    clean = without(body, secrets)
    headers = {name: without(text, secrets) for name, text in answer.headers.items()}
    found = clean != body or headers != dict(answer.headers)
    return Answer(answer.status, headers, clean.encode() if clean != body else answer.body, answer.host), found


def shape(held: Sample, body: str, pattern: str) -> object:
    """The data that expressions select from, for an answer that is read as `body`; `pattern` is one for a text."""
    if body == "headers":
        return fields(held.answer.headers, held.answer.body)
    if body == "text":
        match = re.search(pattern, text_of(held)) if pattern else None
        return match.groupdict() if match else None
    return held.data if body == held.form else None


def text_of(held: Sample) -> str:
    """The body as text, as much of it as patterns look at."""
    return held.answer.body[: 4 * MAX_SEARCHED].decode("utf-8-sig", "replace")[:MAX_SEARCHED]


def masked(name: str, value: object) -> str | None:
    """What is shown instead of a value that looks like a key; None where it does not."""
    if not isinstance(value, str) or (len(value) < 6 and value != MASK):
        return None
    begin = value[:LOOKED_AT]
    return MASK if value == MASK or MASK in redact(f'"{name}": "{begin}"') or MASK in redact(begin) else None


def text_pattern(text: str) -> str:
    """A pattern for the numbers of a text answer, each named by the word before it; "" when there is no number.

    `ACCESS_BALANCE:12.50` has `^ACCESS_BALANCE:(?P<access_balance>[0-9.,]+)`.
    """
    pattern, at = "^", 0
    names: list[str] = []
    for match in islice(_NUMBER.finditer(text), MOST_NUMBERS):
        before = text[at : match.start()]
        word = next(reversed(_WORD.findall(before)), "value").lower()[:24]
        names.append(word if word not in names else f"{word}{len(names) + 1}")
        piece = f"{_literal(before)}(?P<{names[-1]}>[0-9.,]+)"
        if len(pattern) + len(piece) > MAX_TEXT_PATTERN:
            break
        pattern, at = pattern + piece, match.end()
    return pattern if at else ""


def _literal(text: str) -> str:
    return "".join(rf"\{sign}" if sign in r".^$*+?{}[]|()\/" and sign != "/" else _plain(sign) for sign in text)


def _plain(sign: str) -> str:
    return {"\n": r"\n", "\r": r"\r", "\t": r"\t"}.get(sign, sign)


def _parts(text: str) -> tuple[int, Mapping[str, str], str]:
    """Status, headers and body. A text that begins with no status line is headers only where every line is one."""
    status, match = 200, _STATUS.match(text)
    if match:
        status, text = int(match.group(1)), text[match.end() :]
    head, _, body = text.replace("\r\n", "\n").partition("\n\n")
    lines = [line.strip() for line in head.split("\n") if line.strip()]
    found = [_HEADER.fullmatch(line.removeprefix("< ")) for line in lines]
    if not lines or not all(found) or (not match and (body.strip() or (len(lines) < 2 and "-" not in lines[0]))):
        return status, {}, text
    return status, {each.group(1).lower(): each.group(2) for each in found if each}, body
