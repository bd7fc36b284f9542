"""A child of the bench: a vendor that answers every request at once with what it charged. Prints its port, then serves.

It is written on asyncio alone, so that it takes as little of the processor as a peer in Python can.
"""

import asyncio

BODY = b'{"data":[%s],"meta":{"request_id":"req_000000","credits_charged":2}}' % b",".join(
    b'{"keyword":"garden shed %d","results":[{"url":"https://shed.example/%d"}]}' % (n, n) for n in range(4)
)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
LENGTH = b"content-length:"


class Vendor(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that is there whole."""
        self._data += data
        while (end := self._data.find(b"\r\n\r\n") + 4) > 3:
            head = self._data[:end].lower()
            at = head.find(LENGTH) + len(LENGTH)
            size = end + (int(head[at : head.index(b"\r", at)]) if at >= len(LENGTH) else 0)
            if len(self._data) < size:
                return
            self._data = self._data[size:]
            self._transport.write(ANSWER)


async def serve() -> None:
    """Serve until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Vendor, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
