"""An import in the outbox is known to the forecast: what is to be sent is used up then, what was sent is no pace."""

from datetime import timedelta
from decimal import Decimal

from tests.desk.world import World

from creditdesk.core.pools import Account, RunOut
from creditdesk.core.queueing import Queue
from creditdesk.core.sending import Batch, Place, Sending, Stop
from creditdesk.desk.known import PROJECT_AGAIN
from creditdesk.store.outbox import Outbox

DAY = timedelta(days=1)


def used_daily(world: World, account: Account, days: int) -> None:
    """Ten credits a day of what is bought, typed in the evening; 300 are left."""
    for day in range(days + 1):
        world.type(account, monthly=0, top_up=300 + 10 * (days - day))
        if day < days:
            world.clock.move(days=1)


def run_out(world: World, account: Account) -> RunOut:
    found = world.run(world.desk.reader.recall(account.id)).reading.run_outs
    return next(each for each in found if each.pool == "top-up")


def test_an_import_that_waits_brings_the_date_forward(world: World) -> None:
    account = world.add_typed("oneclickseo", plan="starter")
    used_daily(world, account, 12)
    plain = run_out(world, account)
    now = world.clock()
    assert abs(plain.at - now - 30 * DAY) < 3 * DAY
    sending = Sending(
        "s", account.id, "track", Place("1", "Shop"), 20, 20, now, expected={"top-up": Decimal(290)},
        batches=(Batch(0, 0, 20),), stop=Stop.QUEUED, queue=Queue(now + 2 * DAY),
    )  # fmt: skip
    items = [f"word {number}" for number in range(20)]
    assert world.run(_added(Outbox(world.desk.tools.history.connections), sending, items))
    assert run_out(world, account) == plain  # told a moment ago
    world.clock.move(seconds=PROJECT_AGAIN.total_seconds() + 1)
    planned = run_out(world, account)
    assert abs(planned.at - now - 2 * DAY) < DAY
    assert planned.per_day == plain.per_day


async def _added(outbox: Outbox, sending: Sending, items: list[str]) -> bool:
    return await outbox.add(sending, items, range(len(items)))
