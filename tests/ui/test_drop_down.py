"""A choice whose open list cuts none of its texts, above all not the last of them."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from creditdesk.ui.drop_down import DropDown


@pytest.mark.parametrize("theme_name", ["light", "dark"])
@pytest.mark.parametrize("count", [1, 4, 30])
def test_the_open_list_shows_its_texts_whole(
    qtbot: QtBot, worn: Callable[[str], None], theme_name: str, count: int
) -> None:
    worn(theme_name)
    box = DropDown()
    qtbot.addWidget(box)
    box.setFixedWidth(90)
    for number in range(count):
        box.addItem(f"A long account name, number {number}")
    box.show()
    box.showPopup()
    view = box.view()
    qtbot.waitUntil(view.isVisible)
    option = QStyleOptionViewItem()
    view.initViewItemOption(option)
    margin = view.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, option, view) + 1
    widest = max(view.fontMetrics().horizontalAdvance(box.itemText(place)) for place in range(count))
    assert view.viewport().width() >= widest + 2 * margin
    rows = min(count, box.maxVisibleItems())
    assert view.viewport().height() >= rows * view.sizeHintForRow(0)
    assert (view.verticalScrollBar().maximum() > 0) == (count > rows)
    box.hidePopup()
