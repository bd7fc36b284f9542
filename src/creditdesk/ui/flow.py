"""Two layouts that follow the width: a flow of things in lines, and a grid of equal columns."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Things side by side in lines, each at its own width, wrapping like words. Lines may be centred."""

    def __init__(self, parent: QWidget | None = None, spacing: int = 8, centred: bool = False) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._centred = centred
        self.setSpacing(spacing)
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Qt's."""
        self._items.append(item)

    def count(self) -> int:
        """Qt's."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Qt's."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Qt's."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Qt's."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Qt's."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Qt's."""
        return self._place(QRect(0, 0, width, 0), test=True)

    def setGeometry(self, rect: QRect) -> None:
        """Qt's."""
        super().setGeometry(rect)
        self._place(rect, test=False)

    def sizeHint(self) -> QSize:
        """Qt's: everything in one line."""
        hints = [item.sizeHint() for item in self._shown()]
        wide = sum(hint.width() for hint in hints) + self.spacing() * max(0, len(hints) - 1)
        return QSize(wide, max((hint.height() for hint in hints), default=0))

    def minimumSize(self) -> QSize:
        """Qt's."""
        size = QSize()
        for item in self._shown():
            size = size.expandedTo(item.minimumSize())
        return size

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _place(self, rect: QRect, test: bool) -> int:
        lines: list[list[QLayoutItem]] = []
        x = 0
        for item in self._shown():
            wide = item.sizeHint().width()
            if not lines or x + wide > rect.width():
                lines.append([])
                x = 0
            lines[-1].append(item)
            x += wide + self.spacing()
        y = rect.y()
        for line in lines:
            y = self._place_line(line, QRect(rect.x(), y, rect.width(), 0), test) + self.spacing()
        return max(0, y - self.spacing() - rect.y()) if lines else 0

    def _place_line(self, line: list[QLayoutItem], rect: QRect, test: bool) -> int:
        sizes = [item.sizeHint() for item in line]
        high = max(size.height() for size in sizes)
        if test:
            return rect.y() + high
        used = sum(size.width() for size in sizes) + self.spacing() * (len(sizes) - 1)
        x = rect.x() + (max(0, rect.width() - used) // 2 if self._centred else 0)
        for item, size in zip(line, sizes, strict=True):
            wide = min(size.width(), rect.width())
            item.setGeometry(QRect(QPoint(x, rect.y() + (high - size.height()) // 2), QSize(wide, size.height())))
            x += wide + self.spacing()
        return rect.y() + high


class CardGrid(QLayout):
    """Cards in columns of equal width, as many as fit at `least` pixels each, up to `most`; a row is as high as its
    highest card. The order of the widgets is the order of the rows and can be changed without rebuilding."""

    def __init__(self, parent: QWidget | None = None, least: int = 290, most: int = 3, spacing: int = 14) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._places: dict[int, list[tuple[QLayoutItem, QRect]]] = {}
        self._least, self._most = least, most
        self.setSpacing(spacing)
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Qt's."""
        self._items.append(item)

    def count(self) -> int:
        """Qt's."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Qt's."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Qt's."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def arrange(self, order: list[QWidget]) -> None:
        """Put the widgets of the grid into this order. Widgets that are not in the grid are ignored."""
        ranks = {id(widget): rank for rank, widget in enumerate(order)}
        last = len(ranks)
        arranged = sorted(self._items, key=lambda item: ranks.get(id(item.widget()), last))
        if arranged != self._items:
            self._items = arranged
            self.invalidate()

    def invalidate(self) -> None:
        """Qt's: something in the grid changed its size."""
        self._places.clear()
        super().invalidate()

    def columns(self, width: int) -> int:
        """How many columns fit into this width."""
        return max(1, min(self._most, (width + self.spacing()) // (self._least + self.spacing())))

    def expandingDirections(self) -> Qt.Orientation:
        """Qt's."""
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        """Qt's."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Qt's."""
        return max((rect.bottom() + 1 for _, rect in self._rects(width)), default=0)

    def setGeometry(self, rect: QRect) -> None:
        """Qt's."""
        super().setGeometry(rect)
        for item, place in self._rects(rect.width()):
            item.setGeometry(place.translated(rect.topLeft()))

    def sizeHint(self) -> QSize:
        """Qt's."""
        return QSize(self._least * 2, self.heightForWidth(self._least * 2))

    def minimumSize(self) -> QSize:
        """Qt's: narrow enough for any window; the height follows the width."""
        return QSize(min(self._least, 200), 0)

    def _rects(self, width: int) -> list[tuple[QLayoutItem, QRect]]:
        """Every card's place in a grid of this width, whose corner is 0, 0. Kept until something changes its size."""
        if width not in self._places:
            self._places[width] = self._measure(width)
        return self._places[width]

    def _measure(self, width: int) -> list[tuple[QLayoutItem, QRect]]:
        items = [item for item in self._items if not item.isEmpty()]
        count = self.columns(width)
        free = width - self.spacing() * (count - 1)
        edges = [free * column // count for column in range(count + 1)]
        places: list[tuple[QLayoutItem, QRect]] = []
        y = 0
        for start in range(0, len(items), count):
            row = items[start : start + count]
            high = max(_height(item, free // count) for item in row)
            for column, item in enumerate(row):
                x = edges[column] + column * self.spacing()
                places.append((item, QRect(x, y, edges[column + 1] - edges[column], high)))
            y += high + self.spacing()
        return places


def _height(item: QLayoutItem, width: int) -> int:
    return item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
