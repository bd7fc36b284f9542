"""Balances that stand in headers, and vendors with a host for every region."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from creditdesk.core.pools import Account, Custody, Snapshot
from creditdesk.providers.answers import Answer, read_answer
from creditdesk.providers.definitions import DefinitionError, load
from creditdesk.providers.header_fields import fields
from creditdesk.providers.request import build
from creditdesk.providers.times import times

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HEAD = """
schema = 1
id = "some-vendor"
name = "Some Vendor"
as_of = 2026-11-21
source = "https://vendor.example/docs"
credentials = [{ name = "key", label = "Key" }]
params = [{ name = "region", label = "Region", default = "us", choices = ["us", "eu"] }]
"""
REQUEST = """
[[request]]
id = "search"
url = "https://api.vendor.example/v1/me"
auth = { kind = "bearer", value = "{key}" }
"""
POOL = """
[[pool]]
id = "credits"
label = "Credits"
kind = "allowance"
unit = "credits"
"""


def test_the_rate_limit_fields_of_the_ietf_are_joined_by_their_policy() -> None:
    said = {"ratelimit-policy": '"burst";q=100;w=60,"daily";q=1000;w=86400', "ratelimit": '"daily";r=50;t=30'}
    assert fields(said)["limits"] == {
        "burst": {"q": "100", "w": "60"},
        "daily": {"q": "1000", "w": "86400", "r": "50", "t": "30"},
    }


@pytest.mark.parametrize("field", ["", "daily;r", "???", '"open;r=5', '"a";r=5 "b";r=6', '"a";r=5,', "r=5" * 2_000])
def test_a_malformed_rate_limit_field_says_nothing(field: str) -> None:
    found = fields({"ratelimit": field})["limits"]
    assert found in ({}, {"daily": {}})


def test_a_list_in_a_header_is_taken_apart() -> None:
    assert fields({"x-ratelimit-remaining": "1, 14893"})["lists"] == {"x-ratelimit-remaining": ["1", "14893"]}


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"errors":', b"\xff"])
def test_a_body_beside_the_headers_counts_only_where_it_is_json(body: bytes) -> None:
    assert "body" not in fields({"x-left": "5"}, body)
    assert fields({"x-left": "5"}, b'{"errors": {"token": "made up"}}')["body"] == {"errors": {"token": "made up"}}


def test_cookies_are_no_news_of_a_balance() -> None:
    assert "session" not in repr(fields({"set-cookie": "session=1", "x-left": "5"}))


def test_a_balance_is_read_from_the_headers_of_an_answer() -> None:
    text = HEAD + REQUEST + 'body = "headers"\n' + POOL
    text += """remaining = 'lists."x-ratelimit-remaining"[1]'\nlimit = 'lists."x-ratelimit-limit"[1]'\n"""
    definition = load(text, "some-vendor.toml")
    answer = Answer(200, {"x-ratelimit-remaining": "1, 14893", "x-ratelimit-limit": "1, 15000"}, b"not json", "h")
    found = read_answer(definition, {"search": answer}, {}, NOW)
    assert isinstance(found, Snapshot)
    assert (found.pools[0].left, found.pools[0].limit) == (Decimal(14893), Decimal(15000))


def account(**settings: str) -> Account:
    return Account("a", "A", "some-vendor", Custody.KEYRING, settings=settings)


def test_a_region_has_a_host_of_its_own() -> None:
    text = (
        HEAD + REQUEST + 'hosts = { param = "region", eu = "api-eu.vendor.example" }\n' + POOL + 'remaining = "left"\n'
    )
    definition = load(text, "some-vendor.toml")
    rule = definition.requests[0]
    assert build(definition, rule, account(), {"key": "k"}, {}).url == "https://api.vendor.example/v1/me"
    assert build(definition, rule, account(region="eu"), {"key": "k"}, {}).url == "https://api-eu.vendor.example/v1/me"
    assert build(definition, rule, account(region="mars"), {"key": "k"}, {}).host == "api.vendor.example"


@pytest.mark.parametrize(
    ("hosts", "wrong"),
    [
        ('{ param = "region", asia = "api-asia.vendor.example" }', "asia"),
        ('{ param = "country", eu = "api-eu.vendor.example" }', "param"),
        ('{ param = "region", eu = "https://api-eu.vendor.example" }', "eu"),
        ('{ param = "region", eu = "{key}.vendor.example" }', "eu"),
        ('{ param = "region", eu = "user@api-eu.vendor.example" }', "eu"),
        ('{ param = "region", eu = "169.254.169.254" }', "eu"),
        ('{ param = "region", eu = "api-eu.vendor.example?x=1" }', "eu"),
        ('{ param = "region", eu = 5 }', "eu"),
        ('{ eu = "api-eu.vendor.example" }', "param"),
    ],
)
def test_a_host_that_is_none_is_refused(hosts: str, wrong: str) -> None:
    text = HEAD + REQUEST + f"hosts = {hosts}\n" + POOL + 'remaining = "left"\n'
    with pytest.raises(DefinitionError) as refused:
        load(text, "some-vendor.toml")
    assert any(f"hosts.{wrong}" in problem.key for problem in refused.value.problems)


def test_a_reading_may_ask_from_the_beginning_of_the_month() -> None:
    query = 'query = { from = "{month_start}", since = "{month_start_epoch}", day = "{month_start_date}" }\n'
    definition = load(HEAD + REQUEST + query + POOL + 'remaining = "left"\n', "some-vendor.toml")
    url = build(definition, definition.requests[0], account(), {"key": "k"}, times(NOW)).url
    assert url.endswith("?from=2026-11-01T00%3A00%3A00Z&since=1793491200&day=2026-11-01")


def test_the_names_of_instants_are_no_names_of_ones_own() -> None:
    text = HEAD.replace('name = "region"', 'name = "month_start"') + REQUEST + POOL + 'remaining = "left"\n'
    with pytest.raises(DefinitionError):
        load(text, "some-vendor.toml")
