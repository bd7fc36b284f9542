"""The connection that writes: it remembers what stands open, and holds back what only says "still the same".

Most readings say the same as the one before. Such a reading asks the database nothing first, and those of a whole
transaction are written by two statements, one for the points and one for the conditions, in which the interpreter's
lock is not held. Written they are before any other statement of the connection, so before its COMMIT.
"""

import re
import sqlite3
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from typing import Any

from creditdesk.store import statements
from creditdesk.store.rows import Row, point_row
from creditdesk.store.sums import row_sum, series_of

_ROW = re.compile(r"(?<=VALUES )\([?, ]+\)")
_MOST_ROWS = 64


class OpenPool:
    """A pool as it stands in the database, with the point that the next reading may extend; instants in microseconds.

    `described` are POOL_COLUMNS, `amounts` what is left, limit, used and source, as they are written; `series` is the
    number that its points have.
    """

    __slots__ = (
        "amounts",
        "described",
        "expires_at",
        "first",
        "last",
        "place",
        "present",
        "resets_at",
        "series",
        "used_event",
        "used_since",
    )

    def __init__(self, series: int, placed: Row, used: Row, point: Row) -> None:
        self.series = series
        self.place, self.present, self.described = placed
        self.used_event, self.used_since = used
        self.first, self.last, self.amounts, self.resets_at, self.expires_at = point


class Standing:
    """What stands of an account: its condition (CONDITION_COLUMNS) and its open pools by their id."""

    __slots__ = ("condition", "pools")

    def __init__(self, condition: Row, pools: dict[str, OpenPool]) -> None:
        self.condition = condition
        self.pools = pools


class WritingConnection(sqlite3.Connection):
    """A connection for one thread at a time. What it remembers is dropped when anybody else wrote anything."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.damaged: list[tuple[str, Row]] = []  # bad rows that were read (`store.checks`)
        self.create_function("row_sum", -1, row_sum, deterministic=True)
        self.create_function("series_of", 2, series_of, deterministic=True)
        self._standing: dict[str, Standing] = {}
        self._changes = 0  # the count of changes up to which `_standing` is right
        self._version = 0
        self._points: dict[tuple[int, int], Row] = {}
        self._conditions: dict[str, Row] = {}

    def execute(self, statement: str, values: Any = (), /) -> sqlite3.Cursor:
        """As any connection does, after what was held back."""
        self._write_held()
        return super().execute(statement, values)

    def executemany(self, statement: str, values: Iterable[Any], /) -> sqlite3.Cursor:
        """As any connection does, after what was held back."""
        self._write_held()
        return super().executemany(statement, values)

    def cursor(self, factory: Any = sqlite3.Cursor) -> Any:
        """As any connection does, after what was held back."""
        self._write_held()
        return super().cursor(factory)

    def begun(self) -> None:
        """A transaction was begun: what another process wrote before it is learned anew."""
        version = int(self.execute("PRAGMA data_version").fetchone()[0])
        if version != self._version:
            self._standing.clear()
            self._version = version

    def abandon(self) -> None:
        """The transaction failed: nothing of it counts."""
        self._standing.clear()
        self._points.clear()
        self._conditions.clear()

    def standing(self, account: str) -> Standing | None:
        """What stands of an account, where that is known."""
        if self.total_changes != self._changes:  # another job has written something
            self._standing.clear()
        return self._standing.get(account)

    def stands(self, account: str, standing: Standing) -> None:
        """Remember what stands of an account, after all of it was written or held back inside a transaction."""
        assert self.in_transaction
        self._standing[account] = standing
        self._changes = self.total_changes

    def extend(self, before: OpenPool) -> None:
        """Write, before anything else, that a point still holds."""
        self._points[before.series, before.first] = point_row(
            before.series, (before.first, before.last), before.amounts, (before.resets_at, before.expires_at)
        )

    def put_condition(self, account: str, condition: Row) -> None:
        """Write, before anything else, the condition of an account."""
        row = (account, *condition)
        self._conditions[account] = (*row, row_sum(*row))

    def _write_held(self) -> None:
        if not self._points and not self._conditions:
            return
        ours = self.total_changes == self._changes
        points, self._points = self._points, {}
        conditions, self._conditions = self._conditions, {}
        for statement, rows in ((statements.EXTEND_POINT, points), (statements.PUT_CONDITION, conditions)):
            waiting = list(rows.values())
            while waiting:
                count = min(_MOST_ROWS, 1 << (len(waiting).bit_length() - 1))
                super().execute(_for_rows(statement, count), list(chain.from_iterable(waiting[:count])))
                del waiting[:count]
        if ours:
            self._changes = self.total_changes


@lru_cache(maxsize=32)
def _for_rows(statement: str, count: int) -> str:
    """An INSERT of one row as one of `count` rows; these are powers of two, so that few texts are ever compiled."""
    return _ROW.sub(lambda found: ", ".join([found.group()] * count), statement)
