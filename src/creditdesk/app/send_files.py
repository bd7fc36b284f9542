"""An order becomes a plan: begun, queued, or kept in a file for later; and the report of what became of it."""

import asyncio
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog

from creditdesk.app.parts import Parts
from creditdesk.app.writing import write_rows
from creditdesk.core.import_plan import ImportPlan, Source
from creditdesk.core.sending import Sending
from creditdesk.core.sent_before import Before
from creditdesk.desk.send_before import SentBefore
from creditdesk.ui.nouns import counted
from creditdesk.ui.send_desk import SendDesk
from creditdesk.ui.send_order import Order

PLAN_FILES = "Import plan (*.plan.toml)"
REPORT_FILES = "CSV (*.csv);;Excel workbook (*.xlsx)"


async def make_plan(sender: Any, order: Order, source: Source) -> ImportPlan:
    """The plan of an order, bound to what holds now. Raises SendError."""
    return await sender.plan(  # type: ignore[no-any-return]  # the sender is made late
        order.account,
        order.rule.operation,
        order.items.unique,
        place=order.place,
        rows=order.rows,
        factors=order.factors,
        source=source,
        first=order.first,
        leave_out=order.leave_out,
        batch=order.batch,
    )


async def begin(sender: Any, order: Order, source: Source) -> Sending | Before:
    """Write an order into the outbox, to be sent now or queued; the rest of a list with it.

    A Before: nothing was written, since an earlier import brought something of it there. Raises SendError.
    """
    from creditdesk.desk.send_start import Rest  # with it comes the network stack

    plan, said = await make_plan(sender, order, source), {"client": order.client, "again": order.again}
    rest = None
    if order.rest is not None:
        after = await asyncio.to_thread(lambda: order.after)
        rest = Rest(await make_plan(sender, after, source), order.rest)
    begun: Sending
    try:
        if order.queue is not None:
            begun = await sender.queue(plan, order.queue, None, order.confirmed, **said)
        else:
            begun = await sender.start(plan, None, order.confirmed, rest, **said)
    except SentBefore as error:
        return error.before
    return begun


def save_plan(parts: Parts, desk: SendDesk, order: Order, source: Source) -> None:
    """Keep the order as a plan, to be sent later or by the command line."""
    name = f"{Path(source.name).stem or 'import'}.plan.toml"
    path, _ = QFileDialog.getSaveFileName(parts.window, "Save plan", name, PLAN_FILES)
    if not path:
        return
    target = Path(path if path.endswith(".toml") else f"{path}.plan.toml")

    async def story() -> str:
        from creditdesk.desk.sending import SendError  # with it comes the network stack
        from creditdesk.store.plans import PlanError, write_plan

        try:
            plan = await make_plan(parts.desk.sender, order, source)
            await asyncio.to_thread(write_plan, target, plan)
        except (SendError, PlanError) as error:
            return str(error)
        except OSError as error:
            return f"{target.name} was not written: {error.strerror}."
        return ""

    def told(problem: str) -> None:
        if problem:
            desk.show_failed(problem)
        else:
            parts.window.show_toast(f"Saved the plan in {target.name}. Nothing was sent.")

    parts.ask(story, told)


def save_report(parts: Parts, sending: Sending, item: str) -> None:
    """Write what became of every item."""
    name = f"{Path(sending.file).stem or 'import'}-report.csv"
    path, _ = QFileDialog.getSaveFileName(parts.window, "Save report", name, REPORT_FILES)
    if not path:
        return

    async def story() -> tuple[tuple[int, str, str, str], ...] | str:
        from creditdesk.desk.sending import SendError

        try:
            return tuple(await parts.desk.sender.report(sending.id))
        except SendError as error:
            return str(error)

    def told(rows: tuple[tuple[int, str, str, str], ...] | str) -> None:
        if isinstance(rows, str):
            parts.window.show_toast(rows)
        else:
            header = ("Line", item.capitalize(), "Fate", "Detail")
            write_rows(parts, Path(path), (header, rows), f"the fate of {counted(len(rows), item)}")

    parts.ask(story, told)
