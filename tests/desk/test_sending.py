"""An import is sent batch after batch, told line by line; what may have arrived is never sent again by itself."""

import asyncio
from collections.abc import Iterator
from decimal import Decimal

import pytest
from tests.desk.posting import CREATE, ENGINES, LIST, OPERATION, WORDS, Post, once
from tests.desk.world import World, soon

from creditdesk.core.sending import BatchState, Sending, Stop
from creditdesk.core.series import EventKind
from creditdesk.desk.sending import Sender, SendError, Timing
from creditdesk.sandbox import FaultKind

SUMMARY = {"accepted": 0, "refused": 0, "unknown": 0, "not_sent": 0}


@pytest.fixture
def post(world: World) -> Iterator[Post]:
    opened = Post.open(world)
    yield opened
    opened.close()


def states(sending: Sending) -> list[str]:
    return [batch.state.value for batch in sending.batches]


def test_an_import_is_sent_whole_and_its_real_cost_is_read(post: Post) -> None:
    ended = post.send()
    assert (ended.stop, ended.summary) == (Stop.NONE, {**SUMMARY, "accepted": 10})
    assert states(ended) == ["accepted"] * 3
    assert post.created() == once()
    assert ended.ended_at == post.world.clock()
    assert ended.spent == {"keywords": 20, "data-rows": 20, "on-demand": 0, "serp-analyser": 0}
    assert ended.expected == {"keywords": Decimal(20), "data-rows": Decimal(20)}
    assert post.requests()[CREATE] == 3
    report = post.world.run(post.sender.report(ended.id))
    assert report == tuple((number, word, "accepted", "") for number, word in enumerate(WORDS, 1))


def test_what_a_keyword_really_took_is_known_after_it(post: Post) -> None:
    post.world.set("ranktracker", rows_per_keyword=3)
    ended = post.send()
    assert ended.spent is not None
    learned = post.world.run(post.sender.observed(post.account.id, OPERATION))
    assert learned is not None
    assert (learned.each["data-rows"], learned.times["data-rows"], learned.times["keywords"]) == (3, 3, 1)
    assert post.world.run(post.sender.observed(post.account.id, "other")) is None


def test_the_quota_is_read_before_each_request_and_after_the_last(post: Post) -> None:
    before = post.requests()
    post.send()
    usage = "GET /v1/account/usage"
    assert post.requests()[usage] - before[usage] == 1 + 3 + 1  # at the start, before each of three, at the end


def test_every_step_is_told(post: Post) -> None:
    post.send(WORDS[:5], 4)
    assert [each.summary["accepted"] for each in post.seen] == [0, 4, 4, 5]
    assert [each.summary["unknown"] for each in post.seen] == [4, 0, 1, 0]


def test_the_activity_page_is_told(post: Post) -> None:
    post.send()
    events = post.world.run(_events(post))
    assert (events[0].kind, events[0].amount, events[0].unit) == (EventKind.SENT, 10, "keywords")
    assert events[0].detail == "10 of 10 keywords sent to northlight-shoes.example"


async def _events(post: Post) -> list:  # type: ignore[type-arg]
    found = await post.world.desk.tools.history.events(20, None, post.account.id)
    return [each for each in found if each.kind in (EventKind.SENT, EventKind.SEND_STOPPED, EventKind.SETTLED)]


def test_sendings_outlive_a_restart(post: Post) -> None:
    ended = post.send()
    post.again()
    (found,) = post.world.run(post.sender.sendings(post.account.id))
    assert found == ended
    assert post.world.run(post.sender.items(found.id)) == WORDS
    assert post.world.run(post.sender.sendings("other")) == ()


# ---- B2: what may have arrived

ARRIVED = [
    (FaultKind.RESET, {"after_work": True}),
    (FaultKind.RESET, {"mode": "head"}),
    (FaultKind.RESET, {"mode": "mid"}),
    (FaultKind.STATUS, {"status": 500, "after_work": True}),
    (FaultKind.STATUS, {"status": 502, "after_work": True}),
    (FaultKind.STATUS, {"status": 503, "after_work": True}),
    (FaultKind.STATUS, {"status": 429, "after_work": True}),
    (FaultKind.THROTTLE, {"after_work": True}),
    (FaultKind.HTML, {"after_work": True}),
    (FaultKind.EMPTY, {}),
    (FaultKind.TRUNCATED, {"mode": "body"}),
    (FaultKind.TRUNCATED, {"mode": "transfer"}),
    (FaultKind.TRUNCATED, {"mode": "chunked"}),
    (FaultKind.HANG, {"after_work": True}),
    (FaultKind.HANG, {"mode": "head"}),
    (FaultKind.REDIRECT, {"after_work": True}),
    (FaultKind.LATENCY, {"seconds": 0.5, "mode": "stubborn"}),
    (FaultKind.GZIP_BOMB, {}),
    (FaultKind.DUP_KEYS, {}),
]


@pytest.mark.parametrize(("kind", "fields"), ARRIVED, ids=[f"{kind} {fields}" for kind, fields in ARRIVED])
def test_a_batch_that_arrived_although_it_did_not_look_so_is_sent_once(
    post: Post, kind: FaultKind, fields: dict
) -> None:  # type: ignore[type-arg]
    post.fault(kind, times=1, skip=1, **fields)
    ended = post.send()
    assert post.created() == once()
    assert (ended.stop, ended.summary) == (Stop.NONE, {**SUMMARY, "accepted": 10})
    assert post.posts() == 3


LOST = [
    (FaultKind.RESET, {}),
    (FaultKind.STATUS, {"status": 500}),
    (FaultKind.STATUS, {"status": 503}),
    (FaultKind.STATUS, {"status": 504}),
    (FaultKind.THROTTLE, {"retry_after": 0}),
    (FaultKind.HTML, {}),
    (FaultKind.HANG, {}),
    (FaultKind.REDIRECT, {}),
]


@pytest.mark.parametrize(("kind", "fields"), LOST, ids=[f"{kind} {fields}" for kind, fields in LOST])
def test_a_batch_that_the_vendors_list_does_not_have_is_sent_again(post: Post, kind: FaultKind, fields: dict) -> None:  # type: ignore[type-arg]
    post.fault(kind, times=1, skip=1, **fields)
    ended = post.send()
    assert post.created() == once()
    assert (ended.stop, ended.summary) == (Stop.NONE, {**SUMMARY, "accepted": 10})
    assert post.posts() == 4


def test_a_lost_batch_is_settled_after_the_others_and_after_the_quiet_time(post: Post) -> None:
    post.fault(FaultKind.RESET, times=1)
    sending = post.start()

    async def story(task: "asyncio.Task[Sending]") -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        await post.soon_posted(1)
        lost_at = loop.time()
        await post.soon_posted(3)
        others_at = loop.time() - lost_at
        await post.soon_posted(4)
        return others_at, loop.time() - lost_at

    others_s, again_s = post.while_running(sending, story)
    assert others_s < 0.3 <= again_s


def test_a_batch_is_not_settled_while_the_list_cannot_be_read(post: Post) -> None:
    post.fault(FaultKind.RESET, times=1, after_work=True)
    post.fault(FaultKind.STATUS, method="GET", status=500, skip=1)
    ended = post.send()
    assert (ended.stop, ended.summary) == (Stop.UNKNOWN, {**SUMMARY, "accepted": 6, "unknown": 4})
    assert post.posts() == 3
    post.run(ended)
    assert post.posts() == 3
    post.world.clear()
    settled = post.world.run(post.sender.settle(ended.id))
    assert settled.summary == {**SUMMARY, "accepted": 10}
    assert (settled.stop, settled.ended_at is None) == (Stop.NONE, False)
    assert post.created() == once()


def test_a_batch_of_which_the_vendor_has_a_part_waits_for_the_user(post: Post) -> None:
    post.fault(FaultKind.RESET, times=1, after_work=True)
    post.fault(FaultKind.STATUS, method="GET", status=500, skip=1)
    ended = post.send()
    post.world.clear()
    rows = post.world.run(post.sender.tracked(post.account.id, OPERATION, post.place.id))
    gone = [row.id for row in rows if row.text == WORDS[0]]
    post.world.run(post.sender.remove_rows(post.account.id, OPERATION, post.place.id, gone))
    for _ in range(2):
        ended = post.run(ended)
        assert (ended.stop, ended.summary["unknown"]) == (Stop.UNKNOWN, 4)
    assert ended.stop_detail == "The vendor's list has 6 of its 8 rows."
    assert post.posts() == 3
    after = post.world.run(post.sender.settle_by_hand(ended.id, 1, arrived=True))
    assert after.summary == {**SUMMARY, "accepted": 10}
    assert post.run(after).stop is Stop.NONE
    assert post.posts() == 3


def test_the_user_may_say_that_a_batch_did_not_arrive(post: Post) -> None:
    post.fault(FaultKind.RESET, times=1)
    post.fault(FaultKind.STATUS, method="GET", status=500, skip=1)
    ended = post.send()
    assert ended.summary["unknown"] == 4
    post.world.clear()
    after = post.world.run(post.sender.settle_by_hand(ended.id, 1, arrived=False))
    assert after.summary == {**SUMMARY, "accepted": 6, "not_sent": 4}
    assert post.run(after).summary == {**SUMMARY, "accepted": 10}
    assert post.created() == once()
    with pytest.raises(SendError, match="known already"):
        post.world.run(post.sender.settle_by_hand(ended.id, 1, arrived=False))


def test_a_vendor_that_loses_every_request_is_not_asked_for_ever(world: World) -> None:
    post = Post.open(world, Timing(settle_s=0.02, deadline_s=0.25, throttle_s=0.001, tries=3))
    post.fault(FaultKind.STATUS, status=503)
    ended = post.send()
    assert (ended.stop, ended.summary) == (Stop.TROUBLE, {**SUMMARY, "not_sent": 10})
    assert ended.stop_detail == "The vendor took none of 4 items although they were sent 3 times."
    assert (post.posts(), post.created()) == (3, {})
    post.close()


def test_rows_that_were_there_before_do_not_make_a_lost_batch_accepted(post: Post) -> None:
    post.send()
    post.world.clock.move(minutes=10)
    post.fault(FaultKind.RESET, times=1)
    again = post.send(again=True)
    assert again.summary == {**SUMMARY, "accepted": 10}
    assert set(post.created().values()) == {2}  # the vendor counts repeats, and each was asked for twice


@pytest.mark.parametrize("after_work", [True, False])
def test_a_batch_that_was_on_its_way_when_the_desk_died_is_settled_by_the_list(post: Post, after_work: bool) -> None:
    sending = post.start()
    post.fault(FaultKind.HANG, times=1, after_work=after_work)

    async def die(task: "asyncio.Task[Sending]") -> None:
        await post.soon_posted()
        task.cancel()

    post.while_running(sending, die)
    post.again()
    (found,) = post.world.run(post.sender.sendings())
    assert (states(found), found.summary["unknown"]) == (["unknown", "planned", "planned"], 4)
    assert post.run(found).summary == {**SUMMARY, "accepted": 10}
    assert post.created() == once()
    assert post.posts() == (3 if after_work else 4)


# ---- pausing and cancelling


@pytest.mark.alone
def test_cancel_while_the_vendor_is_waited_for_stops_within_a_second(post: Post) -> None:
    sending = post.start()
    post.fault(FaultKind.THROTTLE, retry_after=600, times=1)

    async def story(task: "asyncio.Task[Sending]") -> tuple[Sending, float]:
        await soon(lambda: any(each.retry_at for each in post.seen))
        loop = asyncio.get_running_loop()
        began = loop.time()
        await post.sender.cancel(sending.id)
        return await task, loop.time() - began

    before = None
    ended, took_s = post.while_running(sending, story)
    assert took_s < 1
    assert (ended.stop, ended.summary) == (Stop.CANCELLED, {**SUMMARY, "unknown": 4, "not_sent": 6})
    before = post.requests()
    assert post.run(ended).stop is Stop.CANCELLED
    assert post.posts() == before[CREATE] == 1
    settled = post.world.run(post.sender.settle(sending.id))
    assert settled.summary == {**SUMMARY, "not_sent": 10}
    assert post.run(settled).stop is Stop.CANCELLED
    assert (post.posts(), post.created()) == (1, {})


def test_cancel_lets_the_request_that_is_on_its_way_tell_its_end(post: Post) -> None:
    sending = post.start()
    post.fault(FaultKind.LATENCY, seconds=0.15, times=1)

    async def story(task: "asyncio.Task[Sending]") -> Sending:
        await post.soon_posted()
        await post.sender.cancel(sending.id)
        return await task

    ended = post.while_running(sending, story)
    assert (ended.stop, states(ended)) == (Stop.CANCELLED, ["accepted", "cancelled", "cancelled"])
    assert (post.posts(), post.requests()[LIST]) == (1, 1)
    report = post.world.run(post.sender.report(sending.id))
    assert [fate for _, _, fate, _ in report] == ["accepted"] * 4 + ["not sent"] * 6


@pytest.mark.alone
def test_cancel_during_the_quiet_time_stops_at_once(world: World) -> None:
    post = Post.open(world, Timing(settle_s=600, deadline_s=0.25))
    sending = post.start()
    post.fault(FaultKind.RESET, times=1)

    async def story(task: "asyncio.Task[Sending]") -> tuple[Sending, float]:
        await soon(lambda: any(each.retry_at for each in post.seen))
        loop = asyncio.get_running_loop()
        began = loop.time()
        await post.sender.cancel(sending.id)
        return await task, loop.time() - began

    ended, took_s = post.while_running(sending, story)
    assert took_s < 1
    assert ended.summary == {**SUMMARY, "accepted": 6, "unknown": 4}
    post.close()


def test_a_paused_import_goes_on_when_it_is_run_again(post: Post) -> None:
    sending = post.start()
    post.fault(FaultKind.LATENCY, seconds=0.1, times=1)

    async def story(task: "asyncio.Task[Sending]") -> Sending:
        await post.soon_posted()
        await post.sender.pause(sending.id)
        return await task

    paused = post.while_running(sending, story)
    assert (paused.stop, paused.summary) == (Stop.PAUSED, {**SUMMARY, "accepted": 4, "not_sent": 6})
    assert post.posts() == 1
    assert post.run(paused).summary == {**SUMMARY, "accepted": 10}
    assert post.created() == once()


def test_another_process_may_cancel(post: Post) -> None:
    sending = post.start()
    other = Sender(post.world.desk.tools, post.world.desk.reader)
    post.fault(FaultKind.LATENCY, seconds=0.1, times=1)

    async def story(task: "asyncio.Task[Sending]") -> Sending:
        await post.soon_posted()
        await other.cancel(sending.id)
        return await task

    ended = post.while_running(sending, story)
    assert (ended.stop, states(ended)) == (Stop.CANCELLED, ["accepted", "cancelled", "cancelled"])
    assert post.posts() == 1
    post.world.run(other.close())


def test_an_account_sends_one_import_at_a_time_over_all_senders(post: Post) -> None:
    first = post.start()
    post.world.clock.move(seconds=1)
    second = post.start(tuple(f"other {word}" for word in WORDS))
    other = Sender(post.world.desk.tools, post.world.desk.reader)
    post.fault(FaultKind.LATENCY, seconds=0.1, times=1)

    async def story(task: "asyncio.Task[Sending]") -> Sending:
        await post.soon_posted()
        for sender, sending in ((post.sender, second), (other, second), (other, first)):
            with pytest.raises(SendError, match="sending already"):
                await sender.run(sending.id)
        assert [each.summary["unknown"] for each in await other.sendings()] == [0, 4]
        return await task

    assert post.while_running(first, story).summary == {**SUMMARY, "accepted": 10}
    assert post.run(second).summary == {**SUMMARY, "accepted": 10}
    post.world.run(other.close())


def test_the_rows_an_item_is_sent_with_are_the_search_engines(post: Post) -> None:
    ended = post.send(rows=ENGINES[:1])
    assert (ended.rows, ended.factors) == (ENGINES[:1], {"engines": "1"})
    assert {device for _, device in post.created()} == {"desktop"}
    assert BatchState.ACCEPTED in {batch.state for batch in ended.batches}


def test_a_vendor_that_answers_nothing_is_asked_three_times_and_then_left_alone(world: World) -> None:
    post = Post.open(world, Timing(settle_s=0.05, deadline_s=0.25))
    post.fault(FaultKind.STATUS, status=500)
    ended = post.send(batch=1)
    assert (ended.stop, ended.summary) == (Stop.TROUBLE, {**SUMMARY, "not_sent": 10})
    assert "(HTTP 500)" in ended.stop_detail
    assert post.posts() == 3
    world.clear()
    assert post.run(ended).summary == {**SUMMARY, "accepted": 10}
    assert post.created() == once()
    post.close()


def test_a_vendor_that_answers_nothing_and_does_it_all_the_same_is_gone_on_with(world: World) -> None:
    post = Post.open(world, Timing(settle_s=0.05, deadline_s=0.25))
    post.fault(FaultKind.STATUS, status=500, after_work=True)
    ended = post.send(batch=1)
    assert (ended.stop, ended.summary) == (Stop.NONE, {**SUMMARY, "accepted": 10})
    assert (post.posts(), post.created()) == (10, once())
    post.close()


def test_an_import_that_has_ended_cannot_be_cancelled_or_paused(post: Post) -> None:
    ended = post.send()
    assert post.world.run(post.sender.cancel(ended.id)) == ended
    assert post.world.run(post.sender.pause(ended.id)) == ended


def test_an_account_that_is_removed_meanwhile_stops_it(post: Post) -> None:
    sending = post.start()
    post.fault(FaultKind.LATENCY, seconds=0.1, times=1)

    async def story(task: "asyncio.Task[Sending]") -> Sending:
        await post.soon_posted()
        await post.world.desk.registry.remove(post.account)
        return await task

    ended = post.while_running(sending, story)
    assert (ended.stop, ended.summary["accepted"]) == (Stop.TROUBLE, 4)
    assert post.posts() == 1


def test_the_key_is_in_no_file_that_an_import_leaves(post: Post) -> None:
    post.fault(FaultKind.RESET, times=1, after_work=True)
    post.fault(FaultKind.ERROR, status=422, mode="invalid", times=1, skip=2)
    post.send()
    key = post.world.key("ranktracker").encode()
    files = [path for path in post.world.places.data_dir.rglob("*") if path.is_file()]
    assert [path.name for path in files if path.name.startswith("history")]
    assert [path.name for path in files if key[8:24] in path.read_bytes()] == []
