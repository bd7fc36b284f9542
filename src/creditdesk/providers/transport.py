"""The one HTTP client: httpx on aiohttp's connections, with the system's certificates and proxies.

No redirects, no cookies, no compression, no second tries, no switch that turns certificate checks off. What goes wrong
on the way comes out as one of the exceptions in `wire`, or as `ProxyUnsupported`.
"""

import asyncio
import base64
import ssl
from collections.abc import Mapping
from http.cookiejar import CookieJar
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx
import truststore

from creditdesk.providers.hosts import is_loopback
from creditdesk.providers.request import USER_AGENT
from creditdesk.providers.wire import MOST_CONNECTIONS, Session, Wire

CONNECT_S = 5.0
READ_S = 10.0


class ProxyUnsupported(httpx.ProxyError):
    """The proxy is of a kind that is not supported, such as SOCKS."""


class CaFileError(ValueError):
    """The company's file of certificate authorities cannot be read or holds no certificate."""


def open_client(ca_file: str = "") -> httpx.AsyncClient:
    """A client for one event loop; close it with `aclose()`.

    `ca_file` is the path of a PEM file with further certificate authorities ("" for the system's alone). Proxies are
    those of the environment (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY) or the system, as they are now; this
    computer itself is never asked through one. Raises `CaFileError`.
    """
    return _Client(open_routes(ca_file))


def open_routes(ca_file: str = "", most: int = MOST_CONNECTIONS) -> "Routes":
    """The ways out for one event loop, at most so many connections; close them with `aclose()`. As `open_client`."""
    context = tls_context(ca_file)
    return Routes(Session(context, most), getproxies(), Session(context, most, public=True))


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

    def __init__(self, routes: "Routes") -> None:
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
        """Send one request; the hooks for answers are called. Raises as the transport does."""
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


class Routes(httpx.AsyncBaseTransport):
    """Sends each request directly or through the proxy of its scheme, which then looks the name up.

    What is to reach public addresses only (the extension `public`) has connections of its own.
    """

    def __init__(self, session: Session, proxies: Mapping[str, str], public: Session) -> None:
        self._session, self._public = session, public
        self._direct, self._direct_public = Wire(session), Wire(public)
        self._proxied: dict[str, Wire | None] = {}
        for scheme in ("http", "https"):
            proxy = proxies.get(scheme) or proxies.get("all") or ""
            if proxy:
                self._proxied[scheme] = self._through(proxy if "://" in proxy else f"http://{proxy}")

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request. Raises the errors in the docstring of `wire`, and `ProxyUnsupported`."""
        wire = await self.wire(request.url, bool(request.extensions.get("public")))
        return await wire.handle_async_request(request)

    async def wire(self, url: httpx.URL, public: bool = False) -> Wire:
        """The way to this address; `public`: to no address of this computer or a private network.

        Raises `ProxyUnsupported`.
        """
        wire: Wire | None = self._direct_public if public else self._direct
        if self._proxied and url.scheme in self._proxied and await self._goes_through(url):
            wire = self._proxied[url.scheme]
        if wire is None:
            raise ProxyUnsupported("only HTTP proxies are supported")
        return wire

    async def aclose(self) -> None:
        """Close all connections."""
        await self._session.close()
        await self._public.close()

    def _through(self, proxy: str) -> Wire | None:
        """The transport of a proxy's URL, None for a kind of proxy that is not supported (SOCKS)."""
        parts = urlsplit(proxy)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
        headers = {}
        if parts.username:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            headers["Proxy-Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"
        return Wire(self._session, f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", headers)

    async def _goes_through(self, url: httpx.URL) -> bool:
        if is_loopback(url.host):
            return False
        host = f"{url.host}:{url.port}" if url.port else url.host
        # On Windows the system's own list of exceptions may look names up.
        return not await asyncio.to_thread(proxy_bypass, host)
