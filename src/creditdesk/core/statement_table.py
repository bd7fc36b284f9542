"""A month's statement as rows of a table: every digit, one line for a share, for what an import took, for a top-up."""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal

from creditdesk.core.statement import Statement
from creditdesk.core.statement_prices import NoPrice, Rate

HEADER = (
    *("month", "client", "kind", "date", "account", "what", "where", "items", "amount", "unit"),
    *("price", "per", "currency", "money", "price_of", "price_as_of", "why"),
)
Cell = str | int | Decimal | datetime | None


def rows(statement: Statement, name: Callable[[str], str]) -> Iterator[tuple[Cell, ...]]:
    """The rows, as HEADER says; `name` tells what an account is called by its id.

    `kind` is use, import or top-up. Only the money of `use` is to be added up. `why` says why a share is of no client,
    or why it has no price.
    """
    month = statement.month
    for line in statement.lines:
        accounts = " and ".join(name(each) for each in line.accounts)
        rate = line.rate if isinstance(line.rate, Rate) else None
        why = [line.reason.value] if line.reason is not None else []
        why += [f"price:{line.rate.value}"] if isinstance(line.rate, NoPrice) else []
        why += ["typed"] if line.typed else []
        what = (month, line.client, "use", None, accounts, line.label, "", None, line.amount, line.unit)
        yield (*what, *_price(rate, line.money), " ".join(why))
    for each in statement.imports:
        took = each.used or (("", "", None),)
        for label, unit, amount in took:
            place = f"{each.place}: {label}" if label else each.place
            took_by = (month, each.client, "import", each.at, name(each.account), each.operation, place, each.items)
            yield (*took_by, amount, unit, *_price(None, None), "" if each.used is not None else "not known")
    for top_up in statement.top_ups:
        account, rate = name(top_up.account), top_up.rate
        bought = (
            month,
            top_up.client,
            "top-up",
            top_up.at,
            account,
            top_up.label,
            "",
            None,
            top_up.amount,
            top_up.unit,
        )
        yield (*bought, *_price(rate, rate.money(top_up.amount) if rate else None), "")


def _price(rate: Rate | None, money: Decimal | None) -> tuple[Cell, ...]:
    if rate is None:
        return None, None, "", None, "", ""
    as_of = rate.fact.as_of.isoformat() if rate.fact else ""
    return rate.price, rate.per, rate.currency, money, rate.label, as_of
