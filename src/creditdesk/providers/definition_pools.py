"""The `[[pool]]` tables of a definition: what runs out, where it stands in an answer, when it refills or expires."""

import re
from collections.abc import Collection, Sequence

from creditdesk.core.definition import PoolRule, RequestRule, When
from creditdesk.core.pools import PoolKind
from creditdesk.providers.definition_amounts import read_amount, read_invalid, read_places, read_scale
from creditdesk.providers.definition_table import Table, shown
from creditdesk.providers.definition_values import (
    ID,
    PLACES,
    Names,
    expression,
    numbers,
    one_of,
    plain,
    words,
)
from creditdesk.providers.templates import TemplateError, holes

MAX_POOLS = 24

FORMATS = ("iso", "date", "epoch", "epoch_ms", "days_from_now", "secs_from_now", "auto", "rate_limit")
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
        if pool.part_of and pool.part_of not in known:
            table.wrong("part_of", f"is {shown(pool.part_of)}; other pools are {', '.join(known) or 'none'}")
        elif pool.part_of and _contains_itself(pool, pools):
            table.wrong("part_of", f"is {shown(pool.part_of)}, so that the pool would be a part of itself")
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


def _contains_itself(pool: PoolRule, pools: Collection[PoolRule]) -> bool:
    around = {name: each for each in pools for name in references([each])}
    at: PoolRule | None = pool
    for _ in pools:
        at = around.get(at.part_of) if at else None
        if at is pool:
            return True
    return False


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
        unit_param=_param(table, "unit_param", names),
        units=words(table, "units"),
        from_=_from(table, requests, typed),
        each=each,
        where=expression(table, "where"),
        key=expression(table, "key"),
        label_from=expression(table, "label_from"),
        ids=_ids(table),
        limit=read_amount(table, "limit"),
        used=read_amount(table, "used"),
        remaining=read_amount(table, "remaining"),
        amount=read_amount(table, "amount"),
        empty=plain(table, "empty"),
        scale=read_scale(table),
        group_sep=table.text("group_sep", most=1),
        unlimited=numbers(table, "unlimited"),
        invalid=read_invalid(table),
        optional=table.flag("optional"),
        typed=typed,
        typed_limit=table.flag("typed_limit"),
        reset=read_when(table, "reset", names),
        expires=read_when(table, "expires", names),
        hide_when_zero=table.flag("hide_when_zero"),
        part_of=table.text("part_of", most=100),
        shared_by=_param(table, "shared_by", names),
        inferred=table.flag("inferred"),
        notes=plain(table, "notes", most=2_000, lines=True),
    )
    _check(table, rule, requests)
    table.finish()
    return rule


def _check(table: Table, rule: PoolRule, requests: Sequence[RequestRule]) -> None:
    given = table.data.keys()
    for key in ("key", "ids", "empty"):
        if key in given and "each" not in given:
            table.wrong(key, "is only for a pool with each")
    if not given & {"unit", "unit_from", "unit_param"}:
        table.wrong("unit", "is missing; give unit, unit_from or unit_param")
    if {"unit_from", "unit_param"} <= given:
        table.wrong("unit_param", "does not go with unit_from")
    if "units" in given and not given & {"unit_from", "unit_param"}:
        table.wrong("units", "is only for a pool with unit_from or unit_param")
    amounts = given & {"limit", "used", "remaining", "amount"}
    if rule.typed:
        for key in sorted(given & {"each", "where", "from", "unit_from", "label_from", "invalid", *amounts}):
            table.wrong(key, "is not for a typed pool, which the user types")
    elif "typed_limit" in given:
        table.wrong("typed_limit", "is only for a typed pool")
    elif not requests:
        table.wrong("typed", "must be true: without a request the user types every pool")
    elif not amounts:
        table.wrong("", "needs at least one of used, remaining, amount (or typed = true)")
    elif amounts == {"limit"}:
        table.wrong("limit", "alone does not tell what is left; give used or remaining too (or typed = true)")
    elif "unlimited" in given and any(each and each.any_of for each in (rule.limit, rule.amount)):
        table.wrong("unlimited", "does not go with a limit or an amount that has a list of places")
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


def read_when(table: Table, key: str, names: Names) -> When | None:
    """The instant or the rule of a key such as `reset`; None where it is missing."""
    inner = table.table(key)
    if inner is None:
        return None
    places = read_places(inner, "at")
    when = When(
        at=places[0] if places else "",
        or_at=places[1:],
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
    if value == "UTC":
        return value
    import zoneinfo  # 3 ms that the first paint should not pay for

    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        table.wrong("tz", f"is {shown(value)}, which is not a time zone such as UTC or Europe/Berlin")
        return "UTC"
    return value


def _param(table: Table, key: str, names: Names) -> str:
    """The name of a param, "" when missing or wrong."""
    value = table.text(key, most=64)
    if value and value not in names.params:
        table.wrong(key, f"is {shown(value)}; the params are {', '.join(names.params) or 'none'}")
        return ""
    return value
