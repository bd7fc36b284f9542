"""The PDF that goes to a client: A4, numbered pages, its text selectable, and nothing of anybody else in it."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from tests.ui.pdf_text import page_sizes, page_texts
from tests.ui.statement_sample import MADE_AT, NAMING, month, without_use

from creditdesk.ui.statement_pdf import NO_FONTS, statement_pdf

pytestmark = pytest.mark.usefixtures("qapp")


def said(pages: list[list[str]]) -> str:
    return "\n".join(text for page in pages for text in page).replace("\u00a0", " ")


def test_all_of_it_is_text_that_can_be_selected() -> None:
    data = statement_pdf(month().of("Acme"), "Acme", NAMING, MADE_AT)
    assert data.startswith(b"%PDF-")
    text = said(page_texts(data))
    for each in (
        "Acme",
        "November 2026",
        "1 to 30 November 2026 (time zone UTC)",
        "Leads",
        "Balance 0",
        "12,345 credits",
    ):
        assert each in text, each
    for each in ("€0.0008 per credit", "€9.88", "$3.1274", "$3.13", "300 credits*", "$1.20", "no price is known"):
        assert each in text, each
    for each in ("Track keywords", "shop.example", "40 keywords, 80 rows", "unknown", "5,000 credits", "$20.00"):
        assert each in text, each
    assert "Price of the plan Growth, as of 30 April 2026." in text
    assert "Made with creditdesk on 2026-12-02" in text
    assert "Page 1 of 1" in text


def test_what_is_of_others_is_not_in_it() -> None:
    whole = month()
    other = month("Beta")
    both = replace(whole, lines=(*whole.lines, *other.lines), imports=(*whole.imports, *other.imports))
    text = said(page_texts(statement_pdf(both.of("Acme"), "Acme", NAMING, MADE_AT)))
    assert "Beta" not in text
    assert "Not assigned" not in text
    assert "7 keywords" not in text


def test_pages_are_a4_and_each_has_its_head_its_number_and_the_tables_titles() -> None:
    data = statement_pdf(month(lines=120).of("Acme"), "Acme", NAMING, MADE_AT)
    assert page_sizes(data) == {b"0 0 595.000000 842.000000"}
    pages = page_texts(data)
    count = len(pages)
    assert count >= 4
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {count}" in page
        assert number == 1 or "Statement of use · Acme · November 2026" in page
    with_rows = [page for page in pages if any(re.fullmatch(r"Balance \d+", text) for text in page)]
    assert len(with_rows) >= 3
    assert all("Account" in page and "Money" in page for page in with_rows)
    rows = [text for page in pages for text in page if re.fullmatch(r"Balance \d+", text)]
    assert rows == [f"Balance {number}" for number in range(120)]


@pytest.mark.parametrize("client", ["Ωmega Ltd", "Ромашка", "A & B <i>", "x" * 60])
def test_any_name_is_taken_as_it_is(client: str) -> None:
    text = said(page_texts(statement_pdf(month(client).of(client), client, NAMING, MADE_AT)))
    assert client in text.replace("\n", "")
    assert "\t" not in text


def test_right_to_left_names_and_ones_without_letters_here_are_drawn() -> None:
    for client in ("מסעדה", "مطعم", "東京の会社", "🙂"):
        assert len(page_texts(statement_pdf(month(client).of(client), client, NAMING, MADE_AT))) == 1


def test_a_month_without_use_says_so() -> None:
    text = said(page_texts(statement_pdf(without_use(), "Acme", NAMING, MADE_AT)))
    assert "Nothing was used in this month." in text


def test_a_long_name_without_a_space_stays_on_the_page(qtbot: QtBot) -> None:
    wide = replace(month().lines[0], label="w" * 200)
    data = statement_pdf(replace(month(), lines=(wide,)), "Acme", NAMING, MADE_AT)
    assert "w" * 200 in said(page_texts(data)).replace("\n", "")


WITHOUT_FONTS = """
from PySide6.QtGui import QGuiApplication
from tests.ui.statement_sample import MADE_AT, NAMING, month
from creditdesk.ui.statement_pdf import NoFontsError, statement_pdf
application = QGuiApplication([])
try:
    statement_pdf(month(), "Acme", NAMING, MADE_AT)
except NoFontsError as error:
    print(error)
"""


def test_without_any_fonts_it_is_said_what_to_do(tmp_path: Path) -> None:
    nothing = tmp_path / "fonts.conf"
    nothing.write_text('<?xml version="1.0"?><fontconfig></fontconfig>', "utf-8")
    environ = {**os.environ, "FONTCONFIG_FILE": str(nothing), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", WITHOUT_FONTS]
    ran = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60)
    expected = NO_FONTS if sys.platform == "linux" else ""  # elsewhere fonts are not found by this file
    assert ran.stdout.strip() == expected, ran.stderr
