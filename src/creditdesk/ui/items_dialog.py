"""The lines of a list, by what became of them: to add, repeated, tracked already, blank, unusable."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QListView, QWidget

from creditdesk.ui import parts, theme
from creditdesk.ui.dialogs import Sheet
from creditdesk.ui.flow import FlowLayout

MOST_COPIED = 100_000

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Section:
    """Some lines of a list. `row` gives (line number, 0 where there is none; text; what is wrong with it or "").

    `id` names the section: "add", "repeated", "tracked", "blank", "unusable". Nothing is copied to make one.
    """

    id: str
    title: str
    count: int
    row: Callable[[int], tuple[int, str, str]]

    def words(self, index: int) -> str:
        """A row as a line: "line 4: control character", "running shoes"."""
        line, text, why = self.row(index)
        said = f"{text} ({why})" if text and why else text or why
        return f"line {line:,}: {said}" if line else said


class Lines(QAbstractListModel):
    """A section as a list for a view; nothing is copied, so that a million of them show at once."""

    def __init__(self, section: Section) -> None:
        super().__init__()
        self.section = section

    def rowCount(self, parent: _Index | None = None) -> int:
        """Qt's."""
        return 0 if parent is not None and parent.isValid() else self.section.count

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        """Qt's."""
        return self.section.words(index.row()) if role == Qt.ItemDataRole.DisplayRole else None


class ItemsDialog(Sheet):
    """Shows a cleaned list, section by section. Nothing in it can be changed; the list it came from can.

    Signals:
        export_requested(object): this Section should be written to a file.
        copied(int): so many lines were put on the clipboard.
    """

    export_requested = Signal(object)
    copied = Signal(int)

    def __init__(
        self, sections: Sequence[Section], item_word: str, shown: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__("The list", parent, width_px=520)
        self.head.addWidget(parts.text("The list", "lead"))
        self._models = [Lines(section) for section in sections if section.count or section.id == "add"]
        self.chips = {}
        holder = QWidget()
        flow = FlowLayout(holder, spacing=theme.px(6))
        for model in self._models:
            chip = parts.button(f"{model.section.title} ({model.section.count:,})", "chip")
            chip.setCheckable(True)
            chip.clicked.connect(lambda _on=False, chosen=model: self._show(chosen))
            self.chips[model.section.id] = chip
            flow.addWidget(chip)
        self.list = QListView()
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName(item_word)
        self.list.setMinimumHeight(theme.px(280))
        self.list.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.body.addWidget(holder)
        self.body.addWidget(self.list, 1)
        self.copy = parts.button("Copy", icon="duplicate", name="Copy these lines")
        self.copy.clicked.connect(self._copy)
        self.export = parts.button("Export…", icon="export", name="Export these lines")
        self.export.clicked.connect(lambda: self.export_requested.emit(self.section))
        close = parts.button("Close", "primary")
        close.clicked.connect(self.accept)
        self.add_buttons([self.copy, self.export], close)
        first = next((model for model in self._models if model.section.id == shown), self._models[0])
        self._show(first)

    @property
    def section(self) -> Section:
        """What is on screen."""
        model = self.list.model()
        return model.section if isinstance(model, Lines) else self._models[0].section

    def _show(self, model: Lines) -> None:
        self.list.setModel(model)
        for each in self._models:
            self.chips[each.section.id].setChecked(each is model)
        self.copy.setEnabled(0 < model.section.count <= MOST_COPIED)
        self.export.setEnabled(model.section.count > 0)

    def _copy(self) -> None:
        section = self.section
        QGuiApplication.clipboard().setText("\n".join(section.row(index)[1] for index in range(section.count)))
        self.copied.emit(section.count)
