"""What became of each line of a list, as sections to look at, and as counts: "71 repeated · 6 blank"."""

from collections.abc import Sequence
from dataclasses import dataclass

from creditdesk.core.keywords import Items
from creditdesk.ui.guess import Guess, short_left_out
from creditdesk.ui.items_dialog import Section

_WHY = {"totals": "row of totals", "header": "the header once more"}


@dataclass(frozen=True, slots=True)
class Already:
    """What of a list is tracked already where it would go: `tracked` as they stand in the list, `rest` all others.

    `some` are there on some of the search engines only; they are sent.
    """

    tracked: tuple[str, ...]
    rest: tuple[str, ...]
    some: int = 0


@dataclass(frozen=True, slots=True)
class Holding:
    """A list with all that is known of it."""

    items: Items
    guess: Guess | None = None
    already: Already | None = None

    @property
    def rest(self) -> tuple[str, ...]:
        """The items to add."""
        return self.items.unique if self.already is None else self.already.rest


def counts(held: Holding) -> list[tuple[str, str]]:
    """(section, words) of all that is not added: [("repeated", "71 repeated"), ...]."""
    items = held.items
    tracked = len(held.already.tracked) if held.already else 0
    left_out = held.guess.left_out if held.guess else 0
    found = (
        ("repeated", items.repeated, "repeated"),
        ("tracked", tracked, "already tracked"),
        ("blank", items.blank, "blank"),
        ("unusable", len(items.rejected), "unusable"),
        ("left-out", left_out, f"{short_left_out(held.guess)} left out" if held.guess else ""),
    )
    return [(name, f"{count:,} {said}") for name, count, said in found if count]


def sections(held: Holding) -> list[Section]:
    """All sections, the one that is added first. Costs O(items) where some are tracked already."""
    items = held.items
    there = set(held.already.tracked) if held.already else set()
    added: Sequence[int] = range(len(items.unique))
    tracked: list[int] = []
    if there:
        added = [at for at, text in enumerate(items.unique) if text not in there]
        tracked = [at for at, text in enumerate(items.unique) if text in there]

    def unique(places: Sequence[int], index: int) -> tuple[int, str, str]:
        at = places[index]
        return (items.lines[at] if at < len(items.lines) else 0), items.unique[at], ""

    left = held.guess.left_rows if held.guess else ()

    return [
        Section("add", "To add", len(added), lambda index: unique(added, index)),
        Section("repeated", "Repeated", len(items.repeats), lambda index: (*items.repeats[index], "")),
        Section("tracked", "Already tracked", len(tracked), lambda index: unique(tracked, index)),
        Section("blank", "Blank", len(items.blanks), lambda index: (items.blanks[index], "", "blank")),
        Section("left-out", "Left out", len(left), lambda index: (*left[index][:2], _WHY[left[index][2]])),
        Section(
            "unusable",
            "Unusable",
            len(items.rejected),
            lambda index: (items.rejected[index][0], "", str(items.rejected[index][1])),
        ),
    ]
