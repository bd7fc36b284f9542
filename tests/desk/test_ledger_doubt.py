"""A request that is under way while the vendor is read: nobody knows on which side of the reading it was charged."""

from decimal import Decimal

from tests.desk.test_ledger import Till
from tests.desk.world import World

from creditdesk.core.pools import Source

D = Decimal


def test_what_was_under_way_at_a_reading_is_told_as_doubt_though_it_is_settled_after_it(world: World) -> None:
    account = world.add("capsolver")
    world.snapshot(account)
    till = Till(world, account)
    world.clock.move(minutes=1)
    over, under_way = till.begin(), till.begin()
    world.clock.move(seconds=1)
    till.settle(over, "0.25", "balance")
    world.clock.move(minutes=5)
    read = world.snapshot(account).pool("balance")
    world.clock.move(seconds=1)
    till.settle(under_way, "0.5", "balance")
    counted = world.run(till.ledger.counted(account.id))
    assert counted is not None
    pool = counted.pool("balance")
    assert pool is not None
    assert read is not None
    assert (pool.pool.left, pool.doubt, pool.source) == (read.left, D("0.5"), Source.ESTIMATED)
    world.clock.move(minutes=6)
    world.snapshot(account)
    counted = world.run(till.ledger.counted(account.id))
    assert counted is not None
    again = counted.pool("balance")
    assert again is not None
    assert (again.doubt, again.source) == (D(0), Source.LIVE)
