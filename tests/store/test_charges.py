"""The ledger's rows: what was begun is in the file, what is settled is settled once, and a job is charged once."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.proving import size

from creditdesk.core.charges import Charge, ChargeState, Draw, Entry, EntryKind, Known
from creditdesk.core.tallies import added_up, day_named, foretold, together
from creditdesk.core.typed import Typed
from creditdesk.store.charges import Charges
from creditdesk.store.database import open_database
from creditdesk.store.flaws import is_flawed
from creditdesk.store.history import History, HistoryError
from creditdesk.store.schema import MIGRATIONS

WAIT_S = 20
D = Decimal
KILLS = size(3, 60)


@pytest.fixture
def charges(history: History) -> Charges:
    return Charges(history.connections)


def begun(now: datetime, id_: str = "c1", account: str = "a", **more: object) -> Charge:
    given: dict[str, object] = {"operation": "serp-overview", "client": "Nord", "expected": D("1.5"), **more}
    return Charge(id_, account, now, **given)  # type: ignore[arg-type]


def booked(charge: Charge, *amounts: str, known: Known = Known.REPORTED, **more: object) -> Charge:
    draws = tuple(Draw(D(each)) for each in amounts)
    return replace(charge, draws=draws, known=known, state=ChargeState.BOOKED, **more)  # type: ignore[arg-type]


def kept(charges: Charges, account: str = "a") -> list[Charge]:
    return list(charges.of(account, datetime(2000, 1, 1, tzinfo=UTC)).result(WAIT_S))


def entry(now: datetime, amount: str, kind: EntryKind = EntryKind.BALANCE, **more: object) -> Entry:
    given: dict[str, object] = {"id": f"e{amount}", "account": "a", "pool": "main", **more}
    return Entry(kind=kind, amount=D(amount), at=now, **given)  # type: ignore[arg-type]


def test_of_one_request_that_is_told_twice_at_once_the_first_counts(charges: Charges, now: datetime) -> None:
    told = [booked(begun(now, name, request_id=request), "1") for name, request in (("a", "r"), ("b", "r"), ("a", "s"))]
    assert [each.id for each in charges.book(told).result(WAIT_S)] == ["a"]
    assert [each.id for each in kept(charges)] == ["a"]


def test_a_charge_comes_back_as_it_was_written_with_every_digit(charges: Charges, now: datetime) -> None:
    charges.begin(begun(now)).result(WAIT_S)
    assert kept(charges) == [begun(now)]
    many = "1234567890123456789012345678901234567.000000000000000000000000000001"
    draws = (Draw(D(many), ("monthly", "top-up")), Draw(D("-3"), ('ünd "so"',)), Draw(D(0)))
    ended = now + timedelta(seconds=1)
    told = replace(
        begun(now), draws=draws, state=ChargeState.BOOKED, status=200, items=7, job="j", token="t1", ended_at=ended
    )
    assert charges.settle(told).result(WAIT_S) == told
    assert kept(charges) == [replace(told, draws=draws[:2])]  # what draws nothing is no draw


def test_a_charge_is_settled_once(charges: Charges, now: datetime) -> None:
    charges.begin(begun(now)).result(WAIT_S)
    first = charges.settle(booked(begun(now), "4")).result(WAIT_S)
    assert charges.settle(booked(begun(now), "9")).result(WAIT_S) == first
    assert charges.book([booked(begun(now), "9")]).result(WAIT_S) == ()
    charges.begin(begun(now)).result(WAIT_S)  # told to begin again, it does not
    assert kept(charges) == [first]


def test_what_was_never_begun_is_not_lost_when_it_is_settled(charges: Charges, now: datetime) -> None:
    charges.settle(booked(begun(now), "4")).result(WAIT_S)
    assert [each.draws for each in kept(charges)] == [(Draw(D(4)),)]


def test_an_unknown_charge_may_still_be_settled(charges: Charges, now: datetime) -> None:
    charges.begin(begun(now)).result(WAIT_S)
    (lost,) = charges.recover(now + timedelta(minutes=1)).result(WAIT_S)
    assert (lost.state, lost.draws) == (ChargeState.UNKNOWN, None)
    charges.settle(booked(begun(now), "4")).result(WAIT_S)
    assert kept(charges)[0].state is ChargeState.BOOKED


def test_only_what_is_old_and_ones_own_is_recovered(charges: Charges, now: datetime) -> None:
    charges.begin(begun(now, "old"), "one").result(WAIT_S)
    charges.begin(begun(now, "other"), "two").result(WAIT_S)
    charges.begin(begun(now + timedelta(hours=1), "new"), "one").result(WAIT_S)
    found = charges.recover(now + timedelta(minutes=1), "one").result(WAIT_S)
    assert [each.id for each in found] == ["old"]
    assert charges.recover(now + timedelta(minutes=1), "one").result(WAIT_S) == ()


@pytest.mark.parametrize("twice", ["same answer", "dearer"])
def test_a_job_that_is_told_twice_is_charged_once(charges: Charges, now: datetime, twice: str) -> None:
    first = booked(begun(now), "7", job="run_1")
    charges.settle(first).result(WAIT_S)
    again = booked(begun(now, "c2"), "7" if twice == "same answer" else "9", job="run_1")
    assert charges.settle(again).result(WAIT_S).draws == ()
    other = booked(begun(now, "c3", account="b"), "7", job="run_1")
    assert charges.settle(other).result(WAIT_S) == other  # the same word at another account is another job
    assert [each.draws for each in kept(charges)] == [(Draw(D(7)),), ()]


def test_what_the_vendor_reports_of_a_job_takes_the_place_of_its_price(charges: Charges, now: datetime) -> None:
    charges.settle(booked(begun(now), "7", known=Known.PRICED, job="run_1")).result(WAIT_S)
    charges.settle(booked(begun(now, "c2"), "9", job="run_1")).result(WAIT_S)
    first, second = kept(charges)
    assert (first.draws, first.known, second.draws) == ((Draw(D(9)),), Known.REPORTED, ())


def test_a_job_told_free_at_first_is_charged_when_it_is_told(charges: Charges, now: datetime) -> None:
    charges.settle(booked(begun(now), job="run_1")).result(WAIT_S)
    charges.settle(booked(begun(now, "c2"), "9", job="run_1")).result(WAIT_S)
    charges.settle(booked(begun(now, "c3"), "9", job="run_1")).result(WAIT_S)
    assert [each.draws for each in kept(charges)] == [(), (Draw(D(9)),), ()]


def test_a_job_whose_cost_was_not_known_is_booked_when_it_is_told(charges: Charges, now: datetime) -> None:
    charges.settle(replace(begun(now), state=ChargeState.UNKNOWN, job="run_1")).result(WAIT_S)
    charges.settle(booked(begun(now, "c2"), "9", job="run_1")).result(WAIT_S)
    first, second = kept(charges)
    assert (first.state, first.draws, second.draws) == (ChargeState.BOOKED, (Draw(D(9)),), ())


def test_an_undone_job_is_not_charged_by_the_next_answer(charges: Charges, now: datetime) -> None:
    charges.settle(booked(begun(now), "7", job="run_1")).result(WAIT_S)
    assert charges.undo("c1").result(WAIT_S).charge is not None
    assert charges.undo("c1").result(WAIT_S).charge is None
    assert charges.settle(booked(begun(now, "c2"), "7", job="run_1")).result(WAIT_S).draws == ()
    assert kept(charges)[0].state is ChargeState.UNDONE


def test_many_are_booked_all_or_none(charges: Charges, history: History, now: datetime) -> None:
    good = [booked(begun(now, f"c{each}"), "1") for each in range(5)]
    bad = replace(good[0], id="bad", note=object())  # type: ignore[arg-type]
    with pytest.raises(Exception, match="type 'object'"):
        charges.book([*good, bad]).result(WAIT_S)
    assert kept(charges) == []
    assert len(charges.book(good).result(WAIT_S)) == 5
    assert charges.book(good).result(WAIT_S) == ()


def test_a_typed_balance_is_an_entry_and_an_entry_is_what_is_typed(
    history: History, charges: Charges, now: datetime
) -> None:
    history.typed("a", "main", D("12.50"), D(500), now).result(WAIT_S)
    (first,) = charges.entries("a").result(WAIT_S)
    assert (first.kind, first.amount, first.at, first.known) == (EntryKind.BALANCE, D("12.50"), now, Known.TYPED)
    later = now + timedelta(hours=2)
    charges.add(entry(later, "8")).result(WAIT_S)
    assert history.latest(["a"]).result(WAIT_S)["a"].typed == {"main": Typed(later, D(8), D(500))}
    charges.add(entry(now + timedelta(hours=1), "99")).result(WAIT_S)  # one that was seen before takes nothing over
    assert history.latest(["a"]).result(WAIT_S)["a"].typed["main"].left == 8
    assert charges.undo("e8").result(WAIT_S).entry == replace(entry(later, "8"), undone=True)
    assert history.latest(["a"]).result(WAIT_S)["a"].typed["main"].left == 99
    assert {each.amount for each in history.events().result(WAIT_S)} == {D("12.50"), D(99)}
    for id_ in ("e99", first.id):
        charges.undo(id_).result(WAIT_S)
    assert history.latest(["a"]).result(WAIT_S)["a"].typed == {}
    assert charges.undo("e99").result(WAIT_S).entry is None


def test_a_balance_typed_before_the_ledger_was_there_is_an_entry(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "history.sqlite3"
    connection = open_database(path, now, MIGRATIONS[:7]).connection
    connection.execute(
        "INSERT INTO typed (account, pool, at, amount_left, amount_limit, sum) VALUES ('a', 'm', 5, '7.5', NULL, 0)"
    )
    connection.close()
    history = History(path, now)
    (only,) = Charges(history.connections).entries("a").result(WAIT_S)
    history.close()
    assert (only.pool, only.amount, only.kind, only.undone) == ("m", D("7.5"), EntryKind.BALANCE, False)


def test_totals_are_exact_and_leave_out_what_was_undone(charges: Charges, now: datetime) -> None:
    tiny = "0.000000000000000000000000000001"
    for number in range(9):
        charge = begun(now + timedelta(hours=8 * number), f"c{number}", client="Nord" if number % 3 else "")
        charges.settle(booked(charge, tiny)).result(WAIT_S)
    charges.settle(replace(begun(now, "lost"), state=ChargeState.UNKNOWN)).result(WAIT_S)
    charges.undo("c8").result(WAIT_S)
    span = (now - timedelta(days=1), now + timedelta(days=9))
    clients = added_up(charges.tallies("a", span, "client").result(WAIT_S))
    assert [(each.key, each.amount, each.requests, each.unknown) for each in clients] == [
        ("", 3 * D(tiny), 3, 0),
        ("Nord", 5 * D(tiny), 6, 1),
    ]
    assert together(clients).amount == 8 * D(tiny)
    days = charges.tallies("a", span, "day").result(WAIT_S)
    assert [(day_named(each.key), each.requests) for each in added_up(days)] == [
        ("2026-11-21", 3),
        ("2026-11-22", 3),
        ("2026-11-23", 3),
    ]
    assert charges.tallies("b", span, "operation").result(WAIT_S) == ()


def test_what_was_foretold_stands_beside_what_was_charged(charges: Charges, history: History, now: datetime) -> None:
    for number, charged in enumerate(("1", "2", "1")):
        charges.settle(booked(begun(now, f"c{number}", items=2), charged)).result(WAIT_S)
    charges.settle(booked(begun(now, "priced"), "9", known=Known.PRICED)).result(WAIT_S)
    (told,) = history.counts.summed("a").result(WAIT_S).foretold
    assert (told.charges, told.items, told.expected, told.charged, told.off) == (3, 6, D("4.5"), 4, D("-0.5"))
    assert foretold(()) is None


def test_a_row_the_disk_changed_is_left_out_and_kept_aside(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "history.sqlite3"
    history = History(path, now)
    charges = Charges(history.connections)
    charges.book([booked(begun(now, f"c{each}"), "5") for each in range(3)]).result(WAIT_S)
    charges.add(entry(now, "8")).result(WAIT_S)
    history.close()
    assert not is_flawed(path)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE charge SET draws = '[[\"50\"]]' WHERE id = 'c1'")
    connection.execute("UPDATE entry SET amount = '80'")
    connection.commit()
    connection.close()
    assert is_flawed(path)
    history = History(path, now)
    charges = Charges(history.connections)
    assert [each.id for each in kept(charges)] == ["c0", "c2"]
    assert charges.entries("a").result(WAIT_S) == ()
    assert charges.settle(booked(begun(now, "c1"), "5")).result(WAIT_S).draws == (Draw(D(5)),)
    assert history.notice is not None
    history.close()
    assert not is_flawed(path)


def test_a_forgotten_account_leaves_no_charge_and_no_entry(charges: Charges, history: History, now: datetime) -> None:
    for account in ("a", "b"):
        charges.settle(booked(begun(now, account, account=account), "1")).result(WAIT_S)
        charges.add(entry(now, "8", id=f"e{account}", account=account)).result(WAIT_S)
    history.forget("a").result(WAIT_S)
    assert kept(charges) == []
    assert charges.entries("a").result(WAIT_S) == ()
    assert len(kept(charges, "b")) == len(charges.entries("b").result(WAIT_S)) == 1


def test_thinning_takes_no_charge(charges: Charges, history: History, now: datetime) -> None:
    charges.settle(booked(begun(now - timedelta(days=900)), "1")).result(WAIT_S)
    for day in range(3):
        history.thin(now + timedelta(days=day)).result(WAIT_S)
    assert len(kept(charges)) == 1


CHILD = """
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from creditdesk.core.charges import Charge, ChargeState, Draw
from creditdesk.store.charges import Charges
from creditdesk.store.history import History
from dataclasses import replace
history = History(Path(sys.argv[1]), datetime.now(UTC))
charges = Charges(history.connections)
for number in range(100000):
    charge = Charge(f"{sys.argv[2]}-{number}", "a", datetime.now(UTC))
    charges.begin(charge, sys.argv[2]).result(20)
    print("begun", charge.id, flush=True)
    charges.settle(replace(charge, draws=(Draw(Decimal(number)),), state=ChargeState.BOOKED)).result(20)
    print("settled", charge.id, flush=True)
"""


def test_two_processes_killed_at_any_moment_lose_nothing_that_was_begun(tmp_path: Path, now: datetime) -> None:
    path, chance = tmp_path / "history.sqlite3", random.Random(3)
    History(path, now).close()
    begun_ids, settled_ids = set(), set()
    for turn in range(KILLS):
        command = [sys.executable, "-c", CHILD, str(path)]
        children = [
            subprocess.Popen([*command, f"{turn}.{each}"], stdout=subprocess.PIPE, text=True) for each in range(2)
        ]
        lines = chance.randrange(1, 40)
        for child in children:
            assert child.stdout is not None
            told = [child.stdout.readline() for _ in range(lines)]
            child.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
            told += child.stdout.readlines()
            child.stdout.close()
            child.wait(20)
            for line in told:
                word, _, id_ = line.strip().partition(" ")
                {"begun": begun_ids, "settled": settled_ids, "": set()}[word].add(id_)
    history = History(path, now)
    charges = Charges(history.connections)
    charges.recover(datetime.now(now.tzinfo) + timedelta(days=1)).result(WAIT_S)
    found = {each.id: each for each in kept(charges)}
    history.close()
    assert history.notice is None
    assert begun_ids <= found.keys()
    assert all(found[each].state is ChargeState.BOOKED for each in settled_ids)
    assert all(each.state in (ChargeState.BOOKED, ChargeState.UNKNOWN) for each in found.values())
    assert os.path.exists(path)


def test_a_closed_ledger_says_so(tmp_path: Path, now: datetime) -> None:
    history = History(tmp_path / "history.sqlite3", now)
    charges = Charges(history.connections)
    history.close()
    with pytest.raises((RuntimeError, HistoryError)):
        charges.begin(begun(now)).result(WAIT_S)
