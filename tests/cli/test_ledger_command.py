"""`creditdesk ledger`: balances with how they are known, entries and charges added and taken back, files imported."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cli.commanding import Command, fine

SHOW = ("ledger", "show", "--account", "Agency")


@pytest.fixture
def agency(desk: Command) -> Command:
    fine(desk("accounts", "add", "oneclickseo", "--name", "Agency", "--no-key", "--set", "plan=starter"))
    fine(desk("ledger", "add", "balance", "312", "--account", "Agency", "--pool", "monthly"))
    fine(desk("accounts", "set", "Agency", "--pool", "top-up=120"))
    return desk


def add(desk: Command, kind: str, amount: str, pool: str = "top-up", *more: str) -> str:
    """Add something; its id."""
    told = fine(desk("ledger", "add", kind, amount, "--account", "agency", "--pool", pool, *more)).out
    return told.split(" as ")[1].split(".")[0]


def left(desk: Command) -> dict[str, Decimal]:
    return {each["pool"]: each["left"] for each in fine(desk(*SHOW, "--json")).json["pools"]}


def test_an_account_without_anything_says_what_to_do(desk: Command) -> None:
    fine(desk("accounts", "add", "oneclickseo", "--name", "Agency", "--no-key"))
    assert "ledger add --help" in fine(desk(*SHOW)).out
    assert fine(desk(*SHOW, "--json")).json["charges"] == []


def test_a_charge_is_gone_from_the_balance_that_every_command_shows(agency: Command) -> None:
    add(agency, "charge", "4.5", "monthly", "--client", "Nord", "--operation", "ai-visibility")
    add(agency, "top-up", "50", "top-up", "--note", "invoice 7")
    assert left(agency) == {"monthly": Decimal("307.5"), "top-up": 170}
    (account,) = fine(agency("status", "--json")).json["accounts"]
    assert account["source"] == "metered"
    assert [pool["left"] for pool in account["pools"]] == [Decimal("307.5"), 170]
    shown = fine(agency(*SHOW)).out
    assert "307.5 credits (counted)" in shown
    assert "312 on " in shown
    assert "- 4.5 charged" in shown
    assert "top-up 50 top-up, invoice 7" in shown
    assert "ai-visibility  4.5 monthly, typed, Nord" in shown
    told = fine(agency(*SHOW, "--json")).json
    assert told["totals"]["clients"] == [
        {"name": "Nord", "requests": 1, "amount": Decimal("4.5"), "unknown": 0, "unexplained": 0}
    ]
    assert [each["kind"] for each in told["entries"]] == ["balance", "balance", "top-up"]


def test_a_sizer_sees_the_counted_balance(agency: Command, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("\n".join(f"word {number}" for number in range(430)))
    size = ("size", str(words), "--account", "Agency", "--operation", "serp-overview")
    assert agency(*size).status == 0
    add(agency, "charge", "3", "monthly")
    assert agency(*size).status == 2


def test_a_balance_seen_shows_the_drift_and_can_be_taken_back(agency: Command) -> None:
    add(agency, "charge", "12", "monthly")
    seen = add(agency, "balance", "290", "monthly")
    told = fine(agency(*SHOW, "--json")).json
    assert [(each["draws"], each["known"]) for each in told["unexplained"]] == [
        ([{"amount": 10, "pools": ["monthly"]}], "unexplained")
    ]
    assert "Not explained by any charge" in fine(agency(*SHOW)).out
    assert fine(agency("ledger", "undo", seen)).out.startswith("Taken back")
    told = fine(agency(*SHOW, "--json")).json
    assert (told["unexplained"], told["pools"][0]["left"]) == ([], 300)
    assert told["entries"][-1]["undone"]
    again = agency("ledger", "undo", seen)
    assert (again.status, "Nothing of this id" in again.err) == (1, True)


def test_a_charge_is_taken_back_by_the_id_that_is_shown(agency: Command) -> None:
    add(agency, "charge", "12", "monthly")
    shown = fine(agency(*SHOW)).out.splitlines()[-1]
    fine(agency("ledger", "undo", shown.rpartition("[")[2].rstrip("]")))
    assert left(agency)["monthly"] == 312
    assert "taken back" in fine(agency(*SHOW)).out


def test_a_grant_needs_an_end(agency: Command) -> None:
    add(agency, "grant", "20", "top-up", "--expires", "2100-01-01T00:00:00Z")
    assert left(agency)["top-up"] == 140
    wrong = agency("ledger", "add", "grant", "20", "--account", "Agency", "--pool", "top-up")
    assert (wrong.status, "--expires" in wrong.err) == (1, True)


WRONG = [
    (("balance", "x", "--pool", "monthly"), "must be a number"),
    (("balance", "5", "--pool", "weekly"), "Pools: monthly, top-up"),
    (("top-up", "-5", "--pool", "top-up"), "more than nothing"),
    (("charge", "5", "--pool", "monthly", "--at", "2099-01-01T00:00:00Z"), "yet to come"),
    (("balance", "5", "--pool", "monthly", "--at", "yesterday"), "wants an instant"),
    (("balance", "5", "--pool", "monthly", "--at", "2026-01-01T00:00:00"), "no zone"),
    (("charge", "5", "--pool", "monthly", "--at", "0001-01-01T00:00:00+14:00"), "wants an instant"),
    (("charge", "5", "--pool", "monthly", "--expires", "2100-01-01T00:00:00Z"), "belongs to a grant"),
    (("charge", "5", "--pool", "monthly", "--note", "a\nb"), "printable"),
]


def test_what_cannot_be_added_is_said_and_changes_nothing(agency: Command) -> None:
    for (kind, amount, *more), told in WRONG:
        ran = agency("ledger", "add", kind, *more, "--account", "Agency", "--", amount)
        assert ran.status == 1
        assert told in ran.err
    assert left(agency) == {"monthly": 312, "top-up": 120}


def test_a_key_that_was_pasted_as_a_note_is_neither_kept_nor_shown(agency: Command, tmp_path: Path) -> None:
    key = "sk-live_0123456789abcdefXYZ"
    add(agency, "charge", "1", "monthly", "--note", key, "--client", key)
    assert key not in fine(agency(*SHOW)).out + fine(agency(*SHOW, "--json")).out
    assert not any(key.encode() in path.read_bytes() for path in agency.folder.rglob("*") if path.is_file())


def test_a_file_is_booked_once_by_all_lines_or_none(agency: Command, tmp_path: Path) -> None:
    file = tmp_path / "charges.jsonl"
    now = json.loads(fine(agency(*SHOW, "--json")).out)["at"]
    lines = [json.dumps({"at": now, "amount": "2.5", "request_id": f"r{each}", "client": "Nord"}) for each in range(4)]
    file.write_text("\n".join(lines))
    bring = ("ledger", "import", str(file), "--account", "Agency")
    assert fine(agency(*bring, "--dry-run")).out == "Would book 4 charges.\n"
    assert fine(agency(*bring)).out == "Booked 4 charges.\n"
    assert fine(agency(*bring)).out == "Booked 0 charges. 4 were booked before.\n"
    assert sum(left(agency).values()) == 432 - 10
    file.write_text("\n".join([lines[0].replace("r0", "r9"), lines[1].replace(now, "never")]))
    ran = agency(*bring)
    assert (ran.status, ran.err.startswith("creditdesk: Line 2: at must be an instant")) == (1, True)
    assert sum(left(agency).values()) == 432 - 10
    ran = agency("ledger", "import", "-", stdin=f"at,amount\n{now},1\n")
    assert (ran.status, "names no account" in ran.err) == (1, True)
    assert (
        fine(agency("ledger", "import", "-", stdin=f"at,amount,account\n{now},1,agency\n")).out == "Booked 1 charge.\n"
    )
    ran = agency("ledger", "import", "-", stdin=b"at,amount\n\xff\n")
    assert (ran.status, "Line 2: it is no text" in ran.err) == (1, True)


def test_a_charge_of_nothing_is_counted_in_the_sums_and_listed_where_all_are_wanted(agency: Command) -> None:
    number = add(agency, "charge", "0", "monthly", "--operation", "serp-overview")
    shown, every = fine(agency(*SHOW)).out, fine(agency(*SHOW, "--all")).out
    assert "0 for 1 request" in shown
    assert number not in shown
    assert f"serp-overview  0, typed  [{number}]" in every
    assert fine(agency(*SHOW, "--json")).json["charges"] == []
    (charge,) = fine(agency(*SHOW, "--all", "--json")).json["charges"]
    assert (charge["id"], charge["draws"]) == (number, [])


def test_a_charge_below_nothing_says_that_it_gives_back(agency: Command, tmp_path: Path) -> None:
    assert "give" not in fine(agency("ledger", "add", "charge", "2", "--account", "Agency", "--pool", "monthly")).out
    told = fine(agency("ledger", "add", "charge", "--account", "Agency", "--pool", "monthly", "--", "-5")).out
    assert "It gives back 5. monthly stands at 315." in told
    now = json.loads(fine(agency(*SHOW, "--json")).out)["at"]
    file = tmp_path / "charges.csv"
    file.write_text(f"at,amount\n{now},-1\n{now},4\n{now},-2.5\n")
    bring = ("ledger", "import", str(file), "--account", "Agency")
    assert fine(agency(*bring, "--dry-run")).out == "Would book 3 charges. 2 of them give back 3.5 to Agency.\n"
    assert fine(agency(*bring)).out == "Booked 3 charges. 2 of them give back 3.5 to Agency.\n"
    assert fine(agency(*bring)).out == "Booked 0 charges. 3 were booked before.\n"


def test_a_pool_that_is_not_there_is_refused_with_its_line(agency: Command) -> None:
    lines = "at,amount,pool\n2026-01-01T00:00:00Z,1,monthly\n2026-01-01T00:00:00Z,1,weekly\n"
    ran = agency("ledger", "import", "-", "--account", "Agency", stdin=lines)
    assert (ran.status, ran.err.startswith("creditdesk: Line 3: Agency has no pool 'weekly'.")) == (1, True)
    assert "Nothing was booked." in ran.err
