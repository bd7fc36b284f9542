"""The field for whom an account or an import is: free text, with the clients that are known already offered."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QLineEdit

MOST = 60


def client_field(text: str = "", known: Iterable[str] = ()) -> QLineEdit:
    """A field with this text, which completes to one of `known` whatever its letters' size."""
    field = QLineEdit(text)
    field.setMaxLength(MOST)
    offer(field, known)
    return field


def offer(field: QLineEdit, known: Iterable[str]) -> None:
    """Complete to these clients from now on."""
    completer = QCompleter(sorted(set(known) - {""}, key=str.casefold), field)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    field.setCompleter(completer)
