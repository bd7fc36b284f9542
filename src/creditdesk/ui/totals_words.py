"""What is left in all, as one line: only where several accounts of a vendor hold the same thing."""

from collections.abc import Iterable

from creditdesk.core.definition import Definition
from creditdesk.core.settings import Settings
from creditdesk.core.totals import Total
from creditdesk.ui import words

MOST = 3


def totals_line(totals: Iterable[Total], definitions: Iterable[Definition], settings: Settings) -> str:
    """The totals of vendors with several accounts; "" when there is none. What was left out is said."""
    names = {definition.id: definition.name for definition in definitions}
    several = [total for total in totals if total.accounts > 1]
    return " · ".join(_one(total, names.get(total.provider, total.provider), settings) for total in several[:MOST])


def _one(total: Total, name: str, settings: Settings) -> str:
    left = words.amount(total.left, total.unit, settings.hide_amounts)
    label = f" {total.label}" if total.pool else ""
    out = f" ({total.left_out} not counted: not read lately)" if total.left_out else ""
    return f"{name}{label}: {left} left in {words.count(total.accounts, 'accounts')}{out}"
