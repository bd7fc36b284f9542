"""The parts of a price that the sizer of several pools needs, and the free question: read, and refused when wrong."""

import pytest

from creditdesk.core.definition import AuthKind
from creditdesk.providers.definitions import DefinitionError, load

GOOD = """schema = 1
id = "vendor"
name = "Vendor"
as_of = 2026-09-30
source = "https://vendor.example"
credentials = [{ name = "key", label = "Key" }]
params = [{ name = "team", label = "Team" }]
[[request]]
id = "usage"
url = "https://api.vendor.example/usage"
auth = { kind = "bearer", value = "{key}" }
[[pool]]
id = "credits"
label = "Credits"
kind = "wallet"
unit = "credits"
remaining = "left"
[[pool]]
id = "pack:{row}"
label = "Pack"
kind = "package"
unit = "calls"
each = "rows"
remaining = "calls"
[[operation]]
id = "check"
label = "Check"
item = "domain"
[[operation.price]]
low = 0
high = 1
pools = ["credits"]
covers = ["pack:*"]
observed = { pool = "credits", over = "pack:*" }
repeats = "once"
[[operation]]
id = "other"
label = "Other"
item = "run"
[[operation.price]]
amount = 1
per = "run"
pools = ["credits"]
[[probe]]
operation = "check"
url = "https://api.vendor.example/check"
auth = { kind = "bearer", value = "{key}" }
json = { team = "{team}", wanted = { domains = "{items}" }, fresh = false }
batch = 10
found = "data[].domain"
charged = "meta.charged"
fail = [{ status = [403], as = "no_access" }]
"""


def test_what_a_price_says_of_packages_of_the_accounts_use_and_of_repeats() -> None:
    price = load(GOOD, "vendor.toml").operations[0].prices[0]
    assert (price.covers, price.observed, price.repeats) == (("pack:*",), ("credits", "pack:*"), "once")
    other = load(GOOD, "vendor.toml").operations[1].prices[0]
    assert (other.covers, other.observed, other.repeats) == ((), None, "")


def test_a_free_question() -> None:
    definition = load(GOOD, "vendor.toml")
    (probe,) = definition.probes
    assert (probe.operation, probe.batch, probe.found, probe.charged) == ("check", 10, "data[].domain", "meta.charged")
    assert (probe.request.method, probe.request.auth[0].kind) == ("POST", AuthKind.BEARER)
    assert probe.request.json == {"team": "{team}", "wanted": {"domains": "{items}"}, "fresh": False}
    assert probe.fact.as_of.isoformat() == "2026-09-30"
    assert (definition.probe("check"), definition.probe("other")) == (probe, None)


CASES = [
    ('covers = ["pack:*"]', 'covers = ["money"]', "operation[1].price[1].covers[1]", "the pools are"),
    ('covers = ["pack:*"]', 'covers = ["credits"]', "operation[1].price[1].covers", "not both"),
    ('pools = ["credits"]\ncovers', "pools = 5\ncovers", "operation[1].price[1].pools", "list of texts"),
    ('covers = ["pack:*"]', 'covers = ["pack:*"]\nper = "run"', "operation[1].price[1].covers", "per item"),
    ('covers = ["pack:*"]', 'covers = ["pack:*"]\nminimum = 1', "operation[1].price[1].covers", "without a minimum"),
    ('covers = ["pack:*"]', 'covers = ["pack:*"]\ndraw = "each"', "operation[1].price[1].covers", "drained"),
    ('over = "pack:*"', 'over = "credits"', "operation[1].price[1].observed.over", "same pool"),
    ('over = "pack:*"', 'over = "rows"', "operation[1].price[1].observed.over", "the pools are"),
    (', over = "pack:*"', "", "operation[1].price[1].observed.over", "is missing"),
    ('over = "pack:*"', 'over = "pack:*", per = 2', "operation[1].price[1].observed.per", "is not a key here"),
    ('repeats = "once"', 'repeats = "twice"', "operation[1].price[1].repeats", "allowed are"),
    ('operation = "check"', 'operation = "chekc"', "probe[1].operation", "the operations are check, other"),
    ('operation = "check"', 'operation = "other"', "probe[1].operation", "for each item"),
    ("batch = 10\n", "", "probe[1].batch", "is missing"),
    ("batch = 10", "batch = 0", "probe[1].batch", "from 1 to 1000"),
    ('found = "data[].domain"\n', "", "probe[1].found", "is missing"),
    ('charged = "meta.charged"', 'charged = "sum(meta)"', "probe[1].charged", "not allowed"),
    ('"{items}"', '"all of {items}"', "probe[1].json", "once, alone"),
    ('team = "{team}"', 'team = "{items}"', "probe[1].json", "once, alone"),
    ('team = "{team}"', 'team = "x{items}"', "probe[1].json", "nowhere else"),
    ("vendor.example/check", "vendor.example/{items}", "probe[1].json", "nowhere else"),
    ("batch = 10", 'batch = 10\nquery = { a = "{items}" }', "probe[1].json", "nowhere else"),
    ("batch = 10", 'batch = 10\nmethod = "GET"', "probe[1].method", "allowed are POST"),
    ("https://api.vendor.example/check", "https://evil.example/check", "probe[1].url", "another host"),
    ("https://api.vendor.example/check", "http://api.vendor.example/check", "probe[1].url", "https://"),
    ("fresh = false", 'fresh = "{nobody}"', "probe[1].json.fresh", "there are:"),
    ('params = [{ name = "team"', 'params = [{ name = "items"', "probe[1]", "for its own"),
    ("batch = 10", 'batch = 10\ncapture = { a = "b" }', "probe[1].capture", "is not a key here"),
]


@pytest.mark.parametrize(("old", "new", "key", "what"), CASES)
def test_what_is_wrong_is_named_with_its_key(old: str, new: str, key: str, what: str) -> None:
    assert GOOD.count(old) >= 1
    with pytest.raises(DefinitionError) as refused:
        load(GOOD.replace(old, new), "vendor.toml")
    found = [(problem.key, problem.what) for problem in refused.value.problems]
    assert any(each == key and what in told for each, told in found), found


def test_a_second_question_for_the_same_operation_is_refused() -> None:
    probe = GOOD[GOOD.index("[[probe]]") :]
    with pytest.raises(DefinitionError, match="there twice"):
        load(GOOD + probe, "vendor.toml")


def test_a_vendor_without_requests_asks_one_host_only() -> None:
    start, end = GOOD.index("[[request]]"), GOOD.index("[[pool]]")
    typed = (GOOD[:start] + GOOD[end:]).replace('remaining = "left"', "typed = true")
    start, end = typed.index('[[pool]]\nid = "pack'), typed.index("[[operation]]")
    typed = typed[:start] + typed[end:]
    typed = typed.replace('covers = ["pack:*"]\n', "").replace('observed = { pool = "credits", over = "pack:*" }\n', "")
    assert load(typed, "vendor.toml").probes[0].batch == 10
    second = typed[typed.index("[[probe]]") :].replace("api.vendor.example", "other.example")
    with pytest.raises(DefinitionError, match="another host"):
        load(typed + second, "vendor.toml")
