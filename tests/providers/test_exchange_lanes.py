"""Who is asked when: one request at a time for an origin, fifty at the most in all, each within its own deadline."""

import asyncio
from typing import Any

from tests.providers.asking import KEY, Loopback, Serve, account, bad, clock, loopback, once, reply, vendor

from creditdesk.core.pools import Snapshot, Trouble
from creditdesk.providers.exchange import Exchange
from creditdesk.providers.transport import open_client

SHORT = 0.3


def test_one_origin_is_asked_one_request_at_a_time() -> None:
    def serving(here: Loopback) -> Serve:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await here.read(reader)
            assert here.open_now == 1
            for _ in range(20):
                await asyncio.sleep(0)
            writer.write(reply(headers=b"Connection: close\r\n"))
            await writer.drain()

        return serve

    async def run() -> tuple[list[Any], int]:
        async with loopback(serving) as here, open_client() as client:
            exchange = Exchange(client)
            asks = (
                exchange.ask(vendor(), account(id=f"a{number}", base_url=here.origin), {"key": KEY}, clock)
                for number in range(8)
            )
            return await asyncio.gather(*asks), here.most_open

    results, most = asyncio.run(run())
    assert all(isinstance(each, Snapshot) for each in results)
    assert most == 1


def test_different_origins_are_asked_side_by_side_but_never_more_than_fifty() -> None:
    async def run() -> int:
        release = asyncio.Event()

        def serving(here: Loopback) -> Serve:
            async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await here.read(reader)
                await release.wait()
                writer.write(reply(headers=b"Connection: close\r\n"))
                await writer.drain()

            return serve

        async with loopback(serving) as here, open_client() as client:
            exchange = Exchange(client)
            asks = [
                asyncio.create_task(
                    exchange.ask(vendor(), account(base_url=f"{here.origin}/{number}"), {"key": KEY}, clock)
                )
                for number in range(60)
            ]
            async with asyncio.timeout(10):
                while len(here.heads) < 50:
                    await asyncio.sleep(0)
            for _ in range(200):
                await asyncio.sleep(0)
            most = here.most_open
            release.set()
            assert all(isinstance(each, Snapshot) for each in await asyncio.gather(*asks))
            return most

    assert asyncio.run(run()) == 50


def test_an_account_whose_turn_never_came_is_told_so() -> None:
    async def run() -> list[Snapshot | Trouble]:
        async with loopback(once(then="hang")) as here, open_client() as client:
            exchange = Exchange(client, SHORT)
            asks = (
                exchange.ask(vendor(), account(id=name, base_url=here.origin), {"key": KEY}, clock) for name in "ab"
            )
            return await asyncio.gather(*asks)

    first, second = (bad(each).message for each in asyncio.run(run()))
    assert first == "127.0.0.1 did not answer within 0.3 s."
    assert second == "127.0.0.1 was busy with other accounts and could not be asked within 0.3 s."
