"""An XLSX file of one sheet (ECMA-376), written row by row: text in place, numbers as numbers, no formulas."""

import re
import zipfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import BinaryIO
from xml.sax.saxutils import escape

from creditdesk.store.sheet_error import SheetError
from creditdesk.store.sheet_guard import guarded

MOST_ROWS = 1_048_576
MOST_CHARACTERS = 32_767
MOST_SHARED = 4096
"""Different texts that are written once for all cells; those of a report's few words come early."""
MOST_DIGITS = 15
"""Of a number, that a spreadsheet keeps; one with more is written as text, which keeps them all."""

_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_SPREADSHEET}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
}
# What is escaped; and of it, what XML can't hold, and what would be read as standing for it.
_SPECIAL = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff&<>_]")
_ODD = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def write_workbook(file: BinaryIO, name: str, rows: Iterable[Sequence[str | int | Decimal]]) -> None:
    """Write the rows as a workbook. Raises SheetError when there are too many, or when a text is too long."""
    shared: dict[str, int] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in _PARTS.items():
            archive.writestr(part, _XML + text)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'{_XML}<worksheet xmlns="{_SPREADSHEET}"><sheetData>'.encode())
            for number, row in enumerate(rows, 1):
                if number > MOST_ROWS:
                    raise SheetError(name, 0, f"A workbook holds {MOST_ROWS:,} rows at the most.", "Save it as CSV.")
                cells = "".join([_cell(name, number, cell, shared) for cell in row])  # their places follow from order
                sheet.write(f'<row r="{number}">{cells}</row>\n'.encode())
            sheet.write(b"</sheetData></worksheet>")
        texts = "".join(f"<si>{_text(text)}</si>" for text in shared)
        archive.writestr("xl/sharedStrings.xml", f'{_XML}<sst xmlns="{_SPREADSHEET}">{texts}</sst>')


def _cell(name: str, row: int, cell: str | int | Decimal, shared: dict[str, int]) -> str:
    if not isinstance(cell, str):
        number = Decimal(cell)
        if len("".join(map(str, number.as_tuple().digits)).strip("0")) <= MOST_DIGITS and abs(number.adjusted()) < 300:
            return f"<c><v>{cell}</v></c>"
        cell = guarded(str(cell) if isinstance(cell, int) else format(cell, "f"))
    if not cell:
        return "<c/>"
    place = shared.get(cell)
    if place is None and len(shared) < MOST_SHARED:
        place = shared[cell] = len(shared)
    if len(cell) > MOST_CHARACTERS:
        what = f"A cell of a workbook holds {MOST_CHARACTERS:,} characters at the most, one in row {row:,} has more."
        raise SheetError(name, 0, what, "Save it as CSV.")
    return f'<c t="inlineStr"><is>{_text(cell)}</is></c>' if place is None else f'<c t="s"><v>{place}</v></c>'


def _text(text: str) -> str:
    if _SPECIAL.search(text):
        text = escape(_ODD.sub(lambda match: f"_x{ord(match[0]):04X}_", text))
    return f'<t xml:space="preserve">{text}</t>' if text != text.strip() or "\n" in text else f"<t>{text}</t>"
