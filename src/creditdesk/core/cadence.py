"""When an account is read next: its interval, a jitter of its own, backing off, and the vendor's wish to be left alone.

A pace is what happened so far, a rhythm is what the user and the definition ask for. Both are values: the poller keeps
them.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zlib import crc32

from creditdesk.core.definition import Definition
from creditdesk.core.pools import STOPS_READING, Account, Trouble, TroubleKind
from creditdesk.core.settings import LEAST_INTERVAL_S, Settings

JITTER_PERCENT = 10
LONGEST_BACK_OFF_S = 1800
LONG_WAIT_S = 900
"""A longer wait than this, asked for by the vendor, is said to the user."""

LONGEST_HOLD = timedelta(days=1)
LATEST = datetime(9999, 12, 30, tzinfo=UTC)
"""The last instant a wait can end at: any zone of the world can still show it."""

_SEED = 0x9E3779B9
_EPOCH_FROM = 10**9
"""More seconds than this are no wait (31 years) but an instant since 1970."""
_EPOCH_MS_FROM = 10**12

_SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often one account is read. `interval_s` is at least `floor_s`, which is at least 60."""

    account: str
    interval_s: int
    floor_s: int = LEAST_INTERVAL_S

    @property
    def step(self) -> timedelta:
        """The interval with the account's own jitter, always the same one: up to a tenth shorter or longer."""
        spread = self.interval_s * JITTER_PERCENT / 100
        return timedelta(seconds=max(self.floor_s, self.interval_s + spread * _share(self.account)))


@dataclass(frozen=True, slots=True)
class Pace:
    """What happened when the account was last asked. A new one was never asked, or the user has acted since.

    `failures` counts the last failures in a row. `retry_at` with `vendor_asked` is an instant that the vendor named.
    """

    last_asked: datetime | None = None
    failures: int = 0
    trouble: TroubleKind | None = None
    retry_at: datetime | None = None
    vendor_asked: bool = False

    def succeeded(self, at: datetime) -> "Pace":
        """The pace after a good reading at `at`."""
        return Pace(last_asked=at)

    def failed(self, at: datetime, trouble: Trouble) -> "Pace":
        """The pace after a failed reading at `at`."""
        return Pace(at, self.failures + 1, trouble.kind, trouble.retry_at, trouble.vendor_asked)

    def held_until(self, now: datetime) -> datetime | None:
        """Until when even an explicit refresh waits, because the vendor asked for it; None when it need not.

        A wait of more than a day is kept by the desk, but a user who insists may ask once that day is over: one odd
        header must not lock an account for years.
        """
        if not (self.vendor_asked and self.retry_at):
            return None
        asked = self.last_asked or now
        until = min(self.retry_at, _later(asked, LONGEST_HOLD))
        return until if until > now else None

    def waits_long(self) -> bool:
        """Whether the vendor asked for a wait long enough to be told to the user (over 15 minutes)."""
        if not (self.vendor_asked and self.retry_at and self.last_asked):
            return False
        return self.retry_at - self.last_asked > timedelta(seconds=LONG_WAIT_S)


def rhythm(account: Account, definition: Definition, settings: Settings) -> Rhythm:
    """The account's interval, or the desk's where it has none; never under the definition's least nor 60 seconds."""
    floor = max(definition.min_interval, LEAST_INTERVAL_S)
    return Rhythm(account.id, max(account.interval_s or settings.interval_s, floor), floor)


def next_due(pace: Pace, beat: Rhythm, now: datetime) -> datetime | None:
    """When the account is read next by itself, UTC; None: not before the user acts.

    After failures the wait doubles from the second on, up to half an hour; a wait that the vendor asked for takes the
    place of that, and is never cut short. When the clock was turned back, so that the wait would be longer than it can
    be, the account is due now. After a sleep the instant lies in the past: one reading, however long it was.
    """
    if pace.trouble in STOPS_READING:
        return None
    if pace.last_asked is None:
        return now
    if pace.vendor_asked and pace.retry_at is not None:
        waited = _later(pace.last_asked, beat.step)
        longest = _later(now, beat.step * 1.2)
        return max(pace.retry_at, waited if waited <= longest else now)
    wait = back_off(pace.failures, beat)
    if pace.retry_at is not None:  # a wait that the definition documents
        wait = max(wait, pace.retry_at - pace.last_asked)
    due = _later(pace.last_asked, wait)
    return now if due > _later(now, wait * 1.2) else due


def back_off(failures: int, beat: Rhythm) -> timedelta:
    """The wait after this many failures in a row: the interval, or longer, up to half an hour."""
    doubled = timedelta(seconds=min(60 * 2 ** min(failures, 10), LONGEST_BACK_OFF_S))
    return max(beat.step, doubled) if failures else beat.step


def parse_retry_after(text: str, now: datetime) -> datetime | None:
    """The instant that a Retry-After (a header or a body's field) names, UTC; never before `now`, None for garbage.

    Seconds, seconds or milliseconds since 1970 (by size: over 10^9 and from 10^12), an HTTP date, or an ISO 8601 date.
    An absurd one is kept, up to the last representable instant.
    """
    text = text.strip()
    if _SECONDS.fullmatch(text):
        seconds = Decimal(text) if len(text) <= 20 else Decimal(10) ** 20
        if seconds > _EPOCH_FROM:
            return max(now, _since_epoch(seconds / 1000 if seconds >= _EPOCH_MS_FROM else seconds))
        return _later(now, timedelta(microseconds=int(seconds * 10**6)))
    at = _date(text)
    if at is None:
        return None
    return min(max(at, now), LATEST)


def _date(text: str) -> datetime | None:
    if len(text) > 64:
        return None
    from email.utils import parsedate_to_datetime  # 5 ms that the first paint should not pay for

    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            at = parse(text)
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def _since_epoch(seconds: Decimal) -> datetime:
    return _later(datetime(1970, 1, 1, tzinfo=UTC), timedelta(seconds=min(int(seconds), _EPOCH_MS_FROM)))


def _later(at: datetime, wait: timedelta) -> datetime:
    try:
        return min(at + wait, LATEST)
    except OverflowError:
        return LATEST


def _share(account: str) -> float:
    """A number from -1 to 1 that belongs to this account, the same in every run."""
    return crc32(account.encode(), _SEED) / 2**31 - 1
