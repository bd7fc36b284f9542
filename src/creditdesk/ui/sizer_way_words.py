"""Ways to make an import fit, in words: what is done, what its button says, and what is chosen."""

from collections.abc import Callable, Mapping

from creditdesk.core.offers import Operation
from creditdesk.core.verdict import Why
from creditdesk.core.ways import Loss, LossKind, Way, WayKind
from creditdesk.ui import words
from creditdesk.ui.nouns import counted, many
from creditdesk.ui.sizer_case import Answer, Question
from creditdesk.ui.sizer_engines import Engine

_HIDDEN: Mapping[WayKind, str] = {
    WayKind.PART: "Send the part that fits now, keep the rest for later",
    WayKind.RESERVE: "Send the part that keeps the reserve, keep the rest for later",
    WayKind.LATER: "Send the part that fits now, the rest after the reset",
    WayKind.FREE: "Pause tracked ones first, oldest first",
    WayKind.PACKS: "Buy what is missing",
    WayKind.PLAN: "Raise the plan",
}
_BUTTONS: Mapping[WayKind, str] = {
    WayKind.FREE: "Choose…",
    WayKind.PACKS: "Buy…",
    WayKind.PLAN: "Open plans",
}


def way_words(way: Way, answer: Answer, hide: bool = False) -> str:
    """What this way does, one line."""
    question = answer.base or answer.question
    if hide and way.kind in _HIDDEN:
        return _HIDDEN[way.kind]
    say = _SAID.get(way.kind)
    return say(way, answer, question, hide) if say else ""


def gives_up(way: Way, answer: Answer, hide: bool = False) -> str:
    """What is given up by this way, in sentences; "" for nothing."""
    question = answer.base or answer.question
    said = (_loss_words(loss, question, way) for loss in way.gives_up)
    return words.HIDDEN if hide and way.gives_up else " ".join(each for each in said if each)


def button_words(way: Way) -> str:
    """What the button of this way says."""
    return _BUTTONS.get(way.kind, "Choose")


def money_words(way: Way, hide: bool = False) -> str:
    """What this way costs in money: "$49.00", "$49.00 a month", the vendor's own words, "" where nothing."""
    if way.money is None:
        return words.HIDDEN if hide and way.price else way.price
    told = words.amount(way.money, way.currency, hide)
    return f"{told} a month" if way.kind is WayKind.PLAN else told


def chosen_words(way: Way, question: Question, hide: bool = False) -> str:
    """A way that was chosen, short: "the first 179 keywords", "depth 10"."""
    item = question.operation.item
    first = "the part that fits" if hide else f"the first {counted(way.items, item)}"
    if way.kind is WayKind.ALL:
        return "all of it"
    if way.kind is WayKind.PILOT:
        return f"a pilot of {counted(way.items, item)}"
    if way.kind is WayKind.FACTOR:
        chosen = _factor_words(way, question)
    elif way.kind is WayKind.ROW:
        chosen = _row_words(way, question.engines, question.operation)
    else:
        return first
    chosen = chosen[:1].lower() + chosen[1:]
    return f"{chosen}, {first}" if way.kept else chosen


def _all(way: Way, _answer: Answer, question: Question, _hide: bool) -> str:
    return f"Send all {counted(way.items, many(question.operation.item))}"


def _part(way: Way, answer: Answer, question: Question, _hide: bool) -> str:
    why = answer.plain.why if answer.plain else Why.NONE
    how = {WayKind.RESERVE: "the reserve stays, "}.get(way.kind, "without overage, " if why is Why.OVERAGE else "")
    return f"Send the first {counted(way.items, question.operation.item)} now, {how}keep {way.kept:,} for later"


def _later(way: Way, _answer: Answer, question: Question, _hide: bool) -> str:
    when = f" on {words.short_day(way.at, question.now)}" if way.at else ""
    rest = f"{way.then_items:,}" if way.then_items < way.kept else f"the other {way.kept:,}"
    first = f"Send the first {counted(way.items, question.operation.item)} now, " if way.items else "Send "
    return f"{first}{rest} after the reset{when}"


def _factor(way: Way, _answer: Answer, question: Question, hide: bool) -> str:
    was = [loss.was for loss in way.gives_up if loss.kind is LossKind.FACTOR and loss.was]
    instead = f" instead of {', '.join(was)}" if was else ""
    return _with_rest(f"{_factor_words(way, question)}{instead}", way, question, hide)


def _row(way: Way, _answer: Answer, question: Question, hide: bool) -> str:
    return _with_rest(_row_words(way, question.engines, question.operation), way, question, hide)


def _free(way: Way, _answer: Answer, question: Question, hide: bool) -> str:
    rule = question.entry.definition.bulk(question.operation.id)
    verb = "Delete" if rule is not None and rule.pause is None else "Pause"
    item = question.operation.item
    noun = item if way.short == 1 else many(item)
    return f"{verb} {words.number(way.short, '', hide)} tracked {noun} first, oldest first"


def _packs(way: Way, _answer: Answer, _question: Question, _hide: bool) -> str:
    bought = [f"{buy.count:,} × {buy.label}" if buy.count > 1 else buy.label for buy in way.buys]
    return f"Buy {_listed(bought)}"


def _plan(way: Way, _answer: Answer, _question: Question, hide: bool) -> str:
    if way.at_least is None:
        return f"Raise the plan to {way.label}"
    limit = words.amount(way.at_least, way.unit, hide)
    return f"Raise the plan to at least {limit}"


def _pilot(way: Way, _answer: Answer, question: Question, _hide: bool) -> str:
    return f"Send a pilot of {counted(way.items, question.operation.item)} first, and look at what it used"


_SAID: Mapping[WayKind, Callable[[Way, Answer, Question, bool], str]] = {
    WayKind.ALL: _all,
    WayKind.PART: _part,
    WayKind.RESERVE: _part,
    WayKind.LATER: _later,
    WayKind.FACTOR: _factor,
    WayKind.ROW: _row,
    WayKind.FREE: _free,
    WayKind.PACKS: _packs,
    WayKind.PLAN: _plan,
    WayKind.PILOT: _pilot,
}


def _loss_words(loss: Loss, question: Question, way: Way) -> str:
    item, amount = question.operation.item, int(loss.amount)
    if loss.kind is LossKind.ITEMS:
        return f"{counted(amount, item)} not sent now: export the rest."
    if loss.kind is LossKind.TIME:
        return f"{counted(amount, item)} wait for the reset{', whose day is assumed' if way.assumed else ''}."
    if loss.kind is LossKind.FACTOR:
        return f"{way.label} {loss.becomes} instead of {loss.was}."
    if loss.kind is LossKind.ROW and amount < len(question.engines):
        return f"Nothing on {question.engines[amount].words}."
    if loss.kind is LossKind.TRACKED:
        return f"{counted(amount, item)} not checked any more until resumed."
    if loss.kind is LossKind.RESERVE:
        return f"{words.number(loss.amount)} of the reserve used."
    return f"{words.number(loss.amount)} over the plan, billed." if loss.kind is LossKind.OVERAGE else ""


def _with_rest(text: str, way: Way, question: Question, hide: bool) -> str:
    if not way.kept:
        return text
    return f"{text}, and send {'what fits' if hide else counted(way.items, question.operation.item)} now"


def _factor_words(way: Way, question: Question) -> str:
    """ "Depth 10"; of several operations with the name of the one that is changed."""
    text = ", ".join(f"{way.label} {value}" for value in way.factors.values())
    if question.others:
        text = f"{question.parts[way.part].operation.label}: {text[:1].lower()}{text[1:]}"
    return text[:1].upper() + text[1:]


def _row_words(way: Way, engines: tuple[Engine, ...], operation: Operation) -> str:
    """ "Track on desktop only" where that is all the difference, else "Leave out google · US · en · mobile"."""
    if not 0 <= way.row < len(engines):
        return "Leave one out"
    gone = engines[way.row]
    rest = [each for place, each in enumerate(engines) if place != way.row]
    others = [
        name
        for name in ("name", "location", "language", "device")
        if any(getattr(each, name) != getattr(gone, name) for each in rest)
    ]
    only = {getattr(each, others[0]) for each in rest} if len(others) == 1 else set()
    if len(only) == 1 and others[0] in ("name", "device"):
        verb = operation.label.split(" ")[0]
        return f"{verb} on {only.pop()} only"
    return f"Leave out {gone.words}"


def _listed(found: list[str]) -> str:
    return " and ".join([", ".join(found[:-1]), found[-1]]) if len(found) > 1 else "".join(found)
