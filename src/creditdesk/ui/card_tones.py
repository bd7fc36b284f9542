"""Which bars of a card are coloured: those of the pools that make the account what it is, each by its own level."""

from collections.abc import Iterable
from datetime import datetime

from creditdesk.core.levels import Evidence, Finding, assess
from creditdesk.core.pools import Level, Pool
from creditdesk.core.settings import Settings
from creditdesk.core.stock import place
from creditdesk.ui import outlook, theme
from creditdesk.ui.board import Entry

_BAD = frozenset({Level.LOW, Level.CRITICAL, Level.EXHAUSTED})


def pool_tones(entry: Entry, settings: Settings, now: datetime, old: bool) -> dict[str, str]:
    """The colour token of every pool's bar, by the pool's id; `old`: the number is not to be taken for live."""
    reading = entry.reading
    pools = reading.snapshot.pools if reading.snapshot is not None else ()
    if old or reading.level is Level.NOT_READ:
        return {pool.id: "stale" for pool in pools}
    tones = {pool.id: "accent" for pool in pools}
    if reading.level in _BAD:
        found = [each for each in _findings(entry, settings, now) if each.level in _BAD]
        for finding in found or [Finding("", reading.level, reading.level)]:
            cause = _cause(entry, finding, now)
            if cause:
                tones[cause] = theme.state(finding.level).gauge
    return tones


def used_share(pool: Pool) -> float | None:
    """The used part of the limit: 0 to 1, over 1 when more was used than the limit; None when unknown."""
    if pool.limit is None or pool.limit <= 0:
        return None
    used = pool.used if pool.used is not None else (pool.limit - pool.left if pool.left is not None else None)
    return None if used is None else float(used / pool.limit)


def _findings(entry: Entry, settings: Settings, now: datetime) -> Iterable[Finding]:
    reading = entry.reading
    evidence = Evidence(entry.definition, reading.snapshot, reading.trouble, reading.stale, reading.run_outs)
    return assess(evidence, reading.account.thresholds or settings.thresholds, settings, now)


def _cause(entry: Entry, finding: Finding, now: datetime) -> str:
    """The pool that a finding comes from: of several, the one that runs out first, else the one most used."""
    pools = entry.reading.snapshot.pools if entry.reading.snapshot is not None else ()
    if any(pool.id == finding.pool for pool in pools):
        return finding.pool
    drained = [pool for pool in pools if place(entry.definition.drain, pool.id) is not None]
    asked = drained if finding.pool else pools
    shares = {pool.id: used_share(pool) or 0.0 for pool in asked if pool.limit is not None}
    first = outlook.first_run_out(entry.reading, now)
    if first is not None and first.pool in shares:
        return first.pool
    return max(shares, key=lambda each: shares[each], default="")
