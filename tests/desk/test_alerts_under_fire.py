"""Promise F4: a program that is killed between deciding and telling tells a warning once, or marks it missed."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.desk.killing import ROOT
from tests.desk.world import World
from tests.proving import size

KILLS = size(20, 200)


@pytest.mark.timeout(60 + 2 * KILLS)
@pytest.mark.promise("F4", f"{KILLS} kills")
def test_killed_again_and_again_each_warning_is_told_once_or_marked_missed(world: World) -> None:
    world.add_typed("oneclickseo", plan="starter")
    world.run(world.desk.close())
    folder, dice, turn = world.places.database.parent, random.Random(4), threading.Event()
    words = [sys.executable, "-m", "tests.desk.alerts_child", str(folder)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as lives:
        assert lives.stdin is not None
        assert lives.stdout is not None
        for seed in range(KILLS):
            print(seed, 10_000, file=lives.stdin, flush=True)
            pid = int(lives.stdout.readline())
            if dice.random() < 0.3:
                turn.wait(dice.uniform(0.02, 0.16))
            else:  # at what is shown: a little after it, before it is noted
                wait_for(folder / "seen.txt", dice.randint(1, 4))
                turn.wait(dice.uniform(0, 0.004))
            os.kill(pid, signal.SIGKILL)
            assert int(lives.stdout.readline()) == -signal.SIGKILL
        print(KILLS, 3, file=lives.stdin, flush=True)
        lives.stdout.readline()
        assert int(lives.stdout.readline()) == 0
        lives.stdin.close()
    seen = Counter(map(int, (folder / "seen.txt").read_text().split()))
    assert_told_once(world.places.database, seen)


def wait_for(seen: Path, more: int) -> None:
    """Until so many more were shown, two seconds at the most."""

    def shown() -> int:
        return len(seen.read_bytes().split()) if seen.exists() else 0

    wanted, deadline, turn = shown() + more, time.monotonic() + 2, threading.Event()
    while shown() < wanted and time.monotonic() < deadline:
        turn.wait(0.0005)


def assert_told_once(database: Path, seen: Counter[int]) -> None:
    connection = sqlite3.connect(database)
    episodes = connection.execute("SELECT id, delivered FROM episode WHERE delivered != 'covered'").fetchall()
    connection.close()
    assert len(episodes) > KILLS
    assert max(seen.values()) == 1
    assert seen.keys() <= {number for number, _ in episodes}
    assert {how for _, how in episodes} <= {"notification", "missed"}
    assert all(seen[number] == 1 for number, how in episodes if how == "notification")
    assert sum(how == "notification" for _, how in episodes) > len(episodes) / 2
