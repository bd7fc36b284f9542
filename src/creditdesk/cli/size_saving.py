"""The plan that `size --save` writes: where it may be written, and that nothing else is lost by it."""

import argparse
import os
import shlex
from pathlib import Path

from creditdesk.core.import_plan import ImportPlan, begun_by
from creditdesk.core.sending import BatchState, Stop
from creditdesk.desk.accounts import AccountError
from creditdesk.desk.opening import Desk
from creditdesk.store.plans import PlanError, read_plan, write_plan


def check_target(options: argparse.Namespace) -> None:
    """Raises AccountError for a place at which no plan may be written; nobody was asked and nothing was read yet."""
    if options.save is None:
        return
    if not options.save.strip():
        raise AccountError("--save", "--save wants the plan's file, and got an empty text.")
    path = Path(options.save)
    if path.is_dir():
        raise _refused(path, "it is a folder")
    if not path.resolve().parent.is_dir():
        raise _refused(path, "its folder is not there")
    if not os.path.lexists(path):
        return
    if path.exists() and options.file != "-" and os.path.exists(options.file) and path.samefile(options.file):
        raise _refused(path, "it is the list itself")
    if not _is_plan(path):
        raise _refused(path, "another file is there, and it is no plan")


async def check_not_begun(path: Path, desk: Desk) -> None:
    """Raises AccountError where the plan there belongs to an import that is not finished: only with it that goes on."""
    if not os.path.lexists(path):
        return
    plan = read_plan(path)
    begun = begun_by(plan, await desk.sender.sendings(plan.account))
    if begun is None or begun.stop is Stop.CANCELLED:
        return
    if begun.items_in(BatchState.ACCEPTED, BatchState.CANCELLED) < begun.count:
        go_on = f"creditdesk send --resume {shlex.quote(str(path))}"
        raise _refused(path, f"not all of its import was accepted. Go on with `{go_on}`, or name another file")


def save_plan(path: Path, plan: ImportPlan) -> str:
    """Write the plan; its path as it was given. Raises AccountError, PlanError."""
    try:
        write_plan(path, plan)
    except OSError as error:
        raise _refused(path, error.strerror or "it can't be written") from None
    return str(path)


def _is_plan(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        read_plan(path)
    except PlanError:
        return False
    return True


def _refused(path: Path, why: str) -> AccountError:
    return AccountError("--save", f"--save: no plan is written to {path}: {why}.")
