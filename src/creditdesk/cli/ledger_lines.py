"""An account's ledger as lines for a terminal, and as the documented JSON value (docs/ledger.md)."""

import shlex
from collections.abc import Iterable

from creditdesk.cli.status import instant
from creditdesk.core.amounts import plain
from creditdesk.core.charges import Charge, ChargeState, Draw, Entry, Known
from creditdesk.core.counted import CountedPool
from creditdesk.core.pools import Account
from creditdesk.core.tallies import Foretold, Total
from creditdesk.desk.ledger import Shown
from creditdesk.providers.redaction import redact


def ledger_json(account: Account, shown: Shown) -> dict[str, object]:
    """The ledger as the documented JSON value. Decimals stay Decimals; unknown is None."""
    counted = shown.counted
    return {
        "account": account.name,
        "provider": account.provider,
        "at": counted.at,
        "metered": counted.metered,
        "under_way": counted.open,
        "reserved": counted.reserved,
        "unplaced": counted.unplaced,
        "pools": [_pool_json(each) for each in counted.pools],
        "charges": [_charge_json(each) for each in shown.charges],
        "unexplained": [_charge_json(each) for each in shown.unexplained],
        "entries": [_entry_json(each) for each in shown.entries],
        "totals": {
            "all": _total_json(shown.totals.whole),
            "operations": [_total_json(each) for each in shown.totals.operations],
            "days": [_total_json(each) for each in shown.totals.days],
            "clients": [_total_json(each) for each in shown.totals.clients],
        },
        "foretold": [_foretold_json(each) for each in shown.foretold],
    }


def _pool_json(each: CountedPool) -> dict[str, object]:
    return {
        "pool": each.pool.id,
        "label": each.pool.label,
        "unit": each.pool.unit,
        "left": each.pool.left,
        "at_most": each.at_most,
        "source": each.source,
        "certain": each.certain,
        "certain_at": each.certain_at,
        "added": each.added,
        "lost": each.lost,
        "charged": each.charged,
        "unknown": each.unknown,
        "doubt": each.doubt,
        "refilled_at": each.refilled_at,
    }


def _charge_json(each: Charge) -> dict[str, object]:
    draws = None if each.draws is None else [{"amount": draw.amount, "pools": draw.pools} for draw in each.draws]
    return {
        "id": each.id,
        "at": each.at,
        "ended_at": each.ended_at,
        "state": each.state,
        "known": each.known,
        "operation": redact(each.operation),
        "draws": draws,
        "expected": each.expected,
        "items": each.items,
        "client": redact(each.client) or None,
        "token": each.token or None,
        "request_id": each.request_id or None,
        "job": each.job or None,
        "status": each.status,
        "note": redact(each.note),
    }


def _entry_json(each: Entry) -> dict[str, object]:
    return {
        "id": each.id,
        "at": each.at,
        "pool": each.pool,
        "kind": each.kind,
        "amount": each.amount,
        "known": each.known,
        "client": redact(each.client) or None,
        "note": redact(each.note),
        "expires_at": each.expires_at,
        "undone": each.undone,
    }


def _total_json(each: Total) -> dict[str, object]:
    told = {"requests": each.requests, "amount": each.amount, "unknown": each.unknown}
    return {"name": redact(each.key), **told, "unexplained": each.unexplained}


def _foretold_json(each: Foretold) -> dict[str, object]:
    sums = {"charges": each.charges, "items": each.items, "expected": each.expected, "charged": each.charged}
    return {"operation": redact(each.operation), **sums, "off": each.off, "at": each.at}


def ledger_lines(account: Account, shown: Shown) -> list[str]:
    """The ledger for a terminal: balances first, then sums, what was typed, and the newest charges."""
    lines = [account.name]
    for each in shown.counted.pools:
        lines += _pool_lines(each)
    if shown.counted.open:
        lines.append(
            f"  {shown.counted.open:,} requests are under way, expected to cost {plain(shown.counted.reserved)}."
        )
    if shown.counted.unplaced:
        lines.append(f"  {plain(shown.counted.unplaced)} was charged to pools that the account does not have now.")
    totals = shown.totals
    for title, rows in (("operation", totals.operations), ("day", totals.days[-31:]), ("client", totals.clients)):
        lines += _total_lines(title, [each for each in rows if each.requests])
    lines += [_foretold_line(each) for each in shown.foretold]
    lines += _titled("Not explained by any charge", map(_unexplained_line, reversed(shown.unexplained)))
    lines += _bought_lines(account, shown)
    lines += _titled("Entries, newest first", map(_entry_line, reversed(shown.entries)))
    lines += _titled("Charges, newest first", map(_charge_line, shown.charges))
    if not shown.charges and not shown.entries:
        lines.append("Nothing was charged or typed yet. See `creditdesk ledger add --help`.")
    return lines


_SOURCES = {"live": "as read", "by_hand": "as typed", "metered": "counted", "estimated": "estimated"}


def _pool_lines(each: CountedPool) -> list[str]:
    pool = each.pool
    if each.certain is None or each.certain_at is None or pool.left is None:
        return [f"  {pool.label:<20} unknown: type what is left with `creditdesk ledger add balance`"]
    most = "at most " if each.at_most else ""
    lines = [f"  {pool.label:<20} {most}{plain(pool.left)} {pool.unit} ({_SOURCES[each.source]})"]
    parts = [f"{plain(each.certain)} on {instant(each.certain_at)}"]
    parts += [f"+ {plain(each.added)} added"] if each.added else []
    parts += [f"- {plain(each.lost)} expired or reset"] if each.lost else []
    parts += [f"- {plain(each.charged)} charged"] if each.charged else []
    lines.append(f"    {' '.join(parts)}")
    if each.refilled_at is not None:
        lines.append(f"    refilled {instant(each.refilled_at)}{' (assumed)' if pool.reset_assumed else ''}")
    if each.unknown:
        lines.append(f"    {each.unknown:,} charges since then have a cost nobody knows")
    if each.doubt:
        lines.append(f"    it may be off by {plain(each.doubt)}")
    return lines


def _total_lines(title: str, rows: list[Total]) -> list[str]:
    lines = [f"By {title}"] if rows else []
    for each in rows:
        unknown = f", {each.unknown:,} of unknown cost" if each.unknown else ""
        requests = f"{each.requests:,} request{'' if each.requests == 1 else 's'}"
        lines.append(f"  {redact(each.key) or '(none)':<28} {plain(each.amount)} for {requests}{unknown}")
    return lines


def _foretold_line(each: Foretold) -> str:
    items = f" for {each.items:,} items" if each.items is not None else ""
    off = (
        "as foretold" if not each.off else f"{plain(abs(each.off))} {'more' if each.off > 0 else 'less'} than foretold"
    )
    return f"{redact(each.operation)}: {plain(each.charged)} charged{items} in {each.charges:,} requests, {off}"


def _titled(title: str, lines: Iterable[str]) -> list[str]:
    found = [f"  {line}" for line in lines]
    return [title, *found] if found else []


def _bought_lines(account: Account, shown: Shown) -> list[str]:
    """What may be behind less that is gone than was charged, and how to say so."""
    less = [(each, draw) for each in shown.unexplained for draw in each.draws or () if draw.amount < 0]
    if not less:
        return []
    charge, draw = less[-1]
    add = f"ledger add top-up {plain(-draw.amount)} --account {shlex.quote(account.name)} --pool {' '.join(draw.pools)}"
    return [
        "  Less than 0: less is gone than was charged. If you bought credits at the vendor, add them as a top-up of",
        f"  before that: creditdesk {add} --at INSTANT (before {instant(charge.at)})",
    ]


def _unexplained_line(each: Charge) -> str:
    note = f" ({each.note})" if each.note else ""
    return f"{instant(each.at)}  {_drawn(each.draws or ())}{note}"


def _entry_line(each: Entry) -> str:
    how = "read" if each.known is Known.REPORTED else each.kind
    ends = f", until {instant(each.expires_at)}" if each.expires_at else ""
    told = f"{instant(each.at)}  {how} {plain(each.amount)} {each.pool}{ends}{_more(each.client, each.note)}"
    return f"{told}{', taken back' if each.undone else ''}  [{each.id}]"


def _charge_line(each: Charge) -> str:
    cost = "cost unknown" if each.draws is None else _drawn(each.draws) or "0"
    state = "" if each.state is ChargeState.BOOKED else f", {_STATES[each.state]}"
    told = f"{instant(each.at)}  {redact(each.operation) or '-'}  {cost}, {each.known}{state}"
    return f"{told}{_more(each.client, each.note)}  [{each.id}]"


_STATES = {ChargeState.OPEN: "under way", ChargeState.UNKNOWN: "nobody knows", ChargeState.UNDONE: "taken back"}


def _drawn(draws: Iterable[Draw]) -> str:
    return " and ".join(f"{plain(each.amount)}{' ' + ' or '.join(each.pools) if each.pools else ''}" for each in draws)


def _more(client: str, note: str) -> str:
    return "".join(f", {redact(each)}" for each in (client, note) if each)
