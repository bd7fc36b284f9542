"""The rules that are not about how much is left: a rejected key, no reading for long, an expiry, a refill, odd use.

`watch` gives a finding for each of them, as `levels.assess` does for the rules of stock; `alerts.judge` takes both.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from creditdesk.core.amounts import instant_text, plain
from creditdesk.core.levels import HYSTERESIS, Finding, Numbers
from creditdesk.core.pools import Level, Pool, PoolKind, Snapshot, Source, Trouble, TroubleKind
from creditdesk.core.rules import RuleKind, Rules
from creditdesk.core.stock import is_top_up, left_of, standing

KEY_TROUBLES = frozenset({TroubleKind.KEY_REJECTED, TroubleKind.NO_ACCESS})
_CERTAIN = frozenset({Source.LIVE, Source.METERED})


@dataclass(frozen=True, slots=True)
class Look:
    """One look at an account. `asks`: its vendor is asked by itself; `fresh`: this look is a reading that succeeded.

    `snapshot` is what counts now, `read` the last one that was read where that is another (balances by hand may stand
    in), `before` the one before it where this look is `fresh`; `stale` as in `Evidence`. `odd`: see `unusual.unusual`.
    `remind_days`: after how many days a balance by hand is to be looked up again; 0: never.
    """

    snapshot: Snapshot | None
    trouble: Trouble | None
    asks: bool
    fresh: bool = False
    stale: bool = False
    before: Snapshot | None = None
    odd: tuple[Finding, ...] = ()
    read: Snapshot | None = None
    remind_days: int = 0


def watch(look: Look, rules: Rules, off: frozenset[RuleKind], now: datetime) -> tuple[Finding, ...]:
    """The findings of a look, by the rules that are not `off`."""
    found = [_key(look), _unread(look, rules, off, now), _look_up(look, now)]
    if look.snapshot is not None and look.trouble is None and not look.stale:
        found += [*_expiring(look.snapshot, rules, now), _key_expiry(look.snapshot, rules, now), *look.odd]
        if look.fresh and look.before is not None:
            found += _refills(look.before, look.snapshot)
    return tuple(each for each in found if each is not None and each.rule not in off)


def unread(look: Look, rules: Rules, off: frozenset[RuleKind], now: datetime) -> tuple[Finding, ...]:
    """The only finding that time alone makes, when nobody is asked: nothing was read for too long."""
    found = None if RuleKind.NOT_READ in off else _unread(look, rules, off, now)
    return () if found is None else (found,)


def _key(look: Look) -> Finding:
    """Whether the vendor takes the key. Only an answer to a request says that it does."""
    trouble, rule = look.trouble, RuleKind.KEY_REJECTED
    if look.asks and trouble is not None and trouble.kind in KEY_TROUBLES:
        numbers = (("trouble", trouble.kind.value), *_since(trouble.since))
        return Finding("", Level.LOW, Level.LOW, rule=rule, numbers=numbers)
    answered = look.fresh or (trouble is not None and trouble.kind is TroubleKind.EXHAUSTED)
    level = Level.GOOD if answered or not look.asks else Level.NOT_READ
    return Finding("", level, level, rule=rule)


def _unread(look: Look, rules: Rules, off: frozenset[RuleKind], now: datetime) -> Finding | None:
    """Whether there was no good reading for too long. A clock that was put back clears nothing: a reading does."""
    rule, trouble = RuleKind.NOT_READ, look.trouble
    if not look.asks:
        return Finding("", Level.GOOD, Level.GOOD, rule=rule)
    last = look.read or look.snapshot
    read = last if last is not None and last.source in _CERTAIN else None
    since = read.read_at if read is not None else trouble.since if trouble is not None else None
    if since is None or (trouble is not None and trouble.kind in KEY_TROUBLES and RuleKind.KEY_REJECTED not in off):
        return None  # the key's own rule speaks for it
    hours = Decimal(int((now - since).total_seconds())) / 3600
    window = f"+{instant_text(read.read_at)}" if read is not None else ""
    if hours > rules.not_read_hours:
        said = [("since", instant_text(since)), ("hours", plain(rules.not_read_hours))]
        said += [("trouble", trouble.kind.value)] if trouble is not None else []
        return Finding("", Level.LOW, Level.LOW, window=window, rule=rule, numbers=tuple(said))
    eased = Level.GOOD if trouble is None else Level.LOW
    return Finding("", Level.GOOD, eased, window=window, rule=rule)


def _look_up(look: Look, now: datetime) -> Finding:
    """Whether a balance by hand is to be looked up again; told once a period, until somebody types it anew."""
    rule, snapshot, days = RuleKind.LOOK_UP, look.snapshot, look.remind_days
    if snapshot is None or not days or snapshot.source in _CERTAIN:
        return Finding("", Level.GOOD, Level.GOOD, rule=rule)
    periods = (now - snapshot.read_at) // timedelta(days=days)
    if periods < 1:  # a clock that was put back clears nothing: typing does
        return Finding("", Level.GOOD, Level.LOW, window=f"+{instant_text(snapshot.read_at)}", rule=rule)
    window = f"+{instant_text(snapshot.read_at + timedelta(days=days) * periods)}"
    numbers = (("since", instant_text(snapshot.read_at)), ("days", str(days)))
    return Finding("", Level.LOW, Level.LOW, window=window, rule=rule, numbers=numbers)


def _since(at: datetime | None) -> Numbers:
    return (("since", instant_text(at)),) if at is not None else ()


def _expiring(snapshot: Snapshot, rules: Rules, now: datetime) -> list[Finding]:
    """What is gone soon with something left in it, pool by pool."""
    pools = [pool for pool in standing(snapshot.pools, now) if pool.kind is not PoolKind.RATE]
    return [_expiry(pool, pool.expires_at, rules.expires_days, now) for pool in pools if pool.expires_at is not None]


def _expiry(pool: Pool, expires_at: datetime, days: Decimal, now: datetime) -> Finding:
    left, lasts = left_of(pool), Decimal(int((expires_at - now).total_seconds())) / 86400
    holds = left is not None and left > 0
    found = Level.LOW if holds and lasts < days else Level.GOOD
    eased = Level.LOW if holds and lasts < days * HYSTERESIS else Level.GOOD
    window = instant_text(expires_at)
    numbers: Numbers = ()
    if found is Level.LOW and left is not None:
        numbers = (("left", plain(left)), ("unit", pool.unit), ("at", window), ("days", plain(days)))
    return Finding(
        pool.id, found, eased, left=left, unit=pool.unit, window=window, rule=RuleKind.EXPIRES, numbers=numbers
    )


def _key_expiry(snapshot: Snapshot, rules: Rules, now: datetime) -> Finding:
    """Whether the key itself ends soon. One whose end the vendor does not tell is good."""
    if snapshot.key_expires_at is None:
        return Finding("", Level.GOOD, Level.GOOD, rule=RuleKind.KEY_EXPIRES)
    lasts = Decimal(int((snapshot.key_expires_at - now).total_seconds())) / 86400
    found = Level.LOW if lasts < rules.expires_days else Level.GOOD
    eased = Level.LOW if lasts < rules.expires_days * HYSTERESIS else Level.GOOD
    window = instant_text(snapshot.key_expires_at)
    numbers = (("at", window), ("days", plain(rules.expires_days))) if found is Level.LOW else ()
    return Finding("", found, eased, window=window, rule=RuleKind.KEY_EXPIRES, numbers=numbers)


def _refills(before: Snapshot, after: Snapshot) -> list[Finding]:
    """What a reset or a top-up added between two readings, pool by pool; told once a pool and day."""
    if before.source not in _CERTAIN or after.source not in _CERTAIN:
        return []
    return [found for pool in after.pools if (found := _refill(before, pool, after.read_at)) is not None]


def _refill(before: Snapshot, pool: Pool, at: datetime) -> Finding | None:
    if pool.kind in (PoolKind.RATE, PoolKind.SLOTS):
        return None
    old, has = before.pool(pool.id), left_of(pool)
    had = left_of(old) if old is not None else Decimal(0) if pool.kind is PoolKind.PACKAGE else None
    if had is None or has is None or has <= had:
        return None
    resets = old.resets_at if old is not None else None
    was_reset = resets is not None and resets <= at and pool.resets_at != resets
    if not was_reset and (pool.kind is PoolKind.SPEND or not is_top_up(had, has)):
        return None
    window = instant_text(resets) if was_reset and resets is not None else f"+{at:%Y-%m-%d}"
    how = "reset" if was_reset else "top-up"
    numbers = (("by", plain(has - had)), ("left", plain(has)), ("unit", pool.unit), ("how", how))
    return Finding(
        pool.id,
        Level.GOOD,
        Level.GOOD,
        left=has,
        unit=pool.unit,
        window=window,
        rule=RuleKind.REFILLED,
        numbers=numbers,
    )
