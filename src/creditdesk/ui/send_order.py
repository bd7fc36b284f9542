"""What the user asks to be sent, as a value: made by the sizer's page, confirmed in a sheet, carried out by the app."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from creditdesk.core.bulk import BulkRule
from creditdesk.core.import_plan import pick
from creditdesk.core.keywords import Items
from creditdesk.core.queueing import Queue
from creditdesk.core.sending import Place
from creditdesk.core.sent_before import Before
from creditdesk.ui.sizer_case import Answer
from creditdesk.ui.sizer_sections import Holding


@dataclass(frozen=True, slots=True)
class Order:
    """`count` items to be sent as `rule` says. `first` 0: all that is not in `leave_out`.

    `batch` items go in a request, 0: as the vendor's definition says. `confirmed`: the user agreed to pass a limit.
    With `queue` it waits; `rest` is what the items after the first ones wait for, None where they are not queued.
    `client` is whom it is for, "" for its account's client. `again`: also what an earlier import brought there.
    """

    account: str
    rule: BulkRule
    place: Place
    items: Items
    count: int
    factors: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[Mapping[str, str], ...] = ()
    first: int = 0
    leave_out: tuple[str, ...] = ()
    reserve: Mapping[str, Decimal] = field(default_factory=dict)
    batch: int = 0
    confirmed: bool = False
    queue: Queue | None = None
    rest: Queue | None = None
    client: str = ""
    again: bool = False

    def without(self, before: Before) -> "Order":
        """The same without what was brought there before. It may be `empty` then."""
        gone = 0 if before.rest else len(before.items)
        leave_out = (*self.leave_out, *before.items)
        first = max(self.first - gone, 0)
        return replace(self, leave_out=leave_out, count=max(self.count - gone, 0), first=first)

    @property
    def after(self) -> "Order":
        """The items after the first ones, as an order of their own."""
        items = pick(self.items.unique, self.leave_out, self.first).items
        gone = (*self.leave_out, *items)
        return replace(self, first=0, leave_out=gone, queue=self.rest, rest=None)


def rule_of(answer: Answer) -> BulkRule | None:
    """How what was asked is sent, None where the desk cannot send it."""
    question = answer.question
    return question.entry.definition.bulk(question.operation.id)


def order_of(answer: Answer, held: Holding, place: Place | None, queued: bool = False) -> Order | None:
    """What would be sent, or (`queued`) could wait, as it stands; None when it cannot be."""
    rule, question, chosen = rule_of(answer), answer.question, answer.chosen
    if rule is None or place is None or why_not(answer, place, True, queued):
        return None
    return Order(
        question.entry.id,
        rule,
        place,
        held.items,
        question.count,
        question.factors,
        tuple({name: getattr(each, name) for name in rule.row_fields} for each in question.engines),
        chosen.items if chosen is not None and chosen.kept else 0,
        held.already.tracked if held.already else (),
        question.reserve,
    )


def why_not(answer: Answer, place: Place | None, has_list: bool, queued: bool = False) -> str:
    """Why this cannot be sent as it stands, one sentence; "" when it can. What is `queued` need not fit now."""
    question, rule = answer.question, rule_of(answer)
    if rule is None:
        return f"creditdesk does not send “{question.operation.label}”."
    if question.others:
        return "Only one operation is sent at a time. Remove the others."
    if not has_list:
        return "There is no list to send, only a number."
    if not answer.taken and (not queued or answer.verdict is None):
        return "It would not be taken as it is. Choose a way to make it fit."
    if place is None:
        return f"Choose the {rule.place} first."
    return "" if question.count else "There is nothing to send."


class SentLists:
    """Lists that were sent from this window: none goes to the same place once more as it is."""

    def __init__(self) -> None:
        self._orders: list[Order] = []

    def add(self, order: Order) -> None:
        """This one is on its way."""
        self._orders.append(order)

    def why_not(self, where: tuple[str, Place], held: Holding, subtracts: bool) -> str:
        """Why a list may not go to this account and place: something of it is, or may be, there already; or ""."""
        account, place = where
        if held.already is not None:
            return ""
        if subtracts:
            return "What is tracked already is not known yet."
        here = [each for each in self._orders if (each.account, each.place.id) == (account, place.id)]
        sent = any(each.items is held.items for each in here)
        return "This list was sent there. Subtract what is tracked already to send the rest." if sent else ""
