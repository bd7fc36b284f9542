"""C7: no core dump, and a crash report is a local file without a single value of a variable."""

import stat
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from creditdesk.store.privacy import write_crash_report

HARDENED = """
import ctypes, resource
from creditdesk.store.privacy import harden
harden()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""


def crash(key: str) -> Exception:
    """An error with a key in a local variable, in its own text, and in its cause."""
    local = f"local {key}"
    try:
        try:
            raise KeyError(key)
        except KeyError as error:
            raise ValueError(f"bad value {local.split()[1]}") from error
    except ValueError as error:
        return error


@pytest.fixture
def report(tmp_path: Path, now: datetime) -> Path:
    return write_crash_report(
        tmp_path / "reports", crash("sk-SENTINEL"), lambda text: text.replace("sk-SENTINEL", "[key]"), now
    )


def test_a_crash_report_tells_where_and_not_what(report: Path) -> None:
    text = report.read_text()
    assert "SENTINEL" not in text
    assert "ValueError: bad value [key]" in text
    assert "KeyError" in text
    assert ", in crash" in text
    assert "2026-11-21" in text


def test_a_crash_report_is_the_users_alone_and_overwrites_none(report: Path, tmp_path: Path, now: datetime) -> None:
    second = write_crash_report(tmp_path / "reports", crash("another"), str, now)
    assert second != report
    assert "another" not in report.read_text()
    if sys.platform != "win32":
        assert stat.S_IMODE(report.stat().st_mode) == 0o600
        assert stat.S_IMODE(report.parent.stat().st_mode) == 0o700


def test_a_crash_report_does_not_name_the_users_home(
    tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(Path(__file__).parent))
    text = write_crash_report(tmp_path, crash("x"), str, now).read_text()
    assert str(Path(__file__).parent) not in text
    assert "~/test_privacy.py" in text


def test_the_process_leaves_no_core_and_cannot_be_dumped() -> None:
    if sys.platform == "linux":
        ran = subprocess.run([sys.executable, "-c", HARDENED], capture_output=True, text=True, check=True, timeout=30)
        assert ran.stdout == "(0, 0) 0\n"
