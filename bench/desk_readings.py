"""The desk's reader under load, in the process that imports it: real engine, history and Qt loop, a keyring double."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from bench.folder import Past, asked_accounts, make_folder
from creditdesk.app import collector
from creditdesk.desk.opening import Desk, open_desk
from creditdesk.desk.reading import Outcome
from creditdesk.desk.tools import utc_now
from creditdesk.paths import Places
from creditdesk.store.vault import Vault
from creditdesk.ui.board import Board, Entry
from creditdesk.ui.engine import Engine

TICK_MS = 5
AT_ONCE = 50
MONTH = Past(30, 45)
KEY = "tkn_usr_0000000000000000"


class KeyringDouble:
    """A keyring in memory."""

    def get_password(self, service: str, username: str) -> str | None:
        """The same key for everybody."""
        return KEY

    def set_password(self, service: str, username: str, password: str) -> None:
        """Nothing is kept."""

    def delete_password(self, service: str, username: str) -> None:
        """Nothing is kept."""


@dataclass(slots=True)
class Ticks:
    """When the GUI's event loop came round."""

    last: float = 0.0
    gaps: list[float] = field(default_factory=list)

    def tick(self) -> None:
        """It came round now."""
        now = time.perf_counter()
        self.gaps.append(now - self.last)
        self.last = now

    def begin(self) -> None:
        """Count from now."""
        self.gaps.clear()
        self.last = time.perf_counter()


class DeskReadings:
    """A thousand accounts or so, spread over the origins, each read once a round."""

    def __init__(
        self, folder: Path, origins: list[str], accounts: int, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._application = QApplication.instance() or QApplication(["bench"])
        make_folder(folder, asked_accounts(accounts, origins), MONTH)
        self._desk = _desk(folder, clock)
        self._ids = [account.id for account in self._desk.tools.chosen.accounts]
        self._engine = Engine()
        self._engine.failed.connect(_raise)
        self._board = Board()
        self._told = 0

    def run(self) -> dict[str, float]:
        """Rate, CPU time of a reading, and the gaps of the event loop, over one round after a first one."""
        ticks = Ticks()
        timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=TICK_MS)
        timer.timeout.connect(ticks.tick)
        try:
            self.read_all()
            collector.spare()
            timer.start()
            ticks.begin()
            wall, cpu = self.read_all()
            timer.stop()
        finally:
            self.close()
        gaps = sorted(ticks.gaps)
        return {
            "rate": len(self._ids) / wall,
            "cpu_ms": 1000 * cpu / len(self._ids),
            "gap_ms": 1000 * gaps[-1],
            "gap_p99_ms": 1000 * gaps[int(0.99 * (len(gaps) - 1))],
        }

    def close(self) -> None:
        """End the engine and close the desk."""
        self._engine.stop(self._desk.close)

    def read_all(self) -> tuple[float, float]:
        """Wall and CPU seconds of one reading of each account, until the last one is told on the GUI thread."""
        self._told = 0
        loop = QEventLoop()
        waiting = iter(self._ids)
        timer = QTimer(interval=0)
        timer.timeout.connect(lambda: self._ask(list(islice(waiting, AT_ONCE)), loop) or timer.stop())
        timer.start()
        begun, cpu = time.perf_counter(), time.process_time()
        loop.exec()
        return time.perf_counter() - begun, time.process_time() - cpu

    def _ask(self, account_ids: list[str], loop: QEventLoop) -> bool:
        """Ask for these accounts as the window does; False when there are none."""
        for account_id in account_ids:
            self._engine.ask(partial(self._desk.reader.read, account_id), partial(self._hear, loop))
        return bool(account_ids)

    def _hear(self, loop: QEventLoop, outcome: Outcome) -> None:
        assert outcome.reading.trouble is None, outcome.reading.trouble
        definition = self._desk.tools.catalogue.get(outcome.reading.account.provider)
        self._board.put(Entry(outcome.reading, definition))
        self._told += 1
        if self._told == len(self._ids):
            loop.quit()


def _desk(folder: Path, clock: Callable[[], datetime]) -> Desk:
    """The desk of this folder, with a keyring double."""
    return open_desk(Places(folder, folder), Vault(KeyringDouble()), clock=clock)


def _raise(error: BaseException) -> None:
    raise error
