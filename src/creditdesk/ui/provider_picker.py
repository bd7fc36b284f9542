"""Choosing a vendor: a list to search by name or category, where a pasted key finds its vendor by itself."""

import re
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QStandardItem,
    QStandardItemModel,
    QValidator,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from creditdesk.core.definition import Definition
from creditdesk.ui import parts, shapes, theme
from creditdesk.ui.badge import draw_badge
from creditdesk.ui.key_field import looks_like

ROW_PX = 50
BADGE_PX = 32
_ID = Qt.ItemDataRole.UserRole + 1
_SECOND = Qt.ItemDataRole.UserRole + 2


def owners(definitions: Sequence[Definition], text: str) -> tuple[Definition, ...]:
    """The vendors one of whose secret credentials looks like this text. Text of several words is no key."""
    key = text.strip()
    if len(key) < 8 or re.search(r"\s", key):
        return ()
    return tuple(each for each in definitions if any(looks_like(one, key) for one in each.credentials if one.secret))


def found(definitions: Sequence[Definition], text: str) -> tuple[Definition, ...]:
    """The vendors whose name or category holds every word of the text, those whose name begins with it first."""
    asked = text.casefold().split()
    hits = [each for each in definitions if all(word in f"{each.name} {each.category}".casefold() for word in asked)]
    start = text.strip().casefold()
    return tuple(sorted(hits, key=lambda each: (not each.name.casefold().startswith(start), each.name.casefold())))


class ProviderPicker(QWidget):
    """The list of vendors with its search line.

    Signals:
        provider_chosen(str): a vendor's id.
        key_recognised(str, str): a vendor's id and the pasted key that is its own. Hand it on and drop it.
    """

    provider_chosen = Signal(str)
    key_recognised = Signal(str, str)

    def __init__(self, definitions: Sequence[Definition]) -> None:
        super().__init__()
        self._definitions = tuple(definitions)
        self._held = ""
        self.search = _Search(self._definitions)
        self.search.textChanged.connect(self._search)
        self.search.key_pasted.connect(self.take_key)
        self.search.installEventFilter(self)
        paste = parts.button("Paste key", icon="paste", name="Paste a key and find its provider")
        paste.clicked.connect(self._paste)
        self.note = parts.muted()
        self.note.hide()
        self._model = QStandardItemModel(self)
        self.list = QListView()
        self.list.setModel(self._model)
        self.list.setItemDelegate(_Row(self.list))
        self.list.setAccessibleName("Providers")
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setMinimumHeight(theme.px(ROW_PX * 5))
        self.list.setMouseTracking(True)
        self.list.clicked.connect(lambda _index: self.choose())
        self.list.installEventFilter(self)
        top = QHBoxLayout()
        top.setSpacing(theme.px(8))
        top.addWidget(self.search, 1)
        top.addWidget(paste)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(10))
        column.addLayout(top)
        column.addWidget(self.note)
        column.addWidget(self.list, 1)
        self.setFocusProxy(self.search)
        self._show(found(self._definitions, ""))

    def shown(self) -> tuple[str, ...]:
        """The ids of the vendors in the list, in its order."""
        return tuple(str(self._model.item(row).data(_ID)) for row in range(self._model.rowCount()))

    def choose(self) -> None:
        """Choose the vendor the list stands on."""
        index = self.list.currentIndex()
        if not index.isValid():
            return
        chosen, key = str(index.data(_ID)), self._held
        self._held = ""
        if key:
            self.key_recognised.emit(chosen, key)
        else:
            self.provider_chosen.emit(chosen)

    def take_key(self, text: str) -> None:
        """A key was pasted: go to its vendor, or let the user choose among those it may belong to."""
        hits = owners(self._definitions, text)
        self._held = ""
        if len(hits) == 1:
            self.key_recognised.emit(hits[0].id, text.strip())
            return
        self._held = text.strip() if hits else ""
        self._say("This key may belong to one of these." if hits else "No provider here knows keys of this form.")
        self._show(hits or found(self._definitions, ""))
        self.list.setFocus()

    def forget(self) -> None:
        """Drop a key that waits for its vendor."""
        self._held = ""
        self._say("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt calls this: the arrows walk the list from the search line, Return chooses."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.choose()
            return True
        if watched is self.search and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            row = max(0, min(self._model.rowCount() - 1, self.list.currentIndex().row() + step))
            self.list.setCurrentIndex(self._model.index(row, 0))
            return True
        return False

    def _paste(self) -> None:
        text = QGuiApplication.clipboard().text()
        if text.strip():
            self.take_key(text)
        else:
            self._say("There is no text to paste.")

    def _search(self, text: str) -> None:
        self.forget()
        hits = found(self._definitions, text)
        self._say("" if hits else "No provider has this name. You can add your own as a file.")
        self._show(hits)

    def _say(self, text: str) -> None:
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def _show(self, definitions: Sequence[Definition]) -> None:
        self._model.clear()
        for each in definitions:
            item = QStandardItem(each.name)
            how = "" if each.readable else "typed by hand"
            second = " · ".join(part for part in (_category(each.category), how) if part)
            item.setData(each.id, _ID)
            item.setData(second, _SECOND)
            item.setData(f"{each.name}, {second}" if second else each.name, Qt.ItemDataRole.AccessibleTextRole)
            self._model.appendRow(item)
        if definitions:
            self.list.setCurrentIndex(self._model.index(0, 0))


def _category(category: str) -> str:
    """ "seo" is "SEO", "captcha" is "Captcha"."""
    return category.upper() if len(category) <= 3 else category[:1].upper() + category[1:]


class _Search(QLineEdit):
    """The search line. A key never stands in it: a paste that looks like one goes its own way.

    Signals:
        key_pasted(str): text that looks like some vendor's key.
    """

    key_pasted = Signal(str)

    def __init__(self, definitions: Sequence[Definition]) -> None:
        super().__init__()
        self._definitions = definitions
        self.setPlaceholderText("Find a provider, or paste a key")
        self.setAccessibleName("Find a provider, or paste a key")
        self.setClearButtonEnabled(True)
        self.setMaxLength(4096)
        self.setValidator(_NoKey(definitions, self))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's: look at what is pasted before it is shown."""
        if event.matches(QKeySequence.StandardKey.Paste):
            text = QGuiApplication.clipboard().text()
            if owners(self._definitions, text):
                self.key_pasted.emit(text)
                return
        super().keyPressEvent(event)


class _NoKey(QValidator):
    """Refuses text that looks like a key, however it came, and hands it on instead."""

    def __init__(self, definitions: Sequence[Definition], search: _Search) -> None:
        super().__init__(search)
        self._definitions = definitions
        self._search = search

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Qt's."""
        if owners(self._definitions, text):
            self._search.key_pasted.emit(text)
            return QValidator.State.Invalid, text, position
        return QValidator.State.Acceptable, text, position


class _Row(QStyledItemDelegate):
    """Paints a vendor: badge, name, and what it is."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Qt's."""
        return QSize(theme.px(200), theme.px(ROW_PX))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Qt's."""
        worn = theme.active()
        box, state = QRect(option.rect), option.state
        inner = QRectF(box.adjusted(2, 2, -2, -2))
        if state & QStyle.StateFlag.State_Selected:
            shapes.fill_round(painter, inner, theme.px(6), worn.colour("accent_soft"))
        elif state & QStyle.StateFlag.State_MouseOver:
            shapes.fill_round(painter, inner, theme.px(6), worn.colour("hover"))
        name, second = str(index.data(Qt.ItemDataRole.DisplayRole)), str(index.data(_SECOND) or "")
        size = theme.px(BADGE_PX)
        badge = QRectF(box.left() + theme.px(8), box.center().y() - size / 2, size, size)
        draw_badge(painter, badge, name, "surface" if state & QStyle.StateFlag.State_Selected else "accent_soft")
        bold, quiet = theme.font(1, QFont.Weight.DemiBold), theme.font(theme.SMALL)
        left = int(badge.right()) + theme.px(10)
        high, low = QFontMetrics(bold).height(), QFontMetrics(quiet).height()
        top = box.center().y() - (high + (low if second else 0)) // 2
        width = box.right() - left - theme.px(8)
        shapes.draw_text(painter, QRect(left, top, width, high), name, bold, worn.colour("text"))
        if second:
            shapes.draw_text(painter, QRect(left, top + high, width, low), second, quiet, worn.colour("muted"))
