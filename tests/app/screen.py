"""A desktop on the (off-screen) screen: a real window on a real desk, its vendors a sandbox, its keyring in memory.

The clock stands until it is moved; the poller looks when a test says `look`. Nothing of it may outlive the test.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from tests.desk.world import Clock, Memory

from creditdesk.app.desktop import Desktop
from creditdesk.app.front import Front
from creditdesk.core.pools import Account, Custody, Reading
from creditdesk.desk.opening import Desk, open_desk
from creditdesk.notify.message import Message, Shows
from creditdesk.paths import Places
from creditdesk.providers.exchange import DEADLINE_S, Exchange
from creditdesk.providers.transport import open_client
from creditdesk.sandbox import Fault, FaultKind, Sandbox, SandboxThread
from creditdesk.store.backends import Backend
from creditdesk.store.vault import Vault
from creditdesk.ui.account_dialog import AccountDialog
from creditdesk.ui.card import AccountCard

PATIENCE_MS = 10_000
BEAT_MS = 5
GATHER_MS = 40  # alerts are gathered for this long before they are told
TRAY_MS = 5  # a tray that is not there is looked for this often


@dataclass
class Messages:
    """A notification service that keeps what it is told. `takes` False: there is none."""

    takes: bool = True
    shown: list[Message] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    pressed: list[Callable[[str], None]] = field(default_factory=list)

    async def show(self, message: Message, pressed: Callable[[str], None]) -> str | None:
        if not self.takes:
            return None
        self.shown.append(message)
        self.pressed.append(pressed)
        return f"message-{len(self.shown)}"

    async def withdraw(self, identifier: str) -> None:
        self.withdrawn.append(identifier)

    async def close(self) -> None:
        """What was shown stays."""


class Gaps:
    """The largest gap, in milliseconds, between two beats of a precise timer on the GUI's event loop."""

    def __init__(self) -> None:
        self.largest = 0.0
        self.beats = 0
        self._last = time.perf_counter()
        self._timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def stop(self) -> float:
        self._timer.stop()
        self._beat()
        return self.largest

    def _beat(self) -> None:
        now = time.perf_counter()
        self.largest = max(self.largest, (now - self._last) * 1000)
        self._last = now
        self.beats += 1


class Screen:
    """The sandbox, the folder, and the desktop that is open in it. `open` and `close` may follow each other."""

    def __init__(self, qtbot: QtBot, application: QApplication, running: SandboxThread, folder: Path, clock: Clock):
        self.qtbot = qtbot
        self.application = application
        self.running = running
        self.places = Places(folder, folder).make()
        self.clock = clock
        self.memory = Memory()
        self.backend: Backend | None = self.memory  # None: the system's own keyring
        self.messages = Messages()
        self.open_notifier: Callable[[], Shows] = lambda: self.messages
        self.deadline_s = DEADLINE_S
        self.sample = False
        self.tray_ms = TRAY_MS
        self.at_paint: Callable[[Front], object] = lambda _front: None  # called when the window is there
        self.desktop: Desktop = None  # type: ignore[assignment]  # it is there between open and close
        self._front: Front
        self._threads = set(threading.enumerate())

    # ---- the desk

    def open_desk(self) -> Desk:
        """The desk of this folder, without a window. Close it before the window is opened."""
        vault = Vault(self.backend, limit_s=5)
        asking = lambda: Exchange(open_client(), self.deadline_s)  # noqa: E731
        return open_desk(self.places, vault, asking, self.clock)

    def prepare(self, *drafts: tuple[Account, dict[str, str]]) -> list[Account]:
        """Add accounts before the window is opened."""

        async def story() -> list[Account]:
            desk = self.open_desk()
            try:
                return [await desk.registry.add(draft, keys) for draft, keys in drafts]
            finally:
                await desk.close()

        return asyncio.run(story())

    def draft(self, provider: str, name: str = "", key: str = "", **changes: Any) -> tuple[Account, dict[str, str]]:
        """An account at the sandbox's first account of a vendor, with its key for the keyring."""
        account = Account("", name or provider, provider, Custody.KEYRING, base_url=self.url(provider))
        return account.changed(**changes), {"key": key or self.key(provider)}

    def by_hand(self, provider: str, name: str = "", **settings: str) -> tuple[Account, dict[str, str]]:
        """An account without a key, whose balances are typed."""
        return Account("", name or provider, provider, Custody.NONE, settings=settings), {}

    # ---- the window

    def open(self, quiet: bool = True) -> Desktop:
        """Open the window as the program does, and (quiet) wait until what is due was read and a tray looked for."""
        desk = self.open_desk()
        readings = desk.reader.load()
        front = self._front = Front(desk, self.sample)
        front.painted.connect(lambda: self.at_paint(front))
        if self.sample or front.parts.settings.start_in_tray:
            self._make(front, readings)
        else:
            front.painted.connect(lambda: self._make(front, readings))
            front.fill(readings)
            front.show()
            self.until(lambda: self.desktop is not None)
        if quiet:
            self.settle()
            self.until(lambda: not self.desktop.tray.awaited)
            self.settle()
        return self.desktop

    def _make(self, front: Front, readings: list[Reading]) -> None:
        desktop = Desktop(self.application, front, self.places, self.open_notifier)
        self.desktop = desktop
        self.gathering.setInterval(GATHER_MS)
        self.tray_looks.setInterval(self.tray_ms)
        desktop.open(readings)

    @property
    def gathering(self) -> QTimer:
        """What runs while alerts are gathered for one message."""
        found = self.desktop.teller.findChild(QTimer)
        assert isinstance(found, QTimer)
        return found

    @property
    def tray_looks(self) -> QTimer:
        """What runs while a tray is awaited."""
        found = self.desktop.tray.findChild(QTimer)
        assert isinstance(found, QTimer)
        return found

    def close(self) -> float:
        """Close the window; how many seconds that took. Nothing of it is left running."""
        began = time.perf_counter()
        self.desktop.close()
        took = time.perf_counter() - began
        for each in (self.desktop.window, self.desktop, self._front):
            each.deleteLater()
        self.desktop = None  # type: ignore[assignment]
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self.until(lambda: not self.left_running())
        return took

    def restart(self, quiet: bool = True) -> Desktop:
        self.close()
        return self.open(quiet)

    def left_running(self) -> list[str]:
        """The threads that are there now and were not before the first window."""
        return [thread.name for thread in threading.enumerate() if thread not in self._threads]

    def until(self, condition: Callable[[], bool], ms: int = PATIENCE_MS) -> None:
        self.qtbot.waitUntil(condition, timeout=ms)

    def settle(self) -> None:
        """Wait until nothing is read or worked out, and what came of it is laid out."""
        self.until(self.desktop.is_quiet)
        self.application.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def look(self, **passed: float) -> None:
        """Time goes by, the poller looks, and what is due is read."""
        self.clock.move(**passed)
        self.desktop.readings.poller.look()
        self.settle()

    def dialog(self) -> AccountDialog:
        """The account dialog that is open, or about to be."""
        self.until(lambda: bool(self.dialogs()))
        return self.dialogs()[0]

    def dialogs(self) -> list[AccountDialog]:
        """The account dialogs that are on screen."""
        return [each for each in self.desktop.window.findChildren(AccountDialog) if each.isVisible()]

    # ---- what is on screen

    def card(self, account: Account | str = "") -> AccountCard:
        """The account's card on the overview, or the only one."""
        wanted = account if isinstance(account, str) else account.id
        cards = [card for card in self.desktop.overview.cards if wanted in ("", card.account_id)]
        assert len(cards) == 1, [card.account_id for card in cards]
        return cards[0]

    def reading(self, account: Account | str = "") -> Reading:
        entry = self.desktop.parts.board.entry(self.card(account).account_id)
        assert entry is not None
        return entry.reading

    def left(self, account: Account | str = "") -> dict[str, Decimal | None]:
        snapshot = self.reading(account).snapshot
        return {pool.id: pool.left for pool in snapshot.pools} if snapshot else {}

    # ---- the sandbox

    def key(self, provider: str) -> str:
        return self.running.addresses.keys[provider]

    def url(self, provider: str) -> str:
        return self.running.addresses.base_urls[provider]

    def fault(self, kind: FaultKind, provider: str | None = None, **fields: Any) -> None:
        self.running.call(lambda box: box.set_fault(Fault(kind=kind, provider=provider, **fields)))

    def clear(self) -> None:
        self.running.call(Sandbox.clear_faults)

    def consume(self, provider: str, **amounts: Any) -> None:
        self.running.call(lambda box: box.consume(provider, **amounts))

    def set(self, provider: str, **state: Any) -> None:
        self.running.call(lambda box: box.update_account(provider, **state))

    def requests(self, provider: str) -> int:
        pages = self.running.call(Sandbox.books)["vendors"].get(provider, {})
        return sum(sum(page["requests"].values()) for page in pages.values())

    def open_requests(self) -> int:
        return int(self.running.call(Sandbox.books)["open_requests"])


def texts(widget: QWidget) -> list[str]:
    """Everything that a widget, and what is shown in it, says: words, tool tips, accessible names and descriptions."""
    said: list[str] = []
    for each in (widget, *widget.findChildren(QWidget)):
        if each is not widget and not each.isVisibleTo(widget):
            continue
        for name in ("text", "accessibleName", "accessibleDescription", "toolTip", "windowTitle", "toPlainText"):
            told = getattr(each, name, None)
            if callable(told):
                said.append(str(told()))
    return [text for text in said if text]


def spoken(widgets: Iterable[QWidget]) -> str:
    """The same of several widgets as one text."""
    return "\n".join(text for widget in widgets for text in texts(widget))


def start(now: datetime) -> Clock:
    clock = Clock()
    clock.now = now
    return clock
