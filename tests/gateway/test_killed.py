"""A gateway that is killed at any moment loses no charge silently, and books none twice."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.desk.killing import ROOT
from tests.gateway.auditing import assert_no_request_is_booked_falsely, hidden
from tests.gateway.trade import Ask, Market, market
from tests.proving import size

from creditdesk.core.charges import ChargeState
from creditdesk.desk.tools import utc_now
from creditdesk.sandbox import Fault, FaultKind, Sandbox

KILLS = size(20, 300)
SCRIPTS = 6
AHEAD = timedelta(minutes=2)
"""By so much the clock goes back after the last kill."""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Market]:
    with market(tmp_path / "desk") as found:
        found.gateway.stop().result(10)
        found.running.call(lambda box: box.update_account("oneclickseo", polls_to_finish=0))
        found.buy(900_000)
        yield found


@pytest.fixture
def lives(running: Market) -> Iterator["subprocess.Popen[str]"]:
    words = [sys.executable, "-m", "tests.gateway.life", str(running.world.places.database.parent)]
    words.append(str((running.clock() - utc_now() + AHEAD).total_seconds()))
    keyring = {name: key for (_, name), key in running.world.memory.items.items()}
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as found:
        assert found.stdin is not None
        print(json.dumps(keyring), file=found.stdin, flush=True)
        yield found
        found.stdin.close()


@pytest.mark.timeout(60 + 3 * KILLS)
@pytest.mark.promise("I3", f"{KILLS} kills")
def test_killed_at_any_moment_no_charge_is_lost_silently_and_none_is_booked_twice(
    running: Market, lives: "subprocess.Popen[str]"
) -> None:
    dice, turn, answered = random.Random(9), threading.Event(), 0
    assert lives.stdin is not None and lives.stdout is not None
    for _ in range(KILLS):
        slow = Fault(kind=FaultKind.LATENCY, seconds=dice.choice((0.0, 0.01)), after_work=dice.random() < 0.5, times=9)
        running.running.call(lambda box, slow=slow: (box.clear_faults(), box.set_fault(slow)))
        print(file=lives.stdin, flush=True)
        pid = int(lives.stdout.readline())
        if dice.random() < 0.1:  # before it serves
            turn.wait(dice.uniform(0, 0.1))
            os.kill(pid, signal.SIGKILL)
            ended = lives.stdout.readline()
            assert (ended if ended.startswith("ended") else lives.stdout.readline()) == "ended -9\n"
            continue
        running.port = int(lives.stdout.readline().rsplit(":", 1)[1].rstrip("/\n"))
        answered += killed_while_asked(running, dice, lambda pid=pid: os.kill(pid, signal.SIGKILL))
        assert lives.stdout.readline() == "ended -9\n"
    running.running.call(Sandbox.clear_faults)
    assert answered > KILLS
    running.gateway.start(0).result(10)
    running.quiet()
    assert running.charges("oneclickseo", ChargeState.UNKNOWN)
    assert_no_request_is_booked_falsely(running)
    running.clock.go_to(running.clock() + AHEAD)
    running.type_balances()
    running.world.run(running.world.desk.reader.catch_up())
    assert running.unexplained("oneclickseo") == hidden(running, "oneclickseo")


def killed_while_asked(running: Market, dice: random.Random, kill: Callable[[], None]) -> int:
    """Scripts ask until the gateway is gone; how often one of them was answered."""
    before, count = sum(running.said.values()) - running.said["", "", 0], running.requests()
    threads = [threading.Thread(target=running.ask_on, args=(asking(running, dice),)) for _ in range(SCRIPTS)]
    for thread in threads:
        thread.start()
    wanted, turn = dice.randint(1, 20), threading.Event()
    while running.requests() < count + wanted:
        turn.wait(0.001)
    turn.wait(dice.uniform(0, 0.01))
    kill()
    for thread in threads:
        thread.join()
    return sum(running.said.values()) - before


def asking(running: Market, dice: random.Random) -> Iterator[Ask]:
    """Requests without end, jobs and looks at them among them."""
    own = random.Random(dice.random())
    while True:
        words = [f"word {own.randrange(10**6)}" for _ in range(own.randint(1, 4))]
        posts: list[tuple[str, dict[str, Any]]] = [
            ("/v1/serp/overview", {"keywords": words}),
            ("/v1/content/briefs", {"keywords": words}),
            ("/v1/rank-checks", {"keywords": words}),
            ("/v1/keywords/ideas", {"keywords": words[:1]}),
        ]
        yield Ask("oneclickseo", "POST", *own.choice(posts))
        if running.jobs:
            yield Ask("oneclickseo", "GET", own.choice(running.jobs))
        yield Ask("leadboxer", "GET", f"/v1/ip-lookup?ip=192.0.2.{own.randrange(250)}")
