"""The words of the ledger page: how a balance comes about, what a line says, what was predicted."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from creditdesk.core.charges import Charge, ChargeState, EntryKind, Known
from creditdesk.core.counted import CountedPool
from creditdesk.core.definition import Definition
from creditdesk.core.pools import Source
from creditdesk.core.tallies import Foretold, Total, cost
from creditdesk.ui import words
from creditdesk.ui.gateway_words import known_word
from creditdesk.ui.ledger_values import Kind, LedgerView, Line

NOT_SAID = "(not said)"
KINDS = {
    Kind.BALANCE: (
        "Balance seen",
        "What the vendor shows as left. What charges do not explain is booked as unexplained.",
    ),
    Kind.TOP_UP: ("Top-up bought", "What was added, and does not expire."),
    Kind.GRANT: ("Grant or package", "What was added until a day; what is left of it then is lost."),
    Kind.CHARGE: ("Charge or correction", "What was spent past the gateway. A number below 0 gives back."),
}
_ENTRIES = {EntryKind.BALANCE: "Balance seen", EntryKind.TOP_UP: "Top-up", EntryKind.GRANT: "Grant"}
_SOURCES = {
    Source.LIVE: "as read",
    Source.BY_HAND: "as typed",
    Source.METERED: "counted",
    Source.ESTIMATED: "estimated",
}
_STATES = {ChargeState.OPEN: "under way", ChargeState.UNKNOWN: "unknown", ChargeState.UNDONE: "taken back"}
MINUS = "−"


def balance_head(each: CountedPool, now: datetime, hide: bool = False) -> tuple[str, str]:
    """What is left of a pool, and how that is known: ("at most 73 credits", "counted")."""
    pool = each.pool
    if each.certain is None or pool.left is None:
        return words.UNKNOWN, "type what the vendor shows"
    shown = words.amount(pool.left, pool.unit, hide)
    return f"at most {shown}" if each.at_most else shown, _SOURCES[each.source]


def balance_sum(each: CountedPool, view: LedgerView, now: datetime, hide: bool = False) -> str:
    """How it comes about: "92 typed today 09:14 + 50 added − 19 charged"."""
    pool = each.pool
    if each.certain is None or each.certain_at is None:
        return "Nobody ever said what was there, so it cannot be counted from anything."

    def told(amount: Decimal) -> str:
        return words.number(amount, pool.unit, hide)

    parts = [f"{told(each.certain)} {_certain_word(each, view)} {words.moment(each.certain_at, now, inside=True)}"]
    parts += [f"+ {told(each.added)} added"] if each.added else []
    parts += [f"{MINUS} {told(each.lost)} expired or reset"] if each.lost else []
    parts += [f"{MINUS} {told(each.charged)} charged"] if each.charged else []
    return " ".join(parts)


def balance_doubt(each: CountedPool, hide: bool = False) -> str:
    """What makes it less than sure; "" where nothing does."""
    said = []
    if each.unknown:
        since = words.count(each.unknown, "charges")
        said.append(f"{since} since then {'has' if each.unknown == 1 else 'have'} a cost nobody knows.")
    if each.doubt:
        said.append(f"It may be off by {words.number(each.doubt, each.pool.unit, hide)}.")
    if each.refilled_at is not None and each.pool.reset_assumed:
        said.append("Its refill is assumed.")
    return " ".join(said)


BOUGHT = "Bought at the vendor? Add it as a top-up with the day you bought it, and it is explained."


def drift(view: LedgerView, now: datetime, labels: Mapping[str, str], hide: bool = False) -> str:
    """What certain points found beside the charges; "" where they found nothing."""
    if not view.unexplained:
        return ""
    last = max(view.unexplained, key=lambda each: each.at)
    total = cost(draw for each in view.unexplained for draw in each.draws or ())
    amount = words.number(abs(total), hide=hide)
    way = f"{amount} more gone than was charged" if total > 0 else f"{amount} less gone than was charged"
    pool = " and ".join(labels.get(each, each) for draw in last.draws or () for each in draw.pools)
    times = words.count(len(view.unexplained), "certain points")
    at = words.moment(last.at, now, inside=True)
    found = way if total else "as much more as less"
    bought = f" {BOUGHT}" if total < 0 else ""
    return f"{found}, at {times}; the last {at}, {pool}. The balance above has it already.{bought}"


def whole(total: Total, hide: bool = False) -> str:
    """Everything that was ever charged: "284 charged by 61 requests"; "" for nothing."""
    if not total.requests:
        return ""
    return f"{words.number(total.amount, hide=hide)} charged by {words.count(total.requests, 'requests')}"


def what(line: Line, definition: Definition | None, labels: Mapping[str, str]) -> str:
    """What a line is about: an operation with its items, an entry; its pool where one paid it, and its note."""
    pool = f", {named}" if (named := pools(line, labels)) else ""
    if isinstance(line, Charge):
        named = _operation(line.operation, definition)
        if line.known is Known.UNEXPLAINED:
            named = "Unexplained"
        elif not named:
            named = "Correction" if any(draw.amount < 0 for draw in line.draws or ()) else "Charge"
        items = f", {words.count(line.items, 'items')}" if line.items is not None and line.items != 1 else ""
        return f"{named}{items}{pool}{_noted(line.note)}"
    ends = f", until {words.short_day(line.expires_at, line.at)}" if line.expires_at is not None else ""
    return f"{_ENTRIES[line.kind]}{pool}{ends}{_noted(line.note)}"


def amount(line: Line, hide: bool = False) -> str:
    """What it changed: "−4", "+50", "= 312", "unknown"."""
    if isinstance(line, Charge):
        if line.draws is None:
            return words.UNKNOWN
        return " and ".join(words.signed(-draw.amount, hide=hide) for draw in line.draws) or "0"
    said = words.number(line.amount, hide=hide)
    return f"= {said}" if line.kind is EntryKind.BALANCE else words.signed(line.amount, hide=hide)


def pools(line: Line, labels: Mapping[str, str]) -> str:
    """Which pools paid it, where that is said; "" where they are emptied one after the other."""
    drawn = (draw.pools for draw in line.draws or ()) if isinstance(line, Charge) else ((line.pool,),)
    named = [each[0] for each in drawn if len(each) == 1]
    return ", ".join(labels.get(each, each) for each in dict.fromkeys(named))


def known(line: Line) -> str:
    """How it is known, or how far it has come."""
    if isinstance(line, Charge):
        return _STATES.get(line.state) or known_word(line.known)
    if line.undone:
        return "taken back"
    return "read" if line.known is Known.REPORTED else known_word(line.known)


def may_be_undone(line: Line | None) -> bool:
    """Whether a person wrote it, and may take it back."""
    if isinstance(line, Charge):
        return line.state is ChargeState.BOOKED and line.known in (Known.TYPED, Known.IMPORTED)
    return line is not None and not line.undone and line.known is not Known.REPORTED


def total_name(total: Total, view: str, definition: Definition | None) -> str:
    """What a total is called: an operation's label, a day, a client."""
    if not total.key and not total.requests:
        return "(no request)"
    if view == "operation":
        return _operation(total.key, definition) or NOT_SAID
    return total.key or NOT_SAID


def off(told: Foretold, hide: bool = False) -> str:
    """How far a prediction was off: "as predicted", "+4 (10 %)"."""
    if not told.off:
        return "as predicted"
    share = f" ({words.percent(abs(told.off) * 100 / told.expected)})" if told.expected else ""
    return f"{words.signed(told.off, hide=hide)}{share}"


def operation_name(operation: str, definition: Definition | None) -> str:
    """What an operation is called."""
    return _operation(operation, definition) or NOT_SAID


def _operation(operation: str, definition: Definition | None) -> str:
    found = definition.operation(operation) if definition is not None and operation else None
    return found.label if found is not None else operation


def _noted(note: str) -> str:
    return f" · {note}" if note else ""


def _certain_word(each: CountedPool, view: LedgerView) -> str:
    """Whether the certain point was read or typed."""
    marks = [
        line
        for line in view.lines
        if not isinstance(line, Charge)
        and (line.pool, line.kind, line.at) == (each.pool.id, EntryKind.BALANCE, each.certain_at)
    ]
    read = each.source is Source.LIVE or any(line.known is Known.REPORTED for line in marks)
    return "read" if read else "typed" if marks or each.source is Source.BY_HAND else "known"
