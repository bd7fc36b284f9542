"""The tables of docs/forecast.md, written from the rows of a run, so that the page says what the bench measured."""

import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.figures import Figure, machine
from bench.forecast import ASKED, HOURS, Row, figures
from bench.forecast import rows as rows_of

PAGE = Path(__file__).resolve().parent.parent / "docs" / "forecast.md"
BEGIN, END = "<!-- measured by `python -m bench --docs` from here -->", "<!-- to here -->"
NAMES = {
    "elb-request-count-5min": "load balancer, 5 min",
    "melbourne-pedestrians-covid-daily": "pedestrians, a day",
    "nyc-taxi-passengers-30min": "taxi passengers, 30 min",
    "wikipedia-views-peyton-manning-daily-log": "views of a page, a day",
}


def measure(folder: Path | None = None) -> list[Figure]:
    """The figures of a full run, which is written into the page, too."""
    found = rows_of(folder)
    write(found)
    return figures(found)


def write(rows: Sequence[Row], page: Path = PAGE) -> None:
    """Replace what stands between the marks of the page. ValueError when it has none."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError("the page has no marks")
    page.write_text(f"{before}{BEGIN}\n\n{measured(rows)}\n\n{END}{after}", encoding="utf-8")


def measured(rows: Sequence[Row]) -> str:
    """Everything between the marks."""
    within = sum(75 <= row.inside <= 85 for row in rows)
    nearer = sum(row.against(HOURS[0]) <= 0.7 for row in rows)
    took = statistics.median(case.took for row in rows for case in row.cases if row.kind != "account")
    asked = [row for row in rows if row.kind in ASKED]
    false, sure = sum(row.false() <= 5 for row in asked), sum(row.false(sure=True) <= 5 for row in asked)
    missed = sum(row.missed <= 5 for row in asked)
    simulated = [oracle for row in asked if (oracle := row.oracle) is not None]
    held = [oracle for oracle in simulated if max(oracle) <= 5]
    return "\n".join(
        [
            *_table(_DATES, map(_date, rows)),
            "",
            f"{within} of {len(rows)} rows lie within 75 to 85 %; {nearer} are at most 0.7 of the line of 24 hours.",
            "",
            "Whether it is used up before its window ends, as a share of all cut-offs; the aims are 5 % each:",
            "",
            *_table(_ASKS, map(_ask, asked)),
            "",
            f"Said falsely at most 5 %: {false} of {len(asked)} rows, {sure} with the rough ones left out; missed at"
            f" most 5 %: {missed}. The oracle keeps both on {len(held)} of {len(simulated)} simulated ones.",
            "",
            f"One forecast takes {1000 * took:.1f} ms ({machine()}); the aim is 2 ms.",
        ]
    )


_DATES = (
    "use, pool",
    "cut-offs",
    "in the range",
    "median error, days",
    "ours / line of 24 h",
    "ours / line of 7 days",
    "ours / week before",
)
_ASKS = (
    "use, pool",
    "said falsely",
    "falsely, rough ones left out",
    "missed",
    "an oracle: falsely, missed",
    "line of 24 h wrong",
    "left over, off by",
)


def _date(row: Row) -> Sequence[str]:
    inside = f"{row.inside:.0f} %{'' if 75 <= row.inside <= 85 else ' (missed)'}"
    day, week = (row.against(hours) for hours in HOURS)
    first = f"{_ratio(day)}{'' if day <= 0.7 else ' (missed)'}"
    naive = row.ratio(case.naive for case in row.cases)
    return _name(row), str(len(row.cases)), inside, f"{row.error:.3g}", first, _ratio(week), _ratio(naive)


def _ask(row: Row) -> Sequence[str]:
    oracle = row.oracle
    known = f"{oracle[0]:.1f}, {oracle[1]:.1f} %" if oracle else "-"
    wasted = f"{row.wasted:.0f} % of it" if row.kind == "package" else ""
    told = [_aimed(value) for value in (row.false(), row.false(sure=True), row.missed)]
    return _name(row), *told, known, f"{row.line_wrong:.1f} %", wasted


def _ratio(value: float) -> str:
    return "0" if value < 0.0005 else f"{value:.2g}"


def _aimed(value: float) -> str:
    return f"{value:.1f} %{'' if value <= 5 else ' (missed)'}"


def _name(row: Row) -> str:
    return f"{NAMES.get(row.of, row.of)}, {row.kind}"


def _table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *lines)]
