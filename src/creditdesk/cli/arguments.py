"""The command line's words: sub-commands, options and their help."""

import argparse
import re
import sys
from typing import NoReturn

from creditdesk import __version__
from creditdesk.cli.gateway_words import gateway_words
from creditdesk.cli.ledger_words import ledger_words
from creditdesk.cli.setup_arguments import add_setup
from creditdesk.core.rules import RuleKind
from creditdesk.providers.redaction import redact


class Parser(argparse.ArgumentParser):
    """argparse leaves with 2 on a wrong word; here 2 means "would be refused", so a wrong word leaves with 1."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and how it is meant, and leave with 1. A word nobody asked for is not repeated."""
        self.print_usage(sys.stderr)
        self.exit(1, f"{self.prog}: {redact(_without_values(message))}\n")


def _without_values(message: str) -> str:
    """argparse's message without stray words: one of them may be a key."""
    found = re.fullmatch(r"unrecognized arguments: (.*)", message, re.DOTALL)
    if found is None:
        message = re.sub(r"invalid choice: .* \(choose from", "no such word (choose from", message, flags=re.DOTALL)
        return re.sub(r"ignored explicit argument .*", "takes no value", message, flags=re.DOTALL)
    names = [word.partition("=")[0] for word in found[1].split() if word.startswith("-")]
    told = ", ".join(name for name in names if re.fullmatch(r"--[a-z][a-z-]{0,20}", name))
    if "key" in told:
        return f"unknown option: {told}. {KEYLESS}"
    return (f"unknown option: {told}" if told else "unknown option") if names else "there is a word too many"


KEYLESS = "A key is never an argument: it would stand in the process list. Use --key-stdin or --key-env."


def parser() -> Parser:
    """The whole command line. Without a sub-command the window opens."""
    root = Parser(
        prog="creditdesk",
        description="What is left of your API credits, when they run out, and whether an import would be refused.",
        allow_abbrev=False,
    )
    root.add_argument("--version", action="version", version=f"creditdesk {__version__}")
    root.add_argument("--data-dir", metavar="DIR", help="keep config and data in DIR (also CREDITDESK_DATA_DIR)")
    commands = root.add_subparsers(dest="command", metavar="COMMAND")
    _demo(commands)
    _sandbox(commands)
    _accounts(commands)
    _status(commands)
    _forecast(commands)
    _alerts(commands)
    _history(commands)
    _size(commands)
    _send(commands)
    _statement(commands)
    _providers(commands)
    add_setup(_add(commands, "setup", "Write accounts and settings into a file without keys, or bring one in."), _add)
    ledger_words(commands, _add)
    gateway_words(commands, _add)
    return root


def _add(commands: "argparse._SubParsersAction[Parser]", name: str, text: str) -> Parser:
    return commands.add_parser(name, help=text, description=text, allow_abbrev=False)


def _demo(commands: "argparse._SubParsersAction[Parser]") -> None:
    demo = _add(commands, "demo", "Open the desk on sample accounts; nothing leaves this computer.")
    demo.add_argument("--shots", metavar="DIR", help="save every page as a picture in DIR and exit")


def _sandbox(commands: "argparse._SubParsersAction[Parser]") -> None:
    sandbox = _add(commands, "sandbox", "Serve practice vendors on this computer until stopped.")
    sandbox.add_argument("--port", type=int, default=0, metavar="N", help="the port to listen on (default: a free one)")


def _accounts(commands: "argparse._SubParsersAction[Parser]") -> None:
    accounts = _add(commands, "accounts", "Add, change, list and remove accounts.")
    verbs = accounts.add_subparsers(dest="verb", metavar="VERB", required=True)
    add = _add(verbs, "add", f"Add an account. {KEYLESS}")
    add.add_argument("provider", metavar="PROVIDER", help="a provider's id, see `creditdesk providers list`")
    add.add_argument("--name", required=True, help="what you call it; each name once")
    add.add_argument("--client", default="", metavar="CLIENT", help="whom it is for, in statements")
    key = add.add_mutually_exclusive_group(required=True)
    key.add_argument(
        "--key-stdin", action="store_true", help="read the key from standard input, keep it in the keyring"
    )
    key.add_argument("--key-env", metavar="VAR", help="read the key from this environment variable at each request")
    key.add_argument("--no-key", action="store_true", help="no key: balances are typed by hand")
    add.add_argument("--set", action="append", default=[], metavar="K=V", help="a setting, such as plan=starter")
    add.add_argument("--base-url", default="", metavar="URL", help="a loopback address instead of the vendor's")
    change = _add(verbs, "set", "Change settings or type a balance by hand.")
    change.add_argument("name", metavar="NAME")
    change.add_argument("--set", action="append", default=[], metavar="K=V", help="a setting, such as plan=pro")
    change.add_argument("--client", metavar="CLIENT", help='whom it is for, in statements; "" for nobody')
    change.add_argument("--remind", type=int, metavar="DAYS", help="look a typed balance up again after DAYS; 0: never")
    change.add_argument("--pool", action="append", default=[], metavar="POOL=N", help="a balance, such as monthly=312")
    change.add_argument(
        "--rule", action="append", default=[], metavar="RULE=off|on", help="a rule of warning, see `alerts test --help`"
    )
    listing = _add(verbs, "list", "List the accounts.")
    listing.add_argument("--json", action="store_true", help="as JSON")
    remove = _add(verbs, "remove", "Remove an account and its key. Its history stays.")
    remove.add_argument("name", metavar="NAME")


def _status(commands: "argparse._SubParsersAction[Parser]") -> None:
    status = _add(commands, "status", "Show what is left, as last read.")
    status.add_argument("--refresh", action="store_true", help="ask the vendors first")
    status.add_argument("--json", action="store_true", help="as JSON")


def _forecast(commands: "argparse._SubParsersAction[Parser]") -> None:
    forecast = _add(commands, "forecast", "Say when an account's pools run out, from what was read before.")
    what = forecast.add_mutually_exclusive_group(required=True)
    what.add_argument("--account", metavar="NAME", help="see `creditdesk accounts list`")
    what.add_argument("--series", metavar="FILE", help="a CSV of time,left instead; nothing else is opened")
    kinds = ("allowance", "wallet", "package", "slots", "spend")
    forecast.add_argument("--kind", choices=kinds, default="wallet", help="with --series: how it empties and fills")
    forecast.add_argument("--resets-at", metavar="INSTANT", help="with --series: the next reset, or a package's expiry")
    forecast.add_argument("--at", metavar="INSTANT", help="with --series: now (default: its last time)")
    forecast.add_argument("--json", action="store_true", help="as JSON")


def _history(commands: "argparse._SubParsersAction[Parser]") -> None:
    history = _add(commands, "history", "Write the history to a file, read it back, list and restore its copies.")
    verbs = history.add_subparsers(dest="verb", metavar="VERB", required=True)
    export = _add(verbs, "export", "Write the history of some accounts, or of all, to a file.")
    export.add_argument("file", metavar="FILE", help="ends in .csv, .json or .parquet")
    export.add_argument("--account", action="append", default=[], metavar="NAME", help="only this one; may be repeated")
    export.add_argument("--since", metavar="D", help="a day such as 2026-11-01 (UTC), or an instant")
    export.add_argument("--until", metavar="D", help="a day, which is included, or an instant")
    export.add_argument("--format", choices=("csv", "json", "parquet"), default="", help="whatever the name ends in")
    bring = _add(verbs, "import", "Put what `history export` wrote beside what is stored. Nothing stored is changed.")
    bring.add_argument("file", metavar="FILE", help="CSV, JSON or Parquet")
    bring.add_argument("--into", metavar="NAME", help="the account that the file's only one goes into")
    listing = _add(verbs, "backups", "List the copies of the history, and former histories that were set aside.")
    listing.add_argument("--json", action="store_true", help="as JSON")
    restore = _add(verbs, "restore", "Put a copy in the place of the history; what was there is kept.")
    restore.add_argument("backup", metavar="BACKUP", help="a name from `creditdesk history backups`, or a file")


def _alerts(commands: "argparse._SubParsersAction[Parser]") -> None:
    alerts = _add(commands, "alerts", "Show what was warned of; try a rule and the ways to tell.")
    verbs = alerts.add_subparsers(dest="verb", metavar="VERB", required=True)
    listing = _add(verbs, "list", "List the warnings, open ones first: why, by which numbers, and where told.")
    listing.add_argument("--json", action="store_true", help="as JSON")
    test = _add(verbs, "test", "Send a test message, and say when a rule would have fired over the past year.")
    test.add_argument("rule", metavar="RULE", choices=[each.value for each in RuleKind], help=", ".join(RuleKind))
    test.add_argument("--account", metavar="NAME", help="only over this account's past (default: every account's)")
    test.add_argument("--replay-only", action="store_true", help="send nothing")
    test.add_argument("--json", action="store_true", help="as JSON")


def _size(commands: "argparse._SubParsersAction[Parser]") -> None:
    size = _add(
        commands,
        "size",
        "Say whether a list would fit. Exit code: 0 fits, 2 would be refused, 3 cannot tell, 1 error.",
    )
    size.epilog = "Example: creditdesk size keywords.csv --account Agency --operation track-keywords --factor engines=2"
    size.add_argument("file", metavar="FILE", help="a list: text, CSV, XLSX or ODS; - for standard input")
    size.add_argument("--account", required=True, metavar="NAME", help="see `creditdesk accounts list`")
    size.add_argument(
        "--operation",
        required=True,
        action="append",
        metavar="ID",
        help="what is done with each item; a word that is none, such as ?, names those there are; may be repeated",
    )
    size.add_argument(
        "--factor",
        action="append",
        default=[],
        metavar="K=V",
        help="a factor, such as depth=100, of every operation that has it; rank-check.depth=100 of one",
    )
    size.add_argument(
        "--times", action="append", default=[], metavar="OPERATION=N", help="how often an operation is done"
    )
    size.add_argument(
        "--reserve", action="append", default=[], metavar="[POOL=]N", help="keep this much of each pool, or of one"
    )
    size.add_argument("--check-now", action="store_true", help="read the account first")
    size.add_argument("--by-price", action="store_true", help="pass over what earlier imports really took")
    size.add_argument("--probe", action="store_true", help="ask the vendor, for free, what it would really charge")
    size.add_argument("--domain", default="", metavar="ID", help="where the list would go, by id or name")
    size.add_argument(
        "--engine",
        action="append",
        default=[],
        metavar="ROW",
        help='a search engine: "name=google,location=United States,language=en,device=desktop"; may be repeated',
    )
    size.add_argument("--subtract-tracked", action="store_true", help="leave out what is tracked there already")
    size.add_argument("--first", type=_count, default=0, metavar="N", help="only the first N items")
    size.add_argument("--skip", type=_count, default=0, metavar="N", help="without the first N items")
    size.add_argument("--save", metavar="PLAN", help="write a plan that `send` can carry out (.plan.toml)")
    size.add_argument("--batch", type=_count, default=0, metavar="N", help="items a request, written into the plan")
    _file_choices(size)
    size.add_argument("--json", action="store_true", help="as JSON")


def _count(text: str) -> int:
    """A number of items. None of them is no number: a script that sends what fits would send all of it."""
    if not (text.isascii() and text.isdecimal()) or int(text[:18]) < 1:
        raise argparse.ArgumentTypeError("it is a whole number from 1")
    return int(text[:18])


def _file_choices(size: Parser) -> None:
    """How the file is read, where the guess is not right."""
    size.add_argument("--column", metavar="C", help="the column of a table, by name or number from 1")
    size.add_argument("--sheet", metavar="NAME", help="the sheet of a spreadsheet")
    size.add_argument("--encoding", metavar="NAME", help="such as utf-8, utf-16 or cp1252")
    size.add_argument("--delimiter", metavar="D", help="comma, semicolon, tab, bar, or none for one item a line")
    size.add_argument("--keep-footer", action="store_true", help="rows of totals and repeated headers are items, too")
    size.add_argument("--header-line", type=int, metavar="N", help="the header's line; 0 for none")


def _send(commands: "argparse._SubParsersAction[Parser]") -> None:
    send = _add(
        commands,
        "send",
        "Send an import by a plan that `size --save` wrote. Exit code: 0 all accepted, 2 the quota does not suffice, "
        "3 something is unknown, 1 error.",
    )
    send.add_argument("plan", nargs="?", metavar="PLAN", help="a plan file")
    send.add_argument("--resume", metavar="PLAN", help="go on with a plan that was begun")
    send.add_argument("--batch", type=int, metavar="N", help="items a request")
    send.add_argument(
        "--at",
        default="",
        metavar="WHEN",
        help="queue it until an instant (2026-12-01T02:00Z), the next reset (reset), or until there is room (room)",
    )
    send.add_argument("--client", default="", metavar="CLIENT", help="whom it is for (default: its account's client)")
    send.add_argument("--yes", action="store_true", help="send although the account's spending limit is passed")
    send.add_argument("--again", action="store_true", help="send items, too, that an earlier import brought there")
    send.add_argument(
        "--report", metavar="FILE", help="write every item's fate (.csv, .xlsx); alone: of the last sending"
    )
    send.add_argument(
        "--arrived",
        action="append",
        default=[],
        metavar="BATCH=yes|no|listed",
        help="with --resume: what you found out yourself about a batch that is unknown",
    )
    send.add_argument("--json", action="store_true", help="as JSON")


def _statement(commands: "argparse._SubParsersAction[Parser]") -> None:
    statement = _add(commands, "statement", "Show what a client's accounts and imports used in a month.")
    statement.add_argument("--client", metavar="CLIENT", help="one client; without it all are listed")
    statement.add_argument("--month", metavar="YYYY-MM", help="such as 2026-11 (default: this month)")
    statement.add_argument("--csv", metavar="FILE", help="write it as a table (.csv, .xlsx)")
    statement.add_argument("--pdf", metavar="FILE", help="write it as a PDF to send with an invoice")
    statement.add_argument("--json", action="store_true", help="as JSON")


def _providers(commands: "argparse._SubParsersAction[Parser]") -> None:
    providers = _add(commands, "providers", "List, show and check vendor definitions.")
    verbs = providers.add_subparsers(dest="verb", metavar="VERB", required=True)
    listing = _add(verbs, "list", "List the vendors.")
    listing.add_argument("--json", action="store_true", help="as JSON")
    show = _add(verbs, "show", "Show a vendor's definition file.")
    show.add_argument("id", metavar="ID")
    attempt = _add(verbs, "try", "Show what a definition makes of an answer, saved or asked for now; nothing is kept.")
    attempt.add_argument("target", metavar="ID|FILE", help="a vendor's id, or a definition file")
    attempt.add_argument("--answer", metavar="BODY", help="a file with the body of an answer, - for standard input")
    attempt.add_argument("--request", metavar="ID", help="which request it answers (default: the one it fits)")
    attempt.add_argument("--status", metavar="N", type=int, default=200, help="its HTTP status (default: 200)")
    attempt.add_argument("--header", metavar='"K: V"', action="append", help="one of its headers; may be repeated")
    attempt.add_argument("--now", metavar="INSTANT", help="when it came (default: now)")
    attempt.add_argument("--set", metavar="K=V", action="append", help="a setting of the vendor; may be repeated")
    attempt.add_argument("--key-stdin", action="store_true", help="ask now, with the key from standard input")
    attempt.add_argument("--base-url", metavar="URL", help="an address of this computer instead of the vendor's")
    attempt.add_argument("--yes", action="store_true", help="send although the definition is not one of the desk's own")
    attempt.add_argument("--agreed", action="store_true", help="ask although the vendor charges for it")
    attempt.add_argument("--host", metavar="NAME", help="with a FILE: ask this host of this computer or your network")
    attempt.add_argument("--json", action="store_true", help="as JSON")
    approve = _add(verbs, "approve", "Show what a definition of your own sends where, and approve it.")
    approve.add_argument("id", metavar="ID")
    said = approve.add_mutually_exclusive_group()
    said.add_argument("--yes", metavar="MARK", help="approve without a question: the mark shown with the lines")
    said.add_argument("--host", metavar="NAME", help="approve it for this host of this computer or your own network")
    approve.add_argument("--keep-keys", action="store_true", help="use the keys that its accounts have stored already")
    add = _add(verbs, "add", "Take a definition file into your folder; nothing is sent before you approve it.")
    add.add_argument("file", metavar="FILE")
    remove = _add(verbs, "remove", "Take a definition of your own away; its file is kept aside.")
    remove.add_argument("id", metavar="ID")
    check = _add(verbs, "check", "Check a definition file; exit code 1 when it is wrong.")
    check.add_argument("file", metavar="FILE")
