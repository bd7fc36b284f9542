"""A measured figure beside its limit, and the table of all of them."""

import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured. `limit` is "<= 1.6", ">= 3", or "" for a figure that is only told."""

    name: str
    value: float
    unit: str = ""
    limit: str = ""

    @property
    def verdict(self) -> str:
        """PASS or MISS; "" without a limit."""
        if not self.limit:
            return ""
        sign, number = self.limit.split()
        good = self.value <= float(number) if sign == "<=" else self.value >= float(number)
        return "PASS" if good else "MISS"

    @property
    def shown(self) -> str:
        """The value with three significant digits."""
        return f"{self.value:.0f}" if abs(self.value) >= 100 else f"{self.value:.3g}"


def table(figures: Iterable[Figure]) -> str:
    """The figures as lines of text, each beside its limit."""
    rows = [("figure", "value", "unit", "limit", "")]
    rows += [(each.name, each.shown, each.unit, each.limit, each.verdict) for each in figures]
    wide = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = [
        f"{name:<{wide[0]}}  {value:>{wide[1]}} {unit:<{wide[2]}}  {limit:<{wide[3]}}  {verdict}".rstrip()
        for name, value, unit, limit, verdict in rows
    ]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def machine() -> str:
    """What the figures were measured on, in one line."""
    from PySide6 import __version__ as qt

    return f"{sys.platform}, Python {platform.python_version()}, PySide6 {qt}, {platform.machine()}"
