"""LeadBoxer's accounts, their grants of credit, and the shapes in which a list of grants could be told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from creditdesk.sandbox.counters import instant
from creditdesk.sandbox.vendor import Account

PRICES = {
    "fixed": {"ip-lookup": 10, "domain-lookup": 10, "track": 1, "leads": 10, "leads-export": 10},
    "newer": {"ip-lookup": 20, "domain-lookup": 10, "track": 1, "leads": 10, "leads-export": 10},
}


@dataclass(slots=True)
class Grant:
    """Credits given once, with the instant (aware UTC) from which on they are gone."""

    id: str
    amount: int
    remaining: int
    expires_at: datetime

    def plain(self) -> dict[str, Any]:
        """The assumed shape."""
        return {
            "id": self.id,
            "amount": self.amount,
            "remaining": self.remaining,
            "expiresAt": instant(self.expires_at),
        }


def grant_from(value: Mapping[str, Any]) -> Grant:
    """A grant from the control interface: id, amount, remaining (default: the amount), expires_at (ISO 8601)."""
    amount = int(value["amount"])
    expires_at = datetime.fromisoformat(value["expires_at"])
    if expires_at.tzinfo is None:
        expires_at = expires_at.replace(tzinfo=UTC)
    return Grant(str(value["id"]), amount, max(0, int(value.get("remaining", amount))), expires_at)


def _other_names(grants: list[Grant]) -> Any:
    return [{"grantId": g.id, "balance": g.remaining, "validUntil": instant(g.expires_at)} for g in grants]


def _texts(grants: list[Grant]) -> Any:
    return [{name: str(value) for name, value in grant.plain().items()} for grant in grants]


def _epoch(grants: list[Grant]) -> Any:
    return [{"id": g.id, "credits": g.remaining, "endDate": int(g.expires_at.timestamp() * 1000)} for g in grants]


def _no_expiry(grants: list[Grant]) -> Any:
    return [{"id": grant.id, "amount": grant.amount, "remaining": grant.remaining} for grant in grants]


def _nested(grants: list[Grant]) -> Any:
    return {"grants": [grant.plain() for grant in grants]}


SHAPES: dict[str, Callable[[list[Grant]], Any]] = {
    "plain": lambda grants: [grant.plain() for grant in grants],
    "other-names": _other_names,
    "texts": _texts,
    "epoch": _epoch,
    "no-expiry": _no_expiry,
    "nested": _nested,
    "empty": lambda grants: [],
}
"""What `data` holds. "plain" is the default; a reader should bear the others too."""


@dataclass(slots=True)
class LeadBoxerAccount(Account):
    """An account; amounts are whole credits. `overage` is what a paid plan used beyond its grants.

    `free_repeats`: the same IP within 24 hours is charged once (the newer page may mean that; off by default).
    `rate_limit`: charged requests per minute, None for no limit.
    """

    plan: str = "starter"
    grants: list[Grant] = field(default_factory=list)
    prices: dict[str, int] = field(default_factory=lambda: dict(PRICES["fixed"]))
    grant_shape: str = "plain"
    overage: int = 0
    free_repeats: bool = False
    rate_limit: int | None = None
    datasets: list[str] = field(default_factory=list)
    seen_ips: dict[str, datetime] = field(default_factory=dict)
    recent: list[datetime] = field(default_factory=list)

    def usable(self, now: datetime) -> list[Grant]:
        """The grants that hold something and have not expired, the next to expire first."""
        return sorted((g for g in self.grants if g.remaining > 0 and g.expires_at > now), key=lambda g: g.expires_at)

    def left(self, now: datetime) -> int:
        return sum(grant.remaining for grant in self.usable(now))

    def draw(self, credits: int, now: datetime) -> dict[str, int]:
        """Take credits by earliest expiry; what no grant covers becomes overage. Returns what each gave."""
        given: dict[str, int] = {}
        for grant in self.usable(now):
            part = min(credits, grant.remaining)
            grant.remaining -= part
            credits -= part
            if part:
                given[grant.id] = part
        if credits:
            self.overage += credits
            given["overage"] = credits
        return given
