"""Balances that no endpoint tells: typed, refilled by the vendor's rule, shared by a licence, never taken for live."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from tests.desk.world import START, World

from creditdesk.core.pools import Custody, Level, Source, TroubleKind
from creditdesk.core.series import EventKind
from creditdesk.core.totals import totals
from creditdesk.desk.accounts import AccountError
from creditdesk.sandbox import FaultKind

NEXT_MONTH = datetime(2026, 10, 1, tzinfo=UTC)


def test_a_typed_balance_is_by_hand_with_the_plans_limit_and_reset(world: World) -> None:
    account = world.add_typed("oneclickseo", plan="starter")
    assert world.reading(account).snapshot is None
    world.type(account, monthly=312, top_up=120)
    snapshot = world.snapshot(account)
    monthly, top_up = snapshot.pools
    assert (snapshot.source, snapshot.read_at, snapshot.plan) == (Source.BY_HAND, START, "Starter")
    assert (monthly.left, monthly.limit, monthly.used, monthly.resets_at) == (312, 500, 188, NEXT_MONTH)
    assert monthly.reset_assumed
    assert (top_up.left, top_up.limit, top_up.resets_at) == (120, None, None)
    assert world.reading(account).trouble is None
    assert world.reading(account).due_at is None
    assert world.requests("oneclickseo") == 0


def test_a_typed_balance_survives_a_restart_and_never_goes_stale(world: World) -> None:
    account = world.add_typed("oneclickseo", plan="starter")
    world.type(account, monthly="311.5", top_up=0)
    world.clock.move(days=10)
    (reading,) = world.restart()
    assert reading.read_at == START
    assert not reading.stale
    assert reading.snapshot is not None
    assert [pool.left for pool in reading.snapshot.pools] == [Decimal("311.5"), 0]


def test_after_the_reset_an_allowance_is_full_again_as_an_estimate(world: World) -> None:
    account = world.add_typed("oneclickseo", plan="starter")
    world.type(account, monthly=12, top_up=120)
    world.clock.now = NEXT_MONTH - timedelta(seconds=1)
    assert world.left(account) == {"monthly": 12, "top-up": 120}
    world.clock.now = NEXT_MONTH
    snapshot = world.snapshot(account)
    assert snapshot.source is Source.ESTIMATED
    assert world.left(account) == {"monthly": 500, "top-up": 120}
    (reading,) = world.restart()
    assert reading.snapshot is not None
    assert reading.snapshot.source is Source.ESTIMATED
    world.type(account, monthly=499)
    snapshot = world.snapshot(account)
    assert (snapshot.source, snapshot.pools[0].left) == (Source.BY_HAND, 499)


def test_typing_one_balance_leaves_the_others_and_their_history_alone(world: World) -> None:
    account = world.add_typed("oneclickseo", plan="starter")
    world.type(account, monthly=312, top_up=120)
    world.restart()
    world.clock.move(hours=1)
    world.type(account, monthly=300)
    assert world.left(account) == {"monthly": 300, "top-up": 120}
    series = {each.pool: each for each in world.desk.tools.history.series(account.id).result()}
    assert [point.left for point in series["monthly"].points] == [312, 300]
    assert [point.left for point in series["top-up"].points] == [120]


def test_another_plan_or_edition_has_another_limit_at_once(world: World) -> None:
    account = world.add_typed("oneclickseo", plan="starter")
    world.type(account, monthly=312)
    changed = account.changed(settings={"plan": "pro", "edition": "pakistan"})
    world.run(world.desk.registry.change(changed))
    snapshot = world.reading(account).snapshot
    assert snapshot is not None
    assert snapshot.pools[0].limit == 1200


def test_a_shared_pool_is_the_newest_number_of_its_licence_and_counts_once(world: World) -> None:
    shop = world.add_typed("seo-rank-genius", "shop", plan="pro", licence="L1", site="shop.example")
    blog = world.add_typed("seo-rank-genius", "blog", plan="pro", licence="L1", site="blog.example")
    other = world.add_typed("seo-rank-genius", "other", plan="pro", licence="L2", site="other.example")
    world.type(shop, shared=1000, domain=50)
    world.clock.move(minutes=1)
    world.type(blog, shared=900, domain=70)
    world.type(other, shared=5)
    assert world.left(shop) == {"shared": 900, "domain": 50}
    assert world.left(blog) == {"shared": 900, "domain": 70}
    assert world.left(other)["shared"] == 5
    definition = world.desk.tools.catalogue.get("seo-rank-genius")
    readings = [world.reading(account) for account in (shop, blog, other)]
    found = totals([(definition, reading) for reading in readings], world.clock.now)
    assert sum(each.left for each in found if each.unit == "credits") == 900 + 50 + 70 + 5
    world.clock.move(minutes=1)
    world.type(shop, shared=800)
    assert world.left(blog)["shared"] == 800
    world.restart()
    assert world.left(blog)["shared"] == 800


def test_a_free_plan_has_no_balances_and_a_trial_has(world: World) -> None:
    account = world.add_typed("seo-rank-genius", plan="free")
    world.type(account, shared=10)
    assert world.left(account) == {}
    world.run(world.desk.registry.change(account.changed(settings={"plan": "trial"})))
    assert world.left(account)["shared"] == 10


def test_only_what_the_vendor_lets_one_type_can_be_typed(world: World) -> None:
    account, read = world.add_typed("oneclickseo", plan="starter"), world.add("ranktracker")
    wrong = [
        (account, "weekly", None, "monthly, top-up"),
        (read, "keywords", None, "none"),
        (account, "monthly", Decimal(600), "the plan's"),
    ]
    for which, pool, limit, told in wrong:
        with pytest.raises(AccountError, match=told):
            world.run(world.desk.registry.type_balances(which, {pool: (Decimal(1), limit)}))
    assert world.left(account) == {}


def test_a_balance_typed_beside_a_failing_reading_neither_hides_nor_ends_the_trouble(world: World) -> None:
    account = world.add("leadboxer", settings={"plan": "free"})
    world.fault(FaultKind.ERROR, status=404)
    assert world.trouble(account).kind is TroubleKind.BAD_ANSWER
    world.type(account, balance=4000)
    assert world.left(account) == {"balance": 4000}
    for reading in (world.reading(account), world.restart()[0]):
        assert reading.trouble is not None
        assert reading.snapshot is not None
        assert reading.snapshot.source is Source.BY_HAND
        assert reading.level is Level.LOW  # 4,000 of the free plan's 25,000
    kinds = {event.kind for event in world.desk.tools.history.events().result()}
    assert EventKind.TYPED in kinds
    assert EventKind.RECOVERED not in kinds


def test_a_live_number_wins_over_a_typed_one(world: World) -> None:
    account = world.add("leadboxer")
    world.type(account, balance=4000)
    assert world.left(account) == {"balance": 4000}
    snapshot = world.snapshot(account)
    assert snapshot.source is Source.LIVE
    assert "balance" not in world.left(account)
    with pytest.raises(AccountError, match="read from the vendor"):
        world.type(account, balance=1)
    assert world.reading(account).snapshot == snapshot


def test_a_balance_typed_after_the_endpoint_stopped_answering_counts(world: World) -> None:
    account = world.add("leadboxer")
    world.snapshot(account)
    world.fault(FaultKind.STATUS, "leadboxer", status=404)
    world.trouble(account)
    world.clock.move(seconds=60)
    world.type(account, balance=6666)
    reading = world.reading(account)
    assert world.left(account) == {"balance": 6666}
    assert (reading.snapshot.source, reading.level) == (Source.BY_HAND, Level.GOOD)
    world.clear()
    world.clock.move(seconds=60)
    assert world.snapshot(account).source is Source.LIVE
    assert "balance" not in world.left(account)


def test_the_desk_learns_what_another_process_typed(world: World) -> None:
    account = world.add_typed("oneclickseo", plan="starter")
    world.type(account, monthly=312)
    world.run(world.desk.reader.catch_up())
    assert not world.run(world.desk.reader.catch_up())
    world.desk.tools.history.typed(account.id, "monthly", Decimal(7), None, world.clock()).result()
    assert world.run(world.desk.reader.catch_up())
    assert world.left(account)["monthly"] == 7


def test_an_account_that_loses_its_key_does_not_show_its_last_reading_as_live(world: World) -> None:
    account = world.add("ranktracker")
    world.snapshot(account)
    world.run(world.desk.registry.change(account.changed(custody=Custody.NONE)))
    reading = world.reading(account)
    assert (reading.snapshot, reading.level) == (None, Level.NOT_READ)
    assert reading.trouble is not None
    assert reading.trouble.kind is TroubleKind.NO_KEY
    assert world.memory.items == {}
