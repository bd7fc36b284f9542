"""The sandbox itself: vendors with their accounts, faults and books, and the two loopback listeners that serve them."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from creditdesk.sandbox.capsolver import CapSolver
from creditdesk.sandbox.control import controlled
from creditdesk.sandbox.counters import Clock, Counters
from creditdesk.sandbox.door import Door
from creditdesk.sandbox.faults import Fault, FaultBoard
from creditdesk.sandbox.leadboxer import LeadBoxer
from creditdesk.sandbox.oneclickseo import OneClickSeo
from creditdesk.sandbox.ranktracker import Ranktracker
from creditdesk.sandbox.vendor import Account, Service, Vendor, World

HOST = "127.0.0.1"
_VENDORS: tuple[type[Vendor[Any]], ...] = (Ranktracker, OneClickSeo, LeadBoxer, CapSolver)
_LAST_WORDS = 0.2
"""Seconds that open requests get when the sandbox stops."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a started sandbox is. `base_urls`, and `keys` (of the first accounts), are by provider."""

    base_urls: dict[str, str]
    keys: dict[str, str] = field(repr=False)
    control: str
    other_origin: str
    port: int


@dataclass(frozen=True, slots=True)
class _Added:
    """How an account was made, so that `reset` can make it again."""

    provider: str
    name: str
    key: str = field(repr=False)
    state: dict[str, Any]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Sandbox:
    """Four vendors on loopback. One account each is there from the start, named "ranktracker-1" and so on.

    `keys` fixes the keys of those accounts; a `seed` fixes every key, id and figure; `clock` tells the time as an
    aware UTC datetime. All methods belong to the event loop that runs `start` (or are called before it): from
    another thread use `SandboxThread.call`.
    """

    def __init__(self, keys: Mapping[str, str] | None = None, seed: int | None = None, clock: Clock = _utc_now) -> None:
        self._clock = clock
        self.skew = timedelta(0)  # how far the clock that dates the answers is ahead of the true one
        self.counters = Counters(clock)
        self.faults = FaultBoard()
        self.other_origin = ""
        chance = random.SystemRandom() if seed is None else random.Random(seed)
        world = World(clock, chance, self.counters)
        self._services = {vendor.name: Service(vendor(world)) for vendor in _VENDORS}
        self._added: list[_Added] = []
        self._runners: list[web.ServerRunner] = []
        for provider, key in (keys or {}).items():
            self.add_account(provider, key)
        for provider, service in self._services.items():
            if not service.accounts:
                self.add_account(provider)

    async def start(self, port: int = 0) -> Addresses:
        """Serve on 127.0.0.1 at this port (0: any free one).

        Raises OSError when it is taken, OverflowError when there is no such port.
        """
        door = Door(self._services, self.faults, self.counters, lambda call: controlled(self, call))
        try:
            other = await self._listen(door.elsewhere, 0)
            port = await self._listen(door.answer, port)
        except (OSError, OverflowError):
            await self.stop()
            raise
        door.origins = (f"http://{HOST}:{port}", f"http://{HOST}:{other}")
        self.other_origin = door.origins[1]
        return Addresses(
            base_urls={provider: f"{door.origins[0]}/{provider}" for provider in self._services},
            keys={provider: next(iter(service.accounts)) for provider, service in self._services.items()},
            control=f"{door.origins[0]}/_control",
            other_origin=self.other_origin,
            port=port,
        )

    async def stop(self) -> None:
        """Stop serving; open requests are cut off."""
        while self._runners:
            await self._runners.pop().cleanup()

    async def _listen(self, handler: Any, port: int) -> int:
        async def dated(request: web.BaseRequest) -> web.StreamResponse:
            """The handler's answer, dated by the sandbox's own clock as a vendor's is by its own."""
            response: web.StreamResponse = await handler(request)
            response.headers.setdefault("Date", format_datetime(self._clock() + self.skew, usegmt=True))
            return response

        server = web.Server(dated, handler_cancellation=True, access_log=None)
        runner = web.ServerRunner(server, shutdown_timeout=_LAST_WORDS)
        self._runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, HOST, port, backlog=1024).start()
        return int(runner.addresses[0][1])

    # ---- accounts

    def add_account(self, provider: str, key: str | None = None, *, name: str | None = None, **state: Any) -> str:
        """Add an account and return its key. `state` as its vendor's class documents it. Raises ValueError."""
        service = self._service(provider)
        key = key or service.vendor.new_key()
        name = name or f"{provider}-{len(service.accounts) + 1}"
        service.add(name, key, state)
        self._added.append(_Added(provider, name, key, state))
        self.counters.know_key(key, f"{provider}/{name}")
        return key

    def update_account(self, provider: str, account: str | None = None, **state: Any) -> None:
        """Change an account's state, by its name or key (None: the first). Raises ValueError."""
        self._service(provider).apply(self._account(provider, account), state)

    def consume(self, provider: str, account: str | None = None, **amounts: Any) -> dict[str, Any]:
        """Another client of the account uses up credit (`keywords=5`); returns what was there to be taken."""
        found = self._account(provider, account)
        taken = self._service(provider).vendor.consume(found, amounts)
        self.counters.consumed(provider, found.name, taken)
        return taken

    def turn_month(self, account: str | None = None) -> None:
        """The first of the month comes for OneClickSEO's accounts (None: for all)."""
        service = self._service(OneClickSeo.name)
        vendor = service.vendor
        assert isinstance(vendor, OneClickSeo)
        for each in list(service.accounts.values()):
            if account is None or account in (each.name, each.key):
                vendor.turn_month(each)  # type: ignore[arg-type]

    # ---- faults

    def set_fault(self, fault: Fault) -> int:
        """Set a fault; returns its number. Its `account` may be a name or a key. Raises ValueError."""
        for provider in self._services if fault.provider is None else (fault.provider,):
            named = self._service(provider).accounts.get(fault.account or "")
            fault = replace(fault, account=named.name) if named else fault
        return self.faults.add(fault)

    def clear_faults(self, provider: str | None = None, number: int | None = None) -> None:
        """Take down every fault, or those of one provider, or one by its number."""
        self.faults.clear(provider, number)

    # ---- books

    def books(self) -> dict[str, Any]:
        """All that was counted, and each account's state, as a JSON-able dict (keys: see the package)."""
        books = self.counters.as_json()
        for provider, service in self._services.items():
            pages = books["vendors"].setdefault(provider, {})
            for account in service.accounts.values():
                page = pages.setdefault(account.name, self.counters.page(provider, account.name).as_json())
                page["state"] = service.vendor.state(account)
        return books

    def journal(self, provider: str, account: str | None = None) -> list[dict[str, Any]]:
        """Every charge of an account, oldest first."""
        return list(self.counters.page(provider, self._account(provider, account).name).journal)

    def requests(self, since: int = 0) -> list[dict[str, Any]]:
        """The requests with a number above `since`, oldest first (the last 100,000 are kept)."""
        return [visit.as_json() for visit in self.counters.visits if visit.number > since]

    def reset(self, what: str = "all") -> None:
        """Back to the start: "books", "faults", "accounts" (with the same keys) or "all". Raises ValueError."""
        if what not in {"all", "books", "faults", "accounts"}:
            raise ValueError("what must be all, books, faults or accounts")
        if what in {"all", "faults"}:
            self.faults.clear()
        if what in {"all", "books"}:
            self.counters.clear()
        if what in {"all", "accounts"}:
            for service in self._services.values():
                service.accounts.clear()
            for each in self._added:
                self._service(each.provider).add(each.name, each.key, each.state)

    def _service(self, provider: str) -> Service:
        if provider not in self._services:
            raise ValueError(f"there is no vendor called {provider}")
        return self._services[provider]

    def _account(self, provider: str, account: str | None) -> Account:
        accounts = self._service(provider).accounts
        if account is None:
            return next(iter(accounts.values()))
        return accounts.get(account) or self._service(provider).named(account)
