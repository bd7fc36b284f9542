"""Choosing a vendor: a list to search by name or category, where a pasted key finds its vendor by itself."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from creditdesk.core.definition import Definition
from creditdesk.ui import parts, theme
from creditdesk.ui.key_field import literal_prefix
from creditdesk.ui.provider_order import Section, by_hand, found, is_secret, key_in, owners, sections
from creditdesk.ui.provider_rows import ProviderList
from creditdesk.ui.provider_search import ProviderSearch

NOT_FOUND = "No provider has this name."
ANY = "Any other, typed by hand"
MAKE = "Your vendor is not in the list? Make it"
SEVERAL = "This key may belong to one of these. Choose one; if none is right, search for its provider."
UNKNOWN = "No provider here knows keys of this form. Choose the key's provider: it goes into that form."
NO_KEY = "The pasted text does not look like a key."
TYPED = "This looks like a key. Paste it whole, or choose its provider first."
WAITS = "The pasted key waits for its provider."


class ProviderPicker(QWidget):
    """The list of vendors with its search line. `recent` and `popular` are ids: those are offered first.

    Signals:
        provider_chosen(str): a vendor's id.
        key_recognised(str, str): a vendor's id and the pasted key that is its own. Hand it on and drop it.
        make_requested(): the vendor is in no list: the user wants to make it.
    """

    provider_chosen = Signal(str)
    key_recognised = Signal(str, str)
    make_requested = Signal()

    def __init__(
        self, definitions: Sequence[Definition], recent: Sequence[str] = (), popular: Sequence[str] = ()
    ) -> None:
        super().__init__()
        self._definitions = tuple(definitions)
        self._sections = sections(self._definitions, recent, popular)
        self._held = ""
        self.search = ProviderSearch(self._is_key, lambda text: bool(owners(self._definitions, text)))
        self.search.searched.connect(self._search)
        self.search.key_pasted.connect(self.take_key)
        self.search.key_typed.connect(self._refuse_typed)
        self.search.installEventFilter(self)
        paste = parts.button("Paste key", icon="paste", name="Paste a key and find its provider")
        paste.clicked.connect(self._paste)
        self.note = parts.muted()
        self.note.hide()
        self.list = ProviderList()
        self.list.clicked.connect(lambda _index: self.choose())
        self.list.installEventFilter(self)
        top = QHBoxLayout()
        top.setSpacing(theme.px(8))
        top.addWidget(self.search, 1)
        top.addWidget(paste)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(10))
        column.addLayout(top)
        column.addWidget(self.note)
        self.make = parts.button(MAKE, "link")
        self.make.clicked.connect(self.make_requested)
        column.addWidget(self.list, 1)
        column.addWidget(self.make)
        self.setFocusProxy(self.search)
        self.list.show_sections(self._sections)

    def shown(self) -> tuple[str, ...]:
        """The ids of the vendors in the list, in its order."""
        return self.list.shown()

    def choose(self) -> None:
        """Choose the vendor the list stands on; a key that waits goes along."""
        chosen, key = self.list.current(), self._held
        if not chosen:
            return
        self._held = ""
        if key:
            self.key_recognised.emit(chosen, key)
        else:
            self.provider_chosen.emit(chosen)

    def take_key(self, text: str) -> None:
        """A key was pasted: go to the vendor whose keys alone begin like it, else let the user choose."""
        key = key_in(self._definitions, text)
        hits = owners(self._definitions, key)
        if len(hits) == 1 and _begins_like(hits[0], key):
            self._held = ""
            self.key_recognised.emit(hits[0].id, key)
            return
        self.search.empty()
        self._held = key if hits or is_secret(key) else ""
        self._say(SEVERAL if hits else UNKNOWN if self._held else NO_KEY)
        self.list.show_sections((Section("", hits),) if hits else self._sections)
        self.search.setFocus()

    def forget(self) -> None:
        """Drop a key that waits for its vendor."""
        self._held = ""
        self._say("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt calls this: the arrows walk the list from the search line, Return chooses, letters in the list search."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.choose()
            return True
        if watched is self.search and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.list.step(1 if event.key() == Qt.Key.Key_Down else -1)
            return True
        if watched is self.list and event.text().isprintable() and event.text().strip():
            self.search.setFocus()
            self.search.insert(event.text())
            return True
        return False

    def _paste(self) -> None:
        text = QGuiApplication.clipboard().text()
        if text.strip():
            self.take_key(text)
        else:
            self._say("There is no text to paste.")

    def _refuse_typed(self) -> None:
        self.search.empty()
        self._say(TYPED)
        self.list.show_sections(self._sections)

    def _is_key(self, text: str) -> bool:
        return any(is_secret(each) or owners(self._definitions, each) for each in text.split())

    def _search(self, text: str) -> None:
        hits = found(self._definitions, text)
        self._say(NOT_FOUND if not hits else WAITS if self._held else "")
        others = (Section(ANY, any_other),) if not hits and (any_other := by_hand(self._definitions)) else ()
        self.list.show_sections((Section("", hits), *others) if text.strip() else self._sections)

    def _say(self, text: str) -> None:
        self.note.setText(text)
        self.note.setVisible(bool(text))


def _begins_like(definition: Definition, key: str) -> bool:
    prefixes = [literal_prefix(each.pattern) for each in definition.credentials if each.secret]
    return any(prefix and key.startswith(prefix) for prefix in prefixes)
