"""Amounts, ages, days, names and remedies are said plainly and never lie."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk.core.definition import Definition
from creditdesk.core.offers import Fact
from creditdesk.core.pools import Account, Level, Pool, PoolKind, RunOut, Source, Trouble, TroubleKind
from creditdesk.core.settings import Settings
from creditdesk.core.totals import Total
from creditdesk.ui import outlook, words
from creditdesk.ui.totals_words import totals_line

NOW = datetime(2025, 11, 21, 9, 14, tzinfo=UTC)
VENDOR = Definition("ranktracker", "Ranktracker", Fact(NOW.date(), "made up"))


@pytest.fixture(autouse=True)
def greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Days are said in the user's zone: here UTC."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        ("358", "keywords", "358 keywords"),
        ("1", "credits", "1 credit"),
        ("1", "searches", "1 search"),
        ("1234567", "credits", "1,234,567 credits"),
        ("12.50", "credits", "12.5 credits"),
        ("1E+3", "", "1,000"),
        ("3.18", "USD", "$3.18"),
        ("3.1", "USD", "$3.10"),
        ("3", "EUR", "€3.00"),
        ("0.0008", "USD", "$0.0008"),
        ("-3", "USD", "−$3.00"),
        ("1500", "JPY", "¥1,500"),
        ("3000", "PKR", "PKR 3,000.00"),
        ("-12", "rows", "−12 rows"),
        ("0", "credits", "0 credits"),
    ],
)
def test_an_amount_has_grouping_and_its_unit(value: str, unit: str, said: str) -> None:
    assert words.amount(Decimal(value), unit) == said


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_no_digit_that_matters_is_lost(value: Decimal) -> None:
    for unit in ("", "USD"):
        read = words.number(value, unit).replace(",", "").replace("$", "").replace("−", "-")
        assert Decimal(read) == value


def test_unknown_is_never_zero() -> None:
    assert words.amount(None, "credits") == "unknown"
    assert words.left_of(Pool("a", "A", PoolKind.WALLET, "credits")) == "unknown"


def test_a_hidden_amount_shows_no_digit() -> None:
    pool = Pool("a", "A", PoolKind.SLOTS, "keywords", left=Decimal(358), limit=Decimal(1000))
    assert words.left_of(pool, hide=True) == "••• of ••• left"
    assert words.amount(Decimal(3), "USD", hide=True) == "•••"
    assert words.signed(Decimal(3), hide=True) == "•••"


@pytest.mark.parametrize(
    ("left", "limit", "used", "said"),
    [
        (358, 1000, 642, "358 of 1,000 left"),
        (-12, 500, 512, "−12 of 500 left"),
        (1100, 1000, None, "1,100 of 1,000 left"),
        (20, None, None, "20 left"),
        (None, None, 120, "120 used"),
        (None, 500, 120, "120 of 500 used"),
    ],
)
def test_what_is_left_is_said_as_it_is(left, limit, used, said: str) -> None:
    amounts = [None if value is None else Decimal(value) for value in (left, limit, used)]
    pool = Pool("a", "A", PoolKind.ALLOWANCE, "credits", *amounts)
    assert words.left_of(pool) == said


def test_a_change_has_its_sign() -> None:
    assert [words.signed(Decimal(value)) for value in (-40, 468, 0)] == ["−40", "+468", "0"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-60, "just now"),
        (59, "just now"),
        (60, "1 min ago"),
        (3599, "59 min ago"),
        (3600, "1 h ago"),
        (47 * 3600, "47 h ago"),
        (3 * 86400, "3 d ago"),
    ],
)
def test_an_age_is_said_in_its_largest_unit(seconds: int, said: str) -> None:
    assert words.age(NOW - timedelta(seconds=seconds), NOW) == said


def test_an_account_never_read_says_so() -> None:
    assert words.age(None, NOW) == "never read"


def test_days_are_short_and_get_a_year_only_far_away() -> None:
    assert words.day(datetime(2025, 11, 27, tzinfo=UTC)) == "Thu 27 Nov"
    assert words.short_day(datetime(2026, 1, 9, tzinfo=UTC), NOW) == "9 Jan"
    assert words.short_day(datetime(2027, 1, 9, tzinfo=UTC), NOW) == "9 Jan 2027"
    assert words.moment(NOW - timedelta(hours=2), NOW) == "Today 07:14"
    assert words.moment(NOW - timedelta(hours=2), NOW, inside=True) == "today 07:14"
    assert words.moment(NOW - timedelta(days=2), NOW, inside=True) == "Wed 19 Nov 09:14"
    assert words.moment(NOW - timedelta(hours=20), NOW) == "Yesterday 13:14"
    assert words.moment(NOW - timedelta(days=2), NOW) == "Wed 19 Nov 09:14"


def test_a_day_is_said_in_the_zone_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    assert words.day(datetime(2025, 12, 1, tzinfo=UTC)) == "Sun 30 Nov"


def test_levels_and_sources_have_one_word_each() -> None:
    assert [words.level_word(level) for level in Level] == ["Good", "Low", "Critical", "Used up", "Not read"]
    assert [words.source_word(source) for source in Source] == ["", "counted", "estimated", "by hand"]


@pytest.mark.parametrize("kind", TroubleKind)
def test_every_trouble_says_what_why_and_what_to_do(kind: TroubleKind) -> None:
    remedy = words.remedy(Trouble(kind, ""))
    assert remedy.title
    assert remedy.why.endswith(".")
    assert remedy.button_label
    assert remedy.action is not words.Action.WAIT


def test_a_trouble_with_its_own_sentence_keeps_it() -> None:
    assert words.remedy(Trouble(TroubleKind.BAD_ANSWER, "The answer is HTML")).why == "The answer is HTML."


def test_there_is_no_button_while_the_vendor_asked_to_wait() -> None:
    trouble = Trouble(TroubleKind.THROTTLED, "Slow down.", NOW + timedelta(minutes=4), vendor_asked=True)
    remedy = words.remedy(trouble)
    assert (remedy.button_label, remedy.action) == ("", words.Action.WAIT)
    assert words.next_try(trouble, NOW) == "The vendor asked to wait. Next try in 4 min."


def test_a_rejected_key_is_not_tried_again() -> None:
    trouble = Trouble(TroubleKind.KEY_REJECTED, "", NOW + timedelta(minutes=4))
    assert "in 4 min" not in words.next_try(trouble, NOW)


@pytest.mark.parametrize(
    ("name", "whole", "sub"),
    [
        ("Agency", "Ranktracker · Agency", "Agency"),
        ("Ranktracker", "Ranktracker", ""),
        ("ranktracker", "Ranktracker", ""),
        ("Ranktracker Personal", "Ranktracker · Personal", "Personal"),
    ],
)
def test_a_name_never_says_the_vendor_twice(name: str, whole: str, sub: str) -> None:
    account = Account("1", name, "ranktracker")
    assert words.account_name(account, VENDOR) == whole
    assert words.sub_name(account, VENDOR) == sub


def test_a_hidden_name_leaves_only_the_vendor() -> None:
    account = Account("1", "Big Client Ltd", "ranktracker")
    assert words.account_name(account, VENDOR, hide=True) == "Ranktracker · •••"


@pytest.mark.parametrize(
    ("days", "said"), [(0.2, "today"), (1.1, "tomorrow"), (6, "Thu 27 Nov"), (49, "9 Jan"), (500, "5 Apr 2027")]
)
def test_a_run_out_is_said_roughly(days: float, said: str) -> None:
    assert outlook.about(NOW + timedelta(days=days), NOW) == said


def test_slots_are_said_to_be_full_and_never_to_reset() -> None:
    slots = Pool("keywords", "Keywords", PoolKind.SLOTS, "keywords", resets_at=NOW + timedelta(days=3))
    at = NOW + timedelta(days=49)
    run_out = RunOut("keywords", at, at, None, Decimal(7))
    assert outlook.run_out_line(run_out, slots, NOW) == "keywords full about 9 Jan"
    assert outlook.reset_line(slots, NOW) == ""


def test_an_assumed_reset_says_so() -> None:
    at = datetime(2025, 12, 1, tzinfo=UTC)
    pool = Pool("monthly", "Monthly", PoolKind.ALLOWANCE, "credits", resets_at=at)
    assert outlook.reset_line(pool, NOW) == "resets 1 Dec"
    assumed = Pool("monthly", "Monthly", PoolKind.ALLOWANCE, "credits", resets_at=at, reset_assumed=True)
    assert outlook.reset_line(assumed, NOW) == "resets 1 Dec, assumed"


def test_a_range_may_have_no_end() -> None:
    low = datetime(2025, 11, 25, tzinfo=UTC)
    high = datetime(2025, 12, 1, tzinfo=UTC)
    assert outlook.range_line(RunOut("a", low, low, high, Decimal(1)), NOW) == "8 in 10 times between 25 Nov and 1 Dec"
    assert "maybe never" in outlook.range_line(RunOut("a", low, low, None, Decimal(1)), NOW)


@pytest.mark.parametrize(
    ("unit", "said"),
    [("credits", "1 credit"), ("queries", "1 query"), ("boxes", "1 box"), ("searches", "1 search"), ("rows", "1 row")],
)
def test_one_is_said_in_the_singular(unit: str, said: str) -> None:
    assert words.amount(Decimal(1), unit) == said
    assert words.count(1, unit) == said
    assert words.count(2, unit) == f"2 {unit}"


def test_a_total_counts_its_accounts_in_the_plural() -> None:
    total = Total("tracker", "credits", "", "", Decimal(1), 2, 0)
    assert totals_line([total], [], Settings()) == "tracker: 1 credit left in 2 accounts"
