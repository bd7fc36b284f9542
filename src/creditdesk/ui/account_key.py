"""The part of the account dialog about keys: the fields they are pasted into, and where they are kept."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from creditdesk.core.definition import Credential, Definition
from creditdesk.core.pools import Account, Custody
from creditdesk.ui import icons, parts, theme
from creditdesk.ui.account_draft import Surroundings, kept_words, needs_key, sent_words, variable_problem
from creditdesk.ui.amount_field import mark
from creditdesk.ui.drop_down import DropDown
from creditdesk.ui.focus import KeptFocus
from creditdesk.ui.key_field import KeyField, looks_like
from creditdesk.ui.key_power import PowerNote, note
from creditdesk.ui.standing import price_words

NO_STORE = "The key can be used for this session only, from memory, or be read from an environment variable."
PASTE_AGAIN = "Paste the key again to keep it in another place."


class KeySection(QWidget):
    """The credentials of a vendor, where they are kept, and the button that tries them.

    Signals:
        changed(): a key or its place is another one now.
        test_asked(): the user wants to know whether the key works.
        link_requested(str): a page of the vendor should be opened.
    """

    changed = Signal()
    test_asked = Signal()
    link_requested = Signal(str)

    def __init__(self, definition: Definition, around: Surroundings, account: Account | None = None) -> None:
        super().__init__()
        self._definition = definition
        self._around = around
        self._account = account
        self._server = ""
        self._fields: dict[str, KeyField | QLineEdit] = {}
        self._errors: dict[str, QLabel] = {}
        price = price_words(definition)
        self._try = f"Test key for {price}" if price else "Test key"
        self.test = parts.button(self._try)
        self.test.clicked.connect(self.test_asked)
        self.test.setVisible(definition.readable)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(5))
        self._pasted = QWidget()
        pasted = QVBoxLayout(self._pasted)
        pasted.setContentsMargins(0, 0, 0, 0)
        pasted.setSpacing(theme.px(5))
        for credential in definition.credentials:
            self._add(credential, pasted)
        column.addWidget(self._pasted)
        column.addWidget(self._variable_part())
        column.addLayout(self._place_part())
        self._keyboard = KeptFocus(self.test, self.test_variable)
        self.power = PowerNote(definition.credentials)
        column.addWidget(self.power)
        if around.store_trouble and not around.store_name:
            column.addWidget(note(f"{around.store_trouble} {NO_STORE}"))
        start = account.custody if account else (Custody.KEYRING if around.store_name else Custody.SESSION)
        self._choose(start)

    @property
    def keeps_stored(self) -> bool:
        """Whether an empty field means the key that is stored already."""
        return self._account is not None and self._account.custody not in (Custody.NONE, Custody.ENVIRONMENT)

    def custody(self) -> Custody:
        """Where the key shall be kept; NONE when there is none."""
        chosen = Custody(self.place.currentData())
        if chosen is Custody.ENVIRONMENT:
            return chosen if self.variable.text().strip() else Custody.NONE
        return chosen if self.filled() or self.keeps_stored else Custody.NONE

    def key_env(self) -> str:
        """The name of the environment variable, "" when the key is kept elsewhere."""
        return self.variable.text().strip() if self.custody() is Custody.ENVIRONMENT else ""

    def filled(self) -> bool:
        """Whether a key was pasted."""
        return any(bool(field.text()) for field in self._fields.values())

    def secrets(self) -> dict[str, str]:
        """The pasted credentials by name. To be handed over at once."""
        if Custody(self.place.currentData()) is Custody.ENVIRONMENT:
            return {}
        found = {}
        for name, field in self._fields.items():
            value = field.secret() if isinstance(field, KeyField) else field.text().strip()
            if value:
                found[name] = value
        return found

    def show_server(self, server: str) -> None:
        """Say that the key goes to this test server, or (with "") to the vendor."""
        self._server = server
        self._say_kept()

    def put(self, secret: str) -> None:
        """Put a pasted key into the first secret field."""
        for field in self._fields.values():
            if isinstance(field, KeyField):
                field.put(secret)
                return

    def wipe(self) -> None:
        """Leave every field empty."""
        for field in self._fields.values():
            if isinstance(field, KeyField):
                field.wipe()
            else:
                field.setText("")

    def check(self, needed: bool) -> QWidget | None:
        """The first field that is wrong, with the reason said beside it; None when all will do."""
        self._clear_errors()
        if Custody(self.place.currentData()) is Custody.ENVIRONMENT:
            return self._check_variable(needed)
        moved = self.keeps_stored and self._account is not None and self._account.custody != self.place.currentData()
        wanted = (needed and not self.keeps_stored) or moved or self.filled()
        whole_anew = self.filled() or not self.keeps_stored or moved
        for credential in self._definition.credentials:
            field = self._fields[credential.name]
            if wanted and whole_anew and not field.text():
                self._say(credential.name, PASTE_AGAIN if moved else f"Paste the {credential.label}.")
                return field
        return None

    def check_power(self) -> QWidget | None:
        """What is to be ticked before a key with full rights is kept; None when nothing is."""
        return self.power.check() if self.secrets() else None

    def field(self, name: str) -> KeyField | QLineEdit:
        """The field of this credential. Raises KeyError when the vendor has none of this name."""
        return self._fields[name]

    def error(self, name: str) -> str:
        """What is said beside this credential."""
        return self._errors[name].text()

    def show_testing(self, testing: bool) -> None:
        """Say that the key is being tried."""
        if testing:
            self._keyboard.hold()
        for each in (self.test, self.test_variable):
            each.show_text("Testing…" if testing else self._try)
            each.setEnabled(not testing)
        if testing:
            self._keyboard.wait()
        else:
            self._keyboard.back(self.test, self.test_variable)

    def _add(self, credential: Credential, column: QVBoxLayout) -> None:
        optional = "" if needs_key(self._definition) else " (optional)"
        field: KeyField | QLineEdit
        if credential.secret:
            field = KeyField(credential.label, credential.pattern)
            field.refused.connect(lambda why, name=credential.name: self._say(name, why))
            field.changed.connect(lambda name=credential.name: self._keyed(name))
        else:
            field = QLineEdit()
            field.setAccessibleName(credential.label)
            field.textChanged.connect(lambda _text, name=credential.name: self._keyed(name))
        field.setPlaceholderText("Leave empty to keep the stored key" if self.keeps_stored else credential.hint)
        self._fields[credential.name] = field
        self._errors[credential.name] = parts.error()
        head = QHBoxLayout()
        head.addWidget(parts.label(f"{credential.label}{optional}", field), 1)
        if len(self._fields) == 1 and self._definition.key_url:
            get = parts.button("Get a key", "link", "external")
            get.clicked.connect(lambda: self.link_requested.emit(self._definition.key_url))
            head.addWidget(get)
        column.addLayout(head)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(field, 1)
        if len(self._fields) == 1:
            row.addWidget(self.test)
        column.addLayout(row)
        column.addWidget(self._errors[credential.name])

    def _variable_part(self) -> QWidget:
        self._by_variable = QWidget()
        column = QVBoxLayout(self._by_variable)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(5))
        self.variable = QLineEdit(self._account.key_env if self._account else "")
        self.variable.setPlaceholderText("VENDOR_API_KEY")
        self.variable.textChanged.connect(self._named)
        self.variable_error = parts.error()
        column.addWidget(parts.label("Name of the environment variable", self.variable))
        self.test_variable = parts.button(self._try)
        self.test_variable.clicked.connect(self.test_asked)
        self.test_variable.setVisible(self._definition.readable)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(self.variable, 1)
        row.addWidget(self.test_variable)
        column.addLayout(row)
        column.addWidget(self.variable_error)
        return self._by_variable

    def _place_part(self) -> QHBoxLayout:
        self.place = DropDown()
        self.place.setAccessibleName("Where the key is kept")
        if self._around.store_name:
            self.place.addItem(f"Keep in {self._around.store_name}", Custody.KEYRING)
        elif self._account is not None and self._account.custody is Custody.KEYRING:
            self.place.addItem("Keep in the system's keyring", Custody.KEYRING)
        self.place.addItem("For this session only, in memory", Custody.SESSION)
        if len(self._definition.credentials) == 1:
            self.place.addItem("From an environment variable", Custody.ENVIRONMENT)
        self.place.currentIndexChanged.connect(self._placed)
        self._icon = QLabel()
        self._icon.setPixmap(icons.pixmap("key", theme.active().muted, theme.px(13), self.devicePixelRatioF()))
        self.kept = parts.muted()
        self.elsewhere = parts.button("Change", "link", name="Change where the key is kept")
        self.elsewhere.clicked.connect(self._show_places)
        row = QHBoxLayout()
        row.setSpacing(theme.px(6))
        row.addWidget(self._icon)
        row.addWidget(self.kept, 1)
        row.addWidget(self.elsewhere)
        row.addWidget(self.place)
        self.place.setVisible(not self._around.store_name)
        self.elsewhere.setVisible(bool(self._around.store_name))
        return row

    def _show_places(self) -> None:
        self.elsewhere.hide()
        self.place.show()
        self.place.setFocus()

    def _choose(self, custody: Custody) -> None:
        found = self.place.findData(custody)
        self.place.setCurrentIndex(max(0, found))
        self._placed()

    def _placed(self) -> None:
        custody = Custody(self.place.currentData())
        by_name = custody is Custody.ENVIRONMENT
        self._pasted.setVisible(not by_name)
        self._by_variable.setVisible(by_name)
        if by_name:
            self.wipe()
        self._say_kept()
        self._clear_errors()
        self.changed.emit()

    def _say_kept(self) -> None:
        custody, store = Custody(self.place.currentData()), self._around.store_name
        self.kept.setText(f"{kept_words(custody, store)} {sent_words(self._definition, self._server)}")

    def _named(self, text: str) -> None:
        """A key pasted where a name belongs is taken out at once."""
        self._say_variable("")
        if any(looks_like(each, text.strip()) for each in self._definition.credentials):
            self.variable.setText("")
            self._say_variable("That is a key. Give the name of the variable that holds it.")
        self.changed.emit()

    def _check_variable(self, needed: bool) -> QWidget | None:
        if not needed and not self.variable.text().strip():
            return None
        problem = variable_problem(self.variable.text())
        self._say_variable(problem)
        return self.variable if problem else None

    def _keyed(self, name: str) -> None:
        self._say(name, "")
        self.changed.emit()

    def _clear_errors(self) -> None:
        self._say_variable("")
        for name in self._errors:
            self._say(name, "")

    def _say(self, name: str, text: str) -> None:
        self._errors[name].setText(text)
        self._errors[name].setVisible(bool(text))
        mark(self._fields[name], bool(text))

    def _say_variable(self, text: str) -> None:
        self.variable_error.setText(text)
        self.variable_error.setVisible(bool(text))
        mark(self.variable, bool(text))
