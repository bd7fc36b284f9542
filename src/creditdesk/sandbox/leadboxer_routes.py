"""LeadBoxer's requests, and what each does and costs. What is assumed in them, leadboxer.py says."""

import ipaddress
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from creditdesk.sandbox.counters import instant
from creditdesk.sandbox.faults import Fault, FaultKind
from creditdesk.sandbox.leadboxer_grants import SHAPES, LeadBoxerAccount
from creditdesk.sandbox.vendor import Vendor
from creditdesk.sandbox.wire import Answer, Call, Refused, route, whole

CREDITS = "GET /v1/management/credits"
BILLING = {"billing_portal": "https://app.leadboxer.com/billing"}
_DOCS = "https://developers.leadboxer.com/docs/"
_TITLES = {
    400: ("bad-request", "Bad Request", "The request is not valid"),
    402: ("payment-required", "Payment Required", "Your account has exceeded the free tier limits"),
    403: ("access-denied", "Access Denied", "You do not have permission to access this resource"),
    404: ("not-found", "Not Found", "The resource does not exist"),
    429: ("rate-limit-exceeded", "Rate Limit Exceeded", "API rate limit exceeded"),
}
_DOMAIN = re.compile(r"(?!www\.)([a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}", re.IGNORECASE)
_DAY = timedelta(hours=24)
_MINUTE = timedelta(minutes=1)
Ids = tuple[str, ...]
Owner = Vendor[LeadBoxerAccount]


def problem(
    status: int, path: str, extra: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """A problem object as documented for 402, 403 and 429, and assumed for any other status."""
    page, title, detail = _TITLES.get(status, ("error", "Error", "The request failed"))
    body = {"type": _DOCS + page, "title": title, "status": status, "detail": detail, "instance": path}
    return Answer(status, body | dict(extra or {}), dict(headers or {}), "application/problem+json")


def _charge(vendor: Owner, account: LeadBoxerAccount, call: Call, operation: str, repeat: bool = False) -> None:
    """Charge a processed request. Raises Refused: 429 over the rate limit, 402 on a free plan without credit."""
    now = vendor.world.now()
    if account.rate_limit is not None:
        account.recent = [at for at in account.recent if now - at < _MINUTE]
        if len(account.recent) >= account.rate_limit:
            wait = 60 - int((now - account.recent[0]).total_seconds()) if account.recent else 60
            raise Refused(vendor.throttled(call, Fault(kind=FaultKind.THROTTLE, retry_after=wait)))
        account.recent.append(now)
    cost = 0 if repeat else account.prices[operation]
    if account.plan == "free" and cost > account.left(now):
        raise Refused(problem(402, call.path, BILLING))
    if cost:
        vendor.book(account, operation, amounts=account.draw(cost, now), credits=cost)


def _credits(vendor: Owner, account: LeadBoxerAccount, call: Call, ids: Ids) -> Answer:
    """Free. Grants that have expired are not told."""
    now = vendor.world.now()
    grants = [grant for grant in account.grants if grant.expires_at > now]
    return Answer(200, {"data": SHAPES[account.grant_shape](grants)})


def _ip_lookup(vendor: Owner, account: LeadBoxerAccount, call: Call, ids: Ids) -> Answer:
    try:
        ip = str(ipaddress.ip_address(call.query.get("ip", "")))
    except ValueError:
        raise Refused(problem(400, call.path)) from None
    now = vendor.world.now()
    last = account.seen_ips.get(ip)
    repeat = account.free_repeats and last is not None and now - last < _DAY
    _charge(vendor, account, call, "ip-lookup", repeat)
    if not repeat:
        account.seen_ips[ip] = now
    return Answer(200, {"data": {"ip": ip, "company": None}})


def _domain_lookup(vendor: Owner, account: LeadBoxerAccount, call: Call, ids: Ids) -> Answer:
    domain = call.query.get("domain", "")
    if not _DOMAIN.fullmatch(domain):
        raise Refused(problem(400, call.path))
    _charge(vendor, account, call, "domain-lookup")
    return Answer(200, {"data": {"domain": domain.lower(), "company": None}})


def _track(vendor: Owner, account: LeadBoxerAccount, call: Call, ids: Ids) -> Answer:
    if call.fields() is None:
        raise Refused(problem(400, call.path))
    _charge(vendor, account, call, "track")
    return Answer(200, {"status": "ok"})


def _leads(vendor: Owner, account: LeadBoxerAccount, call: Call, ids: Ids) -> Answer:
    rows = _rows(vendor, account, call)
    _charge(vendor, account, call, "leads")
    return Answer(200, {"data": rows})


def _export(vendor: Owner, account: LeadBoxerAccount, call: Call, ids: Ids) -> Answer:
    rows = _rows(vendor, account, call)
    _charge(vendor, account, call, "leads-export")
    lines = ["leadId,company,lastSeen"] + [",".join(row.values()) for row in rows]
    return Answer(200, ("\r\n".join(lines) + "\r\n").encode(), content_type="text/csv; charset=utf-8")


def _rows(vendor: Owner, account: LeadBoxerAccount, call: Call) -> list[dict[str, str]]:
    """The leads of a data set, `limit` at most. Raises Refused: 400 without `site`, 403 for another account's."""
    site, limit = call.query.get("site"), whole(call.query.get("limit"), 50)
    if not site or limit is None or limit < 0:
        raise Refused(problem(400, call.path))
    if site not in account.datasets:
        raise Refused(problem(403, call.path))
    seen = instant(vendor.world.now())
    return [
        {"leadId": f"lead-{number}", "company": f"Company {number}", "lastSeen": seen}
        for number in range(1, min(limit, 120) + 1)
    ]


def _datasets(vendor: Owner, account: LeadBoxerAccount, call: Call, ids: Ids) -> Answer:
    return Answer(200, {"data": [{"id": dataset} for dataset in account.datasets]})


ROUTES = (
    route("GET", "/v1/management/credits", _credits),
    route("GET", "/v1/ip-lookup", _ip_lookup),
    route("GET", "/v1/domain-lookup", _domain_lookup),
    route("POST", "/v1/track", _track),
    route("GET", "/v1/leads", _leads),
    route("GET", "/v1/leads/export", _export),
    route("GET", "/v1/user-datasets", _datasets),
)
