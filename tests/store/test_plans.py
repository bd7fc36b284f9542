"""A plan's file: it comes back as it was, and one that was edited, cut off or made up is refused with line and key."""

import random
import time
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from creditdesk.core.import_plan import ImportPlan, fingerprint, items_mark
from creditdesk.core.sending import Place
from creditdesk.store.plans import PlanError, read_plan, write_plan

ITEMS = ("running shoes", "“quoted”", "{key}", "\t".join(("a", "b")), "日本 = '\"")
PLAN = ImportPlan(
    account="a1b2",
    account_name="Northlight",
    provider="vendor",
    operation="track-keywords",
    factors={"engines": "2"},
    rows=({"name": "google", "device": "desktop"}, {"name": "google", "device": "mobile"}),
    place=Place("3f2a", "northlight.example"),
    file="",
    file_sha256="",
    column="",
    encoding="",
    delimiter=None,
    sheet="",
    header_line=None,
    count=len(ITEMS),
    items_sha256=items_mark(ITEMS),
    first=0,
    leave_out=(),
    items=ITEMS,
    batch=100,
    prices="ab" * 32,
    expected={"keywords": Decimal("10.50"), "data-rows": Decimal(10)},
    created_at=datetime(2026, 11, 21, 9, 30, 1, 123456, tzinfo=UTC),
    base_url="http://127.0.0.1:8080/vendor",
)
FROM_FILE = replace(
    PLAN,
    file="/lists/keywords.csv",
    file_sha256="cd" * 32,
    column="Keyword",
    encoding="utf-16",
    delimiter="\t",
    sheet="Sheet 1",
    header_line=3,
    items=(),
    first=4,
    leave_out=("boots", "Straße"),
    name="keywords.csv",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "list.plan.toml"


@pytest.mark.parametrize(
    "plan",
    [
        PLAN,
        FROM_FILE,
        replace(FROM_FILE, delimiter="", header_line=0),
        replace(FROM_FILE, delimiter=None, header_line=None),
        replace(FROM_FILE, reserve={"keywords": Decimal("1E+2"), "data-rows": Decimal("0.5")}),
    ],
)
def test_a_plan_comes_back_as_it_was_written(path: Path, plan: ImportPlan) -> None:
    write_plan(path, plan)
    assert read_plan(path) == plan
    assert fingerprint(read_plan(path)) == fingerprint(plan)
    assert path.stat().st_mode & 0o077 == 0


def test_a_plan_without_a_reserve_has_the_fingerprint_that_plans_had_before_there_was_one(path: Path) -> None:
    assert fingerprint(PLAN) == "7701fb49d77a3b70bb410308e1f33e35d65e6165ed17d36bca0fc4d26a97335c"
    assert fingerprint(replace(PLAN, reserve={"keywords": Decimal(1)})) != fingerprint(PLAN)


def test_a_person_can_read_it(path: Path) -> None:
    write_plan(path, FROM_FILE)
    text = path.read_text(encoding="utf-8")
    for line in (
        'account_name = "Northlight"',
        "count = 5",
        'path = "/lists/keywords.csv"',
        'name = "northlight.example"',
    ):
        assert line in text.split("\n")


EDITS = [
    ("count = 5", "count = 6"),
    ("batch = 100", "batch = 10"),
    ('operation = "track-keywords"', 'operation = "other"'),
    ('id = "3f2a"', 'id = "3f2b"'),
    ('engines = "2"', 'engines = "3"'),
    ('keywords = "10.50"', 'keywords = "10.5"'),
    ('"mobile"', '"tablet"'),
    ("created_at = 2026", "created_at = 2025"),
    ("utf-16", "utf-8"),
    ("first = 4", "first = 5"),
    ('"boots"', '"Boots"'),
]


@pytest.mark.parametrize(("old", "new"), EDITS, ids=[new for _, new in EDITS])
def test_a_plan_that_was_edited_is_refused_at_its_fingerprint(path: Path, old: str, new: str) -> None:
    write_plan(path, FROM_FILE)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        read_plan(path)
    assert (caught.value.key, caught.value.line) == ("fingerprint", 3)
    assert str(caught.value).startswith("list.plan.toml:3: fingerprint: ")


HOSTILE = [
    ("schema = 1", "schema = 2", "schema"),
    ("schema = 1", "schema = true", "schema"),
    ('account = "a1b2"', 'account = "../../etc"', "account"),
    ('account = "a1b2"', "account = 12", "account"),
    ("count = 5", "count = -1", "count"),
    ("count = 5", "count = 0", "count"),
    ("count = 5", "count = 99999999999", "count"),
    ("count = 5", "count = 5\nretries = 3", "retries"),
    ("batch = 100", "batch = 0", "batch"),
    ("batch = 100", "batch = 1000000", "batch"),
    ('path = "/lists', 'path = "lists', "file.path"),
    ('path = "/lists/keywords.csv"\n', "", "file.sha256"),
    ('column = "Keyword"', 'column = "a\\nb"', "file.column"),
    ('column = "Keyword"', 'colum = "Keyword"', "file.colum"),
    ("header_line = 3", "header_line = 3.5", "file.header_line"),
    ('sha256 = "cd', 'sha256 = "xx', "file.sha256"),
    ('base_url = "http://127.0.0.1:8080', 'base_url = "https://evil.example', "base_url"),
    ("created_at = 2026-11-21 09:30:01.123456+00:00", "created_at = 2026-11-21", "created_at"),
    ('keywords = "10.50"', 'keywords = "NaN"', "expected.keywords"),
    ('keywords = "10.50"', 'keywords = "-1"', "expected.keywords"),
    ('engines = "2"', "engines = 2", "factors.engines"),
    ('id = "3f2a"', 'id = " "', "place.id"),
    ('"boots"', "7", "leave_out"),
    ('prices = "ab', 'price = "ab', "price"),
    ("batch = 100\n", "", "batch"),
]


@pytest.mark.parametrize(("old", "new", "key"), HOSTILE, ids=[f"{key} {new[:20]}" for _, new, key in HOSTILE])
def test_a_hostile_plan_is_refused_with_line_and_key(path: Path, old: str, new: str, key: str) -> None:
    write_plan(path, FROM_FILE)
    text = path.read_text(encoding="utf-8")
    assert old in text
    changed = text.replace(old, new, 1)
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        read_plan(path)
    assert caught.value.key == key
    assert caught.value.line > 0 or f"{key} =" not in changed


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"a = [" * 2_000, b"schema = 1\n[[[", b"\x00", b"a" * 20_000_000])
def test_what_is_no_plan_is_refused(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(PlanError):
        read_plan(path)


@pytest.mark.parametrize(
    "data",
    [
        b".".join([b"a"] * 500_000) + b" = 1",
        b"[" + b" . ".join([b"a"] * 100_000) + b"]",
        b"a = " + b"[" * 5_000_000,
        b"a = " + b"{a = " * 500_000,
        b"".join(b"[a%d]\n" % number for number in range(500_000)),
        b"".join(b"a.b.c.d%d = 1\n" % number for number in range(500_000)),
        b"schema = 1\ncount = " + b"9" * 1_000_000,
        b'"\\' * 7_000_000,
        b"a = " + b'"' * 15_000_000,
    ],
    ids=["key", "table", "lists", "tables", "headers", "keys", "digits", "escapes", "quotes"],
)
def test_a_plan_that_would_cost_the_parser_minutes_is_refused_at_once(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    began = time.perf_counter()
    with pytest.raises(PlanError):
        read_plan(path)
    assert time.perf_counter() - began < 5


def test_a_plan_that_is_not_there_is_refused(path: Path) -> None:
    with pytest.raises(PlanError, match="can't be read"):
        read_plan(path)


def test_a_pasted_list_that_is_too_large_is_to_be_saved_as_a_file(path: Path) -> None:
    with pytest.raises(PlanError, match="save the list as a file"):
        write_plan(path, replace(PLAN, items=("x" * 700,) * 30_000))
    assert not path.exists()


def test_1000_broken_plans_are_refused_or_the_same(path: Path) -> None:
    write_plan(path, FROM_FILE)
    good = path.read_bytes()
    dice = random.Random(5)
    for _ in range(1_000):
        data = bytearray(good)
        for _ in range(dice.randint(1, 3)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        path.write_bytes(bytes(data))
        try:
            assert read_plan(path) == FROM_FILE  # a comment or white space was hit
        except PlanError:
            continue
