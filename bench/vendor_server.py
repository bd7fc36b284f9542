"""A child of the bench: one vendor on many loopback addresses, in a process of its own. Prints the port, then serves.

It answers every GET with a usage answer of some 340 bytes. At every fourth address each answer has news, at the others
the numbers stay: between two readings of a vendor mostly nothing was used.
"""

import itertools
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn

Send = Callable[[dict[str, Any]], Awaitable[None]]

COUNT = itertools.count()
BODY = (
    '{"data":{"type":"usage","id":"1","attributes":{"apiEnabled":true,'
    '"keywords":{"limit":5000,"usage":%d,"remaining":%d},"dataRows":{"limit":20000,"usage":%d,"remaining":%d},'
    '"onDemand":{"limit":9000,"usage":1000,"remaining":8000},"serpAnalyser":{"limit":3000,"usage":10,"remaining":2990}}}}'
)


async def app(scope: dict[str, Any], _receive: Any, send: Send) -> None:
    """Answer."""
    if scope["type"] != "http":
        return
    used = next(COUNT) % 4000 if int(scope["server"][0].rpartition(".")[2]) % 4 == 0 else 1000
    body = (BODY % (used, 5000 - used, 2 * used, 20000 - 2 * used)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def listeners(hosts: list[str]) -> list[socket.socket]:
    """One listening socket for each address, all on the same free port."""
    opened: list[socket.socket] = []
    port = 0
    for host in hosts:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(256)
        port = listener.getsockname()[1]
        opened.append(listener)
    return opened


def main(hosts: list[str]) -> None:
    """Serve on these addresses until the process is ended."""
    opened = listeners(hosts)
    print(opened[0].getsockname()[1], flush=True)
    config = uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off", timeout_keep_alive=600)
    uvicorn.Server(config).run(sockets=opened)


if __name__ == "__main__":
    main(sys.argv[1:])
