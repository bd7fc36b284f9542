"""A2: after a power cut every acknowledged reading is there, and the file opens without a complaint.

SQLite syncs the log before it acknowledges a commit, and the log before the database at a checkpoint. So a cut leaves
what was synced last, and of what was written since any sectors: new, still old, or garbage, and any length of the file.
Bytes of a sector that were not written stay, as SQLite takes it for granted of disks (SQLITE_POWERSAFE_OVERWRITE).
"""

import itertools
import random
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.proving import size

from creditdesk.core.pools import Level, Pool, PoolKind, Snapshot, Source
from creditdesk.core.series import Episode
from creditdesk.store.history import History

CUTS = size(150, 1000)
COMMITS = 120
SECTOR = 512

Disk = tuple[bytes, bytes]
"""The database's file and its log."""


def disks(path: Path, now: datetime) -> list[Disk]:
    """What is on the disk after each acknowledged reading, the first one with none; checkpoints come every few."""
    history = History(path, now)
    often = "PRAGMA wal_autocheckpoint = 12"
    history.connections.write(lambda connection: connection.execute(often).fetchone()).result(10)
    found = [disk(path)]
    for number in range(1, COMMITS + 1):
        at = now + timedelta(minutes=number)
        pools = (Pool("main", "Main", PoolKind.WALLET, "credits", Decimal(number)),)
        episode = Episode("a", Level.LOW, at, "main", window=str(number))
        history.record("a", Snapshot(at, Source.LIVE, pools), at, ((episode,), ())).result(10)
        found.append(disk(path))
    history.close()
    return found


def disk(path: Path) -> Disk:
    log = Path(f"{path}-wal")
    return path.read_bytes(), log.read_bytes() if log.exists() else b""


def torn(dice: random.Random, old: bytes, new: bytes) -> bytes:
    """A file on its way from the old to the new one, as the cut left it."""
    length = dice.choice([len(old), len(new), dice.randint(min(len(old), len(new)), max(len(old), len(new)))])
    found = bytearray(old.ljust(length, b"\0")[:length])
    share = dice.random()
    for start in range(0, length, SECTOR):
        sector = bytes(found[start : start + SECTOR])
        written = new[start : start + len(sector)].ljust(len(sector), b"\0")
        changed = [place for place in range(len(sector)) if sector[place] != written[place]]
        if changed and dice.random() < share:
            first, last = changed[0], changed[-1] + 1
            found[start + first : start + last] = _arrived(dice, written[first:last])
    return bytes(found)


def _arrived(dice: random.Random, written: bytes) -> bytes:
    return written if dice.random() < 0.9 else dice.randbytes(len(written))


def cut(dice: random.Random, before: Disk, after: Disk) -> Disk:
    """A cut while the log was written, or, once it was synced, while the database was."""
    if dice.random() < 0.5 and before[0] != after[0]:
        return torn(dice, before[0], after[0]), after[1]
    return before[0], torn(dice, before[1], after[1])


@pytest.mark.promise("A2", f"{CUTS} power cuts")
@pytest.mark.timeout(size(120, 600))
def test_a_power_cut_loses_no_acknowledged_reading_and_leaves_none_half_written(tmp_path: Path, now: datetime) -> None:
    dice = random.Random(2026)
    states = disks(tmp_path / "history.sqlite3", now)
    checkpoints = sum(before[0] != after[0] for before, after in itertools.pairwise(states))
    assert checkpoints > 5
    path = tmp_path / "cut" / "history.sqlite3"
    path.parent.mkdir()
    kept = 0
    for _ in range(CUTS):
        acknowledged = dice.randrange(COMMITS)
        for each in path.parent.iterdir():
            each.unlink()
        file, log = cut(dice, states[acknowledged], states[acknowledged + 1])
        path.write_bytes(file)
        Path(f"{path}-wal").write_bytes(log)
        history = History(path, now)
        assert history.notice is None
        points = {int(point.left or 0) for series in history.series("a").result(10) for point in series.points}
        episodes = {int(each.window) for each in history.warned.episodes(1000).result(10)}
        history.close()
        assert points == episodes
        assert set(range(1, acknowledged + 1)) <= points <= set(range(1, acknowledged + 2))
        kept += len(points) - acknowledged
    assert 0 < kept < CUTS  # some of what was on its way arrived, some did not
