"""The token of a script is found where the vendor wants its key, and the real key is put there and nowhere else."""

import base64
import json
import random
import re
import string
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.providers.asking import FACT, NOW, account, request_rule, vendor
from tests.providers.metered import CATALOGUE

from creditdesk.core.definition import Auth, AuthKind, Credential, Definition, Param
from creditdesk.core.metering import Call, GatewayRule, RouteRule
from creditdesk.providers.presenting import Misplaced, Presenter
from creditdesk.providers.request import RequestRefused, build
from creditdesk.providers.times import times

PREFIX = "cdgw_"
TOKEN = PREFIX + "Q2hlY2sgbWUgbm93IGFuZCB0aGVu"
OTHER = PREFIX + "b3RoZXIgYWNjb3VudHMgdG9rZW4h"
TOKENS = re.compile(rb"cdgw_[A-Za-z0-9_-]{28}")
KEY = "vendor-Key.9/+=&%"
BOTH = (Credential("user", "User", secret=False), Credential("key", "API key"))
FORM = (b"content-type", b"application/x-www-form-urlencoded; charset=utf-8")
JSON = (b"content-type", b"application/json")


def presenter(*auth: Auth, routes: tuple[RouteRule, ...] = (), **changes: Any) -> Presenter:
    also = changes.pop("also", ())
    rule = request_rule(auth=auth, **changes)
    gateway = GatewayRule(FACT, "https://api.example.com", rule, also=also, routes=routes)
    definition = vendor(requests=(rule,), credentials=BOTH, params=(Param("site", "Site"),), gateway=gateway)
    return Presenter(definition, {"site": "home"})


def swapped(found: Presenter, call: Call, secrets: Mapping[str, str] | None = None) -> Call:
    assert found.presented(call, PREFIX) == TOKEN
    return found.replaced(call, TOKEN, {"key": KEY, "user": "me@x.example"} if secrets is None else secrets)


def bearing(*headers: tuple[bytes, bytes], **changes: Any) -> Call:
    return Call(**{"method": "POST", "path": b"/v1/jobs", "headers": headers, **changes})


def test_a_bearer_token_becomes_the_key_and_every_other_byte_stays() -> None:
    call = bearing((b"x-a", b"1"), (b"authorization", b"bearer " + TOKEN.encode()), (b"x-a", b"2"), query=b"a=%2f&b")
    sent = swapped(presenter(Auth(AuthKind.BEARER, value="{key}")), call)
    assert sent.headers == ((b"x-a", b"1"), (b"authorization", b"Bearer " + KEY.encode()), (b"x-a", b"2"))
    assert (sent.method, sent.path, sent.query, sent.body) == (call.method, call.path, call.query, call.body)


@pytest.mark.parametrize("template", ["{key}", "Token {key}", "DeepL-Auth-Key {key}"])
def test_a_header_of_the_vendors_own_is_filled_as_its_template_says(template: str) -> None:
    value = template.format(key=TOKEN).encode()
    sent = swapped(presenter(Auth(AuthKind.HEADER, "X-Api-Key", template)), bearing((b"x-api-key", value)))
    assert sent.headers == ((b"x-api-key", template.format(key=KEY).encode()),)


@pytest.mark.parametrize("pair", [f"me:{TOKEN}", f"{TOKEN}:", f":{TOKEN}", f"{TOKEN}:{TOKEN}"])
def test_basic_takes_the_token_as_user_or_password_and_sends_both_of_the_vendors(pair: str) -> None:
    given_pair = b"Basic " + base64.b64encode(pair.encode())
    sent = swapped(
        presenter(Auth(AuthKind.BASIC, user="{user}", password="{key}")), bearing((b"authorization", given_pair))
    )
    assert base64.b64decode(sent.headers[0][1].split()[1]).decode() == f"me@x.example:{KEY}"


def test_a_value_of_the_query_is_encoded_and_its_neighbours_stay_as_they_were() -> None:
    call = bearing(query=b"q=a+b%20c&api%5Fkey=" + TOKEN.encode() + b"&&z=%zz")
    sent = swapped(presenter(Auth(AuthKind.QUERY, "api_key", "{key}")), call)
    assert sent.query == b"q=a+b%20c&api%5Fkey=" + quote(KEY, safe="").encode() + b"&&z=%zz"


def test_a_field_of_a_json_body_is_written_as_json_and_the_rest_to_the_byte() -> None:
    body = b'{ "clientKey" : "' + TOKEN.encode() + b'", "task": {"n": 1.10, "t": "\\u00e9/\xc3\xa9"} }'
    call = bearing(JSON, (b"content-length", b"%d" % len(body)), body=body)
    sent = swapped(presenter(method="POST", json={"clientKey": "{key}"}), call, {"key": 'a"\\b'})
    assert sent.body == body.replace(TOKEN.encode(), b'a\\"\\\\b')
    assert dict(sent.headers)[b"content-length"] == b"%d" % len(sent.body or b"")


def test_a_field_of_a_form_is_encoded() -> None:
    call = bearing(FORM, body=b"a=1&key=" + TOKEN.encode() + b"&b=%20")
    sent = swapped(presenter(method="POST", form={"key": "{key}"}), call)
    assert sent.body == b"a=1&key=" + quote(KEY, safe="").encode() + b"&b=%20"


def test_a_step_of_the_path_is_encoded_and_the_others_stay() -> None:
    routes = (RouteRule("GET", "/v3/users/{key}/jobs/{job}", FACT, free=True),)
    call = bearing(method="GET", path=b"/v3/users/" + TOKEN.encode() + b"/jobs/%41-1")
    sent = swapped(presenter(routes=routes), call)
    assert sent.path == b"/v3/users/" + quote(KEY, safe="").encode() + b"/jobs/%41-1"


def test_where_the_vendor_wants_two_headers_both_are_filled_though_the_token_stands_in_one() -> None:
    two = presenter(Auth(AuthKind.HEADER, "X-User", "{user}"), Auth(AuthKind.HEADER, "X-Key", "{key}"))
    sent = swapped(two, bearing((b"x-key", TOKEN.encode())))
    assert sorted(sent.headers) == [(b"x-key", KEY.encode()), (b"x-user", b"me@x.example")]


def test_another_place_in_which_the_vendor_takes_its_key_serves_as_well_and_only_that_one_is_filled() -> None:
    also = (Auth(AuthKind.QUERY, "token", "{key}"),)
    found = presenter(Auth(AuthKind.BEARER, value="{key}"), also=also)
    sent = swapped(found, bearing(query=b"token=" + TOKEN.encode()))
    assert (sent.headers, sent.query) == ((), b"token=" + quote(KEY, safe="").encode())


def test_a_call_without_a_token_or_with_two_in_one_place_presents_nothing() -> None:
    found = presenter(Auth(AuthKind.BEARER, value="{key}"))
    twice = ((b"authorization", b"Bearer " + TOKEN.encode()),) * 2
    for call in (
        bearing(),
        bearing(*twice),
        bearing((b"authorization", b"Basic " + TOKEN.encode())),
        bearing((b"authorization", b"Bearer sk-vendors-own")),
        bearing((b"x-api-key", TOKEN.encode())),
        bearing(query=b"key=" + TOKEN.encode()),
        bearing((b"authorization", b"Bearer \xff\xfe")),
    ):
        assert found.presented(call, PREFIX) is None
    in_body = presenter(method="POST", json={"clientKey": "{key}"})
    for body in (b"{", b"[]", b'{"clientKey": 1}', b'{"clientKey": "%s", "clientKey": "x"}' % TOKEN.encode(), None):
        assert in_body.presented(bearing(JSON, body=body), PREFIX) is None


@pytest.mark.parametrize(
    "more",
    [
        {"path": b"/v1/" + TOKEN.encode()},
        {"path": b"/v1/" + TOKEN.replace("_", "%5f").encode()},
        {"query": b"a=" + TOKEN.encode()},
        {"query": b"a=" + TOKEN.replace("Q", "%51").encode()},
        {"body": b'{"a": "' + TOKEN.encode() + b'"}'},
        {"body": b'{"a": "' + TOKEN.replace("Q", "\\u0051").encode() + b'"}'},
    ],
)
def test_a_token_that_stands_in_a_second_place_is_sent_nowhere(more: dict[str, Any]) -> None:
    found = presenter(Auth(AuthKind.BEARER, value="{key}"))
    call = bearing((b"authorization", b"Bearer " + TOKEN.encode()), **more)
    with pytest.raises(Misplaced) as caught:
        swapped(found, call)
    assert TOKEN not in str(caught.value)
    for header in ((b"cookie", b"a=" + TOKEN.encode()), (b"proxy-authorization", base64.b64encode(TOKEN.encode()))):
        with pytest.raises(Misplaced):
            swapped(found, bearing((b"authorization", b"Bearer " + TOKEN.encode()), header))


def _coded(text: str, rounds: int = 1) -> str:
    """Every character percent-encoded, so often."""
    for _ in range(rounds):
        text = "".join(f"%{byte:02X}" for byte in text.encode())
    return text


@pytest.mark.parametrize("token", [TOKEN, OTHER], ids=["the right one", "another account's"])
@pytest.mark.parametrize(
    "told",
    [
        {"query": "a={token}"},
        {"query": "{token}=a"},
        {"path": "/v1/{token}"},
        {"path": "/v1/{coded}"},
        {"query": "a={coded}"},
        {"query": "a={twice}"},
        {"x-key": "{token}"},
        {"cookie": "a={coded}"},
        {"x-authorization": "Basic {based}"},
        {"x-authorization": "Basic {bare}"},
        {"body": '{{"a": ["{token}"]}}'},
        {"body": '{{"a": "{escaped}"}}'},
        {"body": '{{"a": "{escaped}"}} no JSON'},
        {"body": '{{"a": "https://x.example/?k={coded}"}}'},
        {"form": "a={token}"},
        {"form": "a={twice}"},
    ],
    ids=str,
)
def test_no_token_of_the_gateway_reaches_the_vendor_in_any_place_or_form(token: str, told: dict[str, str]) -> None:
    based = base64.b64encode(f"me1:{token}".encode()).decode()
    escaped = "".join(f"\\u{ord(each):04x}" for each in token)
    forms = {"token": token, "coded": _coded(token), "twice": _coded(token, 2), "escaped": escaped}
    place, text = next((name, text.format(**forms, based=based, bare=based.rstrip("="))) for name, text in told.items())
    headers = [FORM if place == "form" else JSON, (b"authorization", f"Bearer {TOKEN}".encode())]
    changes: dict[str, Any] = {"body": b'{"ok": "cdgw_ is no token"}'}
    if place in ("form", "body"):
        changes["body"] = text.encode()
    elif place in ("path", "query"):
        changes[place] = text.encode()
    else:
        headers.append((place.encode(), text.encode()))
    found = presenter(Auth(AuthKind.BEARER, value="{key}"))
    with pytest.raises(Misplaced):
        found.replaced(bearing(*headers, **changes), TOKEN, {"key": KEY}, TOKENS)


def test_what_only_begins_like_a_token_passes() -> None:
    found = presenter(Auth(AuthKind.BEARER, value="{key}"))
    call = bearing((b"authorization", b"Bearer " + TOKEN.encode()), query=b"q=cdgw_", body=b"cdgw_%zz\\u00 cdgw_short")
    assert found.replaced(call, TOKEN, {"key": KEY}, TOKENS).body == call.body


def test_a_token_that_a_body_writes_in_an_unusual_way_is_sent_nowhere() -> None:
    found = presenter(method="POST", json={"clientKey": "{key}"})
    escaped = TOKEN.replace("Q", "\\u0051").encode()
    for body in (b'{"clientKey": "%s"}' % escaped, b'{"clientKey": "%s", "a": "%s"}' % (escaped, TOKEN.encode())):
        with pytest.raises(Misplaced):
            swapped(found, bearing(JSON, body=body))


def test_a_key_that_is_missing_or_that_no_request_can_carry_is_sent_nowhere() -> None:
    found = presenter(Auth(AuthKind.BEARER, value="{key}"))
    call = bearing((b"authorization", b"Bearer " + TOKEN.encode()))
    for secret in ("", "a\nb", "ä", "x" * 5_000):
        with pytest.raises(RequestRefused) as caught:
            swapped(found, call, {"key": secret})
        assert not secret or secret not in caught.value.message


def test_a_setting_that_is_missing_or_that_no_header_can_carry_is_sent_nowhere() -> None:
    call = bearing((b"authorization", b"Token " + TOKEN.encode()))
    auth = Auth(AuthKind.HEADER, "Authorization", "Token {key}")
    region = Auth(AuthKind.HEADER, "X-Region", "{region}")
    for chosen, refusal in (({}, RequestRefused), ({"region": "a\r\nx: y"}, Misplaced), ({"region": "é"}, Misplaced)):
        rule = request_rule(auth=(auth, region))
        gateway = GatewayRule(FACT, "https://api.example.com", rule)
        definition = vendor(requests=(rule,), params=(Param("region", "Region"),), gateway=gateway)
        with pytest.raises(refusal):
            Presenter(definition, chosen).replaced(call, TOKEN, {"key": KEY})


def test_a_call_shows_neither_token_nor_key() -> None:
    call = bearing((b"authorization", b"Bearer " + TOKEN.encode()), query=b"key=" + TOKEN.encode())
    assert TOKEN not in repr(call)


def test_the_body_has_to_be_there_only_where_the_key_may_stand_in_it() -> None:
    assert presenter(method="POST", json={"clientKey": "{key}"}).needs_body
    assert presenter(method="POST", form={"key": "{key}"}).needs_body
    assert not presenter(Auth(AuthKind.BEARER, value="{key}"), method="POST", json={"site": "{site}"}).needs_body


def _built(definition: Definition, secrets: Mapping[str, str]) -> Call:
    """What request building makes of the vendor's key request, as it would come to the gateway."""
    assert definition.gateway is not None
    values = {param.name: (param.choices or (param.default or "a1",))[0] for param in definition.params}
    rule = definition.gateway.key
    more = {"place": "p", "id": "i", "items": "x", "rows": "y", **times(NOW)}
    prepared = build(definition, rule, account(settings=values), secrets, more)
    parts = urlsplit(prepared.url)
    headers = tuple((name.lower().encode(), text.encode()) for name, text in prepared.headers.items())
    return Call(prepared.method, parts.path.encode(), parts.query.encode(), headers, prepared.content)


@pytest.mark.parametrize("provider", [each.id for each in CATALOGUE.all() if each.gateway is not None])
def test_in_every_definition_the_token_is_found_where_request_building_puts_the_key(provider: str) -> None:
    definition = CATALOGUE.get(provider)
    found = Presenter(definition, {})
    real = {each.name: f"real-{each.name}-{'k' * 20}" for each in definition.credentials}
    secret = [each.name for each in definition.credentials if each.secret] or [definition.credentials[-1].name]
    scripts = real | dict.fromkeys(secret, TOKEN)
    call = _built(definition, scripts)
    assert found.presented(call, PREFIX) == TOKEN
    wanted, sent = _built(definition, real), found.replaced(call, TOKEN, real)
    assert TOKEN not in repr((sent.path, sent.query, sent.headers, sent.body))
    assert _meant(sent) == _meant(wanted)


def _meant(call: Call) -> tuple[object, ...]:
    """A request with its encodings undone."""
    body: object = call.body
    if b"json" in call.header(b"content-type"):
        body = json.loads(call.body or b"null")
    headers = sorted(each for each in call.headers if each[0] != b"content-length")
    return call.method, unquote(call.path.decode()), parse_qsl(call.query.decode()), headers, body


ALPHABET = "".join(sign for sign in map(chr, range(33, 127)))
KEYS = st.text(ALPHABET, min_size=1, max_size=60)
WORDS = st.text(string.ascii_letters + string.digits + ' %&=+"\\{}/é☃', max_size=12)


@settings(max_examples=300, deadline=None)
@given(
    key=KEYS,
    kind=st.sampled_from(["bearer", "header", "basic", "query", "json", "form", "path"]),
    words=st.lists(st.tuples(WORDS, WORDS), max_size=5),
    seed=st.integers(0, 2**32),
)
def test_on_any_key_and_place_the_key_stands_exactly_where_the_token_stood(
    key: str, kind: str, words: list[tuple[str, str]], seed: int
) -> None:
    chance = random.Random(seed)
    token = PREFIX + "".join(chance.choices(string.ascii_letters + string.digits + "-_", k=43))
    before, after = _cases(kind, words, token), _cases(kind, words, key)
    found = _presenters()[kind]
    assert found.presented(before, PREFIX) == token
    sent = found.replaced(before, token, {"key": key, "user": "me"})
    assert _meant_fully(sent) == _meant_fully(after)
    assert token.encode() not in b"\n".join((sent.path, sent.query, sent.body or b"", *(v for _, v in sent.headers)))


def _presenters() -> dict[str, Presenter]:
    return {
        "bearer": presenter(Auth(AuthKind.BEARER, value="{key}")),
        "header": presenter(Auth(AuthKind.HEADER, "X-Key", "Key {key}")),
        "basic": presenter(Auth(AuthKind.BASIC, user="me", password="{key}")),
        "query": presenter(Auth(AuthKind.QUERY, "api key", "{key}")),
        "json": presenter(method="POST", json={"deep": {"clientKey": "{key}"}}),
        "form": presenter(method="POST", form={"api key": "{key}"}),
        "path": presenter(routes=(RouteRule("POST", "/v1/{key}/x/{job}", FACT, free=True),)),
    }


def _cases(kind: str, words: list[tuple[str, str]], key: str) -> Call:
    """A request with this key, and other things beside it."""
    fields = [(f"n{number}{name}", text) for number, (name, text) in enumerate(words)]
    headers = {
        "bearer": (b"authorization", b"Bearer " + key.encode()),
        "header": (b"x-key", b"Key " + key.encode()),
        "basic": (b"authorization", b"Basic " + base64.b64encode(f"me:{key}".encode())),
    }
    query = urlencode([*fields, ("api key", key)] if kind == "query" else fields)
    body = json.dumps({**dict(fields), "deep": {"clientKey": key}} if kind == "json" else dict(fields))
    path = f"/v1/{quote(key, safe='')}/x/j%41" if kind == "path" else "/v1/a/y"
    content = urlencode([("api key", key), *fields]) if kind == "form" else body
    sent = ((b"x-other", b"1"), FORM if kind == "form" else JSON, *([headers[kind]] if kind in headers else []))
    return Call("POST", path.encode(), query.encode(), sent, content.encode())


def _meant_fully(call: Call) -> tuple[object, ...]:
    form = FORM in call.headers
    body = parse_qsl((call.body or b"").decode(), True) if form else json.loads(call.body or b"null")
    return (
        call.method,
        unquote(call.path.decode()),
        parse_qsl(call.query.decode(), True),
        call.headers,
        body,
    )


RAW = st.binary(max_size=40) | st.sampled_from(
    [
        TOKEN.encode(),
        b"Bearer " + TOKEN.encode(),
        b"Basic " + base64.b64encode(f"me:{TOKEN}".encode()),
        b'{"clientKey": "' + TOKEN.encode() + b'"}',
        b'{"deep": {"clientKey": "\\ud800"}}',
        b"api%20key=" + TOKEN.encode() + b"&%ff=%zz&\xff",
        b"/v1/" + TOKEN.encode() + b"/x/%2e%2e",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    kind=st.sampled_from(["bearer", "header", "basic", "query", "json", "form", "path"]),
    parts=st.tuples(RAW, RAW, RAW, RAW),
    content=st.sampled_from([FORM, JSON]),
)
def test_whatever_a_request_is_made_of_it_is_refused_or_bears_no_token(
    kind: str, parts: tuple[bytes, bytes, bytes, bytes], content: tuple[bytes, bytes]
) -> None:
    path, query, value, body = parts
    headers = (content, (b"authorization", value), (b"x-key", value))
    found, call = _presenters()[kind], Call("POST", b"/" + path, query, headers, body)
    shown = found.presented(call, PREFIX)
    assert shown is None or shown.startswith(PREFIX)
    try:
        sent = found.replaced(call, TOKEN, {"key": KEY, "user": "me"})
    except Misplaced:
        return
    assert TOKEN.encode() not in b"\n".join((sent.path, sent.query, sent.body or b"", *(v for _, v in sent.headers)))
