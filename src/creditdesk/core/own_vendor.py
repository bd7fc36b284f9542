"""What the page for an own vendor tells and is told: what a value of a sample answer is, and what was guessed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from creditdesk.core.definition import Credential, Definition, Param
from creditdesk.core.pools import Snapshot, Trouble
from creditdesk.core.requests import RequestRule

Place = tuple[str | int, ...]
"""Where a value stands in an answer: names and row numbers from the outside in; () is the answer itself."""


class Role(StrEnum):
    """What a value of an answer is."""

    LEFT = "remaining"
    LIMIT = "limit"
    USED = "used"
    RESET = "reset"
    EXPIRES = "expires"
    UNIT = "unit_from"
    PLAN = "plan"
    KEY_EXPIRES = "key_expires"
    SECRET = "redact"
    LABEL = "label"  # of a row
    KEY = "key"  # what names a row


AMOUNTS = (Role.LEFT, Role.LIMIT, Role.USED)
INSTANTS = (Role.RESET, Role.EXPIRES, Role.KEY_EXPIRES)
OF_POOL = (*AMOUNTS, Role.RESET, Role.EXPIRES, Role.UNIT, Role.LABEL, Role.KEY)
"""Roles of one pool; the others are said of the whole account or of a request."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A value that looks like something, and the format of an instant ("" for other values)."""

    place: Place
    role: Role
    format: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in the file, on a line (from 1; 0: of no line) and at a key."""

    line: int
    key: str
    what: str


@dataclass(frozen=True, slots=True)
class Found:
    """A path of a pool as the file has it: what the value is, the expression, and where that stands in the answer."""

    role: Role
    path: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class PoolSketch:
    """A pool as the file has it now, which may be unfinished. `rows` is the expression of its list, "" for one pool.

    `list_at` is where that list stands, where it is a plain path. `doubt` is what cannot be right about its numbers.
    """

    label: str = ""
    kind: str = ""
    unit: str = ""
    request: str = ""
    rows: str = ""
    found: tuple[Found, ...] = ()
    list_at: Place | None = None
    doubt: str = ""

    @property
    def title(self) -> str:
        """What the pool is called on the page."""
        return f"rows of {'the list' if self.rows == '@' else self.rows}" if self.rows else self.label


@dataclass(frozen=True, slots=True)
class Plain:
    """A value that a request sends as it stands in the file: of its "url" (the number of the step, from 0), "query",
    "headers", "json" or "form"."""

    where: Place
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AskSketch:
    """A request as the file has it now. `key_at` is where the key goes (`core.requests.AuthKind`, or "body").

    `secrets` are the places of what is dropped from its answer; of a list the first row. `plain` is what it sends as it
    stands.
    """

    id: str = ""
    method: str = "GET"
    url: str = ""
    key_at: str = ""
    key_name: str = ""
    key_value: str = ""
    body: str = "json"
    secrets: tuple[Place, ...] = ()
    plain: tuple[Plain, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """What the file of an own vendor says now, and what it makes of the sample answers.

    `definition` is None while the file has faults. `asks` is None where even the request cannot be sent yet. `sent`
    tells what would be sent, the key masked. `marks` are the words for the values of the chosen answer.
    """

    name: str = ""
    provider: str = ""
    requests: tuple[AskSketch, ...] = ()
    pools: tuple[PoolSketch, ...] = ()
    faults: tuple[Fault, ...] = ()
    definition: Definition | None = None
    asks: Definition | None = None
    result: Snapshot | Trouble | None = None
    sent: str = ""
    credentials: tuple[Credential, ...] = ()
    params: tuple[Param, ...] = ()
    account: tuple[Found, ...] = ()  # plan and key expiry
    writable: bool = True  # whether it is TOML at all, so that a click can change it


@dataclass(frozen=True, slots=True)
class Copied:
    """A request copied from an example. `keys` are the keys that stood in it, by the credential that took their place.

    `masked` is the example without them. `notes` say what was left out or changed.
    """

    rule: RequestRule
    credentials: tuple[Credential, ...] = ()
    params: tuple[Param, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    masked: str = field(default="", repr=False)
    notes: tuple[str, ...] = ()


def at(data: object, where: Place) -> object:
    """The value at a place. Raises KeyError when there is none."""
    for step in where:
        inside = isinstance(step, int) and isinstance(data, list) and -len(data) <= step < len(data)
        if not inside and not isinstance(data, dict):
            raise KeyError(step)
        data = data[step]  # type: ignore[index]  # one of both, as was just seen
    return data


def there(data: object, where: Place) -> bool:
    """Whether there is a value at a place."""
    try:
        at(data, where)
    except KeyError:
        return False
    return True


def rows_of(data: object, where: Place) -> Place | None:
    """The innermost list of objects that a value of a row stands in; None when it stands in none."""
    for length in range(len(where) - 2, -1, -1):
        if isinstance(where[length], int):
            return where[:length] if isinstance(at(data, where[: length + 1]), dict) else None
    return None
