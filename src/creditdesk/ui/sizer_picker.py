"""Lists to choose one thing from: made as narrow as their place, and filled without losing what is chosen."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox

from creditdesk.ui.drop_down import DropDown


def picker(name: str) -> QComboBox:
    """A list to choose from, as narrow as its place."""
    box = DropDown()
    box.setAccessibleName(name)
    box.setMinimumContentsLength(8)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return box


def offer(box: QComboBox, offered: Sequence[tuple[str, str]], wanted: str) -> None:
    """Fill a picker with (id, words) and choose `wanted`, else the first. The same choices are left alone."""
    same = [(box.itemData(place), box.itemText(place)) for place in range(box.count())] == list(offered)
    with QSignalBlocker(box):
        if not same:
            box.clear()
            for value, shown in offered:
                box.addItem(shown, value)
        place = max(0, box.findData(wanted)) if offered else -1
        if place != box.currentIndex():
            box.setCurrentIndex(place)
