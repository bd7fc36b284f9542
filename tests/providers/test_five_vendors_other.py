"""LeadBoxer and CapSolver: every documented number, and what is not documented stays unknown."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

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


# LeadBoxer


def test_leadboxer_reads_grants_in_any_of_the_likely_shapes(vendors):
    definition = vendors.get("leadboxer")
    request, grant = definition.requests[0], definition.pools[0]
    assert request.url == "https://api.leadboxer.com/v1/management/credits"
    assert [(auth.name, auth.value) for auth in request.auth] == [("x-api-key", "{key}")]
    assert (grant.kind, grant.inferred, grant.expires.format) == (PoolKind.PACKAGE, True, "auto")
    for name in ("id", "grantId", "uuid", "name", "_id"):
        assert compile_expression(grant.key).find({name: "g1"}) == "g1"
    assert compile_expression(grant.key).find({"amount": 5}) is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, TroubleKind.KEY_REJECTED),
        (402, TroubleKind.EXHAUSTED),
        (403, TroubleKind.NO_ACCESS),
        (404, TroubleKind.BAD_ANSWER),
        (429, TroubleKind.THROTTLED),
    ],
)
def test_leadboxers_refusals_are_told_apart(vendors, status, kind):
    assert first_match(vendors.get("leadboxer").requests[0], status, {}) == (kind, 0)


def test_leadboxers_wait_stands_in_the_body(vendors):
    rule = next(rule for rule in vendors.get("leadboxer").requests[0].fail if 429 in rule.status)
    body = json.loads('{"status": 429, "retry-after": 43, "rate-limit-reset": 1766565255}')
    assert compile_expression(rule.retry_after).find(body) == 43


@pytest.mark.parametrize(
    ("operation", "fixed", "newer"),
    [
        ("ip-lookup", 10, 20),
        ("domain-lookup", 10, 10),
        ("track", 1, 1),
        ("leads", 10, None),
        ("leads-export", 10, None),
    ],
)
def test_both_of_leadboxers_price_lists_are_there(vendors, operation, fixed, newer):
    definition = vendors.get("leadboxer")
    old, new = price(definition, operation, prices="fixed-cost"), price(definition, operation, prices="newer")
    assert (old.low, old.high) == (fixed, fixed)
    assert (new.high, bool(new.unknown)) == (newer, newer is None)
    assert old.fact.as_of < new.fact.as_of
    assert definition.settings({})["prices"] == "fixed-cost"


def test_only_leadboxers_newer_list_counts_an_address_once_in_24_hours(vendors):
    old, new = (price(vendors.get("leadboxer"), "ip-lookup", prices=each) for each in ("fixed-cost", "newer"))
    assert (old.repeats, new.repeats) == ("", "once")
    assert any("24 hours" in each for each in old.assumptions) and any("24 hours" in each for each in new.assumptions)


def test_leadboxer_says_that_the_newer_page_lists_other_prices(vendors):
    notice = vendors.get("leadboxer").notices[0]
    assert notice.when == {"prices": "fixed-cost"}
    assert notice.set == {"prices": "newer"}
    assert "20" in notice.text and notice.button


@pytest.mark.parametrize(
    ("plan", "credits", "money", "unit", "overage", "months"),
    [
        ("free", 25_000, "EUR 0", None, None, 1),
        ("starter", 100_000, "EUR 99-149", "0.0010", "0.0018", 2),
        ("growth", 250_000, "EUR 199-249", "0.0008", "0.0012", 3),
        ("scale", 1_000_000, "EUR 399-449", "0.0004", "0.0007", 6),
    ],
)
def test_leadboxers_plans_have_their_money(vendors, plan, credits, money, unit, overage, months):
    found = vendors.get("leadboxer").plan({"plan": plan})
    assert found.limits == {"balance": Decimal(credits)}
    assert (found.price, found.currency, found.valid_months) == (money, "EUR", months)
    assert (found.unit_price, found.overage) == (unit and Decimal(unit), overage and Decimal(overage))
    assert found.bills_overage == (plan != "free")


def test_leadboxers_pay_as_you_go_steps_and_app_prices_are_told(vendors):
    definition = vendors.get("leadboxer")
    steps = definition.plan({"plan": "free"}).notes
    for money in ("0.0025", "0.0020", "0.0015", "0.0012", "0.0009", "0.0007"):
        assert money in steps
    for fact in (
        "contact enrichment 50 (April 2026: 25)",
        "AI account summary 100 (April 2026: 50)",
        "Enterprise 2,500",
    ):
        assert fact in definition.notes


# CapSolver


def test_capsolver_sends_the_key_in_the_body_and_drops_the_packages_keys(vendors):
    request = vendors.get("capsolver").requests[0]
    assert (request.method, request.url) == ("POST", "https://api.capsolver.com/getBalance")
    assert (request.json, request.auth, request.headers, request.query) == ({"clientKey": "{key}"}, (), {}, {})
    assert request.redact == ("packages[].token",)


@pytest.mark.parametrize(
    ("code", "kind", "wait"),
    [
        ("ERROR_KEY_DENIED_ACCESS", TroubleKind.KEY_REJECTED, 0),
        ("ERROR_KEY_DOES_NOT_EXIST", TroubleKind.KEY_REJECTED, 0),
        ("ERROR_KEY_TEMP_BLOCKED", TroubleKind.THROTTLED, 300),
        ("ERROR_IP_BANNED", TroubleKind.THROTTLED, 1800),
        ("ERROR_RATE_LIMIT", TroubleKind.THROTTLED, 0),
        ("ERROR_ZERO_BALANCE", TroubleKind.EXHAUSTED, 0),
        ("ERROR_SERVICE_UNAVALIABLE", TroubleKind.VENDOR_DOWN, 0),
        ("ERROR_BAD_REQUEST", TroubleKind.BAD_ANSWER, 0),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
def test_capsolvers_codes_are_told_apart_at_every_status(vendors, code, kind, wait, status):
    body = {"errorId": 1, "errorCode": code, "errorDescription": "words"}
    assert first_match(vendors.get("capsolver").requests[0], status, body) == (kind, wait)


def test_capsolvers_good_answer_breaks_no_rule(vendors):
    request = vendors.get("capsolver").requests[0]
    assert first_match(request, 200, {"errorId": 0, "balance": 1071810, "packages": []}) is None
    assert first_match(request, 503, None) is None
    assert first_match(request, 401, None) == (TroubleKind.KEY_REJECTED, 0)


def test_every_package_of_capsolver_is_shown_because_its_status_codes_are_not_documented(vendors):
    package = vendors.get("capsolver").pools[1]
    assert (package.where, package.optional) == ("", True)
    assert "status codes is not documented" in vendors.get("capsolver").notes
    assert (package.label, package.unit, package.expires.format) == ("{title}", "calls", "epoch")


def test_a_captcha_task_needs_a_price_above_zero(vendors):
    operation = vendors.get("capsolver").operation("task")
    factor, cost = operation.factors[0], operation.prices[0]
    assert (factor.name, factor.kind, factor.default) == ("price", "decimal", "")
    assert factor.low > 0
    assert (cost.pools, cost.steps[0].factor) == (("balance",), "price")
    assert [(each.when["packages"], each.covers) for each in operation.prices] == [("yes", ("package:*",)), ("no", ())]
    assert (operation.factors[1].name, operation.factors[1].default) == ("packages", "no")
    assert vendors.get("capsolver").drain == ("package:*", "balance")
