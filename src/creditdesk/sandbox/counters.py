"""The sandbox's books: what was asked, what was charged, and where every key was seen.

A tester compares an application's own account of things with these. Keys never appear in them; an account is
named by the name it was added under.
"""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from creditdesk.sandbox.wire import Call

Clock = Callable[[], datetime]

UNKNOWN = "(unknown key)"
_TOKEN = re.compile(r"[A-Za-z0-9_\-]+")
_CREDENTIAL_HEADERS = frozenset({"authorization", "proxy-authorization", "x-api-key", "cookie"})
_MOST_PATHS = 1_000
_MOST_REQUESTS = 100_000


def instant(at: datetime) -> str:
    """An instant as the vendors write it: ISO 8601, UTC, whole seconds, with Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(slots=True)
class Visit:
    """One request as it was counted. `at` is when it arrived (aware UTC); `status` is None until an answer is sent."""

    number: int
    at: datetime
    vendor: str
    account: str
    request: str
    fault: str = ""
    status: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__} | {"at": self.at.isoformat()}


@dataclass(slots=True)
class Page:
    """The counts of one account at one vendor: requests by route, answers by status, and totals by pool of what the
    account's requests were charged and of what other clients took (JSON numbers, or decimal strings for dollars)."""

    requests: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    charges: dict[str, Any] = field(default_factory=dict)
    others: dict[str, Any] = field(default_factory=dict)
    journal: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "requests": dict(self.requests),
            "statuses": {str(status): times for status, times in self.statuses.items()},
            "charges": {pool: _json_amount(amount) for pool, amount in self.charges.items()},
            "consumed_by_others": {pool: _json_amount(amount) for pool, amount in self.others.items()},
            "entries": len(self.journal),
        }


@dataclass(slots=True)
class Counters:
    """Everything that is counted. All of it happens on the sandbox's event loop."""

    clock: Clock
    pages: dict[tuple[str, str], Page] = field(default_factory=dict)
    visits: deque[Visit] = field(default_factory=lambda: deque(maxlen=_MOST_REQUESTS))
    sightings: Counter[tuple[str, str, str, str, str]] = field(default_factory=Counter)
    other_origin: list[dict[str, Any]] = field(default_factory=list)
    open_now: int = 0
    open_most: int = 0
    number: int = 0
    _owners: dict[str, str] = field(default_factory=dict, repr=False)
    _odd: dict[str, str] = field(default_factory=dict, repr=False)

    def know_key(self, key: str, owner: str) -> None:
        """Look for this key in every request from now on. `owner` is "vendor/account"."""
        (self._owners if _TOKEN.fullmatch(key) else self._odd)[key] = owner

    def page(self, vendor: str, account: str) -> Page:
        """The page of an account, opened when it is first asked for."""
        return self.pages.setdefault((vendor, account), Page())

    def entered(self) -> None:
        """A request has arrived."""
        self.open_now += 1
        self.open_most = max(self.open_most, self.open_now)

    def left(self) -> None:
        """A request has been answered, or its client has gone."""
        self.open_now -= 1

    def note(self, vendor: str, account: str, label: str) -> Visit:
        """Count a request when it arrives; `settle` takes what this returns."""
        page = self.page(vendor, account)
        if label not in page.requests and len(page.requests) >= _MOST_PATHS:
            label = "(other)"
        page.requests[label] += 1
        self.number += 1
        visit = Visit(self.number, self.clock(), vendor, account, label)
        self.visits.append(visit)
        return visit

    def settle(self, visit: Visit, status: int) -> None:
        """Count how a request is answered."""
        visit.status = status
        self.page(visit.vendor, visit.account).statuses[status] += 1

    def masked(self, text: str) -> str:
        """The text with every known key replaced by ***."""
        for key in self._odd:
            text = text.replace(key, "***")
        return _TOKEN.sub(lambda token: "***" if token[0] in self._owners else token[0], text)

    def charge(self, vendor: str, account: str, operation: str, **details: Any) -> None:
        """Book a charge. `amounts` in the details maps pool to amount and is added to the totals."""
        page = self.page(vendor, account)
        for pool, amount in details.get("amounts", {}).items():
            page.charges[pool] = page.charges.get(pool, 0) + amount
        entry = {"at": instant(self.clock()), "operation": operation}
        page.journal.append(entry | {name: _json_amount(value) for name, value in details.items()})

    def consumed(self, vendor: str, account: str, amounts: Mapping[str, Any]) -> None:
        """Book what another client took, by pool."""
        page = self.page(vendor, account)
        for pool, amount in amounts.items():
            page.others[pool] = page.others.get(pool, 0) + amount
        taken = {pool: _json_amount(amount) for pool, amount in amounts.items()}
        page.journal.append({"at": instant(self.clock()), "operation": "(another client)", "amounts": taken})

    def look_for_keys(self, seen_at: str, label: str, call: Call) -> list[dict[str, str]]:
        """Record where in a request a known key stands, and return those places."""
        found = []
        for part, name, text in _places(call):
            for owner in self._owners_in(text):
                self.sightings[(seen_at, owner, part, name, label)] += 1
                found.append({"owner": owner, "part": part, "name": name})
        return found

    def note_other_origin(self, call: Call) -> None:
        """Record a request that reached the second listener, where no credential may ever arrive."""
        label = self.masked(f"{call.method} {call.path}")
        keys = self.look_for_keys("other-origin", label, call)
        headers = sorted({name.lower() for name in call.headers} & _CREDENTIAL_HEADERS)
        self.other_origin.append({"request": label, "credentials": keys, "credential_headers": headers})

    def _owners_in(self, text: str) -> Iterable[str]:
        if not text:
            return
        for token in _TOKEN.findall(text):
            owner = self._owners.get(token)
            if owner is not None:
                yield owner
        for key, owner in self._odd.items():
            if key in text:
                yield owner

    def as_json(self) -> dict[str, Any]:
        """The books as a JSON-able dict; see the package's docstring for the keys."""
        vendors: dict[str, dict[str, Any]] = {}
        for (vendor, account), page in self.pages.items():
            vendors.setdefault(vendor, {})[account] = page.as_json()
        names = ("seen_at", "owner", "part", "name", "request")
        return {
            "vendors": vendors,
            "credentials": [
                dict(zip(names, place, strict=True)) | {"times": times} for place, times in self.sightings.items()
            ],
            "other_origin": {
                "requests": len(self.other_origin),
                "credentials": sum(len(visit["credentials"]) for visit in self.other_origin),
                "credential_headers": sum(len(visit["credential_headers"]) for visit in self.other_origin),
                "visits": self.other_origin[-1_000:],
            },
            "open_requests": self.open_now,
            "most_open_requests": self.open_most,
        }

    def clear(self) -> None:
        """Empty the books. Known keys stay known, and so do the requests that are open now."""
        self.pages.clear()
        self.visits.clear()
        self.sightings.clear()
        self.other_origin.clear()
        self.open_most = self.open_now


def _places(call: Call) -> Iterable[tuple[str, str, str]]:
    """Part, name and text of everything in a request that could carry a key."""
    for name, value in call.headers.items():
        yield "header", name.lower(), value
    for name, value in call.query.items():
        yield "query", name, value
    yield "path", "", call.path
    if call.body:
        fields = call.fields() if len(call.body) < 65_536 else None
        flat = {name: value for name, value in (fields or {}).items() if isinstance(value, str)}
        for name, value in flat.items():
            yield "body", name, value
        if len(flat) != len(fields or {}) or fields is None:
            rest = {name: value for name, value in (fields or {}).items() if name not in flat}
            yield "body", "", str(rest) if rest else call.body.decode("latin-1")


def _json_amount(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _json_amount(member) for name, member in value.items()}
    return value if isinstance(value, str | int | float | bool | list | None) else str(value)
