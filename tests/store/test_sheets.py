"""One column of a keyword file, whatever tool wrote it, read by a child that has limits."""

import asyncio
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditdesk.core.keywords import clean
from creditdesk.store.sheet_reading import read_column
from creditdesk.store.sheets import Choice, SheetError, read_in_child


def file(folder: Path, data: str | bytes, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_a_plain_list_is_read_line_by_line(tmp_path: Path) -> None:
    column = read_column(file(tmp_path, "red shoes\n\n blue, shoes\nshoes 42\r\n", "list.txt"))
    assert column.lines == ["red shoes", "", " blue, shoes", "shoes 42"]
    assert (column.name, column.columns, column.encoding) == ("Column 1", ("Column 1",), "utf-8")
    assert (column.delimiter, column.header_line, column.first_line, column.footer) == ("", 0, 1, 0)


def test_a_word_that_could_be_a_header_is_a_keyword_further_down(tmp_path: Path) -> None:
    assert read_column(file(tmp_path, "red shoes\ndomain\nip address\n")).lines == ["red shoes", "domain", "ip address"]
    assert read_column(file(tmp_path, "Keyword\nred shoes\ndomain\n")).lines == ["red shoes", "domain"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Volume,Keyword,CPC", "Keyword"),
        ("No,Keywords,CPC", "Keywords"),
        ("#,Top queries,Clicks", "Top queries"),
        ("Match type,Search term,Cost", "Search term"),
        ("Hits,IP,Country", "IP"),
        ("Rank,Domain,Backlinks", "Domain"),
        ("Depth,search_query,X", "search_query"),
    ],
)
def test_the_column_is_found_by_the_header_of_the_common_tools(
    tmp_path: Path, header: str, name: str, delimiter: str
) -> None:
    text = f'{header}\n100,red shoes,1\n20,"blue ""suede"" shoes",2\n3,green shoes,3\n'
    column = read_column(file(tmp_path, text.replace(",", delimiter)))
    assert column.lines == ["red shoes", 'blue "suede" shoes', "green shoes"]
    assert (column.name, column.delimiter, column.header_line) == (name, delimiter, 1)
    assert column.columns[1] == name


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_told_by_the_bytes(tmp_path: Path, encoding: str, said: str) -> None:
    text = "Keyword\tVolume\ncafé crème\t10\nSchuhe für Füße\t20\n"
    column = read_column(file(tmp_path, text.encode(encoding)))
    assert column.lines == ["café crème", "Schuhe für Füße"]
    assert column.encoding == said


def test_a_letter_late_in_a_long_file_still_decides_the_encoding(tmp_path: Path) -> None:
    data = b"keyword\n" + b"red shoes\n" * 100_000 + "café\n".encode("cp1252")
    column = read_column(file(tmp_path, data))
    assert (column.encoding, column.lines[-1]) == ("cp1252", "café")


def test_lines_above_the_header_are_passed_over(tmp_path: Path) -> None:
    text = (
        "Keyword Stats 2026-11-21 at 10_00_00\nOctober 1, 2026 - October 31, 2026\n"
        "Keyword\tCurrency\tAvg. monthly searches\nred shoes\tEUR\t100\nblue shoes\tEUR\t20\n"
    )
    column = read_column(file(tmp_path, text.encode("utf-16")))
    assert column.lines == ["red shoes", "blue shoes"]
    assert (column.header_line, column.delimiter, column.encoding) == (3, "\t", "utf-16")


def test_a_header_of_other_words_is_told_by_the_numbers_below_it(tmp_path: Path) -> None:
    column = read_column(file(tmp_path, "Suchwort,Suchen\nrote Schuhe,100\nblaue Schuhe,20\n"))
    assert (column.lines, column.name, column.header_line) == (["rote Schuhe", "blaue Schuhe"], "Suchwort", 1)
    column = read_column(file(tmp_path, "1,rote Schuhe\n2,blaue Schuhe\n"))
    assert (column.lines, column.header_line) == (["rote Schuhe", "blaue Schuhe"], 0)


def test_a_cell_may_have_line_breaks_and_rows_may_be_short(tmp_path: Path) -> None:
    column = read_column(file(tmp_path, 'Keyword,Volume\n"red\nshoes",1\n\nblue shoes\n,3\n'))
    assert column.lines == ["red shoes", "", "blue shoes", ""]


def test_a_table_of_one_quoted_column_is_unquoted(tmp_path: Path) -> None:
    column = read_column(file(tmp_path, '"Keyword"\n"red, shoes"\n"blue ""suede"" shoes"\n'))
    assert column.lines == ["red, shoes", 'blue "suede" shoes']


def test_a_column_can_be_chosen_by_name_or_number(tmp_path: Path) -> None:
    path = file(tmp_path, "Keyword,URL\nred,https://a.example\n")
    assert read_column(path, "url").lines == ["https://a.example"]
    assert read_column(path, "2").lines == ["https://a.example"]
    with pytest.raises(SheetError, match=r'no column "Price"\. The columns are: Keyword, URL'):
        read_column(path, "Price")


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    assert read_column(file(tmp_path, "")).lines == []


def test_a_quote_that_never_closes_is_named_with_its_line(tmp_path: Path) -> None:
    path = file(tmp_path, "Keyword,Volume\nred,1\n" + 'x,"' + "blue,2\n" * 40_000)
    with pytest.raises(SheetError) as caught:
        read_column(path)
    assert (caught.value.file, caught.value.line) == ("list.csv", 3)
    assert "quote" in caught.value.what


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SheetError, match=r"nothing.csv: The file can't be read"):
        asyncio.run(read_in_child(tmp_path / "nothing.csv"))


def test_the_child_reads_what_this_process_would(tmp_path: Path) -> None:
    path = file(tmp_path, 'Keyword;Volume\n"red\nshoes \\n \\\\";1\n"late\r\nbreak";2\nfür;3\n', "-odd name.csv")
    column, items = asyncio.run(read_in_child(path))
    here = read_column(path)
    assert column == replace(here, lines=[])
    assert items.unique == clean(here.lines).unique == ("red shoes \\n \\\\", "late break", "für")
    assert list(items.lines) == [2, 4, 6]
    assert asyncio.run(read_in_child(path, Choice(column="volume")))[1].unique == ("1", "2", "3")
    with pytest.raises(SheetError, match='no column "--x"'):
        asyncio.run(read_in_child(path, Choice(column="--x")))


def test_pasted_text_is_read_like_a_file() -> None:
    assert asyncio.run(read_in_child("red shoes\ncafé\n".encode()))[1].unique == ("red shoes", "café")


def test_200_000_lines_come_through_whole(tmp_path: Path) -> None:
    lines = [f"keyword {number}" for number in range(200_000)]
    path = file(tmp_path, "Keyword,Volume\n" + "".join(f"{line},1\n" for line in lines))
    _, items = asyncio.run(read_in_child(path))
    assert items.unique == tuple(lines)
    assert list(items.lines) == list(range(2, 200_002))


def test_a_child_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless.csv")
    began = time.monotonic()
    with pytest.raises(SheetError, match="took over 0 seconds"):
        asyncio.run(read_in_child(tmp_path / "endless.csv", limit_s=0.3))
    assert time.monotonic() - began < 5


def test_a_file_that_needs_too_much_memory_is_an_error_and_not_our_end(tmp_path: Path) -> None:
    path = tmp_path / "one line.txt"
    with path.open("wb") as handle:
        handle.write(b"red shoes " * 10_000)
        handle.truncate(1 << 30)  # and a gigabyte of zeros that takes no room on the disk
    with pytest.raises(SheetError, match="too much memory"):
        asyncio.run(read_in_child(path))


def test_a_cancelled_reading_ends_its_child(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless.csv")

    async def cancel() -> None:
        reading = asyncio.ensure_future(read_in_child(tmp_path / "endless.csv"))
        while not children():
            await asyncio.sleep(0.01)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading

    def children() -> list[str]:
        listed = subprocess.run(["ps", "-o", "args=", "--ppid", str(os.getpid())], capture_output=True, text=True)
        return [line for line in listed.stdout.splitlines() if "sheets_child" in line and "defunct" not in line]

    asyncio.run(cancel())
    assert children() == []


def test_the_child_gets_no_key_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_KEY", "sk-SENTINEL")
    path = tmp_path / "endless.csv"
    os.mkfifo(path)
    seen = []

    async def look() -> None:
        reading = asyncio.ensure_future(read_in_child(path))
        while not seen:
            await asyncio.sleep(0.01)
            for folder in Path("/proc").iterdir():
                try:
                    if folder.name.isdigit() and b"sheets_child" in (folder / "cmdline").read_bytes():
                        seen.append((folder / "environ").read_bytes())
                except OSError:
                    continue
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)

    if sys.platform == "linux":
        asyncio.run(look())
        assert b"PATH=" in seen[0]
        assert b"SENTINEL" not in seen[0]


def test_a_module_of_the_users_folder_is_not_run_by_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "csv.py").write_text("raise SystemExit('taken over')")
    monkeypatch.chdir(tmp_path)
    assert asyncio.run(read_in_child(b"a\nb\n"))[1].unique == ("a", "b")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400))
def test_no_bytes_whatever_bring_the_reader_down(tmp_path: Path, data: bytes) -> None:
    try:
        column = read_column(file(tmp_path, data))
    except SheetError:
        return
    assert all(isinstance(line, str) for line in column.lines)
