"""What a request sends as it stands, and that any of it can be said to be a key and is then in no file."""

from datetime import date
from typing import Any

import pytest

from creditdesk.core.own_vendor import Place
from creditdesk.providers.curl import parse
from creditdesk.providers.definitions import load
from creditdesk.providers.making_request import begin
from creditdesk.providers.places import NoPath
from creditdesk.providers.plain_parts import as_key, hidden, holder_of, plain_parts
from creditdesk.providers.toml_edit import entry_of, read

POOL = '\n[[pool]]\nid = "a"\nlabel = "A"\nkind = "wallet"\nunit = "credits"\nremaining = "a"\n'
SECRET = "pony77"


def begun(example: str) -> str:
    return begin(parse(example), "V", "v", date(2026, 11, 21))


def request_of(text: str) -> dict[str, Any]:
    return entry_of(read(text), "request", 0)


@pytest.mark.parametrize(
    ("example", "where"),
    [
        ("curl 'https://api.v.example/v1?p=pony77'", ("query", "p")),
        ("curl 'https://api.v.example/v1?k=pony77&sid=a'", ("query", "k")),
        ("curl https://api.v.example/v1 -H 'X-Session-Id: pony77'", ("headers", "X-Session-Id")),
        ("curl https://api.v.example/v1/pony77/usage", ("url", 4)),
        ('curl https://api.v.example/v1 -d \'{"ids": ["a", "pony77"]}\'', ("json", "ids", 1)),
        ("curl https://api.v.example/v1 -d 'who=pony77&b=2'", ("form", "who")),
    ],
)
def test_any_value_can_be_said_to_be_a_key_and_leaves_the_file(example: str, where: Place) -> None:
    text = begun(example)
    assert where in [each.where for each in plain_parts(request_of(text))]
    text, name, key = as_key(text, 0, where)
    assert key == SECRET
    assert SECRET not in text
    definition = load(text + POOL, "v.toml")
    assert [each.name for each in definition.credentials] == [name]
    assert all(each.value != SECRET for each in plain_parts(request_of(text)))
    assert SECRET not in hidden(example, key)


def test_a_word_inside_of_a_longer_text_can_be_a_key_too() -> None:
    text = begun("""curl https://api.v.example/g -d '{"query": "{ me(pin: \\"pony77\\") { left } }"}'""")
    where = holder_of(text, 0, SECRET)
    text, _, key = as_key(text, 0, where, SECRET)
    assert key == SECRET
    assert request_of(text)["json"]["query"] == '{{ me(pin: "{key}") {{ left }} }}'
    load(text + POOL, "v.toml")
    with pytest.raises(NoPath):
        holder_of(text, 0, SECRET)


def test_a_second_key_has_a_name_of_its_own_and_a_number_may_be_one() -> None:
    header = "-H 'x-api-key: sk_live_9f8e7d6c5b4a3210'"
    text = begun(f'curl https://api.v.example/v1 {header} -d \'{{"pin": 4711, "b": true}}\'')
    text, name, key = as_key(text, 0, ("json", "pin"))
    assert (name, key) == ("key_2", "4711")
    assert request_of(text)["json"] == {"pin": "{key_2}", "b": True}
    load(text + POOL, "v.toml")
    with pytest.raises(NoPath):
        as_key(text, 0, ("json", "pin"))


def test_a_short_key_is_taken_out_of_the_example_where_it_stands_alone() -> None:
    assert hidden("curl https://api77.v.example/v1?p=77", "77") == "curl https://api77.v.example/v1?p=***"
