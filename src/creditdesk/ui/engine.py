"""The engine thread: one asyncio loop away from the window, whose answers come back in batches.

One hop out (`ask`), one hop back (a queued signal). The window never waits for network, keyring, disk or a sheet.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

BATCH_MS = 50
STOP_S = 1.5
BUSY_S = 0.008  # at most this long at a stretch on the GUI thread


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a job came to, and whom to tell."""

    tell: Callable[[Any], None] | None
    value: object
    error: BaseException | None


class Engine(QObject):
    """Runs coroutines on a thread of its own and tells their results on the GUI thread, at most every 50 ms.

    Signals:
        failed(object): a job raised: our own bug, with its traceback. Said once; the desk goes on.
    """

    failed = Signal(object)
    _ready = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._answers: deque[_Answer] = deque()
        self._signalled = False
        self._stopping = False
        self._jobs: set[asyncio.Task[None]] = set()
        self._asked = 0
        self._done = 0
        self._loop = asyncio.new_event_loop()
        self._timer = QTimer(self, singleShot=True, interval=BATCH_MS)
        self._timer.timeout.connect(self._deliver)
        self._ready.connect(self._arm, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()

    def ask(
        self,
        job: Callable[[], Coroutine[Any, Any, Any]],
        tell: Callable[[Any], None] | None = None,
    ) -> None:
        """Run `job()` on the engine's loop; `tell(result)` hears it on the GUI thread. Nothing happens after `stop`."""
        if not self._stopping:
            self._asked += 1
            self._loop.call_soon_threadsafe(self._start, job, tell)

    def is_idle(self) -> bool:
        """Whether no job runs and every answer was told."""
        return self._asked == self._done and not self._answers

    def stop(self, last: Callable[[], Coroutine[Any, Any, Any]] | None = None) -> bool:
        """Cancel what runs, run `last` (closing client and database), end the thread. False when it took too long."""
        if self._stopping:
            return True
        self._stopping = True
        self._answers.clear()
        self._loop.call_soon_threadsafe(lambda: self._loop.create_task(self._end(last)))
        self._thread.join(STOP_S)
        return not self._thread.is_alive()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    async def _end(self, last: Callable[[], Coroutine[Any, Any, Any]] | None) -> None:
        jobs = list(self._jobs)
        for job in jobs:
            job.cancel()
        if jobs:
            await asyncio.wait(jobs, timeout=0.5)
        try:
            if last is not None:
                await asyncio.wait_for(last(), 1.0)
        except TimeoutError:
            pass  # a keyring prompt or a slow disk must not keep the program alive
        finally:
            self._loop.stop()

    def _start(self, job: Callable[[], Coroutine[Any, Any, Any]], tell: Callable[[Any], None] | None) -> None:
        task = self._loop.create_task(self._do(job, tell))
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)

    async def _do(self, job: Callable[[], Coroutine[Any, Any, Any]], tell: Callable[[Any], None] | None) -> None:
        try:
            value = await job()
        except asyncio.CancelledError:
            raise
        except Exception as error:  # our own bug: carried to the window whole, which shows and reports it
            self._put(_Answer(tell, None, error))
        else:
            if tell is not None:
                self._put(_Answer(tell, value, None))
        finally:
            self._done += 1

    def _put(self, answer: _Answer) -> None:
        self._answers.append(answer)
        if not self._signalled and not self._stopping:
            self._signalled = True
            self._ready.emit()

    def _arm(self) -> None:
        if not self._timer.isActive():
            self._timer.start(BATCH_MS)

    def _deliver(self) -> None:
        self._signalled = False
        until = time.monotonic() + BUSY_S
        while self._answers and not self._stopping:
            answer = self._answers.popleft()
            if answer.error is not None:
                self.failed.emit(answer.error)
            elif answer.tell is not None:
                answer.tell(answer.value)
            if time.monotonic() > until and self._answers:
                self._signalled = True
                self._timer.start(0)  # let the window breathe, then go on
                return
