"""One question to the sizer as the page asks it, its answer, and what of the list fits. No widgets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from creditdesk.core.doubt import doubted
from creditdesk.core.offers import Operation
from creditdesk.core.pricing import ZERO
from creditdesk.core.sizing import Demand, FactorError, Verdict, VerdictKind, Why, size
from creditdesk.ui.board import Entry
from creditdesk.ui.nouns import counted, many


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: so many items of an operation for an account, with these factors, keeping this reserve."""

    entry: Entry
    operation: Operation
    count: int
    now: datetime
    factors: Mapping[str, str] = field(default_factory=dict)
    reserve: Mapping[str, Decimal] = field(default_factory=dict)

    def verdict(self, count: int | None = None, reserve: bool = True) -> Verdict:
        """The verdict for this count (the whole list when None). Raises FactorError."""
        reading = self.entry.reading
        judged = size(
            self.entry.definition,
            self.operation,
            self.count if count is None else count,
            self.factors,
            reading.snapshot,
            reading.account.settings,
            self.reserve if reserve else {},
            self.now,
        )
        return doubted(judged, reading)


@dataclass(frozen=True, slots=True)
class Way:
    """A way to send: `count` items now. `needs` and `left_after` are of the binding pool; `text` says what is done."""

    id: str
    text: str
    count: int
    pool: str
    unit: str
    needs: tuple[Decimal, Decimal | None]
    left_after: Decimal | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page shows. `wrong` is a factor that is not allowed: then there is no verdict."""

    question: Question
    verdict: Verdict | None = None
    wrong: FactorError | None = None
    ways: tuple[Way, ...] = ()

    @property
    def free(self) -> bool:
        """Whether it is known to cost nothing."""
        return self.verdict is not None and is_free(self.question.operation, self.verdict)


def ask(question: Question) -> Answer:
    """The answer to this question: O(pools), and a few times that for the part that keeps the reserve."""
    try:
        verdict = question.verdict()
    except FactorError as wrong:
        return Answer(question, wrong=wrong)
    return Answer(question, verdict, ways=_ways(question, verdict))


def is_free(operation: Operation, verdict: Verdict) -> bool:
    """Whether an operation costs nothing, as its vendor lists it."""
    nothing = all(price.low == 0 and price.high == 0 and price.minimum == 0 for price in operation.prices)
    return bool(operation.prices) and nothing and verdict.kind is VerdictKind.FITS


def drains(operation: Operation) -> bool:
    """Whether the pools are emptied in turn, so that what they hold adds up."""
    return not any(price.draw == "each" for price in operation.prices)


def binding(verdict: Verdict) -> Demand | None:
    """The pool the verdict hangs on: the one that binds, else the one with the least left afterwards."""
    named = next((demand for demand in verdict.demands if demand.pool == verdict.binding_pool), None)
    if named is not None:
        return named
    known = [demand for demand in verdict.demands if demand.left is not None]
    return min(known, key=lambda each: after(each) or ZERO, default=None)


def after(demand: Demand) -> Decimal | None:
    """What is surely left of a pool afterwards; None when that cannot be told."""
    if demand.left is None or demand.needs_high is None:
        return None
    return demand.left - demand.needs_high


def total_needs(operation: Operation, verdict: Verdict) -> tuple[Decimal, Decimal | None]:
    """What the import needs: of pools emptied in turn the sum, else what each of them gives."""
    if not verdict.demands:
        return ZERO, ZERO
    if not drains(operation):
        return verdict.demands[0].needs_low, verdict.demands[0].needs_high
    highs = [demand.needs_high for demand in verdict.demands]
    low = sum((demand.needs_low for demand in verdict.demands), ZERO)
    return low, None if None in highs else sum((high for high in highs if high is not None), ZERO)


def total_left(operation: Operation, verdict: Verdict) -> tuple[Decimal | None, str, str]:
    """(what is surely left afterwards, its unit, whose it is); of pools emptied in turn the sum."""
    chosen = binding(verdict)
    if chosen is None:
        return None, "", ""
    if not drains(operation) or len(verdict.demands) == 1:
        return after(chosen), chosen.unit, chosen.label
    parts = [after(demand) for demand in verdict.demands]
    whole = None if None in parts else sum((part for part in parts if part is not None), ZERO)
    return whole, chosen.unit, chosen.unit.capitalize()


def _ways(question: Question, verdict: Verdict) -> tuple[Way, ...]:
    """The whole list where it is taken, else the largest part that fits; and the part that keeps the reserve."""
    item, count = many(question.operation.item), question.count
    if not count:
        return ()
    found: list[Way] = []
    taken = verdict.kind in (VerdictKind.FITS, VerdictKind.THIN)
    if taken:
        found.append(_way(question, "all", f"Send all {counted(count, item)}", count))
    fits = verdict.fits_items
    if fits and fits < count:
        when = "without overage, " if verdict.why is Why.OVERAGE else ""
        found.append(_way(question, "part", _part_words(fits, count, item, when), fits))
    if question.reserve and verdict.kind is not VerdictKind.FITS:
        kept = _keeping_reserve(question, min(count, fits if fits is not None else count))
        if kept and kept not in [way.count for way in found]:
            words = _part_words(kept, count, item, "the reserve stays, ")
            found.append(_way(question, "reserve", words, kept))
    return tuple(found)


def _part_words(fits: int, count: int, item: str, how: str) -> str:
    return f"Send the first {counted(fits, item)} now, {how}keep {count - fits:,} for later"


def _way(question: Question, way_id: str, text: str, count: int) -> Way:
    verdict = question.verdict(count)
    left, unit, label = total_left(question.operation, verdict)
    return Way(way_id, text, count, label, unit, total_needs(question.operation, verdict), left)


def _keeping_reserve(question: Question, most: int) -> int:
    """The largest count up to `most` that fits and leaves the reserve untouched, found by halving."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if question.verdict(middle).kind is VerdictKind.FITS:
            low = middle
        else:
            high = middle - 1
    return low
