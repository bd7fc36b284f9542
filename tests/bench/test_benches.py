"""The benches run: with tiny sizes, in processes of their own, and without a word about how fast anything is."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from bench.figures import Figure, table
from bench.folder import Past

from bench import __main__ as command
from bench import forecast, idle, lists, memory, readings, sizing, start


def names(figures: list[Figure]) -> list[str]:
    assert all(figure.value == figure.value for figure in figures)  # no figure is NaN
    return [figure.name for figure in figures if figure.limit]


def test_the_start_is_measured_beside_a_bare_window_and_loads_nothing_heavy_before_its_paint() -> None:
    figures = start.measure(runs=1, accounts=3, past=Past(10, 20))
    assert "start: desk / bare window" in names(figures)
    early = next(figure for figure in figures if figure.name.startswith("start: runs with a heavy module"))
    assert early.verdict == "PASS"


def test_readings_are_measured_beside_plain_clients() -> None:
    figures = readings.measure(runs=1, readings=8, origins=4)
    assert {"readings: desk / httpx", "readings: desk / aiohttp"} <= set(names(figures))


def test_memory_is_measured_at_rest_and_over_hours() -> None:
    figures = memory.measure(runs=1, accounts=2, hours=1, settled_s=0.1)
    assert any(name.startswith("memory: growth") for name in names(figures))


def test_the_idle_window_is_measured() -> None:
    assert names(idle.measure(runs=1, seconds=0.1)) == ["idle: CPU, desk with 50 accounts"]


def test_a_verdict_is_measured() -> None:
    assert len(names(sizing.measure(runs=3, items=10))) == 2


def test_a_list_is_read_and_its_child_weighed() -> None:
    assert {"lists: memory of the desk's child", "lists: largest gap of the loop meanwhile"} <= set(
        names(lists.measure(runs=1, rows=500))
    )


def test_forecasts_are_tried_on_users_and_on_real_series(tmp_path: Path) -> None:
    rows = [f"{date(2026, 1, 1) + timedelta(days=day)},{50 + day % 7}" for day in range(150)]
    (tmp_path / "calls.csv").write_text("\n".join(["day,used", *rows]), encoding="utf-8")
    told = names(forecast.measure(tmp_path, users=1, cuts=3))
    assert {"idle, wallet: range holds the truth", "calls, allowance: before the reset, missed"} <= set(told)


def test_each_figure_stands_beside_its_limit() -> None:
    lines = table([Figure("fast", 2, "x", ">= 3"), Figure("small", 2, "x", "<= 3"), Figure("told", 2)]).splitlines()
    assert [line.split()[-1] for line in lines[2:]] == ["MISS", "PASS", "2"]


def test_a_name_that_is_no_bench_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["nothing"]) == 1
    assert "no bench is called nothing" in capsys.readouterr().err
