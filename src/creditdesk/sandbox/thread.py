"""The sandbox on a thread and an event loop of its own, for tests and for a window with sample accounts."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import TypeVar

from creditdesk.sandbox.server import Addresses, Sandbox

T = TypeVar("T")
_PATIENCE = 30.0
"""Seconds after which a thread that does not answer is given up."""


class SandboxThread:
    """`with SandboxThread() as running:` serves until the block ends; `running.addresses` says where.

    Every use of `sandbox` in between goes through `call`. Raises OSError on entering when the port is taken.
    """

    def __init__(self, sandbox: Sandbox | None = None, port: int = 0) -> None:
        self.sandbox = sandbox or Sandbox()
        self._port = port
        self._started: Future[Addresses] = Future()
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)
        self._loop: asyncio.AbstractEventLoop
        self._stopping: asyncio.Event

    @property
    def addresses(self) -> Addresses:
        """Where the sandbox is served."""
        return self._started.result(_PATIENCE)

    def call(self, act: Callable[[Sandbox], T]) -> T:
        """Run `act(sandbox)` on the sandbox's loop and return, or raise, what it does."""

        async def run() -> T:
            return act(self.sandbox)

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(_PATIENCE)

    def __enter__(self) -> "SandboxThread":
        self._thread.start()
        self._started.result(_PATIENCE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(_PATIENCE)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        try:
            addresses = await self.sandbox.start(self._port)
        except OSError as error:
            self._started.set_exception(error)
            return
        self._started.set_result(addresses)
        await self._stopping.wait()
        await self.sandbox.stop()
