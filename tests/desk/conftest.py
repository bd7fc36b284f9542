"""A fresh sandbox and a fresh desk for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.desk.world import Clock, World

from creditdesk.sandbox import Sandbox, SandboxThread


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    clock = Clock()
    with SandboxThread(Sandbox(seed=7, clock=clock)) as running:
        opened = World.begin(running, tmp_path / "desk", clock)
        yield opened
        opened.close()
