"""What will happen to an account's pools, in one quiet line: runs out, full, resets, expires."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Pool, PoolKind, Reading, RunOut
from creditdesk.ui import words

JOINT = " · "
_SOON = timedelta(hours=36)
_NEWS_DAYS = 30  # an expiry within this is a sentence of its own on the card, with what is lost
_SURE = {"likely": "likely runs out", "rough": "may run out"}
_SURE_FULL = {"likely": "likely full", "rough": "may be full"}
_SURE_LASTS = {"likely": "likely lasts", "rough": "may last"}


def outlook(reading: Reading, definition: Definition, now: datetime) -> str:
    """The line of a card: the first run-out and the reset that follows it, else the next reset or expiry, else ""."""
    pools = _pools(reading)
    first = first_run_out(reading, now)
    if first is not None:
        pool = reading.snapshot.pool(first.pool) if reading.snapshot else None
        several = sum(not each.in_turn for each in reading.run_outs) > 1
        reset = reset_line(pool, now) if pool else _next_reset(pools, now)
        parts = [run_out_line(first, pool, now, named=several), reset]
        return JOINT.join(part for part in parts if part)
    for line in (_next_reset(pools, now), _next_expiry(pools, reading.run_outs, now)):
        if line:
            return line
    return _note(definition, pools)


def first_run_out(reading: Reading, now: datetime) -> RunOut | None:
    """The run-out that comes first, or None; a package of which something is left at its expiry has none."""
    ahead = [each for each in reading.run_outs if each.at > now and not each.in_turn and each.wasted is None]
    return min(ahead, key=lambda each: each.at, default=None)


def run_out_line(run_out: RunOut, pool: Pool | None, now: datetime, named: bool = False) -> str:
    """ "runs out about Thu 27 Nov", "Monthly likely runs out about tomorrow", "keywords may be full about 9 Jan".

    How sure it is, is said by the verb: plainly, likely, or only that it may. Of a package of which something is left
    over: "expires 24 Nov, about 40 % of it unused".
    """
    when = about(run_out.at, now)
    if pool is not None and pool.kind is PoolKind.SLOTS:
        return f"{pool.label.lower()} {_SURE_FULL.get(run_out.sure, 'full')} about {when}"
    name = f"{pool.label} " if pool is not None and named else ""
    if pool is not None and pool.expires_at is not None and (unused := unused_line(run_out, pool)):
        return f"{name}expires {words.short_day(pool.expires_at, now)}, {unused}"
    return f"{name}{_SURE.get(run_out.sure, 'runs out')} about {when}"


def unused_line(run_out: RunOut, pool: Pool) -> str:
    """What a package wastes, as a share: "about 40 % of it unused"; "" where it is used up first."""
    if run_out.wasted is None or not pool.left or pool.left <= 0:
        return ""
    return f"about {round(100 * run_out.wasted / pool.left)} % of it unused"


def range_line(run_out: RunOut, now: datetime) -> str:
    """ "8 in 10 times between 25 Nov and 1 Dec"; without a later end: "8 in 10 times after 25 Nov, maybe never"."""
    low = words.short_day(run_out.low, now)
    if run_out.high is None:
        return f"8 in 10 times after {low}, maybe never"
    return f"8 in 10 times between {low} and {words.short_day(run_out.high, now)}"


def reset_line(pool: Pool, now: datetime) -> str:
    """ "resets 1 Dec", "resets 1 Dec, assumed"; "" for slots and for what has no reset ahead."""
    if pool.kind is PoolKind.SLOTS or pool.resets_at is None or pool.resets_at <= now:
        return ""
    return f"resets {words.short_day(pool.resets_at, now)}{', assumed' if pool.reset_assumed else ''}"


def expiry_line(pool: Pool, now: datetime) -> str:
    """ "expires Mon 24 Nov", "expired Mon 24 Nov"; "" for what has no expiry."""
    if pool.expires_at is None:
        return ""
    verb = "expired" if pool.expires_at <= now else "expires"
    return f"{verb} {words.day(pool.expires_at, now)}"


def about(at: datetime, now: datetime) -> str:
    """A day roughly: "today", "tomorrow", "Thu 27 Nov" within two weeks, else "9 Jan"."""
    days = (at.astimezone().date() - now.astimezone().date()).days
    if days <= 0:
        return "today"
    if days == 1 and at - now < _SOON:
        return "tomorrow"
    return words.day(at, now) if days <= 14 else words.short_day(at, now)


def lasts_line(run_out: RunOut | None, now: datetime) -> str:
    """The words beside a wallet's one number: "lasts until about tomorrow", "may last until about 9 Jan", or "left"."""
    if run_out is None:
        return "left"
    return f"{_SURE_LASTS.get(run_out.sure, 'lasts')} until about {about(run_out.at, now)}"


def per_day_line(run_out: RunOut, pool: Pool, hide: bool = False) -> str:
    """ "$2.10 a day", rounded to cents or to three figures, for it is an average."""
    value = run_out.per_day
    places = 2 if words.is_money(pool.unit) else max(0, 2 - max(0, value.adjusted()))
    return f"about {words.amount(round(value, places), pool.unit, hide)} a day"


def _pools(reading: Reading) -> tuple[Pool, ...]:
    return reading.snapshot.pools if reading.snapshot else ()


def _next_reset(pools: Iterable[Pool], now: datetime) -> str:
    ahead = [pool for pool in pools if pool.resets_at and pool.resets_at > now and pool.kind is not PoolKind.SLOTS]
    return reset_line(min(ahead, key=lambda pool: pool.resets_at or now), now) if ahead else ""


def _next_expiry(pools: Iterable[Pool], run_outs: Iterable[RunOut], now: datetime) -> str:
    ahead = [pool for pool in pools if pool.expires_at and pool.expires_at > now]
    if not ahead:
        return ""
    first = min(ahead, key=lambda pool: pool.expires_at or now)
    family, colon, _ = first.id.partition(":")
    noun = f"next {family} " if colon else ""
    line = f"{noun}expires {words.short_day(first.expires_at or now, now)}"
    run_out = next((each for each in run_outs if each.pool == first.id), None)
    unused = unused_line(run_out, first) if run_out is not None else ""
    return f"{line}, {unused}" if unused and ((first.expires_at or now) - now).days >= _NEWS_DAYS else line


def _note(definition: Definition, pools: tuple[Pool, ...]) -> str:
    """What the vendor's file says of the first pool, such as that it never expires."""
    if not pools:
        return ""
    family = pools[0].id.partition(":")[0]
    rule = next((rule for rule in definition.pools if rule.id.partition(":")[0] == family), None)
    return rule.notes.strip() if rule else ""
