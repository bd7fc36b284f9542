"""The sizer's verdicts: what is called fitting is paid for, what is called refused is not, the rest is not guessed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.core.desk_facts import (
    BILLED,
    ENGINES,
    FREE,
    NOW,
    TIMES_ENGINES,
    D,
    operation,
    pool,
    price,
    snapshot,
    vendor,
)

from creditdesk.core.definition import Definition
from creditdesk.core.offers import Price
from creditdesk.core.pools import Pool, PoolKind, Snapshot, Source
from creditdesk.core.sizing import FactorError, Verdict, VerdictKind, Why, size

BOTH = ("monthly", "top-up")
SLOTS = price(1, pools=("keywords", "data-rows"), draw="each", steps=TIMES_ENGINES)
TRACK = operation(SLOTS, factors=(ENGINES,))


def ask(what: Price, count: int, *pools: Pool, definition: Definition | None = None, **more: object) -> Verdict:
    """The verdict for `count` items at this price, all of these pools read."""
    found = more.pop("snapshot", snapshot(*pools) if pools else None)
    settings, reserve = more.pop("settings", {}), more.pop("reserve", {})
    return size(definition or vendor(), operation(what), count, {}, found, settings, reserve, NOW)  # type: ignore[arg-type]


def slots(keywords: int | None, rows: int | None) -> Snapshot:
    kinds = PoolKind.SLOTS
    return snapshot(
        pool("keywords", keywords, kinds, unit="keywords"), pool("data-rows", rows, kinds, unit="data rows")
    )


def track(count: int, engines: str, held: Snapshot | None) -> Verdict:
    return size(vendor(drain=()), TRACK, count, {"engines": engines}, held, {}, {}, NOW)


def amounts(verdict: Verdict) -> list[tuple[str, Decimal, Decimal | None, Decimal]]:
    return [(each.pool, each.needs_low, each.needs_high, each.short) for each in verdict.demands]


def test_exactly_enough_fits() -> None:
    assert track(79, "2", slots(158, 790)).kind is VerdictKind.FITS
    refused = track(80, "2", slots(158, 790))
    assert (refused.kind, refused.why, refused.binding_pool) == (VerdictKind.REFUSED, Why.SHORT, "keywords")
    assert amounts(refused) == [("keywords", D(160), D(160), D(2)), ("data-rows", D(160), D(160), D(0))]
    assert refused.fits_items == 79


def test_every_named_pool_must_hold_the_whole_cost() -> None:
    refused = track(100, "1", slots(500, 40))
    assert (refused.kind, refused.binding_pool, refused.fits_items) == (VerdictKind.REFUSED, "data-rows", 40)


def test_one_pool_that_is_short_refuses_even_when_the_other_is_unknown() -> None:
    assert track(10, "1", slots(5, None)).kind is VerdictKind.REFUSED
    unknown = track(5, "1", slots(5, None))
    assert (unknown.kind, unknown.why, unknown.binding_pool) == (VerdictKind.UNKNOWN, Why.POOL_UNKNOWN, "data-rows")
    assert unknown.fits_items is None
    assert track(5, "1", snapshot(pool("keywords", 5, unit="keywords"))).why is Why.POOL_UNKNOWN


def test_a_missing_factor_cannot_be_sized_and_is_asked_for() -> None:
    verdict = track(5, "", slots(100, 100))
    assert (verdict.kind, verdict.why, verdict.fits_items) == (VerdictKind.UNKNOWN, Why.FACTOR_MISSING, None)
    assert "The price depends on this, which is not given: Search engines." in verdict.assumptions


def test_a_wrong_factor_is_an_error() -> None:
    with pytest.raises(FactorError):
        track(5, "0", slots(100, 100))


def test_pools_are_emptied_in_their_order_and_the_last_is_short() -> None:
    held = (pool("top-up", 100), pool("monthly", 312, PoolKind.ALLOWANCE, limit=D(500)))
    assert amounts(ask(price(1, pools=BOTH), 400, *held)) == [
        ("monthly", D(312), D(312), D(0)),
        ("top-up", D(88), D(88), D(0)),
    ]
    refused = ask(price(1, pools=BOTH), 413, *held)
    assert (refused.kind, refused.binding_pool, refused.fits_items) == (VerdictKind.REFUSED, "top-up", 412)
    assert refused.demands[1].short == 1


def test_an_empty_month_beside_a_big_wallet_is_no_refusal() -> None:
    held = (pool("monthly", 0, PoolKind.ALLOWANCE, limit=D(500)), pool("top-up", 248_442))
    assert ask(price(1, pools=BOTH), 1000, *held).kind is VerdictKind.FITS


def test_a_negative_pool_holds_nothing_and_is_shown_as_it_is() -> None:
    verdict = ask(price(1, pools=BOTH), 10, pool("monthly", -5), pool("top-up", 10))
    assert (verdict.kind, verdict.demands[0].left, verdict.fits_items) == (VerdictKind.FITS, -5, 10)
    alone = ask(price(1, pools=("monthly",)), 10, pool("monthly", -5))
    assert (alone.kind, alone.demands[0].short, alone.fits_items) == (VerdictKind.REFUSED, 15, 0)


def test_families_give_the_earliest_expiry_first_and_expired_ones_nothing() -> None:
    gone, soon, late = (
        pool(f"grant:{name}", left, PoolKind.PACKAGE, expires_at=NOW + timedelta(days=days))
        for name, left, days in (("a", 900, 0), ("b", 10, 5), ("c", 50, 9))
    )
    lists = vendor(drain=("grant:*", "balance"))
    verdict = ask(price(1, pools=("grant:*", "balance")), 70, late, gone, soon, pool("balance", 10), definition=lists)
    assert [each.pool for each in verdict.demands] == ["grant:b", "grant:c", "balance"]
    assert [each.needs_high for each in verdict.demands] == [10, 50, 10]
    assert verdict.kind is VerdictKind.FITS
    assert ask(price(1, pools=("grant:*",)), 1, gone, definition=lists).kind is VerdictKind.REFUSED


def test_pools_of_another_unit_are_never_added() -> None:
    lists = vendor(drain=("package:*", "balance"))
    held = (pool("package:1", 1_000_000, PoolKind.PACKAGE, unit="calls"), pool("balance", 1, unit="USD"))
    assert ask(price("0.01", pools=("balance",)), 101, *held, definition=lists).kind is VerdictKind.REFUSED
    assert ask(price("0.01", pools=("balance", "package:*")), 101, *held, definition=lists).fits_items == 100


def test_an_unknown_pool_does_not_matter_when_the_known_ones_suffice() -> None:
    held = (pool("monthly", 100), pool("top-up", None))
    assert ask(price(1, pools=BOTH), 100, *held).kind is VerdictKind.FITS
    verdict = ask(price(1, pools=BOTH), 101, *held)
    assert (verdict.kind, verdict.why, verdict.binding_pool) == (VerdictKind.UNKNOWN, Why.POOL_UNKNOWN, "top-up")
    assert amounts(verdict) == [("monthly", D(100), D(100), D(0)), ("top-up", D(1), D(1), D(0))]


def test_without_a_reading_the_needs_are_told_and_nothing_else() -> None:
    verdict = ask(price(1, pools=BOTH), 30)
    assert (verdict.kind, verdict.why, verdict.fits_items) == (VerdictKind.UNKNOWN, Why.NO_READING, None)
    assert [(each.label, each.unit, each.left) for each in verdict.demands] == [
        ("Monthly", "credits", None),
        ("Top-up", "credits", None),
    ]
    assert sum(each.needs_low for each in verdict.demands) == 30


def test_what_is_free_fits_without_a_reading_and_without_credit() -> None:
    assert ask(price(0, pools=BOTH), 30).kind is VerdictKind.FITS
    verdict = ask(price(0, pools=BOTH), 30, pool("monthly", -3))
    assert (verdict.kind, verdict.fits_items, verdict.demands[0].short) == (VerdictKind.FITS, 30, 0)


def test_a_range_is_refused_by_its_lowest_and_fits_by_its_highest_cost() -> None:
    actions = price(1, 15, pools=("shared", "domain"))
    held = (pool("shared", 100), pool("domain", 50))
    kinds = [ask(actions, count, *held, definition=vendor(drain=("shared", "domain"))) for count in (10, 11, 150, 151)]
    assert [each.kind.value for each in kinds] == ["fits", "unknown", "unknown", "refused"]
    assert kinds[1].why is Why.RANGE
    assert {each.fits_items for each in kinds} == {10}
    assert kinds[3].demands[1].short == 1


def test_a_cost_that_is_not_documented_is_never_made_up() -> None:
    unknown = price(0, None, pools=BOTH, unknown="Not documented.")
    verdict = ask(unknown, 1, pool("monthly", 1_000_000))
    assert (verdict.kind, verdict.why, verdict.fits_items) == (VerdictKind.UNKNOWN, Why.COST_UNKNOWN, None)
    assert verdict.demands[0].needs_high is None
    assert "Not documented (as of 2026-09-01)." in verdict.assumptions
    dynamic = price(1, None, pools=BOTH, minimum=D(1))
    assert ask(dynamic, 5, pool("monthly", 4)).kind is VerdictKind.REFUSED
    assert ask(dynamic, 5, pool("monthly", 5)).kind is VerdictKind.UNKNOWN


def test_without_a_price_that_holds_nothing_is_told() -> None:
    verdict = ask(price(1, when={"plan": "pro"}), 1, pool("monthly", 10))
    assert (verdict.kind, verdict.why, verdict.demands) == (VerdictKind.UNKNOWN, Why.NO_PRICE, ())


def test_a_reserve_that_is_touched_makes_it_thin() -> None:
    held = pool("monthly", 100)
    kept = {"monthly": D(20)}
    assert ask(price(1, pools=BOTH), 80, held, reserve=kept).kind is VerdictKind.FITS
    thin = ask(price(1, pools=BOTH), 81, held, reserve=kept)
    assert (thin.kind, thin.why, thin.binding_pool) == (VerdictKind.THIN, Why.RESERVE, "monthly")
    assert thin.assumptions[-1] == "The reserve of Monthly is 20 credits."
    assert ask(price(1, pools=BOTH), 101, held, reserve=kept).kind is VerdictKind.REFUSED


def test_a_plan_that_bills_overage_warns_in_money() -> None:
    plans = vendor(plans=(BILLED, FREE))
    verdict = ask(price(10, pools=BOTH), 20, pool("monthly", 150), definition=plans, settings={"plan": "growth"})
    assert (verdict.kind, verdict.why, verdict.fits_items) == (VerdictKind.THIN, Why.OVERAGE, 15)
    assert verdict.overage is not None
    assert (verdict.overage.amount, verdict.overage.money, verdict.overage.currency) == (50, D("0.0600"), "EUR")
    assert "0.0012 EUR each, as of 2026-09-01 (https://vendor.example/prices)" in verdict.assumptions[-1]


def test_over_the_limit_the_plan_decides_and_an_unknown_plan_cannot_tell() -> None:
    plans = vendor(plans=(BILLED, FREE))
    over = (price(10, pools=BOTH), 20, pool("monthly", 150))
    assert ask(*over, definition=plans, settings={"plan": "free"}).kind is VerdictKind.REFUSED
    unknown = ask(*over, definition=plans)
    assert (unknown.kind, unknown.why) == (VerdictKind.UNKNOWN, Why.PLAN_NOT_CHOSEN)
    assert ask(price(10, pools=BOTH), 15, pool("monthly", 150), definition=plans).kind is VerdictKind.FITS
    assert ask(*over, definition=vendor(plans=(FREE,))).kind is VerdictKind.REFUSED


def test_how_the_balance_is_known_is_told() -> None:
    by_hand = snapshot(pool("monthly", 312), source=Source.BY_HAND)
    verdict = ask(price(1, pools=BOTH), 313, snapshot=by_hand)
    assert verdict.kind is VerdictKind.REFUSED
    assert "The balance was typed by hand." in verdict.assumptions
    assert "Top-up was not typed and counts as empty." in verdict.assumptions


def test_many_digits_are_never_rounded() -> None:
    left = "1234567890123456789012345678901234567.891"
    held = pool("balance", left)
    assert ask(price(left, pools=("balance",)), 1, held).kind is VerdictKind.FITS
    more = str(Decimal(left).next_plus()) if len(left) < 20 else left[:-1] + "2"
    assert ask(price(more, pools=("balance",)), 1, held).demands[0].short == D("0.001")


def test_no_items_need_nothing() -> None:
    assert ask(price(5, pools=BOTH, minimum=D(3)), 0, pool("monthly", 0)).kind is VerdictKind.FITS
    with pytest.raises(ValueError, match="negative"):
        ask(price(5), -1)


def test_a_price_that_names_no_pools_draws_on_the_vendors_own_order() -> None:
    assert ask(price(1), 10, pool("monthly", 4), pool("top-up", 6)).kind is VerdictKind.FITS
