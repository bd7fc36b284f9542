"""Kills of the whole program between a crossing and its notification: told once or marked missed, never twice."""

import asyncio
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.cli.commanding import environment
from tests.desk.world import Memory
from tests.notify.service import Service, private_bus, serving
from tests.proving import size

from creditdesk.core.pools import Account, Custody
from creditdesk.core.series import Episode
from creditdesk.desk.opening import Desk, open_desk
from creditdesk.paths import Places
from creditdesk.providers.exchange import Exchange
from creditdesk.providers.transport import open_client
from creditdesk.sandbox import Sandbox, SandboxThread
from creditdesk.store.vault import Vault

KILLS = size(2, 100)
PLENTY = {"usage": {"keywords": 100, "dataRows": 100, "onDemand": 0, "serpAnalyser": 0}}
NAME = "KILLED_DESKS_KEY"


@dataclass
class Program:
    """The real program on a folder, a bus and a sandbox; its keys come from the environment."""

    running: SandboxThread
    service: Service
    address: str
    folder: Path
    home: Path

    def desk(self, ago: timedelta = timedelta(0)) -> Desk:
        """The desk of the folder, with a clock that is behind."""
        places = Places(self.folder, self.folder).make()
        vault = Vault(Memory(), limit_s=5)
        return open_desk(places, vault, lambda: Exchange(open_client()), lambda: datetime.now(UTC) - ago)

    def prepare(self) -> None:
        """An account that had plenty ten minutes ago, and is nearly used up by now."""
        self.running.call(lambda box: box.update_account("ranktracker", **PLENTY))

        async def story() -> None:
            desk = self.desk(timedelta(minutes=10))
            url = self.running.addresses.base_urls["ranktracker"]
            draft = Account("", "Agency", "ranktracker", Custody.ENVIRONMENT, key_env=NAME, base_url=url)
            await desk.reader.read((await desk.registry.add(draft, {})).id)
            await desk.close()

        asyncio.run(story())
        self.running.call(lambda box: box.consume("ranktracker", keywords=890))

    def episodes(self) -> list[Episode]:
        async def story() -> list[Episode]:
            desk = self.desk()
            try:
                return await desk.tools.history.warned.episodes()
            finally:
                await desk.close()

        return asyncio.run(story())

    def start(self) -> "subprocess.Popen[bytes]":
        environ = environment(
            self.home,
            QT_QPA_PLATFORM="offscreen",
            DBUS_SESSION_BUS_ADDRESS=self.address,
            **{NAME: self.running.addresses.keys["ranktracker"]},
        )
        words = [sys.executable, "-m", "creditdesk", "--data-dir", str(self.folder)]
        return subprocess.Popen(words, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def asked(self) -> int:
        pages = self.running.call(Sandbox.books)["vendors"].get("ranktracker", {})
        return sum(sum(page["requests"].values()) for page in pages.values())


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    with (
        SandboxThread(Sandbox(seed=7)) as running,
        private_bus() as address,
        serving(address) as service,
    ):
        monkeypatch.setenv(NAME, running.addresses.keys["ranktracker"])
        yield Program(running, service, address, tmp_path / "desk", tmp_path)


def until(condition: Callable[[], bool], limit_s: float = 20) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait(10)


def killed_while_shown(program: Program) -> None:
    """Kill it after the notification came and before that is answered, so that nothing of it is noted."""
    process = program.start()
    program.service.before = lambda: end(process)
    until(lambda: process.poll() is not None)
    program.service.before = lambda: None


def killed_somewhere(program: Program, after_s: float) -> None:
    """Kill it so long after it asked the vendor: before, amid or after the decision and the telling."""
    process, before = program.start(), program.asked()
    until(lambda: program.asked() > before)
    with suppress(subprocess.TimeoutExpired):
        process.wait(after_s)
    end(process)


@pytest.mark.promise("F4", f"{KILLS} kills of the window")
def test_a_crossing_is_told_once_or_marked_missed_whenever_the_program_is_killed(program: Program) -> None:
    chance = random.Random(20261121)
    for number in range(KILLS):
        shutil.rmtree(program.folder, ignore_errors=True)
        program.prepare()
        program.service.sent.clear()
        if number % 2 == 0:
            killed_while_shown(program)
        else:
            killed_somewhere(program, chance.uniform(0, 0.25))
        process = program.start()
        until(
            lambda: (
                {each.delivered for each in program.episodes()} <= {"notification", "missed"}
                and bool(program.episodes())
            )
        )
        shown = len(program.service.sent)
        told = [each.delivered for each in program.episodes()]
        end(process)
        assert shown == 1 or (shown == 0 and told == ["missed"]), (number, shown, told)
        assert len(told) == 1
