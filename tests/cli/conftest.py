"""A command line with a keyring in memory, and a sandbox."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.commanding import Command, Vendors, standard_input
from tests.desk.world import Clock, Memory, World

from creditdesk.sandbox import Sandbox, SandboxThread


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    def feed(raw: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", standard_input(raw))

    return Command(tmp_path / "desk", Memory(), capsys, feed)


@pytest.fixture
def vendors() -> Iterator[Vendors]:
    with SandboxThread(Sandbox(seed=7)) as running:
        yield Vendors(running)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A desk that is open in this process, on a sandbox whose clock it shares."""
    clock = Clock()
    with SandboxThread(Sandbox(seed=7, clock=clock)) as running:
        opened = World.begin(running, tmp_path / "desk", clock)
        yield opened
        opened.close()
