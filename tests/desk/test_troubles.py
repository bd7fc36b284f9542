"""What goes wrong has a name, keeps the last good number with its age, and never makes an old number look live."""

import time
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from tests.desk.world import READ, START, World, shows_the_old_number_as_old

from creditdesk.core.pools import STOPS_READING, Level, TroubleKind
from creditdesk.core.series import EventKind
from creditdesk.sandbox import FaultKind

DOWN, BAD = TroubleKind.VENDOR_DOWN, TroubleKind.BAD_ANSWER
FAULTS: list[tuple[FaultKind, dict[str, Any], TroubleKind]] = [
    (FaultKind.STATUS, {"status": 500}, DOWN),
    (FaultKind.STATUS, {"status": 502}, DOWN),
    (FaultKind.RESET, {"mode": "before"}, DOWN),
    (FaultKind.RESET, {"mode": "head"}, DOWN),
    (FaultKind.RESET, {"mode": "mid"}, DOWN),
    (FaultKind.TRUNCATED, {"mode": "transfer"}, DOWN),
    (FaultKind.TRUNCATED, {"mode": "chunked"}, DOWN),
    (FaultKind.TRUNCATED, {"mode": "body"}, BAD),
    (FaultKind.MANY_HEADERS, {"size": 2000}, DOWN),
    (FaultKind.THROTTLE, {}, TroubleKind.THROTTLED),
    (FaultKind.REJECT, {}, TroubleKind.KEY_REJECTED),
    (FaultKind.ERROR, {}, TroubleKind.EXHAUSTED),
    (FaultKind.HTML, {}, BAD),
    (FaultKind.WRONG_TYPES, {"mode": "bool"}, BAD),
    (FaultKind.WRONG_TYPES, {"mode": "object"}, BAD),
    (FaultKind.WRONG_TYPES, {"mode": "array"}, BAD),
    (FaultKind.NAN, {}, BAD),
    (FaultKind.NAN, {"mode": "Infinity"}, BAD),
    (FaultKind.NAN, {"mode": "1e400"}, BAD),
    (FaultKind.DUP_KEYS, {}, BAD),
    (FaultKind.DEEP, {}, BAD),
    (FaultKind.HUGE, {"size": 8_000_000}, BAD),
    (FaultKind.GZIP_BOMB, {"size": 20_000_000}, BAD),
    (FaultKind.EMPTY, {}, BAD),
    (FaultKind.REDIRECT, {}, BAD),
]
NAMES = [f"{kind}-{'-'.join(map(str, fields.values()))}" for kind, fields, _ in FAULTS]


@pytest.mark.parametrize(("kind", "fields", "expected"), FAULTS, ids=NAMES)
def test_every_fault_has_its_name_and_keeps_the_last_good_number(
    world: World, kind: FaultKind, fields: dict[str, Any], expected: TroubleKind
) -> None:
    for provider in READ:
        account = world.add(provider)
        before = world.snapshot(account)
        world.clock.move(minutes=10)
        world.fault(kind, provider, **fields)
        reading = world.read(account).reading
        assert reading.trouble is not None
        assert reading.trouble.kind is expected, provider
        shows_the_old_number_as_old(reading, before)
        assert world.key(provider) not in reading.trouble.message
        world.clear()
        world.clock.move(minutes=-10)
    if expected not in STOPS_READING:
        again = world.restart()
        assert [each.trouble.kind for each in again if each.trouble] == [expected] * 3
        for reading in again:
            shows_the_old_number_as_old(reading, reading.snapshot)


SLOW: list[tuple[FaultKind, dict[str, Any]]] = [
    (FaultKind.LATENCY, {"seconds": 20}),
    (FaultKind.DRIP, {"seconds": 0.05}),
    (FaultKind.DRIP, {"seconds": 0.05, "mode": "body"}),
    (FaultKind.HANG, {}),
    (FaultKind.HANG, {"mode": "head"}),
]


@pytest.mark.parametrize(("kind", "fields"), SLOW)
def test_an_answer_that_takes_too_long_is_given_up_at_the_deadline(
    world: World, kind: FaultKind, fields: dict[str, Any]
) -> None:
    account = world.add("ranktracker")
    before = world.snapshot(account)
    world.hasten(0.3)
    world.fault(kind, **fields)
    began = time.monotonic()
    trouble = world.trouble(account)
    assert time.monotonic() - began < 2
    assert trouble.kind is DOWN
    assert "within 0.3 s" in trouble.message
    shows_the_old_number_as_old(world.reading(account), before)


def test_odd_but_sound_answers_are_read_as_they_are(world: World) -> None:
    texts = {"mode": "string"}
    odd = [(provider, FaultKind.BOM, {}) for provider in READ]
    odd += [(provider, FaultKind.WRONG_TYPES, texts) for provider in ("ranktracker", "leadboxer")]
    for number, (provider, kind, fields) in enumerate(odd):
        account = world.add(provider, f"account {number}")
        before = world.snapshot(account)
        world.fault(kind, provider, **fields)
        assert world.snapshot(account) == before
        world.clear()


def test_what_another_client_uses_up_after_a_reading_is_seen_by_the_next(world: World) -> None:
    account = world.add("ranktracker")
    world.fault(FaultKind.CONSUME_BETWEEN, amounts={"keywords": 8}, times=1)
    assert world.snapshot(account).pools[0].left == 158
    assert world.snapshot(account).pools[0].left == 150


def test_no_access_is_not_a_wrong_key(world: World) -> None:
    account = world.add("ranktracker")
    world.set("ranktracker", api_enabled=False)
    assert world.trouble(account).kind is TroubleKind.NO_ACCESS
    other = world.add("leadboxer")
    world.fault(FaultKind.REJECT, "leadboxer", mode="no-access")
    assert world.trouble(other).kind is TroubleKind.NO_ACCESS


def test_a_vendor_that_is_not_there_is_no_network(world: World) -> None:
    account = world.add("ranktracker", base_url="http://127.0.0.1:9/ranktracker")
    assert world.trouble(account).kind is TroubleKind.NO_NETWORK


def test_a_good_answer_ends_the_trouble_and_both_ends_are_noted_once(world: World) -> None:
    account = world.add("ranktracker")
    world.fault(FaultKind.STATUS, status=500)
    for _ in range(5):
        world.trouble(account)
        world.clock.move(minutes=30)
    world.clear()
    assert world.snapshot(account).read_at == world.clock.now
    events = world.desk.tools.history.events().result()
    kinds = [event.kind for event in events if event.kind is not EventKind.ALERT]
    assert kinds == [EventKind.RECOVERED, EventKind.TROUBLE, EventKind.ADDED]


def test_a_trouble_says_since_when_it_lasts_also_after_a_restart(world: World) -> None:
    account = world.add("ranktracker")
    world.fault(FaultKind.STATUS, status=500)
    for _ in range(3):
        assert world.trouble(account).since == START
        world.clock.move(minutes=30)
    (reading,) = world.restart()
    assert reading.trouble is not None
    assert reading.trouble.since == START


def test_an_old_good_number_goes_stale_without_any_trouble(world: World) -> None:
    account = world.add("ranktracker")
    world.snapshot(account)
    world.clock.move(minutes=15)
    assert not world.reading(account).stale
    world.clock.move(seconds=1)
    reading = world.reading(account)
    assert reading.stale
    assert reading.level is Level.NOT_READ
    assert reading.snapshot is not None


@pytest.mark.parametrize("provider", READ)
def test_a_rejected_key_is_not_tried_again_until_the_user_acts(world: World, provider: str) -> None:
    account = world.add(provider)
    world.set(provider, revoked=True)
    assert world.trouble(account).kind is TroubleKind.KEY_REJECTED
    for days in range(3):
        world.clock.move(days=days)
        assert world.reading(account).due_at is None
    (reading,) = world.restart()
    assert reading.due_at is None
    assert world.requests(provider) == 1
    world.set(provider, revoked=False)
    world.snapshot(account)  # an explicit refresh asks at once
    assert world.reading(account).due_at is not None


def test_a_new_key_is_tried_and_another_account_never_stopped(world: World) -> None:
    account, other = world.add("ranktracker", key="tkn_usr_wrong"), world.add("leadboxer")
    assert world.trouble(account).kind is TroubleKind.KEY_REJECTED
    world.snapshot(other)
    assert world.reading(other).due_at is not None
    world.run(world.desk.registry.change(account, {"key": world.key("ranktracker")}))
    assert world.reading(account).due_at == world.clock.now
    world.snapshot(account)


WAITS = [
    (43, "body or header", 43),
    ("90", "a number as text", 90),
    (format_datetime(START + timedelta(seconds=600), usegmt=True), "a date", 600),
    ("315360000", "ten years", 315_360_000),
]


@pytest.mark.parametrize(("wait", "_what", "seconds"), WAITS, ids=[what for _, what, _ in WAITS])
@pytest.mark.parametrize(("provider", "mode"), [("ranktracker", ""), ("leadboxer", "header"), ("capsolver", "")])
def test_a_retry_after_holds_back_even_an_explicit_refresh_and_across_a_restart(
    world: World, provider: str, mode: str, wait: int | str, _what: str, seconds: int
) -> None:
    account = world.add(provider)
    world.snapshot(account)
    world.fault(FaultKind.THROTTLE, provider, retry_after=wait, mode=mode)
    trouble = world.trouble(account)
    until = START + timedelta(seconds=seconds)
    assert (trouble.kind, trouble.retry_at, trouble.vendor_asked) == (TroubleKind.THROTTLED, until, True)
    world.clear()
    asked = world.requests(provider)
    held = min(seconds, 86_400)  # for a day even against the user; the desk by itself waits as long as it was asked to
    world.clock.move(seconds=held - 1)
    assert world.read(account).reading.trouble == trouble
    (reading,) = world.restart()
    assert reading.trouble == trouble
    assert reading.due_at is not None
    assert reading.due_at >= until
    assert world.read(account).reading.trouble == trouble
    assert world.requests(provider) == asked
    world.clock.move(seconds=1)
    world.snapshot(account)


def test_a_wait_told_in_the_body_is_kept_like_one_in_the_header(world: World) -> None:
    account = world.add("leadboxer")
    world.fault(FaultKind.THROTTLE, "leadboxer", retry_after=43)
    trouble = world.trouble(account)
    assert (trouble.retry_at, trouble.vendor_asked) == (START + timedelta(seconds=43), True)


@pytest.mark.parametrize("wait", ["garbage", "-5", "NaN"])
def test_a_retry_after_that_says_nothing_leaves_the_desks_own_wait(world: World, wait: str) -> None:
    account = world.add("ranktracker")
    world.fault(FaultKind.THROTTLE, retry_after=wait)
    trouble = world.trouble(account)
    assert not trouble.vendor_asked
    assert trouble.retry_at == world.reading(account).due_at
    world.trouble(account)
    assert world.requests("ranktracker") == 2


def test_a_vendor_that_is_down_may_ask_for_a_wait_too(world: World) -> None:
    account = world.add("capsolver")
    world.fault(FaultKind.STATUS, status=502, retry_after=120)
    trouble = world.trouble(account)
    assert (trouble.kind, trouble.retry_at) == (TroubleKind.VENDOR_DOWN, START + timedelta(seconds=120))


def waits(world: World, account_id: str) -> timedelta:
    due = world.desk.reader.reading(world.desk.tools.chosen.account(account_id)).due_at
    assert due is not None
    return due - world.clock.now


def test_waits_grow_with_failures_and_a_restart_does_not_shorten_them(world: World) -> None:
    account = world.add("ranktracker", interval_s=60)
    world.fault(FaultKind.STATUS, status=500)
    seen = []
    for _ in range(6):
        trouble = world.trouble(account)
        wait = waits(world, account.id)
        assert trouble.retry_at == world.clock.now + wait
        (reading,) = world.restart()
        assert reading.due_at == world.clock.now + wait
        assert reading.trouble == trouble
        seen.append(wait.total_seconds())
        world.clock.now += wait
    assert seen == [120, 240, 480, 960, 1800, 1800]


def test_an_explicit_refresh_asks_at_once_while_backing_off(world: World) -> None:
    account = world.add("ranktracker")
    world.fault(FaultKind.STATUS, status=500, times=3)
    for _ in range(3):
        world.trouble(account)
    world.snapshot(account)
    assert waits(world, account.id) < timedelta(minutes=6)


@pytest.mark.parametrize(("code", "minutes"), [("ERROR_KEY_TEMP_BLOCKED", 5), ("ERROR_IP_BANNED", 30)])
def test_a_ban_whose_length_is_documented_is_waited_out(world: World, code: str, minutes: int) -> None:
    account = world.add("capsolver", interval_s=60)
    world.fault(FaultKind.ERROR, mode=code, times=1)
    trouble = world.trouble(account)
    until: datetime = START + timedelta(minutes=minutes)
    assert (trouble.kind, trouble.vendor_asked) == (TroubleKind.THROTTLED, False)
    assert trouble.retry_at == world.reading(account).due_at
    assert trouble.retry_at is not None
    assert trouble.retry_at >= until
    (reading,) = world.restart()
    assert reading.due_at == trouble.retry_at
    world.snapshot(account)  # the user may ask all the same


def test_a_bad_file_of_authorities_is_a_trouble_and_no_crash(world: World) -> None:
    account = world.add("ranktracker")
    world.desk.tools.chosen.change_settings(lambda settings: replace(settings, ca_file="/nowhere/ca.pem"))
    assert world.trouble(account).kind is TroubleKind.NO_NETWORK
    world.desk.tools.chosen.change_settings(lambda settings: replace(settings, ca_file=""))
    world.snapshot(account)
