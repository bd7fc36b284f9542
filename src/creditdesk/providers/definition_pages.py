"""The key `page` of a request: an answer that comes in pages, which are put together before anything is read of it."""

from creditdesk.core.requests import PageRule
from creditdesk.providers.definition_table import Table
from creditdesk.providers.definition_values import expression

MOST_PAGES = 10


def read_page(table: Table) -> PageRule | None:
    """How the further pages of this request are asked for; None where it has one only."""
    inner = table.table("page")
    if inner is None:
        return None
    rule = PageRule(
        next=expression(inner, "next", needed=True),
        more=expression(inner, "more"),
        send=inner.text("send", needed=True, most=100),
        collect=inner.text("collect", needed=True, most=100),
        most=inner.whole("most", 2, MOST_PAGES, default=4),
    )
    query = table.data.get("query")
    if isinstance(query, dict) and rule.send in query:
        table.wrong("page", "is sent by query already", "send")
    if table.data.get("body", "json") != "json":
        table.wrong("page", "is for a JSON answer")
    inner.finish()
    return rule
