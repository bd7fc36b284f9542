"""The gateway put together on one event loop: its journal, its lock, its end."""

import asyncio
import contextlib
import socket
from dataclasses import replace
from datetime import UTC, datetime

from creditdesk.desk.chosen import Chosen
from creditdesk.desk.ledger import Ledger
from creditdesk.desk.reading import Reader
from creditdesk.desk.tools import Tools
from creditdesk.gateway.books import OWNER, Books
from creditdesk.gateway.doors import HOST
from creditdesk.gateway.feed import Feed
from creditdesk.gateway.front import Front
from creditdesk.gateway.keys import Keys
from creditdesk.gateway.lines import Lines
from creditdesk.gateway.relay import Relay
from creditdesk.gateway.serving import LAST_S, USUAL_PORT, listen, server
from creditdesk.gateway.tickets import Tickets
from creditdesk.gateway.till import Till
from creditdesk.paths import Places
from creditdesk.providers.passing import Passing
from creditdesk.store.charges import Charges
from creditdesk.store.config import Config
from creditdesk.store.history import HistoryError
from creditdesk.store.lock import FileLock, LockBusy
from creditdesk.store.tokens import Tokens

_EVER = datetime.max.replace(tzinfo=UTC)
LOCK = "gateway.lock"
LOOK_S = 5
"""How often it is looked whether a vendor is to be asked for what is left."""


class GatewayError(Exception):
    """The gateway cannot run; the text is one plain sentence."""


class GatewayBusy(GatewayError):
    """Another process serves this folder."""


class Gateway:
    """One gateway. `start` and `stop` belong to one event loop."""

    def __init__(
        self, tools: Tools, places: Places, feed: Feed | None = None, limits: tuple[float, float] = (10.0, 600.0)
    ) -> None:
        """`tools` of the desk in these places, open on any thread; `limits` as `providers.passing.Passing` has them."""
        self.feed = feed or Feed()
        self._tools = replace(tools, chosen=Chosen(Config(places.config)))
        self._folder = places.data_dir
        self._limits = limits
        self._held = contextlib.ExitStack()
        self._serving: asyncio.Task[None] | None = None
        self._tidying: asyncio.Task[None] | None = None
        self.url = ""

    async def start(self, port: int | None = None) -> str:
        """Serve on this port (None: the usual one, else any free one); gives the URL. Raises GatewayError."""
        if not self._tools.history.durable:
            raise GatewayError(
                "The gateway cannot run: its books can't be kept, because the history's file can't be used."
            )
        self._lock()
        try:
            listener = _listener(port)
            self._held.callback(listener.close)
            await self._begin(listener)
        except BaseException:
            self._held.close()
            raise
        self.url = f"http://{HOST}:{listener.getsockname()[1]}/"
        return self.url

    async def stop(self, limit_s: float = LAST_S) -> None:
        """Take no more requests, give those under way `limit_s` seconds, write down what is known of them."""
        if self._serving is None:
            return
        self._server.config.timeout_graceful_shutdown = limit_s  # type: ignore[assignment]  # it goes to wait_for
        self._server.should_exit = True
        await asyncio.wait([self._serving], timeout=limit_s + 1)
        if under_way := list(self._server.server_state.tasks):  # cancelled by now: they say what they know
            await asyncio.wait(under_way, timeout=1)
        if self._tidying is not None:
            self._tidying.cancel()
        await self._books.finish(limit_s)
        await self._passing.aclose()
        await self._reader.close()
        self._keys.forget()
        self._serving = None
        self._held.close()

    def _lock(self) -> None:
        try:
            self._held.enter_context(FileLock(self._folder / LOCK, 0.0).hold())
        except LockBusy:
            raise GatewayBusy("A gateway runs already on this folder.") from None

    async def _begin(self, listener: socket.socket) -> None:
        tools = self._tools
        try:
            self._passing = Passing(tools.chosen.settings.ca_file, self._limits)
        except ValueError as error:  # the user's file of certificate authorities
            raise GatewayError(f"The gateway cannot run: {error}. Look at the settings.") from None
        self._reader = Reader(tools)
        self._reader.load()
        ledger = Ledger(tools, self._reader)
        await ledger.recover(_EVER, OWNER)  # nobody else serves; and the clock may have gone back since
        self._keys = Keys(tools)
        self._till = till = Till(self._reader, Charges(tools.history.connections), tools.clock)
        self._books = Books(ledger, till, self.feed, tools.clock)
        relay = Relay(self._keys, self._passing, self._books)
        lines = Lines(tools)
        front = Front(lines, Tickets(Tokens(tools.history.connections), tools.clock), relay, self.feed)
        front.port = listener.getsockname()[1]
        self._server = server(front)
        loop = asyncio.get_running_loop()
        self._serving = loop.create_task(self._server.run_on(listener))
        self._tidying = loop.create_task(self._tidy())

    async def _tidy(self) -> None:
        seconds = 0
        while True:
            await asyncio.sleep(1)
            seconds += 1
            self._keys.drop_old()
            if seconds % LOOK_S == 0:
                with contextlib.suppress(HistoryError):  # the database is busy: the next look comes soon
                    await self._till.look()


def _listener(port: int | None) -> socket.socket:
    try:
        try:
            return listen(USUAL_PORT if port is None else port)
        except OSError:
            if port is not None:
                raise
            return listen(0)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise GatewayError(f"{HOST} port {port} can not be used: {reason}.") from None
