"""What one message says of one or several alerts: in a notification, a balloon or a banner."""

from collections.abc import Mapping

from creditdesk.core.alerts import Bulletin
from creditdesk.core.levels import Cause
from creditdesk.core.pools import Level
from creditdesk.core.series import Episode
from creditdesk.ui import words
from creditdesk.ui.board import Entry

MOST_NAMED = 4
MOST_POOLS = 2

_SAYS = {
    Level.LOW: "is low",
    Level.CRITICAL: "is nearly used up",
    Level.EXHAUSTED: "is used up",
}

_CAUSES = {
    Cause.PERCENT: "Less is left than the share set for warnings.",
    Cause.AMOUNT: "Less is left than the amount set for warnings.",
    Cause.RUNS_OUT: "At this pace it will not last.",
    Cause.EMPTY: "Nothing is left.",
    Cause.VENDOR: "The vendor refuses requests because nothing is left.",
}


def cause_words(why: str) -> str:
    """Why a warning came, one sentence, from an episode's `why`; "" when it is none of ours."""
    return {cause.value: said for cause, said in _CAUSES.items()}.get(why, "")


def subject(entry: Entry, hide_name: bool) -> str:
    """What the account is called in a message."""
    return words.account_name(entry.reading.account, entry.definition, hide_name)


def message(bulletin: Bulletin, entries: Mapping[str, Entry], hide: tuple[bool, bool]) -> tuple[str, str]:
    """Title and text for one account, or for several at once. `hide` is (amounts, names)."""
    names = [subject(entries[each], hide[1]) if each in entries else "An account" for each in bulletin.accounts]
    if len(names) == 1:
        return f"{names[0]} {_SAYS[bulletin.level]}", _detail(bulletin, entries, hide[0])
    more = len(names) - MOST_NAMED
    listed = ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"{len(names)} accounts run low", f"{listed}."


def _detail(bulletin: Bulletin, entries: Mapping[str, Entry], hide: bool) -> str:
    """What is low, worst first: two pools by name, the others counted; why, once where it is the same."""
    worst: dict[str, Episode] = {}
    for episode in bulletin.episodes:
        worst.setdefault(episode.pool, episode)
    named, more = list(worst.values())[:MOST_POOLS], len(worst) - MOST_POOLS
    alike = len({episode.why for episode in named}) == 1
    said = [f"{_figure(each, entries, hide)} {'' if alike else cause_words(each.why)}".strip() for each in named]
    if more > 0:
        said.append(f"And {words.count(more, 'more pools')}.")
    if alike:
        said.append(cause_words(named[0].why))
    return " ".join(part for part in said if part)


def _figure(episode: Episode, entries: Mapping[str, Entry], hide: bool) -> str:
    entry = entries.get(episode.account)
    snapshot = entry.reading.snapshot if entry else None
    pool = snapshot.pool(episode.pool) if snapshot else None
    return f"{pool.label}: {words.left_of(pool, hide)}." if pool else ""
