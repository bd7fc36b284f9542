"""Imports as the forecast knows them: what was sent is a step and no pace, what is still to be sent is used up then."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from creditdesk.core.sending import Batch, BatchState, Sending, Stop
from creditdesk.core.spending import Step

A_RUN = timedelta(days=1)
"""Batches that follow one another within this are one step."""

_WAITS = frozenset({Stop.NONE, Stop.UNKNOWN, Stop.TROUBLE, Stop.PAUSED, Stop.QUEUED})


def steps_of(sendings: Sequence[Sending], now: datetime) -> tuple[Step, ...]:
    """The steps of these imports, by pool, the earliest first.

    What the pools really lost counts where that is known, else what was expected. An import that waits for room, or
    was stopped for want of it, is left out: nobody knows when it goes on.
    """
    found = [step for sending in sendings for step in (*_sent(sending), *_planned(sending, now))]
    return tuple(sorted(found, key=lambda step: (step.at, step.pool)))


def _sent(sending: Sending) -> Iterator[Step]:
    accepted = sending.items_in(BatchState.ACCEPTED)
    spent = {pool: lost for pool, lost in (sending.spent or {}).items() if lost >= 0}
    for begun, items in _runs(sending.batches):
        for pool, expected in sending.expected.items():
            each = spent[pool] / accepted if pool in spent else expected / sending.count
            yield Step(begun, pool, each * items)


def _runs(batches: Sequence[Batch]) -> list[tuple[datetime, int]]:
    """When each run of accepted batches began, and how many items it had."""
    sent = sorted(
        (batch.sent_at, batch.count)
        for batch in batches
        if batch.state is BatchState.ACCEPTED and batch.sent_at is not None
    )
    found: list[tuple[datetime, int]] = []
    for at, count in sent:
        if found and at - found[-1][0] < A_RUN:
            found[-1] = found[-1][0], found[-1][1] + count
        else:
            found.append((at, count))
    return found


def _planned(sending: Sending, now: datetime) -> Iterator[Step]:
    rest, queue = sending.rest, sending.queue
    if not rest or sending.stop not in _WAITS or (queue is not None and queue.at is None):
        return
    at = max(now, (queue.at if queue is not None else None) or sending.retry_at or now)
    for pool, expected in sending.expected.items():
        yield Step(at, pool, expected * Decimal(rest) / sending.count, sent=False)
