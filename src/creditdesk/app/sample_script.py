"""The sample desk's ledger and scripts: two weeks of charges, tokens, and a script that asks through the gateway."""

import json
import random
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import cycle
from urllib.error import URLError
from urllib.request import Request, urlopen

from creditdesk.core.charges import Charge, ChargeState, Draw, Entry, EntryKind, Known
from creditdesk.core.guard import Guard
from creditdesk.core.tallies import cost
from creditdesk.desk.opening import Desk
from creditdesk.store.charges import Charges
from creditdesk.store.entries import new_id
from creditdesk.store.tokens import Token, Tokens, new_secret

ACCOUNT = "sample0"
DAYS = 14
DRIFT = 6
PATIENCE_S = 10
EVERY_S = 6.0
_OPERATIONS = (("keyword-overview", 1), ("serp-overview", 8), ("content-brief", 3), ("rank-check", 12))
_WORDS = ("running shoes", "trail shoes", "city bike", "bike helmet", "rain jacket", "hiking socks")


@dataclass(frozen=True, slots=True)
class Ask:
    """A request of the sample script: which token, and what."""

    token: int
    path: str
    body: dict[str, object] | None = None


def _keywords(count: int) -> dict[str, object]:
    return {"keywords": [f"{_WORDS[number % len(_WORDS)]} {number}" for number in range(count)]}


FIRST = (
    Ask(0, "/v1/keywords/overview?keyword=running+shoes"),
    Ask(0, "/v1/serp/overview", _keywords(4)),
    Ask(1, "/v1/projects"),
    Ask(0, "/v1/rank-checks", {**_keywords(12), "depth": 10}),
    Ask(1, "/v1/domains/metrics", {"domains": ["northlight-shoes.example", "harbour-bikes.example"]}),
    Ask(1, "/v1/keywords/overview?keyword=running+shoes"),
    Ask(0, "/v1/content/briefs", _keywords(1)),
    Ask(1, "/v1/jobs/job_of_last_week"),
    Ask(0, "/v1/rank-checks", {**_keywords(30), "depth": 10}),
    Ask(1, "/v1/serp/overview", _keywords(2)),
)
LATER = (Ask(1, "/v1/projects"), Ask(1, "/v1/keywords/overview?keyword=running+shoes"), Ask(0, "/v1/projects"))


class SampleScript:
    """Two scripts' tokens, and a thread that asks with them as long as the demo runs."""

    def __init__(self, desk: Desk, now: datetime) -> None:
        """Makes the tokens of the first sample account, and its past."""
        self._stopping = threading.Event()
        self._secrets: list[str] = []
        self._path = ""
        account = next((each for each in desk.tools.chosen.accounts if each.id == ACCOUNT), None)
        if account is None:
            return
        self._path = account.name.replace(" ", "%20")
        connections = desk.tools.history.connections
        wishes = (("Client A", Guard.REFUSE, Decimal(40), Decimal(600)), ("Dashboard", Guard.WATCH, None, Decimal(200)))
        tokens = []
        for client, guard, day, month in wishes:
            number, secret, digest = new_secret()
            made = Token(number, account.id, client, guard, now - timedelta(days=DAYS), digest, day, month)
            Tokens(connections).add(made).result()
            self._secrets.append(secret)
            tokens.append(made)
        _make_past(Charges(connections), account.id, tokens, now)

    def start(self, url: str) -> None:
        """Ask at the gateway with this URL."""
        if self._secrets and not self._stopping.is_set():
            threading.Thread(target=self._run, args=(url,), name="sample script", daemon=True).start()

    def stop(self) -> None:
        """Ask no more."""
        self._stopping.set()

    def _run(self, url: str) -> None:
        for ask in FIRST:
            self._ask(url, ask)
        for ask in cycle(LATER):
            if self._stopping.wait(EVERY_S):
                return
            self._ask(url, ask)

    def _ask(self, url: str, ask: Ask) -> None:
        body = None if ask.body is None else json.dumps(ask.body).encode()
        headers = {"Authorization": f"Bearer {self._secrets[ask.token]}", "Content-Type": "application/json"}
        with (
            suppress(URLError, OSError),
            urlopen(  # refusals, and a gateway that is switched off
                Request(f"{url}{self._path}{ask.path}", body, headers), timeout=PATIENCE_S
            ) as answer,
        ):
            answer.read()


def _make_past(charges: Charges, account: str, tokens: Iterable[Token], now: datetime) -> None:
    """Charges of the last two weeks, a top-up, and a balance two weeks ago that they nearly explain."""
    chance, made = random.Random("ledger"), []
    names = list(tokens)
    for hours in range(DAYS * 24 - 1, 1, -7):
        token, (operation, usual) = chance.choice(names), chance.choice(_OPERATIONS)
        spent = usual if operation != "rank-check" else chance.randrange(4, 20)
        at = now - timedelta(hours=hours, minutes=chance.randrange(59))
        made.append(_charge(account, token, (operation, spent, chance.choice((0, 0, 0, 1))), at))
    charges.book(made).result()
    total = cost(draw for each in made for draw in each.draws or ())
    begun = now - timedelta(days=DAYS)
    entries: tuple[tuple[str, EntryKind, Decimal, datetime, str], ...] = (
        ("monthly", EntryKind.BALANCE, Decimal(92 + DRIFT) + total, begun, ""),
        ("top-up", EntryKind.BALANCE, Decimal(0), begun, ""),
        ("top-up", EntryKind.TOP_UP, Decimal(20), now - timedelta(days=5), "invoice 2207"),
    )
    for pool, kind, left, when, note in entries:
        charges.add(Entry(new_id(), account, pool, kind, left, when, note=note)).result()


def _charge(account: str, token: Token, spent: tuple[str, int, int], at: datetime) -> Charge:
    operation, amount, more = spent
    return Charge(
        id=new_id(),
        account=account,
        at=at,
        operation=operation,
        draws=(Draw(Decimal(amount + more), ("monthly", "top-up")),),
        client=token.client,
        token=token.id,
        known=Known.REPORTED,
        state=ChargeState.BOOKED,
        status=200,
        items=amount,
        expected=Decimal(amount),
        ended_at=at + timedelta(seconds=1),
    )
