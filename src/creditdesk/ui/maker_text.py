"""The file of an own vendor as text: line numbers, lines with faults marked, and an undo that knows every change."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCursor,
    QTextFormat,
    QTextOption,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from creditdesk.core.own_vendor import Fault
from creditdesk.ui import theme


def fixed_font() -> QFont:
    """A font with letters of one width, as large as the others."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPixelSize(theme.font(0.96).pixelSize())
    return font


class FileText(QPlainTextEdit):
    """The editor. Changes from outside are steps of its undo, too.

    Signals:
        changed(): the text is another one.
    """

    changed = Signal()

    def __init__(self) -> None:
        self._faults: tuple[Fault, ...] = ()
        self._faulty: set[int] = set()
        super().__init__()
        self.setAccessibleName("The file")
        self.setFont(fixed_font())
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTabChangesFocus(True)
        self.gutter = _Gutter(self)
        self.blockCountChanged.connect(lambda _count: self._make_room())
        self.updateRequest.connect(self._move)
        self.textChanged.connect(self.changed)
        self._make_room()

    def begin(self, text: str) -> None:
        """Show another file: what was there cannot be brought back by undo."""
        self.setPlainText(text)

    def put(self, text: str) -> None:
        """Show a changed text: only what differs is replaced, in one step of undo."""
        old = self.toPlainText()
        if old == text:
            return
        first = next((at for at, (a, b) in enumerate(zip(old, text, strict=False)) if a != b), min(len(old), len(text)))
        most = min(len(old), len(text)) - first
        same = next((at for at in range(most) if old[-1 - at] != text[-1 - at]), most)
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        cursor.setPosition(_units(old, first))
        cursor.setPosition(_units(old, len(old) - same), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text[first : len(text) - same])
        cursor.endEditBlock()

    def show_faults(self, faults: Sequence[Fault]) -> None:
        """Mark the lines with faults."""
        self._faults = tuple(faults)
        self._faulty = {fault.line for fault in faults if fault.line}
        marks = []
        for line in self._faulty:
            block = self.document().findBlockByNumber(line - 1)
            if block.isValid():
                mark = QTextEdit.ExtraSelection()
                mark.cursor = QTextCursor(block)
                mark.format.setBackground(theme.active().colour("critical_soft"))
                mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
                marks.append(mark)
        self.setExtraSelections(marks)
        self.gutter.update()

    def go_to(self, line: int) -> None:
        """Put the cursor on a line (from 1)."""
        block = self.document().findBlockByNumber(max(0, line - 1))
        if block.isValid():
            self.setTextCursor(QTextCursor(block))
            self.centerCursor()
            self.setFocus()

    def gutter_width(self) -> int:
        """How wide the line numbers are."""
        digits = len(str(max(9, self.blockCount())))
        return theme.px(26) + self.fontMetrics().horizontalAdvance("9") * digits

    def paint_gutter(self, painter: QPainter, box: QRect) -> None:
        """Draw the numbers of the lines in sight."""
        worn = theme.active()
        painter.fillRect(box, worn.colour("well"))
        painter.setFont(self.font())
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        high = self.fontMetrics().height()
        while block.isValid() and top <= box.bottom():
            number = block.blockNumber() + 1
            painter.setPen(QColor(worn.hex("critical" if number in self._faulty else "muted")))
            text = f"● {number}" if number in self._faulty else str(number)
            line = QRect(0, int(top), self.gutter.width() - theme.px(6), high)
            painter.drawText(line, Qt.AlignmentFlag.AlignRight, text)
            top += self.blockBoundingRect(block).height()
            block = block.next()

    def changeEvent(self, event: QEvent) -> None:
        """Qt's: a new theme marks the faults in other colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._faults:
            self.show_faults(self._faults)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's."""
        super().resizeEvent(event)
        inner = self.contentsRect()
        self.gutter.setGeometry(QRect(inner.left(), inner.top(), self.gutter_width(), inner.height()))

    def _make_room(self) -> None:
        self.setViewportMargins(self.gutter_width(), 0, 0, 0)

    def _move(self, box: QRect, by: int) -> None:
        if by:
            self.gutter.scroll(0, by)
        else:
            self.gutter.update(0, box.y(), self.gutter.width(), box.height())


class _Gutter(QWidget):
    """The numbers beside the text."""

    def __init__(self, text: FileText) -> None:
        super().__init__(text)
        self._text = text
        self.setAccessibleName("Line numbers")

    def sizeHint(self) -> QSize:
        """Qt's."""
        return QSize(self._text.gutter_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's."""
        painter = QPainter(self)
        self._text.paint_gutter(painter, event.rect())
        painter.end()


def _units(text: str, count: int) -> int:
    """The position after so many characters as Qt counts them: two for one beyond the first plane."""
    return count + sum(ord(sign) > 0xFFFF for sign in text[:count])
