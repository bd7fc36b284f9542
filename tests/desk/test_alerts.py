"""Warnings: once for a crossing, also after a restart, and armed again by a good reading only."""

from collections.abc import Sequence

import pytest
from tests.desk.world import World

from creditdesk.core.pools import Account, Level
from creditdesk.core.series import Episode
from creditdesk.sandbox import FaultKind


def credits(world: World, left: int) -> None:
    """Free slots of the first account's keywords, of 1,000; everything else is plenty."""
    usage = {"keywords": 1000 - left, "dataRows": 0, "onDemand": 0, "serpAnalyser": 0}
    world.set("ranktracker", usage=usage)


def fired(world: World, account: Account) -> list[Level]:
    """Read as the window does: what is to be told is told."""
    outcome = world.read(account)
    world.clock.move(minutes=5)
    deliver(world, outcome.fired)
    return [episode.level for episode in outcome.fired]


def deliver(world: World, episodes: Sequence[Episode]) -> None:
    ids = {episode.id: "notification" for episode in episodes}
    world.desk.tools.history.warned.mark_delivered(list(ids), "notification", world.clock.now).result()
    world.desk.reader.told(ids)


@pytest.fixture
def account(world: World) -> Account:
    credits(world, 500)
    added = world.add("ranktracker")
    assert fired(world, added) == []
    return added


def test_a_crossing_is_told_once(world: World, account: Account) -> None:
    credits(world, 150)
    assert fired(world, account) == [Level.LOW]
    for left in (149, 120, 90, 150):
        credits(world, left)
        assert fired(world, account) == []
    credits(world, 40)
    assert fired(world, account) == [Level.CRITICAL]
    credits(world, 0)
    assert fired(world, account) == [Level.EXHAUSTED]


def test_a_warning_told_before_a_restart_is_not_told_after_it(world: World, account: Account) -> None:
    credits(world, 150)
    assert fired(world, account) == [Level.LOW]
    world.restart()
    assert fired(world, account) == []


def test_a_warning_not_told_before_a_restart_is_told_after_it(world: World, account: Account) -> None:
    credits(world, 150)
    assert [episode.level for episode in world.read(account).fired] == [Level.LOW]
    world.restart()
    assert fired(world, account) == [Level.LOW]
    assert fired(world, account) == []


def test_only_a_good_reading_clears_and_arms_again(world: World, account: Account) -> None:
    credits(world, 150)
    assert fired(world, account) == [Level.LOW]
    world.fault(FaultKind.STATUS, status=500)
    outcome = world.read(account)
    assert (outcome.fired, outcome.cleared) == ((), ())
    world.clock.move(days=2)
    world.clear()
    assert fired(world, account) == []
    credits(world, 210)  # not yet a tenth clear of the threshold
    outcome = world.read(account)
    assert (outcome.fired, outcome.cleared) == ((), ())
    credits(world, 600)
    assert [episode.level for episode in world.read(account).cleared] == [Level.LOW]
    assert world.read(account).cleared == ()
    credits(world, 150)
    assert fired(world, account) == [Level.LOW]


def test_a_failing_reading_tells_nothing_but_the_vendors_own_word_that_nothing_is_left(
    world: World, account: Account
) -> None:
    for kind in (FaultKind.STATUS, FaultKind.HTML):
        world.clear()
        world.fault(kind)
        assert fired(world, account) == []
    world.clear()
    world.fault(FaultKind.ERROR)
    assert fired(world, account) == [Level.EXHAUSTED]
    assert fired(world, account) == []
    world.clear()
    assert [episode.level for episode in world.read(account).cleared] == [Level.EXHAUSTED]


def test_a_muted_account_is_silent(world: World, account: Account) -> None:
    world.run(world.desk.registry.change(account.changed(muted=True)))
    credits(world, 0)
    assert fired(world, account) == []


def test_a_typed_balance_warns_too(world: World) -> None:
    account = world.add_typed("oneclickseo", plan="starter")
    world.type(account, monthly=10, top_up=0)
    assert fired(world, account) == [Level.CRITICAL]
    assert fired(world, account) == []
    world.type(account, monthly=400)
    assert [episode.level for episode in world.read(account).cleared] == [Level.CRITICAL]
