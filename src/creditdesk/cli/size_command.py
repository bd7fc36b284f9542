"""`size`: whether a list would fit, as an exit code, as words or as JSON."""

import argparse
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from creditdesk.cli.account_commands import pairs
from creditdesk.cli.list_reading import file_json, file_words, list_notes, read_list
from creditdesk.core.amounts import dumps, plain
from creditdesk.core.definition import Definition
from creditdesk.core.doubt import doubted
from creditdesk.core.factors import FactorError, allowed_values
from creditdesk.core.offers import Operation
from creditdesk.core.pools import Reading
from creditdesk.core.sizing import Verdict, VerdictKind
from creditdesk.core.sizing import size as judge
from creditdesk.core.verdict import Demand, Why
from creditdesk.desk.accounts import AccountError
from creditdesk.desk.listing import Listed
from creditdesk.desk.opening import Desk

EXIT_CODES = {VerdictKind.FITS: 0, VerdictKind.THIN: 0, VerdictKind.REFUSED: 2, VerdictKind.UNKNOWN: 3}

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
    Why.NO_READING: "The account was never read. Run `creditdesk status --refresh`, or type its balance.",
    Why.POOL_UNKNOWN: "What one of the pools holds is not known.",
    Why.NOT_CURRENT: "The last reading does not speak for the account any more. Run `creditdesk status --refresh`.",
    Why.PLAN_NOT_CHOSEN: "It is over the limit, and some plans bill that instead of refusing.",
}


async def size(options: argparse.Namespace, desk: Desk) -> int:
    """Size one list for one operation of one account. Nothing is asked of the vendor."""
    account = desk.registry.named(options.account)
    definition = desk.tools.catalogue.get(account.provider)
    operation = find_operation(definition, options.operation)
    factors = _factors(options, operation)
    listed = await read_list(options.file, options.column)
    count = len(listed.items.unique)
    desk.reader.load()
    reading = desk.reader.reading(account)
    verdict = sized(desk, reading, operation, count, factors)
    notes = [*list_notes(listed), *verdict.assumptions, *_notes(reading, operation)]
    if listed.items.repeated:
        notes.append(repeats_note(listed, sized(desk, reading, operation, count + listed.items.repeated, factors)))
    if options.json:
        print(dumps(size_json(verdict, listed, reading, desk.tools.clock(), notes), indent=2))
    else:
        print("\n".join(size_lines(verdict, listed, notes)))
    return EXIT_CODES[verdict.kind]


def sized(desk: Desk, reading: Reading, operation: Operation, count: int, factors: Mapping[str, str]) -> Verdict:
    """Whether the vendor would take this many items by what was last read. Raises FactorError."""
    account, now = reading.account, desk.tools.clock()
    definition = desk.tools.catalogue.get(account.provider)
    verdict = judge(definition, operation, count, factors, reading.snapshot, account.settings, account.reserve, now)
    return doubted(verdict, reading)


def find_operation(definition: Definition, operation_id: str) -> Operation:
    """The vendor's operation with this id. Raises AccountError that lists the ones there are."""
    operation = definition.operation(operation_id)
    if operation is None:
        known = ", ".join(each.id for each in definition.operations) or "none"
        raise AccountError("operation", f"{definition.name} has no operation {operation_id!r}. Operations: {known}.")
    return operation


def size_json(verdict: Verdict, listed: Listed, reading: Reading, now: datetime, notes: list[str]) -> dict[str, object]:
    """The verdict as the documented JSON value (docs/cli.md)."""
    age = int((now - reading.read_at).total_seconds()) if reading.read_at else None
    overage, items = verdict.overage, listed.items
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
        "demands": [_demand_json(demand) for demand in verdict.demands],
        "binding_pool": verdict.binding_pool or None,
        "fits_items": verdict.fits_items,
        "reading_age_s": age,
        "overage": {"amount": overage.amount, "money": overage.money, "currency": overage.currency}
        if overage
        else None,
        "file": file_json(listed.column),
        "assumptions": notes,
    }


def size_lines(verdict: Verdict, listed: Listed, notes: list[str]) -> list[str]:
    """The verdict as lines for a terminal."""
    items = listed.items
    lines = [" ".join(filter(None, [HEADLINES[verdict.kind], _reason(verdict, len(items.unique))]))]
    lines.append(
        f"{len(items.unique):,} to send of {items.given:,} lines: {items.repeated:,} repeated, {items.blank:,} blank, "
        f"{len(items.rejected):,} unusable."
    )
    lines.append(file_words(listed))
    for demand in verdict.demands:
        high = "unknown" if demand.needs_high is None else f"{demand.needs_high:,f}"
        needs = high if demand.needs_high == demand.needs_low else f"{demand.needs_low:,f} to {high}"
        left = "unknown" if demand.left is None else f"{demand.left:,f}"
        short = f", {demand.short:,f} too many" if demand.short else ""
        lines.append(f"  {demand.label:<24} needs {needs}, {left} {demand.unit} left{short}")
    if verdict.kind is not VerdictKind.FITS and verdict.fits_items is not None:
        fits = verdict.fits_items
        lines.append(f"The first {fits:,} would fit." if fits else "Not even one would fit.")
    return [*lines, *(f"  Note: {note}" for note in notes)]


def repeats_note(listed: Listed, verdict: Verdict) -> str:
    """What the repeated lines would change; `verdict` is the one with them."""
    count = listed.items.repeated
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


def _notes(reading: Reading, operation: Operation) -> list[str]:
    notes = []
    if reading.stale:
        notes.append("The reading is old. Run `creditdesk status --refresh` first.")
    if reading.trouble:
        notes.append(f"The last reading failed: {reading.trouble.message}")
    if operation.repeats:
        notes.append(operation.repeats)
    return notes


def _factors(options: argparse.Namespace, operation: Operation) -> dict[str, str]:
    factors = pairs(options.factor, "--factor")
    for factor in operation.factors:
        if factors.get(factor.name) == "":
            raise FactorError(factor.name, "", allowed_values(factor))
    return factors
