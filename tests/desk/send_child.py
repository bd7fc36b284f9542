"""The process that the kill tests kill: it opens the desk in a folder and sends what is in its outbox.

    python -m tests.desk.send_child FOLDER SETTLE_S

It says `ready` before it begins, and its last line is the reason why it stopped ("" when all is done).
"""

import asyncio
import os
import sys
from pathlib import Path

from creditdesk.desk.opening import open_desk
from creditdesk.desk.sending import Sender, SendError, Timing
from creditdesk.paths import Places


async def send(folder: Path, settle_s: float) -> str:
    desk = open_desk(Places(folder, folder))
    desk.reader.load()
    timing = Timing(settle_s=settle_s, deadline_s=settle_s * 0.8, throttle_s=0.02, tries=1000)
    sender = Sender(desk.tools, desk.reader, timing=timing)
    (sending,) = await sender.sendings()
    print("ready", flush=True)
    try:
        ended = await sender.run(sending.id)
    except SendError as error:
        return str(error)
    finally:
        await sender.close()
        await desk.close()
    return f"{ended.stop} {ended.stop_detail}".strip()


if __name__ == "__main__":
    why = asyncio.run(send(Path(sys.argv[1]), float(sys.argv[2])))
    print(f"ended: {why}", flush=True)
    os._exit(0)
