"""What an account's imports and charges really took, read from the outbox and the ledger; no network is imported."""

from collections.abc import Mapping
from datetime import UTC, datetime

from creditdesk.core.learned import learned_by
from creditdesk.core.tallies import Foretold, added_up, foretold, lesson
from creditdesk.core.verdict import Learned
from creditdesk.store.charges import Charges
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
    found = {operation: each for operation, each in imports.items() if each is not None}
    for each in told:
        of_charges, of_import = lesson(each), found.get(each.operation)
        if of_charges is not None and (of_import is None or of_charges.at > of_import.at):
            found[each.operation] = of_charges
    return found


async def foretold_of(history: History, account_id: str) -> tuple[Foretold, ...]:
    """What the prices of each operation said before, beside what the vendor charged. Raises HistoryError."""
    charges = Charges(history.connections)
    operations = added_up(await charges.tallies(account_id, EVER, "operation"))
    found = [foretold(await charges.foretold(account_id, each.key)) for each in operations if each.key]
    return tuple(each for each in found if each is not None)
