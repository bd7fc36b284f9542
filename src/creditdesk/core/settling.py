"""Whether a batch that may have reached the vendor is there: told by the vendor's own list, and by nothing else.

The worst mistake is to call a batch absent that did arrive: it would be sent, and paid, twice. So "not there" needs a
list that began when the request could no longer be on its way, and that has no new rows which may be the batch in
another spelling. Whatever lies between is left to the user.
"""

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from creditdesk.core.keywords import same, tidy
from creditdesk.core.sending import Tracked

SETTLE_S = 35.0
"""Seconds after which a request that was given up is no longer on its way: its deadline, and a margin."""

Key = tuple[str, ...]
"""What a row is known by: its text and its compared fields, folded."""


class Found(StrEnum):
    """What a list says of a batch."""

    THERE = "there"
    ABSENT = "absent"
    EARLY = "early"  # nothing of it is there yet, and the request may still be on its way
    OPEN = "open"  # it cannot be told


@dataclass(frozen=True, slots=True)
class Question:
    """A batch that may have arrived.

    `rows` are what each item was sent with (search engines), () for none; `compared` the names of their fields that
    the list tells, too. `baseline`: the ids that the place had before the sending. `others`: the items of its other
    batches. `quiet`: the list began when the request could no longer be on its way. `accepted`: the vendor did accept
    it, and made fewer rows than were asked for: then rows that were there before count, and it is never absent.
    """

    items: Sequence[str]
    rows: tuple[Mapping[str, str], ...] = ()
    compared: tuple[str, ...] = ()
    baseline: Collection[str] = frozenset()
    others: Sequence[str] = ()
    quiet: bool = False
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What the list says, in words; `there` of the `wanted` rows are listed and were not before."""

    found: Found
    there: int
    wanted: int
    detail: str


def settle(question: Question, listed: Sequence[Tracked]) -> Finding:
    """What the vendor's whole list of the place says of a batch."""
    wanted = Counter(_wanted(question))
    count = wanted.total()
    fresh = [row for row in listed if row.id not in question.baseline]
    keys = [(row, key_of(row.text, row.fields, question.compared)) for row in fresh]
    there = Counter(key for _, key in keys if key in wanted)
    seen = sum(min(there[key], number) for key, number in wanted.items())
    if seen == count:
        return Finding(Found.THERE, seen, count, f"The vendor's list has all {count:,} rows of it.")
    before = _before(question, listed, wanted)
    if (seen or question.accepted) and all(there[key] + before[key] >= number for key, number in wanted.items()):
        return Finding(Found.THERE, seen, count, _partly_new(question, listed, wanted, seen))
    if question.accepted:
        known = seen + _known(wanted - there, before)
        told = f"The vendor accepted it, and its list has {known:,} of its {count:,} rows."
        return Finding(Found.OPEN, seen, count, told)
    if seen:
        return Finding(Found.OPEN, seen, count, f"The vendor's list has {seen:,} of its {count:,} rows.")
    if not question.quiet:
        return Finding(Found.EARLY, 0, count, "The vendor's list does not have it yet.")
    return _absent(question, [row for row, key in keys if key not in wanted], (count, count - _known(wanted, before)))


class Part(StrEnum):
    """What lists say of one item of a batch of which a part arrived."""

    THERE = "there"  # all its rows
    MISSING = "missing"  # none of them, in none of the lists, and nothing that may be one in other words
    OPEN = "open"  # it cannot be told


def parted(question: Question, *lists: Sequence[Tracked]) -> tuple[Part, ...]:
    """What whole lists of the place, read one after the other, say of each item. Before the quiet time none is missing.

    An item of which only some rows are there is open: sent again as a whole it would be there twice in part.
    """
    each = [_parted(question, listed) for listed in lists]
    return tuple(_agreed(set(said)) for said in zip(*each, strict=True))


class Rows:
    """What a whole list of a place has, new and from before, to ask it about many batches."""

    def __init__(self, listed: Iterable[Tracked], baseline: Collection[str], compared: Sequence[str]) -> None:
        self._compared = compared
        self._all: Counter[Key] = Counter()
        self._new: Counter[Key] = Counter()
        for row in listed:
            key = key_of(row.text, row.fields, compared)
            self._all[key] += 1
            self._new[key] += row.id not in baseline

    def have(self, items: Sequence[str], rows: tuple[Mapping[str, str], ...]) -> bool:
        """Whether all that these items would make is there, and some of it was not before."""
        wanted = Counter(_wanted(Question(items, rows, tuple(self._compared))))
        return self._all >= wanted and any(self._new[key] for key in wanted)


def folded(text: str) -> str:
    """Text that is equal for two spellings of one item."""
    return same(tidy(text))


def key_of(text: str, fields: Mapping[str, str], compared: Sequence[str]) -> Key:
    """What a row is known by. A field that is not told is empty, and equals none that is."""
    return (folded(text), *(_field(fields.get(name, "")) for name in compared))


def _field(value: str) -> str:
    return folded(value)


def _wanted(question: Question) -> Iterable[Key]:
    for item in question.items:
        for row in question.rows or ({},):
            yield key_of(item, row, question.compared)


def _before(question: Question, listed: Sequence[Tracked], wanted: Counter[Key]) -> Counter[Key]:
    """The rows of these keys that were there before the sending, and are there still."""
    old = (row for row in listed if row.id in question.baseline)
    keys = (key_of(row.text, row.fields, question.compared) for row in old)
    return Counter(key for key in keys if key in wanted)


def _partly_new(question: Question, listed: Sequence[Tracked], wanted: Counter[Key], seen: int) -> str:
    """Words for a batch that is there, in part from before."""
    old = (row for row in listed if row.id in question.baseline and row.active is False)
    paused = sum(key_of(row.text, row.fields, question.compared) in wanted for row in old)
    rest = f"{wanted.total() - seen:,}"
    told = f"The vendor's list has {seen:,} new rows of it; the other {rest}" if seen else f"All {rest} rows of it"
    return f"{told} were there before{f', {paused:,} of them paused' if paused else ''}."


def _agreed(said: set[Part]) -> Part:
    if Part.THERE in said:
        return Part.THERE
    return Part.MISSING if said == {Part.MISSING} else Part.OPEN


def _parted(question: Question, listed: Sequence[Tracked]) -> list[Part]:
    """What one list says of each item of a batch."""
    wanted = Counter(_wanted(question))
    fresh = [row for row in listed if row.id not in question.baseline]
    keys = Counter(key_of(row.text, row.fields, question.compared) for row in fresh)
    before = _before(question, listed, wanted)
    own = [Counter(_wanted(replace(question, items=(item,)))) for item in question.items]
    said = [_part(each, keys, before) for each in own]
    missing = [item for item, part in zip(question.items, said, strict=True) if part is Part.MISSING]
    strangers = [row for row in fresh if key_of(row.text, row.fields, question.compared) not in wanted]
    rows = len(missing) * max(len(question.rows), 1)
    if not question.quiet or _absent(replace(question, items=missing), strangers, (rows, rows)).found is Found.OPEN:
        return [Part.OPEN if part is Part.MISSING else part for part in said]
    return said


def _part(wanted: Counter[Key], fresh: Counter[Key], before: Counter[Key]) -> Part:
    if all(fresh[key] >= number for key, number in wanted.items()):
        return Part.THERE
    return Part.OPEN if any(fresh[key] or before[key] for key in wanted) else Part.MISSING


def _known(wanted: Counter[Key], before: Counter[Key]) -> int:
    return sum(min(before[key], number) for key, number in wanted.items())


def _absent(question: Question, strangers: Sequence[Tracked], counts: tuple[int, int]) -> Finding:
    """None of its rows is there. New rows of no batch may be this one in other words; then it cannot be told."""
    count, new = counts
    fresh = {folded(row.text) for row in strangers}
    own = {folded(item) for item in question.items}
    others = {folded(item) for item in question.others}
    plain = fresh - others | fresh & own  # another batch's row in its own spelling is explained
    loose_own = {_loose(item) for item in own}
    alike = sum(text in own or _loose(text) in loose_own for text in plain)
    loose_others = {_loose(item) for item in others} if plain else frozenset()
    unknown = sum(folded(row.text) in plain and _loose(folded(row.text)) not in loose_others for row in strangers)
    if alike:
        told = f"The vendor's list has {alike:,} new rows that look like rows of it, written differently."
        return Finding(Found.OPEN, 0, count, told)
    if new and unknown * 2 >= new:
        told = f"The vendor's list has {unknown:,} new rows that are not of this import; they may be its rows."
        return Finding(Found.OPEN, 0, count, told)
    return Finding(Found.ABSENT, 0, count, "The vendor's list does not have it.")


def _loose(text: str) -> str:
    """The letters and digits of a text alone, without marks: equal where a vendor writes an item in its own way."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if sign.isalnum())
