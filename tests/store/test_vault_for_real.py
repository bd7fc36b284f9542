"""The vault with the keyring of a real desktop session, as `make test` provides one."""

import asyncio
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from creditdesk.core.definition import Credential
from creditdesk.core.pools import Account, Custody
from creditdesk.store.vault import KeyMissing, Vault

pytestmark = pytest.mark.keyring

SERVICE = "creditdesk-tests"


@pytest.fixture
def account() -> Account:
    return Account(secrets.token_hex(8), "A", "v", Custody.KEYRING)


@pytest.fixture
def vault(account: Account) -> Iterator[Vault]:
    opened = Vault(service=SERVICE)
    yield opened
    opened.erase(account.id, "token").result()
    opened.close()


def looked_up(account: Account) -> str:
    command = ["secret-tool", "lookup", "service", SERVICE, "username", f"{account.id}/token"]
    return subprocess.run(command, capture_output=True, text=True, timeout=20).stdout


def test_a_key_goes_into_the_desktops_own_store_and_leaves_it(vault: Vault, account: Account) -> None:
    token = Credential("token", "Token")
    with pytest.raises(KeyMissing):
        asyncio.run(vault.read_account(account, [token]))
    vault.write(account.id, "token", "sk-for-a-test").result()
    assert looked_up(account) == "sk-for-a-test"
    assert asyncio.run(vault.read_account(account, [token])) == {"token": "sk-for-a-test"}
    vault.write(account.id, "token", "k" * 16384).result()
    assert asyncio.run(vault.read_account(account, [token])) == {"token": "k" * 16384}
    assert vault.erase(account.id, "token").result() is True
    assert looked_up(account) == ""


def test_the_store_in_use_is_called_by_its_name(vault: Vault) -> None:
    assert vault.store_name().result() == "GNOME Keyring"


LOCKED = """
import secretstorage
from creditdesk.store.vault import KeyringLocked, Vault
vault = Vault(service="creditdesk-tests")
vault.write("a1", "token", "sk-for-a-test").result()
secretstorage.Collection(secretstorage.dbus_init()).lock()
for call in (vault.read, vault.erase):
    try:
        print(call("a1", "token").result())
    except KeyringLocked:
        print("locked")
"""
OPEN = """
from creditdesk.store.vault import Vault
print(Vault(service="creditdesk-tests").read("a1", "token").result())
"""


def in_a_session_of_its_own(home: Path, program: str) -> list[str]:
    """The words a program says in a D-Bus session with a keyring that keeps its file in `home`."""
    (home / "run").mkdir(mode=0o700, exist_ok=True)
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run")}
    keyring = Path(__file__).resolve().parents[2] / "packaging" / "with-keyring"
    session = ["bash", "-c", f'exec dbus-run-session -- "{keyring}" "$0" -c "$1" 3>&2', sys.executable, program]
    ran = subprocess.run(session, env=environment, capture_output=True, text=True, timeout=60)
    return ran.stdout.split()


def test_a_locked_keyring_says_so_and_loses_nothing(tmp_path: Path) -> None:
    assert in_a_session_of_its_own(tmp_path, LOCKED) == ["locked", "locked"]
    assert in_a_session_of_its_own(tmp_path, OPEN) == ["sk-for-a-test"]
