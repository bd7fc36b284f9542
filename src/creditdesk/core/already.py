"""Which items of a list are tracked at a place already, on every row (search engine) that the list is for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from creditdesk.core.keywords import same, tidy
from creditdesk.core.sending import Tracked

Fields = frozenset[tuple[str, str]]


def already(
    items: Iterable[str], rows: Sequence[Mapping[str, str]], tracked: Iterable[Tracked]
) -> tuple[tuple[str, ...], int]:
    """(the items that are there on all rows, how many are there on some of them only).

    Items are compared as a list's own repeats are; rows by their fields, case, white space and Unicode form
    aside. A paused row is no longer tracked. Without `rows` an item that is there on any row counts as there.
    """
    wanted = {fields_of(row) for row in rows}
    there: defaultdict[str, set[Fields]] = defaultdict(set)
    names = {name for row in rows for name in row}
    for each in tracked:
        if each.active is not False:
            there[same(tidy(each.text))].add(fields_of({name: each.fields.get(name, "") for name in names}))
    whole, some = [], 0
    for item in items:
        found = there.get(same(item))
        if found is None:
            continue
        if wanted <= found:
            whole.append(item)
        elif wanted & found:
            some += 1
    return tuple(whole), some


def fields_of(row: Mapping[str, str]) -> Fields:
    """A row as it is compared: its fields, case, white space and Unicode form aside."""
    return frozenset((name, same(tidy(value))) for name, value in row.items())
