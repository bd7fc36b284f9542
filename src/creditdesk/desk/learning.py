"""What an account's imports and charges really took, read from the outbox and the ledger; no network is imported."""

from collections.abc import Mapping
from datetime import UTC, datetime

from creditdesk.core.learned import learned_by
from creditdesk.core.tallies import Foretold, newest_lessons
from creditdesk.core.verdict import Learned
from creditdesk.store.connections import HistoryError
from creditdesk.store.history import History
from creditdesk.store.outbox import Kept

EVER = (datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))


async def learned(history: History, account_id: str) -> Mapping[str, Learned]:
    """By operation, what the newest whole import or the newest charges of the account teach, whichever is newer.

    Empty where the history cannot be read.
    """
    try:
        sendings = await Kept(history.connections).sendings(account_id)
        told = await foretold_of(history, account_id)
    except HistoryError:
        return {}  # what is wrong with the history is said elsewhere; the price stands alone then
    imports = {each: learned_by(sendings, each) for each in dict.fromkeys(each.operation for each in sendings)}
    return newest_lessons(imports, told)


async def foretold_of(history: History, account_id: str) -> tuple[Foretold, ...]:
    """What the prices of each operation said before, beside what the vendor charged. Raises HistoryError."""
    return (await history.counts.summed(account_id)).foretold
