"""What stands beside the verdict: the product and its sum, what the account's own use says, the age of the reading."""

from datetime import datetime
from decimal import Decimal

from creditdesk.core.pools import Source
from creditdesk.ui import words
from creditdesk.ui.board import Entry
from creditdesk.ui.nouns import counted, one
from creditdesk.ui.sizer_case import Answer, total_needs
from creditdesk.ui.sizer_words import range_words

CENT = Decimal("0.01")


def count_line(answer: Answer, hide: bool = False) -> tuple[str, str]:
    """The product and what it comes to: ("620 keywords × 2 search engines = ", "1,240")."""
    question, verdict = answer.question, answer.verdict
    text, product = counted(question.count, question.operation.item), Decimal(question.count)
    bare = False
    for factor in question.operation.factors:
        times = len(question.engines)
        if factor.as_rows and times:
            text += f" × {counted(times, factor.label.lower())}"
            product, bare = product * times, True
    if verdict is None or not verdict.demands or answer.free:
        return text, ""
    needs = total_needs(question.operation, verdict)
    if needs[1] is None and not needs[0]:
        return text, ""
    unit = verdict.demands[0].unit
    told = range_words(needs, unit, hide)
    if not (bare and needs == (product, product)) and not words.is_money(unit) and not hide:
        told = f"{told} {words.unit_word(unit, needs[1] or needs[0])}"
    return f"{text} = ", told


def count_lines(answer: Answer, hide: bool = False) -> tuple[str, str]:
    """The same for several operations: a line each, and what they come to together."""
    question, verdict = answer.question, answer.verdict
    if not question.others:
        return count_line(answer, hide)
    lines = [counted(question.count, question.operation.item)]
    for part in question.parts:
        given = [
            f"{factor.label.lower()} {part.factors[factor.name]}"
            for factor in part.operation.factors
            if part.factors.get(factor.name)
        ]
        told = ", ".join([part.operation.label, *given])
        lines.append(f"{told} × {part.times:,}" if part.times > 1 else told)
    text = "\n".join(lines)
    if verdict is None or not verdict.demands:
        return text, ""
    needs, unit = total_needs(question.operation, verdict), verdict.demands[0].unit
    total = range_words(needs, unit, hide)
    word = "" if words.is_money(unit) or not unit else f" {words.unit_word(unit, needs[1] or needs[0])}"
    return text, f"= {total}{word}"


def observed_line(answer: Answer, hide: bool = False) -> str:
    """What the account's own use says beside the documented price; "" where it says the same, or nothing."""
    seen = answer.verdict.observed if answer.verdict else None
    if seen is None or not seen.differs or hide or answer.verdict is None:
        return ""
    demands = {each.pool: each for each in answer.verdict.demands}
    demand, over = demands.get(seen.pool), demands.get(seen.over)
    if demand is None:
        return ""
    each = one(over.unit) if over is not None and over.unit else "one"
    in_use = f"In this account {words.amount(seen.ratio, demand.unit)} are in use for each {each}."
    needs = f"{words.amount(seen.needs, demand.unit)}, not {words.number(demand.needs_low)}"
    short = ", and would be refused" if demand.left is not None and seen.needs > demand.left else ""
    return f"{in_use} At that rate this import needs {needs}{short}. A pilot shows which is right."


def really_line(answer: Answer, hide: bool = False) -> str:
    """What the account's last import really took, and what this one needs at that rate; "" where there was none."""
    lessons = answer.verdict.lessons if answer.verdict else ()
    if not lessons or hide:
        return ""
    question = answer.question
    on_day = "charged up to" if lessons[0].charged else "on"
    many = counted(lessons[0].items, question.operation.item)
    of = f"{many} {on_day} {words.short_day(lessons[0].at, question.now)}"
    others = [each for each in lessons if each.needs != each.documented]
    if not others and lessons[0].charged:
        return f"{of} really took what the price says."
    if not others:
        told = [
            words.amount(each.each.quantize(CENT).normalize(), each.unit) for each in lessons if each.each is not None
        ]
        rows = next((factor.label.lower() for factor in question.operation.factors if factor.as_rows), "")
        on = f" on each {one(rows)}" if rows else ""
        each = f"{' and '.join(told)} for each {question.operation.item}{on}"
        return f"The last import, {of}, really took {each}, as the price says."
    needs = [f"{words.number(each.needs)} of {each.label}, not {words.number(each.documented)}" for each in others]
    counts = "The price counts here, as you chose."
    if lessons[0].counts:
        counts = "The higher counts here." if any(each.counted for each in lessons) else "The price counts here."
    return f"By what {of} really took, this needs {', and '.join(needs)}. {counts}"


def reading_line(entry: Entry, now: datetime, sends: bool = False) -> str:
    """How old the reading is, and what that means. `sends`: the desk can send the import itself."""
    reading = entry.reading
    if reading.snapshot is None:
        return "Never read." if entry.definition.readable else "No balance was typed yet."
    seconds = (now - reading.snapshot.read_at).total_seconds()
    age = f"{words.duration(seconds)} ago" if seconds >= 1 else "just now"
    if reading.snapshot.source in (Source.BY_HAND, Source.ESTIMATED):
        verb = "Typed by hand" if reading.snapshot.source is Source.BY_HAND else "Estimated; typed by hand"
        return f"{verb} {age}. What was used since then is not counted."
    trouble = f" {words.remedy(reading.trouble).title} since." if reading.trouble else ""
    again = "It is read again just before each request, because others" if sends else "Others"
    return f"Quota read {age}.{trouble} {again} may use it meanwhile."
