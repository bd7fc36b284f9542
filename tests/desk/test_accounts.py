"""An account's life: added, changed, removed and brought back; its key is in one place or in none."""

import asyncio
from typing import Any

import pytest
from tests.desk.world import World

from creditdesk.core.pools import Account, Custody
from creditdesk.core.series import EventKind
from creditdesk.desk.accounts import AccountError
from creditdesk.desk.offering import recent_vendors
from creditdesk.store.config import AccountRefused, ConfigError
from creditdesk.store.vault import KeyRefused, KeyringLocked, NoKeyring

TWO_KEYS = """
schema = 1
id = "two-keys"
name = "Two Keys"
as_of = 2026-09-30
source = "https://two.example/docs"
credentials = [{ name = "user", label = "User key" }, { name = "secret", label = "Secret" }]

[[request]]
id = "balance"
url = "https://two.example/balance"
auth = { kind = "basic", user = "{user}", password = "{secret}" }

[[pool]]
id = "credits"
label = "Credits"
kind = "wallet"
unit = "credits"
remaining = "credits"
"""


def accounts(world: World) -> list[str]:
    return [account.name for account in world.desk.tools.chosen.accounts]


def test_a_key_goes_into_the_keyring_and_not_into_the_folder(world: World) -> None:
    account = world.add("ranktracker", "Agency")
    assert world.memory.items == {("creditdesk", f"{account.id}/key"): world.key("ranktracker")}
    assert world.key("ranktracker") not in world.places.config.read_text(encoding="utf-8")
    assert accounts(world) == ["Agency"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "60"),
        ({"name": "a\nb"}, "control"),
        ({"name": "AGENCY"}, "another account"),
        ({"base_url": "https://api.ranktracker.com"}, "this machine"),
        ({"base_url": "http://127.0.0.1.evil.example"}, "this machine"),
        ({"base_url": "http://user@127.0.0.1/"}, "only scheme"),
        ({"settings": {"plan": "pro"}}, "no setting"),
        ({"provider": "oneclickseo", "settings": {"plan": "gold"}}, "free, starter, pro"),
        ({"provider": "oneclickseo", "settings": {"edition": "mars"}}, "international, pakistan"),
        ({"provider": "seo-rank-genius", "settings": {"site": "x" * 201}}, "200"),
        ({"provider": "seo-rank-genius", "settings": {"site": "a\x1b[2J"}}, "printable"),
        ({"provider": "typed-allowance", "settings": {"day": "99"}}, r"day cannot be this\. .*\[1-9\].*, such as 1\."),
        ({"provider": "twilio", "settings": {"account_sid": "tkn_usr_0123456789"}}, r"matches \^AC"),
        ({"custody": Custody.ENVIRONMENT, "key_env": "MY KEY"}, "letters"),
        ({"custody": Custody.ENVIRONMENT, "key_env": ""}, "letters"),
        ({"custody": Custody.ENVIRONMENT, "key_env": "tkn_usr_0123456789"}, "looks like the key itself"),
    ],
)
def test_what_cannot_be_is_refused_before_a_key_is_kept(world: World, changes: dict[str, Any], told: str) -> None:
    world.add_typed("oneclickseo", "agency")
    draft = world.draft("ranktracker", "other").changed(**changes)
    with pytest.raises(AccountError, match=told) as caught:
        world.run(world.desk.registry.add(draft, {"key": world.key("ranktracker")}))
    assert "0123456789" not in str(caught.value)
    assert world.memory.items == {}
    assert accounts(world) == ["agency"]


@pytest.mark.parametrize("key", ["", " \n ", "two\nlines", "naïve-key", "tab\tinside", "“quoted”"])
def test_a_bad_paste_is_refused_without_being_repeated(world: World, key: str) -> None:
    with pytest.raises(KeyRefused) as caught:
        world.run(world.desk.registry.add(world.draft("ranktracker"), {"key": key}))
    assert key.strip() == "" or key not in str(caught.value)
    assert world.memory.items == {}
    assert accounts(world) == []


@pytest.mark.parametrize(("name", "error"), [("KeyringLocked", KeyringLocked), ("NoKeyringError", NoKeyring)])
def test_without_a_keyring_that_opens_no_account_is_added(world: World, name: str, error: type[Exception]) -> None:
    world.memory.fail(name)
    with pytest.raises(error):
        world.add("ranktracker")
    assert accounts(world) == []
    world.memory.before = lambda _: None
    world.add("ranktracker")


def test_an_account_that_cannot_be_listed_leaves_no_key_behind(world: World) -> None:
    world.add("ranktracker", "first")
    before = dict(world.memory.items)
    world.places.config.write_text("this is = not [ toml", encoding="utf-8")
    with pytest.raises(ConfigError):
        world.add("leadboxer", "second")
    world.places.config.unlink()
    world.memory.before = lambda verb: world.places.config.write_text("broken [", encoding="utf-8")
    with pytest.raises(ConfigError):
        world.add("leadboxer", "second")
    assert world.memory.items == before


def test_an_account_of_two_keys_keeps_both_or_none(world: World) -> None:
    world.places.definitions.mkdir(parents=True)
    (world.places.definitions / "two-keys.toml").write_text(TWO_KEYS, encoding="utf-8")
    world.restart()
    draft = Account("", "Two", "two-keys", Custody.KEYRING)

    def second_fails(verb: str) -> None:
        if world.memory.calls.count("set") == 2 and verb == "set":
            raise RuntimeError("no room")

    world.memory.before = second_fails
    with pytest.raises(KeyRefused):
        world.run(world.desk.registry.add(draft, {"user": "the-user-key", "secret": "the-secret"}))
    assert (world.memory.items, accounts(world)) == ({}, [])
    world.memory.before = lambda _: None
    account = world.run(world.desk.registry.add(draft, {"user": "the-user-key", "secret": "the-secret"}))
    (user,) = (name for name in world.memory.items if name[1].startswith(account.id) and name[1].endswith("/user"))
    del world.memory.items[user]
    removed = world.run(world.desk.registry.remove(account))
    assert world.memory.items == {}
    assert removed.keys() == {"secret": "the-secret"}


def test_removing_erases_the_key_and_restoring_brings_both_back_to_their_place(world: World) -> None:
    world.add_typed("oneclickseo", "a")
    second = world.add("ranktracker", "b")
    world.add("leadboxer", "c")
    before = world.snapshot(second)
    removed = world.run(world.desk.registry.remove(second))
    assert accounts(world) == ["a", "c"]
    assert world.memory.keys() == {world.key("leadboxer")}
    assert (removed.keys(), removed.key_stays) == ({"key": world.key("ranktracker")}, "")
    assert world.key("ranktracker") not in repr(removed)
    world.run(world.desk.registry.restore(removed))
    assert accounts(world) == ["a", "b", "c"]
    assert world.memory.keys() == {world.key("ranktracker"), world.key("leadboxer")}
    assert world.reading(second).snapshot == before
    kinds = [event.kind for event in world.desk.tools.history.events(account_id=second.id).result()]
    assert kinds[:2] == [EventKind.ADDED, EventKind.REMOVED]
    assert world.snapshot(second) == before


def test_restoring_under_a_name_that_is_taken_leaves_no_key_behind(world: World) -> None:
    removed = world.run(world.desk.registry.remove(world.add("ranktracker", "b")))
    world.add_typed("oneclickseo", "B")
    with pytest.raises(AccountRefused):
        world.run(world.desk.registry.restore(removed))
    assert world.memory.items == {}


def test_a_locked_keyring_removes_nothing_and_a_missing_one_says_what_may_stay(world: World) -> None:
    account = world.add("ranktracker")
    world.memory.fail("KeyringLocked")
    with pytest.raises(KeyringLocked):
        world.run(world.desk.registry.remove(account))
    assert accounts(world) == ["ranktracker"]
    world.memory.fail("NoKeyringError")
    removed = world.run(world.desk.registry.remove(account))
    assert "may still be in the keyring" in removed.key_stays
    assert accounts(world) == []


def test_a_key_for_this_session_never_touches_the_keyring(world: World) -> None:
    world.memory.fail("NoKeyringError")
    account = world.add("ranktracker", custody=Custody.SESSION)
    world.snapshot(account)
    removed = world.run(world.desk.registry.remove(account))
    assert removed.keys() == {"key": world.key("ranktracker")}
    world.run(world.desk.registry.restore(removed))
    world.snapshot(account)
    world.restart()
    assert "one session only" in world.trouble(account).message
    assert world.memory.calls == []


@pytest.mark.parametrize("custody", [Custody.NONE, Custody.SESSION, Custody.ENVIRONMENT])
def test_a_key_kept_elsewhere_leaves_the_keyring(world: World, custody: Custody) -> None:
    account = world.add("ranktracker")
    keys = {"key": world.key("ranktracker")} if custody is Custody.SESSION else None
    key_env = "DESK_KEY" if custody is Custody.ENVIRONMENT else ""
    world.run(world.desk.registry.change(account.changed(custody=custody, key_env=key_env), keys))
    assert world.memory.items == {}
    if keys:
        world.snapshot(account)
        assert world.memory.items == {}


def test_a_key_may_move_to_this_session_while_the_keyring_is_locked(world: World) -> None:
    account = world.add("ranktracker")
    world.memory.fail("KeyringLocked")
    changed = account.changed(custody=Custody.SESSION)
    world.run(world.desk.registry.change(changed, {"key": world.key("ranktracker")}))
    world.snapshot(account)


def test_a_change_that_cannot_be_written_loses_no_key(world: World) -> None:
    account = world.add("ranktracker")
    before = dict(world.memory.items)
    good = world.places.config.read_text(encoding="utf-8")

    def broken(verb: str) -> None:
        if verb == "delete":
            world.places.config.write_text("broken [", encoding="utf-8")

    world.memory.before = broken
    with pytest.raises(ConfigError):
        world.run(world.desk.registry.change(account.changed(custody=Custody.NONE)))
    assert world.memory.items == before
    world.places.config.write_text(good, encoding="utf-8")
    world.snapshot(account)


def test_another_accounts_key_is_refused_and_changes_nothing(world: World) -> None:
    key = world.running.call(lambda box: box.add_account("ranktracker"))
    first, second = world.add("ranktracker", "first"), world.add("ranktracker", "second", key)
    with pytest.raises(AccountError, match="key of first"):
        world.run(world.desk.registry.change(second, {"key": f" {world.key('ranktracker')}\n"}))
    assert world.memory.items["creditdesk", f"{second.id}/key"] == key
    world.run(world.desk.registry.change(first, {"key": world.key("ranktracker")}))


def test_an_account_whose_definition_is_gone_says_so_and_can_be_removed(world: World) -> None:
    world.places.definitions.mkdir(parents=True)
    own = world.places.definitions / "own.toml"
    shipped = world.desk.tools.catalogue.path("ranktracker").read_text(encoding="utf-8")
    own.write_text(shipped.replace('id = "ranktracker"', 'id = "own"'), encoding="utf-8")
    world.restart()
    draft = world.draft("ranktracker", "Own").changed(provider="own")
    account = world.run(world.desk.registry.add(draft, {"key": world.key("ranktracker")}))
    world.approve("own")
    before = world.snapshot(account)
    for text in (None, "schema = 99"):
        own.unlink() if text is None else own.write_text(text, encoding="utf-8")
        (reading,) = world.restart()
        assert reading.snapshot == before
        assert (reading.stale, reading.due_at) == (True, None)
        assert reading.trouble is not None
        assert "own" in reading.trouble.message
        assert world.read(account).reading.trouble == reading.trouble
        asked = world.requests("ranktracker")
    assert asked == 1
    world.run(world.desk.registry.remove(account))
    assert (world.memory.items, accounts(world)) == ({}, [])


def test_everything_the_desk_writes_is_for_the_user_alone(world: World) -> None:
    world.snapshot(world.add("ranktracker"))
    for path in (world.places.data_dir, *world.places.data_dir.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path


def test_two_accounts_added_at_once_are_both_there(world: World) -> None:
    async def both() -> None:
        registry = world.desk.registry
        await asyncio.gather(
            registry.add(world.draft("ranktracker", "one"), {"key": world.key("ranktracker")}),
            registry.add(world.draft("leadboxer", "two"), {"key": world.key("leadboxer")}),
        )

    world.run(both())
    assert sorted(accounts(world)) == ["one", "two"]


@pytest.mark.parametrize("client", ["two\nlines", "\x1b[31mred", "a\u202eb"])
def test_a_client_that_would_change_how_other_lines_look_is_refused(world: World, client: str) -> None:
    with pytest.raises(AccountError, match="control characters"):
        world.add("ranktracker", client=client)
    assert not world.desk.tools.chosen.accounts


def test_a_key_pasted_as_the_name_is_refused_and_not_repeated(world: World) -> None:
    key = world.running.addresses.keys["ranktracker"]
    with pytest.raises(AccountError, match="looks like a key") as refused:
        world.add("ranktracker", name=key)
    assert key not in str(refused.value)


def test_the_very_key_as_a_name_is_refused_whatever_the_vendors_keys_look_like(world: World) -> None:
    key = world.running.addresses.keys["leadboxer"]
    with pytest.raises(AccountError, match="is the key itself") as refused:
        world.add("leadboxer", name=f"mine {key}")
    assert key not in str(refused.value)
    assert not world.desk.tools.chosen.accounts


def test_a_new_account_is_offered_the_vendors_of_the_others_newest_first(world: World) -> None:
    world.add("leadboxer")
    world.clock.move(minutes=1)
    world.add("ranktracker")
    world.clock.move(minutes=1)
    world.add("capsolver")
    world.desk.tools.chosen.order([account.id for account in reversed(world.desk.tools.chosen.accounts)])
    world.clock.move(minutes=1)
    gone = world.add_typed("oneclickseo")
    world.run(world.desk.registry.remove(gone))
    assert world.run(recent_vendors(world.desk.tools)) == ("capsolver", "ranktracker", "leadboxer")


def test_every_popular_vendor_is_one_that_there_is(world: World) -> None:
    catalogue = world.desk.tools.catalogue
    assert len(catalogue.popular()) >= 5
    assert set(catalogue.popular()) <= set(catalogue.ids())
