"""`providers try`: what a definition makes of an answer, saved or asked for now. Nothing is kept."""

import argparse
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from creditdesk.cli.account_commands import keys_from_stdin, pairs
from creditdesk.cli.status import instant, one, pool_json, pool_line, trouble_json
from creditdesk.core.amounts import dumps, plain
from creditdesk.core.definition import Definition, Own, RequestRule
from creditdesk.core.pools import Account, Custody, Snapshot, Trouble
from creditdesk.desk.opening import Desk
from creditdesk.desk.tools import Declined
from creditdesk.providers.answers import Answer, read_answer
from creditdesk.providers.binding import binding, owned
from creditdesk.providers.definitions import MAX_FILE, load
from creditdesk.providers.dropping import drop
from creditdesk.providers.redaction import MASK, redact
from creditdesk.providers.request import describe
from creditdesk.providers.strict_json import BadAnswer, decode
from creditdesk.store.config_form import Wrong, checked_base_url

MAX_ANSWER = 2 * 1024 * 1024
MAX_SHOWN = 20_000


async def attempt(options: argparse.Namespace, desk: Desk) -> int:
    """Show what comes of an answer; 0 when its pools were read, 1 when it is a trouble."""
    definition, ours = _definition(options.target, desk)
    if options.answer is None:
        found = await _asked(definition, ours, options, desk)
    else:
        found = _read(definition, options, desk.tools.clock())
    if options.json:
        pools = [pool_json(pool) for pool in found.pools] if isinstance(found, Snapshot) else []
        trouble = trouble_json(found if isinstance(found, Trouble) else None)
        print(dumps({"pools": pools, "trouble": trouble}, indent=2))
    else:
        print("\n".join(_lines(found, desk.tools.clock())))
    return 0 if isinstance(found, Snapshot) else 1


def _definition(target: str, desk: Desk) -> tuple[Definition, bool]:
    """The definition of an id, or of a file; and whether it is one that the desk has."""
    if target in desk.tools.catalogue.ids():
        return desk.tools.vendor(target), True
    if "/" not in target and not target.endswith(".toml"):
        return desk.tools.catalogue.get(target), True  # says what it is near to
    with Path(target).open("rb") as stream:
        raw = stream.read(MAX_FILE + 1)
    try:
        return owned(load(raw.decode("utf-8-sig"), target)), False
    except UnicodeDecodeError:
        raise Declined(f"{target} is no UTF-8 text. Save it as UTF-8.") from None


def _read(definition: Definition, options: argparse.Namespace, now: datetime) -> Snapshot | Trouble:
    """What a saved answer means."""
    if options.key_stdin:
        raise Declined("--answer reads a saved answer and asks nobody: leave --key-stdin out.")
    answer = Answer(options.status, _headers(options.header), _body(options.answer), "the saved answer")
    at = _instant(options.now) if options.now else now
    settings = pairs(options.set or (), "--set")
    rules = [rule for rule in definition.requests if options.request in (None, rule.id)]
    if not definition.requests:
        raise Declined(f"{definition.name} has no request: its balances are typed by hand.")
    if not rules:
        known = ", ".join(rule.id for rule in definition.requests)
        raise Declined(f"{definition.name} has no request {options.request}. There are: {known}.")
    found = [read_answer(_alone(definition, rule), {rule.id: answer}, settings, at) for rule in rules]
    return max(found, key=_fit)


def _alone(definition: Definition, rule: RequestRule) -> Definition:
    """The definition with one request only, and the pools that are read from its answer."""
    last = definition.requests[-1].id
    pools = tuple(pool for pool in definition.pools if not pool.typed and (pool.from_ or last) == rule.id)
    return replace(definition, requests=(replace(rule, needs=(), optional=False),), pools=pools)


def _fit(found: Snapshot | Trouble) -> int:
    """How well a request's pools suit an answer: by what is known of them; a trouble suits worst."""
    if isinstance(found, Trouble):
        return -1
    return sum(amount is not None for pool in found.pools for amount in (pool.left, pool.limit, pool.used))


async def _asked(definition: Definition, ours: bool, options: argparse.Namespace, desk: Desk) -> Snapshot | Trouble:
    """What the vendor answers now; request and answer go to stderr, masked."""
    try:
        base_url = checked_base_url(options.base_url or "")
    except Wrong as error:
        raise Declined(f"--base-url: {error}.") from None
    settings = pairs(options.set or (), "--set")
    account = Account("try", definition.name, definition.id, Custody.SESSION, base_url=base_url, settings=settings)
    for rule in definition.requests:
        print(f"{rule.id}: {describe(definition, rule, account)}", file=sys.stderr)
    if definition.cost is not None:
        print(f"Asking costs {_price(definition)}.", file=sys.stderr)
    if not options.key_stdin:
        raise Declined("Nothing was sent. Give a saved answer with --answer FILE, or the key with --key-stdin.")
    if definition.manual and not options.agreed:
        price = _price(definition) or "something, how much is not known"
        raise Declined(
            f"Nothing was sent: asking {definition.name} costs {price}. If that is what you want, add --agreed."
        )
    if not ours:
        definition = _agreed(definition, options)
    secrets = {name: text.strip() for name, text in keys_from_stdin(definition).items()}

    def heard(rule: RequestRule, answer: Answer) -> None:
        print(f"{rule.id}: HTTP {answer.status}\n{_shown(rule, answer, secrets.values())}", file=sys.stderr)

    from creditdesk.providers.exchange import Exchange  # with them comes the network stack
    from creditdesk.providers.transport import open_client

    exchange = Exchange(open_client(desk.tools.chosen.settings.ca_file), heard=heard)
    try:
        return await exchange.ask(definition, account, secrets, desk.tools.clock)
    finally:
        await exchange.aclose()


def _price(definition: Definition) -> str:
    """What one reading costs, "1 search"; "" where nobody knows."""
    cost = definition.cost
    return f"{plain(cost.amount)} {one(cost.unit) if cost.amount == 1 else cost.unit}" if cost is not None else ""


def _agreed(definition: Definition, options: argparse.Namespace) -> Definition:
    """A file's definition as approved for this once. Raises Declined when that was not said."""
    local = binding(definition).local
    if local and options.host not in local:
        raise Declined(f"Nothing was sent: it asks {local[0]}. If that is what you want, add --host {local[0]}.")
    if not local and not options.yes:
        raise Declined("Nothing was sent: the desk does not know this definition. If that is what you want, add --yes.")
    return replace(definition, own=Own(binding(definition).digest, approved=True, host=options.host or ""))


def _shown(rule: RequestRule, answer: Answer, secrets: Iterable[str]) -> str:
    """The body of an answer without the keys that were sent and without what the definition says is secret in it."""
    hidden: list[str] = []
    if rule.redact:
        with suppress(BadAnswer):
            hidden += drop(decode(answer.body), rule.redact)
    text = answer.body[:MAX_SHOWN].decode("utf-8", "replace")
    for each in filter(None, hidden):
        text = text.replace(each, MASK)
    return redact(text, secrets)


def _lines(found: Snapshot | Trouble, now: datetime) -> list[str]:
    if isinstance(found, Trouble):
        return [f"{found.kind.value}: {found.message}"]
    ends = f", until {instant(found.plan_ends_at)}" if found.plan_ends_at else ""
    plan = [f"plan: {found.plan or 'without a name'}{ends}"] if found.plan or ends else []
    return [*plan, *(pool_line(pool, now) for pool in found.pools)] or ["The answer holds no pool."]


def _headers(texts: list[str] | None) -> Mapping[str, str]:
    found = {}
    for text in texts or ():
        name, colon, value = text.partition(":")
        if not colon or not name.strip():
            raise Declined(f'--header wants "Name: value", not {redact(text)!a}.')
        found[name.strip().lower()] = value.strip()
    return found


def _body(file: str) -> bytes:
    if file == "-":
        raw = sys.stdin.buffer.read(MAX_ANSWER + 1)
    else:
        with Path(file).open("rb") as stream:
            raw = stream.read(MAX_ANSWER + 1)
    if len(raw) > MAX_ANSWER:
        raise Declined("The answer is longer than 2 MiB; the desk takes none of that size.")
    return raw


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Declined(f"--now wants an instant such as 2026-11-21T12:00:00Z, not {text[:40]!a}.") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
