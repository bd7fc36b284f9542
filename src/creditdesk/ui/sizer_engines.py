"""Search engines as rows: "google · US · en · desktop". Their number is a factor of the price."""

from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QWidget

from creditdesk.ui import parts, theme
from creditdesk.ui.buttons import Button
from creditdesk.ui.flow import FlowLayout

NAMES = ("google", "bing")
LANGUAGES = ("en", "de", "es", "fr", "it", "nl", "pl", "pt", "sv", "ur")
DEVICES = ("desktop", "mobile")
TWICE = "This row is there already."
EMPTY = "Fill in all four."


@dataclass(frozen=True, slots=True)
class Engine:
    """A search engine as a vendor tracks it: name, location in words, language code, device."""

    name: str = "google"
    location: str = "United States"
    language: str = "en"
    device: str = "desktop"

    @property
    def words(self) -> str:
        """ "google · US · en · desktop"."""
        return " · ".join((self.name, short_place(self.location), self.language, self.device))


def short_place(location: str) -> str:
    """The two letters of a country, the location as it is when it is none."""
    return _codes().get(location.casefold(), location)


class EngineRows(QWidget):
    """Rows one can add, change and remove. There is always one.

    Signals:
        changed(): the rows are others now.
    """

    changed = Signal()

    def __init__(self, name: str, engines: tuple[Engine, ...] = ()) -> None:
        super().__init__()
        self._engines = list(engines) or [Engine()]
        self._editing: int | None = None
        self.setAccessibleName(name)
        self.chips = QWidget()
        self._flow = FlowLayout(self.chips, spacing=theme.px(6))
        self.add = parts.button("Add", "chip", "add", name=f"Add to {name}")
        self.add.clicked.connect(self.start_adding)
        self._editor = self._made_editor()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self.chips, 0, 0)
        grid.addWidget(self._editor, 1, 0)
        self._show()

    def engines(self) -> tuple[Engine, ...]:
        """The rows."""
        return tuple(self._engines)

    def start_adding(self) -> None:
        """Open the editor for a new row: like the last one, on the other device where that is not there."""
        last = self._engines[-1]
        offered = [Engine(last.name, last.location, last.language, device) for device in DEVICES]
        new = next((engine for engine in offered if engine not in self._engines), None)
        self._open(None, new or last)
        if new is None:
            self.boxes[1].setFocus()

    def finish(self) -> None:
        """Take what the editor holds."""
        engine = Engine(*(box.currentText().strip() for box in self.boxes))
        if not all((engine.name, engine.location, engine.language, engine.device)):
            self._say(EMPTY)
            return
        others = [each for place, each in enumerate(self._engines) if place != self._editing]
        if engine in others:
            self._say(TWICE)
            return
        if self._editing is None:
            self._engines.append(engine)
        else:
            self._engines[self._editing] = engine
        self.close_editor()
        self._show()
        self.add.setFocus()
        self.changed.emit()

    def remove(self, place: int) -> None:
        """Remove a row, but never the last."""
        if len(self._engines) > 1:
            del self._engines[place]
            self.close_editor()
            self._show()
            self.add.setFocus()
            self.changed.emit()

    def close_editor(self) -> None:
        """Leave the editor without taking anything."""
        self._editing = None
        self._editor.hide()
        self.error.hide()
        self.add.show()

    def keyPressEvent(self, event: object) -> None:
        """Qt's: Esc leaves the editor, Return takes it."""
        key = event.key()  # type: ignore[attr-defined]  # Qt hands a QKeyEvent
        if not self._editor.isHidden() and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finish()
        elif not self._editor.isHidden() and key == Qt.Key.Key_Escape:
            self.close_editor()
            self.add.setFocus()
        else:
            super().keyPressEvent(event)  # type: ignore[arg-type]

    def _made_editor(self) -> QWidget:
        editor = parts.Card("Search engine", tone="well")
        editor.body.setContentsMargins(theme.px(10), theme.px(8), theme.px(10), theme.px(10))
        grid = QGridLayout()
        grid.setSpacing(theme.px(6))
        self.boxes = (
            _box(NAMES, "Search engine", True),
            _box(_places(), "Location", True),
            _box(LANGUAGES, "Language", True),
            _box(DEVICES, "Device", False),
        )
        for place, (label, box) in enumerate(
            zip(("Search engine", "Location", "Language", "Device"), self.boxes, strict=True)
        ):
            grid.addLayout(parts.field(label, box), place // 2, place % 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        editor.body.addLayout(grid)
        self.error = parts.error()
        editor.body.addWidget(self.error)
        self.done = parts.button("Done", "primary")
        self.done.clicked.connect(self.finish)
        cancel = parts.button("Cancel")
        cancel.clicked.connect(self.close_editor)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.done)
        editor.body.addLayout(row)
        editor.hide()
        return editor

    def _open(self, place: int | None, engine: Engine) -> None:
        self._editing = place
        values = (engine.name, engine.location, engine.language, engine.device)
        for box, value in zip(self.boxes, values, strict=True):
            box.setCurrentText(value)
        self.done.show_text("Add" if place is None else "Change")
        self.error.hide()
        self.add.hide()
        self._editor.show()
        self.boxes[0].setFocus()

    def _show(self) -> None:
        self._flow.removeWidget(self.add)
        while (item := self._flow.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for place, engine in enumerate(self._engines):
            self._flow.addWidget(self._chip(place, engine))
        self._flow.addWidget(self.add)

    def _chip(self, place: int, engine: Engine) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        change: Button = parts.button(engine.words, "chip", name=f"Change {engine.words}")
        change.setToolTip(f"{engine.name}, {engine.location}, {engine.language}, {engine.device}")
        change.clicked.connect(lambda: self._open(place, engine))
        row.addWidget(change)
        if len(self._engines) > 1:
            remove = parts.button("", "quiet", "close", name=f"Remove {engine.words}")
            remove.setMaximumWidth(theme.px(26))
            remove.clicked.connect(lambda: self.remove(place))
            row.addWidget(remove)
        return holder

    def _say(self, text: str) -> None:
        self.error.setText(text)
        self.error.show()


@cache
def _codes() -> dict[str, str]:
    codes = {}
    for territory in QLocale.Country:
        code = QLocale.territoryToCode(territory)
        if len(code) == 2 and code.isalpha():
            codes[QLocale.territoryToString(territory).casefold()] = code
    return codes


@cache
def _places() -> tuple[str, ...]:
    names = {
        QLocale.territoryToString(territory)
        for territory in QLocale.Country
        if len(QLocale.territoryToCode(territory)) == 2 and QLocale.territoryToCode(territory).isalpha()
    }
    return tuple(sorted(names))


def _box(choices: tuple[str, ...], name: str, editable: bool) -> QComboBox:
    box = QComboBox()
    box.addItems(list(choices))
    box.setEditable(editable)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    box.setAccessibleName(name)
    box.setMinimumContentsLength(6)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMaxVisibleItems(12)
    return box
