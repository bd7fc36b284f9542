"""Keyword files: one column of a text file or a workbook, read and cleaned by a child process that has limits.

The child (creditdesk.store.sheets_child) sends what the file is, the cleaned list in pieces, and how it ended
(creditdesk.store.sheet_wire). The parent puts the pieces together: a million lines never hold the window up.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from creditdesk.core.keywords import Gathering, Items
from creditdesk.store.sheet_choice import Choice, Column, Shape, column_of
from creditdesk.store.sheet_error import SheetError
from creditdesk.store.sheet_wire import Ended, Failed, Message, received
from creditdesk.store.sheet_words import KNOWN, plain

__all__ = ["Choice", "Column", "Progress", "SheetError", "is_known", "read_in_child"]

CHILD_S = 30.0
CHILD_OPTION = "--read-sheet"
"""What the frozen app is started with to be the child; see `__main__`."""
TELL_AFTER_S = 0.5
TELL_EVERY_S = 0.1
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "LD_LIBRARY_PATH", "PYTHONPATH")
"""The child's whole environment: a key in a variable stays out of it."""
_SPLIT_IT = "Split the file, or save the column alone as text."


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reading is: rows that were read, and bytes of all."""

    rows: int
    bytes_read: int
    bytes_total: int


Telling = Callable[[Progress], None]


def is_known(name: str) -> bool:
    """Whether a column of this name is one that holds what is imported."""
    return plain(name) in KNOWN


async def read_in_child(
    source: Path | bytes,
    choice: Choice | None = None,
    progress: Telling | None = None,
    limit_s: float = CHILD_S,
) -> tuple[Column, Items]:
    """The items of one column of a file, or of pasted text as UTF-8 bytes, read in a child process.

    The child may use 1 GiB and `limit_s` seconds; it ends when the caller is cancelled. `progress` is called by the
    thread beside the caller's, after half a second and then ten times a second. Raises SheetError.
    """
    import asyncio  # 56 ms that the first paint should not pay for

    reading = _Reading(source, choice or Choice(), progress, limit_s)
    try:
        return await asyncio.to_thread(reading.run)
    finally:
        reading.end()


class _Reading:
    """One child and the thread that listens to it."""

    def __init__(self, source: Path | bytes, choice: Choice, progress: Telling | None, limit_s: float) -> None:
        self._source = source
        self._choice = choice
        self._progress = progress
        self._limit_s = limit_s
        self._ended = threading.Event()
        self._late = threading.Event()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._so_far = Progress(0, 0, 0)

    def end(self) -> None:
        """Kill the child if there is one; from any thread, also before there is one."""
        with self._lock:
            self._ended.set()
            if self._child is not None:
                self._child.kill()

    def run(self) -> tuple[Column, Items]:
        """Start the child and hear it out."""
        with tempfile.TemporaryDirectory(prefix="creditdesk-") as folder:
            path = self._source if isinstance(self._source, Path) else Path(folder) / "pasted text"
            if isinstance(self._source, bytes):
                path.write_bytes(self._source)
            self._so_far = Progress(0, 0, _size(path))
            watch = threading.Timer(self._limit_s, self._be_late)
            watch.daemon = True
            watch.start()
            if self._progress is not None:
                threading.Thread(target=self._tell, args=(self._progress,), name="reading", daemon=True).start()
            try:
                return self._heard(path)
            finally:
                watch.cancel()
                self.end()
                if self._child is not None:
                    self._child.wait()

    def _be_late(self) -> None:
        self._late.set()
        self.end()

    def _heard(self, path: Path) -> tuple[Column, Items]:
        gathering, shape, rows = Gathering(), None, 0
        for message in self._messages(path):
            if isinstance(message, Shape):  # a second one makes void what came before
                gathering, shape, rows = Gathering(), message, 0
            elif isinstance(message, Failed):
                raise SheetError(message.file, message.line, message.what, message.advice)
            elif isinstance(message, Ended):
                if shape is not None:
                    return column_of(shape, message.footer, [], message.passed, message.left_out), gathering.items()
            else:
                gathering.add(message.piece)
                rows += message.rows
                self._so_far = Progress(rows, message.done, message.total)
                time.sleep(0)  # give way to other threads
        raise self._died(path.name)

    def _tell(self, progress: Telling) -> None:
        """Tell how far it is until it has ended."""
        wait_s = TELL_AFTER_S
        while not self._ended.wait(wait_s):
            progress(self._so_far)
            wait_s = TELL_EVERY_S

    def _messages(self, path: Path) -> Iterator[Message]:
        with self._lock:
            if self._ended.is_set():
                return
            self._child = child = _start(path, self._choice)
        if child.stdout is not None:
            with child.stdout as stream:
                yield from received(stream)

    def _died(self, file: str) -> SheetError:
        if self._late.is_set():
            return SheetError(file, 0, f"Reading took over {self._limit_s:.0f} seconds.", _SPLIT_IT)
        return SheetError(file, 0, "The file is broken, or needs too much memory to be read.", _SPLIT_IT)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # the child says what is wrong


def _start(path: Path, choice: Choice) -> "subprocess.Popen[bytes]":
    program = [CHILD_OPTION] if getattr(sys, "frozen", False) else ["-P", "-m", "creditdesk.store.sheets_child"]
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return subprocess.Popen(
        [sys.executable, *program, str(path.absolute()), json.dumps(asdict(choice))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**environment, "PYTHONUTF8": "1"},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
