"""What a request of an import costs the desk, with few requests and with many: it must not grow with their number.

The vendor is the sandbox in the same process; its work is in the figures, and is the same for every request.
"""

import asyncio
import os
import tempfile
import time
from pathlib import Path

from bench.figures import Figure
from creditdesk.core.pools import Account, Custody
from creditdesk.core.sending import Sending
from creditdesk.desk.opening import open_desk
from creditdesk.paths import Places
from creditdesk.sandbox import Sandbox, SandboxThread

FEW, MANY = 500, 2_500
EACH = 4
VARIABLE = "CREDITDESK_BENCH_KEY"
ENGINE = {"name": "google", "location": "United States", "language": "en", "device": "desktop"}


def measure(few: int = FEW, many: int = MANY) -> list[Figure]:
    """The processor's time for one request, of an import of a few and of many."""
    small, _ = _sent(few)
    large, took = _sent(many)
    return [
        Figure(f"sending: a request of {few:,}", 1000 * small, "ms"),
        Figure(f"sending: a request of {many:,}", 1000 * large, "ms"),
        Figure("sending: the latter by the former", large / small, "", "<= 1.5"),
        Figure(f"sending: {many * EACH:,} items in requests of {EACH}", took, "s"),
    ]


def _sent(requests: int) -> tuple[float, float]:
    """(processor seconds a request, seconds in all)."""
    with SandboxThread(Sandbox(seed=1)) as running, tempfile.TemporaryDirectory() as folder:
        limits = {"keywords": 1_000_000, "dataRows": 1_000_000}
        running.call(lambda box: box.update_account("ranktracker", limits=limits))
        os.environ[VARIABLE] = running.addresses.keys["ranktracker"]
        return asyncio.run(_story(Path(folder), running.addresses.base_urls["ranktracker"], requests))


async def _story(folder: Path, url: str, requests: int) -> tuple[float, float]:
    desk = open_desk(Places(folder, folder))
    try:
        draft = Account("", "bench", "ranktracker", Custody.ENVIRONMENT, key_env=VARIABLE, base_url=url)
        account = await desk.registry.add(draft, {})
        await desk.reader.read(account.id)
        place = (await desk.sender.places(account.id))[0]
        items = [f"keyword {number}" for number in range(requests * EACH)]
        plan = await desk.sender.plan(account.id, "track-keywords", items, place=place, rows=(ENGINE,), batch=EACH)
        sending = await desk.sender.start(plan)
        begun, worked = time.perf_counter(), time.process_time()
        ended: Sending = await desk.sender.run(sending.id, lambda told: told.summary)  # as the command tells it
        took, work = time.perf_counter() - begun, time.process_time() - worked
        assert ended.summary["accepted"] == len(items)
        return work / requests, took
    finally:
        await desk.close()
