"""A month's statement in words: its tables, its totals, the prices taken, and why something is of no client.

The same tables are shown on screen and printed, so that what is sent is what was seen.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from creditdesk.core.statement import Imported, Line, Reason, Statement, ToppedUp
from creditdesk.core.statement_prices import NoPrice, Rate
from creditdesk.ui import words

NOT_ASSIGNED = "Not assigned"
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_KEPT = "\u00a0"
"""A space at which no line is broken: in a date, between a figure and its unit."""
_REASONS = {
    Reason.NO_CLIENT: "The account has no client.",
    Reason.REMOVED: "The account was removed, and its client with it.",
    Reason.SHARED: "The account is shared: imports for several clients were sent, and this is what no import took.",
    Reason.SHARED_POOL: "One pool at the vendor, held by accounts of different clients.",
    Reason.OVER: "Below zero: the imports took more than the readings of this month saw.",
}
_SHORT = {
    Reason.NO_CLIENT: "its account has no client",
    Reason.REMOVED: "its account was removed",
    Reason.SHARED: "not taken by any import",
    Reason.SHARED_POOL: "shared by several clients",
    Reason.OVER: "the imports took more than was seen",
}
_NO_PRICES = {
    NoPrice.NONE: "no price is known",
    NoPrice.WHICH_PACK: "which pack was bought is not known",
    NoPrice.OVER_LIMIT: "more was used than the plan's price is for",
}


_NO_PRICE_SHORT = {NoPrice.NONE: "no price", NoPrice.WHICH_PACK: "pack unknown", NoPrice.OVER_LIMIT: "over the limit"}


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts. `right` are the columns of figures; the last `totals` rows are sums."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()
    totals: int = 0


@dataclass(frozen=True, slots=True)
class Naming:
    """What accounts (by id), clients and places are called, and whether amounts are hidden."""

    account: Callable[[str], str]
    hide: bool = False
    client: Callable[[str], str] = str
    place: Callable[[str], str] = str


def month_name(month: str) -> str:
    """A month in words: "November 2026"."""
    return f"{_MONTHS[int(month[5:]) - 1]} {month[:4]}"


def period(statement: Statement) -> str:
    """The days of the month, and the clock they are by: "1 to 30 November 2026 (time zone CET, UTC+01:00)"."""
    last = statement.so_far or statement.until - timedelta(hours=12)
    so_far = ", so far" if statement.so_far is not None else ""
    return f"1 to {last.astimezone().day} {month_name(statement.month)}{so_far} (time zone {statement.zone})"


def tables(statement: Statement, naming: Naming) -> list[Table]:
    """What a client used, the imports, the top-ups, and what is not assigned to anybody; those that have rows."""
    assigned = [each for each in statement.lines if each.reason is None]
    rest = [each for each in statement.lines if each.reason is not None]
    found = [_use(assigned, naming, "Use"), _use(rest, naming, "Not assigned to a client")]
    found += [_imports(statement.imports, naming), _top_ups(statement.top_ups, naming)]
    return [each for each in found if each.rows]


def notes(statement: Statement) -> list[str]:
    """What a reader must know of the figures: prices with their dates, rounding, what has no price, typed balances."""
    found = [_price_note(each.rate) for each in statement.lines if isinstance(each.rate, Rate) and each.rate.fact]
    lacking = sorted({each.rate for each in statement.lines if isinstance(each.rate, NoPrice)})
    found += [f"Without an amount of money: {_NO_PRICES[each]}." for each in lacking]
    if statement.money:
        found.append("Each line is rounded to whole cents, half a cent up.")
    if any(each.typed for each in statement.lines):
        found.append("Marked with *: from balances typed by hand; what they fell by between two of them.")
    if statement.top_ups:
        found.append("Top-ups are told, not added: what is used of them is in the table above.")
    if statement.lines:
        found.append("Use is dated when it was seen.")
    return list(dict.fromkeys(found))


def reasons(statement: Statement) -> list[str]:
    """Why something of it is of no client, each once."""
    return list(dict.fromkeys(_REASONS[each.reason] for each in statement.lines if each.reason is not None))


def overview(statement: Statement, clients: Sequence[str], naming: Naming) -> Table:
    """Every client and what is not assigned, with what was used and what it comes to; the last row is everything."""
    parts = [(naming.client(each), statement.of(each)) for each in clients]
    parts.append((NOT_ASSIGNED, statement.of("")))
    rows = [(name, *_sums(part, naming.hide)) for name, part in (*parts, ("Together", statement))]
    header = ("Client", "Used", "Money", "Imports")
    return Table("All clients", header, tuple(rows), frozenset({1, 2, 3}), 1)


def _sums(statement: Statement, hide: bool) -> tuple[str, str, str]:
    used = ", ".join(words.amount(amount, unit, hide) for unit, amount in statement.units.items())
    money = ", ".join(words.number(amount, unit, hide) for unit, amount in statement.money.items())
    return used or "nothing", money or "—", f"{len(statement.imports):,}"


def _use(lines: Sequence[Line], naming: Naming, title: str) -> Table:
    rows = [_line(each, naming) for each in lines]
    money: dict[str, Decimal] = {}
    units: dict[str, Decimal] = {}
    for each in lines:
        units[each.unit] = units.get(each.unit, Decimal(0)) + each.amount
        if isinstance(each.rate, Rate) and each.money is not None:
            money[each.rate.currency] = money.get(each.rate.currency, Decimal(0)) + each.money
    sums = [("Used in all", "", words.amount(amount, unit, naming.hide), "", "") for unit, amount in units.items()]
    sums += [("Money in all", "", "", "", words.number(amount, unit, naming.hide)) for unit, amount in money.items()]
    header = ("Account", "Pool", "Used", "Why" if any(each.reason for each in lines) else "Price", "Money")
    return Table(title, header, (*rows, *sums) if rows else (), frozenset({2, 4}), len(sums))


def _line(line: Line, naming: Naming) -> tuple[str, ...]:
    accounts = " and ".join(naming.account(each) for each in line.accounts)
    used = words.amount(line.amount, line.unit, naming.hide) + ("*" if line.typed else "")
    rate = line.rate
    money = words.number(line.money, rate.currency, naming.hide) if isinstance(rate, Rate) else "—"
    told = _rate_words(rate, line.unit) if line.reason is None else _SHORT[line.reason]
    return accounts, line.label, used, told, money


def _rate_words(rate: Rate | NoPrice, unit: str) -> str:
    if isinstance(rate, NoPrice):
        return _NO_PRICE_SHORT[rate]
    if rate.fact is None:
        return "at cost"
    per = words.unit_word(unit, 1) if rate.per == 1 else words.amount(rate.per, unit)
    return f"{words.number(rate.price, rate.currency)} per {per}"


def _price_note(rate: Rate) -> str:
    of = "plan" if rate.kind == "plan" else "pack"
    as_of = rate.fact.as_of if rate.fact else None
    when = f", as of {as_of.day} {_MONTHS[as_of.month - 1]} {as_of.year}" if as_of else ""
    return f"Price of the {of} {rate.label}{when}."


def _imports(imports: Sequence[Imported], naming: Naming) -> Table:
    rows = [
        (
            _at(each.at),
            naming.account(each.account),
            each.operation,
            naming.place(each.place),
            f"{each.items:,}",
            _took(each, naming.hide),
        )
        for each in imports
    ]
    header = ("Date", "Account", "Operation", "Where", "Items", "Took")
    return Table("Imports", header, tuple(rows), frozenset({4, 5}))


def _took(imported: Imported, hide: bool) -> str:
    if imported.used is None:
        return words.UNKNOWN
    took = (words.amount(amount, unit, hide) for _, unit, amount in imported.used)
    return ", ".join(each.replace(" ", _KEPT) for each in took) or "nothing"


def _top_ups(top_ups: Sequence[ToppedUp], naming: Naming) -> Table:
    rows = []
    for each in top_ups:
        amount = words.amount(each.amount, each.unit, naming.hide)
        price = words.number(each.rate.price, each.rate.currency, naming.hide) if each.rate is not None else "—"
        pack = each.rate.label if each.rate is not None else ""
        rows.append((_at(each.at), naming.account(each.account), each.label, amount, pack, price))
    header = ("Date", "Account", "Pool", "Amount", "Pack", "Price")
    return Table("Top-ups", header, tuple(rows), frozenset({3, 5}))


def _at(at: datetime) -> str:
    here = at.astimezone()
    return _KEPT.join((str(here.day), _MONTHS[here.month - 1][:3], str(here.year)))
