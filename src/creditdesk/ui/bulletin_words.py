"""What one message says of one or several alerts: in a notification, a balloon or a banner."""

from collections.abc import Mapping, Sequence

from creditdesk.core.alerts import Bulletin
from creditdesk.core.levels import Cause
from creditdesk.core.pools import Level
from creditdesk.core.rules import OF_STOCK, RuleKind
from creditdesk.core.series import Episode
from creditdesk.ui import alert_reasons, words
from creditdesk.ui.board import Entry

MOST_NAMED = 4
MOST_POOLS = 2

_SAYS = {
    Level.LOW: "is low",
    Level.CRITICAL: "is nearly used up",
    Level.EXHAUSTED: "is used up",
}
_RULE_SAYS = {
    RuleKind.EXPIRES: "has credits that expire soon",
    RuleKind.KEY_EXPIRES: "has a key that expires soon",
    RuleKind.SLOTS_FULL: "is full",
    RuleKind.BUDGET: "is over its budget",
    RuleKind.UNUSUAL: "is used far more than usual",
    RuleKind.KEY_REJECTED: "refuses its key",
    RuleKind.NOT_READ: "could not be read for long",
    RuleKind.LOOK_UP: "is to be looked up again",
    RuleKind.REFILLED: "is filled up again",
}

HEADLINES = {
    RuleKind.EXPIRES.value: "Expires soon",
    RuleKind.KEY_EXPIRES.value: "Key expires soon",
    RuleKind.SLOTS_FULL.value: "Full",
    RuleKind.BUDGET.value: "Over budget",
    RuleKind.UNUSUAL.value: "Unusual use",
    RuleKind.KEY_REJECTED.value: "Key rejected",
    RuleKind.NOT_READ.value: "Not read for long",
    RuleKind.LOOK_UP.value: "Look it up again",
    RuleKind.REFILLED.value: "Filled up",
}
"""What a warning of such a rule is called, where its level says less."""

_CAUSES = {
    Cause.PERCENT: "Less is left than the share set for warnings.",
    Cause.AMOUNT: "Less is left than the amount set for warnings.",
    Cause.RUNS_OUT: "At this pace it will not last.",
    Cause.EMPTY: "Nothing is left.",
    Cause.VENDOR: "The vendor refuses requests because nothing is left.",
}
_RULES = {
    RuleKind.EXPIRES: "What is left by then is gone.",
    RuleKind.KEY_EXPIRES: "Make a new one at the vendor before then.",
    RuleKind.SLOTS_FULL: "Nothing fits in before something is removed.",
    RuleKind.BUDGET: "More was used than the limit that you set.",
    RuleKind.UNUSUAL: "Today's use is far over what is usual on this weekday.",
    RuleKind.KEY_REJECTED: "It is not read again before you act.",
    RuleKind.NOT_READ: "Its numbers are old, and warnings about them cannot come.",
    RuleKind.LOOK_UP: "Its balance was typed by hand some time ago: type what its page shows now.",
    RuleKind.REFILLED: "",
}


def cause_words(why: str) -> str:
    """Why a warning came, one sentence, from an episode's `why`; "" when it is none of ours."""
    return {cause.value: said for cause, said in _CAUSES.items()}.get(why, "")


def says(episode: Episode) -> str:
    """What is the matter with an account, as the rest of a sentence: "is low", "refuses its key"."""
    return _RULE_SAYS.get(_rule(episode), _SAYS.get(episode.level, "needs a look"))


def subject(entry: Entry, hide_name: bool) -> str:
    """What the account is called in a message."""
    return words.account_name(entry.reading.account, entry.definition, hide_name)


def message(bulletin: Bulletin, entries: Mapping[str, Entry], hide: tuple[bool, bool]) -> tuple[str, str]:
    """Title and text for one account, or for several at once. `hide` is (amounts, names)."""
    names = [subject(entries[each], hide[1]) if each in entries else "An account" for each in bulletin.accounts]
    worst = bulletin.episodes[0]
    if len(names) == 1:
        return f"{names[0]} {says(worst)}", _detail(bulletin, entries, hide[0])
    alike = {says(each) for each in bulletin.episodes}
    stock = all(_rule(each) in OF_STOCK for each in bulletin.episodes)
    many = "run low" if stock else "are filled up again" if alike == {says(worst)} and not worst.level.severity else ""
    return f"{len(names)} accounts {many or 'need a look'}", f"{_listed(names)}."


def digest(bulletin: Bulletin, entries: Mapping[str, Entry], hide: tuple[bool, bool]) -> tuple[str, str]:
    """Title and text of the daily message about what is open still: each account once, the worst first."""
    worst: dict[str, Episode] = {}
    for episode in bulletin.episodes:
        worst.setdefault(episode.account, episode)
    said = [
        f"{subject(entries[account], hide[1]) if account in entries else 'An account'} {says(episode)}"
        for account, episode in worst.items()
    ]
    verb = "is" if len(bulletin.episodes) == 1 else "are"
    return f"{words.count(len(bulletin.episodes), 'warnings')} {verb} still open", f"{_listed(said)}."


def _listed(said: Sequence[str]) -> str:
    more = len(said) - MOST_NAMED
    return ", ".join(said[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _detail(bulletin: Bulletin, entries: Mapping[str, Entry], hide: bool) -> str:
    """What is low, worst first: two pools by name, the others counted; why, once where it is the same."""
    worst: dict[str, Episode] = {}
    for episode in bulletin.episodes:
        worst.setdefault(episode.pool, episode)
    named, more = list(worst.values())[:MOST_POOLS], len(worst) - MOST_POOLS
    alike = len({_why(episode, hide) for episode in named}) == 1
    said = [f"{_figure(each, entries, hide)} {'' if alike else _why(each, hide)}".strip() for each in named]
    if more > 0:
        said.append(f"And {words.count(more, 'more pools')}.")
    if alike:
        said.append(_why(named[0], hide))
    return " ".join(part for part in said if part)


def _rule(episode: Episode) -> RuleKind:
    return RuleKind(episode.rule) if episode.rule in list(RuleKind) else RuleKind.LEVEL


def _why(episode: Episode, hide: bool) -> str:
    """Why it is told, one sentence."""
    return alert_reasons.brief(episode, hide) or _RULES.get(_rule(episode), cause_words(episode.why))


def _figure(episode: Episode, entries: Mapping[str, Entry], hide: bool) -> str:
    entry = entries.get(episode.account)
    snapshot = entry.reading.snapshot if entry else None
    pool = snapshot.pool(episode.pool) if snapshot else None
    if pool is None and episode.pool.startswith("total:"):
        together = alert_reasons.left_in_all(episode, hide)
        return f"All together: {together}." if together else ""
    return f"{pool.label}: {words.left_of(pool, hide)}." if pool else ""
