"""The command line's words for `ledger`: what was charged and typed, and how to add to it."""

from collections.abc import Callable
from typing import Any

Add = Callable[[Any, str, str], Any]
"""Adds a sub-command: what it is added to, its name, its help; argparse's own types are private."""

KINDS = ("top-up", "balance", "charge", "grant")


def ledger_words(commands: Any, add: Add) -> None:
    """`ledger show|add|undo|import`."""
    ledger = add(commands, "ledger", "Show what was charged and typed; add to it, take it back, import charges.")
    verbs = ledger.add_subparsers(dest="verb", metavar="VERB", required=True)
    show = add(verbs, "show", "Show the balance of each pool and how it is known, charges, entries and sums.")
    show.add_argument("--account", required=True, metavar="NAME", help="see `creditdesk accounts list`")
    show.add_argument("--limit", type=int, default=20, metavar="N", help="how many charges are listed (default: 20)")
    show.add_argument("--all", action="store_true", help="list charges of 0, too")
    show.add_argument("--json", action="store_true", help="as JSON")
    new = add(verbs, "add", "Add a top-up that was bought, a balance that was seen, a charge, or a grant.")
    new.add_argument("kind", choices=KINDS, metavar="KIND", help=", ".join(KINDS))
    new.add_argument("amount", metavar="AMOUNT", help="in the pool's unit, such as 50; of a balance: what is left")
    new.add_argument("--account", required=True, metavar="NAME", help="see `creditdesk accounts list`")
    new.add_argument("--pool", required=True, metavar="POOL", help="such as top-up; a wrong one names those there are")
    new.add_argument("--at", metavar="INSTANT", help="when it was so, such as 2026-11-21T10:00:00Z (default: now)")
    new.add_argument("--client", default="", metavar="CLIENT", help="whom it is for")
    new.add_argument("--operation", default="", metavar="ID", help="of a charge: what was done")
    new.add_argument("--expires", metavar="INSTANT", help="of a grant: when it ends")
    new.add_argument("--note", default="", metavar="TEXT", help="a line of your own")
    undo = add(verbs, "undo", "Take back an entry or a charge, by its id in `ledger show`.")
    undo.add_argument("id", metavar="ID")
    bring = add(verbs, "import", "Book the charges of a file, CSV or JSON lines; all or none, and none twice.")
    bring.add_argument("file", metavar="FILE", help="see docs/ledger.md for its columns; - for standard input")
    bring.add_argument("--account", metavar="NAME", help="of the lines that name none")
    bring.add_argument("--dry-run", action="store_true", help="only say what would be booked")
