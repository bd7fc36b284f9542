"""What the desk knows of an account between two readings, so that a reading costs no query."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from creditdesk.core.cadence import Pace, Rhythm, back_off, next_due
from creditdesk.core.definition import Definition
from creditdesk.core.levels import Finding
from creditdesk.core.pools import Account, RunOut, Snapshot, Source, Trouble, TroubleKind
from creditdesk.core.rules import Rules
from creditdesk.core.run_outs import run_outs
from creditdesk.core.series import Episode, Series
from creditdesk.core.spending import Step
from creditdesk.core.typed import Typed, typed_rules
from creditdesk.desk.recent import Recent, Spark
from creditdesk.store.history import Latest

PROJECT_AGAIN = timedelta(minutes=15)


@dataclass(slots=True)
class Known:
    """An account's last good snapshot, its trouble and pace, its last weeks, and what follows from them."""

    snapshot: Snapshot | None = None
    counted: Snapshot | None = None  # the last count that is in the history
    trouble: Trouble | None = None
    pace: Pace = field(default_factory=Pace)
    typed: dict[str, Typed] = field(default_factory=dict)
    episodes: tuple[Episode, ...] = ()
    recent: Recent | None = None  # None until it is first needed
    steps: tuple[Step, ...] = ()  # the account's imports, as looked up before the last projection
    run_outs: tuple[RunOut, ...] = ()
    projected_at: datetime | None = None
    topped_up: dict[str, datetime] = field(default_factory=dict)
    odd: tuple[Finding, ...] = ()  # unusual use, as of `odd_at` and by `odd_by`
    odd_at: datetime | None = None
    odd_by: Rules | None = None
    acted: int = 0  # how often the user changed the key or the address
    marks: Mapping[str, str] = field(default_factory=dict)  # as `store.marks` has them
    proved: bool = False  # there was a good live reading of this account, once
    identity: str = field(default="", repr=False)  # what the vendor called the account, once it was found to be ours

    def recollect(self, latest: Latest) -> None:
        """Take over what the database remembers, when the desk is opened."""
        self.snapshot, self.trouble, self.typed = latest.snapshot, latest.trouble, dict(latest.typed)
        if self.trouble is not None and self.trouble.kind is TroubleKind.NOT_APPROVED:
            self.trouble = None  # whether it still is not is looked up, not remembered
        self.marks = latest.marks
        self.counted = latest.snapshot if latest.snapshot and latest.snapshot.source is Source.METERED else None
        self.proved = bool(latest.marks.get("proved")) or (
            latest.snapshot is not None and latest.snapshot.source is Source.LIVE
        )

    def act(self) -> None:
        """The user changed the key or the address: what was asked before counts no longer."""
        self.trouble, self.pace, self.identity = None, Pace(), ""
        self.proved = "proved" in self.marks  # a test server proved nothing of the vendor
        self.acted += 1

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
        self.typed, self.marks = dict(latest.typed), {**self.marks, **latest.marks}
        theirs, ours = latest.snapshot, self.snapshot
        if theirs is not None and theirs.source is Source.METERED:
            self.counted, theirs = theirs, None if ours is not None else theirs
        if theirs is not None and (ours is None or theirs.read_at > ours.read_at):
            self.snapshot, self.trouble = theirs, latest.trouble
            self.proved = self.proved or theirs.source is Source.LIVE
            if latest.trouble is None:
                self.pace = self.pace.succeeded(theirs.read_at)
            learned = True
        if learned:
            self.recent = self.projected_at = None
        return learned

    def succeeded(self, snapshot: Snapshot, now: datetime) -> None:
        """Note a good reading."""
        self.snapshot, self.trouble = snapshot, None
        self.pace = self.pace.succeeded(now)
        if self.recent is not None and self.recent.extend(snapshot):
            self.projected_at = None

    def remember(self, series: Iterable[Series]) -> None:
        """The last weeks, as the database has them."""
        self.recent = Recent(series)
        self.topped_up = self.recent.topped_up

    def to_project(self, now: datetime) -> bool:
        """Whether the run-outs are to be worked out anew: every quarter of an hour, sooner while little is known."""
        recent = self.projected_at is not None and timedelta(0) <= now - self.projected_at < PROJECT_AGAIN
        return self.recent is not None and not recent

    def project(self, definition: Definition, now: datetime) -> None:
        """Work out anew when the pools run out, where that is due."""
        if self.recent is None or not self.to_project(now):
            return
        self.projected_at = now
        self.run_outs = run_outs(self.recent.series(), definition.drain, now, self.steps)

    def spark(self, definition: Definition) -> Spark:
        """A few recent (instant, left) of the account's first pool."""
        return self.recent.spark(definition) if self.recent is not None else ()


def last_pace(latest: Latest, definition: Definition, beat: Rhythm) -> Pace:
    """The pace as far as the database remembers it. What was wrong on this computer is tried anew: nobody was asked."""
    trouble = latest.trouble
    if trouble is None:
        return Pace(latest.snapshot.read_at if latest.snapshot else None)
    if trouble.kind in (TroubleKind.NO_KEY, TroubleKind.KEYRING_LOCKED, TroubleKind.NOT_APPROVED):
        return Pace()
    last = trouble.since
    if trouble.retry_at is not None and not trouble.vendor_asked:
        documented = max((rule.wait_s for request in definition.requests for rule in request.fail), default=0)
        last = trouble.retry_at - max(back_off(latest.failures, beat), timedelta(seconds=documented))
    return Pace(last, latest.failures, trouble.kind, trouble.retry_at, trouble.vendor_asked)


def keyless(account: Account, definition: Definition) -> Trouble | None:
    """The trouble of an account without a key at a vendor that can only be read; None at any other."""
    if not definition.readable or typed_rules(definition):
        return None
    return Trouble(TroubleKind.NO_KEY, f"{account.name} has no key, and {definition.name} is read with one.")
