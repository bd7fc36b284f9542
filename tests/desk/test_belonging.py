"""Whose account a key opens: another account's key is refused, and what the vendor calls the account is kept nowhere.

And that an account whose vendor's file nobody tried says so until it was read well, once and for good.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.desk.vendor_desk import VendorDesk, as_json
from tests.desk.world import World

from creditdesk.core.pools import AS_A_NEW_ACCOUNT, Trouble, TroubleKind
from creditdesk.desk.accounts import AccountError
from creditdesk.desk.belonging import is_sealed, sealed

ALICE, BOB, NEW = "serp-key-of-alice-000001", "serp-key-of-bob-00000002", "serp-key-of-alice-000003"
OWNERS = {ALICE: "5ac54d6adefb2f1dba1663f5", NEW: "5ac54d6adefb2f1dba1663f5", BOB: "6bd65e7beffc3f2ecb2774f6"}
REFUSED = "This key belongs to another account at SerpApi"


def serp(request: httpx.Request) -> httpx.Response:
    key = request.url.params["api_key"]
    left = 100 if key == BOB else 5958
    return as_json({
        "account_id": OWNERS[key],
        "searches_per_month": 30000,
        "this_month_usage": 30000 - left,
        "plan_searches_left": left,
        "extra_credits": 0,
    })  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[VendorDesk]:
    opened = VendorDesk(tmp_path / "desk", serp)
    yield opened
    opened.close()


def marks(desk: VendorDesk) -> dict[str, str]:
    with sqlite3.connect(f"file:{desk.places.database}?mode=ro", uri=True) as connection:
        return dict(connection.execute("SELECT name, value FROM mark").fetchall())


def test_the_key_of_another_account_is_refused_and_the_old_one_stays(desk: VendorDesk) -> None:
    account = desk.add("serpapi", ALICE)
    before = desk.read(account).snapshot
    with pytest.raises(AccountError, match=REFUSED) as refused:
        desk.run(desk.desk.registry.change(account, {"key": BOB}))
    assert refused.value.field == "key"
    assert desk.memory.keys() == {ALICE}
    assert desk.read(account).snapshot == before
    tested = desk.run(desk.desk.reader.test(account, {"key": BOB}))
    assert isinstance(tested, Trouble) and tested.message.startswith(REFUSED)
    assert AS_A_NEW_ACCOUNT in tested.message
    desk.run(desk.desk.registry.change(account, {"key": NEW}))
    assert desk.memory.keys() == {NEW}
    assert desk.add("serpapi", BOB).id != account.id  # as a new account it is welcome


def test_a_key_that_was_changed_behind_our_back_never_brings_another_accounts_numbers(desk: VendorDesk) -> None:
    account = desk.add("serpapi", ALICE)
    before = desk.read(account).snapshot
    desk.restart()
    (name,) = desk.memory.items
    desk.memory.items[name] = BOB
    reading = desk.read(account)
    assert reading.trouble is not None and reading.trouble.kind is TroubleKind.KEY_REJECTED
    assert reading.trouble.message.startswith(REFUSED)
    assert reading.snapshot is not None and before is not None
    assert reading.snapshot.pools == before.pools
    assert reading.due_at is None


def test_where_the_vendor_cannot_be_asked_the_key_is_taken_and_judged_by_its_first_answer(desk: VendorDesk) -> None:
    account = desk.add("serpapi", ALICE)
    desk.read(account)
    desk.answer = lambda _request: httpx.Response(503)
    desk.run(desk.desk.registry.change(account, {"key": BOB}))
    desk.answer = serp
    reading = desk.read(account)
    assert reading.trouble is not None and reading.trouble.message.startswith(REFUSED)


def test_what_the_vendor_calls_the_account_is_kept_as_a_salted_hash_alone(desk: VendorDesk) -> None:
    account = desk.add("serpapi", ALICE)
    reading = desk.read(account)
    assert OWNERS[ALICE] not in repr(reading)
    kept = marks(desk)["identity"]
    assert OWNERS[ALICE] not in kept
    assert is_sealed(OWNERS[ALICE], kept) and not is_sealed(OWNERS[BOB], kept)
    assert sealed(OWNERS[ALICE]) != kept
    for file in desk.places.data_dir.rglob("*"):
        assert not file.is_file() or OWNERS[ALICE].encode() not in file.read_bytes()


def test_an_account_is_untried_until_its_first_good_reading_and_never_again(desk: VendorDesk) -> None:
    account = desk.add("serpapi", ALICE)
    assert desk.desk.reader.reading(account).untried
    desk.answer = lambda _request: httpx.Response(503)
    assert desk.read(account).untried
    desk.answer = serp
    assert not desk.read(account).untried
    desk.answer = lambda _request: httpx.Response(503)
    (reading,) = desk.restart()
    assert not reading.untried
    assert not desk.read(account).untried
    assert desk.desk.reader.reading(desk.add("serpapi", BOB)).untried


def test_a_test_server_proves_nothing_of_the_vendor(world: World) -> None:
    account = world.add("ranktracker")
    assert world.reading(account).untried
    world.snapshot(account)
    assert not world.reading(account).untried  # what is shown beside it is "test server"
    with sqlite3.connect(f"file:{world.places.database}?mode=ro", uri=True) as connection:
        assert connection.execute("SELECT * FROM mark").fetchall() == []
