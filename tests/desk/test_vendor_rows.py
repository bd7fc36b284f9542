"""The rows at a vendor: where lists go, what is tracked in pages of 1,000, and pausing, resuming and removing."""

from collections.abc import Iterator

import pytest
from tests.desk.posting import ENGINES, LIST, OPERATION, PATH, Post
from tests.desk.world import World

from creditdesk.core.sending import Tracked
from creditdesk.desk.sending import SendError
from creditdesk.sandbox import FaultKind


@pytest.fixture
def post(world: World) -> Iterator[Post]:
    opened = Post.open(world)
    yield opened
    opened.close()


def tracked(post: Post) -> tuple[Tracked, ...]:
    return post.world.run(post.sender.tracked(post.account.id, OPERATION, post.place.id))


def changed(post: Post, verb: str, ids: list[str]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    act = {"pause": post.sender.pause_rows, "resume": post.sender.resume_rows, "remove": post.sender.remove_rows}[verb]
    return post.world.run(act(post.account.id, OPERATION, post.place.id, ids))


def left(post: Post) -> int:
    return int(post.world.left(post.account)["keywords"] or 0)


def test_the_places_are_the_vendors_domains(post: Post) -> None:
    names = [place.name for place in post.world.run(post.sender.places(post.account.id))]
    assert names == ["northlight-shoes.example", "harbour-bikes.example", "kiln-and-clay.example"]


def test_every_row_is_read_in_pages_of_1000(post: Post) -> None:
    post.send(tuple(f"word {number}" for number in range(1_100)), batch=1_000)
    before = post.requests()[LIST]
    told: list[tuple[int, int]] = []
    rows = post.world.run(
        post.sender.tracked(post.account.id, OPERATION, post.place.id, lambda *counts: told.append(counts))
    )
    assert len(rows) == 2_204
    assert post.requests()[LIST] - before == 3
    assert told == [(1_000, 2_204), (2_000, 2_204), (2_204, 2_204)]
    assert rows[4].fields == ENGINES[0]
    assert (rows[4].text, rows[4].active) == ("word 0", True)


def test_throttling_is_waited_for(post: Post) -> None:
    post.world.fault(FaultKind.THROTTLE, "ranktracker", method="GET", path=PATH, times=3, retry_after=0)
    assert len(tracked(post)) == 4


def test_a_list_that_cannot_be_had_says_why(post: Post) -> None:
    post.world.set("ranktracker", revoked=True)
    with pytest.raises(SendError, match="rejected the key"):
        tracked(post)


def test_rows_are_paused_resumed_and_removed_and_the_balance_is_read(post: Post) -> None:
    ids = [row.id for row in tracked(post)]
    before = left(post)
    assert changed(post, "pause", ids[:3]) == (tuple(ids[:3]), ())
    assert left(post) == before + 3
    assert [row.active for row in tracked(post)] == [False, False, False, True]
    assert changed(post, "resume", ids[:1]) == (tuple(ids[:1]), ())
    assert left(post) == before + 2
    assert changed(post, "remove", ids[:1]) == (tuple(ids[:1]), ())
    assert [row.id for row in tracked(post)] == ids[1:]


def test_what_could_not_be_changed_is_told_row_by_row(post: Post) -> None:
    ids = [row.id for row in tracked(post)]
    done, failed = changed(post, "pause", [ids[0], "gone", ids[1]])
    assert done == (ids[0], ids[1])
    assert failed == (("gone", "Ranktracker refused it (HTTP 404): “The resource does not exist”."),)


@pytest.mark.parametrize("verb", ["pause", "remove"])
def test_a_change_whose_answer_was_lost_is_looked_up(post: Post, verb: str) -> None:
    ids = [row.id for row in tracked(post)]
    method = {"pause": "PATCH", "remove": "DELETE"}[verb]
    post.fault(FaultKind.RESET, method=method, mode="before", after_work=True, times=3, skip=1)
    assert changed(post, verb, ids[:3]) == ((ids[0], ids[2], ids[1]), ())
    assert {row.id for row in tracked(post) if row.active} == set(ids[3:])


def test_a_change_that_was_not_made_is_told_as_that(post: Post) -> None:
    ids = [row.id for row in tracked(post)]
    post.fault(FaultKind.RESET, method="PATCH", mode="before", times=3, skip=1)
    done, failed = changed(post, "pause", ids[:3])
    assert (done, [row for row, _ in failed]) == ((ids[0], ids[2]), [ids[1]])


def test_after_a_402_no_further_row_is_tried(post: Post) -> None:
    ids = [row.id for row in tracked(post)]
    changed(post, "pause", ids)
    usage = post.world.state("ranktracker")["usage"]
    post.world.set("ranktracker", limits={"keywords": usage["keywords"] + 1})
    before = post.requests()["PATCH /v1/domains/{domain}/keywords/{keyword}"]
    done, failed = changed(post, "resume", ids)
    assert (done, [row for row, _ in failed]) == (tuple(ids[:1]), ids[1:])
    assert failed[1][1].startswith("Not tried. ")
    assert post.requests()["PATCH /v1/domains/{domain}/keywords/{keyword}"] - before == 2


def test_progress_is_told(post: Post) -> None:
    ids = [row.id for row in tracked(post)]
    told: list[tuple[int, int]] = []
    post.world.run(
        post.sender.pause_rows(post.account.id, OPERATION, post.place.id, ids, lambda *counts: told.append(counts))
    )
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
