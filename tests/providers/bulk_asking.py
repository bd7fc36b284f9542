"""A small vendor that takes lists, and one create or list asked of it in memory or on loopback."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import httpx
from tests.providers.asking import FACT, HEADER, KEY, NOW, account, clock, vendor

from creditdesk.core.bulk import BulkRule, ListRule, PageRule, RowRule
from creditdesk.core.definition import FailRule, RequestRule
from creditdesk.core.pools import TroubleKind
from creditdesk.core.sending import Outcome
from creditdesk.providers.bulk import BulkCase, BulkExchange

URL = "https://api.example.com/v1/sites/{place}/words"
ROW = RowRule("data", "id", "word", {"device": "device"}, "tracked", "since", "rank")
FAILS = (FailRule(TroubleKind.THROTTLED, (503,), message="error"), FailRule(TroubleKind.KEY_REJECTED, (403,)))
ROWS = ({"device": "desktop"}, {"device": "mobile"})


def rule(**changes: Any) -> BulkRule:
    listed = ListRule(
        RequestRule("", URL, auth=(HEADER,), fail=FAILS), ROW, PageRule("page", "per_page", 1000, "x-pages", "x-total")
    )
    create = RequestRule(
        "",
        URL,
        "POST",
        (HEADER,),
        json={"words": "{items}", "engines": "{rows}", "how": ["daily"]},
        accept=(200, 201),
        fail=FAILS,
    )
    plain: dict[str, Any] = {
        "operation": "track",
        "fact": FACT,
        "place": "site",
        "places": ListRule(
            replace(listed.request, url="https://api.example.com/v1/sites"), RowRule("data", "id", "name")
        ),
        "items": listed,
        "create": create,
        "created": RowRule("data", "", ""),
        "rows": "engines",
        "row_fields": ("device",),
    }
    return BulkRule(**{**plain, **changes})


def case(place: str = "s1", **changes: Any) -> BulkCase:
    return BulkCase(vendor(), rule(**changes), account(), {"key": KEY}, place)


Handler = Callable[[httpx.Request], httpx.Response]


def on(handler: Handler, act: Callable[[BulkExchange], Any], deadline_s: float = 5.0) -> Any:
    """What `act` makes of an exchange whose vendor is a function."""

    async def story() -> Any:
        async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client:
            return await act(BulkExchange(client, clock, deadline_s))

    return asyncio.run(story())


def created(
    handler: Handler,
    items: Sequence[str] = ("shoes", "boots"),
    rows: Sequence[Mapping[str, str]] = ROWS,
    **changes: Any,
) -> Outcome:
    """What became of one create."""
    outcome: Outcome = on(handler, lambda asking: asking.create(case(**changes), items, rows))
    return outcome


def answering(status: int, body: object = b"", headers: Mapping[str, str] | None = None) -> Handler:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda _: httpx.Response(status, content=raw, headers=dict(headers or {}))


def failing(error: Exception) -> Handler:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error

    return handler


__all__ = ["NOW", "ROWS", "answering", "case", "created", "failing", "on", "rule"]
