"""`send`: carries out a plan that `size --save` wrote, goes on with it, and reports every item's fate."""

import argparse
import asyncio
import os
import shlex
import signal
import sys
from dataclasses import replace
from pathlib import Path

from creditdesk.cli.account_commands import pairs
from creditdesk.cli.progress import ProgressLine
from creditdesk.cli.send_queue import queue_json, queue_line, queue_of
from creditdesk.core.amounts import dumps
from creditdesk.core.import_plan import ImportPlan, begun_by
from creditdesk.core.sending import BatchState, Sending, Stop
from creditdesk.desk.accounts import AccountError
from creditdesk.desk.opening import Desk
from creditdesk.desk.send_before import SentBefore
from creditdesk.store.exports import write_table
from creditdesk.store.plans import read_plan
from creditdesk.store.sheets import SheetError

REPORT_HEADER = ("line", "item", "fate", "detail")
REPORT_ENDINGS = (".csv", ".xlsx")
STOPPED = 130
ARRIVED = {"yes": True, "no": False, "listed": None}
"""What the user may say of an unknown batch; `listed`: what the vendor's list has of it, item by item."""

_WHICH = ", where PLAN is the plan's file that this import was begun by; or in the window."
_WAIT = "Go on with that one, or cancel it. Or send them beside it: creditdesk send {path} --again. Nothing was sent."
_LEAVE_OUT = (
    "Leave them out: size the list with --subtract-tracked. "
    "Or send them again: creditdesk send {path} --again. Nothing was sent."
)
WORDS = {
    Stop.NONE: "",
    Stop.OVER_QUOTA: "Stopped: the vendor answered that the quota does not suffice. Nothing further was sent.",
    Stop.QUOTA_SHORT: "Stopped: the quota does not suffice for the rest. Nothing further was sent.",
    Stop.REFUSED: "Stopped: the vendor refused a request.",
    Stop.UNKNOWN: "Something may or may not have arrived.",
    Stop.TROUBLE: "Stopped: nothing further could be sent.",
    Stop.PAUSED: "Stopped.",
    Stop.CANCELLED: "Cancelled.",
    Stop.QUEUED: "Queued: nothing of it was sent.",
}


async def send(options: argparse.Namespace, desk: Desk) -> int:
    """Send, go on, or report; the exit code says how it ended."""
    desk.reader.load()
    path = options.resume or options.plan
    _check(options)
    if not path:
        return await _report_alone(options, desk)
    plan = read_plan(Path(path))
    if options.resume:
        sending = await _begun(desk, plan, path)
        sending = await _settled_by_hand(options, desk, sending)
    else:
        sending = await _begin(options, desk, plan, path)
        if options.at:
            _tell(options, sending, path)
            return 0
    return await _end(options, desk, await _run(desk, sending), path)


def _check(options: argparse.Namespace) -> None:
    """What is wrong with the words is said before anything is sent."""
    if options.resume and options.plan:
        raise AccountError("send", "Give a plan to begin, or --resume with a plan to go on; not both.")
    if options.arrived and not options.resume:
        raise AccountError("--arrived", "--arrived goes with --resume PLAN.")
    for name, given in (
        ("--batch", options.batch is not None),
        ("--yes", options.yes),
        ("--again", options.again),
        ("--at", options.at),
        ("--client", options.client),
    ):
        if given and not options.plan:
            raise AccountError(name, f"{name} goes with a plan that is begun: creditdesk send PLAN {name}.")
    if options.at and options.report:
        raise AccountError("--report", "A plan that is queued has no fate to report yet.")
    if options.report is not None:
        _check_report(Path(options.report), bool(options.plan or options.resume))


def _check_report(path: Path, sends: bool) -> None:
    if path.suffix.casefold() not in REPORT_ENDINGS:
        raise AccountError("--report", "--report wants a file's name that ends in .csv or .xlsx.")
    if path.is_dir() or not os.access(path.parent, os.W_OK | os.X_OK):
        why = "it is a folder" if path.is_dir() else "its folder is not there, or cannot be written to"
        raise AccountError("--report", f"No report can be written to {path}: {why}.{' Nothing was sent.' * sends}")


async def _end(options: argparse.Namespace, desk: Desk, sending: Sending, path: str) -> int:
    """Write the report, tell the summary; the exit code. A report that cannot be written hides nothing else."""
    code = exit_code(sending)
    if options.report:
        try:
            await _write_report(options.report, desk, sending)
        except (OSError, SheetError) as error:
            why = getattr(error, "strerror", None) or str(error)
            print(f"creditdesk: The report was not written to {options.report}: {why}.", file=sys.stderr)
            code = code or 1
    _tell(options, sending, path)
    return code


def exit_code(sending: Sending) -> int:
    """0 all accepted, 3 something unknown, 2 too little is left or it waits for its day, 130 by the user, else 1."""
    summary = sending.summary
    if summary["unknown"]:
        return 3
    if sending.stop in (Stop.OVER_QUOTA, Stop.QUOTA_SHORT, Stop.QUEUED):
        return 2
    if sending.stop is Stop.PAUSED:
        return STOPPED
    return 0 if summary["accepted"] == sending.count else 1


async def _begin(options: argparse.Namespace, desk: Desk, plan: ImportPlan, path: str) -> Sending:
    before = await _find(desk, plan)
    if before is not None:
        done = before.summary
        told = f"{done['accepted']:,} accepted, {done['unknown']:,} unknown, {done['not_sent']:,} not sent"
        advice = (
            "Size the list again for a new plan."
            if before.done
            else f"Go on with: creditdesk send --resume {shlex.quote(path)}"
        )
        what = "is queued" if before.stop is Stop.QUEUED else "was sent"
        raise AccountError("send", f"This plan {what} already: {told}. {advice}")
    if options.batch is not None:
        plan = replace(plan, batch=checked_batch(options.batch))
    said = {"confirmed": options.yes, "client": options.client, "again": options.again}
    try:
        if options.at:
            begun: Sending = await desk.sender.queue(plan, queue_of(options.at, plan, desk), **said)
        else:
            begun = await desk.sender.start(plan, **said)
        return begun
    except SentBefore as error:
        raise AccountError(
            "send", f"{error} {(_LEAVE_OUT if error.before.at else _WAIT).format(path=shlex.quote(path))}"
        ) from None


async def _begun(desk: Desk, plan: ImportPlan, path: str) -> Sending:
    sending = await _find(desk, plan)
    if sending is None:
        raise AccountError("--resume", f"This plan was never begun. Begin with: creditdesk send {path}")
    return sending


def checked_batch(size: int) -> int:
    """The items a request. Raises AccountError."""
    if size < 1:
        raise AccountError("--batch", "--batch is a whole number from 1.")
    return size


async def _find(desk: Desk, plan: ImportPlan) -> Sending | None:
    """What was begun by this plan, with whatever size of its requests."""
    return begun_by(plan, await desk.sender.sendings(plan.account))


async def _settled_by_hand(options: argparse.Namespace, desk: Desk, sending: Sending) -> Sending:
    said = pairs(options.arrived, "--arrived")
    unknown = {str(each.number): each.number for each in sending.batches if each.state is BatchState.UNKNOWN}
    if not said.keys() <= unknown.keys() or not ARRIVED.keys() >= set(said.values()):
        wanted = "--arrived wants BATCH=yes, BATCH=no or BATCH=listed."
        raise AccountError("--arrived", f"{wanted} Unknown are: {', '.join(unknown) or 'none'}.")
    for name, word in said.items():
        sending = await desk.sender.settle_by_hand(sending.id, unknown[name], ARRIVED[word])
    return sending


async def _run(desk: Desk, sending: Sending) -> Sending:
    """Send until it is done or stops; Ctrl+C pauses it after the request that is under way."""
    loop = asyncio.get_running_loop()
    pausing: list[asyncio.Task[Sending]] = []

    def asked() -> None:
        pausing.append(loop.create_task(desk.sender.pause(sending.id)))

    caught = []
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, asked)
            caught.append(number)
        except (NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
            continue
    try:
        ended: Sending = await desk.sender.run(sending.id, _Progress().told)
        return ended
    finally:
        for number in caught:
            loop.remove_signal_handler(number)
        await asyncio.gather(*pausing, return_exceptions=True)


class _Progress(ProgressLine):
    """Says how far it is."""

    def told(self, sending: Sending) -> None:
        """Something changed."""
        parts = [f"{sending.summary['accepted']:,} of {sending.count:,} accepted"]
        for state in (BatchState.SENDING, BatchState.REFUSED, BatchState.UNKNOWN):
            if count := sending.items_in(state):
                parts.append(f"{count:,} {state}")
        if sending.retry_at is not None:
            parts.append(f"waiting until {sending.retry_at:%H:%M:%S} UTC")
        self.say(", ".join(parts), sending.done)


def _tell(options: argparse.Namespace, sending: Sending, path: str) -> None:
    if options.json:
        print(dumps(send_json(sending), indent=2))
    else:
        print("\n".join(send_lines(sending, path)))


def send_json(sending: Sending) -> dict[str, object]:
    """The summary as the documented JSON value (docs/cli.md)."""
    return {
        **sending.summary,
        "stop": sending.stop or None,
        "detail": sending.stop_detail or None,
        "queued": queue_json(sending),
        "spent": dict(sending.spent) if sending.spent is not None else None,
        "batches": [
            {
                "number": batch.number,
                "items": batch.count,
                "state": batch.state,
                "status": batch.status,
                "detail": batch.detail or None,
            }
            for batch in sending.batches
        ],
    }


def send_lines(sending: Sending, path: str) -> list[str]:
    """The summary for a terminal, and what to do next."""
    done, go_on = sending.summary, f"creditdesk send --resume {shlex.quote(path) if path else 'PLAN'}"
    lines = [
        f"{done['accepted']:,} accepted, {done['refused']:,} refused, {done['unknown']:,} unknown, "
        f"{done['not_sent']:,} not sent."
    ]
    if sending.stop is not Stop.NONE:
        lines.append(queue_line(sending) or " ".join(filter(None, [WORDS[sending.stop], sending.stop_detail])))
    used = [f"{amount:,f} of {pool}" for pool, amount in (sending.spent or {}).items() if amount > 0]
    if used:
        lines.append(f"Really used: {', '.join(used)}.")
    unknown = [str(each.number) for each in sending.batches if each.state is BatchState.UNKNOWN]
    if unknown:
        lines.append(
            f"Unknown batches: {', '.join(unknown)}. --resume looks them up; they are never sent again before."
        )
        lines.append(f"If you know better: {go_on} --arrived {unknown[0]}=yes (or no)")
        lines.append(f"If a part of it is there: --arrived {unknown[0]}=listed takes what is listed; no rest is sent.")
    missing = sending.items_in(BatchState.CANCELLED) if sending.stop is not Stop.CANCELLED else 0
    if missing:
        lines.append(f"Partly arrived: {missing:,} are missing and not sent again; size the --report to send them.")
    if unknown or sending.rest or sending.stop is Stop.OVER_QUOTA:
        lines.append(f"Go on with: {go_on}{'' if path else _WHICH}")
    return lines


async def _report_alone(options: argparse.Namespace, desk: Desk) -> int:
    if not options.report:
        raise AccountError("send", "send wants a plan: creditdesk size FILE ... --save PLAN writes one.")
    sendings = await desk.sender.sendings()
    if not sendings:
        raise AccountError("--report", "Nothing was sent yet.")
    return await _end(options, desk, sendings[0], "")


async def _write_report(path: str, desk: Desk, sending: Sending) -> None:
    write_table(Path(path), REPORT_HEADER, await desk.sender.report(sending.id))
    print(f"Wrote the fate of {sending.count:,} items to {path}.", file=sys.stderr)
