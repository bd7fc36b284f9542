"""Step 3 of the schema: rows that carry a sum, points that are kept by number, and what becomes of old or bad rows.

A sum (`store.sums`) stands on the tables whose numbers are shown. The outbox has none: its rows are compared with the
vendor's own list before anything is sent or settled. A snooze is an instant and shows no number.
"""

from creditdesk.store.statements import (
    CONDITION_COLUMNS,
    EVENT_COLUMNS,
    EVENTS,
    INSTANT,
    KEYED,
    PLAIN,
    POINTS,
    POOL_COLUMNS,
    SERIAL,
    WHOLE_POINT,
)
from creditdesk.store.statements_charges import CHARGE_COLUMNS, ENTRY_COLUMNS

SUMMED = {
    "condition": f"account, {CONDITION_COLUMNS}",
    "pool": f"account, pool, place, present, {POOL_COLUMNS}, open_at, used_event, used_since, series",
    "point": WHOLE_POINT.removesuffix(", sum"),
    "typed": "account, pool, at, amount_left, amount_limit",
    "event": EVENT_COLUMNS,
    "episode": "account, level, fired_at, pool, pool_window, why, rule, numbers",
    "charge": CHARGE_COLUMNS,
    "entry": ENTRY_COLUMNS,
}
"""What the sum of a row is made of, in this order. A row's `id` is given by the database, so after the sum."""


def _sealed(table: str) -> tuple[str, str]:
    return (
        f"ALTER TABLE {table} ADD COLUMN sum INTEGER NOT NULL DEFAULT 0",
        f"UPDATE {table} SET sum = row_sum({SUMMED[table]})",
    )


CREATE_SUMS = (
    f"ALTER TABLE condition ADD COLUMN key_expires_at {INSTANT}",
    *_sealed("condition"),
    *_sealed("typed"),
    *_sealed("event"),
    "ALTER TABLE pool ADD COLUMN series INTEGER NOT NULL DEFAULT 0",
    "UPDATE pool SET series = series_of(account, pool)",
    *_sealed("pool"),
    "ALTER TABLE point RENAME TO former_point",
    f"""CREATE TABLE point (
        series INTEGER NOT NULL, first_seen {INSTANT} NOT NULL, held {INSTANT} NOT NULL, amount_left TEXT,
        amount_limit TEXT, amount_used TEXT, source TEXT NOT NULL, resets_at {INSTANT}, expires_at {INSTANT},
        sum INTEGER NOT NULL, PRIMARY KEY (series, first_seen)) {KEYED}""",
    f"""INSERT INTO point ({WHOLE_POINT}) SELECT {SUMMED["point"]}, row_sum({SUMMED["point"]}) FROM (
        SELECT series_of(account, pool) AS series, first_seen, last_seen - first_seen AS held, amount_left,
        amount_limit, amount_used, CASE source WHEN 'live' THEN '' ELSE source END AS source, resets_at, expires_at
        FROM former_point) AS former ORDER BY series, first_seen""",
    "DROP TABLE former_point",
    f"""CREATE TABLE damaged (
        id {SERIAL}, found_at {INSTANT} NOT NULL, kind TEXT NOT NULL, account TEXT NOT NULL,
        held TEXT NOT NULL) {PLAIN}""",
    f"""CREATE TABLE thinned (
        series INTEGER NOT NULL PRIMARY KEY, hourly_until {INSTANT} NOT NULL,
        daily_until {INSTANT} NOT NULL, folded_until {INSTANT} NOT NULL) {KEYED}""",
)
"""`point.series` is the number of its pool (`sums.series_of`): the names in every row would be a third of the file.
So would what follows from the rest of a row: `rows.point_row` says how it is kept.
`damaged` keeps what bad rows held, `thinned` how far each pool's points are thinned out."""

SEAL_EPISODES = _sealed("episode")
"""A step of its own, after the one that gives an episode its rule and its numbers."""
SEAL_EPISODE = f"UPDATE episode SET sum = row_sum({SUMMED['episode']}) WHERE id = ?"

PUT_ASIDE = "INSERT INTO damaged (found_at, kind, account, held) VALUES (?, ?, ?, ?)"
LABEL = "SELECT account, label FROM pool WHERE series = ?"

THINNED = "SELECT hourly_until FROM thinned WHERE series = ?"
PUT_THINNED = """INSERT INTO thinned (series, hourly_until, daily_until, folded_until) VALUES (?, ?, ?, ?)
    ON CONFLICT (series) DO UPDATE SET hourly_until = excluded.hourly_until, daily_until = excluded.daily_until,
    folded_until = excluded.folded_until"""
ALL_SERIES = """SELECT p.account, p.pool, p.series, p.open_at, t.hourly_until, t.daily_until, t.folded_until
    FROM pool p LEFT JOIN thinned t ON t.series = p.series ORDER BY p.series"""
NTH_USE = """SELECT at FROM event WHERE account = ? AND at >= ? AND pool = ? AND kind = 'used'
    ORDER BY at LIMIT 1 OFFSET ?"""
NTH_POINT = "SELECT first_seen FROM point WHERE series = ? AND first_seen >= ? ORDER BY first_seen LIMIT 1 OFFSET ?"
POINTS_BETWEEN = f"{POINTS} AND first_seen >= ? AND first_seen < ? ORDER BY first_seen"
POINT_BEFORE = f"{POINTS} AND first_seen < ? ORDER BY first_seen DESC LIMIT 1"
POINT_FROM = f"{POINTS} AND first_seen >= ? ORDER BY first_seen LIMIT 1"
POINTS_AFTER = f"{POINTS} AND first_seen > ? ORDER BY first_seen"
POINTS_UNTIL = f"{POINTS} AND first_seen < ? ORDER BY first_seen"
TOLD_BETWEEN = f"""{EVENTS} WHERE account = ? AND at >= ? AND at <= ? AND pool = ?
    AND kind IN ('used', 'top_up', 'reset')"""
DROP_POINT = "DELETE FROM point WHERE series = ? AND first_seen = ?"
TURNS_BETWEEN = """SELECT at FROM event WHERE account = ? AND at >= ? AND at <= ? AND pool = ?
    AND kind IN ('reset', 'top_up')"""
USES_BETWEEN = f"""{EVENTS} WHERE account = ? AND at >= ? AND at < ? AND pool = ? AND kind = 'used'
    AND id NOT IN (SELECT event FROM event_client) ORDER BY at, id"""
DROP_EVENT = "DELETE FROM event WHERE id = ?"
GIVE_BACK = "PRAGMA incremental_vacuum({})"
