"""A running gateway on a desk in memory, and a vendor that answers with what a test wants."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from tests.desk.world import Memory
from tests.gateway.raw import RawVendor, Stream, connect

from creditdesk.core.guard import Guard
from creditdesk.core.pools import Account, Custody
from creditdesk.desk.opening import Desk, open_desk
from creditdesk.desk.tools import utc_now
from creditdesk.gateway.thread import GatewayThread
from creditdesk.paths import Places
from creditdesk.store.tokens import Token, Tokens, new_secret
from creditdesk.store.vault import Vault

KEY = "tkn_oc_live_7f3e9a1c5d2b8046e1f0a9c8b7d6e5f4"


@dataclass(slots=True)
class Gate:
    """A gateway that runs, the desk behind it, and a token for its account "Shop"."""

    desk: Desk
    memory: Memory
    running: GatewayThread
    places: Places
    url: str = ""
    token: str = ""

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1].rstrip("/"))

    def account(self, name: str, base_url: str, provider: str = "oneclickseo", key: str = KEY) -> Account:
        """Another account, with its key in the keyring."""
        number = f"a{len(self.desk.tools.chosen.accounts)}"
        account = Account(number, name, provider, Custody.KEYRING, base_url=base_url)
        self.desk.tools.chosen.add(account)
        for credential in self.desk.tools.catalogue.get(provider).credentials:
            self.memory.items["creditdesk", f"{number}/{credential.name}"] = key
        return account

    def add_token(
        self, account: Account, guard: Guard = Guard.WATCH, day: str | None = None, month: str | None = None
    ) -> str:
        """A new token for this account."""
        number, secret, digest = new_secret()
        budgets = [Decimal(each) if each else None for each in (day, month)]
        token = Token(number, account.id, "acme", guard, utc_now(), digest, *budgets)
        Tokens(self.desk.tools.history.connections).add(token).result(10)
        return secret

    def client(self) -> Stream:
        return connect(self.port)

    def request(
        self, target: str = "/Shop/v1/x", method: str = "GET", more: str = "", token: str | None = None
    ) -> bytes:
        """The head of a request with the token; `more` are further lines, each with its end."""
        text = f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
        bearer = self.token if token is None else token
        return f"{text}Authorization: Bearer {bearer}\r\n{more}\r\n".encode("latin-1")


@pytest.fixture(scope="module")
def running_gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gate, RawVendor]]:
    """One gateway and one vendor for all tests of a module: starting and ending take 0.2 s."""
    with RawVendor() as vendor, gateway(tmp_path_factory.mktemp("desk"), vendor.url) as gate:
        yield gate, vendor


@contextmanager
def gateway(folder: Path, url: str) -> Iterator[Gate]:
    """A desk in this folder with the account "Shop" at this URL, and its gateway."""
    places, memory = Places(folder, folder), Memory()
    desk = open_desk(places, Vault(memory, limit_s=5))
    gate = Gate(desk, memory, GatewayThread(desk.tools, places, limits=(2.0, 0.5)), places)
    gate.token = gate.add_token(gate.account("Shop", url))
    gate.url = gate.running.start(0).result(10)
    try:
        yield gate
    finally:
        gate.running.stop().result(10)
        desk.tools.history.close()
        desk.tools.vault.close()


@pytest.fixture
def vendor(running_gate: tuple[Gate, RawVendor]) -> RawVendor:
    """The vendor, as new."""
    running_gate[1].forget()
    return running_gate[1]


@pytest.fixture
def gate(running_gate: tuple[Gate, RawVendor], vendor: RawVendor) -> Gate:
    """The gateway, on a vendor that is as new."""
    return running_gate[0]
