"""The dialog that adds or edits an account: choose a vendor, paste a key, see what it reads, save."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Account, Snapshot, Trouble
from creditdesk.ui import parts, theme
from creditdesk.ui.account_draft import Edited, Surroundings, asks, server_of
from creditdesk.ui.account_form import AccountForm
from creditdesk.ui.badge import Badge
from creditdesk.ui.dialogs import Sheet
from creditdesk.ui.key_field import KeyField
from creditdesk.ui.price_question import price_question
from creditdesk.ui.provider_picker import ProviderPicker

TypedValues = dict[str, tuple[Decimal, Decimal | None]]


class AccountDialog(Sheet):
    """Adds an account, or edits the one given. Open it with `open()`.

    Signals:
        test_requested(object, object): an Account (its id is "" when it is new) and a dict of secrets by credential
            name; an empty dict means the stored key or the environment variable. Answer with `show_test`.
        saved(object, object, object): an Account, its secrets ({}: nothing was pasted, keep what is stored), and the
            balances typed: {pool id: (left, limit or None)}. The fields are empty by then. Answer with `accept()`, or
            with `show_error` when it could not be kept.
        link_requested(str): a page of the vendor should be opened in the browser.
        make_requested(): the page that makes a vendor is wanted; the dialog is closed by then.
    """

    test_requested = Signal(object, object)
    saved = Signal(object, object, object)
    link_requested = Signal(str)
    make_requested = Signal()

    def __init__(self, around: Surroundings, parent: QWidget | None = None, edited: Edited | None = None) -> None:
        super().__init__("Edit account" if edited else "Add an account", parent)
        self._around = around
        self._edited = edited
        self.form: AccountForm | None = None
        self._build_head()
        self._holder = QVBoxLayout()
        self.body.addLayout(self._holder)
        self.picker = ProviderPicker(around.definitions, around.recent, around.popular)
        self.picker.provider_chosen.connect(self.choose_provider)
        self.picker.key_recognised.connect(self._recognised)
        self.picker.make_requested.connect(self._make)
        self.body.addWidget(self.picker, 1)
        self.error = parts.error()
        self.cancel = parts.button("Cancel")
        self.cancel.clicked.connect(self.reject)
        self.save = parts.button("Save" if edited else "Add account", "primary")
        self.save.clicked.connect(self._save)
        self.foot.addWidget(self.error, 1)
        self.add_buttons([self.cancel], self.save)
        if edited:
            self.choose_provider(edited.definition.id)
        else:
            self.choose_again()

    def choose_provider(self, provider_id: str, like: Account | None = None) -> None:
        """Go to the form of this vendor, filled in like an account that it has. An unknown id stays where it is."""
        known = [*self._around.definitions, *([self._edited.definition] if self._edited else [])]
        definition = next((each for each in known if each.id == provider_id), None)
        if definition is None:
            return
        self._drop_form()
        self.form = AccountForm(definition, self._around, self._edited, like)
        self.form.test_asked.connect(self._test)
        self.form.server_changed.connect(lambda server: self._sub.setText(asks(definition, server)))
        self.form.link_requested.connect(self.link_requested)
        self._holder.addWidget(self.form)
        self.picker.forget()
        self.picker.hide()
        self._show_head(definition)
        self.save.show()
        self.form.start()

    def choose_again(self) -> None:
        """Go back to the list of vendors. What was pasted is dropped."""
        self._drop_form()
        self._badge.hide()
        self.another.hide()
        self.save.hide()
        self._title.setText("Add an account")
        self._sub.setText("Choose the provider. Its key stays on this computer.")
        self.picker.show()
        self.picker.setFocus()

    def show_test(self, result: Snapshot | Trouble | None, definition: Definition, now: datetime | None = None) -> None:
        """What the test came to; None: it was given up. An answer for another vendor than the one shown is ignored."""
        if self.form is None or self.form.definition.id != definition.id:
            return
        self.form.key.show_testing(False)
        if isinstance(result, Snapshot):
            self.form.result.show_snapshot(result, definition)
        elif isinstance(result, Trouble):
            self.form.result.show_trouble(result, now)
        else:
            self.form.result.clear()

    def show_note(self, text: str) -> None:
        """Say something before what the dialog says of the vendor: which of several this is."""
        self._sub.setText(f"{text}{self._sub.text()}")

    def show_error(self, text: str) -> None:
        """It could not be saved: say why, and let the user try again. The key must be pasted again."""
        self._busy(False)
        self.error.setText(text)
        self.error.show()

    def done(self, result: int) -> None:
        """Qt's: however it ends, no key is left behind."""
        self._drop_form()
        self.picker.forget()
        super().done(result)

    def _build_head(self) -> None:
        self._badge = Badge(size_px=36)
        self._title = parts.text("", "lead", wrap=True)
        self._sub: QLabel = parts.muted()
        self.another = parts.button("Another provider", "link")
        self.another.clicked.connect(self.choose_again)
        title = QVBoxLayout()
        title.setSpacing(theme.px(1))
        title.addWidget(self._title)
        title.addWidget(self._sub)
        row = QHBoxLayout()
        row.setSpacing(theme.px(12))
        row.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(title, 1)
        row.addWidget(self.another)
        self.head.addLayout(row)

    def _show_head(self, definition: Definition) -> None:
        title = f"Edit {self._edited.account.name}" if self._edited else f"Add {_article(definition.name)} account"
        self._title.setText(title)
        self.setWindowTitle(title)
        server = server_of(self.form.base_url.text()) if self.form is not None else ""
        self._sub.setText(asks(definition, server))
        self._badge.show_name(definition.name)
        self._badge.show()
        self.another.setVisible(self._edited is None and len(self._around.definitions) > 1)

    def _recognised(self, provider_id: str, key: str) -> None:
        self.choose_provider(provider_id)
        if self.form is not None:
            self.form.key.put(key)
            self._sub.setText(f"The key was put below. {self._sub.text()}")

    def put_keys(self, keys: Mapping[str, str]) -> None:
        """Put keys into the form, by their credentials' names, as a paste would."""
        for name, key in keys.items():
            field = self.form.key.field(name) if self.form is not None else None
            if isinstance(field, KeyField):
                field.put(key)
            elif field is not None:
                field.setText(key)

    def _make(self) -> None:
        self.reject()
        self.make_requested.emit()

    def _test(self) -> None:
        if self.form is None or not self.form.check_for_test():
            return
        if self.form.definition.manual:
            question = price_question(self.form.name.text().strip(), self.form.definition, self)
            question.accepted.connect(self._send_test)
            question.open()
        else:
            self._send_test()

    def _send_test(self) -> None:
        if self.form is None:
            return
        self.form.result.clear()
        self.form.key.show_testing(True)
        self.test_requested.emit(self.form.draft(), self.form.secrets())

    def _save(self) -> None:
        if self.form is None:
            return
        right = self.form.check()
        if not right:
            return
        self.error.hide()
        account, typed = self.form.draft(), self.form.typed_values()
        secrets = self.form.hand_over()
        self._busy(True)
        self.saved.emit(account, secrets, typed)

    def _busy(self, busy: bool) -> None:
        self.save.setEnabled(not busy)
        self.content.setEnabled(not busy)

    def _drop_form(self) -> None:
        if self.form is not None:
            self.form.key.wipe()
            self._holder.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
            self.form = None


def _article(name: str) -> str:
    """The name with its article by sound: letters said one by one ("an SEO ..."), "a One...", "an Apify"."""
    first = name.split(" ")[0]
    if len(first) > 1 and first.isupper():
        vowel = first[0] in "AEFHILMNORSX"
    else:
        vowel = first[:1].upper() in "AEIOU" and not first.casefold().startswith(("one", "uni", "use", "eu"))
    return f"an {name}" if vowel else f"a {name}"
