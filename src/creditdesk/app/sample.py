"""Sample accounts and three months of their past, made from resources/sample/demo.toml. Same file, same past."""

import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from creditdesk.core.definition import Definition, PoolRule
from creditdesk.core.pools import Pool, PoolKind, Snapshot, Source
from creditdesk.core.resets import next_reset

PAST = timedelta(days=92)
STEP = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class SampleAccount:
    """One account of the sample: how to make it, and its sandbox state. `past` is oldest first."""

    name: str
    provider: str
    client: str
    settings: Mapping[str, str]
    typed: Mapping[str, Decimal]
    typed_at: datetime
    state: Mapping[str, Any]
    fault: str
    confirmed: bool
    pools: tuple[Mapping[str, Any], ...]
    last_read_at: datetime
    tracks: bool = False  # its vendor lists the keywords of tracked-keywords.txt


def sample_accounts(folder: Path, now: datetime) -> list[SampleAccount]:
    """The accounts of `folder`/demo.toml, with every relative date counted from `now`."""
    with (folder / "demo.toml").open("rb") as stream:
        table = tomllib.load(stream)
    return [_account(row, now) for row in table["account"]]


def past_snapshots(sample: SampleAccount, definition: Definition, now: datetime) -> list[Snapshot]:
    """What a desk would have read in the last three months, every six hours, oldest first."""
    source = Source.LIVE if definition.readable else Source.ESTIMATED
    chance = random.Random(f"{sample.provider}/{sample.name}")
    instants = _instants(sample.last_read_at)
    columns = [_past(row, instants, chance) for row in sample.pools]
    snapshots = []
    for place, at in enumerate(instants):
        pools = tuple(
            _pool(row, definition, column[place], at, now) for row, column in zip(sample.pools, columns, strict=True)
        )
        snapshots.append(Snapshot(at, source, pools))
    return snapshots


def _account(row: Mapping[str, Any], now: datetime) -> SampleAccount:
    state = dict(row.get("state", {}))
    if "packages" in row:
        state["packages"] = [_dated(each, now, "expire_time") for each in row["packages"]]
    if "grants" in row:
        state["grants"] = [_dated(each, now, "expires_at") for each in row["grants"]]
    return SampleAccount(
        name=row["name"],
        provider=row["provider"],
        client=row.get("client", ""),
        settings=row.get("settings", {}),
        typed={pool: Decimal(text) for pool, text in row.get("typed", {}).items()},
        typed_at=now - timedelta(days=row.get("typed_days_ago", 0)),
        state=state,
        fault=row.get("fault", ""),
        confirmed=row.get("confirmed", False),
        pools=tuple(row["pool"]),
        last_read_at=now - timedelta(hours=row.get("last_read_hours_ago", 0), minutes=2),
        tracks=row.get("tracks", False),
    )


def _dated(row: Mapping[str, Any], now: datetime, name: str) -> dict[str, Any]:
    """A package or grant of the sandbox, its days from now as the instant that the sandbox wants."""
    rest = {key: value for key, value in row.items() if key != "expires_in_days"}
    at = _expiry(row, now)
    return {**rest, name: int(at.timestamp()) if name == "expire_time" else at.isoformat()}


def _expiry(row: Mapping[str, Any], now: datetime) -> datetime:
    day = now + timedelta(days=row["expires_in_days"])
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


def _instants(last: datetime) -> list[datetime]:
    steps = PAST // STEP
    return [last - STEP * (steps - place) for place in range(steps + 1)]


def _past(row: Mapping[str, Any], instants: list[datetime], chance: random.Random) -> list[Decimal]:
    """What was left at each instant, worked out backwards from what is left now."""
    left = Decimal(row["left"])
    digits = Decimal(1).scaleb(-int(row.get("digits", 0)))
    column = [left]
    for later, earlier in zip(reversed(instants), reversed(instants[:-1]), strict=False):
        if row.get("resets") == "month" and earlier.month != later.month:
            left = Decimal(row["before_reset"]) + chance.randrange(0, 30)
        else:
            left += _use(row, earlier, chance)
            left = _bounded(row, left, earlier)
        column.append(left.quantize(digits))
    column.reverse()
    return _as_reset(row, column, instants)


def _use(row: Mapping[str, Any], at: datetime, chance: random.Random) -> Decimal:
    per_step = float(row["per_day"]) * (STEP / timedelta(days=1))
    weekday = 1.0 if at.weekday() < 5 else float(row.get("weekend", "0.4"))
    working = {0: 0.1, 6: 1.2, 12: 1.9, 18: 0.8}[at.hour // 6 * 6]
    return Decimal(str(round(per_step * weekday * working * chance.uniform(0.5, 1.5), 4)))


def _bounded(row: Mapping[str, Any], left: Decimal, at: datetime) -> Decimal:
    if "top_up" in row and left > Decimal(row["top_up"]):
        return left - Decimal(row["top_up"])  # going back in time, a top-up is a fall
    if "limit" in row and row.get("resets") != "month":
        return min(left, Decimal(row["limit"]))
    return left


def _as_reset(row: Mapping[str, Any], column: list[Decimal], instants: list[datetime]) -> list[Decimal]:
    """Stretch each month so that it begins at the limit and ends where it ended."""
    if row.get("resets") != "month":
        return column
    limit = Decimal(row["limit"])
    months: dict[tuple[int, int], list[int]] = {}
    for place, at in enumerate(instants):
        months.setdefault((at.year, at.month), []).append(place)
    for places in months.values():
        first, last = column[places[0]], column[places[-1]]
        if first == last or instants[places[0]].day != 1:
            continue
        stretch = (limit - last) / (first - last)
        for place in places:
            column[place] = (last + (column[place] - last) * stretch).quantize(Decimal(1))
    return column


def _pool(row: Mapping[str, Any], definition: Definition, left: Decimal, at: datetime, now: datetime) -> Pool:
    rule = _rule(definition, row["id"])
    limit = Decimal(row["limit"]) if "limit" in row else None
    resets_at = next_reset("month", "first", "UTC", at) if row.get("resets") == "month" else None
    return Pool(
        id=row["id"],
        label=row.get("label", rule.label),
        kind=rule.kind,
        unit=rule.unit,
        left=left,
        limit=limit,
        used=limit - left if limit is not None and rule.kind is not PoolKind.WALLET else None,
        resets_at=resets_at,
        expires_at=_expiry(row, now).astimezone(UTC) if "expires_in_days" in row else None,
        reset_assumed=bool(rule.reset and rule.reset.assumed),
    )


def _rule(definition: Definition, pool_id: str) -> PoolRule:
    family = pool_id.partition(":")[0]
    for rule in definition.pools:
        if rule.id == pool_id or (":" in pool_id and rule.id.partition(":")[0] == family and ":" in rule.id):
            return rule
    raise ValueError(f"{definition.id} has no pool {pool_id}")
