"""`creditdesk sandbox`: serve until stopped, and say in one JSON line where."""

import asyncio
import json
import signal
import sys

from creditdesk.sandbox.server import HOST, Sandbox


async def serve_forever(port: int = 0) -> None:
    """Print `{"base_urls": {provider: url}, "keys": {provider: key}}` and serve until SIGINT or SIGTERM.

    Raises OSError when the port is taken.
    """
    stopping = asyncio.Event()
    sandbox = Sandbox()
    addresses = await sandbox.start(port)
    try:
        _stop_on_signals(stopping)
        print(json.dumps({"base_urls": addresses.base_urls, "keys": addresses.keys}), flush=True)
        await stopping.wait()
    finally:
        await sandbox.stop()


def run(port: int = 0) -> int:
    """The command: 0 when it was stopped, 1 when the port can not be had (one line on stderr)."""
    try:
        asyncio.run(serve_forever(port))
    except KeyboardInterrupt:
        return 0
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        print(f"creditdesk sandbox: {HOST} port {port} can not be used: {reason}", file=sys.stderr)
        return 1
    return 0


def _stop_on_signals(stopping: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stopping.set)
        except NotImplementedError:  # Windows: no handlers on the loop
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopping.set))
