"""Pools as lines: a label, a bar where there is a limit, and what is left. All lines of an account in one widget."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from creditdesk.ui import shapes, theme
from creditdesk.ui.gauge import draw_gauge

ROW_PX = 28
LEAST_BAR_PX = 44
GAP_PX = 12
PACE_TIP = "Where an even use would be today"
_NEAR_PX = 4  # the mark is thin: the mouse need not hit it


@dataclass(frozen=True, slots=True)
class GaugeLine:
    """One pool as it is shown. `bar` is false where there is no limit; `used` and `pace` are 0 to 1, None: unknown.

    `tone` is the colour token of the bar, `figure_tone` that of the figure ("stale" for an old number).
    """

    label: str
    figure: str
    rest: str
    bar: bool = True
    used: float | None = None
    pace: float | None = None
    tone: str = "accent"
    figure_tone: str = "text"
    tip: str = ""

    @property
    def said(self) -> str:
        """The line as a sentence, for tooltips and screen readers."""
        return self.tip or f"{self.label}: {self.figure} {self.rest}".strip()


class GaugeRows(QWidget):
    """Lines under each other, their bars aligned. Where a bar gets too short it moves under its words."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[GaugeLine, ...] = ()
        self._widths: tuple[int, int] | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_lines(self, lines: Sequence[GaugeLine]) -> None:
        """Show these lines instead of the former."""
        shown = tuple(lines)
        if shown == self._lines:
            return
        resized = len(shown) != len(self._lines)
        self._lines = shown
        self._widths = None
        self.setAccessibleName("; ".join(line.said for line in shown))
        if resized:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Qt's."""
        return QSize(theme.px(260), self.heightForWidth(theme.px(260)))

    def minimumSizeHint(self) -> QSize:
        """Qt's."""
        return QSize(theme.px(120), theme.px(ROW_PX))

    def heightForWidth(self, width: int) -> int:
        """Qt's."""
        return len(self._lines) * self._row_height(width)

    def event(self, event: QEvent) -> bool:
        """Qt's: a tooltip for the line under the mouse."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self._lines:
            QToolTip.showText(event.globalPos(), self.tip_at(event.pos()), self)
            return True
        return super().event(event)

    def tip_at(self, place: QPoint) -> str:
        """What is said of this place: of the pace mark, of a bar, else of the whole line. There must be a line."""
        high = self._row_height(self.width())
        row = min(len(self._lines) - 1, max(0, place.y() // high))
        line, bar = self._lines[row], self._bar(QRect(0, row * high, self.width(), high))
        if not line.bar or not bar.adjusted(0, -theme.px(_NEAR_PX), 0, theme.px(_NEAR_PX)).contains(place):
            return line.said
        if line.pace is not None and abs(bar.left() + line.pace * bar.width() - place.x()) <= theme.px(_NEAR_PX):
            return PACE_TIP
        return line.said if line.used is None else f"{used_percent(line.used)} used"

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's."""
        painter = QPainter(self)
        high = self._row_height(self.width())
        for row, line in enumerate(self._lines):
            box = QRect(0, row * high, self.width(), high)
            if self._folded(self.width()):
                self._paint_folded(painter, box, line)
            else:
                self._paint_line(painter, box, line)
        painter.end()

    def _measures(self) -> tuple[int, int]:
        """How wide the widest label and the widest figure with its words are."""
        if self._widths is None:
            plain = theme.metrics()
            label = max((plain.horizontalAdvance(line.label) for line in self._lines), default=0)
            figure = max((_figure_width(line) for line in self._lines), default=0)
            self._widths = (label + 1, figure)
        return self._widths

    def _folded(self, width: int) -> bool:
        if not any(line.bar for line in self._lines):
            return False
        return sum(self._measures()) + 2 * theme.px(GAP_PX) + theme.px(LEAST_BAR_PX) > width

    def _row_height(self, width: int) -> int:
        line = theme.metrics().height()
        extra = theme.px(theme.GAUGE_PX) + theme.px(2) if self._folded(width) else 0
        return max(theme.px(ROW_PX), line + theme.px(8)) + extra

    def _paint_line(self, painter: QPainter, box: QRect, line: GaugeLine) -> None:
        gap = theme.px(GAP_PX)
        label = min(self._measures()[0], box.width() // 2)
        self._paint_label(painter, QRect(box.left(), box.top(), label, box.height()), line)
        self._paint_figure(painter, box.adjusted(label + gap, 0, 0, 0), line)
        if line.bar:
            draw_gauge(painter, self._bar(box), line.used, line.pace, line.tone)

    def _paint_folded(self, painter: QPainter, box: QRect, line: GaugeLine) -> None:
        high = theme.px(theme.GAUGE_PX)
        top = box.adjusted(0, 0, 0, -high - theme.px(4))
        figure = _figure_width(line)
        self._paint_label(painter, top.adjusted(0, 0, -min(figure + theme.px(8), top.width() // 2), 0), line)
        self._paint_figure(painter, top.adjusted(top.width() // 3, 0, 0, 0), line)
        if line.bar:
            draw_gauge(painter, self._bar(box), line.used, line.pace, line.tone)

    def _bar(self, box: QRect) -> QRectF:
        """Where the bar of the line in this box is."""
        high = theme.px(theme.GAUGE_PX)
        if self._folded(self.width()):
            return QRectF(box.left(), box.bottom() + 1 - high - theme.px(4), box.width(), high)
        label, figure = self._measures()
        left = box.left() + min(label, box.width() // 2) + theme.px(GAP_PX)
        right = box.right() + 1 - figure - theme.px(GAP_PX)
        return QRectF(left, box.center().y() - high / 2 + 1, right - left, high)

    @staticmethod
    def _paint_label(painter: QPainter, box: QRect, line: GaugeLine) -> None:
        shapes.draw_text(painter, box, line.label, theme.font(), theme.active().colour("text"))

    @staticmethod
    def _paint_figure(painter: QPainter, box: QRect, line: GaugeLine) -> None:
        worn = theme.active()
        bold, plain = theme.font(1.0, QFont.Weight.DemiBold), theme.font()
        rest = f" {line.rest}" if line.rest else ""
        wide = theme.metrics().horizontalAdvance(rest)
        right = box.right() + 1 - min(wide, box.width())
        painter.setFont(plain)
        painter.setPen(worn.colour("muted"))
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, align, rest)
        painter.setFont(bold)
        painter.setPen(worn.colour(line.figure_tone))
        painter.drawText(QRect(box.left(), box.top(), right - box.left(), box.height()), align, line.figure)


def used_percent(used: float) -> str:
    """A used share in whole percent; what is nearly all or nearly nothing is not rounded to all or nothing."""
    if 0 < used < 0.01:
        return "under 1 %"
    return "over 99 %" if 0.99 < used < 1 else f"{round(used * 100)} %"


def _figure_width(line: GaugeLine) -> int:
    bold, plain = theme.metrics(1.0, QFont.Weight.DemiBold), theme.metrics()
    return bold.horizontalAdvance(line.figure) + plain.horizontalAdvance(f" {line.rest}") + 2
