"""`alerts list` and `alerts test`: what was warned of and why, and what a rule would have said of the past."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from tests.cli.commanding import Command, Vendors, fine

from creditdesk.core.pools import Pool, PoolKind, Snapshot, Source
from creditdesk.core.rules import RuleKind
from creditdesk.store.history import History

D = Decimal


@pytest.fixture
def bare(desk: Command) -> str:
    """An account without a key, of which nothing was typed yet."""
    fine(desk("accounts", "add", "oneclickseo", "--name", "Agency", "--no-key", "--set", "plan=starter"))
    return str(fine(desk("accounts", "list", "--json")).json["accounts"][0]["id"])


@pytest.fixture
def account(desk: Command, bare: str) -> str:
    """The same, low by what was typed."""
    fine(desk("accounts", "set", "Agency", "--pool", "monthly=30", "--pool", "top-up=0"))
    return bare


def past(desk: Command, account: str, lefts: list[int]) -> None:
    """Readings an hour apart until now."""
    history = History(desk.folder / "history.sqlite3", datetime.now(UTC))
    begin = datetime.now(UTC) - timedelta(hours=len(lefts))
    for hour, left in enumerate(lefts):
        pool = Pool("monthly", "Monthly", PoolKind.ALLOWANCE, "credits", D(left), D(500))
        at = begin + timedelta(hours=hour)
        history.record(account, Snapshot(at, Source.LIVE, (pool,)), at).result(10)
    history.close()


def test_a_desk_that_never_warned_says_so(desk: Command) -> None:
    assert "Nothing was warned of yet" in fine(desk("alerts", "list")).out
    assert fine(desk("alerts", "list", "--json")).json == {"alerts": []}


def test_a_warning_is_listed_with_its_rule_numbers_and_where_it_was_told(desk: Command, account: str) -> None:
    fine(desk("status", "--refresh"))
    (row,) = fine(desk("alerts", "list", "--json")).json["alerts"]
    assert (row["account"], row["rule"], row["level"], row["state"]) == ("Agency", "level", "low", "open")
    assert row["numbers"] == {"left": "30", "limit": "500", "unit": "credits", "under": "20 %"}
    assert (row["delivered"], row["deliveries"], row["cleared_at"]) == (None, [], None)
    history = History(desk.folder / "history.sqlite3", datetime.now(UTC))
    history.warned.mark_delivered([row["id"]], "missed", datetime.now(UTC)).result(10)
    history.warned.note_delivery([row["id"]], "desktop", "shown", datetime.now(UTC)).result(10)
    history.close()
    (row,) = fine(desk("alerts", "list", "--json")).json["alerts"]
    assert row["delivered"] == "notification"
    assert [(each["channel"], each["outcome"]) for each in row["deliveries"]] == [("desktop", "shown")]
    told = fine(desk("alerts", "list")).out
    assert "Agency: all credits" in told
    assert "30 of 500 credits left, under 20 %" in told
    assert "desktop shown" in told


def test_a_rule_is_tried_on_the_past(desk: Command, bare: str) -> None:
    past(desk, bare, [500, 200, 90, 95, 80, 20, 300, 90])
    answer = fine(desk("alerts", "test", "level", "--replay-only", "--json")).json
    assert answer["sent"] == []
    (tried,) = answer["accounts"]
    assert [(each["level"], each["cleared_at"] is None) for each in tried["fired"]] == [
        ("low", False),
        ("critical", False),
        ("low", True),
    ]
    told = fine(desk("alerts", "test", "level", "--account", "Agency", "--replay-only")).out
    assert "Agency: it would have fired 3 times." in told
    assert "still open" in told


@pytest.mark.parametrize("rule", RuleKind)
def test_every_rule_can_be_tried(desk: Command, bare: str, rule: RuleKind) -> None:
    past(desk, bare, [500, 499, 498])
    (tried,) = fine(desk("alerts", "test", rule, "--replay-only", "--json")).json["accounts"]
    assert tried["fired"] == []


def test_a_rule_that_is_off_for_an_account_says_nothing_of_it_and_comes_back(desk: Command, account: str) -> None:
    fine(desk("accounts", "set", "Agency", "--rule", "level=off", "--rule", "runs-out=off"))
    fine(desk("status", "--refresh"))
    assert fine(desk("alerts", "list", "--json")).json == {"alerts": []}
    assert "The rule is off" in fine(desk("alerts", "test", "level", "--replay-only")).out
    fine(desk("accounts", "set", "Agency", "--rule", "level=on"))
    fine(desk("status", "--refresh"))
    assert len(fine(desk("alerts", "list", "--json")).json["alerts"]) == 1
    ran = desk("accounts", "set", "Agency", "--rule", "lvel=off")
    assert ran.status == 1
    assert "The rules are level, runs-out" in ran.err
    assert "unusual is off for the whole desk" in desk("accounts", "set", "Agency", "--rule", "unusual=on").err


def test_a_wrong_rule_is_refused_and_a_test_says_what_it_could_not_send(
    desk: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk("alerts", "test", "everything").status == 1
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    assert "desktop: no notification service took it" in fine(desk("alerts", "test", "level")).out


def test_a_key_that_is_rejected_is_listed(desk: Command, vendors: Vendors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", vendors.keys["ranktracker"])
    base = vendors.at("ranktracker")
    fine(desk("accounts", "add", "ranktracker", "--name", "Keyed", "--key-env", "A_KEY", *base))
    monkeypatch.setenv("A_KEY", "no-such-key")
    fine(desk("status", "--refresh"))
    (row,) = fine(desk("alerts", "list", "--json")).json["alerts"]
    assert (row["rule"], row["level"], row["numbers"]["trouble"]) == ("key-rejected", "low", "key_rejected")
    monkeypatch.setenv("A_KEY", vendors.keys["ranktracker"])


def test_what_is_of_a_removed_account_is_not_open(desk: Command, account: str) -> None:
    fine(desk("status", "--refresh"))
    assert "open, low  Agency: all credits" in fine(desk("alerts", "list")).out
    fine(desk("accounts", "remove", "Agency"))
    rows = fine(desk("alerts", "list", "--json")).json["alerts"]
    assert [(row["account"], row["account_id"], row["state"]) for row in rows] == [(None, account, "over")]
    assert "over, low  a removed account: all credits" in fine(desk("alerts", "list")).out
