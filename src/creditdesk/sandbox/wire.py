"""What a request and an answer are inside the sandbox, how a path finds its handler, how a body becomes JSON text.

Vendors work on these values only. They never see a socket, so the work of a request happens in one piece:
two requests can not meet in the middle of it.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

NumberText = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Call:
    """A request as a vendor sees it. `path` starts with the documented "/v1/..." (the sandbox's prefix is cut off)."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    def json(self) -> Any:
        """The body as a JSON value, or None where there is none or it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def fields(self) -> dict[str, Any] | None:
        """The body's JSON object, or None where the body is anything else."""
        value = self.json()
        return value if isinstance(value, dict) else None


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: `body` is a JSON value, or bytes that are sent as they are."""

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    def raw(self) -> bytes:
        """The bytes of the body."""
        return self.body if isinstance(self.body, bytes) else json_text(self.body).encode()

    def all_headers(self) -> dict[str, str]:
        """The headers without Content-Length: the content type and what the vendor added."""
        typed = {} if self.body == b"" else {"Content-Type": self.content_type}
        return typed | dict(self.headers)


Handler = Callable[[Any, Any, Call, tuple[str, ...]], Answer]
"""`handler(vendor, account, call, ids)`: does the work of a request of this account, and answers it."""


class Refused(Exception):
    """Raised by a handler to stop with this answer. Nothing of the request has been done."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Route:
    """A documented path. `label` ("GET /v1/domains/{domain}") is what requests are counted under."""

    method: str
    label: str
    pattern: re.Pattern[str]
    handler: Handler


def route(method: str, template: str, handler: Handler) -> Route:
    """A route from a path template; each `{name}` matches one path segment, which the handler gets in `ids`."""
    pattern = re.sub(r"\\{\w+\\}", "([^/]+)", re.escape(template))
    return Route(method, f"{method} {template}", re.compile(pattern), handler)


def json_text(value: Any) -> str:
    """JSON text. A Decimal becomes a number with every digit."""
    try:
        return json.dumps(value)
    except TypeError:
        return render(value)


def render(value: Any, number: NumberText | None = None, twice: bool = False) -> str:
    """JSON text written by hand, for what json.dumps can not write.

    `number` writes each number (true and false are no numbers). With `twice` each member whose value is a
    number appears twice in its object, first as 0.
    """
    if isinstance(value, Mapping):
        members = []
        for key, member in value.items():
            name = json.dumps(str(key))
            if twice and is_number(member):
                members.append(f"{name}: 0")
            members.append(f"{name}: {render(member, number, twice)}")
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(render(item, number, twice) for item in value) + "]"
    if is_number(value):
        return (number or _plain_number)(value)
    return json.dumps(value)


def is_number(value: Any) -> bool:
    """Whether a JSON value is a number (a bool is none)."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _plain_number(value: Any) -> str:
    return format(value, "f") if isinstance(value, Decimal) else json.dumps(value)


def whole(text: str | None, default: int) -> int | None:
    """A query parameter as a whole number: `default` where it is absent, None where it is no number."""
    if text is None:
        return default
    return int(text) if re.fullmatch(r"-?\d{1,18}", text) else None
