"""A child of the bench: asks the vendor server at 50 connections, by httpx, by aiohttp, or as the desk does.

`reading_clients.py httpx|aiohttp|desk PORT READINGS HOST ...` prints one line of JSON. Each way makes one reading of
every address first, so that connections stand and modules are loaded; that is not counted.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from itertools import cycle, islice
from pathlib import Path

HEADERS = {"Authorization": "tkn_usr_0000000000000000"}
USAGE = "/v1/account/usage"

CONNECTIONS = 50

Get = Callable[[str], Awaitable[None]]


async def all_at_once(get: Get, urls: list[str], readings: int) -> tuple[float, float]:
    """Wall and CPU seconds of so many GETs, each address in its turn, after one GET of each.

    All of them are asked for at once, as all accounts of a desk are; the client's own limit makes them wait.
    """
    await asyncio.gather(*(get(url) for url in urls))
    begun, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(get(url) for url in islice(cycle(urls), readings)))
    return time.perf_counter() - begun, time.process_time() - cpu


async def by_httpx(urls: list[str], readings: int) -> tuple[float, float]:
    """Plain httpx, its own pool of 50 connections."""
    import httpx

    limits = httpx.Limits(max_connections=CONNECTIONS)
    async with httpx.AsyncClient(limits=limits, timeout=None, headers=HEADERS) as client:

        async def get(url: str) -> None:
            answer = await client.get(url)
            assert answer.status_code == 200 and answer.content

        return await all_at_once(get, urls, readings)


async def by_aiohttp(urls: list[str], readings: int) -> tuple[float, float]:
    """Plain aiohttp, its own pool of 50 connections."""
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS), headers=HEADERS) as session:

        async def get(url: str) -> None:
            async with session.get(url) as answer:
                assert answer.status == 200 and await answer.read()

        return await all_at_once(get, urls, readings)


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
