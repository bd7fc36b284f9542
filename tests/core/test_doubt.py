"""A verdict stands only while the reading under it speaks for the account."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from creditdesk.core.doubt import doubted
from creditdesk.core.pools import Account, Level, Reading, Trouble, TroubleKind
from creditdesk.core.verdict import Demand, Verdict, VerdictKind, Why

COST = Demand("monthly", "Monthly", "credits", Decimal(5), Decimal(5), Decimal(9), None, Decimal(0))
FREE = Demand("monthly", "Monthly", "credits", Decimal(0), Decimal(0), Decimal(9), None, Decimal(0))
REFUSING = [TroubleKind.EXHAUSTED, TroubleKind.KEY_REJECTED, TroubleKind.NO_ACCESS]
PASSING = [TroubleKind.THROTTLED, TroubleKind.VENDOR_DOWN, TroubleKind.NO_NETWORK, TroubleKind.NO_KEY]


def reading(trouble: TroubleKind | None = None, stale: bool = False) -> Reading:
    said = Trouble(trouble, "It failed.", datetime(2026, 11, 21, tzinfo=UTC)) if trouble else None
    return Reading(Account("a", "A", "vendor"), None, said, Level.NOT_READ, stale)


@pytest.mark.parametrize("kind", [VerdictKind.FITS, VerdictKind.THIN, VerdictKind.REFUSED])
def test_an_old_reading_settles_nothing(kind: VerdictKind) -> None:
    found = doubted(Verdict(kind, (COST,)), reading(stale=True))
    assert (found.kind, found.why) == (VerdictKind.UNKNOWN, Why.NOT_CURRENT)


@pytest.mark.parametrize("trouble", REFUSING)
def test_after_a_refusal_nothing_fits_for_certain_and_a_refusal_stays_one(trouble: TroubleKind) -> None:
    assert doubted(Verdict(VerdictKind.FITS, (COST,)), reading(trouble)).kind is VerdictKind.UNKNOWN
    refused = Verdict(VerdictKind.REFUSED, (COST,), why=Why.SHORT)
    assert doubted(refused, reading(trouble)) == refused


@pytest.mark.parametrize("trouble", [None, *PASSING])
def test_a_passing_trouble_beside_a_fresh_reading_changes_nothing(trouble: TroubleKind | None) -> None:
    verdict = Verdict(VerdictKind.FITS, (COST,))
    assert doubted(verdict, reading(trouble)) == verdict


def test_what_costs_nothing_is_not_doubted() -> None:
    verdict = Verdict(VerdictKind.FITS, (FREE,))
    assert doubted(verdict, reading(TroubleKind.KEY_REJECTED, stale=True)) == verdict
