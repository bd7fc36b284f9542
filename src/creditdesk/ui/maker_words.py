"""What the page for an own vendor calls things: roles, kinds of pools, where a key goes."""

from creditdesk.core.own_vendor import Fault, Place, Plain, Role
from creditdesk.core.pools import PoolKind
from creditdesk.core.requests import AuthKind

ROLES: tuple[tuple[Role, str, str], ...] = (
    (Role.LEFT, "Left", "What is left now"),
    (Role.LIMIT, "Limit", "The most there can be"),
    (Role.USED, "Used", "What was used"),
    (Role.RESET, "Reset", "When it is refilled"),
    (Role.EXPIRES, "Expiry", "When what is left is gone"),
    (Role.UNIT, "Unit", "What is counted"),
    (Role.PLAN, "Plan", "The name of the plan"),
    (Role.KEY_EXPIRES, "Key expiry", "When the key itself ends"),
    (Role.SECRET, "Secret", "Take it out before anything is kept"),
)
"""A role, its word, and what it means."""
ROW_ROLES: tuple[tuple[Role, str, str], ...] = (
    (Role.LABEL, "Row name", "The label of each pool"),
    (Role.KEY, "Row id", "What tells the rows apart"),
)
_WORDS = {role: word for role, word, _ in (*ROLES, *ROW_ROLES)}

KINDS: tuple[tuple[str, str], ...] = (
    (PoolKind.ALLOWANCE.value, "Allowance, refilled at a reset"),
    (PoolKind.WALLET.value, "Wallet, raised by a top-up"),
    (PoolKind.PACKAGE.value, "Package, gone at its expiry"),
    (PoolKind.SLOTS.value, "Slots, freed by removing"),
    (PoolKind.SPEND.value, "Spend, only what was used is known"),
    (PoolKind.RATE.value, "Rate, a short window"),
)
KEY_PLACES: tuple[tuple[str, str], ...] = (
    (AuthKind.BEARER.value, "as a bearer token"),
    (AuthKind.HEADER.value, "in a header"),
    (AuthKind.QUERY.value, "in the address"),
    (AuthKind.BASIC.value, "as user name and password"),
    ("body", "in the body (POST)"),
    ("", "nowhere, no key"),
)
MOST_LETTERS = 180
MOST_PLAIN = 40
FORMS: tuple[tuple[str, str], ...] = (
    ("json", "JSON body"),
    ("xml", "XML body"),
    ("headers", "Headers"),
    ("text", "Plain text"),
)


def role_word(role: Role) -> str:
    """A role in a word or two."""
    return _WORDS[role]


def fault_line(fault: Fault) -> str:
    """A fault in one line, its key first."""
    what = fault.what if fault.what.endswith(".") else f"{fault.what}."
    where = "" if fault.key in ("", "file") else f"{fault.key} "
    line = f"Line {fault.line}: " if fault.line else ""
    said = f"{line}{where}{what}"
    return said if len(said) <= MOST_LETTERS else f"{said[:MOST_LETTERS]}…"


def place_words(place: Place | None) -> str:
    """A place as people write it: `data.rows[1].left`, rows counted from 1."""
    text = ""
    for step in place or ():
        text += f"[{step + 1}]" if isinstance(step, int) else f"{'.' if text else ''}{step}"
    return text or "the answer"


def plain_words(part: Plain) -> str:
    """A value that is sent as it stands, in a few words: "header X-Session: ab12"."""
    table, *inside = part.where
    value = part.value if len(part.value) <= MOST_PLAIN else f"{part.value[:MOST_PLAIN]}…"
    if table == "url":
        return f"address step {value}"
    name = place_words(tuple(inside))
    return f"?{name}={value}" if table == "query" else f"{'header' if table == 'headers' else 'body'} {name}: {value}"
