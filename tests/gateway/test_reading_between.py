"""A vendor that tells what is left is asked before scripts are let loose on it, once for all of them."""

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

from tests.cli.commanding import until
from tests.gateway.conftest import Gate
from tests.gateway.raw import Came, RawVendor, plain

from creditdesk.core.guard import Guard

JSON = b"Content-Type: application/json\r\n"
QUOTAS = ("keywords", "dataRows", "onDemand", "serpAnalyser")


class Places:
    """The vendor of places: what is left, and what was answered. A create that does not fit is answered 402."""

    def __init__(self, left: int) -> None:
        self.left, self.refused, self.readings = left, 0, 0
        self._guard = threading.Lock()

    def __call__(self, connection: socket.socket, came: Came) -> bool:
        with self._guard:
            body, status = self._answer(came)
        connection.sendall(plain(json.dumps(body).encode(), status, JSON))
        return True

    def _answer(self, came: Came) -> tuple[object, bytes]:
        if b"/account/usage" in came.line:
            self.readings += 1
            quota = {"usage": 1_000 - self.left, "limit": 1_000, "remaining": self.left}
            return {"data": {"attributes": dict.fromkeys(QUOTAS, quota)}}, b"200 OK"
        if b"/keywords" not in came.line:
            return {"data": []}, b"200 OK"
        count = len(json.loads(came.body)["words"])
        if count > self.left:
            self.refused += 1
            return {"errors": [{"code": "over_quota", "status": 402}]}, b"402 Payment Required"
        self.left -= count
        return {"data": [{}] * count}, b"201 Created"


def ask(gate: Gate, token: str, line: str, body: bytes = b"") -> bytes:
    """The first line of the answer."""
    client = gate.client()
    head = f"{line} HTTP/1.1\r\nHost: 127.0.0.1:{gate.port}\r\nAuthorization: {token}\r\n"
    kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    client.socket.sendall(f"{head}{kind}\r\n".encode() + body)
    answer = client.head()
    client.close()
    return answer.split(b"\r\n")[0]


def test_fifty_scripts_at_the_first_moment_wait_for_one_reading_and_spend_exactly_what_it_told(
    gate: Gate, vendor: RawVendor
) -> None:
    places = Places(left=61)
    vendor.answer = places
    account = gate.account("Rank", vendor.url, "ranktracker")
    token = gate.add_token(account, Guard.REFUSE)
    until(lambda: b" 401 " not in ask(gate, token, "GET /Rank/v1/domains"))
    body = json.dumps({"words": ["a", "b", "c"], "search_engines": [{"name": "google"}]}).encode()
    with ThreadPoolExecutor(50) as scripts:
        line = "POST /Rank/v1/domains/d/keywords"
        answers = list(scripts.map(lambda _: ask(gate, token, line, body), range(50)))
    assert (places.left, places.refused) == (1, 0)
    assert sum(b" 201 " in each for each in answers) == 20
    assert sum(b" 402 " in each for each in answers) == 30
    assert places.readings == 1
