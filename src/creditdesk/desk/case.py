"""An account at an instant, with all that a judgement of it needs, and what the window is told of it."""

from dataclasses import dataclass, replace
from datetime import datetime

from creditdesk.core import cadence, levels
from creditdesk.core.definition import Definition
from creditdesk.core.pools import Account, Custody, Level, Reading, Thresholds
from creditdesk.core.settings import Settings
from creditdesk.desk.known import Known, keyless


@dataclass(frozen=True, slots=True)
class Case:
    """An account at an instant, with what is chosen and known for it: what its level and its reading are made from."""

    account: Account
    definition: Definition
    known: Known
    settings: Settings
    now: datetime

    @property
    def asks(self) -> bool:
        """Whether its vendor is asked at all."""
        return self.definition.readable and self.account.custody is not Custody.NONE

    @property
    def beat(self) -> cadence.Rhythm:
        """How often it is asked."""
        return cadence.rhythm(self.account, self.definition, self.settings)

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
