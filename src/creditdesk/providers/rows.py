"""From a decoded answer to pools: one for a plain rule, one for every row of `each`.

What a rule names must be there and be a number, or the whole answer is a `BadAnswer` and the last good snapshot stays;
only what is marked optional may be unknown. Nothing is clamped: a negative remainder stays negative.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from creditdesk.core.amounts import EXACT
from creditdesk.core.definition import Amount, Definition, PoolRule
from creditdesk.core.pools import Pool, PoolKind, TroubleKind
from creditdesk.core.typed import sharing_key
from creditdesk.providers.redaction import MASK
from creditdesk.providers.selection import compile_expression
from creditdesk.providers.strict_json import BadAnswer
from creditdesk.providers.templates import parse
from creditdesk.providers.values import Scene, find, first_amount, instant, raw_amount

MAX_ROWS = 500

_PATH = re.compile(r'[\w.\[\]"]+')


class Refused(Exception):
    """An amount that stands for a trouble, such as -1 for a bad key."""

    def __init__(self, kind: TroubleKind) -> None:
        super().__init__(kind)
        self.kind = kind


class Unreadable(BadAnswer):
    """A `BadAnswer` that came from the answer of this request."""

    def __init__(self, what: str, request: str) -> None:
        super().__init__(what)
        self.request = request


class _Amounts(NamedTuple):
    limit: Decimal | None
    used: Decimal | None
    left: Decimal | None
    derived: tuple[str, ...] = ()

    def all_zero(self) -> bool:
        known = [amount for amount in (self.limit, self.used, self.left) if amount is not None]
        return bool(known) and not any(known)


class _Row(NamedTuple):
    """One row: its key as the vendor writes it ("" for a plain rule), its data, and where it stands, for messages."""

    key: str
    data: object
    place: str = ""


def read_pools(definition: Definition, bodies: Mapping[str, object], scene: Scene) -> tuple[tuple[Pool, ...], bool]:
    """The pools of these answers, by the definition's order, and whether any of them comes from guessed fields.

    `bodies` maps a request's id to its decoded body; an optional request that failed is not in it. Raises `BadAnswer`,
    and `Refused` for an amount that stands for a trouble.
    """
    pools: list[Pool] = []
    inferred = False
    for rule in definition.pools:
        if rule.typed:
            continue
        source = rule.from_ or (definition.requests[-1].id if definition.requests else "")
        try:
            found = _pools(definition, rule, bodies[source], scene) if source in bodies else _unread(rule, scene)
        except BadAnswer as error:
            raise Unreadable(str(error), source) from None
        pools += found
        inferred = inferred or (rule.inferred and bool(found))
    if len({pool.id for pool in pools}) != len(pools):
        raise BadAnswer("lists two pools under the same name")
    return tuple(pools), inferred


def _unread(rule: PoolRule, scene: Scene) -> list[Pool]:
    """The pool of an optional request that failed: there, and unknown."""
    if rule.each:
        return []
    return [Pool(rule.id, rule.label, rule.kind, rule.unit_at(scene.settings), part_of=rule.part_of)]


def _pools(definition: Definition, rule: PoolRule, body: object, scene: Scene) -> list[Pool]:
    pools: list[Pool] = []
    if rule.each:
        rows = _told_apart(rule, list(_rows(rule, body, scene)))
    else:
        rows = [_Row("", body)] if not rule.where or compile_expression(rule.where).holds(body) else []
    if not rows and rule.empty:
        raise BadAnswer(rule.empty)
    for row in rows:
        try:
            amounts = _amounts(rule, row)
        except BadAnswer as error:
            raise BadAnswer(f"{row.place}{error}") from None
        if rule.hide_when_zero and amounts.all_zero():
            continue
        pools.append(_pool(definition, rule, row, amounts, scene))
    return pools


def _told_apart(rule: PoolRule, rows: list[_Row]) -> list[_Row]:
    """Guessed and optional rows of the same name, numbered (`a`, `a-2`), so that none of them costs the others."""
    if not (rule.inferred or rule.optional):
        return rows
    taken: set[str] = set()
    apart: list[_Row] = []
    for row in rows:
        numbered = (f"{row.key}-{number}" for number in range(2, len(rows) + 2))
        key = row.key if row.key not in taken else next(name for name in numbered if name not in taken)
        taken.add(key)
        apart.append(row._replace(key=key))
    return apart


def _rows(rule: PoolRule, body: object, scene: Scene) -> Iterator[_Row]:
    listed = find(rule.each, body)
    if listed is None and rule.optional:
        return
    path = rule.each if _PATH.fullmatch(rule.each) and not _searched(rule) else ""
    if listed is None:
        raise BadAnswer(f"{path} is missing" if path else "has no list at any of the known places")
    if not isinstance(listed, list | dict):
        raise BadAnswer(f"{path or 'what should be a list'} is not a list")
    if len(listed) > MAX_ROWS:
        raise BadAnswer(f"{path or 'the list'} has more than {MAX_ROWS} entries")
    named = listed.items() if isinstance(listed, dict) else ((str(at), row) for at, row in enumerate(listed, start=1))
    where = compile_expression(rule.where) if rule.where else None
    for name, row in named:
        if where is None or where.holds(row):
            place = f"[{int(name) - 1}]." if isinstance(listed, list) else f".{scene.text(name)}."
            place = f"{path}{place}" if path else f"entry {scene.text(name)} of the list: "
            yield _Row(_key(rule, row, name, place, scene), row, place)


def _key(rule: PoolRule, row: object, name: str, place: str, scene: Scene) -> str:
    value: object = find(rule.key, row) if rule.key else name
    key = scene.text(value)
    guessed = rule.inferred or rule.optional
    if key and (guessed or MASK not in key):
        return key
    if guessed:
        return scene.text(name) or MASK
    what = "is missing" if value is None else "is not a name"
    raise BadAnswer(f"{place}{rule.key or 'its name'} {what}")


def _amounts(rule: PoolRule, row: _Row) -> _Amounts:
    """The amounts that the rule names, scaled, and the third of them worked out where the rule does not name it."""
    left = _amount(rule, rule.remaining, row)
    limit = _amount(rule, rule.limit, row, left)
    used = _amount(rule, rule.used, row, left)
    if rule.amount is not None:
        either = _amount(rule, rule.amount, row, left)
        if left is None and used is None:
            left = either
        elif limit is None:
            limit = either
    if _open(rule.remaining) and left is None and limit is not None and used is not None:
        return _Amounts(limit, used, EXACT.subtract(limit, used), ("left",))
    if _open(rule.used) and used is None and limit is not None and left is not None:
        return _Amounts(limit, EXACT.subtract(limit, left), left, ("used",))
    if _open(rule.limit) and limit is None and used is not None and left is not None:
        return _Amounts(EXACT.add(used, left), used, left, ("limit",))
    endless = bool(rule.unlimited) and rule.limit is not None and limit is None  # what is missing was refused before
    if (
        (used if rule.kind is PoolKind.SPEND else left) is None
        and not rule.optional
        and _searched(rule)
        and not endless
    ):
        raise BadAnswer(f"what is {'used' if rule.kind is PoolKind.SPEND else 'left'} is not told")
    return _Amounts(limit, used, left)


def _open(amount: Amount | None) -> bool:
    """Whether an amount may be worked out: the rule does not name it, or names places where it may stand."""
    return amount is None or bool(amount.any_of)


def _searched(rule: PoolRule) -> bool:
    return any(each and each.any_of for each in (rule.limit, rule.used, rule.remaining, rule.amount))


def _amount(rule: PoolRule, amount: Amount | None, row: _Row, left: Decimal | None = None) -> Decimal | None:
    """An amount in the desk's scale. What only might stand beside a known `left` makes no answer unreadable."""
    if amount is None:
        return None
    try:
        value = _stated(rule, amount, row)
    except BadAnswer:
        if rule.optional or (left is not None and amount.any_of):
            return None
        raise
    if value is None:
        return None
    if rule.invalid and value in rule.invalid.get("values", ()):  # type: ignore[operator]  # a tuple of Decimals, by the loader
        raise Refused(TroubleKind(str(rule.invalid["as"])))
    if rule.unlimited and value in rule.unlimited and amount is not rule.used:
        return None
    return value if rule.scale == 1 else EXACT.multiply(value, rule.scale)


def _stated(rule: PoolRule, amount: Amount, row: _Row) -> Decimal | None:
    if not amount.any_of:
        return raw_amount(amount, row.data, rule.group_sep)
    try:
        return first_amount(amount.any_of, row.data, rule.group_sep, strict=amount is rule.used)
    except BadAnswer as error:
        named = {id(rule.limit): "the limit", id(rule.used): "what is used", id(rule.remaining): "what is left"}
        raise BadAnswer(f"{named.get(id(amount), 'the amount')} {error}") from None


def _pool(definition: Definition, rule: PoolRule, row: _Row, amounts: _Amounts, scene: Scene) -> Pool:
    pool_id = _filled(rule.id, rule, row, scene)
    return Pool(
        id=pool_id,
        label=_label(rule, row, scene) or pool_id,
        kind=rule.kind,
        unit=_unit(rule, row, scene),
        left=amounts.left,
        limit=amounts.limit,
        used=amounts.used,
        resets_at=instant(rule.reset, row.data, scene) if rule.reset else None,
        expires_at=instant(rule.expires, row.data, scene) if rule.expires else None,
        reset_assumed=bool(rule.reset and rule.reset.assumed),
        derived=amounts.derived,
        shared_by=sharing_key(definition, rule, scene.settings),
        part_of=rule.part_of,
    )


def _filled(text: str, rule: PoolRule, row: _Row, scene: Scene) -> str:
    """An id or label with `{row}` and the row's own fields filled in; a field that is not there is left out."""
    if "{" not in text:
        return text
    template = parse(text)
    fields = row.data if isinstance(row.data, dict) else {}
    values = {name: scene.text(fields.get(name)) for name in template.holes}
    values["row"] = rule.ids.get(row.key, row.key)
    return template.fill(values).strip()


def _label(rule: PoolRule, row: _Row, scene: Scene) -> str:
    found = scene.text(find(rule.label_from, row.data)) if rule.label_from else ""
    return found or _filled(rule.label, rule, row, scene)


def _unit(rule: PoolRule, row: _Row, scene: Scene) -> str:
    if not rule.unit_from:
        return rule.unit_at(scene.settings)
    written = scene.text(find(rule.unit_from, row.data), most=40)
    return rule.units.get(written, written) or rule.unit
