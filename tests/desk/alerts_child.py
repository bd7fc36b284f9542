"""Lives that are killed: each goes low and recovers, and tells what it decided as the window does.

`python -m tests.desk.alerts_child FOLDER`: for each line (a seed, and how many rounds) one life is forked, so that a
life costs no start of Python; its pid is printed when it begins, and how it ended.
"""

import asyncio
import os
import random
import sys
from decimal import Decimal
from pathlib import Path

from tests.desk.world import Memory

from creditdesk.core.pools import Account
from creditdesk.desk.opening import Desk, open_desk
from creditdesk.paths import Places
from creditdesk.store.vault import Vault

LEFTS = (10, 60, 400)
"""Of 500: critical, low, plenty."""
ANSWER_S = 0.002


async def live(folder: Path, seed: int, rounds: int) -> None:
    """So many rounds of typing, reading and telling; the last one of a whole life leaves plenty."""
    desk = open_desk(Places(folder, folder), Vault(Memory(), limit_s=5))
    desk.reader.load()
    account, dice = desk.tools.chosen.accounts[0], random.Random(seed)
    await tell(desk, account, folder)
    for turn in range(rounds):
        left = Decimal(400 if turn == rounds - 1 else dice.choice(LEFTS))
        await desk.registry.type_balances(account, {"monthly": (left, None), "top-up": (Decimal(0), None)})
        await tell(desk, account, folder)
    await desk.close()


async def tell(desk: Desk, account: Account, folder: Path) -> None:
    """Claim, show, note: what lies between may be the end."""
    warned, now = desk.tools.history.warned, desk.tools.clock()
    for episode in (await desk.reader.read(account.id)).fired:
        desk.reader.told({episode.id: "missed"})
        if await warned.mark_delivered([episode.id], "missed", now):
            await show(folder, episode.id)
            await warned.note_delivery([episode.id], "desktop", "shown", now)


async def show(folder: Path, number: int) -> None:
    """The user sees it: it outlives whatever happens to this process. The service takes its time to answer."""
    with (folder / "seen.txt").open("a", encoding="ascii") as seen:
        seen.write(f"{number}\n")
    await asyncio.sleep(ANSWER_S)


def main() -> None:
    """One life after the other."""
    folder = Path(sys.argv[1])
    for line in sys.stdin:
        seed, rounds = map(int, line.split())
        pid = os.fork()
        if pid == 0:
            asyncio.run(live(folder, seed, rounds))
            os._exit(0)
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
