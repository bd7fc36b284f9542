"""`ledger`: shows what was charged and typed, adds to it, takes it back, and books charges from a file."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from pathlib import Path

from creditdesk.cli.ledger_lines import ledger_json, ledger_lines
from creditdesk.core.amounts import EXACT, dumps, parse_amount, plain
from creditdesk.core.charge_lines import ChargeLineError
from creditdesk.core.charges import Charge, ChargeState, Draw, Entry, EntryKind, Known
from creditdesk.core.pools import Account
from creditdesk.desk.accounts import AccountError
from creditdesk.desk.ledger import Ledger, Shown
from creditdesk.desk.opening import Desk
from creditdesk.desk.tools import Declined
from creditdesk.providers.redaction import redact
from creditdesk.store.entries import new_id

MOST_BYTES = 256_000_000


async def show(options: argparse.Namespace, desk: Desk) -> int:
    """Show an account's ledger."""
    desk.reader.load()
    account = desk.registry.named(options.account)
    if options.limit < 1:
        raise Declined("--limit wants a number from 1.")
    await desk.reader.catch_up()
    shown: Shown = await desk.ledger.shown(account.id, options.limit, options.all)
    if options.json:
        print(dumps(ledger_json(account, shown), indent=2))
    else:
        print("\n".join(ledger_lines(account, shown)))
    return 0


async def add(options: argparse.Namespace, desk: Desk) -> int:
    """Add an entry, or a charge that is over."""
    account = _opened(desk, options.account)
    ledger: Ledger = desk.ledger
    amount = parse_amount(options.amount, ",")
    if amount is None:
        raise AccountError("amount", f"AMOUNT must be a number, such as 50; not {options.amount!r}.")
    at = instant_of(options.at, "--at") or desk.tools.clock()
    for name in ("client", "operation", "note"):
        text = getattr(options, name)
        if len(text) > 200 or not text.isprintable():
            raise AccountError(name, f"--{name} must be printable text of at most 200 characters.")
    if options.kind == "charge":
        if options.expires:
            raise AccountError("expires", "A charge has no end: --expires belongs to a grant.")
        charge = _charge(options, account, amount, at)
        ledger.check_pools(account.id, [options.pool])
        if at > desk.tools.clock():
            raise AccountError("at", "What is yet to come can't be entered.")
        await ledger.book(charge)
        id_ = charge.id
    else:
        entry = ledger.checked(_entry(options, account, amount, at))
        if entry.kind is EntryKind.BALANCE:
            desk.registry.check_typed(account, {entry.pool: (amount, None)})
        id_ = (await ledger.add(entry)).id
    left = desk.reader.reading(account).snapshot
    pool = left.pool(options.pool) if left else None
    stands = f" {options.pool} stands at {plain(pool.left)}." if pool and pool.left is not None else ""
    back = f" It gives back {plain(-amount)}." if options.kind == "charge" and amount < 0 else ""
    print(redact(f"Added {options.kind} {plain(amount)} to {account.name} as {id_}.{back}{stands}"))
    return 0


async def undo(options: argparse.Namespace, desk: Desk) -> int:
    """Take an entry or a charge back."""
    desk.reader.load()
    gone = await desk.ledger.undo(options.id)
    if gone.entry is None and gone.charge is None:
        raise Declined("Nothing of this id can be taken back. See `creditdesk ledger show --account NAME`.")
    print("Taken back. It counts for nothing from now on.")
    return 0


async def bring(options: argparse.Namespace, desk: Desk) -> int:
    """Book the charges of a file."""
    account = _opened(desk, options.account) if options.account else None
    if account is None:
        _durable(desk)
        desk.reader.load()
    try:
        found = await desk.ledger.import_charges(_text(options.file), account, options.dry_run)
    except ChargeLineError as error:
        raise Declined(f"{error} Nothing was booked.") from None
    count = f"{len(found.new):,} charge{'' if len(found.new) == 1 else 's'}"
    known = f" {found.known:,} were booked before." if found.known else ""
    print(redact(f"{'Would book' if options.dry_run else 'Booked'} {count}.{known}{_given_back(desk, found.new)}"))
    return 0


def _given_back(desk: Desk, charges: Sequence[Charge]) -> str:
    """What charges below 0 give back, by account, as sentences; "" where none does."""
    sums: dict[str, list[Decimal]] = {}
    for each in charges:
        for draw in each.draws or ():
            if draw.amount < 0:
                sums.setdefault(each.account, []).append(-draw.amount)
    with localcontext(EXACT):
        return "".join(
            f" {len(given):,} of them give{'s' if len(given) == 1 else ''} back {plain(sum(given, Decimal(0)))} to "
            f"{desk.tools.chosen.account(account).name}."
            for account, given in sums.items()
        )


def instant_of(text: str | None, option: str) -> datetime | None:
    """The instant of an option; None where it is not given. Raises AccountError."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        moved = found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise AccountError("at", f"{option} wants an instant such as 2026-11-21T10:00:00Z, not {text!r}.") from None
    if found.tzinfo is None:
        raise AccountError("at", f"{option} has no zone. Write it as {text}Z for UTC.")
    return moved


def _entry(options: argparse.Namespace, account: Account, amount: Decimal, at: datetime) -> Entry:
    expires = instant_of(options.expires, "--expires")
    if (options.kind == "grant") != (expires is not None):
        raise AccountError("expires", "A grant, and nothing else, has an end: --expires INSTANT.")
    if expires is not None and expires <= at:
        raise AccountError("expires", "A grant ends after it was given.")
    told = (options.pool, EntryKind(options.kind), amount, at, options.client.strip(), options.note.strip())
    return Entry(new_id(), account.id, *told, expires_at=expires)


def _charge(options: argparse.Namespace, account: Account, amount: Decimal, at: datetime) -> Charge:
    return Charge(
        id=new_id(),
        account=account.id,
        at=at,
        operation=options.operation.strip(),
        draws=(Draw(amount, (options.pool,)),) if amount else (),
        client=options.client.strip(),
        known=Known.TYPED,
        state=ChargeState.BOOKED,
        note=options.note.strip(),
        ended_at=at,
    )


def _opened(desk: Desk, name: str) -> Account:
    _durable(desk)
    desk.reader.load()
    return desk.registry.named(name)


def _durable(desk: Desk) -> None:
    if not desk.tools.history.durable:
        raise Declined("The ledger can't be kept: the history's file can't be used. Nothing was changed.")


def _text(name: str) -> str:
    if name == "-":
        raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    else:
        with Path(name).open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise Declined(f"The file has over {MOST_BYTES // 1_000_000} MB.")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Declined(f"Line {line}: it is no text in UTF-8. Nothing was booked.") from None
