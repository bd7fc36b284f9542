"""A key that ends soon is told of once, and a new key ends it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from creditdesk.core.alerts import judge
from creditdesk.core.pools import Pool, PoolKind, Snapshot, Source
from creditdesk.core.rules import RuleKind, Rules
from creditdesk.core.series import Episode
from creditdesk.core.watching import Look, watch

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
POOL = Pool("units", "Units", PoolKind.ALLOWANCE, "units", Decimal(5), Decimal(10))


def look(days: float | None, now: datetime = NOW) -> Look:
    ends = None if days is None else NOW + timedelta(days=days)
    return Look(Snapshot(now, Source.LIVE, (POOL,), key_expires_at=ends), None, True, fresh=True)


def told(episodes: tuple[Episode, ...], days: float | None, now: datetime = NOW) -> tuple[Episode, ...]:
    """The open episodes after a look, the new ones with an id."""
    decision = judge("a", episodes, watch(look(days, now), Rules(), frozenset(), now), now)
    kept = tuple(each for each in episodes if each.id not in {over.id for over in decision.cleared})
    return (*kept, *(replace(each, id=number + 10) for number, each in enumerate(decision.new)))


def test_a_key_that_ends_within_a_week_is_told_once() -> None:
    assert told((), 8) == ()
    (first,) = told((), 6.5)
    assert (first.rule, first.pool) == (RuleKind.KEY_EXPIRES.value, "")
    later = NOW + timedelta(days=1)
    assert told((first,), 6.5, later) == (first,)


def test_a_new_key_ends_the_warning_whether_its_end_is_told_or_not() -> None:
    (first,) = told((), 3)
    assert told((first,), 365) == ()
    assert told((first,), None) == ()


def test_a_key_that_is_over_is_warned_of_too() -> None:
    (first,) = told((), -1)
    assert first.numbers
