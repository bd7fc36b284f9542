"""Charges in a file: CSV with a line of names, or JSON lines with the same names. Read whole, or refused with its line.

A charge read twice has the same id: that of the vendor's request where the file tells it, else one made of all that the
line says and of how many lines before it say the same.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from itertools import islice

from creditdesk.core.amounts import parse_amount, plain
from creditdesk.core.charges import Charge, ChargeState, Draw, Known

COLUMNS = ("at", "amount", "account", "pool", "operation", "client", "items", "expected", "request_id", "job", "note")
MOST_LINES = 1_000_000
MOST_TEXT = 200
_NEEDED = ("at", "amount")
_DELIMITERS = (",", ";", "\t")
_AHEAD = timedelta(minutes=1)
_MOST_ITEMS = 10**15
"""More is a mistake, and the database would not take it."""


class ChargeLineError(ValueError):
    """A file of charges that cannot be taken; `line` is counted from 1, the text says what is wrong there."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"Line {line}: {text}")
        self.line = line


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    values: Mapping[str, object]

    def wrong(self, text: str) -> ChargeLineError:
        return ChargeLineError(self.number, text)

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if value is None or value == "":
            return ""
        if not isinstance(value, str):
            if isinstance(value, bool) or not isinstance(value, int | Decimal):
                raise self.wrong(f"{name} must be a text or a number.")
            value = str(value)
        told = value.strip()
        if len(told) > MOST_TEXT or not told.isprintable():
            raise self.wrong(f"{name} must be printable text of at most {MOST_TEXT} characters.")
        return told

    def amount(self, name: str) -> Decimal | None:
        told = self.text(name)
        if not told:
            return None
        found = _amount(told)
        if found is None:
            raise self.wrong(f"{name} must be a number such as 12.5, not {told!r}.")
        return found

    def at(self, now: datetime) -> datetime:
        told = self.text("at")
        try:
            found = datetime.fromisoformat(told)
            if found.tzinfo is None:
                raise self.wrong(f"at has no zone. Write it as {told}Z for UTC.")
            found = found.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            if isinstance(error, ChargeLineError):
                raise
            raise self.wrong(f"at must be an instant such as 2026-11-21T10:00:00Z, not {told!r}.") from None
        if found > now + _AHEAD:
            raise self.wrong("at is yet to come.")
        if found.year < 1990:
            raise self.wrong("at is too long ago.")
        return found


_amount = lru_cache(maxsize=4096)(parse_amount)
"""Most lines cost the same."""


def read_charges(text: str, accounts: Mapping[str, str], account: str, now: datetime) -> tuple[Charge, ...]:
    """The charges of a file, in its order. Raises ChargeLineError at the first line that cannot be taken.

    `accounts` are the ids by the names in small letters; `account` is the id for lines that name none, or "".
    """
    same, lines = Counter[str](), _lines(text.removeprefix("\ufeff"))
    return tuple(_charge(line, _owner(line, accounts, account), now, same) for line in lines)


def line_of(text: str, number: int) -> int:
    """The line (from 1) on which the charge of this number (from 0) stands, in a file that `read_charges` took."""
    return next(islice(_lines(text.removeprefix("\ufeff")), number, None)).number


def _lines(text: str) -> Iterator[_Line]:
    if text.lstrip()[:1] in ("{", "["):
        yield from _json_lines(text)
    else:
        yield from _csv_lines(text)


def _json_lines(text: str) -> Iterator[_Line]:
    for number, row in enumerate(text.split("\n"), 1):
        if not row.strip():
            continue
        try:
            value = json.loads(row, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_once)
        except (ValueError, RecursionError):
            raise ChargeLineError(number, "it is no JSON. Each line is one object.") from None
        if not isinstance(value, dict):
            raise ChargeLineError(number, "it must be a JSON object.")
        _check_names(number, list(value))
        yield _Line(number, value)


def _csv_lines(text: str) -> Iterator[_Line]:
    rows = text.splitlines(keepends=True)
    first = rows[0] if rows else ""
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(rows, delimiter=delimiter, strict=True)
    names: list[str] = []
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if not names:
                names = [cell.strip().casefold() for cell in row]
                _check_names(reader.line_num, names)
                continue
            if len(row) != len(names):
                raise ChargeLineError(reader.line_num, f"it has {len(row)} cells, the first line has {len(names)}.")
            yield _Line(reader.line_num, dict(zip(names, row, strict=True)))
    except csv.Error as error:
        raise ChargeLineError(reader.line_num, f"it is no CSV: {error}.") from None


def _check_names(number: int, names: list[str]) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    missing = [name for name in _NEEDED if name not in names]
    if number > MOST_LINES:
        raise ChargeLineError(number, f"a file may have {MOST_LINES:,} lines.")
    if unknown:
        raise ChargeLineError(number, f"{unknown[0][:40]!r} is no column. Columns: {', '.join(COLUMNS)}.")
    if missing:
        raise ChargeLineError(number, f"{missing[0]} is missing. Columns: {', '.join(COLUMNS)}.")
    if len(set(names)) != len(names):
        raise ChargeLineError(number, "a column is there twice.")


def _owner(line: _Line, accounts: Mapping[str, str], account: str) -> str:
    name = line.text("account")
    if name:
        account = accounts.get(name.casefold(), "")
        if not account:
            raise line.wrong(f"There is no account named {name!r}.")
    if not account:
        raise line.wrong("It names no account. Add a column `account`, or give --account.")
    return account


def _charge(line: _Line, account: str, now: datetime, same: Counter[str]) -> Charge:
    """The charge of a line. `same` counts the lines before it by what they say."""
    amount, items = line.amount("amount"), line.amount("items")
    if amount is None:
        raise line.wrong("amount is missing. What cost nothing is 0.")
    if items is not None and not (0 <= items <= _MOST_ITEMS and items == items.to_integral_value()):
        raise line.wrong(f"items must be a whole number of at most {_MOST_ITEMS:,}.")
    pool = line.text("pool")
    at = line.at(now)
    request_id, job = line.text("request_id"), line.text("job")
    if request_id or job:
        mark = f"request {request_id}" if request_id else f"job {job}"
    else:
        texts = [line.text(name) for name in COLUMNS[3:]]
        mark = f"line {json.dumps([account, at.isoformat(), _written(amount), *texts])}"
    same[mark] += 1
    if same[mark] > 1 and (request_id or job):
        raise line.wrong(f"{mark} was told before in this file.")
    return Charge(
        id=sha256(f"{account} {mark} {same[mark]}".encode("utf-8", "surrogatepass")).hexdigest()[:16],
        account=account,
        at=at,
        operation=line.text("operation"),
        draws=(Draw(amount, (pool,) if pool else ()),) if amount else (),
        client=line.text("client"),
        request_id=request_id,
        job=job,
        known=Known.IMPORTED,
        state=ChargeState.BOOKED,
        items=None if items is None else int(items),
        expected=line.amount("expected"),
        note=line.text("note"),
        ended_at=at,
    )


@lru_cache(maxsize=4096)
def _written(amount: Decimal) -> str:
    return plain((Decimal(0) + amount).normalize())


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object; a name that stands in it twice would be two values."""
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name is there twice")
    return dict(pairs)


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")
