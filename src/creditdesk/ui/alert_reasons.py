"""Why a warning came, in words: the rule, and the numbers of the moment when it fired."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from creditdesk.core.amounts import parse_amount
from creditdesk.core.levels import Cause
from creditdesk.core.rules import RuleKind
from creditdesk.core.series import Episode
from creditdesk.ui import words


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The numbers of an episode, each read as what it is; what is missing or odd is None."""

    texts: Mapping[str, str]
    now: datetime
    hide: bool

    def amount(self, name: str) -> Decimal | None:
        return parse_amount(self.texts.get(name, ""))

    def said(self, name: str) -> str:
        return words.amount(self.amount(name), self.texts.get("unit", ""), self.hide)

    def plain(self, name: str) -> str:
        found = self.amount(name)
        return words.number(found) if found is not None else "?"

    def instant(self, name: str) -> datetime | None:
        try:
            return datetime.fromisoformat(self.texts[name]).astimezone(UTC)
        except (KeyError, ValueError):
            return None

    def day(self, name: str) -> str:
        at = self.instant(name)
        return words.short_day(at, self.now) if at is not None else "a day that is not known"

    def left(self) -> str:
        """ "92 of 500 left: 18.4 %"."""
        left, limit, unit = self.amount("left"), self.amount("limit"), self.texts.get("unit", "")
        if left is None or not limit:
            return f"{self.said('left')} left" if left is not None else "what is left is not known"
        share = words.HIDDEN if self.hide else words.percent(left * 100 / limit)
        return f"{words.number(left, unit, self.hide)} of {words.number(limit, unit, self.hide)} left: {share}"


def left_then(episode: Episode) -> Decimal | None:
    """What was left when it fired, None when that was not kept."""
    texts = _texts(episode)
    return parse_amount(texts.get("left", "")) if texts is not None else None


def fired(episode: Episode, now: datetime, hide: bool) -> str:
    """One sentence with the numbers of when it fired, and the rule; "" for one that was kept without numbers."""
    texts, say = _texts(episode), _SAY.get(episode.rule)
    return say(_Numbers(texts, now, hide), episode) if texts is not None and say is not None else ""


def brief(episode: Episode, hide: bool) -> str:
    """Why it fired in few words, for a notification: until when it lasts, or under what it is; "" where that is all."""
    numbers = _Numbers(_texts(episode) or {}, episode.fired_at, hide)
    if episode.rule == RuleKind.RUNS_OUT and numbers.instant("at") is not None:
        before = f", its reset is on {numbers.day('before')}" if "before" in numbers.texts else ""
        return f"At this pace it lasts until about {numbers.day('at')}{before}."
    if episode.rule == RuleKind.EXPIRES and numbers.instant("at") is not None:
        return f"What is left on {numbers.day('at')} is gone."
    if episode.rule == RuleKind.LEVEL and (under := numbers.texts.get("under", "")):
        return f"That is under {under if under.endswith('%') else numbers.said('under')}."
    return ""


def left_in_all(episode: Episode, hide: bool) -> str:
    """What pools that are emptied in turn held together when it fired: "580 calls left"; "" when that was not kept."""
    numbers = _Numbers(_texts(episode) or {}, episode.fired_at, hide)
    return f"{numbers.said('left')} left" if numbers.amount("left") is not None else ""


def _texts(episode: Episode) -> dict[str, str] | None:
    """The numbers as they were kept, None when there are none."""
    try:
        found = json.loads(episode.numbers) if episode.numbers else None
    except ValueError:
        return None
    return {str(name): str(each) for name, each in found.items()} if isinstance(found, dict) else None


def _level(numbers: _Numbers, episode: Episode) -> str:
    if episode.why == Cause.VENDOR:
        return "The vendor refused requests because nothing was left."
    if episode.why == Cause.EMPTY:
        return "Nothing was left, rule: used up."
    under = numbers.texts.get("under", "")
    if under.endswith("%"):
        return f"{numbers.left()}, rule: under {under}."
    return f"{numbers.left()}, rule: under {numbers.said('under')}." if under else f"{numbers.left()}."


def _runs_out(numbers: _Numbers, episode: Episode) -> str:
    rule = f"before its reset on {numbers.day('before')}"
    if "before" not in numbers.texts:
        days = numbers.amount("days")
        rule = f"within {words.count(int(days), 'days')}" if days is not None and days == int(days) else "within days"
    low, high = numbers.day("low"), numbers.day("high")
    span = f"between {low} and {high}" if low != high else f"on {low}"
    span = span if "high" in numbers.texts else f"after {low}, maybe never"
    verb = "is" if episode.cleared_at is None else "was"
    return f"{numbers.left()}, it {verb} to run out about {numbers.day('at')} (8 in 10 times {span}), rule: {rule}."


def _expires(numbers: _Numbers, _episode: Episode) -> str:
    days = numbers.plain("days")
    return f"{numbers.said('left')} left, gone on {numbers.day('at')}, rule: within {days} days."


def _key_expires(numbers: _Numbers, _episode: Episode) -> str:
    return f"The vendor takes the key until {numbers.day('at')}, rule: within {numbers.plain('days')} days."


def _full(numbers: _Numbers, _episode: Episode) -> str:
    return f"{numbers.left()}, rule: no slot is free."


def _budget(numbers: _Numbers, _episode: Episode) -> str:
    limit = numbers.amount("limit")
    of = f" of {numbers.said('limit')}" if limit is not None else ""
    left = numbers.amount("left")
    over = words.amount(-left, numbers.texts.get("unit", ""), numbers.hide) if left is not None else "?"
    return f"{over} over the limit{of}, rule: over the limit that you set."


def _unusual(numbers: _Numbers, _episode: Episode) -> str:
    used, usual = numbers.said("used"), numbers.said("usual")
    times = numbers.plain("times")
    return f"{used} used by then, against {usual} usual on this weekday, rule: {times} times or more."


def _key_rejected(numbers: _Numbers, _episode: Episode) -> str:
    since = numbers.instant("since")
    when = f" since {words.moment(since, numbers.now, inside=True)}" if since is not None else ""
    return f"The vendor does not take the key{when}. It is not asked again before you act."


def _not_read(numbers: _Numbers, _episode: Episode) -> str:
    since = numbers.instant("since")
    when = words.moment(since, numbers.now, inside=True) if since is not None else "a long time ago"
    return f"Nothing was read since {when}, rule: for {numbers.plain('hours')} hours."


def _look_up(numbers: _Numbers, _episode: Episode) -> str:
    return f"The balance was typed {numbers.day('since')}, rule: look it up every {numbers.plain('days')} days."


def _refilled(numbers: _Numbers, _episode: Episode) -> str:
    how = "a reset" if numbers.texts.get("how") == "reset" else "a top-up"
    return f"{numbers.said('by')} more by {how}, {numbers.said('left')} then."


_SAY: Mapping[str, Callable[[_Numbers, Episode], str]] = {
    RuleKind.LEVEL.value: _level,
    RuleKind.RUNS_OUT.value: _runs_out,
    RuleKind.EXPIRES.value: _expires,
    RuleKind.KEY_EXPIRES.value: _key_expires,
    RuleKind.SLOTS_FULL.value: _full,
    RuleKind.BUDGET.value: _budget,
    RuleKind.UNUSUAL.value: _unusual,
    RuleKind.KEY_REJECTED.value: _key_rejected,
    RuleKind.NOT_READ.value: _not_read,
    RuleKind.LOOK_UP.value: _look_up,
    RuleKind.REFILLED.value: _refilled,
}
