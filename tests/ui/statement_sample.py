"""A made-up month of two clients, for the tests of the statements."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from creditdesk.core.offers import Fact
from creditdesk.core.statement import Imported, Line, Reason, Statement, ToppedUp
from creditdesk.core.statement_prices import NoPrice, Rate
from creditdesk.ui.statement_words import Naming

D = Decimal
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
MADE_AT = datetime(2026, 12, 2, 9, tzinfo=UTC)
FACT = Fact(date(2026, 4, 30), "made up")
PLAN = Rate(D("0.0008"), D(1), "EUR", "Growth", "plan", FACT)
PACK = Rate(D(20), D(5000), "USD", "5,000 shared credits", "pack", FACT)
MONEY = Rate(D(1), D(1), "USD")
NAMES = {"a1": "Leads", "a2": "Captchas", "a3": "Agency"}
NAMING = Naming(lambda account: NAMES.get(account, account))


def month(client: str = "Acme", lines: int = 1) -> Statement:
    """What this client used, and what nobody did. `lines`: how many lines there are of the first account."""
    used = [Line(client, ("a1",), f"p{n}", f"Balance {n}", "credits", D(12_345), PLAN) for n in range(lines)]
    used.append(Line(client, ("a2",), "balance", "Balance", "USD", D("3.1274"), MONEY))
    used.append(Line(client, ("a3",), "top-up", "Top-up", "credits", D(300), PACK, typed=True))
    used.append(Line(client, ("a3",), "keywords", "Keywords", "keywords", D(40), NoPrice.NONE))
    rest = Line("", ("a3",), "keywords", "Keywords", "keywords", D(7), NoPrice.NONE, Reason.SHARED)
    took = (("Keywords", "keywords", D(40)), ("Data rows", "rows", D(80)))
    imports = (
        Imported(client, SINCE + timedelta(days=3, hours=12), "a3", "Track keywords", "shop.example", 20, took),
        Imported(client, SINCE + timedelta(days=4, hours=12), "a3", "Track keywords", "shop.example", 20, None),
    )
    top_ups = (ToppedUp(client, SINCE + timedelta(days=2, hours=12), "a3", "Top-up", "credits", D(5000), PACK),)
    until = SINCE + timedelta(days=30)
    return Statement("2026-11", SINCE, until, "UTC", None, (*used, rest), imports, top_ups)


def without_use() -> Statement:
    """A month in which nothing happened."""
    return replace(month(), lines=(), imports=(), top_ups=())
