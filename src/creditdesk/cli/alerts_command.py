"""`alerts`: what was warned of and where it was told; a test of the ways to tell, and of a rule on the past."""

import argparse
import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from creditdesk.cli import alert_lines
from creditdesk.cli.status import instant
from creditdesk.core.amounts import dumps
from creditdesk.core.pools import Account
from creditdesk.core.replaying import Past, replay
from creditdesk.core.rules import RuleKind, off_for
from creditdesk.core.series import Delivery, Episode
from creditdesk.desk.judging import here
from creditdesk.desk.opening import Desk
from creditdesk.notify.message import Message
from creditdesk.store.vault import VaultError

MOST = 500
LOOK_BACK = timedelta(days=366)
MOST_EVENTS = 5000
TEST = "This is a test. A warning would look like this."


async def listing(options: argparse.Namespace, desk: Desk) -> int:
    """Show what is open and what was, newest first, with where each was told; nobody is asked."""
    warned = desk.tools.history.warned
    episodes = await warned.episodes(MOST)
    deliveries = await warned.deliveries([each.id for each in episodes])
    names = {account.id: account.name for account in desk.tools.chosen.accounts}
    if options.json:
        rows = [_row(each, names.get(each.account), deliveries[each.id]) for each in episodes]
        print(dumps({"alerts": rows}, indent=2))
        return 0
    open_first = sorted(episodes, key=lambda each: each.cleared_at is not None or each.account not in names)
    for each in open_first:
        print(alert_lines.line(each, names.get(each.account, ""), deliveries[each.id]))
    if not episodes:
        print("Nothing was warned of yet.")
    return 0


async def test(options: argparse.Namespace, desk: Desk) -> int:
    """Send a test every way that needs no window, and say when the rule would have fired over the past."""
    rule = RuleKind(options.rule)
    accounts = [desk.registry.named(options.account)] if options.account else list(desk.tools.chosen.accounts)
    sent = [] if options.replay_only else [await _by_desktop(), *await _by_addresses(desk)]
    found = [(account, await _replayed(rule, account, desk)) for account in accounts]
    if options.json:
        rows = [{"account": each.name, "off": _is_off(rule, each, desk), "fired": _fired(past)} for each, past in found]
        ways = [{"channel": channel, "sent": not why, "why": why or None} for channel, why in sent]
        print(dumps({"rule": rule, "sent": ways, "accounts": rows}, indent=2))
        return 0
    for channel, why in sent:
        print(f"{channel}: {why or 'sent'}")
    for account, past in found:
        off = " The rule is off for it." if _is_off(rule, account, desk) else ""
        print(f"{account.name}: {_said(past)}{off}")
        for each in past:
            print(f"  {alert_lines.reason(each)}: {_span(each)}")
    return 0


def _row(episode: Episode, name: str | None, deliveries: Sequence[Delivery]) -> dict[str, object]:
    return {
        "id": episode.id,
        "account": name,
        "account_id": episode.account,
        "pool": episode.pool or None,
        "rule": episode.rule,
        "level": episode.level,
        "state": alert_lines.state(episode, name or ""),
        "why": episode.why or None,
        "numbers": alert_lines.numbers_of(episode),
        "fired_at": episode.fired_at,
        "cleared_at": episode.cleared_at,
        "snoozed_until": episode.snoozed_until,
        "delivered": episode.delivered or None,
        "deliveries": [
            {"at": each.at, "channel": each.channel, "outcome": each.outcome, "detail": each.detail or None}
            for each in deliveries
        ],
    }


def _fired(past: Sequence[Episode]) -> list[dict[str, object]]:
    return [
        {
            "pool": each.pool or None,
            "level": each.level,
            "fired_at": each.fired_at,
            "cleared_at": each.cleared_at,
            "numbers": alert_lines.numbers_of(each),
        }
        for each in past
    ]


async def _replayed(rule: RuleKind, account: Account, desk: Desk) -> tuple[Episode, ...]:
    now, history = desk.tools.clock(), desk.tools.history
    series = await history.series(account.id, now - LOOK_BACK)
    events = await history.events(MOST_EVENTS, account_id=account.id) if rule is RuleKind.KEY_REJECTED else []
    definition = desk.tools.catalogue.get(account.provider)
    past = Past(account, definition, desk.tools.chosen.settings, now, here(now))
    return await asyncio.to_thread(replay, rule, series, events, past)


def _is_off(rule: RuleKind, account: Account, desk: Desk) -> bool:
    return rule in off_for(desk.tools.chosen.settings.rules, account.rules_off)


def _said(past: Sequence[Episode]) -> str:
    if not past:
        return "it would not have fired."
    times = "once" if len(past) == 1 else f"{len(past)} times"
    return f"it would have fired {times}."


def _span(episode: Episode) -> str:
    begin: datetime = episode.fired_at
    over = f" to {instant(episode.cleared_at)}" if episode.cleared_at is not None else ", still open"
    return f"{instant(begin)}{'' if episode.cleared_at == begin else over}"


async def _by_desktop() -> tuple[str, str]:
    """As a notification of this computer: the channel, and why it did not work, "" when it did."""
    from creditdesk.notify.desktop import Notifier  # D-Bus costs a tenth of a second

    taken = await Notifier("creditdesk").show(Message("creditdesk", TEST), lambda _: None)
    return "desktop", "" if taken else "no notification service took it"


async def _by_addresses(desk: Desk) -> list[tuple[str, str]]:
    """By mail and chat, to every address; as `_by_desktop`."""
    addresses = desk.tools.chosen.settings.addresses
    if not addresses:
        return []
    from creditdesk.notify import apprise  # an extra

    found = []
    for number, shown in addresses.items():
        try:
            address = await desk.tools.vault.read(apprise.KEPT_AS, number)
        except VaultError as error:
            found.append((shown, str(error)))
            continue
        why = await apprise.send(address, Message("creditdesk", TEST)) if address else "the keyring has it no more"
        found.append((shown, why))
    return found
