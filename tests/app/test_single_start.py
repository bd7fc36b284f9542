"""One window a folder (promise H1), proved with 200 starts at the same time.

41 small processes make up to five starts each, all through `app.single.claim`, which is all that decides who opens a
window: the process that is the first becomes the window (it holds the lock and answers the doorbell, and starts no
more), every other start has to raise it and hand it its argument. Real windows, which cost half a second of a
processor each, follow in a smaller number.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from tests.cli.commanding import environment, until

from creditdesk.app.single import claim
from creditdesk.store.lock import FileLock, LockBusy
from creditdesk.ui.doorbell import Doorbell, ring

PROCESSES, STARTS = 41, 5
SMALL = """
import sys
from contextlib import ExitStack
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from creditdesk.app.single import claim
from creditdesk.ui.doorbell import Doorbell

folder, number, starts = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
application = QCoreApplication([])
held = ExitStack()
sys.stdin.readline()  # all begin together
for start in range(starts):
    if claim(held, folder, f"{number}/{start}"):
        print("window", start, flush=True)
        bell = Doorbell(folder)
        bell.rung.connect(lambda text: print("rung", text, flush=True))
        application.exec()
    print("raised", flush=True)
"""
REAL = [sys.executable, "-m", "creditdesk"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "desk"
    made.mkdir()
    return made


@pytest.fixture
def running() -> Iterator[list["subprocess.Popen[str]"]]:
    """Processes that a test started; what is left of them is killed."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for each in started:
        if each.poll() is None:
            each.kill()
        each.communicate(timeout=10)


def start(words: list[str], home: Path) -> "subprocess.Popen[str]":
    environ = environment(home, QT_QPA_PLATFORM="offscreen")
    pipe = subprocess.PIPE
    return subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, env=environ, text=True)


@pytest.mark.alone
@pytest.mark.promise("H1", "200 starts")
def test_two_hundred_starts_make_one_window_and_raise_it_with_their_arguments(
    tmp_path: Path, folder: Path, running: list["subprocess.Popen[str]"]
) -> None:
    for number in range(PROCESSES):
        running.append(start([sys.executable, "-c", SMALL, str(folder), str(number), str(STARTS)], tmp_path))
    for each in running:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    until(lambda: sum(each.poll() is None for each in running) == 1, seconds=60)
    (window,) = (each for each in running if each.poll() is None)
    said = {each: each.communicate(timeout=10)[0].split("\n") for each in running if each is not window}
    assert all(lines == ["raised"] * STARTS + [""] for lines in said.values())
    assert ring(folder, "the last")
    assert window.stdout is not None
    lines = []
    while "rung the last" not in lines:
        lines.append(window.stdout.readline().strip())
    window.kill()
    opened = [line for line in lines if line.startswith("window ")]
    rung = [line for line in lines if line.startswith("rung ")]
    raised = sum(len(each) - 1 for each in said.values()) + lines.count("raised")
    assert len(opened) == 1
    assert raised + len(opened) >= 200
    assert len(rung) == len(set(rung)) == raised + 1  # each of them once, and the last one of this test


def test_of_real_starts_one_opens_and_the_others_leave_with_0(
    tmp_path: Path, folder: Path, running: list["subprocess.Popen[str]"]
) -> None:
    running += [start([*REAL, "--data-dir", str(folder)], tmp_path) for _ in range(8)]
    until(lambda: sum(each.poll() is None for each in running) == 1, seconds=60)
    ended = [each for each in running if each.poll() is not None]
    assert [(each.returncode, each.communicate()[0]) for each in ended] == [(0, "")] * 7
    assert ring(folder)


@pytest.mark.alone
@pytest.mark.promise("H1", "a start after a kill")
def test_after_a_kill_the_next_start_works_within_two_seconds(
    tmp_path: Path, folder: Path, running: list["subprocess.Popen[str]"], qapp: QApplication
) -> None:
    took = []
    running.append(start([*REAL, "--data-dir", str(folder)], tmp_path))
    until(lambda: ring(folder))
    for _ in range(3):
        os.kill(running[-1].pid, signal.SIGKILL)
        running[-1].wait(10)
        assert not ring(folder)
        began = time.monotonic()
        running.append(start([*REAL, "--data-dir", str(folder)], tmp_path))
        until(lambda: ring(folder))
        took.append(time.monotonic() - began)
    assert min(took) <= 2, took


def test_a_second_start_hands_its_argument_over_once(folder: Path, tmp_path: Path, qapp: QApplication) -> None:
    heard: list[str] = []
    with ExitStack() as held:
        assert claim(held, folder)
        bell = Doorbell(folder)
        bell.rung.connect(heard.append)
        code = "import sys; from pathlib import Path; from contextlib import ExitStack; from PySide6.QtCore import *\n"
        code += "app = QCoreApplication([]); from creditdesk.app.single import claim\n"
        code += "sys.exit(claim(ExitStack(), Path(sys.argv[1]), 'add ünïcode ' + 'x' * 900))"
        second = start([sys.executable, "-c", code, str(folder)], tmp_path)
        until(lambda: qapp.processEvents() or second.poll() is not None)
        out, err = second.communicate()
        assert (second.returncode, out, err) == (0, "", "")
        assert heard == ["add ünïcode " + "x" * 900]
        bell.close()


def test_two_folders_have_a_window_each(tmp_path: Path, folder: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with ExitStack() as one, ExitStack() as two:
        assert claim(one, folder)
        assert claim(two, other)


def test_a_holder_that_never_answers_is_given_up_after_a_while(
    folder: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication
) -> None:
    monkeypatch.setattr("creditdesk.app.single.PATIENCE_S", 0.2)
    with FileLock(folder / "desk.lock").hold(), ExitStack() as held, pytest.raises(LockBusy):
        claim(held, folder)


def test_a_holder_that_is_still_starting_is_waited_for(folder: Path, qapp: QApplication) -> None:
    began = time.monotonic()
    with ExitStack() as first:
        assert claim(first, folder)
        code = "import sys; from pathlib import Path; from contextlib import ExitStack; from PySide6.QtCore import *\n"
        code += "app = QCoreApplication([]); from creditdesk.app.single import claim\n"
        code += "print('asking', flush=True); sys.exit(claim(ExitStack(), Path(sys.argv[1]), 'late'))"
        second = start([sys.executable, "-c", code, str(folder)], folder.parent)
        assert second.stdout is not None
        assert second.stdout.readline() == "asking\n"
        heard: list[str] = []
        until(lambda: time.monotonic() - began > 0.5)  # the window is being made
        assert second.poll() is None
        bell = Doorbell(folder)
        bell.rung.connect(heard.append)
        until(lambda: qapp.processEvents() or second.poll() is not None)
        second.communicate()
        assert (second.returncode, heard) == (0, ["late"])
        bell.close()
