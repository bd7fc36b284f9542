"""The window ends when it is told to: by Ctrl+Q, by Ctrl+C at the terminal, by SIGTERM; in order and at once."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

LIMIT_S = 20
OPEN = """
import sys
from PySide6.QtCore import QTimer
from creditdesk.app.desktop import Desktop
from creditdesk.__main__ import main

after = Desktop._after_first_paint

def told(self):
    after(self)
    print("painted", flush=True)
    if "--ctrl-q" in sys.argv:
        QTimer.singleShot(0, self.window.quit_requested.emit)

Desktop._after_first_paint = told
sys.exit(main(["--data-dir", sys.argv[1]]))
"""


def start(folder: Path, *words: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.Popen(
        [sys.executable, "-c", OPEN, str(folder), *words], stdout=subprocess.PIPE, text=True, env=environment
    )


def ends_well(process: "subprocess.Popen[str]") -> None:
    try:
        assert process.wait(LIMIT_S) == 0
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_window_in_order_within_two_seconds(tmp_path: Path, number: signal.Signals) -> None:
    process = start(tmp_path)
    assert process.stdout is not None and process.stdout.readline() == "painted\n"
    before = time.monotonic()
    process.send_signal(number)
    ends_well(process)
    assert time.monotonic() - before < 4  # two seconds, and room for a busy machine
    assert "window" in (tmp_path / "config.toml").read_text()


def test_control_q_ends_the_window_even_where_closing_only_minimises_it(tmp_path: Path) -> None:
    process = start(tmp_path, "--ctrl-q")
    ends_well(process)
