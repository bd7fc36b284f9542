"""Who is asked when: a few requests at a time for an origin, fifty in all, each account with its own deadline."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from tests.providers.asking import (
    GOOD,
    KEY,
    Loopback,
    Serve,
    account,
    bad,
    clock,
    good,
    loopback,
    once,
    reply,
    request_rule,
    vendor,
)
from tests.providers.skipping import skip_through

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Snapshot, Trouble, TroubleKind
from creditdesk.providers.exchange import DEADLINE_S, Exchange
from creditdesk.providers.lanes import MOST_OF_ONE
from creditdesk.providers.transport import open_client

SHORT = 0.3
SLOW_S = 2.0

Results = list[Snapshot | Trouble]


@dataclass(slots=True)
class Vendor:
    """A vendor that takes its time. `answer(number)` is the answer to its so-many-th request, from 1."""

    answer: Callable[[int], httpx.Response] = lambda number: httpx.Response(200, content=GOOD)
    seconds: float = SLOW_S
    now: int = 0
    most: int = 0
    count: int = 0
    begun: list[float] = field(default_factory=list)
    together: list[int] = field(default_factory=list)  # how many were being asked when each request came

    async def __call__(self, _request: httpx.Request) -> httpx.Response:
        self.now += 1
        self.count += 1
        number = self.count
        self.most = max(self.most, self.now)
        self.begun.append(asyncio.get_running_loop().time())
        self.together.append(self.now)
        try:
            await asyncio.sleep(self.seconds)
            return self.answer(number)
        finally:
            self.now -= 1


def ask_all(serve: Vendor, count: int, definition: Definition | None = None) -> tuple[Results, float]:
    """Ask for so many accounts of one vendor at once; what comes of each, and after how many seconds the last did."""

    async def story() -> tuple[Results, float]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(serve)) as client:
            exchange = Exchange(client)
            asks = (
                exchange.ask(definition or vendor(), account(id=f"a{each}"), {"key": KEY}, clock)
                for each in range(count)
            )
            return await asyncio.gather(*asks), asyncio.get_running_loop().time()

    return skip_through(story())


def test_forty_slow_accounts_of_one_vendor_are_all_read() -> None:
    serve = Vendor()
    results, seconds = ask_all(serve, 40)
    assert [type(each) for each in results] == [Snapshot] * 40
    assert serve.most == MOST_OF_ONE == 4
    assert seconds == 40 / MOST_OF_ONE * SLOW_S


def test_waiting_for_ones_turn_takes_nothing_from_the_deadline_and_a_dead_vendor_still_ends_every_reading() -> None:
    serve = Vendor(seconds=DEADLINE_S + 1)
    results, seconds = ask_all(serve, 40)
    assert {bad(each).message for each in results} == {"api.example.com did not answer within 30 s."}
    assert seconds == 40 / MOST_OF_ONE * DEADLINE_S
    assert serve.count == 40, "each was really asked"


def test_the_requests_of_one_reading_share_its_deadline_whatever_they_waited_for() -> None:
    slow = vendor(requests=(request_rule(id="first"), request_rule(id="second"), request_rule(id="usage")))
    results, _ = ask_all(Vendor(seconds=9.0), 12, slow)
    assert [type(each) for each in results] == [Snapshot] * 12
    results, _ = ask_all(Vendor(seconds=11.0), 12, slow)
    assert {bad(each).kind for each in results} == {TroubleKind.VENDOR_DOWN}


def test_a_vendor_that_throttles_is_asked_one_at_a_time_until_it_answers_again() -> None:
    def answer(number: int) -> httpx.Response:
        return httpx.Response(429) if number <= 8 else httpx.Response(200, content=GOOD)

    serve = Vendor(answer)
    results, _ = ask_all(serve, 24)
    assert [bad(each).kind for each in results[:8]] == [TroubleKind.THROTTLED] * 8
    assert [type(each) for each in results[8:]] == [Snapshot] * 16
    assert serve.together[:4] == [1, 2, 3, 4]
    assert serve.together[4:9] == [1] * 5, "one at a time after the first refusal"
    assert max(serve.together[9:]) == serve.most == MOST_OF_ONE, "a few at a time again after good answers"


def test_turns_come_in_the_order_of_asking() -> None:
    asked: list[str] = []

    async def serve(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        await asyncio.sleep(1)
        return httpx.Response(200, content=GOOD)

    async def story() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(serve)) as client:
            exchange = Exchange(client)
            definitions = [vendor(requests=(request_rule(url=f"https://api.example.com/{each}"),)) for each in range(9)]
            await asyncio.gather(*(exchange.ask(each, account(), {"key": KEY}, clock) for each in definitions))

    skip_through(story())
    assert asked == [f"/{each}" for each in range(9)]


def cancelled(which: Callable[[list[asyncio.Task[Any]]], list[asyncio.Task[Any]]], serve: Vendor) -> Results:
    """Twelve accounts are asked for; after a second some of the tasks are cancelled. What comes of the others."""

    async def story() -> Results:
        async with httpx.AsyncClient(transport=httpx.MockTransport(serve)) as client:
            exchange = Exchange(client)
            ask: Callable[[int], Awaitable[Snapshot | Trouble]] = lambda each: exchange.ask(  # noqa: E731
                vendor(), account(id=f"a{each}"), {"key": KEY}, clock
            )
            tasks = [asyncio.ensure_future(ask(each)) for each in range(12)]
            await asyncio.sleep(1)
            gone = which(tasks)
            for task in gone:
                task.cancel()
            began = asyncio.get_running_loop().time()
            await asyncio.wait(gone)
            assert asyncio.get_running_loop().time() == began, "at once"
            assert all(task.cancelled() for task in gone)
            return await asyncio.gather(*(task for task in tasks if task not in gone))

    return skip_through(story())


def test_who_waits_can_be_cancelled_at_once_and_costs_the_others_no_turn() -> None:
    serve = Vendor()
    results = cancelled(lambda tasks: tasks[5:], serve)
    assert [type(each) for each in results] == [Snapshot] * 5
    assert serve.count == 5


def test_who_is_being_asked_can_be_cancelled_and_hands_the_turn_on() -> None:
    serve = Vendor()
    results = cancelled(lambda tasks: [*tasks[:4], *tasks[6:8]], serve)
    assert [type(each) for each in results] == [Snapshot] * 6
    assert serve.most == MOST_OF_ONE
    assert serve.begun == [0.0] * 4 + [1.0] * 4 + [3.0] * 2


def test_a_few_connections_to_one_origin_are_open_at_a_time() -> None:
    def serving(here: Loopback) -> Serve:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await here.read(reader)
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
                for number in range(12)
            )
            return await asyncio.gather(*asks), here.most_open

    results, most = asyncio.run(run())
    assert all(isinstance(each, Snapshot) for each in results)
    assert most <= MOST_OF_ONE


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


def test_an_account_that_had_to_wait_has_its_whole_deadline() -> None:
    async def run() -> Results:
        async with loopback(once(then="hang")) as here, open_client() as client:
            exchange = Exchange(client, SHORT)
            asks = (
                exchange.ask(vendor(), account(id=f"a{each}", base_url=here.origin), {"key": KEY}, clock)
                for each in range(MOST_OF_ONE + 1)
            )
            return await asyncio.gather(*asks)

    assert {bad(each).message for each in asyncio.run(run())} == {"127.0.0.1 did not answer within 0.3 s."}


def test_the_deadline_begins_anew_for_each_reading() -> None:
    serve = Vendor(seconds=20.0)

    async def story() -> Results:
        async with httpx.AsyncClient(transport=httpx.MockTransport(serve)) as client:
            exchange = Exchange(client)
            return [await exchange.ask(vendor(), account(), {"key": KEY}, clock) for _ in range(3)]

    for each in skip_through(story()):
        good(each)
