"""The definition language as it is accepted: every key ends up in its value, exactly."""

from datetime import date
from decimal import Decimal

import pytest

from creditdesk.core.definition import Amount, Auth, AuthKind, FailRule, When
from creditdesk.core.offers import Step
from creditdesk.core.pools import PoolKind, TroubleKind
from creditdesk.providers.definitions import DefinitionError, load

WHOLE = r"""
schema = 1
id = "some-vendor"
name = "Some Vendor"
category = "data"
homepage = "https://vendor.example"
docs = "https://vendor.example/docs"
key_url = "https://vendor.example/keys"
dashboard = "https://vendor.example/app?tab=credits"
grade = "B"
tried = true
as_of = 2026-09-30
source = "https://vendor.example/docs/credits"
notes = '''
Two
lines'''
drain = ["bundle:*", "month"]
total_label = "Available"
credentials = [
    { name = "user", label = "User", secret = false },
    { name = "key", label = "Key", pattern = '^k_[a-z]+$', hint = "Begins with k_", power = "admin" },
]
params = [
    { name = "region", label = "Region", default = "eu", choices = ["eu", "us"] },
    { name = "day", label = "Renewal day" },
    { name = "plan", label = "Plan", choices = ["basic", "big"] },
]

[account]
plan = "plan.name"
plan_names = { b = "Basic" }

[[request]]
id = "token"
method = "POST"
url = "https://api.vendor.example:8443/{region}/oauth"
form = { client_id = "{user}", client_secret = "{key}" }
capture = { access = "access_token" }
capture_ttl = 3300

[[request]]
id = "usage"
method = "POST"
url = "https://api.vendor.example/v1/usage"
auth = [
    { kind = "bearer", value = "{access}" },
    { kind = "query", name = "k", value = "{key}" },
    { kind = "header", name = "X-Key", value = "Token {key}" },
]
headers = { Accept = "application/json", X-Region = "{region}" }
query = { fields = "all" }
json = { deep = { list = ["{key}", 1, 2.50, true] } }
accept = [200, 402]
needs = ["token"]
optional = true
redact = ["rows[].token", 'x."y z"']
min_interval = 120
retry_after = '"retry-after"'

[[request.fail]]
status = [418]
when = "ok == `false`"
as = "throttled"
message = "detail"
retry_after = "wait"
wait = 300

[[pool]]
id = "month"
label = "This month"
kind = "allowance"
unit = "credits"
from = "token"
limit = { sum = "rows[].limit" }
used = { minus = ["a", "b"] }
remaining = "left"
scale = "-0.01"
group_sep = ","
unlimited = [2147483647, 1e12]
invalid = { values = [-1], as = "key_rejected" }
optional = true
hide_when_zero = true
part_of = "bundle:*"
shared_by = "region"
reset = { every = "month", anchor = "renewal", tz = "Europe/Berlin", day_param = "day", assumed = true }
expires = { at = "until", format = "strptime:%d.%m.%Y %H:%M", tz = "UTC", end_inclusive = true }
notes = "A note"

[[pool]]
id = "bundle:{row}"
label = "{title} ({row})"
kind = "package"
unit_from = "currency"
units = { USD = "USD" }
each = "rows"
where = "type(@) == 'object'"
key = "id"
ids = { dataRows = "data-rows" }
remaining = "calls"
inferred = true

[[pool]]
id = "own"
label = "Typed"
kind = "slots"
unit = "sites"
typed = true
typed_limit = true

[[operation]]
id = "check"
label = "Check"
item = "keyword"
whole = true
most = 50
repeats = "Not documented."
factors = [
    { name = "depth", label = "Depth", default = 10, low = 1, high = 100 },
    { name = "engines", label = "Engines", default = "all", words = ["all"], as_rows = true },
    { name = "device", label = "Device", kind = "choice", default = "both", choices = ["one", "both"] },
    { name = "price", label = "Price", kind = "decimal", default = 0.5 },
]

[[operation.price]]
as_of = 2026-01-02
source = "elsewhere"
low = 0.5
high = 1.5
pools = ["month", "bundle:*", "bundle:data-rows"]
draw = "each"
per = "item_or_run"
minimum = 3
when = { region = "eu|us", device = "both" }
assumptions = ["One", "Two"]
steps = [
    { factor = "depth", rule = "ceil", per = 10, documented = [10, 100], why = "Between is assumed." },
    { factor = "engines", rule = "table", values = { all = 4, 1 = 1 }, capped = 4 },
    { factor = "price" },
]

[[operation.price]]
low = 0
unknown = "Not documented."

[[plan]]
id = "basic"
label = "Basic"
when = { region = "eu" }
limits = { month = 1_000 }
price = "EUR 99"
currency = "EUR"
unit_price = 0.0010
overage = 0.0018
bills_overage = true
valid_months = 2
upgrade = "Buy more."
upgrade_url = "https://vendor.example/buy"
trial = true
notes = "A note"

[[pack]]
id = "small"
label = "Small"
pool = "month"
amount = 1000
price = 5.00
currency = "USD"
url = "https://vendor.example/buy"

[[notice]]
text = "Prices changed."
when = { region = "eu" }
set = { region = "us" }
button = "Change"
"""

LEAST = """
schema = 1
id = "small"
name = "Small"
verified = 2026-09-30
source = "https://small.example"

[[pool]]
id = "credits"
label = "Credits"
kind = "wallet"
unit = "credits"
typed = true
"""


@pytest.fixture(scope="module")
def whole():
    """The definition that uses every key."""
    return load(WHOLE, "some-vendor.toml")


def test_the_top_of_the_file_is_read(whole):
    assert (whole.id, whole.name, whole.category, whole.grade, whole.tried) == (
        "some-vendor",
        "Some Vendor",
        "data",
        "B",
        True,
    )
    assert (whole.fact.as_of, whole.fact.source) == (date(2026, 9, 30), "https://vendor.example/docs/credits")
    assert whole.dashboard == "https://vendor.example/app?tab=credits"
    assert whole.notes == "Two\nlines"
    assert whole.drain == ("bundle:*", "month")
    assert (whole.plan_from, whole.plan_names) == ("plan.name", {"b": "Basic"})


def test_credentials_are_secret_unless_the_file_says_otherwise(whole):
    user, key = whole.credentials
    assert (user.secret, key.secret) == (False, True)
    assert (key.pattern, key.hint, key.power) == ("^k_[a-z]+$", "Begins with k_", "admin")


def test_params_have_choices_and_defaults(whole):
    assert whole.params[0].choices == ("eu", "us")
    assert whole.settings({"day": "3"}) == {"region": "eu", "day": "3"}


def test_a_request_says_where_everything_goes(whole):
    token, usage = whole.requests
    assert token.url == "https://api.vendor.example:8443/{region}/oauth"
    assert (token.method, token.form, token.json) == ("POST", {"client_id": "{user}", "client_secret": "{key}"}, None)
    assert (token.capture, token.capture_ttl) == ({"access": "access_token"}, 3300)
    assert usage.auth == (
        Auth(AuthKind.BEARER, value="{access}"),
        Auth(AuthKind.QUERY, name="k", value="{key}"),
        Auth(AuthKind.HEADER, name="X-Key", value="Token {key}"),
    )
    assert usage.json == {"deep": {"list": ["{key}", 1, Decimal("2.50"), True]}}
    assert usage.form is None
    assert (usage.accept, usage.needs, usage.optional) == ((200, 402), ("token",), True)
    assert usage.redact == ("rows[].token", 'x."y z"')
    assert usage.headers["X-Region"] == "{region}"
    assert whole.min_interval == 120


def test_a_fail_rule_has_all_its_conditions(whole):
    assert whole.requests[1].fail == (
        FailRule(TroubleKind.THROTTLED, (418,), "ok == `false`", "", "detail", retry_after="wait", wait_s=300),
    )


def test_a_pool_says_where_its_amounts_stand(whole):
    month, bundle, own = whole.pools
    assert (month.kind, month.from_, month.limit) == (PoolKind.ALLOWANCE, "token", Amount(total="rows[].limit"))
    assert (month.used, month.remaining) == (Amount(minus=("a", "b")), Amount(path="left"))
    assert (month.scale, month.unlimited) == (Decimal("-0.01"), (Decimal(2147483647), Decimal("1e12")))
    assert month.invalid == {"values": (Decimal(-1),), "as": TroubleKind.KEY_REJECTED}
    assert bundle.from_ == "usage"
    assert (bundle.each, bundle.key, bundle.ids) == ("rows", "id", {"dataRows": "data-rows"})
    assert (own.typed, own.typed_limit, own.from_) == (True, True, "")


def test_a_reset_is_a_rule_or_an_instant(whole):
    month = whole.pools[0]
    assert month.reset == When(every="month", anchor="renewal", tz="Europe/Berlin", assumed=True, day_param="day")
    assert month.expires == When(at="until", format="strptime:%d.%m.%Y %H:%M", end_inclusive=True)


def test_an_operation_has_prices_with_steps(whole):
    operation = whole.operations[0]
    first, second = operation.prices
    assert (operation.whole, operation.most, operation.factors[0].default) == (True, 50, "10")
    assert operation.factors[3].default == "0.5"
    assert (first.low, first.high, first.minimum, first.per) == (
        Decimal("0.5"),
        Decimal("1.5"),
        Decimal(3),
        "item_or_run",
    )
    assert first.pools == ("month", "bundle:*", "bundle:data-rows")
    assert first.when == {"region": "eu|us", "device": "both"}
    assert first.steps[0] == Step("depth", "ceil", Decimal(10), documented=("10", "100"), why="Between is assumed.")
    assert first.steps[1].values == {"all": Decimal(4), "1": Decimal(1)}
    assert (second.low, second.high, second.unknown) == (Decimal(0), None, "Not documented.")


def test_a_price_without_pools_draws_on_the_drain_order(whole):
    assert whole.operations[0].prices[1].pools == ("bundle:*", "month")


def test_a_date_of_its_own_wins_over_the_date_of_the_file(whole):
    first, second = whole.operations[0].prices
    assert (first.fact.as_of, first.fact.source) == (date(2026, 1, 2), "elsewhere")
    assert second.fact == whole.fact == whole.packs[0].fact


def test_plans_packs_and_notices_are_read_with_every_digit(whole):
    plan, pack, notice = whole.plans[0], whole.packs[0], whole.notices[0]
    assert (plan.limits, plan.price, plan.currency) == ({"month": Decimal(1000)}, "EUR 99", "EUR")
    assert (str(plan.overage), str(plan.unit_price), plan.valid_months) == ("0.0018", "0.0010", 2)
    assert (plan.bills_overage, plan.trial, plan.upgrade_url) == (True, True, "https://vendor.example/buy")
    assert (pack.amount, str(pack.price), pack.currency, pack.pool) == (Decimal(1000), "5.00", "USD", "month")
    assert (notice.when, notice.set, notice.button) == ({"region": "eu"}, {"region": "us"}, "Change")


def test_a_definition_without_a_request_is_typed_by_hand():
    small = load(LEAST, "small.toml")
    assert not small.readable
    assert small.fact.as_of == date(2026, 9, 30)


def test_a_byte_order_mark_and_windows_line_ends_are_fine():
    assert load("\ufeff" + LEAST.replace("\n", "\r\n"), "small.toml").id == "small"


def test_a_basic_auth_may_have_no_password():
    text = LEAST.replace("typed = true", 'remaining = "left"') + (
        '[[request]]\nid = "r"\nurl = "http://localhost:8080/x"\nauth = { kind = "basic", user = "{key}" }\n'
    )
    definition = load('credentials = [{ name = "key", label = "Key" }]' + text, "small.toml")
    assert definition.requests[0].auth == (Auth(AuthKind.BASIC, user="{key}"),)


def test_all_problems_are_told_at_once_in_the_order_of_the_lines():
    text = LEAST.replace('id = "small"', 'id = "Small"').replace("wallet", "purse") + 'colour = "red"\n'
    with pytest.raises(DefinitionError) as caught:
        load(text, "small.toml")
    assert [(problem.line, problem.key) for problem in caught.value.problems] == [
        (3, "id"), (11, "pool[1].kind"), (14, "pool[1].colour"),
    ]  # fmt: skip
    assert str(caught.value).splitlines()[1] == (
        "small.toml:11: pool[1].kind: is 'purse'; allowed are allowance, wallet, package, slots, spend, rate"
    )
