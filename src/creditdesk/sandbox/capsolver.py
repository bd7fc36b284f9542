"""CapSolver: prepaid dollars and packages of calls; the key stands in the JSON body.

Documented (docs.capsolver.com, as stored up to September 2026): POST /getBalance and its body with `packages`; the
envelope errorId, errorCode, errorDescription; 400 with errorId 1 for errors, 401 for a wrong key.
Quoted by third parties from the same pages: ERROR_KEY_DOES_NOT_EXIST for a malformed key, and most other codes.

A package's `token` is a secret of its own, unlike the key, and is watched for in every request as the key is.

Assumed here: prices of tasks; a package is used before the balance, the earliest expiry first; `numberOfCalls` is
what is left; getTaskResult answers ready at once and solves nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from creditdesk.sandbox.faults import Fault
from creditdesk.sandbox.vendor import Account, Vendor
from creditdesk.sandbox.wire import Answer, Call, Refused, route

_BALANCE = "POST /getBalance"
_PRICE = Decimal("0.001")
_WORDS = {
    "ERROR_KEY_DENIED_ACCESS": "Wrong clientKey.",
    "ERROR_KEY_DOES_NOT_EXIST": "The clientKey does not exist.",
    "ERROR_ZERO_BALANCE": "The balance is insufficient.",
    "ERROR_RATE_LIMIT": "The request rate of the package is exceeded.",
    "ERROR_INVALID_TASK_DATA": "The task data is not valid.",
    "ERROR_BAD_REQUEST": "The request is not valid.",
    "ERROR_TASKID_INVALID": "The task does not exist.",
}
Ids = tuple[str, ...]


@dataclass(slots=True)
class Package:
    """Calls bought ahead. `expire_time` is in Unix seconds; `token` is a secret."""

    id: str
    title: str
    calls: int
    expire_time: int
    token: str = field(repr=False)
    status: int = 1

    def as_json(self) -> dict[str, Any]:
        return {
            "packageId": self.id,
            "type": 2,
            "title": self.title,
            "numberOfCalls": self.calls,
            "status": self.status,
            "token": self.token,
            "expireTime": self.expire_time,
        }


@dataclass(slots=True)
class CapSolverAccount(Account):
    """An account; `balance` in US dollars. `prices` by task type, any other type costs 0.001."""

    balance: Decimal = Decimal("24.3518")
    packages: list[Package] = field(default_factory=list)
    prices: dict[str, Decimal] = field(default_factory=dict)
    tasks: set[str] = field(default_factory=set)


class CapSolver(Vendor[CapSolverAccount]):
    """The vendor. An account starts with 24.3518 dollars and one package of calls that ends in 19 days.

    State: `balance` (a decimal string), `packages` (list of `{"id", "title", "calls", "expire_time", "status"}`,
    the token is made here), `prices` (task type to decimal string).
    """

    name = "capsolver"
    reading = _BALANCE
    switches = frozenset({"balance", "packages", "prices"})

    def new_key(self) -> str:
        return f"CAP-{self.world.code(32).upper()}"

    def new_account(self, name: str, key: str) -> CapSolverAccount:
        account = CapSolverAccount(name, key)
        expires = self.world.now() + timedelta(days=19)
        bought = {"title": "reCAPTCHA v2 500K", "calls": 412_306, "expire_time": int(expires.timestamp())}
        account.packages = [self._package(account, bought)]
        return account

    def key_of(self, call: Call) -> str | None:
        key = (call.fields() or {}).get("clientKey")
        return key if isinstance(key, str) else None

    def state(self, account: CapSolverAccount) -> dict[str, Any]:
        shown = [each.as_json() for each in account.packages]
        packages = [{name: value for name, value in each.items() if name != "token"} for each in shown]
        return {"balance": str(account.balance), "packages": packages, "tasks": len(account.tasks)}

    def set_state(self, account: CapSolverAccount, name: str, value: Any) -> None:
        if name == "balance":
            account.balance = _dollars(value)
        elif name == "packages":
            account.packages = [self._package(account, each) for each in value]
        else:
            account.prices = {kind: _dollars(price) for kind, price in value.items()}

    def consume(self, account: CapSolverAccount, amounts: Mapping[str, Any]) -> dict[str, Any]:
        """`{"balance": "0.5"}` and `{"calls": n}` (of the packages, earliest expiry first)."""
        dollars = max(Decimal(0), min(_dollars(amounts.get("balance", "0")), account.balance))
        account.balance -= dollars
        wanted = max(0, int(amounts.get("calls", 0)))
        taken = 0
        for package in self._usable(account):
            part = min(wanted - taken, package.calls)
            package.calls -= part
            taken += part
        return {"balance": dollars, "calls": taken}

    def rejection(self, call: Call, no_access: bool) -> Answer:
        key = self.key_of(call)
        if no_access or (key is not None and key.startswith("CAP-")):
            return self.error(401, "ERROR_KEY_DENIED_ACCESS")
        if call.fields() is None:
            return self.error(400, "ERROR_BAD_REQUEST")
        creates = call.path == "/createTask"
        return self.error(400, "ERROR_INVALID_TASK_DATA" if creates else "ERROR_KEY_DOES_NOT_EXIST")

    def throttled(self, call: Call, fault: Fault) -> Answer:
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        answer = self.error(fault.status, fault.mode or "ERROR_RATE_LIMIT")
        return Answer(answer.status, answer.body, headers)

    def error(self, status: int | None, code: str) -> Answer:
        code = "ERROR_BAD_REQUEST" if code == "not_found" else code or "ERROR_ZERO_BALANCE"
        body = {"errorId": 1, "errorCode": code, "errorDescription": _WORDS.get(code, "The request failed.")}
        return Answer(status or 400, body)

    def pay(self, account: CapSolverAccount, kind: str) -> None:
        """Pay for one task: a package's call, else the balance. Raises Refused where neither suffices."""
        packages = self._usable(account)
        if packages:
            packages[0].calls -= 1
            self.book(account, "task", type=kind, amounts={f"package:{packages[0].id}": 1})
            return
        price = account.prices.get(kind, _PRICE)
        if price > account.balance:
            raise Refused(self.error(400, "ERROR_ZERO_BALANCE"))
        account.balance -= price
        self.book(account, "task", type=kind, amounts={"balance": price})

    def _usable(self, account: CapSolverAccount) -> list[Package]:
        now = self.world.now().timestamp()
        usable = [each for each in account.packages if each.status == 1 and each.calls > 0 and each.expire_time > now]
        return sorted(usable, key=lambda package: package.expire_time)

    def _package(self, account: CapSolverAccount, value: Mapping[str, Any]) -> Package:
        token = f"CAP-{self.world.code(32).upper()}"
        self.world.counters.know_key(token, f"{self.name}/{account.name} package token")
        package = Package(
            str(value.get("id") or self.world.code(24)), str(value["title"]), 0, int(value["expire_time"]), token
        )
        package.calls, package.status = max(0, int(value["calls"])), int(value.get("status", 1))
        return package


def _dollars(value: Any) -> Decimal:
    amount = Decimal(str(value))
    if not amount.is_finite():
        raise ValueError("not an amount")
    return amount


def _get_balance(vendor: CapSolver, account: CapSolverAccount, call: Call, ids: Ids) -> Answer:
    packages = [package.as_json() for package in account.packages]
    return Answer(200, {"errorId": 0, "balance": account.balance, "packages": packages})


def _create_task(vendor: CapSolver, account: CapSolverAccount, call: Call, ids: Ids) -> Answer:
    task = (call.fields() or {}).get("task")
    kind = task.get("type") if isinstance(task, dict) else None
    if not isinstance(kind, str) or not kind:
        raise Refused(vendor.error(400, "ERROR_INVALID_TASK_DATA"))
    vendor.pay(account, kind)
    number = vendor.world.uuid()
    account.tasks.add(number)
    return Answer(200, {"errorId": 0, "status": "idle", "taskId": number})


def _task_result(vendor: CapSolver, account: CapSolverAccount, call: Call, ids: Ids) -> Answer:
    if str((call.fields() or {}).get("taskId")) not in account.tasks:
        raise Refused(vendor.error(400, "ERROR_TASKID_INVALID"))
    return Answer(200, {"errorId": 0, "status": "ready", "solution": {}})


CapSolver.routes = (
    route("POST", "/getBalance", _get_balance),
    route("POST", "/createTask", _create_task),
    route("POST", "/getTaskResult", _task_result),
)
