"""An account at an instant, with all that a judgement of it needs, and what the window is told of it."""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from creditdesk.core import cadence, levels
from creditdesk.core.definition import Definition
from creditdesk.core.pools import Account, Custody, Level, Reading, Thresholds, Trouble, TroubleKind
from creditdesk.core.settings import Settings
from creditdesk.desk.known import Known, keyless
from creditdesk.desk.trusting import NOT_APPROVED


class Case(NamedTuple):
    """An account at an instant, with what is chosen and known for it: what its level and its reading are made from.

    `asks`: whether its vendor is asked at all; `beat`: how often.
    """

    account: Account
    definition: Definition
    known: Known
    settings: Settings
    now: datetime
    asks: bool
    beat: cadence.Rhythm

    @classmethod
    def of(cls, account: Account, definition: Definition, known: Known, settings: Settings, now: datetime) -> "Case":
        """The case of this account now."""
        asks = definition.readable and account.custody is not Custody.NONE
        return cls(account, definition, known, settings, now, asks, cadence.rhythm(account, definition, settings))

    @property
    def by_itself(self) -> bool:
        """Whether its vendor is asked without the user's word: not where a reading costs something."""
        return self.asks and not self.definition.manual

    @property
    def thresholds(self) -> Thresholds:
        """The account's own thresholds, else the desk's."""
        return self.account.thresholds or self.settings.thresholds

    @property
    def trouble(self) -> Trouble | None:
        """What is wrong with the account now: its definition, its key, or its last reading."""
        if not self.asks:
            return keyless(self.account, self.definition)
        own = self.definition.own
        if own is not None and not own.approved:
            return Trouble(TroubleKind.NOT_APPROVED, NOT_APPROVED.format(name=self.definition.name))
        return self.known.trouble

    def shown(self, evidence: levels.Evidence, level: Level) -> Reading:
        """The case as the window is told of it."""
        account, known, snapshot = self.account, self.known, evidence.snapshot
        return Reading(
            account=account,
            snapshot=replace(snapshot, inferred=False) if snapshot and account.confirmed else snapshot,
            trouble=self.trouble,
            level=level,
            stale=evidence.stale,
            run_outs=known.run_outs,
            spark=known.spark(self.definition),
            untried=self.definition.readable and not self.definition.tried and not known.proved,
            due_at=cadence.next_due(known.pace, self.beat, self.now) if self.by_itself else None,
        )
