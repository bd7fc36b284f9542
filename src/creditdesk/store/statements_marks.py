"""The statements of what is remembered of an account beside its readings, and the step of the schema they need."""

from creditdesk.store.statements import KEYED

CREATE_MARKS = (
    f"""CREATE TABLE mark (
        account TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (account, name)) {KEYED}""",
)
"""`name` is `proved` (the value: since when, ISO 8601) or `identity` (the value: a salted hash, never the thing)."""

PUT_MARK = """INSERT INTO mark (account, name, value) VALUES (?, ?, ?)
    ON CONFLICT (account, name) DO UPDATE SET value = excluded.value"""


def marks(count: int) -> str:
    """The marks of `count` accounts."""
    return f"SELECT account, name, value FROM mark WHERE account IN ({', '.join('?' * count)})"
