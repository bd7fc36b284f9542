"""The child process that reads a keyword file: `python -m creditdesk.store.sheets_child FILE CHOICE`, a Choice as JSON.

A frozen app starts itself with `--read-sheet` instead. Limits: 1 GiB of memory, 30 seconds of processor time. It cleans
the list, too, so that the parent has only what is left of it to put together.
"""

import gc
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from creditdesk.core.keywords import Cleaning
from creditdesk.store.sheet_choice import MOST_LEFT_OUT, Choice, LeftOut, Shape
from creditdesk.store.sheet_error import SheetError
from creditdesk.store.sheet_reading import read_file
from creditdesk.store.sheet_wire import Part, sent_end, sent_error, sent_part, sent_shape

if sys.platform != "win32":
    import resource

MOST_BYTES = 1 << 30
MOST_S = 30


def main(argv: Sequence[str]) -> int:
    """Say what the file is, its items, and how it ended. Returns 0 or 1."""
    _limit()
    gc.disable()  # nothing here goes round in circles, and strings by the million are no work for it
    path, choice = Path(argv[0]), Choice(**json.loads(argv[1])) if len(argv) > 1 else Choice()
    with open(1, "wb", closefd=False) as output:  # a frozen windowed app has no sys.stdout
        try:
            total, footer, cleaning, accepted, unknown, named = 0, 0, Cleaning(), 0, 0, list[LeftOut]()
            for found in read_file(path, choice):
                if isinstance(found, Shape):
                    total, footer, cleaning, accepted, unknown = os.stat(path).st_size, 0, Cleaning(), 0, 0
                    named = []
                    output.write(sent_shape(found))
                    continue
                footer += found.footer
                named += found.left_out[: MOST_LEFT_OUT - len(named)]
                accepted, unknown = accepted + found.passed[0], unknown + found.passed[1]
                if found.lines:
                    piece = cleaning.take(found.text, found.lines)
                    output.write(sent_part(Part(piece, len(found.lines), found.done, total)))
            output.write(sent_end(footer, (accepted, unknown), named))
        except SheetError as error:
            output.write(sent_error(error))
            return 1
        except MemoryError:
            return 1
    return 0


def _limit() -> None:
    if sys.platform != "win32":
        for kind, most in ((resource.RLIMIT_AS, MOST_BYTES), (resource.RLIMIT_CPU, MOST_S)):
            hard = resource.getrlimit(kind)[1]
            resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
