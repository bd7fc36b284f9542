"""LeadBoxer: credits in grants that expire, and a fixed price for each request.

Documented (developers.leadboxer.com/docs and help.leadboxer.com, as stored up to September 2026): x-api-key; prices
10, 10, 1, 10, 10 (a newer page: 20 for ip-lookup); a processed request costs even when it finds nothing, a failed or
throttled one does not; the 401 body; 402, 403 and 429 as problem objects, with retry-after in the body; the free
plan stops, paid plans go on and bill overage; credits expire.
Seen in third-party code only: GET /v1/management/credits answers `data` with a list of grants.

Assumed here: the fields of a grant (switch `grant_shape`); earliest expiry is drained first; the bodies of lookups
and leads; 400 and 404 as problem objects; no Retry-After header (mode "header" of the throttle fault sends one).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from creditdesk.sandbox.faults import Fault
from creditdesk.sandbox.leadboxer_grants import PRICES, SHAPES, Grant, LeadBoxerAccount, grant_from
from creditdesk.sandbox.leadboxer_routes import BILLING, CREDITS, ROUTES, problem
from creditdesk.sandbox.vendor import Vendor
from creditdesk.sandbox.wire import Answer, Call


class LeadBoxer(Vendor[LeadBoxerAccount]):
    """The vendor. An account starts on the Starter plan with two grants: 18,240 and 100,000 credits left.

    State: `plan` ("free" stops at nothing left, any other bills overage), `grants` (list of `{"id", "amount",
    "remaining", "expires_at"}`), `prices` ("fixed", "newer" or a table), `grant_shape` (a name of SHAPES),
    `overage`, `free_repeats`, `rate_limit`.
    """

    name = "leadboxer"
    reading = CREDITS
    routes = ROUTES
    switches = frozenset({"plan", "grants", "prices", "grant_shape", "overage", "free_repeats", "rate_limit"})

    def new_key(self) -> str:
        return self.world.code(40)

    def new_account(self, name: str, key: str) -> LeadBoxerAccount:
        now = self.world.now()
        account = LeadBoxerAccount(name, key, datasets=[f"ds-{self.world.code(12)}"])
        old = Grant(f"g-{self.world.code(8)}", 100_000, 18_240, now + timedelta(days=23))
        account.grants = [old, Grant(f"g-{self.world.code(8)}", 100_000, 100_000, now + timedelta(days=53))]
        return account

    def key_of(self, call: Call) -> str | None:
        return call.headers.get("x-api-key")

    def state(self, account: LeadBoxerAccount) -> dict[str, Any]:
        now = self.world.now()
        return {
            "plan": account.plan,
            "left": account.left(now),
            "grants": [grant.plain() for grant in account.grants],
            "overage": account.overage,
            "prices": dict(account.prices),
            "datasets": list(account.datasets),
        }

    def set_state(self, account: LeadBoxerAccount, name: str, value: Any) -> None:
        if name == "grants":
            account.grants = [grant_from(each) for each in value]
        elif name == "prices":
            table = PRICES[value] if isinstance(value, str) else value
            account.prices = dict(PRICES["fixed"]) | {operation: int(table[operation]) for operation in table}
        elif name == "grant_shape":
            SHAPES[value]
            account.grant_shape = value
        elif name == "rate_limit":
            account.rate_limit = None if value is None else int(value)
        elif name == "free_repeats":
            account.free_repeats = bool(value)
        elif name == "overage":
            account.overage = max(0, int(value))
        else:
            account.plan = str(value)

    def consume(self, account: LeadBoxerAccount, amounts: Mapping[str, Any]) -> dict[str, Any]:
        now = self.world.now()
        return dict(account.draw(max(0, min(int(amounts.get("credits", 0)), account.left(now))), now))

    def rejection(self, call: Call, no_access: bool) -> Answer:
        if no_access:
            return problem(403, call.path)
        return Answer(401, {"error": "Unauthorized", "message": "Invalid or missing API key"})

    def throttled(self, call: Call, fault: Fault) -> Answer:
        wait = 43 if fault.retry_after is None else fault.retry_after
        seconds = wait if isinstance(wait, int | float) else 43
        reset = int(self.world.now().timestamp() + seconds)
        limits = {"rate-limit": 2, "rate-limit-remaining": 0, "rate-limit-period": "minute", "rate-limit-reset": reset}
        if fault.mode == "header":
            return problem(429, call.path, limits, {"Retry-After": str(wait)})
        return problem(429, call.path, {"retry-after": wait} | limits)

    def error(self, status: int | None, code: str) -> Answer:
        status = status or 402
        return problem(status, "/v1/", BILLING if status == 402 else {})
