"""A list that was sent once is not sent there again unless the user says so: no keyword is made, or paid, twice."""

import asyncio
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from tests.desk.posting import ENGINES, OPERATION, WORDS, Post, once
from tests.desk.world import World

from creditdesk.core.queueing import Queue
from creditdesk.core.sending import Stop, split
from creditdesk.desk.send_before import SentBefore
from creditdesk.desk.send_plans import OverLimit
from creditdesk.desk.send_start import Rest
from creditdesk.sandbox import FaultKind

PROVE = bool(os.environ.get("CREDITDESK_PROVE"))


@pytest.fixture
def post(world: World) -> Iterator[Post]:
    opened = Post.open(world)
    yield opened
    opened.close()


def test_the_same_list_planned_anew_is_not_made_twice_and_nobody_is_asked(post: Post) -> None:
    post.send()
    plan = post.plan(tuple(word.upper() for word in WORDS), batch=5)
    before = post.requests()
    with pytest.raises(SentBefore, match=r"10 of these 10 keywords were accepted by northlight-shoes.example on") as no:
        post.world.run(post.sender.start(plan))
    assert no.value.before.items == tuple(word.upper() for word in WORDS)
    assert post.requests() == before
    assert post.created() == once()
    assert len(post.world.run(post.sender.sendings(post.account.id))) == 1


def test_what_the_user_says_is_to_be_sent_again_is(post: Post) -> None:
    post.send()
    post.world.clock.move(days=1)
    post.run(post.world.run(post.sender.start(post.plan(), again=True)))
    assert post.created() == {key: 2 for key in once()}


def test_what_is_left_out_leaves_the_new_items(post: Post) -> None:
    post.send(WORDS[:6])
    with pytest.raises(SentBefore, match="6 of these 10 keywords") as no:
        post.start(batch=5)
    post.send(batch=5, leave_out=no.value.before.items)
    assert post.created() == once()


def test_another_search_engine_is_another_row_and_one_of_two_is_told(post: Post) -> None:
    post.send(rows=ENGINES[:1])
    with pytest.raises(SentBefore, match="10 of them on some of the search engines only"):
        post.start()
    post.send(rows=ENGINES[1:], batch=5)
    assert post.created() == once()


def test_a_search_engine_in_another_spelling_is_the_same_row(post: Post) -> None:
    post.send(rows=ENGINES[:1])
    with pytest.raises(SentBefore):
        post.start(rows=({**ENGINES[0], "location": "united  STATES"},))


def test_another_domain_knows_nothing_of_it(post: Post) -> None:
    post.send()
    places = post.world.run(post.sender.places(post.account.id))
    assert post.start(place=places[1]).count == 10


def test_what_waits_in_another_import_is_not_begun_beside_it_until_that_is_cancelled(post: Post) -> None:
    waits = post.start()
    post.world.clock.move(days=1)
    with pytest.raises(SentBefore, match=r"10 of these 10 keywords are in another import to .* that is not finished"):
        post.start(batch=5)
    post.world.run(post.sender.cancel(waits.id))
    post.send(batch=5)
    assert post.created() == once()


def test_a_queued_list_and_a_queued_rest_are_compared_too(post: Post) -> None:
    post.send(WORDS[:5])
    with pytest.raises(SentBefore):
        post.world.run(post.sender.queue(post.plan(), Queue()))
    rest = Rest(post.plan(WORDS[:4], batch=2), Queue())
    with pytest.raises(SentBefore) as no:
        post.world.run(post.sender.start(post.plan(WORDS[5:]), None, False, rest))
    assert (no.value.before.rest, len(no.value.before.items)) == (True, 4)
    assert len(post.world.run(post.sender.sendings(post.account.id))) == 1
    queued = post.world.run(post.sender.queue(post.plan(), Queue(), again=True))
    assert queued.stop is Stop.QUEUED


def test_a_big_outbox_is_compared_at_once(post: Post) -> None:
    """An hour's worth of items in the outbox costs a moment."""
    count = 1_000_000 if PROVE else 100_000
    words = tuple(f"word number {number}" for number in range(count))
    small = post.start()
    old = replace(small, id="old", count=count, plan="old", batches=())
    outbox = post.sender._outbox
    post.world.run(_kept(outbox.add(replace(old, batches=split(count, 10_000)), words, range(count))))
    began = time.perf_counter()
    where = (post.account.id, OPERATION, post.place.id)
    found = post.world.run(post.sender.sent_before(*where, ENGINES, words))
    took = time.perf_counter() - began
    print(f"{count:,} items: {took:.2f} s")
    assert found is not None and len(found.items) == count
    assert took < 20 * count / 1_000_000 + 2


async def _kept(pending: object) -> None:
    await pending  # type: ignore[misc]


def test_two_plans_of_the_same_list_begun_in_the_same_instant_give_one_import(post: Post) -> None:
    """As two programs would: both look before either has written."""
    first = post.plan(batch=5)
    post.world.clock.move(seconds=1)
    plans = (first, post.plan(batch=4))

    async def both() -> list[object]:
        return list(await asyncio.gather(*map(post.sender.start, plans), return_exceptions=True))

    ended = post.world.run(both())
    assert sorted(type(each).__name__ for each in ended) == ["Sending", "SentBefore"]
    (begun,) = post.world.run(post.sender.sendings(post.account.id))
    post.run(begun)
    assert post.created() == once()


# ---- the plan's own reserve


def test_the_higher_of_the_plans_and_the_accounts_reserve_is_kept_or_asked_about(post: Post) -> None:
    left = post.world.left(post.account)["keywords"]
    assert left is not None
    plan = post.plan(reserve={"keywords": left - Decimal(5)})
    with pytest.raises(OverLimit, match="reserve"):
        post.world.run(post.sender.start(plan))
    post.run(post.world.run(post.sender.start(plan, confirmed=True)))
    assert post.created() == once()


def test_a_plan_that_keeps_its_reserve_is_sent(post: Post) -> None:
    left = post.world.left(post.account)["keywords"]
    assert left is not None
    post.send(reserve={"keywords": left - Decimal(20)})
    assert post.created() == once()


def test_a_queued_import_keeps_the_plans_reserve(post: Post) -> None:
    left = post.world.left(post.account)["keywords"]
    assert left is not None
    plan = post.plan(reserve={"keywords": left - Decimal(5)})
    queued = post.world.run(post.sender.queue(plan, Queue()))
    ended = post.run(queued)
    assert "reserve" in ended.stop_detail
    assert not post.created()


def test_the_plans_reserve_stays_while_others_use_what_is_left(post: Post) -> None:
    """It is looked at before each request, and is still known after a restart."""
    left = post.world.left(post.account)["keywords"]
    assert left is not None
    begun = post.start(reserve={"keywords": left - Decimal(30)})
    amounts = {"keywords": 15}
    post.world.fault(FaultKind.CONSUME_BETWEEN, "ranktracker", times=1, amounts=amounts)
    ended = post.run(begun)
    assert (ended.stop, ended.summary["accepted"]) == (Stop.QUOTA_SHORT, 4)
    assert "and the reserve stays" in ended.stop_detail
    post.again()
    (kept,) = post.world.run(post.sender.sendings(post.account.id))
    assert kept.reserve == {"keywords": left - Decimal(30)}
