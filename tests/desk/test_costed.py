"""A reading that costs is made when the user agrees to it, and at no other time."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from tests.desk.vendor_desk import VendorDesk

from creditdesk.core.pools import Account, Custody
from creditdesk.core.series import Episode

KEY = "brave-key-of-the-test-01"


def answer(_request: httpx.Request) -> httpx.Response:
    """One search, with the headers that tell what is left."""
    limits = {"x-ratelimit-limit": "1, 2000", "x-ratelimit-remaining": "1, 1500", "x-ratelimit-reset": "1, 900000"}
    policy = {"x-ratelimit-policy": "1;w=1, 2000;w=2592000"}
    return httpx.Response(200, content=b"{}", headers={**limits, **policy, "content-type": "application/json"})


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[VendorDesk]:
    opened = VendorDesk(tmp_path / "desk", answer)
    yield opened
    opened.close()


def test_nothing_but_the_users_word_asks_a_vendor_that_charges_for_it(desk: VendorDesk) -> None:
    account = desk.add("brave-search", KEY)
    reading = desk.read(account)
    assert (reading.snapshot, reading.due_at, desk.asked) == (None, None, [])
    for _ in range(20):
        desk.clock.move(hours=7)
        desk.read(account)
        desk.run(desk.desk.reader.recall(account.id))
        desk.run(desk.desk.reader.overdue(desk.clock.now))
    desk.run(desk.desk.registry.change(account, {"key": f"{KEY}-new"}))
    desk.restart()
    assert desk.asked == []
    agreed = desk.read(account, agreed=True)
    assert len(desk.asked) == 1
    assert agreed.snapshot is not None and agreed.trouble is None
    assert agreed.due_at is None
    assert not agreed.untried


def test_it_is_not_warned_of_for_not_being_read(desk: VendorDesk) -> None:
    account = desk.add("brave-search", KEY)
    desk.read(account, agreed=True)
    fired: list[Episode] = []
    for _ in range(30):
        desk.clock.move(hours=6)
        fired += [each for outcome in desk.run(desk.desk.reader.overdue(desk.clock.now)) for each in outcome.fired]
    assert fired == []
    assert desk.desk.reader.reading(account).stale
    assert desk.clock.now - desk.desk.reader.reading(account).read_at > timedelta(days=7)  # type: ignore[operator]


def test_a_key_that_is_changed_while_it_is_read_is_not_paid_for_twice(desk: VendorDesk) -> None:
    account = desk.add("brave-search", KEY)

    async def slow(request: httpx.Request) -> httpx.Response:
        await desk.desk.registry.change(account, {"key": f"{KEY}-new"})
        return answer(request)

    desk.answer = slow  # type: ignore[assignment]  # the transport awaits what is no response
    reading = desk.read(account, agreed=True)
    assert len(desk.asked) == 1
    assert reading.snapshot is None
    assert reading.trouble is not None
    assert reading.trouble.message == "The key was changed meanwhile. Read it once more."


def test_a_free_vendor_beside_it_is_read_as_ever(desk: VendorDesk) -> None:
    desk.answer = lambda _request: httpx.Response(200, content=b'{"remaining_count": 5}')
    draft = Account("", "Free", "serper", Custody.KEYRING)
    account = desk.run(desk.desk.registry.add(draft, {"key": "serper-key-000001"}))
    desk.read(account)
    assert len(desk.asked) == 1
