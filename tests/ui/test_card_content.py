"""What a card says of every shape of account."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from creditdesk.core.definition import Definition, RequestRule
from creditdesk.core.offers import Fact, Notice
from creditdesk.core.pools import Account, Level, Pool, PoolKind, Reading, Snapshot, Source, Trouble, TroubleKind
from creditdesk.core.settings import Settings
from creditdesk.ui.board import Entry
from creditdesk.ui.card_content import card_content, pool_line
from creditdesk.ui.card_notes import Note
from creditdesk.ui.card_tones import used_share
from creditdesk.ui.pace import window_start

NOW = datetime(2025, 11, 21, 9, 14, tzinfo=UTC)
PLAIN = Settings()
FACT = Fact(date(2025, 11, 1), "made up")
Maker = dict[str, Callable[..., Entry]]


def test_slots_have_bars_and_are_never_said_to_reset(made: Maker) -> None:
    content = card_content(made["ranktracker"](), NOW, PLAIN)
    assert [line.figure for line in content.lines] == ["358", "1,790", "38", "22"]
    assert all(line.bar and line.pace is None for line in content.lines)
    assert content.foot == "keywords full about 9 Jan"
    assert content.sub == "Agency · 2 min ago"


def test_an_account_that_is_not_read_from_its_vendor_says_so(made: Maker) -> None:
    entry = made["ranktracker"]()
    account = entry.reading.account.changed(base_url="http://127.0.0.1:8080/ranktracker")
    local = replace(entry, reading=replace(entry.reading, account=account))
    assert card_content(local, NOW, PLAIN).sub == "Agency · test server · 2 min ago"
    assert local.test_server == "127.0.0.1:8080"
    assert card_content(replace(local, sample=True), NOW, PLAIN).sub == "Agency · 2 min ago"


def test_wallets_stand_in_tiles_with_their_sum(made: Maker) -> None:
    content = card_content(made["rank_genius"](), NOW, PLAIN)
    assert content.tiles == (("Total available", "4,820"), ("Shared", "3,450"), ("Domain", "1,370"))
    assert content.lines == ()
    assert content.sub == "client-site.com · 3 d ago, by hand"
    assert any("321 to 4,820 AI actions" in note.text for note in content.notes)


def test_an_allowance_has_a_pace_mark_and_its_wallet_no_bar(made: Maker) -> None:
    content = card_content(made["oneclick"](), NOW, PLAIN)
    assert content.tiles[0] == ("Available", "112")
    (line,) = content.lines
    assert line.label == "Monthly"
    assert line.used == pytest.approx(0.816)
    assert line.pace == pytest.approx(20.4 / 30, abs=0.01)
    assert content.foot == "runs out about Thu 27 Nov · resets 1 Dec"
    assert content.sub == "Starter · just now, estimated"


def test_money_is_the_hero_and_a_package_says_what_expires_unused(made: Maker) -> None:
    content = card_content(made["capsolver"](), NOW, PLAIN)
    assert content.hero == ("$3.18", "lasts until about tomorrow")
    assert content.lines[0].label == "reCAPTCHA v2"
    assert content.notes[0].text == "reCAPTCHA v2 expires Mon 24 Nov, with about 418 calls unused."
    assert content.foot == "about $2.10 a day"


def test_inferred_numbers_ask_to_be_confirmed_until_they_are(made: Maker) -> None:
    entry = made["leadboxer"]()
    asks = [note.ask.what for note in card_content(entry, NOW, PLAIN).notes if note.ask]
    assert asks == ["confirm"]
    account = entry.reading.account.changed(confirmed=True)
    confirmed = replace(entry, reading=replace(entry.reading, account=account))
    assert not [note for note in card_content(confirmed, NOW, PLAIN).notes if note.ask]


def test_an_old_number_is_grey_and_says_why_and_when_next(made: Maker) -> None:
    content = card_content(made["own_api"](), NOW, PLAIN)
    assert content.stale
    assert content.hero == ("1,204", "searches left, 3 h ago")
    assert content.notes[0].text == "The server is throttling (503). Next try in 4 min."
    assert content.notes[0].ask is not None
    assert content.notes[0].ask.label == "Try now"
    assert content.foot == ""


def test_the_free_plan_shows_the_upgrade_instead_of_balances(made: Maker) -> None:
    content = card_content(made["rank_genius"](plan="free"), NOW, PLAIN)
    assert not content.tiles and not content.lines and content.hero is None
    assert content.notes[0].text == "The free plan has no credits."
    assert content.notes[0].ask is not None
    assert content.notes[0].ask.given == {"url": "https://example.com/plans"}


def test_a_trial_is_labelled(made: Maker) -> None:
    assert "Trial" in card_content(made["rank_genius"](plan="trial"), NOW, PLAIN).sub


def test_a_wallet_without_a_limit_never_has_a_bar() -> None:
    line = pool_line(Pool("w", "Top-up", PoolKind.WALLET, "credits", left=Decimal(20)))
    assert not line.bar
    assert (line.figure, line.rest) == ("20", "credits left")


def test_more_than_all_and_less_than_nothing_are_shown_as_they_are() -> None:
    over = Pool("m", "Monthly", PoolKind.ALLOWANCE, "credits", Decimal(-12), Decimal(500), Decimal(512))
    line = pool_line(over)
    assert line.figure == "−12"
    assert line.used == pytest.approx(1.024)
    full = Pool("m", "Monthly", PoolKind.ALLOWANCE, "credits", Decimal(600), Decimal(500))
    assert used_share(full) == pytest.approx(-0.2)
    assert pool_line(full).figure == "600"


def test_hidden_amounts_leave_no_digit_of_a_balance_anywhere(entries: list[Entry]) -> None:
    hidden = Settings(hide_amounts=True, hide_names=True)
    for entry in entries:
        content = card_content(entry, NOW, hidden)
        shown = [*(number for _, number in content.tiles), *(line.figure + line.rest for line in content.lines)]
        shown += [content.hero[0]] if content.hero else []
        assert not any(character.isdigit() for text in shown for character in text)
        assert all(line.used is None and line.pace is None for line in content.lines)
        assert not content.spark
        assert not any("Enough" in note.text or "unused" in note.text for note in content.notes)
        assert entry.reading.account.name == entry.definition.name or entry.reading.account.name not in content.sub


def test_a_vendor_without_an_endpoint_asks_for_a_typed_balance(made: Maker) -> None:
    entry = made["rank_genius"]()
    unread = replace(entry, reading=replace(entry.reading, snapshot=None, spark=(), level=Level.NOT_READ))
    (note,) = card_content(unread, NOW, PLAIN).notes
    assert note.ask is not None
    assert note.ask.what == "type_balance"


def test_a_rejected_key_offers_to_change_it_and_names_itself() -> None:
    definition = Definition("a", "A", FACT, requests=(RequestRule("r", "https://api.example.com"),))
    trouble = Trouble(TroubleKind.KEY_REJECTED, "The vendor does not accept this key.")
    entry = Entry(Reading(Account("1", "Mine", "a"), None, trouble, Level.NOT_READ), definition)
    (note,) = card_content(entry, NOW, PLAIN).notes
    assert note.title == "Key rejected"
    assert note.ask is not None
    assert note.ask.given["action"] == "edit_key"


def test_a_notice_stands_while_its_condition_holds_with_its_button() -> None:
    notice = Notice("The newer page lists 20.", FACT, {"prices": "fixed"}, {"prices": "new"}, "Use 20")
    definition = Definition("a", "A", FACT, notices=(notice,))
    snapshot = Snapshot(NOW, Source.LIVE, (Pool("c", "Credits", PoolKind.WALLET, "credits", Decimal(5)),))

    def notes(prices: str) -> tuple[Note, ...]:
        account = Account("1", "A", "a", settings={"prices": prices})
        return card_content(Entry(Reading(account, snapshot, None, Level.GOOD), definition), NOW, PLAIN).notes

    (note,) = notes("fixed")
    assert note.ask is not None
    assert (note.ask.what, note.ask.given) == ("setting", {"prices": "new"})
    assert notes("new") == ()


def test_a_rate_window_is_not_on_the_card() -> None:
    pools = (
        Pool("c", "Credits", PoolKind.WALLET, "credits", Decimal(5)),
        Pool("h", "Hourly", PoolKind.RATE, "calls", Decimal(9), Decimal(10)),
    )
    entry = Entry(
        Reading(Account("1", "A", "a"), Snapshot(NOW, Source.LIVE, pools), None, Level.GOOD),
        Definition("a", "A", FACT),
    )
    content = card_content(entry, NOW, PLAIN)
    assert content.hero == ("5", "credits left")
    assert content.lines == ()


@pytest.mark.parametrize(
    ("every", "start"),
    [
        ("month", datetime(2025, 2, 28, tzinfo=UTC)),
        ("year", datetime(2024, 3, 31, tzinfo=UTC)),
        ("day", datetime(2025, 3, 30, tzinfo=UTC)),
        ("fortnight", None),
    ],
)
def test_a_window_starts_one_period_before_its_end(every: str, start: datetime | None) -> None:
    assert window_start(datetime(2025, 3, 31, tzinfo=UTC), every) == start


def test_a_level_colours_the_pool_it_comes_from(made: Maker) -> None:
    shares = card_content(made["ranktracker"](level=Level.LOW, run_outs=()), NOW, PLAIN).lines
    assert [line.tone for line in shares if line.tone != "accent"] == ["low_fill"]
    run_out = card_content(made["ranktracker"](level=Level.CRITICAL), NOW, PLAIN).lines
    assert [line.label for line in run_out if line.tone == "critical"] == ["Keywords"]


def test_every_pool_that_is_low_has_its_colour_each_by_its_own_level(made: Maker) -> None:
    entry = made["ranktracker"](level=Level.CRITICAL, run_outs=())
    assert entry.reading.snapshot is not None
    left = {"keywords": 30, "data-rows": 600, "on-demand": 38, "serp-analyser": 22}
    pools = tuple(replace(pool, left=Decimal(left[pool.id]), used=None) for pool in entry.reading.snapshot.pools)
    reading = replace(entry.reading, snapshot=replace(entry.reading.snapshot, pools=pools))
    lines = card_content(replace(entry, reading=reading), NOW, PLAIN).lines
    assert [line.tone for line in lines] == ["critical", "low_fill", "accent", "accent"]


def test_an_unknown_part_makes_the_sum_unknown(made: Maker) -> None:
    entry = made["rank_genius"]()
    assert entry.reading.snapshot is not None
    shared, domain = entry.reading.snapshot.pools
    snapshot = replace(entry.reading.snapshot, pools=(shared, replace(domain, left=None)))
    content = card_content(replace(entry, reading=replace(entry.reading, snapshot=snapshot)), NOW, PLAIN)
    assert content.tiles[0] == ("Total available", "unknown")


def test_an_age_older_than_a_reading_is_kept_in_words(made: Maker) -> None:
    late = NOW + timedelta(hours=5)
    assert "5 h ago" in card_content(made["ranktracker"](), late, PLAIN).sub
