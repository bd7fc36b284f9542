"""Tables that are written for people: CSV, XLSX and text. No cell of them is a formula, and a number stays a number."""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from creditdesk.store.files import replacing
from creditdesk.store.sheet_error import SheetError
from creditdesk.store.sheet_guard import guarded
from creditdesk.store.workbook import write_workbook

Cell = str | int | Decimal | datetime | None
Row = Sequence[Cell]


def write_table(path: Path, header: Sequence[str], rows: Iterable[Row]) -> None:
    """Write a table, as .csv (UTF-8 with a mark), .xlsx or .txt (one column: a line each; several: with tabs).

    Text is guarded against being taken for a formula (`sheet_guard`), numbers are written with every digit, instants as
    ISO 8601 in UTC. An empty `header` is left out. The file is the old one or the new one, never half of it. Raises
    OSError, SheetError for a name of another kind, or a table that is too large for a workbook, and what `rows` raises.
    """
    writer = _WRITERS.get(path.suffix.casefold())
    if writer is None:
        raise SheetError(path.name, 0, "A list is written as .csv, .xlsx or .txt.", "Choose one of these endings.")
    with replacing(path) as file:
        writer(file, path.resolve().name, header, rows)


def shown(cell: Cell) -> str | int | Decimal:
    """A cell as it is written: a number as it is, anything else as guarded text."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat(" ", "seconds").replace("+00:00", "Z")
    if isinstance(cell, str):
        return guarded(cell)
    if isinstance(cell, Decimal) and not cell.is_finite():
        return guarded(str(cell))
    return cell


def _plain_number(cell: str | int | Decimal) -> str:
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def _write_csv(file: BinaryIO, _: str, header: Sequence[str], rows: Iterable[Row]) -> None:
    file.write("\ufeff".encode())
    _write_lines(file, header, rows, ",")


def _write_lines(file: BinaryIO, header: Sequence[str], rows: Iterable[Row], delimiter: str) -> None:
    class Encoded:
        def write(self, text: str) -> int:
            return file.write(text.encode("utf-8", "replace"))

    writer = csv.writer(Encoded(), delimiter=delimiter, lineterminator="\r\n")
    if header:
        writer.writerow([shown(cell) for cell in header])
    for row in rows:
        writer.writerow([_plain_number(shown(cell)) for cell in row])


def _write_text(file: BinaryIO, _: str, header: Sequence[str], rows: Iterable[Row]) -> None:
    if len(header) > 1:
        _write_lines(file, header, rows, "\t")
        return
    for row in [header, *rows] if header else rows:
        cells = [" ".join(cell.splitlines()) if isinstance(cell, str) else cell for cell in row]
        file.write(("\t".join(_plain_number(shown(cell)) for cell in cells) + "\n").encode("utf-8", "replace"))


def _write_xlsx(file: BinaryIO, name: str, header: Sequence[str], rows: Iterable[Row]) -> None:
    def all_rows() -> Iterable[Sequence[str | int | Decimal]]:
        if header:
            yield [shown(cell) for cell in header]
        for row in rows:
            yield [shown(cell) for cell in row]

    write_workbook(file, name, all_rows())


_WRITERS: Mapping[str, Callable[[BinaryIO, str, Sequence[str], Iterable[Row]], None]] = {
    ".csv": _write_csv,
    ".txt": _write_text,
    ".xlsx": _write_xlsx,
}
