"""Three vendors' accounts in the sandbox, and scripts that ask them through a gateway while much goes wrong."""

import http.client
import json
import queue
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.cli.commanding import until
from tests.desk.world import World

from creditdesk.core.charges import Charge, ChargeState, Entry, EntryKind, Known
from creditdesk.core.counted import Counted
from creditdesk.core.guard import Guard
from creditdesk.core.metering import cost
from creditdesk.core.pools import Account
from creditdesk.gateway.thread import GatewayThread
from creditdesk.sandbox import Fault, FaultKind, Sandbox, SandboxThread
from creditdesk.store.charges import Charges
from creditdesk.store.entries import new_id
from creditdesk.store.tokens import Token, Tokens, new_secret

EVER = datetime(2020, 1, 1, tzinfo=UTC)
BEGIN = datetime(2026, 9, 20, 12, tzinfo=UTC)
JSON = {"Content-Type": "application/json"}
ENGINE = {"name": "google", "location": "United States", "language": "en", "device": "desktop"}
PROVIDERS = ("oneclickseo", "leadboxer", "ranktracker")
SCRIPTS = 8


class Ticking:
    """A clock that goes, and can be set ahead; the sandbox and the desk share it."""

    def __init__(self) -> None:
        self._ahead = BEGIN - datetime.now(UTC)
        self._begun = datetime.now(UTC), time.monotonic()

    def __call__(self) -> datetime:
        return self._begun[0] + timedelta(seconds=time.monotonic() - self._begun[1]) + self._ahead

    def go_to(self, instant: datetime) -> None:
        self._ahead += instant - self()


@dataclass(frozen=True, slots=True)
class Ask:
    """One request of a script. `patient` False: it goes away right after it asked."""

    provider: str
    method: str
    path: str
    body: Any = None
    guard: Guard = Guard.WATCH
    patient: bool = True


@dataclass(slots=True)
class Market:
    """The sandbox, a desk with an account of each vendor, a gateway, and tokens by vendor and guard."""

    running: SandboxThread
    world: World
    clock: Ticking
    gateway: GatewayThread
    accounts: dict[str, Account]
    port: int = 0
    tokens: dict[tuple[str, Guard], str] = field(default_factory=dict)
    said: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    jobs: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)

    # ---- the scripts

    def token(self, provider: str, guard: Guard, day: str | None = None, month: str | None = None) -> str:
        """A new token."""
        number, secret, digest = new_secret()
        budgets = [Decimal(each) if each else None for each in (day, month)]
        token = Token(number, self.accounts[provider].id, f"{guard} client", guard, self.clock(), digest, *budgets)
        Tokens(self.world.desk.tools.history.connections).add(token).result(10)
        return secret

    def send(self, ask: Ask, token: str = "") -> tuple[int, str, bytes]:
        """Ask through the gateway; status, what the gateway says it did, and body. (0, "", b"") where it broke off."""
        token = token or self.tokens[ask.provider, ask.guard]
        value = {"oneclickseo": ("Authorization", f"Bearer {token}"), "leadboxer": ("x-api-key", token)}
        name, text = value.get(ask.provider, ("Authorization", token))
        body = None if ask.body is None else json.dumps(ask.body)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)
        try:
            headers = {name: text, **(JSON if body else {})}
            connection.request(ask.method, f"/{ask.provider}{ask.path}", body, headers)
            if not ask.patient:
                return 0, "", b""
            answer = connection.getresponse()
            data = answer.read()
            return answer.status, answer.headers["x-creditdesk-gateway"] or "", data
        except (OSError, http.client.HTTPException):
            return 0, "", b""
        finally:
            connection.close()

    def drive(self, asks: list[Ask], scripts: int = SCRIPTS) -> None:
        """Let scripts ask all of this, and wait until nothing is under way."""
        waiting: queue.SimpleQueue[Ask] = queue.SimpleQueue()
        for ask in asks:
            waiting.put(ask)
        threads = [threading.Thread(target=self._script, args=(waiting,)) for _ in range(scripts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.quiet()

    def ask_on(self, asks: Iterator[Ask]) -> None:
        """Ask one after the other until an answer does not come."""
        for ask in asks:
            status, word, data = self.send(ask)
            self.said[ask.provider, word, status] += 1
            if not status:
                return
            self._learn(ask, data)

    def quiet(self) -> None:
        """Nothing is under way at the vendor, and nothing is open in the ledger."""
        until(lambda: self.running.call(lambda box: box.counters.open_now) == 0)
        until(lambda: not any(self.charges(each, ChargeState.OPEN) for each in self.accounts))

    def _script(self, waiting: "queue.SimpleQueue[Ask]") -> None:
        while True:
            try:
                ask = waiting.get_nowait()
            except queue.Empty:
                return
            status, word, data = self.send(ask)
            self.said[ask.provider, word, status] += 1
            if status in (201, 202) and word == "passed":
                self._learn(ask, data)

    def _learn(self, ask: Ask, data: bytes) -> None:
        try:
            told = json.loads(data)["data"]
            if ask.provider == "oneclickseo":
                self.jobs.append(f"/v1/jobs/{told['id']}")
            elif ask.path.endswith("/keywords"):
                self.keywords.extend(f"{ask.path}/{each['id']}" for each in told)
        except (ValueError, KeyError, TypeError, RecursionError):
            pass  # a damaged answer tells nothing

    # ---- both sides' books

    def charges(self, provider: str, state: ChargeState | None = None) -> tuple[Charge, ...]:
        """The ledger's charges of an account, without what is unexplained."""
        account = self.accounts[provider].id
        found = Charges(self.world.desk.tools.history.connections).of(account, EVER).result(10)
        mine = tuple(each for each in found if each.known is not Known.UNEXPLAINED)
        return mine if state is None else tuple(each for each in mine if each.state is state)

    def booked(self, provider: str) -> Decimal:
        """All that the ledger booked; where each of two pools pays, of one of them."""
        found = self.charges(provider, ChargeState.BOOKED)
        return sum((cost(each.draws or ()) for each in found), Decimal(0))

    def unexplained(self, provider: str, *pools: str) -> Decimal:
        """What the ledger could not explain at its certain points; of these pools only, if given."""
        account = self.accounts[provider].id
        found = Charges(self.world.desk.tools.history.connections).unexplained(account).result(10)
        draws = [draw for each in found for draw in each.draws or ()]
        return sum((draw.amount for draw in draws if not pools or draw.pools[0] in pools), Decimal(0))

    def journal(self, provider: str) -> list[dict[str, Any]]:
        return self.running.call(lambda box: box.journal(provider))

    def charged(self, provider: str) -> int:
        """What the vendor charged for requests, by its own books; slots that were given back not counted."""
        name = "keywords" if provider == "ranktracker" else None
        amounts = [each["amounts"] for each in self.journal(provider) if _is_charge(each)]
        return sum(each[name] if name else sum(each.values()) for each in amounts)

    def elsewhere(self, provider: str) -> int:
        """What other clients took, and what pausing and deleting gave back, by the vendor's own books."""
        journal = self.journal(provider)
        others = [each["amounts"] for each in journal if each["operation"] == "(another client)"]
        took = sum(each["keywords"] if provider == "ranktracker" else sum(each.values()) for each in others)
        return int(took + sum(each.get("slots", 0) for each in journal))

    def state(self, provider: str) -> dict[str, Any]:
        return self.world.state(provider)

    def requests(self) -> int:
        """How many requests came to the sandbox."""
        return self.running.sandbox.counters.number

    def statuses(self, provider: str) -> dict[str, int]:
        """How often the vendor answered with each status."""
        page: dict[str, Any] = self.running.call(Sandbox.books)["vendors"][provider][f"{provider}-1"]
        return dict(page["statuses"])

    def counted(self, provider: str) -> Counted:
        counted: Counted = self.world.run(self.world.desk.ledger.counted(self.accounts[provider].id))
        return counted

    def left(self, provider: str) -> dict[str, Decimal]:
        """What is left by the ledger."""
        return {each.pool.id: each.pool.left for each in self.counted(provider).pools if each.pool.left is not None}

    def consume(self, provider: str, amount: int) -> None:
        """Somebody spends on the vendor's own page."""
        amounts = {"keywords": amount, "dataRows": amount} if provider == "ranktracker" else {"credits": amount}
        self.running.call(lambda box: box.consume(provider, **amounts))

    def buy(self, credits: int) -> None:
        """OneClickSEO's user buys credits, and adds them to the ledger."""
        top_up = self.state("oneclickseo")["top_up"]
        self.running.call(lambda box: box.update_account("oneclickseo", top_up=top_up + credits))
        bought = "oneclickseo", "top-up", EntryKind.TOP_UP, Decimal(credits), self.clock()
        self.world.run(self.world.desk.ledger.add(Entry(new_id(), self.accounts[bought[0]].id, *bought[1:])))

    def type_balances(self) -> None:
        """Type what OneClickSEO's page shows."""
        state = self.state("oneclickseo")
        self.world.type(self.accounts["oneclickseo"], monthly=state["monthly"], top_up=state["top_up"])


def _is_charge(entry: dict[str, Any]) -> bool:
    return "amounts" in entry and entry["operation"] != "(another client)"


@contextmanager
def market(folder: Path, limits: tuple[float, float] = (2.0, 0.4)) -> Iterator[Market]:
    """Everything running: plenty of room at Ranktracker, 200 monthly credits and 2,000 of a top-up at OneClickSEO."""
    clock = Ticking()
    with SandboxThread(Sandbox(seed=6, clock=clock)) as running:
        running.call(lambda box: box.update_account("ranktracker", limits={"keywords": 90_000, "dataRows": 90_000}))
        running.call(lambda box: box.update_account("oneclickseo", allowance=2500, monthly=200, top_up=2_000))
        world = World.begin(running, folder, clock)  # type: ignore[arg-type]  # a clock that goes by itself
        settings = {"oneclickseo": {"plan": "pro"}, "leadboxer": {}, "ranktracker": {}}
        accounts = {each: world.add(each, settings=settings[each]) for each in PROVIDERS}
        gateway = GatewayThread(world.desk.tools, world.places, limits)
        found = Market(running, world, clock, gateway, accounts)
        found.type_balances()
        for provider in ("leadboxer", "ranktracker"):
            world.snapshot(accounts[provider])
        found.tokens = {(each, guard): found.token(each, guard) for each in PROVIDERS for guard in Guard}
        found.port = int(gateway.start(0).result(10).rsplit(":", 1)[1].rstrip("/"))
        try:
            yield found
        finally:
            gateway.stop().result(10)
            world.close()


# ---- what scripts ask, and what goes wrong


def asks(market: Market, dice: random.Random, count: int) -> list[Ask]:
    """So many requests to all three vendors."""
    domains = list(market.state("ranktracker")["domains"])
    datasets = market.state("leadboxer")["datasets"]
    makers: dict[str, Callable[[], Ask]] = {
        "oneclickseo": lambda: _of_oneclickseo(market, dice),
        "leadboxer": lambda: _of_leadboxer(dice, datasets[0]),
        "ranktracker": lambda: _of_ranktracker(market, dice, domains),
    }
    return [makers[dice.choice(PROVIDERS)]() for _ in range(count)]


def _how(dice: random.Random) -> dict[str, Any]:
    return {"guard": dice.choice(list(Guard)), "patient": dice.random() > 0.02}


def _of_oneclickseo(market: Market, dice: random.Random) -> Ask:
    words = [f"word {dice.randrange(400)}" for _ in range(dice.randint(1, 4))]
    post: list[tuple[str, Any]] = [
        ("/v1/serp/overview", {"keywords": words}),
        ("/v1/domains/metrics", {"domains": [f"{word[5:]}.example" for word in words]}),
        ("/v1/content/briefs", {"keywords": words[:2]}),
        ("/v1/keywords/clusters", {"keywords": words}),
        ("/v1/keywords/ideas", {"keywords": words[:1]}),
        ("/v1/rank-checks", {"keywords": words, "depth": dice.choice((10, 20))}),
        ("/v1/ai-visibility/checks", {"engines": "all"}),
        ("/v1/backlinks/gap", {"domains": ["a.example"], "competitors": ["b.example", "c.example"]}),
        ("/v1/rank-checks", {"keywords": [f"k{each}" for each in range(1000)], "depth": 100}),  # 402, or refused
        ("/v1/serp/overview", {"keywords": []}),  # 422
    ]
    get = [f"/v1/keywords/overview?keyword=word%20{dice.randrange(40)}", "/v1/projects", "/v1/jobs/nothing"]
    if dice.random() < 0.3:
        path = dice.choice(market.jobs) if market.jobs and dice.random() < 0.5 else dice.choice(get)
        return Ask("oneclickseo", "GET", path, **_how(dice))
    path, body = dice.choice(post)
    return Ask("oneclickseo", "POST", path, body, **_how(dice))


def _of_leadboxer(dice: random.Random, dataset: str) -> Ask:
    get = [
        f"/v1/ip-lookup?ip=192.0.2.{dice.randrange(250)}",
        "/v1/ip-lookup?ip=nothing",
        f"/v1/domain-lookup?domain=d{dice.randrange(99)}.example",
        f"/v1/leads?site={dataset}&limit=3",
        f"/v1/leads/export?site={dataset}&limit=3",
        "/v1/leads?site=another",
        "/v1/management/credits",
        "/v1/user-datasets",
    ]
    if dice.random() < 0.2:
        return Ask("leadboxer", "POST", "/v1/track", {"event": "x"}, **_how(dice))
    return Ask("leadboxer", "GET", dice.choice(get), **_how(dice))


def _of_ranktracker(market: Market, dice: random.Random, domains: list[str]) -> Ask:
    path = f"/v1/domains/{dice.choice(domains)}/keywords"
    words = [f"word {dice.randrange(10**6)}" for _ in range(dice.randint(1, 3))]
    kind = dice.random()
    if kind < 0.5:
        body = {"words": words, "search_engines": [ENGINE, {**ENGINE, "device": "mobile"}][: dice.randint(1, 2)]}
        return Ask("ranktracker", "POST", path, body, **_how(dice))
    if kind < 0.6 and market.keywords:
        return Ask("ranktracker", "PATCH", dice.choice(market.keywords), {"tracked": dice.random() < 0.5}, **_how(dice))
    if kind < 0.65 and market.keywords:
        return Ask("ranktracker", "DELETE", dice.choice(market.keywords), **_how(dice))
    if kind < 0.75:
        return Ask("ranktracker", "POST", path, {"words": [], "search_engines": [ENGINE]}, **_how(dice))
    return Ask("ranktracker", "GET", dice.choice((path, "/v1/domains", "/v1/account/usage", "/v1/tags")), **_how(dice))


def afflict(market: Market, dice: random.Random, faults: int, spread: int) -> None:
    """So many faults, each for one of the next `spread` requests of a vendor. No vendor lies about what was free."""
    kinds: list[dict[str, Any]] = [
        *({"kind": FaultKind.LATENCY, "seconds": 0.05, "after_work": each} for each in (False, True)),
        *({"kind": FaultKind.LATENCY, "seconds": 0.6, "after_work": each} for each in (False, True)),
        *({"kind": FaultKind.RESET, "after_work": each} for each in (False, True)),
        *({"kind": FaultKind.RESET, "mode": each} for each in ("head", "mid")),
        *({"kind": FaultKind.TRUNCATED, "mode": each} for each in ("body", "transfer", "chunked")),
        *({"kind": FaultKind.STATUS, "status": 500, "after_work": each} for each in (False, True)),
        {"kind": FaultKind.STATUS, "status": 503},
        {"kind": FaultKind.THROTTLE, "retry_after": 0},
        *({"kind": FaultKind.HTML, "after_work": each} for each in (False, True)),
        *({"kind": FaultKind.REDIRECT, "after_work": each} for each in (False, True)),
        *({"kind": FaultKind.WRONG_TYPES, "mode": each} for each in ("string", "bool", "null", "object")),
        *({"kind": each} for each in (FaultKind.ERROR, FaultKind.REJECT, FaultKind.NAN, FaultKind.DUP_KEYS)),
        *({"kind": each} for each in (FaultKind.EMPTY, FaultKind.BOM, FaultKind.HANG, FaultKind.DEEP)),
        {"kind": FaultKind.DRIP, "seconds": 0.0},
    ]
    for _ in range(faults):
        fault = Fault(provider=dice.choice(PROVIDERS), times=1, skip=dice.randrange(spread), **dice.choice(kinds))
        market.running.call(lambda box, fault=fault: box.set_fault(fault))
