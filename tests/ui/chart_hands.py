"""A history page with a chart, and real mouse, wheel and key events upon it, for the tests."""

from datetime import datetime

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from tests.ui.history_sample import NOW, entry, unread

from creditdesk.core.series import Event, Series
from creditdesk.ui import chart_data
from creditdesk.ui.board import Entry
from creditdesk.ui.chart import Chart
from creditdesk.ui.chart_marks import Cluster
from creditdesk.ui.chart_sight import Sight
from creditdesk.ui.history_page import HistoryPage


def shown(
    qtbot: QtBot,
    series: tuple[Series, ...] = (),
    happened: tuple[Event, ...] = (),
    entries: tuple[Entry, ...] | None = None,
    make: bool = True,
) -> HistoryPage:
    """A page on screen that is told these series and events when it asks; and its lines, with `make`."""
    page = HistoryPage()
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.series_requested.connect(lambda account, _since: page.show_series(account, series, NOW))
    page.events_requested.connect(lambda account, _low, _high: page.show_events(account, happened))
    if make:
        page.lines_requested.connect(lambda wanted: page.show_lines(chart_data.build(wanted)))
    page.show_accounts(list(entries if entries is not None else (entry(), unread())), NOW)
    page.show()
    qtbot.waitUntil(lambda: page.card._past is not None and page.card._past.told)
    return page


def chart_of(qtbot: QtBot, page: HistoryPage) -> Chart:
    """The chart of a page, when it has drawn something."""
    qtbot.waitUntil(lambda: page.card.span() is not None)
    return page.findChildren(Chart)[0]


def mouse(chart: Chart, kind: QEvent.Type, place: QPointF, held: bool = False) -> None:
    """A mouse event at this pixel of the viewport, with the left button held or not."""
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button = none if kind == QEvent.Type.MouseMove else left
    made = QMouseEvent(
        kind,
        place,
        chart.viewport().mapToGlobal(place),
        button,
        left if held else none,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(chart.viewport(), made)


def hover(chart: Chart, at: datetime) -> str:
    """Move the mouse over the plot at this instant: what the first pool has there, "" for nothing."""
    frame = chart._now.frame
    mouse(chart, QEvent.Type.MouseMove, QPointF(frame.x(at), frame.box.center().y()))
    seen = chart._pointed
    row = seen.rows[0] if isinstance(seen, Sight) else None
    return f"{row.amount}" if row is not None else ""


def hover_marks(chart: Chart, x: float) -> Cluster | None:
    """Move the mouse over the strip of marks at this pixel: the marks it points at."""
    mouse(chart, QEvent.Type.MouseMove, QPointF(x, chart._now.strip))
    return chart._pointed if isinstance(chart._pointed, Cluster) else None


def wheel(chart: Chart, at: datetime, notches: int) -> None:
    """Turn the wheel over this instant; upwards is positive."""
    frame = chart._now.frame
    place = QPointF(frame.x(at), frame.box.center().y())
    made = QWheelEvent(
        place,
        chart.viewport().mapToGlobal(place),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(chart.viewport(), made)


def drag(chart: Chart, pixels: float) -> None:
    """Press in the middle of the plot, move sideways by so many pixels, and let go."""
    middle = chart._now.frame.box.center()
    mouse(chart, QEvent.Type.MouseMove, middle)
    mouse(chart, QEvent.Type.MouseButtonPress, middle, held=True)
    for step in range(1, 11):
        mouse(chart, QEvent.Type.MouseMove, middle + QPointF(pixels * step / 10, 0), held=True)
    mouse(chart, QEvent.Type.MouseButtonRelease, middle + QPointF(pixels, 0))


def grabbed(chart: Chart) -> QImage:
    """What the chart looks like now."""
    QApplication.processEvents()
    return chart.grab().toImage()
