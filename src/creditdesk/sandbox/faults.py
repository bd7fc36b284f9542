"""Faults on demand: which there are, and the board on which they wait for the requests they apply to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from itertools import count
from typing import Any


class FaultKind(StrEnum):
    """What goes wrong. In brackets: the fields of `Fault` that matter to it beside the common ones."""

    LATENCY = "latency"
    """Wait before the work (or with after_work: after it), then answer well [seconds; mode "stubborn": the work is done
    even when the client goes meanwhile, as by a vendor behind a queue]."""
    DRIP = "drip"
    """Send the answer one byte at a time [seconds between bytes; mode "body" sends the head at once]."""
    RESET = "reset"
    """A TCP reset [mode "before": nothing is sent; "head": inside the head; "mid": after half of the body]."""
    STATUS = "status"
    """Any status with a short text [status, default 500]."""
    THROTTLE = "throttle"
    """The vendor's own way to say: slower [retry_after; status and mode (a code) where the vendor has several]."""
    ERROR = "error"
    """The vendor's own error shape [status; mode is the error code]."""
    REJECT = "reject"
    """The key is refused as the vendor does it [mode "no-access": the key is good, the plan has no API access]."""
    HTML = "html"
    """An HTML page in the place of JSON [status, default 200]."""
    WRONG_TYPES = "wrong_types"
    """Every number of the body has another type [mode "string", "bool", "object", "array" or "null"]."""
    NAN = "nan"
    """Every number of the body is written as [mode, default "NaN"; also "Infinity", "-Infinity", "1e400"]."""
    DUP_KEYS = "dup_keys"
    """Every number of the body stands twice under its name, first as 0."""
    DEEP = "deep"
    """The body holds arrays nested this deep [size, default 100,000]."""
    HUGE = "huge"
    """The right body, then white space up to this many bytes [size, default 10 GB]."""
    GZIP_BOMB = "gzip_bomb"
    """As huge, but in gzip, although nobody asked for it [size when decoded, default 1 GB]."""
    MANY_HEADERS = "many_headers"
    """This many headers before the body [size, default 1,000,000]."""
    TRUNCATED = "truncated"
    """Half a body [mode "body": well framed; "transfer": the length promises more; "chunked": a broken chunk]."""
    EMPTY = "empty"
    """The right status and no body."""
    BOM = "bom"
    """A byte order mark before the body."""
    REDIRECT = "redirect"
    """A 3xx [status, default 302; size: hops before the end; mode: the Location, default on the other origin.
    In it {other} and {self} are the two origins, as in "{other}/x"; mode "self" starts the hops on this origin]."""
    HANG = "hang"
    """No answer until the client goes [mode "head": a head is sent, and then nothing]."""
    CONSUME_BETWEEN = "consume_between"
    """Right after the next balance reading another client consumes [amounts; path: another request than that]."""


BEFORE_WORK = frozenset(
    {FaultKind.STATUS, FaultKind.THROTTLE, FaultKind.ERROR, FaultKind.REJECT, FaultKind.HTML, FaultKind.REDIRECT}
)
"""Kinds whose answer is not the vendor's. The request's work is not done, unless `after_work` says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault. It applies to requests of the vendor that match `account`, `method` and `path` (None: to all).

    `path` is the beginning of the documented path ("/v1/account"). The first `skip` matching requests pass, the
    next `times` are hit (None: until cleared). `after_work`: the vendor does the work first, then things go wrong.
    `retry_after` may be seconds, an HTTP date, or any other text, and is sent as it is.
    """

    kind: FaultKind
    provider: str | None = None
    account: str | None = None
    method: str | None = None
    path: str | None = None
    times: int | None = None
    skip: int = 0
    after_work: bool = False
    seconds: float = 1.0
    status: int | None = None
    mode: str = ""
    size: int | None = None
    retry_after: int | float | str | None = None
    amounts: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises ValueError for a mode that this kind does not have."""
        modes = _MODES.get(self.kind)
        if modes is not None and self.mode and self.mode not in modes:
            raise ValueError(f"{self.kind} has the modes {', '.join(sorted(modes))}")

    @classmethod
    def from_json(cls, spec: Mapping[str, Any]) -> "Fault":
        """A fault from the control interface. Raises ValueError that names what is wrong."""
        known = {each.name for each in fields(cls)}
        unknown = sorted(set(spec) - known)
        if unknown:
            raise ValueError(f"unknown fields: {', '.join(unknown)}")
        if "kind" not in spec:
            raise ValueError("kind is missing")
        for name, types in _TYPES.items():
            value = spec.get(name)
            if value is not None and (not isinstance(value, types) or (types is not bool and isinstance(value, bool))):
                raise ValueError(f"{name} has the wrong type")
        given = {name: value for name, value in spec.items() if value is not None}
        return cls(**(given | {"kind": FaultKind(spec["kind"])}))

    def as_json(self) -> dict[str, Any]:
        """The fault as the control interface shows it: only the fields that differ from their defaults."""
        plain = Fault(kind=self.kind)
        shown = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in shown.items() if name == "kind" or value != getattr(plain, name)}

    def matches(self, account: str, method: str, path: str) -> bool:
        return (
            (self.account is None or self.account == account)
            and (self.method is None or self.method.upper() == method)
            and (self.path is None or path.startswith(self.path))
        )


_MODES: dict[FaultKind, frozenset[str]] = {
    FaultKind.LATENCY: frozenset({"stubborn"}),
    FaultKind.DRIP: frozenset({"body"}),
    FaultKind.RESET: frozenset({"before", "head", "mid"}),
    FaultKind.REJECT: frozenset({"no-access"}),
    FaultKind.WRONG_TYPES: frozenset({"string", "bool", "object", "array", "null"}),
    FaultKind.NAN: frozenset({"NaN", "Infinity", "-Infinity", "1e400", "-1e400"}),
    FaultKind.TRUNCATED: frozenset({"body", "transfer", "chunked"}),
    FaultKind.HANG: frozenset({"head"}),
}

_TYPES: dict[str, type | tuple[type, ...]] = {
    "provider": str,
    "account": str,
    "method": str,
    "path": str,
    "times": int,
    "skip": int,
    "after_work": bool,
    "seconds": (int, float),
    "status": int,
    "mode": str,
    "size": int,
    "retry_after": (int, float, str),
    "amounts": Mapping,
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What one request meets: a wait, other clients' consumption after it, and at most one thing that goes wrong."""

    latency: Fault | None = None
    consume: tuple[Fault, ...] = ()
    main: Fault | None = None


@dataclass(slots=True)
class _Waiting:
    fault: Fault
    to_skip: int
    to_hit: int | None

    def hit(self) -> bool:
        """Whether this matching request is hit; counts it."""
        if self.to_skip > 0:
            self.to_skip -= 1
            return False
        if self.to_hit is not None:
            self.to_hit -= 1
        return True


@dataclass(slots=True)
class FaultBoard:
    """The faults that wait, in the order in which they were set."""

    _waiting: dict[int, _Waiting] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def add(self, fault: Fault) -> int:
        """Set a fault; returns its number."""
        number = next(self._numbers)
        if fault.times is None or fault.times > 0:
            self._waiting[number] = _Waiting(fault, fault.skip, fault.times)
        return number

    def clear(self, provider: str | None = None, number: int | None = None) -> None:
        """Take down every fault, or those of one provider, or one by its number."""
        for each, waiting in list(self._waiting.items()):
            if number in (None, each) and provider in (None, waiting.fault.provider):
                del self._waiting[each]

    def listed(self) -> list[dict[str, Any]]:
        """The faults that still wait, with their numbers and how many hits are left."""
        return [
            {"number": number, "left": each.to_hit} | each.fault.as_json() for number, each in self._waiting.items()
        ]

    def take(self, vendor: str, account: str, method: str, path: str, is_reading: bool) -> Taken:
        """The faults that this request meets. Each of them is counted as one hit."""
        latency: Fault | None = None
        main: Fault | None = None
        consume: list[Fault] = []
        for number, waiting in list(self._waiting.items()):
            fault = waiting.fault
            if fault.provider not in (None, vendor) or not fault.matches(account, method, path):
                continue
            consumes = fault.kind is FaultKind.CONSUME_BETWEEN
            if consumes and fault.path is None and not is_reading:
                continue
            busy = latency if fault.kind is FaultKind.LATENCY else main
            if (not consumes and busy is not None) or not waiting.hit():
                continue
            if consumes:
                consume.append(fault)
            elif fault.kind is FaultKind.LATENCY:
                latency = fault
            else:
                main = fault
            if waiting.to_hit == 0:
                del self._waiting[number]
        return Taken(latency, tuple(consume), main)
