"""Sending through the window: confirmed once, stopped at any moment, never sent twice, told line by line."""

import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.app.screen import Gaps, Screen, spoken
from tests.app.test_sizing_on_screen import drop, keywords, sizer, verdict

from creditdesk.desk.send_look import Look
from creditdesk.desk.sending import Sender, Timing
from creditdesk.sandbox import FaultKind
from creditdesk.ui.dialogs import Question
from creditdesk.ui.sizer_page import SizerPage

PATIENCE_MS = 20_000
CREATE = {"method": "POST", "path": "/v1/domains"}


def opened(screen: Screen) -> None:
    """The window, on a desk that waits less than a real one."""
    screen.open()
    desk = screen.desktop.parts.desk
    timing = Timing(settle_s=0.2, throttle_s=0.02, deadline_s=5)
    desk._late["sender"] = Sender(desk.tools, desk.reader, timing=timing)  # before anything asked for it


def created(screen: Screen) -> Counter[str]:
    """How often each keyword was created, by the sandbox's own books."""
    journal = screen.running.call(lambda box: box.journal("ranktracker"))
    return Counter(word for entry in journal if entry["operation"] == "create" for word in entry["words"])


def wanted(count: int) -> Counter[str]:
    return Counter(f"shoes {number}" for number in range(count))


def ready(screen: Screen, folder: Path, count: int) -> SizerPage:
    """A list of so many keywords on the page, with its domain."""
    page = sizer(screen)
    drop(page, keywords(folder, count))
    verdict(screen)
    box = page.form.place
    if box.place is None:
        box.read.click()
        screen.until(lambda: box.places.count() > 1)
        box.places.setCurrentIndex(1)
    screen.settle()
    return page


def send(page: SizerPage, batch: int) -> None:
    """Send it, in requests of this size."""
    assert page.result.send.isEnabled(), page.result.why_not.text()
    page.result.send.click()
    sheet = page.sending.sheet
    assert sheet is not None
    sheet.each.setValue(batch)
    sheet.send.click()


def until(screen: Screen, page: SizerPage, words: str) -> None:
    """Until the panel's headline begins with these words."""
    screen.until(lambda: page.sending.panel.headline.text().startswith(words), PATIENCE_MS)
    screen.settle()


def counts(page: SizerPage) -> str:
    return page.sending.panel.counts.text()


def answer(screen: Screen, yes: bool = True) -> None:
    """Answer the question that is open."""
    found = [each for each in screen.application.topLevelWidgets() if isinstance(each, Question) and each.isVisible()]
    assert len(found) == 1
    if yes:
        found[0].yes.click()
    else:
        found[0].reject()


def test_an_import_is_confirmed_and_sent_in_requests_of_the_size_that_was_set(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    opened(screen)
    page = ready(screen, tmp_path, 120)
    page.result.send.click()
    sheet = page.sending.sheet
    assert sheet is not None
    sheet.each.setValue(50)
    said = spoken([sheet])
    assert "Send 120 keywords?" in said
    assert "northlight-shoes.example" in said
    assert "google · US · en · desktop" in said
    assert "keywords, 3 requests in all" in said
    assert "read again just before each request" in said
    assert created(screen) == Counter()
    sheet.send.click()
    until(screen, page, "Sent 120 keywords")
    assert page.sending.sheet is None
    assert created(screen) == wanted(120)
    assert counts(page) == "120 accepted · 0 refused · 0 unknown · 0 not sent"
    assert "Keywords: 120 keywords really used, as expected" in page.sending.panel.spent.text()
    assert screen.left()["keywords"] == 158 - 120
    assert not page.sending.unfinished.isVisible()


def test_the_same_words_in_another_list_are_left_out_unless_they_are_ticked(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    opened(screen)
    page = ready(screen, tmp_path, 20)
    send(page, 50)
    until(screen, page, "Sent 20 keywords")
    (tmp_path / "more").mkdir()
    drop(page, keywords(tmp_path / "more", 30))
    verdict(screen)
    screen.until(lambda: page.result.send.isEnabled(), PATIENCE_MS)
    send(page, 50)
    sheet = page.sending.sheet
    assert sheet is not None
    screen.until(lambda: sheet.again.isVisible(), PATIENCE_MS)
    assert "20 of these 30 keywords were accepted by northlight-shoes.example on" in spoken([sheet])
    assert created(screen) == wanted(20)
    sheet.send.click()
    until(screen, page, "Sent 10 keywords")
    assert created(screen) == wanted(30)


def test_a_list_that_was_sent_is_not_sent_once_more_as_it_is(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    opened(screen)
    page = ready(screen, tmp_path, 70)
    send(page, 50)
    until(screen, page, "Sent 70 keywords")
    assert page.result.send.isVisible()
    assert not page.result.send.isEnabled()
    page.sending.panel.close_panel.click()
    assert page.result.why_not.text().startswith("This list was sent there.")
    assert not page.result.send.isEnabled()
    assert page.order() is None
    page.form.place.subtract.click()
    screen.until(lambda: page.form.keywords.count() == 0)
    assert page.form.keywords.summary.others.text() == "70 already tracked"
    assert created(screen) == wanted(70)


def test_without_a_domain_nothing_can_be_sent_and_the_page_says_so(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    opened(screen)
    page = sizer(screen)
    drop(page, keywords(tmp_path, 10))
    verdict(screen)
    assert not page.result.send.isEnabled()
    assert page.result.why_not.text() == "Choose the domain first."


def test_a_503_is_waited_for_and_nothing_is_sent_twice(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    opened(screen)
    page = ready(screen, tmp_path, 60)
    screen.fault(FaultKind.THROTTLE, "ranktracker", times=1, skip=1, retry_after=0, **CREATE)
    send(page, 20)
    until(screen, page, "Sent 60 keywords")
    assert created(screen) == wanted(60)


def test_a_request_that_may_have_arrived_is_looked_up_and_not_sent_again(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    opened(screen)
    page = ready(screen, tmp_path, 60)
    screen.fault(FaultKind.RESET, "ranktracker", mode="mid", times=1, skip=1, after_work=True, **CREATE)
    send(page, 20)
    until(screen, page, "Sent 60 keywords")
    assert created(screen) == wanted(60)
    assert counts(page) == "60 accepted · 0 refused · 0 unknown · 0 not sent"


@pytest.mark.parametrize("by_hand", [False, True])
def test_what_is_not_known_stands_there_until_the_list_or_the_user_settles_it(
    screen: Screen, tmp_path: Path, by_hand: bool
) -> None:
    screen.prepare(screen.draft("ranktracker"))
    opened(screen)
    page = ready(screen, tmp_path, 60)
    screen.fault(FaultKind.RESET, "ranktracker", mode="mid", times=1, skip=1, after_work=True, **CREATE)
    screen.fault(FaultKind.STATUS, "ranktracker", method="GET", path="/v1/domains", status=500, skip=1)
    send(page, 20)
    until(screen, page, "Stopped: it is not known")
    panel = page.sending.panel
    assert counts(page) in (
        "20 accepted · 0 refused · 20 unknown · 20 not sent",
        "40 accepted · 0 refused · 20 unknown · 0 not sent",
    )
    assert len(panel.rows) == 1
    assert "Keywords 21 to 40" in spoken(panel.rows)
    screen.clear()
    if by_hand:
        panel.rows[0].arrived.click()
        answer(screen, yes=False)
        assert len(panel.rows) == 1
        panel.rows[0].arrived.click()
        answer(screen)
    else:
        panel.settle.click()
    screen.until(lambda: not panel.rows, PATIENCE_MS)
    screen.settle()
    if "20 not sent" in counts(page):
        panel.resume.click()
    screen.until(lambda: counts(page) == "60 accepted · 0 refused · 0 unknown · 0 not sent", PATIENCE_MS)
    assert created(screen) == wanted(60)
    assert panel.headline.text() == "Sent 60 keywords to northlight-shoes.example"


def test_of_a_request_that_arrived_in_part_the_list_is_taken_item_by_item(
    screen: Screen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen.prepare(screen.draft("ranktracker"))
    opened(screen)
    page = ready(screen, tmp_path, 60)
    listed = Look._listed

    async def lacking(look: Look) -> Any:
        return tuple(row for row in await listed(look) if row.text not in ("shoes 7", "shoes 9"))  # type: ignore[union-attr]

    monkeypatch.setattr(Look, "_listed", lacking)
    screen.fault(FaultKind.RESET, "ranktracker", mode="mid", times=1, after_work=True, **CREATE)
    send(page, 20)
    until(screen, page, "Stopped: it is not known")
    time.sleep(0.2)  # until it can be on its way no more
    panel = page.sending.panel
    panel.rows[0].partly.click()
    answer(screen)
    until(screen, page, "Partly arrived: 58 there, 2 missing")
    assert counts(page) == "58 accepted · 0 refused · 0 unknown · 2 not sent"
    assert "drop it here to send that anew" in panel.what.text()
    assert created(screen) == wanted(60)


def test_a_402_stops_everything_and_says_what_to_do(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    opened(screen)
    page = ready(screen, tmp_path, 150)
    taken = {"keywords": 100}
    # the reading when it begins passes; after that before the second request another client takes all it can
    screen.fault(FaultKind.CONSUME_BETWEEN, "ranktracker", times=1, skip=2, amounts=taken)
    send(page, 50)
    until(screen, page, "Stopped: ")
    panel = page.sending.panel
    assert panel.headline.text() == "Stopped: the vendor answered 402"
    assert "Make room" in panel.what.text()
    assert created(screen) == wanted(50)
    assert counts(page) in (
        "50 accepted · 50 refused · 0 unknown · 50 not sent",
        "50 accepted · 0 refused · 0 unknown · 100 not sent",
    )


@pytest.mark.alone
def test_pause_and_go_on_and_cancel_within_a_second(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    opened(screen)
    page = ready(screen, tmp_path, 120)
    screen.fault(FaultKind.LATENCY, "ranktracker", seconds=0.1, **CREATE)
    send(page, 10)
    panel = page.sending.panel
    screen.until(lambda: "10 accepted" in counts(page))
    panel.pause.click()
    until(screen, page, "Paused")
    sent = created(screen).total()
    assert 0 < sent < 120
    assert page.sending.unfinished.text() == "1 import not finished"
    panel.resume.click()
    screen.until(lambda: created(screen).total() > sent)
    began = time.monotonic()
    panel.cancel.click()
    until(screen, page, "Cancelled")
    assert time.monotonic() - began < 1
    assert max(created(screen).values()) == 1
    assert created(screen).total() < 120
    assert "0 unknown" in counts(page)
    assert not panel.resume.isVisible()
    assert not page.sending.unfinished.isVisible()


def test_after_a_restart_an_import_is_offered_and_never_goes_on_by_itself(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    opened(screen)
    page = ready(screen, tmp_path, 60)
    screen.fault(FaultKind.LATENCY, "ranktracker", seconds=0.2, **CREATE)
    send(page, 10)
    screen.until(lambda: "10 accepted" in counts(page))
    assert screen.close() < 2
    screen.clear()
    sent = created(screen).total()
    assert 0 < sent < 60
    opened(screen)
    screen.until(lambda: bool(screen.desktop.window.notices))
    assert "1 import is not finished." in spoken([screen.desktop.window])
    page = sizer(screen)
    screen.until(lambda: page.sending.unfinished.isVisible())
    assert not page.sending.isVisible()
    assert created(screen).total() == sent
    page.sending.unfinished.click()
    panel = page.sending.panel
    assert panel.headline.text() in ("Paused", "Stopped: it is not known whether a request arrived")
    panel.resume.click()
    until(screen, page, "Sent 60 keywords")
    assert created(screen) == wanted(60)


@pytest.mark.alone
def test_the_window_never_waits_while_something_is_sent(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    opened(screen)
    page = ready(screen, tmp_path, 150)
    screen.fault(FaultKind.LATENCY, "ranktracker", seconds=0.05, **CREATE)
    gaps = Gaps()
    send(page, 10)
    until(screen, page, "Sent 150 keywords")
    assert gaps.stop() < 100
    assert gaps.beats > 50
