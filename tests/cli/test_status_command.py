"""`creditdesk status`: exactly the vendor's numbers, every key of the documented JSON, and when a vendor is asked."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.cli.commanding import Command, Ran, Vendors, fine

from creditdesk.sandbox import FaultKind

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
ACCOUNT = {"id", "name", "provider", "state", "source", "read_at", "trouble", "pools"}
POOL = {"id", "label", "kind", "unit", "left", "limit", "used", "resets_at", "expires_at"}
READ = ("ranktracker", "leadboxer", "capsolver")


@pytest.fixture
def full(desk: Command, vendors: Vendors) -> Command:
    """Accounts of four vendors."""
    for provider in READ:
        words = ("accounts", "add", provider, "--name", provider.title(), "--key-stdin", *vendors.at(provider))
        fine(desk(*words, stdin=vendors.keys[provider]))
    fine(desk("accounts", "add", "oneclickseo", "--name", "Shop", "--no-key", "--set", "plan=starter"))
    fine(desk("accounts", "set", "Shop", "--pool", "monthly=312", "--pool", "top-up=120"))
    return desk


def accounts(ran: Ran) -> dict[str, Any]:
    return {account["provider"]: account for account in ran.json["accounts"]}


def pools(account: dict[str, Any]) -> dict[str, Any]:
    return {pool["id"]: pool for pool in account["pools"]}


def test_a_refresh_gives_exactly_the_vendors_numbers(full: Command, vendors: Vendors) -> None:
    vendors.set("capsolver", balance="24.351800000000000000123")
    found = accounts(fine(full("status", "--refresh", "--json")))
    state = vendors.state("ranktracker")
    for pool, quota in {"keywords": "keywords", "data-rows": "dataRows", "on-demand": "onDemand"}.items():
        shown = pools(found["ranktracker"])[pool]
        assert (shown["used"], shown["limit"]) == (state["usage"][quota], state["limits"][quota])
        assert shown["left"] == shown["limit"] - shown["used"]
    for grant in vendors.state("leadboxer")["grants"]:
        shown = pools(found["leadboxer"])[f"grant:{grant['id']}"]
        assert (shown["left"], shown["kind"]) == (grant["remaining"], "package")
        assert shown["expires_at"][:19] == grant["expiresAt"][:19]
    assert str(pools(found["capsolver"])["balance"]["left"]) == "24.351800000000000000123"
    assert [pool["left"] for pool in found["oneclickseo"]["pools"]] == [312, 120]
    assert [found[each]["source"] for each in (*READ, "oneclickseo")] == ["live", "live", "live", "by_hand"]


def test_every_key_is_there_and_has_its_form(full: Command, vendors: Vendors) -> None:
    vendors.fault(FaultKind.STATUS, "leadboxer", status=500)
    for words in (("status", "--json"), ("status", "--refresh", "--json"), ("status", "--json")):
        document = fine(full(*words)).json
        assert set(document) == {"accounts"}
        for account in document["accounts"]:
            assert set(account) == ACCOUNT
            assert account["state"] in {"good", "low", "critical", "exhausted", "not_read"}
            assert account["source"] in {"live", "metered", "estimated", "by_hand", None}
            assert account["read_at"] is None or INSTANT.fullmatch(account["read_at"])
            if account["trouble"]:
                assert set(account["trouble"]) == {"kind", "message", "retry_at"}
                assert INSTANT.fullmatch(account["trouble"]["retry_at"])
            for pool in account["pools"]:
                assert set(pool) == POOL
                assert pool["kind"] in {"allowance", "wallet", "package", "slots", "spend"}
                assert all(isinstance(pool[name], int | Decimal | None) for name in ("left", "limit", "used"))
                assert all(pool[name] is None or INSTANT.fullmatch(pool[name]) for name in ("resets_at", "expires_at"))


def test_unknown_is_null_and_an_account_never_read_says_so(full: Command) -> None:
    found = accounts(fine(full("status", "--json")))
    for provider in READ:
        account = found[provider]
        assert (account["state"], account["source"], account["read_at"]) == ("not_read", None, None)
        assert (account["trouble"], account["pools"]) == (None, [])
    fine(full("accounts", "add", "oneclickseo", "--name", "New", "--no-key", "--set", "plan=pro"))
    new = fine(full("status", "--json")).json["accounts"][-1]
    assert [(pool["left"], pool["limit"], pool["used"]) for pool in new["pools"]] == [
        (None, 2500, None),
        (None, None, None),
    ]


def test_without_refresh_nobody_is_asked(full: Command, vendors: Vendors) -> None:
    before = fine(full("status", "--refresh", "--json")).json
    vendors.set("ranktracker", usage={"keywords": 1})
    assert fine(full("status", "--json")).json == before
    assert [vendors.requests(provider) for provider in READ] == [1, 1, 1]


TROUBLES = [
    (FaultKind.REJECT, {}, "key_rejected"),
    (FaultKind.REJECT, {"mode": "no-access"}, "no_access"),
    (FaultKind.ERROR, {}, "exhausted"),
    (FaultKind.THROTTLE, {}, "throttled"),
    (FaultKind.STATUS, {"status": 503, "retry_after": 90}, "throttled"),
    (FaultKind.STATUS, {"status": 500}, "vendor_down"),
    (FaultKind.RESET, {}, "vendor_down"),
    (FaultKind.HTML, {}, "bad_answer"),
]


@pytest.mark.parametrize(("kind", "fields", "expected"), TROUBLES)
def test_a_trouble_is_named_beside_the_last_good_numbers(
    full: Command, vendors: Vendors, kind: FaultKind, fields: dict[str, Any], expected: str
) -> None:
    failing, well = ("leadboxer", "ranktracker") if expected == "no_access" else ("ranktracker", "leadboxer")
    before = accounts(fine(full("status", "--refresh", "--json")))[failing]
    vendors.fault(kind, failing, **fields)
    after = accounts(fine(full("status", "--refresh", "--json")))
    account = after[failing]
    assert account["trouble"]["kind"] == expected
    assert account["state"] == ("exhausted" if expected == "exhausted" else "not_read")
    assert (account["pools"], account["read_at"], account["source"]) == (before["pools"], before["read_at"], "live")
    assert after[well]["trouble"] is None
    assert accounts(fine(full("status", "--json")))[failing] == account


@pytest.mark.parametrize(("name", "expected"), [("KeyringLocked", "keyring_locked"), ("NoKeyringError", "no_key")])
def test_a_keyring_that_does_not_open_is_a_trouble_of_each_account(full: Command, name: str, expected: str) -> None:
    full.memory.fail(name)
    found = accounts(fine(full("status", "--refresh", "--json")))
    assert {found[provider]["trouble"]["kind"] for provider in READ} == {expected}
    assert found["oneclickseo"]["trouble"] is None


def test_nobody_there_is_no_network(desk: Command, vendors: Vendors) -> None:
    words = ("accounts", "add", "ranktracker", "--name", "A", "--key-stdin", "--base-url", "http://127.0.0.1:9")
    fine(desk(*words, stdin=vendors.keys["ranktracker"]))
    assert desk("status", "--refresh", "--json").json["accounts"][0]["trouble"]["kind"] == "no_network"


def test_a_refresh_asks_at_once_also_with_a_rejected_key(full: Command, vendors: Vendors) -> None:
    vendors.set("ranktracker", revoked=True)
    for asked in (1, 2):
        account = accounts(fine(full("status", "--refresh", "--json")))["ranktracker"]
        assert account["trouble"]["kind"] == "key_rejected"
        assert account["trouble"]["retry_at"] is None
        assert vendors.requests("ranktracker") == asked
    vendors.set("ranktracker", revoked=False)
    assert accounts(fine(full("status", "--refresh", "--json")))["ranktracker"]["trouble"] is None


def test_only_a_vendors_wait_holds_a_refresh_back(full: Command, vendors: Vendors) -> None:
    vendors.fault(FaultKind.THROTTLE, "leadboxer", retry_after=600)
    first = accounts(fine(full("status", "--refresh", "--json")))["leadboxer"]
    again = accounts(fine(full("status", "--refresh", "--json")))["leadboxer"]
    assert first["trouble"]["kind"] == "throttled"
    assert again == first
    assert (vendors.requests("leadboxer"), vendors.requests("capsolver")) == (1, 2)


def test_a_licences_shared_pool_and_a_free_plan(desk: Command) -> None:
    for name, plan in {"shop": "pro", "blog": "pro", "free": "free"}.items():
        words = ("accounts", "add", "seo-rank-genius", "--name", name, "--no-key", "--set", f"plan={plan}")
        fine(desk(*words, "--set", "licence=L1", "--set", f"site={name}.example"))
    fine(desk("accounts", "set", "shop", "--pool", "shared=1000", "--pool", "domain=5"))
    found = {account["name"]: account for account in fine(desk("status", "--json")).json["accounts"]}
    assert [pool["left"] for pool in found["shop"]["pools"]] == [1000, 5]
    assert [pool["left"] for pool in found["blog"]["pools"]] == [1000, None]
    assert (found["free"]["pools"], found["free"]["trouble"]) == ([], None)


def test_the_table_says_level_age_amounts_and_what_is_wrong(full: Command, vendors: Vendors) -> None:
    vendors.fault(FaultKind.STATUS, "leadboxer", status=500)
    text = fine(full("status", "--refresh")).out
    assert "Ranktracker  [low]  just now, live" in text
    assert "Keywords                     158 of 1,000 keywords left" in text
    assert "Leadboxer  [not read]  never read" in text
    assert "Next try" in text
    assert "412,306 calls left, expires" in text
    assert "Shop  [good]  just now, by hand" in text
    assert "(assumed)" in text


def test_an_empty_desk_says_what_to_do(desk: Command) -> None:
    assert "accounts add" in fine(desk("status")).out
    assert fine(desk("status", "--json")).json == {"accounts": []}
    assert fine(desk("status", "--refresh", "--json")).json == {"accounts": []}


def test_an_account_on_a_test_server_is_marked_in_the_words(full: Command, vendors: Vendors) -> None:
    for words in (("status", "--refresh"), ("accounts", "list")):
        lines = fine(full(*words)).out.splitlines()
        marked = [line for line in lines if f", test server {vendors.urls['ranktracker']}" in line]
        assert [line.split()[0] for line in marked] == ["Ranktracker"]
        assert not [line for line in lines if line.startswith("Shop") and "test server" in line]


def test_a_definition_that_is_gone_leaves_the_last_numbers_and_says_so(full: Command, vendors: Vendors) -> None:
    (full.folder / "providers").mkdir()
    shipped = fine(full("providers", "show", "ranktracker")).out
    own = full.folder / "providers" / "own.toml"
    own.write_text(shipped.replace('id = "ranktracker"', 'id = "own"'), encoding="utf-8")
    mark = full("providers", "approve", "own").out.partition("Its mark is ")[2].partition(".")[0]
    fine(full("providers", "approve", "own", "--yes", mark))
    words = ("accounts", "add", "own", "--name", "Own", "--key-stdin", *vendors.at("ranktracker"))
    fine(full(*words, stdin=vendors.keys["ranktracker"]))
    fine(full("status", "--refresh", "--json"))
    own.unlink()
    for words in (("status", "--json"), ("status", "--refresh", "--json")):
        account = accounts(full(*words))["own"]
        assert (account["trouble"]["kind"], account["state"]) == ("bad_answer", "not_read")
        assert pools(account)["keywords"]["limit"] == 1000
    assert "no usable definition" in full("status").out
    fine(full("accounts", "remove", "Own"))


def test_a_broken_config_is_told_with_its_line_and_left_alone(full: Command) -> None:
    config = full.folder / "config.toml"
    config.write_text("schema = 1\n[settings]\ninterval_s = 5\n", encoding="utf-8")
    for words in (("status",), ("accounts", "list"), ("accounts", "add", "leadboxer", "--name", "X", "--no-key")):
        ran = full(*words)
        assert (ran.status, ran.out) == (1, "")
        assert "config.toml, line 3: interval_s" in ran.err
    assert config.read_text(encoding="utf-8").endswith("interval_s = 5\n")


def test_a_damaged_history_is_told_and_the_command_goes_on(full: Command) -> None:
    (full.folder / "history.sqlite3").write_bytes(b"not a database at all")
    ran = full("status", "--json")
    assert ran.status == 0
    assert "was not a database" in ran.err
    assert len(ran.json["accounts"]) == 4


def test_a_clock_that_is_off_is_said_beside_the_numbers(full: Command, vendors: Vendors) -> None:
    assert full("status", "--refresh").err == ""
    vendors.running.call(lambda sandbox: setattr(sandbox, "skew", timedelta(minutes=20)))
    ran = full("status", "--refresh")
    assert (ran.status, "minutes behind the vendors'" in ran.err) == (0, True)
