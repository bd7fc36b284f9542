"""What an account's imports really took, read from the outbox; no network is imported for it."""

from collections.abc import Mapping

from creditdesk.core.learned import learned_by
from creditdesk.core.verdict import Learned
from creditdesk.store.connections import HistoryError
from creditdesk.store.history import History
from creditdesk.store.outbox import Kept


async def learned(history: History, account_id: str) -> Mapping[str, Learned]:
    """By operation, what the newest whole import of the account teaches. Empty where the outbox cannot be read."""
    try:
        sendings = await Kept(history.connections).sendings(account_id)
    except HistoryError:
        return {}  # what is wrong with the history is said elsewhere; the price stands alone then
    found = {each: learned_by(sendings, each) for each in dict.fromkeys(each.operation for each in sendings)}
    return {operation: lesson for operation, lesson in found.items() if lesson is not None}
