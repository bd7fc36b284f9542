"""What the meter sees of an answer that passes: its head, and as much of its body as is worth looking into.

Nothing is held back for it: the gateway passes each part on and gives a copy here. JSON is kept up to 2 MiB, of a
stream of events only the end; of anything else nothing.
"""

import zlib
from collections.abc import Iterator, Sequence
from functools import cached_property

from creditdesk.providers.strict_json import BadAnswer, decode

Headers = Sequence[tuple[bytes, bytes]]

MAX_ANSWER = 2 * 1024 * 1024
"""Bytes of a JSON answer, packed and unpacked, that is looked into."""
MAX_EVENTS = 64 * 1024
"""Bytes at the end of a stream of events that are looked into."""
_PACKED = ("gzip", "x-gzip", "deflate")


class Answer:
    """An answer, fed part by part as it passes. Headers may have names of any case."""

    def __init__(self, status: int, headers: Headers, body: bytes = b"", look: bool = True) -> None:
        """`look` is false where nothing in its body matters; then nothing of it is kept."""
        self.status = status
        self._headers = [(name.lower(), value) for name, value in headers]
        kind = self.header(b"content-type").partition(";")[0].strip().lower()
        self.streamed = kind == "text/event-stream"
        """Whether it is a stream of events."""
        self.page = kind in ("text/html", "application/xhtml+xml")
        self._json = kind == "" or kind == "application/json" or kind.endswith("+json") or kind == "text/json"
        self._kept = bytearray()
        self._whole = True
        coding = self.header(b"content-encoding").strip().lower()
        self._unpack = zlib.decompressobj(wbits=47) if coding in _PACKED else None
        if not look or coding not in (*_PACKED, "", "identity"):
            self._drop()
        if body:
            self.feed(body)

    @property
    def good(self) -> bool:
        """Whether its status is a success."""
        return 200 <= self.status <= 299

    def header(self, name: bytes) -> str:
        """The first header of this name (small letters), "" where there is none."""
        return next((value.decode("latin-1") for each, value in self._headers if each == name), "")

    def feed(self, piece: bytes) -> None:
        """A part of the body as it came, still packed where it is."""
        for part in self._parts(piece):
            self._kept += part
            if self.streamed:
                self._whole = self._whole and len(self._kept) <= MAX_EVENTS
                del self._kept[:-MAX_EVENTS]
            elif len(self._kept) > MAX_ANSWER:
                self._drop()

    @cached_property
    def data(self) -> object:
        """The JSON of the body; None where it is none, is too large, or did not come whole. Ask at the end."""
        try:
            return decode(bytes(self._kept)) if self._json and self._kept else None
        except BadAnswer:
            return None

    def events(self) -> Iterator[object]:
        """The JSON of a stream's events, the last one first; what is no JSON is passed over."""
        text = bytes(self._kept).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        blocks = text.split(b"\n\n")
        for block in reversed(blocks if self._whole else blocks[1:]):
            lines = (line[5:].removeprefix(b" ") for line in block.split(b"\n") if line.startswith(b"data:"))
            try:
                yield decode(b"\n".join(lines))
            except BadAnswer:
                continue

    def _parts(self, piece: bytes) -> Iterator[bytes]:
        """What a part says, unpacked in small steps; nothing of an answer that is not looked into."""
        if not (self._json or self.streamed):
            return
        if self._unpack is None:
            yield piece
            return
        full = bool(piece)
        while full and (self._json or self.streamed):
            try:
                part = self._unpack.decompress(piece, MAX_EVENTS)
            except zlib.error:
                self._drop()
                return
            yield part
            piece = self._unpack.unconsumed_tail
            full = bool(piece) or len(part) == MAX_EVENTS  # then there may be more of what was taken in

    def _drop(self) -> None:
        """Look into nothing more of it."""
        self._kept.clear()
        self._json = self.streamed = False
