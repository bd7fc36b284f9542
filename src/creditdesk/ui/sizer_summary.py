"""A list that was read elsewhere, in a box: its name, what it holds, and how its file was understood."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from creditdesk.ui import parts, theme
from creditdesk.ui.flow import FlowLayout
from creditdesk.ui.guess import guess_words
from creditdesk.ui.header import ElidedLabel
from creditdesk.ui.sizer_sections import Holding, counts

LINK_PAD_PX = 5
"""What a link has on its left: the texts above and below it get the same."""


class Counts(QWidget):
    """Counts one can open: "71 repeated · 615 already tracked · 6 blank".

    Signals:
        opened(str): the section that was pressed.
    """

    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[tuple[str, str]] = []
        self.setAccessibleName("What is not added")
        self._flow = FlowLayout(self, spacing=0)

    def show_counts(self, told: list[tuple[str, str]]) -> None:
        """Show these (section, words)."""
        if told == self._shown:
            return
        self._shown = told
        while (item := self._flow.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for place, (section, said) in enumerate(told):
            if place:
                self._flow.addWidget(parts.text("·", "muted"))
            if not section:
                self._flow.addWidget(parts.text(said, "muted"))
                continue
            button = parts.button(said, "link", name=f"{said}: show the lines")
            button.clicked.connect(lambda _on=False, name=section: self.opened.emit(name))
            self._flow.addWidget(button)
        self.setVisible(bool(told))

    def text(self) -> str:
        """All of it as one text."""
        return " · ".join(said for _, said in self._shown)


class Summary(parts.Card):
    """A list from a file or from a long text.

    Signals:
        opened(str): a section of the list should be shown.
        change_asked(): the file should be read in another way.
        put_away(): the list is not wanted any more.
    """

    opened = Signal(str)
    change_asked = Signal()
    put_away = Signal()

    def __init__(self) -> None:
        super().__init__("The list")
        self.body.setContentsMargins(theme.px(11 - LINK_PAD_PX), theme.px(7), theme.px(8), theme.px(7))
        self.body.setSpacing(theme.px(1))
        self.name = ElidedLabel("", "heading")
        self.away = parts.button("", "quiet", "close", name="Put the list away")
        self.away.clicked.connect(self.put_away)
        top = QHBoxLayout()
        top.addWidget(self.name, 1)
        top.addWidget(self.away)
        self.lines = parts.muted()
        self.to_add = parts.button("", "link")
        self.to_add.clicked.connect(lambda: self.opened.emit("add"))
        self.others = Counts()
        self.others.opened.connect(self.opened)
        self.guess = parts.small()
        self.change = parts.button("Change…", "link", name="Change how the file is read")
        self.change.clicked.connect(self.change_asked)
        for text in (self.name, self.lines, self.guess):
            text.setContentsMargins(theme.px(LINK_PAD_PX), 0, 0, 0)
        self._read = QWidget()
        read = QHBoxLayout(self._read)
        read.setContentsMargins(0, 0, 0, 0)
        read.addWidget(self.guess, 1)
        read.addWidget(self.change)
        self.body.addLayout(top)
        self.body.addWidget(self.lines)
        row = QHBoxLayout()
        row.addWidget(self.to_add)
        row.addStretch(1)
        self.body.addLayout(row)
        self.body.addWidget(self.others)
        self.body.addWidget(self._read)

    def show_list(self, name: str, held: Holding) -> None:
        """Show this list."""
        guess = held.guess
        self.name.setText(name)
        where = f"column “{guess.column}” · " if guess and guess.column else ""
        self.lines.setText(f"{where}{held.items.given:,} lines")
        said = f"{len(held.rest):,} to add"
        self.to_add.setText(said)
        self.to_add.setAccessibleName(f"{said}: show the lines")
        self.others.show_counts(counts(held))
        self.guess.setText(guess_words(guess, column=False) if guess else "")
        self._read.setVisible(guess is not None)


class Busy(QWidget):
    """A list is being read.

    Signals:
        cancelled(): the user does not want to wait.
    """

    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.words = parts.muted()
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Reading")
        self.cancel = parts.button("Cancel", name="Stop reading the list")
        self.cancel.clicked.connect(self.cancelled)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(5))
        column.addWidget(self.words)
        row = QHBoxLayout()
        row.addWidget(self.bar, 1)
        row.addWidget(self.cancel)
        column.addLayout(row)
        column.addStretch(1)

    def show_words(self, text: str) -> None:
        """Begin: say what is read; how far is not known yet."""
        self.words.setText(text)
        self.bar.setRange(0, 0)

    def show_part(self, done: int, of: int) -> None:
        """So much is done; `of` 0: not known of how much."""
        self.bar.setRange(0, max(0, of and 1000))
        if of:
            self.bar.setValue(min(1000, 1000 * done // of))
