"""What one create means. Only a clear answer makes it accepted or refused; only what never left makes it not sent."""

import asyncio
import json
from datetime import timedelta

import aiohttp
import httpx
import pytest
from tests.providers.asking import KEY, account, loopback, once, vendor
from tests.providers.bulk_asking import NOW, ROWS, answering, case, created, failing, on, rule

from creditdesk.core.pools import Trouble, TroubleKind
from creditdesk.core.sending import Outcome, OutcomeKind
from creditdesk.providers.bulk import BulkCase, BulkExchange
from creditdesk.providers.transport import open_client
from creditdesk.providers.wire import ProxyRefused, TlsFailure, TlsWhy

MADE = {"data": [{"id": str(number)} for number in range(4)]}


def test_the_items_and_rows_stand_whole_in_the_body() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json=MADE)

    items = ("shoes", '{key} "quoted"', "{{items}}", "Ünï ☃ 日本")
    assert created(handler, items) == Outcome(OutcomeKind.ACCEPTED, "", 201, None, 4)
    (request,) = seen
    assert request.url == "https://api.example.com/v1/sites/s1/words"
    assert json.loads(request.content) == {"words": list(items), "engines": list(ROWS), "how": ["daily"]}
    assert KEY not in request.content.decode()
    assert request.headers["Authorization"] == KEY
    assert request.headers["Content-Type"] == "application/json"


def test_the_place_is_one_step_of_the_path_whatever_it_is() -> None:
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(201, json=MADE)

    created(handler, place="../../admin?x=1#y")
    assert seen == ["https://api.example.com/v1/sites/..%2F..%2Fadmin%3Fx%3D1%23y/words"]
    for place in ("", ".", ".."):
        assert created(handler, place=place).kind is OutcomeKind.NOT_SENT
    assert len(seen) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 413, 414, 415, 422, 431])
def test_a_definite_no_is_refused(status: int) -> None:
    outcome = created(answering(status, {"error": "Words is too long."}))
    assert (outcome.kind, outcome.status, outcome.retry_at) == (OutcomeKind.REFUSED, status, None)
    assert f"(HTTP {status}): “Words is too long”." in outcome.message


def test_402_is_over_the_quota() -> None:
    outcome = created(answering(402, {"errors": [{"code": "over_quota"}]}))
    assert (outcome.kind, outcome.status) == (OutcomeKind.OVER_QUOTA, 402)


@pytest.mark.parametrize("status", [503, 429])
def test_throttled_waits_as_the_header_says(status: int) -> None:
    outcome = created(answering(status, b"busy", {"Retry-After": "90"}))
    assert (outcome.kind, outcome.retry_at) == (OutcomeKind.THROTTLED, NOW + timedelta(seconds=90))


def test_throttled_waits_as_the_body_says() -> None:
    create = rule().create
    changed = {"create": type(create)(**{**_fields(create), "retry_after": "wait"})}
    outcome = created(answering(503, {"wait": 7}), **changed)
    assert (outcome.kind, outcome.retry_at) == (OutcomeKind.THROTTLED, NOW + timedelta(seconds=7))


def _fields(value: object) -> dict[str, object]:
    return {name: getattr(value, name) for name in value.__slots__}  # type: ignore[attr-defined]


@pytest.mark.parametrize("status", [200, 201])
@pytest.mark.parametrize(
    "body", [b"", b"{", b"<html>", b"[]", b"{}", b'{"data": null}', b'{"data": {}}', b'{"data": 4}', b"\xff", b"null"]
)
def test_a_good_answer_that_cannot_be_read_is_unknown(status: int, body: bytes) -> None:
    assert created(answering(status, body)).kind is OutcomeKind.UNKNOWN


@pytest.mark.parametrize(
    "status", [202, 204, 206, 300, 301, 302, 304, 307, 308, 407, 408, 418, 425, 499, 500, 502, 504, 520]
)
def test_whatever_else_is_answered_is_unknown(status: int) -> None:
    assert created(answering(status, MADE, {"Location": "https://elsewhere.example"})).kind is OutcomeKind.UNKNOWN


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadTimeout("late"),
        httpx.ReadError("lost"),
        httpx.WriteError("lost"),
        httpx.WriteTimeout("late"),
        httpx.RemoteProtocolError("no HTTP"),
        httpx.CloseError("lost"),
    ],
)
def test_what_breaks_after_it_may_have_left_is_unknown(error: Exception) -> None:
    assert created(failing(error)).kind is OutcomeKind.UNKNOWN


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("late"),
        httpx.ProxyError("refused"),
        ProxyRefused(407),
        TlsFailure(TlsWhy.EXPIRED),
    ],
)
def test_what_never_left_is_not_sent(error: Exception) -> None:
    assert created(failing(error)).kind is OutcomeKind.NOT_SENT


def test_no_answer_in_time_is_unknown() -> None:
    async def act(asking: BulkExchange) -> Outcome:
        return await asking.create(case(), ("a",), ROWS)

    async def slow(request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    outcome = on(slow, act, deadline_s=0.05)  # type: ignore[arg-type]
    assert outcome.kind is OutcomeKind.UNKNOWN


def test_a_key_that_no_header_can_carry_is_not_sent() -> None:
    broken = BulkCase(vendor(), rule(), account(), {"key": "abc\ndef"}, "s1")
    outcome = on(answering(201, MADE), lambda asking: asking.create(broken, ("a",), ROWS))
    assert outcome.kind is OutcomeKind.NOT_SENT
    missing = BulkCase(vendor(), rule(), account(), {}, "s1")
    assert on(answering(201, MADE), lambda asking: asking.create(missing, ("a",), ROWS)).kind is OutcomeKind.NOT_SENT


def test_the_key_never_comes_out_in_a_message() -> None:
    for status in (400, 402, 403, 422, 500, 503):
        outcome = created(answering(status, {"error": f"key {KEY} is odd; also {KEY[4:20]}"}))
        assert KEY[6:14] not in outcome.message


@pytest.mark.parametrize(
    "parts", [(), (b"HTTP/1.1 201 Cre",), (b"HTTP/1.1 201 Created\r\nContent-Length: 90\r\n\r\n{",)]
)
@pytest.mark.parametrize("then", ["close", "reset"])
def test_on_a_real_connection_a_cut_off_answer_is_unknown(parts: tuple[bytes, ...], then: str) -> None:
    async def story() -> tuple[Outcome, int]:
        async with loopback(once(*parts, then=then)) as here:
            asking = BulkExchange(open_client(), lambda: NOW, 5.0)
            asked = BulkCase(vendor(), rule(), account(base_url=here.origin), {"key": KEY}, "s1")
            try:
                return await asking.create(asked, ("a",), ROWS), len(here.heads)
            finally:
                await asking.aclose()

    outcome, requests = asyncio.run(story())
    assert (outcome.kind, requests) == (OutcomeKind.UNKNOWN, 1)


def test_on_a_real_connection_a_closed_port_is_not_sent() -> None:
    async def story() -> Outcome:
        async with loopback(once()) as here:
            origin = here.origin
        asking = BulkExchange(open_client(), lambda: NOW, 5.0)
        try:
            return await asking.create(
                BulkCase(vendor(), rule(), account(base_url=origin), {"key": KEY}, "s1"), ("a",), ROWS
            )
        finally:
            await asking.aclose()

    assert asyncio.run(story()).kind is OutcomeKind.NOT_SENT


def test_an_error_of_the_network_library_that_nobody_named_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what is known to have failed before anything left may be sent again."""

    async def lost(*_: object, **__: object) -> None:
        raise aiohttp.ClientConnectionError("lost somewhere")

    monkeypatch.setattr(aiohttp.ClientSession, "request", lost)

    async def story() -> Outcome:
        asking = BulkExchange(open_client(), lambda: NOW, 5.0)
        try:
            return await asking.create(case(), ("a",), ROWS)
        finally:
            await asking.aclose()

    assert asyncio.run(story()).kind is OutcomeKind.UNKNOWN


def test_a_row_is_changed_when_the_vendor_says_so() -> None:
    seen: list[tuple[str, str]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, request.url.raw_path.decode()))
        return httpx.Response(204)

    remove = type(rule().create)("", "https://api.example.com/v1/sites/{place}/words/{id}", "DELETE", accept=(204,))
    assert on(handler, lambda asking: asking.act(case("s/1"), remove, "w 1")) is None
    assert seen == [("DELETE", "/v1/sites/s%2F1/words/w%201")]


def test_a_row_that_the_vendor_does_not_change_is_told_with_its_reason() -> None:
    remove = type(rule().create)("", "https://api.example.com/v1/sites/{place}/words/{id}", "DELETE", accept=(204,))
    trouble = on(answering(404, {}), lambda asking: asking.act(case(), remove, "w1"))
    assert isinstance(trouble, Trouble)
    assert trouble.message == "Example refused it (HTTP 404)."
    trouble = on(answering(402, {}), lambda asking: asking.act(case(), remove, "w1"))
    assert trouble.kind is TroubleKind.EXHAUSTED
