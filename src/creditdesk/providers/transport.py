"""The one HTTP client: httpx on aiohttp's connections, with the system's certificates and proxies.

No redirects, no cookies, no compression, no second tries, no switch that turns certificate checks off. What goes wrong
on the way comes out as one of a few httpx exceptions with a short text of our own, without addresses and headers:

    httpx.ConnectError     no connection: no such name, refused, unreachable
      TlsFailure           a connection, but not a trusted one; `.why` tells why
    httpx.ConnectTimeout   no connection in time
    httpx.ProxyError       the proxy cannot be reached
      ProxyRefused         it refuses; `.status` tells how
      ProxyUnsupported     it is of a kind that is not supported
    httpx.ReadTimeout, ReadError, RemoteProtocolError    connected, and then no answer, half of one, or no HTTP
"""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from enum import StrEnum
from http.cookiejar import CookieJar
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
import truststore
from aiohttp.http_exceptions import HttpProcessingError
from httpx_aiohttp import AiohttpTransport

from creditdesk.providers.hosts import is_loopback
from creditdesk.providers.request import USER_AGENT
from creditdesk.providers.resolver import Resolver

MOST_CONNECTIONS = 100
CONNECT_S = 5.0
READ_S = 10.0
IDLE_S = 4.0
"""How long an unused connection is kept: shorter than servers keep theirs (5 s and more), so none is found closed."""
MOST_HEADERS = 256
MOST_HEADER_BYTES = 32 * 1024


class TlsWhy(StrEnum):
    """Why a server's certificate is not trusted."""

    EXPIRED = "expired"
    UNKNOWN_AUTHORITY = "unknown_authority"
    WRONG_HOST = "wrong_host"
    OTHER = "other"


class TlsFailure(httpx.ConnectError):
    """The server's certificate, or its TLS, cannot be trusted."""

    def __init__(self, why: TlsWhy) -> None:
        super().__init__(f"TLS: {why}")
        self.why = why


class ProxyUnsupported(httpx.ProxyError):
    """The proxy is of a kind that is not supported, such as SOCKS."""


class ProxyRefused(httpx.ProxyError):
    """The proxy answered the wish for a tunnel with this HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the proxy answered {status}")
        self.status = status


class CaFileError(ValueError):
    """The company's file of certificate authorities cannot be read or holds no certificate."""


def open_client(ca_file: str = "") -> httpx.AsyncClient:
    """A client for one event loop; close it with `aclose()`.

    `ca_file` is the path of a PEM file with further certificate authorities ("" for the system's alone). Proxies are
    those of the environment (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY) or the system, as they are now; this
    computer itself is never asked through one. Raises `CaFileError`.
    """
    return _Client(_Routes(_Session(tls_context(ca_file)), getproxies()))


def tls_context(ca_file: str = "") -> ssl.SSLContext:
    """Certificates checked against the system's store, and `ca_file` where given. Raises `CaFileError`."""
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError:  # ssl.SSLError is one
            raise CaFileError("the file of certificate authorities cannot be read as PEM") from None
    return context


class _Client(httpx.AsyncClient):
    """Sends a request as it is, and nothing else: what httpx does about logins, cookies and redirects is half the cost
    of a small request (measured), and none of it is ever wanted here."""

    def __init__(self, routes: "_Routes") -> None:
        super().__init__(
            transport=routes,
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
            cookies=_NoCookies(),
            timeout=httpx.Timeout(READ_S, connect=CONNECT_S, pool=None),
            follow_redirects=False,
            trust_env=False,
        )
        self._routes = routes

    async def send(self, request: httpx.Request, *, stream: bool = False, **_unused: object) -> httpx.Response:
        """Send one request; the hooks for answers are called. Raises the errors in this module's docstring."""
        if self.is_closed:
            raise RuntimeError("the client is closed")
        response = await self._routes.handle_async_request(request)
        try:
            for hook in self.event_hooks["response"]:
                await hook(response)
            if not stream:
                await response.aread()
        except BaseException:
            await response.aclose()
            raise
        return response


class _NoCookies(CookieJar):
    """A jar that takes nothing, so that no account meets another one's cookie."""

    def extract_cookies(self, response: object, request: object) -> None:
        """Nothing is taken."""


class _Session:
    """aiohttp's session, made at the first request because it needs the running loop."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        self._session: aiohttp.ClientSession | None = None

    def __call__(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=MOST_CONNECTIONS,
                    ssl=self.context,
                    resolver=Resolver(),
                    keepalive_timeout=IDLE_S,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                middlewares=(_once,),
                max_headers=MOST_HEADERS,
                max_field_size=MOST_HEADER_BYTES,
                max_line_size=MOST_HEADER_BYTES,
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Send, and name what fails. After a lost connection aiohttp sends a GET again, but not after errors of httpx."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorCertificateError as error:
        raise TlsFailure(why_of(error.certificate_error)) from None
    except aiohttp.ClientConnectorSSLError:
        raise TlsFailure(TlsWhy.OTHER) from None
    except aiohttp.ClientProxyConnectionError:
        raise httpx.ProxyError("the proxy cannot be reached") from None
    except aiohttp.ClientHttpProxyError as error:
        raise ProxyRefused(error.status) from None
    except aiohttp.ConnectionTimeoutError:
        raise httpx.ConnectTimeout("no connection in time") from None
    except aiohttp.ClientConnectorError:
        raise httpx.ConnectError("no connection") from None
    except (aiohttp.ServerTimeoutError, TimeoutError):
        raise httpx.ReadTimeout("no answer in time") from None
    except aiohttp.ClientResponseError:
        raise httpx.RemoteProtocolError("the answer is not HTTP") from None
    except (aiohttp.ClientError, OSError):
        raise httpx.ReadError("the connection was lost") from None


class _Stream(httpx.AsyncByteStream):
    """A body as it comes. httpx-aiohttp names most of what breaks here a ConnectTimeout, which it is not."""

    def __init__(self, inner: httpx.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._inner:
                yield chunk
        except httpx.ReadTimeout:
            raise httpx.ReadTimeout("no further part of the answer in time") from None
        except (httpx.HTTPError, aiohttp.ClientError, HttpProcessingError, OSError):
            raise httpx.ReadError("the answer broke off") from None

    async def aclose(self) -> None:
        # What breaks while a connection is given up tells nothing about the answer.
        with suppress(httpx.HTTPError, aiohttp.ClientError, OSError):
            await self._inner.aclose()


_EXPIRED = frozenset({9, 10, -67818, 0x800B0101})
_WRONG_HOST = frozenset({62, 63, 64, -67602, 0x800B010F})
_UNKNOWN = frozenset({2, 18, 19, 20, 21, -67843, 0x800B0109, 0x800B010A, 0x800B0112})
"""Codes of OpenSSL (x509_vfy.h), macOS (SecBase.h) and Windows (winerror.h), as truststore passes them on."""


def why_of(error: Exception) -> TlsWhy:
    code = getattr(error, "verify_code", 0)
    code = code & 0xFFFFFFFF if isinstance(code, int) and code <= -(2**30) else code
    if code in _EXPIRED:
        return TlsWhy.EXPIRED
    if code in _WRONG_HOST:
        return TlsWhy.WRONG_HOST
    return TlsWhy.UNKNOWN_AUTHORITY if code in _UNKNOWN else TlsWhy.OTHER


class _Routes(httpx.AsyncBaseTransport):
    """Sends each request directly or through the proxy of its scheme. One session stands behind all of them."""

    def __init__(self, session: _Session, proxies: Mapping[str, str]) -> None:
        self._session = session
        self._direct = AiohttpTransport(verify=session.context, client=session)
        self._proxied: dict[str, AiohttpTransport | None] = {}
        for scheme in ("http", "https"):
            proxy = proxies.get(scheme) or proxies.get("all") or ""
            if proxy:
                self._proxied[scheme] = self._through(proxy if "://" in proxy else f"http://{proxy}")

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request. Raises the errors in this module's docstring."""
        transport: AiohttpTransport | None = self._direct
        if self._proxied and request.url.scheme in self._proxied and await self._goes_through(request.url):
            transport = self._proxied[request.url.scheme]
        if transport is None:
            raise ProxyUnsupported("only HTTP proxies are supported")
        response = await transport.handle_async_request(request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Stream(response.stream)
        return response

    async def aclose(self) -> None:
        """Close all connections."""
        await self._session.close()

    def _through(self, proxy: str) -> AiohttpTransport | None:
        """The transport of a proxy's URL, None for a kind of proxy that is not supported (SOCKS)."""
        parts = urlsplit(proxy)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
        headers = {}
        if parts.username:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            headers["Proxy-Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"
        address = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        return AiohttpTransport(
            verify=self._session.context, client=self._session, proxy=httpx.Proxy(address, headers=headers)
        )

    async def _goes_through(self, url: httpx.URL) -> bool:
        if is_loopback(url.host):
            return False
        host = f"{url.host}:{url.port}" if url.port else url.host
        # On Windows the system's own list of exceptions may look names up.
        return not await asyncio.to_thread(proxy_bypass, host)
