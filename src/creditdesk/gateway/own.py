"""The answers that the gateway gives itself. Each says so in a header, so that no script takes it for the vendor's."""

import json
from dataclasses import dataclass

from creditdesk.gateway.hops import NOTE, SAID_BY


@dataclass(frozen=True, slots=True)
class Own:
    """An answer of the gateway. `word` is what the header says: refused, or failed."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    word: str = "refused"
    note: str = ""

    def head(self) -> list[tuple[bytes, bytes]]:
        """All headers."""
        return [*self.headers, (b"content-length", b"%d" % len(self.body)), *said(self.word, self.note)]


def said(word: str, note: str = "") -> list[tuple[bytes, bytes]]:
    """The headers that say what the gateway did, and why in words."""
    plain = "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in note)[:500]
    return [(SAID_BY, word.encode("ascii")), *([(NOTE, plain.encode("ascii"))] if plain else [])]


def refusal(status: int, code: str, message: str, word: str = "refused") -> Own:
    """An answer in the gateway's own shape."""
    body = json.dumps({"error": {"code": code, "message": message, "from": "creditdesk gateway"}}).encode()
    headers = [(b"content-type", b"application/json")]
    if status == 401:
        headers.append((b"www-authenticate", b'Bearer realm="creditdesk gateway"'))
    return Own(status, tuple(headers), body, word)


def failure(status: int, code: str, message: str) -> Own:
    """An answer for what went wrong on the way to the vendor."""
    return refusal(status, code, message, "failed")
