"""B6: a report of a sending that is read as a list is what is left to be sent: never what arrived, or may have."""

import asyncio
import random
from pathlib import Path

import pytest

from creditdesk.core.keywords import Items
from creditdesk.store.exports import write_table
from creditdesk.store.sheets import Choice, Column, read_in_child

HEADER = ("line", "item", "fate", "detail")
FATES = ("accepted", "refused", "unknown", "not sent")
ROWS = (
    (2, "red shoes", "accepted", ""),
    (3, "=shoes, blue", "refused", "Ranktracker refused it (HTTP 422): “words, odd”."),
    (4, "12345", "not sent", ""),
    (5, "boots", "unknown", "The desk was stopped while this request was on its way."),
    (9, 'size "9"', "not sent", ""),
    (10, "total", "not sent", ""),
)
LEFT = ("=shoes, blue", "12345", 'size "9"', "total")


def read(path: Path, choice: Choice | None = None) -> tuple[Column, Items]:
    return asyncio.run(read_in_child(path, choice))


def text(delimiter: str, header: tuple[str, ...] = HEADER) -> str:
    rows = [header, *ROWS]
    quoted = [['"' + str(cell).replace('"', '""') + '"' for cell in row] for row in rows]
    return "".join(delimiter.join(row) + "\r\n" for row in quoted)


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".txt"])
@pytest.mark.parametrize("header", [HEADER, ("Line", "Keyword", "Fate", "Detail")])
def test_what_we_wrote_is_read_as_what_is_left(tmp_path: Path, ending: str, header: tuple[str, ...]) -> None:
    path = tmp_path / f"report{ending}"
    write_table(path, header, ROWS)
    column, items = read(path)
    assert (items.unique, column.report, column.passed) == (LEFT, True, (1, 1))
    assert list(items.lines) == [3, 4, 6, 7]
    assert (column.name, column.header_line) == (header[1], 1)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["report.csv", "report.txt", "pasted text"])
def test_as_another_program_saves_it(tmp_path: Path, delimiter: str, encoding: str, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(text(delimiter).encode(encoding))
    column, items = read(path)
    assert (items.unique, column.passed) == (LEFT, (1, 1))


@pytest.mark.parametrize(
    "choice",
    [
        Choice(column="item"),
        Choice(header_line=1, delimiter=",", column="item", encoding="utf-8"),
        Choice(header_line=0, column="2"),
        Choice(header_line=3, column="2"),
        Choice(encoding="cp1252", column="2"),
    ],
)
def test_however_it_is_asked_for_what_may_have_arrived_is_not_taken(tmp_path: Path, choice: Choice) -> None:
    path = tmp_path / "report.csv"
    path.write_text(text(","), "utf-8")
    column, items = read(path, choice)
    assert column.report
    assert not {"red shoes", "boots", "item"} & set(items.unique)
    assert set(items.unique) <= set(LEFT)


def test_a_fate_that_cannot_be_read_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_text("line,item,fate,detail\n1,a,Not sent,\n2,b,,\n3,c\n4,d,sent?,\n\n5,e, REFUSED ,\n", "utf-8")
    column, items = read(path)
    assert (items.unique, column.passed) == (("a", "e"), (0, 3))


def test_a_long_report_is_read_whole(tmp_path: Path) -> None:
    chance = random.Random(3)
    rows = [(number, f"keyword, {number}", chance.choice(FATES), "") for number in range(60_000)]
    for ending in (".csv", ".xlsx"):
        path = tmp_path / f"report{ending}"
        write_table(path, HEADER, rows)
        column, items = read(path)
        assert items.unique == tuple(item for _, item, fate, _ in rows if fate in ("refused", "not sent"))
        assert sum(column.passed) + len(items.unique) == len(rows)


@pytest.mark.parametrize("header", ["line,item,fate", "line,item,fate,detail,more", "row,item,fate,detail"])
def test_any_other_table_is_read_as_it_was(tmp_path: Path, header: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"{header}\n1,a,accepted,,\n2,b,unknown,,\n", "utf-8")
    column, items = read(path, Choice(column="item"))
    assert (items.unique, column.report) == (("a", "b"), False)
