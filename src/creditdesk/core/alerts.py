"""When a warning is told: once a crossing of a threshold, for each rule, pool and reset window; never by a guess.

The state is the open episodes. An episode is closed, and its threshold armed again, by a good reading that is a tenth
clear of the threshold, or by a new reset window or top-up. What was not read neither opens nor closes anything. The
rules of stock share one ladder a pool; every other rule stands alone. A rule that must hold twice is pending between.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from json import dumps

from creditdesk.core.definition import Definition
from creditdesk.core.levels import Finding
from creditdesk.core.pools import Level, Snapshot
from creditdesk.core.rules import NEEDS_TWO, RuleKind, laddered
from creditdesk.core.series import PENDING, RECOVERING, Episode
from creditdesk.core.stock import place, standing

COVERED = "covered"
"""How an episode was delivered that need not be told: a worse one of the same pool was."""
HOLD = timedelta(minutes=20)
"""How far apart the two judgements are at which a rule must hold that needs two."""

NEWS = timedelta(days=1)
"""How long a refill is worth telling."""

_TOLD = frozenset({Level.LOW, Level.CRITICAL, Level.EXHAUSTED})


class Stage(StrEnum):
    """Where a rule stands for a pool of an account."""

    OK = "ok"
    PENDING = "pending"  # seen once, not told yet
    LOW = "low"
    CRITICAL = "critical"  # used up, too
    RECOVERING = "recovering"  # better, but not yet clear of the threshold
    NO_DATA = "no data"


@dataclass(frozen=True, slots=True)
class Decision:
    """What one look changes. `new` is to be kept and told, `cleared` to be kept, `quiet` to be kept and not told.

    Quiet ones are pending, or hold a threshold that was passed on the way to a worse one, after that one is cleared.
    `changed` are open ones whose state is another now: recovering, no longer so, or (in `new`, too) pending no more.
    """

    new: tuple[Episode, ...] = ()
    cleared: tuple[Episode, ...] = ()
    quiet: tuple[Episode, ...] = ()
    changed: tuple[Episode, ...] = ()


@dataclass(frozen=True, slots=True)
class Bulletin:
    """What one notification says of one or several accounts: the worst level, and its episodes, worst first."""

    level: Level
    accounts: tuple[str, ...]
    episodes: tuple[Episode, ...]


class _Ledger:
    """The account's open episodes while its findings are gone through, and what changes on the way."""

    def __init__(self, account: str, episodes: Iterable[Episode], now: datetime, off: frozenset[RuleKind]) -> None:
        self.account, self.now, self.off = account, now, off
        self.open = [each for each in episodes if each.account == account and each.cleared_at is None]
        self.new: list[Episode] = []
        self.cleared: list[Episode] = []
        self.quiet: list[Episode] = []
        self.changed: list[Episode] = []

    def clear(self, over: Sequence[Episode]) -> None:
        self.cleared += [replace(each, cleared_at=self.now) for each in over]
        self.open = [each for each in self.open if each not in over]

    def take(self, finding: Finding) -> None:
        """What a finding opens and closes."""
        if finding.rule is RuleKind.REFILLED:
            self._tell_news(finding)
            return
        if finding.level is Level.NOT_READ:
            return
        ladder = laddered(finding.rule)
        own = [each for each in self.open if laddered(each.rule) == ladder]
        over = [each for each in own if _is_over(each, finding, self.now)]
        self.clear(over)
        own = [each for each in own if each not in over]
        for each in own:
            if each.pool == finding.pool:
                self._restate(each, finding)
        held = _held_level(over, finding, self.now)
        if held and finding.rule not in self.off and not _covered(own, finding.pool, held):
            state = RECOVERING if finding.level.severity < held.severity else ""
            self.quiet.append(replace(self._episode(finding), level=held, delivered=COVERED, numbers="", state=state))
            own.append(self.quiet[-1])
            self.open.append(self.quiet[-1])
        if finding.level in _TOLD and not _covered(own, finding.pool, finding.level):
            self._begin(finding)

    def _begin(self, finding: Finding) -> None:
        fresh = self._episode(finding)
        if finding.rule in NEEDS_TWO:
            fresh = replace(fresh, state=PENDING)
            self.quiet.append(fresh)
        else:
            self.new.append(fresh)
        self.open.append(fresh)

    def _restate(self, episode: Episode, finding: Finding) -> None:
        """A pending one holds long enough to be told, or one is better, or as bad as it was."""
        if episode.state == PENDING:
            if abs(self.now - episode.fired_at) >= HOLD:
                told = replace(self._episode(finding), id=episode.id, snoozed_until=episode.snoozed_until)
                self._put(episode, told)
                self.new.append(told)
            return
        better = finding.level.severity < episode.level.severity
        if (episode.state == RECOVERING) != better:
            self._put(episode, replace(episode, state=RECOVERING if better else ""))

    def _put(self, before: Episode, after: Episode) -> None:
        self.open[self.open.index(before)] = after
        self.changed.append(after)

    def _tell_news(self, finding: Finding) -> None:
        fresh = self._episode(finding)
        same = (fresh.rule, fresh.pool, fresh.window)
        if not any((each.rule, each.pool, each.window) == same for each in self.open):
            self.new.append(fresh)
            self.open.append(fresh)

    def _episode(self, finding: Finding) -> Episode:
        numbers = dumps(dict(finding.numbers), ensure_ascii=False, separators=(",", ":")) if finding.numbers else ""
        what = (finding.pool, finding.window, finding.cause.value)
        return Episode(self.account, finding.level, self.now, *what, rule=finding.rule.value, numbers=numbers)


def judge(
    account: str,
    episodes: Iterable[Episode],
    findings: Sequence[Finding],
    now: datetime,
    off: frozenset[RuleKind] = frozenset(),
) -> Decision:
    """What the findings of a look open and close, given the account's episodes. No findings change nothing.

    Episodes of a rule that is `off` are closed: the user wants to hear no more of it.
    """
    ledger = _Ledger(account, episodes, now, off)
    ledger.clear([each for each in ledger.open if each.rule in off or _is_old_news(each, now)])
    for finding in findings:
        ledger.take(finding)
    ledger.clear([each for each in ledger.open if _is_gone(each, findings)])
    found = (ledger.new, ledger.cleared, ledger.quiet, ledger.changed)
    return Decision(*map(tuple, found))


def group(episodes: Iterable[Episode]) -> Bulletin | None:
    """One notification for all of these, worst first, then in their order; None when there are none."""
    ordered = sorted(episodes, key=lambda each: -each.level.severity)
    if not ordered:
        return None
    return Bulletin(ordered[0].level, tuple(dict.fromkeys(each.account for each in ordered)), tuple(ordered))


def stage(rule: str, pool: str, episodes: Iterable[Episode], findings: Iterable[Finding]) -> Stage:
    """Where a rule stands for a pool after a look: what is open of it, and what the look found."""
    ladder = laddered(rule)
    mine = [each for each in episodes if laddered(each.rule) == ladder and each.pool == pool and not each.cleared_at]
    seen = [each for each in findings if laddered(each.rule) == ladder and each.pool == pool]
    if not seen or seen[0].level is Level.NOT_READ:
        return Stage.NO_DATA
    told = [each for each in mine if each.state != PENDING]
    if not told:
        return Stage.PENDING if mine else Stage.OK
    worst = max(told, key=lambda each: each.level.severity)
    if worst.state == RECOVERING:
        return Stage.RECOVERING
    return Stage.CRITICAL if worst.level.severity >= Level.CRITICAL.severity else Stage.LOW


def is_told(episode: Episode) -> bool:
    """Whether the user knows of it, or is to: it is neither pending nor only held behind a worse one."""
    return episode.state != PENDING and episode.delivered != COVERED


def foremost(episodes: Iterable[Episode]) -> list[Episode]:
    """The open ones that the user is to see: told or to be told, and not behind a worse one of the same ladder."""
    found = [each for each in episodes if each.cleared_at is None and is_told(each)]
    return [each for each in found if not any(_stands_behind(each, worse) for worse in found)]


def refilled_at(snapshot: Snapshot | None, definition: Definition, pool: str, now: datetime) -> datetime | None:
    """Until when a snooze "until the reset" lasts, UTC: the next reset of what an episode is about; None without one.

    `pool` is the episode's: a pool's id, `total:UNIT` for those that are drained in turn, "" for the whole account.
    """
    pools = standing(snapshot.pools, now) if snapshot is not None else []
    unit = pool.partition(":")[2] if pool.startswith("total:") else None
    if unit is not None:
        pools = [each for each in pools if each.unit == unit and place(definition.drain, each.id) is not None]
    elif pool:
        pools = [each for each in pools if each.id == pool]
    return min((each.resets_at for each in pools if each.resets_at and each.resets_at > now), default=None)


def _stands_behind(episode: Episode, other: Episode) -> bool:
    same = (episode.account, laddered(episode.rule)) == (other.account, laddered(other.rule))
    return same and other.pool in (episode.pool, "") and episode.level.severity < other.level.severity


def _covered(episodes: Iterable[Episode], pool: str, level: Level) -> bool:
    """Whether this level, or a worse one, of the pool is open; what is open for the whole account covers every pool."""
    return any(each.level.severity >= level.severity and (each.pool in (pool, "") or not pool) for each in episodes)


def _is_over(episode: Episode, finding: Finding, now: datetime) -> bool:
    if episode.pool != finding.pool:
        return False
    if new_window(episode.window, finding.window, now):
        return True
    # Used up is over when the pool is no longer critical: one credit more or less at zero is no news.
    bar = Level.CRITICAL if episode.level is Level.EXHAUSTED else episode.level
    if episode.state == PENDING:  # what was seen once is over as soon as it is not seen again
        return finding.level.severity < bar.severity
    return finding.eased.severity < bar.severity


def _is_old_news(episode: Episode, now: datetime) -> bool:
    """Whether nobody was there to hear of a refill while it was news."""
    return episode.level is Level.GOOD and now - episode.fired_at > NEWS


def _held_level(over: Sequence[Episode], finding: Finding, now: datetime) -> Level | None:
    """The threshold that stays passed when a worse episode is over within the same window."""
    same = [each for each in over if not new_window(each.window, finding.window, now) and each.state != PENDING]
    return finding.eased if same and finding.eased in _TOLD else None


def _is_gone(episode: Episode, findings: Sequence[Finding]) -> bool:
    """Whether a good reading no longer has the pool: a package that is over, or the account's own refusal."""
    ladder = laddered(episode.rule)
    stock = [each for each in findings if laddered(each.rule) == RuleKind.LEVEL and each.level is not Level.NOT_READ]
    if not stock or any(each.pool == episode.pool for each in findings if laddered(each.rule) == ladder):
        return False
    if ladder != RuleKind.LEVEL:
        return bool(episode.pool) and episode.level is not Level.GOOD
    if episode.pool:
        return ":" in episode.pool and not episode.pool.startswith("total:")
    return all(finding.eased.severity < Level.CRITICAL.severity for finding in stock)


def new_window(old: str, new: str, now: datetime) -> bool:
    """Whether `new` is a later window than `old`: the old one's reset is over, or there was a top-up since.

    A reset that a vendor moves ahead at every reading (30 days from now) is no new window before the first one is over.
    """
    old_reset, _, old_rise = old.partition("+")
    new_reset, _, new_rise = new.partition("+")
    if new_rise > old_rise:
        return True
    return bool(old_reset) and new_reset != old_reset and datetime.fromisoformat(old_reset) <= now
