"""Decides whether a request may go to the vendor: by what is left, what is on the way, and the token's budgets.

What it decides on is the most that the request costs. What is not known never stops a request: then it passes, and the
decision says why. Of a budget, which is the user's own limit, nothing passes once it is used up. Pure: the amounts are
given, and those on the way are kept in `Reservations`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, localcontext
from enum import StrEnum

from creditdesk.core.amounts import EXACT, plain
from creditdesk.core.charges import Draw
from creditdesk.core.counted import Counted
from creditdesk.core.metering import ZERO, Matched
from creditdesk.core.pools import Pool
from creditdesk.core.stock import has_expired, in_order, place, standing

_SHORT = "It costs {asked} {unit}, and {left} are left of {pools}{beside}: {missing} short."
_BUDGET = "It costs {asked}, and {left} are left of this {period}'s budget of {limit}{beside}."
_BESIDE = " beside what is on the way"


class Guard(StrEnum):
    """What a token's guard does with a request that cannot be paid."""

    WATCH = "watch"
    WARN = "warn"
    REFUSE = "refuse"


class Why(StrEnum):
    """What a decision rests on."""

    FREE = "free"  # it costs nothing
    FITS = "fits"  # there is enough for the most it can cost
    SHORT = "short"  # a pool does not hold the most it can cost
    BUDGET_DAY = "budget-day"
    BUDGET_MONTH = "budget-month"
    OVERAGE = "overage"  # a pool is short, and the plan bills what is missing
    COST_UNKNOWN = "cost-unknown"  # nobody knows what it costs at the most
    LEFT_UNKNOWN = "left-unknown"  # nobody knows what is left, or not exactly enough
    MAY_BE_MORE = "may-be-more"  # something may have been given back since what is left was last known


@dataclass(frozen=True, slots=True)
class Budget:
    """What a token may spend in a period of UTC, and what it spent in it so far; what is on the way is not in it."""

    limit: Decimal
    spent: Decimal


@dataclass(frozen=True, slots=True)
class Limits:
    """What bounds a token. `keep` is the part of each pool that it leaves alone: 0 unless the user said so.

    `overage`: the plan goes on without credits. `may_be_more`: something was given back since the last certain point.
    """

    guard: Guard = Guard.WATCH
    day: Budget | None = None
    month: Budget | None = None
    keep: Decimal = ZERO
    overage: bool = False
    may_be_more: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """`passes`: the request may go. `warns`: the answer says so and the user is told. `short`: what is missing.

    `waits`: it would pass if what is on the way cost less than expected, so that a moment's patience may help.
    `missing` is how much, in the pool's unit; `pool` names the pool, "" for a budget.
    """

    why: Why
    passes: bool = True
    warns: bool = False
    waits: bool = False
    missing: Decimal = ZERO
    pool: str = ""
    short: str = ""

    @property
    def sure(self) -> bool:
        """Whether everything was known that it rests on."""
        return self.why not in (Why.COST_UNKNOWN, Why.LEFT_UNKNOWN, Why.MAY_BE_MORE)


@dataclass(frozen=True, slots=True)
class Purse:
    """What there is to pay with at `now`: the account's pools as counted, what is on the way of account and token.

    `drain` is the order in which the vendor empties its pools.
    """

    counted: Counted
    drain: tuple[str, ...]
    now: datetime
    on_the_way: tuple[Draw, ...] = ()
    of_token: Decimal = ZERO


def decide(matched: Matched, purse: Purse, limits: Limits) -> Decision:
    """Whether a request may go. One that is known to cost nothing, or that gives something back, always may."""
    if matched.free or matched.frees:
        return Decision(Why.FREE)
    with localcontext(EXACT):
        found = _of_budgets(matched, purse, limits) or _of_pools(matched, purse, limits)
    if found.why in (Why.SHORT, Why.BUDGET_DAY, Why.BUDGET_MONTH):
        return replace(found, passes=limits.guard is not Guard.REFUSE, warns=limits.guard is not Guard.WATCH)
    return replace(found, warns=found.why is Why.OVERAGE and limits.guard is not Guard.WATCH)


def _asked(matched: Matched) -> Decimal:
    """The most that it costs; where nobody knows that, the least."""
    return matched.low if matched.high is None else matched.high


def _of_budgets(matched: Matched, purse: Purse, limits: Limits) -> Decision | None:
    """The first budget that does not hold it, None where all do."""
    asked = _asked(matched)
    for why, budget in ((Why.BUDGET_DAY, limits.day), (Why.BUDGET_MONTH, limits.month)):
        if budget is None:
            continue
        room = budget.limit - budget.spent - purse.of_token
        if asked > room or (matched.high is None and room <= 0):
            whole = budget.limit - budget.spent
            waits = asked <= whole and (matched.high is not None or whole > 0)
            short = _BUDGET.format(
                period="day" if why is Why.BUDGET_DAY else "month",
                limit=plain(budget.limit),
                left=plain(max(room, ZERO)),
                asked=_cost(matched),
                beside=_BESIDE if purse.of_token else "",
            )
            return Decision(why, waits=waits, missing=max(asked - max(room, ZERO), ZERO), short=short)
    return None


def _of_pools(matched: Matched, purse: Purse, limits: Limits) -> Decision:
    """Whether the pools hold it: every draw by itself, in whatever order the vendor gets what is on the way."""
    on_the_way = [_Need(_order(draw.pools, purse), draw.amount) for draw in purse.on_the_way]
    asked = [_Need(_order(draw.pools, purse), draw.amount) for draw in matched.drawn(_asked(matched))]
    doubts = {each.pool.id: each.doubt for each in purse.counted.pools}
    unknown = False
    for need in asked:
        # one that takes from the same pools could come first, or have to come after this one
        for each in (need, *(other for other in on_the_way if other.touches(need))):
            room = each.room - limits.keep
            demand = sum((other.amount for other in (*on_the_way, *asked) if other.touches(each)), ZERO)
            if demand <= room or (each is not need and not each.known):
                unknown = unknown or (each is need and demand > room - sum(doubts[pool.id] for pool in each.order))
                continue
            if not each.known:
                unknown = True
            elif limits.may_be_more:
                return Decision(Why.MAY_BE_MORE)
            else:
                missing = min(demand - room, need.amount)
                return Decision(
                    Why.OVERAGE if limits.overage else Why.SHORT,
                    waits=need.amount <= need.room - limits.keep,
                    missing=missing,
                    pool=each.order[-1].id,
                    short=_short(matched, missing, each.order, bool(on_the_way)),
                )
    if matched.high is None:
        return Decision(Why.COST_UNKNOWN)
    return Decision(Why.LEFT_UNKNOWN if unknown else Why.FITS)


@dataclass(frozen=True, slots=True)
class _Need:
    """An amount and the pools that pay it, in their order."""

    order: list[Pool]
    amount: Decimal

    @property
    def known(self) -> bool:
        """Whether it is known what all of them hold."""
        return bool(self.order) and all(pool.left is not None for pool in self.order)

    @property
    def room(self) -> Decimal:
        """What is known to be there."""
        return sum((max(pool.left or ZERO, ZERO) for pool in self.order), ZERO)

    def touches(self, other: "_Need") -> bool:
        """Whether both may take from one pool."""
        ids = {pool.id for pool in self.order}
        return self is other or any(pool.id in ids for pool in other.order)


def _order(pools: tuple[str, ...], purse: Purse) -> list[Pool]:
    """The pools of a draw in the order in which they are emptied, as the ledger counts them."""
    there = [each.pool for each in purse.counted.pools if not has_expired(each.pool, purse.now)]
    order = pools or purse.drain
    if not order:
        return there if len(there) == 1 else []
    named = [pool for pool in there if place(order, pool.id) is not None]
    return in_order(named if pools else standing(named, purse.now), order)


def _cost(matched: Matched) -> str:
    if matched.high is None:
        return f"at least {plain(matched.low)}" if matched.low else "an unknown amount"
    return plain(matched.high) if matched.exact else f"up to {plain(matched.high)}"


def _short(matched: Matched, missing: Decimal, order: Sequence[Pool], beside: bool) -> str:
    return _SHORT.format(
        asked=_cost(matched),
        unit=order[-1].unit,
        left=plain(_asked(matched) - missing),
        pools=" and ".join(pool.label for pool in order),
        beside=_BESIDE if beside else "",
        missing=plain(missing),
    )


class Reservations:
    """What requests on the way may cost at the most, from the decision until the ledger has counted what they cost."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[str, str, tuple[Draw, ...], Decimal]] = {}
        self._draws: dict[str, dict[tuple[str, ...], Decimal]] = {}
        self._costing: dict[str, set[str]] = {}
        self._tokens: dict[str, Decimal] = {}

    def __len__(self) -> int:
        return len(self._held)

    def hold(self, request: str, account: str, token: str, matched: Matched) -> None:
        """A request goes: `request` is its own id. Where the most is not known, the least is held."""
        amount = ZERO if matched.frees else _asked(matched)
        draws = matched.drawn(amount)
        self.drop(request)
        self._held[request] = (account, token, draws, amount)
        if not matched.free:
            self._costing.setdefault(account, set()).add(request)
        self._move(account, token, draws, amount)

    def told(self, request: str, draws: tuple[Draw, ...], amount: Decimal) -> None:
        """Its cost is known now, and not counted yet. One that is not held is nothing."""
        held = self._held.get(request)
        if held is not None:
            account, token, before, reserved = held
            self._held[request] = (account, token, draws, amount)
            self._move(account, token, tuple(Draw(-draw.amount, draw.pools) for draw in before), -reserved)
            self._move(account, token, draws, amount)

    def drop(self, request: str) -> None:
        """It was counted, or never went. One that is not held is nothing."""
        held = self._held.pop(request, None)
        if held is not None:
            account, token, draws, amount = held
            costing = self._costing.get(account, set())
            costing.discard(request)
            if not costing:
                self._costing.pop(account, None)
            self._move(account, token, tuple(Draw(-draw.amount, draw.pools) for draw in draws), -amount)

    def on_the_way(self, account: str) -> tuple[Draw, ...]:
        """What is on the way of an account, added up by the pools that pay it."""
        return tuple(Draw(amount, pools) for pools, amount in self._draws.get(account, {}).items())

    def costing(self, account: str) -> int:
        """How many requests are on the way that may change what is left of an account."""
        return len(self._costing.get(account, ()))

    def of_token(self, token: str) -> Decimal:
        """What is on the way of a token, as a budget counts it."""
        return self._tokens.get(token, ZERO)

    def _move(self, account: str, token: str, draws: Iterable[Draw], amount: Decimal) -> None:
        with localcontext(EXACT):
            pools = self._draws.setdefault(account, {})
            for draw in draws:
                pools[draw.pools] = pools.get(draw.pools, ZERO) + draw.amount
                if not pools[draw.pools]:
                    del pools[draw.pools]
            if not pools:
                del self._draws[account]
            self._tokens[token] = self._tokens.get(token, ZERO) + amount
            if not self._tokens[token]:
                del self._tokens[token]
