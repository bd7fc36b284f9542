"""aiohttp's connections behind httpx's interface: one request out, one answer back, and nothing done twice.

What goes wrong comes out as one of a few httpx exceptions with a short text of our own, without addresses and headers:

    httpx.ConnectError     no connection: no such name, refused, unreachable
      NotPublicHost        the name leads to this computer or a private network, and must not
      TlsFailure           a connection, but not a trusted one; `.why` tells why
    httpx.ConnectTimeout   no connection in time
    httpx.ProxyError       the proxy cannot be reached
      ProxyRefused         it refuses; `.status` tells how
    httpx.ReadTimeout, ReadError, RemoteProtocolError    connected, and then no answer, half of one, or no HTTP
    httpx.UnsupportedProtocol    no address that can be asked
"""

import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from enum import StrEnum
from functools import lru_cache
from typing import Any

import aiohttp
import httpx
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import StrOrURL

from creditdesk.providers.resolver import NotPublic, Resolver

MOST_CONNECTIONS = 100
IDLE_S = 4.0
"""How long an unused connection is kept: shorter than servers keep theirs (5 s and more), so none is found closed."""
MOST_HEADERS = 256
MOST_HEADER_BYTES = 32 * 1024
PIECE_BYTES = 16 * 1024
MOST_PARSED = 1024


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


class NotPublicHost(httpx.ConnectError):
    """The name leads to this computer or a private network, for a definition that was approved for a public host."""


class ProxyRefused(httpx.ProxyError):
    """The proxy answered the wish for a tunnel with this HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the proxy answered {status}")
        self.status = status


_EXPIRED = frozenset({9, 10, -67818, 0x800B0101})
_WRONG_HOST = frozenset({62, 63, 64, -67602, 0x800B010F})
_UNKNOWN = frozenset({2, 18, 19, 20, 21, -67843, 0x800B0109, 0x800B010A, 0x800B0112})
"""Codes of OpenSSL (x509_vfy.h), macOS (SecBase.h) and Windows (winerror.h), as truststore passes them on."""


def why_of(error: Exception) -> TlsWhy:
    """Why a certificate was refused, by the code that the system's check left in its error."""
    code = getattr(error, "verify_code", 0)
    code = code & 0xFFFFFFFF if isinstance(code, int) and code <= -(2**30) else code
    if code in _EXPIRED:
        return TlsWhy.EXPIRED
    if code in _WRONG_HOST:
        return TlsWhy.WRONG_HOST
    return TlsWhy.UNKNOWN_AUTHORITY if code in _UNKNOWN else TlsWhy.OTHER


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
    except aiohttp.ClientConnectorError as error:
        if isinstance(error.os_error, NotPublic):
            raise NotPublicHost("the name leads to a private network") from None
        raise httpx.ConnectError("no connection") from None
    except (aiohttp.ServerTimeoutError, TimeoutError):
        raise httpx.ReadTimeout("no answer in time") from None
    except aiohttp.ClientResponseError:
        raise httpx.RemoteProtocolError("the answer is not HTTP") from None
    except (aiohttp.ClientError, OSError):
        raise httpx.ReadError("the connection was lost") from None


class Session:
    """aiohttp's session, made at the first request because it needs the running loop.

    With `public` it connects to no address of this computer or a private network.
    """

    def __init__(self, context: ssl.SSLContext, most: int = MOST_CONNECTIONS, public: bool = False) -> None:
        self._context = context
        self._public = public
        self._most = most  # connections
        self._session: aiohttp.ClientSession | None = None

    def __call__(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._most,
                    ssl=self._context,
                    resolver=Resolver(public=self._public),
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
        """Close all connections."""
        if self._session is not None:
            await self._session.close()


class Wire(httpx.AsyncBaseTransport):
    """Sends requests through a session, directly or through an HTTP proxy. Closing the session is its owner's."""

    def __init__(
        self,
        session: Callable[[], aiohttp.ClientSession],
        proxy: str | None = None,
        proxy_headers: Mapping[str, str] | None = None,
    ) -> None:
        self._session = session
        self._proxy = proxy
        self._proxy_headers = proxy_headers
        self._parsed: dict[str, StrOrURL] = {}  # addresses without a secret, as aiohttp wants them

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request. Raises the errors in this module's docstring.

        Of its extensions `timeout` holds the limits; `fixed` says that no secret stands in the address.
        """
        headers = {name.decode("latin-1").lower(): text.decode("latin-1") for name, text in request.headers.raw}
        limits = request.extensions["timeout"]
        address = str(request.url)
        response = await self.open(
            request.method,
            self._parsed.get(address, address),
            (limits["connect"], limits["read"]),
            headers=headers,
            data=await request.aread() or None,
        )
        if request.extensions.get("fixed") and len(self._parsed) < MOST_PARSED:
            self._parsed[address] = response.url
        return httpx.Response(response.status, headers=response.raw_headers, stream=_Body(response), request=request)

    async def open(
        self, method: str, address: StrOrURL, limits: tuple[float | None, float | None], **more: Any
    ) -> aiohttp.ClientResponse:
        """Send what aiohttp's `request` takes, with these seconds for connecting and for each part of the answer."""
        try:
            return await self._session().request(
                method,
                address,
                allow_redirects=False,
                timeout=_limits(*limits),
                proxy=self._proxy,
                proxy_headers=self._proxy_headers,
                **more,
            )
        except aiohttp.ClientError:  # `_once` did not meet it: nothing was sent
            raise httpx.UnsupportedProtocol("not an address that can be asked") from None


@lru_cache(maxsize=16)
def _limits(connect_s: float | None, read_s: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(sock_connect=connect_s, sock_read=read_s)


class _Body(httpx.AsyncByteStream):
    """A body as it comes."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        content = self._response.content
        try:
            while piece := await content.read(PIECE_BYTES):
                yield piece
        except aiohttp.ServerTimeoutError:
            raise httpx.ReadTimeout("no further part of the answer in time") from None
        except (aiohttp.ClientError, HttpProcessingError, OSError):
            raise httpx.ReadError("the answer broke off") from None

    async def aclose(self) -> None:
        # What breaks while a connection is given up tells nothing about the answer.
        with suppress(aiohttp.ClientError, OSError):
            await self._response.__aexit__(None, None, None)
