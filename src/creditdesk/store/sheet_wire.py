"""What the child that reads a keyword file says to its parent: lines of JSON, some with bytes behind them."""

import json
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import IO, Any

from creditdesk.core.keywords import Piece
from creditdesk.store.sheet_choice import LeftOut, Shape
from creditdesk.store.sheet_error import SheetError


@dataclass(frozen=True, slots=True)
class Part:
    """A cleaned piece of the list, the rows it was made of, and how many bytes of all are read."""

    piece: Piece
    rows: int
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Failed:
    """What a SheetError says."""

    file: str
    line: int
    what: str
    advice: str


@dataclass(frozen=True, slots=True)
class Ended:
    """All of it was sent; so many rows at the end were left out, and of a report those that `passed` counts."""

    footer: int
    passed: tuple[int, int] = (0, 0)
    left_out: tuple[LeftOut, ...] = ()


Message = Shape | Part | Failed | Ended
"""A second Shape makes void what came before: the file was taken for something else."""


def sent_shape(shape: Shape) -> bytes:
    """How the file is read."""
    return _line("shape", asdict(shape))


def sent_part(part: Part) -> bytes:
    """A piece of the list."""
    piece = part.piece
    blobs = [
        "\n".join(piece.unique).encode(),
        piece.lines.tobytes(),
        piece.repeats,
        piece.repeat_lines.tobytes(),
        piece.blanks.tobytes(),
    ]
    numbers = {"rows": part.rows, "done": part.done, "total": part.total, "rejected": piece.rejected}
    return b"".join([_line("part", numbers | {"sizes": [len(blob) for blob in blobs]}), *blobs])


def sent_error(error: SheetError) -> bytes:
    """The file can't be read."""
    return _line("failed", {"file": error.file, "line": error.line, "what": error.what, "advice": error.advice})


def sent_end(footer: int, passed: tuple[int, int] = (0, 0), left_out: Sequence[LeftOut] = ()) -> bytes:
    """That was all."""
    return _line("ended", {"footer": footer, "passed": passed, "left_out": left_out})


def received(stream: IO[bytes]) -> Iterator[Message]:
    """What the child says, until it ends or dies; what it could not finish is dropped."""
    while (line := stream.readline()).endswith(b"\n"):
        kind, told = json.loads(line)
        if kind == "part":
            blobs = [stream.read(size) for size in told["sizes"]]
            if [len(blob) for blob in blobs] != told["sizes"]:
                return
            yield _part(told, blobs)
        elif kind == "shape":
            yield _shape(told)
        elif kind == "failed":
            yield Failed(**told)
        else:
            yield Ended(told["footer"], tuple(told["passed"]), tuple(map(tuple, told["left_out"])))


def _part(told: dict[str, Any], blobs: list[bytes]) -> Part:
    unique, lines, repeats, repeat_lines, blanks = blobs
    rejected = tuple((line, reason) for line, reason in told["rejected"])
    texts = unique.decode().split("\n") if lines else []
    piece = Piece(texts, _numbers(lines), repeats, _numbers(repeat_lines), _numbers(blanks), rejected)
    return Part(piece, told["rows"], told["done"], told["total"])


def _numbers(blob: bytes) -> "array[int]":
    numbers = array("I")
    numbers.frombytes(blob)
    return numbers


def _shape(told: dict[str, Any]) -> Shape:
    for key in ("columns", "preview_lines", "sheets"):
        told[key] = tuple(told[key])
    told["preview"] = tuple(map(tuple, told["preview"]))
    return Shape(**told)


def _line(kind: str, told: dict[str, Any]) -> bytes:
    return json.dumps([kind, told]).encode() + b"\n"
