"""The first paint waits for nothing heavy: no chart, no network stack, no keyring, no asyncio."""

import subprocess
import sys
from pathlib import Path

from tests.cli.commanding import environment

HEAVY = (
    "pyqtgraph", "numpy", "httpx", "aiohttp", "keyring", "asyncio", "ssl", "jmespath", "socket",
    "PySide6.QtNetwork", "desktop_notifier",
)  # fmt: skip
LOOKING = f"""
import os, sys
from PySide6.QtCore import QTimer
from creditdesk.ui.overview import OverviewPage

own = OverviewPage.paintEvent

def tell():
    print(*[name for name in {HEAVY!r} if name in sys.modules], "painted", flush=True)
    os._exit(0)

def paint(page, event):
    QTimer.singleShot(0, tell)  # before anything that the page itself puts off until after its paint
    own(page, event)

OverviewPage.paintEvent = paint
from creditdesk.__main__ import main
main(["--data-dir", sys.argv[1]])
"""


def first_paint(home: Path, folder: Path) -> str:
    environ = environment(home, QT_QPA_PLATFORM="offscreen")
    words = [sys.executable, "-c", LOOKING, str(folder)]
    return subprocess.run(words, env=environ, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


def test_nothing_heavy_is_imported_before_the_first_paint(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    folder.mkdir()
    (folder / "config.toml").write_text(
        'schema = 1\n[[account]]\nid = "a"\nname = "Mine"\nprovider = "ranktracker"\nkey = "keyring"\n', "utf-8"
    )
    assert first_paint(tmp_path, folder) == "painted"


def test_nor_is_it_on_a_first_start(tmp_path: Path) -> None:
    assert first_paint(tmp_path, tmp_path / "new") == "painted"
