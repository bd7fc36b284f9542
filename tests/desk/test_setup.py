"""A set-up as a file: what was chosen comes back as it was, no key is ever in it, and nothing here is overwritten."""

import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from tests.desk.vendor_desk import VendorDesk, as_json

from creditdesk.core.pools import Account, Custody, Thresholds
from creditdesk.core.quiet import Quiet
from creditdesk.core.rules import RuleKind, Rules
from creditdesk.core.settings import Settings
from creditdesk.desk.setup import Clash, apply, exported, parsed, planned, waiting
from creditdesk.store.config import Choices
from creditdesk.store.setup_file import SetupError

CANARY = "canary-7Fq2Zx9Lm4Vb8Nt3Kp6Rs1Wd5"
OWN = """schema = 1
id = "my-serp"
name = "My SERP"
as_of = 2026-11-21
source = "my own page"
credentials = [{ name = "key", label = "Key" }]

[[request]]
id = "usage"
url = "https://serp.example.com/usage"
auth = { kind = "bearer", value = "{key}" }

[[pool]]
id = "credits"
label = "Credits"
kind = "wallet"
unit = "credits"
remaining = "left"
"""
RICH = (
    Account("", "Agency", "hunter", Custody.KEYRING, client="Acme", interval_s=900, muted=True),
    Account("", "Ünïcode “quoted” = [name]", "serpapi", Custody.KEYRING, client="Bolt & Söhne"),
    Account("", "Shop", "oneclickseo", settings={"plan": "starter"}, reserve={"monthly": Decimal("12.50")}),
    Account(
        "",
        "Careful",
        "deepl",
        Custody.KEYRING,
        thresholds=Thresholds(Decimal("33.3"), Decimal(7), {"characters": Decimal(1000)}, {}),
        ask_over={"characters": Decimal("0.000001")},
        rules_off=("expires", "not-read"),
    ),
)
CHOSEN = Settings(
    interval_s=600,
    thresholds=Thresholds(Decimal(25), Decimal(4)),
    low_days=Decimal("3.5"),
    rules=Rules(frozenset({RuleKind.REFILLED}), expires_days=Decimal(9)),
    quiet=Quiet("22:00", "07:30", critical_breaks=True),
    gateway=True,
    ca_file="/somebody/ca.pem",
    window="AdnQywADAAAAAA",
    addresses={"a1": "mailto://…"},
)


class Two:
    """Two desks in folders of their own."""

    def __init__(self, folder: Path) -> None:
        def answer(_request: httpx.Request) -> httpx.Response:
            return as_json({})

        self.old = VendorDesk(folder / "old", answer)
        self.new = VendorDesk(folder / "new", answer)

    def fill(self) -> None:
        """The old desk has everything there is."""
        own = self.old.places.definitions
        own.mkdir(parents=True)
        (own / "my-serp.toml").write_text(OWN, encoding="utf-8")
        self.old.restart()
        for draft in (*RICH, Account("", "Mine", "my-serp", Custody.KEYRING)):
            keys = {"key": f"{CANARY}-{len(draft.name)}"} if draft.custody is Custody.KEYRING else {}
            self.old.run(self.old.desk.registry.add(draft, keys))
        self.old.desk.tools.chosen.change_settings(lambda _before: CHOSEN)

    def export(self) -> bytes:
        return exported(self.old.desk.tools)[0].encode()

    def bring(self, data: bytes, clash: Clash = Clash.NUMBER) -> tuple[Account, ...]:
        desk = self.new.desk
        return self.new.run(apply(desk.tools, planned(desk.tools, desk.registry, parsed(data), clash)))

    def close(self) -> None:
        self.old.close()
        self.new.close()


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    made = Two(tmp_path)
    yield made
    made.close()


def plain(account: Account) -> Account:
    """An account without what an import never takes along."""
    return account.changed(id="", custody=Custody.NONE, key_env="", confirmed=False)


def test_what_was_chosen_comes_back_as_it_was_and_the_keys_are_asked_for(two: Two) -> None:
    two.fill()
    desk = two.new.desk
    plan = planned(desk.tools, desk.registry, parsed(two.export()))
    assert plan.said == ()
    two.new.run(apply(desk.tools, plan))
    came = desk.tools.chosen.accounts
    assert list(map(plain, came)) == list(map(plain, two.old.desk.tools.chosen.accounts))
    assert not {each.id for each in came} & {each.id for each in two.old.desk.tools.chosen.accounts}
    assert {each.custody for each in came} == {Custody.NONE}
    names = {each.id: each.name for each in came}
    assert [names[each] for each in waiting(plan)] == ["Agency", RICH[1].name, "Careful", "Mine"]
    assert desk.tools.chosen.settings == replace(CHOSEN, ca_file="", window="", addresses={}, gateway=False)
    again = two.new.restart()
    assert [reading.account.name for reading in again] == list(names.values())


MORE = (
    '# it\'s "quoted" \\ with a back-slash\n',
    "notes = '''two\nlines'''\n",
    'notes = """\n' + '\\"' * 900 + '\n"""\n',
    "# tab\there, and a line of many letters: " + "ü" * 1_900 + "\n",
    "# no line end after this'",
)


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_the_text_of_a_definition_comes_back_to_the_letter(two: Two, end: str) -> None:
    folder = two.old.places.definitions
    folder.mkdir(parents=True)
    texts = {}
    for number, more in enumerate(MORE):
        own = OWN.replace("my-serp", f"serp-{number}")
        texts[f"serp-{number}"] = text = more + own if more.startswith("notes") else own + more
        (folder / f"serp-{number}.toml").write_bytes(text.replace("\n", end).encode())
    two.old.restart()
    data = two.export()
    for _ in range(2):  # the second time nothing is new
        assert two.bring(data) == ()
        came = two.new.desk.tools.catalogue
        assert {each: came.path(each).read_bytes() for each in texts} == {
            each: text.encode() for each, text in texts.items()
        }
        assert {came.get(each).name for each in texts} == {"My SERP"}


def test_an_own_definition_comes_in_and_nothing_is_sent_before_it_is_approved(two: Two) -> None:
    two.fill()
    two.bring(two.export())
    desk = two.new.desk
    assert desk.tools.catalogue.path("my-serp").read_text(encoding="utf-8") == OWN
    assert desk.tools.trust.refusal(desk.tools.vendor("my-serp")) is not None
    mine = next(each for each in desk.tools.chosen.accounts if each.name == "Mine")
    two.new.run(desk.registry.change(mine.changed(custody=Custody.KEYRING), {"key": "another-key-000001"}))
    two.new.run(desk.reader.read(mine.id))
    assert two.new.asked == []


def test_no_key_is_in_the_file_nor_where_this_desk_lies(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    two.fill()
    monkeypatch.setenv("SERPER_KEY", CANARY)
    draft = Account("", "By variable", "serper", Custody.ENVIRONMENT, key_env="SERPER_KEY")
    two.old.run(two.old.desk.registry.add(draft, {}))
    calls = len(two.old.memory.calls)
    text = two.export().decode()
    assert len(two.old.memory.calls) == calls  # the keyring is not even asked
    for start in range(0, len(CANARY) - 8):
        assert CANARY[start : start + 8] not in text
    for never in ("/somebody", "AdnQyw", "mailto", str(two.old.places.data_dir)):
        assert never not in text
    assert 'key = "env:SERPER_KEY"' in text


def test_a_definition_with_a_key_in_it_stays_here(two: Two) -> None:
    two.fill()
    for line in (
        f'headers = {{ "X-Api" = "{CANARY}" }}',
        f'query = {{ token = "{CANARY}" }}',
        f"# {CANARY}",
        f'headers = {{ "X-Api" = "a" }}  # {CANARY}',
    ):
        path = two.old.places.definitions / "my-serp.toml"
        path.write_text(OWN.replace("[[pool]]", f"{line}\n\n[[pool]]"), encoding="utf-8")
        text, left_out = exported(two.old.desk.tools)
        assert CANARY not in text
        assert left_out == ("The definition my-serp holds what looks like a key. It was left out.",)


@pytest.mark.parametrize(
    "line",
    [
        'notes = ["Ours is CANARY"]',
        'docs = "https://vendor.example/docs?key=CANARY"',
        'key_url = "https://vendor.example/#CANARY"',
        'params = [{ name = "site", label = "Site", default = "CANARY" }]',
        'params = [{ name = "site", label = "CANARY" }]',
    ],
)
def test_a_definition_that_tells_a_key_beside_what_is_sent_stays_here_too(two: Two, line: str) -> None:
    two.fill()
    path = two.old.places.definitions / "my-serp.toml"
    path.write_text(f"{line.replace('CANARY', CANARY)}\n{OWN}", encoding="utf-8")
    text, left_out = exported(two.old.desk.tools)
    assert CANARY not in text
    assert len(left_out) == 1


def test_an_address_of_another_server_that_comes_in_is_named(two: Two) -> None:
    text = """setup = 1
    [[account]]
    name = "D"
    provider = "hunter"
    base_url = "http://127.0.0.1:9999"
    """
    desk = two.new.desk
    plan = planned(desk.tools, desk.registry, parsed(text.encode()))
    assert "It asks http://127.0.0.1:9999 on this computer instead of the vendor." in plan.accounts[0].why


@pytest.mark.parametrize("clash", Clash)
def test_a_name_that_is_taken_gets_a_number_or_stays_out_and_nothing_here_changes(two: Two, clash: Clash) -> None:
    two.fill()
    data = two.export()
    here = two.new.add("hunter", "hunter-key-here-01", name="agency", client="Mine alone")
    two.new.desk.tools.chosen.change_settings(lambda before: replace(before, interval_s=120))
    two.bring(data, clash)
    names = [account.name for account in two.new.desk.tools.chosen.accounts]
    assert names[:2] == ["agency", "Agency 2" if clash is Clash.NUMBER else RICH[1].name]
    assert two.new.desk.tools.chosen.account(here.id) == here
    assert two.new.desk.tools.chosen.settings.interval_s == 120
    assert two.new.desk.tools.chosen.settings.low_days == Decimal("3.5")
    two.bring(data, Clash.SKIP)
    after = [account.name for account in two.new.desk.tools.chosen.accounts]
    assert after == (names if clash is Clash.SKIP else [*names, "Agency 2"][: len(names)])


def test_a_definition_that_is_here_is_never_replaced(two: Two) -> None:
    two.fill()
    data = two.export()
    mine = OWN.replace("serp.example.com", "mine.example.com")
    two.new.places.definitions.mkdir(parents=True)
    (two.new.places.definitions / "my-serp.toml").write_text(mine, encoding="utf-8")
    two.new.restart()
    desk = two.new.desk
    plan = planned(desk.tools, desk.registry, parsed(data))
    assert plan.said == ("There is another definition called my-serp here. It stays as it is.",)
    two.new.run(apply(desk.tools, plan))
    assert desk.tools.catalogue.path("my-serp").read_text(encoding="utf-8") == mine


def test_an_unknown_vendor_and_a_wrong_account_are_said_and_keep_nobody_out(two: Two) -> None:
    text = """setup = 1
    [[account]]
    name = "A"
    provider = "no-such-vendor"
    [[account]]
    name = "B"
    provider = "oneclickseo"
    [account.settings]
    plan = "no-such-plan"
    [[account]]
    name = "C"
    provider = "hunter"
    base_url = "https://evil.example.com"
    [[account]]
    name = "D"
    provider = "hunter"
    key = "keyring"
    """
    desk = two.new.desk
    plan = planned(desk.tools, desk.registry, parsed(text.encode()))
    assert [each.name for each in plan.accounts] == ["A", "B", "D"]
    assert [each.name for each in plan.coming] == ["D"]
    assert plan.accounts[0].why == "There is no vendor called no-such-vendor here."
    assert "plan cannot be 'no-such-plan'" in plan.accounts[1].why
    assert plan.said[0].startswith("The account number 3 is left out: base_url: only an address of this machine")
    assert [each.name for each in two.new.run(apply(desk.tools, plan))] == ["D"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00",
        b"setup = 'x'",
        b"setup = true",
        b"setup = 2",
        b"setup = 1\naccount = 3",
        b"setup = 1\nsettings = []",
        b"setup = 1\n[[definition]]\nid = 3",
        b"setup = 1\n" + b"a." * 20_000 + b"a = 1",
        b"setup = 1\nx = {" + b"a." * 900 + b"a = 1}",
        b"setup = 1\nx = " + b"[" * 900,
        b"setup = 1\n" + b"[" * 300_000,
        b"setup = 1\n[settings]\ninterval_s = 1e999999999",
        b"setup = 1\n[settings]\nlow_days = '" + b"9" * 1_500 + b"'",
        b"x" * ((4 << 20) + 1),
        b"setup = 1\n[[account]]\n" * 2_001,
    ],
    ids=range(16),
)  # fmt: skip
def test_a_hostile_file_is_refused_in_one_sentence(data: bytes) -> None:
    with pytest.raises(SetupError) as refused:
        parsed(data)
    assert len(str(refused.value)) < 200


def test_a_mutilated_file_brings_in_what_is_right_or_nothing(two: Two) -> None:
    two.fill()
    data, dice = two.export(), random.Random(11)
    desk = two.new.desk
    for _ in range(120):
        at = dice.randrange(len(data))
        cut = bytes([dice.randrange(256)]) if dice.random() < 0.7 else b""
        broken = data[:at] + cut + data[at + dice.randrange(1, 40) :]
        try:
            plan = planned(desk.tools, desk.registry, parsed(broken))
        except SetupError:
            continue
        for account in plan.coming:
            assert account.custody is Custody.NONE
            assert account.base_url == ""
    assert desk.tools.chosen.load() == Choices()


def test_a_set_up_never_opens_a_port_nor_takes_a_file_for_an_authority(two: Two) -> None:
    text = "setup = 1\n[settings]\ngateway = true\nca_file = '/evil.pem'\n"
    assert two.bring(text.encode()) == ()
    assert two.new.desk.tools.chosen.settings == Settings()
