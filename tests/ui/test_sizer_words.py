"""What the sizer says, and how its bars stand."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.ui.sizer_sample import NOW, meter, tracker, wallet

from creditdesk.core.keywords import clean
from creditdesk.core.pools import Level, PoolKind
from creditdesk.core.sizing import Demand
from creditdesk.core.ways import WayKind
from creditdesk.ui.board import Entry
from creditdesk.ui.guess import Guess
from creditdesk.ui.nouns import counted, many, one
from creditdesk.ui.sizer_bars import bar_of
from creditdesk.ui.sizer_case import Answer, Question, ask
from creditdesk.ui.sizer_engines import Engine
from creditdesk.ui.sizer_notes import count_line, reading_line
from creditdesk.ui.sizer_sections import Already, Holding, counts, sections
from creditdesk.ui.sizer_way_words import way_words
from creditdesk.ui.sizer_words import pool_line, sentence

BOTH = (Engine(), Engine(device="mobile"))


def asked(entry: Entry, operation: str, count: int, **more: object) -> Answer:
    chosen = entry.definition.operation(operation)
    assert chosen is not None
    return ask(Question(entry, chosen, count, NOW, **more))  # type: ignore[arg-type]


def demand(**values: object) -> Demand:
    amounts = {name: Decimal(str(value)) if isinstance(value, int | float) else value for name, value in values.items()}
    whole = {"needs_low": Decimal(0), "needs_high": Decimal(0), "left": None, "limit": None, "short": Decimal(0)}
    return Demand("p", "Keywords", "keywords", **{**whole, **amounts})  # type: ignore[arg-type]


def test_a_refusal_says_that_nothing_is_taken_and_which_pool_is_tighter() -> None:
    answer = asked(tracker(), "track-keywords", 620, factors={"engines": "2"}, engines=BOTH)
    said = sentence(answer)
    assert said.level is Level.CRITICAL
    assert said.headline == "This import would be refused with 402"
    assert "fits whole or not at all" in said.detail
    assert "Keywords are the tighter limit." in said.detail
    assert answer.verdict is not None
    lines = [pool_line(each, PoolKind.SLOTS) for each in answer.verdict.demands]
    assert [line.figure for line in lines] == ["882 too many", "fits"]
    assert lines[0].rest == "needs 1,240, 358 of 1,000 left"
    assert count_line(answer) == ("620 keywords × 2 search engines = ", "1,240")


def test_the_largest_part_that_fits_is_offered_and_exactly_enough_fits() -> None:
    answer = asked(tracker(), "track-keywords", 620, factors={"engines": "2"})
    (way,) = [each for each in answer.ways if each.kind is WayKind.PART]
    assert way_words(way, answer) == "Send the first 179 keywords now, keep 441 for later"
    assert (way.items, way.added_now, way.left_after) == (179, Decimal(358), Decimal(0))
    enough = asked(tracker(), "track-keywords", 179, factors={"engines": "2"})
    assert sentence(enough).level is Level.GOOD
    assert sentence(enough).detail == "Leaves 0 of Keywords and 1,432 of Data rows."
    assert way_words(enough.ways[0], enough) == "Send all 179 keywords"


def test_a_reserve_that_is_touched_is_said_and_a_part_that_keeps_it_is_offered() -> None:
    answer = asked(meter(), "rank-check", 100, reserve={"top-up": Decimal(15)})
    said = sentence(answer)
    assert (said.level, said.headline) == (Level.LOW, "It fits, but goes under your reserve")
    assert said.detail == "Leaves 12 of Top-up; you keep 15."
    found = {way.id: way.items for way in answer.ways}
    assert (found["all"], found["reserve"]) == (100, 97)
    assert asked(meter(), "rank-check", 97, reserve={"top-up": Decimal(15)}).ways[0].id == "all"


def test_a_vendor_that_serves_one_by_one_stops_where_the_credits_end() -> None:
    said = sentence(asked(meter(), "rank-check", 620, factors={"depth": "20"}))
    assert said.headline == "This import would stop after 56 of 620 queries"
    assert "short by 1,128" in said.detail


def test_a_range_that_may_or_may_not_fit_cannot_be_told() -> None:
    answer = asked(meter(), "action", 60)
    said = sentence(answer)
    assert said.level is Level.NOT_READ
    assert said.headline == "Cannot tell: it may fit or not"
    assert said.detail == "It needs 60 to 900 credits. The first 7 actions surely fit."
    assert [way.items for way in answer.ways if way.kind is WayKind.PART] == [7]
    assert count_line(answer) == ("60 actions = ", "60 to 900 credits")


@pytest.mark.parametrize(
    ("entry", "operation", "headline"),
    [
        (wallet(), "task", "Cannot tell yet: fill in “Price of a task in USD”"),
        (tracker(read=False), "track-keywords", "Cannot tell: nothing was read yet"),
        (meter(), "overview", "Cannot tell: the cost is not documented"),
        (meter(), "audit", "This costs nothing"),
    ],
)
def test_what_cannot_be_told_says_why(entry: Entry, operation: str, headline: str) -> None:
    assert sentence(asked(entry, operation, 10)).headline == headline


def test_a_factor_that_is_not_allowed_is_said_with_what_is() -> None:
    said = sentence(asked(meter(), "rank-check", 10, factors={"depth": "500"}))
    assert said.headline == "Cannot tell yet: Depth cannot be this"
    assert "from 1 to 100" in said.detail


def test_hidden_amounts_are_hidden_in_every_sentence() -> None:
    for answer in (
        asked(tracker(), "track-keywords", 620, factors={"engines": "2"}),
        asked(meter(), "rank-check", 100),
        asked(meter(), "action", 60),
        asked(meter(), "rank-check", 100, reserve={"top-up": Decimal(15)}),
        asked(wallet(), "task", 100, factors={"price": "0.01"}),
    ):
        assert answer.verdict is not None
        said = sentence(answer, hide=True)
        lines = [pool_line(each, None, Decimal(0), hide=True).said for each in answer.verdict.demands]
        text = " ".join([said.headline, said.detail, *lines, *count_line(answer, hide=True)])
        for amount in ("358", "1,790", "1,240", "882", "92", "900", "15", "3.18", "2.18", "credits left"):
            assert amount not in text, (amount, text)


def test_money_is_said_as_money() -> None:
    answer = asked(wallet(), "task", 600, factors={"price": "0.004"})
    assert sentence(answer).detail == "Leaves $0.78."
    assert count_line(answer) == ("600 tasks = ", "$2.40")


def test_the_age_and_the_way_of_the_reading_are_said() -> None:
    assert reading_line(tracker(), NOW) == "Quota read 8 s ago. Others may use it meanwhile."
    assert reading_line(meter(), NOW).startswith("Typed by hand 2 d ago.")
    assert reading_line(tracker(read=False), NOW) == "Never read."


def test_the_list_is_counted_in_words() -> None:
    held = Holding(clean(["a", "A ", "", "b", "x\x01"]))
    assert [said for _, said in counts(held)] == ["1 repeated", "1 blank", "1 unusable"]
    assert counts(Holding(clean(["a"]))) == []
    there = replace(held, already=Already(("a",), ("b",)), guess=Guess(left_out=1, left_rows=((9, "Total", "totals"),)))
    assert [said for _, said in counts(there)] == [
        "1 repeated",
        "1 already tracked",
        "1 blank",
        "1 unusable",
        "1 row of totals left out",
    ]
    assert [(each.id, [each.words(row) for row in range(each.count)]) for each in sections(there)] == [
        ("add", ["line 4: b"]),
        ("repeated", ["line 2: A"]),
        ("tracked", ["line 1: a"]),
        ("blank", ["line 3: blank"]),
        ("left-out", ["line 9: Total (row of totals)"]),
        ("unusable", ["line 5: control character"]),
    ]


def test_a_bar_shows_used_this_import_too_many_and_the_limit() -> None:
    bar = bar_of(demand(needs_low=1240, needs_high=1240, left=358, limit=1000))
    scale = 642 + 1240
    assert bar.used == pytest.approx((0, 642 / scale))
    assert bar.sure == pytest.approx((642 / scale, 1000 / scale))
    assert bar.over == pytest.approx((1000 / scale, 1))
    assert bar.limit == pytest.approx(1000 / scale)
    assert bar.maybe == bar.maybe_over == (0, 0)


def test_a_bar_of_a_range_draws_the_uncertain_part_apart() -> None:
    bar = bar_of(demand(needs_low=60, needs_high=900, left=112))
    assert bar.used == (0, 0)
    assert bar.sure == pytest.approx((0, 60 / 900))
    assert bar.maybe == pytest.approx((60 / 900, 112 / 900))
    assert bar.maybe_over == pytest.approx((112 / 900, 1))
    assert bar.limit == pytest.approx(112 / 900)


def test_a_wallet_is_drawn_to_what_is_left_of_it_and_a_reserve_is_a_line() -> None:
    bar = bar_of(demand(needs_low=50, needs_high=50, left=200), Decimal(20))
    assert bar.sure == pytest.approx((0, 0.25))
    assert bar.limit == 1
    assert bar.reserve == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("left", "limit", "needs"),
    [(-5, 100, 10), (0, 0, 0), (0, None, 5), (500, 100, 10), (10**30, 1, 1), (3, 10, 10**30)],
)
def test_every_part_of_a_bar_stays_inside_it(left: int, limit: int | None, needs: int) -> None:
    bar = bar_of(demand(needs_low=needs, needs_high=needs * 2, left=left, limit=limit))
    for part in (bar.used, bar.sure, bar.maybe, bar.over, bar.maybe_over):
        assert 0 <= part[0] <= part[1] <= 1
    assert bar.limit is None or 0 <= bar.limit <= 1


def test_an_unknown_pool_has_no_bar() -> None:
    assert not bar_of(demand(needs_low=5, needs_high=5)).known


@pytest.mark.parametrize(
    ("single", "plural"),
    [("keyword", "keywords"), ("query", "queries"), ("IP address", "IP addresses"), ("key", "keys"), ("box", "boxes")],
)
def test_nouns_have_one_and_many(single: str, plural: str) -> None:
    assert (many(single), one(plural), many(plural), one(single)) == (plural, single, plural, single)
    assert (counted(1, single), counted(1200, plural)) == (f"1 {single}", f"1,200 {plural}")
