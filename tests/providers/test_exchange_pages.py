"""Answers in pages: all of them are read and put together, or nothing is shown."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from tests.providers.asking import answered, asked_of, bad, good, pool_rule, request_rule, vendor

from creditdesk.core.definition import Amount, Definition
from creditdesk.core.pools import PoolKind, Snapshot, Trouble, TroubleKind
from creditdesk.core.requests import PageRule

PAGES = PageRule(next="next", more="more", send="page", collect="rows")
SPEND = pool_rule(id="month", kind=PoolKind.SPEND, remaining=None, used=Amount(total="cost", over=("rows",)))
FIRST = {"rows": [{"cost": 1.5}], "more": True, "next": "b+/ c"}
LAST = {"rows": [{"cost": 2}, {"cost": "0.25"}], "more": False, "next": None}


def paged(page: PageRule = PAGES, **changes: Any) -> Definition:
    return vendor(requests=(request_rule(page=page, query={"from": "1"}, **changes),), pools=(SPEND,))


def read(pages: Mapping[str, object], definition: Definition | None = None) -> tuple[Snapshot | Trouble, list[str]]:
    """What comes of a vendor that answers by the page asked for ("" for the first), and which pages were asked for."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.params["from"] == "1"
        assert request.headers["Authorization"]
        asked.append(request.url.params.get("page", ""))
        page = pages[asked[-1]]
        return page if isinstance(page, httpx.Response) else httpx.Response(200, json=page)

    return asyncio.run(asked_of(answer, definition or paged())), asked


def test_the_pages_are_put_together():
    found, asked = read({"": FIRST, "b+/ c": LAST})
    assert str(good(found).pools[0].used) == "3.75"
    assert asked == ["", "b+/ c"]


def test_one_page_is_asked_for_once():
    found, asked = read({"": LAST})
    assert str(good(found).pools[0].used) == "2.25"
    assert asked == [""]


def test_without_a_word_on_more_the_token_decides():
    only = paged(PageRule(next="next", send="page", collect="rows"))
    found, asked = read({"": FIRST, "b+/ c": {"rows": []}}, only)
    assert str(good(found).pools[0].used) == "1.5"
    assert asked == ["", "b+/ c"]


def test_more_pages_than_allowed_are_refused_and_not_asked_for():
    again = {**FIRST, "next": "same"}
    found, asked = read({"": again, "same": again}, paged(PageRule("next", "page", "rows", "more", most=3)))
    assert "has more than 3 pages" in bad(found).message
    assert asked == ["", "same", "same"]


@pytest.mark.parametrize(
    "second",
    [
        {"more": False},
        {"rows": None, "more": False},
        {"rows": {"cost": 1}, "more": False},
        [],
        {"rows": [{"price": 1}], "more": False},
        httpx.Response(500),
        httpx.Response(429),
        httpx.Response(200, text="<html>"),
    ],
)
def test_a_page_that_cannot_be_read_costs_the_whole_answer(second):
    found, _ = read({"": FIRST, "b+/ c": second})
    assert bad(found).kind in (TroubleKind.BAD_ANSWER, TroubleKind.VENDOR_DOWN, TroubleKind.THROTTLED)


@pytest.mark.parametrize("token", [None, "", True, {"a": 1}, "x" * 3_000])
def test_a_next_page_that_cannot_be_asked_for_costs_the_whole_answer(token):
    found, asked = read({"": {**FIRST, "next": token}})
    assert bad(found).kind is TroubleKind.BAD_ANSWER
    assert asked == [""]


def test_a_secret_of_a_later_page_is_hidden_too():
    secret = "s3cret-0f-the-second-page"
    rows = pool_rule(id="{row}", label="{name}", each="rows", remaining=Amount(path="cost"))
    rule = vendor(requests=(request_rule(page=PAGES, query={"from": "1"}, redact=("key",)),), pools=(rows,))
    second = {"rows": [{"cost": 1, "name": f"of {secret}"}], "more": False, "key": secret}
    found, _ = read({"": FIRST, "b+/ c": second}, rule)
    assert secret not in str(found)
    assert good(found).pools[1].label == "of ***"


def test_a_saved_page_that_is_not_the_last_one_is_no_balance():
    changes = {"requests": (request_rule(page=PAGES),), "pools": (SPEND,)}
    assert "has another page" in bad(answered(json.dumps(FIRST).encode(), **changes)).message
    assert str(good(answered(json.dumps(LAST).encode(), **changes)).pools[0].used) == "2.25"
