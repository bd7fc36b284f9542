"""The statements of the timeline and of the months' statements, and the schema step that they need."""

from creditdesk.store.statements import EVENTS, PLAIN

CREATE_ACTIVITY = (
    "ALTER TABLE sending ADD COLUMN client TEXT NOT NULL DEFAULT ''",
    f"""CREATE TABLE event_client (
        event INTEGER NOT NULL PRIMARY KEY, account TEXT NOT NULL, client TEXT NOT NULL) {PLAIN}""",
    "CREATE INDEX event_client_by_client ON event_client (client, event)",
    "CREATE INDEX event_by_kind ON event (kind, at, id)",
)
"""Whom an import is for ("": its account's client), and events of another client than their account."""

NOT_NOTED = "id NOT IN (SELECT event FROM event_client)"
NOTED = "id IN (SELECT event FROM event_client WHERE client = ?)"
ANY_NOTED = "SELECT 1 FROM event_client LIMIT 1"
NOTE_CLIENT = "INSERT INTO event_client (event, account, client) VALUES (?, ?, ?)"
CLIENT_OF = "SELECT client FROM event_client WHERE event = ?"
FORGET_CLIENT = "DELETE FROM event_client WHERE event = ?"
ONE_NOTE = f"{EVENTS} WHERE id = ? AND kind = 'note'"
DELETE_NOTE = "DELETE FROM event WHERE id = ? AND kind = 'note'"

AMOUNTS = "SELECT kind, unit, amount, count(*) FROM event"
BY_AMOUNT = " GROUP BY kind, unit, amount"
"""How often each amount came: they are added outside of the database, which would round them."""
COUNT = "SELECT count(*) FROM event"
COUNTED_ELSEWHERE = """SELECT account, pool, kind, part_of, shared_by FROM pool
    WHERE part_of != '' OR kind = 'rate' OR shared_by != '' ORDER BY account, pool"""

POOL_FACTS = "SELECT account, pool, label, kind, unit, part_of, shared_by FROM pool ORDER BY account, place, pool"
USES = f"{EVENTS} WHERE kind = 'used' AND at >= ? AND at < ?"
FIRST_USE = "SELECT min(at) FROM event WHERE account = ? AND pool = ? AND kind = 'used'"
UP_TO = f"{EVENTS} WHERE kind = ? AND at < ? ORDER BY at, id"
FIRST_EVENT = "SELECT min(at) FROM event"
SENDING_CLIENTS = "SELECT DISTINCT client FROM sending WHERE client != ''"
