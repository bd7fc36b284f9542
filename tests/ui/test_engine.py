"""The engine thread: one hop out, one hop back, in batches, and gone quickly."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from creditdesk.ui.engine import Engine


@pytest.fixture
def engine(qtbot: QtBot) -> Iterator[Engine]:
    made = Engine()
    yield made
    assert made.stop()


def test_an_answer_comes_back_on_the_gui_thread_and_the_work_is_done_on_another(engine: Engine, qtbot: QtBot) -> None:
    worked: list[int] = []
    told: list[int] = []

    async def job() -> str:
        worked.append(threading.get_ident())
        return "done"

    engine.ask(job, lambda value: told.append(threading.get_ident()) if value == "done" else None)
    qtbot.waitUntil(lambda: len(told) == 1)
    assert told == [threading.get_ident()]
    assert worked != told


def test_a_thousand_answers_come_in_batches_and_none_is_lost(engine: Engine, qtbot: QtBot) -> None:
    told: list[int] = []

    async def job(number: int) -> int:
        return number

    for number in range(1000):
        engine.ask(lambda number=number: job(number), told.append)
    qtbot.waitUntil(lambda: len(told) == 1000, timeout=10_000)
    assert told == list(range(1000))


def test_the_last_answer_is_not_kept_waiting_and_neither_are_those_before_it(qtbot: QtBot) -> None:
    engine = Engine(batch_ms=3_600_000)
    told: list[int] = []
    release = threading.Event()

    async def quick(number: int) -> int:
        return number

    async def slow() -> int:
        await asyncio.to_thread(release.wait)
        return 9

    engine.ask(slow, told.append)
    for number in range(3):
        engine.ask(lambda number=number: quick(number), told.append)
    qtbot.wait(50)
    assert told == []  # one is still running: they wait for the batch
    release.set()
    qtbot.waitUntil(lambda: told == [0, 1, 2, 9])
    engine.ask(lambda: quick(5), told.append)
    qtbot.waitUntil(lambda: told[4:] == [5])
    assert engine.is_idle()
    assert engine.stop()


def test_a_bug_in_a_job_is_told_whole_and_the_engine_goes_on(engine: Engine, qtbot: QtBot) -> None:
    async def broken() -> None:
        raise ZeroDivisionError("ours")

    async def fine() -> int:
        return 7

    told: list[int] = []
    with qtbot.waitSignal(engine.failed) as seen:
        engine.ask(broken)
        engine.ask(fine, told.append)
    assert isinstance(seen.args[0], ZeroDivisionError)
    qtbot.waitUntil(lambda: told == [7])


def test_twenty_hanging_jobs_do_not_hold_up_the_end(qtbot: QtBot) -> None:
    engine = Engine()
    begun: list[int] = []
    ended: list[str] = []

    async def hang() -> None:
        begun.append(1)
        await asyncio.Event().wait()

    async def last() -> None:
        ended.append("closed")

    for _ in range(20):
        engine.ask(hang)
    qtbot.waitUntil(lambda: len(begun) == 20)
    before = time.monotonic()
    assert engine.stop(last)
    assert time.monotonic() - before < 2
    assert ended == ["closed"]


def test_nothing_is_told_after_the_end(qtbot: QtBot) -> None:
    engine = Engine()
    told: list[object] = []

    async def job() -> int:
        return 1

    engine.stop()
    engine.ask(job, told.append)
    qtbot.wait(120)
    assert told == []
