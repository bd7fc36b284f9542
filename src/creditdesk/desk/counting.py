"""The story of a counted balance: what stands of an account now, from readings, typed balances and the ledger.

A number that was read or typed is the beginning; where charges are counted since, the count is shown in its place. At
each new certain point the difference is booked as unexplained, and worked out anew when a charge of before comes late.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal, localcontext

from creditdesk.core import levels
from creditdesk.core.amounts import EXACT
from creditdesk.core.charges import Charge, ChargeState, Draw, Entry, EntryKind, Known
from creditdesk.core.count_base import ELSEWHERE, Base
from creditdesk.core.counting import Certain, Counted, Gap
from creditdesk.core.levels import Evidence
from creditdesk.core.pools import Pool, PoolKind, Snapshot, Source
from creditdesk.core.typed import Typed, typed_snapshot
from creditdesk.desk.case import Case
from creditdesk.desk.sharing import shared_balances, shared_with
from creditdesk.desk.tools import Tools
from creditdesk.store.charges import Charges
from creditdesk.store.count_rows import Taken
from creditdesk.store.counts import Built
from creditdesk.store.entries import new_id
from creditdesk.store.rows import micros

_KEPT_EVERY = timedelta(hours=1)
COUNTED = frozenset({Source.METERED, Source.ESTIMATED})


class Counting:
    """What stands of the accounts. `typed` gives what was typed for an account, by its id."""

    def __init__(self, tools: Tools, typed: Callable[[str], Mapping[str, Typed]]) -> None:
        self._tools = tools
        self._typed = typed
        self._counts = tools.history.counts
        self._seen: dict[str, int] = {}

    @property
    def charges(self) -> Charges:
        """The ledger's rows."""
        return Charges(self._tools.history.connections)

    def snapshot(self, case: Case) -> Snapshot | None:
        """What stands of an account, as far as is known without a look into the database."""
        return self._shown(case, self._stands(case))

    def _shown(self, case: Case, stands: "_Stands") -> Snapshot | None:
        plain, before = stands.plain, case.known.counted
        if not self._is_metered(case) or plain is None:
            newer = before is not None and (plain is None or before.read_at > plain.read_at)
            return before if newer else plain
        counted = self._known_count(case, stands.base(case))
        if counted is None:
            return plain
        shown = counted.snapshot()
        return replace(plain, read_at=shown.read_at, source=shown.source, pools=shown.pools)

    def evidence(self, case: Case) -> Evidence:
        """What the level is judged by. A number by hand is no reading: one that fails does not make it unknown."""
        stands, known = self._stands(case), case.known
        snapshot, plain = self._shown(case, stands), stands.plain
        by_hand = plain is not None and plain.source in (Source.BY_HAND, Source.ESTIMATED)
        trouble = case.trouble if case.asks and not by_hand else None
        stale = snapshot is not None and levels.is_stale(snapshot, case.beat.interval_s, case.now)
        return Evidence(case.definition, snapshot, trouble, stale, known.run_outs, known.topped_up)

    async def counted_anew(self, case: Case) -> Counted:
        """The count of an account, metered or not."""
        base = self._stands(case).base(case)
        known = self._counts.base(case.account.id)
        if known is None or not _same(known, base):
            await self._counts.build(case.account.id, base)
        found = self._counts.counted(case.account.id, case.now)
        assert found is not None  # it was just built
        return found

    async def taken(self, case: Case, since: datetime, until: datetime) -> Taken:
        """What charges of a span took of each pool, by client."""
        return await self._counts.taken(case.account.id, self._stands(case).base(case), since, until)

    def _is_metered(self, case: Case) -> bool:
        """Whether anything was charged or added to it, or to an account that has pools in common with it."""
        metered = self._counts.metered
        if not metered or case.account.id in metered:
            return bool(metered)
        return bool(metered & shared_with(case.account, case.definition, self._tools.chosen.accounts).keys())

    def _known_count(self, case: Case, base: Base) -> Counted | None:
        """The count of an account; None where it is not made, or from something that is not so any more."""
        known = self._counts.base(case.account.id)
        return self._counts.counted(case.account.id, case.now) if known is not None and _same(known, base) else None

    def news(self, case: Case) -> Snapshot | None:
        """A count that is not in the history yet; as it is kept there, METERED."""
        snapshot = self.snapshot(case) if self._is_metered(case) else None
        if snapshot is None or snapshot.source not in COUNTED:
            return None
        kept = replace(snapshot, source=Source.METERED)
        last = case.known.counted
        if last is None or kept.read_at > last.read_at:
            return kept
        return kept if kept.read_at == last.read_at and kept.pools != last.pools else None

    async def keep_typed(self, cases: Iterable[Case], undone: bool = False) -> None:
        """Keep what stands of accounts as of now, after a balance was typed.

        After something was `undone` it begins anew there: the difference is nobody's use.
        """
        for case in cases:
            snapshot = self.snapshot(case)
            if snapshot is None or snapshot.source is Source.LIVE:
                continue
            counted = self._is_metered(case) and snapshot.source in COUNTED
            source = Source.ESTIMATED if undone else Source.METERED if counted else snapshot.source
            await self._tools.history.record(
                case.account.id, replace(snapshot, read_at=case.now, source=source), case.now
            )

    async def keep_news(self, cases: Iterable[Case]) -> None:
        """Put the counts that are not in the history yet there."""
        for case in cases:
            if (news := self.news(case)) is not None:
                await self._tools.history.record(case.account.id, news, case.now)
                self.kept(case, news)

    def kept(self, case: Case, outcome: object) -> None:
        """Note that a count is in the history now."""
        if isinstance(outcome, Snapshot) and outcome.source is Source.METERED:
            case.known.counted = outcome
            if case.known.recent is not None and case.known.recent.extend(outcome):
                case.known.projected_at = None

    async def catch_up(self, cases: Callable[[Collection[str]], list[Case]], everybody: bool = False) -> bool:
        """Learn what was booked since the last look, by whomever; whether there was anything.

        `cases` gives those with these ids. `everybody`: what is read or typed of any account may be new.
        """
        await self._counts.learn()
        versions = self._counts.versions()
        changed = {each for each, version in versions.items() if self._seen.get(each) != version}
        self._seen = versions
        found = self._with_sharing(changed & self._counts.metered, cases)
        some = self._with_sharing(self._counts.metered, cases) if everybody else found
        for case in cases(some) if some else ():
            if (late := self._counts.late(case.account.id)) is not None:
                await self.reconcile(case, late)
            await self.count(case)
        return bool(found)

    def _with_sharing(
        self, account_ids: Collection[str], cases: Callable[[Collection[str]], list[Case]]
    ) -> frozenset[str]:
        """These accounts, and those that have pools in common with them."""
        accounts = self._tools.chosen.accounts
        some = cases(account_ids) if account_ids else ()
        return frozenset(account_ids).union(*(shared_with(each.account, each.definition, accounts) for each in some))

    async def count(self, case: Case) -> None:
        """See to it that a metered account is counted from what stands of it now."""
        account = case.account.id
        if not self._is_metered(case):
            return
        stands, known = self._stands(case), self._counts.base(account)
        plain, base = stands.plain, stands.base(case)
        if known is not None and _same(known, base):
            return
        built = await self._counts.build(account, base)
        if plain is not None and plain.source is Source.LIVE and not built.read:
            await self._mark(account, plain)
        await self._book(account, built)

    async def was_read(self, case: Case, snapshot: Snapshot) -> None:
        """The vendor told what is left of a metered account: book what the count cannot explain."""
        account = case.account.id
        if not self._is_metered(case):
            return
        built = await self._counts.build(account, self._stands(case).base(case), snapshot.read_at)
        if _says_more(snapshot, built):
            await self._mark(account, snapshot)
            await self._book(account, built)

    async def reconcile(self, case: Case, since: datetime) -> None:
        """Work out anew what is unexplained at every certain point from an instant on."""
        built = await self._counts.build(case.account.id, self._stands(case).base(case), since)
        await self._book(case.account.id, built)

    def _stands(self, case: Case) -> "_Stands":
        """What was read or typed last."""
        last = case.known.snapshot if case.asks else None
        read = last is not None and last.source in (Source.LIVE, Source.METERED)
        if read and case.known.trouble is None:
            return _Stands(last)
        balances = shared_balances(case.account, case.definition, self._tools.chosen.accounts, self._typed)
        typed = typed_snapshot(case.definition, case.account.settings, balances, case.now)
        # Where the endpoint stopped answering, the user may have typed what the vendor shows since.
        if read and last is not None and (typed is None or typed.read_at <= last.read_at):
            return _Stands(last)
        shared = shared_with(case.account, case.definition, self._tools.chosen.accounts)
        return _Stands(typed or last, balances, shared)

    async def _mark(self, account: str, snapshot: Snapshot) -> None:
        """Keep what the vendor told as a certain point."""
        for pool in snapshot.pools:
            if pool.left is not None:
                told = (pool.id, EntryKind.BALANCE, pool.left, snapshot.read_at)
                await self.charges.add(Entry(new_id(), account, *told, known=Known.REPORTED))

    async def _book(self, account: str, built: Built) -> None:
        found = unexplained(account, built.gaps)
        gone = [each.id for each in built.unexplained]
        if set(built.unexplained) != set(found):
            await self.charges.replace(gone, found)


@dataclass(frozen=True, slots=True)
class _Stands:
    """What was read or typed of an account; `typed` are the balances it is made from, None where it was read."""

    plain: Snapshot | None
    typed: Mapping[str, Typed] | None = None
    shared: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def base(self, case: Case) -> Base:
        """From what the account is counted."""
        pools = self.plain.pools if self.plain is not None else ()
        if self.plain is None or self.typed is None:
            live = self.plain is not None and self.plain.source is Source.LIVE
            at = self.plain.read_at if self.plain is not None else case.now
            read = pools if live else tuple(replace(each, left=None) for each in pools)
            return Base(case.definition, tuple(Certain(each, at, Source.LIVE) for each in read))
        certain = tuple(_typed_point(pool, self.typed) for pool in pools) if self.typed else ()
        common = frozenset[str]().union(*self.shared.values())
        if common and certain:  # their certain points are among the entries, each with its account
            certain = tuple(_unsaid(each) if each.pool.id in common else each for each in certain)
            certain += (Certain(Pool(ELSEWHERE, "", PoolKind.WALLET, ""), certain[0].at),)
        return Base(case.definition, certain, {pool: each.at for pool, each in self.typed.items()}, self.shared)


def unexplained(account: str, gaps: Iterable[Gap]) -> tuple[Charge, ...]:
    """What charges do not explain, one for each pool and certain point; made again, it has the same id."""
    amounts: dict[tuple[str, datetime], tuple[Decimal, int]] = {}
    with localcontext(EXACT):
        for gap in gaps:
            amount, unknown = amounts.get((gap.pool, gap.at), (Decimal(0), 0))
            amounts[gap.pool, gap.at] = (amount + gap.amount, max(unknown, gap.unknown))
    return tuple(
        Charge(
            id=f"unexplained {account} {pool} {micros(at)}",
            account=account,
            at=at,
            draws=(Draw(amount, (pool,)),),
            known=Known.UNEXPLAINED,
            state=ChargeState.BOOKED,
            note=f"with {unknown} charges of unknown cost before it" if unknown else "",
        )
        for (pool, at), (amount, unknown) in amounts.items()
        if amount
    )


def _same(one: Base, other: Base) -> bool:
    same = (one.certain, one.typed_at, one.shared) == (other.certain, other.typed_at, other.shared)
    return same and one.definition is other.definition


def _says_more(snapshot: Snapshot, built: Built) -> bool:
    """Whether a reading is worth being kept: it is not what was counted, or nothing was kept for an hour of charges."""
    marks = built.read
    since = max((each.at for each in marks.values()), default=None)
    if since is None or any(pool.left is not None and pool.id not in marks for pool in snapshot.pools):
        return True
    charged = built.charged_at is not None and built.charged_at >= since
    drifted = any(gap.amount for gap in built.gaps if gap.at == snapshot.read_at)
    return drifted or (charged and snapshot.read_at - since >= _KEPT_EVERY)


def _unsaid(point: Certain) -> Certain:
    return replace(point, pool=replace(point.pool, left=None))


def _typed_point(pool: Pool, balances: Mapping[str, Typed]) -> Certain:
    """A typed pool as it was typed, without what time has made of it since; it is the same at every look."""
    entry = balances.get(pool.id)
    if entry is None:
        return Certain(replace(pool, left=None, used=None, resets_at=None), min(each.at for each in balances.values()))
    used = None if pool.used is None else Decimal(0)  # the count works it out
    return Certain(replace(pool, left=entry.left, used=used, resets_at=None), entry.at)
