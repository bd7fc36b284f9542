"""config.toml is replaced whole or not at all, keeps what it does not know, and never has a key."""

import os
import stat
import subprocess
import sys
import tomllib
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path

import pytest

from creditdesk.core.pools import Account, Custody, Thresholds
from creditdesk.core.quiet import Quiet
from creditdesk.core.rules import RuleKind, Rules
from creditdesk.core.settings import Settings, ThemeChoice
from creditdesk.store.config import AccountRefused, Choices, Config, ConfigError, checked_base_url, checked_name

FULL_SETTINGS = Settings(
    interval_s=600,
    thresholds=Thresholds(Decimal("12.5"), Decimal(3), {"monthly": Decimal(100)}, {"balance": Decimal("0.50")}),
    theme=ThemeChoice.DARK,
    start_in_tray=True,
    close_to_tray=False,
    hide_amounts=True,
    hide_names=True,
    notifications=False,
    ca_file="authority.pem",
    window="AdnQywAD",
    told_no_tray=True,
    low_days=Decimal("3.5"),
    critical_days=Decimal(2),
    rules=Rules(frozenset({RuleKind.BUDGET}), Decimal(14), Decimal("6.5"), Decimal(5), Decimal(10)),
    quiet=Quiet("22:30", "07:00", "08:15", True),
    sound=True,
    gateway=True,
    addresses={"0a1b2c": "mailto://example.com…", "ff00ff": "slack://…"},
)
FULL_ACCOUNT = Account(
    id="a1",
    name="Büro / client A",
    provider="some-vendor",
    custody=Custody.ENVIRONMENT,
    key_env="VENDOR_KEY",
    base_url="http://127.0.0.1:8080/some-vendor",
    settings={"plan": "starter", "edition": "pakistan"},
    client="Client A",
    interval_s=900,
    thresholds=Thresholds(Decimal(30)),
    reserve={"monthly": Decimal("100.000000000000000001"), "package:1": Decimal(10) ** 20},
    ask_over={"monthly": Decimal("250.5"), "package:*": Decimal(0)},
    muted=True,
    confirmed=True,
    rules_off=("expires", "not-read"),
    remind_days=30,
)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(tmp_path / "desk" / "config.toml")


def add(*accounts: Account) -> Choices:
    return Choices(Settings(), accounts)


def written(config: Config, text: str | bytes) -> Config:
    config.path.parent.mkdir(exist_ok=True)
    config.path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return config


def test_without_a_file_everything_is_as_shipped_and_no_file_is_made(config: Config) -> None:
    assert config.load() == Choices()
    assert not config.path.exists()


def test_everything_that_can_be_chosen_comes_back(config: Config) -> None:
    plain = Account("a2", "Plain", "other-vendor")
    chosen = Choices(FULL_SETTINGS, (FULL_ACCOUNT, plain))
    assert config.edit(lambda _: chosen) == chosen
    assert config.load() == chosen
    shipped, bare = Settings(), Account("", "", "")
    assert all(getattr(FULL_SETTINGS, each.name) != getattr(shipped, each.name) for each in fields(Settings))
    assert all(getattr(FULL_ACCOUNT, each.name) != getattr(bare, each.name) for each in fields(Account))


def test_what_is_as_shipped_again_leaves_the_file(config: Config) -> None:
    config.edit(lambda _: Choices(FULL_SETTINGS, (FULL_ACCOUNT,)))
    config.edit(lambda choices: Choices(Settings(), (Account("a1", "A", "some-vendor"),)))
    assert tomllib.loads(config.path.read_text()) == {
        "schema": 1,
        "settings": {},
        "account": [{"id": "a1", "name": "A", "provider": "some-vendor", "key": "none"}],
    }


def test_unknown_keys_stay_where_they_were(config: Config) -> None:
    written(
        config,
        """
        future = 1.10
        [settings]
        theme = "dark"
        shape = "round"
        [[account]]
        id = "a1"
        name = "A"
        provider = "v"
        colour = "green"
        [[account]]
        id = "a2"
        name = "B"
        provider = "v"
        [tool.other]
        list = [1, 2]
        """,
    )
    config.edit(lambda choices: replace(choices, accounts=choices.accounts[::-1]))
    document = tomllib.loads(config.path.read_text(), parse_float=Decimal)
    assert document["future"] == Decimal("1.10")
    assert document["settings"] == {"theme": "dark", "shape": "round"}
    assert [each.get("colour") for each in document["account"]] == [None, "green"]
    assert document["tool"] == {"other": {"list": [1, 2]}}


BROKEN = {
    "[settings\n": (1, "Expected"),
    "[settings]\n\ninterval_s = 5\n": (3, "interval_s: at least 60"),
    '[settings]\ntheme = "red"\n': (2, "theme: one of follow, light, dark"),
    "[settings]\nlow_days = nan\n": (2, "low_days: a number from 0"),
    "[settings.thresholds]\nlow_percent = true\n": (2, "low_percent: a number"),
    '[settings.rules]\noff = ["level", "lvel"]\n': (2, "off: a list of some of level, runs-out"),
    '[settings.rules]\noff = "level"\n': (2, "off: a list of some"),
    "[settings.rules]\nexpires_days = 3\nnot_read_hours = 0\n": (3, "not_read_hours: a number above 0"),
    "[settings]\nrules = 3\n": (2, "rules: a table"),
    '[settings.quiet]\nuntil_hour = "07:00"\nfrom_hour = "9 pm"\n': (3, "from_hour: a time of day"),
    '[settings.quiet]\ndigest_at = "24:00"\n': (2, "digest_at: a time of day"),
    '[settings.quiet]\nfrom_hour = "22:00"\n': (1, "quiet: quiet hours need both"),
    '[[account]]\nid = "a"\nname = "A"\nprovider = "v"\nrules_off = ["all"]\n': (5, "rules_off: a list of some"),
    '[[account]]\nid = "a"\nname = "A"\nprovider = "v"\n\n[[account]]\nid = "b"\nprovider = "v"\nname = "a"\n': (
        9,
        "name: another account",
    ),
    '[[account]]\nid = "a"\nname = "A"\nprovider = "v"\n[[account]]\nid = "a"\nname = "B"\nprovider = "v"\n': (
        6,
        "id: another account",
    ),
    '[[account]]\nid = "a"\nname = "A"\n': (1, "provider: a vendor's id"),
    '[[account]]\nid = "a"\nname = "A"\nprovider = "v"\nkey = "sk-SENTINEL"\n': (5, "key: keyring, session"),
    '[[account]]\nid = "a"\nname = "A"\nprovider = "v"\nkey = "env:sk-SENTINEL"\n': (5, "key: keyring, session"),
    '[[account]]\nid = "a"\nname = "A"\nprovider = "v"\nbase_url = "https://example.com"\n': (5, "base_url: only an"),
    "account = 7\n": (0, "account: [[account]]"),
    "settings = 7\n": (0, "settings: [settings]"),
    "x = [" + "[" * 3000: (0, ""),
    b'name = "\xff"\n': (1, "not UTF-8"),
    b"\n\n\x00": (3, ""),
}


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_file_is_named_with_its_line_and_never_overwritten(config: Config, text: str | bytes) -> None:
    written(config, text)
    before = config.path.read_bytes()
    line, what = BROKEN[text]
    with pytest.raises(ConfigError) as caught:
        config.load()
    assert what in caught.value.what
    assert caught.value.line == line or not what
    assert "SENTINEL" not in str(caught.value)
    with pytest.raises(ConfigError):
        config.edit(lambda choices: add(FULL_ACCOUNT))
    assert config.path.read_bytes() == before
    assert sorted(file.name for file in config.path.parent.iterdir()) == ["config.toml", "config.toml.lock"]


def test_a_newer_file_is_read_as_far_as_it_is_known_and_never_written(config: Config) -> None:
    written(config, '[settings]\ntheme = "dark"\n')
    config.path.write_text("schema = 2\n" + config.path.read_text())
    assert config.load().settings.theme is ThemeChoice.DARK
    with pytest.raises(ConfigError, match="a newer creditdesk") as caught:
        config.edit(lambda choices: add(FULL_ACCOUNT))
    assert caught.value.line == 1
    assert tomllib.loads(config.path.read_text()) == {"schema": 2, "settings": {"theme": "dark"}}


def test_an_editors_byte_order_mark_and_line_ends_are_no_error(config: Config) -> None:
    written(config, b'\xef\xbb\xbf[settings]\r\ntheme = "dark"\r\n')
    assert config.load().settings.theme is ThemeChoice.DARK


def test_names_are_one_of_a_kind_whatever_their_case(config: Config) -> None:
    config.edit(lambda _: add(Account("a", "Straße", "v")))
    with pytest.raises(AccountRefused, match="another account has this name"):
        config.edit(lambda choices: add(*choices.accounts, Account("b", "STRASSE", "v")))
    assert len(config.load().accounts) == 1
    assert config.load().account("strasse") == config.load().account("a")
    assert checked_name("  Straße ", config.load().accounts, own_id="a") == "Straße"
    for bad in ("", " ", "x" * 61, "a\tb", "a\u202eb"):
        with pytest.raises(AccountRefused):
            checked_name(bad)


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.com", "ftp://localhost", "http://user@localhost", "http://localhost?key=1"),
        *("http://localhost#k", "http://127.0.0.1.example.com", "http://10.0.0.1", "localhost:80"),
        *("http://localhost:99999", "http://[::1"),
    ],
)
def test_only_an_address_of_this_machine_may_replace_a_vendors(url: str) -> None:
    with pytest.raises(AccountRefused):
        checked_base_url(url)


@pytest.mark.parametrize("url", ["", "http://localhost:1", "https://127.0.0.1:8443/v", "http://[::1]:80"])
def test_a_loopback_address_may(url: str) -> None:
    assert checked_base_url(url) == url


@pytest.mark.parametrize("text", ["slack://TokenA/TokenB/TokenC", "mailto://user:secret@example.com…", "ntfy://topic"])
def test_an_address_that_was_written_into_the_file_is_refused_and_never_repeated(config: Config, text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        written(config, f'[settings.addresses]\na1 = "{text}"\n').load()
    assert "keyring" in str(refused.value)
    assert not any(part in str(refused.value) for part in ("Token", "secret", "topic"))


def test_no_field_of_an_account_or_of_the_settings_can_hold_a_key(config: Config) -> None:
    """Whoever adds a field has to come here and say why it holds no key."""
    assert {each.name for each in fields(Account)} == {
        *("id", "name", "provider", "custody", "key_env", "base_url", "settings", "client", "interval_s"),
        *("thresholds", "reserve", "ask_over", "muted", "confirmed", "rules_off"),
        "remind_days",  # a number
    }
    assert {each.name for each in fields(Settings)} == {
        *("interval_s", "thresholds", "theme", "start_in_tray", "close_to_tray", "hide_amounts", "hide_names"),
        *("notifications", "ca_file", "window", "told_no_tray", "low_days", "critical_days", "rules", "quiet"),
        *("sound", "gateway", "addresses"),  # of an address only what may be shown: anything else is refused
    }
    key = "sk-live-SENTINEL/+=="
    for wrong in ({"id": key}, {"provider": key}, {"key_env": key}, {"base_url": f"http://localhost/?{key}"}):
        account = replace(Account("a", "A", "v", Custody.ENVIRONMENT, "V"), **wrong)  # type: ignore[arg-type]
        with pytest.raises(AccountRefused) as caught:
            config.edit(lambda _, bad=account: add(bad))  # type: ignore[misc]
        assert "SENTINEL" not in str(caught.value)
    assert not config.path.exists()


def test_an_edit_that_fails_leaves_the_old_file_and_nothing_else(config: Config) -> None:
    config.edit(lambda _: add(FULL_ACCOUNT))
    before = config.path.read_bytes()

    def fail(choices: Choices) -> Choices:
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        config.edit(fail)
    assert config.path.read_bytes() == before
    assert sorted(file.name for file in config.path.parent.iterdir()) == ["config.toml", "config.toml.lock"]


def test_the_file_is_the_users_alone_and_a_link_stays_one(config: Config, tmp_path: Path) -> None:
    if sys.platform == "win32":
        return
    real = tmp_path / "dotfiles.toml"
    real.write_text("")
    real.chmod(0o644)
    config.path.parent.mkdir()
    config.path.symlink_to(real)
    config.edit(lambda _: add(FULL_ACCOUNT))
    assert config.path.is_symlink()
    assert stat.S_IMODE(os.stat(real).st_mode) == 0o600
    assert config.load().accounts == (FULL_ACCOUNT,)


EDIT_MANY = """
import sys
from dataclasses import replace
from pathlib import Path
from creditdesk.core.pools import Account
from creditdesk.store.config import Config
config, who = Config(Path(sys.argv[1])), sys.argv[2]
for number in range(25):
    new = Account(f"{who}-{number}", f"{who} {number}", "v")
    config.edit(lambda choices: replace(choices, accounts=(*choices.accounts, new)))
"""


def test_edits_of_several_processes_lose_none(config: Config) -> None:
    editors = [subprocess.Popen([sys.executable, "-c", EDIT_MANY, str(config.path), who]) for who in "abc"]
    assert [editor.wait(60) for editor in editors] == [0, 0, 0]
    assert len({account.id for account in config.load().accounts}) == 75
