"""The rules beside how much is left: keys, silence, expiry, refills, odd days; and rules that are off."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.desk_facts import NOW, D, pool, snapshot, vendor

from creditdesk.core.alerts import HOLD, Decision, Stage, judge, refilled_at, stage
from creditdesk.core.levels import Evidence, Finding, assess
from creditdesk.core.pools import Level, PoolKind, RunOut, Snapshot, Source, Thresholds, Trouble, TroubleKind
from creditdesk.core.rules import OF_STOCK, OFF_AT_FIRST, RuleKind, Rules, off_for
from creditdesk.core.series import PENDING, RECOVERING, Episode, Point, Series
from creditdesk.core.settings import Settings
from creditdesk.core.unusual import unusual
from creditdesk.core.watching import Look, unread, watch

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVERY = frozenset[RuleKind]()
DEFINITION = vendor(drain=(), pools=())
HELD = snapshot(pool("balance", 50))


class Watch:
    """One account's episodes, with ids, as the desk keeps them."""

    def __init__(self) -> None:
        self.episodes: list[Episode] = []
        self.count = 0

    def see(self, findings: Iterable[Finding], now: datetime, off: frozenset[RuleKind] = EVERY) -> Decision:
        decision = judge("a", self.episodes, tuple(findings), now, off)
        gone = {each.id for each in (*decision.cleared, *decision.changed)}
        kept = [each for each in self.episodes if each.id not in gone]
        changed = [each for each in decision.changed if each not in decision.new]
        fresh = (*decision.new, *decision.quiet, *changed)
        self.episodes = [*kept, *map(self._numbered, fresh)]
        return decision

    def told(self, findings: Iterable[Finding], now: datetime) -> list[str]:
        return [each.rule for each in self.see(findings, now).new]

    def _numbered(self, episode: Episode) -> Episode:
        self.count += not episode.id
        return episode if episode.id else replace(episode, id=self.count)


def look(trouble: TroubleKind | None = None, **more: object) -> Look:
    made = Trouble(trouble, "No.", since=NOW - DAY) if trouble is not None else None
    return replace(Look(HELD, made, True, fresh=made is None), **more)


def found(seen: Look, rule: RuleKind, now: datetime = NOW, rules: Rules | None = None) -> list[Finding]:
    return [each for each in watch(seen, rules or Rules(), EVERY, now) if each.rule is rule]


# ---- keys


def test_a_rejected_key_is_told_once_and_only_an_answer_of_the_vendor_clears_it() -> None:
    desk = Watch()
    rejected = found(look(TroubleKind.KEY_REJECTED), RuleKind.KEY_REJECTED)
    assert desk.told(rejected, NOW) == ["key-rejected"]
    assert json.loads(desk.episodes[0].numbers) == {"trouble": "key_rejected", "since": "2026-11-20T12:00:00Z"}
    for silent in (look(TroubleKind.NO_NETWORK), look(TroubleKind.VENDOR_DOWN), look(fresh=False)):
        assert desk.see(found(silent, RuleKind.KEY_REJECTED), NOW) == Decision()
    assert desk.told(rejected, NOW) == []
    assert desk.see(found(look(TroubleKind.EXHAUSTED), RuleKind.KEY_REJECTED), NOW).cleared
    assert desk.told(rejected, NOW) == ["key-rejected"]
    assert desk.see(found(look(), RuleKind.KEY_REJECTED), NOW).cleared
    assert desk.episodes == []


def test_an_account_that_is_no_longer_asked_has_no_rejected_key_and_is_not_unread() -> None:
    by_hand = look(TroubleKind.KEY_REJECTED, asks=False)
    assert {each.level for each in watch(by_hand, Rules(), EVERY, NOW + 90 * DAY)} == {Level.GOOD}


# ---- silence


def test_silence_is_told_when_it_lasts_over_two_looks_and_ends_with_a_reading() -> None:
    desk, down = Watch(), look(TroubleKind.VENDOR_DOWN, fresh=False)

    def unread_at(now: datetime) -> tuple[Finding, ...]:
        return unread(down, Rules(), EVERY, now)

    assert desk.see(unread_at(NOW + 24 * HOUR), NOW + 24 * HOUR) == Decision()
    first = NOW + 24 * HOUR + HOUR / 12
    assert desk.told(unread_at(first), first) == []
    assert [each.state for each in desk.episodes] == [PENDING]
    assert stage("not-read", "", desk.episodes, unread_at(first)) is Stage.PENDING
    assert desk.told(unread_at(first + HOLD / 2), first + HOLD / 2) == []
    assert desk.told(unread_at(first + HOLD), first + HOLD) == ["not-read"]
    assert stage("not-read", "", desk.episodes, unread_at(first + HOLD)) is Stage.LOW
    assert desk.told(unread_at(first + 5 * DAY), first + 5 * DAY) == []
    back = desk.see(unread_at(NOW), NOW)  # the clock was put back: no reading was made
    assert (back.new, back.cleared) == ((), ())
    later = first + 6 * DAY
    read = look(snapshot=replace(HELD, read_at=later))
    assert len(desk.see(found(read, RuleKind.NOT_READ, later), later).cleared) == 1


@pytest.mark.parametrize("year", [1970, 2025, 2027, 2099])
@pytest.mark.promise("G2", "warnings at 4 wrong years")
def test_a_clock_that_jumps_before_the_next_reading_tells_nothing(year: int) -> None:
    """Promise G2: what was seen at the wrong time is pending, and the first reading ends it."""
    desk, odd = Watch(), NOW.replace(year=year)
    assert desk.told(unread(look(), Rules(), EVERY, odd), odd) == []
    read = look(snapshot=replace(HELD, read_at=odd))
    assert desk.told(found(read, RuleKind.NOT_READ, odd), odd) == []
    assert desk.told(found(look(), RuleKind.NOT_READ, NOW), NOW) == []
    assert desk.episodes == []


def test_of_a_rejected_key_the_silence_is_not_told_too_unless_that_rule_is_off() -> None:
    rejected = look(TroubleKind.KEY_REJECTED)
    later = NOW + 30 * DAY
    assert found(rejected, RuleKind.NOT_READ, later) == []
    alone = unread(rejected, Rules(), frozenset({RuleKind.KEY_REJECTED}), later)
    assert [each.level for each in alone] == [Level.LOW]


def test_what_was_never_read_is_counted_from_its_first_trouble() -> None:
    never = look(TroubleKind.NO_NETWORK, snapshot=None)
    assert [each.level for each in found(never, RuleKind.NOT_READ, NOW)] == [Level.GOOD]
    assert [each.level for each in found(never, RuleKind.NOT_READ, NOW + HOUR)] == [Level.LOW]


# ---- expiry


def test_a_package_that_expires_with_something_in_it_is_told_once_and_its_successor_too() -> None:
    desk = Watch()

    def package(days: float, left: int, key: str = "package:1") -> list[Finding]:
        held = snapshot(pool(key, left, PoolKind.PACKAGE, expires_at=NOW + days * DAY))
        return found(look(snapshot=held), RuleKind.EXPIRES)

    assert desk.told(package(7.1, 10), NOW) == []
    assert desk.told(package(6.9, 10), NOW) == ["expires"]
    told = json.loads(desk.episodes[0].numbers)
    assert told == {"left": "10", "unit": "credits", "at": "2026-11-28T09:36:00Z", "days": "7"}
    assert desk.told(package(6.9, 9), NOW) == []
    assert desk.see(package(7.5, 9), NOW).cleared == ()  # not yet a tenth clear
    assert len(desk.see(package(7.8, 9), NOW).cleared) == 1
    assert desk.told(package(1, 0), NOW) == []
    assert desk.told(package(1, 5), NOW) == ["expires"]
    assert desk.told([*package(1, 5), *package(2, 5, "package:2")], NOW) == ["expires"]
    stock = assess(Evidence(DEFINITION, HELD), Thresholds(), Settings(), NOW)
    assert len(desk.see(stock, NOW).cleared) == 2  # they are gone


# ---- refills


def refilled(before: Snapshot, after: Snapshot) -> list[tuple[str, str, str]]:
    news = found(look(snapshot=after, before=before), RuleKind.REFILLED)
    return [(each.pool, dict(each.numbers)["how"], dict(each.numbers)["by"]) for each in news]


def test_a_refill_is_news_that_tells_reset_from_top_up() -> None:
    ends = NOW - HOUR
    month = snapshot(pool("monthly", 5, PoolKind.ALLOWANCE, resets_at=ends), pool("wallet", 10), at=NOW - 2 * HOUR)
    after = snapshot(pool("monthly", 100, PoolKind.ALLOWANCE, resets_at=ends + 30 * DAY), pool("wallet", 60))
    assert refilled(month, after) == [("monthly", "reset", "95"), ("wallet", "top-up", "50")]
    assert refilled(after, after) == []
    assert refilled(after, month) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (pool("slots", 5, PoolKind.SLOTS), pool("slots", 50, PoolKind.SLOTS)),
        (pool("rate", 5, PoolKind.RATE), pool("rate", 50, PoolKind.RATE)),
        (pool("wallet", 100), pool("wallet", 105)),
        (pool("wallet", None), pool("wallet", 105)),
        (pool("other", 1), pool("wallet", 105)),
    ],
)
def test_freed_slots_rates_refunds_and_what_was_unknown_are_no_refill(before: object, after: object) -> None:
    assert refilled(snapshot(before), snapshot(after)) == []  # type: ignore[arg-type]


def test_a_new_package_is_a_top_up_and_numbers_by_hand_are_none() -> None:
    bought = snapshot(pool("package:2", 500, PoolKind.PACKAGE))
    assert refilled(HELD, bought) == [("package:2", "top-up", "500")]
    assert refilled(HELD, replace(bought, source=Source.BY_HAND)) == []


def test_news_is_told_once_and_waits_a_day_to_be_heard() -> None:
    desk = Watch()
    news = found(look(snapshot=snapshot(pool("wallet", 60)), before=snapshot(pool("wallet", 1))), RuleKind.REFILLED)
    assert desk.told(news, NOW) == ["refilled"]
    assert desk.episodes[0].level is Level.GOOD
    assert desk.told(news, NOW) == []
    assert desk.see(assess(Evidence(DEFINITION, HELD), Thresholds(), Settings(), NOW), NOW) == Decision()
    assert desk.see((), NOW + DAY) == Decision()
    assert len(desk.see((), NOW + DAY + HOUR).cleared) == 1  # nobody was there to hear it


# ---- odd days


def weeks(count: int, a_day: int, today: int, odd: dict[int, int] | None = None) -> Series:
    """A wallet of which `a_day` is used evenly from 8 to 18 UTC on each of the last days; `today` by noon."""
    points, left = [], D(100_000)
    for days in range(count * 7, -1, -1):
        morning = (NOW - days * DAY).replace(hour=8)
        used = (odd or {}).get(days, a_day) if days else today * 5 // 2
        for hour in range(11 if days else 5):
            at = morning + hour * HOUR
            points.append(Point(at, at, left - used * hour // 10, None, None, Source.LIVE))
        left = points[-1].left or left
    return Series("a", "wallet", "Wallet", PoolKind.WALLET, "credits", tuple(points))


def odd_day(series: Series, **rules: Decimal) -> list[Level]:
    changed = replace(Rules(unusual_least_percent=D(1)), **rules)
    return [each.level for each in unusual([series], changed, NOW, UTC)]


def test_today_against_the_same_day_of_other_weeks_by_this_hour() -> None:
    assert odd_day(weeks(5, 1000, 400)) == [Level.GOOD]
    assert odd_day(weeks(5, 1000, 1100)) == [Level.GOOD]
    assert odd_day(weeks(5, 1000, 1300)) == [Level.LOW]
    assert odd_day(weeks(5, 1000, 1300), unusual_times=D(4)) == [Level.GOOD]
    assert odd_day(weeks(5, 1000, 1300), unusual_least_percent=D(5)) == [Level.GOOD]


def test_one_import_some_weeks_ago_makes_no_habit_and_hides_nothing() -> None:
    assert odd_day(weeks(5, 1000, 1300, {14: 30_000})) == [Level.LOW]


def test_under_three_weeks_nothing_is_said() -> None:
    assert odd_day(weeks(2, 1000, 9000)) == []
    assert odd_day(weeks(4, 1000, 9000)) == [Level.LOW]


def test_use_on_a_day_that_is_always_idle_is_odd_when_it_is_much() -> None:
    idle = {days: 0 for days in range(7, 36, 7)}
    assert odd_day(weeks(5, 1000, 1500, idle)) == [Level.LOW]
    assert odd_day(weeks(5, 1000, 300, idle)) == [Level.GOOD]


def test_an_odd_day_is_pending_first_and_over_with_the_day() -> None:
    desk, series, rules = Watch(), weeks(5, 1000, 2000), Rules(unusual_least_percent=D(1))
    odd = unusual([series], rules, NOW, UTC)
    assert desk.told(odd, NOW) == []
    assert desk.told(odd, NOW + HOLD) == ["unusual"]
    told = json.loads(desk.episodes[0].numbers)
    assert (told["unit"], told["times"]) == ("credits", "3")
    assert float(told["used"]) > 4 * float(told["usual"])
    tomorrow = NOW + DAY
    assert len(desk.see(unusual([series], rules, tomorrow, UTC), tomorrow).cleared) == 1


# ---- rules that are off


def run_out(**more: object) -> RunOut:
    return replace(RunOut("balance", NOW + 12 * HOUR, NOW + 6 * HOUR, NOW + DAY, D(10)), **more)


def stock(off: frozenset[RuleKind], *pools: object, run_outs: tuple[RunOut, ...] = ()) -> list[tuple[str, Level]]:
    evidence = Evidence(DEFINITION, snapshot(*pools), run_outs=run_outs, off=off)  # type: ignore[arg-type]
    return [(each.rule.value, each.level) for each in assess(evidence, Thresholds(), Settings(), NOW)]


def test_each_rule_of_stock_can_be_off_and_the_others_still_speak() -> None:
    wallet = pool("balance", 3, limit=D(100))
    plain_wallet, soon = pool("balance", 300), (run_out(),)
    level, runs_out = frozenset({RuleKind.LEVEL}), frozenset({RuleKind.RUNS_OUT})
    assert stock(EVERY, plain_wallet, run_outs=soon) == [("runs-out", Level.CRITICAL)]
    assert stock(runs_out, plain_wallet, run_outs=soon) == [("level", Level.GOOD)]
    assert stock(EVERY, wallet) == [("level", Level.CRITICAL)]
    assert stock(level, wallet) == [("level", Level.GOOD)]
    slots = pool("rows", 0, PoolKind.SLOTS, limit=D(100))
    assert stock(EVERY, slots) == [("slots-full", Level.EXHAUSTED)]
    assert stock(frozenset({RuleKind.SLOTS_FULL}), slots) == [("level", Level.CRITICAL)]
    assert stock(frozenset({RuleKind.SLOTS_FULL, RuleKind.LEVEL}), slots) == [("level", Level.NOT_READ)]
    spend = pool("spend", -1, PoolKind.SPEND, limit=D(100), used=D(101))
    assert stock(EVERY, spend) == [("budget", Level.EXHAUSTED)]
    assert stock(frozenset({RuleKind.BUDGET}), spend) == [("level", Level.CRITICAL)]


def test_a_forecast_that_is_not_sure_warns_only_where_its_late_end_is_soon() -> None:
    wallet = pool("balance", 300)
    rough = run_out(sure="rough", high=NOW + 60 * DAY)
    assert stock(EVERY, wallet, run_outs=(rough,)) == [("level", Level.GOOD)]
    assert stock(EVERY, wallet, run_outs=(replace(rough, high=None),)) == [("level", Level.GOOD)]
    month = pool("balance", 90, PoolKind.ALLOWANCE, limit=D(100), resets_at=NOW + 9 * DAY)
    before = run_out(at=NOW + 2 * DAY, before_reset=True)
    assert stock(EVERY, month, run_outs=(before,)) == [("runs-out", Level.LOW)]
    assert stock(EVERY, month, run_outs=(replace(before, sure="rough"),)) == [("level", Level.GOOD)]


def test_full_slots_are_armed_again_well_clear_only_with_the_levels_rule_off() -> None:
    desk, off = Watch(), frozenset({RuleKind.LEVEL})

    def slots(left: int) -> tuple[Finding, ...]:
        held = snapshot(pool("rows", left, PoolKind.SLOTS, limit=D(100)))
        return assess(Evidence(DEFINITION, held, off=off), Thresholds(), Settings(), NOW)

    assert [desk.told(slots(left), NOW) for left in (0, 1, 0, 5, 0, 6, 0)] == [
        *(["slots-full"], [], [], [], [], [], ["slots-full"]),
    ]


def test_the_rules_of_stock_cover_each_other_and_other_rules_do_not() -> None:
    desk = Watch()
    held = snapshot(pool("balance", 10, limit=D(100), expires_at=NOW + DAY))
    evidence = Evidence(DEFINITION, held, run_outs=(run_out(at=NOW + 5 * DAY),))
    findings = (*assess(evidence, Thresholds(), Settings(), NOW), *watch(look(snapshot=held), Rules(), EVERY, NOW))
    assert desk.told(findings, NOW) == ["level", "expires"]
    assert desk.told(findings, NOW) == []


def test_what_is_open_of_a_rule_is_closed_when_the_rule_is_switched_off() -> None:
    desk = Watch()
    low = assess(Evidence(DEFINITION, snapshot(pool("balance", 10, limit=D(100)))), Thresholds(), Settings(), NOW)
    desk.see(low, NOW)
    assert len(desk.see((), NOW, frozenset({RuleKind.LEVEL})).cleared) == 1


def test_better_but_not_clear_is_recovering_and_back_again() -> None:
    desk = Watch()

    def at(left: int) -> tuple[Finding, ...]:
        held = snapshot(pool("balance", left, limit=D(100)))
        return assess(Evidence(DEFINITION, held), Thresholds(), Settings(), NOW)

    def see(left: int) -> tuple[Stage, list[str]]:
        desk.see(at(left), NOW)
        return stage("level", "balance", desk.episodes, at(left)), [each.state for each in desk.episodes]

    assert see(19) == (Stage.LOW, [""])
    assert see(21) == (Stage.RECOVERING, [RECOVERING])
    assert see(18) == (Stage.LOW, [""])
    assert see(4)[0] is Stage.CRITICAL
    assert see(50) == (Stage.OK, [])
    assert stage("level", "balance", desk.episodes, ()) is Stage.NO_DATA


def test_the_desks_rules_and_the_accounts_add_up() -> None:
    assert off_for(Rules(), ("level",)) == OFF_AT_FIRST | {RuleKind.LEVEL}
    assert off_for(Rules(off=EVERY), ()) == EVERY
    assert RuleKind.REFILLED not in OF_STOCK


@given(st.sets(st.sampled_from(RuleKind)))
def test_no_rule_that_is_off_ever_speaks(off: set[RuleKind]) -> None:
    held = snapshot(
        pool("balance", 0, limit=D(100), expires_at=NOW + DAY),
        pool("rows", 0, PoolKind.SLOTS, limit=D(10)),
        pool("spend", -5, PoolKind.SPEND, limit=D(10), used=D(15)),
    )
    before = snapshot(pool("balance", 0), pool("package:1", 0, PoolKind.PACKAGE))
    seen = Look(held, None, True, fresh=True, before=before)
    evidence = Evidence(DEFINITION, held, run_outs=(run_out(),), off=frozenset(off))
    told = assess(evidence, Thresholds(), Settings(), NOW)
    told += watch(seen, Rules(), frozenset(off), NOW + 9 * DAY)
    assert not {each.rule for each in told if each.level.severity > 1 or each.rule is RuleKind.REFILLED} & off


# ---- snooze until the reset


def test_until_the_reset_is_the_next_one_of_what_the_warning_is_about() -> None:
    soon, late = NOW + DAY, NOW + 9 * DAY
    held = snapshot(
        pool("monthly", 1, PoolKind.ALLOWANCE, resets_at=late),
        pool("rows", 1, PoolKind.SLOTS),
        pool("calls", 1, PoolKind.ALLOWANCE, resets_at=soon, unit="calls"),
        pool("old", 1, PoolKind.ALLOWANCE, resets_at=NOW - DAY),
    )
    definition = vendor(pools=())
    ends = {each: refilled_at(held, definition, each, NOW) for each in ("monthly", "rows", "total:credits", "", "old")}
    assert ends == {"monthly": late, "rows": None, "total:credits": late, "": soon, "old": None}
    assert refilled_at(None, definition, "monthly", NOW) is None
