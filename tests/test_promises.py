"""Every promise that is named has a test, every test that proves one names one, and the table says how they went."""

import json
import re
from pathlib import Path

from tests.proving import BEGIN, END, PROMISES, main, table

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "promises.md"


def marked() -> set[str]:
    """The promises that some test names."""
    files = TESTS.rglob("test_*.py")
    return {name for file in files for name in re.findall(r'mark\.promise\("(\w+)"', file.read_text(encoding="utf-8"))}


def test_every_promise_has_a_test_and_every_mark_is_a_promise() -> None:
    assert marked() == set(PROMISES)


def test_the_page_names_every_promise_and_no_other() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert re.findall(r"^- \*\*(\w+)\*\* (.+)$", text, re.MULTILINE) == list(PROMISES.items())
    assert text.count(BEGIN) == text.count(END) == 1


def test_what_failed_in_any_of_its_parts_has_failed(tmp_path: Path) -> None:
    row = {"size": "3 kills", "test": "t", "outcome": "passed", "seconds": 1.25}
    rows = [{**row, "name": "A1"}, {**row, "name": "A1", "outcome": "failed"}, {**row, "name": "B1"}]
    results, page = tmp_path / "results", tmp_path / "page.md"
    results.write_text("\n".join(map(json.dumps, rows)))
    page.write_text(f"Before.\n{BEGIN}\nthe former table\n{END}\nAfter.\n")
    main(results, page)
    text = page.read_text()
    assert (
        "| A1 | Killed at any moment, no acknowledged reading is lost, and none is half written. | 3 kills | " in text
    )
    assert "| **1 failed** | 2.5 |" in text
    assert "| 1 passed | 1.2 |" in table(rows[2:])
    assert re.search(r"^\| A2 .* \| \*\*not run\*\* \| 0\.0 \|$", text, re.MULTILINE)
    assert text.startswith("Before.\n")
    assert text.endswith(f"{END}\nAfter.\n")
    assert "former" not in text
