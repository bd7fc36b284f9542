"""Passes somebody else's request on, byte for byte, and its answer back piece by piece: what the gateway sends with.

Nothing is added to the request, decoded, followed or sent twice. What goes wrong comes out as the errors of `wire`.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

import aiohttp
import httpx
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from creditdesk.providers.transport import Routes, open_routes

Headers = Sequence[tuple[bytes, bytes]]

MOST_CONNECTIONS = 1_000
LOOK_S = 0.5
"""How often it is looked whether the connections of answers that are on their way are still there."""
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
"""Errors after which nothing of the request has reached the vendor."""
_AS_GIVEN = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


@dataclass(frozen=True, slots=True, repr=False)
class Outgoing:
    """A request to pass on. `target` is path and query as they go out; `body` is whole, or comes piece by piece.

    `public`: it goes to no address of this computer or a private network.
    """

    method: str
    origin: str
    target: bytes
    headers: Headers
    body: bytes | AsyncIterator[bytes] | None
    public: bool = False

    def __repr__(self) -> str:
        return f"Outgoing({self.method} {self.origin})"  # all else may hold a key


class Passed:
    """The head of an answer, and its body as it comes. `headers` are as they were sent, in their order."""

    def __init__(self, response: aiohttp.ClientResponse, over: Callable[["Passed"], None]) -> None:
        self._response = response
        self._over = over
        self.status = response.status
        self.headers: Headers = response.raw_headers

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The body, each part as soon as it is there. Raises httpx.ReadTimeout, httpx.ReadError where it breaks off."""
        content = self._response.content
        try:
            while piece := await content.readany():
                yield piece
        except aiohttp.ServerTimeoutError:
            raise httpx.ReadTimeout("no further part of the answer in time") from None
        except (aiohttp.ClientError, HttpProcessingError, OSError):
            raise httpx.ReadError("the answer broke off") from None

    def close(self) -> None:
        """Give the connection up, unless the answer came whole; may be called twice."""
        self._over(self)
        with suppress(aiohttp.ClientError, OSError):
            self._response.close()

    def end_if_lost(self) -> None:
        """End the body where its connection is gone: aiohttp (3.14) waits for ever after a chunk that is none."""
        content, connection = self._response.content, self._response.connection
        lost = connection is not None and (connection.transport is None or connection.transport.is_closing())
        if lost and not content.is_eof() and content.exception() is None:
            content.set_exception(aiohttp.ClientPayloadError("the answer broke off"))


class Passing:
    """The ways out to all vendors, for one event loop. `limits`: seconds to connect, and without a part of the answer.

    Raises `transport.CaFileError` where the company's file of authorities cannot be read.
    """

    def __init__(self, ca_file: str = "", limits: tuple[float, float] = (10.0, 600.0)) -> None:
        self._routes: Routes = open_routes(ca_file, MOST_CONNECTIONS)
        self._limits = limits
        self._open: set[Passed] = set()
        self._looking: asyncio.TimerHandle | None = None

    async def send(self, outgoing: Outgoing) -> Passed:
        """Send it once. Raises the errors in the docstring of `wire`, and `transport.ProxyUnsupported`."""
        wire = await self._routes.wire(_origin(outgoing.origin), outgoing.public)
        address = URL(outgoing.origin + outgoing.target.decode("latin-1"), encoded=True)
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in outgoing.headers]
        response = await wire.open(
            outgoing.method,
            address,
            self._limits,
            headers=headers,
            data=outgoing.body,
            skip_auto_headers=_AS_GIVEN,
        )
        passed = Passed(response, self._open.discard)
        self._open.add(passed)
        if self._looking is None:
            self._look_later()
        return passed

    async def aclose(self) -> None:
        """Close all connections."""
        if self._looking is not None:
            self._looking.cancel()
        await self._routes.aclose()

    def _look_later(self) -> None:
        self._looking = asyncio.get_running_loop().call_later(LOOK_S, self._look)

    def _look(self) -> None:
        for passed in self._open:
            passed.end_if_lost()
        self._looking = None
        if self._open:
            self._look_later()


@lru_cache(maxsize=256)
def _origin(origin: str) -> httpx.URL:
    return httpx.URL(origin)
