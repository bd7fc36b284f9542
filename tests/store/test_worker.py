"""The store's thread: a burst is done in few goes, and its last job is not kept waiting for more."""

import sqlite3
import threading
import time
from typing import Any

from creditdesk.store.worker import Job, Worker

GATHER_S = 2.0


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
