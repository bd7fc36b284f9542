"""B3 and its kin: why an import stops, that nothing is sent after it, and how it goes on."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.desk.posting import CREATE, WORDS, Post, once
from tests.desk.world import World

from creditdesk.core.sending import Sending, Stop
from creditdesk.core.series import EventKind
from creditdesk.desk.sending import Sender, SendError, Timing
from creditdesk.sandbox import FaultKind
from creditdesk.store.history import History

SUMMARY = {"accepted": 0, "refused": 0, "unknown": 0, "not_sent": 0}


@pytest.fixture
def post(world: World) -> Iterator[Post]:
    opened = Post.open(world)
    yield opened
    opened.close()


def why(sending: Sending) -> tuple[Stop, dict[str, int]]:
    return sending.stop, sending.summary


def test_after_the_first_402_nothing_is_sent(post: Post) -> None:
    post.consume_then_refuse(skip=2)  # of the readings: one at the start, one before each request
    ended = post.send()
    assert why(ended) == (Stop.OVER_QUOTA, {**SUMMARY, "accepted": 4, "refused": 4, "not_sent": 2})
    assert "over" not in ended.stop_detail.casefold() or "(HTTP 402)" in ended.stop_detail
    visits = post.world.running.call(lambda box: [each for each in box.counters.visits if each.request == CREATE])
    assert [visit.status for visit in visits] == [201, 402]


def test_when_places_come_free_the_rest_is_sent_and_nothing_twice(post: Post) -> None:
    post.consume_then_refuse(skip=2)
    ended = post.send()
    assert ended.stop is Stop.OVER_QUOTA
    post.world.set("ranktracker", usage={"keywords": 100, "dataRows": 100})
    again = post.run(ended)
    assert why(again) == (Stop.NONE, {**SUMMARY, "accepted": 10})
    assert post.created() == once()
    assert post.posts() == 4


def test_it_stops_before_a_request_when_a_reading_says_that_the_rest_does_not_fit(post: Post) -> None:
    post.world.fault(FaultKind.CONSUME_BETWEEN, "ranktracker", times=1, skip=1, amounts={"keywords": 4_000})
    post.world.set("ranktracker", limits={"keywords": 842 + 12 + 4_000, "dataRows": 50_000}, usage={"keywords": 842})
    ended = post.send(WORDS[:8])
    assert why(ended) == (Stop.QUOTA_SHORT, {**SUMMARY, "accepted": 4, "not_sent": 4})
    assert ended.stop_detail == "The remaining 4 keywords need 8 keywords of Keywords; 4 are left."
    assert post.posts() == 1


def test_exactly_enough_is_sent(post: Post) -> None:
    usage = post.world.state("ranktracker")["usage"]
    post.world.set("ranktracker", limits={"keywords": usage["keywords"] + 20, "dataRows": usage["dataRows"] + 20})
    assert why(post.send()) == (Stop.NONE, {**SUMMARY, "accepted": 10})


def test_another_refusal_stops_and_the_refused_batch_stays_refused(post: Post) -> None:
    post.fault(FaultKind.ERROR, status=422, mode="invalid", times=1, skip=1)
    ended = post.send()
    assert why(ended) == (Stop.REFUSED, {**SUMMARY, "accepted": 4, "refused": 4, "not_sent": 2})
    assert "(HTTP 422)" in ended.stop_detail
    assert post.posts() == 2
    again = post.run(ended)
    assert why(again) == (Stop.NONE, {**SUMMARY, "accepted": 6, "refused": 4})
    assert again.ended_at is not None
    report = post.world.run(post.sender.report(ended.id))
    assert [fate for _, _, fate, _ in report] == ["accepted"] * 4 + ["refused"] * 4 + ["accepted"] * 2
    assert all("(HTTP 422)" in detail for _, _, fate, detail in report if fate == "refused")


def test_a_place_that_is_gone_is_a_refusal(post: Post) -> None:
    sending = post.start()
    post.world.set("ranktracker", domains=["another.example"])
    ended = post.run(sending)
    assert ended.stop is Stop.TROUBLE  # its list is asked first
    assert post.posts() == 0


def test_a_rejected_key_sends_nothing(post: Post) -> None:
    sending = post.start()
    post.world.set("ranktracker", revoked=True)
    assert why(post.run(sending)) == (Stop.TROUBLE, {**SUMMARY, "not_sent": 10})
    post.world.set("ranktracker", revoked=False)
    post.world.desk.reader.forget_trouble(post.account.id)
    assert why(post.run(sending)) == (Stop.NONE, {**SUMMARY, "accepted": 10})


def test_a_key_that_is_rejected_in_the_middle_loses_nothing(post: Post) -> None:
    post.fault(FaultKind.REJECT, times=1, skip=1)
    ended = post.send()
    assert why(ended) == (Stop.REFUSED, {**SUMMARY, "accepted": 4, "refused": 4, "not_sent": 2})
    assert why(post.run(ended)) == (Stop.NONE, {**SUMMARY, "accepted": 10})
    assert post.created() == once()


def test_no_network_sends_nothing_and_says_so(post: Post) -> None:
    sending = post.start()
    post.world.run(post.world.desk.registry.change(post.account.changed(base_url="http://127.0.0.1:9/ranktracker")))
    with pytest.raises(SendError, match="another vendor or address"):
        post.run(sending)
    post.world.run(post.world.desk.registry.change(post.account))
    post.world.memory.fail("KeyringLocked")
    ended = post.run(sending)
    assert why(ended) == (Stop.TROUBLE, {**SUMMARY, "not_sent": 10})
    assert post.posts() == 0


def test_a_longer_wait_than_one_waits_for_is_told_and_the_batch_is_looked_up_later(post: Post) -> None:
    post.fault(FaultKind.THROTTLE, retry_after=3_600, times=1, skip=1, after_work=True)
    ended = post.send()
    assert why(ended) == (Stop.TROUBLE, {**SUMMARY, "accepted": 4, "unknown": 4, "not_sent": 2})
    assert ended.retry_at == post.world.clock() + timedelta(hours=1)
    assert why(post.run(ended)) == (Stop.NONE, {**SUMMARY, "accepted": 10})
    assert (post.posts(), post.created()) == (3, once())


def test_the_vendor_is_waited_for_as_long_as_it_says(post: Post) -> None:
    post.fault(FaultKind.THROTTLE, retry_after=0.2, times=1)
    sending = post.start()
    loop_time = post.world.run(_timed(post, sending))
    assert loop_time >= 0.2
    waits = [each.retry_at for each in post.seen if each.retry_at]
    assert waits[0] == post.world.clock() + timedelta(seconds=0.2)


async def _timed(post: Post, sending: Sending) -> float:
    import asyncio

    began = asyncio.get_running_loop().time()
    await post.sender.run(sending.id, post.seen.append)
    return asyncio.get_running_loop().time() - began


def test_a_throttled_reading_is_waited_for(post: Post) -> None:
    sending = post.start()
    post.world.fault(FaultKind.STATUS, "ranktracker", path="/v1/account", status=503, times=2)
    assert why(post.run(sending)) == (Stop.NONE, {**SUMMARY, "accepted": 10})


def test_the_activity_page_is_told_why_it_stopped(post: Post) -> None:
    post.consume_then_refuse(skip=2)
    post.send()

    async def events() -> list[str]:
        found = await post.world.desk.tools.history.events(50, None, post.account.id)
        return [each.detail for each in found if each.kind is EventKind.SEND_STOPPED]

    assert post.world.run(events()) == [
        "the vendor refused for want of quota: 4 of 10 keywords sent to northlight-shoes.example"
    ]


# ---- an outbox that cannot be written


STUCK = "CREATE TEMP TRIGGER stuck_{0} BEFORE UPDATE ON {0} BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"


def frozen(history: History) -> None:
    """From now on the outbox takes no step."""
    for table in ("batch", "sending"):
        history.connections.write(lambda connection, table=table: connection.execute(STUCK.format(table))).result(10)


def thawed(history: History) -> None:
    for table in ("batch", "sending"):
        drop = f"DROP TRIGGER stuck_{table}"
        history.connections.write(lambda connection, drop=drop: connection.execute(drop)).result(10)


def test_nothing_is_sent_when_the_outbox_cannot_be_written(post: Post) -> None:
    sending = post.start()
    history = post.world.desk.tools.history
    frozen(history)
    with pytest.raises(SendError, match="the disk is full"):
        post.run(sending)
    assert post.posts() == 0
    thawed(history)
    assert why(post.run(sending)) == (Stop.NONE, {**SUMMARY, "accepted": 10})


def test_an_outcome_that_cannot_be_written_is_looked_up_later_and_not_sent_again(post: Post) -> None:
    sending = post.start()
    history = post.world.desk.tools.history
    told: list[Sending] = []

    def freeze_at_the_request(seen: Sending) -> None:
        told.append(seen)
        if seen.summary["unknown"] and len(told) == 1:
            frozen(history)

    async def story() -> None:
        with pytest.raises(SendError, match="stands still"):
            await post.sender.run(sending.id, freeze_at_the_request)

    post.world.run(story())
    assert post.posts() == 1
    thawed(history)
    assert why(post.run(sending)) == (Stop.NONE, {**SUMMARY, "accepted": 10})
    assert (post.posts(), post.created()) == (3, once())


def test_a_desk_that_keeps_nothing_sends_nothing(world: World) -> None:
    post = Post.open(world)
    plan = post.plan()
    post.close()
    world.run(world.desk.close())
    path = world.places.database
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")  # a newer program's file: it is read, and not written
    connection.commit()
    connection.close()
    world.restart()
    sender = Sender(world.desk.tools, world.desk.reader, timing=Timing(settle_s=0.1))
    with pytest.raises(SendError, match="cannot be written down"):
        world.run(sender.start(plan))
    world.run(sender.close())
