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
from tests.proving import size

from creditdesk.store.history import History

KILLS = size(100, 1000)
WRITING_S = size(2, 600)

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


@pytest.mark.promise("A1", f"{KILLS} kills")
@pytest.mark.timeout(size(180, 1800))
def test_kills_lose_no_acknowledged_reading_and_leave_none_half_written(tmp_path: Path) -> None:
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
import sys, time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from creditdesk.core.pools import Pool, PoolKind, Snapshot, Source
from creditdesk.store.history import History
start = datetime(2026, 11, 21, tzinfo=UTC)
path, who, until = Path(sys.argv[1]), sys.argv[2], time.monotonic() + float(sys.argv[3])
number = 0
while time.monotonic() < until:
    history = History(path, start)
    assert history.notice is None
    often = "PRAGMA wal_autocheckpoint = 20"
    history.connections.write(lambda connection: connection.execute(often).fetchone()).result()
    for _ in range(100):
        pool = Pool("main", "Main", PoolKind.WALLET, "credits", Decimal(number))
        at = start + timedelta(seconds=number)
        history.record(who, Snapshot(at, Source.LIVE, (pool,)), at).result()
        assert history.latest([who]).result()[who].snapshot.pools[0].left == number
        number += 1
    history.close()
print(number)
"""


@pytest.mark.promise("A8", f"2 processes for {WRITING_S} s")
@pytest.mark.timeout(WRITING_S + 200)
def test_two_processes_write_one_file_and_neither_sees_an_error(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "history.sqlite3"
    words = [sys.executable, "-c", WRITER, str(path)]
    ours = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    writers = [subprocess.Popen([*words, who, str(WRITING_S)], **ours) for who in "ab"]  # type: ignore[call-overload]
    ended = [(*writer.communicate(timeout=WRITING_S + 90), writer.returncode) for writer in writers]
    assert [(error, status) for _, error, status in ended] == [(b"", 0), (b"", 0)]
    history = History(path, now)
    assert history.notice is None
    for who, (written, _, _) in zip("ab", ended, strict=True):
        (series,) = history.series(who).result(60)
        assert int(written) > 0
        assert [point.left for point in series.points] == list(range(int(written)))
    history.close()
    stored(path)
