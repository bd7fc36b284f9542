"""What a definition may not say: each case with the line and the key that the message names."""

import pytest

from creditdesk.providers.definitions import DefinitionError, load

GOOD = r"""schema = 1
id = "vendor"
name = "Vendor"
docs = "https://vendor.example/docs"
as_of = 2026-09-30
source = "https://vendor.example"
drain = ["credits"]
credentials = [
    { name = "key", label = "Key" },
    { name = "user", label = "User", secret = false },
]
params = [
    { name = "edition", label = "Edition", default = "one", choices = ["one", "two"] },
    { name = "plan", label = "Plan", choices = ["free", "pro"] },
    { name = "site", label = "Site" },
]
[account]
plan = "plan.name"
[[request]]
id = "token"
url = "https://api.vendor.example/token/{key}"
capture = { access = "token" }
[[request]]
id = "usage"
method = "POST"
url = "https://api.vendor.example/{site}/usage"
auth = { kind = "header", name = "X-Key", value = "{key}" }
headers = { Accept = "application/json" }
query = { a = "1" }
json = { clientKey = "{key}", n = 1 }
accept = [200]
redact = ["rows[].token"]
fail = [
    { status = [403], as = "key_rejected" },
    { when = "error", as = "bad_answer", message = "error" },
]
[[pool]]
id = "credits"
label = "Credits"
kind = "allowance"
unit = "credits"
remaining = "left"
reset = { every = "month", anchor = "first", tz = "UTC" }
[[pool]]
id = "pack:{row}"
label = "{title}"
kind = "package"
unit = "calls"
each = "rows"
remaining = "calls"
expires = { at = "until", format = "epoch" }
[[operation]]
id = "check"
label = "Check"
item = "keyword"
factors = [
    { name = "depth", label = "Depth", default = 10, low = 1, high = 100 },
    { name = "engines", label = "Engines", default = "all", words = ["all"] },
]
[[operation.price]]
amount = 1
steps = [
    { factor = "depth", rule = "ceil", per = 10 },
    { factor = "engines", rule = "table", values = { all = 4 } },
]
[[plan]]
id = "free"
label = "Free"
when = { edition = "one" }
limits = { credits = 50 }
[[pack]]
id = "small"
label = "Small"
pool = "credits"
amount = 1000
price = 5
currency = "USD"
url = "https://vendor.example/buy"
[[notice]]
text = "News."
"""

AUTH = 'auth = { kind = "header", name = "X-Key", value = "{key}" }'
TOKEN_URL = 'url = "https://api.vendor.example/token/{key}"'
KEY_LINE = '{ name = "key", label = "Key" }'
HEADERS = 'headers = { Accept = "application/json" }'
REJECTED = '{ status = [403], as = "key_rejected" }'
JSON = 'json = { clientKey = "{key}", n = 1 }'
LEFT = 'remaining = "left"'
DOCS = 'docs = "https://vendor.example/docs"'

PAGE = 'page = { next = "n", send = "p", collect = "d" }'
MANUAL = 'poll = "manual"\n'

# what is replaced, by what (<<<: by nothing), the key, a part of the message; the line follows from where it stands
CASES = [
    # the file
    ("schema = 1", "schema = 2", "schema", "must be 1"),
    ("schema = 1", "schema = true", "schema", "must be 1"),
    ("schema = 1\n", "", "schema", "is missing"),
    ('id = "vendor"', 'id = "Vendor"', "id", "lower-case"),
    ('id = "vendor"', 'id = "{key}"', "id", "lower-case"),
    ('id = "vendor"', "id = 7", "id", "must be text, not a whole number"),
    ('name = "Vendor"\n', "", "name", "is missing"),
    ('name = "Vendor"', 'name = " "', "name", "must not be empty"),
    ('name = "Vendor"', 'name = "Ven\\u202Edor"', "name", "U+202E"),
    ('name = "Vendor"', 'name = "Ven\\u0000dor"', "name", "U+0000"),
    ('name = "Vendor"', 'name = "Ven\\ndor"', "name", "U+000A"),
    ('name = "Vendor"', 'name = "{key}"', "name", "placeholder"),
    ('name = "Vendor"', f'name = "{"x" * 81}"', "name", "81 characters; 80"),
    ("as_of = 2026-09-30", 'as_of = "2026-09-30"', "as_of", "date without quotes"),
    ("as_of = 2026-09-30", "as_of = 2026-09-30T10:00:00Z", "as_of", "date without quotes"),
    ("as_of = 2026-09-30\n", "", "as_of", "is missing"),
    ("as_of = 2026-09-30", "as_of = 2101-01-01", "as_of", "up to the year 2100"),
    ('source = "https://vendor.example"\n', "", "source", "is missing"),
    (DOCS, 'docs = "javascript:alert(1)"', "docs", "https://"),
    (DOCS, 'dosc = "https://vendor.example/docs"', "dosc", "did you mean docs?"),
    (DOCS, 'category = "shoes"', "category", "allowed are seo"),
    (DOCS, 'grade = "D"', "grade", "allowed are A, B, C"),
    (DOCS, 'tried = "yes"', "tried", "true or false"),
    ('drain = ["credits"]', 'drain = ["money"]', "drain[1]", "the pools are credits, pack:*"),
    ('drain = ["credits"]', 'drain = "credits"', "drain", "list of texts"),
    ('drain = ["credits"]', 'drain = ["credits", "credits"]', "drain[2]", "twice"),
    ('plan = "plan.name"', "identity = 7", "account.identity", "an expression in quotes"),
    ('plan = "plan.name"', 'identity = "sum(a)"', "account.identity", "sum"),
    ('plan = "plan.name"', 'plan_ends = { every = "month" }', "account.plan_ends", "an instant in the answer"),
    # credentials and params
    (KEY_LINE, '{ name = "key", lable = "Key" }', "credentials[1].lable", "did you mean label?"),
    (KEY_LINE, '{ name = "key", label = "Key", pattern = "(" }', "credentials[1].pattern", "regular"),
    (KEY_LINE, '{ name = "key", label = "Key", power = "root" }', "credentials[1].power", "admin"),
    ('{ name = "user", label', '{ name = "key", label', "credentials[2].name", "taken already"),
    ('{ name = "edition", label', '{ name = "user", label', "params[1].name", "taken already"),
    ('{ name = "site", label', '{ name = "row", label', "params[3].name", "taken already"),
    ('{ name = "site", label', '{ name = "Site", label', "params[3].name", "lower-case"),
    ('default = "one"', 'default = "three"', "params[1].default", "the choices are one, two"),
    ("credentials = [\n", 'credentials = "key"\nx = [\n', "credentials", "list of tables"),
    # requests: where a secret may go
    (TOKEN_URL, 'url = "http://api.vendor.example/t"', "request[1].url", "https://"),
    (TOKEN_URL, 'url = "https://{site}.example/t"', "request[1].url", "literal"),
    (TOKEN_URL, 'url = "https://{key}/t"', "request[1].url", "literal"),
    (TOKEN_URL, 'url = "https://u:p@vendor.example/"', "request[1].url", "user name"),
    (TOKEN_URL, 'url = "https://vendor.example/#x"', "request[1].url", "fragment"),
    (TOKEN_URL, 'url = "https://vendor.example/?a=1"', "request[1].url", "query"),
    (TOKEN_URL, 'url = "https://169.254.169.254/"', "request[1].url", "not a number"),
    (TOKEN_URL, 'url = "https://0xa9fea9fe/"', "request[1].url", "not a number"),
    (TOKEN_URL, 'url = "https://2852039166/"', "request[1].url", "not a number"),
    (TOKEN_URL, 'url = "https://[fe80::1]/"', "request[1].url", "not a number"),
    (TOKEN_URL, 'url = "https://vendör.example/"', "request[1].url", "ASCII"),
    (TOKEN_URL, 'url = "https://vendor.example\\\\@evil/"', "request[1].url", "ASCII"),
    (TOKEN_URL, 'url = "https://vendor.example:99999/"', "request[1].url", "not a URL"),
    (TOKEN_URL, 'url = "file:///etc/passwd"', "request[1].url", "https://"),
    (TOKEN_URL, 'url = "https://vendor.example/{nobody}"', "request[1].url", "there are:"),
    (TOKEN_URL, 'url = "https://vendor.example/{key"', "request[1].url", "brace"),
    (HEADERS, 'headers = { X-Key = "{key}" }', "request[2].headers.X-Key", "only in auth"),
    (HEADERS, 'headers = { Host = "evil.example" }', "request[2].headers.Host", "itself"),
    (HEADERS, 'headers = { Authorization = "x" }', "request[2].headers", "use auth"),
    (HEADERS, 'headers = { "a b" = "x" }', "request[2].headers.'a b'", "header's name"),
    (HEADERS, 'headers = { A = "x\\r\\ny" }', "request[2].headers.A", "U+000D"),
    ('query = { a = "1" }', 'query = { a = "{access}" }', "request[2].query.a", 'needs = ["token"]'),
    ('query = { a = "1" }', 'query = { "{key}" = "1" }', "request[2].query.'{key}'", "plain name"),
    ('query = { a = "1" }', 'needs = ["later"]', "request[2].needs[1]", "before this one"),
    (AUTH, 'auth = { kind = "query", name = "a", value = "{key}" }', "request[2].query.a", "by auth already"),
    (
        AUTH,
        'auth = [{ kind = "bearer", value = "{key}" }, { kind = "basic", user = "{key}" }]',
        "request[2].auth",
        "same place",
    ),
    (TOKEN_URL, 'url = "https://vendor.example/a/../b"', "request[1].url", ". or .."),
    (TOKEN_URL, 'url = "https://metadata.google.internal/"', "request[1].url", "never asked"),
    (TOKEN_URL, 'url = "https://vendor.example//a"', "request[1].url", "empty steps"),
    ('query = { a = "1" }', 'repeat = { next = "n" }', "request[2].repeat", "is not a key here"),
    ('value = "{key}" }\nheaders', 'value = "k_secret" }\nheaders', "request[2].auth", "no credential"),
    (
        'kind = "header", name = "X-Key"',
        'kind = "hmac", name = "X-Key"',
        "request[2].auth.kind",
        "none, bearer, header",
    ),
    (
        'kind = "header", name = "X-Key"',
        'kind = "bearer", name = "X-Key"',
        "request[2].auth.name",
        "auth of kind bearer",
    ),
    ('kind = "header", name = "X-Key"', 'kind = "header", name = "Cookie"', "request[2].auth.name", "itself"),
    ('kind = "header", name = "X-Key", ', 'kind = "header", ', "request[2].auth.name", "is missing"),
    ('method = "POST"', 'method = "DELETE"', "request[2].method", "GET, POST"),
    ('method = "POST"\n', "<<<", "request[2].json", "only with method"),
    (JSON, 'form = { a = "b" }\njson = {}', "request[2].json", "either json or form"),
    (JSON, "json = { d = 2026-01-01 }", "request[2].json.d", "must be text"),
    (JSON, "json = { d = [1, nan] }", "request[2].json.d[2]", "finite"),
    (JSON, 'json = { "{key}" = 1 }', "request[2].json.'{key}'", "plain name"),
    ("accept = [200]", "accept = [302]", "request[2].accept", "without the redirects"),
    ("accept = [200]", 'body = "yaml"', "request[2].body", "json, text, xml"),
    ("accept = [200]", 'body = "text"', "request[2].pattern", "is missing"),
    ("accept = [200]", 'body = "text"\npattern = "^(?P<a>a+)+$"', "request[2].pattern", "one character or class"),
    ("accept = [200]", 'body = "text"\npattern = "^[0-9]+$"', "request[2].pattern", "named group"),
    ("accept = [200]", 'page = { next = "n", send = "a", collect = "d" }', "request[2].page.send", "by query already"),
    ("accept = [200]", 'page = { next = "n", send = "p" }', "request[2].page.collect", "is missing"),
    ("accept = [200]", f"{PAGE[:-2]}, most = 11 }}", "request[2].page.most", "from 2 to 10"),
    ("accept = [200]", f"{PAGE[:-2]}, more = 'sum(a)' }}", "request[2].page.more", "sum() is not allowed"),
    ("accept = [200]", f"{PAGE}\nbody = 'xml'", "request[2].page", "for a JSON answer"),
    ("accept = [200]", 'poll = "never"', "request[2].poll", "allowed are auto, manual"),
    ("accept = [200]", 'cost = { amount = 1, unit = "searches" }', "request[2].cost", 'needs poll = "manual"'),
    ("accept = [200]", f"{MANUAL}cost = {{ amount = 0, unit = 'x' }}", "request[2].cost.amount", "more than 0"),
    ("accept = [200]", f"{MANUAL}cost = {{ amount = nan, unit = 'x' }}", "request[2].cost.amount", "number"),
    ("accept = [200]", f"{MANUAL}cost = {{ amount = 1 }}", "request[2].cost.unit", "is missing"),
    ("accept = [200]", f"{MANUAL}cost = {{ amount = 1, unit = '{{key}}' }}", "request[2].cost.unit", "placeholder"),
    ("accept = [200]", "min_interval = -1", "request[2].min_interval", "from 0 to 86400"),
    ("accept = [200]", "min_interval = 1.5", "request[2].min_interval", "whole number"),
    ('redact = ["rows[].token"]', 'redact = ["rows[?a].token"]', "request[2].redact[1]", "path of names"),
    ('capture = { access = "token" }', 'capture = { key = "token" }', "request[1].capture", "named already"),
    ('capture = { access = "token" }', 'capture = { Access = "token" }', "request[1].capture.Access", "lower-case"),
    ('capture = { access = "token" }', "capture_ttl = 5", "request[1].capture_ttl", "with capture"),
    ('id = "usage"', 'id = "token"', "request[2].id", "twice"),
    # fail rules
    (REJECTED, '{ status = [403], as = "auth" }', "request[2].fail[1].as", "key_rejected, no_access"),
    (REJECTED, '{ status = [403], as = "no_network" }', "request[2].fail[1].as", "allowed are"),
    (REJECTED, '{ as = "key_rejected" }', "request[2].fail[1]", "needs a condition"),
    (REJECTED, '{ status = 403, as = "key_rejected" }', "request[2].fail[1].status", "list"),
    ('{ when = "error", as', '{ when = "sum(a)", as', "request[2].fail[2].when", "sum() is not allowed"),
    ('{ when = "error", as', '{ when = "a[", as', "request[2].fail[2].when", "not a JMESPath"),
    ('{ when = "error", as', '{ when = "' + "a." * 128 + 'a", as', "request[2].fail[2].when", "257 characters; 256"),
    # pools
    ('id = "credits"\nlabel', 'id = "credits:{row}"\nlabel', "pool[1].id", "only in a pool with each"),
    ('id = "pack:{row}"', 'id = "pack"', "pool[2].id", "a-name:{row}"),
    ('id = "pack:{row}"', 'id = "pack:{key}"', "pool[2].id", "credential"),
    ('label = "{title}"', 'label = "{key}"', "pool[2].label", "credential"),
    ('label = "{title}"', 'label = "{access}"', "pool[2].label", "captured"),
    ('kind = "allowance"', 'kind = "quota"', "pool[1].kind", "allowance, wallet"),
    ('kind = "allowance"', 'kind = "slots"', "pool[1].reset", "only allowance, spend, rate"),
    ('unit = "credits"\n', "<<<", "pool[1].unit", "is missing"),
    ('remaining = "left"\n', "<<<", "pool[1]", "at least one of"),
    (LEFT, "remaining = 5", "pool[1].remaining", "in quotes"),
    (LEFT, 'remaining = { minus = ["a"] }', "pool[1].remaining.minus", "two expressions"),
    (LEFT, 'remaining = { sum = "max(a)" }', "pool[1].remaining.sum", "max() is not allowed"),
    (LEFT, 'remaining = { add = "a" }', "pool[1].remaining.add", "is not a key"),
    (LEFT, 'remaining = "left"\nscale = "x"', "pool[1].scale", "finite"),
    (LEFT, 'remaining = "left"\nscale = 0', "pool[1].scale", "0"),
    (LEFT, 'remaining = "left"\nunlimited = [inf]', "pool[1].unlimited[1]", "finite"),
    (LEFT, 'remaining = "left"\nunlimited = [1e400]', "pool[1].unlimited[1]", "exponent"),
    (LEFT, 'remaining = "left"\ninvalid = { values = [-1], as = "x" }', "pool[1].invalid.as", "allowed"),
    (LEFT, 'remaining = "left"\nfrom = "other"', "pool[1].from", "the requests are token, usage"),
    (LEFT, 'remaining = "left"\npart_of = "none"', "pool[1].part_of", "other pools are"),
    (LEFT, 'remaining = "left"\npart_of = "credits"', "pool[1].part_of", "a part of itself"),
    (LEFT, 'limit = "left"', "pool[1].limit", "alone does not tell what is left"),
    (LEFT, "remaining = []", "pool[1].remaining", "from 1 to 12 expressions"),
    (LEFT, 'remaining = ["left", "max(a)"]', "pool[1].remaining[2]", "max() is not allowed"),
    (LEFT, 'remaining = "left"\nlimit = ["all"]\nunlimited = [-1]', "pool[1].unlimited", "list of places"),
    (LEFT, 'remaining = { minus = ["a", "b"], over = "c" }', "pool[1].remaining.over", "only for a sum"),
    (LEFT, 'remaining = { sum = "a", over = [] }', "pool[1].remaining.over", "from 1 to 12"),
    (LEFT, 'remaining = { sum = "a", over = ["b", 1] }', "pool[1].remaining.over[2]", "an expression in quotes"),
    (LEFT, 'remaining = "left"\nempty = "has none"', "pool[1].empty", "with each"),
    (LEFT, 'amount = ["left"]\ntyped = true', "pool[1].amount", "typed pool"),
    (LEFT, 'remaining = "left"\nshared_by = "key"', "pool[1].shared_by", "the params are"),
    (LEFT, 'remaining = "left"\nwhere = "a +"', "pool[1].where", "not a JMESPath"),
    (LEFT, 'remaining = "left"\nlabel_from = 1', "pool[1].label_from", "an expression in quotes"),
    (LEFT, 'remaining = "left"\nunit_param = "currency"', "pool[1].unit_param", "the params are edition, plan, site"),
    (LEFT, 'remaining = "left"\nunit_from = "u"\nunit_param = "site"', "pool[1].unit_param", "not go with unit_from"),
    (LEFT, 'remaining = "left"\nunits = { a = "USD" }', "pool[1].units", "unit_from or unit_param"),
    (LEFT, 'remaining = "left"\ntyped = true', "pool[1].remaining", "typed pool"),
    (LEFT, 'remaining = "left"\ntyped_limit = true', "pool[1].typed_limit", "typed pool"),
    ('id = "credits"\nlabel', 'id = "pack:{row}"\neach = "a"\nlabel', "pool[2].id", "twice"),
    ('every = "month"', 'every = "moon"', "pool[1].reset.every", "minute, hour, day"),
    ('tz = "UTC"', 'tz = "../etc/passwd"', "pool[1].reset.tz", "time zone"),
    ('every = "month", anchor', 'every = "month", at = "x", anchor', "pool[1].reset", "either at"),
    ('every = "month", anchor', 'every = "month", day_param = "key", anchor', "pool[1].reset.day_param", "not a param"),
    (
        'at = "until", format = "epoch"',
        'at = "until", format = "stardate"',
        "pool[2].expires.format",
        "iso, date, epoch",
    ),
    ('at = "until", format = "epoch"', 'at = "until", format = "strptime:%Q"', "pool[2].expires.format", "directive"),
    ('at = "until", format = "epoch"', 'at = "until", every = "day"', "pool[2].expires", "either at"),
    # operations
    ('item = "keyword"\n', "<<<", "operation[1].item", "is missing"),
    ("default = 10, low = 1", "default = 0, low = 1", "operation[1].factors[1].default", "does not allow"),
    ("default = 10, low = 1", "default = 10, low = 101", "operation[1].factors[1].low", "higher than high"),
    ("default = 10, low = 1", 'kind = "odd", low = 1', "operation[1].factors[1].kind", "integer, decimal, choice"),
    ("amount = 1\n", "low = 1\n", "operation[1].price[1].unknown", "say why"),
    ("amount = 1\n", "<<<", "operation[1].price[1].amount", "is missing"),
    ("amount = 1\n", "amount = 1\nhigh = 2\n", "operation[1].price[1].amount", "either amount"),
    ("amount = 1\n", "amount = -1\n", "operation[1].price[1].amount", "negative"),
    ("amount = 1\n", 'amount = "1"\n', "operation[1].price[1].amount", "must be a number, not text"),
    ("amount = 1\n", "amount = nan\n", "operation[1].price[1].amount", "finite"),
    ("amount = 1\n", "low = 2\nhigh = 1\n", "operation[1].price[1].low", "higher than high"),
    ("amount = 1\n", 'amount = 1\npools = ["x"]\n', "operation[1].price[1].pools[1]", "the pools are"),
    (
        "amount = 1\n",
        'amount = 1\nwhen = { plan = "gold" }\n',
        "operation[1].price[1].when.plan",
        "choices are free, pro",
    ),
    ("amount = 1\n", 'amount = 1\nwhen = { colour = "red" }\n', "operation[1].price[1].when.colour", "not a param"),
    ("amount = 1\n", 'amount = 1\nper = "dozen"\n', "operation[1].price[1].per", "item, run, item_or_run"),
    ("amount = 1\n", 'amount = 1\ndraw = "all"\n', "operation[1].price[1].draw", "drain, each"),
    (
        '{ factor = "depth", rule',
        '{ factor = "width", rule',
        "operation[1].price[1].steps[1].factor",
        "factors are depth",
    ),
    ('rule = "ceil", per = 10', 'rule = "ceil", per = 0', "operation[1].price[1].steps[1].per", "above 0"),
    (
        'rule = "ceil", per = 10',
        'rule = "ceil", documented = [10]',
        "operation[1].price[1].steps[1].why",
        "go together",
    ),
    ('rule = "table", values = { all = 4 }', 'rule = "value"', "operation[1].price[1].steps[2].rule", "must be table"),
    ("values = { all = 4 }", "values = { 1 = 4 }", "operation[1].price[1].steps[2].values", "no entry for 'all'"),
    # plans, packs, notices
    ('id = "free"', 'id = "gold"', "plan[1].id", "choices of the param plan"),
    ("limits = { credits = 50 }", "limits = { money = 50 }", "plan[1].limits.money", "is not a pool"),
    (
        "limits = { credits = 50 }",
        "limits = { credits = true }",
        "plan[1].limits.credits",
        "a number, not true or false",
    ),
    ("limits = { credits = 50 }", "overage = 0.1", "plan[1].currency", "is missing"),
    ('when = { edition = "one" }', 'when = { edition = "one|six" }', "plan[1].when.edition", "'six'"),
    ('pool = "credits"\n', 'pool = "money"\n', "pack[1].pool", "the pools are"),
    ('currency = "USD"', 'currency = "usd"', "pack[1].currency", "three capital letters"),
    ('url = "https://vendor.example/buy"\n', "<<<", "pack[1].url", "is missing"),
    ("amount = 1000", "amount = 0", "pack[1].amount", "above 0"),
    ('text = "News."', 'text = "News."\nset = { edition = "two" }', "notice[1].button", "go together"),
    ('text = "News."', 'text = "News {key}"', "notice[1].text", "placeholder"),
]


# where the wrong line is not the one that was changed: how that line begins
ELSEWHERE = {
    ("request[2].page.collect", "is missing"): "page = ",
    ("request[2].cost.unit", "is missing"): "cost = ",
    ("request[2].query.a", "by auth already"): "query = ",
    ("request[2].json", "only with method"): "json = ",
    ("request[2].json", "either json or form"): "json = ",
    ("request[2].fail[1]", "needs a condition"): '    { as = "key_rejected" }',
    ("pool[1].reset", "only allowance, spend, rate"): "reset = ",
    ("pool[2].id", "twice"): 'id = "pack:{row}"\nlabel = "{title}"',
}
LACKS = ("is missing", "go together", "at least one of", "needs a condition", "say why", "either json or form")


def test_the_definition_that_the_cases_change_is_right():
    assert load(GOOD, "vendor.toml").id == "vendor"


@pytest.mark.parametrize(("old", "new", "key", "what"), CASES, ids=[f"{case[2]} {case[3]}"[:60] for case in CASES])
def test_a_wrong_key_is_named_with_file_and_line(old, new, key, what):
    at = GOOD.index(old)
    text = GOOD.replace(old, new.removeprefix("<<<"), 1)
    with pytest.raises(DefinitionError) as caught:
        load(text, "vendor.toml")
    found = [problem for problem in caught.value.problems if problem.key == key and what in problem.what]
    assert found, str(caught.value)
    assert found[0].file == "vendor.toml"
    first = GOOD[:at].count("\n") + 1
    allowed = set(range(first, first + new.rstrip().count("\n") + 1))
    if (key, what) in ELSEWHERE:
        allowed = {text[: text.index(ELSEWHERE[key, what])].count("\n") + 1}
    elif key not in ("schema", "id", "name") and what in LACKS:  # told where the table begins
        allowed = allowed & {found[0].line} if "auth" in key or "steps" in key else {_header(first)}
    elif what == "is missing":
        allowed = {1}
    assert found[0].line in allowed, (allowed, str(caught.value))


def _header(line: int) -> int:
    """The line of the table header at or above a line; 1 when there is none."""
    lines = GOOD.splitlines()
    return next((number for number in range(line, 0, -1) if lines[number - 1].startswith("[")), 1)


def test_a_missing_key_is_told_at_the_table_that_lacks_it():
    text = GOOD.replace('label = "Small"\n', "")
    with pytest.raises(DefinitionError) as caught:
        load(text, "vendor.toml")
    problem = caught.value.problems[0]
    assert (problem.key, problem.line) == ("pack[1].label", text[: text.index("[[pack]]")].count("\n") + 1)


def test_a_key_inside_a_list_of_inline_tables_has_its_own_line():
    text = GOOD.replace('message = "error" }', 'message = "error", colour = "red" }')
    with pytest.raises(DefinitionError) as caught:
        load(text, "vendor.toml")
    problem = caught.value.problems[0]
    assert (problem.key, problem.line) == ("request[2].fail[2].colour", text[: text.index("colour")].count("\n") + 1)


@pytest.mark.parametrize("family", ["pack:*", "credits"])
def test_pools_that_are_parts_of_each_other_are_refused(family):
    text = GOOD.replace(LEFT, f'{LEFT}\npart_of = "pack:*"').replace(
        'remaining = "calls"', f'remaining = "calls"\npart_of = "{family}"'
    )
    with pytest.raises(DefinitionError) as caught:
        load(text, "vendor.toml")
    lines = text.splitlines()
    for problem in caught.value.problems:
        assert lines[problem.line - 1].startswith("part_of") and "part of itself" in problem.what
    wanted = ["pool[1].part_of", "pool[2].part_of"] if family == "credits" else ["pool[2].part_of"]
    assert [problem.key for problem in caught.value.problems] == wanted


def test_broken_toml_is_told_with_its_line():
    with pytest.raises(DefinitionError) as caught:
        load(GOOD.replace('name = "Vendor"', 'name = "Vendor'), "vendor.toml")
    assert [(problem.line, problem.key) for problem in caught.value.problems] == [(3, "file")]


def test_a_key_that_is_there_twice_is_told_with_its_line():
    with pytest.raises(DefinitionError) as caught:
        load(GOOD.replace('name = "Vendor"', 'name = "Vendor"\nname = "Vendor"'), "vendor.toml")
    assert caught.value.problems[0].key == "file"
    assert caught.value.problems[0].line == 4


def test_a_message_never_shows_characters_that_hide_others():
    text = GOOD + '"\\u202Eevil" = 1\n'
    with pytest.raises(DefinitionError) as caught:
        load(text, "vendor.toml")
    assert "\u202e" not in str(caught.value)
    assert str(caught.value).isascii()


@pytest.mark.parametrize("blocks", ["request", "pool", "operation", "plan", "pack", "notice"])
def test_too_many_tables_of_a_sort_are_refused(blocks):
    with pytest.raises(DefinitionError) as caught:
        load(GOOD + f"[[{blocks}]]\n" * 120, "vendor.toml")
    assert any("entries" in problem.what and problem.key.startswith(blocks) for problem in caught.value.problems)
