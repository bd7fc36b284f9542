"""The rows of a vendor's list as values, and reading a list whole although it may change meanwhile."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from creditdesk.core.amounts import parse_amount
from creditdesk.core.bulk import ListRule, RowRule
from creditdesk.core.pools import Trouble, TroubleKind
from creditdesk.core.sending import Tracked
from creditdesk.providers.strict_json import BadAnswer
from creditdesk.providers.values import Scene, find

MOST_PAGES = 5_000
MOST_PASSES = 5
LEAST_SIZE = 50
_MOST_ID = 200
_MOST_TEXT = 10_000

Ask = Callable[[int, int], Awaitable["Page | Trouble"]]
"""Asks for a page by its number (from 1) and size (0: the most there may be)."""
Wait = Callable[[Trouble, int], Awaitable[bool]]
"""Waits after a trouble, the n-th in a row (from 1); false: it is given up."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list. `pages` and `total` as its headers tell, None where they do not."""

    rows: tuple[Tracked, ...]
    pages: int | None = None
    total: int | None = None


def page_of(rule: ListRule, data: object, headers: Mapping[str, str], scene: Scene) -> Page:
    """The rows of an answer. Raises BadAnswer where it has no list, or a row without an id or a text."""
    listed = find(rule.row.rows, data)
    if not isinstance(listed, list):
        raise BadAnswer(f"{rule.row.rows} is not a list")
    rows = tuple(_row(rule.row, row, scene) for row in listed)
    if rule.page is None:
        return Page(rows, 1)
    return Page(rows, _count(headers, rule.page.pages), _count(headers, rule.page.total))


def _count(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip() if name else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _row(rule: RowRule, row: object, scene: Scene) -> Tracked:
    row_id = _text(find(rule.id, row), scene)
    text = _text(find(rule.text, row), scene) or (row_id if not rule.fields else "")
    if not row_id or not text or len(row_id) > _MOST_ID:
        raise BadAnswer("a row has no id or no text")
    fields = {name: _text(find(path, row), scene) for name, path in rule.fields.items()}
    active = find(rule.active, row) if rule.active else None
    since = find(rule.since, row) if rule.since else None
    rank = parse_amount(find(rule.rank, row)) if rule.rank else None
    return Tracked(row_id, text, fields, active if isinstance(active, bool) else None, _instant(since), rank)


def _text(value: object, scene: Scene) -> str:
    """A vendor's text, whole: it is compared, not only shown."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return ""
    return scene.hide(str(value)[:_MOST_TEXT])


def _instant(value: object) -> datetime | None:
    if not isinstance(value, str) or len(value) > 64:
        return None
    try:
        at = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


async def read_whole(ask: Ask, wait: Wait, most: int) -> tuple[Tracked, ...] | Trouble:
    """All rows of a list. Rows may come and go between two pages: then it is read again from its beginning.

    `most` is the size of the pages; smaller ones are asked for where a page cannot be read.
    """
    size = most
    for _ in range(MOST_PASSES):
        found = await _pass(ask, wait, size)
        if isinstance(found, tuple):
            return found
        if found.kind is TroubleKind.BAD_ANSWER and size > LEAST_SIZE:
            size = max(size // 4, LEAST_SIZE)  # the page may have been too long
        elif found is not _CHANGED:
            return found
    return found


_CHANGED = Trouble(TroubleKind.VENDOR_DOWN, "The vendor's list changed again and again while it was read.")


async def _pass(ask: Ask, wait: Wait, size: int) -> tuple[Tracked, ...] | Trouble:
    """The list, read once; `_CHANGED` when it did not stand still."""
    rows: dict[str, Tracked] = {}
    first: Page | None = None
    for number in range(1, MOST_PAGES + 1):
        page = await _page(ask, wait, number, size)
        if isinstance(page, Trouble):
            return page
        first = first or page
        if (page.pages, page.total) != (first.pages, first.total) or any(row.id in rows for row in page.rows):
            return _CHANGED
        rows.update((row.id, row) for row in page.rows)
        if (not page.rows) if page.pages is None else number >= page.pages:
            break
    else:
        return Trouble(TroubleKind.BAD_ANSWER, "The vendor's list is longer than the desk can read.")
    if first is not None and first.total is not None and first.total != len(rows):
        return _CHANGED
    return tuple(rows.values())


async def _page(ask: Ask, wait: Wait, number: int, size: int) -> "Page | Trouble":
    tries = 0
    while isinstance(page := await ask(number, size), Trouble):
        tries += 1
        if not await wait(page, tries):
            return page
    return page
