"""What the store's tests share: values of the core with instants and amounts that are easy to read."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from creditdesk.core.pools import Pool, PoolKind, Snapshot, Source
from creditdesk.store.history import History

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    opened = History(tmp_path / "desk" / "history.sqlite3", NOW)
    yield opened
    opened.close()


@pytest.fixture
def snapshot() -> Callable[..., Snapshot]:
    """A snapshot of one pool: `snapshot(312, minutes=5, limit=500, kind=PoolKind.SLOTS, resets_at=...)`."""

    def make(left: int | str | None, minutes: float = 0, source: Source = Source.LIVE, **fields: object) -> Snapshot:
        fields = {"kind": PoolKind.WALLET, **fields}
        amounts = {name: Decimal(str(fields.pop(name))) for name in ("limit", "used") if name in fields}
        pool = Pool(
            str(fields.pop("pool", "main")),
            "Main",
            unit="credits",
            left=None if left is None else Decimal(str(left)),
            **amounts,
            **fields,  # type: ignore[arg-type]
        )
        return Snapshot(NOW + timedelta(minutes=minutes), source, (pool,))

    return make
