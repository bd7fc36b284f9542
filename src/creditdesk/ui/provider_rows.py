"""The list of vendors under its headings: what stands on a row, and how it is painted."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from creditdesk.core.definition import Definition
from creditdesk.ui import shapes, theme
from creditdesk.ui.badge import draw_badge
from creditdesk.ui.provider_order import Section, category_words
from creditdesk.ui.standing import evidence

ROW_PX = 50
HEADING_PX = 30
BADGE_PX = 32
GRADES = {
    "A": "Grade A: made from the vendor's own documentation.",
    "B": "Grade B: made from the code of working clients.",
    "C": "Grade C: partly guessed.",
}
_ID = Qt.ItemDataRole.UserRole + 1
_SECOND = Qt.ItemDataRole.UserRole + 2
_GRADE = Qt.ItemDataRole.UserRole + 3


class ProviderList(QListView):
    """Vendors by section. A heading cannot be chosen."""

    def __init__(self) -> None:
        super().__init__()
        self._items = QStandardItemModel(self)
        self.setModel(self._items)
        self.setItemDelegate(_Row(self))
        self.setAccessibleName("Providers")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMinimumHeight(theme.px(ROW_PX * 5))
        self.setMouseTracking(True)

    def show_sections(self, sections: Sequence[Section]) -> None:
        """Show these vendors; the first is the current one."""
        self._items.clear()
        for section in sections:
            if section.title:
                self._items.appendRow(_heading(section.title))
            for each in section.definitions:
                self._items.appendRow(_row(each))
        self.step(1)

    def shown(self) -> tuple[str, ...]:
        """The ids of the vendors in the list, in its order."""
        found = (self._items.item(row).data(_ID) for row in range(self._items.rowCount()))
        return tuple(str(each) for each in found if each)

    def headings(self) -> tuple[str, ...]:
        """The headings in the list, in its order."""
        items = (self._items.item(row) for row in range(self._items.rowCount()))
        return tuple(item.text() for item in items if not item.data(_ID))

    def current(self) -> str:
        """The id of the vendor that the list stands on, "" when there is none."""
        index = self.currentIndex()
        return str(index.data(_ID) or "") if index.isValid() else ""

    def step(self, by: int) -> None:
        """Go to the next vendor (1) or the one before (-1); headings are passed over, the ends are kept."""
        row = self.currentIndex().row() + by
        while 0 <= row < self._items.rowCount():
            if self._items.item(row).data(_ID):
                self.setCurrentIndex(self._items.index(row, 0))
                if row == 1:
                    self.scrollToTop()  # its heading, too
                return
            row += by


def _heading(title: str) -> QStandardItem:
    item = QStandardItem(title)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    return item


def _row(definition: Definition) -> QStandardItem:
    item = QStandardItem(definition.name)
    second = " · ".join(part for part in (category_words(definition.category), evidence(definition)) if part)
    grade = f"grade {definition.grade}" if definition.grade else ""
    item.setData(definition.id, _ID)
    item.setData(second, _SECOND)
    item.setData(grade, _GRADE)
    item.setToolTip(GRADES.get(definition.grade, ""))
    said = ", ".join(part for part in (definition.name, second, grade) if part)
    item.setData(said, Qt.ItemDataRole.AccessibleTextRole)
    return item


class _Row(QStyledItemDelegate):
    """Paints a heading, or a vendor: badge, name, what it is and what its file rests on."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Qt's."""
        return QSize(theme.px(200), theme.px(ROW_PX if index.data(_ID) else HEADING_PX))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Qt's."""
        worn = theme.active()
        box, state = QRect(option.rect), option.state
        name, second = str(index.data(Qt.ItemDataRole.DisplayRole)), str(index.data(_SECOND) or "")
        bold, quiet = theme.font(1, QFont.Weight.DemiBold), theme.font(theme.SMALL)
        low = QFontMetrics(quiet).height()
        if not index.data(_ID):
            line = QRect(box.left() + theme.px(8), box.bottom() - low - theme.px(3), box.width() - theme.px(16), low)
            shapes.draw_text(painter, line, name, quiet, worn.colour("muted"))
            return
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            inner = QRectF(box.adjusted(2, 2, -2, -2))
            shapes.fill_round(painter, inner, theme.px(6), worn.colour("accent_soft" if selected else "hover"))
        size = theme.px(BADGE_PX)
        badge = QRectF(box.left() + theme.px(8), box.center().y() - size / 2, size, size)
        draw_badge(painter, badge, name, "surface" if selected else "accent_soft")
        left, right = int(badge.right()) + theme.px(10), box.right() - theme.px(10)
        grade = str(index.data(_GRADE) or "")
        if grade:
            wide = shapes.width_of(grade, quiet) + theme.px(4)
            shapes.draw_text(
                painter, QRect(right - wide, box.top(), wide, box.height()), grade, quiet, worn.colour("muted")
            )
            right -= wide + theme.px(8)
        high = QFontMetrics(bold).height()
        top = box.center().y() - (high + (low if second else 0)) // 2
        shapes.draw_text(painter, QRect(left, top, right - left, high), name, bold, worn.colour("text"))
        if second:
            shapes.draw_text(painter, QRect(left, top + high, right - left, low), second, quiet, worn.colour("muted"))
