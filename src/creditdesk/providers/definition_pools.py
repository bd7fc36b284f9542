"""The `[[pool]]` tables of a definition: what runs out, where it stands in an answer, when it refills or expires."""

import re
import zoneinfo
from collections.abc import Collection, Sequence
from decimal import Decimal, InvalidOperation

from creditdesk.core.definition import Amount, PoolRule, RequestRule, When
from creditdesk.core.pools import PoolKind
from creditdesk.providers.definition_requests import FAIL_KINDS
from creditdesk.providers.definition_table import Table, number_fault, shown, sort_of
from creditdesk.providers.definition_values import (
    ID,
    PLACES,
    Names,
    checked_expression,
    expression,
    numbers,
    one_of,
    plain,
    words,
)
from creditdesk.providers.templates import TemplateError, holes

MAX_POOLS = 24

FORMATS = ("iso", "date", "epoch", "epoch_ms", "days_from_now", "secs_from_now", "auto")
PERIODS = ("minute", "hour", "day", "week", "month", "year")
ANCHORS = ("first", "renewal", "unknown")

_STRPTIME = re.compile(r"(?:[^%]|%[YmdHMSfzZbByjIpaA%]){1,60}")
_RESETS = (PoolKind.ALLOWANCE, PoolKind.SPEND, PoolKind.RATE)


def read_pools(root: Table, names: Names, requests: Sequence[RequestRule]) -> tuple[PoolRule, ...]:
    """All pools of the file, in its order."""
    tables = root.tables("pool", MAX_POOLS, needed=True)
    pools: list[PoolRule] = []
    for table in tables:
        pool = _pool(table, names, requests)
        if pool.id and pool.id in {each.id for each in pools}:
            table.wrong("id", f"{pool.id} is there twice")
        pools.append(pool)
    known = references(pools)
    for table, pool in zip(tables, pools, strict=True):
        if pool.part_of and (pool.part_of not in known or pool.part_of == pool.id):
            table.wrong("part_of", f"is {shown(pool.part_of)}; other pools are {', '.join(known) or 'none'}")
    if "pool" in root.data and not tables:
        root.wrong("pool", "needs at least one pool")
    return tuple(pools)


def references(pools: Collection[PoolRule]) -> tuple[str, ...]:
    """How prices, plans and packs may name these pools: by id, by a mapped id, and `package:*` for a family."""
    found: list[str] = []
    for pool in pools:
        if not pool.each:
            found.append(pool.id)
            continue
        family, colon, _ = pool.id.partition(":{")
        found += [f"{family}:*"] if colon else []
        found += [f"{family}:{name}" if colon else name for name in pool.ids.values()]
    return tuple(dict.fromkeys(found))


def _pool(table: Table, names: Names, requests: Sequence[RequestRule]) -> PoolRule:
    each = expression(table, "each")
    rows = "each" in table.data
    typed = table.flag("typed")
    rule = PoolRule(
        id=_pool_id(table, names, rows),
        label=_row_text(table, "label", names, rows),
        kind=table.choice("kind", PoolKind) or PoolKind.WALLET,
        unit=plain(table, "unit", most=40),
        unit_from=expression(table, "unit_from"),
        units=words(table, "units"),
        from_=_from(table, requests, typed),
        each=each,
        where=expression(table, "where"),
        key=expression(table, "key"),
        ids=_ids(table),
        limit=_amount(table, "limit"),
        used=_amount(table, "used"),
        remaining=_amount(table, "remaining"),
        scale=_scale(table),
        group_sep=table.text("group_sep", most=1),
        unlimited=numbers(table, "unlimited"),
        invalid=_invalid(table),
        optional=table.flag("optional"),
        typed=typed,
        typed_limit=table.flag("typed_limit"),
        reset=_when(table, "reset", names),
        expires=_when(table, "expires", names),
        hide_when_zero=table.flag("hide_when_zero"),
        part_of=table.text("part_of", most=100),
        shared_by=_shared_by(table, names),
        inferred=table.flag("inferred"),
        notes=plain(table, "notes", most=2_000, lines=True),
    )
    _check(table, rule, requests)
    table.finish()
    return rule


def _check(table: Table, rule: PoolRule, requests: Sequence[RequestRule]) -> None:
    given = table.data.keys()
    for key in ("where", "key", "ids"):
        if key in given and "each" not in given:
            table.wrong(key, "is only for a pool with each")
    if not given & {"unit", "unit_from"}:
        table.wrong("unit", "is missing; give unit or unit_from")
    if "units" in given and "unit_from" not in given:
        table.wrong("units", "is only for a pool with unit_from")
    amounts = given & {"limit", "used", "remaining"}
    if rule.typed:
        for key in sorted(given & {"each", "from", "limit", "used", "remaining", "unit_from", "invalid"}):
            table.wrong(key, "is not for a typed pool, which the user types")
    elif "typed_limit" in given:
        table.wrong("typed_limit", "is only for a typed pool")
    elif not requests:
        table.wrong("typed", "must be true: without a request the user types every pool")
    elif not amounts:
        table.wrong("", "needs at least one of limit, used, remaining (or typed = true)")
    if rule.kind is PoolKind.SPEND and not rule.typed and "used" not in given:
        table.wrong("used", "is missing: of a spend pool only what was used is known")
    if "reset" in given and rule.kind not in _RESETS:
        table.wrong("reset", f"is not for a pool of kind {rule.kind}; only {', '.join(_RESETS)} refill")


def _pool_id(table: Table, names: Names, rows: bool) -> str:
    value = _row_text(table, "id", names, rows, most=100)
    if not value:
        return ""
    fixed, _, hole = value.partition(":")
    good = ID.fullmatch(value) if not rows else value == "{row}" or (ID.fullmatch(fixed) and hole == "{row}")
    if good:
        return value
    form = "a-name:{row} or {row}" if rows else "lower-case ASCII letters, digits and - between them"
    table.wrong("id", f"is {shown(value)}; allowed is {form}")
    return ""


def _row_text(table: Table, key: str, names: Names, rows: bool, most: int = 200) -> str:
    """An id or label: with `each` it may hold {row} and fields of the row, and never a credential."""
    value = table.text(key, needed=True, most=most)
    try:
        found = holes(value)
    except TemplateError as error:
        table.wrong(key, str(error))
        return ""
    for hole in found:
        if hole in names.credentials or hole in names.captures:
            table.wrong(key, f"{{{hole}}} is a credential or a captured value: {PLACES}")
            return ""
    if found and not rows:
        table.wrong(key, "may hold a placeholder only in a pool with each")
        return ""
    return value


def _from(table: Table, requests: Sequence[RequestRule], typed: bool) -> str:
    value = table.text("from", most=64)
    ids = [request.id for request in requests]
    if value and value not in ids:
        table.wrong("from", f"is {shown(value)}; the requests are {', '.join(ids) or 'none'}")
    return value or (ids[-1] if ids and not typed else "")


def _ids(table: Table) -> dict[str, str]:
    found = words(table, "ids")
    for name, value in found.items():
        if not ID.fullmatch(value):
            table.wrong("ids", "must be an id of lower-case ASCII letters, digits and -", name)
    return found


def _amount(table: Table, key: str) -> Amount | None:
    value = table.take(key)
    if value is None:
        return None
    if not isinstance(value, dict):
        return Amount(path=checked_expression(table, value, key))
    inner = Table(value, (*table.path, key), table.report)
    total = expression(inner, "sum")
    minus = inner.take("minus")
    pair: tuple[str, str] | None = None
    if isinstance(minus, list) and len(minus) == 2:
        first, second = (checked_expression(inner, each, "minus", number) for number, each in enumerate(minus))
        pair = (first, second)
    elif minus is not None:
        inner.wrong("minus", f"must be a list of two expressions, not {sort_of(minus)}")
    if len(value.keys() & {"sum", "minus"}) != 1:
        inner.wrong("", 'is an expression, { sum = "..." } or { minus = ["...", "..."] }')
    inner.finish()
    return Amount(total=total, minus=pair)


def _scale(table: Table) -> Decimal:
    """The factor of the amounts. Written as text too ("0.01"), as in the vendors' own pages."""
    value = table.take("scale")
    if value is None:
        return Decimal(1)
    if isinstance(value, str):
        try:
            value = Decimal(value if len(value) <= 40 else "NaN")
        except InvalidOperation:
            value = Decimal("NaN")
    fault = number_fault(value)
    if fault or value == 0:
        table.wrong("scale", fault or "must not be 0")
        return Decimal(1)
    return Decimal(str(value))


def _invalid(table: Table) -> dict[str, object]:
    """Values that mean a trouble instead of an amount: `{"values": (Decimal, ...), "as": TroubleKind}`, or {}."""
    inner = table.table("invalid")
    if inner is None:
        return {}
    values = numbers(inner, "values")
    kind = inner.take("as", needed=True)
    if not values:
        inner.wrong("values", "needs at least one number")
    if kind is not None and kind not in FAIL_KINDS:
        inner.wrong("as", f"is {shown(kind)}; allowed are {', '.join(FAIL_KINDS)}")
    inner.finish()
    named = next((each for each in FAIL_KINDS if each == kind), None)
    return {"values": values, "as": named} if values and named else {}


def _when(table: Table, key: str, names: Names) -> When | None:
    inner = table.table(key)
    if inner is None:
        return None
    when = When(
        at=expression(inner, "at"),
        format=inner.text("format", most=80) or "iso",
        every=one_of(inner, "every", PERIODS, ""),
        anchor=one_of(inner, "anchor", ANCHORS, "unknown"),
        tz=_zone(inner),
        end_inclusive=inner.flag("end_inclusive"),
        assumed=inner.flag("assumed"),
        day_param=inner.text("day_param", most=64),
    )
    if when.format not in FORMATS and not _STRPTIME.fullmatch(when.format.removeprefix("strptime:")):
        inner.wrong("format", "holds a directive that is not allowed")
    elif when.format not in FORMATS and not when.format.startswith("strptime:"):
        inner.wrong("format", f"is {shown(when.format)}; allowed are {', '.join(FORMATS)}, strptime:...")
    if len(inner.data.keys() & {"at", "every"}) != 1:
        inner.wrong("", "needs either at (an instant in the answer) or every (a rule)")
    for one, others in (("at", ("every", "anchor", "day_param")), ("every", ("at", "format", "end_inclusive"))):
        for other in sorted(inner.data.keys() & set(others)) if one in inner.data else ():
            inner.wrong(other, f"does not go with {one}")
    if when.day_param and when.day_param not in names.params:
        inner.wrong("day_param", f"is {shown(when.day_param)}, which is not a param")
    inner.finish()
    return when


def _zone(table: Table) -> str:
    value = table.text("tz", most=64) or "UTC"
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        table.wrong("tz", f"is {shown(value)}, which is not a time zone such as UTC or Europe/Berlin")
        return "UTC"
    return value


def _shared_by(table: Table, names: Names) -> str:
    value = table.text("shared_by", most=64)
    if value and value not in names.params:
        table.wrong("shared_by", f"is {shown(value)}; the params are {', '.join(names.params) or 'none'}")
        return ""
    return value
