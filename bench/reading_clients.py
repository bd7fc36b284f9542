"""A child of the bench: asks the vendor server so many times at 50 connections, by httpx, by aiohttp, or as the desk does.

`reading_clients.py httpx|aiohttp|desk PORT READINGS HOST ...` prints one line of JSON. Each way makes one reading of
every address first, so that connections stand and modules are loaded; that is not counted.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

HEADERS = {"Authorization": "tkn_usr_0000000000000000"}
USAGE = "/v1/account/usage"

Get = Callable[[str], Awaitable[None]]


async def in_lanes(get: Get, urls: list[str], readings: int) -> tuple[float, float]:
    """Wall and CPU seconds of so many GETs: one lane an address, each asks again as soon as it has its answer."""
    await asyncio.gather(*(get(url) for url in urls))
    left = iter(range(readings))

    async def lane(url: str) -> None:
        for _ in left:
            await get(url)

    begun, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(lane(url) for url in urls))
    return time.perf_counter() - begun, time.process_time() - cpu


async def by_httpx(urls: list[str], readings: int) -> tuple[float, float]:
    """Plain httpx, its own pool of 50 connections."""
    import httpx

    limits = httpx.Limits(max_connections=50, max_keepalive_connections=50)
    async with httpx.AsyncClient(limits=limits, headers=HEADERS) as client:

        async def get(url: str) -> None:
            answer = await client.get(url)
            assert answer.status_code == 200 and answer.content

        return await in_lanes(get, urls, readings)


async def by_aiohttp(urls: list[str], readings: int) -> tuple[float, float]:
    """Plain aiohttp, its own pool of 50 connections."""
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=50), headers=HEADERS) as session:

        async def get(url: str) -> None:
            async with session.get(url) as answer:
                assert answer.status == 200 and await answer.read()

        return await in_lanes(get, urls, readings)


def as_the_desk(origins: list[str], readings: int) -> dict[str, float]:
    """The whole way: keyring, definition, request, answer, history, alerts, and back to a Qt event loop."""
    from bench.desk_readings import DeskReadings

    with tempfile.TemporaryDirectory() as folder:
        return DeskReadings(Path(folder), origins, readings).run()


def main(words: list[str]) -> None:
    """Run and tell."""
    way, port, readings, hosts = words[0], words[1], int(words[2]), words[3:]
    origins = [f"http://{host}:{port}" for host in hosts]
    if way == "desk":
        found = as_the_desk(origins, readings)
    else:
        run = by_httpx if way == "httpx" else by_aiohttp
        wall, cpu = asyncio.run(run([origin + USAGE for origin in origins], readings))
        found = {"rate": readings / wall, "cpu_ms": 1000 * cpu / readings}
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
