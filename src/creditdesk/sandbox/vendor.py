"""What the four vendors have in common: what each must say for itself, and the way from a request to its handler."""

import random
import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from creditdesk.sandbox.counters import Clock, Counters
from creditdesk.sandbox.faults import Fault
from creditdesk.sandbox.wire import Answer, Call, Refused, Route


@dataclass(slots=True)
class Account:
    """An account at a vendor. `revoked`: its key was deleted at the vendor, which knows it no longer."""

    name: str
    key: str = field(repr=False)
    revoked: bool = False


AccountT = TypeVar("AccountT", bound=Account)


@dataclass(frozen=True, slots=True)
class World:
    """What a vendor needs from outside: the time (aware UTC), chance, and the books."""

    clock: Clock
    chance: random.Random
    counters: Counters

    def now(self) -> datetime:
        return self.clock()

    def uuid(self) -> str:
        """A random UUID that repeats when the sandbox was made with a seed."""
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def code(self, length: int) -> str:
        """Random lower-case hexadecimal digits."""
        return f"{self.chance.getrandbits(4 * length):0{length}x}"


class Vendor(ABC, Generic[AccountT]):
    """One vendor's rules. The accounts themselves are kept by `Service`."""

    name: ClassVar[str]
    reading: ClassVar[str]
    """Label of the route that tells the balance; for a vendor without one, of its free probe."""
    routes: ClassVar[tuple[Route, ...]]
    switches: ClassVar[frozenset[str]]
    """Names that `set_state` takes."""

    def __init__(self, world: World) -> None:
        self.world = world

    @abstractmethod
    def new_key(self) -> str:
        """A random key that looks like this vendor's."""

    @abstractmethod
    def new_account(self, name: str, key: str) -> AccountT:
        """An account with this vendor's start state."""

    @abstractmethod
    def key_of(self, call: Call) -> str | None:
        """The key of a request, read only where the vendor documents it."""

    @abstractmethod
    def state(self, account: AccountT) -> dict[str, Any]:
        """What the vendor's own dashboard would show, as a JSON-able dict."""

    @abstractmethod
    def set_state(self, account: AccountT, name: str, value: Any) -> None:
        """Set one switch or amount. Raises ValueError, TypeError or KeyError when the value can not be."""

    @abstractmethod
    def consume(self, account: AccountT, amounts: Mapping[str, Any]) -> dict[str, Any]:
        """Another client uses up credit: at most what is there. Returns what was taken, by pool."""

    @abstractmethod
    def rejection(self, call: Call, no_access: bool) -> Answer:
        """The answer to a bad key, or (no_access) to a good key whose plan has no API access."""

    @abstractmethod
    def throttled(self, call: Call, fault: Fault) -> Answer:
        """The vendor's way to say: slower."""

    @abstractmethod
    def error(self, status: int | None, code: str) -> Answer:
        """The vendor's error shape with this status and code; None and "" are its answer to an empty balance."""

    def access(self, account: AccountT, label: str, call: Call) -> None:
        """Refuse (by raising Refused) what this account may not do at all. `label` is the route's."""

    def book(self, account: AccountT, operation: str, **details: Any) -> None:
        """Book a charge of this account (see Counters.charge)."""
        self.world.counters.charge(self.name, account.name, operation, **details)


@dataclass(slots=True)
class Service:
    """A vendor at work: its accounts by key, and what it answers to a request."""

    vendor: Vendor[Any]
    accounts: dict[str, Account] = field(default_factory=dict, repr=False)

    def add(self, name: str, key: str, state: Mapping[str, Any]) -> Account:
        """Add an account. Raises ValueError for a name or key that is there already, and for state that can not be."""
        if key in self.accounts or any(account.name == name for account in self.accounts.values()):
            raise ValueError(f"{self.vendor.name} has that account already")
        account: Account = self.vendor.new_account(name, key)
        self.apply(account, state)
        self.accounts[key] = account
        return account

    def apply(self, account: Account, state: Mapping[str, Any]) -> None:
        """Change switches and amounts of an account. Raises ValueError that names what can not be."""
        unknown = sorted(set(state) - self.vendor.switches - {"revoked"})
        if unknown:
            raise ValueError(f"{self.vendor.name} has no state called {', '.join(unknown)}")
        for name, value in state.items():
            if name == "revoked":
                account.revoked = bool(value)
                continue
            try:
                self.vendor.set_state(account, name, value)
            except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{self.vendor.name}: {name} can not be set to that") from error

    def named(self, name: str) -> Account:
        """The account of this name. Raises ValueError."""
        for account in self.accounts.values():
            if account.name == name:
                return account
        raise ValueError(f"{self.vendor.name} has no account called {name}")

    def account_of(self, call: Call) -> Account | None:
        """The account whose key the request bears, if the vendor knows it."""
        account = self.accounts.get(self.vendor.key_of(call) or "")
        return None if account is None or account.revoked else account

    def route_of(self, call: Call) -> tuple[Route, tuple[str, ...]] | None:
        """The documented route of a request and the ids in its path."""
        for each in self.vendor.routes:
            found = each.pattern.fullmatch(call.path) if each.method == call.method else None
            if found:
                return each, found.groups()
        return None

    def answer(self, call: Call) -> Answer:
        """Do the work of a request and answer it."""
        account = self.account_of(call)
        if account is None:
            return self.vendor.rejection(call, no_access=False)
        found = self.route_of(call)
        if found is None:
            return self.vendor.error(404, "not_found")
        try:
            self.vendor.access(account, found[0].label, call)
            return found[0].handler(self.vendor, account, call, found[1])
        except Refused as refused:
            return refused.answer
