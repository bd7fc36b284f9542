"""One question to the sizer as the page asks it, its answer, and what follows when a way is chosen. No widgets."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from creditdesk.core.doubt import doubted
from creditdesk.core.learned import taught
from creditdesk.core.offers import Operation
from creditdesk.core.pricing import ZERO
from creditdesk.core.sizing import FactorError, size_parts
from creditdesk.core.verdict import Demand, Learned, Part, Probed, Verdict, VerdictKind, Why
from creditdesk.core.ways import Way, WayCase, WayKind, ways
from creditdesk.ui.board import Entry
from creditdesk.ui.sizer_engines import Engine

SENDS = frozenset({WayKind.ALL, WayKind.PART, WayKind.RESERVE, WayKind.LATER, WayKind.PILOT})
"""Ways that send the first items and change nothing else."""
CHANGES: frozenset[WayKind] = SENDS | {WayKind.FACTOR, WayKind.ROW}
"""Ways that the page itself carries out by asking another question."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: so many items of an operation for an account, with these factors, keeping this reserve.

    It is done `times` times, and `others` are done with the same items. `engines` are the rows whose number is a
    factor, `ask_over` what one import takes of a pool without asking, `probed` what the vendor told of the list,
    `learned` what imports of each operation really took; `by_price`: that is told, and does not count.
    """

    entry: Entry
    operation: Operation
    count: int
    now: datetime
    factors: Mapping[str, str] = field(default_factory=dict)
    reserve: Mapping[str, Decimal] = field(default_factory=dict)
    engines: tuple[Engine, ...] = ()
    times: int = 1
    others: tuple[Part, ...] = ()
    ask_over: Mapping[str, Decimal] = field(default_factory=dict)
    probed: Probed | None = None
    learned: Mapping[str, Learned] = field(default_factory=dict)
    by_price: bool = False

    @property
    def parts(self) -> tuple[Part, ...]:
        """All that is done with each item."""
        parts = (Part(self.operation, self.factors, self.times, self.probed), *self.others)
        return taught(parts, self.learned, self.by_price)

    def verdict(self, count: int | None = None) -> Verdict:
        """The verdict for this count (the whole list when None). Raises FactorError."""
        reading = self.entry.reading
        judged = size_parts(
            self.entry.definition,
            self.parts,
            self.count if count is None else count,
            reading.snapshot,
            reading.account.settings,
            self.reserve,
            self.now,
            self.ask_over,
        )
        return doubted(judged, reading)

    def ways(self, verdict: Verdict) -> tuple[Way, ...]:
        """What can be done; of the rows one could leave out only the last. Nothing while the reading is in doubt."""
        if verdict.why is Why.NOT_CURRENT:
            return ()
        rule = self.entry.definition.bulk(self.operation.id)
        reading = self.entry.reading
        case = WayCase(
            self.entry.definition,
            self.parts,
            self.count,
            reading.snapshot,
            reading.account.settings,
            self.reserve,
            self.now,
            len(self.engines),
            rule is not None and bool(rule.pause or rule.remove),
        )
        last = len(self.engines) - 1
        return tuple(way for way in ways(case) if way.kind is not WayKind.ROW or way.row == last)

    def by(self, way: Way) -> "Question":
        """The question that is left to ask when this way is chosen; the same for ways that change nothing here."""
        if way.kind not in CHANGES:
            return self
        engines = tuple(each for place, each in enumerate(self.engines) if place != way.row)
        parts = list(self.parts)
        if way.factors:
            changed = parts[way.part]
            parts[way.part] = replace(changed, factors={**changed.factors, **way.factors})
        others = tuple(parts[1:])
        return replace(self, count=way.items, factors=parts[0].factors, engines=engines, others=others)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page shows. `wrong` is a factor that is not allowed: then there is no verdict.

    `base` is what was asked, `question` what that is with the `chosen` way; without one both are the same. `plain` is
    the verdict without the chosen way.
    """

    question: Question
    verdict: Verdict | None = None
    wrong: FactorError | None = None
    ways: tuple[Way, ...] = ()
    chosen: Way | None = None
    base: Question | None = None
    plain: Verdict | None = None

    @property
    def free(self) -> bool:
        """Whether it is known to cost nothing."""
        return self.verdict is not None and is_free(self.question.operation, self.verdict)

    @property
    def taken(self) -> bool:
        """Whether the vendor would take it as it is asked."""
        return self.verdict is not None and self.verdict.kind in (VerdictKind.FITS, VerdictKind.THIN)

    @property
    def first(self) -> int:
        """How many of the first items fit now: by the chosen way, else by the first that sends some; 0 for none."""
        if self.chosen is not None:
            return self.chosen.items
        return next((way.items for way in self.ways if way.kind in SENDS - {WayKind.PILOT}), 0)


def ask(question: Question, chosen: str = "") -> Answer:
    """The answer to this question, with the way of this id where it is still there: O(pools x ways)."""
    try:
        verdict = question.verdict()
        found = question.ways(verdict)
        way = next((each for each in found if each.id == chosen and each.kind in CHANGES), None)
        if way is None:
            return Answer(question, verdict, ways=found, base=question, plain=verdict)
        then = question.by(way)
        return Answer(then, then.verdict(), ways=found, chosen=way, base=question, plain=verdict)
    except FactorError as wrong:
        return Answer(question, wrong=wrong, base=question)


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
