"""Where a list would go at the vendor (a domain), and what of it is there already."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from creditdesk.core.bulk import BulkRule
from creditdesk.core.offers import Operation
from creditdesk.core.sending import Place
from creditdesk.ui import parts, theme
from creditdesk.ui.focus import KeptFocus
from creditdesk.ui.nouns import counted, many
from creditdesk.ui.sizer_picker import picker
from creditdesk.ui.sizer_sections import Already
from creditdesk.ui.words import HIDDEN


class PlaceBox(QWidget):
    """Asks for the place, and whether what is there already is subtracted. Hidden for what cannot be sent.

    Signals:
        places_asked(): the places should be read; answer with `show_places` or `show_error`.
        chosen(): another place is chosen.
        subtract_changed(bool): what is tracked already should be taken off the list, or no more; answer `show_already`.
        cancelled(): the user does not want to wait.
    """

    places_asked = Signal()
    chosen = Signal()
    subtract_changed = Signal(bool)
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._places: tuple[Place, ...] = ()
        self._hide = False
        self._noun = "place"
        self._item = "item"
        self._repeats = ""
        self._there = ""  # what is there already, in words
        self.label = parts.text("", "label")
        self.places = picker("")
        self.label.setBuddy(self.places)
        self.read = parts.button("", icon="refresh")
        self.read.clicked.connect(self.places_asked)
        self._keyboard = KeptFocus(self.read)
        self.subtract = QCheckBox("Subtract already tracked")
        self.subtract.setAccessibleName(self.subtract.text())
        self.subtract.toggled.connect(self._toggled)
        self.told = parts.small()
        self.error = parts.error()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.cancel = parts.button("Cancel", "link", name="Stop reading")
        self.cancel.clicked.connect(self.cancelled)
        self._wait = QWidget()
        wait = QHBoxLayout(self._wait)
        wait.setContentsMargins(0, 0, 0, 0)
        wait.addWidget(self.bar, 1)
        wait.addWidget(self.cancel)
        row = QHBoxLayout()
        row.addWidget(self.places, 1)
        row.addWidget(self.read)
        row.addStretch(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(5))
        column.addWidget(self.label)
        column.addLayout(row)
        for each in (self.subtract, self._wait, self.told, self.error):
            column.addWidget(each)
        self.places.currentIndexChanged.connect(self._chose)
        self.show_rule(None, None)

    @property
    def place(self) -> Place | None:
        """The place chosen, None while none is."""
        wanted = self.places.currentData()
        return next((each for each in self._places if each.id == wanted), None)

    def show_rule(self, rule: BulkRule | None, operation: Operation | None) -> None:
        """Ask for the place of lists of this operation; None: such lists are not sent from here."""
        self.setVisible(rule is not None)
        if rule is None or operation is None:
            return
        self._noun, self._item, self._repeats = rule.place, operation.item, operation.repeats
        self.label.setText(self._noun[:1].upper() + self._noun[1:])
        self.places.setAccessibleName(self.label.text())

    def show_places(self, places: Sequence[Place], chosen: str = "") -> None:
        """Offer these places; () : they were not read yet. One alone is chosen by itself."""
        before = self.place
        self._places = tuple(places)
        wanted = chosen or (before.id if before else "")
        with QSignalBlocker(self.places):
            self.places.clear()
            if len(places) != 1:
                self.places.addItem(f"Choose a {self._noun}" if places else f"No {self._noun} chosen", "")
            for number, place in enumerate(places, start=1):
                name = f"{HIDDEN} {number}" if self._hide else place.name
                self.places.addItem(name, place.id)
            self.places.setCurrentIndex(max(0, self.places.findData(wanted)))
        self.places.setVisible(bool(places))
        self.read.setText("" if places else f"Read {many(self._noun)}")
        self.read.setAccessibleName(f"Read the {many(self._noun)} again" if places else self.read.text())
        self.read.setToolTip(self.read.accessibleName())
        self.show_wait(None)
        self.error.hide()
        self._tell_place()
        if self.place != before:
            self.chosen.emit()

    def show_hidden(self, hide: bool) -> None:
        """Show the places' names, or dots for them."""
        if hide != self._hide:
            self._hide = hide
            self.show_places(self._places)

    def show_wait(self, done: tuple[int, int] | None, what: str = "") -> None:
        """Something is being read: (done, of), `of` 0 where that is not known; None: no more."""
        self._wait.setVisible(done is not None)
        if done is None:
            self.read.setEnabled(True)
            self._keyboard.back(self.read if self.places.isHidden() else self.places)
            self._say(self._there)
            return
        if self.read.isEnabled():
            self._keyboard.hold()
            self.read.setEnabled(False)
            self._keyboard.wait()
        self.error.hide()
        self.bar.setRange(0, 1000 if done[1] else 0)
        self.bar.setValue(1000 * done[0] // done[1] if done[1] else 0)
        self.bar.setAccessibleName(what)
        self._say(f"{what}: {done[0]:,}{f' of {done[1]:,}' if done[1] else ''}" if done[0] else what)

    def show_already(self, already: Already | None) -> None:
        """Say what is there already; None: nothing is subtracted."""
        self._there = "" if already is None else self._words(already)
        self.show_wait(None)

    def _words(self, already: Already) -> str:
        said = f"{counted(len(already.tracked), self._item)} of the list are tracked there already."
        if not already.tracked:
            said = "None of the list is tracked there yet."
        if len(already.tracked) == 1:
            said = said.replace(" are ", " is ")
        if already.some:
            said += f" {already.some:,} more are there on some of the search engines only, and are sent."
        return said

    def show_error(self, text: str) -> None:
        """Say why nothing could be read; what is subtracted is not known then."""
        self.show_already(None)
        self.error.setText(text)
        self.error.setVisible(bool(text))
        with QSignalBlocker(self.subtract):
            self.subtract.setChecked(False)

    def uncheck(self) -> None:
        """Subtract nothing, without saying that the user wants it so."""
        with QSignalBlocker(self.subtract):
            self.subtract.setChecked(False)
        self.show_already(None)

    def _toggled(self, on: bool) -> None:
        if not on:
            self.show_already(None)
        self.subtract_changed.emit(on)

    def _chose(self) -> None:
        self._tell_place()
        self.error.hide()
        self.chosen.emit()

    def _tell_place(self) -> None:
        self.subtract.setEnabled(self.place is not None)
        if self.place is None:
            self.uncheck()
        self.places.setToolTip(self.places.currentText() if self.place is not None else "")
        self.show_already(None)

    def _say(self, text: str) -> None:
        """Say this, and what is known of repeats where nothing is subtracted."""
        alone = self._repeats if self.place is not None and not self.subtract.isChecked() else ""
        self.told.setText(text or alone)
        self.told.setVisible(bool(self.told.text()))
