"""How far a long question is, and that the vendor is waited for, is told on standard error and nowhere else."""

import asyncio
from pathlib import Path

import pytest
from tests.cli.commanding import Command, Vendors
from tests.cli.test_send_command import DESKTOP, TRACK, rank, words_file

from creditdesk.cli.progress import Asking
from creditdesk.sandbox import FaultKind

__all__ = ["rank"]


def test_a_wait_that_the_vendor_asked_for_is_told(rank: Command, vendors: Vendors, tmp_path: Path) -> None:
    vendors.fault(FaultKind.THROTTLE, "ranktracker", method="GET", path="/v1/domains/", times=1, retry_after=1)
    ran = rank("size", str(words_file(tmp_path, 3)), *TRACK, "--engine", DESKTOP, "--subtract-tracked", "--json")
    assert (ran.status, ran.json["count"]) == (0, 3)
    assert ran.err == "Reading what is tracked: waiting 1 s, as the vendor asked\n"


def test_steps_are_told_now_and_then_and_the_last_one_not(capsys: pytest.CaptureFixture[str]) -> None:
    with Asking("Reading") as progress:
        progress.told(1_000, 4_200)
        progress.told(2_000, 4_200)  # sooner than two seconds later
        progress.told(4_200, 4_200)
        asyncio.run(progress.pause(0))
    assert capsys.readouterr().err == "Reading: 1,000 of 4,200\n"


def test_what_is_short_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Asking("Reading") as progress:
        progress.told(12, 12)
        progress.waits(0.1)
    assert capsys.readouterr().err == ""
