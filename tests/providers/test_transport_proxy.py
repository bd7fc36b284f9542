"""Proxies of the environment: used for what they are set for, never for this computer; the key stays in the tunnel."""

import asyncio
import base64
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from tests.providers.asking import KEY, Loopback, Serve, account, bad, clock, good, loopback, replies, reply, vendor

from creditdesk.core.pools import Snapshot, Trouble, TroubleKind
from creditdesk.providers.exchange import Exchange
from creditdesk.providers.transport import open_client

_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUEST_METHOD")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def tunnelling(to_port: int) -> Callable[[Loopback], Serve]:
    """A proxy that answers CONNECT and passes bytes on to a port of this computer, whatever host was asked for."""

    def serving(here: Loopback) -> Serve:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await here.read(reader)
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", to_port)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await asyncio.gather(_pass_on(reader, far_writer), _pass_on(far_reader, writer))

        return serve

    return serving


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


def refusing(status: bytes) -> Callable[[Loopback], Serve]:
    def serving(here: Loopback) -> Serve:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await here.read(reader)
            writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()

        return serve

    return serving


async def asked_through(
    serve: Callable[[Loopback], Serve], set_proxy: Callable[[str], None], ca_file: str = ""
) -> tuple[Snapshot | Trouble, list[bytes]]:
    async with loopback(serve) as proxy:
        set_proxy(proxy.origin)
        async with open_client(ca_file) as client:
            return await Exchange(client, 5).ask(vendor(), account(), {"key": KEY}, clock), proxy.heads


@pytest.fixture
def https_vendor(tmp_path: Path) -> tuple[ssl.SSLContext, str]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("api.example.com").configure_cert(context)
    file = tmp_path / "company.pem"
    authority.cert_pem.write_to_path(str(file))
    return context, str(file)


def test_a_vendor_is_asked_through_the_proxy_in_a_tunnel_that_hides_the_key(
    monkeypatch: pytest.MonkeyPatch, https_vendor: tuple[ssl.SSLContext, str]
) -> None:
    context, ca_file = https_vendor

    async def run() -> tuple[Snapshot | Trouble, list[bytes], list[bytes]]:
        async with loopback(replies(reply()), ssl=context) as far:
            set_proxy = lambda origin: monkeypatch.setenv("HTTPS_PROXY", origin.replace("//", "//ann:p%40ss@"))  # noqa: E731
            result, heads = await asked_through(tunnelling(far.port), set_proxy, ca_file)
            return result, heads, far.heads

    result, at_proxy, at_vendor = asyncio.run(run())
    assert good(result).pools[0].left == 58
    assert at_proxy[0].startswith(b"CONNECT api.example.com:443 HTTP/1.1\r\n")
    assert base64.b64encode(b"ann:p@ss") in at_proxy[0]
    assert KEY.encode() not in b"".join(at_proxy)
    assert KEY.encode() in at_vendor[0]
    assert b"proxy-authorization" not in at_vendor[0].lower()


@pytest.mark.parametrize(
    ("status", "words"),
    [(b"407 Proxy Authentication Required", "wants a user name and password"), (b"403 Forbidden", "status 403")],
)
def test_a_proxy_that_refuses_is_no_network(monkeypatch: pytest.MonkeyPatch, status: bytes, words: str) -> None:
    result, heads = asyncio.run(asked_through(refusing(status), lambda origin: monkeypatch.setenv("ALL_PROXY", origin)))
    assert bad(result).kind is TroubleKind.NO_NETWORK
    assert words in bad(result).message
    assert KEY.encode() not in b"".join(heads)


def test_a_proxy_that_is_not_there_is_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> Snapshot | Trouble:
        async with loopback(refusing(b"403 Forbidden")) as proxy:
            origin = proxy.origin
        monkeypatch.setenv("HTTPS_PROXY", origin)
        async with open_client() as client:
            return await Exchange(client, 5).ask(vendor(), account(), {"key": KEY}, clock)

    trouble = bad(asyncio.run(run()))
    assert trouble == Trouble(
        TroubleKind.NO_NETWORK, "api.example.com could not be reached: the proxy does not answer."
    )


def test_a_socks_proxy_is_told_and_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    set_proxy = lambda origin: monkeypatch.setenv("ALL_PROXY", origin.replace("http", "socks5"))  # noqa: E731
    result, heads = asyncio.run(asked_through(refusing(b"403 Forbidden"), set_proxy))
    assert bad(result).kind is TroubleKind.NO_NETWORK
    assert "not an HTTP proxy" in bad(result).message
    assert heads == []


def test_no_proxy_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "other.example,.invalid")

    async def run() -> tuple[Snapshot | Trouble, list[bytes]]:
        async with loopback(refusing(b"403 Forbidden")) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.origin)
            rule = vendor().requests[0]
            definition = vendor(requests=(type(rule)(id="usage", url="https://api.example.invalid/", auth=rule.auth),))
            async with open_client() as client:
                return await Exchange(client, 5).ask(definition, account(), {"key": KEY}, clock), proxy.heads

    result, heads = asyncio.run(run())
    assert bad(result).message.startswith("No connection to api.example.invalid could be made")
    assert heads == []


def test_this_computer_is_never_asked_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> tuple[Snapshot | Trouble, list[bytes]]:
        async with loopback(refusing(b"403 Forbidden")) as proxy, loopback(replies(reply())) as here:
            for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
                monkeypatch.setenv(name.lower(), proxy.origin)
            async with open_client() as client:
                ask = Exchange(client, 5).ask(vendor(), account(base_url=here.origin), {"key": KEY}, clock)
                return await ask, proxy.heads

    result, heads = asyncio.run(run())
    assert good(result).pools[0].left == 58
    assert heads == []
