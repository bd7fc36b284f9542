"""What the gateway counts: a vendor's rules for it, one request as it came, and what it is expected to cost and cost.

The rules are read from the `[gateway]` table of a definition; expressions are JMESPath text. Nothing here reads or
sends anything: `providers.metering` applies the rules, `providers.presenting` finds the key's place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from creditdesk.core.charges import Draw, Known
from creditdesk.core.offers import Fact
from creditdesk.core.requests import Auth, RequestRule

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class ChargeRule:
    """Where an answer tells what it cost: an expression into its JSON `body`, or a `header` in small letters.

    `scale` multiplies what stands there (0.01 for cents). `pools` pay it where the operation does not say which; () is
    the vendor's drain order. An answer without it tells nothing: unknown, never 0.
    """

    body: str = ""
    header: str = ""
    scale: Decimal = Decimal(1)
    pools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusalRule:
    """The vendor's own answer to who cannot pay. In `json` (or `text`) the hole `{short}` is what is missing, in words,
    and `{path}` the path that was asked."""

    status: int = 402
    content_type: str = "application/json"
    json: Mapping[str, object] | None = None
    text: str = ""
    assumed: bool = False  # the vendor does not document its shape


@dataclass(frozen=True, slots=True)
class RouteRule:
    """One request of the vendor. `path` is a template from the host's root on, each hole one segment.

    `items` and `factors` are expressions into `{"body": ..., "query": {...}, "path": {...}}`: a count, or a list that
    is counted. `charged_when`: the good statuses that cost; another good one costs nothing; () is every good one.
    `charged` overrides the vendor's own rule. `job` selects the job's id in an answer, `job_charged` in a status read
    what the job cost in the end. `frees`: it gives back as much as the operation costs, or nothing, or takes it again;
    which of it a reading tells.
    """

    method: str
    path: str
    fact: Fact
    operation: str = ""
    free: bool = False
    items: str = ""
    factors: Mapping[str, str] = field(default_factory=dict)
    charged: ChargeRule | None = None
    charged_when: tuple[int, ...] = ()
    job: str = ""
    job_charged: str = ""
    frees: bool = False
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GatewayRule:
    """How requests to a vendor pass through the gateway. `key` says where its key stands, `also` where else it may.

    `base` is the path of the vendor's documented base address ("/v1", or ""): a script that was told to change its base
    address may leave it out, on the paths of routes. `free_statuses` are those that cost nothing: numbers from 100 to
    599, and a bare digit for a whole class (4 is 4xx).
    """

    fact: Fact
    url: str
    key: RequestRule
    also: tuple[Auth, ...] = ()
    charged: ChargeRule | None = None
    request_id: ChargeRule | None = None
    free_statuses: tuple[int, ...] = ()
    refusal: RefusalRule = field(default_factory=RefusalRule)
    routes: tuple[RouteRule, ...] = ()
    host_param: str = ""
    hosts: Mapping[str, str] = field(default_factory=dict)
    assumptions: tuple[str, ...] = ()
    base: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Call:
    """A request as it came, byte for byte. `path` is percent-encoded, from the vendor's root on; `query` without `?`.

    Names of headers are in small letters. `body` None: it is not held (streamed, or too large to look into).
    """

    method: str
    path: bytes
    query: bytes = b""
    headers: Sequence[tuple[bytes, bytes]] = ()
    body: bytes | None = b""

    def __repr__(self) -> str:
        return f"Call({self.method})"  # path, query and headers may hold a token

    def header(self, name: bytes) -> bytes:
        """The first header of this name (small letters), b"" where there is none."""
        return next((value for each, value in self.headers if each == name), b"")


@dataclass(frozen=True, slots=True)
class Matched:
    """What a request is and what its price says. `route` None: no rule knows it, so that its cost is not known.

    `low` and `high` are the least and the most it costs, in the pools' unit; `high` None: not known. `draws` is what it
    takes at the most (None where `high` is). `once` is the item where a repeated one may not be charged again. `why`
    says in words why the cost is not known, "" where it is.
    """

    route: RouteRule | None = None
    operation: str = ""
    items: int | None = None
    factors: Mapping[str, str] = field(default_factory=dict)
    low: Decimal = ZERO
    high: Decimal | None = None
    draws: tuple[Draw, ...] | None = None
    pools: tuple[tuple[str, ...], ...] = ((),)
    once: str = ""
    why: str = ""

    @property
    def free(self) -> bool:
        """Whether it is known to cost nothing."""
        return self.high == 0

    @property
    def expected(self) -> Decimal | None:
        """What a charge is expected to be, all draws together; None: not known."""
        return None if self.draws is None else sum((draw.amount for draw in self.draws), ZERO)

    @property
    def frees(self) -> bool:
        """Whether more may be left after it than the ledger knows, until the account is read again; it may go."""
        return self.route is not None and self.route.frees

    @property
    def exact(self) -> bool:
        """Whether its price leaves no room."""
        return self.high is not None and self.low == self.high

    def drawn(self, amount: Decimal) -> tuple[Draw, ...]:
        """What `amount` takes: from every pool by itself, or from pools in their order, as the price says."""
        return tuple(Draw(amount, pools) for pools in self.pools) if amount else ()


@dataclass(frozen=True, slots=True)
class Told:
    """What a request cost. `draws` None: nobody knows, () : nothing. `job` is set where what is told is a job's."""

    draws: tuple[Draw, ...] | None
    known: Known = Known.PRICED
    request_id: str = ""
    job: str = ""
    why: str = ""  # why it is not known, in words


def cost(draws: Sequence[Draw]) -> Decimal:
    """What a charge counts in a budget: where each pool pays by itself, the largest of them, not their sum."""
    return max((draw.amount for draw in draws), default=ZERO)
