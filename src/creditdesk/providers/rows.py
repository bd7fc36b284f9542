"""From a decoded answer to pools: one for a plain rule, one for every row of `each`.

What a rule names must be there and be a number, or the whole answer is a `BadAnswer` and the last good snapshot stays;
only what is marked optional may be unknown. Nothing is clamped: a negative remainder stays negative.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from creditdesk.core.amounts import EXACT
from creditdesk.core.definition import Amount, Definition, PoolRule
from creditdesk.core.pools import Pool, TroubleKind
from creditdesk.core.typed import sharing_key
from creditdesk.providers.selection import compile_expression
from creditdesk.providers.strict_json import BadAnswer
from creditdesk.providers.templates import parse
from creditdesk.providers.values import Scene, find, instant, raw_amount

MAX_ROWS = 500


class Refused(Exception):
    """An amount that stands for a trouble, such as -1 for a bad key."""

    def __init__(self, kind: TroubleKind) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class _Amounts:
    limit: Decimal | None
    used: Decimal | None
    left: Decimal | None
    derived: tuple[str, ...] = ()

    def all_zero(self) -> bool:
        known = [amount for amount in (self.limit, self.used, self.left) if amount is not None]
        return bool(known) and not any(known)


@dataclass(frozen=True, slots=True)
class _Row:
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
        found = _pools(definition, rule, bodies[source], scene) if source in bodies else _unread(rule)
        pools += found
        inferred = inferred or (rule.inferred and bool(found))
    if len({pool.id for pool in pools}) != len(pools):
        raise BadAnswer("lists two pools under the same name")
    return tuple(pools), inferred


def _unread(rule: PoolRule) -> list[Pool]:
    """The pool of an optional request that failed: there, and unknown."""
    if rule.each:
        return []
    return [Pool(rule.id, rule.label, rule.kind, rule.unit, part_of=rule.part_of)]


def _pools(definition: Definition, rule: PoolRule, body: object, scene: Scene) -> list[Pool]:
    pools: list[Pool] = []
    for row in _rows(rule, body, scene):
        try:
            amounts = _amounts(rule, row)
        except BadAnswer as error:
            raise BadAnswer(f"{row.place}{error}") from None
        if rule.hide_when_zero and amounts.all_zero():
            continue
        pools.append(_pool(definition, rule, row, amounts, scene))
    return pools


def _rows(rule: PoolRule, body: object, scene: Scene) -> Iterator[_Row]:
    if not rule.each:
        yield _Row("", body)
        return
    listed = find(rule.each, body)
    if listed is None and rule.optional:
        return
    if listed is None:
        raise BadAnswer(f"{rule.each} is missing")
    if not isinstance(listed, list | dict):
        raise BadAnswer(f"{rule.each} is not a list")
    if len(listed) > MAX_ROWS:
        raise BadAnswer(f"{rule.each} has more than {MAX_ROWS} entries")
    named = listed.items() if isinstance(listed, dict) else ((str(at), row) for at, row in enumerate(listed, start=1))
    where = compile_expression(rule.where) if rule.where else None
    for name, row in named:
        if where is None or where.holds(row):
            place = f"{rule.each}[{int(name) - 1}]." if isinstance(listed, list) else f"{rule.each}.{scene.text(name)}."
            yield _Row(_key(rule, row, name, place, scene), row, place)


def _key(rule: PoolRule, row: object, name: str, place: str, scene: Scene) -> str:
    value: object = find(rule.key, row) if rule.key else name
    key = scene.text(value)
    if key and "***" not in key:
        return key
    if value is None and (rule.inferred or rule.optional):
        return name
    what = "is missing" if value is None else "is not a name"
    raise BadAnswer(f"{place}{rule.key or 'its name'} {what}")


def _amounts(rule: PoolRule, row: _Row) -> _Amounts:
    """The amounts that the rule names, scaled, and the third of them worked out where the rule does not name it."""
    limit = _amount(rule, rule.limit, row)
    used = _amount(rule, rule.used, row)
    left = _amount(rule, rule.remaining, row)
    if rule.remaining is None and limit is not None and used is not None:
        return _Amounts(limit, used, EXACT.subtract(limit, used), ("left",))
    if rule.used is None and limit is not None and left is not None:
        return _Amounts(limit, EXACT.subtract(limit, left), left, ("used",))
    if rule.limit is None and used is not None and left is not None:
        return _Amounts(EXACT.add(used, left), used, left, ("limit",))
    return _Amounts(limit, used, left)


def _amount(rule: PoolRule, amount: Amount | None, row: _Row) -> Decimal | None:
    if amount is None:
        return None
    try:
        value = raw_amount(amount, row.data, rule.group_sep)
    except BadAnswer:
        if rule.optional:
            return None
        raise
    if value in rule.invalid.get("values", ()):  # type: ignore[operator]  # a tuple of Decimals, by the loader
        raise Refused(TroubleKind(str(rule.invalid["as"])))
    if value in rule.unlimited and amount is not rule.used:
        return None
    return value if rule.scale == 1 else EXACT.multiply(value, rule.scale)


def _pool(definition: Definition, rule: PoolRule, row: _Row, amounts: _Amounts, scene: Scene) -> Pool:
    pool_id = _filled(rule.id, rule, row, scene)
    return Pool(
        id=pool_id,
        label=_filled(rule.label, rule, row, scene) or pool_id,
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
    template = parse(text)
    if not template.holes:
        return text
    fields = row.data if isinstance(row.data, dict) else {}
    values = {name: scene.text(fields.get(name)) for name in template.holes}
    values["row"] = rule.ids.get(row.key, row.key)
    return template.fill(values).strip()


def _unit(rule: PoolRule, row: _Row, scene: Scene) -> str:
    if not rule.unit_from:
        return rule.unit
    written = scene.text(find(rule.unit_from, row.data), most=40)
    return rule.units.get(written, written) or rule.unit
