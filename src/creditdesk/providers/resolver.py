"""Names to addresses, on threads that never hold up the end of the program.

The system's look-up cannot be interrupted and takes many seconds without a network. asyncio runs it on a pool whose
threads are waited for at the end; here each look-up has a daemon thread of its own, which a cancelled request leaves
behind.
"""

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from aiohttp.abc import AbstractResolver, ResolveResult

from creditdesk.providers.hosts import is_forbidden, is_public

LOOK_UP_S = 5.0

Found = list[tuple[int, int, str]]
"""Addresses of a host, each as (family, protocol, address)."""

_NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV


def addresses(host: str, port: int, family: int) -> Found:
    """The system's own look-up, which may block for long. OSError, or UnicodeError for a name that IDNA refuses."""
    # Windows without a network card in use knows no address for localhost under AI_ADDRCONFIG.
    flags = 0 if host.rstrip(".").lower() == "localhost" else socket.AI_ADDRCONFIG
    found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, 0, flags)
    return [(kind, proto, str(address[0])) for kind, _, proto, _, address in found]


class NotPublic(OSError):
    """The name leads to this computer or its own network only, and was not to."""


class Resolver(AbstractResolver):
    """Looks names up; refuses what leads to a link-local or metadata address.

    With `public` also what leads to this computer or a private network: the addresses that are given are those that
    are connected to, so that a name cannot change its meaning in between.
    """

    def __init__(
        self,
        look_up: Callable[[str, int, int], Found] = addresses,
        limit_s: float = LOOK_UP_S,
        public: bool = False,
    ) -> None:
        self._look_up = look_up
        self._limit_s = limit_s
        self._public = public

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a host. OSError when there are none in time, or none that may be asked (NotPublic)."""
        try:
            async with asyncio.timeout(self._limit_s):
                answer = await self._on_a_thread(host, port, family)
        except TimeoutError:
            raise OSError(None, "the name is not found in time") from None
        found = [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=proto, flags=_NUMERIC)
            for kind, proto, address in answer
            if not is_forbidden(address) and (not self._public or is_public(address))
        ]
        if not found and self._public and answer:
            raise NotPublic(None, "the name leads to an address of a private network")
        if not found:
            raise OSError(None, "the name leads to no address that may be asked")
        return found

    async def close(self) -> None:
        """Nothing is kept."""

    async def _on_a_thread(self, host: str, port: int, family: int) -> Found:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Found] = loop.create_future()

        def tell(found: Found, failed: OSError | None) -> None:
            if answer.done():
                return
            if failed is not None:
                answer.set_exception(failed)
            else:
                answer.set_result(found)

        def work() -> None:
            found: Found = []
            failed: OSError | None = None
            try:
                found = self._look_up(host, port, family)
            except (OSError, UnicodeError) as error:
                failed = error if isinstance(error, OSError) else OSError(None, "the name cannot be looked up")
            with suppress(RuntimeError):  # the loop is closed, nobody waits any more
                loop.call_soon_threadsafe(tell, found, failed)

        threading.Thread(target=work, name="name look-up", daemon=True).start()
        return await answer
