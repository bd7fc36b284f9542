"""A child of the bench: `gateway_client.py PORT PATH TOKEN REQUESTS CONNECTIONS`; asks, and tells how long it took.

`ms` and `p99_ms` are of one request, `rate` is requests a second over all connections.
"""

import asyncio
import statistics
import sys
import time

from bench.child import leave

BODY = b'{"keywords": ["garden shed 1", "garden shed 2"]}'
LENGTH = b"content-length:"


async def asked(port: int, request: bytes, times: int) -> list[float]:
    """One connection that asks one request after the other; the milliseconds of each."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if not head.startswith(b"http/1.1 200 "):
            raise RuntimeError(head.decode())
        if (at := head.find(LENGTH)) >= 0:
            await reader.readexactly(int(head[at + len(LENGTH) : head.index(b"\r", at)]))
        else:
            while await reader.readuntil(b"\r\n") != b"0\r\n":
                await reader.readuntil(b"\r\n")
            await reader.readuntil(b"\r\n")
        took.append(1000 * (time.perf_counter() - begun))
    writer.close()
    return took


async def measured(port: int, request: bytes, requests: int, connections: int) -> dict[str, float]:
    """All connections at once, after one in ten requests to warm up."""
    await asyncio.gather(*(asked(port, request, max(requests // connections // 10, 1)) for _ in range(connections)))
    begun = time.perf_counter()
    found = await asyncio.gather(*(asked(port, request, requests // connections) for _ in range(connections)))
    wall, each = time.perf_counter() - begun, sorted(ms for took in found for ms in took)
    return {
        "ms": statistics.median(each),
        "p99_ms": each[min(len(each) * 99 // 100, len(each) - 1)],
        "rate": len(each) / wall,
    }


def main() -> None:
    """Ask and tell."""
    port, path, token, requests, connections = sys.argv[1:]
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
    )
    leave(asyncio.run(measured(int(port), head.encode() + BODY, int(requests), int(connections))))


if __name__ == "__main__":
    main()
