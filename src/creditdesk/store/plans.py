"""Approved plans as files that people can read: `NAME.plan.toml`, strict, without any key.

A plan carries its own fingerprint: one that was changed by hand after it was approved is refused, with line and key.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from creditdesk.core.amounts import plain
from creditdesk.core.import_plan import ImportPlan, fingerprint
from creditdesk.core.sending import Place
from creditdesk.store.config_form import Wrong
from creditdesk.store.files import replace_file
from creditdesk.store.plan_guard import too_much
from creditdesk.store.plan_values import address, amount, filled, identifier, instant, line, mark, path_text, whole, yes

SCHEMA = 1
MOST_BYTES = 16 * 1024 * 1024
MOST_ITEMS = 2_000_000
MOST_BATCH = 10_000
_HEADER = (
    "# An import approved in creditdesk. It is bound to its file, prices and account; a changed plan is refused.\n"
)
T = TypeVar("T")
Table = Mapping[str, Any]


class PlanError(ValueError):
    """A plan's file that cannot be used: its line (0: the file as a whole), the key and what is wrong there."""

    def __init__(self, path: Path, line: int, key: str, what: str) -> None:
        self.path, self.line, self.key, self.what = path, line, key, what
        place = f":{line}" if line else ""
        super().__init__(f"{path.name}{place}: {f'{key}: ' if key else ''}{what}")


def write_plan(path: Path, plan: ImportPlan) -> None:
    """Write the plan, readable by the user alone. Raises OSError, and PlanError for one that is too large."""
    import tomli_w  # for writing only

    data = (_HEADER + tomli_w.dumps(_document(plan))).encode("utf-8")
    if len(data) > MOST_BYTES:
        what = "the plan would be over 16 MiB; save the list as a file and plan from that"
        raise PlanError(path, 0, "items", what)
    replace_file(path, data)


def read_plan(path: Path) -> ImportPlan:
    """The plan of a file. Raises PlanError."""
    text = _text(path)
    if what := too_much(text):
        raise PlanError(path, 0, "", f"this is no plan: it {what}")
    try:
        document = tomllib.loads(text, parse_float=lambda _: None)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r" \(at line (\d+), column \d+\)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise PlanError(path, line, "", "this is not TOML") from None
    except (RecursionError, ValueError):
        raise PlanError(path, 0, "", "this is not TOML") from None
    try:
        return _plan(document)
    except Wrong as wrong:
        raise PlanError(path, _line_of(text, wrong.key), wrong.key, wrong.what) from None


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise PlanError(path, 0, "", f"the file can't be read ({error.strerror})") from None
    if len(data) > MOST_BYTES:
        raise PlanError(path, 0, "", "the file is over 16 MiB")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise PlanError(path, data.count(b"\n", 0, error.start) + 1, "", "this is not UTF-8 text") from None


def _document(plan: ImportPlan) -> dict[str, Any]:
    file = {
        "path": plan.file,
        "sha256": plan.file_sha256,
        "column": plan.column,
        "encoding": plan.encoding,
        "delimiter": plan.delimiter,
        "sheet": plan.sheet,
        "header_line": plan.header_line,
        "name": plan.name,
        "keep_footer": plan.keep_footer or None,
    }
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "fingerprint": fingerprint(plan),
        "created_at": plan.created_at.astimezone(UTC),
        "account": plan.account,
        "account_name": plan.account_name,
        "provider": plan.provider,
        "base_url": plan.base_url,
        "operation": plan.operation,
        "count": plan.count,
        "batch": plan.batch,
        "first": plan.first,
        "items_sha256": plan.items_sha256,
        "prices": plan.prices,
        "leave_out": list(plan.leave_out),
        "items": list(plan.items),
        "place": {"id": plan.place.id, "name": plan.place.name},
        "factors": dict(plan.factors),
        "expected": {pool: plain(amount) for pool, amount in plan.expected.items()},
        "reserve": {pool: plain(amount) for pool, amount in plan.reserve.items()},
        "file": {key: value for key, value in file.items() if _said(key, value)},
        "rows": [dict(row) for row in plan.rows],
    }
    return {key: value for key, value in document.items() if value not in ("", [], {})}


def _said(key: str, value: object) -> bool:
    """Whether a value of the file's table says anything: an empty delimiter and a header on line 0 do."""
    return value is not None and (value != "" or key == "delimiter")


def _plan(document: Table) -> ImportPlan:
    if document.get("schema") != SCHEMA or isinstance(document["schema"], bool):
        raise Wrong("schema", "must be 1; this creditdesk reads no other version")
    _check_keys(document)
    file, place = _table(document, "file"), _table(document, "place")
    delimiter = _read(file, "delimiter", "file.delimiter", line, None)
    plan = ImportPlan(
        account=_needed(document, "account", identifier),
        account_name=_read(document, "account_name", "account_name", line, ""),
        provider=_needed(document, "provider", identifier),
        operation=_needed(document, "operation", identifier),
        factors=_texts(document, "factors"),
        rows=_rows(document),
        place=Place(_read(place, "id", "place.id", filled), _read(place, "name", "place.name", line, "")),
        file=_read(file, "path", "file.path", path_text, ""),
        file_sha256=_read(file, "sha256", "file.sha256", mark, ""),
        column=_read(file, "column", "file.column", line, ""),
        encoding=_read(file, "encoding", "file.encoding", line, ""),
        delimiter=delimiter,
        sheet=_read(file, "sheet", "file.sheet", line, ""),
        header_line=_read(file, "header_line", "file.header_line", whole(10**9), None),
        count=_needed(document, "count", whole(MOST_ITEMS)),
        items_sha256=_needed(document, "items_sha256", mark),
        first=_read(document, "first", "first", whole(MOST_ITEMS), 0),
        leave_out=_items(document, "leave_out"),
        items=_items(document, "items"),
        batch=_needed(document, "batch", whole(MOST_BATCH)),
        prices=_needed(document, "prices", mark),
        expected=_amounts(document, "expected"),
        created_at=_needed(document, "created_at", instant),
        base_url=_read(document, "base_url", "base_url", address, ""),
        name=_read(file, "name", "file.name", line, ""),
        keep_footer=_read(file, "keep_footer", "file.keep_footer", yes, False),
        reserve=_amounts(document, "reserve"),
    )
    _check(document, plan)
    return plan


_FILE_KEYS = frozenset(
    {"path", "sha256", "column", "encoding", "delimiter", "sheet", "header_line", "name", "keep_footer"}
)
_KEYS = ({each.name for each in fields(ImportPlan)} - _FILE_KEYS - {"file_sha256"}) | {"schema", "fingerprint", "file"}


def _check_keys(document: Table) -> None:
    """Nothing that is not known."""
    for name, known in (("", _KEYS), ("file", _FILE_KEYS), ("place", {"id", "name"})):
        for key in _table(document, name) if name else document:
            if key not in known:
                raise Wrong(f"{name}.{_shown(key)}" if name else _shown(key), "is not a key of a plan")


def _check(document: Table, plan: ImportPlan) -> None:
    """Nothing that does not go together, nothing that was changed."""
    if not plan.count or not plan.batch:
        raise Wrong("batch" if plan.count else "count", "must be at least 1")
    if bool(plan.file) != bool(plan.file_sha256):
        raise Wrong("file.sha256", "goes with file.path")
    if plan.file and plan.items:
        raise Wrong("items", "stand in the file; a plan has one of both")
    if not plan.file and len(plan.items) != plan.count:
        raise Wrong("items", f"are {len(plan.items):,}; the plan is for {plan.count:,}")
    if document.get("fingerprint") != fingerprint(plan):
        raise Wrong("fingerprint", "does not fit: the plan was changed after it was approved. Size the list anew")


def _table(document: Table, key: str) -> Table:
    value = document.get(key, {})
    if not isinstance(value, dict):
        raise Wrong(key, "must be a table")
    return value


def _read(table: Table, key: str, name: str, read: Callable[[str, Any], T], missing: Any = ...) -> T:
    if key in table:
        return read(name, table[key])
    if missing is ...:
        raise Wrong(name, "is missing")
    return missing  # type: ignore[no-any-return]


def _needed(table: Table, key: str, read: Callable[[str, Any], T]) -> T:
    return _read(table, key, key, read)


def _texts(document: Table, key: str) -> dict[str, str]:
    return {_shown(name): line(f"{key}.{_shown(name)}", value) for name, value in _table(document, key).items()}


def _amounts(document: Table, key: str) -> dict[str, Decimal]:
    return {pool: amount(f"{key}.{pool}", text) for pool, text in _texts(document, key).items()}


def _rows(document: Table) -> tuple[dict[str, str], ...]:
    listed = document.get("rows", [])
    if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed) or len(listed) > 1_000:
        raise Wrong("rows", "must be tables, [[rows]]")
    return tuple({_shown(name): line(f"rows.{_shown(name)}", value) for name, value in row.items()} for row in listed)


def _items(document: Table, key: str) -> tuple[str, ...]:
    listed = document.get(key, [])
    if not isinstance(listed, list) or len(listed) > MOST_ITEMS:
        raise Wrong(key, "must be a list of texts")
    return tuple(line(key, each) for each in listed)


def _shown(name: str) -> str:
    """A name out of the file as it may stand in a message."""
    return name if name.isprintable() and len(name) <= 64 else ascii(name[:40])


def _line_of(text: str, key: str) -> int:
    """The line on which a key such as `file.sha256` stands; that of its table, or 0, when it does not."""
    table, _, name = key.rpartition(".")
    inside, best = "", 0
    for number, row in enumerate(text.split("\n"), 1):
        header = re.match(r"\s*\[\[?\s*([^\]\s]+)\s*\]\]?", row)
        if header:
            inside = header[1]
            if key == inside:
                return number
            best = number if inside == table else best
        elif inside == table and re.match(rf"""\s*["']?{re.escape(name)}["']?\s*=""", row):
            return number
    return best
