"""The statements of the gateway's tokens, and the step of the schema that they need."""

from creditdesk.store.statements import INSTANT, KEYED

CREATE_TOKENS = (
    f"""CREATE TABLE token (
        id TEXT NOT NULL PRIMARY KEY, account TEXT NOT NULL, client TEXT NOT NULL, guard TEXT NOT NULL,
        budget_day TEXT, budget_month TEXT, digest TEXT NOT NULL, created_at {INSTANT} NOT NULL,
        used_at {INSTANT}, revoked_at {INSTANT}) {KEYED}""",
)
"""`digest` is the SHA-256 of the token, in hex; the token itself is kept nowhere."""

TOKEN_COLUMNS = "id, account, client, guard, budget_day, budget_month, digest, created_at, used_at, revoked_at"
ADD_TOKEN = f"INSERT INTO token ({TOKEN_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
TOKENS = f"SELECT {TOKEN_COLUMNS} FROM token ORDER BY created_at, id"
REVOKE_TOKEN = "UPDATE token SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL"
USE_TOKEN = "UPDATE token SET used_at = ? WHERE id = ? AND (used_at IS NULL OR used_at < ?)"
