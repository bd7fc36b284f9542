"""A CSV of past readings is read as others write it, quickly, and what cannot be read is named by its line."""

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from creditdesk.cli.forecast_series import Ends, SeriesError, instant, series_of
from creditdesk.core.forecast import project, why_not
from creditdesk.core.pools import PoolKind
from creditdesk.core.series import Series

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
LOOK_BACK = 60 * DAY
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def read(folder: Path, text: str, until: datetime | None = None) -> Series:
    path = folder / "calls.csv"
    path.write_text(text, encoding="utf-8")
    return series_of(path, PoolKind.WALLET, Ends(), until, LOOK_BACK)


def lefts(series: Series) -> list[Decimal | None]:
    return [each.left for each in series.points]


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T12:00:00Z",
        "2026-11-21T12:00:00+00:00",
        "2026-11-21T13:00:00+01:00",
        "2026-11-21 12:00:00",
        "2026-11-21 12:00:00 UTC",
        "2026-11-21T12:00:00.000000000Z",
        "2026/11/21 12:00",
        " 2026-11-21T12:00 ",
        "1795262400",
        "1795262400.0",
        "1795262400000",
    ],
)
def test_an_instant_is_understood_however_it_is_written(text: str) -> None:
    assert instant(text) == datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_date_alone_is_its_midnight() -> None:
    assert instant("2026-11-21") == instant("20261121") == NOW


@pytest.mark.parametrize("text", ["soon", "", "99", "2026-13-01", "9" * 40, "2026-11-21T12:00:00+99:00"])
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(SeriesError):
        instant(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20,9\n2026-11-21,5\n",
        "time,left\n2026-11-20,9\n2026-11-21,5\n",
        "timestamp,value\r\n2026-11-20,9\r\n2026-11-21,5\r\n",
        "\n\nds;y\n2026-11-20;9\n\n2026-11-21;5",
        '"Date"\t"Remaining"\n"2026-11-20"\t"9"\n"2026-11-21"\t"5"\n',
        "balance,note,at\n9,a,2026-11-20\n5,b,2026-11-21\n",
        "wann,wieviel\n2026-11-20,9\n2026-11-21,5\n",
        "\ufefftime,left\n2026-11-21,5\n2026-11-20,9\n",
        "2026-11-20,7\n2026-11-21,5\n2026-11-20,9\n",
        "2026-11-20,$9.00\n2026-11-21,5e0\n",
    ],
)
def test_columns_are_found_by_their_names_or_their_places(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    assert [(each.first_seen, each.left) for each in found.points] == [(NOW - DAY, 9), (NOW, 5)]


@pytest.mark.parametrize("missing", ["", " ", "NaN", "null", "None", "n/a", "-", "inf"])
def test_a_missing_value_is_a_gap_and_not_a_zero(tmp_path: Path, missing: str) -> None:
    found = read(tmp_path, f"time,left\n2026-11-19,9\n2026-11-20,{missing}\n2026-11-21,-5.5\n")
    assert lefts(found) == [Decimal(9), Decimal("-5.5")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("time,left\n2026-11-20,9\nsk-secret,5\n", 3),
        ("time,left\n2026-11-20,9\n2026-11-21,sk-secret\n", 3),
        ("2026-11-20,9\n\n2026-11-21\n", 3),
        ("\n\ntime,left\n2026-11-20,9\n2026-11-21,1e400\n", 5),
        ('2026-11-20,9\n2026-11-21,"' + "5" * 200_000, 2),
    ],
)
def test_what_cannot_be_read_is_named_by_its_line_and_not_repeated(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(SeriesError, match=f"^line {line}: ") as found:
        read(tmp_path, text)
    assert "sk-secret" not in str(found.value)


def test_what_is_no_text_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(SeriesError, match="UTF-8"):
        series_of(path, PoolKind.WALLET, Ends(), None, LOOK_BACK)
    assert read(tmp_path, "").points == ()
    assert read(tmp_path, "time,left\n").points == ()


def test_later_lines_are_not_looked_at_and_old_ones_left_out(tmp_path: Path) -> None:
    rows = [f"{(NOW - number * DAY).date()},{number}" for number in range(200)]
    found = read(tmp_path, "\n".join(rows), NOW - 10 * DAY)
    assert lefts(found) == [Decimal(number) for number in range(70, 9, -1)]


def test_gaps_uneven_steps_resets_and_float_noise_do_not_bend_the_date(tmp_path: Path) -> None:
    rows, left, at = [], 5000.0, NOW - 40 * DAY
    steps = [1, 1, 0.3, 2, 0.1, 1, 6, 0.5]
    for number in range(400):
        left = left - 10 * steps[number % 8] + (4000 if left < 500 else 0)
        at += steps[number % 8] * HOUR
        if not 100 < number < 130:
            rows.append(f"{at.timestamp()},{left + 1e-12 * (number % 3)!r}")
            rows.append(f"{at.timestamp() + 30},{left + 2e-12!r}")
    found = project(read(tmp_path, "\n".join(rows)), at)
    assert found is not None
    assert float(found.per_day) == pytest.approx(240, rel=0.03)
    assert abs((found.at - at) / DAY - left / 240) < 0.5


def test_a_hundred_thousand_rows_are_read_in_well_under_two_seconds(tmp_path: Path) -> None:
    begin = NOW - 100_000 * timedelta(minutes=5)
    rows = [f"{(begin + n * timedelta(minutes=5)).isoformat()},{200_000 - 1.5 * n}" for n in range(100_000)]
    path = tmp_path / "calls.csv"
    path.write_text("time,left\n" + "\n".join(rows), encoding="utf-8")
    begun = time.process_time()
    series = series_of(path, PoolKind.WALLET, Ends(), None, LOOK_BACK)
    told = project(series, NOW), why_not(series, NOW)
    assert time.process_time() - begun < 1.5
    assert told[0] is not None
    assert len(series.points) == 60 * 288 + 1
