"""Ranktracker, OneClickSEO and SEO Rank Genius: every documented number, and what is not documented stays unknown."""

from decimal import Decimal
from pathlib import Path

import pytest

from creditdesk.core.definition import AuthKind
from creditdesk.core.pools import PoolKind, TroubleKind
from creditdesk.providers.catalogue import Catalogue
from creditdesk.providers.selection import compile_expression

FOLDER = Path(__file__).parents[2] / "resources" / "providers"


@pytest.fixture(scope="module")
def vendors():
    """The built-in definitions."""
    return Catalogue(FOLDER)


def price(definition, operation, **settings):
    """The price of an operation under these settings."""
    found = [
        each
        for each in definition.operation(operation).prices
        if all(settings.get(name) == value for name, value in each.when.items())
    ]
    assert len(found) == 1
    return found[0]


def first_match(request, status, body):
    """The kind and wait of the first fail rule that matches, or None."""
    for rule in request.fail:
        if (not rule.status or status in rule.status) and (not rule.when or compile_expression(rule.when).holds(body)):
            return rule.kind, rule.wait_s
    return None


# Ranktracker


def test_ranktracker_sends_the_bare_key_and_reads_four_pools(vendors):
    definition = vendors.get("ranktracker")
    request = definition.requests[0]
    assert (request.method, request.url) == ("GET", "https://api.ranktracker.com/v1/account/usage")
    assert [(auth.kind, auth.name, auth.value) for auth in request.auth] == [
        (AuthKind.HEADER, "Authorization", "{key}")
    ]
    body = {
        "data": {
            "attributes": {
                "apiEnabled": True,
                "keywords": {"usage": 842, "limit": 1000, "remaining": 158},
                "dataRows": {"usage": 4210, "limit": 5000, "remaining": 790},
                "onDemand": {"usage": 12, "limit": 50, "remaining": 38},
                "serpAnalyser": {"usage": 3, "limit": 25, "remaining": 22},
            }
        }
    }
    found = [
        [compile_expression(amount.path).find(body) for amount in (pool.used, pool.limit, pool.remaining)]
        for pool in definition.pools
    ]
    assert found == [[842, 1000, 158], [4210, 5000, 790], [12, 50, 38], [3, 25, 22]]
    assert [pool.kind for pool in definition.pools[:2]] == [PoolKind.SLOTS, PoolKind.SLOTS]
    assert all(pool.reset is None for pool in definition.pools)
    assert first_match(request, 200, body) is None


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"data": {"attributes": {"apiEnabled": False}}}, TroubleKind.NO_ACCESS),
        (403, None, TroubleKind.KEY_REJECTED),
        (503, None, TroubleKind.THROTTLED),
    ],
)
def test_ranktrackers_refusals_are_told_apart(vendors, status, body, kind):
    assert first_match(vendors.get("ranktracker").requests[0], status, body) == (kind, 0)


def test_ranktracker_charges_words_times_engines_on_both_pools(vendors):
    operation = vendors.get("ranktracker").operation("track-keywords")
    cost = operation.prices[0]
    assert operation.whole
    assert (cost.low, cost.high, cost.pools, cost.draw) == (1, 1, ("keywords", "data-rows"), "each")
    assert [(step.factor, step.rule) for step in cost.steps] == [("engines", "value")]
    assert (operation.factors[0].default, operation.factors[0].as_rows) == ("1", True)
    assert "not documented" in operation.repeats
    assert operation.most == 0
    assert cost.observed == ("data-rows", "keywords")


# OneClickSEO


def test_oneclickseo_has_no_invented_endpoint(vendors):
    definition = vendors.get("oneclickseo")
    assert not definition.readable
    assert all(pool.typed for pool in definition.pools)


@pytest.mark.parametrize(
    ("edition", "limits"),
    [
        ("international", {"free": 50, "starter": 500, "pro": 2500}),
        ("pakistan", {"free": 75, "starter": 450, "pro": 1200}),
    ],
)
def test_oneclickseos_allowance_follows_edition_and_plan(vendors, edition, limits):
    definition = vendors.get("oneclickseo")
    for plan, limit in limits.items():
        assert definition.plan({"edition": edition, "plan": plan}).limits == {"monthly": Decimal(limit)}
    assert definition.settings({})["edition"] == "international"
    assert definition.plan(definition.settings({})) is None


def test_oneclickseo_empties_the_month_before_the_top_up(vendors):
    definition = vendors.get("oneclickseo")
    monthly, top_up = definition.pools
    assert (monthly.reset.every, monthly.reset.anchor, monthly.reset.tz, monthly.reset.assumed) == (
        "month",
        "first",
        "UTC",
        True,
    )
    assert (monthly.kind, top_up.kind, top_up.reset) == (PoolKind.ALLOWANCE, PoolKind.WALLET, None)
    assert (definition.drain, definition.total_label) == (("monthly", "top-up"), "Available")


@pytest.mark.parametrize(
    ("operation", "low", "high", "per"),
    [
        ("keyword-overview", 0, None, "item"),
        ("keyword-ideas", 25, 25, "item_or_run"),
        ("serp-overview", 1, 1, "item"),
        ("keyword-clusters", 1, 1, "run"),
        ("content-brief", 3, 3, "item"),
        ("domain-metrics", 0, 1, "item"),
        ("backlink-gap", 1, None, "item"),
        ("rank-check", 1, 1, "item"),
        ("ai-visibility", 1, 1, "item"),
        ("projects", 0, 0, "item"),
        ("site-audits", 0, 0, "item"),
    ],
)
def test_oneclickseos_cost_table_is_complete(vendors, operation, low, high, per):
    cost = price(vendors.get("oneclickseo"), operation)
    assert (cost.low, cost.high, cost.per, cost.pools) == (low, high, per, ("monthly", "top-up"))
    assert bool(cost.unknown) == (high is None)


def test_oneclickseos_factors_have_the_documented_limits(vendors):
    definition = vendors.get("oneclickseo")
    competitors, limit = definition.operation("backlink-gap").factors
    assert (competitors.low, competitors.high, competitors.default) == (1, 20, "")
    assert (limit.low, limit.high, limit.default) == (10, 1000, "100")
    depth = definition.operation("rank-check").factors[0]
    assert (depth.low, depth.high, depth.default) == (1, 100, "10")
    engines = definition.operation("ai-visibility").factors[0]
    assert (engines.low, engines.high, engines.default, engines.words) == (1, 5, "all", ("all",))
    assert definition.operation("domain-metrics").most == 10


def test_oneclickseos_guesses_are_named(vendors):
    definition = vendors.get("oneclickseo")
    assert "7 credits" in price(definition, "backlink-gap").assumptions[0]
    step = price(definition, "rank-check").steps[0]
    assert (step.rule, step.per, step.documented) == ("ceil", 10, ("10", "100"))
    assert "assumed" in step.why
    step = price(definition, "ai-visibility").steps[0]
    assert (step.rule, step.values, step.capped, step.documented) == ("table", {"all": 4, "1": 1}, 4, ("all", "1"))


def test_oneclickseos_free_question_asks_for_cached_domains_only(vendors):
    (probe,) = vendors.get("oneclickseo").probes
    request = probe.request
    assert (probe.operation, probe.batch, probe.charged) == ("domain-metrics", 10, "meta.credits_charged")
    assert (request.method, request.url) == ("POST", "https://api.oneclickseo.ai/v1/domains/metrics")
    assert request.json == {"domains": "{items}", "fetch_uncached": False}
    assert [(auth.kind, auth.value) for auth in request.auth] == [(AuthKind.BEARER, "{key}")]
    body = {"data": [{"domain": "ahrefs.com", "domain_rating": 91}], "meta": {"credits_charged": 0}}
    assert compile_expression(probe.found).find(body) == ["ahrefs.com"]
    assert compile_expression(probe.charged).find(body) == 0
    assert vendors.get("oneclickseo").probe("domain-metrics") == probe


# SEO Rank Genius


def test_seo_rank_genius_is_typed_and_shares_one_pool_by_licence(vendors):
    definition = vendors.get("seo-rank-genius")
    shared, domain = definition.pools
    assert not definition.readable
    assert (shared.shared_by, domain.shared_by) == ("licence", "")
    assert (shared.kind, domain.kind) == (PoolKind.WALLET, PoolKind.WALLET)
    assert definition.total_label == "Total available"
    assert [param.name for param in definition.params] == ["plan", "licence", "site"]


def test_seo_rank_genius_sells_six_packs(vendors):
    packs = [(pack.pool, int(pack.amount), int(pack.price)) for pack in vendors.get("seo-rank-genius").packs]
    assert packs == [
        ("shared", 1000, 5), ("shared", 5000, 20), ("shared", 15000, 40),
        ("domain", 1000, 5), ("domain", 5000, 20), ("domain", 10000, 30),
    ]  # fmt: skip
    assert {pack.currency for pack in vendors.get("seo-rank-genius").packs} == {"USD"}


def test_an_ai_action_is_a_range(vendors):
    cost = price(vendors.get("seo-rank-genius"), "ai-action")
    assert (cost.low, cost.high) == (1, 15)
    assert any("spent first" in each for each in cost.assumptions)


def test_the_free_plan_shows_an_upgrade_and_the_trial_is_labelled(vendors):
    plans = {plan.id: plan for plan in vendors.get("seo-rank-genius").plans}
    assert plans["free"].upgrade and plans["free"].upgrade_url
    assert plans["trial"].trial and "trial" in plans["trial"].label
    assert not plans["pro"].upgrade
    assert all(not plan.limits for plan in plans.values())
