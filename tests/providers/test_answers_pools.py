"""From answers to pools: what is required, what is worked out, what is unknown, and nothing clamped."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.providers.asking import answered, bad, good, pool_rule, vendor

from creditdesk.core.definition import Amount, Param, When
from creditdesk.core.pools import Pool, PoolKind, TroubleKind

D = Decimal
BOTH = {"limit": Amount(path="limit"), "used": Amount(path="used"), "remaining": None}


def pools_of(body: object, *rules: Any, **changes: Any) -> tuple[Pool, ...]:
    return good(answered(body, pools=rules, **changes)).pools


def amounts(body: object, **changes: Any) -> tuple[Decimal | None, Decimal | None, Decimal | None, tuple[str, ...]]:
    (pool,) = pools_of(body, pool_rule(**changes))
    return pool.left, pool.limit, pool.used, pool.derived


def refusal(body: object, *rules: Any) -> str:
    trouble = bad(answered(body, pools=rules))
    assert trouble.kind is TroubleKind.BAD_ANSWER
    return trouble.message.removeprefix("The answer of Example cannot be read: ").removesuffix(".")


def test_the_third_amount_is_worked_out_and_marked() -> None:
    assert amounts({"limit": 100, "used": 42}, **BOTH) == (58, 100, 42, ("left",))
    assert amounts({"limit": 100, "left": 58}, limit=Amount(path="limit")) == (58, 100, 42, ("used",))
    assert amounts({"used": 42, "left": 58}, used=Amount(path="used")) == (58, 100, 42, ("limit",))


def test_one_amount_stays_alone() -> None:
    assert amounts({"left": 58}) == (58, None, None, ())


def test_three_amounts_are_shown_as_the_vendor_says_them_even_when_they_disagree() -> None:
    three = {"limit": Amount(path="limit"), "used": Amount(path="used")}
    assert amounts({"limit": 100, "used": 42, "left": 60}, **three) == (60, 100, 42, ())


def test_nothing_is_clamped() -> None:
    assert amounts({"limit": 100, "used": 142}, **BOTH)[0] == -42
    assert amounts({"limit": 100, "left": 250}, limit=Amount(path="limit"))[:3] == (250, 100, -150)


@pytest.mark.parametrize(
    "value", [None, True, False, "", "many", "1.2.3", [], {}, [5], {"a": 1}, "NaN", "Infinity", "1e400"]
)
def test_a_required_amount_that_is_no_number_makes_the_answer_unreadable(value: object) -> None:
    what = "is missing" if value is None else "is not a number"
    assert refusal({"left": value}, pool_rule()) == f"left {what}"


def test_a_missing_amount_is_named_by_its_path() -> None:
    rule = pool_rule(remaining=Amount(path="data.keywords.remaining"))
    assert refusal({"data": {"keywords": {}}}, rule) == "data.keywords.remaining is missing"


def test_each_named_amount_is_required() -> None:
    assert refusal({"limit": 5}, pool_rule(**BOTH)) == "used is missing"


@pytest.mark.parametrize("value", [None, True, "many", [], {}])
def test_an_optional_amount_is_unknown_and_never_zero(value: object) -> None:
    (pool,) = pools_of({"left": value}, pool_rule(optional=True))
    assert (pool.left, pool.limit, pool.used) == (None, None, None)


def test_an_unlimited_limit_is_no_limit_and_nothing_is_worked_out_from_it() -> None:
    top = 2_147_483_647
    assert amounts({"limit": top, "used": 42}, **BOTH, unlimited=(D(top),)) == (None, None, 42, ())
    assert amounts({"left": -1}, unlimited=(D(-1),)) == (None, None, None, ())
    optional = {"limit": Amount(path="limit"), "used": Amount(path="used"), "optional": True}
    assert amounts({"limit": None, "used": 5, "left": 3}, **optional) == (3, None, 5, ())


@pytest.mark.parametrize(
    ("value", "scale", "sep", "amount"),
    [
        ("1,000", "1", ",", "1000"),
        ("$36.00", "1", "", "36.00"),
        (" 110.00 ", "1", "", "110.00"),
        (12345, "0.01", "", "123.45"),
        ("-1000", "-0.01", "", "10.00"),
        (8.9997e-05, "1", "", "0.000089997"),
        (1234567890123456789012345678, "0.0000001", "", "123456789012345678901.2345678"),
    ],
)
def test_amounts_are_read_exactly_and_scaled(value: object, scale: str, sep: str, amount: str) -> None:
    assert amounts({"left": value}, scale=D(scale), group_sep=sep)[0] == D(amount)


def test_a_list_is_added_up_and_two_values_subtracted() -> None:
    total = pool_rule(remaining=Amount(total="data[].left"))
    rows = {"data": [{"left": "0.1"}, {"left": 0.2}, {"left": 10**30}]}
    assert pools_of(rows, total)[0].left == D("1000000000000000000000000000000.3")
    assert pools_of({"data": []}, total)[0].left == 0
    assert refusal({"other": []}, total) == "data[].left is missing"
    assert refusal({"data": [{"left": 1}, {"left": "x"}]}, total) == "data[].left is not a number"
    minus = pool_rule(remaining=Amount(minus=("all", "gone")))
    assert pools_of({"all": 5, "gone": 7}, minus)[0].left == -2
    assert refusal({"all": 5}, minus) == "gone is missing"


PACKAGE = pool_rule(
    id="package:{row}",
    label="{title}",
    kind=PoolKind.PACKAGE,
    unit="calls",
    each="packages",
    key="packageId",
    where="status == `1`",
    remaining=Amount(path="numberOfCalls"),
    expires=When(at="expireTime", format="epoch"),
)


def test_each_row_is_a_pool() -> None:
    body = {
        "packages": [
            {
                "packageId": "12327bff",
                "title": "reCAPTCHA v2 500K",
                "numberOfCalls": 12,
                "status": 1,
                "expireTime": 1702896511,
            },
            {"packageId": "x", "title": "old", "numberOfCalls": 1, "status": 0},
            {"packageId": 77, "title": "Another", "numberOfCalls": 3, "status": 1, "expireTime": 0},
        ]
    }
    first, second = pools_of(body, PACKAGE)
    assert (first.id, first.label, first.left, first.kind) == (
        "package:12327bff",
        "reCAPTCHA v2 500K",
        12,
        PoolKind.PACKAGE,
    )
    assert first.expires_at == datetime(2023, 12, 18, 10, 48, 31, tzinfo=UTC)
    assert (second.id, second.left, second.expires_at) == ("package:77", 3, None)
    assert pools_of({"packages": []}, PACKAGE) == ()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "packages is missing"),
        ({"packages": 5}, "packages is not a list"),
        ({"packages": "text"}, "packages is not a list"),
        ({"packages": [{"status": 1, "numberOfCalls": 1}]}, "packages[0].packageId is missing"),
        ({"packages": [{"status": 1, "packageId": True, "numberOfCalls": 1}]}, "packages[0].packageId is not a name"),
        ({"packages": [{"status": 0}, {"status": 1, "packageId": "a"}]}, "packages[1].numberOfCalls is missing"),
        (
            {"packages": [{"status": 1, "packageId": "a", "numberOfCalls": 1}] * 2},
            "it lists two pools under the same name",
        ),
        ({"packages": [{}] * 501}, "packages has more than 500 entries"),
    ],
)
def test_rows_that_cannot_be_told_apart_make_the_answer_unreadable(body: object, words: str) -> None:
    assert refusal(body, PACKAGE) == words


def test_an_optional_list_may_be_missing() -> None:
    rule = pool_rule(id="p:{row}", each="packages", optional=True)
    assert pools_of({}, rule) == ()


def test_an_object_is_read_by_its_names() -> None:
    rule = pool_rule(
        id="{row}",
        label="Quota {row}",
        each="data.attributes",
        where="type(@) == 'object'",
        ids={"dataRows": "data-rows"},
        remaining=Amount(path="remaining"),
    )
    body = {
        "data": {"attributes": {"apiEnabled": True, "keywords": {"remaining": 158}, "dataRows": {"remaining": 790}}}
    }
    assert [(pool.id, pool.label, pool.left) for pool in pools_of(body, rule)] == [
        ("keywords", "Quota keywords", 158),
        ("data-rows", "Quota data-rows", 790),
    ]
    broken = {"data": {"attributes": {"keywords": {}}}}
    assert refusal(broken, rule) == "data.attributes.keywords.remaining is missing"


def test_guessed_rows_without_a_name_are_numbered() -> None:
    rule = pool_rule(id="grant:{row}", label="Grant {row}", each="data", key="id || uuid", inferred=True)
    pools = pools_of({"data": [{"left": 5}, {"id": "b", "left": 6}]}, rule)
    assert [(pool.id, pool.label) for pool in pools] == [("grant:1", "Grant 1"), ("grant:b", "Grant b")]


def test_a_name_of_the_vendor_is_made_one_clean_line() -> None:
    title = "Gold\n\tplan\x00\u202e\ud800 " + "x" * 300
    (pool,) = pools_of({"packages": [{"packageId": "a", "title": title, "status": 1, "numberOfCalls": 1}]}, PACKAGE)
    assert pool.label.startswith("Gold plan xxx") and pool.label.isprintable() and len(pool.label) == 120
    (pool,) = pools_of({"packages": [{"packageId": "a", "title": [1], "status": 1, "numberOfCalls": 1}]}, PACKAGE)
    assert pool.label == "package:a"


def test_the_unit_may_come_from_the_answer() -> None:
    rule = pool_rule(id="b:{row}", each="all", key="cur", unit="money", unit_from="cur", units={"cny": "CNY"})
    pools = pools_of({"all": [{"cur": "cny", "left": 1}, {"cur": "USD", "left": 2}]}, rule)
    assert [pool.unit for pool in pools] == ["CNY", "USD"]
    assert pools_of({"left": 1}, pool_rule(unit="money", unit_from="cur"))[0].unit == "money"


def test_a_pool_may_hide_while_it_is_zero_but_not_while_it_is_unknown() -> None:
    rule = pool_rule(hide_when_zero=True, optional=True)
    assert pools_of({"left": 0}, rule) == ()
    assert pools_of({"left": "0.00"}, rule) == ()
    assert len(pools_of({"left": 1}, rule)) == len(pools_of({}, rule)) == 1


def test_typed_pools_are_not_made_up() -> None:
    assert pools_of({"left": 1}, pool_rule(), pool_rule(id="by-hand", typed=True))[0].id == "credits"


def test_a_shared_pool_is_the_same_for_every_account_of_the_licence() -> None:
    rule = pool_rule(shared_by="licence", part_of="all")
    params = (Param("licence", "Licence"),)
    first, second, other = (
        pools_of({"left": 1}, rule, params=params, settings={"licence": licence})[0] for licence in ("L1", "L1", "L2")
    )
    assert first.shared_by == second.shared_by != other.shared_by
    assert first.part_of == "all"
    assert pools_of({"left": 1}, rule, params=params)[0].shared_by == ""


def test_two_rules_may_not_make_the_same_pool() -> None:
    assert "same name" in refusal({"left": 1}, pool_rule(), pool_rule())


@pytest.mark.parametrize(
    ("value", "plan"), [("pro", "Pro"), ("Trial", "Free"), (7, "7"), (None, ""), ([], ""), (True, ""), ("a\nb", "a b")]
)
def test_the_plan_is_read_and_named(value: object, plan: str) -> None:
    names = {"plan_from": "plan", "plan_names": {"pro": "Pro", "Trial": "Free"}}
    assert good(answered({"left": 1, "plan": value}, **names)).plan == plan


def test_a_definition_without_pools_gives_an_empty_snapshot() -> None:
    assert good(answered({}, pools=())).pools == ()
    assert vendor(pools=()).readable
