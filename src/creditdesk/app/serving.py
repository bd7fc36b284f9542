"""The gateway in the window's own process: switched on and off, what passes told as it comes, its end with the desk's.

It has its own thread and event loop. Nothing of it is imported before it is first started.
"""

import asyncio
import importlib
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from creditdesk.app.parts import Parts
from creditdesk.app.telling import Teller
from creditdesk.core.pools import Level
from creditdesk.core.seen import Done, Seen
from creditdesk.notify.message import Message
from creditdesk.paths import Places
from creditdesk.store.config import ConfigError
from creditdesk.store.history import HistoryError
from creditdesk.ui import gateway_words, words
from creditdesk.ui.gateway_values import Phase, Standing

LOOK_MS = 400
"""How often it is looked at what passed."""
LAST_S = 0.35
"""What requests under way get when the window is closed; and as much again for writing them down."""
ENDED_S = 0.9
NOT_STARTED = "The gateway did not start."
AGAIN = timedelta(hours=1)
"""After so long the same token's refusals are told again."""


class Serving(QObject):
    """Keeps the gateway. It is off until `start`.

    Signals:
        begun(str): it serves from now on, at this URL.
        changed(): it stands otherwise.
        passed(object): requests are over: a tuple of `core.seen.Seen`, oldest first.
    """

    begun = Signal(str)
    changed = Signal()
    passed = Signal(object)
    _missed = Signal()

    def __init__(self, parts: Parts, teller: Teller, where: Places, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._teller = teller
        self._where = where
        self._thread: Any = None  # a gateway.thread.GatewayThread, from the first start on
        self._ending: Future[None] | None = None
        self._looked = 0
        self._told: dict[tuple[str, Done], datetime] = {}
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._missed.connect(lambda: self._show(Standing(Phase.FAILED, problem=NOT_STARTED)))
        self.standing = Standing()

    def switch(self, on: bool) -> None:
        """The user starts or stops it. Once it serves, or is stopped, it is so at the program's next start, too."""
        if on:
            self.start()
            return
        self._remember(False)
        self.stop()

    def start(self) -> None:
        """Serve, where it does not."""
        if self.standing.phase in (Phase.STARTING, Phase.ON, Phase.STOPPING):
            return
        self._show(Standing(Phase.STARTING))
        self._parts.ask(self._started, self._show)

    def stop(self) -> None:
        """Take no more requests, and give those under way a moment."""
        if self.standing.phase is not Phase.ON:
            self._show(Standing() if self.standing.phase is not Phase.STARTING else self.standing)
            return
        self._show(Standing(Phase.STOPPING))
        thread = self._thread

        async def story() -> Standing:
            await asyncio.shield(asyncio.wrap_future(thread.stop()))
            return Standing()

        self._parts.ask(story, self._show)

    def end(self) -> None:
        """The program ends: what runs is ended beside it. `ended` waits for that."""
        self._timer.stop()
        if self._thread is not None:
            self._ending = self._thread.stop(LAST_S)

    async def ended(self) -> None:
        """Wait until it is down, for a second at the most. To be run on the engine, before the desk is closed."""
        if self._ending is not None:
            with suppress(TimeoutError):  # what is open in the journal then is unknown at the next start
                await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(self._ending)), ENDED_S)

    def seen(self) -> tuple[Seen, ...]:
        """The last requests, oldest first."""
        return self._thread.feed.since() if self._thread is not None else ()

    def counts(self) -> dict[str, tuple[int, int]]:
        """By token, how many requests were refused and how many failed since the gateway first began."""
        tallies = self._thread.feed.tallies() if self._thread is not None else {}
        return {token: (each.refused, each.failed) for token, each in tallies.items()}

    def look(self) -> None:
        """See what passed since the last look."""
        if self._thread is None:
            return
        fresh = self._thread.feed.since(self._looked)
        if fresh:
            self._looked = fresh[-1].number
            for each in fresh:
                if each.done in (Done.REFUSED, Done.WARNED):
                    self._tell(each)
            self.passed.emit(fresh)

    async def _started(self) -> Standing:
        """Run on the engine: the web server is imported beside the window."""
        await asyncio.to_thread(importlib.import_module, "creditdesk.gateway.thread")
        from creditdesk.gateway.running import GatewayBusy, GatewayError  # uvicorn and the network stack
        from creditdesk.gateway.serving import USUAL_PORT
        from creditdesk.gateway.thread import GatewayThread

        if self._thread is None:
            self._thread = GatewayThread(self._parts.desk.tools, self._where)
        try:
            url = await asyncio.shield(asyncio.wrap_future(self._thread.start()))
        except GatewayBusy:
            return Standing(Phase.ELSEWHERE)
        except (GatewayError, HistoryError) as error:
            return Standing(Phase.FAILED, problem=str(error))
        except OSError as error:
            return Standing(Phase.FAILED, problem=f"{NOT_STARTED} {error.strerror or error}.")
        except Exception:  # our own bug: it is told and reported; the switch works again
            self._missed.emit()
            raise
        return Standing(Phase.ON, url, url.endswith(f":{USUAL_PORT}/"))

    def _show(self, standing: Standing) -> None:
        self.standing = standing
        if standing.serves:
            self._timer.start()
        else:
            self._timer.stop()
            self.look()
        self.changed.emit()
        if standing.serves:
            self.begun.emit(standing.url)
            if not self._parts.settings.gateway:
                self._remember(True)

    def _tell(self, seen: Seen) -> None:
        """A request could not be paid: once for each token and hour."""
        now, key = self._parts.now(), (seen.token, seen.done)
        before = self._told.get(key)
        if before is not None and timedelta(0) <= now - before < AGAIN:
            return
        entry, chosen = self._parts.board.entry(seen.account), self._parts.settings
        name = words.account_name(entry.reading.account, entry.definition, chosen.hide_names) if entry else ""
        who = words.HIDDEN if chosen.hide_names and seen.client else seen.client or "a script"
        verb = "was stopped" if seen.done is Done.REFUSED else "asks for more than is left"
        text = gateway_words.request_words(seen, entry, chosen.hide_amounts)
        level = Level.CRITICAL if seen.done is Done.REFUSED else Level.LOW
        message = Message(f"{name}: {who} {verb}", text, level is Level.CRITICAL, (("Show", "gateway"),), chosen.sound)
        if self._teller.say(message, level, seen.account):
            self._told[key] = now

    def _remember(self, on: bool) -> None:
        self._parts.settings = replace(self._parts.settings, gateway=on)
        chosen = self._parts.desk.tools.chosen

        async def story() -> str:
            try:
                chosen.change_settings(lambda before: replace(before, gateway=on))
            except (ConfigError, OSError) as error:
                return str(error)
            return ""

        def told(problem: str) -> None:
            if problem:
                self._parts.window.show_toast(f"That it is {'on' if on else 'off'} was not kept: {problem}")

        self._parts.ask(story, told)
