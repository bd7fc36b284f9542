"""The words of the gateway page: how it stands, what was done with a request, what a guard does."""

from datetime import datetime
from decimal import Decimal

from creditdesk.core.charges import Known
from creditdesk.core.guard import Guard
from creditdesk.core.pools import Level
from creditdesk.core.seen import Done, Seen
from creditdesk.core.tallies import Total
from creditdesk.ui import words
from creditdesk.ui.board import Entry
from creditdesk.ui.gateway_values import Phase, Standing, Way

NO_CLIENT = "no client"
WHAT_IT_IS = (
    "Scripts on this computer send their requests here in the place of the vendor. The gateway adds the key, passes "
    "the request on, and counts what it cost."
)
ELSEWHERE = (
    "Another gateway serves this data folder already, such as the command `creditdesk gateway`. End it there to start "
    "one here. What it passes is counted in the same ledger."
)
GUARDS = {
    Guard.WATCH: ("Watch", "Every request passes. What it cost is counted."),
    Guard.WARN: ("Warn", "Every request passes. One that cannot be paid is marked, and you are told."),
    Guard.REFUSE: ("Refuse", "A request that cannot be paid is not sent. The script gets the vendor's own refusal."),
}
DONE = {
    Done.PASSED: ("Passed", Level.GOOD),
    Done.WARNED: ("Warned", Level.LOW),
    Done.REFUSED: ("Refused", Level.EXHAUSTED),
    Done.FAILED: ("Failed", Level.CRITICAL),
}
_KNOWN = {
    Known.REPORTED: "reported",
    Known.PRICED: "priced",
    Known.TYPED: "typed",
    Known.IMPORTED: "imported",
    Known.UNEXPLAINED: "unexplained",
}
_TITLES = {
    Phase.OFF: "Off",
    Phase.STARTING: "Starting",
    Phase.ON: "On",
    Phase.STOPPING: "Stopping",
    Phase.ELSEWHERE: "Runs elsewhere",
    Phase.FAILED: "Does not run",
}
LEVELS = {Phase.ON: Level.GOOD, Phase.ELSEWHERE: Level.LOW, Phase.FAILED: Level.CRITICAL}
_TOKEN = "Use it in the place of {vendor}. The key is a token from below, {key}."


def title(standing: Standing) -> str:
    """How it stands, in a word or two."""
    return _TITLES[standing.phase]


def way(way: Way) -> str:
    """What a script changes to ask this account through the gateway."""
    return _TOKEN.format(vendor=way.vendor, key=way.key)


def explained(standing: Standing) -> str:
    """What that means, or what to do."""
    if standing.phase is Phase.ELSEWHERE:
        return ELSEWHERE
    if standing.phase is Phase.FAILED:
        return standing.problem
    if standing.phase is Phase.STOPPING:
        return "Requests under way get a moment to end."
    if standing.phase is Phase.ON and not standing.usual:
        return "Its usual port is taken by another program: scripts need this address instead."
    return "" if standing.phase is Phase.ON else WHAT_IT_IS


def request_words(seen: Seen, entry: Entry | None, hide: bool = False) -> str:
    """What was asked, and what was amiss: "Rank check", "Rank check: It costs 4, ..."."""
    operation = entry.definition.operation(seen.operation) if entry is not None else None
    asked = operation.label if operation is not None else seen.operation or "Other request"
    told = "" if hide and any(letter.isdigit() for letter in seen.note) else seen.note
    return f"{asked}: {told}" if told else asked


def client_name(client: str, hide: bool = False) -> str:
    """Whom a token is for."""
    return (words.HIDDEN if hide else client) if client else NO_CLIENT


def decision(seen: Seen) -> str:
    """What was done with it, and the status that the script got: "Passed, 200"."""
    word = DONE[seen.done][0]
    return f"{word}, {seen.status}" if seen.status else word


def cost_words(seen: Seen, unit: str = "", hide: bool = False) -> str:
    """What it cost and how that is known: "4 reported", "unknown"; "0" of one that was not sent."""
    if seen.cost is None:
        return words.UNKNOWN
    shown = words.number(seen.cost, unit, hide)
    return f"{shown} {_KNOWN[seen.known]}" if seen.known is not None else shown


def known_word(known: Known) -> str:
    """How an amount is known, in one word."""
    return _KNOWN[known]


def when(at: datetime, now: datetime) -> str:
    """A time to the second; with its day where that is another one."""
    here = at.astimezone()
    clock = here.strftime("%H:%M:%S")
    return clock if here.date() == now.astimezone().date() else f"{words.short_day(at, now)} {clock}"


def spent(total: Total, budget: Decimal | None, unit: str = "", hide: bool = False) -> str:
    """What was spent in a period, beside its budget: "12 of 500", "12", "12 and 2 unknown"."""
    said = words.number(total.amount, unit, hide)
    if budget is not None:
        said = f"{said} of {words.number(budget, unit, hide)}"
    return f"{said}, {total.unknown:,} unknown" if total.unknown else said


def is_used_up(total: Total, budget: Decimal | None) -> bool:
    """Whether nothing is left of a budget."""
    return budget is not None and total.amount >= budget
