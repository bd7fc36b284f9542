"""`creditdesk history`: out, back in and nothing lost; copies listed, and one put back without opening the desk."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cli.commanding import Command, Ran, fine
from tests.desk.world import Memory

from creditdesk.app.single import claim
from creditdesk.app.start import load
from creditdesk.core.pools import Pool, PoolKind, Snapshot, Source
from creditdesk.desk.keeping import single_writer
from creditdesk.paths import Places
from creditdesk.store.backups import keep_backup
from creditdesk.store.history import History

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
KINDS = ("csv", "json", "parquet")
NO_COPIES = {"single_writer": single_writer() or None, "waiting": False, "backups": []}


def read(folder: Path, account: str, lefts: Iterator[str] | list[str], since: datetime = NOW) -> None:
    """Readings of an account, an hour apart, as the desk writes them."""
    history = History(folder / "history.sqlite3", NOW)
    for number, left in enumerate(lefts):
        at = since + timedelta(hours=number, microseconds=number)
        pool = Pool("wallet", "=Wallet", PoolKind.WALLET, "$", Decimal(left), resets_at=NOW + timedelta(days=9))
        history.record(account, Snapshot(at, Source.LIVE, (pool,)), at).result(10)
    history.close()


def added(desk: Command, name: str) -> str:
    fine(desk("accounts", "add", "oneclickseo", "--name", name, "--no-key"))
    return str(fine(desk("accounts", "list", "--json")).json["accounts"][-1]["id"])


def exported(desk: Command, name: str, *words: str) -> bytes:
    ran = desk("history", "export", name, *words)
    assert ran.status == 0, ran.err
    return Path(name).read_bytes()


def said(ran: Ran) -> str:
    assert ran.status == 0, ran.err
    return ran.out.strip()


@pytest.fixture
def shop(desk: Command) -> str:
    """An account with four readings; its id."""
    account = added(desk, "Shop")
    read(desk.folder, account, ["24.351800000000000000123", "-0.50", "100", "99.000"])
    return account


@pytest.fixture
def other(desk: Command, tmp_path: Path) -> Command:
    """Another desk, with an account of the same name at the same vendor and one with another."""
    made = Command(tmp_path / "other", Memory(), desk._capture, desk._stdin)
    added(made, "Else")
    added(made, "SHOP")
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_a_history_goes_to_another_desk_and_back_without_loss(
    desk: Command, other: Command, shop: str, tmp_path: Path, kind: str
) -> None:
    first = str(tmp_path / f"first.{kind}")
    out = exported(desk, first)
    assert said(other("history", "import", first)).startswith("Added 4 points")
    assert said(other("history", "import", first)).startswith("Added 0 points, 0 events and 0 warnings; ")
    second = str(tmp_path / f"second.{kind}")
    back = exported(other, second, "--account", "SHOP")
    there = fine(other("accounts", "list", "--json")).json["accounts"][-1]["id"]
    if kind == "json":
        ours, theirs = json.loads(out)["accounts"][0], json.loads(back)["accounts"][0]
        assert theirs["pools"] == ours["pools"]
        assert all(event in theirs["events"] for event in ours["events"])
    elif kind == "csv":
        assert back.replace(there.encode(), shop.encode()).replace(b"SHOP", b"Shop") == out
    assert said(desk("history", "import", second)).startswith("Added 0 points")
    if kind != "json":  # the other account's own beginning came along
        assert exported(desk, first) == out


def test_a_table_says_what_it_leaves_out_and_a_range_is_cut_out(desk: Command, shop: str, tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    ran = desk("history", "export", str(path), "--account", "shop", "--since", "2026-11-21T13:00:00Z")
    assert ran.out == f"Wrote 4 points of 1 account to {path}.\n"  # the first was in force then
    whole = json.loads(exported(desk, str(tmp_path / "some.json"), "--since", "2026-11-21T13:00:00Z"))["accounts"][0]
    assert f"{len(whole['events']) + len(whole.get('episodes', ()))} were left out. JSON keeps them" in ran.err
    ran = desk("history", "export", str(path), "--since", "2026-11-21", "--until", "2026-11-21T13:30:00Z")
    assert "Wrote 2 points" in ran.out
    assert "Wrote 4 points" in said(desk("history", "export", str(path), "--until", "2026-11-21"))
    assert "Wrote 0 points" in said(desk("history", "export", str(path), "--until", "2026-11-20"))
    text = path.with_name("formula.csv")
    assert b",'=Wallet," in exported(desk, str(text))


def test_an_account_that_is_not_there_is_named_and_into_takes_it(desk: Command, shop: str, tmp_path: Path) -> None:
    path = str(tmp_path / "h.json")
    exported(desk, path)
    fresh = Command(tmp_path / "fresh", Memory(), desk._capture, desk._stdin)
    ran = fresh("history", "import", path)
    assert (ran.status, ran.out) == (1, "")
    assert "Shop (oneclickseo)" in ran.err
    assert "--into NAME" in ran.err
    added(fresh, "New")
    assert said(fresh("history", "import", path, "--into", "new")).startswith("Added 4 points, 4 events")
    added(desk, "Second")
    exported(desk, path)
    ran = fresh("history", "import", path, "--into", "New")
    assert (ran.status, "has 2: Shop, Second" in ran.err) == (1, True)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_was_cut_off_changes_nothing(
    desk: Command, shop: str, other: Command, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / f"h.{kind}"
    path.write_bytes(exported(desk, str(path))[:-40])
    ran = other("history", "import", str(path))
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(f"creditdesk: h.{kind}: ")
    assert "Wrote 0 points" in said(other("history", "export", str(tmp_path / "now.csv")))


def test_a_row_that_is_wrong_at_the_end_changes_nothing(
    desk: Command, shop: str, other: Command, tmp_path: Path
) -> None:
    path = tmp_path / "h.json"
    document = json.loads(exported(desk, str(path)))
    document["accounts"][0]["pools"][0]["points"][-1][0] = "later"
    path.write_text(json.dumps(document))
    ran = other("history", "import", str(path))
    assert (ran.status, ran.out) == (1, "")
    assert "point 4: an instant is not written as" in ran.err
    assert "Wrote 0 points" in said(other("history", "export", str(tmp_path / "now.csv")))


def test_words_that_are_wrong_are_said(desk: Command, shop: str, tmp_path: Path) -> None:
    for words, problem in {
        ("export", str(tmp_path / "h.xlsx")): "end the name in .csv, .json or .parquet",
        ("export", str(tmp_path / "h.csv"), "--since", "yesterday"): "A time is written as",
        ("export", str(tmp_path / "h.csv"), "--account", "Nobody"): "There is no account named",
        ("export", str(tmp_path / "no" / "h.csv")): f"No such file or directory: {tmp_path / 'no' / 'h.csv'}",
        ("import", str(tmp_path / "missing.csv")): "No such file",
        ("restore", "missing"): "There is no copy named missing",
    }.items():
        ran = desk("history", *words)
        assert ran.status == 1
        assert problem in ran.err


def test_copies_are_listed_and_one_is_put_back(desk: Command, shop: str, tmp_path: Path) -> None:
    database = desk.folder / "history.sqlite3"
    assert fine(desk("history", "backups", "--json")).json == NO_COPIES
    assert "There is no copy yet" in said(desk("history", "backups"))
    made = keep_backup(database, NOW)
    assert made is not None
    read(desk.folder, shop, ["7"], NOW + timedelta(days=1))
    (row,) = fine(desk("history", "backups", "--json")).json["backups"]
    assert (row["name"], row["kind"], row["good"], row["at"]) == (made.name, "copy", True, "2026-11-21T12:00:00Z")
    out = said(desk("history", "restore", made.name))
    assert out.startswith(f"{made.name} was put back.")
    path = str(tmp_path / "h.csv")
    assert "Wrote 4 points" in said(desk("history", "export", path))
    copies = fine(desk("history", "backups", "--json")).json["backups"]
    (aside,) = (each for each in copies if each["kind"] == "set_aside")
    assert list(desk.folder.glob("*.aside-*")) == []  # a look leaves nothing beside it
    said(desk("history", "restore", aside["name"]))
    assert "Wrote 5 points" in said(desk("history", "export", path))


def test_a_copy_is_put_back_over_a_history_that_is_damaged(desk: Command, shop: str, tmp_path: Path) -> None:
    database = desk.folder / "history.sqlite3"
    made = keep_backup(database, NOW)
    assert made is not None
    database.write_bytes(b"nothing")
    said(desk("history", "restore", made.name))
    assert "Wrote 4 points" in said(desk("history", "export", str(tmp_path / "h.csv")))
    (aside,) = database.parent.glob("*.aside")
    assert aside.read_bytes() == b"nothing"
    assert desk("history", "restore", aside.name).status == 1


def test_while_a_window_is_open_a_copy_is_laid_ready_and_put_back_at_its_next_start(
    desk: Command, shop: str, tmp_path: Path
) -> None:
    database = desk.folder / "history.sqlite3"
    made = keep_backup(database, NOW)
    assert made is not None
    read(desk.folder, shop, ["7"], NOW + timedelta(days=1))
    path = str(tmp_path / "h.csv")
    with ExitStack() as held:
        assert claim(held, desk.folder)
        assert "is put back when creditdesk is started next" in said(desk("history", "restore", made.name))
        assert "Wrote 5 points" in said(desk("history", "export", path))
        assert desk("history", "backups", "--json").json["waiting"]
        assert "A copy is ready" in desk("history", "backups").err
    opened, _ = load(Places(desk.folder, desk.folder))
    asyncio.run(opened.close())
    assert "Wrote 4 points" in said(desk("history", "export", path))


def test_an_old_sqlite_is_said_to_write_with_one_process_at_a_time(desk: Command) -> None:
    assert single_writer("3.51.3") == single_writer("4.0.0") == ""
    assert single_writer("3.40.1").startswith("Single-writer mode: SQLite 3.40.1")
    ran = desk("history", "backups")
    assert (single_writer() in ran.err) is True


def test_a_desk_that_only_commands_read_has_a_copy_a_day(desk: Command, shop: str) -> None:
    fine(desk("status"))
    assert fine(desk("history", "backups", "--json")).json["backups"] == []
    fine(desk("status", "--refresh"))
    fine(desk("status", "--refresh"))
    assert len(fine(desk("history", "backups", "--json")).json["backups"]) == 1


def test_an_export_takes_the_place_of_a_former_one_and_of_no_other_file(
    desk: Command, shop: str, tmp_path: Path
) -> None:
    database = desk.folder / "history.sqlite3"
    before = database.read_bytes()
    ran = desk("history", "export", str(database), "--format", "csv")
    assert (ran.status, "is there already, and no export of creditdesk" in ran.err) == (1, True)
    assert database.read_bytes() == before
    for _ in range(2):
        exported(desk, str(tmp_path / "again.json"))
    ran = desk("history", "export", str(tmp_path / "x.csv"), "--since", "2026-11-20", "--until", "2026-11-18")
    assert (ran.status, "--since is not before --until" in ran.err) == (1, True)


def test_another_vendors_history_and_what_lies_ahead_are_not_taken(desk: Command, shop: str, tmp_path: Path) -> None:
    path = tmp_path / "h.json"
    exported(desk, str(path))
    fine(desk("accounts", "add", "seo-rank-genius", "--name", "Genius", "--no-key"))
    ran = desk("history", "import", str(path), "--into", "Genius")
    assert (ran.status, "is one of oneclickseo, and Genius one of seo-rank-genius" in ran.err) == (1, True)
    path.write_text(path.read_text("utf-8").replace("2026-11-21T12", "2199-11-21T12"), "utf-8")
    ran = desk("history", "import", str(path))
    assert (ran.status, "lie before 1970 or ahead of now: they were left out" in ran.err) == (0, True)


def test_where_the_historys_file_cannot_be_used_no_export_is_replaced_and_no_import_is_claimed(
    desk: Command, shop: str, tmp_path: Path
) -> None:
    path = tmp_path / "h.json"
    before = exported(desk, str(path))
    database = desk.folder / "history.sqlite3"
    database.rename(desk.folder / "kept")
    database.mkdir()
    for verb, outcome in {"export": "Nothing was written", "import": "Nothing was imported"}.items():
        ran = desk("history", verb, str(path))
        assert (ran.status, ran.out, path.read_bytes() == before) == (1, "", True)
        assert f"The history's file can't be used. {outcome}." in ran.err


def test_that_rows_of_a_copy_are_damaged_is_said_when_it_is_put_back(desk: Command, shop: str) -> None:
    made = keep_backup(desk.folder / "history.sqlite3", NOW)
    assert made is not None
    assert "rows are damaged" not in said(desk("history", "restore", made.name))
    connection = sqlite3.connect(made)
    connection.execute("UPDATE point SET amount_left = '9'")
    connection.commit()
    connection.close()
    assert said(desk("history", "restore", made.name)).endswith("left out of everything that is shown.")
