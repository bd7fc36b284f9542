"""The lines of a list: what is counted, and what was rejected with its line number and reason."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QHBoxLayout, QListView, QWidget

from creditdesk.core.keywords import Items
from creditdesk.ui import parts, theme
from creditdesk.ui.dialogs import Sheet

_Index = QModelIndex | QPersistentModelIndex


class Lines(QAbstractListModel):
    """Texts as a list for a view; nothing is copied, so that a million of them show at once."""

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__()
        self._texts = texts

    def rowCount(self, parent: _Index | None = None) -> int:
        """Qt's."""
        return 0 if parent is not None and parent.isValid() else len(self._texts)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        """Qt's."""
        return self._texts[index.row()] if role == Qt.ItemDataRole.DisplayRole else None


class ItemsDialog(Sheet):
    """Shows a cleaned list. Nothing in it can be changed; the list it came from can."""

    def __init__(self, items: Items, item_word: str, parent: QWidget | None = None) -> None:
        super().__init__("The list", parent, width_px=480)
        self.head.addWidget(parts.text("The list", "lead"))
        repeated = f"{items.repeated:,} repeated and {items.blank:,} blank lines are not counted."
        self.head.addWidget(parts.muted(repeated))
        self._kept = Lines(items.unique)
        self._rejected = Lines([f"line {line:,}: {reason}" for line, reason in items.rejected])
        self.right = parts.button(f"To add ({len(items.unique):,})", "chip")
        self.wrong = parts.button(f"Rejected ({len(items.rejected):,})", "chip")
        row = QHBoxLayout()
        row.setSpacing(theme.px(6))
        for each, model in ((self.right, self._kept), (self.wrong, self._rejected)):
            each.setCheckable(True)
            each.clicked.connect(lambda _on=False, chosen=model: self._show(chosen))
            row.addWidget(each)
        row.addStretch(1)
        self.wrong.setVisible(bool(items.rejected))
        self.list = QListView()
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName(item_word)
        self.list.setMinimumHeight(theme.px(280))
        self.list.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.body.addLayout(row)
        self.body.addWidget(self.list, 1)
        close = parts.button("Close", "primary")
        close.clicked.connect(self.accept)
        self.add_buttons([], close)
        self._show(self._kept)

    def _show(self, model: Lines) -> None:
        self.list.setModel(model)
        self.right.setChecked(model is self._kept)
        self.wrong.setChecked(model is self._rejected)
