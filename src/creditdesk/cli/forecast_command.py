"""`forecast`: when an account's pools run out, or what the same function says of a file of past readings."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from creditdesk.cli.forecast_series import Ends, SeriesError, instant, series_of
from creditdesk.core.amounts import dumps
from creditdesk.core.forecast import project, why_not
from creditdesk.core.pools import PoolKind, RunOut
from creditdesk.core.series import Series
from creditdesk.desk.known import Known
from creditdesk.desk.known_steps import learn_steps
from creditdesk.desk.opening import Desk
from creditdesk.desk.recent import LOOK_BACK

QUESTIONS = {
    PoolKind.ALLOWANCE: "before_reset",
    PoolKind.WALLET: "until_when",
    PoolKind.PACKAGE: "before_expiry",
    PoolKind.SLOTS: "full_when",
    PoolKind.SPEND: "over_limit_before_reset",
}
ASKED = {
    "before_reset": "runs out before its reset",
    "until_when": "lasts",
    "before_expiry": "used up before it expires",
    "full_when": "full",
    "over_limit_before_reset": "over its limit before its reset",
    "all_together": "all together last",
}


async def forecast(options: argparse.Namespace, desk: Desk) -> int:
    """Show when the pools of an account run out, from its history; nobody is asked and nothing is written."""
    account = desk.registry.named(options.account)
    now, known = desk.tools.clock(), Known()
    series = await desk.tools.history.series(account.id, now - LOOK_BACK)
    known.remember(series)
    await learn_steps(known, desk.tools, account.id)
    known.project(desk.tools.catalogue.get(account.provider), now)
    run_outs = {each.pool: each for each in known.run_outs}
    asked = [each for each in series if each.kind in QUESTIONS]
    rows = [
        _row(each.pool, QUESTIONS[each.kind], run_outs.get(each.pool), why_not(each, now, known.steps))
        for each in asked
    ]
    if "" in run_outs:
        rows.insert(0, _row("", "all_together", run_outs[""], None))
    _tell(rows, options.json)
    return 0


def of_file(options: argparse.Namespace) -> int:
    """Show when the pool of a CSV of `time,left` runs out; nothing else is opened. 1 with a reason for a wrong file."""
    try:
        now = instant(options.at) if options.at else None
        series = _series(options, now)
    except (SeriesError, OSError) as error:
        text = str(error) if isinstance(error, SeriesError) else "the file cannot be read"
        print(f"creditdesk: {text}", file=sys.stderr)
        return 1
    now = now or (series.points[-1].last_seen if series.points else datetime(1970, 1, 1, tzinfo=UTC))
    _tell([_row(series.pool, QUESTIONS[series.kind], project(series, now), why_not(series, now))], options.json)
    return 0


def _series(options: argparse.Namespace, until: datetime | None) -> Series:
    kind = PoolKind(options.kind)
    at = instant(options.resets_at) if options.resets_at else None
    ends = Ends(expires_at=at) if kind is PoolKind.PACKAGE else Ends(resets_at=at)
    return series_of(Path(options.series), kind, ends, until, LOOK_BACK)


def _row(pool: str, question: str, run_out: RunOut | None, why: str | None) -> dict[str, object]:
    if run_out is None:
        told: dict[str, object] = {"at": None, "low": None, "high": None, "sure": None, "why_not": why}
        return {"pool": pool, "question": question, **told, "answer": None, "wasted": None}
    dates: dict[str, object] = {"at": run_out.at, "low": run_out.low, "high": run_out.high}
    if question in ("before_reset", "over_limit_before_reset"):
        answer: bool | None = run_out.before_reset
    else:
        answer = run_out.wasted is None if question == "before_expiry" else None
    said: dict[str, object] = {"sure": run_out.sure, "why_not": None, "answer": answer, "wasted": run_out.wasted}
    return {"pool": pool, "question": question, **dates, **said}


def _tell(rows: list[dict[str, object]], as_json: bool) -> None:
    if as_json:
        print(dumps({"pools": rows}, indent=2))
        return
    for row in rows:
        print(_line(row))
    if not rows:
        print("Nothing is known of this account yet.")


def _line(row: dict[str, object]) -> str:
    """One pool for a reader."""
    name = f"{row['pool']}: " if row["pool"] else ""
    if row["at"] is None:
        return f"{name}no date: {row['why_not']}"
    asked, answer = ASKED[str(row["question"])], row["answer"]
    verb = f"{asked}{'' if answer is None else ': yes' if answer else ': no'}"
    high = f"and {row['high']:%Y-%m-%d %H:%M}" if row["high"] else "and never"
    wasted = f"; {row['wasted']} would be left over" if row["wasted"] else ""
    about = "until about" if answer is None and asked != "full" else "about"
    line = f"{name}{verb}{', ' if answer is not None else ' '}{about} {row['at']:%Y-%m-%d %H:%M} UTC"
    return f"{line}, 8 in 10 times between {row['low']:%Y-%m-%d %H:%M} {high} ({row['sure']}){wasted}"
