"""A6: which copies of the history are kept, against a slow model that looks at one period after the other."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from creditdesk.core.keeping import due, kept

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TAKEN = st.lists(
    st.integers(0, 500 * 24 * 4).map(lambda quarters: NOW - timedelta(minutes=15 * quarters)), max_size=120
)


def slowly(taken: list[datetime], breaks: list[datetime]) -> set[datetime]:
    """Walk back day by day, week by week and month by month; keep the newest of each until there are enough."""
    found: set[datetime] = set()
    for name, most in (("%Y-%m-%d", 12), ("%G-%V", 10), ("%Y-%m", 9)):
        periods = sorted({at.strftime(name) for at in taken}, reverse=True)[:most]
        found |= {max(at for at in taken if at.strftime(name) == each) for each in periods}
    for each in breaks:
        before = [at for at in taken if at <= each]
        found |= {max(before)} if before else set()
    return found


@settings(max_examples=300, deadline=None)
@given(TAKEN, st.lists(st.integers(0, 48_000), max_size=3))
def test_what_is_kept_is_what_the_slow_model_keeps(taken: list[datetime], back: list[int]) -> None:
    breaks = [NOW - timedelta(minutes=15 * each) for each in back]
    assert kept(taken, breaks) == slowly(taken, breaks)


@settings(max_examples=200, deadline=None)
@given(TAKEN)
def test_thinning_after_each_copy_keeps_the_same_as_thinning_once(taken: list[datetime]) -> None:
    left: frozenset[datetime] = frozenset()
    for at in sorted(taken):
        left = kept({*left, at})
        assert at in left
        assert len(left) <= 12 + 10 + 9
    assert left == kept(taken)


def test_two_years_of_copies_every_half_hour_leave_days_weeks_and_months() -> None:
    taken = [NOW - timedelta(minutes=30 * number) for number in range(2 * 365 * 48)]
    days = sorted(kept(taken), reverse=True)
    assert days[0] == NOW
    assert [each.date() for each in days[:12]] == [(NOW - timedelta(days=back)).date() for back in range(12)]
    assert days[-1].date() == datetime(2026, 3, 31).date()
    assert len(days) < 31


def test_a_copy_is_due_half_an_hour_after_the_newest_or_when_the_clock_went_back() -> None:
    assert due(NOW, None)
    assert not due(NOW, NOW)
    assert not due(NOW, NOW - timedelta(minutes=29, seconds=59))
    assert due(NOW, NOW - timedelta(minutes=30))
    assert due(NOW, NOW + timedelta(days=400))
