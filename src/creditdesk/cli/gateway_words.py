"""The command line's words for `gateway`: serving, and the tokens of scripts."""

from collections.abc import Callable
from typing import Any

Add = Callable[[Any, str, str], Any]
"""Adds a sub-command: what it is added to, its name, its help; argparse's own types are private."""


def gateway_words(commands: Any, add: Add) -> None:
    """`gateway`, and `gateway token add|list|revoke`."""
    gateway = add(commands, "gateway", "Pass requests on, count what they cost, stop what can't be paid.")
    gateway.add_argument("--port", type=int, metavar="N", help="the port to listen on (default: 8402, or a free one)")
    token = add(gateway.add_subparsers(dest="verb", metavar="VERB"), "token", "Make, list and revoke tokens.")
    actions = token.add_subparsers(dest="action", metavar="ACTION", required=True)
    new = add(actions, "add", "Make a token for a script; it is shown this once.")
    new.add_argument("--account", required=True, metavar="NAME", help="see `creditdesk accounts list`")
    new.add_argument("--client", default="", metavar="CLIENT", help="whom it spends for (default: the account's)")
    new.add_argument("--guard", choices=("watch", "warn", "refuse"), default="watch", help="when it can't be paid")
    new.add_argument("--budget-day", metavar="N", help="what it may spend in a day (UTC)")
    new.add_argument("--budget-month", metavar="N", help="what it may spend in a month (UTC)")
    new.add_argument("--json", action="store_true", help="as JSON")
    listing = add(actions, "list", "List the tokens; never their text.")
    listing.add_argument("--json", action="store_true", help="as JSON")
    revoke = add(actions, "revoke", "Let nobody in with a token any more.")
    revoke.add_argument("id", metavar="ID", help="see `creditdesk gateway token list`")
