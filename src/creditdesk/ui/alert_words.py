"""Why an account is warned about, in words: the rule that was broken and the numbers that break it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from creditdesk.core.levels import Cause
from creditdesk.core.pools import Pool, Thresholds
from creditdesk.core.series import Delivery, Episode
from creditdesk.core.settings import Settings
from creditdesk.core.stock import left_of, place, standing
from creditdesk.ui import alert_reasons, event_words, outlook, words
from creditdesk.ui.board import Entry
from creditdesk.ui.bulletin_words import HEADLINES, cause_words

COVERED = "covered"
_AT_ONCE = timedelta(minutes=2)
_DELIVERIES = {
    "notification": "Shown as a notification",
    "balloon": "Shown beside the tray icon",
    "banner": "Shown in the window",
    "missed": "Perhaps not shown: the program ended while it was told",
    COVERED: "Not shown: a worse one was",
    "": "Not shown yet",
}
_SHOWN = {
    "desktop": "Shown as a notification",
    "balloon": "Shown beside the tray icon",
    "banner": "Shown in the window",
    "digest": "Said again in the daily digest",
}
_OUTCOMES = {
    ("desktop", "failed"): "No notification service took it",
    ("desktop", "withdrawn"): "Notification taken back",
    ("banner", "withdrawn"): "Taken out of the window",
    ("digest", "withdrawn"): "Digest taken back",
    ("digest", "missed"): "The daily digest was begun",
}
_CAUSES = {cause.value: cause for cause in Cause}


def subject(entry: Entry | None, episode: Episode) -> str:
    """What is low: a pool's label, or "All credits together" for a group of pools, "" for the whole account."""
    if episode.pool.startswith("total:"):
        return f"All {episode.pool.partition(':')[2]} together".replace("  ", " ")
    if not episode.pool:
        return ""
    pools = entry.reading.snapshot.pools if entry is not None and entry.reading.snapshot else ()
    label = next((pool.label for pool in pools if pool.id == episode.pool), "")
    return label or event_words.pool_label(episode.pool, entry.definition if entry is not None else None)


def headline(entry: Entry | None, episode: Episode) -> str:
    """The warning in three words: "Monthly is low", "Used up"."""
    word = pill(episode)
    about = subject(entry, episode)
    return f"{about}: {word.lower()}" if about else word


def reason(entry: Entry, episode: Episode, settings: Settings, now: datetime) -> str:
    """One sentence with the rule and the numbers of now: "92 of 500 left: 18.4 %, under 20 %."."""
    cause = _CAUSES.get(episode.why)
    if cause is None:
        return episode.why
    pools = concerned(entry, episode, now)
    hide = settings.hide_amounts
    left = _sum([left_of(pool) for pool in pools])
    limit = _sum([pool.limit for pool in pools])
    unit = pools[0].unit if pools else ""
    thresholds = entry.reading.account.thresholds or settings.thresholds
    if cause is Cause.EMPTY:
        return f"Nothing is left{f': {words.amount(left, unit, hide)}' if left else ''}."
    if cause is Cause.VENDOR:
        return "The vendor refuses requests because nothing is left."
    if cause is Cause.RUNS_OUT:
        return _by_time(entry, episode, settings, now)
    figures = words.amount(left, unit, hide)
    if cause is Cause.AMOUNT:
        return f"{figures} left, under the amount that you set{_set_amount(thresholds, episode, unit, hide)}."
    percent = thresholds.critical_percent if episode.level.severity > 2 else thresholds.low_percent
    if left is None or not limit:
        return f"Under {words.percent(percent)} of the limit."
    share = words.HIDDEN if hide else words.percent(left * 100 / limit)
    of_limit = f"{words.number(left, unit, hide)} of {words.number(limit, unit, hide)} left"
    return f"{of_limit}: {share}, rule: under {words.percent(percent)}."


def delivery(episode: Episode) -> str:
    """How the warning reached the user."""
    return _DELIVERIES.get(episode.delivered, episode.delivered)


def pill(episode: Episode) -> str:
    """The warning in a word or two: "Low", "Expires soon"."""
    return HEADLINES.get(episode.rule) or words.level_word(episode.level)


def why(entry: Entry | None, episode: Episode, settings: Settings, now: datetime) -> str:
    """Why it came: the numbers of when it fired; for one that was kept without them, those of now."""
    said = alert_reasons.fired(episode, now, settings.hide_amounts)
    if not said and entry is not None:
        return reason(entry, episode, settings, now)
    return said or cause_words(episode.why) or headline(entry, episode)


def left_now(entry: Entry, episode: Episode, settings: Settings, now: datetime) -> str:
    """What is left now of what the warning is about, "Now: 80 of 500 left."; "" where that is nothing new."""
    pools = concerned(entry, episode, now)
    left, limit = _sum([left_of(pool) for pool in pools]), _sum([pool.limit for pool in pools])
    if left is None or not episode.numbers or left == alert_reasons.left_then(episode):
        return ""
    unit, hide = pools[0].unit, settings.hide_amounts
    of = f" of {words.number(limit, unit, hide)}" if limit else ""
    return f"Now: {words.number(left, unit, hide) if limit else words.amount(left, unit, hide)}{of} left."


def tries(episode: Episode, deliveries: Sequence[Delivery], now: datetime) -> list[str]:
    """Where it was told, one line a try, and when, unless that was at once after the one before.

    One of which no try was kept says how it was told.
    """
    if not deliveries:
        return [delivery(episode)]
    said, last = [], episode.fired_at
    for each in deliveries:
        when = "" if abs(each.at - last) < _AT_ONCE else f", {words.moment(each.at, now, inside=True)}"
        said.append(_try(each) + when)
        last = each.at
    return said


def _try(each: Delivery) -> str:
    if each.channel == "apprise":
        shown, _, failed = each.detail.partition(" ")
        if each.outcome == "shown":
            return f"Sent to {shown}"
        return f"Not sent to {shown}: {failed[:1].lower()}{failed[1:].rstrip('.')}"
    if each.outcome == "shown":
        return _SHOWN.get(each.channel, each.channel)
    return _OUTCOMES.get((each.channel, each.outcome), f"{_SHOWN.get(each.channel, each.channel)}: {each.outcome}")


def concerned(entry: Entry, episode: Episode, now: datetime) -> list[Pool]:
    """The pools that the warning is about."""
    pools = standing(entry.reading.snapshot.pools, now) if entry.reading.snapshot else []
    if episode.pool.startswith("total:"):
        unit = episode.pool.partition(":")[2]
        drain = entry.definition.drain
        return [pool for pool in pools if place(drain, pool.id) is not None and (not unit or pool.unit == unit)]
    return [pool for pool in pools if pool.id == episode.pool]


def buy_link(entry: Entry, episodes: Sequence[Episode]) -> str:
    """Where the vendor sells what is low; "" when it sells nothing, or its definition does not say where."""
    low = {each.pool.partition(":")[0] for each in episodes}
    packs = sorted(entry.definition.packs, key=lambda pack: pack.pool not in low)  # one for the pool, else any
    return next((pack.url for pack in packs if pack.url.startswith("https://")), "")


def reset_of(entry: Entry, episode: Episode, now: datetime) -> datetime | None:
    """When what is low is refilled, None when it never is or that is not known."""
    pools = concerned(entry, episode, now) or (list(entry.reading.snapshot.pools) if entry.reading.snapshot else [])
    return min((pool.resets_at for pool in pools if pool.resets_at and pool.resets_at > now), default=None)


def _by_time(entry: Entry, episode: Episode, settings: Settings, now: datetime) -> str:
    pools = concerned(entry, episode, now)
    names = {episode.pool, *(pool.id for pool in pools), *([""] if len(pools) != 1 else [])}
    found = [each for each in entry.reading.run_outs if each.pool in names and not each.in_turn]
    if not found:
        return "It was to run out too soon."
    first = min(found, key=lambda each: each.at)
    pool = next((pool for pool in pools if pool.id == first.pool), None)
    line = outlook.run_out_line(first, pool, now)
    reset = reset_of(entry, episode, now)
    if first.before_reset and reset is not None:
        rule = f"before its reset on {words.short_day(reset, now)}"
    else:
        days = settings.critical_days if episode.level.severity > 2 else settings.low_days
        rule = f"rule: within {words.amount(days, 'days')}"
    return f"{line[:1].upper()}{line[1:]}, {rule} ({outlook.range_line(first, now)})."


def _set_amount(thresholds: Thresholds, episode: Episode, unit: str, hide: bool) -> str:
    amounts = thresholds.critical_amounts if episode.level.severity > 2 else thresholds.low_amounts
    return f", {words.amount(amounts[episode.pool], unit, hide)}" if episode.pool in amounts else ""


def _sum(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(values) else None
