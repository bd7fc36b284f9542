"""What `size` was asked, from its options: operations with their factors, rows, reserve, how the file is read."""

import argparse
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from creditdesk.cli.account_commands import pairs
from creditdesk.core.amounts import parse_amount
from creditdesk.core.bulk import BulkRule
from creditdesk.core.definition import Definition
from creditdesk.core.factors import FactorError, NoSuchFactor, allowed_values
from creditdesk.core.offers import Operation
from creditdesk.core.pools import Reading
from creditdesk.core.verdict import Part
from creditdesk.desk.accounts import AccountError
from creditdesk.store.sheets import Choice

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "none": ""}
MOST_TIMES = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """The operations (each with checked factors and how often), the search engines, and what is to stay."""

    definition: Definition
    parts: tuple[Part, ...]
    rows: tuple[Mapping[str, str], ...]
    reserve: Mapping[str, Decimal]

    @property
    def bulk(self) -> BulkRule | None:
        """How its only operation is sent; None where it cannot be sent from here."""
        return self.definition.bulk(self.parts[0].operation.id) if len(self.parts) == 1 else None


def asked(options: argparse.Namespace, definition: Definition, reading: Reading) -> Asked:
    """The question. Raises AccountError and FactorError that say what is wrong."""
    operations = [find_operation(definition, each) for each in options.operation]
    if len({each.id for each in operations}) < len(operations):
        raise AccountError("operation", "An operation stands twice. How often it is done, --times OPERATION=N says.")
    rows = _rows(options.engine, definition, operations)
    factors = _factors(pairs(options.factor, "--factor"), operations)
    for operation in operations:
        rule = definition.bulk(operation.id)
        if rows and rule is not None and rule.rows:
            _put_rows(factors[operation.id], rule.rows, len(rows))
    times = _times(pairs(options.times, "--times"), operations)
    parts = tuple(Part(each, factors[each.id], times.get(each.id, 1)) for each in operations)
    return Asked(definition, parts, rows, _reserve(options.reserve, definition, reading))


def find_operation(definition: Definition, operation_id: str) -> Operation:
    """The vendor's operation with this id. Raises AccountError that lists the ones there are."""
    operation = definition.operation(operation_id)
    if operation is None:
        known = ", ".join(each.id for each in definition.operations) or "none"
        raise AccountError("operation", f"{definition.name} has no operation {operation_id!r}. Operations: {known}.")
    return operation


def choice(options: argparse.Namespace) -> Choice:
    """How the file is to be read, as far as the user says. Raises AccountError."""
    delimiter = options.delimiter
    if delimiter is not None and delimiter not in DELIMITERS and delimiter not in DELIMITERS.values():
        raise AccountError("--delimiter", f"--delimiter is one of {', '.join(DELIMITERS)}.")
    if options.header_line is not None and options.header_line < 0:
        raise AccountError("--header-line", "--header-line is a line's number from 1, or 0 for none.")
    return Choice(
        encoding=options.encoding,
        delimiter=None if delimiter is None else DELIMITERS.get(delimiter, delimiter),
        header_line=options.header_line,
        column=options.column,
        sheet=options.sheet,
        keep_footer=options.keep_footer,
    )


def _factors(given: Mapping[str, str], operations: Sequence[Operation]) -> dict[str, dict[str, str]]:
    """The factors of each operation: a plain name goes to all that have it, OPERATION.NAME to one."""
    found: dict[str, dict[str, str]] = {each.id: {} for each in operations}
    for name, value in sorted(given.items(), key=lambda pair: "." in pair[0]):  # the more precise one wins
        operation_id, dot, inner = name.rpartition(".")
        wanted = [each for each in operations if not dot or each.id == operation_id]
        takers = [(each, factor) for each in wanted for factor in each.factors if factor.name == inner]
        if not takers:
            known = ", ".join(sorted({factor.name for each in operations for factor in each.factors}))
            raise NoSuchFactor(name, value, known)
        for operation, factor in takers:
            if not value:
                raise FactorError(name, "", allowed_values(factor))
            found[operation.id][inner] = value
    return found


def _put_rows(factors: dict[str, str], name: str, count: int) -> None:
    given = factors.setdefault(name, str(count))
    if parse_amount(given) != count:
        raise FactorError(name, given, f"{count}, as there {'is' if count == 1 else 'are'} {count} --engine")


def _rows(
    texts: Sequence[str], definition: Definition, operations: Sequence[Operation]
) -> tuple[Mapping[str, str], ...]:
    rule = next((rule for each in operations if (rule := definition.bulk(each.id)) and rule.rows), None)
    if not texts:
        return ()
    if rule is None:
        raise AccountError("--engine", f"--engine is not for these operations of {definition.name}.")
    found = [_row(text, rule.row_fields) for text in texts]
    for number, row in enumerate(found):
        if row in found[:number]:
            raise AccountError("--engine", f"This --engine stands twice: {texts[number]}.")
    return tuple(found)


def _row(text: str, names: Sequence[str]) -> Mapping[str, str]:
    """A search engine; a value may hold commas, since only `, NAME=` ends it."""
    cut = "|".join(map(re.escape, names))
    row = {}
    for part in re.split(rf",\s*(?=(?:{cut})\s*=)", text):
        name, equals, value = (each.strip() for each in part.partition("="))
        if not equals or name not in names or not value or name in row:
            shape = ",".join(f"{each}=..." for each in names)
            raise AccountError("--engine", f'--engine wants "{shape}", not "{text}".')
        row[name] = value
    missing = [name for name in names if name not in row]
    if missing:
        raise AccountError("--engine", f"--engine lacks {', '.join(missing)}: {text}.")
    return {name: row[name] for name in names}


def _times(given: Mapping[str, str], operations: Sequence[Operation]) -> dict[str, int]:
    found = {}
    for name, value in given.items():
        if name not in {each.id for each in operations}:
            known = ", ".join(each.id for each in operations)
            raise AccountError("--times", f"--times names {name!r}; the operations asked for are {known}.")
        if not (value.isascii() and value.isdecimal() and 1 <= int(value[:9]) <= MOST_TIMES):
            raise AccountError("--times", f"--times {name} is a whole number from 1 to {MOST_TIMES:,}, not {value!r}.")
        found[name] = int(value)
    return found


def _reserve(texts: Sequence[str], definition: Definition, reading: Reading) -> Mapping[str, Decimal]:
    """What is to stay by pool: the account's own, with what was given over it; N alone is for every pool."""
    kept = dict(reading.account.reserve)
    here = [pool.id for pool in reading.snapshot.pools] if reading.snapshot else []
    pools = list(dict.fromkeys([*here, *(rule.id for rule in definition.pools if "{" not in rule.id)]))
    for text in texts:
        pool, equals, value = text.rpartition("=")
        amount = parse_amount(value.strip(), ",")
        if amount is None or amount < 0:
            raise AccountError("--reserve", f"--reserve wants a number, or POOL=NUMBER, not {text!r}.")
        if equals and pool.strip() not in pools:
            raise AccountError("--reserve", f"--reserve names {pool.strip()!r}; the pools are {', '.join(pools)}.")
        kept |= dict.fromkeys([pool.strip()] if equals else pools, amount)
    return kept
