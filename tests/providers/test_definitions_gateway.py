"""The `[gateway]` table: what it says, what follows without it, and what it may not say, each with its line and key."""

from decimal import Decimal
from pathlib import Path

import pytest
from tests.providers.metered import CATALOGUE, FOLDER

from creditdesk.core.metering import ChargeRule, GatewayRule
from creditdesk.core.requests import Auth, AuthKind
from creditdesk.providers.definitions import DefinitionError, load

HEAD = r"""schema = 1
id = "vendor"
name = "Vendor"
as_of = 2026-09-30
source = "https://vendor.example"
drain = ["credits"]
credentials = [{ name = "key", label = "Key" }]
params = [{ name = "region", label = "Region", default = "us", choices = ["us", "eu"] }]
[[request]]
id = "usage"
url = "https://api.vendor.example/v1/usage"
auth = { kind = "header", name = "X-Key", value = "{key}" }
hosts = { param = "region", eu = "eu.vendor.example" }
[[pool]]
id = "credits"
label = "Credits"
kind = "wallet"
unit = "credits"
remaining = "left"
[[operation]]
id = "check"
label = "Check"
item = "keyword"
factors = [{ name = "depth", label = "Depth", default = 10, low = 1, high = 100 }]
[[operation.price]]
amount = 1
steps = [{ factor = "depth", rule = "ceil", per = 10 }]
"""
GATEWAY = r"""[gateway]
url = "https://jobs.vendor.example"
base = "/v1"
auth = { kind = "bearer", value = "{key}" }
also = [{ kind = "query", name = "key", value = "{key}" }]
charged = { header = "x-cost", scale = 0.01, pools = ["credits"] }
request_id = { body = "id" }
free_statuses = ["4xx", 503]
refusal = { status = 403, content_type = "text/plain", text = "No: {short}", assumed = true }
assumptions = ["One."]
[[gateway.route]]
method = "POST"
path = "/v1/checks/{site}"
operation = "check"
items = "body.words"
factors = { depth = "body.depth" }
charged = { body = "cost" }
charged_when = [201]
job = "job.id"
[[gateway.route]]
path = "/v1/jobs/{job}"
as_of = 2026-10-01
free = true
job = "id"
job_charged = "cost"
[[gateway.route]]
method = "DELETE"
path = "/v1/checks/{check}"
operation = "check"
frees = true
"""


def read(text: str = HEAD + GATEWAY) -> GatewayRule:
    found = load(text, "vendor.toml").gateway
    assert found is not None
    return found


def test_every_key_is_read() -> None:
    rule = read()
    assert rule.url == "https://jobs.vendor.example"
    assert rule.key.auth == (Auth(AuthKind.BEARER, value="{key}"),)
    assert rule.also == (Auth(AuthKind.QUERY, "key", "{key}"),)
    assert rule.charged == ChargeRule(header="x-cost", scale=Decimal("0.01"), pools=("credits",))
    assert (rule.request_id, rule.free_statuses) == (ChargeRule("id"), (4, 503))
    assert (rule.refusal.status, rule.refusal.text, rule.refusal.assumed) == (403, "No: {short}", True)
    check, job, _ = rule.routes
    assert (check.operation, check.items, check.factors) == ("check", "body.words", {"depth": "body.depth"})
    assert (check.charged, check.charged_when, check.job) == (ChargeRule("cost"), (201,), "job.id")
    assert (job.free, job.job, job.job_charged) == (True, "id", "cost")
    assert rule.routes[2].frees
    assert [each.fact.as_of.isoformat() for each in (check, job)] == ["2026-09-30", "2026-10-01"]


def test_without_a_table_the_first_request_shows_how_the_key_is_sent_and_nothing_is_told_of_cost() -> None:
    rule = read(HEAD)
    assert (rule.url, rule.charged, rule.free_statuses) == ("https://api.vendor.example", None, ())
    assert rule.key.auth == (Auth(AuthKind.HEADER, "X-Key", "{key}"),)
    assert (rule.host_param, rule.hosts) == ("region", {"eu": "eu.vendor.example"})
    assert [(each.method, each.path, each.free) for each in rule.routes] == [("GET", "/v1/usage", True)]


def test_a_table_without_a_host_of_its_own_asks_where_the_first_request_asks_in_every_region() -> None:
    rule = read(HEAD + "[gateway]\n")
    assert (rule.url, rule.hosts) == ("https://api.vendor.example", {"eu": "eu.vendor.example"})
    assert not read(HEAD + '[gateway]\nurl = "https://other.vendor.example"\n').hosts


def test_a_reading_that_costs_or_that_its_path_does_not_tell_apart_is_not_taken_for_free() -> None:
    query = HEAD.replace('id = "usage"\n', 'id = "usage"\nquery = { cmd = "left" }\n')
    costed = HEAD.replace('id = "usage"\n', 'id = "usage"\npoll = "manual"\ncost = { amount = 1, unit = "credits" }\n')
    for text in (query, costed):
        assert read(text).routes == ()


def test_where_a_key_is_exchanged_for_a_token_there_is_no_gateway() -> None:
    text = HEAD.replace('id = "usage"\n', 'id = "usage"\ncapture = { token = "token" }\n')
    assert load(text, "vendor.toml").gateway is None
    assert read(text + '[gateway]\nauth = { kind = "bearer", value = "{key}" }\n').key.auth


WRONG = [
    ('base = "/v1"', 'base = "v1/"', "gateway.base", "plain steps"),
    ('url = "https://jobs.vendor.example"', 'url = "http://jobs.vendor.example"', "gateway.url", "https://"),
    ('url = "https://jobs.vendor.example"', 'url = "https://jobs.vendor.example/v1"', "gateway.url", "host alone"),
    ('url = "https://jobs.vendor.example"', 'url = "https://169.254.169.254"', "gateway.url", "not a number"),
    ('url = "https://jobs.vendor.example"', 'url = "https://{region}.vendor.example"', "gateway.url", "literal"),
    ('auth = { kind = "bearer", value = "{key}" }', 'auth = { kind = "none" }', "gateway.auth", "is needed"),
    ('value = "{key}" }\nalso', 'value = "secret" }\nalso', "gateway.auth", "holds no credential"),
    ('name = "key", value = "{key}" }]', 'name = "key", value = "x" }]', "gateway.also[1]", "holds no credential"),
    ('header = "x-cost", scale', 'header = "X-Cost", scale', "gateway.charged.header", "small letters"),
    ('header = "x-cost", scale', 'header = "x-cost", body = "a", scale', "gateway.charged", "one of them"),
    ("scale = 0.01", "scale = 0", "gateway.charged.scale", "more than 0"),
    ('pools = ["credits"] }', 'pools = ["other"] }', "gateway.charged.pools[1]", "the pools are credits"),
    ('request_id = { body = "id" }', 'request_id = { body = "max(id)" }', "gateway.request_id.body", "not allowed"),
    (
        'request_id = { body = "id" }',
        'request_id = { body = "id", scale = 2 }',
        "gateway.request_id.scale",
        "not a key",
    ),
    ('["4xx", 503]', '["4x", 503]', "gateway.free_statuses[1]", "classes"),
    ('["4xx", 503]', '["4xx", 99]', "gateway.free_statuses[2]", "classes"),
    ('["4xx", 503]', "503", "gateway.free_statuses[1]", "classes"),
    ("status = 403", "status = 200", "gateway.refusal.status", "from 400 to 499"),
    ('text = "No: {short}"', 'text = "No: {key}"', "gateway.refusal.text", "{key} is not"),
    ('text = "No: {short}"', 'text = "No", json = { a = 1 }', "gateway.refusal", "one of them"),
    ('text = "No: {short}"', "json = { a = 2026-09-30 }", "gateway.refusal.json.a", "must be text"),
    ('method = "POST"', 'method = "CONNECT"', "gateway.route[1].method", "allowed are"),
    ('path = "/v1/checks/{site}"', 'path = "v1/checks"', "gateway.route[1].path", "must be a path"),
    ('path = "/v1/checks/{site}"', 'path = "/v1/checks/"', "gateway.route[1].path", "must be a path"),
    ('path = "/v1/checks/{site}"', 'path = "/v1/a{site}"', "gateway.route[1].path", "must be a path"),
    ('path = "/v1/checks/{site}"', 'path = "/v1/{a}/{a}"', "gateway.route[1].path", "twice"),
    ('path = "/v1/checks/{site}"', 'path = "/v1/{region}"', "gateway.route[1].path", "param"),
    (
        'operation = "check"\nitems',
        'operation = "other"\nitems',
        "gateway.route[1].operation",
        "the operations are check",
    ),
    (
        'operation = "check"\nitems',
        'operation = "check"\nfree = true\nitems',
        "gateway.route[1].operation",
        "one of them",
    ),
    ('operation = "check"\nitems', "items", "gateway.route[1].operation", "one of them"),
    ('items = "body.words"', 'items = "sum(body.words)"', "gateway.route[1].items", "not allowed"),
    (
        'factors = { depth = "body.depth" }',
        'factors = { deep = "body.depth" }',
        "gateway.route[1].factors.deep",
        "depth",
    ),
    ("charged_when = [201]", "charged_when = [404]", "gateway.route[1].charged_when", "200 to 299"),
    ('free = true\njob = "id"', "free = true", "gateway.route[2].job", "which job"),
    ("free = true\n", "free = true\nfrees = true\n", "gateway.route[2].frees", "with an operation"),
    ("free = true\n", 'free = true\nitems = "body.a"\n', "gateway.route[2].items", "with an operation"),
    ('job = "job.id"', 'job = "job.id"\njob_charged = "cost"', "gateway.route[1].job_charged", "status read"),
    ("frees = true", "stream = true", "gateway.route[3].stream", "not a key"),
    ('path = "/v1/jobs/{job}"', 'path = "/v1/checks/{job}"\nmethod = "POST"', "gateway.route[2].path", "twice"),
    ("[gateway]", "[gateway]\nother = 1", "gateway.other", "not a key"),
]


@pytest.mark.parametrize(("old", "new", "key", "what"), WRONG)
def test_what_the_table_may_not_say_is_told_with_its_line_and_key(old: str, new: str, key: str, what: str) -> None:
    assert GATEWAY.count(old) == 1
    text = HEAD + GATEWAY.replace(old, new)
    with pytest.raises(DefinitionError) as caught:
        load(text, "vendor.toml")
    found = next((each for each in caught.value.problems if each.key == key and what in each.what), None)
    assert found is not None, caught.value
    assert found.line > HEAD.count("\n")
    assert all(each.file == "vendor.toml" for each in caught.value.problems)


def test_a_definition_that_asks_nothing_needs_a_host_and_a_place_for_its_key() -> None:
    begin, end = HEAD.index("[[request]]"), HEAD.index("[[pool]]")
    asks_nothing = (HEAD[:begin] + HEAD[end:]).replace('remaining = "left"', "typed = true")
    assert load(asks_nothing, "vendor.toml").gateway is None
    with pytest.raises(DefinitionError) as caught:
        load(asks_nothing + "[gateway]\n", "vendor.toml")
    assert [each.key for each in caught.value.problems] == ["gateway.url", "gateway.auth"]
    rule = read(asks_nothing + '[gateway]\nurl = "https://a.example"\nauth = { kind = "bearer", value = "{key}" }\n')
    assert rule.url == "https://a.example"


def test_every_built_in_gateway_is_right_for_a_stranger_too_and_says_where_it_was_read() -> None:
    with_table = [path for path in sorted(FOLDER.glob("*.toml")) if "[gateway]" in path.read_text("utf-8")]
    assert len(with_table) >= 8
    for path in with_table:
        rule = load(path.read_text("utf-8"), path.name).gateway
        assert rule is not None
        assert rule.fact.source
        assert rule == CATALOGUE.get(path.stem).gateway


def test_the_page_of_the_language_names_every_key() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "definition-language.md").read_text("utf-8")
    section = page[page.index("## `[gateway]`") : page.index("## Limits")]
    for key in (
        *("url", "hosts", "auth", "also", "charged", "request_id", "free_statuses", "refusal", "assumptions"),
        *("method", "path", "operation", "items", "factors", "charged_when", "job", "job_charged", "frees", "scale"),
    ):
        assert f"`{key}`" in section, key
