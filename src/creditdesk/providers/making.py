"""Changing the file of an own vendor by what was chosen on its page. The text is the only truth: every step is one
change of it, so that what was written by hand stays, and undo is the text's own.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from creditdesk.core.amounts import parse_amount
from creditdesk.core.own_vendor import AMOUNTS, INSTANTS, Place, Role, at, there
from creditdesk.core.pools import PoolKind
from creditdesk.providers import places
from creditdesk.providers.guessing import instant_format
from creditdesk.providers.places import NoPath, expression
from creditdesk.providers.redaction import redact
from creditdesk.providers.toml_edit import add, drop, entry_of, only, put, read, table_of, tables_of

_ROLE_WORDS = re.compile(
    r"remain(?:ing)?|left|limit|quota|total|used|usage|consumed|spent|available|balance|max(?:imum)?|cap|current|count"
)
_PLAIN_WORDS = frozenset(
    {"data", "result", "results", "response", "attributes", "account", "user", "info", "headers", "me"}
)
_ASKED = frozenset({"schema", "id", "name", "as_of", "verified", "source", "credentials", "params"})
_UNITS = ("credits", "requests", "tokens", "searches", "characters", "words", "calls", "queries", "emails", "pages",
          "messages", "units", "minutes", "images", "keywords", "rows")  # fmt: skip
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that was clicked and what it was said to be: in this answer (`data`, of `request`), for this pool.

    `pool` counts from 0; one that is not there yet is made.
    """

    place: Place
    role: Role
    request: str
    pool: int = 0


def marked(text: str, choice: Choice, data: object) -> str:
    """The text in which this value is what it was said to be. Raises `NoPath` and `Uneditable`."""
    if choice.role is Role.SECRET:
        return _hidden(text, choice)
    before = read(text)
    if not there(data, choice.place):
        raise NoPath("This value is not in the answer.")
    if any(isinstance(step, str) and redact(step) != step for step in choice.place):
        raise NoPath("A name on the way to this value looks like a key, and would be kept in the file.")
    if choice.role in (Role.PLAN, Role.KEY_EXPIRES):
        found = _value(choice.role, choice.place, data, choice.place)
        return put(text, "account", {**table_of(before, "account"), choice.role.value: found})
    pools = tables_of(before, "pool")
    if not 0 <= choice.pool < len(pools):
        text = add(text, "pool", _new_pool(pools, choice, data, _last_request(text)))
        choice = Choice(choice.place, choice.role, choice.request, len(pools))
    pool = entry_of(read(text), "pool", choice.pool)
    if pool.get("from", _last_request(text)) != choice.request:
        raise NoPath("This pool is read from another request. Choose a new pool for this value.")
    inside = _inside(pool, choice.place)
    changed = {choice.role.value: _value(choice.role, inside, data, choice.place)}
    if choice.role in AMOUNTS:
        changed |= _separated(at(data, choice.place))
    if choice.role is Role.UNIT:
        changed["unit"] = None
        if not isinstance(at(data, choice.place), str):
            raise NoPath("This value is no text that could be a unit.")
    elif choice.role is Role.LABEL:
        changed = {"label": "{row}", "label_from": expression(inside), "key": pool.get("key", expression(inside))}
    return _pool_changed(text, choice.pool, changed)


def unmarked(text: str, pool: int, role: Role) -> str:
    """The text without what was said: of a pool, or (`pool` -1) of the account. A pool without amounts goes, too."""
    if pool < 0:
        account = {key: value for key, value in table_of(read(text), "account").items() if key != role.value}
        return put(text, "account", account or None)
    changed: dict[str, object] = {role.value: None}
    if role is Role.UNIT:
        changed["unit"] = "credits"
    elif role is Role.LABEL:
        changed = {"label_from": None}
    left = {key for key in entry_of(read(text), "pool", pool) if key in [each.value for each in AMOUNTS]} - set(changed)
    return _pool_changed(text, pool, changed) if left or role not in AMOUNTS else drop(text, "pool", pool)


def spread(text: str, pool: int, rows: Place | None) -> str:
    """The text with one pool for each row of this list, or (None) with one pool again, of the first row."""
    entry = entry_of(read(text), "pool", pool)
    before = places.place(str(entry.get("each", ""))) if "each" in entry else None
    changed: dict[str, object] = {}
    for key, role in ((each.value, each) for each in (*AMOUNTS, Role.UNIT, *INSTANTS)):
        if key in entry:
            changed[key] = _moved(entry[key], role, before, rows)
    name = re.sub(r":?\{row\}$", "", str(entry.get("id", ""))) or "row"
    if rows is None:
        changed |= {
            "each": None,
            "key": None,
            "label_from": None,
            "id": name,
            "label": _plain(entry.get("label", name)),
        }
    else:
        changed |= {
            "each": expression(rows),
            "id": f"{name}:{{row}}",
            "label": f"{_plain(entry.get('label', ''))} {{row}}",
        }
    return _pool_changed(text, pool, changed)


def set_pool(text: str, pool: int, key: str, value: str) -> str:
    """The text with the label, kind or unit of a pool changed."""
    return _pool_changed(
        text, pool, {key: value, **({"unit_from": None} if key == "unit" else {})}, given=key == "kind"
    )


def without_pool(text: str, pool: int) -> str:
    """The text without this pool."""
    return drop(text, "pool", pool)


def requests_alone(text: str) -> str:
    """The text with its requests and one pool that is typed by hand: enough to ask, before anything is marked."""
    stub = {"id": "stub", "label": "Stub", "kind": PoolKind.WALLET.value, "unit": "credits", "typed": True}
    return add(only(text, _ASKED, "request"), "pool", stub)


def _pool_changed(text: str, pool: int, changed: Mapping[str, object], given: bool = False) -> str:
    before = entry_of(read(text), "pool", pool)
    after = {key: value for key, value in {**before, **changed}.items() if value is not None}
    values = dict(changed)
    if not given and (kind := _kind(after, changed)) != after.get("kind"):
        values["kind"] = kind
    for key, value in values.items():
        if before.get(key) != value:
            text = put(text, key, value, ("pool", pool))
    return text


def _kind(pool: Mapping[str, object], changed: Mapping[str, object]) -> object:
    """The kind that suits what is known of a pool; the one it has, where that suits."""
    kind = pool.get("kind", PoolKind.WALLET.value)
    filled = PoolKind.ALLOWANCE.value
    if "reset" in pool:
        return kind if kind in (filled, PoolKind.SPEND.value, PoolKind.RATE.value) else filled
    if "used" in pool and not pool.keys() & {"remaining", "limit"}:
        return PoolKind.SPEND.value
    if kind == PoolKind.SPEND.value and changed.keys() & {"remaining", "limit"}:
        return filled if "limit" in pool else PoolKind.WALLET.value
    if kind == PoolKind.WALLET.value and changed.get("limit"):
        return filled
    return PoolKind.PACKAGE.value if kind == PoolKind.WALLET.value and changed.get("expires") else kind


def _new_pool(pools: list[dict[str, Any]], choice: Choice, data: object, last: str) -> dict[str, object]:
    label = _label(choice.place)
    taken = {str(pool.get("id")) for pool in pools}
    wanted = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")[:40] or "pool"
    pool_id = next(name for name in (wanted, *(f"{wanted}-{n}" for n in range(2, 99))) if name not in taken)
    names = "_".join(_words(choice.place))
    unit = next((each for each in _UNITS if each in names or each.removesuffix("s") in names.split("_")), "credits")
    values: dict[str, object] = {"id": pool_id, "label": label, "kind": PoolKind.WALLET.value, "unit": unit}
    return {**values, "from": choice.request} if choice.request != last else values


def _label(place: Place) -> str:
    """What a pool may be called by where its value stands: `data.api_credits.remaining` is "Api credits"."""
    for step in reversed(place):
        parts = [part for part in _words((step,)) if not _ROLE_WORDS.fullmatch(part)] if isinstance(step, str) else []
        if parts and not set(parts) <= _PLAIN_WORDS:
            said = " ".join(parts)[:40]
            return said[:1].upper() + said[1:]
    return "Credits"


def _words(place: Place) -> list[str]:
    return [part.lower() for step in place if isinstance(step, str) for part in _WORD.split(step) if part]


def _inside(pool: Mapping[str, object], place: Place) -> Place:
    """The place inside of a row, for a pool with rows."""
    if "each" not in pool:
        return place
    rows = places.place(str(pool["each"]))
    if rows is None or place[: len(rows)] != rows or len(place) < len(rows) + 2:
        raise NoPath("This value stands outside of the rows of this pool. Choose a new pool for it.")
    return place[len(rows) + 1 :]


def _value(role: Role, inside: Place, data: object, whole: Place) -> object:
    path = expression(inside)
    if role not in INSTANTS:
        return path
    name = next((step for step in reversed(whole) if isinstance(step, str)), "")
    form = instant_format(at(data, whole), name)
    if not form:
        raise NoPath("This value is no date and no time that is known here.")
    if whole[0] in ("headers", "lists") and form in ("epoch", "epoch_ms", "secs_from_now"):
        form = "rate_limit"  # a header may tell it in any of these ways
    return {"at": path, "format": form}


def _separated(value: object) -> dict[str, object]:
    """What an amount as a text needs: "1,234.50" has a sign between its thousands. Raises `NoPath` for no amount."""
    if not isinstance(value, bool) and parse_amount(value) is not None:
        return {}
    for sign in ",' ":
        if isinstance(value, str) and parse_amount(value, sign) is not None:
            return {"group_sep": sign}
    raise NoPath("This value is no number.")


def _moved(value: object, role: Role, before: Place | None, rows: Place | None) -> object:
    """A path of a pool, inside of the rows or out of them; one that is more than a path stays as it is."""
    table = value if isinstance(value, dict) else {"at": value}
    place = places.place(str(table.get("at", "")))
    if place is None:
        return value
    whole = place if before is None else (*before, 0, *place)
    inside = whole if rows is None else _inside({"each": expression(rows)}, whole)
    return {**table, "at": expression(inside)} if role in INSTANTS else expression(inside)


def _hidden(text: str, choice: Choice) -> str:
    data = read(text)
    number = next((at for at, each in enumerate(tables_of(data, "request")) if each.get("id") == choice.request), 0)
    there = list(entry_of(data, "request", number).get("redact") or [])
    path = places.redaction(choice.place)
    return text if path in there else put(text, "redact", [*there, path], ("request", number))


def _last_request(text: str) -> str:
    requests = tables_of(read(text), "request")
    return str(requests[-1].get("id", "")) if requests else ""


def _plain(label: object) -> str:
    return re.sub(r"\s*\{[^{}]*\}", "", str(label)).strip() or "Credits"
