"""`size`: whether a list would fit, as an exit code, as words or as JSON."""

import argparse
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from creditdesk.cli.account_commands import pairs
from creditdesk.core.amounts import dumps
from creditdesk.core.definition import Definition, Operation
from creditdesk.core.doubt import doubted
from creditdesk.core.keywords import Items, clean
from creditdesk.core.pools import Reading
from creditdesk.core.sizing import Verdict, VerdictKind
from creditdesk.core.sizing import size as judge
from creditdesk.core.verdict import Demand, Why
from creditdesk.desk.accounts import AccountError
from creditdesk.desk.opening import Desk
from creditdesk.store.sheets import read_in_child

EXIT_CODES = {VerdictKind.FITS: 0, VerdictKind.THIN: 0, VerdictKind.REFUSED: 2, VerdictKind.UNKNOWN: 3}
MOST_BYTES = 256 * 1024 * 1024

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
    items = clean(await _lines(options))
    desk.reader.load()
    reading = desk.reader.reading(account)
    verdict = sized(desk, reading, operation, len(items.unique), pairs(options.factor, "--factor"))
    now = desk.tools.clock()
    notes = [*verdict.assumptions, *_notes(reading, operation)]
    if options.json:
        print(dumps(size_json(verdict, items, reading, now, notes), indent=2))
    else:
        print("\n".join(size_lines(verdict, items, notes)))
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


def size_json(verdict: Verdict, items: Items, reading: Reading, now: datetime, notes: list[str]) -> dict[str, object]:
    """The verdict as the documented JSON value (docs/cli.md)."""
    age = int((now - reading.read_at).total_seconds()) if reading.read_at else None
    overage = verdict.overage
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
        "assumptions": notes,
    }


def size_lines(verdict: Verdict, items: Items, notes: list[str]) -> list[str]:
    """The verdict as lines for a terminal."""
    lines = [" ".join(filter(None, [HEADLINES[verdict.kind], REASONS.get(verdict.why, "")]))]
    lines.append(
        f"{len(items.unique):,} to send of {items.given:,} lines: {items.repeated:,} repeated, {items.blank:,} blank, "
        f"{len(items.rejected):,} unusable."
    )
    for demand in verdict.demands:
        high = "unknown" if demand.needs_high is None else f"{demand.needs_high:,f}"
        needs = high if demand.needs_high == demand.needs_low else f"{demand.needs_low:,f} to {high}"
        left = "unknown" if demand.left is None else f"{demand.left:,f}"
        short = f", {demand.short:,f} too many" if demand.short else ""
        lines.append(f"  {demand.label:<24} needs {needs}, {left} {demand.unit} left{short}")
    if verdict.kind is not VerdictKind.FITS and verdict.fits_items is not None:
        lines.append(f"The first {verdict.fits_items:,} would fit.")
    return [*lines, *(f"  Note: {note}" for note in notes)]


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


async def _lines(options: argparse.Namespace) -> list[str]:
    source = sys.stdin.buffer.read(MOST_BYTES) if options.file == "-" else Path(options.file)
    return (await read_in_child(source, options.column)).lines
