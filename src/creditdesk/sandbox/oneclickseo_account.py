"""OneClickSEO's accounts: a monthly allowance, a top-up that is spent after it, jobs, and what is cached."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from creditdesk.sandbox.counters import instant
from creditdesk.sandbox.vendor import Account


@dataclass(slots=True)
class Job:
    """A job or a run. It moves on with each poll: `polls_left` polls still answer running."""

    id: str
    kind: str
    charged: int
    polls_left: int
    outcome: str
    details: dict[str, Any] = field(default_factory=dict)
    finished_at: datetime | None = None

    @property
    def status(self) -> str:
        return self.outcome if self.finished_at else "running"

    def poll(self, now: datetime) -> None:
        """One status read passes."""
        if self.finished_at is None:
            self.polls_left -= 1
            if self.polls_left < 0:
                self.finished_at = now

    def as_json(self) -> dict[str, Any]:
        """The documented job body; when it has ended also its charge and time, as documented for a gap run."""
        if self.finished_at is None:
            return {"id": self.id, "status": "running", "progress": 42}
        ended = {"credits_charged": self.charged, "finished_at": instant(self.finished_at)}
        return {"id": self.id, "status": self.status} | self.details | ended


@dataclass(slots=True)
class OneClickSeoAccount(Account):
    """An account; amounts are whole credits.

    `polls_to_finish`: how many status reads answer running. `job_outcome`: "completed" or "failed".
    `overview_cost`: of an overview that is not cached (the vendor does not say; 1 is assumed).
    `refund_failed`: whether a failed job is paid back (the vendor does not say).
    """

    allowance: int = 500
    monthly: int = 312
    top_up: int = 120
    api_access: bool = True
    polls_to_finish: int = 1
    job_outcome: str = "completed"
    overview_cost: int = 1
    refund_failed: bool = False
    cached_domains: dict[str, datetime] = field(default_factory=dict)
    cached_keywords: set[tuple[str, str]] = field(default_factory=set)
    jobs: dict[str, Job] = field(default_factory=dict)
    projects: list[dict[str, Any]] = field(default_factory=list)

    @property
    def balance(self) -> int:
        return self.monthly + self.top_up

    def draw(self, credits: int) -> dict[str, int]:
        """Take credits, the month's first; returns what each pool gave. There must be enough."""
        from_monthly = min(credits, self.monthly)
        self.monthly -= from_monthly
        self.top_up -= credits - from_monthly
        return {"monthly": from_monthly, "top_up": credits - from_monthly}


def metrics(domain: str, fetched_at: datetime) -> dict[str, Any]:
    """The documented figures for ahrefs.com, and made-up but constant ones for any other domain."""
    seed = zlib.crc32(domain.encode("utf-8", "surrogatepass"))
    figures: Mapping[str, int] = {
        "domain_rating": seed % 100,
        "backlinks": seed % 2_000_000,
        "referring_domains": seed % 20_000,
        "spam_score": seed % 20,
    }
    if domain == "ahrefs.com":
        figures = {"domain_rating": 91, "backlinks": 28_400_000, "referring_domains": 84_200, "spam_score": 2}
    return {"domain": domain, **figures, "fetched_at": instant(fetched_at)}


def normalised(domain: str) -> str:
    """A domain without scheme, "www.", path and capitals."""
    bare = domain.strip().lower().split("://", 1)[-1].split("/", 1)[0]
    return bare.removeprefix("www.").rstrip(".")
