"""What is remembered of an account beside its readings: that it was read well, and whose account its key opens."""

import sqlite3
from collections.abc import Mapping

from creditdesk.store import statements_marks as statements
from creditdesk.store.connections import Connections
from creditdesk.store.pending import Pending


class Marks:
    """The marks of one desk's accounts, in the history's file. Both methods may raise HistoryError."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def put(self, account_id: str, marks: Mapping[str, str]) -> Pending[None]:
        """Remember these, by name; one that is there already gets the new value."""

        def work(connection: sqlite3.Connection) -> None:
            for name, value in marks.items():
                connection.execute(statements.PUT_MARK, (account_id, name, value))

        return self._connections.write(work)
