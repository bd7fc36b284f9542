"""The readings that the history's bench writes: wallets that are used in working hours, now and then or all day."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from creditdesk.core.pools import Pool, PoolKind, Snapshot, Source

START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Use:
    """How many accounts are read how often (every five minutes), and in what part of the readings a balance changed."""

    accounts: int
    rounds: int
    changing: float

    @property
    def readings(self) -> int:
        """How many readings there are."""
        return self.accounts * self.rounds


def rounds(use: Use) -> Iterator[tuple[datetime, list[int]]]:
    """Each round's instant and what is left in each account then, in credits."""
    dice = random.Random(use.accounts)
    left = [dice.randint(20_000, 90_000) for _ in range(use.accounts)]
    chance = use.changing * 7 * 24 / (5 * 10)  # all of the use is in ten hours of five days
    for number in range(use.rounds):
        at = START + number * EVERY
        if at.weekday() < 5 and 8 <= at.hour < 18:
            for account in range(use.accounts):
                if dice.random() < chance:
                    left[account] -= dice.randint(1, 40) if left[account] > 100 else -50_000
        yield at, left


def snapshot(at: datetime, left: int) -> Snapshot:
    """A reading of one wallet."""
    return Snapshot(at, Source.LIVE, (Pool("balance", "Balance", PoolKind.WALLET, "credits", Decimal(left)),))
