"""Pools as lines: what is said under the mouse."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from creditdesk.ui.gauge_rows import PACE_TIP, GaugeLine, GaugeRows, used_percent

MONTHLY = GaugeLine("Monthly", "92", "of 500 left", used=0.72, pace=0.5, tip="Monthly: 92 of 500 left, resets 1 Dec")
WALLET = GaugeLine("Top-up", "120", "credits left", bar=False)


def tips(rows: GaugeRows, row: int) -> list[str]:
    """Every tip that the mouse meets on its way along the middle of a line's bar, in order, each once."""
    high = rows.heightForWidth(rows.width()) // 2
    middle = rows._bar(rows.rect().adjusted(0, row * high, 0, high * (row + 1) - rows.height())).center().y()
    met = [rows.tip_at(QPoint(x, int(middle))) for x in range(rows.width())]
    return [tip for place, tip in enumerate(met) if place == 0 or met[place - 1] != tip]


@pytest.mark.parametrize("width", [500, 170])
def test_the_bar_says_its_share_and_the_mark_what_it_is(qtbot: QtBot, worn: Callable[[str], None], width: int) -> None:
    rows = GaugeRows()
    qtbot.addWidget(rows)
    rows.show_lines([MONTHLY, WALLET])
    rows.resize(width, rows.heightForWidth(width))
    met = tips(rows, 0)
    assert [tip for tip in met if tip != MONTHLY.said] == ["72 % used", PACE_TIP, "72 % used"]
    assert tips(rows, 1) == ["Top-up: 120 credits left"]
    assert rows.tip_at(QPoint(2, 1)) == MONTHLY.said
    assert isinstance(rows, QWidget)


def test_a_hidden_amount_has_no_share_either(qtbot: QtBot, worn: Callable[[str], None]) -> None:
    rows = GaugeRows()
    qtbot.addWidget(rows)
    rows.show_lines([GaugeLine("Monthly", "•••", "of ••• left", used=None, pace=None)])
    rows.resize(500, rows.heightForWidth(500))
    assert tips(rows, 0) == ["Monthly: ••• of ••• left"]


@pytest.mark.parametrize(
    ("used", "said"),
    [(0, "0 %"), (0.004, "under 1 %"), (0.725, "72 %"), (0.997, "over 99 %"), (1, "100 %"), (1.2, "120 %")],
)
def test_nearly_all_is_not_said_to_be_all(used: float, said: str) -> None:
    assert used_percent(used) == said
