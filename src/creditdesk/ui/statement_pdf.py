"""A month's statement of one client as a PDF to send with an invoice: A4, pages numbered, tables with their headers.

Text stays text: it can be selected and searched. Widths are measured in the printer's own dots, so that nothing is
placed by the screen's rounding.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPen,
)

from creditdesk.core.statement import Statement
from creditdesk.ui.statement_words import NOT_ASSIGNED, Naming, Table, month_name, notes, period, reasons, tables

DPI = 1200
MARGIN_MM = 18.0
_GAP_PT = 10.0
_MOST_OF_WIDTH = 5
"""A column is not made wider than this part of the page for one long word."""
NO_FONTS = "No fonts are installed, so that no PDF can be made. Install some, such as the package fonts-dejavu."
_FAMILIES = ("Inter", "Noto Sans", "Liberation Sans", "DejaVu Sans", "Segoe UI", "Helvetica Neue", "Arial")
_LETTERS = re.compile(rb"<[0-9A-F]{4}> <[0-9A-F]{4}> \[(?:<[0-9A-F]{4,}> ?)+\]")
_INK, _QUIET, _LINE = QColor(24, 28, 36), QColor(96, 102, 114), QColor(208, 212, 220)
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignAbsolute
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignAbsolute


class NoFontsError(Exception):
    """This computer has no fonts; the text says what to do."""

    def __init__(self) -> None:
        super().__init__(NO_FONTS)


def statement_pdf(statement: Statement, client: str, naming: Naming, made_at: datetime) -> bytes:
    """The bytes of the PDF. `statement` is what is of `client` ("": what is not assigned). May run on any thread.

    It needs a QGuiApplication. Raises NoFontsError.
    """
    if not QFontMetricsF(_font(10)).inFont("A"):  # families are listed even where there is none
        raise NoFontsError
    count = _Paper(statement, client, made_at).write(naming, 0)[1]
    return _Paper(statement, client, made_at).write(naming, count)[0]


class _Paper:
    """Pages that are written from top to bottom. Lengths are points, by `_pt` in dots."""

    def __init__(self, statement: Statement, client: str, made_at: datetime) -> None:
        self._statement = statement
        self._client = client or NOT_ASSIGNED
        self._made_at = made_at
        self._buffer = QBuffer()
        self._buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = self._writer = QPdfWriter(self._buffer)
        writer.setResolution(DPI)
        writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        writer.setPageMargins(QMarginsF(*[MARGIN_MM] * 4), QPageLayout.Unit.Millimeter)
        writer.setTitle(f"Statement {statement.month} {self._client}")
        writer.setCreator("creditdesk")
        self._painter = QPainter()
        self._y = 0.0
        self._page = 0
        self._pages = 0

    def write(self, naming: Naming, pages: int) -> tuple[bytes, int]:
        """The whole, and how many pages it has; `pages` is what the pages say of that."""
        self._pages = pages
        self._painter.begin(self._writer)
        self._begin_page()
        self._title()
        for table in tables(self._statement, naming):
            self._table(table)
        if self._statement.empty:
            self._words("Nothing was used in this month.", _font(10), _INK)
        for note in (*reasons(self._statement), *notes(self._statement)):
            self._words(note, _font(8), _QUIET)
        self._painter.end()
        self._buffer.close()
        return _with_spaces(bytes(self._buffer.data().data())), self._page

    @property
    def _width(self) -> float:
        return float(self._writer.width())

    @property
    def _bottom(self) -> float:
        return self._writer.height() - _pt(22)

    def _begin_page(self) -> None:
        """A new page with its head and foot."""
        if self._page:
            self._writer.newPage()
        self._page += 1
        self._y = 0.0
        head = f"Statement of use · {self._client} · {month_name(self._statement.month)}"
        if self._page > 1:
            self._put(QRectF(0, 0, self._width, _pt(14)), head, _font(8), _QUIET)
            self._rule(_pt(16), _LINE)
            self._y = _pt(28)
        here = self._made_at.astimezone()
        foot = QRectF(0, self._bottom + _pt(8), self._width, _pt(14))
        self._put(foot, f"Made with creditdesk on {here:%Y-%m-%d}", _font(8), _QUIET)
        of = f" of {self._pages}" if self._pages else ""
        self._put(foot, f"Page {self._page}{of}", _font(8), _QUIET, right=True)

    def _title(self) -> None:
        self._words("Statement of use", _font(9), _QUIET, gap=2)
        self._words(self._client, _font(20, bold=True), _INK, gap=4)
        self._words(month_name(self._statement.month), _font(13), _INK, gap=4)
        self._words(period(self._statement), _font(8), _QUIET, gap=14)

    def _words(self, text: str, font: QFont, colour: QColor, gap: float = 3) -> None:
        """A paragraph over the whole width."""
        height = self._height(text, font, self._width)
        self._make_room(height)
        self._put(QRectF(0, self._y, self._width, height), text, font, colour)
        self._y += height + _pt(gap)

    def _table(self, table: Table) -> None:
        font, bold = _font(9), _font(9, bold=True)
        widths = self._widths(table, font, bold)
        title = self._height(table.title, _font(11, bold=True), self._width)
        first = self._row_height(table.header, _font(8), widths) + self._row_height(table.rows[0], font, widths)
        self._make_room(title + first + _pt(6))
        self._words(table.title, _font(11, bold=True), _INK, gap=4)
        self._row(table, table.header, widths, (_font(8), _QUIET))
        sums = len(table.rows) - table.totals
        for number, row in enumerate(table.rows):
            used = bold if number >= sums else font
            height = self._row_height(row, used, widths)
            if self._y + height > self._bottom:
                self._begin_page()
                self._row(table, table.header, widths, (_font(8), _QUIET))
            self._row(table, row, widths, (used, _INK))
        self._y += _pt(16)

    def _row(self, table: Table, row: Sequence[str], widths: Sequence[float], look: tuple[QFont, QColor]) -> None:
        font, colour = look
        height, x = self._row_height(row, font, widths), 0.0
        for place, (text, width) in enumerate(zip(row, widths, strict=True)):
            box = QRectF(x, self._y + _pt(3), width - (_pt(_GAP_PT) if place < len(widths) - 1 else 0), height)
            self._put(box, text, font, colour, right=place in table.right)
            x += width
        self._y += height
        self._rule(self._y, _LINE)

    def _widths(self, table: Table, font: QFont, bold: QFont) -> list[float]:
        """How wide the columns are, in dots: all they want, or at least their longest words and figures."""
        metrics = [QFontMetricsF(each, self._writer) for each in (font, bold)]
        wanted: list[float] = []
        least: list[float] = []
        for place in range(len(table.header)):
            cells = [row[place] for row in (table.header, *table.rows)]
            words = [word for cell in cells for word in _broken(cell, place in table.right)]
            wide, word = (
                max(each.horizontalAdvance(text) for each in metrics for text in found) for found in (cells, words)
            )
            wanted.append(wide + _pt(_GAP_PT))
            least.append(min(word, self._width / _MOST_OF_WIDTH) + _pt(_GAP_PT))
        return _shared(wanted, least, self._width)

    def _row_height(self, row: Sequence[str], font: QFont, widths: Sequence[float]) -> float:
        texts = zip(row, widths, strict=True)
        return max(self._height(text, font, width - _pt(_GAP_PT)) for text, width in texts) + _pt(6)

    def _height(self, text: str, font: QFont, width: float) -> float:
        metrics = QFontMetricsF(font, self._writer)
        box = metrics.boundingRect(QRectF(0, 0, width, _pt(9999)), int(_LEFT) | self._wrap(text, font, width), text)
        return max(metrics.height(), box.height())

    def _wrap(self, text: str, font: QFont, width: float) -> int:
        """Lines are broken between words, and inside them only where one word has no room."""
        metrics = QFontMetricsF(font, self._writer)
        fits = all(metrics.horizontalAdvance(word) <= width for word in _broken(text))
        return int(Qt.TextFlag.TextWordWrap if fits else Qt.TextFlag.TextWrapAnywhere)

    def _put(self, box: QRectF, text: str, font: QFont, colour: QColor, right: bool = False) -> None:
        self._painter.setFont(font)
        self._painter.setPen(colour)
        flags = int(_RIGHT if right else _LEFT) | self._wrap(text, font, box.width())
        self._painter.drawText(box, flags, text)

    def _rule(self, y: float, colour: QColor) -> None:
        self._painter.setPen(QPen(colour, _pt(0.5)))
        self._painter.drawLine(0, round(y), round(self._width), round(y))

    def _make_room(self, height: float) -> None:
        if self._y + height > self._bottom:
            self._begin_page()


def _with_spaces(data: bytes) -> bytes:
    """The file with its spaces called so: Qt 6.11 calls them tabs, which have the same glyph, where text is selected.

    The tables of letters are not compressed; what stands in brackets in them is letters, and stays as long as it was.
    """
    return _LETTERS.sub(lambda found: found[0].replace(b"<0009>", b"<0020>"), data)


def _broken(text: str, figures: bool = False) -> list[str]:
    """The parts of a text that are not broken: words, or figures with their units."""
    return text.split(", ") if figures else re.split(r"[ -]", text)


def _shared(wanted: Sequence[float], least: Sequence[float], room: float) -> list[float]:
    """The widths of columns in a room: what they want, or their least and a share of what is over."""
    if sum(wanted) <= room:
        first = 0 if len(wanted) < 6 else 1  # a date needs no more than it wants
        return [width + (room - sum(wanted) if place == first else 0) for place, width in enumerate(wanted)]
    if sum(least) >= room:
        return [width * room / sum(least) for width in least]
    share = (room - sum(least)) / (sum(wanted) - sum(least))
    return [low + (high - low) * share for low, high in zip(least, wanted, strict=True)]


def _pt(points: float) -> float:
    return points * DPI / 72


def _font(points: float, bold: bool = False) -> QFont:
    """The sheet's font at a size; figures are of one width where it has such."""
    there = set(QFontDatabase.families())
    family = next((each for each in _FAMILIES if each in there), "")
    font = QFont(family) if family else QFont()
    font.setPointSizeF(points)
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font
