"""A rule tried on the past: when it would have fired and cleared, by the same judgement that warns today.

The past is gone through in a limited number of steps, whatever its length; a step in which something changes is gone
through point by point, so that what is said of it is exact. What rests on a forecast is as fine as its steps.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise

from creditdesk.core.alerts import Decision, is_told, judge
from creditdesk.core.definition import Definition
from creditdesk.core.levels import Evidence, Finding, assess
from creditdesk.core.pools import Account, Level, Pool, PoolKind, RunOut, Snapshot, Source
from creditdesk.core.rules import OF_STOCK, RuleKind
from creditdesk.core.run_outs import run_outs
from creditdesk.core.series import Episode, Event, EventKind, Point, Series
from creditdesk.core.settings import Settings
from creditdesk.core.spending import LOOK_BACK_DAYS, left_at
from creditdesk.core.stock import is_top_up
from creditdesk.core.unusual import unusual
from creditdesk.core.watching import Look, watch

STEP = timedelta(hours=1)
MOST_STEPS = 1000
MOST_FORECASTS = 180
SPARSE = timedelta(hours=1)
_GONE = timedelta(hours=2)
_KEY_WORDS = ("key", "access")


@dataclass(frozen=True, slots=True)
class Past:
    """Whose past it is, by what it is judged, and until when (UTC) it is gone through. `zone`: where days begin."""

    account: Account
    definition: Definition
    settings: Settings
    until: datetime
    zone: tzinfo = UTC


def replay(
    rule: RuleKind, series: Sequence[Series], events: Sequence[Event], past: Past, step: timedelta = STEP
) -> tuple[Episode, ...]:
    """When this rule alone would have fired over these series, oldest first; those still open are not cleared.

    A rule that is off is tried all the same. `step` is the least width of one step; a long past has wider ones.
    """
    known = [each for each in series if each.points and each.points[0].first_seen <= past.until]
    lines = [_Line(each) for each in known if each.kind is not PoolKind.RATE]
    if rule is RuleKind.KEY_REJECTED:
        return _key_rejected(events, past)
    if not lines:
        return ()
    if rule is RuleKind.NOT_READ:
        return _not_read(lines, past)
    if rule is RuleKind.REFILLED:
        return _refilled(lines, past)
    if rule is RuleKind.LOOK_UP:
        return _looked_up(lines, past)
    return _Replay(rule, lines, past).run(step)


class _Line:
    """One pool's points, and where in them the walk stands."""

    def __init__(self, series: Series) -> None:
        self.series = series
        self.points = series.points
        self.firsts = [point.first_seen for point in series.points]
        prepaid = series.kind in (PoolKind.WALLET, PoolKind.PACKAGE)
        self.rises = [
            after.first_seen
            for before, after in pairwise(series.points if prepaid else ())
            if before.left is not None and after.left is not None and is_top_up(before.left, after.left)
        ]

    def at(self, when: datetime) -> Point | None:
        """The point that held then; None before the first, after the last, and in a gap."""
        index = bisect_right(self.firsts, when) - 1
        if index < 0:
            return None
        point = self.points[index]
        if when <= point.last_seen or (index + 1 < len(self.points) and when - point.last_seen <= _GONE):
            return point
        return None

    def within(self, begin: datetime, end: datetime) -> tuple[Point, ...]:
        """The points that begin in a step."""
        return self.points[bisect_right(self.firsts, begin) : bisect_right(self.firsts, end)]

    def until(self, when: datetime) -> Series:
        """The last weeks before an instant, as a forecast may know them."""
        since = when - timedelta(days=LOOK_BACK_DAYS)
        begin, end = max(0, bisect_right(self.firsts, since) - 1), bisect_right(self.firsts, when)
        points = self.points[begin:end]
        if points and points[-1].last_seen > when:
            points = (*points[:-1], replace(points[-1], last_seen=when))
        return replace(self.series, points=points)


class _Replay:
    """The walk: the episodes so far, over and open."""

    def __init__(self, rule: RuleKind, lines: Sequence[_Line], past: Past) -> None:
        self.rule, self.past = rule, past
        self.foretells = rule in (RuleKind.RUNS_OUT, RuleKind.UNUSUAL)
        self.lines = [_Line(_sparse(each.series)) for each in lines] if self.foretells else list(lines)
        self.off = frozenset(RuleKind) - {rule}
        self.thresholds = past.account.thresholds or past.settings.thresholds
        self.open: tuple[Episode, ...] = ()
        self.over: list[Episode] = []
        self.count = 0

    def run(self, least: timedelta) -> tuple[Episode, ...]:
        begin = min(line.firsts[0] for line in self.lines)
        span = max(self.past.until - begin, least)
        step = max(least, span / (MOST_FORECASTS / len(self.lines) if self.foretells else MOST_STEPS))
        self._look(begin)
        while begin < self.past.until:
            end = min(begin + step, self.past.until)
            self._walk(begin, end)
            begin = end
        still = [each for each in self.open if is_told(each)]
        return tuple(sorted((*self.over, *still), key=lambda each: each.fired_at))

    def _walk(self, begin: datetime, end: datetime) -> None:
        found = [line.within(begin, end) for line in self.lines]
        if self.foretells:
            self._look(end)
            return
        few = sorted({at for points in found for at in _extremes(points)} | {end})
        before = (self.open, list(self.over), self.count)
        changed = [self._look(at) for at in few]
        if any(changed):
            self.open, self.over, self.count = before
            for at in sorted({point.first_seen for points in found for point in points} | {end}):
                self._look(at)

    def _look(self, at: datetime) -> bool:
        """Judge one instant; whether anything opened or closed."""
        snapshot = self._snapshot(at)
        if snapshot is None:
            return False
        decision = judge(self.past.account.id, self.open, self._findings(snapshot, at), at)
        if decision == Decision():
            return False
        gone = {each.id for each in (*decision.cleared, *decision.changed)}
        self.over += [each for each in decision.cleared if is_told(each)]
        changed = [each for each in decision.changed if each not in decision.new]
        fresh = [self._numbered(each) for each in (*decision.new, *decision.quiet, *changed)]
        self.open = (*(each for each in self.open if each.id not in gone), *fresh)
        return bool(decision.new or decision.cleared)

    def _numbered(self, episode: Episode) -> Episode:
        if episode.id:
            return episode
        self.count += 1
        return replace(episode, id=self.count)

    def _findings(self, snapshot: Snapshot, at: datetime) -> tuple[Finding, ...]:
        known = [line.until(at) for line in self.lines] if self.foretells else []
        if self.rule in OF_STOCK:
            drain = self.past.definition.drain
            ends = run_outs(known, drain, at, in_turn=False) if self.rule is RuleKind.RUNS_OUT else ()
            return assess(self._evidence(snapshot, ends, at), self.thresholds, self.past.settings, at)
        rules = self.past.settings.rules
        odd = unusual(known, rules, at, self.past.zone) if self.rule is RuleKind.UNUSUAL else ()
        return watch(Look(snapshot, None, True, fresh=True, odd=odd), rules, self.off, at)

    def _evidence(self, snapshot: Snapshot, ends: tuple[RunOut, ...], at: datetime) -> Evidence:
        risen = {
            line.series.pool: line.rises[index - 1] for line in self.lines if (index := bisect_right(line.rises, at))
        }
        return Evidence(self.past.definition, snapshot, run_outs=ends, topped_up=risen, off=self.off)

    def _snapshot(self, at: datetime) -> Snapshot | None:
        found = [(line.series, point) for line in self.lines if (point := line.at(at)) is not None]
        if not found:
            return None
        return Snapshot(at, found[0][1].source, tuple(_pool(series, point) for series, point in found))


def _pool(series: Series, point: Point) -> Pool:
    amounts = (point.left, point.limit, point.used, point.resets_at, point.expires_at)
    return Pool(series.pool, series.label, series.kind, series.unit, *amounts)


def _extremes(points: Sequence[Point]) -> Iterator[datetime]:
    """When the lowest and the highest of a step held first, and the last point began."""
    known = [(left, point.first_seen) for point in points if (left := left_at(point)) is not None]
    if known:
        yield min(known)[1]
        yield max(known, key=lambda each: each[0])[1]
    if points:
        yield points[-1].first_seen


def _sparse(series: Series) -> Series:
    """One point an hour, both ends of a rise kept: what was used is told by the falls between."""
    if len(series.points) < 2:
        return series
    kept = [series.points[0]]
    for point, after in pairwise(series.points[1:]):
        near = point.last_seen - kept[-1].last_seen < SPARSE
        if not near or _rises(kept[-1], point) or _rises(point, after):
            kept.append(point)
    return replace(series, points=(*kept, series.points[-1]))


def _rises(before: Point, after: Point) -> bool:
    had, has = left_at(before), left_at(after)
    return had is None or has is None or has > had


def _not_read(lines: Sequence[_Line], past: Past) -> tuple[Episode, ...]:
    """The gaps: nothing of any pool was read for longer than the rule says."""
    spans = sorted((point.first_seen, point.last_seen) for line in lines for point in line.points)
    longest = timedelta(hours=float(past.settings.rules.not_read_hours))
    found, last = [], spans[0][1]
    for first, until in (*spans[1:], (past.until, past.until)):
        if first - last > longest:
            cleared = first if first < past.until else None
            fired = _episode(past, RuleKind.NOT_READ, Level.LOW, last + longest)
            found.append(replace(fired, cleared_at=cleared))
        last = max(last, until)
    return tuple(found)


def _key_rejected(events: Sequence[Event], past: Past) -> tuple[Episode, ...]:
    """What the activity page kept of troubles: their kind, or a sentence about the key."""
    found: list[Episode] = []
    for event in sorted(events, key=lambda each: each.at):
        if event.account != past.account.id or event.at > past.until:
            continue
        open_now = bool(found) and found[-1].cleared_at is None
        if event.kind is EventKind.RECOVERED and open_now:
            found[-1] = replace(found[-1], cleared_at=event.at)
        elif event.kind is EventKind.TROUBLE and not open_now and _is_about_the_key(event.detail):
            found.append(_episode(past, RuleKind.KEY_REJECTED, Level.LOW, event.at))
    return tuple(found)


def _is_about_the_key(detail: str) -> bool:
    return any(word in detail.casefold() for word in _KEY_WORDS)


def _refilled(lines: Sequence[_Line], past: Past) -> tuple[Episode, ...]:
    found = []
    off = frozenset(RuleKind) - {RuleKind.REFILLED}
    for line in lines:
        for before, after in pairwise(line.points):
            had, has = left_at(before), left_at(after)
            if had is None or has is None or has <= had or after.first_seen > past.until:
                continue
            old, new = (Snapshot(each.first_seen, each.source, (_pool(line.series, each),)) for each in (before, after))
            news = watch(Look(new, None, True, True, before=old), past.settings.rules, off, new.read_at)
            told = judge(past.account.id, (), news, new.read_at).new
            found += [replace(each, cleared_at=each.fired_at) for each in told]
    return tuple(sorted(found, key=lambda each: each.fired_at))


def _looked_up(lines: Sequence[_Line], past: Past) -> tuple[Episode, ...]:
    """When a balance typed by hand was as many days old as the account says, and each time again."""
    typed = sorted({point.first_seen for line in lines for point in line.points if point.source is Source.BY_HAND})
    period, found = timedelta(days=past.account.remind_days), []
    for begin, end in pairwise((*typed, past.until)) if period else ():
        due = [begin + period * count for count in range(1, (end - begin) // period + 1)]
        for at, until in pairwise((*due, end)):
            cleared = until if until < past.until else None
            found.append(replace(_episode(past, RuleKind.LOOK_UP, Level.LOW, at), cleared_at=cleared))
    return tuple(found)


def _episode(past: Past, rule: RuleKind, level: Level, at: datetime) -> Episode:
    return Episode(past.account.id, level, at, rule=rule.value)
