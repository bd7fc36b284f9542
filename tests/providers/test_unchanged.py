"""An answer that came the last time, too, is not read anew, and means just what it would mean if it were."""

import asyncio
import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.providers.asking import GOOD, KEY, account, bad, good, pool_rule, request_rule, vendor

from creditdesk.core.definition import Amount, Definition, When
from creditdesk.core.pools import Account, Pool, PoolKind, Snapshot, Source, Trouble, TroubleKind
from creditdesk.providers.answers import Answer
from creditdesk.providers.exchange import Exchange
from creditdesk.providers.unchanged import Unchanged, means_the_same_later

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
ROWS = pool_rule(id="row:{row}", label="{name}", each="rows", key="name", remaining=Amount(path="left"))


class Desk:
    """An exchange with a vendor whose answer can be set, and a clock that can be moved."""

    def __init__(self, fresh: bool = False) -> None:
        self.now = START
        self.answer = httpx.Response(200, content=GOOD)
        self._fresh = fresh  # a new exchange for every question: nothing is remembered
        self._client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _request: self.answer))
        self._exchange = Exchange(self._client)

    async def ask(self, definition: Definition, asking: Account, key: str = KEY) -> Snapshot | Trouble:
        exchange = Exchange(self._client) if self._fresh else self._exchange
        return await exchange.ask(definition, asking, {"key": key}, lambda: self.now)


def said(body: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, content=body if isinstance(body, bytes) else json.dumps(body).encode())


def test_the_same_answer_again_is_the_same_snapshot_with_its_own_instant() -> None:
    async def story() -> None:
        desk, definition = Desk(), vendor()
        first = good(await desk.ask(definition, account()))
        desk.now += timedelta(hours=1)
        second = good(await desk.ask(definition, account()))
        assert second.pools is first.pools, "it was not read anew"
        assert second.read_at == first.read_at + timedelta(hours=1)
        desk.answer = said(b'{"left": 57, "limit": 100, "used": 43}')
        assert good(await desk.ask(definition, account())).pools[0].left == 57
        desk.answer = said(GOOD)
        assert good(await desk.ask(definition, account())) == Snapshot(desk.now, first.source, first.pools)

    asyncio.run(story())


def test_the_same_words_with_another_status_are_a_trouble() -> None:
    async def story() -> None:
        desk, definition = Desk(), vendor()
        good(await desk.ask(definition, account()))
        desk.answer = said(GOOD, 500)
        assert bad(await desk.ask(definition, account())).kind is TroubleKind.VENDOR_DOWN
        desk.answer = said(GOOD)
        good(await desk.ask(definition, account()))

    asyncio.run(story())


def test_a_new_key_is_kept_out_of_the_names_of_an_old_answer() -> None:
    later = "another-later-0123456789"

    async def story() -> None:
        desk, definition = Desk(), vendor(pools=(ROWS,))
        desk.answer = said({"rows": [{"name": later, "left": 1}]})
        assert good(await desk.ask(definition, account())).pools[0].label == later
        assert later not in repr(await desk.ask(definition, account(), later))

    asyncio.run(story())


def test_another_definition_of_the_same_vendor_reads_the_answer_anew() -> None:
    async def story() -> None:
        desk = Desk()
        assert good(await desk.ask(vendor(), account())).pools[0].left == 58
        used = vendor(pools=(pool_rule(remaining=Amount(path="used")),))
        assert good(await desk.ask(used, account())).pools[0].left == 42

    asyncio.run(story())


@pytest.mark.parametrize(
    ("when", "same"),
    [
        (When(at="end"), True),
        (When(at="end", format="date", tz="Europe/Berlin", end_inclusive=True), True),
        (When(at="end", format="epoch_ms"), True),
        (When(at="end", format="strptime:%d.%m.%Y"), True),
        (When(at="end", format="days_from_now"), False),
        (When(at="end", format="secs_from_now"), False),
        (When(every="month", anchor="first"), False),
        (When(at="end", format="not known yet"), False),
    ],
)
def test_only_what_does_not_depend_on_the_clock_is_known_again(when: When, same: bool) -> None:
    assert means_the_same_later(vendor(pools=(pool_rule(reset=when),))) == same
    assert means_the_same_later(vendor(pools=(pool_rule(), pool_rule(id="b", expires=when)))) == same


def test_answers_of_several_requests_are_read_each_time() -> None:
    two = vendor(requests=(request_rule(id="first"), request_rule()))
    assert not means_the_same_later(two)
    assert not means_the_same_later(vendor(requests=(request_rule(capture={"token": "token"}),)))
    assert not means_the_same_later(vendor(requests=()))


def test_days_that_are_left_end_later_when_the_same_answer_comes_a_day_later() -> None:
    async def story() -> None:
        rule = pool_rule(expires=When(at="days", format="days_from_now"), kind=PoolKind.PACKAGE)
        desk, definition = Desk(), vendor(pools=(rule,))
        desk.answer = said({"left": 5, "days": 3})
        first = good(await desk.ask(definition, account())).pools[0].expires_at
        desk.now += timedelta(days=1)
        second = good(await desk.ask(definition, account())).pools[0].expires_at
        assert first is not None and second == first + timedelta(days=1)

    asyncio.run(story())


@pytest.mark.parametrize("seed", range(5))
def test_a_long_story_is_told_the_same_by_an_exchange_that_remembers_and_by_one_that_does_not(seed: int) -> None:
    chance = random.Random(seed)
    rows = vendor(pools=(ROWS,))
    definitions = [vendor(), rows, vendor(pools=(pool_rule(reset=When(at="end", format="secs_from_now")),))]
    bodies: list[Any] = [
        GOOD,
        {"left": 57, "end": 100},
        {"left": -1},
        {"left": "much"},
        {"rows": [{"name": "a", "left": 1}]},
        {"rows": [{"name": KEY, "left": 1}]},
        b"<html>",
        b"",
    ]

    async def story() -> None:
        knowing, forgetful = Desk(), Desk(fresh=True)
        for _ in range(300):
            asking = account(id=chance.choice("ab"), settings=chance.choice([{}, {}, {"site": "x"}]))
            definition = chance.choice(definitions)
            key = chance.choice([KEY, KEY, KEY, "tkn_usr_another_987654321"])
            answer = (chance.choice(bodies), chance.choice([200, 200, 200, 200, 402, 503]))
            told = []
            for desk in (knowing, forgetful):
                desk.answer = said(*answer)
                told.append(await desk.ask(definition, asking, key))
                desk.now += timedelta(minutes=5)
            assert told[0] == told[1]

    asyncio.run(story())


def test_of_an_answer_and_of_the_keys_nothing_is_kept_but_a_hash() -> None:
    known, definition = Unchanged(), vendor()
    answer = Answer(200, {}, b'{"left": 58, "token": "CAP-secret-in-the-answer"}', "api.example.com")
    mark = known.mark(account(), {"key": KEY}, answer)
    pool = Pool("credits", "Credits", PoolKind.WALLET, "credits")
    known.keep(account(), definition, mark, Snapshot(START, Source.LIVE, (pool,)))
    kept = repr(vars(known))
    assert KEY not in kept and "CAP-" not in kept
    assert len(mark) == 16
    assert mark != Unchanged().mark(account(), {"key": KEY}, answer), "another run has another salt"
