"""The database's schema, as numbered steps from nothing to now. A step, once released, is never changed."""

import sqlite3

from creditdesk.store import (
    statements,
    statements_activity,
    statements_charges,
    statements_marks,
    statements_points,
    statements_queue,
    statements_tokens,
    statements_warned,
)

APPLICATION_ID = 0x43724465  # "CrDe" in the header of the file: this database is creditdesk's

Migrations = tuple[tuple[str, ...], ...]

MIGRATIONS: Migrations = (
    statements.CREATE,
    statements.CREATE_OUTBOX,
    statements_points.CREATE_SUMS,
    statements_warned.CREATE_DELIVERIES,
    statements_queue.CREATE_QUEUE,
    statements_activity.CREATE_ACTIVITY,
    statements_points.SEAL_EPISODES,
    statements_marks.CREATE_MARKS,
    statements_tokens.CREATE_TOKENS,
    statements_queue.CREATE_RESERVE,
    statements_charges.CREATE_LEDGER,
    statements_charges.CREATE_BLOCKS,
)
"""Step n (counted from 1) leads from schema n - 1 to schema n."""


def version_of(connection: sqlite3.Connection) -> int:
    """The schema that the file has; 0 for none."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, migrations: Migrations = MIGRATIONS) -> None:
    """Bring the file to the newest schema, in one transaction: killed in the middle, nothing of it happened.

    `connection` must not open transactions by itself (isolation_level None).
    """
    before = version_of(connection)
    if before >= len(migrations):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in migrations[before:]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
