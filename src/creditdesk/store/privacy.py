"""What keeps keys out of files nobody asked for: no core dumps, and crash reports without the values of variables."""

import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from creditdesk.store.files import free_name, stamp

if sys.platform != "win32":
    import resource

_PR_SET_DUMPABLE = 4


def harden() -> None:
    """Let no core dump of this process be written, by the system or by another process of the user.

    Inside a sandboxed package (Flatpak, Snap) the process stays readable: its portals look at it from outside.
    """
    if sys.platform == "win32":
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux" and not _sandboxed():
        import ctypes  # here and below: 3 ms that the first paint should not pay for

        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _sandboxed() -> bool:
    return "SNAP" in os.environ or Path("/.flatpak-info").exists()


def write_crash_report(folder: Path, error: BaseException, redact: Callable[[str], str], now: datetime) -> Path:
    """A text file about an error of ours, for the user to read before sending it anywhere. Returns its path.

    It has the lines of code that were running, never the values in them; every line goes through `redact`, and the
    user's home folder is shortened to "~". Nothing is sent. Raises OSError.
    """
    import platform
    import traceback

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    told = traceback.TracebackException.from_exception(error, capture_locals=False)
    head = f"creditdesk crash report, {stamp(now)}\nPython {platform.python_version()} on {platform.platform()}\n"
    text = redact(head + "\n" + "".join(told.format(chain=True)))
    home = str(Path.home())
    if len(home) > 1:
        text = text.replace(home, "~")
    path = free_name(folder / f"crash-{stamp(now)}-{os.getpid()}.txt")
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    return path
