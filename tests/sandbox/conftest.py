"""A sandbox on a thread of its own, and a plain client that follows nothing, decodes nothing and retries nothing."""

import http.client
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from creditdesk.sandbox import Sandbox, SandboxThread


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 9, 14, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def send(url: str, method: str = "GET", body: Any = None, headers: dict[str, str] | None = None) -> Reply:
    """One request on a connection of its own."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, path, data, headers or {})
        answer = connection.getresponse()
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


class World:
    """The running sandbox and its four first accounts."""

    def __init__(self, running: SandboxThread, clock: Clock) -> None:
        self.running = running
        self.clock = clock
        self.call = running.call
        self.urls = running.addresses.base_urls
        self.keys = running.addresses.keys

    def ask(self, provider: str, line: str, body: Any = None, key: str | None = None) -> Reply:
        """`line` is "GET /v1/..."; the key (None: the first account's) goes where the vendor wants it."""
        method, path = line.split(" ", 1)
        key = self.keys[provider] if key is None else key
        headers = {
            "ranktracker": {"Authorization": key},
            "oneclickseo": {"Authorization": f"Bearer {key}"},
            "leadboxer": {"x-api-key": key},
        }.get(provider, {})
        if provider == "capsolver":
            body = {"clientKey": key} | (body or {})
        return send(self.urls[provider] + path, method, body, headers)

    def control(self, line: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
        method, path = line.split(" ", 1)
        return send(self.running.addresses.control + path, method, body, headers)

    def books(self) -> dict[str, Any]:
        return self.call(Sandbox.books)

    def page(self, provider: str, account: str | None = None) -> dict[str, Any]:
        return self.books()["vendors"][provider][account or f"{provider}-1"]

    def set(self, provider: str, **state: Any) -> None:
        self.call(lambda sandbox: sandbox.update_account(provider, **state))


@pytest.fixture
def world() -> Iterator[World]:
    clock = Clock()
    with SandboxThread(Sandbox(seed=7, clock=clock)) as running:
        yield World(running, clock)


@pytest.fixture
def ask(world: World) -> Callable[..., Reply]:
    return world.ask
