"""A history of half an hour has a scale too, and places that come free are not said to be used."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from creditdesk.core.series import Event, EventKind
from creditdesk.ui import event_words
from creditdesk.ui.chart_ticks import time_ticks

NOW = datetime(2026, 11, 21, 10, 7, 30, tzinfo=UTC)


def test_half_an_hour_has_minutes_on_its_scale() -> None:
    ticks = time_ticks(NOW, NOW + timedelta(minutes=34), 8)
    assert 4 <= len(ticks) <= 8
    assert all(NOW <= at <= NOW + timedelta(minutes=34) for at, _ in ticks)
    assert {words[-1] for _, words in ticks} <= {"0", "5"}
    assert len(time_ticks(NOW, NOW + timedelta(seconds=20), 8)) <= 1


def test_places_that_come_free_are_not_said_to_be_used() -> None:
    used = Event(NOW, "t", EventKind.USED, "keywords", Decimal(-940), "keywords")
    freed = Event(NOW, "t", EventKind.USED, "keywords", Decimal(165), "keywords")
    assert event_words.what(used, labels={"keywords": "Keywords"}) == "Keywords used"
    assert event_words.what(freed, labels={"keywords": "Keywords"}) == "Keywords came free"
