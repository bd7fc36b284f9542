"""How a vendor takes a whole list: where it may go, what is there already, how it is created, paused and removed.

Read from the `[[bulk]]` tables of a definition. In the templates `{place}` is the id of the place (a domain), `{id}`
the id of a row; `{items}` and `{rows}` stand alone as a value of the create's JSON body and become lists: the texts of
the items, and the rows of the factor that lists rows (search engines), each an object.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from creditdesk.core.offers import Fact
from creditdesk.core.requests import RequestRule


@dataclass(frozen=True, slots=True)
class PageRule:
    """How a list is paged: the query names of the page's number (from 1) and size, the most rows a page may have.

    `pages` is the header that tells how many pages there are, in small letters; "" where none does: then a page that
    is not full is the last. `total` is the header that tells how many rows there are, "" where none does.
    """

    number: str
    size: str
    most: int
    pages: str = ""
    total: str = ""


@dataclass(frozen=True, slots=True)
class RowRule:
    """Where the rows of an answer stand, and what each says; expressions, "" for what the vendor does not tell.

    `text` is the item (or the place's name), `fields` the row's own values by the name they have in a create
    (name, location, language, device), `active` whether it occupies a place, `since` when it was added, `rank` its
    last position.
    """

    rows: str
    id: str
    text: str
    fields: Mapping[str, str] = field(default_factory=dict)
    active: str = ""
    since: str = ""
    rank: str = ""


@dataclass(frozen=True, slots=True)
class ListRule:
    """A list that can be read, whole."""

    request: RequestRule
    row: RowRule
    page: PageRule | None = None


@dataclass(frozen=True, slots=True)
class BulkRule:
    """How lists of one operation are sent. `place` is the noun of where they go ("domain").

    `batch` is the number of items a request unless the user sets another; `rows` the factor whose rows are sent along,
    `row_fields` what each of them says.
    """

    operation: str
    fact: Fact
    place: str
    places: ListRule
    items: ListRule
    create: RequestRule
    created: RowRule
    batch: int = 100
    rows: str = ""
    row_fields: tuple[str, ...] = ()
    pause: RequestRule | None = None
    resume: RequestRule | None = None
    remove: RequestRule | None = None


@dataclass(frozen=True, slots=True)
class ProbeRule:
    """A free question that tells which items would be charged: those that the answer does not list.

    `batch` items a request; `found` selects the items listed, `charged` what the question itself cost, which must be 0.
    """

    operation: str
    fact: Fact
    request: RequestRule
    batch: int
    found: str
    charged: str
