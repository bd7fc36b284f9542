"""Which items of a list earlier imports brought to the same place, on the same rows: they would be made twice.

What is removed at the vendor since is not known here; then the user says that they are to be sent again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from creditdesk.core.already import Fields, fields_of
from creditdesk.core.keywords import same
from creditdesk.core.sending import BatchState


@dataclass(frozen=True, slots=True)
class Brought:
    """A batch of an earlier import: its items, the rows each was for, its state, and when it ended or was planned."""

    items: Sequence[str]
    rows: tuple[Mapping[str, str], ...]
    state: BatchState
    at: datetime


@dataclass(frozen=True, slots=True)
class Before:
    """What of a list of `count` items was brought there before, or waits to be.

    `items` are those on any of the list's rows, as the list spells them; of these `partly` are on some of the rows
    only. `at` is when the newest of them was accepted, None where they all wait. `rest`: they are of the part of the
    list that is queued.
    """

    items: tuple[str, ...]
    count: int
    partly: int = 0
    at: datetime | None = None
    rest: bool = False


def sent_before(items: Sequence[str], rows: Sequence[Mapping[str, str]], brought: Iterable[Brought]) -> Before | None:
    """What of these items was brought before on any of `rows` (none: the one row without fields); None for nothing.

    Items and rows are compared as `already` does: case, white space and Unicode form aside. O(items + brought).
    """
    wanted = {fields_of(row) for row in rows or ({},)}
    keys = [same(item) for item in items]
    asked = frozenset(keys)
    found: dict[Fields, set[str]] = {row: set() for row in wanted}
    newest: datetime | None = None
    for each in brought:
        there = wanted & {fields_of(row) for row in each.rows or ({},)}
        if not there:
            continue
        hit = asked.intersection(map(same, each.items))
        for row in there:
            found[row] |= hit
        if hit and each.state is BatchState.ACCEPTED and (newest is None or each.at > newest):
            newest = each.at
    any_row = frozenset[str]().union(*found.values())
    if not any_row:
        return None
    every_row = any_row.intersection(*found.values())
    gone = tuple(item for item, key in zip(items, keys, strict=True) if key in any_row)
    return Before(gone, len(items), len(any_row - every_row), newest)


def before_words(before: Before, item: str, place: str) -> str:
    """A sentence or two: "30 of these 30 keywords were accepted by northlight.example on 21 Nov 2026."."""
    count = len(before.items)
    noun = item if before.count == 1 else f"{item}s"
    was = "was" if count == 1 else "were"
    head = f"{count:,} of these {before.count:,} {noun} "
    if before.at is None:
        told = f"{head}{'is' if count == 1 else 'are'} in another import to {place} that is not finished."
    else:
        told = f"{head}{was} accepted by {place} on {before.at.day} {before.at:%b %Y}."
    return f"{told} {before.partly:,} of them on some of the search engines only." if before.partly else told
