"""What is guessed about a file can be changed, each part by itself."""

from pathlib import Path

import pytest

from creditdesk.store.sheet_reading import read_column
from creditdesk.store.sheets import Choice, SheetError


def file(folder: Path, data: str | bytes, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_the_encoding_can_be_chosen(tmp_path: Path) -> None:
    path = file(tmp_path, "Keyword,Volume\nкрасные туфли,1\n".encode("cp1251"))
    assert read_column(path).lines != ["красные туфли"]
    column = read_column(path, Choice(encoding="cp1251"))
    assert (column.lines, column.encoding) == (["красные туфли"], "cp1251")
    path = file(tmp_path, "Keyword\tVolume\nこたつ\t1\n".encode("shift_jis"))
    assert read_column(path, Choice(encoding="Shift_JIS")).lines == ["こたつ"]


@pytest.mark.parametrize("name", ["klingon", "base64", "", "x\0y"])
def test_an_encoding_that_is_none_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(SheetError, match="There is no encoding"):
        read_column(file(tmp_path, "a\n"), Choice(encoding=name))


def test_bytes_that_do_not_fit_the_chosen_encoding_are_unreadable_characters(tmp_path: Path) -> None:
    path = file(tmp_path, b"Keyword,Volume\ncaf\xe9,1\nred,2\n")
    assert read_column(path, Choice(encoding="utf-8")).lines == ["caf\ufffd", "red"]


def test_the_delimiter_can_be_chosen(tmp_path: Path) -> None:
    path = file(tmp_path, "Keyword,Volume\nred,1\n")
    assert read_column(path, Choice(delimiter="")).lines == ["Keyword,Volume", "red,1"]
    path = file(tmp_path, "Keyword:Volume\nred:1\n")
    column = read_column(path, Choice(delimiter=":"))
    assert (column.lines, column.delimiter) == (["red"], ":")
    for wrong in (";;", '"', "§"):
        with pytest.raises(SheetError, match="can't stand between cells"):
            read_column(path, Choice(delimiter=wrong))


def test_the_header_can_be_chosen(tmp_path: Path) -> None:
    path = file(tmp_path, "a,b\nKeyword,Volume\nred,1\nblue,2\n")
    assert read_column(path).header_line == 2
    column = read_column(path, Choice(header_line=0))
    assert (column.lines, column.header_line, column.first_line) == (["a", "Keyword", "red", "blue"], 0, 1)
    column = read_column(path, Choice(header_line=3))
    assert (column.lines, column.header_line, column.name, column.first_line) == (["blue"], 3, "red", 4)
    with pytest.raises(SheetError, match="no such line"):
        read_column(path, Choice(header_line=999))
    far = file(tmp_path, "x,1\n" * 500 + "Keyword,Volume\nred,1\n")
    assert read_column(far, Choice(header_line=501)).lines == ["red"]


def test_the_column_and_other_parts_go_together(tmp_path: Path) -> None:
    path = file(tmp_path, "x;y\nKeyword;URL\nred;https://a.example\n")
    assert read_column(path, Choice(column="url", header_line=2)).lines == ["https://a.example"]
    assert read_column(path, Choice(column="2", header_line=0)).lines == ["y", "URL", "https://a.example"]


def test_the_first_rows_are_shown_with_their_lines(tmp_path: Path) -> None:
    column = read_column(file(tmp_path, "Stats\n\nKeyword,Volume\n" + "red,1\n" * 20))
    assert column.preview == (("Stats",), ("",), ("Keyword", "Volume"), *[("red", "1")] * 5)
    assert column.preview_lines == (1, 2, 3, 4, 5, 6, 7, 8)
    column = read_column(file(tmp_path, "x,y\n" * 100 + "Keyword,Volume\nred,1\n"), Choice(header_line=101))
    assert column.preview_lines == (97, 98, 99, 100, 101, 102)
    column = read_column(file(tmp_path, "red\nblue\n", "list.txt"))
    assert (column.preview, column.preview_lines) == ((("red",), ("blue",)), (1, 2))
    assert len(read_column(file(tmp_path, "Keyword,b\n" + "x" * 5000 + ",1\n")).preview[1][0]) == 200
