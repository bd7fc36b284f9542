"""The engine thread: one asyncio loop away from the window, whose answers come back in batches.

One hop out (`ask`), one hop back (a queued signal). The window never waits for network, keyring, disk or a sheet.
The thread begins, and asyncio is imported on it, when something is first asked: after the first paint.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

Job = Callable[[], Coroutine[Any, Any, Any]]
_Wish = tuple[Job, Callable[[Any], None] | None]

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
    """Runs coroutines on a thread of its own and tells their results on the GUI thread: at most every 50 ms while more
    of them run, at once when none does any more.

    Signals:
        failed(object): a job raised: our own bug, with its traceback. Said once; the desk goes on.
    """

    failed = Signal(object)
    _ready = Signal()

    def __init__(self, parent: QObject | None = None, batch_ms: int = BATCH_MS) -> None:
        super().__init__(parent)
        self._batch_ms = batch_ms
        self._answers: deque[_Answer] = deque()
        self._signalled = False
        self._stopping = False
        self._wishes: deque[_Wish] = deque()
        self._called = False
        self._last: Job | None = None
        self._jobs: set[Any] = set()  # asyncio's tasks, here and in `_loop`
        self._loop: Any = None
        self._ending: Any = None
        self._asked = 0
        self._done = 0
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._deliver)
        self._ready.connect(self._arm, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    def ask(self, job: Job, tell: Callable[[Any], None] | None = None) -> None:
        """Run `job()` on the engine's loop; `tell(result)` hears it on the GUI thread. Nothing happens after `stop`."""
        if not self._stopping:
            self._asked += 1
            self._wishes.append((job, tell))
            self._call()

    def is_idle(self) -> bool:
        """Whether no job runs and every answer was told."""
        return self._asked == self._done and not self._answers

    def stop(self, last: Job | None = None) -> bool:
        """Cancel what runs, run `last` (closing client and database), end the thread. False when it took too long."""
        if self._stopping:
            return True
        self._answers.clear()
        self._wishes.clear()
        self._last = last
        self._stopping = True
        self._called = False
        self._call()
        self._thread.join(STOP_S)
        return not self._thread.is_alive()

    def _call(self) -> None:
        """Wake the engine, once for all that is asked in one go."""
        if self._called:
            return
        self._called = True
        if self._thread.ident is None:
            self._thread.start()
        elif self._loop is not None:
            self._loop.call_soon_threadsafe(self._begin)

    def _run(self) -> None:
        import asyncio  # here: it costs a seventh of the time to the first paint

        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        loop.call_soon(self._begin)
        self._loop = loop
        try:
            loop.run_forever()
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    def _begin(self) -> None:
        """Begin what was asked since the last call, on the engine's thread."""
        self._called = False
        while self._wishes:
            job, tell = self._wishes.popleft()
            task = self._loop.create_task(self._do(job, tell))
            self._jobs.add(task)
            task.add_done_callback(self._jobs.discard)
        if self._stopping and self._ending is None:
            self._ending = self._loop.create_task(self._end(self._last))

    async def _end(self, last: Job | None) -> None:
        import asyncio

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

    async def _do(self, job: Job, tell: Callable[[Any], None] | None) -> None:
        try:
            value = await job()
        except Exception as error:  # our own bug: carried to the window whole, which shows and reports it
            self._answers.append(_Answer(tell, None, error))
        else:
            if tell is not None:
                self._answers.append(_Answer(tell, value, None))
        finally:
            self._done += 1
            if self._answers and not self._stopping and (not self._signalled or self._done == self._asked):
                self._signalled = True
                self._ready.emit()

    def _arm(self) -> None:
        if self._done == self._asked:
            self._timer.start(0)
        elif not self._timer.isActive():
            self._timer.start(self._batch_ms)

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
