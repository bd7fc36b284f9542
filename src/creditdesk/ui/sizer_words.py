"""What the sizer says: the verdict as a sentence, a line for each pool, the count, the list, the age of the reading."""

from dataclasses import dataclass
from decimal import Decimal

from creditdesk.core.factors import allowed_values
from creditdesk.core.offers import Factor, Operation
from creditdesk.core.pools import Level, PoolKind
from creditdesk.core.pricing import ZERO
from creditdesk.core.sizing import Demand, Verdict, VerdictKind, Why
from creditdesk.ui import words
from creditdesk.ui.nouns import counted
from creditdesk.ui.sizer_case import Answer, after, binding, drains, is_free, total_left, total_needs

LEVELS = {
    VerdictKind.FITS: Level.GOOD,
    VerdictKind.THIN: Level.LOW,
    VerdictKind.REFUSED: Level.CRITICAL,
    VerdictKind.UNKNOWN: Level.NOT_READ,
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A verdict in words, with the level whose shape and colour it has."""

    level: Level
    headline: str
    detail: str


@dataclass(frozen=True, slots=True)
class PoolLine:
    """A pool's line over its bar: a figure in the colour `tone`, and the quiet rest."""

    label: str
    figure: str
    tone: str
    rest: str

    @property
    def said(self) -> str:
        """The line as a sentence."""
        return f"{self.label}: {self.figure}, {self.rest}"


def sentence(answer: Answer, hide: bool = False) -> Sentence:
    """The verdict in words."""
    operation, verdict = answer.question.operation, answer.verdict
    if answer.wrong is not None:
        label = _label(operation, answer.wrong.factor)
        return Sentence(Level.NOT_READ, f"Cannot tell yet: {label} cannot be this", f"Allowed: {answer.wrong.allowed}.")
    if verdict is None:
        return Sentence(Level.NOT_READ, "Cannot tell", "")
    level = LEVELS[verdict.kind]
    if verdict.kind is VerdictKind.FITS:
        return Sentence(level, *_fits(answer, verdict, hide))
    if verdict.kind is VerdictKind.THIN:
        return Sentence(level, *_thin(answer, verdict, hide))
    if verdict.kind is VerdictKind.REFUSED:
        return Sentence(level, *_refused(answer, verdict, hide))
    return Sentence(level, *_unknown(answer, verdict, hide))


def pool_line(demand: Demand, kind: PoolKind | None, reserve: Decimal = ZERO, hide: bool = False) -> PoolLine:
    """A pool's line: "882 too many · needs 1,240, 358 of 1,000 left"."""
    figure, tone = _figure(demand, kind, reserve, hide)
    left = _left_words(demand, hide)
    return PoolLine(demand.label, figure, tone, needs_words(demand, hide) + (f", {left}" if left else ""))


def needs_words(demand: Demand, hide: bool = False) -> str:
    """ "needs 1,240", "needs 620 to 9,300", "needs at least 620"."""
    return f"needs {range_words((demand.needs_low, demand.needs_high), demand.unit, hide)}"


def range_words(needs: tuple[Decimal, Decimal | None], unit: str = "", hide: bool = False) -> str:
    """ "1,240", "620 to 9,300", "at least 620", "an unknown amount"."""
    low, high = needs
    if hide:
        return words.HIDDEN
    if high is None:
        return f"at least {words.number(low, unit)}" if low else "an unknown amount"
    return words.number(low, unit) if low == high else f"{words.number(low, unit)} to {words.number(high, unit)}"


def factor_hint(factor: Factor) -> str:
    """What a factor may be, in plain text."""
    return allowed_values(factor)


def operation_words(operation: Operation) -> str:
    """An operation in the picker; free ones say so."""
    free = operation.prices and all(price.low == 0 and price.high == 0 for price in operation.prices)
    return f"{operation.label} · free" if free else operation.label


def _fits(answer: Answer, verdict: Verdict, hide: bool) -> tuple[str, str]:
    operation = answer.question.operation
    if is_free(operation, verdict):
        return "This costs nothing", "The vendor lists it as free."
    if not answer.question.count:
        return "Nothing to size yet", ""
    low, high = total_needs(operation, verdict)
    at_least = "at least " if low != high else ""
    if drains(operation):
        left, unit, _ = total_left(operation, verdict)
        return "This import fits", f"Leaves {at_least}{words.amount(left, unit, hide)}."
    told = [f"{words.number(after(demand), demand.unit, hide)} of {demand.label}" for demand in verdict.demands]
    return "This import fits", f"Leaves {at_least}{' and '.join(told)}."


def _thin(answer: Answer, verdict: Verdict, hide: bool) -> tuple[str, str]:
    demand = binding(verdict)
    if verdict.why is Why.OVERAGE and verdict.overage is not None:
        over = words.amount(verdict.overage.amount, demand.unit if demand else "", hide)
        if verdict.overage.money is None:
            return f"It is taken, and bills {over} over the plan", "The vendor bills it; the price is not known."
        money = words.amount(verdict.overage.money, verdict.overage.currency, hide)
        low, high = total_needs(answer.question.operation, verdict)
        most = "" if low == high else "up to "
        return (
            f"It is taken, and bills {most}{money} of overage",
            f"Nothing is refused: {over} over the plan are billed.",
        )
    if demand is None:
        return "It fits, but only just", ""
    kept = words.number(answer.question.reserve.get(demand.pool), demand.unit, hide)
    left = words.number(after(demand), demand.unit, hide)
    return "It fits, but goes under your reserve", f"Leaves {left} of {demand.label}; you keep {kept}."


def _refused(answer: Answer, verdict: Verdict, hide: bool) -> tuple[str, str]:
    operation, count = answer.question.operation, answer.question.count
    demand = binding(verdict)
    short = _short_words(demand, hide)
    if operation.whole:
        tighter = ""
        if demand is not None and len(verdict.demands) > 1:
            verb = "are" if demand.label.endswith("s") else "is"
            tighter = f" {demand.label} {verb} the tighter limit."
        detail = f"Nothing of it would be taken: a request fits whole or not at all.{tighter or f' {short}'}"
        return "This import would be refused with 402", detail.strip()
    fits = verdict.fits_items
    if fits:
        how_far = "part of" if hide else f"{fits:,} of"
        headline = f"This import would stop after {how_far} {counted(count, operation.item)}"
        return headline, f"Then nothing is left and the vendor refuses. {short}".strip()
    return "This import would be refused", f"What is left does not cover it. {short}".strip()


def _unknown(answer: Answer, verdict: Verdict, hide: bool) -> tuple[str, str]:
    question = answer.question
    demand = binding(verdict) or next(iter(verdict.demands), None)
    low, high = total_needs(question.operation, verdict)
    told = range_words((low, high), demand.unit if demand else "", hide)
    unit = ""
    if demand and demand.unit and not words.is_money(demand.unit) and (low or high is not None):
        unit = f" {words.unit_word(demand.unit, low if high is None else high)}"
    needs = f"It needs {told}{unit}."
    last = verdict.assumptions[-1] if verdict.assumptions else ""
    typed = not question.entry.definition.readable
    label = next((each.label for each in verdict.demands if each.pool == verdict.binding_pool), "a pool")
    sentences = {
        Why.RANGE: ("Cannot tell: it may fit or not", f"{needs}{'' if hide else _surely(answer, verdict)}"),
        Why.COST_UNKNOWN: (
            "Cannot tell: the cost is not documented",
            needs if low else last,
        ),
        Why.NO_PRICE: ("Cannot tell: no price is known", last),
        Why.FACTOR_MISSING: (f"Cannot tell yet: fill in “{_missing(answer)}”", ""),
        Why.NO_READING: (
            f"Cannot tell: {'no balance was typed yet' if typed else 'nothing was read yet'}",
            needs if question.count else "",
        ),
        Why.POOL_UNKNOWN: (f"Cannot tell: what is left of {label} is not known", needs),
        Why.NOT_CURRENT: (
            "Cannot tell: the reading does not speak for the account any more",
            f"{needs} Check now, or mend what the card of the account says.",
        ),
        Why.PLAN_NOT_CHOSEN: (
            "Cannot tell: choose the plan of this account",
            "It is over what is left. Some plans of this vendor bill that, others refuse it.",
        ),
    }
    return sentences.get(verdict.why, ("Cannot tell", last))


def _missing(answer: Answer) -> str:
    """The label of the first factor that has neither a value nor a default."""
    question = answer.question
    empty = (factor for factor in question.operation.factors if not factor.default)
    return next((each.label for each in empty if not question.factors.get(each.name, "").strip()), "the factors")


def _surely(answer: Answer, verdict: Verdict) -> str:
    fits = verdict.fits_items
    return f" The first {counted(fits, answer.question.operation.item)} surely fit." if fits else ""


def _short_words(demand: Demand | None, hide: bool) -> str:
    if demand is None or not demand.short:
        return ""
    return f"{demand.label}: short by {words.number(demand.short, demand.unit, hide)}."


def _figure(demand: Demand, kind: PoolKind | None, reserve: Decimal, hide: bool) -> tuple[str, str]:
    if demand.left is None:
        return "not known", "muted"
    if demand.short > 0:
        short = words.number(demand.short, demand.unit, hide)
        return f"{short} too many" if kind is PoolKind.SLOTS else f"{short} short", "critical"
    if demand.needs_high is None:
        return "not known", "muted"
    if not demand.needs_high:
        return "nothing, as documented", "muted"
    if demand.needs_high > demand.left:
        return "may be short", "low"
    if demand.left - demand.needs_high < reserve:
        return "under the reserve", "low"
    return ("all of it", "muted") if demand.needs_high == demand.left else ("fits", "ok")


def _left_words(demand: Demand, hide: bool) -> str:
    if demand.left is None:
        return ""
    left = words.number(demand.left, demand.unit, hide)
    return f"{left} left" if demand.limit is None else f"{left} of {words.number(demand.limit, demand.unit, hide)} left"


def _label(operation: Operation, name: str) -> str:
    return next((factor.label for factor in operation.factors if factor.name == name), name)
