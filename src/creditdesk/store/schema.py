"""The database's schema, as numbered steps from nothing to now. A step, once released, is never changed."""

import sqlite3

from creditdesk.store import statements

APPLICATION_ID = 0x43724465  # "CrDe" in the header of the file: this database is creditdesk's

Migrations = tuple[tuple[str, ...], ...]

MIGRATIONS: Migrations = (statements.CREATE, statements.CREATE_OUTBOX)
"""Step n (counted from 1) leads from schema n - 1 to schema n, in one transaction."""


def version_of(connection: sqlite3.Connection) -> int:
    """The schema that the file has; 0 for none."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, migrations: Migrations = MIGRATIONS) -> None:
    """Bring the file to the newest schema. Each step is one transaction: killed in the middle, the step did not happen.

    `connection` must not open transactions by itself (isolation_level None).
    """
    for number in range(version_of(connection) + 1, len(migrations) + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in migrations[number - 1]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
