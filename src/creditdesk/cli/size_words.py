"""The verdict of `size`: as the documented JSON, and as lines for a terminal."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from creditdesk.cli.list_reading import file_json, file_words
from creditdesk.cli.way_words import way_json, way_lines
from creditdesk.core.amounts import plain
from creditdesk.core.offers import Operation
from creditdesk.core.pools import Reading
from creditdesk.core.sending import Place
from creditdesk.core.verdict import Demand, Lesson, Verdict, VerdictKind, Why
from creditdesk.core.ways import Way
from creditdesk.desk.listing import Listed, lines_words

MOST_REJECTED = 1_000
"""Rejected lines that the JSON names; `items.rejected` counts them all."""

HEADLINES = {
    VerdictKind.FITS: "It fits.",
    VerdictKind.THIN: "It fits, but thinly.",
    VerdictKind.REFUSED: "It would be refused.",
    VerdictKind.UNKNOWN: "Cannot tell.",
}

REASONS = {
    Why.RANGE: "The lowest cost fits, the highest does not.",
    Why.COST_UNKNOWN: "What it costs is not documented.",
    Why.NO_PRICE: "No price is known under this account's settings.",
    Why.FACTOR_MISSING: "A factor is missing.",
    Why.NO_READING: "What is left is not known.",
    Why.POOL_UNKNOWN: "What one of the pools holds is not known.",
    Why.NOT_CURRENT: "The last reading does not speak for the account any more. Run `creditdesk status --refresh`.",
    Why.PLAN_NOT_CHOSEN: "It is over the limit, and some plans bill that instead of refusing.",
}


@dataclass(frozen=True, slots=True)
class Sized:
    """All that `size` found out: the list, what of it is sized, the verdict, the ways, and where it would go.

    `tracked` is how many items were subtracted as tracked already, None when that was not asked for. `probed` tells how
    many items the free question said would be charged.
    """

    listed: Listed
    count: int
    reading: Reading
    verdict: Verdict
    ways: tuple[Way, ...] = ()
    rows: tuple[Mapping[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    tracked: int | None = None
    probed: tuple[int, int] | None = None
    place: Place | None = None
    saved: str = ""


def size_json(sized: Sized, now: datetime) -> dict[str, object]:
    """The verdict as the documented JSON value (docs/cli.md)."""
    verdict, items, reading = sized.verdict, sized.listed.items, sized.reading
    overage, seen = verdict.overage, verdict.observed
    return {
        "verdict": verdict.kind,
        "why": verdict.why or None,
        "items": {
            "given": items.given,
            "unique": len(items.unique),
            "repeated": items.repeated,
            "blank": items.blank,
            "rejected": len(items.rejected),
        },
        "count": sized.count,
        "tracked": sized.tracked,
        "demands": [_demand_json(demand) for demand in verdict.demands],
        "binding_pool": verdict.binding_pool or None,
        "fits_items": verdict.fits_items,
        "reading_age_s": int((now - reading.read_at).total_seconds()) if reading.read_at else None,
        "overage": {"amount": overage.amount, "money": overage.money, "currency": overage.currency}
        if overage
        else None,
        "over_limit": list(verdict.over_limit),
        "observed": {"pool": seen.pool, "ratio": seen.ratio, "needs": seen.needs} if seen else None,
        "learned": [_lesson_json(each) for each in verdict.lessons],
        "probed": {"items": sized.probed[0], "charged": sized.probed[1]} if sized.probed else None,
        "file": file_json(sized.listed.column),
        "left_out": [{"line": line, "text": text, "reason": why} for line, text, why in sized.listed.column.left_out],
        "rejected": [{"line": line, "reason": reason} for line, reason in items.rejected[:MOST_REJECTED]],
        "ways": [way_json(way, sized.rows) for way in sized.ways],
        "domain": sized.place.id if sized.place else None,
        "plan": sized.saved or None,
        "assumptions": list(sized.notes),
    }


def size_lines(sized: Sized) -> list[str]:
    """The verdict as lines for a terminal."""
    verdict, items = sized.verdict, sized.listed.items
    lines = [" ".join(filter(None, [HEADLINES[verdict.kind], _reason(verdict, sized.count)]))]
    tracked = "" if sized.tracked is None else f"{sized.tracked:,} already tracked, "
    lines.append(
        f"{sized.count:,} to send of {lines_words(items.given)}: {tracked}{items.repeated:,} repeated, "
        f"{items.blank:,} blank, {len(items.rejected):,} unusable."
    )
    lines.append(file_words(sized.listed))
    for demand in verdict.demands:
        high = "unknown" if demand.needs_high is None else f"{demand.needs_high:,f}"
        needs = high if demand.needs_high == demand.needs_low else f"{demand.needs_low:,f} to {high}"
        left = "unknown" if demand.left is None else f"{demand.left:,f}"
        short = f", {demand.short:,f} too many" if demand.short else ""
        lines.append(f"  {demand.label:<24} needs {needs}, {left} {demand.unit} left{short}")
    for lesson in verdict.lessons:
        if lesson.counted:
            each = "" if lesson.each is None else f", {_amount(round(lesson.each, 2).normalize())} each"
            took = "were charged, up to" if lesson.charged else "really took on"
            lines.append(
                f"  {lesson.label:<24} {_amount(lesson.needs)} as {lesson.items:,} {took} {lesson.at:%Y-%m-%d}"
                f"{each}; the price says {_amount(lesson.documented)}"
            )
    if verdict.kind is not VerdictKind.FITS and verdict.fits_items is not None:
        fits = verdict.fits_items
        lines.append(f"The first {fits:,} would fit." if fits else "Not even one would fit.")
    lines += way_lines(sized.ways, sized.rows)
    lines += [f"  Note: {note}" for note in sized.notes]
    return (
        [*lines, f"Wrote {sized.saved}. `creditdesk send {shlex.quote(sized.saved)}` sends it."]
        if sized.saved
        else lines
    )


def repeats_note(count: int, verdict: Verdict) -> str:
    """What the repeated lines would change; `verdict` is the one with them."""
    told = "1 repeated line is not counted." if count == 1 else f"{count:,} repeated lines are not counted."
    needs = [
        f"{_amount(demand.needs_low if demand.needs_high is None else demand.needs_high)} of {demand.label}"
        for demand in verdict.demands
        if demand.needs_high or demand.needs_low
    ]
    unknown = "whether the vendor counts repeats is not documented."
    if not needs:
        return f"{told} W{unknown[1:]}"
    refused = " and would be refused" if verdict.kind is VerdictKind.REFUSED else ""
    return f"{told} With {'it' if count == 1 else 'them'} the import would need {', '.join(needs)}{refused}: {unknown}"


def _reason(verdict: Verdict, count: int) -> str:
    demand = next((each for each in verdict.demands if each.pool == verdict.binding_pool), None)
    unit = f" {demand.unit}" if demand else ""
    if verdict.why is Why.OVERAGE and verdict.overage is not None:
        over = verdict.overage
        bills = "bills them, at a price that is not known" if over.money is None else ""
        bills = bills or f"bills about {_amount((over.money or Decimal(0)).normalize())} {over.currency}"
        items = "1 item" if count == 1 else f"{count:,} items"
        return f"{items}: {_amount(over.amount)}{unit} over what is left; the plan {bills}."
    if verdict.why is Why.RESERVE and demand is not None and demand.left is not None:
        stays = demand.left - (demand.needs_high or Decimal(0))
        return f"{_amount(stays)}{unit} of {demand.label} would be left, which is under your reserve."
    return REASONS.get(verdict.why, "")


def _amount(amount: Decimal) -> str:
    return f"{Decimal(plain(amount)):,f}"


def _demand_json(demand: Demand) -> dict[str, object]:
    return {
        "pool": demand.pool,
        "needs_low": demand.needs_low,
        "needs_high": demand.needs_high,
        "left": demand.left,
        "short": demand.short,
    }


def _lesson_json(lesson: Lesson) -> dict[str, object]:
    return {
        "pool": lesson.pool or None,
        "needs": lesson.needs,
        "documented": lesson.documented,
        "each": lesson.each,
        "times": lesson.times,
        "counted": lesson.counted,
        "items": lesson.items,
        "at": lesson.at,
    }


def reading_notes(reading: Reading, operations: Sequence[Operation]) -> list[str]:
    notes = []
    if reading.stale:
        notes.append("The reading is old. Run `creditdesk status --refresh` first.")
    if reading.trouble:
        notes.append(f"The last reading failed: {reading.trouble.message}")
    notes += [each.repeats for each in operations if each.repeats]
    return notes
