"""The sentences on a card and the buttons that answer them: troubles, notices, expiries, what is enough for what."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from decimal import Decimal

from creditdesk.core.definition import Definition
from creditdesk.core.offers import Pack, holds
from creditdesk.core.pools import Pool
from creditdesk.ui import nouns, words
from creditdesk.ui.board import Entry
from creditdesk.ui.standing import cost_line, mark_of, read_words

EXPIRY_NEWS_DAYS = 30


@dataclass(frozen=True, slots=True)
class Ask:
    """A button on a card: what it says and what it asks for. `given` goes with it (a setting, a link)."""

    label: str
    what: str
    given: Mapping[str, str] = field(default_factory=dict)
    kind: str = "secondary"


@dataclass(frozen=True, slots=True)
class Note:
    """A quiet sentence on a card, with the button that answers it or None."""

    text: str
    ask: Ask | None = None
    title: str = ""


def first_note(definition: Definition) -> Note:
    """What a card says before the first reading."""
    if definition.readable:
        return Note(f"Not read yet. {cost_line(definition)}".strip(), Ask(read_words(definition), "refresh"))
    return Note(
        f"{definition.name} has no way to read a balance. Type what its page shows.",
        Ask("Type a balance", "type_balance"),
    )


def trouble_notes(entry: Entry, now: datetime) -> tuple[Note, ...]:
    """Why the account could not be read, when it is tried again, and the way out."""
    trouble = entry.reading.trouble
    if trouble is None:
        return ()
    remedy = words.remedy(trouble)
    due = entry.reading.due_at
    if trouble.retry_at is not None and due is not None:
        trouble = replace(trouble, retry_at=max(trouble.retry_at, due))  # never sooner than the account's own interval
    by_itself = not entry.definition.manual
    text = f"{remedy.why} {words.next_try(trouble, now) if by_itself else cost_line(entry.definition)}".strip()
    given = {"action": remedy.action.value, "url": entry.definition.dashboard}
    retry = remedy.action is words.Action.RETRY and not by_itself
    label = read_words(entry.definition) if retry else remedy.button_label
    ask = Ask(label, "remedy", given) if label else None
    return (Note(text, ask, title="" if entry.reading.snapshot else remedy.title),)


def inferred_notes(entry: Entry) -> tuple[Note, ...]:
    """That the numbers were guessed, until the user confirms them."""
    snapshot = entry.reading.snapshot
    if snapshot is None or not snapshot.inferred or entry.reading.account.confirmed:
        return ()
    text = "Inferred from an answer that the vendor does not document. Compare it with the vendor's page."
    return (Note(text, Ask("Confirm", "confirm")),)


def reading_notes(entry: Entry) -> tuple[Note, ...]:
    """Where it was never read, how; that its vendor's file was never tried; and, where a reading costs, the button."""
    definition, first = entry.definition, entry.reading.snapshot is None
    found = [first_note(definition)] if first and entry.reading.trouble is None else []
    if line := mark_of(entry):
        found.append(Note(f"{line[:1].upper()}{line[1:]}."))
    if definition.manual and not first and entry.reading.trouble is None:
        found.append(Note(cost_line(definition), Ask(read_words(definition), "refresh")))
    return tuple(found)


def notices(definition: Definition, chosen: Mapping[str, str]) -> tuple[Note, ...]:
    """What the vendor's file says while its condition holds."""
    return tuple(
        Note(notice.text, Ask(notice.button, "setting", dict(notice.set)) if notice.button and notice.set else None)
        for notice in definition.notices
        if holds(notice.when, chosen)
    )


def offers(definition: Definition) -> tuple[Note, ...]:
    """The smallest pack on sale, with the way to the shop; every pack stands in the card's menu."""
    if not definition.packs:
        return ()
    first = min(definition.packs, key=lambda pack: pack.price)
    when = words.short_day(datetime.combine(first.fact.as_of, time(12), UTC))
    text = f"Packs from {words.amount(first.price, first.currency)} ({first.label}), as of {when}."
    return (Note(text, Ask("Buy credits", "link", {"url": first.url})),)


def pack_line(pack: Pack) -> str:
    """ "1,000 shared credits, $5.00"."""
    return f"{pack.label}, {words.amount(pack.price, pack.currency)}"


def expiry_news(entry: Entry, pools: tuple[Pool, ...], now: datetime) -> tuple[Note, ...]:
    """The next expiry within a month that comes before the pool is used up, with what would be lost."""
    soon = [
        pool
        for pool in pools
        if pool.expires_at is not None and 0 <= (pool.expires_at - now).days < EXPIRY_NEWS_DAYS and (pool.left or 0) > 0
    ]
    if not soon:
        return ()
    pool = min(soon, key=lambda each: each.expires_at or now)
    assert pool.expires_at is not None and pool.left is not None
    run_out = next((each for each in entry.reading.run_outs if each.pool == pool.id), None)
    if run_out is not None and run_out.at <= pool.expires_at:
        return ()
    when = words.day(pool.expires_at, now)
    if run_out is None:
        return (Note(f"{pool.label} expires {when}."),)
    spent = run_out.per_day * Decimal((pool.expires_at - now).total_seconds()) / 86400
    unused = run_out.wasted if run_out.wasted is not None else max(Decimal(0), pool.left - spent)
    return (Note(f"{pool.label} expires {when}, with about {words.amount(Decimal(round(unused)), pool.unit)} unused."),)


def enough(definition: Definition, pools: tuple[Pool, ...]) -> tuple[Note, ...]:
    """For how many items the credits suffice, where the vendor has one operation and documents its price as a range."""
    priced = [op for op in definition.operations if op.prices and any(price.low > 0 for price in op.prices)]
    if len(priced) != 1 or not definition.total_label or len(priced[0].prices) != 1:
        return ()
    price, operation = priced[0].prices[0], priced[0]
    sum_left = total(tuple(pool for pool in pools if drains(definition, pool.id)))
    if sum_left is None or price.high is None or price.high <= price.low or price.per != "item" or price.steps:
        return ()
    few, many = int(max(sum_left, Decimal(0)) // price.high), int(max(sum_left, Decimal(0)) // price.low)
    low, high = words.number(price.low), words.number(price.high)
    return (Note(f"Enough for {few:,} to {nouns.counted(many, operation.item)}, at {high} to {low} credits each."),)


def drains(definition: Definition, pool_id: str) -> bool:
    """Whether this pool is in the vendor's drain order ("grant:*" stands for a family); all are when it has none."""
    family = pool_id.partition(":")[0] + ":*"
    return not definition.drain or pool_id in definition.drain or family in definition.drain


def total(pools: tuple[Pool, ...]) -> Decimal | None:
    """What is left in these pools together; None when one of them is unknown or they differ in unit."""
    if len({pool.unit for pool in pools}) != 1 or any(pool.left is None for pool in pools):
        return None
    return sum((pool.left for pool in pools if pool.left is not None), Decimal(0))
