"""Which vendors a new account is offered first: those of the user's own accounts, the newest first."""

from creditdesk.core.series import EventKind
from creditdesk.core.timeline import TimelineQuery
from creditdesk.desk.tools import Tools
from creditdesk.store.history import HistoryError
from creditdesk.store.timeline import Timeline

LOOKED_AT = 50


async def recent_vendors(tools: Tools) -> tuple[str, ...]:
    """The vendors of the accounts there are, each once: that of the account added last comes first.

    By the history; accounts that it knows nothing of (it was lost) follow, from the last of the user's order up.
    """
    accounts = {account.id: account.provider for account in tools.chosen.accounts}
    try:
        query = TimelineQuery(kinds=(EventKind.ADDED,))
        added = await Timeline(tools.history.connections).events(query, limit=LOOKED_AT)
    except HistoryError:
        added = []  # what is wrong with the history is said elsewhere
    newest = [accounts[event.account] for event in added if event.account in accounts]
    return tuple(dict.fromkeys([*newest, *reversed(accounts.values())]))
