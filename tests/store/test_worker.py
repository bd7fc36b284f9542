"""The store's thread: a burst is done in few goes, and its last job is not kept waiting for more."""

import sqlite3
import threading
import time
from typing import Any

import pytest

from creditdesk.store.worker import Job, Worker

GATHER_S = 2.0


@pytest.mark.alone
def test_a_burst_is_gathered_while_it_comes_and_no_longer() -> None:
    goes: list[int] = []
    begun, release = threading.Event(), threading.Event()

    def run(jobs: list[Job[Any]]) -> None:
        goes.append(len(jobs))
        begun.set()
        if len(goes) == 1:
            release.wait(20)
        connection = sqlite3.connect(":memory:")
        for job in jobs:
            job.future.set_result(job.work(connection))
        connection.close()

    worker = Worker("test", run, GATHER_S)
    worker.submit(lambda _connection: 0, must_run=True)
    assert begun.wait(20)
    burst = [worker.submit(lambda _connection, number=number: number, must_run=True) for number in range(30)]
    release.set()
    assert [each.result(20) for each in burst] == list(range(30))
    assert goes == [1, 30]
    before = time.monotonic()
    last = worker.submit(lambda _connection: 99, must_run=True)
    assert last.result(20) == 99
    assert time.monotonic() - before < 0.9 * GATHER_S
    assert worker.close(20)


def test_an_urgent_job_is_not_kept_waiting_for_a_burst() -> None:
    goes: list[int] = []
    begun, release = threading.Event(), threading.Event()

    def run(jobs: list[Job[Any]]) -> None:
        goes.append(len(jobs))
        begun.set()
        if len(goes) == 1:
            release.wait(20)
        for job in jobs:
            job.future.set_result(len(goes))

    worker = Worker("test", run, gather_s=20)
    worker.submit(lambda _connection: 0, must_run=True)
    assert begun.wait(20)
    first = [worker.submit(lambda _connection: 0, must_run=True) for _ in range(3)]
    release.set()
    assert [each.result(20) for each in first] == [2, 2, 2]
    before = time.monotonic()
    assert worker.submit(lambda _connection: 0, must_run=True, urgent=True).result(20) == 3
    assert time.monotonic() - before < 2
    assert worker.close(20)
