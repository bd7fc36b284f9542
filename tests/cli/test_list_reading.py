"""The list that `size` is given: what was assumed is said, and what is no list gets no verdict."""

import random
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.commanding import Command, environment, fine

SIZE = ("--account", "Shop", "--operation", "serp-overview")
CITIES = "".join(f"hotel, city{number}\n" for number in range(300))


@pytest.fixture
def shop(desk: Command) -> Command:
    """An account with 15 credits, one for each item."""
    fine(desk("accounts", "add", "oneclickseo", "--name", "Shop", "--no-key", "--set", "plan=starter"))
    fine(desk("accounts", "set", "Shop", "--pool", "monthly=10", "--pool", "top-up=5"))
    return desk


def write(folder: Path, data: str | bytes, name: str = "list.txt") -> str:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return str(path)


def test_a_list_with_commas_is_sized_whole(shop: Command, tmp_path: Path) -> None:
    for ran in (
        shop("size", "-", *SIZE, "--json", stdin=CITIES),
        shop("size", write(tmp_path, CITIES), *SIZE, "--json"),
    ):
        assert (ran.status, ran.json["items"]["unique"]) == (2, 300)
        assert ran.json["file"] == {
            "encoding": "utf-8",
            "delimiter": None,
            "header_line": None,
            "column": None,
            "sheet": None,
        }


def test_what_was_assumed_about_the_file_is_said(shop: Command, tmp_path: Path) -> None:
    table = write(tmp_path, "Volume,Keyword\n1,red shoes\n2,blue shoes\n", "list.csv")
    found = shop("size", table, *SIZE, "--json").json
    assert found["file"] == {
        "encoding": "utf-8",
        "delimiter": ",",
        "header_line": 1,
        "column": "Keyword",
        "sheet": None,
    }
    assert not any("column" in note for note in found["assumptions"])
    told = 'Read as CSV with commas, header in line 1, column "Keyword" (utf-8).'
    assert told in shop("size", table, *SIZE).out.splitlines()
    told = 'Read as text, one item a line, header in line 1 ("keyword") (utf-8).'
    assert told in shop("size", "-", *SIZE, stdin="keyword\nred shoes\n").out.splitlines()


def test_columns_that_were_left_out_by_a_guess_are_named(shop: Command, tmp_path: Path) -> None:
    table = write(tmp_path, CITIES, "list.csv")
    found = shop("size", table, *SIZE, "--json").json
    assert found["items"]["unique"] == 1
    assert any('no header: "Column 1" of its 2 columns was taken' in note for note in found["assumptions"])
    found = shop("size", table, *SIZE, "--column", "2", "--json").json
    assert found["items"]["unique"] == 300
    assert not any("was taken" in note for note in found["assumptions"])


def test_a_first_keyword_like_a_header_is_counted(shop: Command) -> None:
    assert shop("size", "-", *SIZE, "--json", stdin="page\nred shoes\n").json["items"]["unique"] == 2


NOISE = random.Random(3).randbytes(6000)
NO_LISTS = {
    "a workbook": (b"PK\x03\x04" + NOISE, "spreadsheet"),
    "something like a workbook": (b"PK" + NOISE, "This is no text list"),
    "noise": (NOISE, "This is no text list"),
    "zeros": (bytes(4000), "This is no text list"),
    "a PDF": (b"%PDF-1.7\n" + NOISE, "PDF"),
    "control characters": (b"a\x01\nb\nc\nd\n", "line 1 (control character)"),
    "nothing": (b"", "holds nothing to send: it has no lines"),
    "blanks": (b"\n \n\t\n", "holds nothing to send: 3 lines, all blank"),
    "a header alone": (b"keyword\n", "it has no lines below the header"),
    "a blank column": (b"Keyword,Volume\n,1\n,2\n", "Choose another column"),
}


@pytest.mark.parametrize(("data", "told"), NO_LISTS.values(), ids=NO_LISTS)
def test_what_is_no_list_gets_no_verdict(shop: Command, tmp_path: Path, data: bytes, told: str) -> None:
    ran = shop("size", write(tmp_path, data, "list.xlsx"), *SIZE, "--json")
    assert (ran.status, ran.out, len(ran.err.splitlines())) == (1, "", 1)
    assert told in ran.err and ran.err.startswith("creditdesk: list.xlsx: ")
    ran = shop("size", "-", *SIZE, stdin=data)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("creditdesk: standard input: ")


@pytest.mark.parametrize("encoding", ["utf-32", "utf-16-le", "utf-16-be"])
def test_wide_text_is_sized(shop: Command, encoding: str) -> None:
    lines = "\n".join(f"красные туфли {number} 红色的鞋子" for number in range(16))
    ran = shop("size", "-", *SIZE, "--json", stdin=lines.encode(encoding))
    assert (ran.status, ran.json["items"]["unique"], ran.json["items"]["rejected"]) == (2, 16, 0)


def test_a_few_lines_that_cannot_be_sent_are_named_and_the_verdict_stands(shop: Command) -> None:
    lines = ["keyword", *(f"word {number}" for number in range(14)), "bad\x07line"]
    ran = shop("size", "-", *SIZE, "--json", stdin="\n".join(lines))
    assert (ran.status, ran.json["verdict"]) == (0, "fits")
    assert "1 line can't be sent and is not counted: line 16 (control character)." in ran.json["assumptions"]


def test_repeats_are_sized_with_and_without(shop: Command) -> None:
    ran = shop("size", "-", *SIZE, "--json", stdin="red\n" * 3)
    told = "2 repeated lines are not counted. With them the import would need 3 of Monthly: "
    told += "whether the vendor counts repeats is not documented."
    assert (ran.status, told in ran.json["assumptions"]) == (0, True)
    ran = shop("size", "-", *SIZE, "--json", stdin="red\n" * 16)
    (note,) = [note for note in ran.json["assumptions"] if "repeated lines" in note]
    assert (ran.status, "and would be refused" in note) == (0, True)


def closed(folder: Path, words: str) -> "subprocess.CompletedProcess[str]":
    command = f"{sys.executable} -m creditdesk --data-dir {folder / 'desk'} {words}"
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=environment(folder), timeout=60)


def test_a_closed_input_is_told_in_a_line(shop: Command, tmp_path: Path) -> None:
    ran = closed(tmp_path, f"size - {' '.join(SIZE)} <&-")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == "creditdesk: standard input: It is closed. Give a file, or pipe the list in.\n"


def test_a_closed_output_is_told_in_a_line(tmp_path: Path) -> None:
    ran = closed(tmp_path, "status >&-")
    assert ran.returncode == 1
    assert ran.stderr == "creditdesk: Standard output is closed: there is nowhere to write the answer.\n"
