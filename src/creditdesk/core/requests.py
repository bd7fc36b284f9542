"""The requests that a definition describes, as checked values: how the secret is sent, what a refusal means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from creditdesk.core.pools import TroubleKind


class AuthKind(StrEnum):
    """Where a secret goes in a request."""

    NONE = "none"
    BEARER = "bearer"
    HEADER = "header"
    QUERY = "query"
    BASIC = "basic"


@dataclass(frozen=True, slots=True)
class Auth:
    """How the secret is sent. `name` is the header or query name; `value` a template; basic uses user and password."""

    kind: AuthKind
    name: str = ""
    value: str = ""
    user: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class FailRule:
    """The first rule that matches names the trouble. All given conditions must hold; tried on every status."""

    kind: TroubleKind
    status: tuple[int, ...] = ()
    when: str = ""
    text: str = ""
    message: str = ""  # expression: the vendor's own words, shown in quotes
    hint: str = ""  # our own words on what it means or what to do, shown as they are
    retry_after: str = ""  # expression: seconds to wait, or a date
    wait_s: int = 0  # a fixed wait the vendor documents


@dataclass(frozen=True, slots=True)
class Cost:
    """What asking once costs, in the vendor's own unit; more than 0."""

    amount: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class PageRule:
    """An answer in pages. `next` selects what asks for the next one, which goes as `send` into the query; `more` (an
    expression, "" for none) is true while there is one. The lists under the name `collect` are put together."""

    next: str
    send: str
    collect: str
    more: str = ""
    most: int = 4


@dataclass(frozen=True, slots=True)
class RequestRule:
    """One HTTP request. `url` is https with a literal host; `json` and `form` hold templates and are for POST only.

    `hosts` maps a choice of the param `host_param` (a region) to the host that takes the place of the URL's own.
    """

    id: str
    url: str
    method: str = "GET"
    auth: tuple[Auth, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, object] | None = None
    form: Mapping[str, str] | None = None
    accept: tuple[int, ...] = (200,)
    body: str = "json"
    pattern: str = ""
    needs: tuple[str, ...] = ()
    capture: Mapping[str, str] = field(default_factory=dict)
    capture_ttl: int = 0
    optional: bool = False
    redact: tuple[str, ...] = ()
    min_interval: int = 0
    retry_after: str = ""
    hint: str = ""  # our own words, shown with an answer that cannot be read
    fail: tuple[FailRule, ...] = ()
    host_param: str = ""
    hosts: Mapping[str, str] = field(default_factory=dict)
    manual: bool = False  # sent only when the user asks for it, never by itself
    cost: Cost | None = None  # None: asking is free, as far as is known
    page: PageRule | None = None
