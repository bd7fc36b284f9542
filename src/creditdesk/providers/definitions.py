"""Reading a definition file: TOML text -> `core.definition.Definition`, or everything that is wrong with it.

The language is described in docs/definition-language.md. A definition is data from a stranger: it is checked whole,
within limits, before any of it is used.
"""

import re
import tomllib
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from creditdesk.core.definition import Credential, Definition, Param
from creditdesk.core.offers import Fact
from creditdesk.providers.definition_bulk import read_bulks
from creditdesk.providers.definition_gateway import read_gateway
from creditdesk.providers.definition_offers import read_drain, read_notices, read_packs, read_plans
from creditdesk.providers.definition_pools import read_pools, read_when, references
from creditdesk.providers.definition_prices import Around, read_operations
from creditdesk.providers.definition_probe import read_probes
from creditdesk.providers.definition_requests import read_requests
from creditdesk.providers.definition_table import DefinitionError, Problem, Report, Table, sayable, shown
from creditdesk.providers.definition_values import (
    NAME,
    Names,
    expression,
    fact,
    identifier,
    link,
    one_of,
    pattern,
    plain,
    strings,
    words,
)
from creditdesk.providers.times import NAMES as TIMES
from creditdesk.providers.toml_lines import Lines, TooMuch, scan

__all__ = ["CATEGORIES", "MAX_FILE", "DefinitionError", "Problem", "load"]

MAX_FILE = 64 * 1024
"""Bytes that a definition file may have."""

CATEGORIES = (
    "seo", "scraping", "captcha", "leads", "email", "content",
    "data", "ai", "messaging", "development", "billing", "other",
)  # fmt: skip

_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)| \(at end of document\)")


def load(text: str, file: str, ours: bool = False) -> Definition:
    """The definition written in `text`; `file` is its name in messages. Raises `DefinitionError` with all problems.

    A file of `ours`, which came with the program, is not looked at line by line first, and its expressions are not
    compiled before they are used; that is half of the work. The tests load these files as a stranger's.
    """
    text = text.removeprefix("\ufeff")
    data, lines = (_toml(text, file, 1), Lines({})) if ours else _parse(text, file)
    report = Report(file, lines, ours)
    root = Table(data, (), report)
    if root.take("schema", needed=True) not in (None, 1) or isinstance(data.get("schema"), bool):
        root.wrong("schema", "must be 1; this creditdesk reads no other version")
    definition = _definition(root)
    root.finish()
    if report.problems and ours:
        return load(text, file)  # once more, to tell the lines
    if report.problems:
        raise DefinitionError(file, report.problems)
    return definition


def _parse(text: str, file: str) -> tuple[dict[str, object], Lines]:
    if len(text) > MAX_FILE or len(text.encode(errors="replace")) > MAX_FILE:
        raise DefinitionError(file, [Problem(file, 1, "file", f"is larger than {MAX_FILE // 1024} KiB")])
    try:
        lines = scan(text)
    except TooMuch as error:
        raise DefinitionError(file, [Problem(file, error.line, "file", error.what)]) from None
    if lines.lost_at:
        # What stands after the fault is not looked at: only what the scanner has passed is known to be cheap.
        _toml("\n".join(text.split("\n")[: lines.lost_at]), file, lines.lost_at)
        raise DefinitionError(file, [Problem(file, lines.lost_at, "file", "is not TOML")])
    return _toml(text, file, text.count("\n") + 1), lines


def _toml(text: str, file: str, last_line: int) -> dict[str, object]:
    try:
        return tomllib.loads(text, parse_float=_exact)
    except (ValueError, RecursionError) as error:  # ValueError: also a whole number of thousands of digits
        match = _AT_LINE.search(str(error))
        line = int(match.group(1)) if match and match.group(1) else last_line
        what = _AT_LINE.sub("", str(error)) if isinstance(error, tomllib.TOMLDecodeError) else "a value is too large"
        raise DefinitionError(file, [Problem(file, line, "file", sayable(f"is not TOML: {what}"))]) from None


def _exact(text: str) -> Decimal:
    """A TOML float with all its digits; what is out of all bounds becomes NaN, which no key accepts."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")


def _about(root: Table) -> Definition:
    """What the top of the file says: the vendor, its credentials and its params."""
    credentials = _credentials(root)
    account = _account(root)
    return Definition(
        id=identifier(root),
        name=plain(root, "name", needed=True, most=80),
        fact=_fact(root),
        category=one_of(root, "category", CATEGORIES, ""),
        homepage=link(root, "homepage"),
        docs=link(root, "docs"),
        key_url=link(root, "key_url"),
        dashboard=link(root, "dashboard"),
        grade=one_of(root, "grade", ("A", "B", "C"), ""),
        tried=root.flag("tried"),
        notes=plain(root, "notes", most=4_000, lines=True),
        credentials=credentials,
        params=_params(root, {each.name for each in credentials}),
        total_label=plain(root, "total_label", most=80),
        **account,
    )


def _definition(root: Table) -> Definition:
    definition = _about(root)
    names = Names(
        frozenset(each.name for each in definition.credentials),
        {each.name: each.choices for each in definition.params},
    )
    requests = read_requests(root, names)
    captures = {name: request.id for request in requests for name in request.capture}
    pools = read_pools(root, replace(names, captures=captures), requests)
    known = references(pools)
    drain = read_drain(root, known)
    around = Around(definition.fact, names, known, drain)
    definition = replace(definition, requests=requests, pools=pools, operations=read_operations(root, around))
    bulks, probes = read_bulks(root, names, definition), read_probes(root, names, definition)
    if bulks or probes:
        definition = replace(definition, bulks=bulks, probes=probes)
    return replace(
        definition,
        gateway=read_gateway(root, names, definition),
        plans=read_plans(root, around),
        packs=read_packs(root, around),
        notices=read_notices(root, around),
        drain=drain,
    )


def _fact(root: Table) -> Fact:
    """The date and source of the whole file; `verified` is another name of `as_of`."""
    verified = root.day("verified")
    found = fact(root, None)
    if verified and "as_of" in root.data:
        root.wrong("verified", "is another name of as_of; give one of them")
    return replace(found, as_of=verified) if verified else found


def _credentials(root: Table) -> tuple[Credential, ...]:
    found: list[Credential] = []
    for table in root.tables("credentials", 6):
        secret = table.take("secret")
        credential = Credential(
            name=_name(table, {each.name for each in found}),
            label=plain(table, "label", needed=True, most=80),
            secret=table.flag("secret") or secret is None,
            pattern=pattern(table, "pattern"),
            hint=plain(table, "hint", most=300),
            power=one_of(table, "power", ("normal", "admin"), "normal"),
        )
        table.finish()
        found.append(credential)
    return tuple(found)


def _params(root: Table, taken: set[str]) -> tuple[Param, ...]:
    found: list[Param] = []
    for table in root.tables("params", 12):
        param = Param(
            name=_name(table, taken | {each.name for each in found}),
            label=plain(table, "label", needed=True, most=80),
            default=plain(table, "default", most=200),
            choices=strings(table, "choices", 60),
            pattern=pattern(table, "pattern"),
        )
        if param.default and param.choices and param.default not in param.choices:
            table.wrong("default", f"is {shown(param.default)}; the choices are {', '.join(param.choices)}")
        if param.default and param.pattern and not re.fullmatch(param.pattern, param.default):
            table.wrong("default", "does not match the param's own pattern")
        for number, choice in enumerate(param.choices):
            if "|" in choice:
                table.wrong("choices", "must not hold |, which separates alternatives", number)
        table.finish()
        found.append(param)
    return tuple(found)


def _name(table: Table, taken: set[str]) -> str:
    name = identifier(table, "name", NAME)
    if name in ("row", *TIMES) or name in taken:
        table.wrong("name", f"{name} is taken already")
    return name


def _account(root: Table) -> dict[str, Any]:
    """The table `account`, as fields of a definition."""
    table = root.table("account")
    if table is None:
        return {}
    found: dict[str, Any] = {
        "plan_from": expression(table, "plan"),
        "plan_names": words(table, "plan_names"),
        "identity_from": expression(table, "identity"),
    }
    for key in ("plan_ends", "key_expires"):
        when = found[key] = read_when(table, key, Names())
        if when is not None and when.every:
            table.wrong(key, "must be an instant in the answer: at and format")
    table.finish()
    return found
