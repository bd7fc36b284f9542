"""A1 and A8: what was acknowledged is there after a kill, whole; and two processes write one file without an error."""

import random
import re
import signal
import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from creditdesk.store.history import History

KILLS = 100

RECORDER = """
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from creditdesk.core.pools import Level, Pool, PoolKind, Snapshot, Source
from creditdesk.core.series import Episode
from creditdesk.store.history import History
start = datetime(2026, 11, 21, tzinfo=UTC)
path, number = Path(sys.argv[1]), int(sys.argv[2])
history = History(path, start)
print("ready", flush=True)
while True:
    batch = []
    for account in range(3):
        number += 1
        at = start + timedelta(seconds=number)
        pool = Pool("main", "Main", PoolKind.WALLET, "credits", Decimal(number))
        episode = Episode(f"a{account}", Level.LOW, at, "main", window=str(number))
        pending = history.record(f"a{account}", Snapshot(at, Source.LIVE, (pool,)), at, ((episode,), ()))
        batch.append((number, pending))
    for acknowledged, pending in batch:
        assert len(pending.result()) == 1
        print(acknowledged, flush=True)
"""


def killed(path: Path, number: int, after_s: float) -> list[int]:
    """The numbers that a recorder acknowledged before it was killed."""
    command = [sys.executable, "-c", RECORDER, str(path), str(number)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    try:
        child.wait(after_s)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
    rest = child.stdout.read()
    child.wait(20)
    child.stdout.close()
    return [int(line) for line in re.findall(r"^(\d+)\n", rest, re.MULTILINE)]


def stored(path: Path) -> tuple[set[int], set[int]]:
    """The numbers whose point, and those whose episode, is in the file; the file's check must be good."""
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    points = {int(left) for (left,) in connection.execute("SELECT amount_left FROM point")}
    episodes = {int(window) for (window,) in connection.execute("SELECT pool_window FROM episode")}
    connection.close()
    return points, episodes


@pytest.mark.timeout(180)
def test_100_kills_lose_no_acknowledged_reading_and_leave_none_half_written(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite3"
    dice = random.Random(2026)
    acknowledged: set[int] = set()
    for number in range(KILLS):
        acknowledged.update(killed(path, number * 1_000_000, dice.uniform(0, 0.03)))
        if number % 10 == 9:
            points, episodes = stored(path)
            assert points == episodes
            assert acknowledged <= points
    assert len(acknowledged) > KILLS
    assert [file.name for file in tmp_path.iterdir() if "aside" in file.name] == []


WRITER = """
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from creditdesk.core.pools import Pool, PoolKind, Snapshot, Source
from creditdesk.store.history import History
start = datetime(2026, 11, 21, tzinfo=UTC)
history = History(Path(sys.argv[1]), start)
history._connections.write(lambda connection: connection.execute("PRAGMA wal_autocheckpoint = 20")).result()
for number in range(300):
    pool = Pool("main", "Main", PoolKind.WALLET, "credits", Decimal(number))
    at = start + timedelta(seconds=number)
    history.record(sys.argv[2], Snapshot(at, Source.LIVE, (pool,)), at).result()
    assert history.latest([sys.argv[2]]).result()[sys.argv[2]].snapshot.pools[0].left == number
    if number % 100 == 99:
        history.close()
        history = History(Path(sys.argv[1]), start)
        assert history.notice is None
history.close()
"""


def test_two_processes_write_one_file_and_neither_sees_an_error(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "history.sqlite3"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), who], stderr=subprocess.PIPE) for who in "ab"]
    assert [(writer.communicate(timeout=90)[1], writer.returncode) for writer in writers] == [(b"", 0), (b"", 0)]
    history = History(path, now)
    assert history.notice is None
    for who in "ab":
        (series,) = history.series(who).result(10)
        assert [point.left for point in series.points] == list(range(300))
    history.close()
    assert stored(path)[0] == set(range(300))
