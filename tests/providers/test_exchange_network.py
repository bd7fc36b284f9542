"""Faults of a real connection: each ends as the right trouble, in time, and leaves nothing behind."""

import asyncio
import gzip
import time
from collections.abc import Callable
from urllib.parse import parse_qs, unquote

import pytest
from tests.providers.asking import (
    GOOD,
    KEY,
    Loopback,
    Serve,
    account,
    bad,
    clock,
    good,
    loopback,
    once,
    replies,
    reply,
    request_rule,
    vendor,
)

from creditdesk.core.pools import Snapshot, Trouble, TroubleKind
from creditdesk.providers.exchange import Exchange
from creditdesk.providers.transport import open_client

SHORT = 0.3
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


async def asked(serve: Callable[[Loopback], Serve], deadline_s: float = 5.0) -> tuple[Snapshot | Trouble, Loopback]:
    """One reading of a loopback vendor served so."""
    async with loopback(serve) as here, open_client() as client:
        exchange = Exchange(client, deadline_s)
        return await exchange.ask(vendor(), account(base_url=here.origin), {"key": KEY}, clock), here


def drip(head: bytes, each: bytes) -> Callable[[Loopback], Serve]:
    """Send a head, then some bytes fifty times a second, for ever."""

    def serving(here: Loopback) -> Serve:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await here.read(reader)
            writer.write(head)
            while True:
                writer.write(each)
                await writer.drain()
                await asyncio.sleep(0.02)

        return serve

    return serving


def test_a_good_answer_over_a_real_connection_is_a_snapshot() -> None:
    result, here = asyncio.run(asked(replies(reply())))
    assert good(result).pools[0].left == 58
    head = here.heads[0].decode()
    assert head.startswith("GET /v1/usage HTTP/1.1\r\n")
    assert "\r\nauthorization: " + KEY in head
    assert "\r\naccept-encoding: identity" in head
    assert "\r\nuser-agent: creditdesk/" in head


@pytest.mark.parametrize(
    ("serve", "kind", "words"),
    [
        (once(), "vendor_down", "broke the connection off"),
        (once(then="reset"), "vendor_down", "broke the connection off"),
        (once(b"HTTP/1.1 200 OK\r\nContent-Le", then="reset"), "vendor_down", "broke the connection off"),
        (once(reply()[:-10]), "vendor_down", "broke the connection off"),
        (once(reply()[:-10], then="reset"), "vendor_down", "broke the connection off"),
        (once(CHUNKED + b"zz\r\n{}"), "vendor_down", "127.0.0.1 "),
        (once(CHUNKED + b"5\r\n{}"), "vendor_down", "broke the connection off"),
        (once(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "vendor_down", "not HTTP"),
        (once(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n"), "vendor_down", "not HTTP"),
        (once(reply(b"x" * 3_000_000)), "bad_answer", "more than 2 MiB"),
        (once(reply(gzip.compress(GOOD), headers=b"Content-Encoding: gzip\r\n")), "bad_answer", "compressed"),
        (
            once(reply(GOOD, headers=b"Content-Encoding: br\r\nContent-Encoding: identity\r\n")),
            "bad_answer",
            "compressed",
        ),
        (once(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:9/x\r\n\r\n"), "bad_answer", "http://127.0.0.2:9;"),
        (once(reply(b"<html>", "403 Forbidden")), "no_access", "HTTP 403"),
    ],
)
def test_each_fault_of_a_connection_has_its_trouble(serve: Callable[[Loopback], Serve], kind: str, words: str) -> None:
    result, here = asyncio.run(asked(serve))
    assert bad(result).kind == kind
    assert words in bad(result).message
    assert len(here.heads) == 1, "a request is never sent twice"


@pytest.mark.parametrize(
    "serve",
    [
        once(then="hang"),
        once(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n", then="hang"),
        once(reply()[:-5], then="hang"),
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" "),
        drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
)
def test_an_answer_that_never_ends_meets_the_deadline(serve: Callable[[Loopback], Serve]) -> None:
    started = time.monotonic()
    result, _ = asyncio.run(asked(serve, SHORT))
    assert time.monotonic() - started < SHORT + 2
    assert bad(result).kind is TroubleKind.VENDOR_DOWN
    assert "127.0.0.1" in bad(result).message


def test_the_deadline_is_told_in_the_message() -> None:
    result, _ = asyncio.run(asked(once(then="hang"), SHORT))
    assert bad(result).message == "127.0.0.1 did not answer within 0.3 s."


def test_nobody_listening_is_no_network() -> None:
    async def run() -> Snapshot | Trouble:
        async with loopback(replies(reply())) as here:
            origin = here.origin
        async with open_client() as client:
            return await Exchange(client).ask(vendor(), account(base_url=origin), {"key": KEY}, clock)

    assert bad(asyncio.run(run())) == Trouble(TroubleKind.NO_NETWORK, "No connection to 127.0.0.1 could be made.")


def test_an_unknown_name_is_no_network() -> None:
    async def run() -> Snapshot | Trouble:
        definition = vendor(requests=(request_rule(url="https://api.nowhere.invalid/v1/usage"),))
        async with open_client() as client:
            return await Exchange(client).ask(definition, account(), {"key": KEY}, clock)

    trouble = bad(asyncio.run(run()))
    assert trouble == Trouble(TroubleKind.NO_NETWORK, "No connection to api.nowhere.invalid could be made.")


def test_a_cancelled_reading_closes_its_connection_at_once() -> None:
    async def run() -> float:
        async with loopback(once(then="hang")) as here, open_client() as client:
            exchange = Exchange(client)
            reading = asyncio.create_task(exchange.ask(vendor(), account(base_url=here.origin), {"key": KEY}, clock))
            while not here.heads:
                await asyncio.sleep(0)
            started = time.monotonic()
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading
            await asyncio.wait_for(here.gone.wait(), 5)
            return time.monotonic() - started

    assert asyncio.run(run()) < 1


def test_quitting_with_twenty_hanging_requests_is_quick() -> None:
    async def run() -> float:
        async with loopback(once(then="hang")) as here:
            client = open_client()
            exchange = Exchange(client)
            waiting = [
                asyncio.create_task(
                    exchange.ask(vendor(), account(base_url=f"{here.origin}/{number}"), {"key": KEY}, clock)
                )
                for number in range(20)
            ]
            while len(here.heads) < 20:
                await asyncio.sleep(0)
            started = time.monotonic()
            for each in waiting:
                each.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            await client.aclose()
            return time.monotonic() - started

    started = time.monotonic()
    assert asyncio.run(run()) < 1
    assert time.monotonic() - started < 10


def test_a_cookie_of_one_account_never_reaches_another() -> None:
    async def run() -> list[bytes]:
        cookie = b"Set-Cookie: session=of-the-first; Path=/\r\n"
        async with loopback(replies(reply(headers=cookie))) as here, open_client() as client:
            exchange = Exchange(client)
            for name in "ab":
                good(await exchange.ask(vendor(), account(id=name, base_url=here.origin), {"key": KEY}, clock))
            assert not list(client.cookies.jar)
            return here.heads

    first, second = asyncio.run(run())
    assert b"cookie" not in first.lower() + second.lower()


def test_a_connection_is_used_again() -> None:
    async def run() -> int:
        opened = 0

        def serving(here: Loopback) -> Serve:
            nonlocal opened
            opened += 1
            return replies(reply())(here)

        async with loopback(serving) as here, open_client() as client:
            exchange = Exchange(client)
            for name in "abc":
                good(await exchange.ask(vendor(), account(id=name, base_url=here.origin), {"key": KEY}, clock))
        return opened

    assert asyncio.run(run()) == 1


def test_odd_characters_of_a_key_arrive_as_they_are() -> None:
    odd = "a+b/c=d%2Fe&f?g#h i~\"'{}|\\^`<>"

    async def run() -> list[bytes]:
        rule = request_rule(
            url="https://api.example.com/v1/{key}/usage", auth=(), query={"k": "{key}", "plus": "a b+c"}
        )
        async with loopback(replies(reply())) as here, open_client() as client:
            exchange = Exchange(client)
            result = await exchange.ask(vendor(requests=(rule,)), account(base_url=here.origin), {"key": odd}, clock)
            good(result)
            return here.heads

    target = asyncio.run(run())[0].split(b" ")[1].decode()
    path, _, query = target.partition("?")
    assert [unquote(each) for each in path.split("/")] == ["", "v1", odd, "usage"]
    assert parse_qs(query) == {"k": [odd], "plus": ["a b+c"]}
