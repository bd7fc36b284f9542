"""`[[bulk]]`: how lists are sent, checked as strictly as the rest; a key goes to the definition's own hosts only."""

import pytest

from creditdesk.core.bulk import PageRule
from creditdesk.core.definition import Definition
from creditdesk.paths import resources
from creditdesk.providers.catalogue import Catalogue
from creditdesk.providers.definitions import DefinitionError, load

FILE = """schema = 1
id = "vendor"
name = "Vendor"
as_of = 2026-09-30
source = "https://vendor.example/docs"
credentials = [{ name = "key", label = "Key" }]
params = [{ name = "team", label = "Team", default = "main" }]

[[request]]
id = "balance"
url = "https://api.vendor.example/v1/balance"
auth = { kind = "bearer", value = "{key}" }

[[pool]]
id = "slots"
label = "Slots"
kind = "slots"
unit = "slots"
remaining = "left"

[[operation]]
id = "track"
label = "Track"
item = "word"
factors = [{ name = "engines", label = "Engines", default = 1, as_rows = true }]

[[operation.price]]
amount = 1

[[bulk]]
operation = "track"
place = "site"
batch = 50
rows = "engines"
row_fields = ["device"]
auth = { kind = "bearer", value = "{key}" }
fail = [{ status = [402], as = "exhausted" }]

[bulk.places]
url = "https://api.vendor.example/v1/{team}/sites"
row = { rows = "data", id = "id", text = "name" }

[bulk.items]
url = "https://api.vendor.example/v1/sites/{place}/words"
page = { number = "page", size = "per_page", most = 500, pages = "x-pages" }
row = { rows = "data", id = "id", text = "word", fields = { device = "device" } }

[bulk.create]
url = "https://api.vendor.example/v1/sites/{place}/words"
json = { words = "{items}", in = { engines = "{rows}" }, team = "{team}" }
accept = [201]
created = { rows = "data" }

[bulk.remove]
url = "https://api.vendor.example/v1/sites/{place}/words/{id}"
accept = [204]
"""


def read(*changes: tuple[str, str]) -> Definition:
    text = FILE
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    return load(text, "vendor.toml")


def test_a_bulk_is_read_with_all_it_says() -> None:
    bulk = read().bulk("track")
    assert bulk is not None
    assert (bulk.place, bulk.batch, bulk.rows, bulk.row_fields) == ("site", 50, "engines", ("device",))
    assert bulk.items.page == PageRule("page", "per_page", 500, "x-pages", "")
    assert bulk.items.row.fields == {"device": "device"}
    assert (bulk.create.method, bulk.create.accept) == ("POST", (201,))
    assert bulk.create.json == {"words": "{items}", "in": {"engines": "{rows}"}, "team": "{team}"}
    assert bulk.create.auth == read().requests[0].auth
    assert bulk.remove is not None
    assert bulk.remove.method == "DELETE"
    assert bulk.pause is bulk.resume is None
    assert [rule.kind for rule in bulk.items.request.fail] == ["exhausted"]
    assert str(bulk.fact.as_of) == "2026-09-30"


def test_the_vendor_that_takes_keywords_is_described_whole() -> None:
    folder = resources() / "providers"
    bulk = Catalogue(folder, ours=folder).get("ranktracker").bulk("track-keywords")
    assert bulk is not None
    assert None not in (bulk.pause, bulk.resume, bulk.remove, bulk.items.page, bulk.places.page)
    assert set(bulk.items.row.fields) == set(bulk.row_fields)


WRONG = [
    (
        ('operation = "track"\nplace', 'operation = "other"\nplace'),
        "bulk[1].operation: is 'other'; the operations are track",
    ),
    (('rows = "engines"', 'rows = "depth"'), "bulk[1].rows: is 'depth'; the factors with rows are engines"),
    (('row_fields = ["device"]\n', ""), "bulk[1].row_fields: goes with rows"),
    (('row_fields = ["device"]', 'row_fields = ["De vice"]'), "bulk[1].row_fields[1]: is not a name"),
    (("batch = 50", "batch = 0"), "bulk[1].batch: must be from 1 to 10000"),
    (
        (
            'https://api.vendor.example/v1/sites/{place}/words"\njson',
            'https://evil.example/v1/sites/{place}/words"\njson',
        ),
        "bulk[1].create.url: asks another host",
    ),
    (
        (
            'https://api.vendor.example/v1/sites/{place}/words"\npage',
            'https://api.vendor.example:444/v1/sites/{place}/words"\npage',
        ),
        "bulk[1].items.url: asks another host",
    ),
    (
        ("https://api.vendor.example/v1/{team}/sites", "https://{team}.vendor.example/v1/sites"),
        "bulk[1].places.url: the host must be literal",
    ),
    (('/sites/{place}/words"\njson', '/sites/words"\njson'), "bulk[1].create.url: needs {place} in its path"),
    (("words/{id}", "words"), "bulk[1].remove.url: needs {id} in its path"),
    (("/v1/{team}/sites", "/v1/{place}/sites"), "bulk[1].places.url: {place} is not a credential, a param"),
    (('words = "{items}"', 'words = "all: {items}"'), 'bulk[1].create.json: needs "{items}" once'),
    (('words = "{items}"', 'words = ["{items}", "{items}"]'), 'bulk[1].create.json: needs "{items}" once'),
    (('engines = "{rows}"', 'engines = "one"'), 'bulk[1].create.json: needs "{rows}" once'),
    (('team = "{team}"', 'team = "{team} {items}"'), "bulk[1].create.json: holds a list inside of a text"),
    (
        ('/sites/{place}/words"\njson', '/sites/{place}/{items}"\njson'),
        "bulk[1].create.json: holds a list inside of a text",
    ),
    (("accept = [204]", "accept = [204]\njson = { a = 1 }"), "bulk[1].remove.json: is the body of a POST or PATCH"),
    (("accept = [201]\n", 'accept = [201]\nmethod = "PUT"\n'), "bulk[1].create.method: is 'PUT'; allowed are POST"),
    (("accept = [201]\n", "accept = [201]\nretries = 3\n"), "bulk[1].create.retries: is not a key here"),
    (("accept = [201]\n", 'accept = [201]\nauth = { kind = "none" }\n'), "bulk[1].create.auth: is not a key here"),
    (("created = { rows", "created = { cells"), "bulk[1].create.created.rows: is missing"),
    (('text = "word", ', ""), "bulk[1].items.row.text: is missing"),
    (("fields = { device", "fields = { place"), "bulk[1].items.row.fields.place: is not one of row_fields (device)"),
    (('pages = "x-pages"', 'pages = "X Pages"'), "bulk[1].items.page.pages: must be a header's name"),
    ((", most = 500", ""), "bulk[1].items.page.most: is missing"),
    (('text = "word"', 'text = "word["'), "bulk[1].items.row.text: not a JMESPath expression"),
    (('place = "site"\n', ""), "bulk[1].place: is missing"),
    (("[bulk.places]", "[bulk.spots]"), "bulk[1].places: is missing"),
    (('{ name = "team"', '{ name = "place"'), "bulk[1]: uses {place} for its own"),
    (
        ('auth = { kind = "bearer", value = "{key}" }\nfail', 'auth = { kind = "bearer", value = "abc" }\nfail'),
        "bulk[1].auth: holds no credential",
    ),
]


@pytest.mark.parametrize(("change", "told"), WRONG, ids=[told for _, told in WRONG])
def test_what_is_wrong_is_told_with_file_line_and_key(change: tuple[str, str], told: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        read(change)
    problems = [str(each) for each in caught.value.problems]
    assert any(told in each for each in problems), problems
    assert all(each.startswith("vendor.toml:") and each.split(":")[1].isdigit() for each in problems)


def test_an_operation_has_one_bulk() -> None:
    second = FILE[FILE.index("[[bulk]]") :]
    with pytest.raises(DefinitionError, match="'track' is there twice"):
        load(FILE + second, "vendor.toml")


def test_a_vendor_that_is_typed_by_hand_takes_no_lists() -> None:
    without = FILE[: FILE.index("[[request]]")] + FILE[FILE.index("[[pool]]") :].replace(
        'remaining = "left"', "typed = true"
    )
    with pytest.raises(DefinitionError, match="asks another host"):
        load(without, "vendor.toml")
