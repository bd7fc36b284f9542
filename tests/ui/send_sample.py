"""A made-up import in every state, and a vendor whose lists can be sent, for the tests of the sending."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from tests.ui.sizer_sample import FACT, NOW, TRACKER, tracker

from creditdesk.core.bulk import BulkRule, ListRule, RowRule
from creditdesk.core.keywords import clean
from creditdesk.core.requests import RequestRule
from creditdesk.core.sending import Batch, BatchState, Place, Sending, Tracked
from creditdesk.ui.board import Entry

ASK = RequestRule("r", "https://api.example.com/v1/domains")
FIELDS = ("name", "location", "language", "device")
ROW = RowRule("data", "id", "word", {name: name for name in FIELDS})
RULE = BulkRule(
    "track-keywords",
    FACT,
    "domain",
    ListRule(ASK, RowRule("data", "id", "name")),
    ListRule(ASK, ROW),
    ASK,
    ROW,
    rows="engines",
    row_fields=FIELDS,
    pause=ASK,
    resume=ASK,
    remove=ASK,
)
HOME = Place("d1", "northlight.example")
AWAY = Place("d2", "harbour.example")
ITEMS = clean(f"word {number}" for number in range(250))


def sender(keywords: str = "358") -> Entry:
    """An account whose lists can be sent."""
    entry = tracker(keywords=keywords)
    operation = replace(TRACKER.operations[0], repeats="What happens to repeats is not documented.")
    return replace(entry, definition=replace(TRACKER, bulks=(RULE,), operations=(operation,)))


def sending(*states: BatchState, **more: object) -> Sending:
    """An import of 100 items a batch, whose batches are in these states."""
    batches = tuple(
        Batch(number, 100 * (number - 1), 100, state, NOW - timedelta(minutes=3), None, None, "the connection was lost")
        for number, state in enumerate(states, 1)
    )
    made = Sending("s1", "t", "track-keywords", HOME, 100 * len(states), 100, NOW - timedelta(minutes=5))
    expected = {"keywords": Decimal(100 * len(states))}
    return replace(made, batches=batches, file="spring.csv", expected=expected, **more)  # type: ignore[arg-type]


def rows(count: int, dated: bool = True) -> tuple[Tracked, ...]:
    """Tracked rows, the last one the oldest, every tenth one paused."""
    where = {"name": "google", "location": "United States", "language": "en", "device": "desktop"}
    return tuple(
        Tracked(
            f"k{number}",
            f"word {number}",
            where,
            number % 10 != 9,
            NOW - timedelta(days=number) if dated else None,
            Decimal(number) if number % 2 else None,
        )
        for number in range(count)
    )
