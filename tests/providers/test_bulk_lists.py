"""A list is read whole or not at all, although rows come and go between two of its pages."""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from tests.providers.bulk_asking import answering, case, on

from creditdesk.core.pools import Trouble, TroubleKind
from creditdesk.core.sending import Tracked
from creditdesk.providers.bulk import BulkExchange
from creditdesk.providers.bulk_rows import Page, read_whole

BUSY = Trouble(TroubleKind.THROTTLED, "busy")
LONG = Trouble(TroubleKind.BAD_ANSWER, "too long")


class Vendor:
    """A list that may change with every question; it tells its pages and its total, or only gives them."""

    def __init__(self, size: int, tells: bool = True) -> None:
        self.rows = [f"r{number}" for number in range(size)]
        self.tells = tells
        self.asked: list[tuple[int, int]] = []
        self.before: Callable[[int], object] = lambda _: None
        self.fails: list[Trouble] = []

    async def page(self, number: int, size: int) -> Page | Trouble:
        self.asked.append((number, size))
        if self.fails:
            return self.fails.pop()
        self.before(len(self.asked))
        part = self.rows[(number - 1) * size : number * size]
        rows = tuple(Tracked(each, each) for each in part)
        return Page(rows, -(-len(self.rows) // size), len(self.rows)) if self.tells else Page(rows)


def whole(vendor: Vendor, size: int = 10, most_waits: int = 9) -> tuple[str, ...] | Trouble:
    async def wait(trouble: Trouble, tries: int) -> bool:
        return trouble.kind is TroubleKind.THROTTLED and tries <= most_waits

    found = asyncio.run(read_whole(vendor.page, wait, size))
    return found if isinstance(found, Trouble) else tuple(row.id for row in found)


@pytest.mark.parametrize("tells", [True, False])
@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 20, 95])
def test_all_pages_are_read(size: int, tells: bool) -> None:
    vendor = Vendor(size, tells)
    assert whole(vendor) == tuple(vendor.rows)


def test_without_a_count_of_pages_a_short_page_is_not_taken_for_the_last_one() -> None:
    vendor = Vendor(25, tells=False)

    async def capped(number: int, size: int) -> Page | Trouble:
        return await Vendor.page(vendor, number, min(size, 7))

    assert asyncio.run(read_whole(capped, _never, 10)) == tuple(Tracked(each, each) for each in vendor.rows)


async def _never(trouble: Trouble, tries: int) -> bool:
    return False


def test_a_list_that_changes_is_read_again_from_its_beginning() -> None:
    vendor = Vendor(30)
    vendor.before = lambda asked: vendor.rows.pop(0) if asked == 2 else None
    assert whole(vendor) == tuple(vendor.rows)
    assert [number for number, _ in vendor.asked] == [1, 2, 1, 2, 3]


def test_a_row_that_moves_to_the_next_page_is_noticed_although_the_counts_are_the_same() -> None:
    vendor = Vendor(30)

    def change(asked: int) -> None:
        if asked == 2:
            vendor.rows.insert(0, "new")
            vendor.rows.pop()

    vendor.before = change
    assert whole(vendor) == tuple(vendor.rows)


def test_a_list_that_never_stands_still_is_no_list() -> None:
    vendor = Vendor(30)
    vendor.before = lambda asked: vendor.rows.append(f"more {asked}")
    found = whole(vendor)
    assert isinstance(found, Trouble)
    assert found.message == "The vendor's list changed again and again while it was read."


def test_throttling_on_a_page_does_not_begin_the_list_anew() -> None:
    vendor = Vendor(30)
    vendor.before = lambda asked: vendor.fails.extend([BUSY, BUSY]) if asked == 2 else None
    assert whole(vendor) == tuple(vendor.rows)
    assert [number for number, _ in vendor.asked] == [1, 2, 3, 3, 3]
    vendor.fails = [BUSY] * 20
    assert whole(vendor) is BUSY


def test_a_page_that_cannot_be_read_is_asked_for_in_smaller_pieces() -> None:
    vendor = Vendor(300)
    vendor.fails = [LONG]
    assert whole(vendor, 1000) == tuple(vendor.rows)
    assert vendor.asked == [(1, 1000), (1, 250), (2, 250)]


def test_2000_random_lists_are_read_as_they_are_at_the_end_or_not_at_all() -> None:
    dice = random.Random(4)
    for _ in range(2_000):
        vendor = Vendor(dice.randint(0, 60))
        changes = dice.randint(0, 3)

        def change(asked: int, vendor: Vendor = vendor, until: int = changes) -> None:
            if asked <= until * 3 and dice.random() < 0.4:
                if vendor.rows and dice.random() < 0.5:
                    vendor.rows.pop(dice.randrange(len(vendor.rows)))
                else:
                    vendor.rows.insert(dice.randint(0, len(vendor.rows)), f"n{dice.random()}")

        vendor.before = change
        found = whole(vendor)
        if not isinstance(found, Trouble):
            assert len(set(found)) == len(found)
            assert set(vendor.rows) - set(found) == set() or len(vendor.asked) <= changes * 3


def test_a_row_tells_what_it_is() -> None:
    body = {
        "data": [
            {
                "id": "a",
                "word": "Shoes",
                "device": "mobile",
                "tracked": False,
                "since": "2026-01-02T03:04:05Z",
                "rank": 7,
            },
            {"id": 12, "word": "Boots", "device": None, "tracked": "yes", "since": "soon", "rank": "high"},
        ]
    }
    page = on(answering(200, body, {"X-Pages": "3", "X-Total": "2,000"}), _page)
    assert page == Page(
        (
            Tracked("a", "Shoes", {"device": "mobile"}, False, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), Decimal(7)),
            Tracked("12", "Boots", {"device": ""}, None, None, None),
        ),
        3,
        None,
    )


async def _page(asking: BulkExchange) -> Page | Trouble:
    return await asking.page(case(), case().rule.items, 1, 0)


@pytest.mark.parametrize(
    "body", [{}, {"data": {}}, {"data": [{"id": "a"}]}, {"data": [{"word": "a"}]}, {"data": ["a"]}, b"{", b"<html>"]
)
def test_a_list_with_a_row_that_cannot_be_told_is_not_read(body: object) -> None:
    found = on(answering(200, body), _page)
    assert isinstance(found, Trouble)
    assert found.kind is TroubleKind.BAD_ANSWER


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (503, TroubleKind.THROTTLED),
        (403, TroubleKind.KEY_REJECTED),
        (500, TroubleKind.VENDOR_DOWN),
        (404, TroubleKind.BAD_ANSWER),
    ],
)
def test_a_refused_list_says_why_in_its_own_words(status: int, kind: TroubleKind) -> None:
    found = on(answering(status, {"error": "no"}), _page)
    assert (found.kind, "balance" in found.message) == (kind, False)
