"""Ways to make an import fit: what each adds now, leaves, costs in money, gives up; the least loss first.

Pure and O(pools x ways), never O(items).
"""

from dataclasses import replace
from decimal import localcontext

from creditdesk.core.amounts import EXACT
from creditdesk.core.verdict import Verdict, VerdictKind, Why
from creditdesk.core.way import Buy, Loss, LossKind, Way, WayCase, WayKind
from creditdesk.core.ways_adding import free, later, packs, plan
from creditdesk.core.ways_case import Look, look
from creditdesk.core.ways_smaller import factors, part, pilot, reserve, rows, with_factor

__all__ = ["Buy", "Loss", "LossKind", "Way", "WayCase", "WayKind", "apply", "ways"]

_ORDER = tuple(
    {
        WayKind.ALL: "it goes as it is",
        WayKind.LATER: "nothing is lost or paid, the rest has its day",
        WayKind.PART: "nothing is paid, the rest waits",
        WayKind.RESERVE: "the same, and the reserve stays",
        WayKind.FREE: "what is tracked is given up",
        WayKind.FACTOR: "what is asked for is given up",
        WayKind.ROW: "a whole search engine is given up",
        WayKind.PACKS: "it is paid once",
        WayKind.PLAN: "it is paid every month",
        WayKind.PILOT: "it answers another question: what it really costs",
    }
)
"""The ways as they are listed, and why there."""


def ways(case: WayCase) -> tuple[Way, ...]:
    """The ways there are: first what goes at once and costs nothing, then what gives something up, then what is paid.

    Of an import that fits only ALL, and PILOT where its price is not certain. What would not help is not there.
    FactorError and ValueError as in `size_parts`.
    """
    if not case.count:
        return ()
    with localcontext(EXACT):
        seen = look(case)
        found = [*_all(seen), *pilot(seen)]
        if seen.verdict.kind is not VerdictKind.FITS:
            for make in (part, reserve, later, factors, rows, free, packs, plan):
                found += make(seen)
    return tuple(sorted(found, key=_rank))


def apply(way: Way, case: WayCase) -> WayCase:
    """What is to be sized when this way is chosen. FREE, PACKS and PLAN change nothing before the account is read."""
    if way.kind in (WayKind.FREE, WayKind.PACKS, WayKind.PLAN):
        return case
    case = replace(case, count=way.items)
    if way.factors:
        case = replace(case, parts=with_factor(case.parts, way.part, way.factors))
    return replace(case, rows=case.rows - 1) if way.kind is WayKind.ROW else case


def _rank(way: Way) -> int:
    return _ORDER.index(way.kind)


def _all(seen: Look) -> list[Way]:
    verdict = seen.verdict
    if verdict.kind not in (VerdictKind.FITS, VerdictKind.THIN):
        return []
    over = verdict.overage
    made = seen.way("all", WayKind.ALL, seen.case.count, gives_up=_thin(seen, verdict))
    return [replace(made, money=over.money, currency=over.currency) if over else made]


def _thin(seen: Look, verdict: Verdict) -> tuple[Loss, ...]:
    if verdict.why is Why.OVERAGE and verdict.overage is not None:
        return (Loss(LossKind.OVERAGE, verdict.overage.amount, verdict.binding_pool),)
    if verdict.why is Why.RESERVE:
        return tuple(Loss(LossKind.RESERVE, used, pool) for pool, used in seen.reserve_used(verdict).items())
    return ()
