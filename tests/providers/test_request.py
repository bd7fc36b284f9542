"""What is sent: holes filled and encoded, the secret only in its place, nothing at all when something does not fit."""

import base64
import json
from decimal import Decimal
from typing import Any

import pytest
from tests.providers.asking import HEADER, KEY, account, request_rule, vendor

from creditdesk.core.definition import Auth, AuthKind, Credential, Param
from creditdesk.core.pools import TroubleKind
from creditdesk.providers.request import Prepared, RequestRefused, build, describe

PARAMS = (Param("site", "Site"), Param("region", "Region", default="eu"))


def built(secrets: dict[str, str] | None = None, base_url: str = "", **changes: Any) -> Prepared:
    settings = changes.pop("settings", {})
    rule = request_rule(**changes)
    definition = vendor(requests=(rule,), params=PARAMS)
    given = {"key": KEY} if secrets is None else secrets
    return build(definition, rule, account(base_url=base_url, settings=settings), given, {})


def refused(secrets: dict[str, str] | None = None, **changes: Any) -> RequestRefused:
    with pytest.raises(RequestRefused) as caught:
        built(secrets, **changes)
    assert KEY not in caught.value.message
    return caught.value


@pytest.mark.parametrize(
    ("auth", "header"),
    [
        (HEADER, ("Authorization", KEY)),
        (Auth(AuthKind.BEARER, value="{key}"), ("Authorization", f"Bearer {KEY}")),
        (Auth(AuthKind.HEADER, name="x-api-key", value="Token {key}"), ("x-api-key", f"Token {KEY}")),
        (
            Auth(AuthKind.BASIC, user="api", password="{key}"),
            ("Authorization", "Basic " + base64.b64encode(f"api:{KEY}".encode()).decode()),
        ),
    ],
)
def test_each_kind_of_auth_puts_the_key_into_its_header(auth: Auth, header: tuple[str, str]) -> None:
    request = built(auth=(auth,))
    assert header in request.headers.items()
    assert KEY not in request.url
    assert request.content == b""


def test_a_key_in_the_query_is_percent_encoded() -> None:
    request = built({"key": "a&b=c d"}, auth=(Auth(AuthKind.QUERY, name="api key", value="{key}"),), query={"v": "1"})
    assert request.url == "https://api.example.com/v1/usage?v=1&api%20key=a%26b%3Dc%20d"


def test_a_key_in_the_body_stands_there_and_nowhere_else() -> None:
    body = {"clientKey": "{key}", "deep": {"list": ["{site}", 1, Decimal("0.10"), True, None]}, "{{": "}}"}
    request = built(method="POST", auth=(), json=body, settings={"site": 'a"b'})
    assert json.loads(request.content) == {
        "clientKey": KEY,
        "deep": {"list": ['a"b', 1, 0.1, True, None]},
        "{{": "}",
    }
    assert b"0.10" in request.content
    assert request.headers["Content-Type"] == "application/json"
    assert KEY not in request.url and KEY not in "".join(request.headers.values())


def test_a_form_is_sent_as_a_form() -> None:
    request = built(
        method="POST", auth=(), form={"grant": "client credentials", "secret": "{key}"}, secrets={"key": "k&k"}
    )
    assert request.content == b"grant=client+credentials&secret=k%26k"
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_settings_fill_the_path_percent_encoded_and_defaults_hold() -> None:
    request = built(url="https://api.example.com/{region}/sites/{site}", settings={"site": "a/b ?#é"})
    assert request.url == "https://api.example.com/eu/sites/a%2Fb%20%3F%23%C3%A9"


def test_no_compression_is_asked_for_whatever_the_definition_says() -> None:
    request = built(headers={"Accept-Encoding": "gzip", "X-Site": "{region}"})
    assert request.headers["Accept-Encoding"] == "identity"
    assert request.headers["X-Site"] == "eu"
    assert request.headers["User-Agent"].startswith("creditdesk/")


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1/usage"),
        ("http://127.0.0.1:8080/ranktracker/", "http://127.0.0.1:8080/ranktracker/v1/usage"),
        ("http://localhost:1", "http://localhost:1/v1/usage"),
        ("https://[::1]:9/x/y", "https://[::1]:9/x/y/v1/usage"),
    ],
)
def test_a_base_url_replaces_scheme_and_host_and_keeps_the_whole_path(base: str, url: str) -> None:
    assert built(base_url=base).url == url


@pytest.mark.parametrize(
    "base",
    [
        "http://192.168.0.1",
        "https://evil.example",
        "http://127.0.0.1.evil.example",
        "http://localhost@evil.example",
        "http://user@localhost",
        "http://localhost?x=1",
        "ftp://localhost",
        "localhost:80",
        "http://2130706433",
        "http://[::ffff:8.8.8.8]",
        "http://localhost:99999",
    ],
)
def test_a_base_url_that_is_not_this_computer_is_refused(base: str) -> None:
    error = refused(base_url=base)
    assert error.kind is TroubleKind.NO_NETWORK
    assert error.message.startswith("Nothing was sent: ")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com/v1",
        "https://user@api.example.com/v1",
        "https://bücher.example/v1",
        "https:///v1",
        "ftp://api.example.com/v1",
        "https://169.254.169.254/latest",
        "https://0xa9fea9fe/latest",
        "https://metadata.google.internal/",
    ],
)
def test_an_address_that_must_not_be_asked_is_refused(url: str) -> None:
    assert refused(url=url).kind is TroubleKind.NO_NETWORK


@pytest.mark.parametrize("site", ["..", ".", ""])
def test_a_setting_that_would_change_the_path_is_refused(site: str) -> None:
    refused(url="https://api.example.com/v1/{site}/usage", settings={"site": site})
    refused(url="https://api.example.com/v1/{site}", settings={"site": site}) if site else None


def test_a_missing_setting_is_named() -> None:
    assert "the setting site" in refused(url="https://api.example.com/{site}/usage").message


def test_a_setting_that_no_header_can_carry_is_refused() -> None:
    refused(headers={"X-Site": "{site}"}, settings={"site": "é"})
    refused(headers={"X-Site": "{site}"}, settings={"site": "a\r\nX-Other: b"})


@pytest.mark.parametrize("secrets", [{}, {"key": ""}])
def test_a_missing_key_is_no_key(secrets: dict[str, str]) -> None:
    error = refused(secrets)
    assert (error.kind, error.message) == (TroubleKind.NO_KEY, "There is no API key for this account.")


@pytest.mark.parametrize("sign", ["\n", "\r", "\t", "\x00", "\x7f", "é", "\u200b", "\ud800"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_repeated(sign: str) -> None:
    for auth in (HEADER, Auth(AuthKind.QUERY, name="k", value="{key}")):
        error = refused({"key": f"{KEY[:8]}{sign}{KEY[8:]}"}, auth=(auth,))
        assert error.kind is TroubleKind.KEY_REJECTED
        assert KEY[:8] not in error.message and KEY[8:] not in error.message and sign not in error.message


def test_an_absurdly_long_key_is_refused() -> None:
    assert refused({"key": "k" * 5_000}).kind is TroubleKind.KEY_REJECTED


def test_a_credential_that_the_request_does_not_use_may_be_missing() -> None:
    rule = request_rule()
    definition = vendor(requests=(rule,), credentials=(Credential("key", "API key"), Credential("other", "Other")))
    assert build(definition, rule, account(), {"key": KEY}, {}).headers["Authorization"] == KEY


def test_a_prepared_request_never_shows_its_key() -> None:
    ways = (
        {"auth": (Auth(AuthKind.QUERY, name="k", value="{key}"),)},
        {"url": "https://api.example.com/{key}/usage", "auth": ()},
        {"method": "POST", "auth": (), "json": {"k": "{key}"}},
    )
    for way in ways:
        assert KEY not in f"{built(**way)!r} {built(**way)}"  # type: ignore[arg-type]
    assert repr(built()) == "Prepared(GET https://api.example.com)"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "GET https://api.example.com/v1/usage; Authorization: ***"),
        (
            {"auth": (Auth(AuthKind.QUERY, name="api_key", value="{key}"),)},
            "GET https://api.example.com/v1/usage?api_key=***",
        ),
        ({"url": "https://api.example.com/{key}/usage", "auth": ()}, "GET https://api.example.com/***/usage"),
        (
            {"auth": (Auth(AuthKind.BASIC, user="api", password="{key}"),)},
            "GET https://api.example.com/v1/usage; Authorization: Basic api:***",
        ),
        (
            {"method": "POST", "auth": (), "json": {"clientKey": "{key}"}},
            'POST https://api.example.com/v1/usage; body: {"clientKey": "***"}',
        ),
    ],
)
def test_what_would_be_sent_can_be_shown_without_the_key(changes: dict[str, Any], told: str) -> None:
    rule = request_rule(**changes)
    assert describe(vendor(requests=(rule,)), rule, account()) == told
