"""The rules of warning: which there are, which are off, and their numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class RuleKind(StrEnum):
    """What a warning can be about."""

    LEVEL = "level"  # left under a percentage or an amount, in two levels; used up
    RUNS_OUT = "runs-out"  # before its reset, or within some days
    EXPIRES = "expires"  # a package is gone soon, with something left in it
    KEY_EXPIRES = "key-expires"  # the vendor takes the key only until soon
    SLOTS_FULL = "slots-full"
    BUDGET = "budget"  # a spend passed the limit that the user set
    UNUSUAL = "unusual"  # far more used today than on other days of this name
    KEY_REJECTED = "key-rejected"
    NOT_READ = "not-read"  # no good reading for some hours
    LOOK_UP = "look-up"  # a balance typed by hand is to be looked up again, as often as the account says
    REFILLED = "refilled"  # a reset or a top-up: news, never open


OF_STOCK = frozenset({RuleKind.LEVEL, RuleKind.RUNS_OUT, RuleKind.SLOTS_FULL, RuleKind.BUDGET})
"""Rules about how much there is. They share one ladder a pool: a worse level covers the others."""

NEEDS_TWO = frozenset({RuleKind.UNUSUAL, RuleKind.NOT_READ})
"""Rules that must hold at two judgements before they are told: one odd reading, or a clock that jumped, is no news."""

OFF_AT_FIRST = frozenset({RuleKind.UNUSUAL, RuleKind.REFILLED})
"""Off as shipped: every import of the user's own is an unusual day, and a refill each month is no surprise."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The desk's rules. Amounts and percentages of the level are in `Thresholds`, days to run out in `Settings`.

    `expires_days`: a package is warned of so long before it expires. `not_read_hours`: without a good reading for
    longer. `unusual_times`: today's use is so many times the usual one, and at least `unusual_least_percent` of what
    the day began with (or of the limit, where there is one).
    """

    off: frozenset[RuleKind] = OFF_AT_FIRST
    expires_days: Decimal = Decimal(7)
    not_read_hours: Decimal = Decimal(24)
    unusual_times: Decimal = Decimal(3)
    unusual_least_percent: Decimal = Decimal(5)


def off_for(rules: Rules, rules_off: Iterable[str]) -> frozenset[RuleKind]:
    """The rules that are off for an account: the desk's, and its own (`Account.rules_off`)."""
    return rules.off | {RuleKind(each) for each in rules_off}


def laddered(rule: str) -> str:
    """What an episode shares its ladder with: the rules of stock are one, every other rule is alone."""
    return RuleKind.LEVEL.value if rule in OF_STOCK else rule
