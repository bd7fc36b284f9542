"""Reads the text out of a PDF that Qt wrote: what somebody who selects it on a page gets."""

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


def page_texts(data: bytes) -> list[list[str]]:
    """The texts of each page, in the order in which they were drawn."""
    objects = {int(found[1]): found[2] for found in _OBJECT.finditer(data)}
    pages = [body for _, body in sorted(objects.items()) if b"/Type /Page\n" in body]
    return [_texts(objects, body) for body in pages]


def page_sizes(data: bytes) -> set[bytes]:
    """The pages' sizes in points, as they stand in the file."""
    return set(re.findall(rb"/MediaBox \[([^\]]*)\]", data))


def _texts(objects: dict[int, bytes], page: bytes) -> list[str]:
    resources = objects[_reference(page, b"Resources")]
    fonts = {name: _letters(objects, int(number)) for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", resources)}
    content = _stream(objects[_reference(page, b"Contents")])
    found, said, letters = [], "", fonts[next(iter(fonts))] if fonts else {}
    for token in re.finditer(rb"\bBT\b|\bET\b|/(F\d+) [\d.]+ Tf|<([0-9A-F]+)> Tj", content):
        if token[1]:
            letters = fonts[token[1]]
        elif token[2]:
            codes = (token[2][at : at + 4] for at in range(0, len(token[2]), 4))
            said += "".join(letters.get(int(code, 16), "?") for code in codes)
        elif token[0] == b"ET" and said:
            found.append(said)
            said = ""
    return found


def _letters(objects: dict[int, bytes], font: int) -> dict[int, str]:
    table = _stream(objects[_reference(objects[font], b"ToUnicode")])
    found: dict[int, str] = {}
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for low, high, target in re.findall(rb"<(\w+)> <(\w+)> (<\w+>|\[[^\]]*\])", block):
            targets = re.findall(rb"<(\w+)>", target)
            for step in range(int(high, 16) - int(low, 16) + 1):
                text = targets[step] if len(targets) > 1 or target.startswith(b"[") else targets[0]
                letter = bytes.fromhex(text.decode()).decode("utf-16-be")
                found[int(low, 16) + step] = letter if target.startswith(b"[") else chr(ord(letter[-1]) + step)
    return found


def _stream(body: bytes) -> bytes:
    found = _STREAM.search(body)
    assert found is not None
    return zlib.decompress(found[1]) if b"/FlateDecode" in body else found[1]


def _reference(body: bytes, name: bytes) -> int:
    found = re.search(rb"/" + name + rb" (\d+) 0 R", body)
    assert found is not None, (name, body[:200])
    return int(found[1])
