"""What stands beside an account until it was read well, and what a reading costs. Words only, no widgets."""

from creditdesk.core.definition import Definition
from creditdesk.ui import words
from creditdesk.ui.board import Entry

UNTRIED = "from documentation, not tried with a live key"
TRIED = "tried with a live key"
OWN = "your own file, not tried yet"
BY_HAND = "typed by hand"


def evidence(definition: Definition) -> str:
    """What the vendor's file rests on; "typed by hand" where there is nothing to try."""
    if not definition.readable:
        return BY_HAND
    if definition.tried:
        return TRIED
    return OWN if definition.own is not None else UNTRIED


def mark_of(entry: Entry) -> str:
    """What stands beside an account that was never read well, at a vendor whose file nobody tried; "" at any other."""
    return evidence(entry.definition) if entry.reading.untried and not entry.sample else ""


def price_words(definition: Definition) -> str:
    """What one reading costs: "1 credit"; "" where it is free, or nobody knows that it costs."""
    return words.amount(definition.cost.amount, definition.cost.unit) if definition.cost is not None else ""


def read_words(definition: Definition) -> str:
    """What the button says that reads an account now: "Read for 1 credit"."""
    price = price_words(definition)
    return f"Read for {price}" if price else "Read now"


def cost_line(definition: Definition) -> str:
    """Why an account is not read by itself, a sentence; "" where it is."""
    if not definition.manual:
        return ""
    price = price_words(definition)
    why = f"A reading costs {price}, so" if price else "A reading may cost something, so"
    return f"{why} it is read only when you say so."


def standing_line(entry: Entry) -> str:
    """What there is to know of an account beside its numbers: that it is untried, that a reading costs; "" for none."""
    mark = mark_of(entry)
    said = (f"{mark[:1].upper()}{mark[1:]}." if mark else "", cost_line(entry.definition))
    return " ".join(each for each in said if each)
