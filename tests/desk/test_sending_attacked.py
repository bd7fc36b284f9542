"""What a hostile tester tried on a sending: nothing goes out twice, nothing is lost, nothing is said that is not so."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.desk.posting import ENGINES, QUICK, WORDS, Post, once
from tests.desk.world import World

from creditdesk.core.learned import learned_by
from creditdesk.core.sending import Batch, BatchState, Outcome, OutcomeKind, Sending, Stop
from creditdesk.desk.sending import Sender
from creditdesk.providers.bulk import BulkExchange
from creditdesk.providers.transport import open_client
from creditdesk.sandbox import FaultKind

SUMMARY = {"accepted": 0, "refused": 0, "unknown": 0, "not_sent": 0}


@pytest.fixture
def post(world: World) -> Iterator[Post]:
    opened = Post.open(world)
    yield opened
    opened.close()


def why(sending: Sending) -> tuple[Stop, dict[str, int]]:
    return sending.stop, sending.summary


def ask(post: Post, method: str, path: str = "", **body: Any) -> Any:
    """Another client of the same account asks for the keywords of the place."""
    address = f"{post.account.base_url}/v1/domains/{post.place.id}/keywords{path}"
    key = post.world.running.addresses.keys["ranktracker"]
    return httpx.request(method, address, headers={"Authorization": key}, json=body or None, trust_env=False).json()


def make_elsewhere(post: Post, words: tuple[str, ...]) -> list[str]:
    """Another client creates these words; their ids."""
    made = ask(post, "POST", words=list(words), search_engines=list(ENGINES))
    return [each["id"] for each in made["data"]]


def listed(post: Post) -> Counter[tuple[str, str]]:
    """Every keyword of the place, whoever made it."""
    rows = [each["attributes"] for each in ask(post, "GET", "?per_page=1000")["data"]]
    return Counter((row["word"], row["device"]) for row in rows if row["word"] in WORDS)


class Says(BulkExchange):
    """A vendor that answers each create with 201 and an empty list, and makes nothing."""

    async def create(self, case: Any, items: Any, rows: Any) -> Outcome:
        return Outcome(OutcomeKind.ACCEPTED, "", 201, None, 0)


def test_two_programs_that_begin_one_plan_at_once_begin_it_once(post: Post) -> None:
    plan = post.plan()
    other = Sender(post.world.desk.tools, post.world.desk.reader, timing=QUICK)

    async def both() -> list[Any]:
        begun = (post.sender.start(plan), other.start(plan))
        return list(await asyncio.gather(*begun, return_exceptions=True))

    begun = post.world.run(both())
    assert sorted(type(each).__name__ for each in begun) == ["PlanVoid", "Sending"]
    assert len(post.world.run(post.sender.sendings())) == 1
    post.world.run(other.close())


def test_a_vendor_that_skips_what_it_has_is_believed_when_its_list_has_the_rest(post: Post) -> None:
    post.send(WORDS[:2])
    post.world.set("ranktracker", duplicates="skip")
    ended = post.send(WORDS, again=True)
    assert why(ended) == (Stop.NONE, {**SUMMARY, "accepted": 10})
    told = ended.batches[0].detail
    assert told == "The vendor's list has 4 new rows of it; the other 4 were there before."
    assert (post.created() - once(WORDS[:2]), post.posts()) == (once(), 4)  # it was asked for all, and made none twice


def test_a_vendor_that_skips_all_of_a_batch_is_asked_once(post: Post) -> None:
    for made in make_elsewhere(post, WORDS[:4])[:3]:
        ask(post, "PATCH", f"/{made}", tracked=False)
    post.world.set("ranktracker", duplicates="skip")
    ended = post.send(WORDS)
    assert why(ended) == (Stop.NONE, {**SUMMARY, "accepted": 10})
    assert ended.batches[0].detail == "All 8 rows of it were there before, 3 of them paused."
    assert (post.posts(), listed(post)) == (4, once())


def test_rows_that_a_vendor_says_yes_to_and_does_not_make_stay_unknown(post: Post) -> None:
    quiet = Says(open_client(), post.world.clock)
    sender = Sender(post.world.desk.tools, post.world.desk.reader, open_bulk=lambda: quiet, timing=QUICK)
    sending = post.start()
    for _ in range(2):  # to go on with it does not send it again either
        ended = post.world.run(sender.run(sending.id))
        assert why(ended) == (Stop.UNKNOWN, {**SUMMARY, "unknown": 10})
        assert ended.stop_detail == "The vendor accepted it, and its list has 0 of its 8 rows."
        assert {batch.tries for batch in ended.batches} == {1}
    post.world.run(sender.close())


def test_what_the_vendor_made_in_part_is_told_although_a_402_stops_the_rest(post: Post) -> None:
    make_elsewhere(post, WORDS[:1])
    post.world.set("ranktracker", duplicates="skip")
    post.consume_then_refuse(skip=2)
    ended = post.send()
    assert why(ended) == (Stop.OVER_QUOTA, {**SUMMARY, "accepted": 4, "refused": 4, "not_sent": 2})


def test_what_another_client_made_meanwhile_is_not_made_again_when_the_import_goes_on(post: Post) -> None:
    post.consume_then_refuse(skip=2)
    ended = post.send()
    assert ended.stop is Stop.OVER_QUOTA
    post.world.set("ranktracker", usage={"keywords": 100, "dataRows": 100})
    make_elsewhere(post, (*WORDS[4:8], WORDS[8]))
    again = post.run(ended)
    assert why(again) == (Stop.NONE, {**SUMMARY, "accepted": 10})
    assert [batch.detail.partition(":")[0] for batch in again.batches] == ["", "Not sent", ""]
    assert listed(post) == once() + once(WORDS[8:9])  # of the last batch only a part was there: it was sent whole


def test_places_that_come_free_between_two_runs_are_not_counted_as_its_cost(post: Post) -> None:
    post.consume_then_refuse(skip=2)
    ended = post.send()
    assert ended.stop is Stop.OVER_QUOTA
    post.world.set("ranktracker", usage={"keywords": 100, "dataRows": 100})  # far less in use than when it began
    again = post.run(ended)
    assert why(again) == (Stop.NONE, {**SUMMARY, "accepted": 10})
    first = ended.spent or {}
    assert {pool: (again.spent or {})[pool] - lost for pool, lost in first.items()} == {
        "keywords": 12,
        "data-rows": 12,
        "on-demand": 0,
        "serp-analyser": 0,
    }


def test_a_cost_below_nothing_says_nothing_of_the_next_import(post: Post) -> None:
    batches = (Batch(1, 0, 4, BatchState.ACCEPTED),)
    spent = {"keywords": Decimal(-6), "data-rows": Decimal(8)}
    sending = replace(post.start(), rows=(), batches=batches, spent=spent)
    learned = learned_by([sending], sending.operation)
    assert learned is not None
    assert learned.each == {"data-rows": 2}


def test_an_outbox_that_was_set_back_to_an_older_copy_sends_nothing_twice(post: Post, tmp_path: Path) -> None:
    post.world.fault(FaultKind.STATUS, "ranktracker", method="POST", status=422, times=1, skip=1)
    ended = post.send()
    assert why(ended)[1] == {**SUMMARY, "accepted": 4, "refused": 4, "not_sent": 2}
    folder = post.world.desk.tools.history.connections.folder
    assert folder is not None
    post.close()
    post.world.run(post.world.desk.close())
    copy = shutil.copy2(folder / "history.sqlite3", tmp_path / "copy")
    post.again()
    assert why(post.run(ended))[1] == {**SUMMARY, "accepted": 6, "refused": 4}
    post.close()
    post.world.run(post.world.desk.close())
    for left in folder.glob("history.sqlite3-*"):
        left.unlink()
    shutil.copy2(copy, folder / "history.sqlite3")
    post.again()
    assert why(post.run(ended))[1] == {**SUMMARY, "accepted": 6, "refused": 4}
    assert max(post.created().values()) == 1


def test_an_account_that_moves_while_it_sends_gets_nothing_more(post: Post) -> None:
    sending = post.start()
    elsewhere = post.account.base_url.replace("127.0.0.1", "localhost")

    async def move(task: "asyncio.Task[Sending]") -> Sending:
        await post.soon_posted()
        await post.world.desk.registry.change(post.account.changed(base_url=elsewhere))
        return await task

    post.fault(FaultKind.LATENCY, seconds=0.1)
    ended = post.while_running(sending, move)
    assert (ended.stop, post.posts()) == (Stop.TROUBLE, 1)
    assert "another vendor or address" in ended.stop_detail


def test_an_outbox_that_vanishes_stops_the_import_and_what_was_known_is_told(post: Post) -> None:
    sending = post.start()

    async def lose(task: "asyncio.Task[Sending]") -> Sending:
        await post.soon_posted()
        history = post.world.desk.tools.history
        await history.forget(post.account.id)
        return await task

    post.fault(FaultKind.LATENCY, seconds=0.1)
    ended = post.while_running(sending, lose)
    assert why(ended) == (Stop.TROUBLE, {**SUMMARY, "accepted": 4, "not_sent": 6})
    assert ended.stop_detail == "Nothing more was sent: the outbox was replaced meanwhile."
    assert post.posts() == 1
