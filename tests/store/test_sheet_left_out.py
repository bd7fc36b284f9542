"""Rows that are taken for totals, or for the header once more, are named with their lines, and can be taken back."""

import asyncio
from pathlib import Path

import pytest
from tests.store.workbooks import xlsx

from creditdesk.store.sheet_choice import MOST_LEFT_OUT
from creditdesk.store.sheet_reading import read_column
from creditdesk.store.sheets import Choice, read_in_child

JOINED = "Keyword,Volume\nred,1\nKeyword,Volume\ntotal,2\nblue,3\nTotal,120\n"
NAMED = ((3, "Keyword · Volume", "header"), (6, "Total · 120", "totals"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "list.csv"
    made.write_text(JOINED, encoding="utf-8")
    return made


def test_what_is_left_out_is_named_with_its_line_and_its_reason(path: Path) -> None:
    for column in (read_column(path), asyncio.run(read_in_child(path))[0]):
        assert (column.footer, column.left_out) == (2, NAMED)
    assert read_column(path).lines == ["red", "total", "blue"]


def test_it_is_taken_back_when_the_user_says_so(path: Path) -> None:
    column, items = asyncio.run(read_in_child(path, Choice(keep_footer=True)))
    assert (column.footer, column.left_out) == (0, ())
    assert items.unique == ("red", "Keyword", "total", "blue")
    assert list(items.lines) == [2, 3, 4, 5]


def test_a_last_keyword_that_is_the_word_total_can_be_kept(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("keyword\nred\nblue\ntotal\n", encoding="utf-8")
    assert read_column(path).left_out == ((4, "total", "totals"),)
    assert read_column(path, Choice(keep_footer=True)).lines == ["red", "blue", "total"]


def test_a_workbook_tells_the_same(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(xlsx({"One": [["Keyword", "Volume"], ["red", 1], ["Total", 12]]}))
    assert read_column(path).left_out == ((3, "Total · 12", "totals"),)
    assert read_column(path, Choice(keep_footer=True)).lines == ["red", "Total"]


def test_many_are_counted_and_the_first_are_named(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Keyword,Volume\n" + "red,1\nKeyword,Volume\n" * 1_500, encoding="utf-8")
    column, _ = asyncio.run(read_in_child(path))
    assert (column.footer, len(column.left_out)) == (1_500, MOST_LEFT_OUT)
