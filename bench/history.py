"""The history: appending and reading a range beside sqlite3 by hand, its size beside plain rows and Prometheus, and ten
years of a hundred accounts."""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from bench.figures import Figure
from bench.history_decade import Decade, make_decade
from bench.history_peers import NO_PROMETHEUS, ByHand, fetched, plain_bytes, prometheus_bytes
from bench.history_readings import START, Use, rounds, snapshot
from creditdesk.store.history import History
from creditdesk.store.rows import micros
from creditdesk.store.sums import series_of

NOW_AND_THEN = Use(accounts=40, rounds=8_000, changing=0.01)
ALL_DAY = Use(accounts=40, rounds=5_000, changing=0.04)
BURST = Use(accounts=400, rounds=20, changing=0.01)
RUNS = 7
DAY = timedelta(days=1)


def measure(
    runs: int = RUNS, uses: tuple[Use, ...] = (NOW_AND_THEN, ALL_DAY), decade: Decade | None = None
) -> list[Figure]:
    """All figures; the readings by hand and ours take turns."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="creditdesk-bench-") as name:
        folder = Path(name)
        figures += _append(folder, runs, BURST)
        for number, use in enumerate(uses):
            part = folder / str(number)
            part.mkdir()
            figures += _size(part, use)
        figures += _decade(folder, runs, decade or Decade())
    return figures


def _append(folder: Path, runs: int, use: Use) -> list[Figure]:
    """Rounds of readings, each round awaited: ours with its sums and events, and the statements by hand."""
    ours, hand = [], []
    for number in range(runs):
        history = History(folder / f"append{number}.sqlite3", START)
        begun = time.perf_counter()
        for at, left in rounds(use):
            _record(history, at, left)
        ours.append(time.perf_counter() - begun)
        history.close()
        other = folder / f"hand{number}.sqlite3"
        History(other, START).close()
        by_hand = ByHand(other)
        begun = time.perf_counter()
        for at, left in rounds(use):
            by_hand.round(at, left)
        hand.append(time.perf_counter() - begun)
        by_hand.close()
    mine, theirs = (use.readings / statistics.median(each) for each in (ours, hand))
    return [
        Figure(f"history: readings appended a second, {use.accounts} at a time", mine, "1/s"),
        Figure("history: the same statements by hand, without sums", theirs, "1/s"),
        Figure("history: append, desk / by hand", mine / theirs, "", ">= 0.3"),
    ]


def _record(history: History, at: datetime, left: list[int]) -> None:
    waiting = [history.record(f"account{number}", snapshot(at, each), at) for number, each in enumerate(left)]
    for pending in waiting:
        pending.result()


def _size(folder: Path, use: Use) -> list[Figure]:
    path = folder / "history.sqlite3"
    history = History(path, START)
    end = START
    for at, left in rounds(use):
        end = at
        _record(history, at, left)
    history.thin(end - DAY).result()  # the first run only notes the day
    begun = time.perf_counter()
    dropped = history.thin(end).result()
    took = time.perf_counter() - begun
    history.close()
    million = 1e6 / use.readings
    mine, plain = path.stat().st_size * million / 1e6, plain_bytes(folder / "plain.sqlite3", use) * million / 1e6
    title = f"history: {use.changing:.0%} of readings changed"
    figures = [
        Figure(f"{title}, a million readings", mine, "MB", "<= 2" if use.changing <= 0.01 else ""),
        Figure(f"{title}, a million plain rows", plain, "MB"),
        Figure(f"{title}, desk / plain rows", mine / plain),
    ]
    blocks = prometheus_bytes(folder, use)
    if blocks is None:
        print(NO_PROMETHEUS, file=sys.stderr)
    else:
        samples = blocks * million / 1e6
        figures.append(Figure(f"{title}, a million samples in Prometheus", samples, "MB"))
        figures.append(Figure(f"{title}, desk / Prometheus", mine / samples))
    return [*figures, Figure(f"{title}, thinning: {dropped:,} rows less", 1000 * took, "ms")]


def _decade(folder: Path, runs: int, decade: Decade) -> list[Figure]:
    path = folder / "decade" / "history.sqlite3"
    rows = make_decade(path, decade)
    title = f"history: {decade.years} years of {decade.accounts} accounts"
    return [
        Figure(f"{title}, points", rows),
        Figure(f"{title}, file", path.stat().st_size / 1e6, "MB"),
        *_opened(title, path, runs, decade),
        *_read(title, path, runs, decade),
        *_written(title, path, runs, decade),
    ]


def _opened(title: str, path: Path, runs: int, decade: Decade) -> list[Figure]:
    opening, latest = [], []
    for _ in range(runs):
        begun = time.perf_counter()
        history = History(path, decade.now)
        opened = time.perf_counter()
        history.latest(_ids(decade)).result()
        opening.append(1000 * (opened - begun))
        latest.append(1000 * (time.perf_counter() - opened))
        history.close()
    return [
        Figure(f"{title}, open", statistics.median(opening), "ms", "<= 100"),
        Figure(f"{title}, latest of all", statistics.median(latest), "ms", "<= 50"),
    ]


def _read(title: str, path: Path, runs: int, decade: Decade) -> list[Figure]:
    ids, since = _ids(decade), decade.now - 365 * DAY
    history = History(path, decade.now)
    year = _median(runs, lambda: history.series(ids[0], since).result())
    whole = _median(runs, lambda: history.series(ids[0]).result())
    spark = _median(runs, lambda: history.spark(ids, decade.now).result())
    events = _median(runs, lambda: history.events(200).result())
    points = len(history.series(ids[0]).result()[0].points)
    history.close()
    by_hand = [fetched(path, series_of(ids[0], "balance"), micros(since)) for _ in range(runs)]
    hand = statistics.median(took for _, took in by_hand)
    return [
        Figure(f"{title}, sparks of all", spark, "ms"),
        Figure(f"{title}, newest 200 events", events, "ms"),
        Figure(f"{title}, all of a pool ({points:,} points)", whole, "ms", "<= 500"),
        Figure(f"{title}, last year of a pool ({by_hand[0][0]:,} points)", year, "ms", "<= 250"),
        Figure(f"{title}, the same rows by hand", hand, "ms"),
    ]


def _written(title: str, path: Path, runs: int, decade: Decade) -> list[Figure]:
    history = History(path, decade.now)
    times = (decade.now + number * timedelta(minutes=5) for number in range(1, runs + 1))
    appended = _median(runs, lambda: _record(history, at := next(times), [at.minute + 100] * decade.accounts))
    history.thin(decade.now).result()
    thinned, waited = _thinned_beside(history, decade.now + DAY)
    history.close()
    return [
        Figure(f"{title}, a round of readings, all changed", appended, "ms"),
        Figure(f"{title}, thinning of a day", thinned, "ms"),
        Figure(f"{title}, longest wait of a reading meanwhile", waited, "ms", "<= 100"),
    ]


def _ids(decade: Decade) -> list[str]:
    return [f"account{number}" for number in range(decade.accounts)]


def _median(runs: int, work: Callable[[], object]) -> float:
    return statistics.median(_took(work) for _ in range(runs))


def _thinned_beside(history: History, now: datetime) -> tuple[float, float]:
    """How long a run of thinning took, and the longest that a reading waited for its commit meanwhile (ms)."""
    begun = time.perf_counter()
    ended: list[float] = []
    run = history.thin(now)
    run.when_done(lambda _: ended.append(time.perf_counter()))
    waits = []
    while not ended:
        waits.append(_took(lambda: history.record("account0", snapshot(now, 5), now).result()))
    run.result()
    return 1000 * (ended[0] - begun), max(waits, default=0.0)


def _took(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begun)
