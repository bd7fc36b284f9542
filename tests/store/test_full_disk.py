"""A4: a disk that is full at any write loses nothing older and is said in one sentence; with space it goes on.

The limit that the system puts on a file's size stands for the disk: a write beyond it is cut short, then fails.
"""

import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from tests.proving import size

LIMITS = size(60, 1000)

WRITER = """
import json, os, random, resource, signal, sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from creditdesk.core.pools import Pool, PoolKind, Snapshot, Source
from creditdesk.store.history import History, HistoryError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
start, dice = datetime(2026, 11, 21, tzinfo=UTC), random.Random(4)
path, rounds = Path(sys.argv[1]), int(sys.argv[2])
history = History(path, start)
often = "PRAGMA wal_autocheckpoint = 10"
history.connections.write(lambda connection: connection.execute(often).fetchone()).result()
number, acknowledged, said, outside = 0, [], set(), (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
def record():
    global number
    number += 1
    at = start + timedelta(minutes=number)
    pool = Pool("main", "Main", PoolKind.WALLET, "credits", Decimal(number))
    history.record("a", Snapshot(at, Source.LIVE, (pool,)), at).result(30)
    acknowledged.append(number)
for _ in range(rounds):
    largest = max(os.stat(f"{path}{ending}").st_size for ending in ("", "-wal") if os.path.exists(f"{path}{ending}"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (dice.randrange(largest + 20_000), resource.RLIM_INFINITY))
    for _ in range(6):
        try:
            record()
        except HistoryError as error:
            said.add(str(error))
    resource.setrlimit(resource.RLIMIT_FSIZE, outside)
    record()
    assert history.notice is None, history.notice
    known = history.latest(["a"]).result(30)["a"].snapshot
    assert known.pools[0].left == number
history.close()
print(json.dumps({"acknowledged": acknowledged, "said": sorted(said), "number": number}))
"""


@pytest.mark.promise("A4", f"{LIMITS} limits of the disk")
@pytest.mark.timeout(size(120, 900))
def test_a_disk_that_is_full_loses_nothing_older_and_goes_on_when_there_is_space(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite3"
    command = [sys.executable, "-c", WRITER, str(path), str(LIMITS)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=size(100, 800))
    assert (ended.stderr, ended.returncode) == ("", 0)
    told = json.loads(ended.stdout)
    assert len(told["acknowledged"]) < told["number"]  # some did fail
    assert all(re.fullmatch(r"The history can't be written now: [^.]+\.", each) for each in told["said"]), told["said"]
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    stored = {int(left) for (left,) in connection.execute("SELECT amount_left FROM point")}
    connection.close()
    assert set(told["acknowledged"]) <= stored
    assert [file.name for file in tmp_path.iterdir() if "aside" in file.name] == []
