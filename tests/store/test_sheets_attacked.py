"""Damaged, joined and mixed files: no keyword is lost or made up in silence."""

import asyncio
from pathlib import Path

import pytest

from creditdesk.store.sheet_reading import read_column
from creditdesk.store.sheets import Column, SheetError, read_in_child

WORDS = [f"word {number}" for number in range(200)]


def file(folder: Path, data: bytes | str, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def read(path: Path) -> tuple[Column, list[str]]:
    column, items = asyncio.run(read_in_child(path))
    return column, list(items.unique)


@pytest.mark.parametrize("name", ["list.csv", "list.tsv"])
@pytest.mark.parametrize("place", [0, 1, 50, 150, 190, 199])
def test_a_quote_that_does_not_close_swallows_no_rows(tmp_path: Path, name: str, place: int) -> None:
    mark = "\t" if name.endswith("tsv") else ","
    rows = [f'"{word}' if at == place else word for at, word in enumerate(WORDS)]
    text = f"Keyword{mark}Volume\n" + "".join(f"{row}{mark}1\n" for row in rows)
    with pytest.raises(SheetError) as caught:
        read_column(file(tmp_path, text, name))
    assert (caught.value.line, "quote is not closed" in str(caught.value)) == (place + 2, True)


def test_a_quote_that_a_later_one_closes_swallows_no_rows(tmp_path: Path) -> None:
    rows = [*WORDS[:20], '"tv 24', *WORDS[20:30], '32" tv', *WORDS[30:]]
    with pytest.raises(SheetError, match=r"line 22: A cell does not end"):
        read_column(file(tmp_path, "Keyword,Volume\n" + "".join(f"{row},1\n" for row in rows)))


def test_a_cell_with_line_breaks_is_no_quote_that_does_not_close(tmp_path: Path) -> None:
    text = 'Keyword,Note\n"red, wide\nshoes","a\nb, c\nd, e"\nblue,\n'
    assert read(file(tmp_path, text))[1] == ["red, wide shoes", "blue"]
    text = 'Keyword,Note\n"a, b, c, d\ne",x\nblue,\n'
    assert read(file(tmp_path, text))[1] == ["a, b, c, d e", "blue"]


def test_a_plain_list_may_have_odd_quotes(tmp_path: Path) -> None:
    lines = ['"exact', 'tv 24"', "a, b", '"c', *WORDS]
    assert read(file(tmp_path, "\n".join(lines), "list.txt"))[1] == lines


def test_a_very_long_cell_beside_the_column_is_passed_over(tmp_path: Path) -> None:
    text = 'Keyword,Page\nred,"' + "x, y\n" * 100_000 + '"\nblue,2\n'
    assert read(file(tmp_path, text))[1] == ["red", "blue"]


def test_a_line_may_end_with_a_carriage_return_among_others(tmp_path: Path) -> None:
    text = "Keyword,Volume\rred,1\rblue,2\r\ngreen,3\nlast,4\r"
    assert read(file(tmp_path, text))[1] == ["red", "blue", "green", "last"]
    assert read(file(tmp_path, "red\rblue\r\ngreen\nlast\r", "list.txt"))[1] == ["red", "blue", "green", "last"]


def test_a_carriage_return_deep_in_a_file_ends_a_line_there_too(tmp_path: Path) -> None:
    words = [f"word {number}" for number in range(40_000)]
    text = "".join(f"{word}\r" if number % 1000 == 7 else f"{word}\n" for number, word in enumerate(words))
    _, items = asyncio.run(read_in_child(file(tmp_path, text, "list.txt")))
    assert list(items.unique) == words
    assert list(items.lines) == list(range(1, len(words) + 1))


def test_two_carriage_returns_and_a_line_feed_are_one_end(tmp_path: Path) -> None:
    column, items = asyncio.run(read_in_child(file(tmp_path, "Keyword,Volume\r\r\nred,1\r\r\nblue,2\r\r\n")))
    assert (column.header_line, items.unique, list(items.lines), items.blank) == (1, ("red", "blue"), [2, 3], 0)


def test_carriage_returns_by_the_million_are_as_many_blank_lines_at_once(tmp_path: Path) -> None:
    returns = b"\r" * 500_000
    path = file(tmp_path, b"red\nblue" + returns + b"\ngreen" + returns + b"x\n", "a.txt")
    items = asyncio.run(read_in_child(path))[1]
    assert items.unique == ("red", "blue", "green", "x")
    assert items.blanks == tuple(range(4, 500_003))


def test_a_stray_zero_byte_makes_no_text_chinese(tmp_path: Path) -> None:
    data = b"re\0d\n" + "".join(f"{word}\n" for word in WORDS).encode()
    column, items = asyncio.run(read_in_child(file(tmp_path, data, "list.txt")))
    assert (column.encoding, items.unique, items.rejected) == ("utf-8", tuple(WORDS), ((1, "control character"),))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("word", ["靴 販売", "ひらがな", "ગુજરાતી", "обувь", "shoes"])
def test_wide_text_without_a_mark_is_still_wide(tmp_path: Path, encoding: str, word: str) -> None:
    words = [f"{word} {number}" for number in range(300)]
    column, found = read(file(tmp_path, "\n".join(words).encode(encoding), "list.txt"))
    assert (column.encoding, found) == (encoding, words)


@pytest.mark.parametrize("above", [0, 200_000])
def test_one_damaged_letter_does_not_spoil_all_others(tmp_path: Path, above: int) -> None:
    data = ("Keyword,Volume\n" + "größe,1\n" + "red,1\n" * above + "müsli,1\ncafé,2\nstraße,1\n").encode()
    column, items = asyncio.run(read_in_child(file(tmp_path, data + b"caf\xc3,1\n" + b"blue,1\n")))
    assert column.encoding == "utf-8"
    assert items.unique == tuple(filter(None, ["größe", "red" if above else "", "müsli", "café", "straße", "blue"]))
    assert items.rejected == ((above + 6, "unreadable character"),)


def test_windows_text_stays_windows_text(tmp_path: Path) -> None:
    words = ["müsli", "größe", "café", "Ärzte in Köln", "naïve", "50 € schuhe", "tour “eiffel”"]
    column, found = read(file(tmp_path, "\n".join(words).encode("cp1252"), "list.txt"))
    assert (column.encoding, found) == ("cp1252", words)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("count", [3, 20_000])
def test_the_header_of_a_second_export_in_the_same_file_is_no_keyword(tmp_path: Path, mark: str, count: int) -> None:
    first, second = ([f"{name} {number}" for number in range(count)] for name in ("red", "blue"))
    header = f'{mark}Keyword,"Volume, all"\n'
    text = header + "".join(f"{word},1\n" for word in first) + header + "".join(f"{word},1\n" for word in second)
    column, items = asyncio.run(read_in_child(file(tmp_path, text)))
    assert (list(items.unique), column.footer, items.given) == ([*first, *second], 1, 2 * count)
    assert list(items.lines)[-1] == 2 * count + 2


def test_a_keyword_that_is_the_columns_name_is_kept(tmp_path: Path) -> None:
    assert read(file(tmp_path, "Keyword,Volume\nKeyword,12\nred,1\n"))[1] == ["Keyword", "red"]


def test_a_space_in_front_of_a_quoted_cell_is_no_part_of_it(tmp_path: Path) -> None:
    text = 'Volume, Keyword, URL\n1, "red, wide", "x"\n2, "blue", ""\n'
    assert read(file(tmp_path, text))[1] == ["red, wide", "blue"]


@pytest.mark.parametrize(
    "data", ['[{"keyword": "red"}]', '\ufeff{\n  "items": []}', '{"keyword":"red"}\n{"keyword":"b"}\n']
)
def test_json_is_no_list(tmp_path: Path, data: str) -> None:
    with pytest.raises(SheetError, match=r"This is JSON, no text list\."):
        read_column(file(tmp_path, data))


def test_a_keyword_in_brackets_is_no_json(tmp_path: Path) -> None:
    assert read(file(tmp_path, "[red shoes]\n{b}\n", "list.txt"))[1] == ["[red shoes]", "{b}"]


def test_a_name_of_a_column_has_no_byte_order_mark(tmp_path: Path) -> None:
    assert read(file(tmp_path, b"\xef\xbb\xbf\xef\xbb\xbfKeyword,Volume\nred,1\n"))[0].name == "Keyword"
