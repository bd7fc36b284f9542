"""When a level is told: once for each crossing of a threshold, for each pool and reset window, and never from a guess.

The state is the open episodes. An episode is closed, and its threshold armed again, by a good reading that is a tenth
clear of the threshold, or by a new reset window or top-up. What was not read neither opens nor closes anything.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from creditdesk.core.levels import Finding
from creditdesk.core.pools import Level
from creditdesk.core.series import Episode

COVERED = "covered"
"""How an episode was delivered that need not be told: a worse one of the same pool was."""

_TOLD = frozenset({Level.LOW, Level.CRITICAL, Level.EXHAUSTED})


@dataclass(frozen=True, slots=True)
class Decision:
    """What one reading changes. `new` is to be kept and told, `cleared` to be kept, `quiet` to be kept and not told.

    Quiet ones hold a threshold that was passed on the way to a worse one, after that one is cleared.
    """

    new: tuple[Episode, ...] = ()
    cleared: tuple[Episode, ...] = ()
    quiet: tuple[Episode, ...] = ()


@dataclass(frozen=True, slots=True)
class Bulletin:
    """What one notification says of one or several accounts: the worst level, and its episodes, worst first."""

    level: Level
    accounts: tuple[str, ...]
    episodes: tuple[Episode, ...]


def judge(account: str, episodes: Iterable[Episode], findings: Sequence[Finding], now: datetime) -> Decision:
    """What the findings of a reading open and close, given the account's episodes. No findings change nothing."""
    open_now = [each for each in episodes if each.account == account and each.cleared_at is None]
    new: list[Episode] = []
    cleared: list[Episode] = []
    quiet: list[Episode] = []
    for finding in findings:
        if finding.level is Level.NOT_READ:
            continue
        over = [each for each in open_now if _is_over(each, finding, now)]
        cleared += [replace(each, cleared_at=now) for each in over]
        open_now = [each for each in open_now if each not in over]
        held = _held_level(over, finding)
        if held and not _covered(open_now, finding.pool, held):
            quiet.append(replace(_episode(account, finding, now), level=held, delivered=COVERED))
            open_now.append(quiet[-1])
        if finding.level in _TOLD and not _covered(open_now, finding.pool, finding.level):
            new.append(_episode(account, finding, now))
            open_now.append(new[-1])
    for each in [each for each in open_now if _is_gone(each, findings)]:
        cleared.append(replace(each, cleared_at=now))
    return Decision(tuple(new), tuple(cleared), tuple(quiet))


def group(episodes: Iterable[Episode]) -> Bulletin | None:
    """One notification for all of these, worst first, then in their order; None when there are none."""
    ordered = sorted(episodes, key=lambda each: -each.level.severity)
    if not ordered:
        return None
    return Bulletin(ordered[0].level, tuple(dict.fromkeys(each.account for each in ordered)), tuple(ordered))


def _episode(account: str, finding: Finding, now: datetime) -> Episode:
    return Episode(account, finding.level, now, finding.pool, finding.window, finding.cause.value)


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
    return finding.eased.severity < bar.severity


def _held_level(over: Sequence[Episode], finding: Finding) -> Level | None:
    """The threshold that stays passed when a worse episode is over within the same window."""
    same = [each for each in over if each.window == finding.window]
    return finding.eased if same and finding.eased in _TOLD else None


def _is_gone(episode: Episode, findings: Sequence[Finding]) -> bool:
    """Whether a good reading no longer has the pool: a package that is over, or the account's own refusal."""
    read = [finding for finding in findings if finding.level is not Level.NOT_READ]
    if not read or any(finding.pool == episode.pool for finding in findings):
        return False
    if episode.pool:
        return ":" in episode.pool and not episode.pool.startswith("total:")
    return all(finding.eased.severity < Level.CRITICAL.severity for finding in read)


def new_window(old: str, new: str, now: datetime) -> bool:
    """Whether `new` is a later window than `old`: the old one's reset is over, or there was a top-up since.

    A reset that a vendor moves ahead at every reading (30 days from now) is no new window before the first one is over.
    """
    old_reset, _, old_rise = old.partition("+")
    new_reset, _, new_rise = new.partition("+")
    if new_rise > old_rise:
        return True
    return bool(old_reset) and new_reset != old_reset and datetime.fromisoformat(old_reset) <= now
