"""Which headers go on and which belong to one connection only (RFC 9110, section 7.6.1)."""

import re
from collections.abc import Iterable, Sequence

Headers = Sequence[tuple[bytes, bytes]]

SAID_BY = b"x-creditdesk-gateway"
"""The header of every answer that says what the gateway did; no vendor's is passed on."""
NOTE = b"x-creditdesk-note"
_HOP = frozenset(
    {
        *(b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"),
        *(b"proxy-authorization", b"proxy-authenticate", b"proxy-authentication-info"),
    }
)
_OURS = frozenset({b"host", b"expect", b"content-length"})
"""Of a request: written anew for the vendor, or settled between the client and the gateway."""
_PARTS = frozenset({b"range", b"if-range"})
"""Of a request, not passed on: a part of an answer may be too short to tell the key in it (RFC 9110, section 14.2, lets
a server ignore them)."""
_CODINGS = frozenset({b"gzip", b"x-gzip", b"deflate", b"identity"})
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]+")
_BAD = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_BODILESS = frozenset({204, 304})


def outgoing(headers: Headers, length: int | None) -> list[tuple[bytes, bytes]]:
    """A request's headers as the vendor gets them; `length` is the body's, None for none or an unknown one.

    Only codings that the gateway can look into are asked for, and no part of an answer: it may repeat the key.
    """
    drop = _HOP | _OURS | _PARTS | _named(headers)
    kept = [
        (name, _codings(value) if name == b"accept-encoding" else value) for name, value in headers if name not in drop
    ]
    if length is not None:
        kept.append((b"content-length", b"%d" % length))
    return kept


def incoming(headers: Headers, status: int) -> list[tuple[bytes, bytes]]:
    """An answer's headers (names of any case) as the client gets them, names in small letters.

    What no server may send (a control character) is left out.
    """
    low = [(name.lower(), value) for name, value in headers]
    drop = {*_HOP, *_named(low), SAID_BY, NOTE}
    if status in _BODILESS or any(name == b"transfer-encoding" for name, _ in low):
        drop.add(b"content-length")
    return [
        (name, value) for name, value in low if name not in drop and _NAME.fullmatch(name) and not _BAD.search(value)
    ]


def first(headers: Headers, name: bytes) -> bytes:
    """The first header of this name (small letters), b"" where there is none."""
    return next((value for each, value in headers if each == name), b"")


def every(headers: Headers, name: bytes) -> list[bytes]:
    """The values of all headers of this name (small letters)."""
    return [value for each, value in headers if each == name]


def count(headers: Headers, name: bytes) -> int:
    """How many headers have this name."""
    return sum(each == name for each, _ in headers)


def _named(headers: Headers) -> set[bytes]:
    return {each.strip().lower() for name, value in headers if name == b"connection" for each in value.split(b",")}


def _codings(accepted: bytes) -> bytes:
    kept: Iterable[bytes] = (each.strip() for each in accepted.split(b","))
    kept = [each for each in kept if each.partition(b";")[0].strip().lower() in _CODINGS]
    return b", ".join(kept) or b"identity"
