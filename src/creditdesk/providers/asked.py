"""What a script's request holds, as the expressions of a route select it: counts of items, factors, texts."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from creditdesk.core.amounts import parse_amount, plain
from creditdesk.core.metering import Call, RouteRule
from creditdesk.providers.strict_json import BadAnswer, decode
from creditdesk.providers.templates import holes

MAX_BODY = 1024 * 1024
"""Bytes of a request's body that is looked into."""
MAX_QUERY = 16 * 1024
MAX_ITEMS = 10_000_000


def asked(call: Call, route: RouteRule, steps: Sequence[str]) -> dict[str, object] | None:
    """What the expressions of a route select from; None where it is too large, or the body is not there."""
    body: object = None
    texts = (route.items, *route.factors.values())
    if len(call.query) > MAX_QUERY and any("query" in text for text in texts):
        return None
    if any("body" in text for text in texts):
        if call.body is None or len(call.body) > MAX_BODY:
            return None
        try:
            body = decode(call.body) if call.body else None
        except BadAnswer:
            body = None
    named = {step[1:-1]: text for step, text in zip(route.path.split("/"), steps, strict=True) if holes(step)}
    return {"body": body, "query": _query(call.query), "path": named}


def repeated(found: object, held: Mapping[str, object]) -> bool:
    """Whether this is a name of the query that stands several times and that the expression takes for one value.

    Which of them the vendor looks at nobody knows. `query.name[]` says that they are a list.
    """
    query = held.get("query")
    return isinstance(found, list) and isinstance(query, dict) and any(found is each for each in query.values())


def _query(query: bytes) -> dict[str, object]:
    """The values of a query by name; what stands several times is a list."""
    if not query or len(query) > MAX_QUERY:
        return {}
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def count(found: object) -> int | None:
    """How many items these are: a list's, a number itself, a text is one; None where it is none of them."""
    if isinstance(found, list):
        return len(found)
    if isinstance(found, str):
        return 1 if found.strip() else None
    amount = parse_amount(found)
    whole = amount is not None and 0 <= amount <= MAX_ITEMS and amount == amount.to_integral_value()
    return int(amount) if whole and amount is not None else None


def factor(found: object) -> str:
    """A factor's value as text: of a list how many it holds; "" where there is none."""
    if isinstance(found, list):
        return str(len(found))
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, str):
        return found.strip()[:100]
    amount = parse_amount(found)
    return plain(amount) if amount is not None else ""


def one_text(found: object) -> str:
    """An id as one line of at most 200 characters; "" where there is none."""
    if isinstance(found, str) and found.isprintable():
        return found.strip()[:200]
    return str(found) if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 10**40 else ""
