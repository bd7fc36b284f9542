"""Whether a verdict may stand on what was last read of an account."""

from dataclasses import replace

from creditdesk.core.pools import STOPS_READING, Reading, TroubleKind
from creditdesk.core.verdict import Verdict, VerdictKind, Why

_SETTLED = frozenset({VerdictKind.FITS, VerdictKind.THIN})


def doubted(verdict: Verdict, reading: Reading) -> Verdict:
    """The verdict, or "cannot tell" where the reading it stands on no longer speaks for the account.

    An old reading settles nothing. After the vendor refused the account (used up, key rejected, no access), nothing
    fits for certain, while a refusal stays one. What costs nothing is not doubted.
    """
    free = all(demand.needs_high == 0 for demand in verdict.demands)
    if free or verdict.kind is VerdictKind.UNKNOWN:
        return verdict
    kind = reading.trouble.kind if reading.trouble else None
    refused = kind is TroubleKind.EXHAUSTED or kind in STOPS_READING - {TroubleKind.NO_KEY, TroubleKind.NOT_APPROVED}
    if reading.stale or (refused and verdict.kind in _SETTLED):
        return replace(verdict, kind=VerdictKind.UNKNOWN, why=Why.NOT_CURRENT, overage=None)
    return verdict
