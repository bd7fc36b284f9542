"""How warnings are told: notifications, their sound, quiet hours, the daily digest, mail and chat, a test of each."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout

from creditdesk.core.quiet import clock_time
from creditdesk.core.settings import Settings
from creditdesk.ui import parts, theme
from creditdesk.ui.amount_field import mark
from creditdesk.ui.settings_rows import Row, SwitchRow

APPRISE_URL = "https://github.com/caronc/apprise/wiki"
WRONG_TIME = "Write a time of day such as 22:30, or leave it empty."
BOTH = "Quiet hours need both times."
_PLACES = "mailto://, slack://, tgram://, ntfy:// and many more."


class TellingCard(parts.Card):
    """The card of the settings page. What is allowed takes effect at once.

    Signals:
        changed(object): values of Settings by name, as a dict.
        test_requested(): a test notification is wanted.
        address_added(str): this address is to be kept; `show_added` says how that went.
        address_removed(str): the address with this id is to be forgotten.
        address_tested(str): a test to the address with this id is wanted; `show_address_said` says how it went.
        link_requested(str): a page to open in the browser.
    """

    changed = Signal(object)
    test_requested = Signal()
    address_added = Signal(str)
    address_removed = Signal(str)
    address_tested = Signal(str)
    link_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__("How you are told")
        self._settings = Settings()
        self._shown: Mapping[str, str] = {}
        self.addresses: dict[str, Row] = {}
        self.body.setSpacing(theme.px(4))
        self.body.addWidget(parts.heading("How you are told"))
        for each in (*self._notifying(), *self._quieting(), *self._addressing()):
            self.body.addWidget(each)
        self._listed = QVBoxLayout()
        self.body.addLayout(self._listed)

    def show_settings(self, settings: Settings) -> None:
        """Show these settings; times that are being typed stay."""
        self._settings = settings
        self.notifications.box.setChecked(settings.notifications)
        self.sound.box.setChecked(settings.sound)
        self.sound.box.setEnabled(settings.notifications)
        self.send.setEnabled(settings.notifications)
        self.breaks.box.setChecked(settings.quiet.critical_breaks)
        said = (settings.quiet.from_hour, settings.quiet.until_hour, settings.quiet.digest_at)
        for field, text in zip((self.quiet_from, self.quiet_until, self.digest_at), said, strict=True):
            if not field.hasFocus():
                field.setText(text)
        if dict(settings.addresses) != self._shown:
            self._list(settings.addresses)

    def show_tested(self, text: str) -> None:
        """Say how the test notification went."""
        self.notify.show_hint(text)

    def show_added(self, problem: str) -> None:
        """Say what is wrong with the address, or (with "") that it was taken."""
        self.add_row.show_error(problem)
        if not problem:
            self.address.clear()
        self.add.setEnabled(True)

    def show_address_said(self, number: str, text: str) -> None:
        """Say beside an address what came of a test, or why it could not be removed."""
        if number in self.addresses:
            self.addresses[number].show_hint(text)

    def _notifying(self) -> list[Row]:
        self.notifications = SwitchRow(
            "Show notifications", "Without them, warnings show in this window and on the tray icon only."
        )
        self.notifications.switched.connect(lambda on: self._change(notifications=on))
        self.sound = SwitchRow("With a sound", "Your desktop decides which one.")
        self.sound.switched.connect(lambda on: self._change(sound=on))
        self.send = parts.button("Send a test")
        self.send.clicked.connect(self.test_requested)
        self.notify = Row("Test", "Shows a notification the way a warning would be shown.", self.send)
        return [self.notifications, self.sound, self.notify]

    def _quieting(self) -> list[Row]:
        self.quiet_from, self.quiet_until, self.digest_at = (
            _time_field(*each)
            for each in (("Quiet from", "22:30"), ("Quiet until", "07:00"), ("Daily digest at", "08:15"))
        )
        to = parts.text("to", "muted")
        hint = "Nothing is told in any way. What still holds afterwards is told then. Empty: never quiet."
        self.quiet = Row("Quiet hours", hint, self.quiet_from, to, self.quiet_until)
        for field in (self.quiet_from, self.quiet_until):
            field.editingFinished.connect(self._take_quiet)
        self.breaks = SwitchRow("Critical warnings break the quiet", "")
        self.breaks.switched.connect(lambda on: self._change_quiet(critical_breaks=on))
        self.digest = Row(
            "Daily digest at", "Once a day all that is open still, instead of repeats. Empty: none.", self.digest_at
        )
        self.digest_at.editingFinished.connect(self._take_digest)
        return [self.quiet, self.breaks, self.digest]

    def _addressing(self) -> list[Row]:
        self.address = QLineEdit()
        self.address.setEchoMode(QLineEdit.EchoMode.Password)
        self.address.setPlaceholderText("mailto://user:password@example.com")
        self.address.setMinimumWidth(theme.px(190))
        self.address.returnPressed.connect(self._add)
        self.add = parts.button("Add", name="Add an address of mail or chat")
        self.add.clicked.connect(self._add)
        self.which = parts.button("Which there are", "link", "external", name="Which addresses there are")
        self.which.clicked.connect(lambda: self.link_requested.emit(APPRISE_URL))
        more = Row("Mail and chat", f"Every warning goes there, too, by Apprise: {_PLACES}", self.which)
        hint = "It holds a secret: it is kept in the keyring and nowhere else."
        self.add_row = Row("New address", hint, self.address, self.add)
        return [more, self.add_row]

    def _list(self, addresses: Mapping[str, str]) -> None:
        """A row for each address."""
        for old in self.addresses.values():
            self._listed.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._shown = dict(addresses)
        self.addresses = {number: self._row(number, shown) for number, shown in addresses.items()}

    def _row(self, number: str, shown: str) -> Row:
        test = parts.button("Send a test", name=f"Send a test to {shown}")
        remove = parts.button("Remove", "quiet", name=f"Remove {shown}")
        test.clicked.connect(self._asking(self.address_tested, number))
        remove.clicked.connect(self._asking(self.address_removed, number))
        row = Row(shown, "", test, remove)
        self._listed.addWidget(row)
        return row

    def _asking(self, signal: object, number: str) -> Callable[[], None]:
        return lambda: signal.emit(number)  # type: ignore[attr-defined]  # a bound signal

    def _add(self) -> None:
        if self.address.text().strip() and self.add.isEnabled():
            self.add.setEnabled(False)  # until it is known how it went
            self.add_row.show_error("")
            self.address_added.emit(self.address.text())

    def _take_quiet(self) -> None:
        """Take both times together; one alone is said to be wrong, nothing is changed."""
        begin, end = _time(self.quiet_from), _time(self.quiet_until)
        wrong = WRONG_TIME if begin is None or end is None else BOTH if bool(begin) != bool(end) else ""
        half = wrong == BOTH and (self.quiet_from.hasFocus() or self.quiet_until.hasFocus())
        self.quiet.show_error("" if half else wrong)
        if not wrong:
            self._change_quiet(from_hour=begin, until_hour=end)

    def _take_digest(self) -> None:
        at = _time(self.digest_at)
        self.digest.show_error(WRONG_TIME if at is None else "")
        if at is not None:
            self._change_quiet(digest_at=at)

    def _change_quiet(self, **values: object) -> None:
        self._change(quiet=replace(self._settings.quiet, **values))  # type: ignore[arg-type]  # as above

    def _change(self, **values: object) -> None:
        self._settings = replace(self._settings, **values)  # type: ignore[arg-type]  # the rows know their fields
        self.changed.emit(values)


def _time_field(name: str, example: str) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setPlaceholderText(example)
    field.setMaxLength(5)
    field.setFixedWidth(theme.px(64))
    return field


def _time(field: QLineEdit) -> str | None:
    """The time written, as HH:MM; None when it is none. 7:00 is taken for 07:00."""
    text = field.text().strip()
    text = f"0{text}" if len(text) == 4 and text[1] == ":" else text
    try:
        clock_time(text)
    except ValueError:
        mark(field, True)
        return None
    mark(field, False)
    if field.text() != text:
        field.setText(text)
    return text
