"""The statements of the ledger, charges and what was typed, and the step of the schema that they need.

`changed` counts every change of both tables, so that a desk learns what another process booked by one look; `owner`
is the process that began a charge, `begun` the count when it was added. None of them is in the sum of a row.
"""

from creditdesk.store.statements import INSTANT, KEYED, PLAIN

CHARGE_COLUMNS = """id, account, at, ended_at, state, operation, draws, client, token, request_id, job, known, status,
    items, expected, note"""
ENTRY_COLUMNS = "id, account, pool, kind, amount, at, client, note, expires_at, undone, known"

NEXT = """(SELECT 1 + max((SELECT coalesce(max(changed), 0) FROM charge),
    (SELECT coalesce(max(changed), 0) FROM entry)))"""

_TYPED_BEFORE = (
    "'typed ' || account || ' ' || pool, account, pool, 'balance', amount_left, at, '', '', NULL, 0, 'typed'"
)

CREATE_LEDGER = (
    f"""CREATE TABLE charge (
        id TEXT NOT NULL PRIMARY KEY, account TEXT NOT NULL, at {INSTANT} NOT NULL, ended_at {INSTANT},
        state TEXT NOT NULL, operation TEXT NOT NULL, draws TEXT, client TEXT NOT NULL, token TEXT NOT NULL,
        request_id TEXT NOT NULL, job TEXT NOT NULL, known TEXT NOT NULL, status INTEGER, items INTEGER, expected TEXT,
        note TEXT NOT NULL, sum INTEGER NOT NULL, owner TEXT NOT NULL, begun INTEGER NOT NULL,
        changed INTEGER NOT NULL) {PLAIN}""",
    "CREATE INDEX charge_by_account ON charge (account, at)",
    "CREATE INDEX charge_by_change ON charge (changed)",
    "CREATE INDEX charge_open ON charge (at) WHERE state = 'open'",
    "CREATE INDEX charge_by_job ON charge (account, job) WHERE job != ''",
    "CREATE INDEX charge_by_request ON charge (account, request_id) WHERE request_id != ''",
    """CREATE UNIQUE INDEX charge_job_once ON charge (account, job)
        WHERE job != '' AND state IN ('booked', 'undone') AND draws != ''""",
    f"""CREATE TABLE entry (
        id TEXT NOT NULL PRIMARY KEY, account TEXT NOT NULL, pool TEXT NOT NULL, kind TEXT NOT NULL,
        amount TEXT NOT NULL, at {INSTANT} NOT NULL, client TEXT NOT NULL, note TEXT NOT NULL, expires_at {INSTANT},
        undone INTEGER NOT NULL, known TEXT NOT NULL, sum INTEGER NOT NULL, changed INTEGER NOT NULL) {PLAIN}""",
    "CREATE INDEX entry_by_account ON entry (account, known, at)",
    "CREATE INDEX entry_by_change ON entry (changed)",
    f"""INSERT INTO entry ({ENTRY_COLUMNS}, sum, changed)
        SELECT {_TYPED_BEFORE}, row_sum({_TYPED_BEFORE}), 1 FROM typed""",
)
"""`draws` is JSON, NULL where the cost is not known and '' where there was none. What was typed before is an entry."""

_DROP = "DELETE FROM charge_block WHERE account = {row}.account AND until > {row}.at AND since <= {row}.at;"

CREATE_BLOCKS = (
    f"""CREATE TABLE charge_block (
        account TEXT NOT NULL, until {INSTANT} NOT NULL, since {INSTANT} NOT NULL, charges INTEGER NOT NULL,
        told TEXT NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY (account, until)) {KEYED}""",
    f"CREATE TRIGGER charge_added AFTER INSERT ON charge BEGIN {_DROP.format(row='NEW')} END",
    f"CREATE TRIGGER charge_gone AFTER DELETE ON charge BEGIN {_DROP.format(row='OLD')} END",
    f"""CREATE TRIGGER charge_changed AFTER UPDATE ON charge
        BEGIN {_DROP.format(row="OLD")} {_DROP.format(row="NEW")} END""",
    "CREATE INDEX charge_unexplained ON charge (account, at) WHERE known = 'unexplained'",
)
"""Charges of a span as one row (`store.charge_blocks`), which goes with every change of one of them."""

ADD_CHARGE = f"""INSERT INTO charge ({CHARGE_COLUMNS}, sum, owner, begun, changed)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {NEXT}, {NEXT}) ON CONFLICT (id) DO NOTHING"""
CHANGE_CHARGE = f"""UPDATE charge SET account = ?2, at = ?3, ended_at = ?4, state = ?5, operation = ?6, draws = ?7,
    client = ?8, token = ?9, request_id = ?10, job = ?11, known = ?12, status = ?13, items = ?14, expected = ?15,
    note = ?16, sum = ?17, changed = {NEXT} WHERE id = ?1"""
_CHARGES = f"SELECT {CHARGE_COLUMNS}, sum FROM charge"
CHARGE = f"{_CHARGES} WHERE id = ?"
HAS_CHARGE = """SELECT 1 FROM charge WHERE id = ?
    UNION ALL SELECT 1 FROM charge WHERE account = ? AND request_id = ? AND request_id != ''"""
OF_JOB = f"{_CHARGES} WHERE account = ? AND job = ? AND id != ? AND job != '' ORDER BY at, id"
SINCE = f"{_CHARGES} WHERE account = ? AND at >= ? ORDER BY at, id"
BETWEEN = f"{_CHARGES} WHERE account = ? AND at >= ? AND at < ? ORDER BY at, id"
NEWEST = f"""{_CHARGES} WHERE account = ? AND (draws IS NULL OR draws != '') AND known != 'unexplained'
    ORDER BY at DESC, id DESC LIMIT ?"""
NEWEST_ALL = NEWEST.replace("(draws IS NULL OR draws != '') AND ", "")
UNEXPLAINED = f"{_CHARGES} WHERE account = ? AND known = 'unexplained' ORDER BY at, id"
OPEN = f"{_CHARGES} WHERE state = 'open' AND at < ?"
OPEN_OF = f"{OPEN} AND owner = ?"

BLOCKS = """SELECT account, until, since, charges, told, sum FROM charge_block WHERE account = ? AND until > ?
    ORDER BY until"""
LAST_BLOCK = "SELECT max(until) FROM charge_block WHERE account = ?"
DROP_BLOCKS = "DELETE FROM charge_block WHERE account = ? AND until > ? AND since < ?"
PUT_BLOCK = "INSERT INTO charge_block (account, until, since, charges, told, sum) VALUES (?, ?, ?, ?, ?, ?)"
ROWS_BETWEEN = "SELECT count(*) FROM charge WHERE account = ? AND at >= ? AND at < ?"
CHANGED_BETWEEN = "SELECT 1 FROM charge WHERE changed > ? AND account = ? AND at >= ? AND at < ?"

ADD_ENTRY = f"""INSERT INTO entry ({ENTRY_COLUMNS}, sum, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {NEXT})
    ON CONFLICT (id) DO NOTHING"""
CHANGE_ENTRY = f"UPDATE entry SET undone = ?, sum = ?, changed = {NEXT} WHERE id = ?"
_ENTRIES = f"SELECT {ENTRY_COLUMNS}, sum FROM entry"
ENTRY = f"{_ENTRIES} WHERE id = ?"
TYPED_ENTRIES = f"{_ENTRIES} WHERE account = ? AND known = 'typed' ORDER BY at, rowid"
READ_ENTRIES = f"{_ENTRIES} WHERE account = ? AND known = 'reported' AND at >= ? ORDER BY at, rowid"
LAST_READ = "SELECT max(at) FROM entry WHERE account = ? AND known = 'reported' AND at < ?"
NEWEST_READ = f"""{_ENTRIES} WHERE account = ? AND known = 'reported' ORDER BY at DESC, rowid DESC LIMIT ?"""
LAST_BALANCE = f"""{_ENTRIES} WHERE account = ? AND pool = ? AND kind = 'balance' AND known = 'typed' AND undone = 0
    ORDER BY at DESC, rowid DESC"""
UNTYPE = "DELETE FROM typed WHERE account = ? AND pool = ?"
TOP_UPS = """SELECT id, amount FROM event WHERE kind = 'top_up' AND account = ? AND pool = ? AND at >= ?
    ORDER BY at, id"""
DROP_EVENT = "DELETE FROM event WHERE id = ?"
UNTYPE_EVENT = "DELETE FROM event WHERE kind = 'typed' AND account = ? AND pool = ? AND at = ?"

LAST_CHANGE = f"SELECT {NEXT} - 1"
CHANGED_CHARGES = f"SELECT begun, {CHARGE_COLUMNS}, sum FROM charge WHERE changed > ? ORDER BY changed"
CHANGED_ACCOUNTS = """SELECT account, count(*), min(CASE WHEN known != 'unexplained' THEN at END) FROM charge
    WHERE changed > ? GROUP BY account"""
CHANGED_ENTRIES = f"{_ENTRIES} WHERE changed > ? ORDER BY changed"
METERED = "SELECT DISTINCT account FROM charge UNION SELECT account FROM entry WHERE kind != 'balance' AND undone = 0"

TALLY = """SELECT {by}, state, known, draws, count(*) FROM charge
    WHERE account = ? AND at >= ? AND at < ? AND state != 'undone' GROUP BY {by}, state, known, draws"""
"""How often each cost came: they are added outside of the database, which would round them."""
DAY_US = 86_400_000_000
