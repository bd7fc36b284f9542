"""Reading: the numbers are the vendor's, each account is asked once at a time, and the key goes nowhere else."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from tests.desk.world import READ, START, World, soon

from creditdesk.core.pools import Account, Level, PoolKind, Source, TroubleKind
from creditdesk.desk.reading import Outcome
from creditdesk.providers.lanes import MOST_OF_ONE
from creditdesk.sandbox import FaultKind


def test_the_numbers_of_four_slots_are_the_vendors(world: World) -> None:
    account = world.add("ranktracker")
    snapshot = world.snapshot(account)
    state = world.state("ranktracker")
    names = {"keywords": "keywords", "data-rows": "dataRows", "on-demand": "onDemand", "serp-analyser": "serpAnalyser"}
    assert [pool.id for pool in snapshot.pools] == list(names)
    for pool in snapshot.pools:
        usage, limit = state["usage"][names[pool.id]], state["limits"][names[pool.id]]
        assert (pool.used, pool.limit, pool.left) == (usage, limit, limit - usage)
        assert pool.resets_at is None
    assert (snapshot.source, snapshot.read_at) == (Source.LIVE, START)


def test_slots_over_the_limit_stay_negative(world: World) -> None:
    world.set("ranktracker", limits={"keywords": 800, "dataRows": 4210})
    account = world.add("ranktracker")
    world.snapshot(account)
    assert world.left(account)["keywords"] == Decimal(-42)
    assert world.left(account)["data-rows"] == 0
    assert world.reading(account).level is Level.EXHAUSTED


def test_grants_are_the_vendors_and_marked_inferred_until_confirmed(world: World) -> None:
    account = world.add("leadboxer")
    snapshot = world.snapshot(account)
    grants = {f"grant:{grant['id']}": grant for grant in world.state("leadboxer")["grants"]}
    assert {pool.id: pool.left for pool in snapshot.pools} == {name: each["remaining"] for name, each in grants.items()}
    for pool in snapshot.pools:
        assert pool.expires_at == datetime.fromisoformat(grants[pool.id]["expiresAt"])
    assert snapshot.inferred
    world.run(world.desk.registry.change(account.changed(confirmed=True)))
    assert world.reading(account).snapshot is not None
    assert not world.reading(account).snapshot.inferred  # type: ignore[union-attr]


def test_dollars_and_packages_are_the_vendors_to_the_last_digit(world: World) -> None:
    world.set("capsolver", balance="24.35180000001234567")
    account = world.add("capsolver")
    snapshot = world.snapshot(account)
    package = world.state("capsolver")["packages"][0]
    by_id = {pool.id: pool for pool in snapshot.pools}
    assert str(by_id["balance"].left) == "24.35180000001234567"
    calls = by_id[f"package:{package['packageId']}"]
    assert (calls.left, calls.unit, calls.kind) == (package["numberOfCalls"], "calls", PoolKind.PACKAGE)
    assert calls.expires_at == datetime.fromtimestamp(package["expireTime"], UTC)


def test_what_is_read_is_remembered_by_the_next_start(world: World) -> None:
    accounts = [world.add(provider) for provider in READ]
    before = [world.snapshot(account) for account in accounts]
    world.clock.move(minutes=3)
    readings = world.restart()
    assert [reading.snapshot for reading in readings] == before
    assert [reading.read_at for reading in readings] == [START] * 3
    assert world.requests("ranktracker") == 1


def test_two_readings_of_an_account_at_the_same_time_ask_once(world: World) -> None:
    account = world.add("ranktracker")
    world.fault(FaultKind.LATENCY, seconds=0.1)
    reader = world.desk.reader

    async def both() -> list[Outcome]:
        return await asyncio.gather(*(reader.read(account.id) for _ in range(5)))

    outcomes = world.run(both())
    assert world.requests("ranktracker") == 1
    assert {outcome.reading.read_at for outcome in outcomes} == {START}
    world.snapshot(account)
    assert world.requests("ranktracker") == 2


def test_a_caller_that_gives_up_does_not_take_the_reading_from_the_others(world: World) -> None:
    account = world.add("ranktracker")
    world.fault(FaultKind.LATENCY, seconds=0.1)

    async def story() -> Outcome:
        impatient = asyncio.ensure_future(world.desk.reader.read(account.id))
        patient = asyncio.ensure_future(world.desk.reader.read(account.id))
        await asyncio.sleep(0)
        impatient.cancel()
        return await patient

    assert world.run(story()).reading.trouble is None
    assert world.requests("ranktracker") == 1


def accounts_of_one_origin(world: World, count: int) -> list[Account]:
    accounts = [world.add("ranktracker", "first")]
    for number in range(1, count):
        key = world.running.call(lambda box: box.add_account("ranktracker"))
        accounts.append(world.add("ranktracker", f"more {number}", key))
    return accounts


def test_accounts_of_one_origin_are_asked_a_few_at_a_time(world: World) -> None:
    accounts = accounts_of_one_origin(world, 9)
    world.fault(FaultKind.LATENCY, seconds=0.03)

    async def all_of_them() -> list[Outcome]:
        return await asyncio.gather(*(world.desk.reader.read(account.id) for account in accounts))

    outcomes = world.run(all_of_them())
    assert [outcome.reading.trouble for outcome in outcomes] == [None] * 9
    assert 1 < world.books()["most_open_requests"] <= MOST_OF_ONE


def test_accounts_of_different_vendors_are_asked_at_the_same_time(world: World) -> None:
    accounts = [world.add(provider) for provider in READ]
    world.fault(FaultKind.LATENCY, seconds=0.1)

    async def all_of_them() -> None:
        await asyncio.gather(*(world.desk.reader.read(account.id) for account in accounts))

    world.run(all_of_them())
    assert world.books()["most_open_requests"] == 3


@pytest.mark.parametrize("provider", READ)
@pytest.mark.parametrize("mode", ["", "self", "{other}/a?b=c", "//127.0.0.1/x", "file:///etc/passwd"])
def test_a_redirect_never_carries_the_key(world: World, provider: str, mode: str) -> None:
    account = world.add(provider)
    world.fault(FaultKind.REDIRECT, provider, mode=mode)
    trouble = world.trouble(account)
    assert trouble.kind is TroubleKind.BAD_ANSWER
    assert "redirect" in trouble.message
    other = world.books()["other_origin"]
    assert (other["requests"], other["credentials"], other["credential_headers"]) == (0, 0, 0)
    assert world.requests(provider) == 1


def test_the_key_goes_only_where_the_vendor_wants_it(world: World) -> None:
    for provider in READ:
        world.snapshot(world.add(provider))
    places = {(each["owner"].split("/")[0], each["part"], each["name"]) for each in world.books()["credentials"]}
    assert places == {
        ("ranktracker", "header", "authorization"),
        ("leadboxer", "header", "x-api-key"),
        ("capsolver", "body", "clientKey"),
    }


def test_a_key_changed_while_it_is_tried_is_not_blamed_for_the_old_one(world: World) -> None:
    account = world.add("ranktracker", key="tkn_usr_wrong")
    world.fault(FaultKind.LATENCY, seconds=0.1, times=1)

    async def story() -> Outcome:
        reading = asyncio.ensure_future(world.desk.reader.read(account.id))
        await soon(lambda: world.requests("ranktracker") == 1)
        await world.desk.registry.change(account, {"key": world.key("ranktracker")})
        return await reading

    reading = world.run(story()).reading
    assert reading.trouble is None
    assert reading.due_at is not None


def test_an_account_removed_while_it_is_read_leaves_no_trace_of_that_reading(world: World) -> None:
    account = world.add("ranktracker")
    world.fault(FaultKind.LATENCY, seconds=0.1)

    async def story() -> None:
        reading = asyncio.ensure_future(world.desk.reader.read(account.id))
        await soon(lambda: world.requests("ranktracker") == 1)
        await world.desk.registry.remove(account)
        with pytest.raises(KeyError):
            await reading

    world.run(story())
    assert world.desk.tools.history.latest([account.id]).result()[account.id].snapshot is None


def test_trying_a_key_keeps_nothing(world: World) -> None:
    draft = world.draft("ranktracker").changed(id="draft")
    tried = world.run(world.desk.reader.test(draft, {"key": world.key("ranktracker")}))
    refused = world.run(world.desk.reader.test(draft, {"key": "tkn_usr_nothing"}))
    assert getattr(tried, "pools", ())
    assert getattr(refused, "kind", None) is TroubleKind.KEY_REJECTED
    assert world.memory.items == {}
    assert world.desk.tools.chosen.accounts == ()


@pytest.mark.parametrize("waiting", [0, 18])
def test_quitting_waits_neither_for_what_is_being_asked_nor_for_what_waits_its_turn(world: World, waiting: int) -> None:
    accounts = [*accounts_of_one_origin(world, MOST_OF_ONE + waiting), world.add("leadboxer")]
    world.fault(FaultKind.HANG)

    async def story() -> float:
        loop = asyncio.get_running_loop()
        asked = [asyncio.ensure_future(world.desk.reader.read(account.id)) for account in accounts]
        await soon(lambda: world.books()["open_requests"] == MOST_OF_ONE + 1)
        began = loop.time()
        await world.desk.reader.close()
        ended = await asyncio.gather(*asked, return_exceptions=True)
        assert all(isinstance(each, asyncio.CancelledError) for each in ended)
        return loop.time() - began

    assert world.run(story()) < 2
    assert world.books()["most_open_requests"] == MOST_OF_ONE + 1
