"""A table of texts: titles over their cells, and what is said where there is little room."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from creditdesk.ui.text_table import Column, TextTable

LONG = "Low: at this pace it will not last."


def table(qtbot: QtBot, columns: list[Column], rows: list[str], width: int) -> TextTable:
    made = TextTable("Rows", columns)
    qtbot.addWidget(made)
    made.resize(width, 200)
    made.show_rows(rows)
    made.show()
    return made


def shown(made: TextTable, column: int) -> str:
    return str(made.model().index(0, column).data(Qt.ItemDataRole.DisplayRole))


def cut(made: TextTable) -> list[int]:
    """The columns whose texts do not fit."""
    columns = range(made.model().columnCount())
    wide = [made.fontMetrics().horizontalAdvance(shown(made, column)) for column in columns]
    return [column for column in columns if wide[column] + 22 > made.columnWidth(column)]


def ink(image: QImage, top: int, bottom: int) -> tuple[int, int]:
    """The first and the last column of pixels that differ from the ground between these lines."""
    ground = image.pixelColor(1, top)
    found = [x for x in range(image.width()) if any(image.pixelColor(x, y) != ground for y in range(top, bottom))]
    return found[0], found[-1]


@pytest.mark.parametrize("right", [False, True])
def test_a_title_stands_exactly_over_its_cells(qtbot: QtBot, worn: Callable[[str], None], right: bool) -> None:
    worn("light")
    made = table(qtbot, [Column("HHH", lambda row: "HHH", right=right, most_px=0)], ["a"], 300)
    made.horizontalHeader().setStyleSheet("font-weight: 400;")
    image = made.grab().toImage()
    head, high = made.horizontalHeader().height(), made.rowHeight(0)
    title, cell = ink(image, 2, head - 3), ink(image, head + 3, head + high - 3)
    place = 1 if right else 0
    assert abs(title[place] - cell[place]) <= 1, (title, cell)


def test_a_column_says_less_where_its_words_would_cut_the_others(qtbot: QtBot, worn: Callable[[str], None]) -> None:
    columns = [
        Column("Account", lambda row: "Ranktracker · Agency", most_px=210, short=lambda row: "Agency"),
        Column("What", str, most_px=0),
    ]
    made = table(qtbot, columns, [LONG], 600)
    assert (shown(made, 0), cut(made)) == ("Ranktracker · Agency", [])
    made.resize(330, 200)
    assert (shown(made, 0), cut(made)) == ("Agency", [])
    tip = made.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "Ranktracker · Agency"
    made.resize(600, 200)
    assert shown(made, 0) == "Ranktracker · Agency"


def test_the_column_with_the_free_width_takes_none_from_the_others_that_it_does_not_need(
    qtbot: QtBot, worn: Callable[[str], None]
) -> None:
    columns = [Column("Name", str, most_px=0), Column("Vendor", lambda row: "SEO Rank Genius", most_px=150)]
    made = table(qtbot, columns, ["Shop"], 215)
    assert cut(made) == []
