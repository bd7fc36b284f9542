"""The `[gateway]` table of a definition: where requests pass, where the key stands in them, how a charge is told.

A definition without the table has a gateway all the same, where its first request tells how the key is sent: then
every charge is unknown. Where a key is first exchanged for a token there is none, unless the table says how.
"""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from creditdesk.core.definition import Definition
from creditdesk.core.metering import ChargeRule, GatewayRule, RefusalRule, RouteRule
from creditdesk.core.offers import Fact, Operation
from creditdesk.core.requests import Auth, RequestRule
from creditdesk.providers.definition_auth import read_auths
from creditdesk.providers.definition_pools import references
from creditdesk.providers.definition_prices import pool_list
from creditdesk.providers.definition_requests import read_hosts, read_json
from creditdesk.providers.definition_table import Table, shown
from creditdesk.providers.definition_values import (
    NAME,
    Names,
    checked_expression,
    expression,
    fact,
    identifier,
    plain,
    strings,
    template,
    url_fault,
)
from creditdesk.providers.templates import TemplateError, holes

MAX_ROUTES = 100
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
SHORT, PATH = "short", "path"
_HEADER = re.compile(r"[a-z0-9-]{1,64}")
_SEGMENT = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@-]+|\{[a-z][a-z0-9_]*\}")
_BASE = re.compile(r"(?:/[A-Za-z0-9._~-]*[A-Za-z0-9])+")
_CLASS = re.compile(r"[1-5]xx")


def read_gateway(root: Table, names: Names, definition: Definition) -> GatewayRule | None:
    """The table of the file, or what follows from its first request; None where no key could be passed on."""
    key = _first(definition)
    table = root.table("gateway")
    if table is None:
        if key is None or not key.url or any(request.capture for request in definition.requests):
            return None
        plain = GatewayRule(definition.fact, _origin(key.url), key, host_param=key.host_param, hosts=key.hosts)
        return _with_readings(plain, definition)
    return _with_readings(_Reader(table, replace(names, captures={}), definition).read(key), definition)


def _first(definition: Definition) -> RequestRule | None:
    """The request that shows how the key is sent: the first one that is read, probed or sent."""
    asked = (*definition.requests, *(each.request for each in definition.probes))
    return next(iter((*asked, *(each.create for each in definition.bulks))), None)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _with_readings(rule: GatewayRule, definition: Definition) -> GatewayRule:
    """The definition's own readings are free: as far as is known, and where their path alone says that it is one."""
    shapes = {_shape(route.method, route.path) for route in rule.routes}
    readings = [
        RouteRule(request.method, path, definition.fact, free=True)
        for request in definition.requests
        if request.method == "GET" and request.cost is None and request.body != "headers" and not request.query
        if _origin(request.url) == rule.url and (path := urlsplit(request.url).path or "/")
        if _shape(request.method, path) not in shapes
    ]
    return replace(rule, routes=(*rule.routes, *readings))


def _shape(method: str, path: str) -> tuple[str, str]:
    """What a route is told apart by: its method, and its path whatever its holes are called."""
    return method, re.sub(r"\{[^{}]*\}", "{}", path)


class _Reader:
    """Reads the table; its fact is that of its routes too."""

    def __init__(self, table: Table, names: Names, definition: Definition) -> None:
        self._table = table
        self._names = names
        self._definition = definition
        self._pools = references(definition.pools)
        self._fact: Fact = fact(table, definition.fact)

    def read(self, first: RequestRule | None) -> GatewayRule:
        """The table's rule; what is wrong is reported."""
        table = self._table
        url = self._url(first)
        key = self._key(first, url)
        region = read_hosts(table, self._names)
        if first and not region and "url" not in table.data:
            region = {"host_param": first.host_param, "hosts": first.hosts}
        rule = GatewayRule(
            fact=self._fact,
            url=url,
            key=key,
            also=self._also(),
            charged=_charge(table, "charged", self._pools),
            request_id=_charge(table, "request_id", amount=False),
            free_statuses=_free_statuses(table),
            refusal=_refusal(table),
            routes=self._routes(),
            assumptions=strings(table, "assumptions", 12),
            base=self._base(),
            **region,
        )
        table.finish()
        return rule

    def _url(self, first: RequestRule | None) -> str:
        table = self._table
        url = table.text("url", needed=first is None, most=300)
        if not url:
            return _origin(first.url) if first and first.url else ""
        fault = url_fault(url)
        if not fault and url.rstrip("/") != _origin(url):
            fault = "must be a host alone, such as https://api.vendor.example: the path is the script's own"
        if fault:
            table.wrong("url", fault)
            return ""
        return _origin(url)

    def _base(self) -> str:
        base = self._table.text("base", most=100)
        if base and not _BASE.fullmatch(base):
            self._table.wrong("base", "must be a path of plain steps, such as /v1")
            return ""
        return base

    def _key(self, first: RequestRule | None, url: str) -> RequestRule:
        """Where the key stands: as `auth` says, else as in the first request of the file."""
        auth = read_auths(self._table, self._names)
        if auth:
            return RequestRule("gateway", url, auth=auth)
        if "auth" in self._table.data or first is None:
            self._table.wrong("auth", "is needed: where the key stands in a request")
            return RequestRule("gateway", url)
        return first

    def _also(self) -> tuple[Auth, ...]:
        """Other places in which the vendor takes the same key, one after the other."""
        table = self._table
        if table.take("also") is None:
            return ()
        return read_auths(table, self._names, "also")

    def _routes(self) -> tuple[RouteRule, ...]:
        found: list[RouteRule] = []
        seen: set[tuple[str, str]] = set()
        for table in self._table.tables("route", MAX_ROUTES):
            route = self._route(table)
            shape = _shape(route.method, route.path)
            if route.path and shape in seen:
                table.wrong("path", f"{route.method} {shown(route.path)} is there twice")
            seen.add(shape)
            found.append(route)
        return tuple(found)

    def _route(self, table: Table) -> RouteRule:
        method = table.text("method", most=10) or "GET"
        if method not in METHODS:
            table.wrong("method", f"is {shown(method)}; allowed are {', '.join(METHODS)}")
        operation = self._operation(table)
        rule = RouteRule(
            method=method,
            path=_path(table, self._names),
            fact=fact(table, self._fact),
            operation=operation.id if operation else "",
            free=table.flag("free"),
            items=expression(table, "items"),
            factors=_factors(table, operation),
            charged=_charge(table, "charged"),
            charged_when=_good_statuses(table),
            job=expression(table, "job"),
            job_charged=expression(table, "job_charged"),
            frees=table.flag("frees"),
            assumptions=strings(table, "assumptions", 12),
        )
        _check_route(table, rule)
        table.finish()
        return rule

    def _operation(self, table: Table) -> Operation | None:
        if table.take("operation") is None:
            return None
        found = identifier(table, "operation")
        operation = self._definition.operation(found)
        if found and operation is None:
            known = ", ".join(each.id for each in self._definition.operations) or "none"
            table.wrong("operation", f"is {shown(found)}; the operations are {known}")
        return operation


def _check_route(table: Table, rule: RouteRule) -> None:
    if rule.free == ("operation" in table.data):
        table.wrong("operation", "or free = true is needed, one of them")
    if rule.job_charged and not rule.job:
        table.wrong("job", "is missing: which job job_charged speaks of")
    if rule.job_charged and not rule.free:
        table.wrong("job_charged", "is for a status read, which is free itself")
    for key in ("items", "factors", "charged_when", "charged", "frees"):
        if rule.free and key in table.data:
            table.wrong(key, "is for a route with an operation")


def _path(table: Table, names: Names) -> str:
    path = table.text("path", needed=True, most=300)
    if not path:
        return ""
    steps = path.split("/")
    if steps[0] or not all(_SEGMENT.fullmatch(step) or (not step and path == "/") for step in steps[1:]):
        table.wrong("path", "must be a path such as /v1/jobs/{job}, each hole a whole step of its own")
        return ""
    try:
        found = holes(path)
    except TemplateError as error:
        table.wrong("path", str(error))
        return ""
    for name in found:
        if found.count(name) > 1 or name in names.params:
            table.wrong("path", f"{{{name}}} is there twice, or a param's name")
    return path


def _factors(table: Table, operation: Operation | None) -> dict[str, str]:
    inner = table.table("factors")
    known = [factor.name for factor in operation.factors] if operation else []
    found = {}
    for name, value in inner.data.items() if inner else ():
        if not NAME.fullmatch(name.replace("-", "_")) or (operation and name not in known):
            table.wrong("factors", f"is not a factor; the operation has {', '.join(known) or 'none'}", name)
        else:
            found[name] = checked_expression(table, value, "factors", name)
    return found


def _charge(table: Table, key: str, pools: tuple[str, ...] = (), amount: bool = True) -> ChargeRule | None:
    """Where an answer tells an amount, or (without `amount`) a text; `pools` are those that may pay it."""
    inner = table.table(key)
    if inner is None:
        return None
    header = inner.text("header", most=64)
    if header and not _HEADER.fullmatch(header):
        inner.wrong("header", "must be a header's name in small letters, such as x-request-cost")
    scale = inner.number("scale") if amount else None
    if scale is not None and scale <= 0:
        inner.wrong("scale", "must be more than 0")
    paying = pool_list(inner, "pools", pools) if pools else ()
    rule = ChargeRule(expression(inner, "body"), header, scale or ChargeRule().scale, paying)
    if ("body" in inner.data) == ("header" in inner.data):
        table.wrong(key, "needs body (an expression) or header (a name), one of them")
    inner.finish()
    return rule


def _free_statuses(table: Table) -> tuple[int, ...]:
    value = table.take("free_statuses")
    if value is None:
        return ()
    found = []
    for number, each in enumerate(value if isinstance(value, list) else [None]):
        if type(each) is int and 100 <= each <= 599:
            found.append(each)
        elif isinstance(each, str) and _CLASS.fullmatch(each):
            found.append(int(each[0]))
        else:
            table.wrong("free_statuses", 'must be a list of HTTP statuses and of classes such as "4xx"', number)
    return tuple(found)


def _good_statuses(table: Table) -> tuple[int, ...]:
    value = table.take("charged_when")
    if value is None:
        return ()
    if not isinstance(value, list) or not value or not all(type(each) is int and 200 <= each <= 299 for each in value):
        table.wrong("charged_when", "must be a list of HTTP statuses from 200 to 299")
        return ()
    return tuple(value)


def _refusal(table: Table) -> RefusalRule:
    inner = table.table("refusal")
    if inner is None:
        return RefusalRule(json={"error": {"code": "insufficient_credits", "message": "{short}"}}, assumed=True)
    names = Names(params={SHORT: (), PATH: ()})
    rule = RefusalRule(
        status=inner.whole("status", 400, 499, 402),
        content_type=plain(inner, "content_type", most=100) or "application/json",
        json=read_json(inner, names),
        text=template(inner, inner.take("text"), names, ("text",)) if "text" in inner.data else "",
        assumed=inner.flag("assumed"),
    )
    if ("json" in inner.data) == ("text" in inner.data):
        table.wrong("refusal", "needs json or text, one of them")
    inner.finish()
    return rule
