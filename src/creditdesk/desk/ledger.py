"""The story of the ledger: charges journalled and settled, entries typed, files of charges read, and their sums."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from creditdesk.core.charge_lines import ChargeLineError, line_of, read_charges
from creditdesk.core.charges import Charge, Entry, EntryKind
from creditdesk.core.counting import Counted
from creditdesk.core.definition import Definition
from creditdesk.core.pools import Account, Snapshot
from creditdesk.core.stock import place
from creditdesk.core.tallies import Foretold, Total, Totals, added_up, day_named, together
from creditdesk.desk.accounts import AccountError
from creditdesk.desk.learning import EVER
from creditdesk.desk.reading import Reader
from creditdesk.desk.tools import Tools
from creditdesk.providers.redaction import redact
from creditdesk.store.charges import Undone

_AHEAD = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file of charges holds: those that are new, how many were kept already, and of which accounts they are."""

    new: tuple[Charge, ...]
    known: int
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """An account's ledger as it is shown: the newest charges first, all else the oldest first."""

    counted: Counted
    charges: tuple[Charge, ...]
    entries: tuple[Entry, ...]
    unexplained: tuple[Charge, ...]
    totals: Totals
    foretold: tuple[Foretold, ...]


class Ledger:
    """The ledger of a desk. All methods may raise HistoryError."""

    def __init__(self, tools: Tools, reader: Reader) -> None:
        self._tools = tools
        self._reader = reader
        self._charges = reader.counting.charges
        self._owner = os.urandom(6).hex()

    async def begin(self, charge: Charge, owner: str = "") -> None:
        """Journal a charge before its request is sent; it is in the file when this is done."""
        await self._charges.begin(charge, owner or self._owner)

    async def settle(self, charge: Charge) -> Charge:
        """Keep what became of a charge, as it is kept then; balances count it when this is done."""
        (kept,) = await self.settle_all([charge])
        return kept

    async def settle_all(self, charges: Sequence[Charge]) -> tuple[Charge, ...]:
        """`settle` for several, all or none."""
        now = self._tools.clock()
        kept = await self._charges.settle_all(
            [each if each.ended_at else replace(each, ended_at=now) for each in charges]
        )
        await self.learn()
        return kept

    async def recover(self, before: datetime, owner: str | None = None) -> tuple[Charge, ...]:
        """What is open since before an instant becomes unknown; only what `owner` began, if given."""
        found = await self._charges.recover(before, owner)
        await self.learn()
        return found

    async def learn(self) -> bool:
        """Take over what was booked since the last look, by this process or another; whether there was anything."""
        return await self._reader.counting.catch_up(self._reader.cases)

    async def counted(self, account_id: str) -> Counted:
        """What is left of an account, as it is known now; raises KeyError where there is no such account."""
        await self.learn()
        for case in self._reader.cases({account_id}):
            return await self._reader.counting.counted_anew(case)
        raise KeyError(account_id)

    async def book(self, charge: Charge) -> Charge:
        """Add a charge that is over: one that was typed."""
        (kept,) = await self._charges.book([_keyless(charge)]) or (charge,)
        await self.learn()
        return kept

    async def add(self, entry: Entry) -> Entry:
        """Keep an entry. A balance is the same as one that is typed by hand: the account shows it.

        What was used before it is a line of the activity of its own.
        """
        await self.learn()
        await self._reader.counting.keep_news(self._reader.cases({entry.account}))
        kept = await self._charges.add(replace(entry, client=redact(entry.client), note=redact(entry.note)))
        await self._reader.catch_up()
        await self._reader.counting.keep_typed(self._reader.cases({entry.account}))
        return kept

    async def undo(self, id_: str) -> Undone:
        """Take back an entry or a charge; the balance before an undone one counts again."""
        gone = await self._charges.undo(id_)
        await self._reader.catch_up()
        if (what := gone.entry or gone.charge) is not None:
            await self._reader.counting.keep_typed(self._reader.cases({what.account}), undone=True)
        return gone

    async def shown(self, account_id: str, limit: int = 100, free: bool = False) -> Shown:
        """All of an account's ledger, `limit` charges of it (`free`: those of 0 among them).

        Entries are told also where undone or read.
        """
        counted = await self.counted(account_id)
        summed = await self._tools.history.counts.summed(account_id)
        unexplained = await self._charges.unexplained(account_id)
        return Shown(
            counted,
            await self._charges.newest(account_id, limit, free),
            await self._charges.entries(account_id),
            tuple(each for each in unexplained if each.draws),
            summed.totals,
            summed.foretold,
        )

    async def totals(self, account_id: str, span: tuple[datetime, datetime] = EVER) -> Totals:
        """What was charged from one instant to before another, by operation, day, client and token."""
        if span == EVER:
            return (await self._tools.history.counts.summed(account_id)).totals
        found: dict[str, tuple[Total, ...]] = {}
        for by in ("operation", "day", "client", "token"):
            tallies = await self._charges.tallies(account_id, span, by)
            found[by] = added_up(replace(each, key=day_named(each.key)) if by == "day" else each for each in tallies)
        whole = together(found["operation"])
        return Totals(found["operation"], found["day"], found["client"], found["token"], whole)

    async def import_charges(self, text: str, account: Account | None = None, dry_run: bool = False) -> Imported:
        """Book the charges of a file (CSV or JSON lines), all or none; none that was booked from a file before.

        Raises ChargeLineError with the line, for a pool that is not there too.
        """
        named = {each.name.casefold(): each.id for each in self._tools.chosen.accounts}
        owner, now = account.id if account else "", self._tools.clock()
        charges = await asyncio.to_thread(read_charges, text, named, owner, now)  # a second for 20,000 lines
        named_pools: dict[tuple[str, tuple[str, ...]], int] = {}
        for number, each in enumerate(charges):
            for draw in each.draws or ():
                named_pools.setdefault((each.account, draw.pools), number)
        for (account_id, pools), number in named_pools.items():
            try:
                self.check_pools(account_id, pools)
            except AccountError as error:
                raise ChargeLineError(line_of(text, number), str(error)) from None
        new = await self._charges.unknown(charges)
        if not dry_run and new:
            await self._charges.book(await asyncio.to_thread(_all_keyless, new))
            await self.learn()
        return Imported(new, len(charges) - len(new), tuple(dict.fromkeys(each.account for each in charges)))

    def checked(self, entry: Entry) -> Entry:
        """The entry, if it can be added. Raises AccountError for a pool that is not there, an amount or an instant."""
        self.check_pools(entry.account, [entry.pool])
        if entry.at > self._tools.clock() + _AHEAD:
            raise AccountError("at", "What is yet to come can't be entered.")
        if entry.kind is not EntryKind.BALANCE and entry.amount <= 0:
            raise AccountError("amount", "What is added must be more than nothing. Type what is left as a balance.")
        return entry

    def check_pools(self, account_id: str, pools: Sequence[str]) -> None:
        """Raises AccountError that lists the pools, for one that the account does not have."""
        account = self._tools.chosen.account(account_id)
        definition, snapshot = self._tools.vendor(account.provider), self._reader.reading(account).snapshot
        there = known_pools(definition, snapshot)
        wrong = [pool for pool in pools if pool not in there]
        if wrong:
            raise AccountError("pool", f"{account.name} has no pool {wrong[0]!r}. Pools: {', '.join(there) or 'none'}.")


def _keyless(charge: Charge) -> Charge:
    """The charge without a key that was pasted into one of its texts."""
    (found,) = _all_keyless([charge])
    return found


def _all_keyless(charges: Sequence[Charge]) -> list[Charge]:
    """Charges without a key that was pasted into one of their texts. What stands in many of them is looked at once."""
    texts = {text for each in charges for text in (each.operation, each.client, each.note)}
    wrong = {text: clean for text in texts if (clean := redact(text)) != text}
    if not wrong:
        return list(charges)
    return [
        replace(
            each,
            operation=wrong.get(each.operation, each.operation),
            client=wrong.get(each.client, each.client),
            note=wrong.get(each.note, each.note),
        )
        for each in charges
    ]


def known_pools(definition: Definition, snapshot: Snapshot | None) -> tuple[str, ...]:
    """The ids of the pools that an account has: those that are shown, and those that can be typed."""
    shown = [pool.id for pool in snapshot.pools] if snapshot else []
    listed = [rule.id for rule in definition.pools if "{" not in rule.id]
    order = definition.drain or tuple(listed)
    found = dict.fromkeys((*shown, *listed))
    return tuple(sorted(found, key=lambda each: (place(order, each) is None, place(order, each) or 0)))
