"""Selecting values out of answers."""

import json
from decimal import Decimal

import pytest

from creditdesk.providers.selection import ExpressionError, compile_expression, truthy

ANSWER = json.loads(
    '{"data": {"left": 3.3, "zero": 0, "empty": "", "on": false, "none": null, "a b": {"c": 1}, "name": "plan"},'
    ' "rows": [{"id": 1, "n": 10}, {"id": 2, "n": 20.50}, {"id": 3}], "error": "E_KEY"}',
    parse_float=Decimal,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("data.left", Decimal("3.3")),
        ("data.missing", None),
        ("data.left.deeper", None),
        ("rows.id", None),
        ('data."a b".c', 1),
        ("data.zero || data.left", 0),
        ("data.none || data.empty || data.left", Decimal("3.3")),
        ("rows[].n", [10, Decimal("20.50")]),
        ("rows[1].n", Decimal("20.50")),
        ("rows[?id == `3`] | [0].id", 3),
        ("rows[?n > `10.5`].id", [2]),
        ("data.left == `3.3`", True),
        ("contains(['E_KEY', 'E_GONE'], error)", True),
        ("contains(data.none, 'x')", None),
        ("contains(error, `1`)", None),
        ("type(data.left)", "number"),
        ("type(data)", "object"),
        ("type(rows)", "array"),
        ("type(data.on)", "boolean"),
        ("type(data.none)", "null"),
        ("length(rows)", 3),
        ("length(data.left)", None),
        ('keys(data."a b")', ["c"]),
        ("not_null(data.none, data.left)", Decimal("3.3")),
        ("starts_with(error, 'E_') && ends_with(error, 'KEY')", True),
        ('values(data."a b")', [1]),
        ("'plain text'", "plain text"),
        ("@", ANSWER),
    ],
)
def test_an_expression_selects(text, found):
    assert compile_expression(text).find(ANSWER) == found


def test_a_number_keeps_all_its_digits():
    data = {"a": Decimal("0.10000000000000000000000001"), "b": [Decimal("1.50")]}
    assert str(compile_expression("a || b").find(data)) == "0.10000000000000000000000001"
    assert str(compile_expression("b[0]").find(data)) == "1.50"


@pytest.mark.parametrize("data", [None, 5, "text", [], [1], b"bytes", Decimal(1)])
def test_an_answer_of_another_shape_selects_nothing(data):
    assert compile_expression("data.left").find(data) is None
    assert compile_expression("data.left || other").find(data) is None


def test_a_static_text_needs_no_answer():
    assert compile_expression("'Type it by hand.'").find(None) == "Type it by hand."


def test_a_tree_that_is_too_deep_selects_nothing():
    deep: list[object] = []
    for _ in range(5_000):
        deep = [deep]
    assert compile_expression("@ == `5`").find(deep) is False
    assert compile_expression("[[[[[0]]]]]").find(deep) is not compile_expression("a").find(deep)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "must not be empty"),
        ("a" * 257, "257 characters; 256 are allowed"),
        ("a[", "not a JMESPath expression"),
        ("a b", "not a JMESPath expression"),
        ("`nan", "not a JMESPath expression"),
        ("`NaN`", "finite"),
        ("to_number(a)", "to_number() is not allowed"),
        ("a[?max(b) > `1`]", "max() is not allowed"),
        ("sort_by(a, &b)", "sort_by() is not allowed"),
        ("nothing(a)", "nothing() is not allowed"),
        ("keys()", "takes 1 arguments, not 0"),
        ("contains(a)", "takes 2 arguments, not 1"),
        ("a[::0]", "step 0"),
        ("[@,@][]|" * 20 + "@", "builds lists"),
        ("(" * 250, "JMESPath|nested"),
    ],
)
def test_an_expression_that_is_not_allowed_is_refused(text, what):
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text)
    assert any(part in str(caught.value) for part in what.split("|"))


def test_an_expression_is_compiled_once():
    assert compile_expression("a.b[0]") is compile_expression("a.b[0]")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, False),
        (False, False),
        ("", False),
        ([], False),
        ({}, False),
        (0, True),
        (Decimal(0), True),
        ("0", True),
        ([0], True),
        (True, True),
    ],
)
def test_truth_is_that_of_jmespath(value, expected):
    assert truthy(value) is expected
    assert compile_expression("a").holds({"a": value}) is expected
    assert compile_expression("a && 'yes'").holds({"a": value}) is expected
