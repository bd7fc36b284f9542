"""The question before a reading that costs something."""

from PySide6.QtWidgets import QWidget

from creditdesk.core.definition import Definition
from creditdesk.ui.dialogs import Question
from creditdesk.ui.standing import price_words, read_words


def price_question(name: str, definition: Definition, parent: QWidget | None) -> Question:
    """The question before a reading that costs: asked each time, for that one reading."""
    price = price_words(definition)
    costs = f"{definition.name} takes {price} for it." if price else f"{definition.name} may charge for it."
    text = f"{costs} It is asked once now, and never by itself."
    return Question(f"Read {name} now?", text, read_words(definition), parent, "primary")
