"""An account's imports as its forecast knows them, looked up only when that is to be worked out anew."""

from creditdesk.core.forecast_known import steps_of
from creditdesk.desk.known import Known
from creditdesk.desk.tools import Tools
from creditdesk.store.outbox import Kept


async def learn_steps(known: Known, tools: Tools, account_id: str) -> None:
    """Note what was sent for this account and what is still to be sent, where a projection is due."""
    now = tools.clock()
    if known.to_project(now):
        known.steps = steps_of(await Kept(tools.history.connections).sendings(account_id), now)
