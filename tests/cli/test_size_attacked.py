"""`creditdesk size` under odd words: nothing is overwritten, nothing is silently cut, and a pipe is a list, too."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.commanding import Command, Vendors, environment, fine

SIZE = ("--account", "Shop", "--operation", "serp-overview")
TRACK = ("--account", "Rank", "--operation", "track-keywords", "--domain", "northlight-shoes.example")
ENGINE = ("--engine", "name=google,location=United States,language=en,device=desktop")


@pytest.fixture
def shop(desk: Command) -> Command:
    """An account with 15 credits, one for each item."""
    fine(desk("accounts", "add", "oneclickseo", "--name", "Shop", "--no-key", "--set", "plan=starter"))
    fine(desk("accounts", "set", "Shop", "--pool", "monthly=10", "--pool", "top-up=5"))
    return desk


@pytest.fixture
def rank(desk: Command, vendors: Vendors) -> Command:
    """A vendor with room for 100 keywords."""
    vendors.set("ranktracker", usage={"keywords": 900, "dataRows": 4500})
    add = ("accounts", "add", "ranktracker", "--name", "Rank", "--key-stdin", *vendors.at("ranktracker"))
    fine(desk(*add, stdin=vendors.keys["ranktracker"]))
    fine(desk("status", "--refresh"))
    return desk


def words(folder: Path, count: int = 3) -> Path:
    path = folder / "words.txt"
    path.write_text("".join(f"word {number}\n" for number in range(count)))
    return path


@pytest.mark.parametrize("option", ["--first", "--batch"])
@pytest.mark.parametrize("number", ["0", "-3", "1.5", "many", "\u0663", ""])
def test_a_number_of_items_that_is_none_is_an_error_and_never_all_of_them(
    shop: Command, tmp_path: Path, option: str, number: str
) -> None:
    ran = shop("size", str(words(tmp_path)), *SIZE, f"{option}={number}")
    assert (ran.status, ran.out) == (1, "")
    assert "a whole number from 1" in ran.err


def test_a_plan_never_takes_the_place_of_the_list_or_of_any_other_file(rank: Command, tmp_path: Path) -> None:
    listed, other, folder = words(tmp_path), tmp_path / "thesis.txt", tmp_path / "folder"
    other.write_text("precious")
    folder.mkdir()
    os.symlink(listed, tmp_path / "link.plan.toml")
    before = listed.read_bytes()
    for target in (listed, tmp_path / "link.plan.toml", other, folder, tmp_path / "none" / "a.plan.toml", ""):
        ran = rank("size", str(listed), *TRACK, *ENGINE, "--save", str(target), "--json")
        assert (ran.status, ran.out, ran.err.count("\n")) == (1, "", 1), target
        assert "--save" in ran.err and ".tmp" not in ran.err
        assert Path(target).name in ran.err  # the folder's name may look like a key, and is masked then
    assert (listed.read_bytes(), other.read_text(), list(folder.iterdir())) == (before, "precious", [])


def test_an_older_plan_is_replaced(rank: Command, tmp_path: Path) -> None:
    plan = tmp_path / "my words.plan.toml"
    size = ("size", str(words(tmp_path)), *TRACK, *ENGINE, "--save", str(plan))
    assert rank(*size).status == 0
    old = plan.read_bytes()
    ran = rank(*size, "--first", "2")
    assert ran.status == 0 and plan.read_bytes() != old
    assert f"`creditdesk send '{plan}'`" in ran.out


def test_a_pipe_is_read_as_a_list(shop: Command, tmp_path: Path) -> None:
    given, taken = os.pipe()
    os.write(taken, b"red\nblue\n")
    os.close(taken)
    ran = shop("size", f"/dev/fd/{given}", *SIZE, "--json")
    os.close(given)
    assert (ran.status, ran.json["items"]["unique"]) == (0, 2)


def test_an_empty_name_of_a_file_is_said(shop: Command) -> None:
    ran = shop("size", "", *SIZE)
    assert (ran.status, ran.err) == (1, "creditdesk: FILE: It is empty. Give a file, or - for standard input.\n")


def test_ctrl_c_ends_the_wait_for_a_list(shop: Command, tmp_path: Path) -> None:
    program = [sys.executable, "-m", "creditdesk", "--data-dir", str(shop.folder), "size", "-", *SIZE]
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(tmp_path)
    ) as child:
        assert child.stdin is not None and child.stderr is not None
        child.stdin.write(b"red\n" * 20_000)  # more than a pipe holds: it is being read when this returns
        child.stdin.flush()
        child.send_signal(signal.SIGINT)
        assert child.wait(10) == 130
        assert child.stderr.read() == b"creditdesk: Stopped.\n"


def test_what_waits_for_a_reset_is_no_more_than_fits_then(shop: Command, tmp_path: Path) -> None:
    ran = shop("size", str(words(tmp_path, 3000)), *SIZE)
    line = next(each for each in ran.out.splitlines() if each.startswith("  later"))
    assert "Send the first 15 now, 500 after the reset on " in line
    assert "keep 2,485." in line


def test_a_sheet_of_what_is_no_workbook_is_an_error(shop: Command, tmp_path: Path) -> None:
    ran = shop("size", str(words(tmp_path)), *SIZE, "--sheet", "Keywords")
    assert (ran.status, ran.out) == (1, "")
    assert "no workbook" in ran.err


def test_a_guess_of_windows_letters_is_said_with_one_of_them(shop: Command, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes("красная обувь\nshoes\n".encode("cp1251"))
    notes = shop("size", str(path), *SIZE, "--json").json["assumptions"]
    told = 'It is not UTF-8 and was read as Windows-1252. If "êðàñíàÿ îáóâü" looks wrong, --encoding helps.'
    assert told in notes
    chosen = shop("size", str(path), *SIZE, "--json", "--encoding", "cp1251").json
    assert not any("Windows" in note for note in chosen["assumptions"])
    path.write_text("größe\n", "utf-8")
    assert not any("Windows" in note for note in shop("size", str(path), *SIZE, "--json").json["assumptions"])


def test_help_names_an_example_and_where_the_words_come_from(desk: Command) -> None:
    ran = desk("size", "--help")
    assert "creditdesk accounts list" in ran.out
    assert "Example: creditdesk size keywords.csv --account Agency" in " ".join(ran.out.split())


def test_an_operation_that_cannot_be_probed_is_said_before_anything_is_asked(
    desk: Command, vendors: Vendors, tmp_path: Path
) -> None:
    add = ("accounts", "add", "oneclickseo", "--name", "Live", "--key-stdin", *vendors.at("oneclickseo"))
    fine(desk(*add, stdin=vendors.keys["oneclickseo"]))
    both = ("--operation", "domain-metrics", "--operation", "serp-overview")
    ran = desk("size", str(words(tmp_path)), "--account", "Live", *both, "--probe")
    assert (ran.status, ran.out) == (1, "")
    assert "--probe is not for serp-overview. It is for: domain-metrics." in ran.err
    assert vendors.running.call(lambda box: box.requests()) == []
