"""Workbooks as spreadsheet programs write them, made by hand: with shared strings, several sheets, and as ODS."""

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
ODF = "urn:oasis:names:tc:opendocument:xmlns"
MANIFEST = f"{ODF}:manifest:1.0"

Rows = Sequence[Sequence[str | int | float | None]]


def zipped(parts: Mapping[str, str | bytes], stored: str = "") -> bytes:
    """A zip with these parts, the one that is `stored` unpacked."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data, zipfile.ZIP_STORED if name == stored else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def place(column: int, row: int) -> str:
    letters = ""
    while column >= 0:
        letters, column = chr(65 + column % 26) + letters, column // 26 - 1
    return f"{letters}{row}"


def xlsx_parts(sheets: Mapping[str, Rows], hidden: Iterable[str] = ()) -> dict[str, str | bytes]:
    """The parts of an XLSX file with shared strings, as spreadsheet programs write it."""
    strings: dict[str, int] = {}
    parts: dict[str, str | bytes] = {}
    types, relations, listed = [], [], []
    for number, (name, rows) in enumerate(sheets.items(), 1):
        lines = []
        for line, row in enumerate(rows, 1):
            cells = []
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    index = strings.setdefault(cell, len(strings))
                    cells.append(f'<c r="{place(column, line)}" t="s"><v>{index}</v></c>')
                elif cell is not None:
                    cells.append(f'<c r="{place(column, line)}"><v>{cell}</v></c>')
            lines.append(f'<row r="{line}">{"".join(cells)}</row>')
        sheet = f'{XML}<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'
        parts[f"xl/worksheets/sheet{number}.xml"] = sheet
        types.append(f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{TYPE}.worksheet+xml"/>')
        relations.append(
            f'<Relationship Id="r{number}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        )
        state = ' state="hidden"' if name in hidden else ""
        listed.append(f'<sheet name="{escape(name)}" sheetId="{number}"{state} r:id="r{number}"/>')
    shared = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in strings)
    relations.append(f'<Relationship Id="s" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>')
    return {
        "[Content_Types].xml": f'{XML}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{TYPE}.sharedStrings+xml"/>{"".join(types)}</Types>',
        "_rels/.rels": f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="w" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{"".join(listed)}</sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{"".join(relations)}'
        "</Relationships>",
        "xl/sharedStrings.xml": f'{XML}<sst xmlns="{MAIN}">{shared}</sst>',
        **parts,
    }


def xlsx(sheets: Mapping[str, Rows], hidden: Iterable[str] = ()) -> bytes:
    """An XLSX file of these sheets."""
    return zipped(xlsx_parts(sheets, hidden))


def ods_parts(sheets: Mapping[str, Rows]) -> dict[str, str | bytes]:
    """The parts of an ODS file, with the empty rows and columns behind each sheet that an office program writes."""
    tables = []
    for name, rows in sheets.items():
        lines = []
        for row in rows:
            cells = []
            for cell in row:
                text = escape(str(cell if cell is not None else "")).replace("\n", "</text:p><text:p>")
                if cell is None:
                    cells.append("<table:table-cell/>")
                elif isinstance(cell, str):
                    cells.append(
                        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
                    )
                else:
                    kind = f'office:value-type="float" office:value="{cell}"'
                    cells.append(f"<table:table-cell {kind}><text:p>{text}</text:p></table:table-cell>")
            cells.append('<table:table-cell table:number-columns-repeated="16000"/>')
            lines.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
        lines.append(
            '<table:table-row table:number-rows-repeated="1048000">'
            '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        )
        tables.append(f'<table:table table:name="{escape(name)}">{"".join(lines)}</table:table>')
    names = " ".join(f'xmlns:{each}="{ODF}:{each}:1.0"' for each in ("office", "table", "text"))
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return {
        "mimetype": kind,
        "content.xml": f"{XML}<office:document-content {names}><office:body><office:spreadsheet>{''.join(tables)}"
        "</office:spreadsheet></office:body></office:document-content>",
        "META-INF/manifest.xml": f'{XML}<manifest:manifest xmlns:manifest="{MANIFEST}">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
    }


def ods(sheets: Mapping[str, Rows]) -> bytes:
    """An ODS file of these sheets."""
    return zipped(ods_parts(sheets), "mimetype")
