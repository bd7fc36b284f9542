"""Texts with holes."""

from urllib.parse import quote

import pytest

from creditdesk.providers.templates import Template, TemplateError, fill, holes, parse


def test_holes_are_filled_in_order():
    assert holes("{a}/{b}/{a}") == ("a", "b", "a")
    assert fill("{a}/{b}/{a}!", {"a": "1", "b": "2"}) == "1/2/1!"


def test_a_value_is_encoded_but_the_text_around_it_is_not():
    assert fill("/x y/{a}", {"a": "b/c d"}, lambda value: quote(value, safe="")) == "/x y/b%2Fc%20d"


def test_a_value_with_braces_is_not_filled_again():
    assert fill("{a}", {"a": "{b}", "b": "secret"}) == "{b}"


def test_doubled_braces_are_braces():
    assert parse("{{a}} {b}") == Template(("{a} ", "b", ""))


@pytest.mark.parametrize("text", ["{", "}", "{a", "a}", "{}", "{a b}", "{a.b}", "{1}", "{{a}", "{a:>9}", "{é}"])
def test_a_text_that_is_no_template_is_refused(text):
    with pytest.raises(TemplateError):
        parse(text)


def test_a_hole_without_a_value_is_an_error_that_names_it():
    with pytest.raises(KeyError, match="b"):
        fill("{a}{b}", {"a": "1"})
