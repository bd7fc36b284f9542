"""`accounts`: add, set, list, remove."""

import argparse
import re
import sys
from collections.abc import Container, Iterable, Mapping
from decimal import Decimal
from getpass import getpass

from creditdesk.cli.status import account_lines, instant
from creditdesk.core.amounts import dumps, parse_amount, plain
from creditdesk.core.definition import Definition
from creditdesk.core.pools import Account, Custody
from creditdesk.core.rules import RuleKind
from creditdesk.core.typed import Typed, typed_rules
from creditdesk.desk.accounts import AccountError
from creditdesk.desk.opening import Desk
from creditdesk.providers.redaction import redact
from creditdesk.store.config_form import MOST_DAYS

MOST_KEY_BYTES = 65_536


async def add(options: argparse.Namespace, desk: Desk) -> int:
    """Add an account; a key from standard input goes into the keyring and nowhere else."""
    definition = desk.tools.catalogue.get(options.provider)
    if options.key_env == "":
        raise AccountError("key", "--key-env wants the name of an environment variable, and got an empty text.")
    custody = Custody.KEYRING if options.key_stdin else Custody.ENVIRONMENT if options.key_env else Custody.NONE
    draft = Account(
        id="",
        name=options.name,
        provider=definition.id,
        custody=custody,
        key_env=options.key_env or "",
        base_url=options.base_url,
        settings=pairs(options.set, "--set"),
        client=options.client.strip(),
    )
    if custody is Custody.ENVIRONMENT and not definition.credentials:
        raise AccountError("key", f"{definition.name} takes no key. Use --no-key.")
    keys = keys_from_stdin(definition) if options.key_stdin else {}
    account = await desk.registry.add(draft, keys)
    for hint in _hints(definition, keys):
        print(f"creditdesk: {hint}", file=sys.stderr)
    store = await desk.tools.vault.store_name() if custody is Custody.KEYRING else ""
    kept = {
        Custody.KEYRING: f"Its key is kept in {store}.",
        Custody.ENVIRONMENT: f"Its key is read from {account.key_env} at each request.",
        Custody.NONE: "It has no key"
        + (": type its balances with `accounts set`." if typed_rules(definition) else "."),
    }
    print(f"Added {account.name} ({definition.name}). {kept[account.custody]}")
    if desk.tools.trust.refusal(definition):
        said = "Nothing is sent for it before you approve its definition"
        print(f"creditdesk: {said}: creditdesk providers approve {definition.id}", file=sys.stderr)
    return 0


async def change(options: argparse.Namespace, desk: Desk) -> int:
    """Change settings, type balances."""
    account = desk.registry.named(options.name)
    balances = {pool: _balance(pool, text) for pool, text in pairs(options.pool, "--pool").items()}
    chosen = pairs(options.set, "--set")
    rules = _rules(options.rule, desk.tools.chosen.settings.rules.off)
    if not chosen and not balances and not rules and options.client is None and options.remind is None:
        text = "Say what to change: --set K=V for a setting, --pool POOL=N for a balance, --rule RULE=off for a rule"
        raise AccountError("set", f"{text}, --client CLIENT for whom it is, --remind DAYS to look it up again.")
    if options.remind is not None and not 0 <= options.remind <= MOST_DAYS:
        raise AccountError("remind", f"--remind wants 0 to {MOST_DAYS} days.")
    unknown = [name for name, value in chosen.items() if not value and name not in account.settings]
    if unknown:
        raise AccountError(unknown[0], f"{account.name} has no setting {unknown[0]!r} to take away.")
    if balances:
        desk.reader.load()  # the balances that were typed before
        desk.registry.check_typed(account, balances)
        if not desk.tools.history.durable:
            text = "The balance can't be kept: the history's file can't be used. Nothing was changed."
            raise AccountError("pool", text)
    if chosen or rules or options.client is not None or options.remind is not None:
        settings = {name: value for name, value in {**account.settings, **chosen}.items() if value}
        off = tuple(each for each in RuleKind if rules.get(each, "off" if each in account.rules_off else "on") == "off")
        client = account.client if options.client is None else options.client.strip()
        remind = account.remind_days if options.remind is None else options.remind
        changed = account.changed(settings=settings, rules_off=off, client=client, remind_days=remind)
        account = await desk.registry.change(changed)
    typed = await desk.registry.type_balances(account, balances) if balances else {}
    said = [*_said(chosen, typed), *(f"rule {rule} {word}" for rule, word in rules.items())]
    if options.client is not None:
        said.append(f"client {account.client}" if account.client else "client taken away")
    if options.remind is not None:
        said.append(f"to be looked up every {account.remind_days} days" if account.remind_days else "no reminder")
    print(redact(f"Changed {account.name}: {', '.join(said)}."))
    return 0


def _said(chosen: Mapping[str, str], typed: Mapping[str, Typed]) -> list[str]:
    """What was set, as it would be typed, and since when the balances hold."""
    said = [f"{name}={value}" if value else f"{name} taken away" for name, value in chosen.items()]
    amounts = [
        f"{pool}={plain(each.left)}" + ("" if each.limit is None else f"/{plain(each.limit)}")
        for pool, each in typed.items()
    ]
    if amounts:
        amounts[-1] += f" (typed {instant(max(each.at for each in typed.values()))})"
    return [*said, *amounts]


def _rules(texts: Iterable[str], off: Container[str]) -> dict[str, str]:
    """`RULE=off` or `on` as a dict; `off` are those of the whole desk. Raises AccountError that names the rules."""
    found = pairs(texts, "--rule")
    for rule, word in found.items():
        if rule not in list(RuleKind) or word not in ("on", "off"):
            raise AccountError("rule", f"--rule wants RULE=off or RULE=on. The rules are {', '.join(RuleKind)}.")
        if word == "on" and rule in off:
            raise AccountError("rule", f"{rule} is off for the whole desk. Switch it on in the settings first.")
    return found


async def show(options: argparse.Namespace, desk: Desk) -> int:
    """List the accounts and where each key is kept; never a key."""
    accounts = desk.tools.chosen.accounts
    if options.json:
        rows = [
            {
                "id": account.id,
                "name": account.name,
                "provider": account.provider,
                "key": account.custody,
                "key_env": account.key_env or None,
                "base_url": account.base_url or None,
                "settings": dict(account.settings),
                "client": account.client or None,
                "remind_days": account.remind_days,
            }
            for account in accounts
        ]
        print(dumps({"accounts": rows}, indent=2))
    else:
        print("\n".join(account_lines(accounts)))
    return 0


async def remove(options: argparse.Namespace, desk: Desk) -> int:
    """Remove an account and its key; its history stays."""
    account = desk.registry.named(options.name)
    removed = await desk.registry.remove(account)
    told = f"Removed {account.name}" + (" and its key." if removed.keys() else ".")
    print(f"{told} Its history stays.")
    if removed.key_stays:
        print(f"creditdesk: {removed.key_stays}", file=sys.stderr)
    return 0


def pairs(texts: Iterable[str], option: str) -> dict[str, str]:
    """`K=V` texts as a dict. Raises AccountError that shows the form."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise AccountError(option, f"{option} wants NAME=VALUE, not {text!r}.")
        found[name.strip()] = value.strip()
    return found


def _balance(pool: str, text: str) -> tuple[Decimal, Decimal | None]:
    left, slash, limit = text.partition("/")
    amounts = [parse_amount(part.strip(), ",") for part in ((left, limit) if slash else (left,))]
    if None in amounts:
        raise AccountError(pool, f"{pool} must be a number, such as {pool}=312; not {text!r}.")
    known = [amount for amount in amounts if amount is not None]
    return known[0], known[1] if len(known) > 1 else None


def keys_from_stdin(definition: Definition) -> dict[str, str]:
    """The vendor's keys from standard input, one a line in the definition's order; typed unseen at a terminal."""
    names = [credential.name for credential in definition.credentials]
    if not names:
        raise AccountError("key", f"{definition.name} takes no key. Use --no-key.")
    if sys.stdin is None:
        raise AccountError("key", "There is no standard input to read the key from.")
    if sys.stdin.isatty():
        return {each.name: getpass(f"{each.label}: ") for each in definition.credentials}
    raw = sys.stdin.buffer.read(MOST_KEY_BYTES)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise AccountError("key", "The key is no text. Give the key alone, as the vendor shows it.") from None
    lines = [text] if len(names) == 1 else text.splitlines()
    if len(lines) < len(names):
        raise AccountError("key", f"{definition.name} needs {len(names)} values, one a line: {', '.join(names)}.")
    return dict(zip(names, lines, strict=False))


def _hints(definition: Definition, keys: dict[str, str]) -> list[str]:
    strong = [definition] if keys and any(each.power == "admin" for each in definition.credentials) else []
    warned = [f"This is a key with full rights at {each.name}: use a weaker one if there is one." for each in strong]
    return warned + [
        f"The {credential.label} does not look like the vendor's usual ones. It is kept all the same."
        for credential in definition.credentials
        if credential.pattern
        and keys.get(credential.name)
        and not re.search(credential.pattern, keys[credential.name].strip())
    ]
