"""Requests that cost or are asked by hand only, whose key it is, when a plan ends, labels and units from elsewhere."""

from datetime import UTC, datetime
from decimal import Decimal

from tests.providers.asking import KEY, NOW

from creditdesk.core.definition import Cost, Definition
from creditdesk.core.pools import Snapshot
from creditdesk.core.typed import Typed, typed_pools
from creditdesk.providers.answers import Answer, judge, read_answer
from creditdesk.providers.definitions import load
from creditdesk.providers.unchanged import means_the_same_later
from creditdesk.providers.values import Scene

HEAD = """schema = 1
id = "vendor"
name = "Vendor"
as_of = 2026-09-30
source = "https://vendor.example"
credentials = [{ name = "key", label = "Key" }]
params = [{ name = "unit", label = "Unit", choices = ["dollars", "points"] }]
"""
REQUEST = '[[request]]\nid = "{}"\nurl = "https://api.vendor.example/{}"\n{}\n'
POOL = '[[pool]]\nid = "credits"\nlabel = "Credits"\nkind = "wallet"\nunit = "credits"\nremaining = "left"\n'


def definition(*parts: str) -> Definition:
    return load(HEAD + "\n".join(parts), "vendor.toml")


def read(rule: Definition, body: str, settings: dict[str, str] | None = None) -> Snapshot:
    answers = {each.id: Answer(200, {}, body.encode(), "vendor.example") for each in rule.requests}
    found = read_answer(rule, answers, settings or {}, NOW)
    assert isinstance(found, Snapshot), found
    return found


def test_what_is_asked_by_itself_is_not_manual_and_costs_nothing():
    plain = definition(REQUEST.format("a", "a", ""), POOL)
    assert (plain.manual, plain.cost) == (False, None)


def test_a_reading_that_costs_tells_its_price_and_is_manual():
    costed = 'poll = "manual"\ncost = { amount = 0.5, unit = "searches" }'
    one = definition(REQUEST.format("a", "a", costed), POOL)
    assert (one.manual, one.cost) == (True, Cost(Decimal("0.5"), "searches"))
    two = definition(REQUEST.format("a", "a", costed), REQUEST.format("b", "b", costed), POOL)
    assert two.cost == Cost(Decimal("1.0"), "searches")


def test_one_manual_request_makes_the_whole_reading_manual():
    rule = definition(REQUEST.format("a", "a", ""), REQUEST.format("b", "b", 'poll = "manual"'), POOL)
    assert (rule.manual, rule.cost) == (True, None)


def test_whose_key_it_is_comes_as_it_is_written_even_from_what_is_redacted():
    rule = definition(
        'account = { identity = "owner.id || email" }', REQUEST.format("a", "a", 'redact = ["email"]'), POOL
    )
    assert read(rule, '{"left": 1, "owner": {"id": 71}}').identity == "71"
    mailed = read(rule, '{"left": 1, "email": "me@vendor.example"}')
    assert mailed.identity == "me@vendor.example"
    assert "me@vendor" not in repr(mailed)
    for nothing in ("null", '""', "true", "[1]", '"' + "x" * 300 + '"'):
        assert read(rule, '{"left": 1, "email": ' + nothing + "}").identity == ""


def test_a_key_that_came_back_never_names_an_account():
    rule = definition('account = { identity = "token" }', REQUEST.format("a", "a", ""), POOL)
    scene = Scene(NOW, {}, (KEY,))
    body = judge(rule, rule.requests[0], Answer(200, {}, f'{{"token": "{KEY}"}}'.encode(), "vendor.example"), scene)
    assert body.identity == ""


def test_the_end_of_a_plan_is_told():
    rule = definition('account = { plan_ends = { at = "until", format = "date" } }', REQUEST.format("a", "a", ""), POOL)
    assert read(rule, '{"left": 1, "until": "2027-01-01"}').plan_ends_at == datetime(2027, 1, 1, tzinfo=UTC)
    assert read(rule, '{"left": 1, "until": "soon"}').plan_ends_at is None
    soon = definition(
        'account = { plan_ends = { at = "d", format = "days_from_now" } }', REQUEST.format("a", "a", ""), POOL
    )
    assert means_the_same_later(rule)
    assert not means_the_same_later(soon)


def test_a_plain_pool_is_there_only_where_its_condition_holds():
    rule = definition(REQUEST.format("a", "a", ""), POOL.replace("unit =", 'where = "active"\nunit ='))
    assert [pool.id for pool in read(rule, '{"left": 1, "active": true}').pools] == ["credits"]
    assert read(rule, '{"active": false}').pools == ()


def test_a_label_may_come_from_deep_inside_a_row():
    rows = POOL.replace('id = "credits"', 'id = "{row}"').replace('label = "Credits"', 'label = "Grant {row}"')
    rule = definition(REQUEST.format("a", "a", ""), rows + 'each = "grants"\nlabel_from = "type.name"')
    body = '{"grants": [{"left": 1, "type": {"name": "Gift"}}, {"left": 2, "type": null}]}'
    assert [pool.label for pool in read(rule, body).pools] == ["Gift", "Grant 2"]


def test_a_unit_may_be_the_users_choice():
    by_choice = POOL.replace('unit = "credits"', 'unit = "credits"\nunit_param = "unit"\nunits = { dollars = "USD" }')
    rule = definition(REQUEST.format("a", "a", ""), by_choice)
    wanted = {"": "credits", "dollars": "USD", "points": "points"}
    for chosen, unit in wanted.items():
        assert read(rule, '{"left": 1}', {"unit": chosen} if chosen else {}).pools[0].unit == unit
    typed = definition(by_choice.replace('remaining = "left"', "typed = true"))
    pools, _ = typed_pools(typed, {"unit": "dollars"}, {"credits": Typed(NOW, Decimal(1))}, NOW)
    assert [pool.unit for pool in pools] == ["USD"]
