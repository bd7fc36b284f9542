"""What an import really took corrects the estimate of the next one: upwards only, told beside what the price says."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from creditdesk.core.definition import Definition
from creditdesk.core.learned import learned_by
from creditdesk.core.offers import Fact, Factor, Operation, Price, Step
from creditdesk.core.pools import Pool, PoolKind, Snapshot, Source
from creditdesk.core.sending import Batch, BatchState, Place, Sending
from creditdesk.core.sizing import size_parts
from creditdesk.core.verdict import Learned, Part, Verdict, VerdictKind
from creditdesk.core.way import WayCase, WayKind
from creditdesk.core.ways import ways

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FACT = Fact(date(2026, 9, 30), "the guide")
EACH = Price(FACT, Decimal(1), Decimal(1), ("keywords", "rows"), "each", steps=(Step("engines", "value"),))
TURN = Price(FACT, Decimal(1), Decimal(15), ("month", "more"))


def operation(price: Price) -> Operation:
    return Operation(
        "track", "Track", "keyword", prices=(price,), factors=(Factor("engines", "Engines", "integer", "1"),)
    )


def snapshot(**left: int) -> Snapshot:
    pools = (Pool(name, name.title(), PoolKind.SLOTS, "units", Decimal(n), Decimal(10_000)) for name, n in left.items())
    return Snapshot(NOW, Source.LIVE, tuple(pools))


def vendor(price: Price) -> Definition:
    return replace(Definition("v", "Vendor", FACT), operations=(operation(price),), drain=("month", "more"))


def pilot(items: int = 10, engines: int = 2, expected: int | None = None, **spent: int) -> Sending:
    rows = tuple({"name": str(number)} for number in range(engines))
    priced = dict.fromkeys(spent, Decimal(items * engines if expected is None else expected))
    batches = (Batch(1, 0, items, BatchState.ACCEPTED),)
    made = Sending("s", "a", "track", Place("p", "p"), items, items, NOW, rows, batches=batches, expected=priced)
    return replace(made, ended_at=NOW, spent={pool: Decimal(lost) for pool, lost in spent.items()})


def sized(price: Price, count: int, learned: Learned | None, **left: int) -> Verdict:
    part = Part(operation(price), {"engines": "1"} if price is EACH else {}, learned=learned)
    return size_parts(vendor(price), (part,), count, snapshot(**left), {}, {}, NOW)


def test_a_pilot_teaches_what_an_item_takes_on_one_row() -> None:
    found = learned_by([pilot(keywords=20, rows=40)], "track")
    assert found is not None
    assert (found.items, found.at) == (10, NOW)
    assert found.each == {"keywords": 1, "rows": 2}
    assert found.times == {"keywords": 1, "rows": 2}
    assert found.whole == Decimal("1.5")


@pytest.mark.parametrize(
    "told",
    [
        replace(pilot(rows=40), spent=None),
        replace(pilot(rows=40), operation="other"),
        replace(pilot(rows=40), batches=(Batch(1, 0, 10, BatchState.PLANNED),)),
        pilot(rows=-3),
        pilot(rows=40, expected=0),
    ],
    ids=["not counted", "another operation", "not ended", "places came free", "it was free"],
)
def test_what_tells_nothing_teaches_nothing(told: Sending) -> None:
    assert learned_by([told], "track") is None


def test_only_what_was_accepted_is_compared_with_its_own_price() -> None:
    half = replace(pilot(rows=20), batches=(Batch(1, 0, 5, BatchState.ACCEPTED), Batch(2, 5, 5, BatchState.REFUSED)))
    found = learned_by([half], "track")
    assert found is not None
    assert found.times == {"rows": 2}


def test_twice_the_price_refuses_what_the_price_would_let_through() -> None:
    learned = learned_by([pilot(keywords=20, rows=40)], "track")
    left = {"keywords": 5_000, "rows": 1_500}
    assert sized(EACH, 1_000, None, **left).kind is VerdictKind.FITS
    found = sized(EACH, 1_000, learned, **left)
    assert (found.kind, found.binding_pool, found.fits_items) == (VerdictKind.REFUSED, "rows", 750)
    assert {each.pool: (each.needs_low, each.needs_high, each.short) for each in found.demands} == {
        "keywords": (1_000, 1_000, 0),
        "rows": (2_000, 2_000, 500),
    }
    assert [(each.pool, each.documented, each.needs, each.counted) for each in found.lessons] == [
        ("keywords", 1_000, 1_000, False),
        ("rows", 1_000, 2_000, True),
    ]
    assert any("10 items sent on 2026-11-21 really took 2 times" in note for note in found.assumptions)
    assert any("as of 2026-09-30" in note for note in found.assumptions)


def test_exactly_enough_by_what_was_learned_fits() -> None:
    learned = learned_by([pilot(rows=40)], "track")
    assert sized(EACH, 750, learned, keywords=5_000, rows=1_500).kind is VerdictKind.FITS


def test_less_than_the_price_is_told_and_does_not_count() -> None:
    learned = learned_by([pilot(keywords=10, rows=20)], "track")
    found = sized(EACH, 1_000, learned, keywords=999, rows=5_000)
    assert (found.kind, found.binding_pool) == (VerdictKind.REFUSED, "keywords")
    assert next((each.pool, each.needs, each.counted) for each in found.lessons) == ("keywords", 500, False)
    assert any("0.5 times" in note and "counts the price" in note for note in found.assumptions)


def test_a_third_is_no_reason_for_one_more() -> None:
    learned = learned_by([pilot(items=3, engines=1, rows=8)], "track")
    found = sized(EACH, 3_000, learned, keywords=9_000, rows=8_000)
    assert (found.kind, found.demands[1].needs_high) == (VerdictKind.FITS, 8_000)


def test_of_a_range_the_least_is_raised_and_the_most_stays() -> None:
    learned = learned_by([pilot(items=10, engines=0, expected=150, month=30, more=0)], "track")
    assert learned is not None
    learned = replace(learned, whole=Decimal(30) / Decimal(150))
    found = sized(TURN, 100, learned, month=100, more=100)
    assert (sum(each.needs_low for each in found.demands), found.kind) == (300, VerdictKind.REFUSED)
    assert [(each.pool, each.documented, each.needs) for each in found.lessons] == [("", 1_500, 300)]
    assert sized(TURN, 100, learned, month=1_000, more=500).kind is VerdictKind.FITS


def test_the_ways_stand_on_what_was_learned() -> None:
    learned = learned_by([pilot(rows=40)], "track")
    part = Part(operation(EACH), {"engines": "1"}, learned=learned)
    case = WayCase(vendor(EACH), (part,), 1_000, snapshot(keywords=5_000, rows=1_500), {}, {}, NOW)
    found = {way.kind: way for way in ways(case)}
    assert found[WayKind.PART].items == 750
    assert (found[WayKind.PART].pool, found[WayKind.PART].added_now, found[WayKind.PART].left_after) == (
        "rows",
        1_500,
        0,
    )
    assert found[WayKind.PLAN].short == 500
