"""The ways to make an import fit: each in words, chosen and taken back, and what choosing one does to the verdict."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from tests.ui.send_sample import AWAY, HOME, NOW, sender
from tests.ui.sizer_sample import meter, tracker, wallet

from creditdesk.core.keywords import Items
from creditdesk.core.settings import Settings
from creditdesk.core.ways import Buy, Loss, LossKind, Way, WayKind
from creditdesk.ui.sizer_case import Answer, Question, ask
from creditdesk.ui.sizer_engines import Engine, EngineRows
from creditdesk.ui.sizer_page import SizerPage
from creditdesk.ui.sizer_way_words import button_words, chosen_words, gives_up, money_words, way_words

ITEMS = Items(697, tuple(f"word {number}" for number in range(620)), 71, 6, ())
BOTH = (Engine(), Engine(device="mobile"))


@pytest.fixture
def page(qtbot: QtBot, worn: Callable[[str], None]) -> SizerPage:
    made = SizerPage()
    qtbot.addWidget(made)
    made.resize(1060, 820)
    made.show()
    made.show_entries([sender(), meter(), wallet()], NOW)
    rows = made.form.factors.field("engines")
    assert isinstance(rows, EngineRows)
    rows.start_adding()
    rows.finish()
    made.show_items(ITEMS, "spring.csv")
    return made


def asked(**more: object) -> Answer:
    entry = sender()
    operation = entry.definition.operations[0]
    question = Question(entry, operation, 620, NOW, {"engines": "2"}, engines=BOTH)
    return ask(replace(question, **more))  # type: ignore[arg-type]


def headline(page: SizerPage) -> str:
    return page.result.verdict.headline.text()


LATER = NOW + timedelta(days=10)
WAYS = [
    (Way("all", WayKind.ALL, 620, 0), "Send all 620 keywords", "Choose"),
    (Way("part", WayKind.PART, 179, 441), "Send the first 179 keywords now, keep 441 for later", "Choose"),
    (
        Way("reserve", WayKind.RESERVE, 129, 491),
        "Send the first 129 keywords now, the reserve stays, keep 491 for later",
        "Choose",
    ),
    (
        Way("later", WayKind.LATER, 179, 441, at=LATER, then_items=441),
        "Send the first 179 keywords now, the other 441 after the reset on 1 Dec",
        "Choose",
    ),
    (Way("row:1", WayKind.ROW, 358, 262, row=1), "Track on desktop only, and send 358 keywords now", "Choose"),
    (
        Way("free", WayKind.FREE, 620, 0, short=Decimal(882)),
        "Pause 882 tracked keywords first, oldest first",
        "Choose…",
    ),
    (
        Way("packs:p", WayKind.PACKS, 620, 0, buys=(Buy("a", "500 keywords", 2), Buy("b", "100 keywords", 1))),
        "Buy 2 × 500 keywords and 100 keywords",
        "Buy…",
    ),
    (
        Way("plan", WayKind.PLAN, 620, 0, unit="keywords", at_least=Decimal(1882)),
        "Raise the plan to at least 1,882 keywords",
        "Open plans",
    ),
    (Way("plan:pro", WayKind.PLAN, 620, 0, label="Pro"), "Raise the plan to Pro", "Open plans"),
    (
        Way("pilot", WayKind.PILOT, 50, 570),
        "Send a pilot of 50 keywords first, and look at what it used",
        "Choose",
    ),
    (
        Way("factor:depth=10", WayKind.FACTOR, 620, 0, factors={"depth": "10"}, label="Depth",
            gives_up=(Loss(LossKind.FACTOR, name="depth", was="100", becomes="10"),)),
        "Depth 10 instead of 100",
        "Choose",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("way", "words", "button"), WAYS, ids=[way.id for way, _, _ in WAYS])
def test_every_way_says_what_it_does(way: Way, words: str, button: str) -> None:
    answer = asked()
    assert way_words(way, answer) == words
    assert button_words(way) == button
    hidden = way_words(way, answer, hide=True)
    assert not [figure for figure in ("179", "358", "882", "1,882", "129", "441") if figure in hidden]


def test_what_a_way_costs_and_gives_up_is_said() -> None:
    answer = asked()
    losses = (Loss(LossKind.TRACKED, Decimal(882)), Loss(LossKind.ITEMS, Decimal(441)))
    way = Way("x", WayKind.FREE, 620, 0, money=Decimal(49), currency="USD", gives_up=losses)
    assert money_words(way) == "$49.00"
    assert money_words(replace(way, kind=WayKind.PLAN)) == "$49.00 a month"
    assert money_words(Way("plan", WayKind.PLAN, 620, 0, price="EUR 99-149")) == "EUR 99-149"
    said = gives_up(way, answer)
    assert said == "882 keywords not checked any more until resumed. 441 keywords not sent now: export the rest."
    assert gives_up(way, answer, hide=True) == "•••"


def test_what_is_chosen_is_said_short() -> None:
    question = asked().question
    by_id = {way.id: way for way, _, _ in WAYS}
    assert chosen_words(by_id["part"], question) == "the first 179 keywords"
    assert chosen_words(by_id["row:1"], question) == "track on desktop only, the first 358 keywords"
    assert chosen_words(by_id["factor:depth=10"], question) == "depth 10"
    assert chosen_words(by_id["part"], question, hide=True) == "the part that fits"


def test_the_table_is_as_in_the_picture(page: SizerPage, shoot: Callable[[QWidget, str], Path]) -> None:
    shoot(page, "sizer-ways")
    lines = page.result.ways.lines()
    assert lines[0] == ["Do", "Added now", "Keywords left"]
    assert ["Send the first 179 keywords now, keep 441 for later", "358", "0", "Choose"] in lines
    assert ["Pause 882 tracked keywords first, oldest first", "1,240", "0", "Choose…"] in lines
    assert ["Track on desktop only, and send 358 keywords now", "358", "0", "Choose"] in lines
    assert page.result.ways.title.text() == "Ways to make it fit"


def test_choosing_a_way_judges_at_once_and_can_be_taken_back(page: SizerPage) -> None:
    assert headline(page) == "This import would be refused with 402"
    button = page.result.ways.button("part")
    assert button is not None
    button.click()
    assert headline(page) == "This import fits"
    assert [bar.line.figure for bar in page.result.verdict.bars.shown()] == ["all of it", "fits"]
    assert page.form.product.text() + page.form.total.text() == "179 keywords × 2 search engines = 358"
    chip = page.result.verdict.chip
    assert chip.text() == "Chosen: the first 179 keywords"
    assert chip.accessibleName() == "Undo the choice: the first 179 keywords"
    row = page.result.ways.button("row:1")
    assert row is not None
    row.click()
    assert page.form.product.text() + page.form.total.text() == "358 keywords × 1 search engine = 358"
    chip.click()
    assert headline(page) == "This import would be refused with 402"
    assert chip.isHidden()


def test_a_choice_lasts_over_a_new_reading_but_not_over_another_question(page: SizerPage) -> None:
    button = page.result.ways.button("part")
    assert button is not None
    button.click()
    page.show_entries([sender(keywords="300"), meter(), wallet()], NOW)
    assert page.form.total.text() == "300"
    page.form.show_places("t", (HOME, AWAY), HOME.id)
    assert page.result.verdict.chip.isVisible()
    page.show_items(ITEMS, "other.csv")
    assert page.result.verdict.chip.isHidden()
    assert headline(page) == "This import would be refused with 402"


def test_packs_and_plans_open_their_page_and_room_is_made_where_the_list_goes(page: SizerPage, qtbot: QtBot) -> None:
    free = page.result.ways.button("free")
    assert free is not None
    with qtbot.assertNotEmitted(page.free_requested):
        free.click()
    assert page.form.place.error.text()
    page.form.show_places("t", (HOME, AWAY), HOME.id)
    free = page.result.ways.button("free")
    assert free is not None
    with qtbot.waitSignal(page.free_requested) as told:
        free.click()
    assert told.args[0].short == 882
    page.choose_account("m", "rank-check")
    packs = page.result.ways.button("packs:top-up")
    assert packs is not None
    with qtbot.waitSignal(page.link_requested) as told:
        packs.click()
    assert told.args == ["https://example.com/buy"]
    assert "Money" in page.result.ways.lines()[0]


def test_in_a_narrow_window_the_words_stand_above_the_numbers(page: SizerPage) -> None:
    page.resize(688, 600)
    lines = page.result.ways.lines()
    at = lines.index(["Send the first 179 keywords now, keep 441 for later"])
    assert lines[at + 1] == ["adds 358, leaves 0", "Choose"]


def test_hidden_amounts_are_hidden_in_the_ways(page: SizerPage) -> None:
    page.show_settings(Settings(hide_amounts=True))
    said = " ".join(text for line in page.result.ways.lines() for text in line)
    assert not [figure for figure in ("179", "358", "882", "1,882") if figure in said]


def test_several_operations_are_added_up(page: SizerPage, shoot: Callable[[QWidget, str], Path]) -> None:
    page.choose_account("m", "rank-check")
    page.form.keywords.clear()
    page.form.keywords.number.setText("20")
    assert page.form.product.text() + page.form.total.text() == "20 queries = 20 credits"
    assert page.form.others.times.isHidden() or not page.form.others.times.isVisible()
    page.form.others.add.click()
    (row,) = page.form.others.rows
    row.operation.setCurrentIndex(row.operation.findData("visibility"))
    row.times.setValue(2)
    page.form.others.times.setValue(3)
    assert page.form.product.text().split("\n") == [
        "20 queries",
        "Rank check, depth 10 × 3",
        "AI visibility, engines all × 2",
    ]
    assert page.form.sum.text() == "= 220 credits"
    assert headline(page).startswith("This import would stop after 10 of 20")
    shoot(page, "sizer-parts")
    page.choose_account("t")
    assert page.form.others.isHidden()
    page.choose_account("m", "rank-check")
    assert len(page.form.others.rows) == 1
    page.form.others.rows[0].remove.click()
    assert page.form.product.text() + page.form.total.text() == "20 queries = 20 credits"


def test_a_vendor_that_sends_nothing_has_no_domain_and_no_send(page: SizerPage) -> None:
    page.show_entries([tracker()], NOW)
    assert page.form.place.isHidden()
    assert page.result.send.isHidden()
