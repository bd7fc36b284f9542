"""Answers in shapes that no page documents: the likely ones are read, the others are told in plain words."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from tests.providers.asking import NOW, answered, asked_of, bad, good, pool_rule, request_rule, vendor
from tests.providers.test_answers_vendors import BALANCE, PAGE, TOKEN, definition

from creditdesk.core.definition import Amount, FailRule
from creditdesk.core.pools import Account, Pool, Snapshot, Trouble, TroubleKind
from creditdesk.providers.answers import Answer, read_answer

CAPSOLVER = definition("capsolver")
LEADBOXER = definition("leadboxer")
TYPE_IT = "Type the balance of the web app's Credit Overview by hand."


def read(
    vendor_of: Any, body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Snapshot | Trouble:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_answer(vendor_of, {vendor_of.requests[0].id: Answer(status, headers or {}, raw, "host")}, {}, NOW)


def grants(body: object) -> tuple[Pool, ...]:
    result = good(read(LEADBOXER, body))
    assert result.inferred
    return result.pools


def package(**changes: object) -> dict[str, object]:
    return {**BALANCE["packages"][0], **changes}  # type: ignore[index]


# CapSolver


@pytest.mark.parametrize("body", [{"packages": None}, {}, {"packages": []}])
def test_dollars_are_right_without_packages(body: dict[str, object]) -> None:
    result = good(read(CAPSOLVER, {"errorId": 0, "balance": 12.5, **body}))
    assert [(pool.id, pool.left) for pool in result.pools] == [("balance", Decimal("12.5"))]


@pytest.mark.parametrize("packages", ["none", 5, True])
def test_packages_of_a_wrong_type_are_not_trusted(packages: object) -> None:
    assert bad(read(CAPSOLVER, {"errorId": 0, "balance": 1, "packages": packages})).kind is TroubleKind.BAD_ANSWER


@pytest.mark.parametrize("status", [1, "1", True, 0, 2, None, "inactive"])
def test_a_package_is_shown_whatever_its_status(status: object) -> None:
    result = good(read(CAPSOLVER, {**BALANCE, "packages": [package(status=status)]}))
    assert [pool.left for pool in result.pools] == [1234567, 1234567]


def test_a_package_without_calls_or_with_a_name_twice_does_not_cost_the_dollars() -> None:
    rows = [package(packageId="a"), package(packageId="a", numberOfCalls=None), package(packageId="a-2")]
    result = good(read(CAPSOLVER, {**BALANCE, "packages": rows}))
    assert [(pool.id, pool.left) for pool in result.pools[1:]] == [
        ("package:a", 1234567),
        ("package:a-2", None),
        ("package:a-2-2", 1234567),
    ]


@pytest.mark.parametrize("name", [None, True, {}, ""])
def test_a_package_without_a_usable_name_has_its_number(name: object) -> None:
    result = good(read(CAPSOLVER, {**BALANCE, "packages": [package(packageId=name)]}))
    assert [pool.id for pool in result.pools] == ["balance", "package:1"]


@pytest.mark.parametrize("written", [TOKEN, TOKEN.lower(), f"No. {TOKEN} ", f"  {TOKEN[:20]}"])
def test_a_packages_key_is_masked_wherever_else_it_stands(written: str) -> None:
    rows = [
        package(title=written, packageId=written),
        package(title=f"again {written}", packageId="b", token="other-12"),
    ]
    result = good(read(CAPSOLVER, {**BALANCE, "packages": rows}))
    assert TOKEN[:12].lower() not in repr(result).lower()
    assert "***" in result.pools[1].id and "***" in result.pools[1].label
    assert result.pools[2].id == "package:b" and result.pools[2].label.startswith("again ")
    assert result.pools[0].left == 1234567


def test_a_packages_key_that_is_a_number_or_short_is_masked_too() -> None:
    rows = [package(title="pay 4711 now", packageId=4711, token=4711), package(title="a9z", packageId="b", token="a9z")]
    result = good(read(CAPSOLVER, {**BALANCE, "packages": rows}))
    assert [(pool.id, pool.label) for pool in result.pools[1:]] == [
        ("package:***", "pay *** now"),
        ("package:b", "***"),
    ]


def test_a_dropped_secret_is_masked_in_the_vendors_own_words_and_in_the_plan() -> None:
    secret = "jump over the lazy dog"
    rule = request_rule(redact=("token",), fail=(FailRule(TroubleKind.BAD_ANSWER, when="error", message="error"),))
    trouble = bad(answered({"error": f"Bad {secret}", "token": secret}, 400, requests=(rule,)))
    assert "Bad ***" in trouble.message
    assert (
        good(answered({"left": 1, "plan": secret, "token": [{"x": secret}]}, requests=(rule,), plan_from="plan")).plan
        == "***"
    )


def test_a_dropped_secret_is_masked_through_the_whole_exchange() -> None:
    account = Account("a", "A", "capsolver")
    body = {**BALANCE, "packages": [package(title=TOKEN)]}
    asking = asked_of(lambda _: httpx.Response(200, json=body), CAPSOLVER, account, {"key": "CAP-ZYXWVUTSRQ"})
    result = good(asyncio.run(asking))
    assert TOKEN not in repr(result) and result.pools[1].label == "***"


def test_many_secrets_are_masked_at_once_and_too_many_are_refused() -> None:
    many = [package(packageId=f"p{at}", title=f"t{at}", token=f"CAP-{at:032d}") for at in range(500)]
    assert len(good(read(CAPSOLVER, {**BALANCE, "packages": many})).pools) == 501
    huge = bad(read(CAPSOLVER, {**BALANCE, "packages": [package(token="x" * 70_000)]}))
    assert huge.kind is TroubleKind.BAD_ANSWER and "xxx" not in huge.message


@pytest.mark.parametrize("body", [PAGE, b"", b"error code: 1020", b"null"])
def test_a_403_that_is_not_the_apis_is_the_network_and_passes(body: bytes) -> None:
    trouble = bad(read(CAPSOLVER, body, 403))
    assert trouble.kind is TroubleKind.VENDOR_DOWN
    assert "warns against proxies" in trouble.message


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"errorId": 1, "errorCode": "ERROR_ZERO_BALANCE"}, TroubleKind.EXHAUSTED),
        ({"errorId": 1, "errorCode": "ERROR_KEY_DENIED_ACCESS"}, TroubleKind.KEY_REJECTED),
        ({"errorId": 1, "errorCode": "ERROR_NEW"}, TroubleKind.BAD_ANSWER),
        ({"message": "forbidden"}, TroubleKind.NO_ACCESS),
    ],
)
def test_a_403_of_the_api_is_told_by_its_code(body: object, kind: TroubleKind) -> None:
    assert bad(read(CAPSOLVER, body, 403)).kind is kind


# LeadBoxer


@pytest.mark.parametrize(
    ("grant", "left", "limit"),
    [
        ({"remaining": 0}, 0, None),
        ({"balance": "7.5"}, Decimal("7.5"), None),
        ({"available": 5}, 5, None),
        ({"left": 5}, 5, None),
        ({"amountRemaining": 5}, 5, None),
        ({"creditsRemaining": 5}, 5, None),
        ({"remainingCredits": 5}, 5, None),
        ({"credits": 5}, 5, None),
        ({"amount": 5}, 5, None),
        ({"amount": 1000, "usedCredits": 400}, 600, 1000),
        ({"amount": 1000, "used": 0}, 1000, 1000),
        ({"credits": 1000, "consumed": "400"}, 600, 1000),
        ({"total": 1000, "used": 1000}, 0, 1000),
        ({"granted": 1000, "used": 400}, 600, 1000),
        ({"initial": 1000, "used": 400}, 600, 1000),
        ({"allotted": 1000, "used": 400}, 600, 1000),
        ({"amount": 1000, "remaining": 400}, 400, 1000),
        ({"total": 1000, "remaining": 400, "used": {"x": 1}}, 400, 1000),
        ({"total": 1000, "amount": 400}, 400, 1000),
        ({"used": 600, "remaining": 400}, 400, 1000),
        ({"credits": {"total": 1000, "used": 400, "remaining": 600}}, 600, 1000),
        ({"credits": {"total": 1000, "used": 400}}, 600, 1000),
        ({"credits": {"amount": 1000, "used": 400}}, 600, 1000),
        ({"attributes": {"remaining": 5}}, 5, None),
        ({"attributes": {"amount": 1000, "usedCredits": 400}}, 600, 1000),
        ({"attributes": {"credits": {"total": 1000, "used": 400}}}, 600, 1000),
        ({"remaining": None, "balance": 5}, 5, None),
        ({"balance": {"currency": "EUR"}, "amount": 5}, 5, None),
        ({"credits": {"kind": "lead"}, "amount": 5}, 5, None),
    ],
)
def test_a_grant_is_read_in_any_likely_shape(grant: dict[str, object], left: Decimal, limit: Decimal | None) -> None:
    (pool,) = grants({"data": [{"id": "g", **grant}]})
    assert (pool.id, pool.left, pool.limit) == ("grant:g", left, limit)


@pytest.mark.parametrize(
    "grant",
    [
        {},
        {"total": 1000},
        {"used": 400},
        {"amount": 1000, "used": "most"},
        {"amount": 1000, "used": {"n": 400}},
        {"amount": True},
        {"credits": {"total": 5}},
    ],
)
def test_a_grant_that_does_not_tell_what_is_left_is_said_in_plain_words(grant: dict[str, object]) -> None:
    trouble = bad(read(LEADBOXER, {"data": [{"id": "g", **grant}]}))
    assert trouble.kind is TroubleKind.BAD_ANSWER
    assert trouble.message.startswith("The answer of LeadBoxer cannot be read: entry 1 of the list: ")
    assert trouble.message.endswith(TYPE_IT)
    assert "||" not in trouble.message and "[" not in trouble.message


@pytest.mark.parametrize(
    "body",
    [
        {"data": [{"id": "g", "remaining": 5}]},
        {"data": {"grants": [{"id": "g", "remaining": 5}]}},
        {"data": {"items": [{"id": "g", "remaining": 5}]}},
        {"data": {"id": "g", "remaining": 5}},
        {"grants": [{"id": "g", "remaining": 5}]},
        [{"id": "g", "remaining": 5}],
        {"data": [{"id": {"oid": 1}, "remaining": 5}]},
        {"data": [{"attributes": {"id": "g", "remaining": 5}}]},
    ],
)
def test_the_list_of_grants_may_stand_at_any_likely_place(body: object) -> None:
    (pool,) = grants(body)
    assert (pool.left, pool.id in ("grant:g", "grant:1")) == (5, True)


def test_two_grants_of_the_same_id_are_told_apart() -> None:
    pools = grants({"data": [{"id": "g", "remaining": 5}, {"id": "g", "remaining": 6}, {"id": "g", "remaining": 7}]})
    assert [(pool.id, pool.left) for pool in pools] == [("grant:g", 5), ("grant:g-2", 6), ("grant:g-3", 7)]


@pytest.mark.parametrize("where", ["{}", "attributes"])
@pytest.mark.parametrize(
    "name",
    [
        "expiresAt",
        "expires_at",
        "expiresOn",
        "expires_on",
        "expires",
        "expiryDate",
        "expiry_date",
        "expiry",
        "expiration",
        "expirationDate",
        "expiration_date",
        "validUntil",
        "valid_until",
        "validTo",
        "valid_to",
        "endDate",
        "end_date",
    ],
)
def test_a_grants_expiry_is_found_under_any_likely_name(where: str, name: str) -> None:
    when = {name: "2026-12-31", "expires": None, **({"expires": "2026-12-31"} if name == "expires" else {})}
    grant = {"id": "g", "remaining": 5, **({"attributes": when} if where == "attributes" else when)}
    assert grants({"data": [grant]})[0].expires_at == datetime(2026, 12, 31, tzinfo=UTC)


def test_an_expiry_that_is_no_date_does_not_hide_another() -> None:
    grant = {"id": "g", "remaining": 5, "expires": True, "expiresAt": {"at": 1}, "validTo": 1798675200}
    assert grants({"data": [grant]})[0].expires_at == datetime(2026, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"data": []}, "it lists no credit grants."),
        ({"data": {}}, "it lists no credit grants."),
        ([], "it lists no credit grants."),
        ({"data": None}, "it has no list at any of the known places."),
        ({"data": "none"}, "entry 1 of the list: what is left is not told."),
        (b"<html>", "it is a web page, not JSON."),
    ],
)
def test_an_answer_without_grants_asks_for_the_balance_by_hand(body: object, words: str) -> None:
    trouble = bad(read(LEADBOXER, body))
    assert trouble.kind is TroubleKind.BAD_ANSWER
    assert trouble.message == f"The answer of LeadBoxer cannot be read: {words} {TYPE_IT}"
    assert bad(read(LEADBOXER, {}, 410)).message.endswith(TYPE_IT)
    assert TYPE_IT not in bad(read(LEADBOXER, {}, 500)).message


# The language


def test_only_the_request_that_was_misread_gives_its_hint() -> None:
    requests = (request_rule(id="other", hint="Other."), request_rule(hint="Type it."))
    answers = {"other": Answer(200, {}, b"{}", "h"), "usage": Answer(200, {}, b"{}", "h")}
    told = bad(read_answer(vendor(requests=requests), answers, {}, NOW)).message
    assert told.endswith("left is missing. Type it.")


def test_an_amount_with_one_expression_stays_required_beside_one_with_places() -> None:
    rule = pool_rule(limit=Amount(any_of=("limit", "[most, top]")))
    assert good(answered({"left": 5}, pools=(rule,))).pools[0].limit is None
    assert good(answered({"left": 5, "top": 9}, pools=(rule,))).pools[0].used == 4
    assert bad(answered({"top": 9}, pools=(rule,))).message.endswith("left is missing.")


def test_a_retry_after_header_may_be_an_instant_since_1970() -> None:
    trouble = bad(read(LEADBOXER, {}, 429, {"retry-after": "1893456000"}))
    assert (trouble.retry_at, trouble.vendor_asked) == (datetime(2030, 1, 1, tzinfo=UTC), True)
