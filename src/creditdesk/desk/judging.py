"""What a look at an account sets off: the findings of every rule that is on, and what they open and close."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from creditdesk.core import alerts, levels, watching
from creditdesk.core.levels import Evidence, Finding
from creditdesk.core.pools import Account, Level, Reading, Snapshot, Trouble, TroubleKind
from creditdesk.core.rules import OF_STOCK, RuleKind, off_for
from creditdesk.core.series import PENDING, Episode
from creditdesk.core.unusual import unusual
from creditdesk.core.watching import Look
from creditdesk.desk.case import Case
from creditdesk.desk.known import Known

_log = logging.getLogger(__name__)
Judged = tuple[alerts.Decision, Level]
"""What a look changes, and the level that the account is shown with, whatever rules are off."""
NOTHING = alerts.Decision()
OUTAGES = frozenset({TroubleKind.VENDOR_DOWN, TroubleKind.BAD_ANSWER, TroubleKind.NO_NETWORK, TroubleKind.THROTTLED})


def decide(
    case: Case, evidence: Evidence, before: Snapshot | None, outcome: Snapshot | Trouble | None = None
) -> Judged:
    """What a look changes. `before` is the snapshot before `outcome`; None: nobody was asked."""
    account, rules = case.account, case.settings.rules
    found = _stock(case, evidence)
    level = levels.worst(found)
    if account.muted:
        return NOTHING, level
    off = _off(case)
    if off & OF_STOCK:  # the other rules have no part in these findings
        found = _stock(case, replace(evidence, off=off))
    look = Look(
        evidence.snapshot,
        case.known.trouble if case.asks else None,
        case.asks,
        isinstance(outcome, Snapshot),
        evidence.stale,
        before,
        _odd(case, off),
        case.known.snapshot,
        account.remind_days,
    )
    more = watching.watch(look, rules, off, case.now)
    return alerts.judge(account.id, case.known.episodes, (*found, *more), case.now, off), level


def overdue(case: Case, evidence: Evidence) -> Judged:
    """What time alone changes while nobody is asked: an account that is not read for too long, or read by hand."""
    if not case.asks:
        return decide(case, evidence, None)
    level = levels.worst(_stock(case, evidence))
    if case.account.muted:
        return NOTHING, level
    off = _off(case)
    look = Look(case.known.snapshot, case.known.trouble, case.asks)
    found = watching.unread(look, case.settings.rules, off, case.now)
    return alerts.judge(case.account.id, case.known.episodes, found, case.now), level


def _off(case: Case) -> frozenset[RuleKind]:
    """The rules that are off. One that is read only when the user says so is not warned of for not being read."""
    off = off_for(case.settings.rules, case.account.rules_off)
    return off if case.by_itself or not case.asks else off | {RuleKind.NOT_READ}


def _stock(case: Case, evidence: Evidence) -> tuple[Finding, ...]:
    return levels.assess(evidence, case.thresholds, case.settings, case.now)


def took(known: Known, decision: alerts.Decision, fresh: tuple[Episode, ...]) -> None:
    """The account's episodes after a decision was written; `fresh` as `History.record` gave them."""
    gone = {each.id for each in (*decision.cleared, *decision.changed, *fresh)}
    known.episodes = (*(each for each in known.episodes if each.id not in gone), *fresh)


def relearn(known: Known, stored: Sequence[Episode]) -> tuple[Episode, ...]:
    """Take over the account's open episodes as the database has them; gives those that another process cleared.

    One that this desk just claimed to tell stays claimed, also when that is not written yet.
    """
    ours = {each.id: each for each in known.episodes}
    kept = {each.id for each in stored}
    claimed = [ours[each.id].delivered if each.id in ours else "" for each in stored]
    known.episodes = tuple(
        replace(each, delivered=each.delivered or how) for each, how in zip(stored, claimed, strict=True)
    )
    return tuple(each for each in ours.values() if each.id not in kept and alerts.is_told(each))


def to_tell(known: Known) -> tuple[Episode, ...]:
    """The open episodes that are to be told."""
    return tuple(
        each for each in known.episodes if not each.delivered and each.cleared_at is None and each.state != PENDING
    )


def still_open(known: Known) -> int:
    """How many warnings of the account are open, told or not; news is none, nor is what stands behind a worse one."""
    return sum(each.level is not Level.GOOD for each in alerts.foremost(known.episodes))


class Outages:
    """Writes one line when a vendor can no longer be read and one when it can again, however long it was (F9)."""

    def __init__(self) -> None:
        self._out: defaultdict[str, set[str]] = defaultdict(set)  # accounts by vendor

    def note(self, reading: Reading, accounts: Iterable[Account]) -> None:
        """What came of a reading. A key that is refused is an answer, and no outage. `accounts`: those there are."""
        account, trouble = reading.account, reading.trouble
        out = self._out[account.provider]
        if out:  # a reading that is well costs nothing, however many accounts there are
            out &= {each.id for each in accounts}
        if trouble is not None and trouble.kind in OUTAGES:
            if not out:
                _log.info("%s cannot be read: %s", account.provider, trouble.kind.value)
            out.add(account.id)
        elif account.id in out:
            out.discard(account.id)
            if not out:
                _log.info("%s is read again", account.provider)


def here(now: datetime) -> tzinfo:
    """The zone of the user's wall clock."""
    return now.astimezone().tzinfo or UTC


def _odd(case: Case, off: frozenset[RuleKind]) -> tuple[Finding, ...]:
    """Unusual use; worked out as often as the run-outs are, because it goes through the last weeks."""
    known = case.known
    if RuleKind.UNUSUAL in off or known.recent is None:
        return ()
    if known.odd_at != known.projected_at or known.odd_by != case.settings.rules:
        known.odd = unusual(known.recent.series(), case.settings.rules, case.now, here(case.now))
        known.odd_at, known.odd_by = known.projected_at, case.settings.rules
    return known.odd
