"""`setup`: the accounts, settings and own definitions as one file, without keys; and such a file brought in."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from creditdesk.core.amounts import dumps
from creditdesk.desk.opening import Desk
from creditdesk.desk.setup import Clash, Plan, apply, exported, parsed, planned
from creditdesk.desk.tools import Declined
from creditdesk.providers.redaction import redact
from creditdesk.store.files import replace_file
from creditdesk.store.own_definitions import OwnDefinitionError
from creditdesk.store.setup_file import MOST_BYTES, SetupError

_SETTINGS = {
    "interval_s": "how often accounts are read",
    "thresholds": "when little is left",
    "theme": "the colours",
    "start_in_tray": "start in the tray",
    "close_to_tray": "close to the tray",
    "hide_amounts": "hidden amounts",
    "hide_names": "hidden names",
    "notifications": "notifications",
    "low_days": "days to run out",
    "critical_days": "days to run out, critical",
    "rules": "the rules of warning",
    "quiet": "quiet hours",
    "sound": "the sound",
}


async def export(options: argparse.Namespace, desk: Desk) -> int:
    """Write the set-up into a file, or with - to standard output. A file that is there is left alone."""
    try:
        text, left_out = exported(desk.tools)
    except (SetupError, OwnDefinitionError) as error:
        raise Declined(str(error)) from None
    for each in left_out:
        print(f"creditdesk: {each}", file=sys.stderr)
    if options.file == "-":
        sys.stdout.write(text)
        return 0
    path = Path(options.file)
    if path.exists() and not options.replace:
        raise Declined(f"{path} is there already. Give another name, or --replace.")
    replace_file(path, text.encode())
    count = len(desk.tools.chosen.accounts)
    print(f"Wrote the set-up of {count} account{'s' * (count != 1)} to {path}. There is no key in it.")
    return 0


async def bring(options: argparse.Namespace, desk: Desk) -> int:
    """Bring a set-up in beside what is there; with --dry-run only say what would come."""
    try:
        plan = planned(desk.tools, desk.registry, parsed(_bytes(options.file)), Clash(options.clash))
        if not options.dry_run:
            await apply(desk.tools, plan)
    except (SetupError, OwnDefinitionError) as error:
        raise Declined(str(error)) from None
    if options.json:
        print(dumps(_told(plan, options.dry_run), indent=2))
    else:
        print("\n".join(map(redact, lines(plan, options.dry_run))))
    return 0


def lines(plan: Plan, dry: bool) -> list[str]:
    """What comes in, what stays out and why, and what is to be done then."""
    verb = "Would add" if dry else "Added"
    said = [*plan.said]
    for each in plan.accounts:
        if each.account is None:
            said.append(f"Left out {each.name}: {each.why}")
            continue
        name = each.account.name + (f" (it is {each.name} in the file)" if each.account.name != each.name else "")
        key = " It wants a key." if each.wants_key else ""
        said.append(" ".join(part for part in (f"{verb} {name}, {each.vendor}.{key}", each.why) if part))
    if plan.definitions:
        said.append(f"{verb} the definitions {', '.join(plan.definitions)}, not approved yet.")
    if plan.settings:
        said.append(f"{'Would take' if dry else 'Took'} over these settings: {_words(plan.settings)}.")
    if plan.kept:
        said.append(f"Kept as chosen here: {_words(plan.kept)}.")
    return said or ["There is nothing in this set-up."]


def _words(settings: Iterable[str]) -> str:
    return ", ".join(_SETTINGS.get(each, each) for each in settings)


def _told(plan: Plan, dry: bool) -> dict[str, object]:
    accounts = [
        {
            "name": each.name,
            "added_as": each.account.name if each.account is not None else None,
            "provider": each.account.provider if each.account is not None else None,
            "wants_key": each.wants_key,
            "note": each.why or None,
        }
        for each in plan.accounts
    ]
    return {
        "dry_run": dry,
        "accounts": accounts,
        "definitions": list(plan.definitions),
        "settings": list(plan.settings),
        "kept": list(plan.kept),
        "notes": list(plan.said),
    }


def _bytes(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    with Path(file).open("rb") as stream:
        return stream.read(MOST_BYTES + 1)
