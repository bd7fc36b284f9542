"""The dialog in which a note is typed: what, when, and of which account."""

from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QDateTime, Signal
from PySide6.QtWidgets import QDateTimeEdit, QHBoxLayout, QLineEdit, QWidget

from creditdesk.core.settings import Settings
from creditdesk.ui import parts, theme, words
from creditdesk.ui.board import Entry
from creditdesk.ui.date_field import with_calendar
from creditdesk.ui.dialogs import Sheet
from creditdesk.ui.drop_down import DropDown

NO_ACCOUNT = "No account"


class NoteDialog(Sheet):
    """Asks for a note. It stays open until `accept`, so that what is wrong can be said. Open it with `open()`.

    Signals:
        saved(str, object, str): the text, its instant (datetime, UTC), and an account's id or "".
    """

    saved = Signal(str, object, str)

    def __init__(
        self,
        entries: Sequence[Entry],
        now: datetime,
        settings: Settings,
        account_id: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Add note", parent, width_px=460)
        self._now = now
        self.head.addWidget(parts.text("Add note", "lead"))
        self.text = QLineEdit()
        self.text.setMaxLength(500)
        self.text.setPlaceholderText("Such as: quota raised by the vendor until May")
        self.when = QDateTimeEdit(QDateTime.fromSecsSinceEpoch(int(now.timestamp())))
        with_calendar(self.when, "Date")
        self.when.setDisplayFormat("d MMM yyyy HH:mm")
        self.accounts = DropDown()
        self.accounts.addItem(NO_ACCOUNT, "")
        self.accounts.setMinimumContentsLength(8)  # a long name must not make the dialog wider than itself
        self.accounts.setSizeAdjustPolicy(DropDown.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for entry in entries:
            name = words.account_name(entry.reading.account, entry.definition, settings.hide_names)
            self.accounts.addItem(name, entry.id)
        self.accounts.setCurrentIndex(max(0, self.accounts.findData(account_id)))
        self.error = parts.error()
        row = QHBoxLayout()
        row.setSpacing(theme.px(theme.GAP_PX))
        row.addLayout(parts.field("Date", self.when), 1)
        row.addLayout(parts.field("Account (optional)", self.accounts), 1)
        self.body.addLayout(parts.field("Note", self.text))
        self.body.addLayout(row)
        self.body.addWidget(self.error)
        self.body.addStretch(1)
        cancel = parts.button("Cancel")
        cancel.clicked.connect(self.reject)
        self.save = parts.button("Save", "primary")
        self.save.clicked.connect(self._save)
        self.add_buttons([cancel], self.save)
        self.text.textChanged.connect(lambda _: self.error.hide())
        self.text.setFocus()

    def show_error(self, text: str) -> None:
        """Say why it was not saved."""
        self.error.setText(text)
        self.error.show()
        self.text.setFocus()

    def _save(self) -> None:
        if not self.text.text().strip():
            self.show_error("Write what there is to note.")
            return
        at = datetime.fromtimestamp(self.when.dateTime().toSecsSinceEpoch(), UTC)
        if at.replace(second=0) == self._now.replace(second=0, microsecond=0):
            at = self._now  # the field has no seconds: a note of now stands above what just happened
        self.saved.emit(self.text.text(), at, str(self.accounts.currentData()))
