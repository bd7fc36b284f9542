"""Promise E7: what is written is no formula in any spreadsheet, numbers stay numbers, and our reader loses nothing."""

import csv
import os
import random
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from creditdesk.store import workbook
from creditdesk.store.exports import Cell, write_table
from creditdesk.store.sheet_error import SheetError
from creditdesk.store.sheet_guard import guarded, unguarded, unguarded_lines
from creditdesk.store.sheet_reading import read_column
from creditdesk.store.sheets import Choice

RISKY = [
    "=1+1",
    "+1",
    "-1",
    "@a",
    "\ta",
    "\ra",
    "\na",
    '"=1',
    "'=1",
    " =1",
    " ' \"@x",
    "''-x",
    "\t=1",
    "\u00a0=1",
    "＝1",
]
HARMLESS = [
    "red",
    "",
    "1-2",
    "a=b",
    "'twas",
    '"quoted"',
    " red",
    "a\tb",
    "café",
    "it's -5",
    "''",
    "(=1)",
    "a@b.example",
]
SUFFIXES = [".csv", ".txt", ".xlsx"]


@pytest.mark.parametrize("text", RISKY)
def test_a_text_that_may_be_a_formula_is_guarded_and_comes_back(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text
    assert unguarded(guarded(guarded(text))) == guarded(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_any_other_text_stays_and_so_does_an_apostrophe_that_is_its_own(text: str) -> None:
    assert guarded(text) == text
    assert unguarded(text) == text


def test_the_guards_of_many_lines_are_taken_off_as_of_each() -> None:
    cells = [
        cell.replace("\n", " ") for text in RISKY + HARMLESS for cell in (text, guarded(text), guarded(guarded(text)))
    ]
    assert unguarded_lines("\n".join(cells)).split("\n") == [unguarded(cell) for cell in cells]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_negative_balance_is_a_number_and_a_text_like_it_is_not(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"report{suffix}"
    rows: list[list[Cell]] = [["-5", Decimal("-12.50")], ["red", -3], ["x", Decimal("1E+3")], [None, None]]
    write_table(path, ["Keyword", "Balance"], rows)
    if suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            sheet = archive.read("xl/worksheets/sheet1.xml").decode()
            texts = archive.read("xl/sharedStrings.xml").decode()
        assert "<c><v>-12.50</v></c>" in sheet and "<c><v>-3</v></c>" in sheet
        assert "<t>'-5</t>" in texts and "<f" not in sheet
    else:
        text = path.read_bytes().decode("utf-8-sig")
        assert text.splitlines()[1:4] == [
            line.replace(",", "," if suffix == ".csv" else "\t") for line in ("'-5,-12.50", "red,-3", "x,1000")
        ]
    assert read_column(path).lines[:3] == ["-5", "red", "x"]


def test_a_number_that_no_spreadsheet_holds_is_written_as_text_with_every_digit(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    digits = ["0.1234567890123456789", "-123456789012345678", "1" * 40, "NaN"]
    write_table(path, ["Keyword", "Amount"], [["red", Decimal(each)] for each in digits])
    assert read_column(path, Choice(column="Amount")).lines == digits


def test_an_instant_is_written_in_utc(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    write_table(path, ["Keyword", "At"], [["red", datetime(2026, 11, 21, 9, 30, tzinfo=UTC)]])
    assert path.read_bytes() == "\ufeffKeyword,At\r\nred,2026-11-21 09:30:00Z\r\n".encode()


def test_a_list_without_a_header_is_a_line_each(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    write_table(path, [], [["red shoes"], ["blue, wide"], ["two\nlines"]])
    assert path.read_text(encoding="utf-8") == "red shoes\nblue, wide\ntwo lines\n"


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    write_table(path, ["Keyword"], [["old"]])

    def rows() -> Iterator[list[str]]:
        yield ["new"]
        raise RuntimeError("lost")

    for name in ("report.csv", "report.xlsx"):
        with pytest.raises(RuntimeError):
            write_table(tmp_path / name, ["Keyword"], rows())
    assert [each.name for each in tmp_path.iterdir()] == ["report.csv"]
    assert read_column(path).lines == ["old"]


def test_what_a_workbook_cannot_hold_and_another_kind_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert workbook.MOST_ROWS == 1_048_576
    monkeypatch.setattr(workbook, "MOST_ROWS", 1_000)
    with pytest.raises(SheetError, match="32,767 characters at the most, one in row 2 has more"):
        write_table(tmp_path / "a.xlsx", ["Keyword"], [["x" * 40_000]])
    with pytest.raises(SheetError, match="1,000 rows at the most"):
        write_table(tmp_path / "a.xlsx", ["Keyword"], ([""] for _ in range(1_000)))
    with pytest.raises(SheetError, match=r"written as \.csv, \.xlsx or \.txt"):
        write_table(tmp_path / "a.pdf", ["Keyword"], [])
    assert list(tmp_path.iterdir()) == []


PARTS = [
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "'",
    '"',
    " ",
    ",",
    ";",
    "a",
    "1",
    "é",
    "\u00a0",
    "_x000D_",
    "&<",
    "関",
    "=cmd|' /C calc'!A0",
]
DANGER = re.compile(r"[\"\s]*[=+\-@]|[\" ]*[\t\r\n]")


def cells(chance: random.Random) -> Cell:
    kind = chance.randrange(8)
    if kind == 0:
        return chance.randint(-(10**6), 10**6)
    if kind == 1:
        return Decimal(chance.randint(-(10**9), 10**9)).scaleb(-chance.randint(0, 6))
    return "".join(chance.choices(PARTS, k=chance.randint(0, 5)))


def seen(text: str) -> str:
    return " ".join(text.split())


def written(path: Path) -> list[str]:
    """The text cells of a CSV file as a spreadsheet sees them."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [cell for row in csv.reader(file) for cell in row]


@pytest.mark.promise("E7", "10,000 tables")
def test_ten_thousand_tables_are_no_formulas_and_come_back_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # half of the time, and no power fails here
    chance = random.Random(7)
    for number in range(10_000):
        suffix = chance.choices(SUFFIXES, [6, 2, 2])[0]
        width = 1 if suffix == ".txt" else chance.randint(1, 3)
        rows = [[cells(chance) for _ in range(width)] for _ in range(chance.randint(0, 4))]
        path = tmp_path / f"{number}{suffix}"
        write_table(path, [f"Head {place}" for place in range(width)], rows)
        if suffix == ".csv":
            numbers = {
                str(cell) if isinstance(cell, int) else format(cell, "f")
                for row in rows
                for cell in row
                if isinstance(cell, int | Decimal)
            }
            assert not [cell for cell in written(path) if DANGER.match(cell) and cell not in numbers], number
        place = chance.randrange(width)
        delimiter = "," if suffix == ".csv" else ""
        found = read_column(path, Choice(column=str(place + 1), header_line=1, delimiter=delimiter)).lines
        for row, cell in zip(rows, [*found, *[""] * len(rows)], strict=False):
            wanted = row[place]
            if isinstance(wanted, str):
                assert seen(cell) == seen(wanted), (number, row)
            else:
                assert Decimal(cell) == wanted, (number, row)
        path.unlink()
