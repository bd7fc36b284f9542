"""The values that a definition's tables share: ids, expressions, templates, links, dates with their source."""

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

from creditdesk.core.offers import Fact
from creditdesk.core.requests import Cost
from creditdesk.providers.definition_patterns import PatternError, check_pattern
from creditdesk.providers.definition_table import Table, number_fault, shown, sort_of, text_fault
from creditdesk.providers.hosts import is_forbidden
from creditdesk.providers.templates import TemplateError, holes
from creditdesk.providers.times import NAMES as TIMES

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
NAME = re.compile(r"[a-z][a-z0-9_]*")
_HOLE = re.compile(r"\{[^{}]*\}")
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
_PATH = re.compile(r"[!-~]*")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

PLACES = "it may stand only in auth, a body field, a query value or the URL's path"


@dataclass(frozen=True, slots=True)
class Names:
    """What a template may name: credentials, params and, by the request that captures them, captured values."""

    credentials: frozenset[str] = frozenset()
    params: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # each with its choices, () for free text
    captures: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    times: bool = False  # whether the instants of `providers.times` may stand here

    def fault(self, hole: str, secrets: bool) -> str:
        """Why this hole may not stand here, or "". `secrets`: whether a credential or a captured value may."""
        if hole in self.credentials or hole in self.captures:
            if not secrets:
                return f"{{{hole}}} is a credential or a captured value: {PLACES}"
            request = self.captures.get(hole, "")
            if request and request not in self.needs:
                return f'{{{hole}}} is captured by the request {request}: this request needs = ["{request}"]'
            return ""
        if hole in self.params or (self.times and hole in TIMES):
            return ""
        known = ", ".join(sorted({*self.credentials, *self.params, *self.captures})) or "none"
        return f"{{{hole}}} is not a credential, a param or a captured value of this definition; there are: {known}"


def identifier(table: Table, key: str = "id", rule: re.Pattern[str] = ID) -> str:
    """A needed id such as `data-rows` (with `rule` NAME: `api_key`); "" when wrong."""
    value = table.text(key, needed=True, most=64)
    if value and not rule.fullmatch(value):
        sign = "_" if rule is NAME else "-"
        table.wrong(key, f"is {shown(value)}; allowed are lower-case ASCII letters, digits and {sign} between them")
        return ""
    return value


def plain(table: Table, key: str, needed: bool = False, most: int = 200, lines: bool = False) -> str:
    """Text for people; a placeholder in it is refused, because nothing is ever filled in there."""
    value = table.text(key, needed, most, lines)
    if not table.report.ours and _HOLE.search(value):
        table.wrong(key, "holds a placeholder; none is allowed here")
        return ""
    return value


def expression(table: Table, key: str, needed: bool = False) -> str:
    """A JMESPath expression that was checked; "" when missing or wrong."""
    value = table.take(key, needed)
    return "" if value is None else checked_expression(table, value, key)


def checked_expression(table: Table, value: object, key: str, *inside: str | int) -> str:
    """The text of an expression found at a key (or inside it), checked; "" when wrong."""
    if not isinstance(value, str):
        table.wrong(key, f"must be an expression in quotes, not {sort_of(value)}", *inside)
        return ""
    if table.report.ours:
        return value
    from creditdesk.providers.selection import ExpressionError, compile_expression  # jmespath: 3 ms of the first paint

    try:
        compile_expression(value)
    except ExpressionError as error:
        table.wrong(key, str(error), *inside)
        return ""
    return value


def template(table: Table, value: object, names: Names, at: tuple[str | int, ...], secrets: bool = True) -> str:
    """A text with holes found at `at` (the key first), checked; "" when wrong."""
    if table.report.ours and isinstance(value, str):
        return value
    key, *inside = at
    fault = text_fault(value, 1_000)
    if not fault:
        try:
            fault = next(filter(None, (names.fault(hole, secrets) for hole in holes(str(value)))), "")
        except TemplateError as error:
            fault = str(error)
    if fault:
        table.wrong(str(key), fault, *inside)
        return ""
    return str(value)


def pattern(table: Table, key: str) -> str:
    """A regular expression that was checked; "" when missing or wrong."""
    value = table.text(key, most=1_000)
    if not value or table.report.ours:
        return value
    try:
        check_pattern(value)
    except PatternError as error:
        table.wrong(key, str(error))
        return ""
    return value


def one_of(table: Table, key: str, allowed: Sequence[str], default: str) -> str:
    """One of a few words; `default` when missing or wrong."""
    value = table.text(key, most=100)
    if not value or value in allowed:
        return value or default
    table.wrong(key, f"is {shown(value)}; allowed are {', '.join(allowed)}")
    return default


def strings(table: Table, key: str, most: int = 32) -> tuple[str, ...]:
    """A list of different, plain texts."""
    value = table.take(key)
    if value is None:
        return ()
    if not isinstance(value, list):
        table.wrong(key, f"must be a list of texts, not {sort_of(value)}")
        return ()
    found: list[str] = []
    for number, each in enumerate(value):
        fault = text_fault(each, 400) or ("is there twice" if each in found else "")
        if number >= most:
            table.wrong(key, f"has {len(value)} entries; {most} are allowed", number)
            break
        if fault:
            table.wrong(key, fault, number)
        else:
            found.append(each)
    return tuple(found)


def numbers(table: Table, key: str) -> tuple[Decimal, ...]:
    """A list of finite numbers."""
    value = table.take(key)
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > 32:
        table.wrong(key, "must be a list of at most 32 numbers")
        return ()
    found: list[Decimal] = []
    for number, each in enumerate(value):
        fault = number_fault(each)
        if fault:
            table.wrong(key, fault, number)
        else:
            found.append(Decimal(str(each)))
    return tuple(found)


def words(table: Table, key: str) -> dict[str, str]:
    """A table of plain texts."""
    return {name: str(value) for name, value in _entries(table, key, lambda value: text_fault(value, 200)).items()}


def amounts(table: Table, key: str) -> dict[str, Decimal]:
    """A table of finite numbers."""
    return {name: Decimal(str(value)) for name, value in _entries(table, key, number_fault).items()}


def _entries(table: Table, key: str, fault_of: Callable[[object], str]) -> dict[str, object]:
    inner = table.table(key)
    if inner is None:
        return {}
    found: dict[str, object] = {}
    for name, value in inner.data.items():
        fault = text_fault(name, 100) or fault_of(value)
        if fault:
            inner.wrong(name, fault)
        else:
            found[name] = value
    return found


def conditions(table: Table, key: str, names: Names, alternatives: bool = True) -> dict[str, str]:
    """A table of params with the value each must have (or is set to); "a|b" allows either where `alternatives`."""
    found: dict[str, str] = {}
    for name, value in words(table, key).items():
        choices = names.params.get(name)
        wanted = value.split("|") if alternatives else [value]
        unknown = next((each for each in wanted if choices and each not in choices), None)
        if choices is None:
            table.wrong(key, f"is not a param; there are: {', '.join(names.params) or 'none'}", name)
        elif unknown is not None:
            table.wrong(key, f"is {shown(unknown)}; the param's choices are {', '.join(choices)}", name)
        else:
            found[name] = value
    return found


def link(table: Table, key: str, needed: bool = False) -> str:
    """A web address that the desk may open in the browser; "" when missing or wrong."""
    value = table.text(key, needed, most=500)
    fault = url_fault(value) if value and not table.report.ours else ""
    if fault:
        table.wrong(key, fault)
        return ""
    return value


def url_fault(url: str) -> str:
    """Why this is not an https address of a literal host (http for loopback), or "". A hole in the path is text."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "is not a URL"
    host = parts.hostname or ""
    if "{" in parts.netloc or "}" in parts.netloc:
        return "the host must be literal, without a placeholder"
    if not _PATH.fullmatch(url) or "\\" in url:
        return "may hold only printable ASCII characters without spaces and backslashes"
    if "@" in parts.netloc:
        return "must not hold a user name or password before the host"
    if "#" in url:
        return "must not hold a fragment (#)"
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        return "must begin with https:// (http:// only for localhost, 127.0.0.1 and [::1])"
    if host in _LOOPBACK:
        return "" if port != 0 else "the port must be from 1 to 65535"
    if parts.netloc.lower().split(":")[0] != host or not _HOST.fullmatch(host) or len(host) > 253 or _is_address(host):
        return "the host must be a name of ASCII letters, digits, dots and hyphens, not a number"
    if is_forbidden(host):
        return "names an address that is never asked"
    return "" if port != 0 and not parts.netloc.endswith(":") else "the port must be from 1 to 65535"


def _is_address(host: str) -> bool:
    """Whether a host is a numeric address in any spelling that resolvers accept."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return re.fullmatch(r"\d+|0x[0-9a-f]*", host.rpartition(".")[2]) is not None
    return True


def read_cost(table: Table) -> Cost | None:
    """The key `cost`: what asking once costs."""
    inner = table.table("cost")
    if inner is None:
        return None
    amount = inner.take("amount", needed=True)
    fault = number_fault(amount) if amount is not None else ""
    if not fault and amount is not None and not Decimal(str(amount)) > 0:
        fault = "must be more than 0; what is free has no cost"
    if fault:
        inner.wrong("amount", fault)
    unit = plain(inner, "unit", needed=True, most=40)
    inner.finish()
    return None if fault or amount is None else Cost(Decimal(str(amount)), unit)


def fact(table: Table, around: Fact | None) -> Fact:
    """`as_of` and `source` of a table; what is missing is taken from the table around it, and needed on the outside."""
    as_of = table.day("as_of")
    source = table.text("source", most=400)
    if around is None and as_of is None and not table.data.keys() & {"as_of", "verified"}:
        table.wrong("as_of", "is missing: the date when the facts were read")
    if around is None and not source and "source" not in table.data:
        table.wrong("source", "is missing: where the facts were read")
    outer = around or Fact(date.min, "")
    return Fact(as_of or outer.as_of, source or outer.source)
