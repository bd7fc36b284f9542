"""Workbooks: the likeliest sheet, cells as they are seen, and an error that says what to do for all that is none."""

import asyncio
import base64
import time
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from tests.store.workbooks import ods, ods_parts, xlsx, xlsx_parts, zipped

from creditdesk.store.sheet_reading import read_column
from creditdesk.store.sheets import Choice, SheetError, read_in_child

# Two sheets, "Notes" and "List", of Excel 97 as xlwt 1.3 writes them.
XLS = zlib.decompress(
    base64.b85decode(
        "c-rk)O=uHA6#izD%^yjc)KqAN5(-wWy{H#KYOJ6+sG)jL5kZq?#nPCSBt_~$t2IYK@T7Pt^x~!J#UJ#bH$kDI2SE@LJ&C7+f`>Ni"
        "o430)tvNKH!N`8gym|9xzMa{5Z)SG)&3v>n^Ps1SRoD#|YK9-4I-8*6w+j(ay<tez&V7^&2W<tvj~wYy@ig?>D}5;aU4?@C?iVD1"
        "Pn1sLJW_gIi?<Mac?@YG$1o(^6nhHpPzs})$JNPll;t{>_qgpdmV4N8o#ha<t%wttPoxHRT5)__>EpUENr6Yq`M{QK=)y}G$Cqyi"
        "v#pBZ!dN=@Z&viWgO~+*E~(|ULONGLj9fU2??xQ>X0O%famU_Ty8zjLth9R@*l#LsU<$@*Ap^0D5EfjrMx_N;(u!pSkyNF@je}#w"
        "(js>83iWUk3}^I-5=CuFrwBNpO<vFoS*kj!=O)f+v{M(fY`l0@*NW81X!^{TfZV`&!ADjs_z*9HAjvE`Sda2zh|re4cz5CLq0C6)"
        "6kDcvlQ)lojdJWTa78kR9A2(5<p49bvb@T7-N1Se%NRWX<^3aFma>1E+g#(?e(Glj<6UA?oxYj$^4G(Ud&{2_TS%WvRxifp-X~_z"
        "M@LhZ`0|>@pcoXlZ%I5!*txJajgKt5f7?KOO2itwVV!p!SVDl+sCg(Vop>ml(gyPjt(aBUvTWB`bv2w-`NU?)o*lEKP|0Pn#VYnC"
        "CBU{Q&$4VUm@Vhctds2R7F%h+R+t^I*rsPxi>)yGmF;ab^0os94jede;J`r}L-5O%`D*Dlzbg2(%4_}CS)x>Pev|ySI0Bun5`C8L"
        "L!R;iCYy?%^-zU<FR@0B{l8G+81-JjI5Iqr@uuUKK0ZYK^Q@T|`EyIC+5T(IjPoz|{}Yxa{eA"
    )
)
LIST = [["No", "Keyword", "Volume"], [1, "red shoes", 12.0], [2, "café", 0.5]]


def file(folder: Path, data: bytes, name: str = "list.xlsx") -> Path:
    (folder / name).write_bytes(data)
    return folder / name


@pytest.mark.parametrize(("kind", "data"), [("xlsx", xlsx({"List": LIST})), ("ods", ods({"List": LIST})), ("xls", XLS)])
def test_the_keywords_of_a_workbook_are_found(tmp_path: Path, kind: str, data: bytes) -> None:
    column = read_column(file(tmp_path, data, f"list.{kind}"))
    assert (column.lines, column.name, column.header_line, column.first_line) == (
        ["red shoes", "café"],
        "Keyword",
        1,
        2,
    )
    assert (column.encoding, column.delimiter, column.sheet) == (kind, "", "List")
    assert column.preview == (("No", "Keyword", "Volume"), ("1", "red shoes", "12"), ("2", "café", "0.5"))
    assert column.columns == ("No", "Keyword", "Volume")


def test_what_a_file_is_counts_and_not_its_name(tmp_path: Path) -> None:
    assert read_column(file(tmp_path, xlsx({"List": LIST}), "list.csv")).lines == ["red shoes", "café"]


def test_of_several_sheets_the_one_with_keywords_is_taken_and_any_can_be_chosen(tmp_path: Path) -> None:
    sheets = {
        "Chart": [["Date", "Clicks"], ["2026-01-01", 3]],
        "Pages": [["Top pages", "Clicks"], ["https://a.example", 1]],
        "Queries": [["Top queries", "Clicks"], ["red shoes", 2], ["blue", 1]],
        "Old": [["Keyword"], ["hidden"]],
    }
    for path in (file(tmp_path, xlsx(sheets, hidden=["Old"])), file(tmp_path, ods(sheets), "list.ods")):
        column = read_column(path, Choice(sheet="Pages"))
        assert (column.lines, column.sheet) == (["https://a.example"], "Pages")
        with pytest.raises(SheetError, match=r'no sheet "Nope"\. The sheets are: Chart, '):
            read_column(path, Choice(sheet="Nope"))
    column = read_column(file(tmp_path, xlsx({name: sheets[name] for name in ("Chart", "Pages", "Queries")})))
    assert (column.lines, column.sheet, column.sheets) == (
        ["red shoes", "blue"],
        "Queries",
        ("Chart", "Pages", "Queries"),
    )
    assert read_column(file(tmp_path, xlsx(sheets, hidden=["Old"]))).sheets == ("Chart", "Pages", "Queries", "Old")


def test_numbers_are_read_as_they_are_seen(tmp_path: Path) -> None:
    rows = [["Keyword"], [12], [12.0], [0.30000000000000004], [12345678901], [-5], [1e20], ["007"]]
    seen = ["12", "12", "0.3", "12345678901", "-5", "1e+20", "007"]
    assert read_column(file(tmp_path, xlsx({"List": rows}))).lines == seen
    assert read_column(file(tmp_path, ods({"List": rows}), "list.ods")).lines == seen


def test_titles_blank_rows_and_totals_are_known_in_a_sheet_too(tmp_path: Path) -> None:
    rows = [[None], ["Report of 2026"], [None], [None, "Keyword", "Volume"], [None, "red", 1], [], [None, "blue", 2]]
    column, items = asyncio.run(read_in_child(file(tmp_path, xlsx({"List": [*rows, [], [None, "Total", 3]]}))))
    assert (items.unique, list(items.lines), items.blanks) == (("red", "blue"), [5, 7], (6, 8))
    assert (column.header_line, column.first_line, column.footer) == (4, 5, 1)


def test_a_sheet_without_a_header_is_read_from_its_first_row(tmp_path: Path) -> None:
    column = read_column(file(tmp_path, xlsx({"List": [["red"], ["blue"]]})))
    assert (column.lines, column.header_line, column.name) == (["red", "blue"], 0, "Column 1")


def test_a_sheet_without_cells_holds_nothing(tmp_path: Path) -> None:
    assert read_column(file(tmp_path, xlsx({"List": []}))).lines == []


CORNERS = """<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>"""
UNPLACED = f"<row>{'<c/>' * 16383}<c><v>1</v></c></row>{'<row/>' * 100_000}<row><c><v>2</v></c></row>"


def with_sheet(text: bytes) -> bytes:
    parts = xlsx_parts({"List": [["x"]]})
    head, tail = str(parts["xl/worksheets/sheet1.xml"]).split("<row", 1)[0], b"</sheetData></worksheet>"
    return zipped({**parts, "xl/worksheets/sheet1.xml": head.encode() + text + tail})


def repeated(rows: str) -> bytes:
    parts = ods_parts({"List": [["Keyword"]]})
    return zipped({**parts, "content.xml": str(parts["content.xml"]).replace("<table:table-row>", rows, 1)}, "mimetype")


FAR = """<table:table-row table:number-rows-repeated="1048576"><table:table-cell office:value-type="string"
 table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell></table:table-row><table:table-row>"""

BOMBS = {
    "a cell of 600 MiB": (
        lambda: with_sheet(b'<row r="1"><c r="A1" t="inlineStr"><is><t>' + b"a" * (600 << 20)),
        "unpacks to over 200 MiB",
    ),
    "two cells in far corners": (lambda: with_sheet(CORNERS.encode()), "spans 1,048,576 rows by 16,384 columns"),
    "cells without places": (lambda: with_sheet(UNPLACED.encode()), "rows by 16,384 columns|more than 100 times"),
    "a cell repeated": (lambda: repeated(FAR), "too many cells"),
    "a thousand parts": (
        lambda: zipped({**xlsx_parts({"List": LIST}), **{f"x{number}": "" for number in range(1000)}}),
        "parts, over 1,000",
    ),
}


@pytest.mark.parametrize(("make", "told"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_with_a_sentence(tmp_path: Path, make: Callable[[], bytes], told: str) -> None:
    data = make()
    path = file(tmp_path, data, "list.ods" if b"opendocument" in data else "list.xlsx")
    begun = time.monotonic()
    with pytest.raises(SheetError, match=told):
        asyncio.run(read_in_child(path))
    assert time.monotonic() - begun < 30


def test_a_size_that_is_a_lie_is_found_out(tmp_path: Path) -> None:
    data = bytearray(with_sheet(b"<row>" + b" " * (250 << 20)))
    with zipfile.ZipFile(BytesIO(data)) as archive:
        entry = archive.getinfo("xl/worksheets/sheet1.xml")
    at = data.rfind(b"xl/worksheets/sheet1.xml")  # its line in the directory at the end
    data[at - 46 + 24 : at - 46 + 28] = (1000).to_bytes(4, "little")
    data[entry.header_offset + 22 : entry.header_offset + 26] = (1000).to_bytes(4, "little")
    with pytest.raises(SheetError, match="unpacks to"):
        read_column(file(tmp_path, bytes(data)))


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
LOCKED_ODS = {**ods_parts({"List": LIST}), "META-INF/manifest.xml": "<manifest:encryption-data/>"}
CONSOLE = {"Filters.csv": "x", "Pages.csv": "x", "Queries.csv": "x", "Countries.csv": "x"}

NO_BOOKS = {
    "a locked workbook": (OLE + "EncryptedPackage\0".encode("utf-16-le"), r"protected by a password\. .* remove the"),
    "a locked ODS": (zipped(LOCKED_ODS), "protected by a password"),
    "a document of Word 97": (OLE + "WordDocument\0".encode("utf-16-le"), "old Office file"),
    "a workbook of Excel 4": (b"\x09\x04\x06\x00\x00\x00\x10\x00", r"too old to be read\. .* save it as \.xlsx"),
    "half a workbook": (xlsx({"List": LIST})[:-200], r"broken\. Fetch it again"),
    "a workbook without its sheet": (
        zipped({name: part for name, part in xlsx_parts({"List": LIST}).items() if "sheet1" not in name}),
        "broken|no sheet",
    ),
    "Search Console's zip": (zipped(CONSOLE), r"zip file with lists in it\. Unzip it and choose Queries\.csv"),
    "another zip": (zipped({"a.png": "x"}), "zip file, no spreadsheet"),
    "a document": (zipped({"[Content_Types].xml": "x", "word/document.xml": "x"}), "text document, no spreadsheet"),
    "a Numbers file": (zipped({"Index/Document.iwa": "x"}), "Numbers"),
    "a web page": (b"<html><table><tr><td>Keyword</td></tr></table></html>", "web page"),
}


@pytest.mark.parametrize(("data", "told"), NO_BOOKS.values(), ids=NO_BOOKS)
def test_what_is_wrong_with_a_file_and_what_to_do_is_said(tmp_path: Path, data: bytes, told: str) -> None:
    with pytest.raises(SheetError, match=told):
        read_column(file(tmp_path, data, "list.xls"))
