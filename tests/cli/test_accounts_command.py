"""`creditdesk accounts`: where each key goes, and that it cannot be an argument."""

import argparse
from collections.abc import Iterator

import pytest
from tests.cli.commanding import Command, Vendors, fine

from creditdesk.cli.arguments import parser
from creditdesk.sandbox import FaultKind

KEY = "tkn_usr_SENTINEL0123456789abcdef"


def test_a_key_from_standard_input_goes_into_the_keyring_alone(desk: Command) -> None:
    ran = fine(desk("accounts", "add", "ranktracker", "--name", "Agency", "--key-stdin", stdin=f"  {KEY}\r\n"))
    assert ran.out.startswith("Added Agency (Ranktracker). Its key is kept in ")
    assert desk.memory.keys() == {KEY}
    assert KEY not in ran.out
    for path in desk.folder.rglob("*"):
        assert KEY.encode() not in path.read_bytes()


def test_a_key_in_a_variable_is_kept_by_name_and_touches_no_keyring(
    desk: Command, vendors: Vendors, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("accounts", "add", "ranktracker", "--name", "Server", "--key-env", "RANK_KEY", *vendors.at("ranktracker"))
    assert "RANK_KEY" in fine(desk(*words)).out
    assert desk("status", "--refresh", "--json").json["accounts"][0]["trouble"]["kind"] == "no_key"
    monkeypatch.setenv("RANK_KEY", vendors.keys["ranktracker"])
    assert desk("status", "--refresh", "--json").json["accounts"][0]["trouble"] is None
    fine(desk("accounts", "remove", "Server"))
    assert desk.memory.calls == []


def test_an_account_without_a_key_has_its_balances_typed(desk: Command) -> None:
    ran = fine(desk("accounts", "add", "oneclickseo", "--name", "Shop", "--no-key", "--set", "plan=starter"))
    assert "type its balances" in ran.out
    told = fine(desk("accounts", "set", "shop", "--pool", "monthly=312", "--pool", "top-up=1,120.50")).out
    instant = desk("status", "--json").json["accounts"][0]["read_at"]
    assert told == f"Changed Shop: monthly=312, top-up=1120.50 (typed {instant[:10]} {instant[11:16]} UTC).\n"
    pools = desk("status", "--json").json["accounts"][0]["pools"]
    assert [str(pool["left"]) for pool in pools] == ["312", "1120.50"]
    fine(desk("accounts", "set", "Shop", "--pool", "monthly=300"))
    pools = desk("status", "--json").json["accounts"][0]["pools"]
    assert [str(pool["left"]) for pool in pools] == ["300", "1120.50"]


def test_settings_are_set_and_taken_away(desk: Command) -> None:
    add = ("accounts", "add", "oneclickseo", "--name", "Shop", "--no-key")
    fine(desk(*add, "--set", "plan=starter", "--set", "edition=pakistan"))
    assert desk("accounts", "list", "--json").json["accounts"][0]["settings"] == {
        "plan": "starter",
        "edition": "pakistan",
    }
    assert desk("status", "--json").json["accounts"][0]["pools"][0]["limit"] == 450
    told = fine(desk("accounts", "set", "Shop", "--set", "plan=pro", "--set", "edition=")).out
    assert told == "Changed Shop: plan=pro, edition taken away.\n"
    assert desk("accounts", "list", "--json").json["accounts"][0]["settings"] == {"plan": "pro"}
    assert desk("status", "--json").json["accounts"][0]["pools"][0]["limit"] == 2500


def test_the_list_tells_where_a_key_is_and_never_the_key(desk: Command, vendors: Vendors) -> None:
    assert fine(desk("accounts", "list")).out == "No accounts yet.\n"
    fine(desk("accounts", "add", "ranktracker", "--name", "A", "--key-stdin", *vendors.at("ranktracker"), stdin=KEY))
    fine(desk("accounts", "add", "leadboxer", "--name", "B", "--key-env", "LEAD_KEY"))
    fine(desk("accounts", "add", "seo-rank-genius", "--name", "C", "--no-key", "--set", "licence=L1"))
    listed = fine(desk("accounts", "list", "--json"))
    rows = listed.json["accounts"]
    assert [(row["name"], row["provider"], row["key"], row["key_env"], row["base_url"]) for row in rows] == [
        ("A", "ranktracker", "keyring", None, vendors.urls["ranktracker"]),
        ("B", "leadboxer", "environment", "LEAD_KEY", None),
        ("C", "seo-rank-genius", "none", None, None),
    ]
    assert rows[2]["settings"] == {"licence": "L1"}
    assert {frozenset(row) for row in rows} == {
        frozenset({"id", "name", "provider", "key", "key_env", "base_url", "settings", "client", "remind_days"})
    }
    text = fine(desk("accounts", "list")).out
    assert "A" in text and "key: keyring" in text and "key: LEAD_KEY" in text
    assert KEY not in text + listed.out


def test_removing_takes_the_key_away_and_leaves_the_history(desk: Command) -> None:
    fine(desk("accounts", "add", "ranktracker", "--name", "A", "--key-stdin", stdin=KEY))
    assert fine(desk("accounts", "remove", "a")).out == "Removed A and its key. Its history stays.\n"
    assert desk.memory.items == {}
    fine(desk("accounts", "add", "oneclickseo", "--name", "B", "--no-key"))
    assert fine(desk("accounts", "remove", "B")).out == "Removed B. Its history stays.\n"
    assert (desk.folder / "history.sqlite3").exists()


WRONG = {
    "an unknown vendor": (("add", "ranktraker", "--name", "X", "--no-key"), "ranktracker"),
    "a name that is taken": (("add", "leadboxer", "--name", "OLD", "--no-key"), "another account has this name"),
    "an empty name": (("add", "leadboxer", "--name", " ", "--no-key"), "1 to 60"),
    "an address elsewhere": (
        ("add", "leadboxer", "--name", "X", "--no-key", "--base-url", "http://example.com"),
        "only an address of this machine",
    ),
    "an address that looks like this machine": (
        ("add", "leadboxer", "--name", "X", "--no-key", "--base-url", "http://127.0.0.1@example.com"),
        "only an address of this machine",
    ),
    "an unknown setting": (("add", "leadboxer", "--name", "X", "--no-key", "--set", "colour=red"), "plan, prices"),
    "a value that cannot be": (("add", "leadboxer", "--name", "X", "--no-key", "--set", "plan=gold"), "free, starter"),
    "a setting of another form": (
        ("add", "typed-allowance", "--name", "X", "--no-key", "--set", "day=99"),
        "day cannot be this. Allowed is",
    ),
    "a setting without a value": (("add", "leadboxer", "--name", "X", "--no-key", "--set", "plan"), "NAME=VALUE"),
    "a key for a vendor without one": (("add", "seo-rank-genius", "--name", "X", "--key-stdin"), "takes no key"),
    "a variable for a vendor without a key": (
        ("add", "seo-rank-genius", "--name", "X", "--key-env", "K"),
        "takes no key",
    ),
    "a variable that is none": (("add", "leadboxer", "--name", "X", "--key-env", "MY-KEY"), "letters, digits"),
    "no key at all": (("add", "leadboxer", "--name", "X"), "required"),
    "two ways to give a key": (("add", "leadboxer", "--name", "X", "--no-key", "--key-stdin"), "not allowed"),
    "an unknown account": (("remove", "Nobody"), "Accounts: Old"),
    "an unknown account to set": (("set", "Nobody", "--set", "plan=pro"), "Accounts: Old"),
    "nothing to set": (("set", "Old"), "--set"),
    "an unknown balance": (("set", "Old", "--pool", "weekly=5"), "monthly, top-up"),
    "a balance that is no number": (("set", "Old", "--pool", "monthly=lots"), "must be a number"),
    "a balance that is not finite": (("set", "Old", "--pool", "monthly=NaN"), "must be a number"),
    "a limit that is the plan's": (("set", "Old", "--pool", "monthly=1/500"), "plan's"),
    "a setting that is not there": (("set", "Old", "--set", "colour="), "to take away"),
    "an unknown verb": (("rename", "Old"), "no such word"),
    "no verb": ((), "VERB"),
    "an abbreviated option": (("list", "--js"), "unknown option: --js"),
}


@pytest.mark.parametrize(("words", "told"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_told_in_a_line_and_leaves_with_1(desk: Command, words: tuple[str, ...], told: str) -> None:
    fine(desk("accounts", "add", "oneclickseo", "--name", "Old", "--no-key"))
    before = (desk.folder / "config.toml").read_bytes()
    ran = desk("accounts", *words, stdin=KEY)
    assert (ran.status, ran.out) == (1, "")
    assert told in ran.err
    assert "Traceback" not in ran.err
    assert ran.err.splitlines()[-1].startswith("creditdesk")
    assert (desk.folder / "config.toml").read_bytes() == before
    assert desk.memory.items == {}


@pytest.mark.parametrize("raw", [b"", b"\n", b"one\ntwo", "naïve".encode(), b"\xff\xfe", b"k" * 70_000])
def test_a_bad_paste_is_refused(desk: Command, raw: bytes) -> None:
    ran = desk("accounts", "add", "ranktracker", "--name", "A", "--key-stdin", stdin=raw)
    assert ran.status == 1
    assert "key" in ran.err
    assert "one" not in ran.err.split()
    assert desk.memory.items == {}
    assert desk("accounts", "list", "--json").json == {"accounts": []}


def test_an_unusual_key_is_a_hint_and_no_error(desk: Command) -> None:
    ran = desk("accounts", "add", "ranktracker", "--name", "A", "--key-stdin", stdin="something-else")
    assert ran.status == 0
    assert "does not look like" in ran.err
    assert "something-else" not in ran.err + ran.out
    assert desk.memory.keys() == {"something-else"}


@pytest.mark.parametrize("name", ["KeyringLocked", "NoKeyringError"])
def test_without_a_keyring_that_opens_the_key_is_not_kept(desk: Command, name: str) -> None:
    desk.memory.fail(name)
    ran = desk("accounts", "add", "ranktracker", "--name", "A", "--key-stdin", stdin=KEY)
    assert ran.status == 1
    assert "keyring" in ran.err
    assert KEY not in ran.err
    assert desk("accounts", "list", "--json").json == {"accounts": []}


def test_a_key_that_may_stay_behind_is_said(desk: Command) -> None:
    fine(desk("accounts", "add", "ranktracker", "--name", "A", "--key-stdin", stdin=KEY))
    desk.memory.fail("NoKeyringError")
    ran = desk("accounts", "remove", "A")
    assert (ran.status, ran.out) == (0, "Removed A. Its history stays.\n")
    assert "may still be in the keyring" in ran.err


def options(found: argparse.ArgumentParser) -> Iterator[str]:
    """Every option of a parser and its sub-commands."""
    for action in found._actions:
        yield from action.option_strings
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from options(inner)


def test_no_option_takes_a_key() -> None:
    named = {option for option in options(parser()) if "key" in option or "secret" in option or "token" in option}
    assert named == {"--key-stdin", "--key-env", "--no-key", "--keep-keys"}
    assert "keep_keys=True" in str(parser().parse_args(["providers", "approve", "x", "--keep-keys"]))  # takes nothing


ADD = ("accounts", "add", "ranktracker", "--name", "A")


@pytest.mark.parametrize(
    "words",
    [
        (*ADD, "--no-key", "--key", KEY),
        (*ADD, "--no-key", f"--key={KEY}"),
        (*ADD, f"--key-stdin={KEY}"),
        (*ADD, f"--no-key={KEY}"),
        (*ADD, "--key-stdin", KEY),
        (*ADD, "--no-key", "--set", "x=1", KEY),
        (*ADD, "--key-env", KEY),
        (*ADD, "--no-key", f"--{KEY}"),
        (*ADD, "--no-key", "-k", KEY),
        (*ADD, "--no-key", f"-k{KEY}"),
        (*ADD, f"--key-{KEY}"),
        (KEY,),
        ("accounts", KEY),
        ("accounts", "remove", KEY),
        ("accounts", "set", KEY, "--set", "a=b"),
        ("accounts", "add", KEY, "--name", "A", "--no-key"),
        (*ADD, "--no-key", "--base-url", KEY),
        (*ADD, "--no-key", "--set", KEY),
        (*ADD, "--no-key", "--set", f"key={KEY}"),
        ("accounts", "add", "leadboxer", "--name", "A", "--no-key", "--set", f"plan={KEY}"),
        ("size", "-", "--account", KEY, "--operation", "x"),
        ("providers", "show", KEY),
    ],
)
def test_a_key_among_the_arguments_is_refused_and_not_repeated(desk: Command, words: tuple[str, ...]) -> None:
    ran = desk(*words, stdin=KEY)
    assert ran.status == 1
    assert "SENTINEL" not in ran.out + ran.err
    assert desk.memory.items == {}
    assert desk("accounts", "list", "--json").json == {"accounts": []}


def test_an_account_that_fails_can_be_listed_and_removed(desk: Command, vendors: Vendors) -> None:
    fine(desk(*ADD, "--key-stdin", *vendors.at("ranktracker"), stdin=vendors.keys["ranktracker"]))
    vendors.fault(FaultKind.STATUS, status=500)
    assert desk("status", "--refresh", "--json").json["accounts"][0]["trouble"]["kind"] == "vendor_down"
    fine(desk("accounts", "remove", "A"))
    assert desk("status", "--json").json == {"accounts": []}
