"""The ledger's story: a counted balance is true to the credit, drift is told once, and every view sees the same."""

import random
from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.desk.world import START, World
from tests.proving import size

from creditdesk.core.charge_lines import ChargeLineError
from creditdesk.core.charges import Charge, ChargeState, Draw, Entry, EntryKind, Known
from creditdesk.core.pools import Account, Level, Source
from creditdesk.core.series import EventKind
from creditdesk.desk.accounts import AccountError
from creditdesk.desk.ledger import Ledger
from creditdesk.desk.opening import open_desk
from creditdesk.desk.reading import Reader
from creditdesk.desk.statements import month_statement
from creditdesk.store.vault import Vault

D = Decimal


@pytest.fixture
def seo(world: World) -> Account:
    """An account of a vendor without any balance to read: 10 of the month and 100 topped up, typed a minute ago."""
    account = world.add_typed("oneclickseo", plan="starter")
    world.type(account, monthly=10, top_up=100)
    world.clock.move(minutes=1)
    return account


class Till:
    """Spends credits of an account, a minute each."""

    def __init__(self, world: World, account: Account) -> None:
        self.world, self.account, self.number = world, account, 0

    @property
    def ledger(self) -> Ledger:
        ledger: Ledger = self.world.desk.ledger
        return ledger

    def begin(self, **more: Any) -> Charge:
        self.number += 1
        charge = Charge(f"c{self.number}", self.account.id, self.world.clock(), "serp-overview", **more)
        self.world.run(self.ledger.begin(charge))
        return charge

    def settle(self, charge: Charge, amount: str | None, *pools: str, **more: Any) -> Charge:
        draws = None if amount is None else (Draw(D(amount), pools),) if D(amount) else ()
        state = ChargeState.UNKNOWN if amount is None else ChargeState.BOOKED
        told = replace(charge, draws=draws, state=state, known=Known.REPORTED, **more)
        return self.world.run(self.ledger.settle(told))

    def spend(self, amount: str | None, *pools: str, **more: Any) -> Charge:
        charge = self.begin(**more)
        self.world.clock.move(seconds=1)
        return self.settle(charge, amount, *pools)

    def add(self, kind: EntryKind, amount: str, pool: str = "top-up", **more: Any) -> Entry:
        more.setdefault("at", self.world.clock())
        self.number += 1
        entry = Entry(f"e{self.number}", self.account.id, pool, kind, D(amount), **more)
        return self.world.run(self.ledger.add(entry))

    def drifts(self) -> list[tuple[str, Decimal]]:
        found = self.world.run(self.ledger.shown(self.account.id)).unexplained
        return [(draw.pools[0], draw.amount) for each in found for draw in each.draws or ()]


@pytest.fixture
def till(world: World, seo: Account) -> Till:
    return Till(world, seo)


def source(world: World, account: Account) -> Source:
    snapshot = world.reading(account).snapshot
    assert snapshot is not None
    return snapshot.source


def test_what_is_charged_is_gone_from_what_every_view_shows(world: World, seo: Account, till: Till) -> None:
    till.spend("4")
    at = world.clock()
    world.clock.move(hours=1)
    till.spend("9")
    assert world.left(seo) == {"monthly": 0, "top-up": 97}
    reading = world.reading(seo)
    assert reading.snapshot is not None
    assert (source(world, seo), reading.snapshot.plan, reading.stale) == (Source.METERED, "Starter", False)
    assert at < reading.snapshot.read_at < world.clock()
    assert reading.snapshot.pools[0].used == 500
    world.clock.move(days=3)
    assert not world.reading(seo).stale


def test_a_count_is_there_at_once_after_a_restart_and_true_after_the_first_look(
    world: World, seo: Account, till: Till
) -> None:
    till.spend("4")
    world.run(world.desk.reader.overdue(world.clock()))
    (first,) = world.restart()
    assert first.snapshot is not None
    assert [pool.left for pool in first.snapshot.pools] == [6, 100]
    assert first.snapshot.source is Source.METERED
    Till(world, seo).number = 9
    world.run(world.desk.reader.catch_up())
    assert world.left(seo) == {"monthly": 6, "top-up": 100}


def test_what_the_gateways_process_books_is_seen_by_the_window(world: World, seo: Account, till: Till) -> None:
    world.run(world.desk.reader.catch_up())
    other = open_desk(world.places, Vault(world.memory), clock=world.clock)
    other.reader.load()
    ledger: Ledger = other.ledger
    charge = Charge("x1", seo.id, world.clock())
    world.run(ledger.begin(charge))
    world.run(ledger.settle(replace(charge, draws=(Draw(D(7)),), state=ChargeState.BOOKED)))
    assert world.run(ledger.counted(seo.id)).left("monthly") == 3
    assert world.left(seo)["monthly"] == 10
    assert world.run(world.desk.reader.catch_up())
    assert world.left(seo)["monthly"] == 3
    assert not world.run(world.desk.reader.catch_up())
    till.spend("2")
    assert world.run(ledger.counted(seo.id)).left("monthly") == 1
    world.run(other.close())


def test_a_typed_balance_and_an_entry_are_the_same_and_the_drift_is_booked_once(
    world: World, seo: Account, till: Till
) -> None:
    till.spend("4")
    world.clock.move(minutes=5)
    world.type(seo, monthly=5)
    assert till.drifts() == [("monthly", 1)]
    assert (world.left(seo), source(world, seo)) == ({"monthly": 5, "top-up": 100}, Source.BY_HAND)
    till.spend("2")
    assert world.left(seo)["monthly"] == 3
    world.clock.move(minutes=5)
    till.add(EntryKind.BALANCE, "99")
    assert world.left(seo) == {"monthly": 3, "top-up": 99}
    assert till.drifts() == [("monthly", 1), ("top-up", 1)]
    assert world.desk.reader.typed(seo.id)["top-up"].left == 99
    world.clock.move(minutes=5)
    till.add(EntryKind.BALANCE, "104")
    assert till.drifts() == [("monthly", 1), ("top-up", 1), ("top-up", -5)]
    world.restart()
    world.run(world.desk.reader.catch_up())
    assert world.left(seo) == {"monthly": 3, "top-up": 104}
    assert till.drifts() == [("monthly", 1), ("top-up", 1), ("top-up", -5)]


def test_an_undone_balance_gives_back_the_number_and_the_drift(world: World, seo: Account, till: Till) -> None:
    till.spend("4")
    world.clock.move(minutes=5)
    wrong = till.add(EntryKind.BALANCE, "1", "monthly")
    assert till.drifts() == [("monthly", 5)]
    till.spend("1")
    assert world.left(seo)["monthly"] == 0
    assert world.run(till.ledger.undo(wrong.id)).entry is not None
    assert till.drifts() == []
    assert world.left(seo) == {"monthly": 5, "top-up": 100}
    assert world.run(till.ledger.undo(wrong.id)).entry is None


def test_a_charge_that_comes_late_explains_what_was_not(world: World, seo: Account, till: Till) -> None:
    late = world.clock()
    world.clock.move(minutes=5)
    world.type(seo, monthly=3)
    till.spend("1")
    assert till.drifts() == [("monthly", 7)]
    world.run(till.ledger.book(Charge("late", seo.id, late, draws=(Draw(D(7)),), state=ChargeState.BOOKED)))
    assert till.drifts() == []
    assert world.left(seo)["monthly"] == 2
    world.run(till.ledger.undo("late"))
    assert till.drifts() == [("monthly", 7)]
    assert world.left(seo)["monthly"] == 2


def test_a_top_up_is_added_and_undone(world: World, seo: Account, till: Till) -> None:
    bought = till.add(EntryKind.TOP_UP, "50")
    assert world.left(seo) == {"monthly": 10, "top-up": 150}
    world.clock.move(minutes=1)
    till.spend("20")
    assert world.left(seo) == {"monthly": 0, "top-up": 140}
    world.run(till.ledger.undo(bought.id))
    assert world.left(seo) == {"monthly": 0, "top-up": 90}


def test_a_charge_whose_cost_nobody_knows_makes_the_number_an_estimate(world: World, seo: Account, till: Till) -> None:
    till.spend("1")
    till.spend(None, expected=D(5))
    assert source(world, seo) is Source.ESTIMATED
    counted = world.run(till.ledger.counted(seo.id))
    assert [(each.unknown, each.doubt, each.at_most) for each in counted.pools] == [(1, 5, True), (1, 5, True)]
    world.clock.move(minutes=1)
    world.type(seo, monthly=4)
    assert world.run(till.ledger.counted(seo.id)).pools[0].unknown == 0
    assert till.drifts() == [("monthly", 5)]


def test_what_was_open_when_the_process_died_becomes_unknown(world: World, seo: Account, till: Till) -> None:
    till.begin(expected=D(3))
    world.clock.move(minutes=1)
    (lost,) = world.run(till.ledger.recover(world.clock()))
    assert lost.state is ChargeState.UNKNOWN
    assert source(world, seo) is Source.ESTIMATED


def test_the_months_turn_refills_a_counted_allowance(world: World, seo: Account, till: Till) -> None:
    till.spend("14")
    world.clock.now = START.replace(month=10, day=1)
    assert world.left(seo) == {"monthly": 500, "top-up": 96}
    till.spend("3")
    assert world.left(seo) == {"monthly": 497, "top-up": 96}
    world.restart()
    world.run(world.desk.reader.catch_up())
    assert world.left(seo) == {"monthly": 497, "top-up": 96}


def test_a_counted_account_warns_when_it_runs_low(world: World, seo: Account, till: Till) -> None:
    world.type(seo, monthly=400, top_up=0)
    world.run(world.desk.reader.read(seo.id))
    assert world.reading(seo).level is Level.GOOD
    world.clock.move(minutes=10)
    till.spend("390")
    assert world.reading(seo).level is Level.CRITICAL
    fired = [each for outcome in world.run(world.desk.reader.overdue(world.clock())) for each in outcome.fired]
    assert [each.level for each in fired] == [Level.CRITICAL]
    assert world.run(world.desk.reader.overdue(world.clock()))[0].fired == tuple(fired)  # not delivered yet
    series = {each.pool: each for each in world.desk.tools.history.series(seo.id).result()}
    assert [(point.left, point.source) for point in series["monthly"].points][-1] == (10, Source.METERED)


def test_a_read_account_is_counted_between_its_readings_and_its_drift_is_told(world: World) -> None:
    account = world.add("capsolver")
    first = world.snapshot(account)
    till = Till(world, account)
    before = first.pools[0].left
    assert before is not None
    world.clock.move(seconds=30)
    till.spend("0.5", first.pools[0].id)
    assert world.left(account)[first.pools[0].id] == before - D("0.5")
    assert source(world, account) is Source.METERED
    world.clock.move(minutes=5)
    world.set("capsolver", balance=float(before) - 2)
    second = world.snapshot(account)
    assert second.source is Source.LIVE
    assert till.drifts() == [(first.pools[0].id, D("1.5"))]
    world.clock.move(minutes=5)
    assert world.snapshot(account).pools[0].left == before - 2
    assert till.drifts() == [(first.pools[0].id, D("1.5"))]
    till.spend("1", first.pools[0].id)
    world.restart()
    world.run(world.desk.reader.catch_up())
    assert world.left(account)[first.pools[0].id] == before - 3
    assert till.drifts() == [(first.pools[0].id, D("1.5"))]


def test_a_count_ends_no_trouble_and_no_trouble_hides_a_count(world: World) -> None:
    account = world.add("capsolver")
    pool = world.snapshot(account).pools[0]
    assert pool.left is not None
    till = Till(world, account)
    world.clock.move(seconds=61)
    world.fault(_status(), "capsolver", status=500)
    world.trouble(account)
    till.spend("1", pool.id)
    reading = world.reading(account)
    assert reading.trouble is not None
    assert (world.left(account)[pool.id], reading.level) == (pool.left - 1, Level.NOT_READ)
    world.run(world.desk.reader.overdue(world.clock()))
    assert world.restart()[0].trouble is not None
    assert EventKind.RECOVERED not in {event.kind for event in world.desk.tools.history.events().result()}


def _status() -> Any:
    from creditdesk.sandbox import FaultKind

    return FaultKind.STATUS


def test_each_use_is_one_line_of_the_activity_whether_charged_or_found(world: World, seo: Account, till: Till) -> None:
    till.spend("4")
    world.run(world.desk.reader.overdue(world.clock()))
    world.clock.move(hours=2)
    till.spend("5")
    world.run(world.desk.reader.overdue(world.clock()))
    world.clock.move(hours=2)
    world.type(seo, monthly="1.2", top_up=97)
    events = world.desk.tools.history.events(account_id=seo.id).result()
    told = [(each.pool, each.amount) for each in events if each.kind is EventKind.USED]
    assert told == [("top-up", -3), ("monthly", D("0.2")), ("monthly", -5), ("monthly", -4)]
    assert EventKind.TOP_UP not in {each.kind for each in events}
    world.clock.move(hours=2)
    till.add(EntryKind.TOP_UP, "50")
    world.run(world.desk.reader.overdue(world.clock()))
    assert [each.amount for each in world.desk.tools.history.events().result() if each.kind is EventKind.TOP_UP] == [50]


def test_a_months_statement_gives_each_client_what_its_scripts_took(world: World, till: Till) -> None:
    ours = world.add_typed("oneclickseo", "ours", plan="starter")
    world.run(world.desk.registry.change(ours.changed(client="Ours")))
    world.type(ours, monthly=10, top_up=100)
    world.clock.move(minutes=1)
    spend = Till(world, ours)
    spend.number = 50
    spend.spend("4", client="Nord")
    spend.spend("9", client="Sued")
    spend.spend("2")
    world.clock.move(minutes=1)
    world.type(ours, top_up=90)
    world.clock.move(minutes=1)
    spend.spend("1", client="Nord")
    whole = world.run(month_statement(world.desk.tools, "2026-09", UTC))
    lines = [(each.client, each.pool, each.amount) for each in whole.lines if each.accounts == (ours.id,)]
    assert lines == [
        ("", "top-up", 5),  # on the vendor's own page
        ("Nord", "monthly", 4),
        ("Nord", "top-up", 1),
        ("Ours", "top-up", 2),
        ("Sued", "monthly", 6),
        ("Sued", "top-up", 3),
    ]


CSV = """at,amount,pool,operation,client,items,expected
2026-09-14T12:00:30Z,2,,serp-overview,Nord,2,2
2026-09-14T12:00:30Z,2,,serp-overview,Nord,2,2
2026-09-14T14:00:40+02:00,1.5,top-up,content-brief,,,
"""


def test_a_file_that_is_imported_twice_books_nothing_twice(world: World, seo: Account, till: Till) -> None:
    look = world.run(till.ledger.import_charges(CSV, seo, dry_run=True))
    assert (len(look.new), look.known) == (3, 0)
    assert world.left(seo) == {"monthly": 10, "top-up": 100}
    assert len(world.run(till.ledger.import_charges(CSV, seo)).new) == 3
    assert world.left(seo) == {"monthly": 6, "top-up": D("98.5")}
    again = world.run(till.ledger.import_charges(CSV.replace("2,2\n", "2,2 \n"), seo))
    assert (again.new, again.known) == ((), 3)
    more = CSV + "2026-09-14T12:00:30Z,2,,serp-overview,Nord,2,2\n"
    assert len(world.run(till.ledger.import_charges(more, seo)).new) == 1
    assert world.left(seo)["monthly"] == 4


def test_a_large_file_is_booked_once_and_explains_what_was_not(world: World, seo: Account, till: Till) -> None:
    def lines(at: str, amount: str, more: str = "") -> str:
        return "at,amount\n" + f"2026-09-14T{at}Z,{amount}\n" * 2_400 + more

    with pytest.raises(ChargeLineError, match="Line 2402"):
        world.run(till.ledger.import_charges(lines("12:00:30", "0.01", "never,1\n"), seo))
    assert world.left(seo) == {"monthly": 10, "top-up": 100}
    for new in (2_400, 0):
        assert len(world.run(till.ledger.import_charges(lines("12:00:30", "0.01"), seo)).new) == new
        assert world.left(seo) == {"monthly": 0, "top-up": 86}
    world.clock.move(hours=1)
    world.type(seo, monthly=0, top_up=80)
    assert till.drifts() == [("top-up", 6)]
    assert len(world.run(till.ledger.import_charges(lines("12:30:00", "0.0025"), seo)).new) == 2_400
    assert till.drifts() == []
    assert world.left(seo) == {"monthly": 0, "top-up": 80}


def test_a_request_that_was_booked_is_not_booked_again_from_a_file(world: World, seo: Account, till: Till) -> None:
    till.spend("3", request_id="req_1")
    lines = "at,amount,request_id\n2026-09-14T12:00:30Z,3,req_1\n2026-09-14T12:00:30Z,1,req_2\n"
    assert len(world.run(till.ledger.import_charges(lines, seo)).new) == 1
    assert world.left(seo)["monthly"] == 6


def test_json_lines_name_their_account_and_a_job_is_booked_once(world: World, seo: Account, till: Till) -> None:
    lines = '{"at": "2026-09-14T12:00:30Z", "amount": 7, "account": "ONECLICKSEO", "job": "run_1", "note": null}\n'
    assert len(world.run(till.ledger.import_charges(lines)).new) == 1
    till.spend("7", job="run_1")
    assert world.left(seo)["monthly"] == 3


def test_a_line_that_cannot_be_taken_books_nothing(world: World, seo: Account, till: Till) -> None:
    with pytest.raises(ChargeLineError, match="Line 5: at must be an instant"):
        world.run(till.ledger.import_charges(CSV + "never,1,,,,,\n", seo))
    assert world.run(till.ledger.shown(seo.id)).charges == ()


def test_a_pool_that_is_not_there_is_refused_with_those_that_are(world: World, seo: Account, till: Till) -> None:
    for text in (CSV.replace("top-up", "weekly"), "\ufeff" + CSV.replace("top-up", "weekly")):
        with pytest.raises(ChargeLineError, match=r"Line 4: .* has no pool 'weekly'\. Pools: monthly, top-up"):
            world.run(till.ledger.import_charges(text, seo))
    assert world.run(till.ledger.shown(seo.id, free=True)).charges == ()
    for entry, told in (
        (Entry("e", seo.id, "x", EntryKind.TOP_UP, D(1), world.clock()), "no pool"),
        (Entry("e", seo.id, "top-up", EntryKind.TOP_UP, D(0), world.clock()), "more than nothing"),
        (Entry("e", seo.id, "top-up", EntryKind.BALANCE, D(1), world.clock() + timedelta(hours=1)), "yet to come"),
    ):
        with pytest.raises(AccountError, match=told):
            till.ledger.checked(entry)


def test_totals_and_what_was_foretold(world: World, seo: Account, till: Till) -> None:
    till.spend("1", client="Nord", token="t1", expected=D(2), items=1)
    till.spend("3", client="Nord", token="t2", expected=D(2), items=1)
    till.spend("0")
    till.spend(None)
    world.clock.move(minutes=1)
    world.type(seo, monthly=1)
    totals = world.run(till.ledger.totals(seo.id))
    assert [(each.key, each.amount) for each in totals.clients] == [("", 0), ("Nord", 4)]
    assert [(each.key, each.amount) for each in totals.tokens] == [("", 0), ("t1", 1), ("t2", 3)]
    assert [(each.key, each.requests, each.unknown) for each in totals.days] == [("2026-09-14", 4, 1)]
    assert (totals.whole.amount, totals.whole.requests, totals.whole.unexplained) == (4, 4, 5)
    (told,) = world.run(till.ledger.shown(seo.id)).foretold
    assert (told.operation, told.charges, told.items, told.expected, told.charged) == ("serp-overview", 2, 2, 4, 4)


@pytest.mark.parametrize("seed", range(size(2, 120)))
def test_whatever_is_booked_in_whatever_order_the_books_add_up(
    world: World, seo: Account, till: Till, seed: int
) -> None:
    """The truth is a vendor with two pots; the desk sees charges late, and what it cannot see as drift."""
    chance = random.Random(seed)
    truth, seen, open_ones = {"monthly": D(10), "top-up": D(100)}, D(0), list[tuple[Charge, str]]()
    added = D(0)

    def take(amount: Decimal) -> None:
        part = min(truth["monthly"], amount)
        truth["monthly"] -= part
        truth["top-up"] -= amount - part

    for _ in range(60):
        world.clock.move(seconds=chance.randrange(1, 400))
        what = chance.random()
        if what < 0.5:
            amount = chance.choice(["0", "1", "2.25", "4"])
            open_ones.append((till.begin(), amount))
            take(D(amount))
            seen += D(amount)
        elif what < 0.6:
            take(D(chance.randrange(3)))  # on the vendor's own page
        elif what < 0.7 and not open_ones:
            world.type(seo, **{each.replace("-", "_"): str(left) for each, left in truth.items()})
        elif what < 0.75:
            till.add(EntryKind.TOP_UP, "20")
            truth["top-up"] += 20
            added += 20
        chance.shuffle(open_ones)
        while open_ones and chance.random() < 0.6:
            charge, amount = open_ones.pop()
            world.clock.move(milliseconds=chance.randrange(1, 900))
            till.settle(charge, amount)
    for charge, amount in open_ones:
        till.settle(charge, amount)
    world.clock.move(minutes=1)
    world.type(seo, **{each.replace("-", "_"): str(left) for each, left in truth.items()})
    assert world.left(seo) == truth
    gone = 110 + added - sum(truth.values())
    totals = world.run(till.ledger.totals(seo.id))
    assert totals.whole.amount == seen
    assert totals.whole.amount + totals.whole.unexplained == gone


def test_a_licences_shared_credits_are_counted_once_for_all_its_sites(world: World) -> None:
    shop = world.add_typed("seo-rank-genius", "shop", plan="pro", licence="L1", site="shop.example")
    blog = world.add_typed("seo-rank-genius", "blog", plan="pro", licence="L1", site="blog.example")
    world.type(shop, shared=20, domain=5)
    world.type(blog, domain=7)
    world.clock.move(minutes=1)
    ours, theirs = Till(world, shop), Till(world, blog)
    theirs.number = 100
    ours.spend("12")
    assert world.left(shop) == {"shared": 8, "domain": 5}
    assert world.left(blog) == {"shared": 8, "domain": 7}
    theirs.spend("3")
    theirs.spend("1", "domain")
    assert world.left(shop) == {"shared": 5, "domain": 5}
    assert world.left(blog) == {"shared": 5, "domain": 6}
    ours.spend("6")
    assert world.left(shop) == {"shared": 0, "domain": 4}
    assert world.left(blog) == {"shared": 0, "domain": 6}
    world.clock.move(minutes=1)
    world.type(blog, shared=50)
    assert (ours.drifts(), theirs.drifts()) == ([], [("shared", -50)])
    ours.spend("1")
    world.restart()
    world.run(world.desk.reader.catch_up())
    assert world.left(shop) == {"shared": 49, "domain": 4}
    assert world.left(blog) == {"shared": 49, "domain": 6}
    assert (ours.drifts(), theirs.drifts()) == ([], [("shared", -50)])


def test_two_readers_of_one_process_both_learn_what_was_booked(world: World, seo: Account, till: Till) -> None:
    gateway = Reader(world.desk.tools)
    gateway.load()
    world.run(gateway.catch_up())
    world.run(world.desk.reader.catch_up())
    charges = gateway.counting.charges
    charge = Charge("g1", seo.id, world.clock(), draws=(Draw(D(3)),), state=ChargeState.BOOKED)
    world.run(_wait(charges.settle(charge)))
    assert world.run(gateway.catch_up())
    assert world.run(world.desk.reader.catch_up())
    assert world.left(seo)["monthly"] == gateway.reading(seo).snapshot.pools[0].left == 7  # type: ignore[union-attr]
    assert not world.run(gateway.catch_up())
    assert not world.run(world.desk.reader.catch_up())


async def _wait(pending: Any) -> Any:
    return await pending
