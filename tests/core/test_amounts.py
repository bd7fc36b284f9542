"""Amounts are read exactly or not at all, and written with every digit."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditdesk.core.amounts import dumps, parse_amount, plain
from creditdesk.core.pools import Level


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (842, "842"),
        (Decimal("12.340"), "12.340"),
        ("1e3", "1000"),
        ("0E-6176", "0"),
        (" -0.5 ", "-0.5"),
        ("$12.50", "12.50"),
        ("-€ 3", "-3"),
        ("+7", "7"),
        ("0.1000000000000000000000000000000", None),
        ("0.100000000000000000000000000000", "0.1"),
    ],
)
def test_what_states_an_amount_is_that_amount(value: object, amount: str | None) -> None:
    assert parse_amount(value) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        None,
        1.5,
        "",
        "NaN",
        "Infinity",
        "1e400",
        "1e31",
        "9" * 41,
        10**40,
        "1_000",
        "0x10",
        "١٢",
        "12 credits",
        "$$5",
        "1,000",
        ".5",
        "5.",
        [],
        {},
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal("1E+31"),
        "1" * 5000,
    ],
)
def test_anything_else_states_none(value: object) -> None:
    assert parse_amount(value) is None


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,000", "1000"),
        ("1,250.5", "1250.5"),
        ("12,34,567", "1234567"),
        ("$1,000", "1000"),
        ("-1,000", "-1000"),
        ("1,25", None),
        ("1,0000", None),
        (",100", None),
        ("1,,000", None),
        ("1,000,00", None),
        ("999", "999"),
    ],
)
def test_a_group_separator_is_trusted_only_where_it_separates_thousands(text: str, amount: str | None) -> None:
    assert parse_amount(text, ",") == (None if amount is None else Decimal(amount))


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30))
@settings(max_examples=300, deadline=None)
def test_writing_and_reading_lose_no_digit(amount: Decimal) -> None:
    text = plain(amount)
    assert Decimal(text) == amount
    assert "e" not in text.lower()
    assert json.loads(dumps({"left": amount}), parse_float=Decimal, parse_int=Decimal)["left"] == amount


@given(st.text(max_size=60))
@settings(max_examples=500, deadline=None)
def test_no_text_makes_reading_fail(text: str) -> None:
    for sep in ("", ",", "."):
        parse_amount(text, sep)


def test_json_has_decimals_as_numbers_and_instants_in_utc() -> None:
    at = datetime(2026, 11, 21, 14, 30, tzinfo=timezone(timedelta(hours=2)))
    text = dumps({"left": Decimal("1E+3"), "at": at, "state": Level.LOW, "rows": [None, True, 1, "ü\n"], "none": {}})
    assert (
        text
        == '{"left": 1000, "at": "2026-11-21T12:30:00Z", "state": "low", "rows": [null, true, 1, "ü\\n"], "none": {}}'
    )


def test_indented_json_is_what_the_standard_library_writes() -> None:
    value = {"a": [1, {"b": []}], "c": {"d": "e"}, "f": ()}
    assert dumps(value, indent=2) == json.dumps(value, indent=2)
    assert dumps(value) == json.dumps(value)


@pytest.mark.parametrize("value", [1.5, object(), {1: 2}, b"x", {"a": {1}}])
def test_what_has_no_exact_json_is_an_error(value: object) -> None:
    with pytest.raises(TypeError):
        dumps(value)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("-Infinity"), datetime(2026, 1, 1)])
def test_an_amount_or_an_instant_that_is_none_is_an_error(value: object) -> None:
    with pytest.raises(ValueError, match="must"):
        dumps([value])


def test_an_instant_keeps_its_microseconds() -> None:
    assert dumps(datetime(2026, 1, 1, 0, 0, 0, 5, tzinfo=UTC)) == '"2026-01-01T00:00:00.000005Z"'
