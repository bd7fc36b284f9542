"""The child process that reads a keyword file: `python -m creditdesk.store.sheets_child FILE [--column NAME]`.

A frozen app starts itself with `--read-sheet` instead. Limits: 1 GiB of memory, 30 seconds of processor time.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path

from creditdesk.store.sheet_error import SheetError
from creditdesk.store.sheets import open_column, packed

if sys.platform != "win32":
    import resource

MOST_BYTES = 1 << 30
MOST_S = 30
_ROWS = 4096


def main(argv: Sequence[str]) -> int:
    """Write what the file is, the cells of its column, and a last line that says how it ended. Returns 0 or 1."""
    _limit()
    path, column = Path(argv[0]), argv[2] if len(argv) > 2 and argv[1] == "--column" else None
    try:
        shape, cells = open_column(path, column)
        _put(f"{packed(json.dumps(asdict(shape)))}\n")
        for rows in _pieces(cells):
            _put("".join(f"{packed(cell)}\n" for cell in rows))
    except SheetError as error:
        said = {"file": error.file, "line": error.line, "what": error.what, "advice": error.advice}
        _put(packed(json.dumps({"error": said})))
        return 1
    except MemoryError:
        return 1
    _put('{"done": true}')
    return 0


def _pieces(cells: Iterator[str]) -> Iterator[list[str]]:
    while rows := list(islice(cells, _ROWS)):
        yield rows


def _put(text: str) -> None:
    with open(1, "wb", closefd=False) as output:  # a frozen windowed app has no sys.stdout
        output.write(text.encode("utf-8", "replace"))


def _limit() -> None:
    if sys.platform != "win32":
        for kind, most in ((resource.RLIMIT_AS, MOST_BYTES), (resource.RLIMIT_CPU, MOST_S)):
            hard = resource.getrlimit(kind)[1]
            resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
