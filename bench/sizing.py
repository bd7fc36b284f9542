"""A verdict for a million items on four search engines, worked out anew, beside the bare product of their numbers."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

from bench.figures import Figure
from creditdesk.core.pools import Account, Custody, Level, Pool, PoolKind, Reading, Snapshot, Source
from creditdesk.core.sizing import size_parts
from creditdesk.core.verdict import Part
from creditdesk.core.ways import WayCase, ways
from creditdesk.paths import resources
from creditdesk.providers.catalogue import Catalogue
from creditdesk.ui.board import Entry
from creditdesk.ui.sizer_case import Question, ask

RUNS = 200
ITEMS = 1_000_000


def measure(runs: int = RUNS, items: int = ITEMS) -> list[Figure]:
    """The median of so many verdicts, as the sizer page asks for them, and of as many products."""
    words = [f"keyword {number}" for number in range(items)]
    question = _question(len(words))
    case = _case(question)
    return [
        Figure("sizing: len(list) * 4", 1000 * _median(lambda: len(words) * 4, runs), "ms"),
        Figure("sizing: the verdict alone", 1000 * _median(lambda: _verdict(case), runs), "ms"),
        Figure("sizing: verdict and ways", 1000 * _median(lambda: (_verdict(case), ways(case)), runs), "ms", "<= 16"),
        Figure(f"sizing: {items:,} items x 4 engines", 1000 * _median(lambda: ask(question), runs), "ms", "<= 16"),
    ]


def _median(work: Callable[[], object], runs: int) -> float:
    took = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        took.append(time.perf_counter() - begun)
    return statistics.median(took)


def _case(question: Question) -> WayCase:
    """The question as the ways are asked: refused, with a reserve, four rows, and rows to pause: all of them apply."""
    reading, definition = question.entry.reading, question.entry.definition
    parts = (Part(question.operation, question.factors),)
    reserve = {"keywords": Decimal(100_000)}
    return WayCase(definition, parts, question.count, reading.snapshot, {}, reserve, question.now, 4, True)


def _verdict(case: WayCase) -> object:
    return size_parts(case.definition, case.parts, case.count, case.snapshot, {}, case.reserve, case.now)


def _question(items: int) -> Question:
    now = datetime.now(UTC)
    definition = Catalogue(resources() / "providers").get("ranktracker")
    operation = next(each for each in definition.operations if each.id == "track-keywords")
    pools = tuple(
        Pool(name, name, PoolKind.SLOTS, name, Decimal(left), Decimal(5_000_000), Decimal(5_000_000 - left))
        for name, left in (("keywords", 1_200_000), ("data-rows", 4_600_000))
    )
    account = Account("a", "Bench", "ranktracker", Custody.SESSION)
    reading = Reading(account, Snapshot(now, Source.LIVE, pools), None, Level.GOOD)
    return Question(Entry(reading, definition), operation, items, now, {"engines": "4"})
