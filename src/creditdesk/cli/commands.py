"""Runs a command: opens the desk, does it, closes the desk, and says plainly what went wrong."""

import argparse
import asyncio
import io
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from creditdesk.cli import (
    account_commands,
    alerts_command,
    forecast_command,
    gateway_command,
    history_command,
    ledger_command,
    provider_commands,
    provider_try,
    send_command,
    setup_command,
    size_command,
    statement_command,
    status_command,
)
from creditdesk.core.factors import FactorError
from creditdesk.desk.accounts import AccountError
from creditdesk.desk.opening import Desk, open_desk
from creditdesk.desk.tools import Declined, utc_now
from creditdesk.paths import Places, places
from creditdesk.providers.catalogue import UnknownProvider
from creditdesk.providers.definitions import DefinitionError
from creditdesk.providers.redaction import RedactingFilter, quiet_libraries, redact
from creditdesk.store.approvals import ApprovalsError
from creditdesk.store.config import AccountRefused, ConfigError
from creditdesk.store.history import HistoryError
from creditdesk.store.past import PastError
from creditdesk.store.plans import PlanError
from creditdesk.store.privacy import harden, write_crash_report
from creditdesk.store.restoring import BackupError
from creditdesk.store.sheets import SheetError
from creditdesk.store.vault import VaultError

Command = Callable[[argparse.Namespace, Desk], Coroutine[Any, Any, int]]

COMMANDS: dict[tuple[str, str], Command] = {
    ("accounts", "add"): account_commands.add,
    ("accounts", "set"): account_commands.change,
    ("accounts", "list"): account_commands.show,
    ("accounts", "remove"): account_commands.remove,
    ("status", ""): status_command.status,
    ("forecast", ""): forecast_command.forecast,
    ("alerts", "list"): alerts_command.listing,
    ("alerts", "test"): alerts_command.test,
    ("history", "export"): history_command.export,
    ("history", "import"): history_command.bring,
    ("size", ""): size_command.size,
    ("send", ""): send_command.send,
    ("statement", ""): statement_command.statement,
    ("ledger", "show"): ledger_command.show,
    ("ledger", "add"): ledger_command.add,
    ("ledger", "undo"): ledger_command.undo,
    ("ledger", "import"): ledger_command.bring,
    ("gateway", ""): gateway_command.gateway,
    ("gateway", "token"): gateway_command.token,
    ("providers", "list"): provider_commands.listing,
    ("providers", "show"): provider_commands.show,
    ("providers", "try"): provider_try.attempt,
    ("setup", "export"): setup_command.export,
    ("setup", "import"): setup_command.bring,
    ("providers", "approve"): provider_commands.approve,
    ("providers", "add"): provider_commands.add,
    ("providers", "remove"): provider_commands.remove,
}

USER_ERRORS = (
    AccountError,
    AccountRefused,
    ApprovalsError,
    BackupError,
    Declined,
    DefinitionError,
    FactorError,
    HistoryError,
    PastError,
    PlanError,
    SheetError,
    UnknownProvider,
    VaultError,
)


def main(options: argparse.Namespace) -> int:
    """Run the command these options name, in a process that writes no core dump; its exit code."""
    harden()
    return run(options)


def run(options: argparse.Namespace, opened: Callable[[Places], Desk] = open_desk) -> int:
    """Run the command these options name, on the desk that `opened` gives; its exit code.

    The user's errors are one line on stderr and exit code 1; ours leave a report on this computer, too.
    """
    if sys.stdout is None:
        return _say("Standard output is closed: there is nowhere to write the answer.")
    _prepare_output(bool(getattr(options, "json", False)))
    try:
        if options.command == "sandbox":
            from creditdesk.sandbox import run as serve  # the web server costs 0.2 s; other commands do without it

            return serve(options.port)
        if (options.command, getattr(options, "verb", "")) == ("providers", "check"):
            return provider_commands.check(options.file)
        if options.command == "forecast" and options.series:
            return forecast_command.of_file(options)
        if options.command == "history" and options.verb in ("backups", "restore"):
            return history_command.without_desk(options)
        command = COMMANDS[options.command, getattr(options, "verb", None) or ""]
        status = asyncio.run(_run(command, options, opened))
        sys.stdout.flush()
        return status
    except ConfigError as error:  # its file must be found, and what is wrong in it repeats no value
        return _say(str(error))
    except USER_ERRORS as error:
        return _say(redact(str(error)))  # a key pasted in the wrong place is not repeated
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _say(f"{error.strerror or error}{': ' + str(error.filename) if error.filename else ''}")
    except KeyboardInterrupt:
        return _say("Stopped.", 130)
    except Exception as error:  # a bug of ours: its traceback goes through the redaction, into a local report
        return _report(error, places(options.data_dir))


def _prepare_output(as_json: bool) -> None:
    """JSON is UTF-8 on every system; other text never fails for a character. Log lines are redacted."""
    if as_json and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    handler = logging.StreamHandler()
    handler.addFilter(RedactingFilter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    quiet_libraries()


def _report(error: Exception, where: Places) -> int:
    try:
        path = write_crash_report(where.reports, error, redact, utc_now())
    except OSError:
        return _say(f"This is a bug of creditdesk: {type(error).__name__}.")
    return _say(f"This is a bug of creditdesk: {type(error).__name__}. A report lies in {path}; nothing is sent.")


async def _run(command: Command, options: argparse.Namespace, opened: Callable[[Places], Desk]) -> int:
    desk = opened(places(options.data_dir))
    if desk.notice:
        print(desk.notice, file=sys.stderr)
    try:
        return await command(options, desk)
    finally:
        await desk.close()


def _say(text: str, code: int = 1) -> int:
    if sys.stderr is not None:  # print would take standard output instead
        print(f"creditdesk: {text}", file=sys.stderr)
    return code
