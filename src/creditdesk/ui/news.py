"""The worst news of all accounts, as the words of the banner over the overview."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from creditdesk.core.pools import STOPS_READING, Level, Pool, TroubleKind
from creditdesk.core.settings import Settings
from creditdesk.ui import outlook, words
from creditdesk.ui.board import Entry

_NEEDS_USER = STOPS_READING | {TroubleKind.KEYRING_LOCKED}


@dataclass(frozen=True, slots=True)
class News:
    """A bold lead and its rest, of one account. `remedy` is set when the user can mend it with a button."""

    account: str
    lead: str
    rest: str
    level: Level
    remedy: words.Words | None = None


def worst_news(entries: Iterable[Entry], now: datetime, settings: Settings) -> News | None:
    """The news of the account that needs the user most, or None when all is well. Muted accounts are left out."""
    heard = [entry for entry in entries if not entry.reading.account.muted]
    bad = [entry for entry in heard if entry.reading.level.severity >= Level.LOW.severity]
    stuck = [entry for entry in heard if entry.reading.trouble and entry.reading.trouble.kind in _NEEDS_USER]
    if bad:
        worst = min(bad, key=lambda entry: (-entry.reading.level.severity, _when(entry, now)))
        return _with_others(_level_news(worst, now, settings), len(bad) - 1)
    return _with_others(_stuck_news(stuck[0], settings), len(stuck) - 1) if stuck else None


def _level_news(entry: Entry, now: datetime, settings: Settings) -> News:
    reading = entry.reading
    name = words.account_name(reading.account, entry.definition, settings.hide_names)
    first = outlook.first_run_out(reading, now)
    pool = reading.snapshot.pool(first.pool) if first is not None and reading.snapshot else None
    if reading.level is Level.EXHAUSTED:
        rest = _reset_of(reading.snapshot.pools if reading.snapshot else (), now)
        return News(entry.id, f"{name} is used up", f", {rest}." if rest else ".", reading.level)
    if first is None:
        return News(
            entry.id, f"{name} is {words.level_word(reading.level).lower()}", _left(entry, settings), reading.level
        )
    verb = outlook.run_out_line(first, pool, now)
    rest = "."
    if pool is not None and pool.resets_at is not None and pool.resets_at > first.at:
        days = (pool.resets_at - first.at).days
        gap = f"{words.count(days, 'days')} before its reset on" if days else "before its reset on"
        rest = f", {gap} {words.short_day(pool.resets_at, now)}."
    return News(entry.id, f"{name} {verb}", rest, reading.level)


def _stuck_news(entry: Entry, settings: Settings) -> News:
    trouble = entry.reading.trouble
    assert trouble is not None
    remedy = words.remedy(trouble)
    name = words.account_name(entry.reading.account, entry.definition, settings.hide_names)
    return News(entry.id, f"{name}: {remedy.title.lower()}.", remedy.why, Level.NOT_READ, remedy)


def _with_others(news: News, others: int) -> News:
    if others <= 0:
        return news
    more = f" {words.count(others, 'more accounts')} need{'s' if others == 1 else ''} a look."
    return News(news.account, news.lead, news.rest + more, news.level, news.remedy)


def _when(entry: Entry, now: datetime) -> datetime:
    first = outlook.first_run_out(entry.reading, now)
    return first.at if first is not None else datetime.max.replace(tzinfo=now.tzinfo)


def _left(entry: Entry, settings: Settings) -> str:
    """The pool with the smallest share left: ": Monthly 92 of 500 left."."""
    snapshot = entry.reading.snapshot
    if snapshot is None or not snapshot.pools:
        return "."
    limited = [pool for pool in snapshot.pools if pool.limit and pool.left is not None]
    pool = min(limited, key=_share) if limited else snapshot.pools[0]
    return f": {pool.label} {words.left_of(pool, settings.hide_amounts)}."


def _share(pool: Pool) -> float:
    return float((pool.left or 0) / pool.limit) if pool.limit else 1.0


def _reset_of(pools: Iterable[Pool], now: datetime) -> str:
    ahead = sorted(pool.resets_at for pool in pools if pool.resets_at is not None and pool.resets_at > now)
    return f"it resets {words.short_day(ahead[0], now)}" if ahead else ""
