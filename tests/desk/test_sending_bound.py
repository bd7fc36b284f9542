"""B5: a plan is sent only while its file, items, prices, account, factors and rows are those that were approved."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.desk.posting import ENGINES, OPERATION, WORDS, Post, once
from tests.desk.world import World

from creditdesk.core.import_plan import ImportPlan, Source
from creditdesk.core.sending import Sending
from creditdesk.desk.sending import OverLimit, PlanVoid, SendError
from creditdesk.sandbox import FaultKind
from creditdesk.store.plans import read_plan, write_plan


@pytest.fixture
def post(world: World) -> Iterator[Post]:
    opened = Post.open(world)
    yield opened
    opened.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of ten keywords below a header; one stands there twice."""
    path = tmp_path / "list.csv"
    path.write_text("Keyword,Volume\n" + "".join(f"{word},1\n" for word in (*WORDS[:3], *WORDS)), encoding="utf-8")
    return path


def start(post: Post, plan: ImportPlan, confirmed: bool = False) -> Sending:
    return post.world.run(post.sender.start(plan, confirmed=confirmed))


def from_file(post: Post, path: Path, **wanted: object) -> ImportPlan:
    return post.plan(source=Source(file=str(path), name=path.name), **wanted)  # type: ignore[arg-type]


def test_a_plan_of_a_file_is_saved_read_again_and_sent_with_its_lines(post: Post, path: Path, tmp_path: Path) -> None:
    plan = from_file(post, path)
    saved = tmp_path / "list.plan.toml"
    write_plan(saved, plan)
    assert read_plan(saved) == plan
    ended = post.run(start(post, read_plan(saved)))
    assert post.created() == once()
    report = post.world.run(post.sender.report(ended.id))
    assert [(line, word) for line, word, _, _ in report] == [
        (2, "word 0"), (3, "word 1"), (4, "word 2"), *((8 + n, f"word {3 + n}") for n in range(7)),
    ]  # fmt: skip
    assert ended.file == "list.csv"


def test_what_is_tracked_already_is_left_out_and_the_first_ones_are_taken(post: Post, path: Path) -> None:
    plan = from_file(post, path, leave_out=("WORD 1", "none"), first=4)
    assert plan.count == 4
    post.run(start(post, plan))
    assert post.created() == once(("word 0", "word 2", "word 3", "word 4"))


@pytest.mark.parametrize("change", ["Keyword,Volume\nword 0,1\n", "", None])
def test_a_file_that_was_changed_voids_the_plan(post: Post, path: Path, change: str | None) -> None:
    plan = from_file(post, path)
    if change is None:
        path.unlink()
    else:
        path.write_text(change, encoding="utf-8")
    with pytest.raises(PlanVoid, match=r"list\.csv"):
        start(post, plan)


def test_one_more_space_in_the_file_voids_the_plan(post: Post, path: Path) -> None:
    plan = from_file(post, path)
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(PlanVoid, match="was changed"):
        start(post, plan)


def test_other_items_than_the_plans_void_it(post: Post) -> None:
    plan = post.plan()
    with pytest.raises(PlanVoid, match="other items"):
        post.world.run(post.sender.start(plan, (*WORDS[:9], "another")))
    with pytest.raises(PlanVoid, match="other items"):
        start(post, replace(plan, items=WORDS[:9]))


def test_an_account_that_was_changed_voids_the_plan(post: Post) -> None:
    plan = post.plan()
    with pytest.raises(PlanVoid, match="not there any more"):
        start(post, replace(plan, account="other"))
    changed = post.account.changed(base_url="http://127.0.0.1:9")
    post.world.run(post.world.desk.registry.change(changed))
    with pytest.raises(PlanVoid, match="another vendor or another address"):
        start(post, plan)


def test_other_prices_void_the_plan(post: Post) -> None:
    with pytest.raises(PlanVoid, match="prices"):
        start(post, replace(post.plan(), prices="0" * 64))


def test_factors_and_rows_that_do_not_fit_void_the_plan(post: Post) -> None:
    plan = post.plan()
    with pytest.raises(PlanVoid, match="factors"):
        start(post, replace(plan, rows=ENGINES[:1]))
    with pytest.raises(PlanVoid, match="factors"):
        start(post, replace(plan, factors={"engines": "1"}))
    with pytest.raises(SendError):
        start(post, replace(plan, batch=20_000))


def test_a_plan_is_begun_once(post: Post) -> None:
    plan = post.plan()
    sending = start(post, plan)
    with pytest.raises(PlanVoid, match="begun already"):
        start(post, plan)
    post.run(sending)
    with pytest.raises(PlanVoid, match="begun already"):
        start(post, plan)
    assert post.created() == once()


def test_a_balance_that_fell_and_still_suffices_voids_nothing(post: Post) -> None:
    plan = post.plan()
    post.world.running.call(lambda box: box.consume("ranktracker", keywords=4_000))
    assert start(post, plan).count == 10


def test_a_balance_that_does_not_suffice_any_more_voids_the_plan(post: Post) -> None:
    plan = post.plan()
    post.world.running.call(lambda box: box.consume("ranktracker", keywords=4_140))
    with pytest.raises(PlanVoid, match="need 20 keywords of Keywords; 18 are left"):
        start(post, plan)
    assert post.posts() == 0


def test_the_reserve_is_kept_unless_the_user_confirms(world: World) -> None:
    post = Post.open(world, reserve={"keywords": Decimal(4_150)})
    with pytest.raises(OverLimit, match="reserve"):
        start(post, post.plan())
    sending = start(post, post.plan(), confirmed=True)
    assert post.run(sending).summary["accepted"] == 10
    post.close()


def test_the_reserve_stays_while_others_use_what_is_left(world: World) -> None:
    post = Post.open(world, reserve={"keywords": Decimal(100)})
    sending = start(post, post.plan())
    post.world.fault(FaultKind.CONSUME_BETWEEN, "ranktracker", times=1, amounts={"keywords": 4_040})
    ended = post.run(sending)
    assert (ended.stop, ended.summary["accepted"]) == ("quota_short", 4)
    assert (
        ended.stop_detail
        == "The remaining 6 keywords need 12 keywords of Keywords and the reserve stays; 110 are left."
    )
    post.close()


def test_a_spending_limit_asks_before_it_is_passed(world: World) -> None:
    post = Post.open(world, ask_over={"data-rows": Decimal(19)})
    with pytest.raises(OverLimit, match="Data rows"):
        start(post, post.plan())
    assert start(post, post.plan(), confirmed=True).confirmed
    assert post.start(WORDS[:9], again=True, rows=ENGINES[:1]).confirmed is False
    post.close()


def test_items_of_an_import_that_is_not_settled_are_not_sent_by_another(post: Post) -> None:
    post.fault(FaultKind.RESET, times=1, after_work=True)
    post.fault(FaultKind.STATUS, method="GET", status=500, skip=1)
    first = post.send()
    assert first.summary["unknown"] == 4
    post.world.clear()
    with pytest.raises(SendError, match="1 of these items are in another import"):
        post.start(("WORD  3", "new"))
    second = post.start(("new", "newer"))
    assert post.run(second).summary["accepted"] == 2
    post.world.run(post.sender.settle(first.id))
    assert post.start(("WORD  3", "newest"), again=True).count == 2


def test_what_was_planned_before_another_became_unknown_waits_for_it(post: Post) -> None:
    first, second = post.start(), post.start(WORDS[:2], 2, again=True)
    post.fault(FaultKind.HANG, times=1)

    async def die(task: "asyncio.Task[Sending]") -> None:
        await post.soon_posted()
        task.cancel()

    post.while_running(first, die)
    with pytest.raises(SendError, match="2 of these items"):
        post.run(second)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"rows": ()}, "at least one is needed"),
        ({"rows": (ENGINES[0], {**ENGINES[0], "name": "GOOGLE"})}, "twice"),
        ({"rows": ({"name": "google"},)}, "location, language, device is missing"),
        ({"rows": ({**ENGINES[0], "depth": "5"},)}, "depth is not known"),
        ({"batch": 10_001}, "from 1 to 10,000"),
        ({"items": ()}, "nothing to send"),
        ({"items": ("a\x00b",)}, "cannot be sent"),
        ({"leave_out": WORDS}, "nothing to send"),
        ({"factors": {"depth": "5"}}, 'no factor "depth" here. Factors: engines'),
    ],
)
def test_an_import_that_cannot_be_planned_says_why(post: Post, wanted: dict, told: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(SendError, match=told):
        post.plan(**wanted)


def test_only_what_a_definition_can_send_is_planned(post: Post, world: World) -> None:
    with pytest.raises(SendError, match="cannot send this"):
        world.run(post.sender.plan(post.account.id, "other", WORDS, place=post.place))
    with pytest.raises(SendError, match="no such account"):
        world.run(post.sender.plan("nobody", OPERATION, WORDS, place=post.place))
    typed = world.add_typed("oneclickseo")
    with pytest.raises(SendError, match="cannot send this"):
        world.run(post.sender.places(typed.id))
