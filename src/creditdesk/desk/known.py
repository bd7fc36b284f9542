"""What the desk knows of an account between two readings, so that a reading costs no query."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from creditdesk.core.cadence import Pace, Rhythm, back_off, next_due
from creditdesk.core.definition import Definition
from creditdesk.core.forecast import project, project_account
from creditdesk.core.pools import Account, Pool, PoolKind, RunOut, Snapshot, Trouble, TroubleKind
from creditdesk.core.series import Episode, Point, Series
from creditdesk.core.spending import left_at
from creditdesk.core.stock import is_top_up, place
from creditdesk.core.typed import Typed, typed_rules
from creditdesk.store.history import Latest

LOOK_BACK = timedelta(days=60)
PROJECT_AGAIN = timedelta(minutes=15)
SPARK_POINTS = 40
DENSE = timedelta(days=2)
SPARSE = timedelta(hours=1)
THIN_AGAIN = 256
PREPAID = (PoolKind.WALLET, PoolKind.PACKAGE)


@dataclass(slots=True)
class Known:
    """An account's last good snapshot, its trouble and pace, its last weeks, and what follows from them."""

    snapshot: Snapshot | None = None
    trouble: Trouble | None = None
    pace: Pace = field(default_factory=Pace)
    typed: dict[str, Typed] = field(default_factory=dict)
    episodes: tuple[Episode, ...] = ()
    series: dict[str, Series] | None = None  # None until it is first needed
    run_outs: tuple[RunOut, ...] = ()
    projected_at: datetime | None = None
    topped_up: dict[str, datetime] = field(default_factory=dict)
    acted: int = 0  # how often the user changed the key or the address

    def failed(self, trouble: Trouble, beat: Rhythm, now: datetime) -> Trouble:
        """Note a reading that failed; the trouble with the instants since when it lasts and when it is tried next."""
        since = self.trouble.since if self.trouble and self.trouble.kind is trouble.kind else None
        self.pace = self.pace.failed(now, trouble)
        retry_at = trouble.retry_at if trouble.vendor_asked else next_due(self.pace, beat, now)
        self.trouble = replace(trouble, since=since or now, retry_at=retry_at)
        return self.trouble

    def seen(self) -> tuple[Snapshot | None, dict[str, Typed]]:
        """What a look into the database could tell anew, as it is known now."""
        return self.snapshot, dict(self.typed)

    def learn(self, latest: Latest, seen: tuple[Snapshot | None, dict[str, Typed]]) -> bool:
        """Take over what another process remembered since; whether there was anything.

        `seen` is what was known when `latest` was looked up: what this desk learned itself meanwhile is newer.
        """
        if self.seen() != seen:
            return False
        learned = dict(latest.typed) != self.typed
        self.typed = dict(latest.typed)
        theirs, ours = latest.snapshot, self.snapshot
        if theirs is not None and (ours is None or theirs.read_at > ours.read_at):
            self.snapshot, self.trouble = theirs, latest.trouble
            if latest.trouble is None:
                self.pace = self.pace.succeeded(theirs.read_at)
            learned = True
        if learned:
            self.series = self.projected_at = None
        return learned

    def succeeded(self, snapshot: Snapshot, now: datetime) -> None:
        """Note a good reading."""
        self.snapshot, self.trouble = snapshot, None
        self.pace = self.pace.succeeded(now)
        if self.series is not None:
            for pool in snapshot.pools:
                self._extend(pool, snapshot)

    def remember(self, series: Iterable[Series]) -> None:
        """The last weeks, as the database has them."""
        self.series = {each.pool: replace(each, points=thinned(each.points)) for each in series}
        self.topped_up = {pool: at for pool, each in self.series.items() if (at := _last_rise(each)) is not None}

    def project(self, definition: Definition, now: datetime) -> None:
        """Work out anew when the pools run out; every quarter of an hour, sooner while little is known."""
        recent = self.projected_at is not None and timedelta(0) <= now - self.projected_at < PROJECT_AGAIN
        if self.series is None or recent:
            return
        self.projected_at = now
        series = tuple(self.series.values())
        drained = sorted(
            (each for each in series if place(definition.drain, each.pool) is not None),
            key=lambda each: place(definition.drain, each.pool) or 0,
        )
        shared = {each.pool for each in drained if each.unit == drained[0].unit}
        together = project_account(series, definition.drain, now) if len(shared) > 1 else None
        alone = [
            replace(run_out, in_turn=len(shared) > 1 and each.pool in shared)
            for each in series
            if (run_out := project(each, now)) is not None
        ]
        self.run_outs = tuple(alone) if together is None else (together, *alone)

    def spark(self, definition: Definition) -> tuple[tuple[datetime, Decimal], ...]:
        """A few recent (instant, left) of the account's first pool."""
        if not self.series:
            return ()
        known = self.series
        first = next((rule.id for rule in definition.pools if rule.id in known), next(iter(known)))
        points = known[first].points
        step = max(1, -(-len(points) // SPARK_POINTS))
        few = points[::-step][::-1]  # the newest is among them; a pool of thousands of points is not gone through
        return tuple((point.last_seen, point.left) for point in few if point.left is not None)

    def _extend(self, pool: Pool, snapshot: Snapshot) -> None:
        if self.series is None or pool.kind is PoolKind.RATE:
            return
        old = self.series.get(pool.id)
        points = old.points if old else ()
        last = points[-1] if points else None
        if last is not None and (last.left, last.limit, last.used) == (pool.left, pool.limit, pool.used):
            points = (*points[:-1], replace(last, last_seen=snapshot.read_at, resets_at=pool.resets_at))
        else:
            at = snapshot.read_at
            amounts = (pool.left, pool.limit, pool.used)
            points = (*points, Point(at, at, *amounts, snapshot.source, pool.resets_at, pool.expires_at))
            if pool.kind in PREPAID and _rose(last, points[-1]):
                self.topped_up[pool.id] = at
            if len(points) <= SPARK_POINTS:
                self.projected_at = None
            if len(points) % THIN_AGAIN == 0:
                points = thinned(points)
        self.series[pool.id] = Series("", pool.id, pool.label, pool.kind, pool.unit, points)


def last_pace(latest: Latest, definition: Definition, beat: Rhythm) -> Pace:
    """The pace as far as the database remembers it. What was wrong on this computer is tried anew: nobody was asked."""
    trouble = latest.trouble
    if trouble is None:
        return Pace(latest.snapshot.read_at if latest.snapshot else None)
    if trouble.kind in (TroubleKind.NO_KEY, TroubleKind.KEYRING_LOCKED):
        return Pace()
    last = trouble.since
    if trouble.retry_at is not None and not trouble.vendor_asked:
        documented = max((rule.wait_s for request in definition.requests for rule in request.fail), default=0)
        last = trouble.retry_at - max(back_off(latest.failures, beat), timedelta(seconds=documented))
    return Pace(last, latest.failures, trouble.kind, trouble.retry_at, trouble.vendor_asked)


def thinned(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """The points of the last two days, and one an hour of those before, back to LOOK_BACK: memory has an end.

    What was used is told by the falls between points, so that none is lost by leaving out some in between; both ends
    of a rise stay, and what is unknown.
    """
    if len(points) < THIN_AGAIN:
        return points
    newest = points[-1].last_seen
    kept = [points[0]]
    for point, after in pairwise(points[1:]):
        near = point.last_seen - kept[-1].last_seen < SPARSE and newest - point.last_seen > DENSE
        if not near or _rises(kept[-1], point) or _rises(point, after):
            kept.append(point)
    return tuple(point for point in (*kept, points[-1]) if newest - point.last_seen <= LOOK_BACK)


def _rises(before: Point, after: Point) -> bool:
    """Whether more is left than before, or that cannot be told."""
    had, has = left_at(before), left_at(after)
    return had is None or has is None or had < has


def _rose(before: Point | None, after: Point) -> bool:
    if before is None or before.left is None or after.left is None:
        return False
    return is_top_up(before.left, after.left)


def _last_rise(series: Series) -> datetime | None:
    """When what was prepaid last rose: a top-up."""
    if series.kind not in PREPAID:
        return None
    pairs = zip(reversed(series.points[:-1]), reversed(series.points), strict=False)
    return next((after.first_seen for before, after in pairs if _rose(before, after)), None)


def keyless(account: Account, definition: Definition) -> Trouble | None:
    """The trouble of an account without a key at a vendor that can only be read; None at any other."""
    if not definition.readable or typed_rules(definition):
        return None
    return Trouble(TroubleKind.NO_KEY, f"{account.name} has no key, and {definition.name} is read with one.")
