"""When the pools of an account run out: each by itself, and together those that are emptied in turn."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from creditdesk.core.forecast import project, project_account
from creditdesk.core.pools import RunOut
from creditdesk.core.series import Series
from creditdesk.core.spending import Step
from creditdesk.core.stock import place


def run_outs(
    series: Sequence[Series], drain: Sequence[str], now: datetime, known: Sequence[Step] = (), in_turn: bool = True
) -> tuple[RunOut, ...]:
    """The run-outs that can be told from these series at `now`; the account's own, pool "", first.

    `known` are its imports, sent and planned. Without `in_turn` those of single pools that are emptied in turn, which
    are no news, are left out: half the work.
    """
    drained = sorted(
        (each for each in series if place(drain, each.pool) is not None),
        key=lambda each: place(drain, each.pool) or 0,
    )
    shared = {each.pool for each in drained if each.unit == drained[0].unit}
    together = project_account(series, drain, now, known) if len(shared) > 1 else None
    alone = [
        replace(run_out, in_turn=len(shared) > 1 and each.pool in shared)
        for each in series
        if (in_turn or together is None or each.pool not in shared)
        and (run_out := project(each, now, known)) is not None
    ]
    return tuple(alone) if together is None else (together, *alone)
