"""Gateways that are killed: `python -m tests.gateway.life FOLDER SECONDS`; their clock is ahead by so many seconds.

The first line it is given are the keyring's items as JSON. For each further line one is forked, so that a life costs no
start of Python: its pid is printed when it begins, its URL when it serves, and how it ended.
"""

import asyncio
import json
import os
import sys
from datetime import timedelta
from pathlib import Path

from tests.desk.world import Memory

from creditdesk.desk.opening import open_desk
from creditdesk.desk.tools import utc_now
from creditdesk.gateway.running import Gateway
from creditdesk.paths import Places
from creditdesk.store.vault import Vault


async def live(folder: Path, memory: Memory, ahead: timedelta) -> None:
    """Serve until killed."""
    places = Places(folder, folder)
    desk = open_desk(places, Vault(memory, limit_s=5), clock=lambda: utc_now() + ahead)
    gateway = Gateway(desk.tools, places)
    print(await gateway.start(0), flush=True)
    await asyncio.Event().wait()


def main() -> None:
    """One life after the other."""
    memory = Memory()
    memory.items.update({("creditdesk", name): key for name, key in json.loads(sys.stdin.readline()).items()})
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            asyncio.run(live(Path(sys.argv[1]), memory, timedelta(seconds=float(sys.argv[2]))))
            os._exit(0)
        print(pid, flush=True)
        print("ended", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
