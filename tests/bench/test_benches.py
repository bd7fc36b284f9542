"""The benches run: with tiny sizes, in processes of their own, and without a word about how fast anything is."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from bench.figures import Figure, table
from bench.folder import Past
from bench.history_decade import Decade
from bench.history_readings import Use

from bench import __main__ as command
from bench import chart, forecast, forecast_docs, gateway, history, idle, lists, memory, readings, sizing, start


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


def test_the_chart_is_redrawn_beside_bare_pyqtgraph() -> None:
    figures = chart.measure(runs=1, sizes=(20_000,), frames=6)
    title = "chart: 20,000 corners, desk"
    assert names(figures) == [f"{title}, median frame", f"{title}, processor's time of the worst"]
    assert f"{title} / pyqtgraph" in {figure.name for figure in figures}


def test_the_history_is_measured_beside_sqlite_plain_rows_and_prometheus() -> None:
    told = names(history.measure(runs=1, uses=(Use(2, 60, 0.01),), decade=Decade(years=2, accounts=2)))
    assert {"history: append, desk / by hand", "history: 1% of readings changed, a million readings"} <= set(told)


def test_the_gateway_is_measured_beside_a_direct_connection() -> None:
    told = names(gateway.measure(runs=1, requests=20, connections=2, weighed=110))
    assert {"gateway: added at the median, gateway, refuse", "gateway: growth over 110 requests"} <= set(told)


def test_each_figure_stands_beside_its_limit() -> None:
    lines = table([Figure("fast", 2, "x", ">= 3"), Figure("small", 2, "x", "<= 3"), Figure("told", 2)]).splitlines()
    assert [line.split()[-1] for line in lines[2:]] == ["MISS", "PASS", "2"]


def test_a_name_that_is_no_bench_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["nothing"]) == 1
    assert "no bench is called nothing" in capsys.readouterr().err


def test_the_page_of_the_forecast_is_written_from_the_rows_of_a_run(tmp_path: Path) -> None:
    page = tmp_path / "forecast.md"
    page.write_text(f"before\n{forecast_docs.BEGIN}\nold\n{forecast_docs.END}\nafter\n", encoding="utf-8")
    rows = forecast.rows(users=1, cuts=2)
    forecast_docs.write(rows, page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "old" not in text
    assert "| steady, account |" in text and "of 18 simulated ones" in text
    assert {row.kind for row in rows} == {"wallet", "allowance", "slots", "package", "spend", "account"}
    page.write_text("no marks", encoding="utf-8")
    with pytest.raises(ValueError, match="marks"):
        forecast_docs.write(rows, page)
