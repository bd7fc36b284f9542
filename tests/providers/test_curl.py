"""A vendor's curl example: what becomes of it, and that the key in it is in no part of the definition."""

from contextlib import suppress
from dataclasses import asdict
from datetime import date
from time import perf_counter
from typing import Any

import pytest

from creditdesk.core.requests import Auth, AuthKind
from creditdesk.providers.curl import MAX_TEXT, CurlError, parse, vendor_name
from creditdesk.providers.definitions import load
from creditdesk.providers.making_request import begin

KEY = "sk_live_9f8e7d6c5b4a3210"
POOL = '\n[[pool]]\nid = "a"\nlabel = "A"\nkind = "wallet"\nunit = "credits"\nremaining = "a"\n'


@pytest.mark.parametrize(
    ("example", "url", "auth"),
    [
        (
            f"curl https://api.v.example/v1/balance -H 'Authorization: Bearer {KEY}'",
            "https://api.v.example/v1/balance",
            Auth(AuthKind.BEARER, value="{key}"),
        ),
        (
            f'curl -sSL -XGET "https://api.v.example/v1" \\\n  --header "X-Api-Key: {KEY}" | jq .',
            "https://api.v.example/v1",
            Auth(AuthKind.HEADER, "X-Api-Key", "{key}"),
        ),
        (
            f"$ curl 'https://api.v.example/v1?api_key={KEY}&page=2'",
            "https://api.v.example/v1",
            Auth(AuthKind.QUERY, "api_key", "{key}"),
        ),
        (
            f"curl -G https://api.v.example/v1 -d token={KEY}",
            "https://api.v.example/v1",
            Auth(AuthKind.QUERY, "token", "{token}"),
        ),
        (
            f"curl --url https://api.v.example/v1 -u {KEY}:",
            "https://api.v.example/v1",
            Auth(AuthKind.BASIC, user="{key}"),
        ),
        (
            f"curl https://tom%40v.example:{KEY}@api.v.example/v1",
            "https://api.v.example/v1",
            Auth(AuthKind.BASIC, user="{user}", password="{password}"),
        ),
        (
            f"curl https://api.v.example/v1 -H 'Authorization: Token token={KEY}'",
            "https://api.v.example/v1",
            Auth(AuthKind.HEADER, "Authorization", "Token token={key}"),
        ),
        (
            f'curl.exe ^\n  -H ^"x-api-key: {KEY}^" ^\n  ^"https://api.v.example/v1^"',
            "https://api.v.example/v1",
            Auth(AuthKind.HEADER, "x-api-key", "{key}"),
        ),
        (
            f'curl.exe `\n  -H "x-api-key: {KEY}" `\n  "https://api.v.example/v1"',
            "https://api.v.example/v1",
            Auth(AuthKind.HEADER, "x-api-key", "{key}"),
        ),
        (
            f"curl api.v.example/v1 --oauth2-bearer {KEY}",
            "https://api.v.example/v1",
            Auth(AuthKind.BEARER, value="{key}"),
        ),
    ],
)
def test_an_example_becomes_a_request_without_its_key(example: str, url: str, auth: Auth) -> None:
    copied = parse(example)
    assert copied.rule.url == url
    given = copied.rule.auth[0]
    assert given == auth
    assert KEY in copied.keys.values()
    assert KEY not in copied.masked
    assert KEY not in repr(copied)
    assert KEY not in str(asdict(copied.rule))
    assert load(begin(copied, "V", "v", date(2026, 11, 21)) + POOL, "v.toml").requests[0].auth == copied.rule.auth


@pytest.mark.parametrize(
    ("options", "json", "form"),
    [
        (f"""-d '{{"clientKey": "{KEY}", "n": 1.50}}'""", {"clientKey": "{key}", "n": "1.50"}, None),
        (f"""--json '{{"a": {{"api_token": "{KEY}"}}, "b": ["{{x}}"]}}'""", {"a": {"api_token": "{token}"}}, None),
        (f"-d user=7 -d api_key={KEY}", None, {"user": "7", "api_key": "{key}"}),
        (f"--data-urlencode 'password={KEY}'", None, {"password": "{password}"}),
        ("-X POST", {}, None),
    ],
)
def test_a_body_becomes_fields_with_holes(options: str, json: Any, form: Any) -> None:
    copied = parse(f"curl https://api.v.example/v1 {options}")
    assert copied.rule.method == "POST"
    sent = copied.rule.json if json is not None else copied.rule.form
    assert sent is not None
    for name, value in (json if json is not None else form).items():
        assert str(sent[name]) == str(value)
    assert KEY not in str(asdict(copied.rule))
    assert KEY not in copied.masked
    load(begin(copied, "V", "v", date(2026, 11, 21)) + POOL, "v.toml")


@pytest.mark.parametrize(
    "key", ["YOUR_API_KEY", "<your key>", "$API_KEY", "${TOKEN}", "{{api_key}}", "xxxx", "$(pass x)"]
)
def test_a_placeholder_of_the_documentation_is_no_key(key: str) -> None:
    copied = parse(f"curl https://api.v.example/v1 -H 'Authorization: Bearer {key}'")
    assert copied.rule.auth == (Auth(AuthKind.BEARER, value="{key}"),)
    assert not copied.keys


def test_an_address_alone_is_an_example_too() -> None:
    copied = parse(f" https://api.v.example/v1?apikey={KEY}\n")
    assert copied.rule.url == "https://api.v.example/v1"
    assert copied.keys == {"key": KEY}
    assert KEY not in copied.masked


def test_an_encoded_pair_of_name_and_password_is_taken_apart_and_is_not_left_in_the_example() -> None:
    copied = parse("curl https://api.v.example/v1 -H 'Authorization: Basic dG9tOkdyMzNuLWhpbGxzLTc3'")
    assert dict(copied.keys) == {"user": "tom", "password": "Gr33n-hills-77"}
    assert copied.rule.auth == (Auth(AuthKind.BASIC, user="{user}", password="{password}"),)
    assert "dG9tOkdy" not in copied.masked


def test_a_random_looking_value_counts_as_a_key_wherever_it_stands() -> None:
    copied = parse("curl https://api.v.example/bot/7f3a9c1e5b2d8f4a6c0e9b7d/x?k=8d2f6a0c4e8b1d5f9a3c7e1b")
    assert copied.rule.url == "https://api.v.example/bot/{key}/x"
    assert copied.rule.auth == (Auth(AuthKind.QUERY, "k", "{key_2}"),)
    assert "7f3a9c1e" not in copied.masked


def test_what_would_change_the_request_and_is_not_known_is_named() -> None:
    copied = parse("curl -k --frob 3 -b a=1 http://api.v.example/v1 -d @body.json -F a=b; rm -rf /")
    said = " ".join(copied.notes)
    for word in ("--frob", "-k is left out", "-b is left out", "http is changed to https", "out of a file", "-F is"):
        assert word in said, word
    assert "What follows the first command is left out." in said
    assert copied.rule.url == "https://api.v.example/v1"


def test_holes_of_a_path_become_settings() -> None:
    copied = parse("curl https://api.v.example/v1/{account_id}/:region/usage -H 'x-api-key: $KEY'")
    assert copied.rule.url == "https://api.v.example/v1/{account_id}/{region}/usage"
    assert [each.name for each in copied.params] == ["account_id", "region"]
    load(begin(copied, "V", "v", date(2026, 11, 21)) + POOL, "v.toml")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "wget https://api.v.example",
        "curl",
        "curl -H 'a: b",
        "curl ftp://api.v.example/x",
        "curl 'https://[::1/x'",
        "curl " + "a" * 70_000,
        "curl https://api.v.example -d '" + "[" * 5_000,
        "\x00" * 100,
    ],
)
def test_what_is_no_example_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(CurlError) as refused:
        parse(text)
    assert str(refused.value).endswith(".")


def test_a_hostile_body_is_left_out() -> None:
    for body in ("[" * 900 + "]" * 900, '{"a": NaN}', '{"a": 1, "a": 2}', "[1]"):
        copied = parse(f"curl https://api.v.example -d '{body}'")
        assert copied.rule.json == {}
        assert "left out" in " ".join(copied.notes)


def test_a_vendor_is_called_by_its_address() -> None:
    for url, name in (
        ("https://api.page-quill.co.uk/v1", "Page Quill"),
        ("https://vendor.io", "Vendor"),
        ("http://127.0.0.1:80/x", ""),
        ("http://localhost/x", ""),
    ):
        assert vendor_name(url) == name


@pytest.mark.parametrize(
    "around",
    [
        "# Get your balance\n{}",
        "```bash\n{}\n```",
        "`{}`",
        "tom@studio:~/work$ {}",
        "[tom@studio work]$ {}",
        "(venv) tom@studio:~$ {}",
        "$ {}",
        "PS C:\\Users\\tom> {}",
        "C:\\Users\\tom>{}",
        "export KEY=abc\n\n{}",
        "export KEY=abc && {}",
        "KEY=abc {}",
        "$env:KEY = 'abc'\n{}",
        "bash\n{}",
        "\ufeff{}\n\n",
    ],
)
def test_what_stands_around_an_example_is_no_hindrance(around: str) -> None:
    copied = parse(around.format(f"curl https://api.v.example/v1 -H 'x-api-key: {KEY}'"))
    assert copied.rule.url == "https://api.v.example/v1"
    assert list(copied.keys.values()) == [KEY]
    assert "abc" not in copied.masked
    assert bool(copied.notes) == ("abc" in around)


@pytest.mark.parametrize(
    "example",
    [
        "curl\u00a0https://api.v.example/v1 \u2013H \u2018x-api-key: KEY\u2019",
        "curl https://api.v.example/v1 \u2014header \u201cx-api-key: KEY\u201d",
        "curl https://api.v.example/v1 \u2013-header \u201dx-api-key: KEY\u201d",
        "curl \u2013\u2013location https://api.v.example/v1 \u2013\u2013header 'x-api-key:\u00a0KEY'",
    ],
)
def test_the_signs_of_a_web_page_are_read_as_those_of_a_terminal(example: str) -> None:
    copied = parse(example.replace("KEY", KEY))
    assert copied.rule.auth == (Auth(AuthKind.HEADER, "x-api-key", "{key}"),)
    assert list(copied.keys.values()) == [KEY]


@pytest.mark.parametrize(
    ("more", "note"),
    [
        ("-b 'sid=pony77'", "-b is left out"),
        ("-H 'Cookie: sid=pony77'", "The header Cookie is left out."),
        ("-x http://tom:pony77@proxy.example:80", "--proxy is not known here"),
        ("https://api.v.example/v1/pony77", "Only the first address is taken."),
        ("pony77", "A word that is no address is left out."),
        ("| grep pony77", "What follows the first command is left out."),
        ("&& curl https://api.v.example/v1 -H 'x-api-key: pony77'", "What follows the first command"),
        ("-e https://v.example/?t=pony77", ""),
    ],
)
def test_what_is_left_out_is_named_and_taken_out_of_the_box(more: str, note: str) -> None:
    copied = parse(f"curl https://api.v.example/v1 {more}")
    assert note in " ".join(copied.notes)
    assert "pony77" not in copied.masked
    assert "pony77" not in begin(copied, "V", "v", date(2026, 11, 21))
    assert "curl https://api.v.example/v1" in copied.masked


def test_a_fragment_of_the_address_is_named_and_taken_out() -> None:
    copied = parse("curl 'https://api.v.example/v1?page=2#pony77'")
    assert copied.notes == ("What follows # in the address is left out.",)
    assert "pony77" not in copied.masked
    assert copied.rule.query == {"page": "2"}


def test_fields_of_a_multipart_form_are_sent_and_their_key_is_a_key() -> None:
    copied = parse(f"curl https://api.v.example/v1 -F api_key={KEY} -F file=@a.csv")
    assert (copied.rule.method, copied.rule.form) == ("POST", {"api_key": "{key}"})
    assert "plain fields of a form" in " ".join(copied.notes)
    assert "A file of -F is left out." in copied.notes


def test_a_command_of_powershell_is_refused_with_a_sentence_about_it() -> None:
    with pytest.raises(CurlError, match="command of PowerShell"):
        parse("Invoke-RestMethod -Uri https://api.v.example/v1 -Headers @{ 'x-api-key' = 'a' }")


@pytest.mark.parametrize("name", ["pass", "psw", "X-Auth", "X-Api-Pass", "api_passphrase"])
def test_rarer_names_of_keys_are_known(name: str) -> None:
    copied = parse(f"curl https://api.v.example/v1 -H '{name}: pony77'")
    assert list(copied.keys.values()) == ["pony77"]


def test_a_plus_in_a_key_of_data_urlencode_is_no_space() -> None:
    copied = parse("curl https://api.v.example/v1 --data-urlencode 'api_key=ab+cd/ef=='")
    assert list(copied.keys.values()) == ["ab+cd/ef=="]


@pytest.mark.parametrize("odd", ["#\n", "a=1\n", "$ ", "a=b ", "\u2014", "(", "a@", "[a@b ", "`", "\u2018"])
def test_a_long_odd_text_is_read_or_refused_at_once(odd: str) -> None:
    begun = perf_counter()
    for text in (odd * (MAX_TEXT // len(odd)), odd * 9_000 + "curl https://api.v.example/v1"):
        with suppress(CurlError):
            parse(text)
    assert perf_counter() - begun < 5
