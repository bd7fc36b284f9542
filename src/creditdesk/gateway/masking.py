"""Keeps the key out of answers: a vendor that repeats it is passed on with stars in its place, of the same length.

Looked for is every stretch of 16 or more characters of a key (or all of a shorter one), in whatever case, as it is,
percent-encoded, as JSON and HTML write it, and inside base64. A compressed answer is passed on untouched while a copy
of it is looked through; where the key stands in it, the answer is cut before it.
"""

import base64
import html
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

LEAST_KEY = 8
"""A shorter secret could not be told from other text."""
STRETCH = 16
_ANCHOR = 8
_STRIDE = STRETCH - _ANCHOR + 1
"""Every stretch of STRETCH characters holds one of the anchors, which begin this far from each other."""
_STEP = 256 * 1024
_PACKED = 8 * 1024


class KeyRepeated(Exception):
    """The key stands in a compressed answer, where it cannot be masked."""


class Masker:
    """What hides a request's secrets in its answer. Its repr tells none of them."""

    __slots__ = ("_anchors", "_forms", "longest")

    def __init__(self, secrets: Iterable[str]) -> None:
        self._forms = tuple({form for secret in secrets if len(secret) >= LEAST_KEY for form in _forms(secret)})
        self._anchors = tuple(
            (form[at : at + _ANCHOR], at, form)
            for form in self._forms
            for at in range(0, max(len(form) - _ANCHOR, 0) + 1, _STRIDE)
        )
        self.longest = max(map(len, self._forms), default=1)

    def __bool__(self) -> bool:
        """Whether there is anything to hide."""
        return bool(self._forms)

    def hide(self, data: bytes) -> bytes:
        """`data` with stars in the place of the secrets; the very same object where there are none."""
        low = data.lower()
        spans = [span for anchor in self._anchors if anchor[0] in low for span in _spans(low, *anchor)]
        if not spans:
            return data
        masked = bytearray(data)
        for start, end in spans:
            masked[start:end] = b"*" * (end - start)
        return bytes(masked)

    def held(self, data: bytes) -> int:
        """How many of the last bytes may be the beginning of a secret that goes on in the next part."""
        low = data[-self.longest :].lower()
        best = 0
        for form in self._forms:
            size = min(len(form) - 1, len(low))
            while size > best and (size := form.rfind(low[-1:], 0, size) + 1) > best:
                if low.endswith(form[:size]):
                    best = size
                else:
                    size -= 1
        return best


class PlainSight:
    """An answer that is not compressed, part after part, masked."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._held = b""

    def parts(self, piece: bytes) -> Sequence[bytes]:
        """What came, in parts that take no long time to look through."""
        return (piece,)

    def feed(self, piece: bytes) -> bytes:
        """What may be passed on now."""
        data = self._held + piece if self._held else piece
        free = len(data) - self._masker.held(data)
        self._held = data[free:]
        return self._masker.hide(data)[:free]

    def end(self) -> bytes:
        """What was held back, at the end."""
        return self._masker.hide(self._held)


class PackedSight:
    """An answer in gzip or deflate, part after part, untouched. Every method raises KeyRepeated."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._raw = b""
        self._tail = self._plain_tail = b""
        self._unpack = zlib.decompressobj(wbits=47)
        self._begun = self._broken = False

    def parts(self, piece: bytes) -> Sequence[bytes]:
        """What came, in parts that take no long time to look through: a kilobyte may hold a megabyte."""
        return [piece[at : at + _PACKED] for at in range(0, len(piece), _PACKED)] if len(piece) > _PACKED else (piece,)

    def feed(self, piece: bytes) -> bytes:
        """What may be passed on now."""
        self._plain_tail = self._looked(self._plain_tail, piece)  # it may be packed in name only
        for decoded in self._decoded(piece):
            self._tail = self._looked(self._tail, decoded)
        self._raw += piece
        if self._masker.held(self._tail) or self._masker.held(self._plain_tail):
            return b""
        free, self._raw = self._raw, b""
        return free

    def end(self) -> bytes:
        """What was held back, at the end."""
        return self._raw

    def _looked(self, before: bytes, seen: bytes) -> bytes:
        """The end of what was seen now and before, where no key stands in it."""
        data = before + seen
        if self._masker.hide(data) is not data:
            raise KeyRepeated
        return data[-self._masker.longest :]

    def _decoded(self, piece: bytes) -> Iterator[bytes]:
        """What the packed bytes say; nothing more once they are broken: no client can read them either."""
        while piece and not self._broken:
            try:
                yield self._unpack.decompress(piece, _STEP)
            except zlib.error:
                if self._begun or not self._raw_deflate():
                    self._broken = True
                    return
                continue
            self._begun = True
            piece = self._unpack.unconsumed_tail
            if self._unpack.eof and self._unpack.unused_data:  # another member of gzip
                piece, self._unpack = self._unpack.unused_data, zlib.decompressobj(wbits=47)

    def _raw_deflate(self) -> bool:
        """Some servers mean by deflate the bare stream, without zlib's head."""
        self._begun = True
        self._unpack = zlib.decompressobj(wbits=-15)
        return True


def _spans(low: bytes, anchor: bytes, at: int, form: bytes) -> Iterator[tuple[int, int]]:
    """Where a stretch of the form around this anchor stands."""
    least = min(STRETCH, len(form))
    found = low.find(anchor)
    while found >= 0:
        start, end = found, found + len(anchor)
        left, right = at, at + len(anchor)
        while left and start and low[start - 1] == form[left - 1]:
            start, left = start - 1, left - 1
        while right < len(form) and end < len(low) and low[end] == form[right]:
            end, right = end + 1, right + 1
        if end - start >= least:
            yield start, end
        found = low.find(anchor, max(end - len(anchor) + 1, found + 1))


def _forms(secret: str) -> set[bytes]:
    """A secret as it may stand in an answer, in small letters."""
    raw = secret.encode()
    written = json.dumps(secret)[1:-1]
    texts = {secret, quote(secret, safe=""), quote(secret), written, written.replace("/", "\\/"), html.escape(secret)}
    found = {text.encode() for text in texts}
    for shift in range(3):  # the three places in which a text can begin, without the ends that other text shares
        packed = base64.b64encode(b"\0" * shift + raw)[4 if shift else 0 : -4]
        found |= {packed, packed.translate(bytes.maketrans(b"+/", b"-_"))}
    return {form.lower() for form in found if len(form) >= LEAST_KEY}
