"""OneClickSEO: credits of a month, then of a top-up, charged per request and told in `meta.credits_charged`.

Documented (oneclickseo.codioo.com/docs, as stored up to September 2026): Bearer keys; the cost table; 402 with no
work done; cached answers cost nothing; POST /v1/domains/metrics (ten domains, `fetch_uncached`); the gap run with
its 202 and prospects; GET /v1/keywords/overview; the snapshots list; job statuses, free polling; list `meta`.
There is no balance endpoint, so there is none here (404).

Assumed here: the shape of every error; 429 for throttling; the paths of ideas, SERP overview, clusters, briefs,
rank checks, AI visibility checks, jobs, projects and site audits; the gap formula
`1 + 3 x competitors x ceil(limit / 100)`, which gives the one documented figure (7 for 2 competitors, limit 100);
depths between 10 and 100 (ceil(depth / 10)); two or three engines (min(n, 4)); no refund of failed jobs.
"""

from collections.abc import Mapping
from typing import Any

from creditdesk.sandbox.faults import Fault
from creditdesk.sandbox.oneclickseo_account import OneClickSeoAccount, normalised
from creditdesk.sandbox.oneclickseo_routes import METRICS, ROUTES, problem
from creditdesk.sandbox.vendor import Vendor
from creditdesk.sandbox.wire import Answer, Call, Refused

_MESSAGES = {
    "unauthorized": "The API key is missing, malformed or revoked.",
    "forbidden": "The plan has no API access.",
    "insufficient_credits": "The balance does not cover this request.",
    "rate_limited": "Too many requests.",
    "not_found": "Not found.",
}
_AMOUNTS = frozenset({"allowance", "monthly", "top_up", "polls_to_finish", "overview_cost"})
_SWITCHES = frozenset({"api_access", "refund_failed"})


class OneClickSeo(Vendor[OneClickSeoAccount]):
    """The vendor. An account starts with 312 of 500 monthly credits and 120 of top-up.

    State: `allowance`, `monthly`, `top_up`, `api_access`, `cached_domains`, `cached_keywords` (US), `overview_cost`,
    `polls_to_finish`, `job_outcome`, `refund_failed` (see OneClickSeoAccount).
    """

    name = "oneclickseo"
    reading = METRICS
    routes = ROUTES
    switches = _AMOUNTS | _SWITCHES | {"cached_domains", "cached_keywords", "job_outcome"}

    def new_key(self) -> str:
        return f"ocs_{self.world.code(40)}"

    def new_account(self, name: str, key: str) -> OneClickSeoAccount:
        return OneClickSeoAccount(name, key)

    def key_of(self, call: Call) -> str | None:
        scheme, _, key = call.headers.get("Authorization", "").partition(" ")
        return key.strip() if scheme.lower() == "bearer" else None

    def state(self, account: OneClickSeoAccount) -> dict[str, Any]:
        return {
            "allowance": account.allowance,
            "monthly": account.monthly,
            "top_up": account.top_up,
            "balance": account.balance,
            "cached_domains": sorted(account.cached_domains),
            "jobs": {job.id: job.status for job in account.jobs.values()},
        }

    def set_state(self, account: OneClickSeoAccount, name: str, value: Any) -> None:
        if name in _AMOUNTS:
            setattr(account, name, max(0, int(value)))
        elif name in _SWITCHES:
            setattr(account, name, bool(value))
        elif name == "cached_domains":
            account.cached_domains = {normalised(domain): self.world.now() for domain in value}
        elif name == "cached_keywords":
            account.cached_keywords = {(keyword.strip().casefold(), "us") for keyword in value}
        else:
            account.job_outcome = {"completed": "completed", "failed": "failed"}[value]

    def consume(self, account: OneClickSeoAccount, amounts: Mapping[str, Any]) -> dict[str, Any]:
        """The dashboard draws on the same credits: `{"credits": n}`."""
        taken = account.draw(max(0, min(int(amounts.get("credits", 0)), account.balance)))
        return dict(taken)

    def turn_month(self, account: OneClickSeoAccount) -> None:
        """The first of the month: the allowance is full again, and nothing is carried over."""
        account.monthly = account.allowance

    def rejection(self, call: Call, no_access: bool) -> Answer:
        return self.error(403, "forbidden") if no_access else self.error(401, "unauthorized")

    def throttled(self, call: Call, fault: Fault) -> Answer:
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return Answer(fault.status or 429, problem("rate_limited", _MESSAGES["rate_limited"]), headers)

    def error(self, status: int | None, code: str) -> Answer:
        code = code or "insufficient_credits"
        return Answer(status or 402, problem(code, _MESSAGES.get(code, "The request failed.")))

    def access(self, account: OneClickSeoAccount, label: str, call: Call) -> None:
        if not account.api_access:
            raise Refused(self.rejection(call, no_access=True))
