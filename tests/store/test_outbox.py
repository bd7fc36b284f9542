"""The outbox: a step that was not written was not taken, and one process's step is never taken by another one."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from creditdesk.core.sending import Batch, BatchState, Outcome, OutcomeKind, Place, Sending, Stop, concluded, split
from creditdesk.store.history import History, HistoryError
from creditdesk.store.lock import LockBusy
from creditdesk.store.outbox import Outbox

ITEMS = tuple(f"wörd {number}" for number in range(7))
LINES = tuple(range(3, 10))


def sending(now: datetime, sending_id: str = "s1", account: str = "a1", **changes: object) -> Sending:
    plain: dict[str, object] = {
        "rows": ({"device": "desktop"}, {"device": "mobile"}),
        "factors": {"engines": "2"},
        "file": "list.csv",
        "plan": "f" * 64,
        "expected": {"keywords": Decimal("14.50")},
        "batches": split(len(ITEMS), 3),
        "confirmed": True,
        "base_url": "http://127.0.0.1:8",
        "provider": "vendor",
    }
    place = Place("p1", "a.example")
    return Sending(sending_id, account, "track", place, len(ITEMS), 3, now, **{**plain, **changes})  # type: ignore[arg-type]


@pytest.fixture
def outbox(history: History, now: datetime) -> Outbox:
    opened = Outbox(history.connections)
    opened.add(sending(now), ITEMS, LINES).result(10)
    return opened


def ready(outbox: Outbox) -> None:
    """The place was listed: now it may be sent."""
    assert outbox.keep_baseline("s1", {"old"}).result(10)


def state(outbox: Outbox, number: int) -> BatchState:
    found = outbox.kept.load("s1").result(10)
    assert found is not None
    batch = found.batch(number)
    assert batch is not None
    return batch.state


def test_a_sending_comes_back_as_it_was_written(outbox: Outbox, now: datetime) -> None:
    assert outbox.kept.load("s1").result(10) == sending(now)
    assert outbox.kept.load("other").result(10) is None
    assert outbox.kept.items("s1").result(10) == tuple(zip(LINES, ITEMS, strict=True))
    assert outbox.kept.items("s1", 3).result(10) == ((9, "wörd 6"),)


def test_a_plan_is_begun_once_whoever_comes_second(outbox: Outbox, now: datetime) -> None:
    assert not outbox.add(sending(now, "s2"), ITEMS, LINES).result(10)
    assert [each.id for each in outbox.kept.sendings().result(10)] == ["s1"]
    assert outbox.add(sending(now, "s3", "a2"), ITEMS, LINES).result(10)  # another account's


def test_sendings_are_listed_newest_first_by_account(outbox: Outbox, now: datetime) -> None:
    outbox.add(sending(now + timedelta(hours=1), "s2", "a2"), ITEMS, LINES).result(10)
    outbox.add(replace(sending(now + timedelta(hours=2), "s3"), plan="2" * 64), ITEMS, LINES).result(10)
    assert [each.id for each in outbox.kept.sendings().result(10)] == ["s3", "s2", "s1"]
    assert [each.id for each in outbox.kept.sendings("a1").result(10)] == ["s3", "s1"]


def test_nothing_may_be_sent_before_the_place_was_listed(outbox: Outbox, now: datetime) -> None:
    assert outbox.kept.baseline("s1").result(10) is None
    assert not outbox.begin("s1", 1, now).result(10)
    ready(outbox)
    assert outbox.begin("s1", 1, now).result(10)


def test_the_first_baseline_and_the_first_reading_stay(outbox: Outbox) -> None:
    assert outbox.keep_baseline("s1", ["b", "a"]).result(10)
    assert not outbox.keep_baseline("s1", ["c"]).result(10)
    assert outbox.kept.baseline("s1").result(10) == {"a", "b"}
    assert outbox.keep_before("s1", {"keywords": Decimal("1.50")}).result(10)
    assert not outbox.keep_before("s1", {"keywords": Decimal(9)}).result(10)
    assert outbox.kept.before("s1").result(10) == {"keywords": Decimal("1.50")}


def test_a_place_without_rows_was_listed_all_the_same(outbox: Outbox) -> None:
    assert outbox.keep_baseline("s1", ()).result(10)
    assert outbox.kept.baseline("s1").result(10) == frozenset()


def test_a_batch_is_begun_once(outbox: Outbox, now: datetime) -> None:
    ready(outbox)
    assert outbox.begin("s1", 1, now).result(10)
    assert not outbox.begin("s1", 1, now).result(10)
    assert not outbox.begin("s1", 9, now).result(10)
    assert not outbox.begin("other", 1, now).result(10)
    found = outbox.kept.load("s1").result(10)
    assert found is not None
    assert found.batches[0] == Batch(1, 0, 3, BatchState.SENDING, now, tries=1)


@pytest.mark.parametrize("stop", [Stop.PAUSED, Stop.CANCELLED, Stop.OVER_QUOTA])
def test_nothing_of_a_sending_that_stands_still_is_begun(outbox: Outbox, now: datetime, stop: Stop) -> None:
    ready(outbox)
    outbox.stop("s1", stop, "why", now).result(10)
    assert not outbox.begin("s1", 1, now).result(10)
    found = outbox.kept.load("s1").result(10)
    assert found is not None
    assert (found.stop, found.stop_detail, found.retry_at) == (stop, "why", now)


def test_a_cancelled_sending_never_goes_on(outbox: Outbox, now: datetime) -> None:
    ready(outbox)
    assert outbox.begin("s1", 1, now).result(10)
    assert outbox.cancel("s1").result(10) == 2
    assert not outbox.stop("s1", Stop.NONE).result(10)
    assert [state(outbox, number) for number in (1, 2, 3)] == ["sending", "cancelled", "cancelled"]
    assert not outbox.begin("s1", 2, now).result(10)


def test_an_outcome_is_taken_only_from_the_state_it_belongs_to(outbox: Outbox, now: datetime) -> None:
    ready(outbox)
    outbox.begin("s1", 1, now).result(10)
    begun = Batch(1, 0, 3, BatchState.SENDING, now, tries=1)
    done = concluded(begun, Outcome(OutcomeKind.ACCEPTED, "fine", 201, None, 6), now)
    assert not outbox.conclude("s1", done, BatchState.UNKNOWN).result(10)
    assert outbox.conclude("s1", done, BatchState.SENDING).result(10)
    assert not outbox.conclude("s1", done, BatchState.SENDING).result(10)
    found = outbox.kept.load("s1").result(10)
    assert found is not None
    assert found.batches[0] == Batch(1, 0, 3, BatchState.ACCEPTED, now, now, 201, "fine", tries=1)


def test_what_a_process_left_on_its_way_is_unknown(outbox: Outbox, now: datetime) -> None:
    ready(outbox)
    outbox.begin("s1", 2, now).result(10)
    assert outbox.kept.caught().result(10) == ("a1",)
    assert outbox.recover("a2", now).result(10) == 0
    assert outbox.recover("a1", now + timedelta(seconds=9)).result(10) == 1
    assert outbox.kept.caught().result(10) == ()
    found = outbox.kept.load("s1").result(10)
    assert found is not None
    batch = found.batches[1]
    assert (batch.state, batch.sent_at, batch.ended_at) == (BatchState.UNKNOWN, now, now + timedelta(seconds=9))
    assert found.summary == {"accepted": 0, "refused": 0, "unknown": 3, "not_sent": 4}


def test_the_items_that_may_have_been_sent_to_a_place_are_known(outbox: Outbox, now: datetime) -> None:
    ready(outbox)
    outbox.begin("s1", 1, now).result(10)
    outbox.begin("s1", 3, now).result(10)
    assert outbox.kept.unsettled("a1", "track", "p1").result(10) == {"s1": (*ITEMS[:3], "wörd 6")}
    assert outbox.kept.unsettled("a1", "track", "p2").result(10) == {}
    assert outbox.kept.unsettled("a2", "track", "p1").result(10) == {}


@pytest.mark.parametrize(("status", "after"), [(402, "planned"), (403, "planned"), (422, "refused"), (404, "refused")])
def test_only_what_was_refused_for_quota_or_key_is_planned_again(
    outbox: Outbox, now: datetime, status: int, after: str
) -> None:
    ready(outbox)
    outbox.begin("s1", 1, now).result(10)
    begun = Batch(1, 0, 3, BatchState.SENDING, now, tries=1)
    outbox.conclude("s1", concluded(begun, Outcome(OutcomeKind.REFUSED, "no", status), now), BatchState.SENDING).result(
        10
    )
    assert outbox.replan("s1").result(10) == int(after == "planned")
    assert state(outbox, 1) == after


def test_what_it_really_cost_is_kept(outbox: Outbox, now: datetime) -> None:
    outbox.close("s1", {"keywords": Decimal(14), "data-rows": Decimal("-1")}, now).result(10)
    found = outbox.kept.load("s1").result(10)
    assert found is not None
    assert (found.spent, found.ended_at) == ({"keywords": Decimal(14), "data-rows": Decimal(-1)}, now)


def test_to_forget_an_account_forgets_what_it_sent(outbox: Outbox, history: History) -> None:
    history.forget("a1").result(10)
    assert outbox.kept.sendings().result(10) == ()
    assert outbox.kept.items("s1").result(10) == ()


def test_an_account_sends_in_one_process_at_a_time(outbox: Outbox, history: History) -> None:
    first, second, other = outbox.lock("a1"), Outbox(history.connections).lock("a1"), outbox.lock("a2")
    assert first is not None and second is not None and other is not None
    with first.hold():
        with pytest.raises(LockBusy), second.hold():
            pass
        with other.hold():
            pass
    with second.hold():
        pass


def test_a_history_in_memory_has_no_outbox_to_rely_on(now: datetime) -> None:
    history = History(None, now)
    outbox = Outbox(history.connections)
    assert not outbox.durable
    assert outbox.lock("a1") is None
    history.close()


def test_a_file_that_was_replaced_meanwhile_lets_nothing_be_sent(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "history.sqlite3"
    history = History(path, now)
    outbox = Outbox(history.connections)
    outbox.add(sending(now), ITEMS, LINES).result(10)
    ready(outbox)
    for ending in ("", "-wal", "-shm"):
        os.rename(f"{path}{ending}", f"{path}.aside{ending}")
    assert not outbox.begin("s1", 1, now).result(10)
    history.close()


def test_a_file_that_cannot_be_written_lets_nothing_be_sent(outbox: Outbox, history: History, now: datetime) -> None:
    ready(outbox)
    history.connections.write(lambda connection: connection.execute("PRAGMA query_only = 1")).result(10)
    with pytest.raises(HistoryError):
        outbox.begin("s1", 1, now).result(10)
    assert state(outbox, 1) is BatchState.PLANNED


BEGINNER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from creditdesk.store.history import History
from creditdesk.store.outbox import Outbox
now = datetime(2026, 11, 21, tzinfo=UTC)
outbox = Outbox(History(Path(sys.argv[1]), now).connections)
for number in range(1, 4):
    print(number, outbox.begin("s1", number, now).result(), flush=True)
"""


def test_two_processes_never_begin_the_same_batch(outbox: Outbox, history: History, tmp_path: Path) -> None:
    ready(outbox)
    path = tmp_path / "desk" / "history.sqlite3"
    two = [subprocess.Popen([sys.executable, "-c", BEGINNER, str(path)], stdout=subprocess.PIPE) for _ in range(2)]
    said = [line for child in two for line in child.communicate(timeout=60)[0].decode().splitlines()]
    assert sorted(said) == sorted(f"{number} {won}" for number in (1, 2, 3) for won in (True, False))


def test_a_step_that_was_acknowledged_outlives_a_kill(outbox: Outbox, history: History, tmp_path: Path) -> None:
    ready(outbox)
    path = tmp_path / "desk" / "history.sqlite3"
    child = subprocess.Popen([sys.executable, "-c", BEGINNER, str(path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"1 True\n"
    child.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
    child.wait(20)
    child.stdout.close()
    assert state(outbox, 1) is BatchState.SENDING
