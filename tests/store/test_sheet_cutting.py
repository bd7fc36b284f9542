"""The column is cut out of a file's bytes; it is the same, line for line, as the csv module's."""

import asyncio
import csv
import io
import random
from pathlib import Path

import pytest

from creditdesk.store.sheet_bytes import PIECE
from creditdesk.store.sheet_reading import read_column
from creditdesk.store.sheets import Choice, SheetError, read_in_child

CELLS = ("red", "blue shoes", "café", "красные", "1,5", 'a "b" c', "x;y", "", " spaced ", "it's", "'twas", "tab\tbed")
BREAKS = ("two\nlines", "two\r\nlines", "\n", 'a\n"b"')


def table(chance: random.Random, rows: int, cells: tuple[str, ...], **how: object) -> tuple[str, list[list[str]]]:
    """A table of many rows as text, and its rows."""
    held = [[f"{number} {chance.choice(cells)}", *(chance.choice(cells) for _ in range(3))] for number in range(rows)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, **how)  # type: ignore[arg-type]
    writer.writerow(["Keyword", "b", "c", "d"])
    writer.writerows(held)
    return out.getvalue(), held


@pytest.mark.parametrize("breaks", [False, True])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_column_is_the_csv_modules(tmp_path: Path, delimiter: str, end: str, quoting: int, breaks: bool) -> None:
    chance = random.Random(f"{delimiter}{end}{quoting}{breaks}")
    rare = ("plain", *CELLS) if chance.random() < 0.5 else ("plain",) * 400 + CELLS
    cells = (*rare, *BREAKS) if breaks else rare
    text, rows = table(chance, 6000, cells, delimiter=delimiter, lineterminator=end, quoting=quoting)
    assert len(text) > 2 * PIECE
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode())
    for column in range(4):
        found = read_column(path, Choice(column=str(column + 1), delimiter=delimiter))
        wanted = [" ".join(row[column].split()) for row in rows]
        assert [" ".join(cell.split()) for cell in found.lines] == wanted


def test_the_lines_of_a_file_are_its_own(tmp_path: Path) -> None:
    text = 'Report\n"2026\n-11"\n"Key\nword",Volume\n'.replace("Key\nword", "Keyword")
    records = []
    line = text.count("\n") + 1
    chance = random.Random(4)
    for number in range(9000):
        cell = chance.choice([f"word {number}", f'"word\n{number}"', f'"word, {number}"', ""])
        records.append((line, cell))
        text += f"{cell},1\n"
        line += 1 + cell.count("\n")
    path = tmp_path / "list.csv"
    path.write_text(text)
    _, items = asyncio.run(read_in_child(path))
    assert list(items.lines) == [line for line, cell in records if cell]
    assert items.blanks == tuple(line for line, cell in records if not cell)


def test_repeats_and_what_is_rejected_have_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('Keyword,Volume\nred,1\n"RED\n",2\nbad\x07,3\nblue,4\n Blue ,5\n,6\nTotal,21\n')
    column, items = asyncio.run(read_in_child(path))
    assert items.repeats == ((3, "RED"), (7, "Blue"))
    assert items.rejected == ((5, "control character"),)
    assert (items.blanks, list(items.lines), column.footer) == ((8,), [2, 6], 1)
    assert items.given == 6


def test_a_footer_of_a_long_file_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    lines = [f"word {number}" for number in range(3 * PIECE // 8)]
    path.write_text("Keyword,Volume\n" + "".join(f"{line},1\n" for line in lines) + "\nTotal,9\n")
    column = read_column(path)
    assert (column.footer, column.lines[-2:], len(column.lines)) == (1, [lines[-1], ""], len(lines) + 1)


def test_a_letter_beyond_the_sample_makes_it_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"Keyword,Volume\n" + b"red shoes,1\n" * 200_000 + "café,2\n".encode("cp1252"))
    column, items = asyncio.run(read_in_child(path))
    assert (column.encoding, items.unique, items.given) == ("cp1252", ("red shoes", "café"), 200_001)


def test_a_quote_deep_in_a_file_that_does_not_close_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Keyword,Volume\n" + "red,1\n" * 50_000 + 'x,"\n' + "blue,2\n" * 60_000)
    with pytest.raises(SheetError) as caught:
        read_column(path)
    assert caught.value.line == 50_002


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1", "utf-8-sig"])
def test_a_long_file_of_any_encoding_is_read_whole(tmp_path: Path, encoding: str) -> None:
    lines = [f"café {number}" for number in range(30_000)]
    path = tmp_path / "list.csv"
    path.write_bytes(("Volume;Keyword\r\n" + "".join(f"1;{line}\r\n" for line in lines)).encode(encoding))
    assert read_column(path).lines == lines
