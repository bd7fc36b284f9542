"""Where the keyboard goes: back to what had it before it was switched off, and along a page in reading order."""

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QScrollArea, QWidget


def tab_in_reading_order(page: QWidget) -> None:
    """Let Tab follow the layouts of a page, also through what was made later than what stands below it."""
    for before, after in pairwise(_focusable(page)):
        QWidget.setTabOrder(before, after)


def _focusable(widget: QWidget) -> Iterator[QWidget]:
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
        yield widget
    inner = widget.widget() if isinstance(widget, QScrollArea) else None
    if inner is not None:
        yield from _focusable(inner)
    elif (layout := widget.layout()) is not None:
        yield from _laid_out(layout)


def _laid_out(layout: QLayout) -> Iterator[QWidget]:
    for place in range(layout.count()):
        item = layout.itemAt(place)
        widget, inner = (item.widget(), item.layout()) if item is not None else (None, None)
        if widget is not None:
            yield from _focusable(widget)
        elif inner is not None:
            yield from _laid_out(inner)


class KeptFocus:
    """Remembers which of some widgets had the keyboard. Qt hands it to the next widget when that is switched off."""

    def __init__(self, *widgets: QWidget) -> None:
        self._widgets = widgets
        self._had: QWidget | None = None
        self._landed: QWidget | None = None

    def hold(self) -> None:
        """One of the widgets may be switched off or hidden next."""
        now = self._now()
        if self._had is None and now in self._widgets:
            self._had = now

    def wait(self) -> None:
        """They are switched off now; the user may go elsewhere meanwhile."""
        self._landed = self._now() if self._had is not None else None

    def back(self, *wanted: QWidget) -> None:
        """Give it to the one that had it, if that is wanted, else to the first of these that can take it.

        Where the user went on by now, it stays.
        """
        had, landed, now = self._had, self._landed, self._now()
        self._had = self._landed = None
        if had is None or now is had or not (landed is None or now is None or now is landed):
            return
        order = (had, *wanted) if had in wanted else wanted
        found = next((each for each in order if each.isEnabled() and not each.isHidden()), None)
        if found is not None:
            found.setFocus()

    def _now(self) -> QWidget | None:
        return self._widgets[0].window().focusWidget()
