"""Warnings as lines for a terminal: what, of what, on which numbers, and where it was told."""

import json
from collections.abc import Callable, Mapping, Sequence

from creditdesk.cli.status import instant
from creditdesk.core.pools import Level
from creditdesk.core.rules import RuleKind
from creditdesk.core.series import Delivery, Episode

_Numbers = Mapping[str, str]


def numbers_of(episode: Episode) -> dict[str, str]:
    """What an episode fired on; {} for one that was kept before numbers were."""
    found = json.loads(episode.numbers) if episode.numbers else {}
    return {str(name): str(each) for name, each in found.items()}


def state(episode: Episode, name: str) -> str:
    """open, recovering or over. An account without a `name` was removed: nothing of it is open."""
    if episode.cleared_at is not None or not name:
        return "over"
    return episode.state or "open"


def line(episode: Episode, name: str, deliveries: Sequence[Delivery] = ()) -> str:
    """One warning, one line. `name`: the account's, "" of one that was removed."""
    pool = episode.pool.replace("total:", "all ")
    whose = name or "a removed account"
    about = f"{whose}: {pool}" if pool else whose
    level = "news" if episode.level is Level.GOOD else episode.level.value
    over = f", over {instant(episode.cleared_at)}" if episode.cleared_at is not None and level != "news" else ""
    what = f"{state(episode, name)}, {level}  {about}  {reason(episode)}{over}."
    return f"{instant(episode.fired_at)}  {what} {told(episode, deliveries)}"


def told(episode: Episode, deliveries: Sequence[Delivery]) -> str:
    """Where it was told, and how that went."""
    if deliveries:
        return "; ".join(f"{each.channel} {each.outcome} {instant(each.at)}" for each in deliveries) + "."
    if episode.delivered == "covered":
        return "Not told: a worse one was."
    return f"Told: {episode.delivered}." if episode.delivered else "Not told yet."


def reason(episode: Episode) -> str:
    """Why it came: the rule and its numbers."""
    said = _REASONS.get(episode.rule)
    numbers = numbers_of(episode)
    return said(numbers) if said is not None and numbers else (episode.why or episode.rule).replace("_", " ")


def _stock(numbers: _Numbers) -> str:
    under = f", under {numbers['under']}" if "under" in numbers else ""
    return f"{_left(numbers)}{under}"


def _left(numbers: _Numbers) -> str:
    of = f" of {numbers['limit']}" if "limit" in numbers else ""
    return f"{numbers.get('left', '?')}{of} {numbers.get('unit', '')} left".replace("  ", " ")


def _runs_out(numbers: _Numbers) -> str:
    bar = f"before {numbers['before']}" if "before" in numbers else f"within {numbers.get('days', '?')} days"
    return f"{_left(numbers)}, lasts until about {numbers.get('at', '?')}: {bar}"


def _expires(numbers: _Numbers) -> str:
    return f"{_left(numbers)}, expires {numbers.get('at', '?')}: within {numbers.get('days', '?')} days"


def _key_expires(numbers: _Numbers) -> str:
    return f"the key expires {numbers.get('at', '?')}: within {numbers.get('days', '?')} days"


def _unusual(numbers: _Numbers) -> str:
    unit, usual = numbers.get("unit", ""), numbers.get("usual", "?")
    return f"{numbers.get('used', '?')} {unit} used today, {usual} is usual: {numbers.get('times', '?')} times or more"


def _key_rejected(numbers: _Numbers) -> str:
    return f"{numbers.get('trouble', 'key_rejected')}: it is not asked again before you act"


def _not_read(numbers: _Numbers) -> str:
    return f"not read since {numbers.get('since', '?')}: over {numbers.get('hours', '?')} hours"


def _look_up(numbers: _Numbers) -> str:
    return f"typed by hand {numbers.get('since', '?')}: to be looked up every {numbers.get('days', '?')} days"


def _refilled(numbers: _Numbers) -> str:
    return f"{numbers.get('by', '?')} {numbers.get('unit', '')} more by a {numbers.get('how', 'top-up')}"


_REASONS: dict[str, Callable[[_Numbers], str]] = {
    RuleKind.LEVEL: _stock,
    RuleKind.RUNS_OUT: _runs_out,
    RuleKind.EXPIRES: _expires,
    RuleKind.KEY_EXPIRES: _key_expires,
    RuleKind.SLOTS_FULL: _stock,
    RuleKind.BUDGET: _stock,
    RuleKind.UNUSUAL: _unusual,
    RuleKind.KEY_REJECTED: _key_rejected,
    RuleKind.NOT_READ: _not_read,
    RuleKind.LOOK_UP: _look_up,
    RuleKind.REFILLED: _refilled,
}
