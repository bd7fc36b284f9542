"""What a card says of an account, as values: decided here without Qt, drawn by `creditdesk.ui.card`."""

from dataclasses import dataclass
from datetime import datetime

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Level, Pool, PoolKind, Reading, Source
from creditdesk.core.settings import Settings
from creditdesk.ui import outlook, theme, words
from creditdesk.ui.board import Entry
from creditdesk.ui.card_notes import (
    Ask,
    Note,
    drains,
    enough,
    expiry_news,
    inferred_notes,
    notices,
    offers,
    reading_notes,
    total,
    trouble_notes,
)
from creditdesk.ui.card_tones import pool_tones, used_share
from creditdesk.ui.gauge_rows import GaugeLine
from creditdesk.ui.pace import pace

MOST_LINES = 6
MOST_TILES = 3


@dataclass(frozen=True, slots=True)
class CardContent:
    """Everything on a card. Empty things are not shown. `tiles` are (label, number); `hero` is (number, words)."""

    title: str
    sub: str
    level: Level
    tone: str
    stale: bool = False
    hero: tuple[str, str] | None = None
    tiles: tuple[tuple[str, str], ...] = ()
    lines: tuple[GaugeLine, ...] = ()
    notes: tuple[Note, ...] = ()
    foot: str = ""
    spark: bool = False


def card_content(entry: Entry, now: datetime, settings: Settings) -> CardContent:
    """What the card of this account shows now."""
    reading, definition = entry.reading, entry.definition
    chosen = definition.settings(reading.account.settings)
    plan = definition.plan(chosen)
    tone = theme.state(reading.level).gauge
    head = CardContent(definition.name, sub_line(entry, now, settings), reading.level, tone, is_old(reading))
    if plan is not None and plan.upgrade:
        ask = Ask("See plans", "link", {"url": plan.upgrade_url}, "primary") if plan.upgrade_url else None
        return _with(head, notes=(Note(plan.upgrade, ask, title=plan.label), *notices(definition, chosen)))
    notes = (*trouble_notes(entry, now), *inferred_notes(entry), *reading_notes(entry), *notices(definition, chosen))
    if reading.snapshot is None:
        return _with(head, notes=notes)
    pools = tuple(pool for pool in reading.snapshot.pools if pool.kind is not PoolKind.RATE)
    hero_pool = _hero_pool(pools)
    in_tiles = _tile_pools(pools, definition)
    lined = [pool for pool in pools if pool is not hero_pool and (pool not in in_tiles or pool.limit is not None)]
    tones = pool_tones(entry, settings, now, is_old(reading))
    lines = tuple(_line(pool, entry, now, settings, tones[pool.id]) for pool in lined[:MOST_LINES])
    more = (Note(f"and {len(lined) - MOST_LINES} more, on the history page"),) if len(lined) > MOST_LINES else ()
    news = () if settings.hide_amounts else (*expiry_news(entry, pools, now), *enough(definition, pools))
    return _with(
        head,
        hero=_hero(hero_pool, entry, now, settings) if hero_pool else None,
        tiles=_tiles(in_tiles, definition, settings),
        lines=lines,
        notes=(*more, *notes, *news, *offers(definition)),
        foot=_foot(entry, hero_pool, now, settings),
        spark=not settings.hide_amounts and len(reading.spark) > 1,
    )


def sub_line(entry: Entry, now: datetime, settings: Settings) -> str:
    """Whose it is, how old it is and how it is known: "Agency · 2 min ago", "Starter · 3 d ago, by hand".

    An account that is not read from its vendor says so: "Agency · test server · 2 min ago".
    """
    reading, definition = entry.reading, entry.definition
    plan = definition.plan(definition.settings(reading.account.settings))
    own = words.sub_name(reading.account, definition, settings.hide_names)
    snapshot = reading.snapshot
    plan_name = plan.label if plan else (snapshot.plan if snapshot else "")
    trial = "trial" if plan is not None and plan.trial and "trial" not in plan_name.casefold() else ""
    age = words.age(reading.read_at, now)
    if snapshot is not None and (source := words.source_word(snapshot.source)):
        age = f"{age}, {source}"
    shown_plan = plan_name if not own or (plan is not None and plan.trial) else ""
    server = "test server" if entry.test_server else ""
    return " · ".join(part for part in (own, shown_plan, trial, server, age) if part)


def _with(head: CardContent, **values: object) -> CardContent:
    kept = {name: getattr(head, name) for name in ("title", "sub", "level", "tone", "stale")}
    return CardContent(**kept, **values)  # type: ignore[arg-type]  # the dataclass checks the names at run time


def _hero_pool(pools: tuple[Pool, ...]) -> Pool | None:
    """The one number of the account: its only wallet, or its only pool, when it has no limit."""
    wallets = [pool for pool in pools if pool.kind in (PoolKind.WALLET, PoolKind.SPEND) and pool.limit is None]
    if len(wallets) == 1 and all(pool.kind is PoolKind.PACKAGE for pool in pools if pool is not wallets[0]):
        return wallets[0]
    return pools[0] if len(pools) == 1 and pools[0].limit is None else None


def _tile_pools(pools: tuple[Pool, ...], definition: Definition) -> tuple[Pool, ...]:
    """The pools that stand in tiles: those that are drained together and have a total, or a few wallets."""
    if definition.total_label:
        drained = tuple(pool for pool in pools if drains(definition, pool.id))
        return drained if 2 <= len(drained) <= MOST_TILES else ()
    wallets = tuple(pool for pool in pools if pool.kind is PoolKind.WALLET and pool.limit is None)
    return wallets if 2 <= len(wallets) <= MOST_TILES else ()


def _tiles(pools: tuple[Pool, ...], definition: Definition, settings: Settings) -> tuple[tuple[str, str], ...]:
    hide = settings.hide_amounts
    tiles = tuple((pool.label, words.number(pool.left, pool.unit, hide)) for pool in pools)
    if not tiles or not definition.total_label:
        return tiles
    return ((definition.total_label, words.number(total(pools), pools[0].unit, hide)), *tiles)


def _hero(pool: Pool, entry: Entry, now: datetime, settings: Settings) -> tuple[str, str]:
    reading = entry.reading
    run_out = next((each for each in reading.run_outs if each.pool == pool.id and each.at > now), None)
    value = pool.left if pool.left is not None else pool.used
    what = "left" if pool.left is not None else "used"
    unit = "" if words.is_money(pool.unit) or value is None else f"{words.unit_word(pool.unit, value)} "
    if is_old(reading):
        rest = f"{unit}{what}, {words.age(reading.read_at, now)}"
    elif run_out is not None and pool.left is not None:
        rest = f"{unit}{outlook.lasts_line(run_out, now)}"
    else:
        rest = f"{unit}{what}"
    return words.number(value, pool.unit, settings.hide_amounts), rest


def _line(pool: Pool, entry: Entry, now: datetime, settings: Settings, tone: str) -> GaugeLine:
    return pool_line(
        pool,
        settings.hide_amounts,
        even=pace(pool, entry.definition, now),
        tone=tone,
        now=now,
    )


def pool_line(
    pool: Pool, hide: bool = False, even: float | None = None, tone: str = "accent", now: datetime | None = None
) -> GaugeLine:
    """A pool as a line of `GaugeRows`. A pool without a limit has no bar; hidden amounts leave the bar empty."""
    figure, rest = words.left_parts(pool, hide)
    if pool.limit is None and pool.unit and not words.is_money(pool.unit) and pool.left is not None:
        rest = f"{words.unit_word(pool.unit, pool.left)} left"
    tip = f"{pool.label}: {figure} {rest}".strip()
    if now is not None:
        more = [outlook.reset_line(pool, now), outlook.expiry_line(pool, now)]
        tip = ", ".join([tip, *(part for part in more if part)])
    figure_tone = "stale" if tone == "stale" else "text"
    return GaugeLine(
        label=pool.label,
        figure=figure,
        rest=rest,
        bar=pool.limit is not None and pool.limit > 0,
        used=None if hide else used_share(pool),
        pace=None if hide else even,
        tone=tone,
        figure_tone=figure_tone,
        tip=tip,
    )


def _foot(entry: Entry, hero_pool: Pool | None, now: datetime, settings: Settings) -> str:
    reading = entry.reading
    if reading.stale:
        return ""
    if hero_pool is not None:
        run_out = next((each for each in reading.run_outs if each.pool == hero_pool.id and each.per_day > 0), None)
        if run_out is not None:
            return outlook.per_day_line(run_out, hero_pool, settings.hide_amounts)
    return outlook.outlook(reading, entry.definition, now)


def is_old(reading: Reading) -> bool:
    """Whether the number is not to be taken for live: it is stale, or the last try to renew it failed."""
    live = reading.snapshot is not None and reading.snapshot.source in (Source.LIVE, Source.METERED)
    return reading.stale or (live and reading.trouble is not None)


def is_typed(entry: Entry) -> bool:
    """Whether the account's balance is typed by hand, or may be."""
    snapshot = entry.reading.snapshot
    typed = any(rule.typed for rule in entry.definition.pools)
    return typed or not entry.definition.readable or (snapshot is not None and snapshot.source is Source.BY_HAND)
