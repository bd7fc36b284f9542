"""A thread that does jobs on a database in the order they come, as many at once as are waiting."""

import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from creditdesk.store.pending import Pending

T = TypeVar("T")

MOST_AT_ONCE = 500


@dataclass(slots=True, eq=False)
class Job(Generic[T]):
    """Something to do with a connection, and the future that gets what comes of it."""

    work: Callable[[sqlite3.Connection], T]
    future: "Future[T]" = field(default_factory=Future)
    light: bool = False


class Worker:
    """A daemon thread that hands waiting jobs to `run`, which settles their futures and raises nothing."""

    def __init__(
        self,
        name: str,
        run: Callable[[list[Job[Any]]], None],
        gather_s: float = 0.0,
        rest: Callable[[], None] | None = None,
    ) -> None:
        """`rest` is called when jobs were done and for `gather_s` seconds none came.

        With `gather_s`, a burst is gathered for so many seconds at a time: after several jobs came at once, the next
        ones are waited for, as long as they come. A caller who waits for each job before the next one is never held
        up, nor is an urgent job: what waits when it comes is done with it at once.
        """
        self._run = run
        self._gather_s = gather_s
        self._rest = rest
        self._jobs: queue.SimpleQueue[Job[Any] | None] = queue.SimpleQueue()
        self._closed = False
        self._urgent = False
        self._guard = threading.Lock()
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    def submit(
        self, work: Callable[[sqlite3.Connection], T], *, must_run: bool, urgent: bool = False, light: bool = False
    ) -> Pending[T]:
        """Do `work` in its turn. With `must_run` it is done even when its caller is cancelled meanwhile."""
        job = Job(work, light=light)
        if must_run:
            job.future.set_running_or_notify_cancel()
        with self._guard:
            if self._closed:
                raise RuntimeError("the history is closed")
            self._urgent |= urgent
            self._jobs.put(job)
        return Pending(job.future)

    def close(self, timeout_s: float) -> bool:
        """Take no more jobs, finish those that wait; says whether that was done within `timeout_s` seconds."""
        with self._guard:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _gather(self) -> None:
        """Let jobs come together, until none came for a quarter of the time."""
        until, before = time.monotonic() + self._gather_s, -1
        while before < (waiting := self._jobs.qsize()) and time.monotonic() < until:
            if self._closed or self._urgent:
                return
            before = waiting
            time.sleep(self._gather_s / 4)

    def _next(self) -> Job[Any] | None:
        if self._rest is not None:
            try:
                return self._jobs.get(timeout=self._gather_s)
            except queue.Empty:
                self._rest()
        return self._jobs.get()

    def _serve(self) -> None:
        burst = False
        while (first := self._next()) is not None:
            if burst and self._gather_s:
                self._gather()
            self._urgent = False  # those that come from now on are taken below, or gathered for the next time
            jobs = [first]
            ending = False
            while len(jobs) < MOST_AT_ONCE and not self._jobs.empty():
                job = self._jobs.get()
                if job is None:
                    ending = True
                    break
                jobs.append(job)
            ready = [job for job in jobs if job.future.running() or job.future.set_running_or_notify_cancel()]
            burst = len(jobs) > 1
            if ready:
                self._run(ready)
            if ending:
                return
            del first, jobs, ready
