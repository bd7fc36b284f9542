"""The first step of an own vendor: what is asked. From a curl example, from a common shape, or field by field."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from creditdesk.core.definition import Credential, Param
from creditdesk.core.own_vendor import AskSketch, Copied, Look
from creditdesk.ui import parts, theme
from creditdesk.ui.drop_down import DropDown
from creditdesk.ui.key_field import KeyField
from creditdesk.ui.maker_example import ExampleBox
from creditdesk.ui.maker_words import KEY_PLACES, plain_words

_NAMED = ("header", "query", "body")


class RequestStep(QWidget):
    """What is asked, and with which key.

    Signals:
        example_given(str): a curl example, its key still in it.
        start_chosen(str): the id of a common shape.
        named(str): the vendor's name.
        asked(int, object): a request (by number) is to be as this AskSketch says.
        keyed(int, object): of a request (by number) the value at this Place, or this selected text, is a key.
    """

    example_given = Signal(str)
    start_chosen = Signal(str)
    named = Signal(str)
    asked = Signal(int, object)
    keyed = Signal(int, object)

    def __init__(self, starts: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._requests: tuple[AskSketch, ...] = ()
        self._shown: AskSketch | None = None
        self._keys: dict[str, KeyField] = {}
        self._set: dict[str, QLineEdit] = {}
        self._filling = False
        self.example = ExampleBox()
        self.example.pasted.connect(self.example_given)
        self.use = parts.button("Read the example")
        self.use.clicked.connect(lambda: self.example_given.emit(self.example.toPlainText()))
        self.starts = DropDown()
        self.starts.addItem("or start from a common shape…", "")
        for start, title in starts:
            self.starts.addItem(title, start)
        self.starts.setAccessibleName("Start from a common shape")
        self.starts.activated.connect(self._start)
        self.notes = parts.small()
        self.plain = parts.small()
        self.is_key = parts.button("This is a key…", icon="key")
        self.is_key.setMenu(QMenu(self.is_key))
        self.is_key.menu().aboutToShow.connect(self._fill_menu)
        self.error = parts.error()
        self._make_fields()
        self._lay_out()
        self.notes.hide()

    def show_look(self, look: Look) -> None:
        """Show what the file says; a field that is being typed in is left alone."""
        self._filling = True
        self._requests = look.requests
        if not self.name.hasFocus():
            self.name.setText(look.name)
        at = max(0, min(self.request.currentIndex(), len(look.requests) - 1))
        if [self.request.itemText(number) for number in range(self.request.count())] != [r.id for r in look.requests]:
            self.request.clear()
            self.request.addItems([each.id for each in look.requests])
            at = len(look.requests) - 1
        self.request.setCurrentIndex(at)
        self._which.setVisible(len(look.requests) > 1)
        if look.requests:
            self._show_request(look.requests[at])
        self._show_keys(look.credentials, look.params)
        self._filling = False

    def show_copied(self, copied: Copied) -> None:
        """The example was read: its key is in the key's field, and no longer in the box."""
        self.example.setPlainText(copied.masked)
        for name, key in copied.keys.items():
            if name in self._keys:
                self._keys[name].put(key)
        self.error.hide()
        self.notes.setText(" ".join(copied.notes))
        self.notes.setVisible(bool(copied.notes))

    def show_keyed(self, name: str, key: str, example: str) -> None:
        """A value became a key: it is in its field, and the example is shown without it."""
        if name in self._keys:
            self._keys[name].put(key)
        self.example.setPlainText(example)

    def show_error(self, text: str) -> None:
        """The example could not be read."""
        self.notes.hide()
        self.error.setText(text)
        self.error.show()

    def keys(self) -> dict[str, str]:
        """The keys in the fields, by their credentials' names. For one request, never for keeping."""
        return {name: field.secret() for name, field in self._keys.items() if field.filled()}

    def settings(self) -> dict[str, str]:
        """What is set for the params, by their names."""
        return {name: field.text().strip() for name, field in self._set.items() if field.text().strip()}

    def begin(self) -> None:
        """Another file is begun: the example is not its own."""
        self.wipe()
        self.example.setPlainText("")
        for each in (self.notes, self.error):
            each.hide()

    def wipe(self) -> None:
        """Leave no key behind."""
        for field in self._keys.values():
            field.wipe()

    def key_fields(self) -> dict[str, KeyField]:
        """The key fields by their credentials' names."""
        return dict(self._keys)

    def _make_fields(self) -> None:
        self.name = QLineEdit()
        self.name.setMaxLength(80)
        self.name.setPlaceholderText("Some Vendor")
        self.name.textEdited.connect(self.named)
        self.request = DropDown()
        self.request.activated.connect(self._chosen)
        self.method = DropDown()
        self.method.addItems(["GET", "POST"])
        self.method.setAccessibleName("Method")
        self.url = QLineEdit()
        self.url.setPlaceholderText("https://api.vendor.example/v1/balance")
        self.key_at = DropDown()
        for where, words in KEY_PLACES:
            self.key_at.addItem(words, where)
        self.key_name = QLineEdit()
        self.key_name.setPlaceholderText("x-api-key")
        self.method.activated.connect(self._say)
        self.key_at.activated.connect(self._say)
        self.url.textEdited.connect(self._typed)
        self.url.editingFinished.connect(self._say)
        self.key_name.textEdited.connect(self._say)

    def _lay_out(self) -> None:
        card = parts.Card("Request")
        card.body.addWidget(parts.label("Paste the curl example of the vendor's documentation", self.example))
        card.body.addWidget(self.example)
        row = parts.FlowLayout(spacing=theme.px(8))
        row.addWidget(self.use)
        row.addWidget(self.is_key)
        row.addWidget(self.starts)
        holder = QWidget()
        holder.setLayout(row)
        card.body.addWidget(holder)
        card.body.addWidget(self.notes)
        card.body.addWidget(self.plain)
        card.body.addWidget(self.error)
        card.body.addWidget(parts.rule())
        card.body.addLayout(parts.field("Name of the vendor", self.name))
        self._which = QWidget()
        self._which.setLayout(_flush(parts.field("Request", self.request)))
        card.body.addWidget(self._which)
        address = QHBoxLayout()
        address.setSpacing(theme.px(8))
        address.addWidget(self.method)
        address.addWidget(self.url, 1)
        column = QVBoxLayout()
        column.setSpacing(theme.px(5))
        column.addWidget(parts.label("Address", self.url))
        column.addLayout(address)
        card.body.addLayout(column)
        auth = QHBoxLayout()
        auth.setSpacing(theme.px(8))
        auth.addLayout(parts.field("The key goes", self.key_at), 1)
        self._named = QWidget()
        self._named_label = parts.label("Its name there", self.key_name)
        named = _flush(QVBoxLayout())
        named.setSpacing(theme.px(5))
        named.addWidget(self._named_label)
        named.addWidget(self.key_name)
        self._named.setLayout(named)
        auth.addWidget(self._named, 1)
        card.body.addLayout(auth)
        self._key_box = QVBoxLayout()
        self._key_box.setSpacing(theme.px(8))
        card.body.addLayout(self._key_box)
        card.body.addStretch(1)
        column = _flush(QVBoxLayout(self))
        column.addWidget(card)

    def _show_request(self, sketch: AskSketch) -> None:
        self._shown = sketch
        self.method.setCurrentText(sketch.method)
        if not self.url.hasFocus():
            self.url.setText(sketch.url)
            self.url.setCursorPosition(0)
        self.key_at.setCurrentIndex(max(0, self.key_at.findData(sketch.key_at)))
        if not self.key_name.hasFocus():
            self.key_name.setText(sketch.key_name)
        self._named.setVisible(sketch.key_at in _NAMED)
        told = [plain_words(each) for each in sketch.plain if each.where[0] != "url"]
        self.plain.setText(f"Kept in the file as it stands: {', '.join(told)}. Is one of them a key? Say so.")
        self.plain.setVisible(bool(told))
        self.is_key.setVisible(bool(sketch.plain))

    def _fill_menu(self) -> None:
        """What may be said to be a key: the selected text of the example, and everything that is sent as it stands."""
        menu, number = self.is_key.menu(), max(0, self.request.currentIndex())
        menu.clear()
        selected = self.example.textCursor().selectedText().strip()
        wanted: list[tuple[str, object]] = [("the selected text", selected)] if selected else []
        wanted += [(plain_words(each), each.where) for each in (self._shown.plain if self._shown else ())]
        for words, what in wanted:
            action = menu.addAction(words.replace("&", "&&"))
            action.triggered.connect(lambda _on=False, what=what: self.keyed.emit(number, what))

    def _show_keys(self, credentials: Sequence[Credential], params: Sequence[Param]) -> None:
        """A field for each credential and each param; what is in a field that stays is kept."""
        if ([each.name for each in credentials], [each.name for each in params]) == (list(self._keys), list(self._set)):
            return
        keys, settings = self.keys(), self.settings()
        while (item := self._key_box.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self._keys, self._set = {}, {}
        for each in credentials:
            field = self._keys[each.name] = KeyField(each.label)
            field.put(keys.get(each.name, ""))
            self._add_field(f"{each.label} (only to fetch an answer; it is not in the file)", field)
        for param in params:
            line = self._set[param.name] = QLineEdit(settings.get(param.name, param.default))
            self._add_field(param.label, line)

    def _add_field(self, words: str, field: QLineEdit) -> None:
        box = QWidget()
        box.setLayout(_flush(parts.field(words, field)))
        self._key_box.addWidget(box)

    def _start(self) -> None:
        if self.starts.currentData():
            self.start_chosen.emit(self.starts.currentData())
            self.starts.setCurrentIndex(0)

    def _chosen(self, number: int) -> None:
        if 0 <= number < len(self._requests):
            self._show_request(self._requests[number])

    def _typed(self, address: str) -> None:
        """A query and a hole are read when they are whole."""
        if "?" not in address and "{" not in address:
            self._say()

    def _say(self) -> None:
        if self._filling or self._shown is None:
            return
        where = str(self.key_at.currentData())
        body = where == "body"
        moved = where != self._shown.key_at
        name = self.key_name.text().strip()
        if moved and not name:
            name = {"header": "x-api-key", "query": "api_key", "body": "api_key"}.get(where, "")
        sketch = replace(
            self._shown,
            url=self.url.text().strip(),
            method="POST" if body and moved else self.method.currentText(),
            key_at=where if not (body and not moved and self.method.currentText() == "GET") else "query",
            key_name=name if where in _NAMED else "",
            key_value="" if moved else self._shown.key_value,
        )
        if sketch != self._shown:
            self.asked.emit(max(0, self.request.currentIndex()), sketch)


def _flush(layout: QVBoxLayout) -> QVBoxLayout:
    layout.setContentsMargins(0, 0, 0, 0)
    return layout
