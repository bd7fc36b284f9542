"""A desk on a running sandbox, with a keyring in memory and a clock that stands until it is moved."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from creditdesk.core.pools import Account, Custody, Level, Reading, Snapshot, Trouble
from creditdesk.desk.approving import approve, question
from creditdesk.desk.opening import Desk, open_desk
from creditdesk.desk.reading import Outcome
from creditdesk.paths import Places
from creditdesk.providers.exchange import Exchange
from creditdesk.providers.transport import open_client
from creditdesk.sandbox import Fault, FaultKind, Sandbox, SandboxThread
from creditdesk.store.vault import Vault

T = TypeVar("T")
START = datetime(2026, 9, 14, 12, tzinfo=UTC)
READ = ("ranktracker", "leadboxer", "capsolver")
"""The sandbox's vendors whose balance can be read."""


class Clock:
    """A clock that stands until it is moved; the sandbox and the desk share it."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


class Memory:
    """A keyring in memory. `before` runs at every call and may raise or block."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], str] = {}
        self.calls: list[str] = []
        self.before: Callable[[str], object] = lambda _: None

    def get_password(self, service: str, username: str) -> str | None:
        self._called("get")
        return self.items.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._called("set")
        self.items[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._called("delete")
        del self.items[service, username]

    def keys(self) -> set[str]:
        """The keys that are in the keyring."""
        return set(self.items.values())

    def fail(self, name: str) -> None:
        """From now on every call fails with an error of this name, as a backend of the system would."""
        error = type(name, (Exception,), {})

        def refuse(_: str) -> None:
            raise error("the keyring says no")

        self.before = refuse

    def _called(self, verb: str) -> None:
        self.calls.append(verb)
        self.before(verb)


@dataclass(slots=True)
class World:
    """The sandbox, the folder and the open desk. `restart` closes the desk and opens it anew on the same folder."""

    running: SandboxThread
    places: Places
    clock: Clock
    memory: Memory
    runner: asyncio.Runner
    desk: Desk
    vault: Vault

    @classmethod
    def begin(cls, running: SandboxThread, folder: Path, clock: Clock) -> "World":
        places, memory, runner = Places(folder, folder), Memory(), asyncio.Runner()
        desk, vault = _open(places, memory, clock)
        return cls(running, places, clock, memory, runner, desk, vault)

    def close(self) -> None:
        self.run(self.desk.close())
        self.runner.close()

    def restart(self) -> list[Reading]:
        """Close and open the desk; what it remembers."""
        self.run(self.desk.close())
        self.desk, self.vault = _open(self.places, self.memory, self.clock)
        return self.desk.reader.load()

    def hasten(self, deadline_s: float) -> None:
        """Open the desk anew with another deadline than the usual 30 seconds."""
        self.run(self.desk.close())
        self.vault = Vault(self.memory, limit_s=5)
        asking = lambda: Exchange(open_client(), deadline_s)  # noqa: E731
        self.desk = open_desk(self.places, self.vault, asking, self.clock)
        self.desk.reader.load()

    def run(self, story: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(story)

    # ---- accounts

    def key(self, provider: str) -> str:
        """The key of the sandbox's first account of this vendor."""
        return self.running.addresses.keys[provider]

    def url(self, provider: str) -> str:
        return self.running.addresses.base_urls.get(provider, "")

    def draft(self, provider: str, name: str = "", **changes: Any) -> Account:
        return Account("", name or provider, provider, Custody.KEYRING, base_url=self.url(provider)).changed(**changes)

    def add(self, provider: str, name: str = "", key: str = "", **changes: Any) -> Account:
        """Add an account with its key in the keyring; by default the sandbox's first one."""
        return self.run(
            self.desk.registry.add(self.draft(provider, name, **changes), {"key": key or self.key(provider)})
        )

    def add_typed(self, provider: str, name: str = "", **settings: str) -> Account:
        """Add an account without a key, whose balances are typed."""
        draft = Account("", name or provider, provider, Custody.NONE, settings=settings)
        return self.run(self.desk.registry.add(draft, {}))

    def type(self, account: Account, **amounts: int | str) -> None:
        """Type balances; `_` in a name stands for `-`."""
        typed = {pool.replace("_", "-"): (Decimal(str(left)), None) for pool, left in amounts.items()}
        self.run(self.desk.registry.type_balances(account, typed))

    # ---- definitions of the user's own

    def own(self, text: str, definition_id: str) -> None:
        """Put a definition into the user's folder, as a text editor would, and let the desk look."""
        self.places.definitions.mkdir(parents=True, exist_ok=True)
        (self.places.definitions / f"{definition_id}.toml").write_text(text, encoding="utf-8")
        self.desk.tools.catalogue.renew()

    def approve(self, definition_id: str, host: str = "", keys: bool = False) -> str:
        """Approve a definition as it is now."""
        tools = self.desk.tools
        asked = question(tools, lambda: tools.catalogue.get(definition_id), again=True)
        assert asked is not None
        return self.run(approve(tools, self.desk.reader, asked, host or asked.typed_host, keys))

    # ---- reading

    def read(self, account: Account) -> Outcome:
        return self.run(self.desk.reader.read(account.id))

    def reading(self, account: Account) -> Reading:
        return self.desk.reader.reading(self.desk.tools.chosen.account(account.id))

    def trouble(self, account: Account) -> Trouble:
        """Read; the trouble that comes of it."""
        trouble = self.read(account).reading.trouble
        assert trouble is not None
        return trouble

    def snapshot(self, account: Account) -> Snapshot:
        """Read; the good snapshot that comes of it."""
        reading = self.read(account).reading
        assert reading.trouble is None, reading.trouble
        assert reading.snapshot is not None
        return reading.snapshot

    def left(self, account: Account) -> dict[str, Decimal | None]:
        """What is left of each pool as known now, without asking."""
        snapshot = self.reading(account).snapshot
        return {pool.id: pool.left for pool in snapshot.pools} if snapshot else {}

    # ---- the sandbox

    def fault(self, kind: FaultKind, provider: str | None = None, **fields: Any) -> None:
        self.running.call(lambda box: box.set_fault(Fault(kind=kind, provider=provider, **fields)))

    def clear(self) -> None:
        """Take every fault down."""
        self.running.call(Sandbox.clear_faults)

    def set(self, provider: str, account: str | None = None, **state: Any) -> None:
        self.running.call(lambda box: box.update_account(provider, account, **state))

    def books(self) -> dict[str, Any]:
        return self.running.call(Sandbox.books)

    def state(self, provider: str, account: str = "") -> dict[str, Any]:
        """What the vendor's own page would show of an account."""
        page: dict[str, Any] = self.books()["vendors"][provider][account or f"{provider}-1"]["state"]
        return page

    def requests(self, provider: str) -> int:
        """How many requests the vendor has had from known and unknown keys."""
        pages: Mapping[str, Any] = self.books()["vendors"].get(provider, {})
        return sum(sum(page["requests"].values()) for page in pages.values())


def _open(places: Places, memory: Memory, clock: Clock) -> tuple[Desk, Vault]:
    vault = Vault(memory, limit_s=5)
    return open_desk(places, vault, clock=clock), vault


async def soon(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Let the loop run until it holds; fail when it never does."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not condition():
        assert loop.time() < deadline, "it never came true"
        await asyncio.sleep(0.002)


def shows_the_old_number_as_old(reading: Reading, before: object) -> None:
    """What was read at the start is still there, with its age, and is not taken for live."""
    assert reading.snapshot == before
    assert reading.read_at == START
    assert reading.level in (Level.NOT_READ, Level.EXHAUSTED)
