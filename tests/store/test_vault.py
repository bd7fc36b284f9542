"""A key is in the keyring or nowhere; absent, locked and no keyring are three different things."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from keyring.errors import InitError, NoKeyringError, PasswordSetError
from keyring.errors import KeyringLocked as BackendLocked

from creditdesk.core.definition import Credential
from creditdesk.core.pools import Account, Custody
from creditdesk.store.vault import KeyMissing, KeyRefused, KeyringLocked, NoKeyring, Vault, check_key

KEY = "sk-SENTINEL-0123456789"
TOKEN = Credential("token", "Token")


class Memory:
    """A keyring in memory that does what it is told: `before` runs at every call, and may block or raise."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], str] = {}
        self.calls: list[tuple[str, str]] = []
        self.before: Callable[[str], object] = lambda _: None

    def get_password(self, service: str, username: str) -> str | None:
        self._called("get", username)
        return self.items.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._called("set", username)
        self.items[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._called("delete", username)
        del self.items[service, username]

    def _called(self, verb: str, username: str) -> None:
        self.calls.append((verb, username))
        self.before(verb)


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def vault(memory: Memory) -> Iterator[Vault]:
    opened = Vault(memory, limit_s=5)
    yield opened
    opened.close()


def account(custody: Custody = Custody.KEYRING, **more: object) -> Account:
    return Account("a1", "A", "v", custody, **more)  # type: ignore[arg-type]


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    turn = threading.Event()
    while not condition():
        assert time.monotonic() < deadline
        turn.wait(0.002)


def test_a_key_is_written_read_and_erased_under_the_desks_service(vault: Vault, memory: Memory) -> None:
    assert vault.read("a1", "token").result() is None
    vault.write("a1", "token", f"  {KEY}\r\n").result()
    assert memory.items == {("creditdesk", "a1/token"): KEY}
    assert vault.read("a1", "token").result() == KEY
    assert asyncio.run(vault.read_account(account(), [TOKEN])) == {"token": KEY}
    assert vault.erase("a1", "token").result() is True
    assert vault.erase("a1", "token").result() is False
    assert memory.items == {}


def test_an_absent_key_is_named(vault: Vault, memory: Memory) -> None:
    memory.items["creditdesk", "a1/user"] = "me"
    with pytest.raises(KeyMissing, match="no key for this account") as caught:
        asyncio.run(vault.read_account(account(), [Credential("user", "User"), TOKEN]))
    assert caught.value.names == ("token",)


@pytest.mark.parametrize("kind", [BackendLocked, "LockedException", "PromptDismissedException"])
def test_a_locked_keyring_is_locked_and_deletes_nothing(vault: Vault, memory: Memory, kind: type | str) -> None:
    memory.items["creditdesk", "a1/token"] = KEY
    error = kind if isinstance(kind, type) else type(kind, (Exception,), {})

    def lock(_: str) -> None:
        raise error(f"locked, by the way the key is {KEY}")

    memory.before = lock
    calls = (
        lambda: asyncio.run(vault.read_account(account(), [TOKEN])),
        lambda: vault.erase("a1", "token").result(),
        lambda: vault.write("a1", "token", "another-key").result(),
    )
    for call in calls:
        with pytest.raises(KeyringLocked) as caught:
            call()
        assert KEY not in str(caught.value)
    assert memory.items == {("creditdesk", "a1/token"): KEY}
    assert {verb for verb, _ in memory.calls} == {"get"}
    memory.before = lambda _: None
    assert vault.read("a1", "token").result() == KEY


@pytest.mark.parametrize("error", [NoKeyringError("x"), InitError("x"), OSError("the bus is gone")])
def test_a_keyring_that_fails_is_no_keyring(vault: Vault, memory: Memory, error: Exception) -> None:
    def fail(_: str) -> None:
        raise error

    memory.before = fail
    with pytest.raises(NoKeyring, match=type(error).__name__):
        vault.read("a1", "token").result()


def test_an_error_while_writing_never_repeats_the_key(vault: Vault, memory: Memory) -> None:
    def fail(verb: str) -> None:
        if verb == "set":
            raise PasswordSetError(f"can't store {KEY}")

    memory.before = fail
    with pytest.raises(KeyRefused) as caught:
        vault.write("a1", "token", KEY).result()
    error: BaseException | None = caught.value
    while error is not None:
        assert KEY not in f"{error!s}{error!r}"
        error = error.__cause__ or error.__context__


def test_a_keyring_that_gives_back_something_else_is_found_out(vault: Vault, memory: Memory) -> None:
    memory.set_password = lambda service, username, password: None  # type: ignore[method-assign]
    with pytest.raises(KeyRefused, match="gave back something else"):
        vault.write("a1", "token", KEY).result()


@pytest.mark.alone
def test_while_a_prompt_waits_every_call_fails_at_once_and_none_asks_again(memory: Memory) -> None:
    gate = threading.Event()
    memory.before = lambda _: gate.wait(20)
    vault = Vault(memory, limit_s=0.2)
    threads = threading.active_count()

    async def read_many() -> list[object]:
        return await asyncio.gather(*(vault.read(f"a{n}", "token") for n in range(50)), return_exceptions=True)

    began = time.monotonic()
    assert {type(answer) for answer in asyncio.run(read_many())} == {KeyringLocked}
    assert time.monotonic() - began < 2
    began = time.monotonic()
    for _ in range(20):
        with pytest.raises(KeyringLocked):
            vault.read("a1", "token").result()
    assert time.monotonic() - began < 0.15
    assert memory.calls == [("get", "a0/token")]
    assert threading.active_count() <= threads + 1
    gate.set()
    until(lambda: not vault._stuck)
    assert vault.read("a1", "token").result() is None
    vault.close()


def test_a_write_whose_caller_gave_up_is_not_carried_out_later(memory: Memory) -> None:
    gate = threading.Event()
    memory.before = lambda _: gate.wait(20)
    vault = Vault(memory, limit_s=0.05)
    with pytest.raises(KeyringLocked):
        vault.write("a1", "token", KEY).result()
    gate.set()
    until(lambda: not vault._stuck)
    assert vault.read("a1", "token").result() is None
    assert memory.items == {}
    vault.close()


def test_a_refused_prompt_is_not_shown_again_until_the_user_asks(memory: Memory) -> None:
    clock = SimpleNamespace(now=0.0)
    vault = Vault(memory, clock=lambda: clock.now)

    def refuse_after_some_seconds(_: str) -> None:
        clock.now += 4
        raise BackendLocked("dismissed")

    memory.before = refuse_after_some_seconds
    for _ in range(5):
        with pytest.raises(KeyringLocked):
            vault.read("a1", "token").result()
    assert len(memory.calls) == 1
    memory.before = lambda _: None
    vault.ask_again()
    assert vault.read("a1", "token").result() is None
    vault.close()


def test_a_cancelled_read_does_not_bother_the_keyring(memory: Memory) -> None:
    gate = threading.Event()
    memory.before = lambda _: gate.wait(20)
    vault = Vault(memory)

    async def cancel() -> None:
        first = asyncio.ensure_future(vault.read("a1", "token"))
        second = asyncio.ensure_future(vault.read("a2", "token"))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.sleep(0)
        gate.set()
        await first

    asyncio.run(cancel())
    assert vault.read("a3", "token").result() is None
    assert [username for _, username in memory.calls] == ["a1/token", "a3/token"]
    vault.close()


def backend(module: str, name: str = "Keyring", **more: object) -> Memory:
    """A keyring whose class says that it comes from another module."""
    made = type(name, (Memory,), {"__module__": module})()
    for key, value in more.items():
        setattr(made, key, value)
    return made


UNSAFE = [
    backend("keyring.backends.fail"),
    backend("keyring.backends.null"),
    backend("keyrings.alt.file", "PlaintextKeyring"),
    backend("keyrings.alt.file", "EncryptedKeyring"),
    backend("somebody.elses", "PlainTextKeyring"),
    backend("keyring.backends.chainer", backends=[]),
    backend("keyring.backends.chainer", backends=[backend("keyrings.alt.file", "PlaintextKeyring")]),
]


@pytest.mark.parametrize("unsafe", UNSAFE, ids=lambda each: f"{type(each).__module__}.{type(each).__name__}")
def test_an_unsafe_keyring_is_refused_with_the_reason_and_never_touched(unsafe: Memory) -> None:
    vault = Vault(unsafe)
    for call in (vault.write("a1", "token", KEY), vault.read("a1", "token"), vault.store_name()):
        with pytest.raises(NoKeyring) as caught:
            call.result()
        assert caught.value.reason.endswith(".")
    inner: list[Memory] = getattr(unsafe, "backends", [])
    assert [each.calls for each in (unsafe, *inner)] == [[] for _ in (unsafe, *inner)]
    vault.close()


def test_of_a_chain_only_the_first_safe_keyring_is_used() -> None:
    plain = backend("keyrings.alt.file", "PlaintextKeyring")
    good = backend("keyring.backends.kwallet", "DBusKeyring")
    vault = Vault(backend("keyring.backends.chainer", backends=[plain, good]))
    vault.write("a1", "token", KEY).result()
    assert vault.store_name().result() == "KWallet"
    assert (plain.items, list(good.items.values())) == ({}, [KEY])
    vault.close()


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("keyring.backends.Windows", "Windows Credential Locker"),
        ("keyring.backends.macOS", "macOS Keychain"),
        ("keyring.backends.kwallet", "KWallet"),
        ("somewhere.else", "Keyring"),
    ],
)
def test_the_store_has_a_name_for_people(module: str, name: str) -> None:
    vault = Vault(backend(module))
    assert asyncio.run(wait_for(vault)) == name
    vault.close()


async def wait_for(vault: Vault) -> str:
    return await vault.store_name()


def test_a_key_too_long_for_windows_is_refused_before_it_is_written() -> None:
    windows = backend("keyring.backends.Windows", "WinVaultKeyring")
    vault = Vault(windows)
    vault.write("a1", "token", "k" * 1280).result()
    with pytest.raises(KeyRefused, match=r"1,281 characters.*1,280 at the most"):
        vault.write("a2", "token", "k" * 1281).result()
    assert [verb for verb, username in windows.calls if username == "a2/token"] == []
    vault.close()


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("", "empty"),
        (" \n\ufeff ", "empty"),
        ("SENTI\nNEL", "line break"),
        ("SENTI\r\nNEL", "line break"),
        ("SENTI\tNEL", "control"),
        ("SENTI\x00NEL", "control"),
        ("SENTI\x7fNEL", "control"),
        ("SENTINEL\u201d", "no key has"),
        ("SENTINÉL", "no key has"),
        ("SENTI\u200bNEL", "no key has"),
        ("S" * 16385, "16,385 characters"),
    ],
)
def test_a_bad_paste_is_refused_without_repeating_it(vault: Vault, memory: Memory, pasted: str, said: str) -> None:
    for call in (check_key, lambda text: vault.write("a1", "token", text), lambda text: vault.keep("a1", "t", text)):
        with pytest.raises(KeyRefused, match=said) as caught:
            call(pasted)
        assert "SENT" not in str(caught.value)
        assert caught.value.__context__ is None
    assert memory.calls == []


def test_a_paste_is_trimmed() -> None:
    assert check_key(f"\ufeff \t{KEY}\u00a0\r\n") == KEY
    assert check_key("user name:pass word") == "user name:pass word"
    assert len(check_key("k" * 16384)) == 16384


def test_a_key_of_this_session_stays_in_memory_and_is_gone_with_it(vault: Vault, memory: Memory) -> None:
    vault.keep("a1", "token", KEY)
    assert asyncio.run(vault.read_account(account(Custody.SESSION), [TOKEN])) == {"token": KEY}
    assert memory.calls == []
    with pytest.raises(KeyMissing, match="one session only"):
        asyncio.run(Vault(memory).read_account(account(Custody.SESSION), [TOKEN]))
    vault.erase("a1", "token").result()
    with pytest.raises(KeyMissing):
        asyncio.run(vault.read_account(account(Custody.SESSION), [TOKEN]))


def test_a_variable_is_read_at_each_request_and_no_keyring_is_touched(
    vault: Vault, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = account(Custody.ENVIRONMENT, key_env="DESK_KEY")
    login = [Credential("login", "Login"), Credential("pass-word", "Password")]
    with pytest.raises(KeyMissing, match="DESK_KEY is not set"):
        asyncio.run(vault.read_account(served, [TOKEN]))
    for value in ("one", "two"):
        monkeypatch.setenv("DESK_KEY", f" {value}\n")
        assert asyncio.run(vault.read_account(served, [TOKEN])) == {"token": value}
    monkeypatch.setenv("DESK_KEY_PASS_WORD", "secret")
    assert asyncio.run(vault.read_account(served, login)) == {"login": "two", "pass-word": "secret"}
    monkeypatch.setenv("DESK_KEY", "SENTI\nNEL")
    with pytest.raises(KeyRefused) as caught:
        asyncio.run(vault.read_account(served, [TOKEN]))
    assert "SENTI" not in str(caught.value)
    assert memory.calls == []


def test_an_account_without_a_key_needs_none_and_a_plain_value_stands_in_the_settings(vault: Vault) -> None:
    site = Credential("site", "Site", secret=False)
    assert asyncio.run(vault.read_account(account(Custody.NONE), [TOKEN])) == {}
    assert asyncio.run(vault.read_account(account(Custody.NONE, settings={"site": "s1"}), [TOKEN, site])) == {
        "site": "s1"
    }


WITHOUT_KEYRING = """
import asyncio, sys
from creditdesk.core.definition import Credential
from creditdesk.core.pools import Account, Custody
from creditdesk.store.vault import Vault
vault = Vault()
account = Account("a1", "A", "v", Custody.ENVIRONMENT, "DESK_KEY")
assert asyncio.run(vault.read_account(account, [Credential("token", "T")])) == {"token": "k"}
loaded = [name for name in sys.modules if name.split(".")[0] in ("keyring", "secretstorage", "jeepney")]
assert loaded == [], loaded
"""

NO_SERVICE = """
from creditdesk.store.vault import NoKeyring, Vault
try:
    Vault().read("a1", "token").result()
except NoKeyring as error:
    print(error.reason)
"""


def test_with_a_variable_keyring_is_not_even_imported() -> None:
    environment = {**os.environ, "DESK_KEY": "k"}
    subprocess.run([sys.executable, "-c", WITHOUT_KEYRING], check=True, env=environment, timeout=60)


def test_without_a_secret_service_there_is_no_keyring() -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**kept, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    ran = subprocess.run(
        [sys.executable, "-c", NO_SERVICE], capture_output=True, text=True, env=environment, timeout=60
    )
    assert ran.stdout.strip() == "No keyring is running in this session."
