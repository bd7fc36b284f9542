"""Waiting in an event loop for what a thread of the store does: woken seldom, in time, and never for nothing."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from creditdesk.store.pending import Pending


class CountingLoop(asyncio.SelectorEventLoop):
    """Counts how often other threads wake it."""

    def __init__(self) -> None:
        self.woken = 0
        super().__init__()

    def call_soon_threadsafe(self, callback: Callable[..., Any], *given: Any, **named: Any) -> asyncio.Handle:
        self.woken += 1
        return super().call_soon_threadsafe(callback, *given, **named)


def on_a_thread(work: Callable[[], object]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_all_that_is_settled_in_one_go_wakes_the_loop_once() -> None:
    async def story() -> list[int]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, CountingLoop)
        futures: list[Future[int]] = [Future() for _ in range(200)]
        tasks = [asyncio.ensure_future(_value(Pending(each))) for each in futures]
        await asyncio.sleep(0)
        on_a_thread(lambda: [each.set_result(number) for number, each in enumerate(futures)])
        found = await asyncio.gather(*tasks)
        assert loop.woken == 1
        return found

    with asyncio.Runner(loop_factory=CountingLoop) as runner:
        assert runner.run(story()) == list(range(200))


async def _value(pending: Pending[Any]) -> Any:
    return await pending


def test_nobody_is_forgotten_while_threads_settle_and_the_loop_wakes() -> None:
    async def story() -> int:
        futures: list[Future[int]] = [Future() for _ in range(2000)]
        threads = [
            threading.Thread(target=lambda part=part: [each.set_result(1) for each in futures[part::4]])
            for part in range(4)
        ]
        tasks = [asyncio.ensure_future(_value(Pending(each))) for each in futures]
        await asyncio.sleep(0)
        for thread in threads:
            thread.start()
        async with asyncio.timeout(20):
            return sum(await asyncio.gather(*tasks))

    assert asyncio.run(story()) == 2000


def test_what_is_there_already_comes_at_once_in_one_loop_after_the_other() -> None:
    done: Future[int] = Future()
    done.set_result(7)
    assert [asyncio.run(_value(Pending(done))) for _ in range(3)] == [7, 7, 7]


def test_whoever_is_cancelled_takes_back_what_was_not_begun() -> None:
    async def story() -> tuple[bool, bool]:
        waiting: Future[int] = Future()
        begun: Future[int] = Future()
        begun.set_running_or_notify_cancel()
        tasks = [asyncio.ensure_future(_value(Pending(each))) for each in (waiting, begun)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        assert all(task.cancelled() for task in tasks)
        on_a_thread(lambda: begun.set_result(1))  # nobody hears of it
        await asyncio.sleep(0)
        return waiting.cancelled(), begun.cancelled()

    assert asyncio.run(story()) == (True, False)


def test_waiting_too_long_ends_with_the_error_for_that_and_the_works_own_time_out_is_its_own() -> None:
    async def story() -> None:
        late: Future[int] = Future()
        with pytest.raises(ValueError, match="late"):
            await Pending(late, 0.01, lambda: ValueError("late"))
        assert late.cancelled()
        failed: Future[int] = Future()
        failed.set_exception(TimeoutError("of the disk"))
        with pytest.raises(TimeoutError, match="of the disk"):
            await Pending(failed, 5, lambda: ValueError("late"))

    asyncio.run(story())


def test_what_others_took_back_is_cancelled_here_too() -> None:
    async def story() -> None:
        gone: Future[int] = Future()
        task = asyncio.ensure_future(_value(Pending(gone)))
        await asyncio.sleep(0)
        on_a_thread(gone.cancel)
        await asyncio.wait([task])
        assert task.cancelled()

    asyncio.run(story())


def test_an_answer_after_the_loop_has_ended_goes_nowhere() -> None:
    never: Future[int] = Future()
    never.set_running_or_notify_cancel()

    async def story() -> None:
        task = asyncio.ensure_future(_value(Pending(never)))
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(story())
    on_a_thread(lambda: never.set_result(1))
    assert never.result(0) == 1
