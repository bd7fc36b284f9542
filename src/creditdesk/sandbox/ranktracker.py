"""Ranktracker: four quotas of slots, and keywords that occupy two of them.

Documented (developers.ranktracker.com/guides, as stored up to September 2026): the key alone in Authorization;
the usage body; lists with page and per_page in X- headers; a create tracks words x search_engines, entirely or not
at all, within keywords and dataRows; 402 with over_quota; 403 as HTML for a bad key; 404 for what is another
account's; 422 with an entry per field; 503 when throttled.

Assumed here: the codes of 400, 403, 404, 422 and 503; a domain's attributes; the keyword's own path for PATCH and
DELETE, and their answers (200 with the keyword, 204); what repeated words do (switch `duplicates`).
"""

from collections.abc import Mapping
from typing import Any

from creditdesk.sandbox.damage import html
from creditdesk.sandbox.faults import Fault
from creditdesk.sandbox.ranktracker_keywords import QUOTAS, Domain, Keyword, RanktrackerAccount
from creditdesk.sandbox.ranktracker_routes import ROUTES, USAGE, errors
from creditdesk.sandbox.vendor import Vendor
from creditdesk.sandbox.wire import Answer, Call, Refused

_USAGE = {"keywords": 842, "dataRows": 4210, "onDemand": 12, "serpAnalyser": 3}
_LIMITS = {"keywords": 1000, "dataRows": 5000, "onDemand": 50, "serpAnalyser": 25}
_FIRST_ID = "a1b2c3d4-5678-90ab-cdef-1234567890ab"
_START_DOMAINS = ("northlight-shoes.example", "harbour-bikes.example", "kiln-and-clay.example")
_START_WORDS = ("running shoes", "trail shoes", "trainers", "walking boots")
_START_ENGINE = ("google", "United States", "en", "desktop")
_DETAILS = {
    "over_quota": "Adding these keywords would exceed your plan's quota.",
    "api_access_disabled": "Your plan does not include API access.",
    "not_found": "The resource does not exist.",
    "parameter_missing": "A required parameter is missing.",
}


class Ranktracker(Vendor[RanktrackerAccount]):
    """The vendor. An account starts with the documented figures (842 of 1000 keywords, 4210 of 5000 rows).

    State: `usage` and `limits` by quota, `api_enabled`, `domains` (names; their keywords are dropped),
    `rows_per_keyword` (1, as documented), `duplicates`: what a keyword that is tracked already, or stands twice in
    one request, does: "count" (the documented product), "skip" or "refuse".
    """

    name = "ranktracker"
    reading = USAGE
    routes = ROUTES
    switches = frozenset({"api_enabled", "limits", "usage", "domains", "rows_per_keyword", "duplicates"})
    _first_key: str | None = None

    def new_key(self) -> str:
        return f"tkn_usr_{self.world.code(40)}"

    def new_account(self, name: str, key: str) -> RanktrackerAccount:
        self._first_key = self._first_key or key
        account = RanktrackerAccount(name, key)
        account.id = _FIRST_ID if key == self._first_key else self.world.uuid()
        account.limits.update(_LIMITS)
        self._set_domains(account, _START_DOMAINS, _START_WORDS)
        _set_usage(account, _USAGE)
        return account

    def key_of(self, call: Call) -> str | None:
        return call.headers.get("Authorization")

    def state(self, account: RanktrackerAccount) -> dict[str, Any]:
        return {
            "usage": {quota: account.usage(quota) for quota in QUOTAS},
            "limits": dict(account.limits),
            "domains": {domain.id: domain.name for domain in account.domains.values()},
            "keywords_listed": sum(len(domain.keywords) for domain in account.domains.values()),
            "keywords_tracked": account.tracked,
        }

    def set_state(self, account: RanktrackerAccount, name: str, value: Any) -> None:
        before = {quota: account.usage(quota) for quota in QUOTAS}
        if name == "usage":
            _set_usage(account, value)
        elif name == "limits":
            account.limits.update({quota: int(value[quota]) for quota in QUOTAS if quota in value})
        elif name == "domains":
            self._set_domains(account, tuple(value), ())
            _set_usage(account, before)
        elif name == "duplicates":
            account.duplicates = {"count": "count", "skip": "skip", "refuse": "refuse"}[value]
        elif name == "rows_per_keyword":
            account.rows_per_keyword = int(value)
            _set_usage(account, before)
        else:
            account.api_enabled = bool(value)

    def consume(self, account: RanktrackerAccount, amounts: Mapping[str, Any]) -> dict[str, Any]:
        taken: dict[str, Any] = {}
        for quota in QUOTAS:
            if quota in amounts:
                taken[quota] = max(0, min(int(amounts[quota]), account.left(quota)))
                account.base[quota] += taken[quota]
        return taken

    def rejection(self, call: Call, no_access: bool) -> Answer:
        return self.error(403, "api_access_disabled") if no_access else html(403, "403 Forbidden")

    def throttled(self, call: Call, fault: Fault) -> Answer:
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        status = fault.status or 503
        return Answer(status, errors(status, "throttled", "Too many requests. Please retry later."), headers)

    def error(self, status: int | None, code: str) -> Answer:
        status, code = status or 402, code or "over_quota"
        return Answer(status, errors(status, code, _DETAILS.get(code, "The request could not be completed.")))

    def access(self, account: RanktrackerAccount, label: str, call: Call) -> None:
        if not account.api_enabled and label != self.reading:
            raise Refused(self.rejection(call, no_access=True))

    def _set_domains(self, account: RanktrackerAccount, names: tuple[str, ...], words: tuple[str, ...]) -> None:
        account.domains.clear()
        account.tracked = len(names) * len(words)
        for name in names:
            domain = Domain(self.world.uuid(), str(name))
            account.domains[domain.id] = domain
            for word in words:
                keyword = Keyword(self.world.uuid(), word, _START_ENGINE, "daily")
                domain.keywords[keyword.id] = keyword


def _set_usage(account: RanktrackerAccount, usage: Mapping[str, Any]) -> None:
    """Set the figures of the usage body; what the listed keywords do not explain becomes `base`."""
    for quota in QUOTAS:
        if quota in usage:
            account.base[quota] = 0
            account.base[quota] = int(usage[quota]) - account.usage(quota)
