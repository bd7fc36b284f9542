"""A request of which only a part arrived: settled item by item when the user asks for it, and nothing sent twice."""

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.desk.posting import OPERATION, QUICK, WORDS, Post
from tests.desk.test_sending_attacked import SUMMARY, ask, why
from tests.desk.world import World

from creditdesk.core.sending import BatchState, Sending, Stop
from creditdesk.desk.send_calls import SendError
from creditdesk.sandbox import FaultKind


@pytest.fixture
def post(world: World) -> Iterator[Post]:
    opened = Post.open(world)
    yield opened
    opened.close()


def torn(post: Post, gone: set[tuple[str, str]]) -> Sending:
    """An import whose first request broke off, and of which these rows did not arrive."""
    post.fault(FaultKind.RESET, mode="mid", times=1)
    sending = post.start()
    real = post.sender._calls.whole  # the rows go as soon as the list is asked for

    async def whole(*args: object) -> object:
        rows = await real(*args)  # type: ignore[arg-type]
        return tuple(row for row in rows if (row.text, row.fields["device"]) not in gone)  # type: ignore[union-attr]

    post.sender._calls.whole = whole  # type: ignore[assignment]
    return post.run(sending)


def both(*words: str) -> set[tuple[str, str]]:
    return {(word, device) for word in words for device in ("desktop", "mobile")}


def by_list(post: Post, sending: Sending, batch: int = 1) -> Sending:
    time.sleep(QUICK.settle_s)
    return post.world.run(post.sender.settle_by_hand(sending.id, batch, None))


def test_what_is_listed_is_accepted_and_what_is_missing_is_not_sent_again(post: Post) -> None:
    sending = torn(post, both("word 1", "word 3"))
    assert why(sending) == (Stop.UNKNOWN, {**SUMMARY, "accepted": 6, "unknown": 4})
    posts = post.posts()
    settled = by_list(post, sending)
    assert settled.summary == {**SUMMARY, "accepted": 8, "not_sent": 2}
    assert settled.done
    report = post.world.run(post.sender.report(sending.id))
    assert [line for line, *_ in report] == list(range(1, 11))
    assert [item for _, item, *_ in report] == list(WORDS)
    fates = {item: (fate, detail) for _, item, fate, detail in report}
    assert fates["word 0"] == ("accepted", "The vendor's list has it.")
    said = "Partly arrived: the vendor's list has others of its request, and not this."
    assert [item for item, told in fates.items() if told == ("not sent", said)] == ["word 1", "word 3"]
    again = post.run(settled)
    assert (again.summary, post.posts()) == (settled.summary, posts)


def test_while_its_request_may_be_on_its_way_nothing_is_settled(post: Post) -> None:
    post.sender._calls.timing = replace(QUICK, settle_s=30.0)
    sending = torn(post, both("word 1", "word 3"))
    with pytest.raises(SendError, match=r"may still be on its way. Ask again in \d+ s"):
        by_list(post, sending)
    assert post.world.run(post.sender.sendings())[0].summary == sending.summary


def test_the_batches_after_a_split_one_keep_their_numbers_and_places(post: Post) -> None:
    settled = by_list(post, torn(post, both("word 1", "word 3")))
    assert [(each.number, each.first, each.count, each.state) for each in settled.batches] == [
        (1, 0, 2, BatchState.ACCEPTED),
        (2, 4, 4, BatchState.ACCEPTED),
        (3, 8, 2, BatchState.ACCEPTED),
        (4, 2, 2, BatchState.CANCELLED),
    ]
    items = post.world.run(post.sender.items(settled.id))
    assert items == (*WORDS[0:3:2], *WORDS[1:4:2], *WORDS[4:])


def test_an_item_with_one_row_of_two_stays_unknown(post: Post) -> None:
    settled = by_list(post, torn(post, both("word 1") | {("word 2", "mobile")}))
    assert settled.summary == {**SUMMARY, "accepted": 8, "unknown": 1, "not_sent": 1}
    report = post.world.run(post.sender.report(settled.id))
    assert [item for _, item, fate, _ in report if fate == "unknown"] == ["word 2"]
    with pytest.raises(SendError, match="does not tell"):
        by_list(post, settled)


def test_a_missing_item_that_may_be_there_in_other_words_stays_unknown(post: Post) -> None:
    sending = torn(post, both("word 1"))
    ask(post, "POST", words=["Word-1"], search_engines=list(sending.rows))
    with pytest.raises(SendError, match="known already"):
        by_list(post, sending, 2)
    settled = by_list(post, sending)
    assert settled.summary == {**SUMMARY, "accepted": 9, "unknown": 1}
    tracked = post.world.run(post.sender.tracked(post.account.id, OPERATION, post.place.id))
    assert any(row.text == "Word-1" for row in tracked)
