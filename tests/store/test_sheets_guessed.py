"""What may be guessed about a keyword file: a comma is no table, a word no header, bytes are no text by themselves."""

import random
from pathlib import Path

import pytest

from creditdesk.store.sheet_reading import read_column
from creditdesk.store.sheets import SheetError

CITIES = [f"hotel, city{number}" for number in range(300)]
RUSSIAN = ["красные туфли", "синие туфли", "купить ботинки"] * 20
CHINESE = ["红色的鞋子", "一双鞋", "蓝色运动鞋"] * 20


def file(folder: Path, data: str | bytes, name: str) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.mark.parametrize("name", ["list.txt", "pasted text"])
@pytest.mark.parametrize("mark", [",", ";", "|"])
def test_a_plain_list_with_commas_keeps_its_lines_whole(tmp_path: Path, name: str, mark: str) -> None:
    lines = [line.replace(",", mark) for line in CITIES]
    column = read_column(file(tmp_path, "\n".join(lines), name))
    assert (column.lines, column.delimiter, column.header_line) == (lines, "", 0)


def test_a_header_of_several_names_makes_a_table_of_plain_text_too(tmp_path: Path) -> None:
    column = read_column(file(tmp_path, "Keyword,Volume\nred shoes,1\nblue shoes,2\n", "pasted text"))
    assert (column.lines, column.delimiter, column.name) == (["red shoes", "blue shoes"], ",", "Keyword")
    column = read_column(file(tmp_path, "red shoes\t1\nblue shoes\t2\n", "pasted text"))
    assert (column.lines, column.delimiter) == (["red shoes", "blue shoes"], "\t")


def test_a_table_that_was_pasted_may_have_titles_and_totals(tmp_path: Path) -> None:
    text = "Search terms report\nAll time\nSearch term,Clicks,Cost\nred shoes,1,2\nblue shoes,2,3\nTotal,3,5\n"
    column = read_column(file(tmp_path, text, "pasted text"))
    assert (column.lines, column.header_line, column.footer) == (["red shoes", "blue shoes"], 3, 1)
    lines = ["red shoes", *CITIES[:3], "page, one", *CITIES[3:30]]
    assert read_column(file(tmp_path, "\n".join(lines), "pasted text")).lines == lines


def test_a_header_word_with_a_comma_behind_it_and_nothing_else_is_no_table(tmp_path: Path) -> None:
    lines = ["keyword,", "red shoes,", "blue shoes,"]
    assert read_column(file(tmp_path, "\n".join(lines), "list.txt")).lines == lines


def test_a_csv_file_without_a_header_is_a_table_when_every_line_splits(tmp_path: Path) -> None:
    column = read_column(file(tmp_path, "\n".join(CITIES), "list.csv"))
    assert (set(column.lines), column.delimiter, len(column.columns)) == ({"hotel"}, ",", 2)
    uneven = [*CITIES[:30], "hotels"]
    assert read_column(file(tmp_path, "\n".join(uneven), "list.csv")).lines == uneven


def test_quoted_cells_stay_whole(tmp_path: Path) -> None:
    column = read_column(file(tmp_path, 'Keyword,Volume\n"hotel, city",1\nhostel,2\n', "list.csv"))
    assert column.lines == ["hotel, city", "hostel"]
    column = read_column(file(tmp_path, 'Keyword\n"hotel, city"\nhostel\n', "list.csv"))
    assert column.lines == ["hotel, city", "hostel"]
    lines = ['"hotel", "city"', '"hostel", "town"']
    assert read_column(file(tmp_path, "\n".join(lines), "list.txt")).lines == lines


def test_a_column_that_is_asked_for_makes_a_table(tmp_path: Path) -> None:
    path = file(tmp_path, "\n".join(CITIES), "list.txt")
    assert read_column(path, "2").lines[0].strip() == "city0"
    path = file(tmp_path, "Suchwort;Land\nrote Schuhe;DE\nblaue Schuhe;AT\n", "list.txt")
    assert read_column(path, "suchwort").lines == ["rote Schuhe", "blaue Schuhe"]
    assert read_column(file(tmp_path, "page\nred\n", "list.txt"), "page").lines == ["red"]


@pytest.mark.parametrize("word", ["page", "domain", "url", "term", "phrase", "IP", "target", "query"])
def test_a_first_keyword_that_could_be_a_header_is_kept_in_a_plain_list(tmp_path: Path, word: str) -> None:
    column = read_column(file(tmp_path, f"{word}\nred shoes\n", "pasted text"))
    assert (column.lines, column.header_line) == ([word, "red shoes"], 0)
    column = read_column(file(tmp_path, f"{word}\nred shoes\n", "list.csv"))
    assert (column.lines, column.header_line, column.name) == (["red shoes"], 1, word)


@pytest.mark.parametrize("word", ["Keyword", "keywords", "Top queries", "Search term", "search terms"])
def test_an_unmistakable_header_is_a_header_everywhere(tmp_path: Path, word: str) -> None:
    assert read_column(file(tmp_path, f"{word}\nred shoes\n", "list.txt")).lines == ["red shoes"]


@pytest.mark.parametrize("lines", [RUSSIAN, CHINESE, ["red shoes", "blue shoes"]], ids=["ru", "zh", "en"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-32", "utf-16", "utf-8"])
def test_wide_text_is_read_with_and_without_a_mark(tmp_path: Path, lines: list[str], encoding: str) -> None:
    column = read_column(file(tmp_path, "\r\n".join(lines).encode(encoding), "list.txt"))
    assert (column.lines, column.encoding) == (lines, encoding)


def test_short_russian_text_without_a_mark_is_read(tmp_path: Path) -> None:
    column = read_column(file(tmp_path, "туфли\nботинки\n".encode("utf-16-le"), "list.txt"))
    assert column.lines == ["туфли", "ботинки"]


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (b"PK\x03\x04", "spreadsheet or zip file is broken.* Fetch it again"),
        (b"%PDF-1.7", "PDF.* Save it as CSV or text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Office file.* save it as .xlsx"),
        (b"\x00\x01\x00\x00", "no text list.* Save it as CSV or text"),
    ],
)
def test_a_file_that_is_no_text_is_told_so(tmp_path: Path, head: bytes, told: str) -> None:
    noise = random.Random(5).randbytes(5000) + bytes(500)
    with pytest.raises(SheetError, match=told):
        read_column(file(tmp_path, head + noise, "book.xlsx"))
