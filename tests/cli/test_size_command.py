"""`creditdesk size`: the exit code is the verdict, the JSON says why, and nobody is asked."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.cli.commanding import Command, Vendors, fine

from creditdesk.cli.list_reading import Listed
from creditdesk.cli.size_words import Sized, size_lines
from creditdesk.core.keywords import clean
from creditdesk.core.pools import Account, Level, Reading
from creditdesk.core.verdict import Demand, Verdict, VerdictKind, Why
from creditdesk.store.sheets import Column

KEYS = {
    "verdict",
    "why",
    "items",
    "demands",
    "binding_pool",
    "fits_items",
    "reading_age_s",
    "overage",
    "count",
    "tracked",
    "over_limit",
    "observed",
    "probed",
    "learned",
    "left_out",
    "file",
    "rejected",
    "ways",
    "domain",
    "plan",
    "assumptions",
}
TRACK = ("--account", "Rank", "--operation", "track-keywords")


def words(count: int) -> str:
    return "".join(f"keyword {number}\n" for number in range(count))


@pytest.fixture
def rank(desk: Command, vendors: Vendors) -> Command:
    """A vendor with room for 100 keywords and 500 rows."""
    vendors.set("ranktracker", usage={"keywords": 900, "dataRows": 4500})
    add = ("accounts", "add", "ranktracker", "--name", "Rank", "--key-stdin", *vendors.at("ranktracker"))
    fine(desk(*add, stdin=vendors.keys["ranktracker"]))
    fine(desk("status", "--refresh"))
    return desk


@pytest.fixture
def shop(desk: Command) -> Command:
    fine(desk("accounts", "add", "oneclickseo", "--name", "Shop", "--no-key", "--set", "plan=starter"))
    fine(desk("accounts", "set", "Shop", "--pool", "monthly=10", "--pool", "top-up=5"))
    return desk


@pytest.mark.parametrize(
    ("count", "engines", "status", "verdict"),
    [(100, 1, 0, "fits"), (101, 1, 2, "refused"), (50, 2, 0, "fits"), (34, 3, 2, "refused")],
)
def test_the_exit_code_is_the_verdict(rank: Command, count: int, engines: int, status: int, verdict: str) -> None:
    ran = rank("size", "-", *TRACK, "--factor", f"engines={engines}", "--json", stdin=words(count))
    assert (ran.status, ran.err) == (status, "")
    assert ran.json["verdict"] == verdict


def test_every_key_of_the_json_is_there(rank: Command) -> None:
    ran = rank("size", "-", *TRACK, "--json", stdin=words(101) + "\n KEYWORD  7 \nbad\x07line\n")
    found = ran.json
    assert set(found) == KEYS
    assert found["items"] == {"given": 104, "unique": 101, "repeated": 1, "blank": 1, "rejected": 1}
    keywords, rows = found["demands"]
    assert set(keywords) == {"pool", "needs_low", "needs_high", "left", "short"}
    assert keywords == {"pool": "keywords", "needs_low": 101, "needs_high": 101, "left": 100, "short": 1}
    assert rows == {"pool": "data-rows", "needs_low": 101, "needs_high": 101, "left": 500, "short": 0}
    assert (found["binding_pool"], found["fits_items"], found["why"]) == ("keywords", 100, "short")
    assert 0 <= found["reading_age_s"] < 60
    assert any("2026-09-30" in assumption for assumption in found["assumptions"])


def test_a_negative_remainder_refuses_everything(rank: Command, vendors: Vendors) -> None:
    vendors.set("ranktracker", limits={"keywords": 800})
    fine(rank("status", "--refresh"))
    ran = rank("size", "-", *TRACK, "--json", stdin="one\n")
    assert ran.status == 2
    assert (ran.json["demands"][0]["left"], ran.json["demands"][0]["short"]) == (-100, 101)
    assert ran.json["fits_items"] == 0


def test_sizing_asks_nobody(rank: Command, vendors: Vendors) -> None:
    rank("size", "-", *TRACK, stdin=words(5))
    assert vendors.requests("ranktracker") == 1


def test_a_balance_by_hand_is_sized_and_said(shop: Command) -> None:
    size = ("size", "-", "--account", "shop", "--json", "--operation")
    assert shop(*size, "serp-overview", stdin=words(15)).status == 0
    ran = shop(*size, "serp-overview", stdin=words(16))
    assert ran.status == 2
    assert "The balance was typed by hand." in ran.json["assumptions"]
    ran = shop(*size, "rank-check", "--factor", "depth=100", stdin=words(2))
    assert (ran.status, ran.json["demands"][0]["needs_low"], ran.json["fits_items"]) == (2, 10, 1)
    assert shop(*size, "projects", stdin=words(999)).status == 0


@pytest.mark.parametrize(("operation", "why"), [("keyword-overview", "cost_unknown"), ("domain-metrics", "range")])
def test_what_nobody_documents_cannot_be_told(shop: Command, operation: str, why: str) -> None:
    ran = shop("size", "-", "--account", "Shop", "--operation", operation, "--json", stdin=words(20))
    assert (ran.status, ran.json["verdict"], ran.json["why"]) == (3, "unknown", why)


def test_an_account_never_read_cannot_tell(desk: Command) -> None:
    fine(desk("accounts", "add", "ranktracker", "--name", "Rank", "--no-key"))
    ran = desk("size", "-", *TRACK, "--json", stdin=words(1))
    assert (ran.status, ran.json["why"], ran.json["reading_age_s"]) == (3, "no_reading", None)
    assert ran.json["demands"][0]["left"] is None
    assert "status --refresh" in desk("size", "-", *TRACK, stdin=words(1)).out


def test_a_balance_that_was_never_typed_is_asked_for_with_the_exact_command(desk: Command) -> None:
    fine(desk("accounts", "add", "oneclickseo", "--name", "Big Shop", "--no-key", "--set", "plan=starter"))
    ran = desk("size", "-", "--account", "Big Shop", "--operation", "serp-overview", stdin=words(1))
    assert ran.status == 3
    asked = "creditdesk accounts set 'Big Shop' --pool monthly=N --pool top-up=N"
    assert asked in ran.out
    assert "status --refresh" not in ran.out
    fine(desk("accounts", "set", "Big Shop", "--pool", "monthly=40"))
    said = desk("size", "-", "--account", "Big Shop", "--operation", "serp-overview", stdin=words(50)).out
    assert "creditdesk accounts set 'Big Shop' --pool top-up=N" in said
    fine(desk("accounts", "set", "Big Shop", "--pool", "top-up=0"))
    ran = desk("size", "-", "--account", "Big Shop", "--operation", "serp-overview", stdin=words(50))
    assert (ran.status, "accounts set" in ran.out) == (2, False)


def test_a_plan_that_bills_overage_warns_in_money_and_fits_thinly(desk: Command, vendors: Vendors) -> None:
    grant = {"id": "g1", "amount": 100, "expires_at": "2099-01-01"}
    vendors.set("leadboxer", grants=[grant], plan="starter")
    add = ("accounts", "add", "leadboxer", "--name", "Leads", "--key-stdin", *vendors.at("leadboxer"))
    fine(desk(*add, "--set", "plan=starter", stdin=vendors.keys["leadboxer"]))
    fine(desk("status", "--refresh"))
    size = ("size", "-", "--account", "Leads", "--operation", "ip-lookup", "--json")
    ran = desk(*size, stdin="\n".join(f"192.0.2.{number}" for number in range(12)))
    assert (ran.status, ran.json["verdict"], ran.json["why"]) == (0, "thin", "overage")
    assert ran.json["overage"] == {"amount": 20, "money": Decimal("0.0360"), "currency": "EUR"}
    text = desk(*size[:-1], stdin="\n".join(f"192.0.2.{n}" for n in range(12))).out
    told = "It fits, but thinly. 12 items: 20 credits over what is left; the plan bills about 0.036 EUR."
    assert text.splitlines()[0] == told


def test_what_would_be_left_under_the_reserve_is_said() -> None:
    demand = Demand("monthly", "Monthly", "credits", Decimal(60), Decimal(60), Decimal(100), None, Decimal(0))
    verdict = Verdict(VerdictKind.THIN, (demand,), "monthly", 60, (), Why.RESERVE)
    listed = Listed(Column(["a"], "Column 1", ("Column 1",), "utf-8", "", 0), clean(["a"]), "list.txt", False)
    told = "It fits, but thinly. 40 credits of Monthly would be left, which is under your reserve."
    reading = Reading(Account("a", "Shop", "oneclickseo"), None, None, Level.GOOD)
    assert size_lines(Sized(listed, 1, reading, verdict))[0] == told


def test_a_column_of_a_file_is_chosen_by_name_or_number(rank: Command, tmp_path: Path) -> None:
    sheet = tmp_path / "words.csv"
    sheet.write_text("Volume;Keyword;Note\n10;running shoes;a\n20;trail shoes;b\n20;Trail  shoes;c\n", encoding="utf-8")
    for column in ((), ("--column", "Keyword"), ("--column", "2")):
        ran = rank("size", str(sheet), *TRACK, *column, "--json")
        assert ran.json["items"] == {"given": 3, "unique": 2, "repeated": 1, "blank": 0, "rejected": 0}
    assert rank("size", str(sheet), *TRACK, "--column", "1", "--json").json["items"]["unique"] == 2
    ran = rank("size", str(sheet), *TRACK, "--column", "Nothing")
    assert ran.status == 1
    assert "Nothing" in ran.err or "column" in ran.err


def test_words_for_a_person_say_the_same(rank: Command) -> None:
    text = rank("size", "-", *TRACK, "--factor", "engines=2", stdin=words(60)).out
    assert text.startswith(
        "It would be refused.\n60 to send of 60 lines: 0 repeated, 0 blank, 0 unusable.\n"
        "Read as text, one item a line, no header (utf-8).\n"
    )
    assert "Keywords                 needs 120, 100 keywords left, 20 too many" in text
    assert "The first 50 would fit." in text
    assert fine(rank("size", "-", *TRACK, stdin=words(60))).out.startswith("It fits.\n")


def test_an_old_or_failed_reading_is_a_note(rank: Command, vendors: Vendors) -> None:
    vendors.set("ranktracker", revoked=True)
    rank("status", "--refresh")
    notes: list[Any] = rank("size", "-", *TRACK, "--json", stdin="one\n").json["assumptions"]
    assert any(note.startswith("The last reading failed: Ranktracker rejected the key") for note in notes)


WRONG: dict[str, tuple[tuple[str, ...], str]] = {
    "no account": (("size", "-", "--operation", "track-keywords"), "--account"),
    "no operation": (("size", "-", "--account", "Rank"), "--operation"),
    "no file": (("size", *TRACK), "FILE"),
    "a file that is not there": (("size", "/nowhere/words.csv", *TRACK), "words.csv"),
    "a folder": (("size", "/", *TRACK), "read"),
    "an unknown account": (("size", "-", "--account", "Nobody", "--operation", "x"), "Accounts: Rank"),
    "an unknown operation": (("size", "-", "--account", "Rank", "--operation", "x"), "Operations: track-keywords"),
    "an unknown factor": (("size", "-", *TRACK, "--factor", "depth=3"), "Factors: engines"),
    "a factor out of its range": (("size", "-", *TRACK, "--factor", "engines=0"), "from 1"),
    "a factor that is no number": (("size", "-", *TRACK, "--factor", "engines=two"), "whole number"),
    "a factor without a value": (("size", "-", *TRACK, "--factor", "engines"), "NAME=VALUE"),
    "a factor with an empty value": (("size", "-", *TRACK, "--factor", "engines="), "engines cannot be"),
    "a column that is a digit to some": (("size", "-", *TRACK, "--column", "²"), 'no column "²"'),
    "a column of 5,000 digits": (("size", "-", *TRACK, "--column", "9" * 5000), "no column"),
    "an empty column": (("size", "-", *TRACK, "--column", ""), "--column wants"),
}


@pytest.mark.parametrize(("arguments", "told"), WRONG.values(), ids=WRONG)
def test_a_mistake_leaves_with_1_and_never_with_a_verdict(rank: Command, arguments: tuple[str, ...], told: str) -> None:
    ran = rank(*arguments, stdin="one\n")
    assert (ran.status, ran.out) == (1, "")
    assert told in ran.err
    assert "Traceback" not in ran.err
