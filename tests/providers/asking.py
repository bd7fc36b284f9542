"""A small vendor, ways to ask it in memory, and a loopback server that does whatever a test wants."""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import httpx

from creditdesk.core.definition import Amount, Auth, AuthKind, Credential, Definition, PoolRule, RequestRule
from creditdesk.core.offers import Fact
from creditdesk.core.pools import Account, PoolKind, Snapshot, Trouble
from creditdesk.providers.answers import Answer, read_answer
from creditdesk.providers.exchange import Exchange

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEY = "tkn_usr_Zk81mQx7Wp0rTb5Y"
FACT = Fact(date(2026, 11, 21), "https://docs.example.com")
HEADER = Auth(AuthKind.HEADER, name="Authorization", value="{key}")
GOOD = b'{"left": 58, "limit": 100, "used": 42}'


def clock() -> datetime:
    return NOW


def request_rule(**changes: Any) -> RequestRule:
    return RequestRule(**{"id": "usage", "url": "https://api.example.com/v1/usage", "auth": (HEADER,), **changes})


def pool_rule(**changes: Any) -> PoolRule:
    plain: dict[str, Any] = {"id": "credits", "label": "Credits", "kind": PoolKind.WALLET, "unit": "credits"}
    return PoolRule(**{**plain, "remaining": Amount(path="left"), **changes})


def vendor(**changes: Any) -> Definition:
    plain: dict[str, Any] = {
        "id": "example",
        "name": "Example",
        "fact": FACT,
        "credentials": (Credential("key", "API key"),),
        "requests": (request_rule(),),
        "pools": (pool_rule(),),
    }
    return Definition(**{**plain, **changes})


def account(**changes: Any) -> Account:
    return Account(**{"id": "a1", "name": "Mine", "provider": "example", **changes})


def answered(
    body: object = GOOD, status: int = 200, headers: Mapping[str, str] | None = None, **changes: Any
) -> Snapshot | Trouble:
    """What one answer of the small vendor (with `changes`) means. A body that is not bytes is sent as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    settings = changes.pop("settings", {})
    return read_answer(
        vendor(**changes), {"usage": Answer(status, headers or {}, raw, "api.example.com")}, settings, NOW
    )


def good(result: Snapshot | Trouble) -> Snapshot:
    assert isinstance(result, Snapshot), result
    return result


def bad(result: Snapshot | Trouble) -> Trouble:
    assert isinstance(result, Trouble), result
    return result


async def asked_of(
    handler: Callable[[httpx.Request], httpx.Response],
    definition: Definition | None = None,
    asking: Account | None = None,
    secrets: Mapping[str, str] | None = None,
) -> Snapshot | Trouble:
    """One reading through the whole exchange, the vendor being a function."""
    async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client:
        given = {"key": KEY} if secrets is None else secrets
        return await Exchange(client).ask(definition or vendor(), asking or account(), given, clock)


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Loopback:
    """A server on this computer. `heads` are the requests it read, each up to and without its empty line."""

    port: int = 0
    heads: list[bytes] = field(default_factory=list)
    open_now: int = 0
    most_open: int = 0
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def read(self, reader: asyncio.StreamReader) -> bytes:
        head = (await reader.readuntil(b"\r\n\r\n"))[:-4]
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        self.heads.append(head)
        return await reader.readexactly(length)


@asynccontextmanager
async def loopback(serve: Callable[[Loopback], Serve], ssl: Any = None) -> AsyncIterator[Loopback]:
    """A server whose connections are served by `serve(server)`, which may break off at any time."""
    here = Loopback()
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        here.open_now += 1
        here.most_open = max(here.most_open, here.open_now)
        try:
            await serve(here)(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            here.open_now -= 1
            here.gone.set()
            writer.transport.abort()
            tasks.discard(task)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=ssl)
    here.port = server.sockets[0].getsockname()[1]
    try:
        yield here
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


def reply(body: bytes = GOOD, status: str = "200 OK", headers: bytes = b"") -> bytes:
    head = b"HTTP/1.1 " + status.encode() + b"\r\nContent-Type: application/json\r\n" + headers
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def replies(*answers: bytes) -> Callable[[Loopback], Serve]:
    """Serve these answers, the last one again and again, on connections that are kept."""

    def serving(here: Loopback) -> Serve:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                await here.read(reader)
                writer.write(answers[min(len(here.heads), len(answers)) - 1])
                await writer.drain()

        return serve

    return serving


def once(*parts: bytes, then: str = "close") -> Callable[[Loopback], Serve]:
    """Read the request, send the parts, then close, reset or hang."""

    def serving(here: Loopback) -> Serve:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await here.read(reader)
            for part in parts:
                writer.write(part)
                await writer.drain()
            if then == "hang":
                await reader.read()
            if then == "reset":
                plug = writer.get_extra_info("socket")
                plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        return serve

    return serving
