"""A list is read beside the loop: it tells how far it is, can be cancelled, and never holds the loop up."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from creditdesk.desk.listing import read_list, where_rejected
from creditdesk.store import sheets
from creditdesk.store.sheets import Choice, Progress, SheetError


def million(folder: Path, rows: int) -> Path:
    path = folder / "long.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("Keyword,Volume,URL\n")
        for start in range(0, rows, 1000):
            file.write(
                "".join(
                    f"Red Shoes {number % 700_000},1,https://shop.example/{number}\n"
                    for number in range(start, start + 1000)
                )
            )
    return path


def children() -> set[int]:
    found = set()
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and b"sheets_child" in (folder / "cmdline").read_bytes():
                status = (folder / "status").read_text()
                if f"PPid:\t{os.getpid()}\n" in status and "State:\tZ" not in status:
                    found.add(int(folder.name))
        except OSError:
            continue
    return found


def test_a_long_file_tells_how_far_it_is_and_never_holds_the_loop_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "TELL_AFTER_S", 0.1)  # of half a second, too little may be left on a fast machine
    path = million(tmp_path, 800_000)
    told: list[Progress] = []

    async def story() -> float:
        last, gap = time.thread_time(), 0.0
        reading = asyncio.ensure_future(read_list(path, path.name, None, told.append))
        while not reading.done():
            await asyncio.sleep(0.005)
            now = time.thread_time()  # the loop's own work: what other programs take is not ours
            last, gap = now, max(gap, now - last)
        listed = await reading
        assert (listed.items.given, len(listed.items.unique), listed.items.repeated) == (800_000, 700_000, 100_000)
        assert listed.items.repeats[0] == (700_002, "Red Shoes 0")
        assert listed.items.lines[-1] == 700_001
        return gap

    assert asyncio.run(story()) < 0.1
    assert told == sorted(told, key=lambda each: each.rows)
    assert told and all(each.bytes_total == path.stat().st_size >= each.bytes_read for each in told)
    assert told[-1].rows > 0


def test_a_short_file_tells_nothing(tmp_path: Path) -> None:
    told: list[Progress] = []
    listed = asyncio.run(read_list(b"red\nblue\n", "pasted text", Choice(), told.append))
    assert (listed.items.unique, listed.chosen) == (("red", "blue"), False)
    assert told == []


def test_a_cancelled_reading_ends_its_child_at_once(tmp_path: Path) -> None:
    path = million(tmp_path, 1_000_000)

    async def story() -> float:
        reading = asyncio.ensure_future(read_list(path, path.name))
        while not children():
            await asyncio.sleep(0.005)
        begun = time.monotonic()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        while children():
            await asyncio.sleep(0.005)
        return time.monotonic() - begun

    assert min(asyncio.run(story()) for _ in range(3)) < 0.2  # the best of three: a busy machine is no fault of ours


def test_a_choice_or_a_column_alone_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Keyword;URL\nred;https://a.example\n")
    for said in ("URL", Choice(column="URL")):
        listed = asyncio.run(read_list(path, path.name, said))
        assert (listed.items.unique, listed.chosen, listed.choice.column) == (("https://a.example",), True, "URL")
    listed = asyncio.run(read_list(path, path.name, Choice(delimiter="")))
    assert (listed.items.unique, listed.chosen) == (("Keyword;URL", "red;https://a.example"), False)


def test_lines_that_cannot_be_sent_are_named_as_the_file_counts_them(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('Title 2026\nKeyword,Volume\n"red\nshoes",1\n' + "blue,2\n" * 20 + "bad\x07,3\n")
    assert where_rejected(asyncio.run(read_list(path, path.name))) == "line 25 (control character)"


def test_an_error_names_the_list_as_the_user_does() -> None:
    with pytest.raises(SheetError, match=r"^standard input: The list holds nothing to send: 1 line, all blank"):
        asyncio.run(read_list(b"\n", "standard input"))
