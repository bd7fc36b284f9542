"""A queued import is sent once, at its time, and only while all that was approved still holds."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.desk.killing import Slaughter
from tests.desk.posting import LIST, OPERATION, WORDS, Post, once
from tests.desk.world import START, World

from creditdesk.core.import_plan import ImportPlan, Source
from creditdesk.core.queueing import Queue
from creditdesk.core.sending import Sending, Stop
from creditdesk.desk.sending import PlanVoid, Rest, SendError
from creditdesk.sandbox import FaultKind, Sandbox, SandboxThread

LATER = START + timedelta(hours=6)


@pytest.fixture
def post(world: World) -> Iterator[Post]:
    opened = Post.open(world)
    yield opened
    opened.close()


def queue(post: Post, plan: ImportPlan | None = None, at: datetime | None = LATER, **wanted: bool) -> Sending:
    return post.world.run(post.sender.queue(plan or post.plan(), Queue(at, wanted.pop("by_itself", False)), **wanted))


def fill(post: Post, left: int) -> None:
    """So many places are left of those that the account had at the start of the test."""
    used = 5_000 - int(post.world.left(post.account)["keywords"] or 0)
    post.world.set("ranktracker", limits={"keywords": used + left, "dataRows": 50_000})


def early(post: Post, sending: Sending) -> Sending:
    return post.world.run(post.sender.run(sending.id, early=True))


def test_a_queued_import_is_kept_and_nothing_is_asked(post: Post) -> None:
    before = post.requests()
    queued = queue(post, by_itself=True)
    assert (queued.stop, queued.summary["not_sent"]) == (Stop.QUEUED, 10)
    assert queued.queue is not None
    assert (queued.queue.at, queued.queue.by_itself) == (LATER, True)
    assert post.requests() == before
    post.again()
    assert post.world.run(post.sender.sendings()) == (queued,)


def test_before_its_time_nothing_is_sent_and_after_it_all_of_it_once(post: Post) -> None:
    queued = queue(post)
    before = post.requests()
    assert post.run(queued).stop is Stop.QUEUED
    assert post.requests() == before
    post.world.clock.move(hours=6)
    ended = post.run(queued)
    assert (ended.stop, ended.queue, ended.summary["accepted"]) == (Stop.NONE, None, 10)
    assert post.run(ended).done
    assert post.created() == once()


def test_the_user_may_start_it_early(post: Post) -> None:
    assert early(post, queue(post)).done
    assert post.created() == once()


def test_it_may_be_larger_than_what_is_left_now(post: Post) -> None:
    fill(post, 5)
    queued = queue(post)
    fill(post, 20)
    post.world.clock.move(hours=6)
    assert post.run(queued).done
    assert post.created() == once()


def test_when_it_does_not_fit_at_its_time_it_stops_and_says_so(post: Post) -> None:
    queued = queue(post, by_itself=True)
    fill(post, 19)
    post.world.clock.move(hours=6)
    stopped = post.run(queued)
    assert (stopped.stop, stopped.summary["not_sent"], post.posts()) == (Stop.QUOTA_SHORT, 10, 0)
    assert stopped.stop_detail.startswith("The remaining 10 keywords need 20 keywords of Keywords; 19 are left.")
    fill(post, 20)
    assert post.run(stopped).done
    assert post.created() == once()


def test_one_that_waits_for_room_goes_on_waiting_without_it(post: Post) -> None:
    fill(post, 19)
    queued = queue(post, at=None)
    waits = post.run(queued)
    assert (waits.stop, post.posts()) == (Stop.QUEUED, 0)
    assert "19 are left" in waits.stop_detail
    fill(post, 20)
    assert post.run(waits).done
    assert post.created() == once()


def test_a_vendor_that_is_down_at_its_time_is_asked_again_later(post: Post) -> None:
    queued = queue(post)
    post.world.clock.move(hours=6)
    post.world.fault(FaultKind.STATUS, "ranktracker", status=500, method="GET", path="/v1/account", times=1)
    waits = post.run(queued)
    assert (waits.stop, post.posts(), bool(waits.stop_detail)) == (Stop.QUEUED, 0, True)
    post.world.clear()
    assert post.run(waits).done


def test_a_file_that_was_changed_meanwhile_voids_it(post: Post, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("\n".join(WORDS), encoding="utf-8")
    queued = queue(post, post.plan(source=Source(file=str(path), name=path.name)))
    path.write_text("\n".join(WORDS[:9]), encoding="utf-8")
    post.world.clock.move(hours=6)
    for _ in range(2):
        stopped = post.run(queued)
        assert (stopped.stop, post.posts()) == (Stop.TROUBLE, 0)
        assert "list.txt is not the file of the plan any more" in stopped.stop_detail
    path.unlink()
    assert "cannot be read" in early(post, queued).stop_detail
    path.write_text("\n".join(WORDS), encoding="utf-8")
    assert post.run(queued).done


def test_other_prices_or_settings_void_it(post: Post) -> None:
    queued = queue(post)
    chosen = post.world.desk.tools.chosen
    chosen.change(chosen.account(post.account.id).changed(settings={"plan": "other"}))
    stopped = early(post, queued)
    assert (stopped.stop, post.posts()) == (Stop.TROUBLE, 0)
    assert "are not those of the plan" in stopped.stop_detail


def test_the_reserve_stays_unless_it_was_agreed_to(post: Post) -> None:
    chosen = post.world.desk.tools.chosen
    chosen.change(chosen.account(post.account.id).changed(reserve={"keywords": Decimal(4_990)}))
    queued = queue(post)
    stopped = early(post, queued)
    assert (stopped.stop, post.posts()) == (Stop.TROUBLE, 0)
    assert "reserve" in stopped.stop_detail
    post.world.run(post.sender.cancel(queued.id))
    assert early(post, queue(post, post.plan(WORDS[:9]), confirmed=True)).done


def test_what_another_import_sent_meanwhile_is_not_sent_again(post: Post) -> None:
    queued = queue(post)
    post.world.clock.move(hours=1)
    assert post.send(WORDS[:3], again=True).done
    post.world.clock.move(hours=5)
    stopped = post.run(queued)
    assert (stopped.stop, stopped.summary["not_sent"]) == (Stop.TROUBLE, 10)
    assert stopped.stop_detail.startswith("3 of these items were sent there by another import")
    assert post.created() == once(WORDS[:3])


def test_a_plan_is_queued_or_begun_once(post: Post) -> None:
    plan = post.plan()
    queue(post, plan)
    with pytest.raises(PlanVoid, match="was begun already"):
        queue(post, plan)
    with pytest.raises(PlanVoid, match="was begun already"):
        post.world.run(post.sender.start(plan))


def test_it_cannot_wait_for_what_is_over(post: Post) -> None:
    with pytest.raises(SendError, match="over"):
        queue(post, at=START)


def test_a_cancelled_one_is_not_sent(post: Post) -> None:
    queued = queue(post)
    assert post.world.run(post.sender.cancel(queued.id)).stop is Stop.CANCELLED
    post.world.clock.move(hours=6)
    assert post.run(queued).summary["not_sent"] == 10
    assert post.posts() == 0


def test_a_paused_one_waits_again_until_its_time(post: Post) -> None:
    queued = queue(post)
    assert post.world.run(post.sender.pause(queued.id)).stop is Stop.PAUSED
    assert post.run(queued).stop is Stop.QUEUED


def test_a_part_and_its_rest_are_kept_together_or_not_at_all(post: Post) -> None:
    first = post.plan(first=4)
    rest = post.plan(leave_out=WORDS[:4])
    assert rest.count == 6
    begun = post.world.run(post.sender.start(first, None, False, Rest(rest, Queue(LATER))))
    assert post.run(begun).done
    assert post.created() == once(WORDS[:4])
    assert {each.stop for each in post.world.run(post.sender.sendings())} == {Stop.NONE, Stop.QUEUED}
    other = post.plan(tuple(f"other {number}" for number in range(3)))
    with pytest.raises(PlanVoid):  # the rest is queued already: nothing of the other one is begun
        post.world.run(post.sender.start(other, None, False, Rest(rest, Queue(LATER))))
    assert len(post.world.run(post.sender.sendings())) == 2
    post.world.clock.move(hours=6)
    (queued,) = (each for each in post.world.run(post.sender.sendings()) if not each.done)
    assert post.run(queued).done
    assert post.created() == once()


def test_the_outbox_itself_lets_nothing_leave_that_waits(post: Post) -> None:
    """Whatever a program does with the states: a batch of a queued import cannot become `sending`."""
    queued = queue(post)
    outbox = post.sender._outbox  # the last line of defence is tested below the story
    outbox.keep_baseline(queued.id, ()).result(10)
    outbox.stop(queued.id, Stop.NONE).result(10)
    assert not outbox.begin(queued.id, 1, LATER).result(10)
    assert outbox.requeue(queued.id, None).result(10)
    assert outbox.begin(queued.id, 1, LATER).result(10)


def test_the_place_is_listed_when_it_starts_not_when_it_is_queued(post: Post) -> None:
    before = post.requests()[LIST]
    queued = queue(post)
    assert post.requests()[LIST] == before
    early(post, queued)
    assert post.requests()[LIST] > before
    assert post.world.run(post.sender.observed(post.account.id, OPERATION))


@pytest.mark.timeout(120)
def test_a_queued_import_that_is_killed_is_never_sent_twice(tmp_path: Path) -> None:
    with SandboxThread(Sandbox(seed=7)) as running:
        fire = Slaughter(running, tmp_path / "desk", random.Random(7))
        fire.prepare(items=60, batch=3, queued=True)
        while fire.kills < 5 and fire.left_in("planned"):
            fire.kill_one()
            assert max(fire.created().values(), default=0) <= 1
        assert fire.finish().summary["accepted"] == 60
        assert fire.created() == fire.wanted()
