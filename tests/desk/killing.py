"""Kills a sending again and again against the sandbox, and compares its report with the sandbox's own books."""

import asyncio
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from creditdesk.core.pools import Account, Custody
from creditdesk.core.queueing import Queue
from creditdesk.core.sending import Place, Sending
from creditdesk.desk.opening import Desk, open_desk
from creditdesk.paths import Places
from creditdesk.sandbox import Fault, FaultKind, Sandbox, SandboxThread

ROOT = Path(__file__).resolve().parents[2]
CREATE = "POST /v1/domains/{domain}/keywords"
PATH = "/v1/domains"
VARIABLE = "CREDITDESK_KILLED_KEY"
ENGINES = tuple(
    {"name": "google", "location": "United States", "language": "en", "device": device}
    for device in ("desktop", "mobile")
)
SETTLE_S = 1.0
Row = tuple[str, str]


@dataclass(slots=True)
class Slaughter:
    """A sandbox, a folder with a sending in its outbox, and the dice."""

    running: SandboxThread
    folder: Path
    dice: random.Random
    account: str = ""
    sending: str = ""
    items: tuple[str, ...] = ()
    kills: int = 0
    most_unknown: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def prepare(self, items: int, batch: int, queued: bool = False) -> None:
        """An account whose key is in the environment, and an approved import in its outbox; or one that is queued."""
        self.running.call(
            lambda box: box.update_account("ranktracker", limits={"keywords": 90_000, "dataRows": 90_000})
        )
        os.environ[VARIABLE] = self.running.addresses.keys["ranktracker"]
        self.items = tuple(f"keyword {number} é" for number in range(items))

        async def story(desk: Desk) -> None:
            base = self.running.addresses.base_urls["ranktracker"]
            draft = Account("", "mine", "ranktracker", Custody.ENVIRONMENT, key_env=VARIABLE, base_url=base)
            account = await desk.registry.add(draft, {})
            await desk.reader.read(account.id)
            place: Place = (await desk.sender.places(account.id))[0]
            plan = await desk.sender.plan(
                account.id, "track-keywords", self.items, place=place, rows=ENGINES, batch=batch
            )
            waits = desk.sender.queue(plan, Queue()) if queued else desk.sender.start(plan)
            self.account, self.sending = account.id, (await waits).id

        self.with_desk(story)

    def with_desk(self, story: Callable[[Desk], Any]) -> Any:
        async def run() -> Any:
            desk = open_desk(Places(self.folder, self.folder))
            desk.reader.load()
            try:
                return await story(desk)
            finally:
                await desk.close()

        return asyncio.run(run())

    # ---- one life of the child

    def child(self) -> "subprocess.Popen[str]":
        words = [sys.executable, "-m", "tests.desk.send_child", str(self.folder), str(SETTLE_S)]
        child = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        return child

    def kill_one(self) -> None:
        """Let a child run under some faults, and kill it at a moment that the dice choose."""
        self.afflict()
        child = self.child()
        moment = self.dice.choice((self.at_any_time, self.at_a_request, self.at_an_answer))
        moment(child)
        child.kill()
        child.wait(20)
        assert child.stdout is not None
        self.reasons[child.stdout.read().strip().split(" ")[-1] if child.returncode == 0 else "killed"] += 1
        child.stdout.close()
        self.kills += child.returncode != 0
        self.most_unknown = max(self.most_unknown, self.left_in("sending"))

    def at_any_time(self, child: "subprocess.Popen[str]") -> None:
        self.until(child, lambda: False, self.dice.uniform(0, 0.4))

    def at_a_request(self, child: "subprocess.Popen[str]") -> None:
        """Right after a create arrived, before its work or its answer."""
        wanted = self.creates()[0] + self.dice.randint(1, 4)
        self.until(child, lambda: self.creates()[0] >= wanted, 2.0)

    def at_an_answer(self, child: "subprocess.Popen[str]") -> None:
        """Right after a create was answered, while the answer is read and committed."""
        wanted = self.creates()[1] + self.dice.randint(1, 4)
        self.until(child, lambda: self.creates()[1] >= wanted, 2.0)
        time.sleep(self.dice.uniform(0, 0.004))

    def until(self, child: "subprocess.Popen[str]", condition: Callable[[], bool], most_s: float) -> None:
        deadline = time.monotonic() + most_s
        while child.poll() is None and time.monotonic() < deadline and not condition():
            time.sleep(0.0005)

    def creates(self) -> tuple[int, int]:
        """How many creates have arrived, and how many of them were answered."""

        def count(box: Sandbox) -> tuple[int, int]:
            made = [visit for visit in box.counters.visits if visit.request == CREATE]
            return len(made), sum(visit.status is not None for visit in made)

        return self.running.call(count)

    def afflict(self) -> None:
        """Other faults for the next child: none to three of them, each for a few requests."""
        dice = self.dice
        choices: list[dict[str, Any]] = [
            {"kind": FaultKind.LATENCY, "seconds": dice.uniform(0, 0.3)},
            {"kind": FaultKind.LATENCY, "seconds": dice.uniform(0.5, 0.95), "mode": "stubborn"},
            {"kind": FaultKind.LATENCY, "seconds": dice.uniform(0.5, 0.95), "mode": "stubborn"},
            {"kind": FaultKind.LATENCY, "seconds": dice.uniform(0.5, 0.95), "mode": "stubborn"},
            {"kind": FaultKind.LATENCY, "seconds": dice.uniform(0, 0.3), "after_work": True},
            {"kind": FaultKind.RESET},
            {"kind": FaultKind.RESET, "after_work": True},
            {"kind": FaultKind.RESET, "mode": "head"},
            {"kind": FaultKind.RESET, "mode": "mid"},
            {"kind": FaultKind.STATUS, "status": 503},
            {"kind": FaultKind.STATUS, "status": 503, "after_work": True},
            {"kind": FaultKind.THROTTLE, "after_work": dice.random() < 0.5, "retry_after": 0},
            {"kind": FaultKind.STATUS, "status": 429, "after_work": dice.random() < 0.5},
            {"kind": FaultKind.STATUS, "status": 500, "after_work": dice.random() < 0.5},
            {"kind": FaultKind.HTML, "after_work": dice.random() < 0.5},
            {"kind": FaultKind.TRUNCATED, "mode": dice.choice(("body", "transfer", "chunked"))},
            {"kind": FaultKind.EMPTY},
            {"kind": FaultKind.REDIRECT, "after_work": dice.random() < 0.5},
            {"kind": FaultKind.HANG, "after_work": dice.random() < 0.5},
        ]
        self.running.call(Sandbox.clear_faults)
        for spec in dice.sample(choices, dice.randint(0, 3)):
            fault = Fault(
                provider="ranktracker",
                method="POST",
                path=PATH,
                times=dice.randint(1, 2),
                skip=dice.randint(0, 3),
                **spec,
            )
            self.running.call(lambda box, fault=fault: box.set_fault(fault))
        consuming = Fault(
            kind=FaultKind.CONSUME_BETWEEN, provider="ranktracker", amounts={"keywords": 1, "dataRows": 1}
        )
        self.running.call(lambda box: box.set_fault(consuming))
        if dice.random() < 0.3:  # the lists suffer, too
            fault = Fault(kind=FaultKind.THROTTLE, provider="ranktracker", method="GET", path=PATH, times=2)
            self.running.call(lambda box: box.set_fault(fault))

    # ---- the end

    def finish(self) -> Sending:
        """Take the faults down and let a last child send the rest; the sending as it is then."""
        self.running.call(Sandbox.clear_faults)
        said = []
        for _ in range(5):
            child = self.child()
            out, _ = child.communicate(timeout=60)
            said.append(out.strip())
            found: Sending = self.with_desk(lambda desk: desk.sender.sendings())[0]
            if found.done:
                return found
        raise AssertionError(f"it never ended: {said}")

    def report(self) -> tuple[tuple[int, str, str, str], ...]:
        rows: tuple[tuple[int, str, str, str], ...] = self.with_desk(lambda desk: desk.sender.report(self.sending))
        return rows

    def created(self) -> Counter[Row]:
        """How often each keyword was created on each device, by the sandbox's own books."""
        journal = self.running.call(lambda box: box.journal("ranktracker"))
        return Counter(
            (word, engine["device"])
            for entry in journal
            if entry["operation"] == "create"
            for word in entry["words"]
            for engine in entry["engines"]
        )

    def wanted(self, items: tuple[str, ...] | None = None) -> Counter[Row]:
        chosen = self.items if items is None else items
        return Counter((item, engine["device"]) for item in chosen for engine in ENGINES)

    def left_in(self, state: str) -> int:
        connection = sqlite3.connect(self.folder / "history.sqlite3")
        try:
            return int(connection.execute("SELECT count(*) FROM batch WHERE state = ?", (state,)).fetchone()[0])
        finally:
            connection.close()
