"""What there is to pay with: asked before a request leaves, told when its cost is known.

A request that passes is held until the ledger has counted what it cost, so that many at once cannot spend the same
credits. One that would fit if those on the way cost less than they may waits for them. Before anything is refused, the
vendor's own number is asked for, where there is one and the last is not fresh.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from creditdesk.core.charges import Charge, ChargeState
from creditdesk.core.counted import Counted
from creditdesk.core.guard import Budget, Decision, Guard, Limits, Purse, Reservations, Why, decide
from creditdesk.core.metering import Matched, cost
from creditdesk.desk.reading import Reader
from creditdesk.gateway.lines import Line
from creditdesk.store.charges import Charges
from creditdesk.store.history import HistoryError
from creditdesk.store.tokens import Token

WAIT_S = 30.0
"""How long a request waits for those on the way, which may cost less than they hold."""
READ_S = 10.0
"""How long it waits for the vendor's own number."""
QUIET_S = 3.0
"""How long a reading waits until nothing is on the way; who comes meanwhile waits for the reading."""
LEARN_S = 1.0
IN_USE = timedelta(minutes=10)
_FRESH = timedelta(seconds=60)
NOBODY = Counted(datetime.min)
_READING_TELLS = (Why.LEFT_UNKNOWN, Why.MAY_BE_MORE)
"""What a reading can tell of a request that would pass without it."""


@dataclass(slots=True)
class _Spent:
    """What a token spent in a UTC day and month."""

    day: str
    month: str
    of_day: Decimal
    of_month: Decimal


class Till:
    """The purses of all accounts, and the budgets of all tokens."""

    def __init__(self, reader: Reader, charges: Charges, now: Callable[[], datetime]) -> None:
        self._reader = reader
        self._charges = charges
        self._now = now
        self._held = Reservations()
        self._moved = asyncio.Event()
        self._moves = 0
        self._spent: dict[str, _Spent] = {}
        self._freed: dict[str, datetime] = {}
        self._settling: Counter[str] = Counter()  # by account: answers whose cost is being written down
        self._read_at: dict[str, datetime] = {}
        self._reading: dict[str, asyncio.Task[None]] = {}
        self._used: dict[str, tuple[Line, datetime]] = {}
        self._learned_at = float("-inf")
        self._learning: asyncio.Task[bool] | None = None

    async def admit(self, request: str, line: Line, token: Token, matched: Matched) -> Decision:
        """Whether the request, by an id of its own, may go; then what it may cost is held until `settled`."""
        self._used[line.account.id] = line, self._now()
        if token.guard is Guard.WATCH or matched.free:
            self._held.hold(request, line.account.id, token.id, matched)
            return Decision(Why.FREE if matched.free else Why.FITS)
        loop = asyncio.get_running_loop()
        until = loop.time() + WAIT_S
        ways = [self._read, self._learn]  # to know more before it is refused, or passes only because nobody knows
        while True:
            if (reading := self._reading.get(line.account.id)) is not None:
                await asyncio.shield(reading)
            decision = await self._decided(line, token, matched)
            if ways and decision.why in (Why.SHORT, Why.OVERAGE, *_READING_TELLS):
                await ways.pop()(line)
            elif decision.passes:
                self._held.hold(request, line.account.id, token.id, matched)
                return decision
            elif (decision.waits or line.account.id in self._settling) and loop.time() < until:
                await self._next_move(until)
            else:
                return decision

    def settles(self, charge: Charge) -> None:
        """The answer is there: in a moment the ledger counts what it cost."""
        self._settling[charge.account] += 1
        if charge.draws is not None and not charge.job:  # a job's charge may have been counted before
            self._held.told(charge.id, charge.draws, cost(charge.draws))
            self._move()

    def dropped(self, request: str) -> None:
        """It never went."""
        self._held.drop(request)
        self._move()

    def settled(self, request: str, charge: Charge, freed: bool) -> None:
        """The ledger counts what it cost, as it is kept there. `freed`: it may have given something back."""
        spent = self._spent.get(charge.token)
        if spent is not None:
            amount = cost(charge.draws or ())
            if charge.state is ChargeState.UNKNOWN and not freed:
                amount = charge.expected or Decimal(0)
            day = f"{charge.at:%Y-%m-%d}"
            spent.of_day += amount if day == spent.day else 0
            spent.of_month += amount if day[:7] == spent.month else 0
        if freed:
            self._freed[charge.account] = self._now()
        self._settling[charge.account] -= 1
        if not self._settling[charge.account]:
            del self._settling[charge.account]
        self.dropped(request)

    async def look(self) -> None:
        """Ask vendors of accounts in use for what is left, when that is due and nobody else did. Every few seconds."""
        now = self._now()
        self._used = {each: used for each, used in self._used.items() if now - used[1] < IN_USE}
        for line, _ in list(self._used.values()):
            due = self._reader.reading(line.account).due_at
            if due is not None and due <= now:
                await self._learn(line)
                await self._read(line)

    async def _decided(self, line: Line, token: Token, matched: Matched) -> Decision:
        """What holds now. Nothing is awaited between the last look at what is on the way and the decision."""
        await self._know(token)
        while True:
            moves = self._moves
            counted = await self._counted(line)
            now = self._now()
            if moves == self._moves:
                break
        spent = self._spent_now(token, now)
        certain = [each.certain_at for each in counted.pools if each.certain_at is not None]
        freed = self._freed.get(line.account.id)
        limits = Limits(
            token.guard,
            _budget(token.budget_day, spent.of_day),
            _budget(token.budget_month, spent.of_month),
            overage=line.meter.bills_overage,
            may_be_more=freed is not None and (not certain or freed > min(certain)),
        )
        on_the_way = self._held.on_the_way(line.account.id)
        purse = Purse(counted, line.definition.drain, now, on_the_way, self._held.of_token(token.id))
        return decide(matched, purse, limits)

    async def _counted(self, line: Line) -> Counted:
        """The account's pools as counted: what this gateway settled is in it, what others did within LEARN_S."""
        if asyncio.get_running_loop().time() - self._learned_at >= LEARN_S:
            await self._learn(line)
        for case in self._reader.cases({line.account.id}):
            return await self._reader.counting.counted_anew(case)
        return NOBODY

    async def _learn(self, _line: Line) -> None:
        """Take over what was typed, booked or read by another process."""
        if self._learning is not None:
            await asyncio.shield(self._learning)  # it may have begun before what we are to see
        if self._learning is None:
            self._learning = asyncio.get_running_loop().create_task(self._reader.catch_up())
            self._learning.add_done_callback(self._learned)
        await asyncio.shield(self._learning)

    def _learned(self, done: "asyncio.Task[bool]") -> None:
        self._learning = None
        self._learned_at = asyncio.get_running_loop().time()
        if not done.cancelled():
            done.exception()  # whoever waited for it has it

    async def _read(self, line: Line) -> None:
        """Ask the vendor for what is left, where it tells that and the last look is not fresh."""
        account, now = line.account.id, self._now()
        if (running := self._reading.get(account)) is not None:
            await asyncio.shield(running)
            return
        seen = (self._read_at.get(account), self._reader.reading(line.account).read_at)
        last = max((each for each in seen if each is not None), default=None)
        fresh = max(_FRESH, timedelta(seconds=line.definition.min_interval))
        if not line.definition.readable or line.definition.manual or (last is not None and now - last < fresh):
            return
        self._read_at[account] = now
        task = self._reading[account] = asyncio.get_running_loop().create_task(self._read_in_quiet(account))
        task.add_done_callback(lambda _done: self._reading.pop(account, None))
        await asyncio.shield(task)

    async def _read_in_quiet(self, account: str) -> None:
        """Read while nothing is on the way: what is would be in the vendor's number or not, and nobody could tell."""
        until = asyncio.get_running_loop().time() + QUIET_S
        while self._held.costing(account) and asyncio.get_running_loop().time() < until:
            await self._next_move(until)
        with suppress(TimeoutError, KeyError, HistoryError):  # gone, or slow, or not kept: what is known holds
            await asyncio.wait_for(self._reader.read(account), READ_S)

    async def _know(self, token: Token) -> None:
        """See to it that what the token spent in this month is known."""
        if token.id in self._spent or (token.budget_day is None and token.budget_month is None):
            return
        now = self._now()
        month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        day = now.replace(hour=0, minute=0, second=0, microsecond=0)
        sums = []
        for since in (day, month):
            tallies = await self._charges.tallies(token.account, (since, now + timedelta(days=1)), "token")
            mine = [each for each in tallies if each.key == token.id]
            sums.append(sum((each.count * cost(each.draws or ()) for each in mine), Decimal(0)))
        if any(each.state is ChargeState.UNKNOWN for each in mine):  # at the price, as in `settled`
            charges = [each for each in await self._charges.of(token.account, month) if each.token == token.id]
            lost = [(each.at, each.expected or Decimal(0)) for each in charges if each.state is ChargeState.UNKNOWN]
            sums = [
                known + sum(most for at, most in lost if at >= since)
                for known, since in zip(sums, (day, month), strict=True)
            ]
        self._spent.setdefault(token.id, _Spent(f"{now:%Y-%m-%d}", f"{now:%Y-%m}", *sums))

    def _spent_now(self, token: Token, now: datetime) -> _Spent:
        spent = self._spent.get(token.id) or _Spent("", "", Decimal(0), Decimal(0))
        if spent.day != f"{now:%Y-%m-%d}":
            spent.day, spent.of_day = f"{now:%Y-%m-%d}", Decimal(0)
        if spent.month != f"{now:%Y-%m}":
            spent.month, spent.of_month = f"{now:%Y-%m}", Decimal(0)
        return spent

    def _move(self) -> None:
        self._moves += 1
        self._moved.set()

    async def _next_move(self, until: float) -> None:
        """Wait until something on the way is settled."""
        self._moved.clear()
        left = until - asyncio.get_running_loop().time()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._moved.wait(), max(left, 0))


def _budget(limit: Decimal | None, spent: Decimal) -> Budget | None:
    return Budget(limit, spent) if limit is not None else None
