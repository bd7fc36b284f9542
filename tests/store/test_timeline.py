"""The timeline in the database says what a plain list of events would say: the same pages, the same exact totals."""

import random
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from tests.proving import size

from creditdesk.core.pools import PoolKind, Snapshot
from creditdesk.core.series import Event, EventKind
from creditdesk.core.timeline import ADDED_UP, TimelineQuery, Totals, UnitTotal, Word
from creditdesk.store.history import History
from creditdesk.store.rows import micros
from creditdesk.store.statements import EVENT_COLUMNS
from creditdesk.store.sums import row_sum
from creditdesk.store.timeline import Timeline

ACCOUNTS = ("a1", "a2", "a3", "a4")
CLIENTS = {"a1": "Acme", "a2": "Beta", "a3": "", "a4": "Acme"}
TEXTS = ("", "low percent", "Agreed with the client", "50% of _it_", "Встреча")
Noted = tuple[Event, str]
Shots = Callable[..., Snapshot]


def some_events(now: datetime, count: int, chance: random.Random) -> list[Noted]:
    """Events of all kinds, some at the same instant, some of a client of their own."""
    found = []
    for _ in range(count):
        kind = chance.choice([*ADDED_UP, *EventKind])
        amount = None
        if kind in ADDED_UP and chance.random() < 0.9:
            amount = chance.choice([Decimal(chance.randrange(1, 10**12)), Decimal(chance.randrange(1, 999)).scaleb(-4)])
            amount = -amount if kind is EventKind.USED and chance.random() < 0.8 else amount
        event = Event(
            now - timedelta(minutes=chance.randrange(300)),
            chance.choice((*ACCOUNTS, "gone", "")),
            kind,
            chance.choice(("", "monthly", "top-up")),
            amount,
            chance.choice(("credits", "USD")),
            chance.choice(TEXTS),
        )
        found.append((event, chance.choice(("", "", "", "Acme", "Beta", "Gamma"))))
    return found


def written(timeline: Timeline, noted: Sequence[Noted]) -> list[Noted]:
    return [(replace(event, id=timeline.add(event, client).result(10)), client) for event, client in noted]


def some_query(now: datetime, chance: random.Random) -> TimelineQuery:
    def some(values: Sequence[str], most: int = 2) -> tuple[str, ...]:
        return tuple(chance.sample(values, chance.randrange(most + 1))) if chance.random() < 0.5 else ()

    words = tuple(
        Word(text, accounts=some(ACCOUNTS), kinds=(EventKind.ALERT,) if chance.random() < 0.3 else ())
        for text in some(("LOW", "client", "0%", "_it", "встреча", "7"))
    )
    return TimelineQuery(
        accounts=some(ACCOUNTS),
        pools=some(("monthly", "top-up")),
        kinds=tuple(chance.sample(list(EventKind), 3)) if chance.random() < 0.4 else (),
        client=chance.choice((None, None, "", "Acme", "Gamma", "Nobody")),
        since=now - timedelta(minutes=chance.randrange(300)) if chance.random() < 0.3 else None,
        until=now - timedelta(minutes=chance.randrange(300)) if chance.random() < 0.3 else None,
        words=words,
        clients=CLIENTS,
    )


def fits(noted: Noted, query: TimelineQuery) -> bool:
    event, client = noted
    wanted = (
        not query.accounts or event.account in query.accounts,
        not query.pools or event.pool in query.pools,
        not query.kinds or event.kind in query.kinds,
        query.client is None or (client or CLIENTS.get(event.account, "")) == query.client,
        query.since is None or event.at >= query.since,
        query.until is None or event.at < query.until,
    )
    return all(wanted) and all(says(event, word) for word in query.words)


def says(event: Event, word: Word) -> bool:
    text = " ".join([event.detail, event.unit, "" if event.amount is None else str(event.amount)]).casefold()
    return word.text.casefold() in text or event.account in word.accounts or event.kind in word.kinds


def added(noted: Sequence[Noted]) -> Totals:
    sums: dict[str, dict[str, Decimal]] = {}
    unknown = 0
    for event, _ in noted:
        if event.kind not in ADDED_UP:
            continue
        if event.amount is None:
            unknown += 1
            continue
        what = {EventKind.TOP_UP: "topped_up", EventKind.RESET: "refilled"}.get(event.kind, "used")
        if event.kind is EventKind.USED and event.amount > 0:
            what = "freed"
        unit = sums.setdefault(event.unit, {})
        unit[what] = unit.get(what, Decimal(0)) + abs(event.amount)
    return Totals(len(noted), tuple(UnitTotal(unit, **sums[unit]) for unit in sorted(sums)), unknown)


def test_every_query_gives_what_a_plain_list_gives(history: History, now: datetime) -> None:
    chance = random.Random(7)
    timeline = Timeline(history.connections)
    everything = written(timeline, some_events(now, 400, chance))
    everything.sort(key=lambda each: (each[0].at, each[0].id), reverse=True)
    for _ in range(size(400, 4000)):
        query = some_query(now, chance)
        wanted = [each for each in everything if fits(each, query)]
        pages: list[Event] = []
        while page := timeline.events(query, pages[-1] if pages else None, 37).result(10):
            pages += page
        assert pages == [event for event, _ in wanted], query
        assert timeline.totals(query).result(10) == added(wanted), query


def test_sums_are_exact_where_a_float_would_not_be(history: History, now: datetime) -> None:
    timeline = Timeline(history.connections)
    for text in ("-0.1", "-0.2", "-0.30", "-123456789012345678.9", "-1E+3"):
        timeline.add(Event(now, "a1", EventKind.USED, "p", Decimal(text), "USD")).result(10)
    (usd,) = timeline.totals(TimelineQuery()).result(10).units
    assert usd.used == Decimal("123456789012346679.50")


def test_a_pool_within_another_one_and_a_shared_pool_are_added_once(
    history: History, now: datetime, snapshot: Shots
) -> None:
    make = snapshot
    timeline = Timeline(history.connections)
    for minutes, left in ((0, 100), (5, 90)):
        pools = (
            *make(left, minutes, pool="whole").pools,
            *make(left, minutes, pool="part", part_of="whole").pools,
            *make(left, minutes, pool="window", kind=PoolKind.RATE).pools,
            *make(left, minutes, pool="licence", shared_by="l1").pools,
        )
        for account in ("a1", "a2"):
            shot: Snapshot = replace(make(left, minutes), pools=pools)
            history.record(account, shot, now + timedelta(minutes=minutes)).result(10)
    found = timeline.totals(TimelineQuery()).result(10)
    assert (found.events, found.left_out) == (8, 5)
    assert [each.used for each in found.units] == [Decimal(30)]
    alone = timeline.totals(TimelineQuery(accounts=("a2",), pools=("part",))).result(10)
    assert (alone.units[0].used, alone.left_out) == (Decimal(10), 0)


def test_a_note_can_be_taken_back_and_nothing_else_can(history: History, now: datetime) -> None:
    timeline = Timeline(history.connections)
    used = timeline.add(Event(now, "a1", EventKind.USED, "p", Decimal(-1), "credits")).result(10)
    note = Event(now - timedelta(days=3), "", EventKind.NOTE, detail="Agreed with the client")
    number = timeline.add(note, "Acme").result(10)
    assert timeline.remove_note(used).result(10) is None
    taken = timeline.remove_note(number).result(10)
    assert taken == (replace(note, id=number), "Acme")
    assert timeline.remove_note(number).result(10) is None
    assert [each.kind for each in timeline.events(TimelineQuery()).result(10)] == [EventKind.USED]
    timeline.add(*taken).result(10)
    assert [each.detail for each in timeline.events(TimelineQuery(client="Acme")).result(10)] == [note.detail]


def test_forgetting_an_account_forgets_whom_its_events_were_for(history: History, now: datetime) -> None:
    timeline = Timeline(history.connections)
    timeline.add(Event(now, "a1", EventKind.SENT, detail="3 of 3"), "Acme").result(10)
    history.forget("a1").result(10)
    rows = history.connections.read(lambda connection: connection.execute("SELECT * FROM event_client").fetchall())
    assert rows.result(10) == []


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (TimelineQuery(), "event_by_time"),
        (TimelineQuery(accounts=("a1",)), "event_by_account"),
        (TimelineQuery(accounts=("a1", "a2")), "event_by_account"),
        (TimelineQuery(kinds=(EventKind.NOTE,)), "event_by_kind"),
        (TimelineQuery(kinds=(EventKind.TOP_UP, EventKind.RESET)), "event_by_kind"),
        (TimelineQuery(client="Acme", clients=CLIENTS), "event_by_account"),
    ],
)
def test_a_page_is_a_search_in_an_index_without_sorting(
    history: History, now: datetime, query: TimelineQuery, index: str
) -> None:
    timeline, asked = Timeline(history.connections), []

    def look(connection: object) -> None:
        connection.set_trace_callback(asked.append)  # type: ignore[attr-defined]

    timeline.add(Event(now, "a1", EventKind.NOTE)).result(10)
    history.connections.read(look).result(10)
    timeline.events(query).result(10)
    pages = [each for each in asked if "LIMIT 200" in each]
    assert pages
    for page in pages:
        plan = history.connections.read(
            lambda connection, page=page: connection.execute(f"EXPLAIN QUERY PLAN {page}").fetchall()
        ).result(10)
        told = " ".join(row[3] for row in plan)
        assert index in told, told
        assert "TEMP B-TREE" not in told


@pytest.mark.alone
def test_a_large_timeline_answers_at_once(history: History, now: datetime) -> None:
    """A page of 200 and all sums; 50,000 events on every change, a million in `make prove`."""
    count, timeline = size(50_000, 1_000_000), Timeline(history.connections)
    kinds = ("used",) * 45 + ("top_up", "reset", "alert", "trouble", "note")

    def fill(connection: sqlite3.Connection) -> None:
        rows = (
            (
                micros(now) - number * 10**8,
                f"a{number % 100}",
                kinds[number % 50],
                "p",
                str(-(number % 999)),
                "credits",
                "",
            )
            for number in range(count)
        )
        connection.executemany(
            f"INSERT INTO event ({EVENT_COLUMNS}, sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", map(summed, rows)
        )

    history.connections.write(fill).result(300)
    clients = {f"a{number}": "Acme" if number % 4 else "" for number in range(100)}
    queries = (
        TimelineQuery(),
        TimelineQuery(accounts=("a7",)),
        TimelineQuery(kinds=(EventKind.NOTE,)),
        TimelineQuery(client="Acme", clients=clients),
        TimelineQuery(client="", clients=clients),
    )
    for query in queries:
        began = time.process_time()
        page = timeline.events(query).result(60)
        older = timeline.events(query, page[-1]).result(60)
        took = time.process_time() - began
        assert len(page) == len(older) == 200
        assert took < 0.5, (query, took)  # 2 to 30 ms measured with a million
        assert timeline.totals(query).result(60).events <= count


def summed(row: tuple[object, ...]) -> tuple[object, ...]:
    return (*row, row_sum(*row))


@pytest.mark.parametrize(
    ("resets_in_h", "read_in_h", "dated_in_h", "detail"),
    [
        (2, 9, 2, "dated at its rule"),  # the computer slept
        (2, 2, 2, "dated at its rule"),
        (-1, 9, 9, ""),  # it was to reset before the reading that saw none: the rule tells nothing
    ],
)
def test_a_reset_seen_late_is_dated_at_its_rule(
    history: History, now: datetime, snapshot: Shots, resets_in_h: int, read_in_h: int, dated_in_h: int, detail: str
) -> None:
    hour = timedelta(hours=1)
    more = {"kind": PoolKind.ALLOWANCE, "limit": 500}
    ends = now + 700 * hour
    history.record("a1", snapshot(20, resets_at=now + resets_in_h * hour, **more), now).result(10)
    late = now + read_in_h * hour
    history.record("a1", snapshot(480, 60 * read_in_h, resets_at=ends, **more), late).result(10)
    (event,) = Timeline(history.connections).events(TimelineQuery()).result(10)
    assert (event.kind, event.amount) == (EventKind.RESET, Decimal(460))
    assert (event.at, event.detail) == (now + dated_in_h * hour, detail)


def test_readings_that_only_extend_a_point_still_tell_when_it_was_last_seen(
    history: History, now: datetime, snapshot: Shots
) -> None:
    """The rule's instant is passed, but readings after it saw no reset yet: then it is dated when it was seen."""
    minute, more = (
        timedelta(minutes=1),
        {"kind": PoolKind.ALLOWANCE, "limit": 500, "resets_at": now + timedelta(minutes=7)},
    )
    for at in (0, 5, 10, 15):
        history.record("a1", snapshot(20, at, **more), now + at * minute).result(10)
    history.record("a1", snapshot(480, 20, **{**more, "resets_at": now + 99999 * minute}), now + 20 * minute).result(10)
    (event,) = Timeline(history.connections).events(TimelineQuery()).result(10)
    assert (event.at, event.detail) == (now + 20 * minute, "")
