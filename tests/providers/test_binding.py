"""What a definition sends where: bound by a digest that any change of it changes, and told in plain lines."""

import random
from pathlib import Path

import pytest
from tests.proving import size

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Account
from creditdesk.providers.binding import binding, differences, owned
from creditdesk.providers.definitions import DefinitionError, load
from creditdesk.providers.request import RequestRefused, build

FOLDER = Path(__file__).parents[2] / "resources" / "providers"

OWN = """
schema = 1
id = "some-vendor"
name = "Some Vendor"
as_of = 2026-09-30
source = "https://vendor.example/docs/credits"
notes = "Ask before noon."
credentials = [{ name = "key", label = "API key" }, { name = "user", label = "User", secret = false }]
params = [
  { name = "region", label = "Region", default = "eu", choices = ["eu", "us"] },
  { name = "site", label = "Site" },
  { name = "plan", label = "Plan", choices = ["small", "large"] },
]

[[request]]
id = "login"
method = "POST"
url = "https://auth.vendor.example/v1/token"
json = { client = "{user}", secret = "{key}", scope = ["read", "{site}"], version = 2 }
capture = { token = "access_token" }
capture_ttl = 600

[[request]]
id = "balance"
url = "https://api.vendor.example/v1/{site}/balance"
hosts = { param = "region", us = "api-us.vendor.example" }
auth = [{ kind = "bearer", value = "{token}" }, { kind = "query", name = "k", value = "{key}" }]
headers = { x-version = "3" }
query = { detail = "full" }
needs = ["login"]
fail = [{ status = [403], as = "key_rejected", hint = "Look at the key." }]

[[pool]]
id = "credits"
label = "Credits"
kind = "wallet"
unit = "credits"
remaining = "balance"
"""

BOUND = (
    ('id = "some-vendor"', 'id = "other-vendor"'),
    ("https://auth.vendor.example/v1/token", "https://auth.vendor.example/v1/tokens"),
    ("https://auth.vendor.example", "https://auth.vendor.evil"),
    ("https://auth.vendor.example", "https://auth.vendor.example:8443"),
    ('method = "POST"\n', 'method = "POST"\nbody = "text"\npattern = "^(?P<left>[0-9])$"\n'),
    ('client = "{user}"', 'client = "{key}"'),
    ('secret = "{key}"', 'secret_key = "{key}"'),
    ('scope = ["read", "{site}"]', 'scope = ["{site}", "read"]'),
    ("version = 2", 'version = "2"'),
    ("version = 2", "version = 2.0"),
    ('token = "access_token"', 'token = "refresh_token"'),
    ("capture_ttl = 600", "capture_ttl = 0"),
    ("v1/{site}/balance", "v1/{region}/balance"),
    ("api-us.vendor.example", "api-eu.vendor.example"),
    ('us = "api-us', 'eu = "api-us'),
    ('"region", us = "api-us.vendor.example"', '"plan", small = "api-us.vendor.example"'),
    ('kind = "bearer", value = "{token}"', 'kind = "bearer", value = "{key}"'),
    ('kind = "bearer", value', 'kind = "header", name = "x-key", value'),
    ('name = "k", value', 'name = "key", value'),
    ('x-version = "3"', 'x-version = "4"'),
    ('x-version = "3"', 'x-versions = "3"'),
    ('detail = "full"', 'detail = "{site}"'),
    ('needs = ["login"]\n', 'needs = ["login"]\npoll = "manual"\n'),
    ('default = "eu", choices = ["eu", "us"]', 'default = "us", choices = ["eu", "us"]'),
    ('choices = ["eu", "us"]', 'choices = ["eu", "us", "../.."]'),
    ('label = "User", secret = false', 'label = "User"'),
)
FREE = (
    ('name = "Some Vendor"', 'name = "Another Name"'),
    ("as_of = 2026-09-30", "as_of = 2026-10-30"),
    ("docs/credits", "docs/prices"),
    ("Ask before noon.", "Ask after noon."),
    ('label = "API key"', 'label = "Secret", hint = "In the menu", pattern = "^sk-", power = "admin"'),
    ('name = "region", label = "Region"', 'name = "region", label = "Where"'),
    ('choices = ["small", "large"]', 'choices = ["small", "huge"]'),
    ("status = [403]", "status = [403, 404]"),
    ("Look at the key.", "Is it the right key?"),
    ('label = "Credits"', 'label = "Money"'),
    ('remaining = "balance"', 'remaining = "left"'),
    ('kind = "wallet"', 'kind = "slots"'),
)


def own(*changes: tuple[str, str]) -> Definition:
    text = OWN
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return load(text, "x.toml")


@pytest.mark.parametrize("change", BOUND, ids=[new for _, new in BOUND])
def test_any_change_of_what_is_sent_where_is_another_binding(change: tuple[str, str]) -> None:
    assert binding(own(change)).digest != binding(own()).digest


@pytest.mark.parametrize("change", FREE, ids=[new for _, new in FREE])
def test_a_change_of_labels_notes_and_prices_is_the_same_binding(change: tuple[str, str]) -> None:
    assert binding(own(change)).digest == binding(own()).digest


def test_a_later_version_reads_the_same_digest_or_all_would_be_asked_again() -> None:
    assert binding(own()).digest == "9ea9c92b30d435e66750666da124bd163a197499fc3f09852b452b0af1d48e97"


def test_the_lines_say_every_address_and_where_each_key_goes() -> None:
    assert binding(own()).lines == (
        "POST https://auth.vendor.example/v1/token",
        "    for: login",
        '    body client: *** (your "User")',
        '    body secret: *** (your "API key")',
        "    body scope[]: read",
        "    body scope[]: {site}",
        "    body version: 2",
        "    keeps token of the answer: access_token",
        "GET https://api.vendor.example/v1/{site}/balance?detail=full&k=***",
        "    for: balance",
        "    region us: the host is api-us.vendor.example",
        '    query k: *** (your "API key")',
        "    header Authorization: Bearer *** (token, from an answer)",
        "    header x-version: 3",
        "{region} is eu, us; eu unless you choose",
        "{site} is what you type",
    )


def test_the_hosts_are_all_that_may_be_asked_in_their_order() -> None:
    found = binding(own())
    assert found.hosts == ("auth.vendor.example", "api.vendor.example", "api-us.vendor.example")
    assert found.local == ()
    assert binding(own(("https://auth.vendor.example", "https://nas.local"))).local == ("nas.local",)


def test_a_key_in_the_path_is_said_and_masked() -> None:
    lines = binding(own(("v1/{site}/balance", "v1/{key}/balance"))).lines
    assert "GET https://api.vendor.example/v1/***/balance?detail=full&k=***" in lines
    assert '    in the path: *** (your "API key")' in lines


def test_bulks_and_probes_and_the_gateway_are_bound_and_told() -> None:
    for provider, word in (("ranktracker", "DELETE "), ("oneclickseo", "POST "), ("leadboxer", "gateway: ")):
        text = (FOLDER / f"{provider}.toml").read_text(encoding="utf-8")
        before, host = load(text, "x.toml"), {"oneclickseo": "api.oneclickseo.ai"}.get(provider, f"api.{provider}.com")
        found = binding(before)
        assert any(line.startswith(word) for line in found.lines)
        assert host in found.hosts
        for at in [index for index in range(len(text)) if text.startswith(f"https://{host}", index)]:
            moved = text[:at] + text[at:].replace(host, "api.example.org", 1)
            try:
                after = load(moved, "x.toml")
            except DefinitionError:
                continue  # two parts of it do not fit together any more
            if (after.requests, after.bulks, after.probes, after.gateway) != (
                *(before.requests, before.bulks, before.probes),
                before.gateway,
            ):
                assert binding(after).digest != found.digest


def test_what_is_new_and_what_is_gone_is_told_with_the_address_it_belongs_to() -> None:
    before, now = binding(own()), binding(own(('name = "k", value', 'name = "key", value')))
    assert differences(before.lines, now.lines) == (
        "New: GET https://api.vendor.example/v1/{site}/balance?detail=full&key=***",
        "    for: balance",
        "    region us: the host is api-us.vendor.example",
        '    query key: *** (your "API key")',
        "    header Authorization: Bearer *** (token, from an answer)",
        "    header x-version: 3",
        "Gone: GET https://api.vendor.example/v1/{site}/balance?detail=full&k=***",
    )
    now = binding(own(('x-version = "3"', 'x-version = "4"')))
    assert differences(before.lines, now.lines)[:2] == (
        "New in GET https://api.vendor.example/v1/{site}/balance?detail=full&k=***",
        "    header x-version: 4",
    )
    assert differences(before.lines, before.lines) == ()


def sent(definition: Definition) -> list[object]:
    """All that this definition makes of an account's requests, at every region."""
    secrets = {each.name: f"secret-{each.name}" for each in definition.credentials}
    captured = {name: f"taken-{name}" for rule in definition.requests for name in rule.capture}
    regions = {choice for rule in definition.requests for choice in rule.hosts} | {""}
    found: list[object] = []
    for region in sorted(regions):
        settings = {param.name: region or param.default or "mine" for param in definition.params}
        account = Account("a1", "Mine", definition.id, settings=settings)
        for rule in definition.requests:
            try:
                made = build(definition, rule, account, secrets, {**captured, **TIMES})
                found.append((made.method, made.url, dict(made.headers), made.content))
            except RequestRefused as error:
                found.append(error.message)
    return found


TIMES = {"month_start": "2026-11-01T00:00:00Z", "month_start_epoch": "1793491200", "month_start_date": "2026-11-01"}
CASES = size(500, 5_000)


def one_sign_other(text: str, chance: random.Random) -> str:
    """The text with a letter or a digit changed, most often inside a value."""
    at = chance.randrange(len(text))
    while not text[at].isalnum():
        at = chance.randrange(len(text))
    return text[:at] + chance.choice("abexyz059") + text[at + 1 :]


@pytest.mark.promise("E2", f"{CASES:,} mutated definitions, by what they send")
def test_what_is_bound_to_the_same_digest_sends_the_same() -> None:
    chance, seen, kept = random.Random(2), 0, 0
    names = ("capsolver", "dataforseo", "brevo")
    texts = [OWN, *((FOLDER / f"{name}.toml").read_text(encoding="utf-8") for name in names)]
    known = [(text, load(text, "x.toml")) for text in texts]
    while seen < CASES:
        text, before = chance.choice(known)
        if text is OWN and chance.random() < 0.3:
            old, new = chance.choice((*BOUND, *FREE))
            text = text.replace(old, new)
        try:
            after = load(one_sign_other(text, chance), "x.toml")
        except DefinitionError:
            continue
        seen += 1
        if binding(after).digest == binding(before).digest:
            kept += 1
            assert sent(after) == sent(before)
    assert CASES * 0.1 < kept < CASES


def test_a_definition_of_the_users_own_is_marked_with_its_digest_and_not_approved() -> None:
    marked = owned(own()).own
    assert marked is not None
    assert (marked.digest, marked.approved, marked.host) == (binding(own()).digest, False, "")
    assert binding(owned(own())).digest == marked.digest
