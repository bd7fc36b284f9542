"""Random imports for the sandbox's vendors: the state of the account, the words, and how they are really sent."""

import http.client
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, ClassVar
from urllib.parse import quote

from creditdesk.sandbox import Sandbox, SandboxThread

ENGINES = ("google_ai", "perplexity", "gemini", "chatgpt", "claude")
UNCLEAR = {"keyword-overview", "keyword-ideas", "domain-metrics", "backlink-gap"}
"""Operations whose price is a range, or is not documented."""


@dataclass(frozen=True, slots=True)
class Case:
    """One import: what is typed into `size`, and the account's settings, typed balances and reserve that go with it."""

    provider: str
    operation: str
    lines: tuple[str, ...]
    factors: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, Decimal] = field(default_factory=dict)
    reserve: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def unclear(self) -> bool:
        """Whether the vendor documents no single price for it."""
        newer = self.settings.get("prices") == "newer" and self.operation in ("leads", "leads-export")
        return newer or self.operation in UNCLEAR


@dataclass(frozen=True, slots=True)
class Sent:
    """What the vendor made of an import: how many items it took, and its refusal of the next one, if any."""

    taken: int
    refusal: tuple[int, str] | None


class Wire:
    """A plain connection to the sandbox."""

    def __init__(self, running: SandboxThread) -> None:
        self.running = running
        self.keys = running.addresses.keys
        self._connection = http.client.HTTPConnection("127.0.0.1", running.addresses.port, timeout=20)

    def send(self, line: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and decoded body of one request, such as "POST /capsolver/getBalance"."""
        method, path = line.split(" ", 1)
        data = None if body is None else json.dumps(body)
        self._connection.request(method, path, data, {"Content-Type": "application/json", **headers})
        answer = self._connection.getresponse()
        raw = answer.read()
        is_json = "json" in answer.getheader("Content-Type", "")
        return answer.status, json.loads(raw) if is_json else raw

    def set(self, provider: str, **state: Any) -> None:
        self.running.call(lambda box: box.update_account(provider, **state))

    def state(self, provider: str) -> dict[str, Any]:
        books: dict[str, Any] = self.running.call(Sandbox.books)
        page: dict[str, Any] = books["vendors"][provider][f"{provider}-1"]["state"]
        return page

    def close(self) -> None:
        self._connection.close()


class Sender(ABC):
    """Makes cases of one vendor, and sends them."""

    provider: ClassVar[str]
    at_once: ClassVar[bool] = False
    """Whether an import is one request, taken whole or refused whole."""

    def __init__(self, wire: Wire, now: Callable[[], datetime]) -> None:
        self.wire = wire
        self.now = now

    @abstractmethod
    def make(self, chance: Random) -> Case:
        """Set the vendor's account to something, and think of an import for it."""

    @abstractmethod
    def one(self, case: Case, items: Sequence[str]) -> tuple[int, Any]:
        """Send these items in one request."""

    def whole(self, case: Case) -> bool:
        """Whether this import is one request."""
        return self.at_once

    def send(self, case: Case, items: Sequence[str]) -> Sent:
        """Send an import as the vendor takes it: whole, or item by item until it is refused."""
        groups = [items] if self.whole(case) else [[item] for item in items]
        taken = 0
        for group in groups:
            status, body = self.one(case, group)
            if not 200 <= status < 300:
                return Sent(taken, (status, code_of(body)))
            taken += len(group)
        return Sent(taken, None)


def code_of(body: Any) -> str:
    """The error code or title of a refusal."""
    if not isinstance(body, dict):
        return ""
    first = body.get("errors", [body.get("error", body)])
    inner = first[0] if isinstance(first, list) else first
    return str(inner.get("code") or inner.get("errorCode") or inner.get("title") or "")


def untidy(words: Sequence[str], chance: Random) -> tuple[str, ...]:
    """The words as a person pastes them: some twice, in other spellings, with blank lines between."""
    lines = list(words)
    for _ in range(chance.randrange(3)):
        lines.insert(chance.randrange(len(lines) + 1), chance.choice(["", "  ", f" {chance.choice(words)} ".upper()]))
    if not lines[0].strip() or chance.random() < 0.3:
        lines = [words[0], *lines]
    return tuple(lines)


def near(edge: int, chance: Random, least: int = 1) -> int:
    """A number at, just over, just under, or anywhere around an edge."""
    return max(least, edge + chance.choice([0, 0, 0, 1, 1, -1, chance.randrange(-10, 11)]))


class RanktrackerCases(Sender):
    provider = "ranktracker"
    at_once = True

    def make(self, chance: Random) -> Case:
        rooms = {"keywords": chance.randrange(-5, 61), "dataRows": chance.randrange(-5, 81)}
        usage = {quota: chance.randrange(0, 5_000) for quota in rooms}
        limits = {quota: usage[quota] + rooms[quota] for quota in rooms}
        self.wire.set(self.provider, usage=usage, limits=limits)
        engines = chance.randrange(1, 6)
        words = [
            f"word {number} {chance.randrange(10**6)}" for number in range(near(min(rooms.values()) // engines, chance))
        ]
        reserve = {"keywords": Decimal(chance.randrange(40))} if chance.random() < 0.3 else {}
        return Case(self.provider, "track-keywords", untidy(words, chance), {"engines": str(engines)}, reserve=reserve)

    def one(self, case: Case, items: Sequence[str]) -> tuple[int, Any]:
        domain = next(iter(self.wire.state(self.provider)["domains"]))
        engines = [
            {"name": "google", "location": f"Place {number}", "language": "en", "device": "desktop"}
            for number in range(int(case.factors["engines"]))
        ]
        body = {"words": list(items), "search_engines": engines, "frequency": "daily"}
        path = f"POST /ranktracker/v1/domains/{domain}/keywords"
        return self.wire.send(path, body, Authorization=self.wire.keys[self.provider])


Cost = Callable[[Mapping[str, str]], int]


class OneClickSeoCases(Sender):
    provider = "oneclickseo"

    _OPERATIONS: ClassVar[dict[str, Cost]] = {
        "serp-overview": lambda _: 1,
        "content-brief": lambda _: 3,
        "keyword-clusters": lambda _: 1,
        "rank-check": lambda factors: -(-int(factors["depth"]) // 10),
        "ai-visibility": lambda factors: 4 if factors["engines"] == "all" else min(4, int(factors["engines"])),
        "keyword-ideas": lambda _: 25,
        "domain-metrics": lambda _: 1,
        "backlink-gap": lambda _: 7,
        "keyword-overview": lambda _: 1,
        "projects": lambda _: 1,
        "site-audits": lambda _: 1,
    }
    _WHOLE = frozenset({"serp-overview", "content-brief", "keyword-clusters", "rank-check", "domain-metrics"})

    def make(self, chance: Random) -> Case:
        operation = chance.choice([*self._OPERATIONS, "serp-overview", "content-brief", "rank-check", "ai-visibility"])
        monthly, top_up = chance.randrange(60), chance.choice([0, chance.randrange(60)])
        self.wire.set(self.provider, monthly=monthly, top_up=top_up, cached_domains=["cached-0.example"])
        factors: dict[str, str] = {}
        if operation == "rank-check":
            factors["depth"] = str(chance.choice([10, 100, chance.randrange(1, 101)]))
        elif operation == "ai-visibility":
            factors["engines"] = chance.choice(["all", "1", "2", "3", "4", "5"])
        elif operation == "backlink-gap":
            factors = {"competitors": str(chance.randrange(1, 4)), "limit": "100"}
        number = near((monthly + top_up) // self._OPERATIONS[operation](factors), chance)
        number = 1 if operation == "backlink-gap" else min(number, 10 if operation == "domain-metrics" else 100)
        stem = "cached" if chance.random() < 0.2 else f"site{chance.randrange(10**6)}"
        words = [f"{stem}-{each}.example" for each in range(number)]
        typed = {"monthly": Decimal(monthly), "top-up": Decimal(top_up)}
        return Case(self.provider, operation, untidy(words, chance), factors, {"plan": "starter"}, typed)

    def whole(self, case: Case) -> bool:
        return case.operation in self._WHOLE

    def one(self, case: Case, items: Sequence[str]) -> tuple[int, Any]:
        words = list(items)
        named: dict[str, tuple[str, Any]] = {
            "serp-overview": ("POST /v1/serp/overview", {"keywords": words}),
            "content-brief": ("POST /v1/content/briefs", {"keywords": words}),
            "keyword-clusters": ("POST /v1/keywords/clusters", {"keywords": words}),
            "rank-check": ("POST /v1/rank-checks", {"keywords": words, "depth": int(case.factors.get("depth", 10))}),
            "ai-visibility": ("POST /v1/ai-visibility/checks", {"query": words[0], "engines": _engines(case)}),
            "keyword-ideas": ("POST /v1/keywords/ideas", {"keywords": words}),
            "domain-metrics": ("POST /v1/domains/metrics", {"domains": words}),
            "backlink-gap": ("POST /v1/backlinks/gap", {"domains": words, "competitors": _competitors(case)}),
            "keyword-overview": (f"GET /v1/keywords/overview?keyword={quote(words[0])}", None),
            "projects": ("POST /v1/projects", {"name": words[0]}),
            "site-audits": ("POST /v1/site-audits", {"domain": words[0]}),
        }
        line, body = named[case.operation]
        bearer = f"Bearer {self.wire.keys[self.provider]}"
        return self.wire.send(line.replace(" /", " /oneclickseo/"), body, Authorization=bearer)


def _engines(case: Case) -> Any:
    chosen = case.factors.get("engines", "all")
    return chosen if chosen == "all" else list(ENGINES[: int(chosen)])


def _competitors(case: Case) -> list[str]:
    return [f"rival-{number}.example" for number in range(int(case.factors.get("competitors", 1)))]


class LeadBoxerCases(Sender):
    provider = "leadboxer"

    _PATHS: ClassVar[dict[str, str]] = {
        "ip-lookup": "GET /leadboxer/v1/ip-lookup?ip={item}",
        "domain-lookup": "GET /leadboxer/v1/domain-lookup?domain={item}",
        "track": "POST /leadboxer/v1/track",
        "leads": "GET /leadboxer/v1/leads?site={site}",
        "leads-export": "GET /leadboxer/v1/leads/export?site={site}",
    }

    def make(self, chance: Random) -> Case:
        operation = chance.choice([*self._PATHS, "ip-lookup", "ip-lookup"])
        prices = chance.choice(["fixed-cost", "newer"])
        plan = chance.choice(["free", "free", "free", "starter"])
        grants = [self._grant(number, chance) for number in range(chance.randrange(1, 4))]
        self.wire.set(self.provider, plan=plan, prices=prices.split("-")[0], grants=grants, overage=0)
        cost = {"track": 1, "ip-lookup": 20 if prices == "newer" else 10}.get(operation, 10)
        left = sum(grant["remaining"] for grant in grants if datetime.fromisoformat(grant["expires_at"]) > self.now())
        number = min(near(left // cost, chance), 12)
        words = [f"192.0.{chance.randrange(256)}.{each}" for each in range(number)]
        if operation != "ip-lookup":
            words = [f"site-{chance.randrange(10**6)}-{each}.example" for each in range(number)]
        return Case(self.provider, operation, untidy(words, chance), settings={"plan": plan, "prices": prices})

    def one(self, case: Case, items: Sequence[str]) -> tuple[int, Any]:
        site = self.wire.state(self.provider)["datasets"][0]
        line = self._PATHS[case.operation].format(item=quote(items[0]), site=site)
        body = {"email": "nobody@example.com"} if case.operation == "track" else None
        return self.wire.send(line, body, **{"x-api-key": self.wire.keys[self.provider]})

    def _grant(self, number: int, chance: Random) -> dict[str, Any]:
        days = 90 if number == 0 else chance.choice([1, 30, 90, -1])
        expires_at = (self.now() + timedelta(days=days, hours=number)).isoformat()
        remaining = chance.choice([0, chance.randrange(40), chance.randrange(0, 110, 10)])
        return {"id": f"g{number}", "amount": 100, "remaining": remaining, "expires_at": expires_at}


class CapSolverCases(Sender):
    provider = "capsolver"

    def make(self, chance: Random) -> Case:
        price = Decimal(chance.choice(["0.0008", "0.0016", "0.003", "1", f"0.00{chance.randrange(1, 10**4):04}1"]))
        count = chance.randrange(-1, 8)
        balance = price * count + chance.choice([Decimal(0), Decimal(0), price / 2, -price / 4, Decimal("1e-12")])
        self.wire.set(self.provider, packages=[], balance=str(balance), prices={"Task": str(price)})
        words = [f"task {number}" for number in range(min(9, near(count, chance)))]
        return Case(self.provider, "task", untidy(words, chance), {"price": format(price, "f")})

    def one(self, case: Case, items: Sequence[str]) -> tuple[int, Any]:
        body = {"clientKey": self.wire.keys[self.provider], "task": {"type": "Task"}}
        return self.wire.send("POST /capsolver/createTask", body)


SENDERS: tuple[type[Sender], ...] = (RanktrackerCases, OneClickSeoCases, LeadBoxerCases, CapSolverCases)
REFUSALS = {
    "ranktracker": (402, "over_quota"),
    "oneclickseo": (402, "insufficient_credits"),
    "leadboxer": (402, "Payment Required"),
    "capsolver": (400, "ERROR_ZERO_BALANCE"),
}
"""How each vendor says that there is not enough."""
