"""Definitions from strangers, attacked: where their hosts lead, how addresses are spelt, what mutated answers say."""

import asyncio
import random
import socket
from dataclasses import replace

import pytest
from tests.desk.test_trusting import SIMPLE
from tests.providers.asking import NOW, Loopback, Serve, answered, bad, loopback, replies, reply
from tests.providers.test_answers_mutated import MUTATIONS
from tests.providers.test_transport_proxy import _VARIABLES

from creditdesk.core.definition import Definition, Own
from creditdesk.core.pools import Account, Snapshot, Trouble, TroubleKind
from creditdesk.providers.answers import Answer, read_answer
from creditdesk.providers.binding import binding, owned
from creditdesk.providers.definitions import DefinitionError, load
from creditdesk.providers.fetching import fetch, stop_at_redirects
from creditdesk.providers.hosts import is_local, is_public
from creditdesk.providers.request import RequestRefused, build
from creditdesk.providers.resolver import Found, NotPublic, Resolver
from creditdesk.providers.transport import open_client

SPELLINGS = (
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0xA9FEA9FE",
    "0251.0376.0251.0376",
    "0xa9.0xfe.0xa9.0xfe",
    "169.254.43518",
    "169.16689662",
    "025177524776",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[::a9fe:a9fe]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::1]",
    "[fd00:ec2::254]",
    "[fe80::1%25eth0]",
    "169.254.169.254.",
    "metadata.google.internal",
    "METADATA.google.internal.",
    "user@169.254.169.254",
    "169.254.169.254:443",
    "\uff11\uff16\uff19.254.169.254",
    "169\u3002254\u3002169\u3002254",
)
ACCOUNT = Account("a1", "Mine", "mine")


def approved(text: str, host: str = "") -> Definition:
    found = load(text, "x.toml")
    return replace(found, own=Own(binding(found).digest, approved=True, host=host))


@pytest.mark.promise("E5", f"{len(SPELLINGS)} spellings of a metadata address")
@pytest.mark.parametrize("host", SPELLINGS)
def test_a_metadata_address_is_refused_in_every_spelling_as_url_and_as_region(host: str) -> None:
    region = 'hosts = { param = "region", eu = "HOST" }\n'
    params = 'params = [{ name = "region", label = "Region", choices = ["eu"] }]\n\n[[request]]\n'
    with pytest.raises(DefinitionError):
        load(SIMPLE.replace("api.vendor.example", host), "x.toml")
    with pytest.raises(DefinitionError):
        load(SIMPLE.replace("[[request]]\n", params + region.replace("HOST", host)), "x.toml")
    found = approved(SIMPLE)
    rule = replace(found.requests[0], url=f"https://{host}/v1/balance")  # past the check of the file
    with pytest.raises(RequestRefused):
        build(found, rule, ACCOUNT, {"key": "sk-1"}, {})


@pytest.mark.parametrize(
    "url",
    [
        *("http://api.vendor.example", "http://10.0.0.1", "http://nas.local", "ftp://api.vendor.example"),
        *("https://10.0.0.1", "https://0x7f.1", "https://[fd00::1]", "https://user:pw@api.vendor.example"),
        *("https://{key}.vendor.example", "https://api.vendor.example/#", "https://api.vendor.example:0", "https://"),
        *("https://api.vendor.example\\@evil.example", "https://api.vendor.example%2f@evil.example", "//evil.example"),
    ],
)
def test_an_address_that_is_not_https_and_a_literal_name_is_refused(url: str) -> None:
    with pytest.raises(DefinitionError):
        load(SIMPLE.replace("https://api.vendor.example", url), "x.toml")


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST", "127.0.0.1", "[::1]", "::1", "nas", "nas.local", "nas.LOCAL.", "a.b.localhost"),
        *("10.1.2.3", "192.168.0.1", "172.16.0.9", "100.64.0.1", "0.0.0.0", "169.254.1.1", "fd00::1", "2130706433"),
        *("intra.corp", "router.home.arpa", "db.internal", "box.lan", "::ffff:10.0.0.1", "64:ff9b::a00:1"),
    ],
)
def test_a_host_of_this_computer_or_its_network_is_known_as_such(host: str) -> None:
    assert is_local(host)


@pytest.mark.parametrize(
    "host", ["api.vendor.example", "local.example", "8.8.8.8", "2606:4700::1111", "a.corp.example"]
)
def test_other_hosts_are_public(host: str) -> None:
    assert not is_local(host)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_a_public_address_is_one_through_nat64_too(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "::1", "10.0.0.1", "fd12::1", "fe80::1%eth0", "224.0.0.1", "ff02::1", "0.0.0.0", "", "name"],
)
def test_no_other_address_is(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("host", ["localhost", "nas.local", "nas"])
def test_a_request_to_a_local_host_is_not_built_unless_that_host_was_typed(host: str) -> None:
    text = SIMPLE.replace("https://api.vendor.example", f"https://{host}")
    for typed in ("", "other.local"):
        with pytest.raises(RequestRefused) as refused:
            build(approved(text, typed), load(text, "x").requests[0], ACCOUNT, {"key": "sk-1"}, {})
        assert refused.value.kind is TroubleKind.NOT_APPROVED
    assert not build(approved(text, host), load(text, "x").requests[0], ACCOUNT, {"key": "sk-1"}, {}).public


def test_a_definition_of_ones_own_is_never_built_before_its_approval_and_then_to_public_addresses() -> None:
    found = owned(load(SIMPLE, "x.toml"))
    with pytest.raises(RequestRefused):
        build(found, found.requests[0], ACCOUNT, {"key": "sk-1"}, {})
    served = ACCOUNT.changed(base_url="http://127.0.0.1:8080")  # the user's own word, as for any vendor
    with pytest.raises(RequestRefused):
        build(found, found.requests[0], served, {"key": "sk-1"}, {})
    assert build(approved(SIMPLE), found.requests[0], ACCOUNT, {"key": "sk-1"}, {}).public
    assert not build(approved(SIMPLE), found.requests[0], served, {"key": "sk-1"}, {}).public


# ---- what a name leads to when it is connected to


def leading(*addresses: str) -> Resolver:
    """A resolver whose look-up gives another of these at every call."""
    rest = list(addresses)

    def look_up(host: str, port: int, family: int) -> Found:
        return [(socket.AF_INET, 6, rest.pop(0) if len(rest) > 1 else rest[0])]

    return Resolver(look_up, public=True)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "::1", "fd00::1"])
def test_a_public_name_that_leads_to_a_private_address_is_refused(address: str) -> None:
    with pytest.raises(NotPublic):
        asyncio.run(leading(address).resolve("api.vendor.example", 443))


@pytest.mark.promise("E5", "a name that changes its meaning between two look-ups")
def test_a_name_that_changes_its_meaning_is_checked_at_every_connection() -> None:
    resolver = leading("203.0.114.9", "127.0.0.1")
    assert [each["host"] for each in asyncio.run(resolver.resolve("api.vendor.example", 443))] == ["203.0.114.9"]
    with pytest.raises(NotPublic):
        asyncio.run(resolver.resolve("api.vendor.example", 443))


def test_of_public_and_private_addresses_only_the_public_are_connected_to() -> None:
    def mixed(host: str, port: int, family: int) -> Found:
        return [(socket.AF_INET, 6, each) for each in ("10.0.0.1", "203.0.114.9", "127.0.0.1")]

    found = asyncio.run(Resolver(mixed, public=True).resolve("api.vendor.example", 443))
    assert [each["host"] for each in found] == ["203.0.114.9"]


def fetched(public: bool) -> tuple[Answer | Trouble, int]:
    """What comes of asking a server on this computer by a name, and how many requests it had."""

    async def story() -> tuple[Answer | Trouble, int]:
        async with loopback(replies(reply(b'{"left": 1}'))) as here:
            found = approved(SIMPLE.replace("https://api.vendor.example", f"http://localhost:{here.port}"), "localhost")
            prepared = build(found, found.requests[0], ACCOUNT, {"key": "sk-1"}, {})
            client = open_client()
            stop_at_redirects(client)
            try:
                return await fetch(client, replace(prepared, public=public), ("sk-1",)), len(here.heads)
            finally:
                await client.aclose()

    return asyncio.run(story())


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.usefixtures("no_proxies")
def test_no_byte_is_sent_where_a_public_name_leads_to_this_computer() -> None:
    answer, requests = fetched(public=True)
    assert isinstance(answer, Trouble)
    assert answer.kind is TroubleKind.NO_NETWORK
    assert "leads to this computer or a private network" in answer.message
    assert requests == 0
    answer, requests = fetched(public=False)
    assert isinstance(answer, Answer)
    assert requests == 1


@pytest.mark.usefixtures("no_proxies")
def test_a_proxy_on_ones_own_network_is_still_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(here: Loopback) -> Serve:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await here.read(reader)
            writer.write(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()

        return serve

    async def story() -> tuple[Answer | Trouble, list[bytes]]:
        async with loopback(refusing) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://localhost:{proxy.port}")
            found = approved(SIMPLE)
            client = open_client()
            stop_at_redirects(client)
            try:
                prepared = build(found, found.requests[0], ACCOUNT, {"key": "sk-1"}, {})
                return await fetch(client, prepared, ("sk-1",)), proxy.heads
            finally:
                await client.aclose()

    answer, heads = asyncio.run(story())
    assert "the proxy refused with status 403" in bad(answer).message  # type: ignore[arg-type]  # a trouble, as it says
    assert heads[0].startswith(b"CONNECT api.vendor.example:443")


# ---- answers

CASES = 10_000


@pytest.mark.promise("D4", f"{CASES:,} changed answers to a definition of one's own")
def test_changed_answers_to_a_definition_of_ones_own_mean_what_they_mean_to_any() -> None:
    chance, own = random.Random(4), approved(SIMPLE)
    shown = 0
    for number in range(CASES):
        body = MUTATIONS[number % len(MUTATIONS)](chance)
        outcome, other = read_answer(own, {"balance": Answer(200, {}, body, "host")}, {}, NOW), answered(body)
        if isinstance(other, Snapshot):
            assert isinstance(outcome, Snapshot), body
            assert outcome.pools[0].left == other.pools[0].left, body
            shown += 1
        else:
            assert isinstance(outcome, Trouble), body
            assert outcome.kind is other.kind, body
    assert CASES // 20 < shown < CASES
