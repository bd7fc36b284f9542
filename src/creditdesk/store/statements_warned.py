"""The statements about episodes, their deliveries and snoozes, and the step of the schema that they need."""

from creditdesk.store.statements import INSTANT, PLAIN, SERIAL

CREATE_DELIVERIES = (
    "ALTER TABLE episode ADD COLUMN rule TEXT NOT NULL DEFAULT 'level'",
    "ALTER TABLE episode ADD COLUMN numbers TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE episode ADD COLUMN state TEXT NOT NULL DEFAULT ''",
    "UPDATE episode SET rule = 'runs-out' WHERE why = 'runs_out'",
    f"""CREATE TABLE delivery (
        id {SERIAL}, episode INTEGER NOT NULL, account TEXT NOT NULL, at {INSTANT} NOT NULL, channel TEXT NOT NULL,
        outcome TEXT NOT NULL, detail TEXT NOT NULL) {PLAIN}""",
    "CREATE INDEX delivery_by_episode ON delivery (episode)",
)
"""What an episode fired on, and what was told of it where."""

EPISODE_COLUMNS = """account, level, fired_at, pool, pool_window, why, delivered, cleared_at, snoozed_until, rule,
    numbers, state"""

SAME_EPISODE = f"""SELECT id, {EPISODE_COLUMNS}, sum FROM episode
    WHERE account = ? AND level = ? AND pool = ? AND pool_window = ? AND rule = ?
    AND (cleared_at IS NULL OR level = 'good')"""
OPEN_AGAIN = """UPDATE episode SET cleared_at = NULL, state = '' WHERE id = (
    SELECT max(id) FROM episode WHERE account = ? AND level = ? AND pool = ? AND pool_window = ? AND rule = 'expires'
    AND delivered IN ('notification', 'balloon', 'banner')) RETURNING id"""
"""A package that was told to expire at this instant, and was missing from some readings since."""
ADD_EPISODE = f"INSERT INTO episode ({EPISODE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
FIRE_PENDING = """UPDATE episode SET level = ?, fired_at = ?, pool_window = ?, why = ?, numbers = ?, snoozed_until = ?,
    state = '' WHERE id = ? AND state = 'pending'"""
SET_STATE = "UPDATE episode SET state = ? WHERE id = ? AND cleared_at IS NULL AND state != 'pending'"
CLEAR_EPISODE = """UPDATE episode SET cleared_at = ?, state = '',
    delivered = CASE delivered WHEN '' THEN 'missed' ELSE delivered END
    WHERE id = ? AND cleared_at IS NULL AND state != 'pending'"""
EPISODE = f"SELECT id, {EPISODE_COLUMNS}, sum FROM episode WHERE id = ? AND cleared_at IS NULL"
DROP_PENDING = "DELETE FROM episode WHERE id = ? AND state = 'pending'"
EPISODES = f"""SELECT id, {EPISODE_COLUMNS}, sum FROM episode WHERE state != 'pending'
    ORDER BY fired_at DESC, id DESC LIMIT ?"""
OPEN_EPISODES = f"SELECT id, {EPISODE_COLUMNS}, sum FROM episode WHERE cleared_at IS NULL"
DELIVERED = """UPDATE episode SET delivered = ?, cleared_at = CASE level WHEN 'good' THEN ? ELSE cleared_at END
    WHERE id = ? AND delivered = ''"""
TOLD_AS = "UPDATE episode SET delivered = ? WHERE id = ? AND delivered = 'missed'"

ADD_DELIVERY = """INSERT INTO delivery (episode, account, at, channel, outcome, detail)
    SELECT id, account, ?, ?, ?, ? FROM episode WHERE id = ?"""
DELIVERIES = "SELECT episode, at, channel, outcome, detail FROM delivery WHERE episode IN ({}) ORDER BY id"

SNOOZED = "SELECT max(until) FROM snooze WHERE account IN (?, '')"
SNOOZES = "SELECT account, until FROM snooze"
SNOOZE = """INSERT INTO snooze (account, until) VALUES (?, ?)
    ON CONFLICT (account) DO UPDATE SET until = excluded.until"""
WAKE = "DELETE FROM snooze WHERE account = ?"
WAKE_RECOVERED = """DELETE FROM snooze WHERE account = ? AND NOT EXISTS (
    SELECT 1 FROM episode WHERE account = snooze.account AND cleared_at IS NULL AND state != 'pending')"""
WAKE_ALL = "DELETE FROM snooze"
SNOOZE_EPISODES = "UPDATE episode SET snoozed_until = ? WHERE cleared_at IS NULL"
