"""Names to addresses, on threads that never hold up the end of the program.

The system's look-up cannot be interrupted and takes many seconds without a network. asyncio runs it on a pool whose
threads are waited for at the end; here each look-up has a daemon thread of its own, which a cancelled request leaves
behind.
"""

import asyncio
import socket
import threading
from contextlib import suppress

from aiohttp.abc import AbstractResolver, ResolveResult

from creditdesk.providers.hosts import is_forbidden

_Infos = list[tuple[int, int, str]]  # family, protocol, address


class Resolver(AbstractResolver):
    """Looks names up with `getaddrinfo`; refuses what leads to a link-local or metadata address."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a host. OSError when there are none, or none that may be asked."""
        found = [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=proto, flags=_NUMERIC)
            for kind, proto, address in await _look_up(host, port, family)
            if not is_forbidden(address)
        ]
        if not found:
            raise OSError(None, "the name leads to no address that may be asked")
        return found

    async def close(self) -> None:
        """Nothing is kept."""


_NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV


async def _look_up(host: str, port: int, family: int) -> _Infos:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[_Infos] = loop.create_future()

    def tell(infos: _Infos | None, error: OSError | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(infos or [])

    def work() -> None:
        infos: _Infos | None = None
        failed: OSError | None = None
        try:
            infos = _addresses(host, port, family)
        except (OSError, UnicodeError) as error:  # UnicodeError: a label that IDNA refuses
            failed = error if isinstance(error, OSError) else OSError(None, "the name cannot be looked up")
        with suppress(RuntimeError):  # the loop is closed, nobody waits any more
            loop.call_soon_threadsafe(tell, infos, failed)

    threading.Thread(target=work, name="name look-up", daemon=True).start()
    return await answer


def _addresses(host: str, port: int, family: int) -> _Infos:
    # Windows without a network card in use knows no address for localhost under AI_ADDRCONFIG.
    flags = 0 if host.rstrip(".").lower() == "localhost" else socket.AI_ADDRCONFIG
    found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, 0, flags)
    return [(kind, proto, str(address[0])) for kind, _, proto, _, address in found]
