"""What is marked on a chart besides the line: resets, expiries, top-ups, imports, warnings and notes, and how those
that lie close together become one mark with a count. Pure values."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from creditdesk.core.pools import Level, Pool, PoolKind
from creditdesk.core.series import Event, EventKind, Point, Series
from creditdesk.core.settings import Settings
from creditdesk.ui import event_words, words
from creditdesk.ui.board import Entry, labels_of

_SAME_RESET = timedelta(hours=36)


class MarkKind(StrEnum):
    """Kinds of marks; the value is what the legend says."""

    RESET = "reset"
    EXPIRY = "expiry"
    TOP_UP = "top-up"
    ALERT = "warning"
    IMPORT = "import"
    NOTE = "note"


KINDS = {
    EventKind.RESET: MarkKind.RESET,
    EventKind.TOP_UP: MarkKind.TOP_UP,
    EventKind.ALERT: MarkKind.ALERT,
    EventKind.SENT: MarkKind.IMPORT,
    EventKind.SEND_STOPPED: MarkKind.IMPORT,
    EventKind.SETTLED: MarkKind.IMPORT,
    EventKind.NOTE: MarkKind.NOTE,
}
"""The events that are marked. A use is the line itself, and a failed reading a gap in it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An instant with a few words for a vertical line ("reset 1 Nov", or "") and all of them for hovering.

    `ahead`: it has not come yet.
    """

    at: datetime
    label: str
    words: str
    kind: MarkKind
    ahead: bool = False
    level: Level = Level.LOW


@dataclass(frozen=True, slots=True)
class Cluster:
    """Marks that stand at one place of the screen, oldest first; `x` is where, in pixels."""

    x: float
    marks: tuple[Mark, ...]


def marks(
    entry: Entry, shown: Sequence[Series], events: Iterable[Event], settings: Settings, now: datetime
) -> tuple[Mark, ...]:
    """The marks of these pools, in the order of time: what happened to them or to the account, and what lies ahead."""
    pools = {each.pool for each in shown} | {f"total:{each.unit}" for each in shown} | {""}  # as warnings name them
    told = [event for event in events if event.kind in KINDS and event.pool in pools]
    resets = [event for event in told if event.kind is EventKind.RESET]
    found = [*_past_resets(entry, shown, resets, settings, now), *_ahead(entry, shown, now)]
    found += [_of_event(entry, event, settings) for event in told if event.kind is not EventKind.RESET]
    return tuple(sorted(found, key=lambda mark: mark.at))


def clusters(
    shown: Sequence[Mark], span: tuple[datetime, datetime], x: Callable[[datetime], float], apart: float
) -> list[Cluster]:
    """The marks from one instant to another as they stand on screen: none nearer to another than `apart` pixels."""
    first = bisect_left(shown, span[0], key=lambda mark: mark.at)
    last = bisect_right(shown, span[1], key=lambda mark: mark.at)
    found: list[Cluster] = []
    group: list[Mark] = []
    begun = 0.0
    for mark in shown[first:last]:
        here = x(mark.at)
        if group and here - begun >= apart:
            found.append(Cluster(begun, tuple(group)))
            group = []
        if not group:
            begun = here
        group.append(mark)
    return [*found, Cluster(begun, tuple(group))] if group else found


def nearest(found: Iterable[Cluster], x: float, within: float) -> Cluster | None:
    """The cluster nearest to a pixel and not farther than `within` pixels from it."""
    near = [each for each in found if abs(each.x - x) <= within]
    return min(near, key=lambda each: abs(each.x - x), default=None)


def holding(found: Iterable[Cluster], at: datetime) -> Cluster | None:
    """The cluster in which the mark of this instant stands."""
    return next((each for each in found if each.marks[0].at <= at <= each.marks[-1].at), None)


def beside(shown: Sequence[Mark], at: datetime, forward: bool) -> datetime | None:
    """The instant of the next mark after (or before) `at` that has come already, for stepping with the keyboard."""
    past = [mark.at for mark in shown if not mark.ahead]
    place = bisect_right(past, at) if forward else bisect_left(past, at) - 1
    return past[place] if 0 <= place < len(past) else None


def lines(cluster: Cluster, now: datetime, most: int = 8) -> list[str]:
    """What hovering says: a line a mark, newest last, and how many more there are."""
    said = [f"{words.moment(mark.at, now)}  {mark.words}" for mark in cluster.marks[:most]]
    rest = len(cluster.marks) - most
    return [*said, f"and {rest:,} more; zoom in to see them"] if rest > 0 else said


def _of_event(entry: Entry, event: Event, settings: Settings) -> Mark:
    said = event_words.what(event, entry.definition, settings.hide_amounts, labels_of(entry), settings.hide_names)
    amount = event_words.change(event, settings.hide_amounts)
    grave = event.detail.partition(" ")[0].lower().rstrip(":") in (Level.CRITICAL.value, Level.EXHAUSTED.value)
    level = Level.CRITICAL if grave else Level.LOW
    return Mark(event.at, "", f"{said}, {amount}" if amount else said, KINDS[event.kind], level=level)


def _past_resets(
    entry: Entry, shown: Sequence[Series], resets: Sequence[Event], settings: Settings, now: datetime
) -> list[Mark]:
    """At their rule where the points know it, else when they were seen; slots have none."""
    refilled = [each for each in shown if each.kind is PoolKind.ALLOWANCE and each.points]
    if not refilled:
        return []
    first = min(each.points[0].first_seen for each in refilled)
    known = sorted({at for each in refilled for at in _ruled(each.points) if first <= at <= now})
    seen = {event.at: _of_event(entry, event, settings).words for event in resets if first <= event.at <= now}
    said: dict[datetime, list[str]] = {at: [] for at in known}
    for at, text in seen.items():
        place = bisect_left(known, at - _SAME_RESET)
        near = [each for each in known[place : place + 2] if abs(each - at) <= _SAME_RESET]
        said.setdefault(min(near, key=lambda each: abs(each - at)) if near else at, []).append(text)
    return [_reset(at, "; ".join(texts) or "Reset", now) for at, texts in said.items()]


def _reset(at: datetime, text: str, now: datetime) -> Mark:
    return Mark(at, f"reset {words.short_day(at, now)}", text, MarkKind.RESET)


def _ruled(points: Sequence[Point]) -> list[datetime]:
    """The resets that points on both sides of them confirm. A rule that moves with every reading leaves none behind."""
    found: list[datetime] = []
    place = 0
    while place < len(points):
        at = points[place].resets_at
        if at is None:
            place += 1
            continue
        after = max(place + 1, bisect_right(points, at, key=lambda point: point.last_seen))
        if after < len(points) and points[after].resets_at != at and points[after - 1].resets_at == at:
            found.append(at)
        place = after
    return found


def _ahead(entry: Entry, shown: Sequence[Series], now: datetime) -> list[Mark]:
    there: list[Pool] = []
    if entry.reading.snapshot is not None:
        there = [pool for each in shown if (pool := entry.reading.snapshot.pool(each.pool)) is not None]
    found = []
    for pool in there:
        if pool.kind is PoolKind.ALLOWANCE and pool.resets_at is not None and pool.resets_at > now:
            assumed = ", assumed" if pool.reset_assumed else ""
            label = f"reset {words.short_day(pool.resets_at, now)}{assumed}"
            found.append(Mark(pool.resets_at, label, f"{pool.label} resets{assumed}", MarkKind.RESET, ahead=True))
        if pool.expires_at is not None and pool.expires_at > now and len(shown) == 1:
            label = f"expires {words.short_day(pool.expires_at, now)}"
            found.append(Mark(pool.expires_at, label, f"{pool.label} expires", MarkKind.EXPIRY, ahead=True))
    return list({(mark.at, mark.kind): mark for mark in found}.values())
