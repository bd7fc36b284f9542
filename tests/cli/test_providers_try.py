"""`creditdesk providers try`: a saved answer or one asked for now, its pools, and never a key."""

import json
import re
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cli.commanding import Command, Vendors, fine

ANSWERS = Path(__file__).parents[1] / "providers" / "answers"
SOLVED = {
    "errorId": 0,
    "balance": 12.34,
    "packages": [
        {"packageId": "p1", "title": "Ten", "numberOfCalls": 7, "token": "CAP-SECRETSECRET", "expireTime": 1802896511}
    ],
}
OWN = """
schema = 1
id = "mine"
name = "Mine"
as_of = 2026-11-21
source = "made up"
credentials = [{ name = "key", label = "Key" }]

[[request]]
id = "first"
url = "https://api.vendor.example/first"
auth = { kind = "bearer", value = "{key}" }

[[request]]
id = "second"
url = "https://api.vendor.example/second"
auth = { kind = "bearer", value = "{key}" }

[[pool]]
id = "one"
label = "One"
kind = "wallet"
unit = "credits"
from = "first"
remaining = "one"

[[pool]]
id = "two"
label = "Two"
kind = "wallet"
unit = "credits"
remaining = "two"
"""


@pytest.fixture
def solved(tmp_path: Path) -> str:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(SOLVED), "utf-8")
    return str(path)


def test_a_saved_answer_gives_its_pools_in_the_form_of_status(desk: Command, solved: str) -> None:
    found = fine(desk("providers", "try", "capsolver", "--answer", solved, "--json")).json
    assert found["trouble"] is None
    assert [(pool["id"], pool["left"]) for pool in found["pools"]] == [("balance", Decimal("12.34")), ("package:p1", 7)]
    assert set(found["pools"][0]) == {"id", "label", "kind", "unit", "left", "limit", "used", "resets_at", "expires_at"}


def test_where_only_what_was_used_is_known_that_is_said(desk: Command, tmp_path: Path) -> None:
    told = tomllib.loads((ANSWERS / "tavily" / "plan-without-limit.toml").read_text("utf-8"))
    saved = tmp_path / "answer.json"
    saved.write_text(told["answer"][0]["body"], "utf-8")
    assert "500 credits used" in fine(desk("providers", "try", "tavily", "--answer", str(saved))).out


def test_an_answer_that_is_a_trouble_is_named_and_ends_with_one(desk: Command, tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    path.write_text('{"error":{"code":"nope"}}', "utf-8")
    words = ("--status", "429", "--header", "Retry-After: 60", "--now", "2026-11-21T12:00:00Z", "--json")
    ran = desk("providers", "try", "ranktracker", "--answer", str(path), *words)
    assert (ran.status, ran.json["pools"]) == (1, [])
    assert (ran.json["trouble"]["kind"], ran.json["trouble"]["retry_at"]) == ("throttled", "2026-11-21T12:01:00Z")


def test_a_definition_of_ones_own_is_tried_from_its_file(desk: Command, tmp_path: Path) -> None:
    definition, answer = tmp_path / "mine.toml", tmp_path / "answer.json"
    definition.write_text(OWN, "utf-8")
    words = ("providers", "try", str(definition))
    for name in ("one", "two"):  # the request whose pools the body fits is found
        answer.write_text(json.dumps({name: 5}), "utf-8")
        found = fine(desk(*words, "--answer", str(answer), "--json")).json
        assert [(pool["id"], pool["left"]) for pool in found["pools"]] == [(name, 5)]
    named = desk(*words, "--answer", str(answer), "--request", "first", "--json")
    assert (named.status, named.json["trouble"]["kind"]) == (1, "bad_answer")
    assert "first, second" in desk(*words, "--answer", str(answer), "--request", "third").err


def test_a_file_that_the_desk_does_not_know_sends_no_key_before_a_yes(desk: Command, tmp_path: Path) -> None:
    definition = tmp_path / "mine.toml"
    definition.write_text(OWN, "utf-8")
    asked = desk("providers", "try", str(definition), "--key-stdin", stdin="sentinel-key-0123456789")
    assert (asked.status, "Nothing was sent" in asked.err) == (1, True)
    assert "https://api.vendor.example/first" in asked.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("capsolver",), "Nothing was sent"),
        (("capsolverr", "--answer", "x"), "did you mean capsolver"),
        (("capsolver", "--answer", "/nowhere/at/all"), "No such file"),
        (("capsolver", "--answer", "{}", "--key-stdin"), "asks nobody"),
        (("seo-rank-genius", "--answer", "{}"), "typed by hand"),
        (("capsolver", "--answer", "{}", "--header", "nonsense"), "--header wants"),
        (("capsolver", "--answer", "{}", "--now", "yesterday"), "--now wants an instant"),
    ],
)
def test_what_cannot_be_tried_is_said(desk: Command, solved: str, words: tuple[str, ...], said: str) -> None:
    ran = desk("providers", "try", *(solved if word == "{}" else word for word in words))
    assert ran.status == 1
    assert said in ran.err


def test_a_vendor_is_asked_now_and_no_key_is_shown(desk: Command, vendors: Vendors) -> None:
    key = vendors.keys["capsolver"]
    ran = desk("providers", "try", "capsolver", "--key-stdin", *vendors.at("capsolver"), "--json", stdin=key)
    assert ran.status == 0
    assert ran.json["pools"][0]["id"] == "balance"
    assert "POST" in ran.err and "HTTP 200" in ran.err and "clientKey" in ran.err
    assert '"token"' in ran.err
    assert key not in ran.err + ran.out and not re.search(r"CAP-[A-Za-z0-9]", ran.err + ran.out)
    assert fine(desk("accounts", "list", "--json")).json["accounts"] == []


def test_a_documented_answer_can_be_tried(desk: Command, tmp_path: Path) -> None:
    case = tomllib.loads((ANSWERS / "serpapi" / "documented.toml").read_text("utf-8"))
    body = tmp_path / "answer.json"
    body.write_text(case["answer"][0]["body"], "utf-8")
    ran = fine(desk("providers", "try", "serpapi", "--answer", str(body)))
    assert "Big Data Plan" in ran.out and "5,958 of 30,000 searches left" in ran.out


def test_a_request_that_costs_something_is_sent_only_when_that_is_agreed_to(desk: Command) -> None:
    ran = desk("providers", "try", "brave-search", "--key-stdin", stdin="sentinel-key-0123456789")
    assert ran.status == 1
    assert "costs 1 search. If that is what you want, add --agreed" in ran.err
