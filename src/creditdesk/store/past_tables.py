"""History in tables: CSV, and Parquet where pyarrow is installed. One row a point; events and warnings have no place.

In CSV text cells are guarded against being run as formulas; its last column is empty, and its name counts the rows, so
that a file that was cut off is noticed. In Parquet every column is text or a UTC timestamp; amounts are text, because a
column of numbers has one number of digits for all.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO

from creditdesk.core.series import Point, Series
from creditdesk.store.past import (
    COLUMNS,
    ORIGIN_CELLS,
    POOL_CELLS,
    Cells,
    Origin,
    Past,
    PastError,
    origin_of_cells,
    point_cells,
    point_of_cells,
    pool_cells,
    series_of_cells,
)
from creditdesk.store.sheet_guard import guarded, unguarded

COUNTED = "rows="
_DIGITS = 12
_GUARDED = frozenset(range(POOL_CELLS))
_ROWS = 20_000
NO_PYARROW = "Parquet needs the package pyarrow: install creditdesk[parquet], or choose CSV or JSON."


def write_csv(file: BinaryIO, pasts: Iterable[Past]) -> None:
    """Write the points of these histories as UTF-8 CSV."""
    text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
    text.write("\ufeff")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow((*COLUMNS, _counted(0)))
    count = 0
    for cells in _rows(pasts):
        writer.writerow((*(guarded(cell) if at in _GUARDED else cell for at, cell in enumerate(cells)), ""))
        count += 1
    text.detach()
    file.seek(0)
    head = "\ufeff" + ",".join((*COLUMNS, _counted(count)))
    file.write(head.encode())


def read_csv(path: Path) -> Iterator[Past]:
    """The histories of a CSV that `write_csv` wrote, account after account. Raises PastError, OSError."""
    with path.open("rb") as raw:
        size = raw.seek(0, io.SEEK_END)
        raw.seek(max(size - 1, 0))
        if not size:
            raise PastError("the file is empty")
        if raw.read() != b"\n":
            raise PastError("the file was cut off: its last line has no end")
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file, strict=True)
        try:
            yield from _grouped(_checked(lines), "line", 2)
        except csv.Error:
            raise PastError(f"line {lines.line_num}: it is no line of a table") from None
        except UnicodeError:
            raise PastError(f"line {_line_of_other_bytes(path)}: it is no text in UTF-8") from None


def _line_of_other_bytes(path: Path) -> int:
    """The first line that is no UTF-8: the reader is always some lines ahead."""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        return next(number for number, line in enumerate(file, 1) if any("\udc80" <= char <= "\udcff" for char in line))


def write_parquet(file: BinaryIO, pasts: Iterable[Past]) -> None:
    """Write the points of these histories as Parquet. Raises PastError without pyarrow."""
    arrow, parquet = _pyarrow()
    schema = _schema(arrow)
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        rows: list[tuple[Any, ...]] = []
        for cells, point in _points(pasts):
            times = (point.first_seen, point.last_seen)
            amounts = (cell or None for cell in cells[9:12])
            rows.append((*cells[:7], *times, *amounts, cells[12], point.resets_at, point.expires_at))
            if len(rows) == _ROWS:
                writer.write_table(_table(arrow, schema, rows))
                rows = []
        writer.write_table(_table(arrow, schema, rows))


def read_parquet(path: Path) -> Iterator[Past]:
    """The histories of a Parquet file that `write_parquet` wrote. Raises PastError, OSError."""
    arrow, parquet = _pyarrow()
    try:
        with parquet.ParquetFile(path) as file:
            if not file.schema_arrow.equals(_schema(arrow)):
                raise PastError("its columns are not those of a history of creditdesk")
            yield from _grouped(
                tuple(_cell(each) for each in row.values())
                for batch in file.iter_batches(_ROWS)
                for row in batch.to_pylist()
            )
    except (arrow.ArrowException, OSError, ValueError, OverflowError) as error:  # it has no error of its own for this
        raise PastError("it is no whole Parquet file") from error


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return str(value.isoformat()).replace("+00:00", "Z")


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow  # an extra, and 0.3 s: who writes no Parquet needs neither
        import pyarrow.parquet
    except ImportError:
        raise PastError(NO_PYARROW) from None
    return pyarrow, pyarrow.parquet


def _schema(arrow: Any) -> Any:
    instants = {"first_seen", "last_seen", "resets_at", "expires_at"}
    kinds = {True: arrow.timestamp("us", tz="UTC"), False: arrow.string()}
    return arrow.schema([(name, kinds[name in instants]) for name in COLUMNS])


def _table(arrow: Any, schema: Any, rows: list[tuple[Any, ...]]) -> Any:
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in COLUMNS]
    return arrow.table([arrow.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)], schema)


def _rows(pasts: Iterable[Past]) -> Iterator[Cells]:
    return (cells for cells, _ in _points(pasts))


def _points(pasts: Iterable[Past]) -> Iterator[tuple[Cells, Point]]:
    for past in pasts:
        origin = (past.origin.id, past.origin.name, past.origin.provider)
        for series in past.series:
            for point in series.points:
                yield (*origin, *pool_cells(series), *point_cells(point)), point


def _counted(count: int) -> str:
    return f"{COUNTED}{count:0{_DIGITS}}"


def _checked(lines: Iterator[list[str]]) -> Iterator[Cells]:
    """The lines of a CSV as they were before they were guarded; their number must be the one that the header says."""
    header = next(lines, [])
    if tuple(header[:-1]) != COLUMNS or not header[-1].startswith(COUNTED):
        raise PastError("its first line is not that of a history of creditdesk")
    count = 0
    for line in lines:
        if len(line) != len(header):
            raise PastError(f"line {count + 2}: it has {len(line)} cells instead of {len(header)}")
        count += 1
        yield tuple(unguarded(cell) if at in _GUARDED else cell for at, cell in enumerate(line[:-1]))
    if f"{count}" != header[-1].removeprefix(COUNTED).lstrip("0").rjust(1, "0"):
        raise PastError(f"the file was cut off or added to: it has {count} rows, and its first line says otherwise")


def _grouped(rows: Iterable[Cells], word: str = "row", first: int = 1) -> Iterator[Past]:
    """Rows as histories: those of one account together, as they follow each other. A wrong one is named by its number.

    In a CSV that is its line, as an editor and a spreadsheet count.
    """
    for cells, group in groupby(enumerate(rows, first), key=lambda row: row[1][:ORIGIN_CELLS]):
        pools: dict[str, tuple[Series, list[Point]]] = {}
        origin: Origin | None = None
        for number, row in group:
            try:
                origin = origin or origin_of_cells(cells)
                _take(pools, row)
            except PastError as error:
                raise PastError(f"{word} {number}: {error}") from None
        series = tuple(replace(each, points=tuple(points)) for each, points in pools.values())
        yield Past(origin or origin_of_cells(cells), series)


def _take(pools: dict[str, tuple[Series, list[Point]]], row: Cells) -> None:
    pool = row[ORIGIN_CELLS]
    if pool not in pools:
        pools[pool] = (series_of_cells(row[0], row[ORIGIN_CELLS:POOL_CELLS]), [])
    elif pool_cells(pools[pool][0]) != row[ORIGIN_CELLS:POOL_CELLS]:
        raise PastError(f"the pool {pool} has another label, kind or unit than in a row before")
    pools[pool][1].append(point_of_cells(row[POOL_CELLS:]))
