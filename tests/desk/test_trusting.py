"""A definition of the user's own: nothing is sent before it is approved, and no other definition gets its keys."""

import random
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.desk.vendor_desk import VendorDesk, as_json
from tests.desk.world import World
from tests.providers.test_binding import BOUND, FREE, OWN, one_sign_other
from tests.proving import size

from creditdesk.core.pools import Account, Custody, Snapshot, Trouble, TroubleKind
from creditdesk.desk.approving import approve, question
from creditdesk.desk.probing import Prober
from creditdesk.desk.tools import Declined
from creditdesk.providers.binding import binding
from creditdesk.providers.definitions import DefinitionError, load
from creditdesk.store.approvals import Approvals

KEY = "sk-0123456789abcdef"
SIMPLE = """
schema = 1
id = "mine"
name = "Mine"
as_of = 2026-09-30
source = "https://vendor.example/docs"
credentials = [{ name = "key", label = "API key" }]

[[request]]
id = "balance"
url = "https://api.vendor.example/v1/balance"
auth = { kind = "bearer", value = "{key}" }

[[pool]]
id = "credits"
label = "Credits"
kind = "wallet"
unit = "credits"
remaining = "left"
"""
MOVED = SIMPLE.replace("api.vendor.example", "api.vendor.evil")


class Mine(VendorDesk):
    """A desk with a definition of the user's own."""

    def put(self, text: str, definition_id: str = "mine") -> None:
        folder = self.places.definitions
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{definition_id}.toml").write_text(text, encoding="utf-8")
        self.desk.tools.catalogue.renew()

    def approve(self, definition_id: str = "mine", host: str = "", keys: bool = False) -> str:
        tools = self.desk.tools
        asked = question(tools, lambda: tools.catalogue.get(definition_id))
        assert asked is not None
        return self.run(approve(tools, self.desk.reader, asked, host, keys))

    def trouble(self, account: Account) -> TroubleKind | None:
        found = self.read(account).trouble
        return found.kind if found else None


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Mine]:
    opened = Mine(tmp_path / "desk", lambda _request: as_json({"left": 58, "access_token": "t0ken"}))
    yield opened
    opened.close()


def test_nothing_is_sent_before_the_approval_and_everything_after_it(desk: Mine) -> None:
    desk.put(SIMPLE)
    account = desk.add("mine", KEY)
    assert desk.trouble(account) is TroubleKind.NOT_APPROVED
    tested = desk.run(desk.desk.reader.test(account, {"key": KEY}))
    assert isinstance(tested, Trouble)
    assert tested.kind is TroubleKind.NOT_APPROVED
    assert desk.asked == []
    assert desk.approve() == ""
    assert desk.trouble(account) is None
    assert [str(each.url) for each in desk.asked] == ["https://api.vendor.example/v1/balance"]
    assert isinstance(desk.run(desk.desk.reader.test(account, {"key": KEY})), Snapshot)


def test_a_reading_that_is_not_approved_is_not_tried_again_by_itself(desk: Mine) -> None:
    desk.put(SIMPLE)
    account = desk.add("mine", KEY)
    reading = desk.read(account)
    assert reading.trouble is not None
    assert reading.due_at is None
    assert "Mine is a definition of your own" in reading.trouble.message
    desk.approve()
    assert desk.desk.reader.reading(account).due_at is not None
    (reading,) = desk.restart()
    assert reading.trouble is None


def test_an_approval_by_another_process_holds_at_the_next_reading(desk: Mine) -> None:
    desk.put(SIMPLE)
    account = desk.add("mine", KEY)
    assert desk.trouble(account) is TroubleKind.NOT_APPROVED
    other = Mine(desk.places.config_dir, desk.answer)
    other.memory.items = desk.memory.items
    other.approve()
    other.close()
    assert desk.trouble(account) is None


def test_a_change_of_a_label_is_not_asked_about_and_one_of_the_address_is(desk: Mine) -> None:
    desk.put(SIMPLE)
    account = desk.add("mine", KEY)
    desk.approve()
    assert desk.trouble(account) is None
    desk.put(SIMPLE.replace('label = "Credits"', 'label = "Money"'))
    assert desk.trouble(account) is None
    assert len(desk.asked) == 2
    desk.put(MOVED)
    reading = desk.read(account)
    assert reading.trouble is not None
    assert reading.trouble.kind is TroubleKind.NOT_APPROVED
    assert reading.snapshot is not None
    assert len(desk.asked) == 2
    asked = question(desk.desk.tools, lambda: desk.desk.tools.catalogue.get("mine"))
    assert asked is not None
    assert "New: GET https://api.vendor.evil/v1/balance" in asked.changed
    assert not asked.is_new


MUTATED = size(500, 5_000)


def mutated(chance: random.Random) -> Iterator[str]:
    """Texts that are right definitions and send something else somewhere than OWN does, without an end."""
    approved = binding(load(OWN, "x.toml")).digest
    while True:
        text = OWN
        for old, new in chance.sample((*BOUND[1:], *FREE), chance.randint(1, 3)):
            text = text.replace(old, new)
        text = one_sign_other(text, chance) if chance.random() < 0.3 else text
        try:
            found = load(text, "x.toml")
        except DefinitionError:
            continue
        if found.id == "some-vendor" and binding(found).digest != approved:
            yield text


@pytest.mark.promise("E2", f"{MUTATED:,} mutated definitions, by their requests")
def test_no_mutated_definition_makes_a_request_before_its_approval(desk: Mine) -> None:
    desk.put(OWN, "some-vendor")
    keys = {"key": KEY, "user": "me-and-nobody"}
    draft = Account("", "Some", "some-vendor", Custody.KEYRING, settings={"site": "mine", "region": "us"})
    account = desk.run(desk.desk.registry.add(draft, keys))
    desk.approve("some-vendor")
    texts = mutated(random.Random(5))
    for number in range(MUTATED):
        text = next(texts)
        desk.put(text, "some-vendor")
        if number % 10 == 0:  # each is written into the history: 10 ms
            assert desk.trouble(account) is TroubleKind.NOT_APPROVED
        tested = desk.run(desk.desk.reader.test(account, keys))
        assert isinstance(tested, Trouble)
        assert tested.kind is TroubleKind.NOT_APPROVED
        assert desk.asked == [], text
    desk.put(OWN, "some-vendor")
    desk.run(desk.desk.reader.test(account, keys))
    assert len(desk.asked) == 2


def shipped_as_own(world: World) -> Account:
    """A built-in definition in the user's folder under another id, and an account of it."""
    text = world.desk.tools.catalogue.path("ranktracker").read_text(encoding="utf-8")
    world.own(text.replace('id = "ranktracker"', 'id = "own"'), "own")
    draft = world.draft("ranktracker", "Own").changed(provider="own")
    return world.run(world.desk.registry.add(draft, {"key": world.key("ranktracker")}))


def test_imports_are_not_sent_and_no_list_is_read_before_the_approval(world: World) -> None:
    account = shipped_as_own(world)
    with pytest.raises(Declined, match=r"not approved|definition of your own"):
        world.run(world.desk.sender.places(account.id))
    assert world.requests("ranktracker") == 0
    world.approve("own")
    assert world.run(world.desk.sender.places(account.id))
    assert world.requests("ranktracker") > 0


def test_no_question_of_a_probe_is_asked_before_the_approval(world: World) -> None:
    text = world.desk.tools.catalogue.path("oneclickseo").read_text(encoding="utf-8")
    world.own(text.replace('id = "oneclickseo"', 'id = "own"'), "own")
    draft = world.draft("oneclickseo", "Own").changed(provider="own")
    account = world.run(world.desk.registry.add(draft, {"key": world.key("oneclickseo")}))
    operation = world.desk.tools.catalogue.get("own").probes[0].operation
    prober = Prober(world.desk.tools)
    with pytest.raises(Declined) as told:
        world.run(prober.probe(account.id, operation, ["example.com"]))
    assert told.value.trouble.kind is TroubleKind.NOT_APPROVED  # type: ignore[attr-defined]
    assert world.requests("oneclickseo") == 0
    world.approve("own")
    world.run(prober.probe(account.id, operation, ["example.com"]))
    assert world.requests("oneclickseo") == 1


# ---- whose key it is


@pytest.mark.promise("E3", "a swapped file, read, tested and approved")
def test_a_swapped_file_with_the_same_id_gets_no_key_of_the_former_one(desk: Mine) -> None:
    desk.put(SIMPLE)
    account = desk.add("mine", KEY)
    desk.approve()
    assert desk.trouble(account) is None
    desk.put(MOVED)
    assert desk.trouble(account) is TroubleKind.NOT_APPROVED
    desk.approve()
    reading = desk.read(account)
    assert reading.trouble is not None
    assert reading.trouble.kind is TroubleKind.NO_KEY
    assert "for another state of its definition" in reading.trouble.message
    assert [each.url.host for each in desk.asked] == ["api.vendor.example"]
    assert desk.memory.keys() == {KEY}


def test_the_key_is_moved_when_the_user_says_so_and_is_then_in_one_place(desk: Mine) -> None:
    desk.put(SIMPLE)
    account = desk.add("mine", KEY)
    desk.approve()
    desk.put(MOVED)
    assert desk.approve(keys=True) == ""
    assert desk.trouble(account) is None
    assert list(desk.memory.items.values()) == [KEY]
    desk.put(SIMPLE)
    assert desk.trouble(account) is TroubleKind.NO_KEY


def test_a_key_given_anew_takes_the_place_of_the_former_one(desk: Mine) -> None:
    desk.put(SIMPLE)
    account = desk.add("mine", KEY)
    desk.put(MOVED)
    desk.approve()
    desk.run(desk.desk.registry.change(account, {"key": "sk-another-0123456789"}))
    assert desk.memory.keys() == {"sk-another-0123456789"}
    assert desk.trouble(account) is None
    assert desk.asked[0].headers["authorization"] == "Bearer sk-another-0123456789"


def test_a_key_of_a_former_version_is_found_after_the_one_question(desk: Mine) -> None:
    desk.put(SIMPLE)
    account = desk.add("mine", KEY)
    ((name, _),) = desk.memory.items.items()
    desk.memory.items = {("creditdesk", f"{account.id}/key"): KEY}  # as the former version kept it
    desk.places.approved.unlink()
    assert desk.trouble(account) is TroubleKind.NOT_APPROVED
    asked = question(desk.desk.tools, lambda: desk.desk.tools.catalogue.get("mine"))
    assert asked is not None
    assert (asked.is_new, [each.id for each in asked.stored]) == (True, [account.id])
    desk.approve(keys=True)
    assert desk.memory.items == {name: KEY}
    assert desk.trouble(account) is None
    assert question(desk.desk.tools, lambda: desk.desk.tools.catalogue.get("mine")) is None


def test_keys_of_built_in_definitions_keep_their_names(desk: Mine) -> None:
    account = desk.add("ranktracker", "tkn_usr_0123456789")
    assert list(desk.memory.items) == [("creditdesk", f"{account.id}/key")]
    assert not desk.places.approved.exists()


def test_an_own_definition_whose_id_a_later_version_brings_gets_its_key_lost_nowhere(desk: Mine) -> None:
    desk.put(SIMPLE)
    account = desk.add("mine", KEY)
    changed = account.changed(provider="ranktracker")  # as if "mine" were a built-in id from now on
    desk.desk.tools.chosen.change(changed)
    assert desk.trouble(changed) is TroubleKind.NO_KEY
    assert desk.memory.keys() == {KEY}
    desk.run(desk.desk.registry.change(changed, {"key": "tkn_usr_0123456789"}))
    assert desk.memory.items == {("creditdesk", f"{account.id}/key"): "tkn_usr_0123456789"}


def test_an_account_is_removed_with_its_key_and_brought_back_with_it(desk: Mine) -> None:
    desk.put(SIMPLE)
    account = desk.add("mine", KEY)
    desk.approve()
    before = dict(desk.memory.items)
    desk.put(MOVED)  # the file changes while the account is there, and again before it is brought back
    removed = desk.run(desk.desk.registry.remove(account))
    assert desk.memory.items == {}
    assert Approvals(desk.places.approved).bound(account.id).digest == ""
    desk.run(desk.desk.registry.restore(removed))
    assert desk.memory.items == before
    desk.put(SIMPLE)
    assert desk.trouble(account) is None


def test_an_account_whose_definition_is_gone_leaves_no_key_of_any_name(desk: Mine) -> None:
    desk.put(OWN, "some-vendor")
    draft = Account("", "Two", "some-vendor", Custody.KEYRING, settings={"site": "a"})
    account = desk.run(desk.desk.registry.add(draft, {"key": KEY, "user": "me-and-nobody"}))
    (desk.places.definitions / "some-vendor.toml").unlink()
    desk.desk.tools.catalogue.renew()
    desk.run(desk.desk.registry.remove(account))
    assert desk.memory.items == {}


def test_a_keyring_that_locks_in_the_middle_of_a_move_loses_no_key(desk: Mine) -> None:
    desk.put(SIMPLE)
    account = desk.add("mine", KEY)
    desk.put(MOVED)
    for verb in ("get", "set", "delete"):

        def locks(called: str, wanted: str = verb) -> None:
            if called == wanted:
                raise type("KeyringLocked", (Exception,), {})("no")

        desk.memory.before = locks
        desk.approve(keys=True) if verb == "get" else desk.run(_moved_again(desk))
        assert {KEY} == desk.memory.keys()
    desk.memory.before = lambda _: None
    desk.run(_moved_again(desk))
    assert desk.trouble(account) is None


async def _moved_again(desk: Mine) -> str:
    tools = desk.desk.tools
    asked = question(tools, lambda: tools.catalogue.get("mine"), again=True)
    assert asked is not None
    return await approve(tools, desk.desk.reader, asked, keys=True)


def test_a_session_key_is_bound_like_a_stored_one(desk: Mine) -> None:
    desk.put(SIMPLE)
    account = desk.add("mine", KEY, custody=Custody.SESSION)
    desk.approve()
    assert desk.trouble(account) is None
    desk.put(MOVED)
    desk.approve()
    assert desk.trouble(account) is TroubleKind.NO_KEY
    assert len(desk.asked) == 1


def test_a_key_in_the_environment_is_named_before_it_is_sent(desk: Mine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANOTHER_VENDORS_KEY", KEY)
    desk.put(SIMPLE)
    draft = Account("", "Given", "mine", Custody.ENVIRONMENT, key_env="ANOTHER_VENDORS_KEY")
    account = desk.run(desk.desk.registry.add(draft, {}))
    assert desk.trouble(account) is TroubleKind.NOT_APPROVED
    asked = question(desk.desk.tools, lambda: desk.desk.tools.catalogue.get("mine"))
    assert asked is not None
    assert "Given: its key is what stands in the environment variable ANOTHER_VENDORS_KEY" in asked.lines
    desk.approve()
    assert desk.trouble(account) is None


def test_a_token_of_the_former_definition_is_not_sent_to_the_hosts_of_another(desk: Mine) -> None:
    keys = {"key": KEY, "user": "me-and-nobody"}
    desk.put(OWN, "some-vendor")
    draft = Account("", "Some", "some-vendor", Custody.KEYRING, settings={"site": "mine"})
    account = desk.run(desk.desk.registry.add(draft, keys))
    desk.approve("some-vendor")
    desk.read(account)
    desk.read(account)
    assert len(desk.asked) == 3  # the token was used twice
    desk.put(OWN.replace("vendor.example/v1", "vendor.evil/v1"), "some-vendor")
    desk.approve("some-vendor", keys=True)
    desk.answer = lambda _request: as_json({"left": 1, "access_token": "theirs"})
    desk.read(account)
    assert [each.url.host for each in desk.asked[3:]] == ["auth.vendor.evil", "api.vendor.evil"]
    assert desk.asked[-1].headers["authorization"] == "Bearer theirs"


# ---- the file of approvals, and local hosts


@pytest.mark.parametrize("text", ["[approval", "schema = 2", "approval = 3", "[[approval]]\nid = 5", "key = [1]"])
def test_approvals_that_cannot_be_read_approve_nothing_and_touch_no_built_in_vendor(desk: Mine, text: str) -> None:
    desk.put(SIMPLE)
    account = desk.add("mine", KEY)
    desk.approve()
    built_in = desk.add("ranktracker", "tkn_usr_0123456789")
    desk.places.approved.write_text(text, encoding="utf-8")
    reading = desk.read(account)
    assert reading.trouble is not None
    assert reading.trouble.kind is TroubleKind.NOT_APPROVED
    assert desk.asked == []
    with pytest.raises(Declined, match=r"approved\.toml"):
        desk.approve()
    assert desk.places.approved.read_text(encoding="utf-8") == text
    desk.read(built_in)
    assert [each.url.host for each in desk.asked] == ["api.ranktracker.com"]
    desk.run(desk.desk.registry.remove(built_in))


@pytest.mark.parametrize("host", ["http://localhost:8080", "http://127.0.0.1", "https://nas.local", "https://nas"])
def test_a_host_of_ones_own_network_is_asked_when_its_name_was_typed(desk: Mine, host: str) -> None:
    name = httpx.URL(host).host
    desk.put(SIMPLE.replace("https://api.vendor.example", host))
    account = desk.add("mine", KEY)
    for typed in ("", "localhost.example", "api.vendor.example"):
        with pytest.raises(Declined):
            desk.approve(host=typed)
    assert desk.trouble(account) is TroubleKind.NOT_APPROVED
    desk.approve(host=name.upper())
    assert desk.trouble(account) is None
    assert [each.url.host for each in desk.asked] == [name]


def test_two_hosts_of_ones_own_network_are_never_approved(desk: Mine) -> None:
    two = OWN.replace("https://auth.vendor.example", "https://nas.local")
    desk.put(two.replace("https://api.vendor.example", "http://localhost:1"), "some-vendor")
    with pytest.raises(Declined, match="several hosts"):
        desk.approve("some-vendor")


def test_a_public_looking_host_may_be_said_to_be_ones_own(desk: Mine) -> None:
    desk.put(SIMPLE)
    desk.approve(host="api.vendor.example")
    found = desk.desk.tools.vendor("mine").own
    assert found is not None
    assert found.host == "api.vendor.example"
