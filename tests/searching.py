"""Finds a key in whatever was written: in files and their names, whole or in halves, in every form it may take."""

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

HALF = 10
"""Halves of a key that are shorter than this are not looked for: they could stand anywhere."""


def pieces(key: str) -> tuple[str, ...]:
    """The key and its two halves."""
    middle = len(key) // 2
    return (key, *(half for half in (key[:middle], key[middle:]) if len(half) >= HALF))


def forms(text: str) -> set[bytes]:
    """A text as it may stand in a file, in small letters."""
    raw = text.encode()
    spelled = {
        text,
        quote(text, safe=""),
        quote(text),
        "".join(f"%{byte:02x}" for byte in raw),
        json.dumps(text)[1:-1],
        json.dumps(json.dumps(text)[1:-1])[1:-1],
        "".join(f"\\u{ord(char):04x}" for char in text),
        repr(text)[1:-1],
        raw.hex(),
        text[::-1],
    }
    found = {form.lower().encode() for form in spelled}
    found |= {text.lower().encode(code) for code in ("utf-16-le", "utf-16-be")}
    return found | {form.lower() for form in _base64(raw)}


def _base64(raw: bytes) -> Iterator[bytes]:
    """What base64 makes of it at each of the three places a text can begin, without the ends that other text shares."""
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw)
        inner = encoded[4 if shift else 0 : -4]
        yield inner
        yield inner.translate(bytes.maketrans(b"+/", b"-_"))


class Search:
    """Looks for these keys, by name."""

    def __init__(self, keys: dict[str, str]) -> None:
        self._forms = {
            name: {form for piece in pieces(key) for form in forms(piece) if len(form) >= HALF}
            for name, key in keys.items()
        }

    def blob(self, raw: bytes | str) -> list[str]:
        """The names of the keys of which something stands in here."""
        low = (raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw).lower()
        return [name for name, found in self._forms.items() if any(form in low for form in found)]

    def folder(self, root: Path, skip: Iterable[str] = ()) -> list[str]:
        """Hits in all files below a folder, and in their names, as "key in path"; `skip` are names of folders."""
        hits = []
        for path in sorted(root.rglob("*")):
            if set(path.relative_to(root).parts) & set(skip):
                continue
            texts = [str(path.relative_to(root)).encode()]
            if path.is_file() and not path.is_symlink():
                texts.append(path.read_bytes())
            hits += [f"{name} in {path}" for text in texts for name in self.blob(text)]
        return hits
