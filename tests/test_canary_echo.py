"""No key leaves its place when a vendor says it back, when a header cannot carry it, or when we have a bug."""

import asyncio
import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

import pytest
from tests.canary import KEYS, Vendors, guarded, logged
from tests.desk.world import READ, Clock, World
from tests.searching import Search

from creditdesk.core.pools import TroubleKind
from creditdesk.desk.tools import utc_now
from creditdesk.providers.redaction import redact
from creditdesk.sandbox import Sandbox
from creditdesk.store.privacy import write_crash_report
from creditdesk.store.vault import KeyRefused


@pytest.fixture
def vendors() -> Iterator[Vendors]:
    with guarded() as running:
        yield running


@pytest.fixture
def raw_log(tmp_path: Path) -> Iterator[Path]:
    with logged(tmp_path / "raw.log") as path:
        yield path


class _Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked, in every place that a client may show or keep."""

    status = 200
    shape = "errors"
    echoed: ClassVar[set[str]] = set()

    def do_GET(self) -> None:
        said = " ".join(self.headers.values())
        said += self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        secret = next((key for key in KEYS.values() if key in said or json.dumps(key)[1:-1] in said), "nothing")
        self.echoed.add(secret)
        body = json.dumps(_told(self.shape, secret, said)).encode()
        self.send_response(self.status, f"No {quote(secret)}")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Location", f"http://127.0.0.1:9/{quote(secret, safe='')}?key={quote(secret, safe='')}")
        self.send_header("Retry-After", secret)
        self.send_header("Set-Cookie", f"key={quote(secret)}")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def _told(shape: str, secret: str, said: str) -> Any:
    if shape == "errors":
        return {
            "errors": [{"code": secret, "detail": f"The key {secret} is unknown. {said}"}],
            "message": f"Invalid key {secret}",
            "detail": f"Not for {secret[: len(secret) // 2]}",
            "errorId": 1,
            "errorCode": "ERROR_KEY_DENIED_ACCESS",
            "errorDescription": f"Wrong clientKey {secret} {base64.b64encode(secret.encode()).decode()}",
        }
    row = {"id": secret, "remaining": 5, "packageId": secret, "title": secret, "numberOfCalls": 1, "token": secret}
    quota = {"usage": secret, "limit": 5, "remaining": 5}
    return {
        "errorId": 0,
        "balance": "1",
        "packages": [row, {**row, "packageId": "p2", "status": 1, "expireTime": secret}],
        "data": {"attributes": {"apiEnabled": secret, "keywords": quota, secret: secret}}
        if shape == "quota"
        else [row, {"id": "g2", "remaining": secret}],
    }


@pytest.fixture
def echo() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("shape", ["errors", "rows", "quota"])
def test_a_vendor_that_echoes_the_key_gets_it_nowhere(
    echo: str, vendors: Vendors, tmp_path: Path, raw_log: Path, monkeypatch: pytest.MonkeyPatch, shape: str
) -> None:
    world = World.begin(vendors.running, tmp_path / "desk", Clock())
    monkeypatch.setattr(_Echo, "shape", shape)
    told = []
    _Echo.echoed.clear()
    accounts = [world.add(provider, key=KEYS[provider], base_url=echo) for provider in READ]
    for status in (200, 400, 401, 402, 403, 404, 429, 500, 503, 301, 302, 307, 308):
        monkeypatch.setattr(_Echo, "status", status)
        for account in accounts:
            told.append(repr(world.read(account)))
            world.clock.move(minutes=61)
    told += [repr(event) for event in world.desk.tools.history.events(1000).result()]
    told += [repr(reading) for reading in world.restart()]
    assert _Echo.echoed == set(KEYS.values())
    assert vendors.search.blob("\n".join(told)) == []
    assert vendors.search.folder(tmp_path) == []
    world.close()


def test_a_crash_in_the_middle_of_a_request_tells_no_key(tmp_path: Path) -> None:
    key = KEYS["leadboxer"]

    async def request(headers: dict[str, str]) -> None:
        try:
            raise ValueError(f"Illegal header value {headers!r}")
        except ValueError as error:
            raise RuntimeError(f"could not send to https://api.example/v1?api_key={key}&x=1") from error

    with pytest.raises(RuntimeError) as caught:
        asyncio.run(request({"Authorization": KEYS["ranktracker"], "x-api-key": key, "clientKey": KEYS["capsolver"]}))
    path = write_crash_report(tmp_path, caught.value, redact, utc_now())
    assert "RuntimeError" in path.read_text(encoding="utf-8")
    assert Search(KEYS).folder(tmp_path) == []


def test_a_key_that_no_header_can_carry_is_refused_everywhere_without_a_word_of_it(
    vendors: Vendors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World.begin(vendors.running, tmp_path / "desk", Clock())
    account = world.add("ranktracker", key=KEYS["ranktracker"])
    for bad in (f"{KEYS['ranktracker']}\n{KEYS['leadboxer']}", f"{KEYS['ranktracker']}ü", f"\x00{KEYS['ranktracker']}"):
        with pytest.raises(KeyRefused) as caught:
            world.run(world.desk.registry.change(account, {"key": bad}))
        assert vendors.search.blob(repr(caught.getrepr(style="long"))) == []
        world.memory.items["creditdesk", f"{account.id}/key"] = bad  # as another program may have put it there
        trouble = world.trouble(account)
        assert trouble.kind in (TroubleKind.NO_KEY, TroubleKind.KEY_REJECTED)
        assert vendors.search.blob(repr(trouble)) == []
    assert vendors.running.call(Sandbox.books)["vendors"]["ranktracker"]["ranktracker-1"]["requests"] == {}
    world.close()
    assert vendors.search.folder(tmp_path) == []
