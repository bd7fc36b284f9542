"""An account at an instant, with all that a judgement of it needs, and what the window is told of it."""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from creditdesk.core import cadence, levels
from creditdesk.core.definition import Definition
from creditdesk.core.pools import Account, Custody, Level, Reading, Thresholds
from creditdesk.core.settings import Settings
from creditdesk.desk.known import Known, keyless


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
    def thresholds(self) -> Thresholds:
        """The account's own thresholds, else the desk's."""
        return self.account.thresholds or self.settings.thresholds

    def shown(self, evidence: levels.Evidence, level: Level) -> Reading:
        """The case as the window is told of it."""
        account, known, snapshot = self.account, self.known, evidence.snapshot
        return Reading(
            account=account,
            snapshot=replace(snapshot, inferred=False) if snapshot and account.confirmed else snapshot,
            trouble=known.trouble if self.asks else keyless(account, self.definition),
            level=level,
            stale=evidence.stale,
            run_outs=known.run_outs,
            spark=known.spark(self.definition),
            due_at=cadence.next_due(known.pace, self.beat, self.now) if self.asks else None,
        )
