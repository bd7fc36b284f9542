"""The `[[request]]` tables of a definition: what is asked, how the key is sent, what a refusal means."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from creditdesk.core.definition import Auth, FailRule, RequestRule
from creditdesk.core.pools import TroubleKind
from creditdesk.providers.definition_auth import check_header, read_auths
from creditdesk.providers.definition_pages import read_page
from creditdesk.providers.definition_patterns import check_pattern
from creditdesk.providers.definition_table import Table, number_fault, shown, text_fault
from creditdesk.providers.definition_values import (
    NAME,
    Names,
    checked_expression,
    expression,
    identifier,
    one_of,
    pattern,
    read_cost,
    strings,
    template,
    url_fault,
)
from creditdesk.providers.times import NAMES as TIMES

MAX_REQUESTS, MAX_FAILS, MAX_WAIT = 4, 32, 86_400

FAIL_KINDS = (
    TroubleKind.KEY_REJECTED,
    TroubleKind.NO_ACCESS,
    TroubleKind.EXHAUSTED,
    TroubleKind.THROTTLED,
    TroubleKind.VENDOR_DOWN,
    TroubleKind.BAD_ANSWER,
)
"""The troubles that a vendor's answer can mean; the others happen before an answer."""

_STEP = r"""(?:[A-Za-z_]\w*|"[^"\\]{1,64}")(?:\[\*?\])*"""
_REDACT = re.compile(rf"{_STEP}(?:\.{_STEP})*", re.ASCII)


def read_requests(root: Table, names: Names) -> tuple[RequestRule, ...]:
    """All requests of the file, in its order, which is the order they run in."""
    requests: list[RequestRule] = []
    for table in root.tables("request", MAX_REQUESTS):
        request = _request(table, names, tuple(each.id for each in requests))
        if request.id in {each.id for each in requests}:
            table.wrong("id", f"{request.id} is there twice")
        clash = next((name for name in request.capture if name in names.params or name in names.credentials), "")
        if clash or set(request.capture) & set(names.captures):
            table.wrong("capture", "names a value that is named already")
        if request.capture:
            names = replace(names, captures={**names.captures, **dict.fromkeys(request.capture, request.id)})
        if request.cost and any(each.cost and each.cost.unit != request.cost.unit for each in requests):
            table.wrong("cost", "must be in the unit of the other requests' cost")
        requests.append(request)
    return tuple(requests)


def _request(table: Table, names: Names, before: tuple[str, ...]) -> RequestRule:
    request_id = identifier(table)
    needs = strings(table, "needs", MAX_REQUESTS)
    for number, name in enumerate(needs):
        if name not in before:
            table.wrong("needs", f"is {shown(name)}, which is not a request before this one", number)
    names = replace(names, needs=needs, times=True)
    method = table.text("method", most=10) or "GET"
    if method not in ("GET", "POST"):
        table.wrong("method", f"is {shown(method)}; allowed are GET, POST")
    body = table.text("body", most=10) or "json"
    form = _texts(table, "form", names)
    rule = RequestRule(
        id=request_id,
        url=_url(table, names),
        method=method,
        auth=read_auths(table, names),
        headers=_headers(table, names),
        query=_texts(table, "query", names),
        json=read_json(table, names),
        form=form if "form" in table.data else None,
        accept=_statuses(table, "accept", (200,)),
        body=body,
        pattern=pattern(table, "pattern"),
        needs=needs,
        capture=_captures(table),
        capture_ttl=table.whole("capture_ttl", 0, MAX_WAIT),
        optional=table.flag("optional"),
        redact=_redact(table),
        min_interval=table.whole("min_interval", 0, MAX_WAIT),
        retry_after=expression(table, "retry_after"),
        hint=table.text("hint", most=200),
        fail=read_fails(table),
        manual=one_of(table, "poll", ("auto", "manual"), "auto") == "manual",
        cost=read_cost(table),
        page=read_page(table),
        **read_hosts(table, names),
    )
    _check_body(table, rule)
    if rule.cost is not None and not rule.manual:
        table.wrong("cost", 'needs poll = "manual": what costs is never asked by itself')
    table.finish()
    return rule


def read_alone(table: Table, names: Names, auth: tuple[Auth, ...], methods: Sequence[str]) -> RequestRule:
    """The keys of a request outside of a reading, which is sent as `auth` says; the caller asks for its own keys, too.

    The first of `methods` is the one where none is given. POST and PATCH send `json`, others do not.
    """
    method = table.text("method", most=10) or methods[0]
    if method not in methods:
        table.wrong("method", f"is {shown(method)}; allowed are {', '.join(methods)}")
    rule = RequestRule(
        id="",
        url=_url(table, names),
        method=method,
        auth=auth,
        headers=_headers(table, names),
        query=_texts(table, "query", names),
        json=read_json(table, names),
        accept=_statuses(table, "accept", (200,)),
        redact=_redact(table),
        retry_after=expression(table, "retry_after"),
        hint=table.text("hint", most=200),
        fail=read_fails(table),
    )
    if (rule.json is not None) != (method in ("POST", "PATCH")):
        table.wrong("json", "is the body of a POST or PATCH, which needs it")
    return rule


def _check_body(table: Table, rule: RequestRule) -> None:
    if rule.body not in ("json", "text", "xml", "headers"):
        table.wrong("body", f"is {shown(rule.body)}; allowed are json, text, xml, headers")
    if rule.body == "headers" and rule.redact:
        table.wrong("redact", "is for what stands in a body; of headers only the amounts are kept")
    if rule.body == "text" and "pattern" not in table.data:
        table.wrong("pattern", "is missing: a text body is read by a pattern with named groups")
    if rule.pattern and (rule.body != "text" or not check_pattern(rule.pattern)):
        table.wrong("pattern", 'needs body = "text" and at least one named group such as (?P<left>[0-9]+)')
    sent = [key for key in ("json", "form") if key in table.data]
    if rule.method == "GET" and sent:
        table.wrong(sent[0], 'is sent only with method = "POST"')
    if rule.method == "POST" and len(sent) != 1:
        table.wrong("json", "a POST sends a declared body: either json or form")
    if rule.capture_ttl and not rule.capture:
        table.wrong("capture_ttl", "is only for a request with capture")


def _url(table: Table, names: Names) -> str:
    url = table.text("url", needed=True, most=500)
    if not url:
        return ""
    fault = url_fault(url) or ("must not hold a query (?); use the key query" if "?" in url else "")
    steps = url.split("/")[3:]
    if not fault and ("" in steps[:-1] or "." in steps or ".." in steps):
        fault = "must not hold empty steps, . or .. in its path"
    if fault:
        table.wrong("url", fault)
        return ""
    return template(table, url, names, ("url",))


def read_hosts(table: Table, names: Names) -> dict[str, Any]:
    """The key `hosts`: the host for each choice of a param, as `host_param` and `hosts`."""
    inner = table.table("hosts")
    if inner is None:
        return {}
    param = inner.text("param", needed=True, most=64)
    choices = names.params.get(param, ())
    if param and not choices:
        inner.wrong("param", f"is {shown(param)}, which is not a param with choices")
    found = {}
    for choice, host in inner.data.items():
        if choice == "param":
            continue
        if choice not in choices:
            inner.wrong(choice, f"is not a choice of {shown(param)}")
        elif not isinstance(host, str) or set(host) & set("/?#@") or url_fault(f"https://{host}/"):
            inner.wrong(choice, "must be a host name such as api-eu.vendor.example")
        else:
            found[choice] = host
    return {"host_param": param, "hosts": found}


def _headers(table: Table, names: Names) -> dict[str, str]:
    found = {}
    inner = table.table("headers")
    for name, value in inner.data.items() if inner else ():
        assert inner is not None
        if check_header(inner, name, name):
            found[name] = template(inner, value, names, (name,), secrets=False)
    if any(name.lower() == "authorization" for name in found):
        table.wrong("headers", "must not hold Authorization; use auth")
    return found


def _texts(table: Table, key: str, names: Names) -> dict[str, str]:
    inner = table.table(key)
    found = {}
    for name, value in inner.data.items() if inner else ():
        if text_fault(name, 100) or "{" in name:
            table.wrong(key, "is not a plain name", name)
            continue
        found[name] = template(table, value, names, (key, name))
    return found


def read_json(table: Table, names: Names) -> dict[str, object] | None:
    """The key `json` of a table: a body whose texts are templates."""
    inner = table.table("json")
    if inner is None:
        return None
    return {name: _json_value(table, value, names, ("json", name)) for name, value in inner.data.items()}


def _json_value(table: Table, value: object, names: Names, at: tuple[str | int, ...]) -> object:
    key, *inside = at
    name = at[-1]
    if isinstance(name, str) and ("{" in name or text_fault(name, 100)):
        table.wrong(str(key), "is not a plain name", *inside)
    if isinstance(value, dict):
        return {inner: _json_value(table, each, names, (*at, inner)) for inner, each in value.items()}
    if isinstance(value, list):
        return [_json_value(table, each, names, (*at, number)) for number, each in enumerate(value)]
    if isinstance(value, str):
        return template(table, value, names, at)
    if isinstance(value, bool):
        return value
    if isinstance(value, date) or not isinstance(value, int | Decimal):
        table.wrong(str(key), "must be text, a number, true, false, a list or a table", *inside)
    elif fault := number_fault(value):
        table.wrong(str(key), fault, *inside)
    return value


def _statuses(table: Table, key: str, default: tuple[int, ...]) -> tuple[int, ...]:
    value = table.take(key)
    if value is None:
        return default
    good = isinstance(value, list) and value and len(value) <= 32
    if not good or not all(type(each) is int and 200 <= each <= 599 and each // 100 != 3 for each in value):  # type: ignore[attr-defined]
        table.wrong(key, "must be a list of HTTP statuses from 200 to 599 without the redirects (300 to 399)")
        return default
    return tuple(value)  # type: ignore[arg-type]


def _captures(table: Table) -> dict[str, str]:
    inner = table.table("capture")
    found = {}
    for name, value in inner.data.items() if inner else ():
        if not NAME.fullmatch(name) or len(name) > 64 or name in ("row", *TIMES):
            table.wrong("capture", "is not a name of lower-case letters, digits and _", name)
        else:
            found[name] = checked_expression(table, value, "capture", name)
    return found


def _redact(table: Table) -> tuple[str, ...]:
    paths = strings(table, "redact")
    for number, path in enumerate(paths):
        if not _REDACT.fullmatch(path):
            table.wrong("redact", "must be a path of names and [] such as packages[].token", number)
    return paths


def read_fails(table: Table) -> tuple[FailRule, ...]:
    """The key `fail` of a table."""
    return tuple(_fail(each) for each in table.tables("fail", MAX_FAILS))


def _fail(table: Table) -> FailRule:
    rule = FailRule(
        kind=_fail_kind(table),
        status=_statuses(table, "status", ()),
        when=expression(table, "when"),
        text=pattern(table, "text"),
        message=expression(table, "message"),
        hint=table.text("hint", most=200),
        retry_after=expression(table, "retry_after"),
        wait_s=table.whole("wait", 0, MAX_WAIT),
    )
    if not table.data.keys() & {"status", "when", "text"}:
        table.wrong("", "needs a condition: status, when or text")
    table.finish()
    return rule


def _fail_kind(table: Table) -> TroubleKind:
    value = table.take("as", needed=True)
    if value in FAIL_KINDS:
        return TroubleKind(str(value))
    if value is not None:
        table.wrong("as", f"is {shown(value)}; allowed are {', '.join(FAIL_KINDS)}")
    return TroubleKind.BAD_ANSWER
