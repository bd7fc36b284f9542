"""The first line of a page, which folds into two when the page gets narrow."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QWidget

from creditdesk.ui import shapes, theme

LEAST_PX = {True: 200, False: 1}  # a title, another line


class ElidedLabel(QLabel):
    """One line of text that is cut with an ellipsis when there is no room; the whole of it is its tooltip."""

    def __init__(self, words: str = "", role: str = "") -> None:
        super().__init__(words)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if role:
            self.setProperty("role", role)
        self._least = theme.px(LEAST_PX[role == "title"])
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        """Qt's: a title keeps most of its words, a quiet line may go."""
        full = super().sizeHint()
        return QSize(min(self._least, full.width()), full.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's."""
        painter = QPainter(self)
        cut = self.fontMetrics().horizontalAdvance(self.text()) > self.width()
        self.setToolTip(self.text() if cut else "")
        if cut and self.width() < theme.px(70):
            painter.end()
            return
        shapes.draw_text(painter, self.contentsRect(), self.text(), self.font(), self.palette().windowText().color())
        painter.end()


class PageHeader(QWidget):
    """Title, subtitle and actions. The actions move under the title when they do not fit beside it."""

    def __init__(self, title: str, subtitle: str, *widgets: QWidget) -> None:
        super().__init__()
        self.title = ElidedLabel(title, "title")
        self.subtitle = ElidedLabel(subtitle, "muted")
        self._actions = QWidget()
        row = QHBoxLayout(self._actions)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(12))
        for each in widgets:
            row.addWidget(each)
        words = QHBoxLayout()
        words.setSpacing(theme.px(12))
        words.addWidget(self.title)
        words.addWidget(self.subtitle, 1, Qt.AlignmentFlag.AlignVCenter)
        self._words = words
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.px(8))
        self._grid.addLayout(words, 0, 0)
        self._grid.addWidget(self._actions, 0, 1, Qt.AlignmentFlag.AlignRight)
        self._grid.setColumnStretch(0, 1)
        self._folded = False
        self._beside: list[QWidget] = []
        self._actions.setVisible(bool(widgets))
        self.setMinimumHeight(theme.px(33))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_title(self, title: str) -> None:
        """Change the title."""
        self.title.setText(title)

    def show_subtitle(self, subtitle: str) -> None:
        """Change the quiet line beside the title."""
        if self.subtitle.text() != subtitle:
            self.subtitle.setText(subtitle)

    def add_beside_title(self, widget: QWidget) -> None:
        """Put a pill or the like right after the title."""
        self._words.insertWidget(1, widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self._beside.append(widget)

    def add_before_title(self, widget: QWidget) -> None:
        """Put a way back or the like before the title."""
        self._words.insertWidget(0, widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self._beside.append(widget)

    def minimumSizeHint(self) -> QSize:
        """Qt's: the width of the wider of both lines, so that folding is always possible."""
        wide = max(self.title.minimumSizeHint().width(), self._actions.minimumSizeHint().width())
        return QSize(wide, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's."""
        super().resizeEvent(event)
        extras = sum(each.sizeHint().width() + theme.px(12) for each in self._beside if not each.isHidden())
        title = self.title.minimumSizeHint().width() + extras
        beside = title + self._actions.minimumSizeHint().width() + theme.px(24)
        folded = beside > self.width()
        if folded != self._folded:
            self._folded = folded
            place = (1, 0, 1, 2, Qt.AlignmentFlag.AlignLeft) if folded else (0, 1, 1, 1, Qt.AlignmentFlag.AlignRight)
            self._grid.removeWidget(self._actions)
            self._grid.addWidget(self._actions, *place)
            self.updateGeometry()
