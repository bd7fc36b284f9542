"""The examples of docs/gateway.md run as they stand there; the others (curl, requests, Node) were run by hand."""

import re
from pathlib import Path

import pytest
from tests.gateway.conftest import Gate
from tests.gateway.raw import RawVendor, plain

PAGE = Path(__file__).parents[2] / "docs" / "gateway.md"


def test_the_example_for_httpx_runs_as_it_is_printed(
    gate: Gate, vendor: RawVendor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    vendor.answer = lambda connection, came: connection.sendall(
        plain(b'{"data": {}}', more=b"Content-Type: x/json\r\n")
    )
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (example,) = [block for block in blocks if "httpx" in block]
    monkeypatch.setenv("TOKEN", gate.token)
    exec(example.replace("http://127.0.0.1:8402/", gate.url), {})
    assert capsys.readouterr().out == "200 {'data': {}} passed\n"
    assert vendor.came[0].line == b"GET /v1/keywords/overview?keyword=garden+shed HTTP/1.1"


def test_the_page_names_every_word_of_the_header() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"`{word}`" in text for word in ("passed", "warned", "refused", "failed"))
