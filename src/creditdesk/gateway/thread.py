"""The gateway on a thread and an event loop of its own, for a window that must never wait."""

import asyncio
import threading
from concurrent.futures import Future

from creditdesk.desk.tools import Tools
from creditdesk.gateway.feed import Feed
from creditdesk.gateway.running import Gateway
from creditdesk.gateway.serving import LAST_S
from creditdesk.paths import Places


class GatewayThread:
    """Starts and stops one gateway; both at once give a future. `feed` tells what it sees, also after it ended."""

    def __init__(self, tools: Tools, places: Places, limits: tuple[float, float] = (10.0, 600.0)) -> None:
        """`tools` of the open desk, which is closed only after `stop` is done; `limits` as `running.Gateway`."""
        self.feed = Feed()
        self._gateway = Gateway(tools, places, self.feed, limits)
        self._guard = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending: asyncio.Event | None = None
        self._asked_to_end = False
        self._limit_s: float = LAST_S
        self._ended: Future[None] = Future()
        self._ended.set_result(None)

    def start(self, port: int | None = None) -> "Future[str]":
        """Serve; gives the URL, or raises GatewayError. To be called once, or again after `stop` is done."""
        started: Future[str] = Future()
        ended: Future[None] = Future()
        self._ended, self._asked_to_end = ended, False
        threading.Thread(target=self._run, args=(port, started, ended), name="gateway", daemon=True).start()
        return started

    def stop(self, limit_s: float = LAST_S) -> "Future[None]":
        """End; requests under way get `limit_s` seconds, their books as many. Done at once where nothing runs."""
        with self._guard:
            self._limit_s = limit_s
            self._asked_to_end = True
            if self._loop is not None and self._ending is not None:
                self._loop.call_soon_threadsafe(self._ending.set)
        return self._ended

    def _run(self, port: int | None, started: "Future[str]", ended: "Future[None]") -> None:
        try:
            asyncio.run(self._serve(port, started))
        finally:
            with self._guard:
                self._loop = self._ending = None
            ended.set_result(None)

    async def _serve(self, port: int | None, started: "Future[str]") -> None:
        ending = asyncio.Event()
        try:
            url = await self._gateway.start(port)
        except Exception as error:  # whatever it is, it belongs to whoever waits for the start
            started.set_exception(error)
            return
        with self._guard:
            self._loop, self._ending = asyncio.get_running_loop(), ending
            asked = self._asked_to_end
        started.set_result(url)
        if not asked:
            await ending.wait()
        await self._gateway.stop(self._limit_s)
