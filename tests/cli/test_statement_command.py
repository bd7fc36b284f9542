"""`creditdesk statement`: a client's month as text, JSON, CSV and PDF; and whom accounts and imports are for."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cli.commanding import Command, Vendors, environment, fine, process
from tests.cli.test_send_command import DESKTOP, created, planned, rank
from tests.ui.pdf_text import page_texts

__all__ = ["rank"]


@pytest.fixture
def used(desk: Command, vendors: Vendors) -> Command:
    """An account of Acme that used 1.25 dollars, and one of nobody that used as much."""
    for name, more in (("Mine", ("--client", "Acme")), ("Other", ())):
        add = ("accounts", "add", "capsolver", "--name", name, "--key-env", "CAP_KEY", *vendors.at("capsolver"), *more)
        fine(desk(*add))
    fine(desk("status", "--refresh"))
    vendors.running.call(lambda box: box.consume("capsolver", balance="1.25"))
    fine(desk("status", "--refresh"))
    return desk


@pytest.fixture(autouse=True)
def key(vendors: Vendors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAP_KEY", vendors.keys["capsolver"])


def test_without_a_client_all_are_listed_with_what_is_not_assigned(used: Command) -> None:
    ran = fine(used("statement"))
    lines = ran.out.splitlines()
    assert lines[1:4] == [
        "Acme: 1.2500 USD; in money 1.25 USD",
        "Not assigned: 1.2500 USD; in money 1.25 USD",
        "  Accounts without a client: creditdesk accounts set NAME --client CLIENT",
    ]
    assert lines[4] == "Together: 2.5000 USD; in money 2.50 USD"


def test_a_client_is_told_as_json_with_every_digit(used: Command) -> None:
    told = fine(used("statement", "--client", "acme", "--json")).json
    assert (told["client"], told["used"], told["money"]) == ("Acme", {"USD": Decimal("1.25")}, {"USD": Decimal("1.25")})
    (line,) = told["use"]
    assert (line["accounts"], line["unit"], line["amount"]) == (["Mine"], "USD", Decimal("1.25"))
    assert line["why_unassigned"] is None
    assert line["price"]["kind"] == "money"
    whole = fine(used("statement", "--json")).json
    assert [each["client"] for each in whole["clients"]] == ["Acme"]
    (rest,) = whole["unassigned"]["use"]
    assert (rest["accounts"], rest["why_unassigned"]) == (["Other"], "no_client")


def test_the_words_that_are_wrong_are_one_line(used: Command, tmp_path: Path) -> None:
    for words, said in (
        (("--client", "Nobody"), "There is no client of this name. There are: Acme."),
        (("--client", " "), "--client wants a client's name; without it all clients are listed."),
        (("--month", "2026"), "A month is written as 2026-11."),
        (("--month", "2999-01"), "2999-01 has not begun yet."),
        (("--client", "Acme", "--csv", "x.pdf"), "--csv wants a file's name that ends in .csv or .xlsx."),
        (("--client", "Acme", "--pdf", "x.csv"), "--pdf wants a file's name that ends in .pdf."),
        (("--month", ""), "A month is written as 2026-11."),
        (("--pdf", "x.pdf"), "A PDF is made for one client: --client NAME --pdf FILE."),
        (("--client", "Acme", "--csv", str(tmp_path / "no" / "x.csv")), "No such file or directory"),
    ):
        ran = used("statement", *words)
        assert (ran.status, ran.out) == (1, "")
        assert ran.err.startswith("creditdesk: ")
        assert said in ran.err


def test_the_csv_has_the_clients_lines_alone(used: Command, tmp_path: Path) -> None:
    path = tmp_path / "acme.csv"
    assert fine(used("statement", "--client", "Acme", "--csv", str(path))).out == f"Wrote the statement to {path}.\n"
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    told = [(row["client"], row["kind"], row["account"], row["amount"], row["currency"], row["money"]) for row in rows]
    assert told == [("Acme", "use", "Mine", "1.2500", "USD", "1.25")]


def test_the_pdf_is_made_by_a_process_without_a_display(used: Command, tmp_path: Path) -> None:
    path = tmp_path / "acme.pdf"
    words = ["--data-dir", str(used.folder), "statement", "--client", "Acme", "--pdf", str(path)]
    ran = process(words, environment(tmp_path))
    assert (ran.status, ran.err) == (0, ""), ran.err
    assert ran.out == f"Wrote the statement to {path}.\n"
    text = " ".join(each for page in page_texts(path.read_bytes()) for each in page)
    assert "Acme" in text
    assert "$1.25" in text
    assert "Other" not in text
    wrong = process([*words[:-1], str(tmp_path / "no" / "x.pdf")], environment(tmp_path))
    assert (wrong.status, len(wrong.err.splitlines())) == (1, 1)


def test_an_accounts_client_is_set_listed_and_taken_away(desk: Command) -> None:
    fine(desk("accounts", "add", "oneclickseo", "--name", "Typed", "--no-key", "--client", " Acme "))
    assert fine(desk("accounts", "list", "--json")).json["accounts"][0]["client"] == "Acme"
    assert fine(desk("accounts", "set", "Typed", "--client", "Beta")).out == "Changed Typed: client Beta.\n"
    assert fine(desk("accounts", "list", "--json")).json["accounts"][0]["client"] == "Beta"
    assert fine(desk("accounts", "set", "Typed", "--client", "")).out == "Changed Typed: client taken away.\n"
    assert fine(desk("accounts", "list", "--json")).json["accounts"][0]["client"] is None
    key = f"CAP-{'A1' * 16}"
    refused = desk("accounts", "set", "Typed", "--client", key)
    assert refused.status == 1
    assert key not in refused.err


def test_an_import_is_sent_for_a_client(rank: Command, vendors: Vendors, tmp_path: Path) -> None:
    fine(rank("accounts", "set", "Rank", "--client", "Acme"))
    plan = planned(rank, tmp_path, 5, "--engine", DESKTOP)
    assert rank("send", str(plan), "--client", "Beta").status == 0
    assert len(created(vendors)) == 5
    told = fine(rank("statement", "--json")).json
    taken = {each["client"]: each["used"].get("keywords") for each in told["clients"]}
    assert taken == {"Acme": None, "Beta": Decimal(5)}
    assert told["clients"][1]["imports"][0]["items"] == 5
    again = rank("send", "--resume", str(plan), "--client", "Beta")
    assert (again.status, again.out) == (1, "")
