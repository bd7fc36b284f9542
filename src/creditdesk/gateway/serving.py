"""uvicorn, set up as the gateway wants it: on this computer only, silent, with the strict connection."""

import contextlib
import logging
import socket
import sys
from collections.abc import Iterator
from typing import Any

import uvicorn

from creditdesk.gateway.doors import HOST
from creditdesk.gateway.protocol import Connection

USUAL_PORT = 8402
LAST_S = 2
"""Seconds that requests under way get when the gateway ends."""
IDLE_S = 60
"""Seconds that a client's unused connection is kept: longer than clients keep theirs."""
_BACKLOG = 1024
MOST_FILES = 8_192


class Server(uvicorn.Server):
    """A server that leaves the process's signals alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Whoever runs the gateway decides when it ends."""
        yield

    async def run_on(self, listener: socket.socket) -> None:
        """Serve until `should_exit` is set."""
        await self.serve(sockets=[listener])


def listen(port: int) -> socket.socket:
    """A socket on 127.0.0.1; port 0 is any free one. Raises OSError, OverflowError."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # else asyncio sets no TCP_NODELAY
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows: nobody else may take the same port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener


def allow_many() -> None:
    """Let this process have as many connections as the system gives it: often 1,024 files are the usual limit."""
    if sys.platform != "win32":
        import resource  # not on Windows, which has no such limit

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
        if soft < wanted:
            with contextlib.suppress(OSError, ValueError):  # some systems give less than they say
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def server(app: Any) -> Server:
    """A server for this application; nothing of it is logged: addresses hold tokens."""
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        logging.getLogger(name).disabled = True
    return Server(
        uvicorn.Config(
            app,
            loop="none",
            http=Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            backlog=_BACKLOG,
            timeout_keep_alive=IDLE_S,
            timeout_graceful_shutdown=LAST_S,
        )
    )
