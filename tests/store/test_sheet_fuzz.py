"""Promise E6: a thousand damaged files. Each is read or refused with a sentence, in time, and the parent lives on."""

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.store.workbooks import ods_parts, xlsx_parts, zipped

from creditdesk.store.sheets import SheetError, read_in_child

FILES = 1000
ROWS = [["#", "Keyword", "Volume"], *([number, f"red shoes {number}", number * 1.5] for number in range(12)), ["Total"]]
SHEETS = {"Notes": [["About"], [None, "x"]], "List": ROWS}
CSV = "\ufeffKeyword,Volume\r\n" + '"red, shoes",1\r\n"blue ""suede""\nshoes",2\r\ncafé,"1,000"\r\n' * 8 + "Total,3\r\n"

# Reads them one after the other with the child's own limits; the number of each is printed before it is read.
LOOP = """
import resource, sys
from pathlib import Path
from creditdesk.store.sheet_choice import Choice
from creditdesk.store.sheet_error import SheetError
from creditdesk.store.sheet_reading import read_file
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
for number, path in enumerate(sys.stdin.read().splitlines()):
    print(number, flush=True)
    try:
        for block in read_file(Path(path), Choice()):
            pass
    except SheetError as error:
        assert error.what.endswith((".", '".')), error.what
print("done", flush=True)
"""


def damaged(data: bytes, chance: random.Random) -> bytes:
    """These bytes with a few changed, left out, doubled or cut."""
    bytes_ = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(bytes_) or 1)
        length = chance.choice([1, 1, 2, 8, 64])
        way = chance.randrange(5)
        if way == 0:
            bytes_[at : at + length] = chance.randbytes(length)
        elif way == 1:
            del bytes_[at : at + length]
        elif way == 2:
            bytes_[at:at] = bytes_[at : at + length] * chance.choice([1, 3])
        elif way == 3:
            bytes_[at : at + 1] = chance.choice([b"\0", b"\xff", b'"', b"<", b"9999999", b'r="XFD1048576"', b"\n"])
        elif chance.random() < 0.2:
            del bytes_[at:]
    return bytes(bytes_)


def files(chance: random.Random) -> list[tuple[str, bytes]]:
    """(suffix, bytes): whole files damaged, and workbooks of which a part was damaged before it was packed."""

    def packed(parts: dict[str, str | bytes], stored: str = "") -> bytes:
        name = chance.choice(list(parts))
        text = parts[name]
        return zipped({**parts, name: damaged(text.encode() if isinstance(text, str) else text, chance)}, stored)

    book, sheet = xlsx_parts(SHEETS), ods_parts(SHEETS)
    makers: Sequence[tuple[str, Callable[[], bytes]]] = [
        (".xlsx", lambda: damaged(zipped(book), chance)),
        (".xlsx", lambda: packed(book)),
        (".ods", lambda: damaged(zipped(sheet, "mimetype"), chance)),
        (".ods", lambda: packed(sheet, "mimetype")),
        (".csv", lambda: damaged(CSV.encode(chance.choice(["utf-8", "utf-16", "cp1252"]), "replace"), chance)),
    ]
    return [(suffix, make()) for suffix, make in (makers[number % len(makers)] for number in range(FILES))]


@pytest.mark.promise("E6", "1,000 damaged files")
def test_a_thousand_damaged_files_are_read_or_refused(tmp_path: Path) -> None:
    paths = []
    for number, (suffix, data) in enumerate(files(random.Random(20261121))):
        paths.append(tmp_path / f"{number}{suffix}")
        paths[-1].write_bytes(data)
    deadly, left, begun = [], paths, time.monotonic()
    while left:
        ran = subprocess.run(
            [sys.executable, "-c", LOOP], input="\n".join(map(str, left)), capture_output=True, text=True, timeout=100
        )
        last = ran.stdout.split()[-1]
        if last == "done":
            break
        assert "AssertionError" not in ran.stderr and "Traceback" not in ran.stderr, ran.stderr
        deadly.append(left[int(last)])
        left = left[int(last) + 1 :]
    assert time.monotonic() - begun < 60
    for path in deadly[:5]:  # those that end the child are refused with a sentence, too
        try:
            asyncio.run(read_in_child(path))
        except SheetError as error:
            assert "broken" in str(error)
        else:
            raise AssertionError(f"{path.name} ended the loop, but not the child")
    print(f"{len(deadly)} of {len(paths)} ended their reader")
