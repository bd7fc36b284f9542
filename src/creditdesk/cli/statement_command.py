"""`statement`: what a client's accounts and imports used in a month, for a reader, as JSON, as CSV or as a PDF."""

import argparse
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from creditdesk.core.amounts import dumps, plain
from creditdesk.core.months import month_of
from creditdesk.core.statement import Imported, Line, Statement, ToppedUp
from creditdesk.core.statement_prices import NoPrice, Rate
from creditdesk.core.statement_table import HEADER, rows
from creditdesk.desk.accounts import AccountError
from creditdesk.desk.opening import Desk
from creditdesk.desk.statements import known_clients, month_statement, named_client
from creditdesk.store.exports import write_table
from creditdesk.store.files import replace_file

REMOVED = "removed account"
Name = Callable[[str], str]
MakePdf = Callable[[Statement, str, Name, datetime], bytes]
"""Makes a PDF of a client's statement. The window's floor has it (`app.statement_file`)."""


async def statement(options: argparse.Namespace, desk: Desk) -> int:
    """Show or write the statement; nobody is asked. Raises Declined, AccountError, HistoryError, OSError."""
    _check(options)
    tools = desk.tools
    known = await known_clients(tools)
    client = None if options.client is None else named_client(options.client, known)
    whole = await month_statement(tools, options.month if options.month is not None else month_of(tools.clock(), None))
    shown = whole if client is None else whole.of(client)
    names = {account.id: account.name for account in tools.chosen.accounts}

    def name(account_id: str) -> str:
        return names.get(account_id, REMOVED)

    if options.csv:
        write_table(Path(options.csv), HEADER, rows(shown, name))
    if options.pdf:
        make: MakePdf = options.make_pdf
        replace_file(Path(options.pdf), make(shown, client or "", name, tools.clock()))
    for path in filter(None, (options.csv, options.pdf)):
        if not options.json:
            print(f"Wrote the statement to {path}.")
    if options.json:
        print(dumps(_json(whole, known, name) if client is None else _part(shown, client, name), indent=2))
    elif not (options.csv or options.pdf):
        print("\n".join(_overview(whole, known) if client is None else _lines(shown, client, name)))
    return 0


def _check(options: argparse.Namespace) -> None:
    if options.client is not None and not options.client.strip():
        raise AccountError("--client", "--client wants a client's name; without it all clients are listed.")
    if options.csv and Path(options.csv).suffix.casefold() not in (".csv", ".xlsx"):
        raise AccountError("--csv", "--csv wants a file's name that ends in .csv or .xlsx.")
    if options.pdf and Path(options.pdf).suffix.casefold() != ".pdf":
        raise AccountError("--pdf", "--pdf wants a file's name that ends in .pdf.")
    if options.pdf and options.client is None:
        raise AccountError("--pdf", "A PDF is made for one client: --client NAME --pdf FILE.")


def _json(whole: Statement, known: tuple[str, ...], name: Name) -> dict[str, object]:
    """Everybody's statement: the clients, what is of none, and the sums of both."""
    clients = dict.fromkeys((*known, *whole.clients))
    return {
        **_head(whole),
        "clients": [_part(whole.of(client), client, name) for client in clients],
        "unassigned": _part(whole.of(""), None, name),
    }


def _part(statement: Statement, client: str | None, name: Name) -> dict[str, object]:
    return {
        "client": client,
        **_head(statement),
        "use": [_line_json(each, name) for each in statement.lines],
        "imports": [_import_json(each, name) for each in statement.imports],
        "top_ups": [_top_up_json(each, name) for each in statement.top_ups],
    }


def _head(statement: Statement) -> dict[str, object]:
    span = {"month": statement.month, "since": statement.since, "until": statement.until, "zone": statement.zone}
    sums = {"used": statement.units, "money": statement.money, "unpriced": statement.unpriced}
    return {**span, "so_far": statement.so_far, **sums}


def _line_json(line: Line, name: Name) -> dict[str, object]:
    rate = line.rate if isinstance(line.rate, Rate) else None
    return {
        "accounts": [name(each) for each in line.accounts],
        "pool": line.pool,
        "label": line.label,
        "unit": line.unit,
        "amount": line.amount,
        "money": line.money,
        "price": _rate_json(rate),
        "why_no_price": line.rate if isinstance(line.rate, NoPrice) else None,
        "why_unassigned": line.reason,
        "typed": line.typed,
    }


def _rate_json(rate: Rate | None) -> dict[str, object] | None:
    if rate is None:
        return None
    as_of = rate.fact.as_of.isoformat() if rate.fact else None
    source = rate.fact.source if rate.fact else None
    said = {
        "price": rate.price,
        "per": rate.per,
        "currency": rate.currency,
        "kind": rate.kind,
        "of": rate.label or None,
    }
    return {**said, "as_of": as_of, "source": source}


def _import_json(each: Imported, name: Name) -> dict[str, object]:
    used = None
    if each.used is not None:
        used = [{"label": label, "unit": unit, "amount": amount} for label, unit, amount in each.used]
    where = {"at": each.at, "account": name(each.account), "operation": each.operation, "place": each.place}
    return {**where, "items": each.items, "used": used}


def _top_up_json(each: ToppedUp, name: Name) -> dict[str, object]:
    what = {"at": each.at, "account": name(each.account), "label": each.label, "unit": each.unit}
    return {**what, "amount": each.amount, "price": _rate_json(each.rate)}


def _overview(whole: Statement, known: tuple[str, ...]) -> list[str]:
    """A line a client, one for what is of none, and the sum."""
    lines = [_title(whole)]
    clients = dict.fromkeys((*known, *whole.clients))
    lines += [f"{client}: {_sums(whole.of(client))}" for client in clients]
    lines.append(f"Not assigned: {_sums(whole.of(''))}")
    for reason in dict.fromkeys(each.reason for each in whole.lines if each.reason):
        lines.append(f"  {_WHY[reason.value]}")
    lines.append(f"Together: {_sums(whole)}")
    if not clients:
        lines.append("No account has a client yet: creditdesk accounts set NAME --client CLIENT")
    return lines


_WHY = {
    "no_client": "Accounts without a client: creditdesk accounts set NAME --client CLIENT",
    "removed": "Accounts that were removed.",
    "shared": "Accounts that sent imports for several clients: what no import took is of none of them.",
    "shared_pool": "Pools that accounts of different clients share.",
    "over": "Below zero: imports that took more than the readings of this month saw.",
}


def _title(statement: Statement) -> str:
    so_far = f", so far until {statement.so_far:%Y-%m-%d %H:%M} UTC" if statement.so_far else ""
    return f"{statement.month} ({statement.zone}{so_far})"


def _sums(statement: Statement) -> str:
    used = [f"{plain(amount)} {unit}".strip() for unit, amount in statement.units.items()]
    money = [f"{plain(amount)} {currency}" for currency, amount in statement.money.items()]
    said = ", ".join(used) or "nothing used"
    return f"{said}{'; in money ' + ', '.join(money) if money else ''}"


def _lines(statement: Statement, client: str, name: Name) -> list[str]:
    """One client's statement."""
    lines = [f"{client}, {_title(statement)}"]
    for each in statement.lines:
        accounts = " and ".join(name(account) for account in each.accounts)
        lines.append(f"  {accounts}, {each.label}: {plain(each.amount)} {each.unit}, {_money(each)}")
    for sent in statement.imports:
        took = ", ".join(f"{plain(amount)} {unit}" for _, unit, amount in sent.used or ())
        told = f"took {took}" if took else "what it took is not known" if sent.used is None else "took nothing"
        where = f"{sent.items:,} items to {sent.place}"
        lines.append(f"  Import {sent.at:%Y-%m-%d}, {name(sent.account)}, {sent.operation}, {where}: {told}")
    for top_up in statement.top_ups:
        what = f"{plain(top_up.amount)} {top_up.unit}"
        lines.append(f"  Topped up {top_up.at:%Y-%m-%d}, {name(top_up.account)}, {top_up.label}: {what}")
    lines.append(f"In all: {_sums(statement)}")
    return lines


def _money(line: Line) -> str:
    rate = line.rate
    if isinstance(rate, NoPrice):
        return _NO_PRICE[rate]
    money = f"{plain(rate.money(line.amount))} {rate.currency}"
    if rate.fact is None:
        return money
    per = f"{plain(rate.price)} for {plain(rate.per)}"
    return f"{money} ({rate.kind} {rate.label}: {per}, as of {rate.fact.as_of.isoformat()})"


_NO_PRICE = {
    NoPrice.NONE: "no price is known",
    NoPrice.WHICH_PACK: "which pack was bought is not known",
    NoPrice.OVER_LIMIT: "more than the plan's price is for",
}
