"""Promise D1: a redirect is an error that names both origins, and no byte of a key reaches the second one."""

import asyncio
import random
import string

import httpx
import pytest
from tests.providers.asking import KEY, account, asked_of, bad, clock, loopback, replies, reply, request_rule, vendor

from creditdesk.core.definition import Auth, AuthKind
from creditdesk.core.pools import Snapshot, Trouble, TroubleKind
from creditdesk.providers.exchange import Exchange
from creditdesk.providers.transport import open_client

_STATUSES = (300, 301, 302, 303, 304, 305, 307, 308, 399)
_HOSTS = (
    "evil.example",
    "api.example.com",
    "api.example.com.evil.example",
    "bücher.example",
    "例え.テスト",
    "127.0.0.1",
    "[::1]",
    "xn--bcher-kva.example",
    "a" * 300,
    "api.example.com:99999",
    "[::",
    KEY[8:].lower() + ".evil.example",
    "",
)
_WAYS = (
    Auth(AuthKind.HEADER, name="Authorization", value="{key}"),
    Auth(AuthKind.HEADER, name="x-api-key", value="{key}"),
    Auth(AuthKind.BEARER, value="{key}"),
    Auth(AuthKind.QUERY, name="api_key", value="{key}"),
    Auth(AuthKind.BASIC, user="{key}", password="x"),
)


def a_location(chance: random.Random) -> str:
    """Some address to be sent to: other schemes, ports and hosts, user names, letters of any script, noise."""
    host = chance.choice(_HOSTS)
    port = chance.choice(("", "", f":{chance.randrange(70_000)}", ":x", ":"))
    user = chance.choice(("", "", "user@", "user:pass@", f"{KEY}@", "api.example.com@"))
    scheme = chance.choice(("https://", "http://", "//", "ftp://", "javascript:", "HTTPS://", "https:/", "", "\\\\"))
    noise = "".join(chance.choice(string.printable + "é€\u202e") for _ in range(chance.randrange(12)))
    return chance.choice(
        (f"{scheme}{user}{host}{port}/{noise}", noise, "", f"/{KEY}", "?api_key=" + KEY, f"{scheme}{host}{noise}")
    )


@pytest.mark.promise("D1", "1,000 redirects")
def test_a_thousand_redirects_are_not_followed() -> None:
    chance = random.Random(20261121)
    asked: list[httpx.Request] = []

    async def run() -> list[tuple[str, Snapshot | Trouble]]:
        results = []
        for number in range(1_000):
            location = a_location(chance)
            status = chance.choice(_STATUSES)

            def handler(request: httpx.Request, status: int = status, location: str = location) -> httpx.Response:
                asked.append(request)
                raw = location.encode("utf-8", "replace").replace(b"\r", b"").replace(b"\n", b"")
                return httpx.Response(
                    status, headers=[(b"Location", raw), (b"Set-Cookie", b"a=b")], content=KEY.encode()
                )

            rule = request_rule(auth=(_WAYS[number % len(_WAYS)],))
            results.append((location, await asked_of(handler, vendor(requests=(rule,)))))
        return results

    results = asyncio.run(run())
    assert len(asked) == 1_000
    assert {request.url.host for request in asked} == {"api.example.com"}
    for location, result in results:
        trouble = bad(result)
        assert trouble.kind is TroubleKind.BAD_ANSWER, location
        assert trouble.message.startswith("https://api.example.com redirected to "), location
        assert KEY.lower() not in trouble.message.lower(), location
        assert "user" not in trouble.message and "?" not in trouble.message, location
        assert trouble.message.isprintable(), location


@pytest.mark.parametrize(
    ("location", "named"),
    [
        ("https://elsewhere.example/a?b=c#d", "https://elsewhere.example"),
        ("http://elsewhere.example:8080/", "http://elsewhere.example:8080"),
        ("https://ann:secret@elsewhere.example/", "https://elsewhere.example"),
        ("/v2/usage", "https://api.example.com"),
        ("https://bücher.example/", "https://xn--bcher-kva.example"),
        ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443"),
        ("mailto:ann@example.com", "an address that cannot be read"),
        ("https://[nonsense", "an address that cannot be read"),
        (f"https://{KEY[8:]}.evil.example/", "another address"),
        (f"https://x-{KEY[8:18]}.evil.example/", "another address"),
        ("", "nowhere"),
    ],
)
def test_both_origins_are_named_and_nothing_else(location: str, named: str) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers=[(b"Location", location.encode("utf-8"))])

    trouble = bad(asyncio.run(asked_of(handler)))
    assert trouble.message == (
        f"https://api.example.com redirected to {named}; "
        "redirects are not followed, so the key stays with https://api.example.com."
    )


def test_no_connection_is_made_to_the_new_address() -> None:
    async def run() -> tuple[list[Snapshot | Trouble], int, int]:
        async with loopback(replies(reply())) as second:
            statuses = (b"301 Moved", b"302 Found", b"303 See Other", b"307 Temporary", b"308 Permanent")
            answers = [
                reply(b"", status.decode(), b"Location: " + second.origin.encode() + b"/v1/usage\r\n")
                for status in statuses
            ]
            async with loopback(replies(*answers)) as first, open_client() as client:
                exchange = Exchange(client)
                results = [
                    await exchange.ask(vendor(), account(base_url=first.origin), {"key": KEY}, clock) for _ in statuses
                ]
                return results, len(first.heads), len(second.heads) + second.most_open

    results, at_first, at_second = asyncio.run(run())
    assert {bad(each).kind for each in results} == {TroubleKind.BAD_ANSWER}
    assert (at_first, at_second) == (5, 0)
