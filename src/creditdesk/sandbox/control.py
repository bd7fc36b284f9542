"""The control interface: how a tester in another process sets faults, moves amounts and reads the books.

It lies under /_control on the vendors' port, takes no key, and speaks JSON. Requests with an Origin header, or for
another Host than this loopback address, are refused: no web page can use it.

    GET    /_control                       {"other_origin", "paths"}
    GET    /_control/books                 all that was counted, and each account's state
    GET    /_control/requests?since=N      the requests after number N, oldest first
    GET    /_control/journal?provider=P    the charges of an account [&account=NAME]
    GET    /_control/faults                the faults that wait
    POST   /_control/faults                a fault (fields of faults.Fault): {"provider": "ranktracker", "kind": "html"}
    DELETE /_control/faults                clears all [?provider=P or ?number=N]; POST {"clear": true} does the same
    POST   /_control/consume               {"provider": P, "account": NAME, "amounts": {"keywords": 5}}
    POST   /_control/account               {"provider": P, "name": NAME, "key": K, "state": {...}} adds one (only the
                                           provider must be given) and answers {"key"}
    PATCH  /_control/account               {"provider": P, "account": NAME, "state": {...}} changes one
    POST   /_control/month                 OneClickSEO's month turns [{"account": NAME}]
    POST   /_control/reset                 [{"what": "books" | "faults" | "accounts" | "all"}]

`account` may always be left out: the vendor's first. A request that can not be done is answered 400 with
{"error": text}.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Protocol
from urllib.parse import urlsplit

from creditdesk.sandbox.faults import Fault, FaultBoard
from creditdesk.sandbox.wire import Answer, Call, whole

_LOOPBACK = {"127.0.0.1", "localhost"}


class Tester(Protocol):
    """What the control interface needs of the sandbox."""

    faults: FaultBoard
    other_origin: str

    def add_account(self, provider: str, key: str | None = None, *, name: str | None = None, **state: Any) -> str: ...
    def update_account(self, provider: str, account: str | None = None, **state: Any) -> None: ...
    def consume(self, provider: str, account: str | None = None, **amounts: Any) -> dict[str, Any]: ...
    def turn_month(self, account: str | None = None) -> None: ...
    def set_fault(self, fault: Fault) -> int: ...
    def clear_faults(self, provider: str | None = None, number: int | None = None) -> None: ...
    def books(self) -> dict[str, Any]: ...
    def journal(self, provider: str, account: str | None = None) -> list[dict[str, Any]]: ...
    def requests(self, since: int = 0) -> list[dict[str, Any]]: ...
    def reset(self, what: str = "all") -> None: ...


def controlled(tester: Tester, call: Call) -> Answer:
    """Answer a control request."""
    host = urlsplit(f"//{call.headers.get('Host', '')}").hostname
    if "Origin" in call.headers or host not in _LOOPBACK:
        return Answer(403, {"error": "the control interface is not for web pages"})
    act = _ACTS.get((call.method, call.path.removeprefix("/_control").strip("/")))
    if act is None:
        return Answer(404, {"error": "there is no such control"})
    given = call.fields() if call.body else {}
    if given is None:
        return Answer(400, {"error": "the body must be a JSON object"})
    try:
        return Answer(200, act(tester, call, given))
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        missing = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
        return Answer(400, {"error": missing})


Given = dict[str, Any]
Act = Callable[[Tester, Call, Given], Any]


def _index(tester: Tester, call: Call, given: Given) -> Any:
    return {"other_origin": tester.other_origin, "paths": [f"{method} /_control/{path}" for method, path in _ACTS]}


def _books(tester: Tester, call: Call, given: Given) -> Any:
    return tester.books()


def _requests(tester: Tester, call: Call, given: Given) -> Any:
    return tester.requests(whole(call.query.get("since"), 0) or 0)


def _journal(tester: Tester, call: Call, given: Given) -> Any:
    return tester.journal(call.query["provider"], call.query.get("account"))


def _faults(tester: Tester, call: Call, given: Given) -> Any:
    return tester.faults.listed()


def _set_fault(tester: Tester, call: Call, given: Given) -> Any:
    if given.get("clear") is True:
        tester.clear_faults(given.get("provider"))
        return {"cleared": True}
    return {"number": tester.set_fault(Fault.from_json(given))}


def _clear_faults(tester: Tester, call: Call, given: Given) -> Any:
    number = call.query.get("number")
    tester.clear_faults(call.query.get("provider"), None if number is None else int(number))
    return {"cleared": True}


def _consume(tester: Tester, call: Call, given: Given) -> Any:
    taken = tester.consume(given["provider"], given.get("account"), **given["amounts"])
    return {"taken": {pool: str(amount) if isinstance(amount, Decimal) else amount for pool, amount in taken.items()}}


def _add_account(tester: Tester, call: Call, given: Given) -> Any:
    key = tester.add_account(given["provider"], given.get("key"), name=given.get("name"), **given.get("state", {}))
    return {"key": key}


def _change_account(tester: Tester, call: Call, given: Given) -> Any:
    tester.update_account(given["provider"], given.get("account"), **given["state"])
    return {"changed": True}


def _month(tester: Tester, call: Call, given: Given) -> Any:
    tester.turn_month(given.get("account"))
    return {"turned": True}


def _reset(tester: Tester, call: Call, given: Given) -> Any:
    tester.reset(given.get("what", "all"))
    return {"reset": True}


_ACTS: dict[tuple[str, str], Act] = {
    ("GET", ""): _index,
    ("GET", "books"): _books,
    ("GET", "requests"): _requests,
    ("GET", "journal"): _journal,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _set_fault,
    ("DELETE", "faults"): _clear_faults,
    ("POST", "consume"): _consume,
    ("POST", "account"): _add_account,
    ("PATCH", "account"): _change_account,
    ("POST", "month"): _month,
    ("POST", "reset"): _reset,
}
