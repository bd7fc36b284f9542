"""One pool while it is counted: what it holds, until when, and what became of it since its certain point."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from creditdesk.core.definition import PoolRule
from creditdesk.core.pools import Pool, PoolKind, Source
from creditdesk.core.resets import last_reset, next_reset

ZERO = Decimal(0)
_REFILLS = (PoolKind.ALLOWANCE, PoolKind.SPEND)


class Held:
    """A pool between two instants; `core.counting` moves it on. `rule` is the definition's, where it has one.

    `left` is None until it is said what was there. `moved`: something was charged or added since; `unsure`: it may have
    been, or a refill came of which nobody knows how much it was.
    """

    def __init__(self, pool: Pool, rule: PoolRule | None = None) -> None:
        self.pool = pool
        self.gone = False  # its own expiry is over
        self._rule = rule
        self._base: Decimal | None = None
        self._used = pool.used
        self._grants: list[tuple[datetime, Decimal]] = []  # the earliest expiry first
        self._resets_at = pool.resets_at
        self._begin(None, None, Source.BY_HAND)

    def _begin(self, certain: Decimal | None, at: datetime | None, source: Source) -> None:
        self.certain, self.certain_at, self.source = certain, at, source
        self.added = self.lost = self.charged = self.doubt = ZERO
        self.unknown = 0
        self.moved = self.unsure = False
        self.refilled_at: datetime | None = None

    @property
    def left(self) -> Decimal | None:
        """What is there now, grants and all."""
        return None if self._base is None else sum((amount for _, amount in self._grants), self._base)

    @property
    def ends_at(self) -> datetime | None:
        """When something happens to it by itself: a reset or an expiry; None: never."""
        ends = [self._grants[0][0]] if self._grants else []
        if self.pool.kind in _REFILLS and self._resets_at is not None:
            ends.append(self._resets_at)
        if self.pool.expires_at is not None and not self.gone:
            ends.append(self.pool.expires_at)
        return min(ends, default=None)

    def stands(self, left: Decimal | None, at: datetime, source: Source) -> None:
        """A certain point. Grants keep their expiry as far as it pays for them, the last to expire first."""
        kept, rest = [], max(left or ZERO, ZERO)
        for expires_at, amount in reversed(self._grants):
            part = min(amount, rest)
            rest -= part
            kept += [(expires_at, part)] if part else []
        self._grants = kept[::-1]
        self._base = None if left is None else left - sum((amount for _, amount in kept), ZERO)
        self._used = self.pool.used
        self._begin(left, at, source)
        if self._ruled:
            self._resets_at = self._next(at)

    def add(self, amount: Decimal, expires_at: datetime | None) -> None:
        """A top-up, or a grant until it expires."""
        self.added += amount
        self.moved = True
        if expires_at is not None:
            self._grants = sorted([*self._grants, (expires_at, amount)])
        elif self._base is not None:
            self._base += amount

    def take(self, amount: Decimal) -> None:
        """Charge it; what the grants do not hold is of the rest. A negative amount is given back to the rest."""
        self.charged += amount
        self.moved = True
        while self._grants and amount > 0:
            expires_at, there = self._grants[0]
            part = min(there, amount)
            amount -= part
            self._grants[:1] = [(expires_at, there - part)] if part < there else []
        if self._base is not None:
            self._base -= amount

    def end(self, at: datetime, until: datetime) -> datetime:
        """Let happen what happens at `at`; of several resets up to `until` only the last one. Gives its instant."""
        if self._grants and self._grants[0][0] == at:
            self.lost += self._grants.pop(0)[1]
        if self.pool.expires_at == at:
            self.gone = True
        if self._resets_at == at and self.pool.kind in _REFILLS:
            if self._ruled:
                at = self._last(until)
            self._resets_at = self._next(until) if self._ruled else None
            self._refill(at)
        return at

    def shown(self) -> Pool:
        """The pool as it stands."""
        pool, left = self.pool, self.left
        used = pool.used
        if left is not None and pool.limit is not None:
            used = pool.limit - left if pool.used is not None else None
        elif self._used is not None:
            used = self._used + self.charged
        return replace(pool, left=left, used=used, resets_at=self._resets_at)

    @property
    def _ruled(self) -> bool:
        reset = self._rule.reset if self._rule else None
        return reset is not None and bool(reset.every) and reset.anchor == "first"

    def _next(self, now: datetime) -> datetime:
        assert self._rule is not None and self._rule.reset is not None
        return next_reset(self._rule.reset.every, self._rule.reset.anchor, self._rule.reset.tz, now)

    def _last(self, now: datetime) -> datetime:
        assert self._rule is not None and self._rule.reset is not None
        return last_reset(self._rule.reset.every, self._rule.reset.anchor, self._rule.reset.tz, now)

    def _refill(self, at: datetime) -> None:
        if self._base is None:
            if self._used is not None:
                self._used, self.charged, self.refilled_at = ZERO, ZERO, at
            return
        if self.pool.limit is None:
            self.unsure = True
            return
        more = self.pool.limit - self._base
        self.added += max(more, ZERO)
        self.lost += max(-more, ZERO)
        self._base = self.pool.limit
        self.unknown, self.doubt, self.refilled_at = 0, ZERO, at
