"""The `[[probe]]` tables of a definition: free questions that tell how many items of a list would be charged."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from creditdesk.core.bulk import ProbeRule
from creditdesk.core.definition import Definition
from creditdesk.core.requests import RequestRule
from creditdesk.providers.definition_auth import read_auths
from creditdesk.providers.definition_requests import read_alone
from creditdesk.providers.definition_table import Table, shown
from creditdesk.providers.definition_values import Names, expression, fact, identifier
from creditdesk.providers.templates import holes

MAX_PROBES = 8
MAX_BATCH = 1_000
ITEMS = "items"
HOLE = f"{{{ITEMS}}}"


def read_probes(root: Table, names: Names, definition: Definition) -> tuple[ProbeRule, ...]:
    """All tables of the file; `definition` has its requests and operations already."""
    found: list[ProbeRule] = []
    for table in root.tables("probe", MAX_PROBES):
        if ITEMS in names.params or ITEMS in names.credentials:
            table.wrong("", f"uses {HOLE} for its own; no param or credential may have that name")
        rule = _probe(table, names, definition)
        if rule.operation in {each.operation for each in found}:
            table.wrong("operation", f"{shown(rule.operation)} is there twice")
        origins = {_origin(each.url) for each in (*definition.requests, *(each.request for each in found))}
        if origins and rule.request.url and _origin(rule.request.url) not in origins:
            table.wrong("url", "asks another host than the requests of this definition; a key goes to one place only")
        found.append(rule)
    return tuple(found)


def _probe(table: Table, names: Names, definition: Definition) -> ProbeRule:
    names = replace(names, captures={})
    auth = read_auths(table, names)
    request = read_alone(table, replace(names, params={**names.params, ITEMS: ()}), auth, ("POST",))
    _check_items(table, request)
    rule = ProbeRule(
        operation=_operation(table, definition),
        fact=fact(table, definition.fact),
        request=request,
        batch=table.whole("batch", 1, MAX_BATCH),
        found=expression(table, "found", needed=True),
        charged=expression(table, "charged", needed=True),
    )
    if not rule.batch and "batch" not in table.data:
        table.wrong("batch", "is missing: how many items a question may hold")
    table.finish()
    return rule


def _operation(table: Table, definition: Definition) -> str:
    found = identifier(table, "operation")
    operation = definition.operation(found)
    known = ", ".join(each.id for each in definition.operations) or "none"
    if found and operation is None:
        table.wrong("operation", f"is {shown(found)}; the operations are {known}")
    elif operation and not any(price.per == "item" and price.high is not None for price in operation.prices):
        table.wrong("operation", "has no price with low and high for each item, which the answer could tell apart")
    return found


def _check_items(table: Table, request: RequestRule) -> None:
    """The items stand once, alone, as a value of the body, and nowhere else."""
    texts = _texts(request.json)
    if texts.count(HOLE) != 1:
        table.wrong("json", f'needs "{HOLE}" once, alone, as a value')
    within = [text for text in texts if text != HOLE]
    elsewhere = [*within, request.url, *request.query.values(), *request.headers.values()]
    if any(ITEMS in holes(text) for text in elsewhere):
        table.wrong("json", f"{HOLE} stands alone as a value of the body, nowhere else")


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return [text for each in inner for text in _texts(each)]


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
