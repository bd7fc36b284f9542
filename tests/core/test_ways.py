"""The ways to make an import fit: each does what it says, and the one that gives up least stands first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.core.desk_facts import NOW, D

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Pool, PoolKind, Snapshot, Source
from creditdesk.core.verdict import Part, VerdictKind
from creditdesk.core.ways import LossKind, Way, WayCase, WayKind, apply, ways
from creditdesk.providers.catalogue import Catalogue

RESET = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def vendors() -> Catalogue:
    """The built-in definitions."""
    return Catalogue(Path(__file__).parents[2] / "resources" / "providers")


def pool(name: str, kind: PoolKind, left: int, limit: int | None = None, **more: object) -> Pool:
    used = None if limit is None else D(limit - left)
    return Pool(name, name.title(), kind, "units", D(left), None if limit is None else D(limit), used, **more)  # type: ignore[arg-type]


def case(definition: Definition, operation: str, count: int, *pools: Pool, **more: object) -> WayCase:
    found = definition.operation(operation)
    assert found is not None
    factors = more.pop("factors", {})
    settings, reserve = more.pop("settings", {}), more.pop("reserve", {})
    parts = more.pop("parts", (Part(found, factors),))  # type: ignore[arg-type]
    held = Snapshot(NOW, Source.LIVE, pools)
    return WayCase(definition, parts, count, held, settings, reserve, NOW, **more)  # type: ignore[arg-type]


def tracker(vendors: Catalogue, count: int = 620, **more: object) -> WayCase:
    held = (pool("keywords", PoolKind.SLOTS, 358, 1000), pool("data-rows", PoolKind.SLOTS, 1790, 5000))
    more.setdefault("factors", {"engines": "2"})
    return case(vendors.get("ranktracker"), "track-keywords", count, *held, rows=2, trackable=True, **more)


def credit(vendors: Catalogue, operation: str, count: int, **more: object) -> WayCase:
    monthly = pool("monthly", PoolKind.ALLOWANCE, 312, 500, resets_at=RESET, reset_assumed=True)
    more.setdefault("settings", {"plan": "starter"})
    return case(vendors.get("oneclickseo"), operation, count, monthly, pool("top-up", PoolKind.WALLET, 120), **more)


def by_id(asked: WayCase) -> dict[str, Way]:
    return {way.id: way for way in ways(asked)}


def losses(way: Way) -> list[tuple[LossKind, int]]:
    return [(loss.kind, int(loss.amount)) for loss in way.gives_up]


def test_an_import_that_is_refused_has_the_ways_of_the_picture(vendors: Catalogue) -> None:
    found = by_id(tracker(vendors))
    assert list(found) == ["part", "free", "row:0", "row:1", "plan", "pilot"]
    part = found["part"]
    assert (part.items, part.kept, part.pool, part.added_now, part.left_after) == (179, 441, "keywords", 358, 0)
    assert losses(part) == [(LossKind.ITEMS, 441)]
    freed = found["free"]
    assert (freed.items, freed.short, freed.added_now, freed.left_after) == (620, 882, 1240, 0)
    assert losses(freed) == [(LossKind.TRACKED, 882)]
    row = found["row:1"]
    assert (row.items, row.row, row.factors, row.added_now) == (358, 1, {"engines": "1"}, 358)
    plan = found["plan"]
    assert (plan.at_least, plan.short, plan.limits, plan.left_after) == (1882, 882, {"keywords": D(1882)}, 0)
    assert not plan.gives_up and plan.url


def test_an_import_that_fits_is_sent_whole_or_begun_with_a_pilot(vendors: Catalogue) -> None:
    found = ways(tracker(vendors, 100))
    assert [(way.kind, way.items) for way in found] == [(WayKind.ALL, 100), (WayKind.PILOT, 10)]
    assert (found[0].added_now, found[0].left_after, found[0].gives_up) == (200, 158, ())
    certain = credit(vendors, "content-brief", 100)
    assert [way.id for way in ways(certain)] == ["all"]
    assert not ways(replace(certain, count=0))


def test_a_reserve_that_would_be_touched_is_told_with_the_part_that_keeps_it(vendors: Catalogue) -> None:
    found = by_id(tracker(vendors, 170, reserve={"keywords": D(100)}))
    assert losses(found["all"]) == [(LossKind.RESERVE, 82)]
    assert (found["reserve"].items, found["reserve"].left_after) == (129, 100)
    assert (found["free"].short, found["free"].left_after) == (82, 100)
    assert found["plan"].at_least == 1082
    assert "part" not in found


def test_both_short_pools_stand_in_the_limits_that_a_plan_needs(vendors: Catalogue) -> None:
    plan = by_id(tracker(vendors, 2000))["plan"]
    assert plan.limits == {"keywords": D(4642), "data-rows": D(7210)}
    assert (plan.pool, plan.at_least) == ("keywords", 4642)


def test_no_more_is_paused_than_there_are_places(vendors: Catalogue) -> None:
    held = (pool("keywords", PoolKind.SLOTS, 100, limit=1000), pool("data-rows", PoolKind.SLOTS, 4000, limit=5000))
    assert "free" in by_id(case(vendors.get("ranktracker"), "track-keywords", 1100, *held, trackable=True))
    assert "free" not in by_id(case(vendors.get("ranktracker"), "track-keywords", 1101, *held, trackable=True))


def test_a_smaller_documented_depth_sends_all_of_it(vendors: Catalogue) -> None:
    found = by_id(credit(vendors, "rank-check", 60, factors={"depth": "100"}))
    assert list(found) == ["later", "part", "factor:depth=10", "plan:pro"]
    depth = found["factor:depth=10"]
    assert (depth.items, depth.kept, depth.added_now, depth.left_after) == (60, 0, 60, 372)
    (lost,) = depth.gives_up
    assert (lost.kind, lost.name, lost.was, lost.becomes) == (LossKind.FACTOR, "depth", "100", "10")
    assert apply(depth, credit(vendors, "rank-check", 60, factors={"depth": "100"})).parts[0].factors == {"depth": "10"}


def test_only_documented_values_are_offered(vendors: Catalogue) -> None:
    between = by_id(credit(vendors, "rank-check", 100, factors={"depth": "55"}))
    assert [name for name in between if name.startswith("factor")] == ["factor:depth=10"]
    engines = by_id(credit(vendors, "ai-visibility", 200))
    assert "factor:engines=1" in engines and len([name for name in engines if name.startswith("factor")]) == 1
    assert not any(name.startswith("factor") for name in by_id(credit(vendors, "rank-check", 433)))


def test_where_every_value_is_documented_the_largest_that_fits_is_offered(vendors: Catalogue) -> None:
    asked = replace(tracker(vendors, 100, factors={"engines": "6"}), rows=0)
    assert (by_id(asked)["factor:engines=3"].items, by_id(asked)["factor:engines=3"].added_now) == (100, 300)
    many = replace(tracker(vendors, 400, factors={"engines": "6"}), rows=0)
    assert (by_id(many)["factor:engines=1"].items, by_id(many)["factor:engines=1"].kept) == (358, 42)


def test_a_decimal_price_and_an_assumption_are_no_factors_to_lower(vendors: Catalogue) -> None:
    held = (pool("package:a", PoolKind.PACKAGE, 50), pool("balance", PoolKind.WALLET, 1))
    asked = case(vendors.get("capsolver"), "task", 100, *held, factors={"price": "0.02"})
    assert [way.id for way in ways(asked)] == ["part", "pilot"]
    paid = replace(asked, parts=(replace(asked.parts[0], factors={"price": "0.02", "packages": "yes"}),))
    assert next((way.id, way.added_now, way.pool) for way in ways(paid)) == ("all", 1, "balance")


def test_the_rest_goes_after_the_reset_with_its_date_and_what_there_is_then(vendors: Catalogue) -> None:
    later = by_id(credit(vendors, "serp-overview", 600))["later"]
    assert (later.items, later.kept, later.then_items, later.at) == (432, 168, 168, RESET)
    assert (later.then_left, later.label, later.assumed) == (500, "Monthly", True)
    assert losses(later) == [(LossKind.TIME, 168)]
    twice = by_id(credit(vendors, "serp-overview", 5000))["later"]
    assert (twice.then_items, losses(twice)) == (500, [(LossKind.TIME, 500), (LossKind.ITEMS, 4068)])
    assert next(iter(by_id(credit(vendors, "serp-overview", 600)))) == "later"


def test_a_reset_that_has_passed_or_is_not_known_is_no_way(vendors: Catalogue) -> None:
    asked = credit(vendors, "serp-overview", 600)
    assert "later" not in by_id(replace(asked, now=RESET))
    assert "later" not in by_id(tracker(vendors))


def test_packages_that_expire_before_the_reset_are_gone_then(vendors: Catalogue) -> None:
    balance = pool("balance", PoolKind.ALLOWANCE, 0, 100, resets_at=NOW + timedelta(days=9))
    soon = pool("grant:a", PoolKind.PACKAGE, 55, expires_at=NOW + timedelta(days=1))
    asked = case(vendors.get("leadboxer"), "domain-lookup", 50, balance, soon, settings={"plan": "free"})
    later = by_id(asked)["later"]
    assert (later.items, later.then_items) == (5, 10)


def test_the_cheapest_packs_are_offered_for_each_pool(vendors: Catalogue) -> None:
    held = (pool("shared", PoolKind.WALLET, 100), pool("domain", PoolKind.WALLET, 50))
    found = by_id(case(vendors.get("seo-rank-genius"), "ai-action", 700, *held))
    assert list(found) == ["part", "packs:domain", "packs:shared", "pilot"]
    shared, domain = found["packs:shared"], found["packs:domain"]
    assert [(buy.pack, buy.count) for buy in shared.buys] == [("shared-15000", 1)]
    assert (shared.money, shared.currency, shared.short, shared.left_after) == (40, "USD", 10350, 4650)
    assert [(buy.pack, buy.count) for buy in domain.buys] == [("domain-10000", 1), ("domain-1000", 1)]
    assert (domain.money, domain.left_after, bool(domain.url)) == (35, 650, True)
    assert (found["pilot"].items, found["part"].items) == (10, 10)


def test_packs_also_fill_what_is_below_zero(vendors: Catalogue) -> None:
    held = (pool("shared", PoolKind.WALLET, 0), pool("domain", PoolKind.WALLET, -40))
    found = by_id(case(vendors.get("seo-rank-genius"), "ai-action", 64, *held))
    assert found["packs:shared"].short == 960
    assert found["packs:domain"].short == 1000
    assert found["packs:domain"].left_after == 0


def test_the_smallest_plan_that_covers_it_is_of_the_accounts_edition(vendors: Catalogue) -> None:
    asked = credit(vendors, "serp-overview", 500, settings={"plan": "free", "edition": "pakistan"})
    plan = next(way for way in ways(asked) if way.kind is WayKind.PLAN)
    assert (plan.id, plan.label) == ("plan:pro", "Pro (Pakistan Edition)")
    assert not any(way.kind is WayKind.PLAN for way in ways(credit(vendors, "serp-overview", 9000)))


def test_a_plan_whose_credits_come_as_grants_is_told_with_its_price_in_words(vendors: Catalogue) -> None:
    grants = (pool("grant:a", PoolKind.PACKAGE, 3000), pool("grant:b", PoolKind.PACKAGE, 240))
    found = by_id(case(vendors.get("leadboxer"), "ip-lookup", 500, *grants, settings={"plan": "free"}))
    plan = found["plan:starter"]
    assert (plan.price, plan.money, plan.currency, plan.short) == ("EUR 99-149", None, "EUR", 1760)


def test_overage_is_money_and_the_part_without_it_is_offered(vendors: Catalogue) -> None:
    grants = (pool("grant:a", PoolKind.PACKAGE, 3000), pool("grant:b", PoolKind.PACKAGE, 240))
    found = by_id(case(vendors.get("leadboxer"), "ip-lookup", 500, *grants, settings={"plan": "starter"}))
    everything = found["all"]
    assert (everything.money, everything.currency, losses(everything)) == (
        D("3.168"),
        "EUR",
        [(LossKind.OVERAGE, 1760)],
    )
    assert found["part"].items == 324


def test_a_pilot_is_a_tenth_and_50_at_the_most_where_the_price_is_not_certain(vendors: Catalogue) -> None:
    assert [by_id(tracker(vendors, count))["pilot"].items for count in (5, 20, 500, 99999)] == [1, 2, 50, 50]
    assert "pilot" not in by_id(tracker(vendors, 1))
    assert "pilot" in by_id(credit(vendors, "keyword-overview", 50))
    assert "pilot" not in by_id(credit(vendors, "serp-overview", 5000))
    assert "pilot" in by_id(credit(vendors, "rank-check", 500, factors={"depth": "55"}))


def test_without_a_reading_no_part_is_made_up(vendors: Catalogue) -> None:
    asked = replace(credit(vendors, "serp-overview", 50), snapshot=None)
    assert ways(asked) == ()
    unsure = replace(credit(vendors, "domain-metrics", 50), snapshot=None)
    assert [way.id for way in ways(unsure)] == ["pilot"]


def test_of_several_parts_the_one_whose_factor_changes_is_named(vendors: Catalogue) -> None:
    definition = vendors.get("oneclickseo")
    names = ("serp-overview", "content-brief", "rank-check")
    serp, brief, rank = (definition.operation(name) for name in names)
    assert serp and brief and rank
    parts = (Part(serp), Part(brief), Part(rank, {"depth": "100"}, 4))
    found = by_id(credit(vendors, "serp-overview", 200, parts=parts))
    factor = found["factor:3:depth=10"]
    assert (factor.part, factor.items, factor.added_now) == (2, 54, D(432))
    applied = apply(factor, credit(vendors, "serp-overview", 200, parts=parts))
    assert (applied.count, applied.parts[2].factors, applied.parts[2].times) == (54, {"depth": "10"}, 4)


def test_choosing_a_way_that_needs_another_step_changes_nothing_yet(vendors: Catalogue) -> None:
    asked = tracker(vendors)
    found = by_id(asked)
    assert apply(found["free"], asked) == apply(found["plan"], asked) == asked
    left_out = apply(found["row:0"], asked)
    assert (left_out.rows, left_out.count, left_out.parts[0].factors) == (1, 358, {"engines": "1"})
    assert apply(found["pilot"], asked).count == 50
    assert found["part"].kind is WayKind.PART and VerdictKind.REFUSED not in {way.kind for way in found.values()}


def test_amounts_of_many_digits_stay_exact(vendors: Catalogue) -> None:
    left = 10**35 + 1
    asked = credit(vendors, "serp-overview", 10**36)
    held = Snapshot(NOW, Source.LIVE, (pool("monthly", PoolKind.ALLOWANCE, left, 10**36), asked.snapshot.pools[1]))  # type: ignore[union-attr]
    part = by_id(replace(asked, snapshot=held))["part"]
    assert (part.items, part.added_now, part.left_after) == (left + 120, Decimal(left + 120), 0)
