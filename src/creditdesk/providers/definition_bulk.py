"""The `[[bulk]]` tables of a definition: how whole lists are sent, looked up, paused and removed.

They may ask only the hosts that the definition's own requests ask, so that a key goes nowhere else.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from creditdesk.core.bulk import BulkRule, ListRule, PageRule, RowRule
from creditdesk.core.definition import Auth, Definition, FailRule, RequestRule
from creditdesk.core.offers import Operation
from creditdesk.providers.definition_auth import read_auths
from creditdesk.providers.definition_requests import read_alone, read_fails
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
)
from creditdesk.providers.templates import holes

MAX_BULKS = 8
MAX_BATCH = 10_000
MAX_PAGE = 10_000
ITEMS, ROWS = "items", "rows"
RESERVED = ("place", "id", ITEMS, ROWS)
_HEADER = re.compile(r"[a-z0-9-]{1,64}")


def read_bulks(root: Table, names: Names, definition: Definition) -> tuple[BulkRule, ...]:
    """All tables of the file; `definition` has its requests and operations already."""
    bulks: list[BulkRule] = []
    for table in root.tables("bulk", MAX_BULKS):
        taken = next((name for name in RESERVED if name in names.params or name in names.credentials), "")
        if taken:
            table.wrong("", f"uses {{{taken}}} for its own; no param or credential may have that name")
        bulk = _Reader(table, names, definition).read()
        if bulk.operation in {each.operation for each in bulks}:
            table.wrong("operation", f"{shown(bulk.operation)} is there twice")
        bulks.append(bulk)
    return tuple(bulks)


class _Reader:
    """Reads one table; what all its requests share is read first."""

    def __init__(self, table: Table, names: Names, definition: Definition) -> None:
        self._table = table
        self._names = replace(names, captures={})
        self._definition = definition
        self._auth: tuple[Auth, ...] = read_auths(table, self._names)
        self._fail: tuple[FailRule, ...] = read_fails(table)

    def read(self) -> BulkRule:
        """The table's rule; what is wrong is reported."""
        table = self._table
        operation = self._operation()
        rows, row_fields = self._rows(operation)
        empty = RequestRule("", "")
        create, created = self._create(bool(rows))
        bulk = BulkRule(
            operation=operation.id if operation else "",
            fact=fact(table, self._definition.fact),
            place=plain(table, "place", needed=True, most=40),
            places=self._list("places", ()),
            items=self._list("items", row_fields),
            create=create or empty,
            created=created,
            batch=table.whole("batch", 1, MAX_BATCH, 100),
            rows=rows,
            row_fields=row_fields,
            pause=self._change("pause", ("PATCH", "POST")),
            resume=self._change("resume", ("PATCH", "POST")),
            remove=self._change("remove", ("DELETE",)),
        )
        table.finish()
        return bulk

    def _operation(self) -> Operation | None:
        found = identifier(self._table, "operation")
        known = {each.id: each for each in self._definition.operations}
        if found and found not in known:
            self._table.wrong("operation", f"is {shown(found)}; the operations are {', '.join(known) or 'none'}")
        return known.get(found)

    def _rows(self, operation: Operation | None) -> tuple[str, tuple[str, ...]]:
        """The factor whose rows are sent along, and what each of them says."""
        table = self._table
        name = table.text("rows", most=64)
        fields = strings(table, "row_fields", 12)
        for number, each in enumerate(fields):
            if not NAME.fullmatch(each):
                table.wrong("row_fields", "is not a name of lower-case letters, digits and _", number)
        listed = [each.name for each in operation.factors if each.as_rows] if operation else []
        if name and operation and name not in listed:
            table.wrong("rows", f"is {shown(name)}; the factors with rows are {', '.join(listed) or 'none'}")
        if bool(name) != bool(fields):
            table.wrong("row_fields", "goes with rows: the names of what each row says")
        return name, fields

    def _list(self, key: str, row_fields: tuple[str, ...]) -> ListRule:
        table = self._table.table(key, needed=True)
        if table is None:
            return ListRule(RequestRule("", ""), RowRule("", "", ""))
        request = self._request(table, ("place",) if key == "items" else (), ("GET",))
        rule = ListRule(request, _row(table, "row", row_fields), _page(table, request))
        table.finish()
        return rule

    def _create(self, with_rows: bool) -> tuple[RequestRule | None, RowRule]:
        table = self._table.table("create", needed=True)
        if table is None:
            return None, RowRule("", "", "")
        lists = (ITEMS, ROWS) if with_rows else (ITEMS,)
        request = self._request(table, ("place", *lists), ("POST",))
        _check_lists(table, request, lists)
        created = _row(table, "created", ())
        table.finish()
        return request, created

    def _change(self, key: str, methods: tuple[str, ...]) -> RequestRule | None:
        table = self._table.table(key)
        if table is None:
            return None
        request = self._request(table, ("place", "id"), methods)
        table.finish()
        return request

    def _request(self, table: Table, own: tuple[str, ...], methods: tuple[str, ...]) -> RequestRule:
        """A request whose templates may name these holes, too. It has to use `{place}` and `{id}`."""
        names = replace(self._names, params={**self._names.params, **dict.fromkeys(own, ())})
        rule = read_alone(table, names, self._auth, methods)
        origins = {_origin(each.url) for each in self._definition.requests}
        if rule.url and _origin(rule.url) not in origins:
            table.wrong("url", "asks another host than the requests of this definition; a key goes to one place only")
        used = set(holes(rule.url)) | {hole for text in rule.query.values() for hole in holes(text)}
        for name in own:
            if name not in (ITEMS, ROWS) and rule.url and name not in used:
                table.wrong("url", f"needs {{{name}}} in its path, or in a value of query")
        return replace(rule, fail=(*rule.fail, *self._fail))


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def _page(table: Table, request: RequestRule) -> PageRule | None:
    inner = table.table("page")
    if inner is None:
        return None
    headers = {}
    for key in ("pages", "total"):
        headers[key] = inner.text(key, most=64)
        if headers[key] and not _HEADER.fullmatch(headers[key]):
            inner.wrong(key, "must be a header's name in small letters, such as x-total-pages")
    found = PageRule(
        number=inner.text("number", needed=True, most=64),
        size=inner.text("size", needed=True, most=64),
        most=inner.whole("most", 1, MAX_PAGE, 0),
        **headers,
    )
    if not found.most and "most" not in inner.data:
        inner.wrong("most", "is missing: how many rows a page may have")
    for name in (found.number, found.size):
        if name in request.query:
            inner.wrong("number" if name == found.number else "size", f"{shown(name)} stands in query already")
    inner.finish()
    return found


def _row(table: Table, key: str, row_fields: tuple[str, ...]) -> RowRule:
    """Where the rows stand. What a create answers needs no more than `rows`."""
    inner = table.table(key, needed=True)
    if inner is None:
        return RowRule("", "", "")
    whole = key == "row"
    rule = RowRule(
        rows=expression(inner, "rows", needed=True),
        id=expression(inner, "id", needed=whole),
        text=expression(inner, "text", needed=whole),
        fields=_fields(inner, row_fields),
        active=expression(inner, "active"),
        since=expression(inner, "since"),
        rank=expression(inner, "rank"),
    )
    inner.finish()
    return rule


def _fields(table: Table, row_fields: tuple[str, ...]) -> dict[str, str]:
    inner = table.table("fields")
    found = {}
    for name, value in inner.data.items() if inner else ():
        if name not in row_fields:
            table.wrong("fields", f"is not one of row_fields ({', '.join(row_fields) or 'none'})", name)
        else:
            found[name] = checked_expression(table, value, "fields", name)
    return found


def _check_lists(table: Table, request: RequestRule, lists: tuple[str, ...]) -> None:
    """Each list stands once, alone, as a value of the body, and nowhere else."""
    texts = _texts(request.json)
    for name in lists:
        if texts.count(f"{{{name}}}") != 1:
            table.wrong("json", f'needs "{{{name}}}" once, alone, as a value')
    within = [text for text in texts if text not in [f"{{{name}}}" for name in lists]]
    elsewhere = [*within, request.url, *request.query.values(), *request.headers.values()]
    if any(hole in lists for text in elsewhere for hole in holes(text)):
        table.wrong("json", "holds a list inside of a text; it stands alone as a value")


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return [text for each in inner for text in _texts(each)]
