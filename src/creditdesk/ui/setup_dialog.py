"""The dialog that shows what a set-up's file would bring, before anything is done."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from creditdesk.ui import parts, theme, words
from creditdesk.ui.dialogs import Sheet
from creditdesk.ui.drop_down import DropDown

CHOICES = (("number", "Give them a number"), ("skip", "Leave them out"))
NOTHING = "Nothing comes in from this file."


class SetupDialog(Sheet):
    """What would come in, and what becomes of accounts whose name is taken. Open it with `open()`.

    Signals:
        clash_chosen(str): "number" or "skip": answer with `show_lines`.
        agreed(str): it is to be done so. Answer with `accept()` or `show_error`.
    """

    clash_chosen = Signal(str)
    agreed = Signal(str)

    def __init__(self, file: str, parent: QWidget | None = None) -> None:
        super().__init__("Import a set-up", parent)
        self.head.addWidget(parts.text("Import a set-up", "lead"))
        self.head.addWidget(
            parts.muted(f"From {file}. Nothing that is here is changed, and no key is in the file: you paste each one.")
        )
        self.clash = DropDown()
        for value, said in CHOICES:
            self.clash.addItem(said, value)
        self.clash.currentIndexChanged.connect(lambda _at: self.clash_chosen.emit(self.chosen()))
        self.body.addLayout(parts.field("Accounts whose name is taken here", self.clash))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(theme.px(4))
        self.body.addLayout(self._lines)
        self.error = parts.error()
        self.body.addWidget(self.error)
        self.body.addStretch(1)
        cancel = parts.button("Cancel")
        cancel.clicked.connect(self.reject)
        self.bring = parts.button("Import", "primary")
        self.bring.clicked.connect(lambda: self.agreed.emit(self.chosen()))
        self.add_buttons([cancel], self.bring)

    def chosen(self) -> str:
        """ "number" or "skip"."""
        return str(self.clash.currentData())

    def show_lines(self, lines: Sequence[str], accounts: int, anything: bool) -> None:
        """What would come in, sentence by sentence; how many accounts, and whether there is `anything` to do."""
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for line in lines if anything else (*lines, NOTHING):
            self._lines.addWidget(parts.text(line, wrap=True))
        self.bring.show_text(f"Import {words.count(accounts, 'accounts')}" if accounts else "Import")
        self.bring.setEnabled(anything)

    def show_error(self, text: str) -> None:
        """It could not be done: say why."""
        self.error.setText(text)
        self.error.show()
