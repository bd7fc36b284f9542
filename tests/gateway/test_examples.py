"""Examples of docs/gateway.md run as they stand there; curl, requests, Node and LibreOffice itself were run by hand."""

import re
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.gateway.conftest import Gate
from tests.gateway.raw import Came, RawVendor, plain

PAGE = Path(__file__).parents[2] / "docs" / "gateway.md"


@dataclass(slots=True)
class Cell:
    """A cell of Calc as far as the macro knows it."""

    String: str = ""
    Value: float | None = None


@dataclass(slots=True)
class Sheet:
    """A sheet with these words in its third column, all of them selected."""

    words: list[str]
    cells: dict[tuple[int, int], Cell] = field(init=False)

    def __post_init__(self) -> None:
        self.cells = {(2, row): Cell(word) for row, word in enumerate(self.words)}

    def getCellByPosition(self, column: int, row: int) -> Cell:
        return self.cells.setdefault((column, row), Cell())

    def getDocument(self) -> SimpleNamespace:
        area = SimpleNamespace(StartColumn=2, StartRow=0, EndRow=len(self.words) - 1)
        return SimpleNamespace(CurrentSelection=SimpleNamespace(RangeAddress=area, Spreadsheet=self))


def example(word: str, gate: Gate) -> str:
    """The one Python example with this word in it, for the gateway of the test."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (found,) = [block for block in blocks if word in block]
    return str(found).replace("http://127.0.0.1:8402/", gate.url)


def charging(connection: socket.socket, came: Came) -> None:
    """Seven credits for every word; 402 for "dear"."""
    if b"dear" in came.line:
        connection.sendall(plain(b"{}", b"402 Payment Required"))
    else:
        connection.sendall(plain(b'{"meta": {"credits_charged": 7}}', more=b"Content-Type: application/json\r\n"))


@pytest.fixture
def fill(gate: Gate, vendor: RawVendor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Sheet], None]:
    """The macro as LibreOffice runs it; the token lies in a file of the home folder."""
    (tmp_path / ".creditdesk-token").write_text(f"{gate.token}\n", encoding="utf-8")
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.delenv("TOKEN", raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    vendor.answer = charging
    module: dict[str, Any] = {}
    exec(example("XSCRIPTCONTEXT", gate), module)

    def run(sheet: Sheet) -> None:
        module["XSCRIPTCONTEXT"] = sheet
        (macro,) = module["g_exportedScripts"]
        macro()

    return run


def asked(vendor: RawVendor) -> list[str]:
    """The words that reached the vendor."""
    return [parse_qs(urlsplit(came.line.split()[1].decode()).query)["keyword"][0] for came in vendor.came]


def test_the_example_for_httpx_runs_as_it_is_printed(
    gate: Gate, vendor: RawVendor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    vendor.answer = lambda connection, came: connection.sendall(
        plain(b'{"data": {}}', more=b"Content-Type: x/json\r\n")
    )
    monkeypatch.setenv("TOKEN", gate.token)
    exec(example("httpx", gate), {})
    assert capsys.readouterr().out == "200 {'data': {}} passed\n"
    assert vendor.came[0].line == b"GET /v1/keywords/overview?keyword=garden+shed HTTP/1.1"


def test_the_macro_for_calc_pays_for_no_cell_that_holds_something(
    fill: Callable[[Sheet], None], vendor: RawVendor
) -> None:
    sheet = Sheet(["garden shed", "filled", "böden & türen?=#/%", "", "behind the end"])
    sheet.cells[3, 1] = Cell("12", 12)
    fill(sheet)
    assert [sheet.getCellByPosition(3, row).Value for row in range(5)] == [7, 12, 7, None, None]
    assert asked(vendor) == ["garden shed", "böden & türen?=#/%"]


def test_the_macro_for_calc_stops_at_the_first_error(fill: Callable[[Sheet], None], vendor: RawVendor) -> None:
    sheet = Sheet(["cheap", "dear", "never"])
    with pytest.raises(HTTPError, match="402"):
        fill(sheet)
    assert [sheet.getCellByPosition(3, row).Value for row in range(3)] == [7, None, None]
    assert asked(vendor) == ["cheap", "dear"]


def test_the_page_names_every_word_of_the_header() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"`{word}`" in text for word in ("passed", "warned", "refused", "failed"))
