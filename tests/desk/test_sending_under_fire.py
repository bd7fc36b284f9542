"""B1: a sending that is killed at any moment creates no keyword twice, loses none, and its report is the truth."""

import os
import random
from pathlib import Path

import pytest
from tests.desk.killing import Slaughter
from tests.proving import size

from creditdesk.sandbox import Sandbox, SandboxThread

KILLS = size(30, 300)
SEED = int(os.environ.get("CREDITDESK_SEED", "2026"))


@pytest.mark.timeout(60 + 10 * KILLS)
@pytest.mark.promise("B1", f"{KILLS} kills")
def test_killed_again_and_again_it_creates_each_keyword_exactly_once(tmp_path: Path) -> None:
    with SandboxThread(Sandbox(seed=SEED)) as running:
        fire = Slaughter(running, tmp_path / "desk", random.Random(SEED))
        fire.prepare(items=30 * KILLS, batch=3)
        while fire.kills < KILLS and fire.left_in("planned"):
            fire.kill_one()
            assert max(fire.created().values(), default=0) <= 1
        ended = fire.finish()
        assert fire.created() == fire.wanted()
        assert ended.summary == {"accepted": len(fire.items), "refused": 0, "unknown": 0, "not_sent": 0}
        assert [(item, fate) for _, item, fate, _ in fire.report()] == [(item, "accepted") for item in fire.items]
        assert fire.most_unknown <= 1
        assert fire.kills == KILLS
