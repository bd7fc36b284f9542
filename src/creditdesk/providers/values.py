"""Single values out of an answer: amounts, instants and texts, as a definition says where and how they stand.

Everything a vendor sends is doubted. A wrong amount is a `BadAnswer` that names its path; an impossible instant is
unknown (None), because a pool without its date is still true.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache, partial

from creditdesk.core.amounts import EXACT, parse_amount
from creditdesk.core.cadence import parse_retry_after
from creditdesk.core.definition import Amount, When
from creditdesk.core.resets import next_reset
from creditdesk.providers.redaction import Mask, redact_known
from creditdesk.providers.selection import compile_expression
from creditdesk.providers.strict_json import BadAnswer

MAX_TEXT = 120
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SMALL = 10**18
_ONE_DAY = timedelta(days=1)
_LAST_SECOND = 59
"""Of a minute. An instant that ends otherwise is no last one, whatever the definition says of its vendor."""
_FRACTION = re.compile(r"[.,](\d{1,6})")
_TIME_DIRECTIVE = re.compile(r"%[HIMSf]")


@dataclass(frozen=True, slots=True)
class Scene:
    """What reading an answer needs beside it: the account's settings, the instant, the secrets that were sent."""

    now: datetime
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    masks: tuple[Mask, ...] = field(default=(), repr=False)  # of the secrets that came with the answers
    identity: str = field(default="", repr=False)  # what the answers so far call the vendor's account

    def hide(self, line: str) -> str:
        """`line` without any piece of a secret that was sent or came back."""
        line = redact_known(line, self.secrets)
        for mask in self.masks:
            line = mask.hide(line)
        return line

    def text(self, value: object, most: int = MAX_TEXT) -> str:
        """A vendor's text or number as one clean line of at most `most` characters, without any piece of a secret."""
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            return ""
        line = one_line(value if isinstance(value, str) else format(value, "f" if isinstance(value, Decimal) else "d"))
        line = self.hide(line)
        return line if len(line) <= most else line[: most - 1] + "…"


def one_line(text: str) -> str:
    """Text without control characters, lone surrogates and direction marks, its white space folded."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text[:4_000]).split())


def find(expression: str, data: object) -> object:
    """What a definition's expression selects in `data`, or None."""
    return compile_expression(expression).find(data)


def number(value: object, path: str, group_sep: str = "") -> Decimal:
    """The amount that `value` states. `BadAnswer` naming the path when it is missing or is no finite number."""
    if type(value) is int and -_SMALL < value < _SMALL:  # as most amounts are
        return Decimal(value)
    if value is None:
        raise BadAnswer(f"{path} is missing")
    amount = parse_amount(value, group_sep)
    if amount is None:
        raise BadAnswer(f"{path} is not a number")
    return amount


def first_amount(places: Iterable[str], data: object, group_sep: str, strict: bool) -> Decimal | None:
    """The first number among these places, None when nothing is there. A place may hold a list of candidates.

    `BadAnswer` when there is no number but a text or a truth value, or, where `strict`, anything else.
    """
    odd = False
    for path in places:
        found = find(path, data)
        for value in found if isinstance(found, list) else [found]:
            amount = parse_amount(value, group_sep)
            if amount is not None:
                return amount
            odd = odd or (value is not None and (strict or not isinstance(value, dict | list)))
    if odd:
        raise BadAnswer("is not a number")
    return None


def raw_amount(amount: Amount, data: object, group_sep: str = "") -> Decimal:
    """The amount at its place, in the vendor's own scale. `BadAnswer` when it or a part of it is missing or wrong."""
    if amount.minus is not None:
        first, second = (number(find(path, data), path, group_sep) for path in amount.minus)
        return EXACT.subtract(first, second)
    if not amount.total:
        return number(find(amount.path, data), amount.path, group_sep)
    values = (
        [find(amount.total, row) for row in _rows_of(amount.over, data)] if amount.over else find(amount.total, data)
    )
    if values is None:
        raise BadAnswer(f"{amount.total} is missing")
    if not isinstance(values, list):
        raise BadAnswer(f"{amount.total} is not a list")
    total = Decimal(0)
    for value in values:
        total = EXACT.add(total, number(value, amount.total, group_sep))
    return total


def _rows_of(lists: Iterable[str], data: object) -> list[object]:
    """The rows of lists within lists. `BadAnswer` where one of them is no list: a part is not told for the whole."""
    rows = [data]
    for path in lists:
        found = [find(path, row) for row in rows]
        if not all(isinstance(each, list) for each in found):
            raise BadAnswer(f"{path} is missing" if None in found else f"{path} is not a list")
        rows = [row for each in found if isinstance(each, list) for row in each]
    return rows


def instant(when: When, data: object, scene: Scene) -> datetime | None:
    """When a pool resets or expires, UTC; None where the answer or the rule does not tell it, or tells nonsense."""
    if when.every:
        return _tried(lambda: _by_rule(when, scene))
    for path in (when.at, *when.or_at):
        found = find(path, data)
        for value in found if isinstance(found, list) else [found]:
            if value is None or isinstance(value, bool):
                continue
            at = _tried(partial(_by_value, when, value, scene.now))
            if at is not None:
                return at
    return None


def _tried(read: Callable[[], datetime | None]) -> datetime | None:
    try:
        return read()
    except (ValueError, OverflowError, KeyError):
        # Dates that do not exist, years beyond the calendar, zones that this system does not know.
        return None


def _by_rule(when: When, scene: Scene) -> datetime | None:
    day = scene.settings.get(when.day_param, "") if when.day_param else ""
    if when.anchor == "first":
        return next_reset(when.every, "first", when.tz, scene.now)
    if day.isascii() and day.isdigit():
        return next_reset(when.every, "renewal", when.tz, scene.now, int(day))
    return None


def _by_value(when: When, value: object, now: datetime) -> datetime | None:
    rule = _FORMATS.get(when.format)
    if rule is not None:
        return rule(value, when, now)
    if isinstance(value, str) and when.format.startswith("strptime:"):
        written = when.format.removeprefix("strptime:")
        unit = timedelta(seconds=1) if _TIME_DIRECTIVE.search(written) else _ONE_DAY
        return _placed(datetime.strptime(value.strip(), written), when, unit)
    return None


def _iso(value: object, when: When, now: datetime) -> datetime | None:
    if not isinstance(value, str) or len(value) > 64:
        return None
    text = value.strip()
    if "T" not in text.upper() and ":" not in text:
        return _date(text, when, now)
    fraction = _FRACTION.search(text)
    unit = timedelta(seconds=1)
    if fraction:
        unit = timedelta(microseconds=int(10 ** (6 - len(fraction.group(1)))))
    return _placed(datetime.fromisoformat(text), when, unit)


def _date(value: object, when: When, now: datetime) -> datetime | None:
    if not isinstance(value, str) or len(value) > 64:
        return None
    day = date.fromisoformat(value.strip()[:10])
    return _placed(datetime.combine(day, time()), when, _ONE_DAY)


def _epoch(value: object, when: When, now: datetime) -> datetime | None:
    return _since_epoch(value, when, Decimal(1_000_000), timedelta(seconds=1))


def _epoch_ms(value: object, when: When, now: datetime) -> datetime | None:
    return _since_epoch(value, when, Decimal(1_000), timedelta(milliseconds=1))


def _since_epoch(value: object, when: When, scale: Decimal, unit: timedelta) -> datetime | None:
    amount = parse_amount(value)
    if amount is None or amount <= 0:  # 0 is how vendors write "never"
        return None
    at = _EPOCH + timedelta(microseconds=int(EXACT.multiply(amount, scale)))
    return at + unit if when.end_inclusive and at.second == _LAST_SECOND else at


def _days_from_now(value: object, when: When, now: datetime) -> datetime | None:
    """Midnight of the day that lies this many days ahead, so that the instant stays the same all day."""
    amount = parse_amount(value)
    if amount is None or amount < 0:
        return None
    today = now.astimezone(_zone(when.tz)).date()
    at = _placed(datetime.combine(today + timedelta(days=int(amount)), time()), when, _ONE_DAY)
    return at if at > now else at + _ONE_DAY


def _secs_from_now(value: object, when: When, now: datetime) -> datetime | None:
    """Rounded to the minute where it is far away, so that readings of the same instant agree."""
    amount = parse_amount(value)
    if amount is None or amount < 0:
        return None
    at = now + timedelta(seconds=int(amount))
    return at if amount < 600 else (at + timedelta(seconds=30)).replace(second=0, microsecond=0)


def _auto(value: object, when: When, now: datetime) -> datetime | None:
    """Seconds or milliseconds since 1970 by size, or a date or an instant in ISO 8601."""
    amount = parse_amount(value)
    if amount is not None and abs(amount) >= 10**8:
        return _epoch(value, when, now) if amount < 10**11 else _epoch_ms(value, when, now)
    return _iso(value, when, now)


def _rate_limit(value: object, when: When, now: datetime) -> datetime | None:
    """As headers write a reset: seconds from now, seconds or milliseconds since 1970 by size, an HTTP or ISO date."""
    amount = parse_amount(value)
    if amount is not None:
        if amount <= 10**9:
            return _secs_from_now(value, when, now)
        return _epoch(value, when, now) if amount < 10**12 else _epoch_ms(value, when, now)
    at = parse_retry_after(value, now) if isinstance(value, str) else None
    return at if at is not None and at > now else None


_FORMATS: Mapping[str, Callable[[object, When, datetime], datetime | None]] = {
    "iso": _iso,
    "date": _date,
    "epoch": _epoch,
    "epoch_ms": _epoch_ms,
    "days_from_now": _days_from_now,
    "secs_from_now": _secs_from_now,
    "auto": _auto,
    "rate_limit": _rate_limit,
}


def _placed(wall: datetime, when: When, unit: timedelta) -> datetime:
    """UTC of an instant that may lack a zone; one `unit` later where it is the last one that still counts."""
    at = wall if wall.tzinfo else wall.replace(tzinfo=_zone(when.tz))
    if not when.end_inclusive:
        return at.astimezone(UTC)
    if unit == _ONE_DAY and not wall.tzinfo:
        return (wall + unit).replace(tzinfo=at.tzinfo).astimezone(UTC)
    at = at.astimezone(UTC)
    return at + unit if unit == _ONE_DAY or at.second == _LAST_SECOND else at


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo  # as in `core.resets`

    return ZoneInfo(name)
