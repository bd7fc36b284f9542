"""Requests in order, captured tokens, optional requests, and what an account's reading comes to."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.providers.asking import (
    GOOD,
    KEY,
    NOW,
    account,
    asked_of,
    bad,
    clock,
    good,
    pool_rule,
    request_rule,
    vendor,
)

from creditdesk.core.definition import Amount, Auth, AuthKind, Credential, Definition, FailRule
from creditdesk.core.pools import Snapshot, Source, Trouble, TroubleKind
from creditdesk.providers.exchange import Exchange

TOKEN = "issued-7Yq2Lm9Xc4"
TOKEN_RULE = request_rule(
    id="token",
    url="https://api.example.com/token",
    method="POST",
    auth=(),
    form={"secret": "{key}"},
    capture={"access_token": "access_token"},
    capture_ttl=3_600,
    redact=("access_token",),
)
BALANCE_RULE = request_rule(auth=(Auth(AuthKind.BEARER, value="{access_token}"),), needs=("token",))


def two_steps(**changes: Any) -> Definition:
    return vendor(requests=(TOKEN_RULE, BALANCE_RULE), **changes)


class Desk:
    """An exchange that is used several times, with a clock that is moved by hand and a list of what was asked."""

    def __init__(self, handler: Callable[[httpx.Request], httpx.Response]) -> None:
        self.paths: list[str] = []
        self.now = NOW
        self._handler = handler

    def _seen(self, request: httpx.Request) -> httpx.Response:
        self.paths.append(request.url.path)
        return self._handler(request)

    async def ask(self, *asks: tuple[Definition, Mapping[str, str], timedelta]) -> list[Snapshot | Trouble]:
        """Ask several times; each with a definition, secrets, and how far the clock moves before it."""
        results = []
        async with httpx.AsyncClient(transport=httpx.MockTransport(self._seen)) as client:
            exchange = Exchange(client)
            for definition, secrets, later in asks:
                self.now += later
                results.append(await exchange.ask(definition, account(), secrets, lambda: self.now))
        return results


def issuing(request: httpx.Request) -> httpx.Response:
    if request.url.path == "/token":
        assert request.content == f"secret={KEY}".encode()
        return httpx.Response(200, json={"access_token": TOKEN})
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    return httpx.Response(200, content=GOOD)


SOON = timedelta(minutes=5)
MINE = {"key": KEY}


def test_a_snapshot_is_live_and_of_the_instant_of_the_clock() -> None:
    result = good(asyncio.run(asked_of(lambda request: httpx.Response(200, content=GOOD))))
    assert (result.read_at, result.source) == (NOW, Source.LIVE)
    assert [(pool.id, pool.left) for pool in result.pools] == [("credits", 58)]


def test_a_token_is_captured_kept_for_its_time_and_asked_for_again_after_it() -> None:
    desk = Desk(issuing)
    step = (two_steps(), MINE)
    late = timedelta(hours=1)
    results = asyncio.run(desk.ask((*step, SOON), (*step, SOON), (*step, late)))
    assert all(isinstance(each, Snapshot) for each in results)
    assert desk.paths == ["/token", "/v1/usage", "/v1/usage", "/token", "/v1/usage"]


def test_another_key_never_meets_the_token_of_the_old_one() -> None:
    tokens = iter("12")

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            return httpx.Response(200, json={"access_token": f"token-{next(tokens)}"})
        used.append(request.headers["authorization"])
        return httpx.Response(200, content=GOOD)

    used: list[str] = []
    desk = Desk(handler)
    asyncio.run(desk.ask((two_steps(), MINE, SOON), (two_steps(), {"key": "another-key-0123"}, SOON)))
    assert used == ["Bearer token-1", "Bearer token-2"]


def test_a_token_taken_back_early_is_renewed_before_the_key_is_called_rejected() -> None:
    tokens = iter(("first", "second"))

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            return httpx.Response(200, json={"access_token": next(tokens)})
        good_token = "Bearer second" if taken_back else "Bearer first"
        return httpx.Response(200 if request.headers["authorization"] == good_token else 401, content=GOOD)

    taken_back: list[bool] = []
    desk = Desk(handler)

    async def run() -> list[Snapshot | Trouble]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(desk._seen)) as client:
            exchange = Exchange(client)
            first = await exchange.ask(two_steps(), account(), MINE, clock)
            taken_back.append(True)
            return [first, await exchange.ask(two_steps(), account(), MINE, clock)]

    assert all(isinstance(each, Snapshot) for each in asyncio.run(run()))
    assert desk.paths == ["/token", "/v1/usage", "/v1/usage", "/token", "/v1/usage"]


def test_a_rejected_key_is_asked_about_once() -> None:
    desk = Desk(lambda request: httpx.Response(401))
    result = asyncio.run(desk.ask((vendor(), MINE, SOON)))[0]
    assert bad(result).kind is TroubleKind.KEY_REJECTED
    assert desk.paths == ["/v1/usage"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "access_token is missing"),
        ({"access_token": None}, "access_token is missing"),
        ({"access_token": ["x"]}, "access_token is not a text"),
        ({"access_token": "a\r\nX-Other: b"}, "access_token holds characters"),
        ({"access_token": "é"}, "access_token holds characters"),
    ],
)
def test_a_token_that_cannot_be_sent_is_a_bad_answer(body: object, words: str) -> None:
    desk = Desk(lambda request: httpx.Response(200, json=body))
    trouble = bad(asyncio.run(desk.ask((two_steps(), MINE, SOON)))[0])
    assert trouble.kind is TroubleKind.BAD_ANSWER
    assert words in trouble.message
    assert desk.paths == ["/token"]


def test_a_token_that_comes_back_in_a_message_is_masked() -> None:
    fail = FailRule(TroubleKind.NO_ACCESS, status=(400,), message="error")
    balance = request_rule(auth=BALANCE_RULE.auth, needs=("token",), fail=(fail,))

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            return httpx.Response(200, json={"access_token": TOKEN})
        return httpx.Response(400, json={"error": f"the token {TOKEN} of {KEY} may not"})

    result = asyncio.run(asked_of(handler, vendor(requests=(TOKEN_RULE, balance))))
    assert TOKEN not in bad(result).message and KEY not in bad(result).message
    assert "may not" in bad(result).message


def test_the_first_trouble_ends_the_reading() -> None:
    desk = Desk(lambda request: httpx.Response(503, headers={"Retry-After": "90"}))
    trouble = bad(asyncio.run(desk.ask((two_steps(), MINE, timedelta(0))))[0])
    assert (trouble.kind, trouble.retry_at) == (TroubleKind.VENDOR_DOWN, NOW + timedelta(seconds=90))
    assert desk.paths == ["/token"]


def extra(**changes: Any) -> Definition:
    """A vendor with a second, optional request for a second pool."""
    optional = request_rule(id="extra", url="https://api.example.com/extra", optional=True)
    pools = (pool_rule(from_="usage"), pool_rule(id="bonus", label="Bonus", from_="extra", **changes))
    return vendor(requests=(request_rule(), optional), pools=pools)


@pytest.mark.parametrize("status", [401, 404, 429, 500, 302])
def test_an_optional_request_that_fails_leaves_its_pool_unknown(status: int) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200 if request.url.path == "/v1/usage" else status, content=GOOD)

    pools = good(asyncio.run(asked_of(handler, extra()))).pools
    assert [(pool.id, pool.left) for pool in pools] == [("credits", 58), ("bonus", None)]


def test_an_optional_request_that_works_is_read() -> None:
    pools = good(asyncio.run(asked_of(lambda request: httpx.Response(200, content=GOOD), extra()))).pools
    assert [(pool.id, pool.left) for pool in pools] == [("credits", 58), ("bonus", 58)]


def test_a_request_that_needs_a_failed_optional_one_fails_like_it() -> None:
    first = request_rule(id="first", url="https://api.example.com/first", optional=True, capture={"site": "site"})
    second = request_rule(url="https://api.example.com/{site}/usage", needs=("first",))
    desk = Desk(lambda request: httpx.Response(429))
    result = asyncio.run(desk.ask((vendor(requests=(first, second)), MINE, SOON)))[0]
    assert bad(result).kind is TroubleKind.THROTTLED
    assert desk.paths == ["/first"]


def test_nothing_is_sent_without_a_key() -> None:
    desk = Desk(lambda request: httpx.Response(200, content=GOOD))
    asks = [(vendor(), secrets, SOON) for secrets in ({}, {"key": ""}, {"key": "line\nbreak"})]
    kinds = [bad(each).kind for each in asyncio.run(desk.ask(*asks))]
    assert kinds == [TroubleKind.NO_KEY, TroubleKind.NO_KEY, TroubleKind.KEY_REJECTED]
    assert desk.paths == []


def test_a_vendor_without_credentials_is_asked_without_any() -> None:
    definition = vendor(requests=(request_rule(auth=()),), credentials=())
    result = asyncio.run(asked_of(lambda request: httpx.Response(200, content=GOOD), definition, secrets={}))
    assert good(result).pools[0].left == 58


def test_no_exception_of_the_network_escapes_and_no_key_is_in_its_sentence() -> None:
    errors = (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.ReadTimeout,
        httpx.ReadError,
        httpx.WriteError,
        httpx.PoolTimeout,
        httpx.RemoteProtocolError,
        httpx.LocalProtocolError,
        httpx.ProxyError,
        httpx.UnsupportedProtocol,
        httpx.DecodingError,
    )
    rule = request_rule(auth=(Auth(AuthKind.QUERY, name="k", value="{key}"),))
    for error in errors:

        def handler(request: httpx.Request, error: Any = error) -> httpx.Response:
            raise error(f"failed at {request.url}", request=request)

        trouble = bad(asyncio.run(asked_of(handler, vendor(requests=(rule,)))))
        assert trouble.kind in (TroubleKind.NO_NETWORK, TroubleKind.VENDOR_DOWN)
        assert "api.example.com" in trouble.message
        assert KEY not in trouble.message and "?" not in trouble.message


def test_nothing_is_logged_above_debug_and_no_key_at_all(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="creditdesk")
    asyncio.run(asked_of(lambda request: httpx.Response(401, text=KEY)))
    assert KEY not in caplog.text


def test_two_accounts_of_one_vendor_are_asked_with_their_own_keys() -> None:
    used: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        used.append(request.headers["authorization"])
        return httpx.Response(200, content=GOOD)

    async def run() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client:
            exchange = Exchange(client)
            asks = (exchange.ask(vendor(), account(id=f"a{n}"), {"key": f"key-{n}-of-mine"}, clock) for n in range(20))
            await asyncio.gather(*asks)

    asyncio.run(run())
    assert sorted(used) == sorted(f"key-{n}-of-mine" for n in range(20))


def test_a_guessed_field_marks_the_snapshot() -> None:
    definition = vendor(pools=(pool_rule(inferred=True),), credentials=(Credential("key", "API key"),))
    result = asyncio.run(asked_of(lambda request: httpx.Response(200, content=GOOD), definition))
    assert good(result).inferred
    plain = vendor(pools=(pool_rule(remaining=Amount(path="left")),))
    assert not good(asyncio.run(asked_of(lambda request: httpx.Response(200, content=GOOD), plain))).inferred
