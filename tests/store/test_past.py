"""History in files: what was written comes back to the last digit, and what is wrong anywhere is refused whole."""

import csv
import io
import json
import os
import random
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.proving import size

from creditdesk.core.amounts import plain
from creditdesk.core.pools import Level, PoolKind, Snapshot, Source
from creditdesk.core.series import Episode, Event, EventKind, Point, Series
from creditdesk.store.history import History
from creditdesk.store.past import Origin, Past, PastError
from creditdesk.store.past_files import FileKind, is_replaceable, kind_of, read_past, write_past
from creditdesk.store.past_import import Added, add_past

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12
) | st.sampled_from(["=1+1", "+2", "-3", "@x", "'=quoted", '"a", b', "ä;ö", "line\nfeed", "−5", "＝x"])
AMOUNTS = st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=20).map(lambda value: value + 0)
INSTANTS = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))
KINDS = list(FileKind)
HISTORIES = size(40, 1000)


@st.composite
def points(draw: st.DrawFn) -> Point:
    first = draw(INSTANTS)
    lasts = timedelta(microseconds=draw(st.integers(0, 10**12)))
    ends = draw(st.none() | INSTANTS), draw(st.none() | INSTANTS)
    return Point(
        first, first + lasts, draw(AMOUNTS), draw(AMOUNTS), draw(AMOUNTS), draw(st.sampled_from(Source)), *ends
    )


@st.composite
def pasts(draw: st.DrawFn) -> list[Past]:
    found = []
    for name in draw(st.lists(WORDS, unique=True, max_size=3)):
        series = tuple(
            Series(name, pool, draw(WORDS), draw(st.sampled_from(PoolKind)), draw(WORDS), tuple(some))
            for pool in draw(st.lists(WORDS, unique=True, min_size=1, max_size=3))
            if (some := draw(st.lists(points(), min_size=1, max_size=4)))
        )
        event = Event(draw(INSTANTS), name, draw(st.sampled_from(EventKind)), "p", draw(AMOUNTS), "$", draw(WORDS))
        episode = Episode(name, draw(st.sampled_from(Level)), draw(INSTANTS), "p", draw(WORDS), cleared_at=NOW)
        found.append(Past(Origin(name, draw(WORDS), draw(WORDS)), series, (event,), (episode,)))
    return found


def bare(found: list[Past]) -> list[Past]:
    """What a table has a place for."""
    return [Past(each.origin, each.series) for each in found]


@pytest.mark.promise("E7", f"{HISTORIES} random histories a kind of file")
@pytest.mark.timeout(size(120, 900))
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=HISTORIES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=pasts())
def test_a_history_comes_back_from_a_file_as_it_went_in(tmp_path: Path, kind: FileKind, found: list[Past]) -> None:
    path = tmp_path / "history"
    write_past(path, kind, found)
    back = list(read_past(path))
    assert back == (found if kind is FileKind.JSON else bare(found))
    assert digits(back) == digits(found)


def digits(found: list[Past]) -> list[str]:
    """What is left at each point, with every nought that was written."""
    lefts = (point.left for past in found for series in past.series for point in series.points)
    return ["" if left is None else plain(left) for left in lefts]


def one(count: int = 3) -> list[Past]:
    steps = [NOW + timedelta(minutes=5 * number) for number in range(count)]
    some = tuple(Point(at, at, Decimal(f"{-number}.50"), None, None, Source.LIVE) for number, at in enumerate(steps))
    event = Event(NOW, "a1", EventKind.NOTE, detail="=HYPERLINK(1)")
    return [
        Past(Origin("a1", "=Agency", "vendor"), (Series("a1", "main", "-Main", PoolKind.WALLET, "$", some),), (event,))
    ]


def test_text_cells_are_no_formulas_and_negative_numbers_are_numbers(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    write_past(path, FileKind.CSV, one())
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    assert rows[3][:6] == ["a1", "'=Agency", "vendor", "main", "'-Main", "wallet"]
    assert rows[3][9] == "-2.50"
    assert rows[0][-1] == "rows=000000000003"


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_cut_off_anywhere_is_refused(tmp_path: Path, kind: FileKind) -> None:
    path = tmp_path / "history"
    write_past(path, kind, one())
    whole = path.read_bytes()
    for length in [*range(0, len(whole) - 60, 1 + len(whole) // 60), *range(len(whole) - 60, len(whole))]:
        path.write_bytes(whole[:length])
        if kind is FileKind.JSON and length == len(whole) - 1:
            continue  # only its last line end is missing
        with pytest.raises(PastError):
            list(read_past(path))


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_with_a_byte_changed_is_refused_or_read_and_never_anything_else(tmp_path: Path, kind: FileKind) -> None:
    path = tmp_path / "history"
    write_past(path, kind, one(20))
    whole, dice = path.read_bytes(), random.Random(4)
    for _ in range(size(120, 2000)):
        changed = bytearray(whole)
        for _ in range(dice.randint(1, 4)):
            changed[dice.randrange(len(changed))] = dice.randrange(256)
        path.write_bytes(changed)
        try:
            list(read_past(path))
        except PastError as error:
            assert str(error).startswith("history: ")


CELLS = {
    "a number with an exponent": (",0.50", ",1e999999999"),
    "no number": (",0.50", ",NaN"),
    "a local time": ("2026-11-21T12:00:00Z", "2026-11-21T12:00:00"),
    "an end before its beginning": (
        "2026-11-21T12:00:00Z,2026-11-21T12:00:00Z",
        "2026-11-21T12:00:00Z,1999-11-21T12:00:00Z",
    ),
    "a source that is none": ("live", "guessed"),
    "a kind that is none": ("wallet", "purse"),
    "a cell too many": ("wallet,", "wallet,,"),
    "a control character": ("a1", "a\x00"),
}


@pytest.mark.parametrize("name", CELLS)
def test_a_wrong_cell_is_named_by_its_row(tmp_path: Path, name: str) -> None:
    path = tmp_path / "history.csv"
    write_past(path, FileKind.CSV, one())
    text = path.read_text("utf-8-sig")
    old, new = CELLS[name]
    assert old in text
    path.write_text(text.replace(old, new, 1), newline="")
    with pytest.raises(PastError, match="line 2"):
        list(read_past(path))


HEAD = '{"format": "creditdesk history", "version": 1, "accounts": '


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        HEAD.replace("1", "2") + "[]}",
        HEAD + "5}",
        HEAD + '[{"id": 5}]}',
        HEAD + '[{"id": "a", "pools": [{"pool": "p", "kind": "wallet", "points": [[1]]}]}]}',
        HEAD + '[{"id": "a", "events": [{"at": "now", "kind": "note"}]}]}',
        HEAD + '[{"id": "a", "events": [{"at": "2026-11-21T12:00:00Z", "kind": "note", "amount": 1.5}]}]}',
        HEAD + '[{"id": "a", "episodes": [{}]}]}',
        "[" * 100_000,
    ],
)
def test_json_that_is_no_history_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "history.json"
    path.write_text(text)
    with pytest.raises(PastError):
        list(read_past(path))


def test_a_file_that_cannot_be_written_whole_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text("mine")

    def broken() -> object:
        yield one()[0]
        raise PastError("no more")

    with pytest.raises(PastError):
        write_past(path, FileKind.CSV, broken())  # type: ignore[arg-type]
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("history.csv", "mine")]


def test_without_pyarrow_parquet_is_refused_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "history.parquet"
    write_past(path, FileKind.PARQUET, one())
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for work in (lambda: list(read_past(path)), lambda: write_past(path, FileKind.PARQUET, one())):
        with pytest.raises(PastError, match=r"install creditdesk\[parquet\], or choose CSV or JSON"):
            work()


def test_a_name_says_its_kind(tmp_path: Path) -> None:
    assert kind_of(Path("a.CSV")) is FileKind.CSV
    assert kind_of(Path("a"), "parquet") is FileKind.PARQUET
    with pytest.raises(PastError, match=r"\.csv, \.json or \.parquet"):
        kind_of(Path("a.xlsx"))


def put(history: History, past: Past, account: str = "a1") -> Added:
    return history.connections.write(lambda connection: add_past(connection, account, past, NOW)).result(20)


def stored(history: History, account: str = "a1") -> Past:
    """What is stored of an account, as a file would have it."""
    series = tuple(history.series(account).result(10))
    events = tuple(history.events(10_000, None, account).result(10))[::-1]
    return Past(Origin(account, "", ""), series, events)


def test_what_is_stored_is_never_overwritten_and_a_second_import_adds_nothing(
    history: History, snapshot: Callable[..., Snapshot], tmp_path: Path, now: datetime
) -> None:
    for number in range(50):
        reading = snapshot(1000 - number * number, 20 * number)
        history.record("a1", reading, reading.read_at).result(10)
    before = stored(history)
    assert len(before.series[0].points) == 50
    assert put(history, before) == Added(known=50 + len(before.events))
    assert stored(history) == before
    late = snapshot(3, 20 * 49 + 5)
    history.record("a1", late, late.read_at).result(10)
    grown = stored(history)
    assert put(history, before).points == 0
    assert stored(history) == grown
    other = History(tmp_path / "other.sqlite3", now)
    assert put(other, grown) == Added(51, len(grown.events))
    assert stored(other) == grown
    assert put(other, grown).points == 0
    assert other.latest(["a1"]).result(10)["a1"].snapshot is None  # nothing was read here
    reading = snapshot(2, 20 * 49 + 10)
    other.record("a1", reading, reading.read_at).result(10)
    assert len(stored(other).series[0].points) == 52
    other.close()


def test_points_that_overlap_what_is_stored_are_left_out(
    history: History, snapshot: Callable[..., Snapshot], now: datetime
) -> None:
    for minutes in (0, 5, 10):
        history.record("a1", snapshot(7, minutes), now + timedelta(minutes=minutes)).result(10)
    (series,) = stored(history).series
    (standing,) = series.points
    inside = Point(now + timedelta(minutes=2), now + timedelta(minutes=3), Decimal(1), None, None, Source.LIVE)
    over = Point(now - timedelta(minutes=2), now + timedelta(minutes=30), Decimal(2), None, None, Source.LIVE)
    before = Point(now - timedelta(minutes=9), now, Decimal(3), None, None, Source.LIVE)
    past = Past(Origin("a1", "", ""), (Series("a1", "main", "x", PoolKind.WALLET, "credits", (inside, over, before)),))
    assert put(history, past) == Added(1, known=2)
    assert stored(history).series[0].points == (before, standing)
    assert history.latest(["a1"]).result(10)["a1"].snapshot == snapshot(7, 10)


def test_a_use_that_went_on_after_the_export_is_not_counted_twice(
    history: History, snapshot: Callable[..., Snapshot], now: datetime
) -> None:
    def read(left: int, minutes: int) -> None:
        history.record("a1", snapshot(left, minutes), now + timedelta(minutes=minutes)).result(10)

    read(100, 0)
    read(90, 5)
    exported = stored(history)
    read(60, 10)
    after = stored(history)
    put(history, exported)
    assert stored(history) == after


def test_warnings_come_back_once_and_open_ones_are_left_to_the_next_reading(history: History, now: datetime) -> None:
    over = Episode("x", Level.LOW, now, "main", "w", "why", "notification", now + timedelta(hours=1))
    still = Episode("x", Level.LOW, now + timedelta(hours=2), "main", "w2")
    past = Past(Origin("x", "", ""), episodes=(over, still))
    assert put(history, past) == Added(episodes=1, known=1)
    assert put(history, past) == Added(known=2)
    (found,) = history.warned.episodes().result(10)
    assert (found.account, found.fired_at, found.cleared_at, found.delivered) == (
        "a1",
        now,
        over.cleared_at,
        "notification",
    )
    assert history.warned.open_episodes().result(10) == []
    assert history.events().result(10) == []


def test_the_json_has_the_documented_keys(tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    write_past(path, FileKind.JSON, one(1))
    document = json.loads(path.read_bytes())
    assert document["version"] == 1
    (account,) = document["accounts"]
    assert account.keys() == {"id", "name", "provider", "pools", "events", "episodes"}
    (pool,) = account["pools"]
    assert pool["points"] == [["2026-11-21T12:00:00Z", "2026-11-21T12:00:00Z", "0.50", "", "", "live", "", ""]]


def test_a_wrong_line_of_a_csv_is_named_as_an_editor_counts_it(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    write_past(path, FileKind.CSV, one(900))
    whole = path.read_bytes().split(b"\r\n")
    for line, new in {500: b"\xe9" + whole[499], 700: whole[699].replace(b"live", b"dead"), 2: b"a,b"}.items():
        path.write_bytes(b"\r\n".join([*whole[: line - 1], new, *whole[line:]]))
        with pytest.raises(PastError, match=f"line {line}: "):
            list(read_past(path))
    path.write_bytes(b"\r\n".join([*whole[:300], whole[300].replace(b",$,", b",EUR,"), *whole[301:]]))
    with pytest.raises(PastError, match="line 301: the pool main has another label, kind or unit"):
        list(read_past(path))
    path.write_bytes(b"")
    with pytest.raises(PastError, match="is empty"):
        list(read_past(path))
    write_past(path, FileKind.JSON, one(20))
    path.write_bytes(path.read_bytes().replace(b'"live"', b'live"', 1))
    with pytest.raises(PastError, match="line 4: it is no whole JSON value"):
        list(read_past(path))


def test_what_lies_ahead_of_now_or_before_1970_is_left_out_and_counted(history: History, tmp_path: Path) -> None:
    def point(year: int) -> Point:
        return Point(
            datetime(year, 1, 2, tzinfo=UTC), datetime(year, 1, 2, tzinfo=UTC), Decimal(1), *[None] * 2, Source.LIVE
        )

    series = Series("a1", "main", "x", PoolKind.WALLET, "x", tuple(point(year) for year in (1, 1969, 2026, 2031, 9999)))
    events = tuple(Event(point(year).first_seen, "a1", EventKind.NOTE) for year in (1, 2026, 9999))
    past = Past(Origin("a1", "", ""), (series,), events)
    assert put(history, past) == Added(1, 1, astray=6)
    assert [each.first_seen.year for each in stored(history).series[0].points] == [2026]


def test_a_pool_that_counts_something_else_is_refused_and_nothing_of_the_file_is_taken(history: History) -> None:
    (past,) = one()
    put(history, past)
    (money,) = past.series
    early = tuple(
        Point(
            each.first_seen - timedelta(days=9), each.last_seen - timedelta(days=9), each.left, None, None, Source.LIVE
        )
        for each in money.points
    )
    calls = Series("a1", "main", "-Main", PoolKind.WALLET, "calls", early)
    other = Series("a1", "other", "Other", PoolKind.WALLET, "calls", early)
    with pytest.raises(PastError, match=r"main counts \$ here and calls in the file"):
        put(history, Past(past.origin, (other, calls)))
    assert stored(history).series == past.series


def test_only_a_former_export_is_replaced_without_a_question(tmp_path: Path) -> None:
    for kind in KINDS:
        write_past(tmp_path / "export", kind, one())
        assert is_replaceable(tmp_path / "export")
    (tmp_path / "empty").touch()
    assert is_replaceable(tmp_path / "empty")
    assert is_replaceable(tmp_path / "none")
    for data in (b"SQLite format 3\0", b"schema = 1\n", b'{"format": "other"}', b"keyword,volume\n"):
        (tmp_path / "mine").write_bytes(data)
        assert not is_replaceable(tmp_path / "mine")


def test_a_pipe_stays_a_pipe_and_is_not_read_back(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    heard: list[bytes] = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write_past(pipe, FileKind.JSON, one())
    reader.join(10)
    write_past(tmp_path / "file.json", FileKind.JSON, one())
    assert (pipe.is_fifo(), heard) == (True, [(tmp_path / "file.json").read_bytes()])
    with pytest.raises(PastError, match="it is a pipe"):
        list(read_past(pipe))
