"""The common words of the window: amounts, ages, days, levels, sources, names and remedies.

Instants come in as aware UTC and are said in the user's own time zone. No figure is rounded into a lie: money has at
least two decimals and as many as it needs, everything else has every digit that matters.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Account, Custody, Level, Pool, Reading, Source
from creditdesk.ui import nouns, theme
from creditdesk.ui.remedies import Action, Words, next_try, remedy

__all__ = [
    "HIDDEN",
    "UNKNOWN",
    "Action",
    "Words",
    "account_name",
    "age",
    "amount",
    "clock",
    "count",
    "custody_word",
    "day",
    "duration",
    "initials",
    "left_of",
    "left_parts",
    "level_word",
    "moment",
    "next_try",
    "number",
    "percent",
    "place_name",
    "remedy",
    "short_day",
    "signed",
    "sub_name",
    "unit_word",
    "until",
]

HIDDEN = "•••"
UNKNOWN = "unknown"
MINUS = "−"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
_NO_CENTS = frozenset({"JPY", "KRW"})
_CODE = re.compile(r"[A-Z]{3}")
_SOURCES = {Source.LIVE: "", Source.METERED: "counted", Source.ESTIMATED: "estimated", Source.BY_HAND: "by hand"}
_CUSTODIES = {
    Custody.KEYRING: "in the system's keyring",
    Custody.ENVIRONMENT: "in an environment variable",
    Custody.SESSION: "for this session only, in memory",
    Custody.NONE: "no key",
}


def number(value: Decimal | None, unit: str = "", hide: bool = False) -> str:
    """An amount without its unit's word: "1,234", "12.5", "$3.18" when the unit is a currency; "unknown" for None."""
    if value is None:
        return UNKNOWN
    if hide:
        return HIDDEN
    money = is_money(unit)
    digits = _digits(value, 2 if money and unit not in _NO_CENTS else 0)
    sign = MINUS if value < 0 else ""
    if not money:
        return sign + digits
    return f"{sign}{_SIGNS[unit]}{digits}" if unit in _SIGNS else f"{sign}{unit} {digits}"


def amount(value: Decimal | None, unit: str = "", hide: bool = False) -> str:
    """An amount with its unit: "358 keywords", "1 credit", "$3.18"; "unknown" for None, dots when hidden."""
    shown = number(value, unit, hide)
    if value is None or not unit or is_money(unit):
        return shown
    return f"{shown} {unit_word(unit, value)}"


def signed(value: Decimal | None, unit: str = "", hide: bool = False) -> str:
    """A change: "−40", "+468", "+$5.00", "0"."""
    shown = number(value, unit, hide)
    return f"+{shown}" if value is not None and value > 0 and not hide else shown


def left_of(pool: Pool, hide: bool = False) -> str:
    """What is left of a pool in words: "358 of 1,000 left", "$3.18 left", "120 used"."""
    return " ".join(part for part in left_parts(pool, hide) if part)


def left_parts(pool: Pool, hide: bool = False) -> tuple[str, str]:
    """The same in two parts, the figure and the quiet rest: ("358", "of 1,000 left")."""
    if pool.left is None and pool.used is not None:
        limit = f"of {number(pool.limit, pool.unit, hide)} used" if pool.limit is not None else "used"
        return number(pool.used, pool.unit, hide), limit
    if pool.left is None:
        return UNKNOWN, ""
    rest = "left" if pool.limit is None else f"of {number(pool.limit, pool.unit, hide)} left"
    return number(pool.left, pool.unit, hide), rest


def is_money(unit: str) -> bool:
    """Whether this unit is a currency's code, such as USD."""
    return bool(_CODE.fullmatch(unit))


def unit_word(unit: str, value: Decimal | int) -> str:
    """The unit in the number that fits the value: "credit" for 1, else "credits"."""
    return nouns.one(unit) if value == 1 else unit


def count(value: int, noun: str) -> str:
    """A counted thing: "1 account", "7 accounts". `noun` is in the plural."""
    return f"{value:,} {unit_word(noun, value)}"


def percent(value: Decimal) -> str:
    """A share in percent, with at most one decimal: "35.8 %"."""
    return f"{_digits(value.quantize(Decimal('0.1')), 0)} %"


def read_line(readings: Sequence[Reading], now: datetime | None) -> str:
    """How many accounts there are and when the last of them was read; "" for none."""
    if not readings or now is None:
        return ""
    accounts = count(len(readings), "accounts")
    shots = [reading.snapshot for reading in readings if reading.snapshot]
    live = [shot for shot in shots if shot.source is Source.LIVE] or shots
    latest = max((shot.read_at for shot in live), default=None)
    return f"{accounts}, not read yet" if latest is None else f"{accounts}, read {age(latest, now)}"


def age(then: datetime | None, now: datetime) -> str:
    """How long ago: "just now", "2 min ago", "3 h ago", "3 d ago"; "never read" for None."""
    if then is None:
        return "never read"
    seconds = (now - then).total_seconds()
    return "just now" if seconds < 60 else f"{duration(seconds)} ago"


def duration(seconds: float) -> str:
    """A span in its largest whole unit: "8 s", "4 min", "3 h", "12 d"."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    return f"{whole // 3600} h" if whole < 48 * 3600 else f"{whole // 86400} d"


def until(then: datetime, now: datetime) -> str:
    """How long from now: "in 4 min", "now" when it has passed."""
    seconds = (then - now).total_seconds()
    return "now" if seconds <= 0 else f"in {duration(seconds)}"


def day(at: datetime, now: datetime | None = None) -> str:
    """A day: "Thu 27 Nov"; with the year when `now` is given and it is ten months or more away."""
    here = at.astimezone()
    year = f" {here.year}" if now is not None and abs((at - now).days) >= 300 else ""
    return f"{_DAYS[here.weekday()]} {here.day} {_MONTHS[here.month - 1]}{year}"


def short_day(at: datetime, now: datetime | None = None) -> str:
    """A day without its week day: "1 Dec", "1 Dec 2027"."""
    return day(at, now).split(" ", 1)[1]


def clock(at: datetime) -> str:
    """A time of day: "09:14"."""
    return at.astimezone().strftime("%H:%M")


def moment(at: datetime, now: datetime, inside: bool = False) -> str:
    """A day and time: "Today 09:14", "Yesterday 17:02", "Wed 19 Nov 17:02"; "today 09:14" `inside` a sentence."""
    days = (now.astimezone().date() - at.astimezone().date()).days
    near = {0: "Today", 1: "Yesterday", -1: "Tomorrow"}.get(days, "")
    return f"{(near.lower() if inside else near) or day(at, now)} {clock(at)}"


def level_word(level: Level) -> str:
    """The level in one word: "Good", "Low", "Critical", "Used up", "Not read"."""
    return theme.state(level).word


def source_word(source: Source) -> str:
    """How a number is known: "" when it was read live, else "counted", "estimated", "by hand"."""
    return _SOURCES[source]


def custody_word(custody: Custody) -> str:
    """Where a key is kept."""
    return _CUSTODIES[custody]


def account_name(account: Account, definition: Definition, hide: bool = False) -> str:
    """An account's whole name: "Ranktracker · Agency", or the vendor's name alone when the account has no other."""
    own = sub_name(account, definition, hide)
    return f"{definition.name} · {own}" if own else definition.name


def sub_name(account: Account, definition: Definition, hide: bool = False) -> str:
    """What an account's name says beyond its vendor's name: "Agency", or ""."""
    vendor, name = definition.name, account.name.strip()
    if name.casefold() == vendor.casefold():
        return ""
    if hide:
        return HIDDEN
    if name.casefold().startswith(vendor.casefold()):
        return name[len(vendor) :].strip(" ·-–:,()") or name
    return name


def place_name(name: str, hide: bool = False) -> str:
    """The name of a place at a vendor, such as a client's domain."""
    return HIDDEN if hide and name else name


def initials(name: str) -> str:
    """Two letters for a vendor's badge: of its capitals or first words, else its first two letters."""
    marks = re.findall(r"\d|[A-Z]|(?<=\s)[a-z]", name)
    chosen = marks[:2] if len(marks) >= 2 else list(name.replace(" ", "")[:2])
    return "".join(chosen).upper()


def _digits(value: Decimal, least: int) -> str:
    """Grouped digits without a sign: trailing zeros dropped down to `least` decimals, none of the others."""
    whole, _, decimals = f"{value.copy_abs():f}".partition(".")
    decimals = decimals.rstrip("0").ljust(least, "0")
    grouped = f"{int(whole):,}"
    return f"{grouped}.{decimals}" if decimals else grouped


def clock_notice(ahead: timedelta) -> str:
    """What is said when this computer's clock is ahead of the vendors' (negative: behind)."""
    span = duration(abs(ahead.total_seconds()))
    way = "ahead of" if ahead > timedelta(0) else "behind"
    return f"The clock of this computer is {span} {way} the vendors'. Set it: ages, resets and forecasts depend on it."
