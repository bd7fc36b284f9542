"""A fresh sandbox, a fresh folder and a window for each test; whatever is left running afterwards fails it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from tests.app.screen import Screen
from tests.app.vendor_alone import VendorAlone
from tests.desk.world import Clock

from creditdesk.core.settings import ThemeChoice
from creditdesk.sandbox import Sandbox, SandboxThread
from creditdesk.ui import theme


@pytest.fixture
def screen(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Screen]:
    """Add accounts with `prepare`, then `open`."""
    theme.choose(qapp, ThemeChoice.LIGHT)
    clock = Clock()
    with SandboxThread(Sandbox(seed=7, clock=clock)) as running:
        made = Screen(qtbot, qapp, running, tmp_path / "desk", clock)
        yield made
        if made.desktop is not None:
            made.close()
        assert made.left_running() == []


@pytest.fixture
def vendor() -> Iterator[VendorAlone]:
    """A vendor that is in no list, on this computer."""
    made = VendorAlone()
    yield made
    made.stop()
