"""What a vendor's list says of a batch that may have arrived; the worst mistake is to call one absent that is there."""

import random
from dataclasses import replace

import pytest

from creditdesk.core.sending import Tracked
from creditdesk.core.settling import Found, Part, Question, Rows, parted, settle

DESKTOP = {"name": "google", "location": "United States", "language": "en", "device": "desktop"}
MOBILE = {**DESKTOP, "device": "mobile"}
FIELDS = ("name", "location", "language", "device")


def row(text: str, fields: dict[str, str] = DESKTOP, row_id: str = "") -> Tracked:
    return Tracked(row_id or f"{text}/{fields.get('device', '')}", text, fields)


def found(question: Question, *listed: Tracked) -> Found:
    return settle(question, listed).found


BATCH = Question(("shoes", "boots"), (DESKTOP, MOBILE), FIELDS, quiet=True)
ALL = tuple(row(text, fields) for text in ("shoes", "boots") for fields in (DESKTOP, MOBILE))


def test_a_batch_is_there_when_all_its_rows_are_listed_and_were_not_before() -> None:
    assert found(BATCH, *ALL) is Found.THERE


def test_it_is_there_however_early_the_list_was_read() -> None:
    early = Question(BATCH.items, BATCH.rows, FIELDS, quiet=False)
    assert found(early, *ALL) is Found.THERE


def test_a_batch_without_any_row_is_absent_only_after_the_quiet_time() -> None:
    assert found(BATCH) is Found.ABSENT
    assert found(Question(BATCH.items, BATCH.rows, FIELDS, quiet=False)) is Found.EARLY


def test_a_batch_of_which_a_part_is_there_stays_open() -> None:
    for size in (1, 2, 3):
        finding = settle(BATCH, ALL[:size])
        assert (finding.found, finding.there, finding.wanted) == (Found.OPEN, size, 4)
        assert finding.detail == f"The vendor's list has {size} of its 4 rows."


def test_rows_that_were_there_before_prove_nothing() -> None:
    before = Question(BATCH.items, BATCH.rows, FIELDS, frozenset(each.id for each in ALL), quiet=True)
    assert found(before, *ALL) is Found.ABSENT
    again = tuple(row(each.text, dict(each.fields), f"second {each.id}") for each in ALL)
    assert found(before, *ALL, *again) is Found.THERE


def test_a_vendor_that_skips_what_it_has_makes_only_the_new_rows() -> None:
    before = Question(BATCH.items, BATCH.rows, FIELDS, frozenset(each.id for each in ALL[:2]), quiet=True)
    assert found(before, *ALL) is Found.THERE
    assert found(before, *ALL[:3]) is Found.OPEN


@pytest.mark.parametrize("text", ["SHOES", "  shoes ", "Shoes\u00a0", "sho\u00ades", "shoes!", "‘shoes’"])
def test_another_spelling_of_a_row_never_makes_a_batch_absent(text: str) -> None:
    assert found(BATCH, row(text)) is Found.OPEN


@pytest.mark.parametrize(
    "fields",
    [
        {**DESKTOP, "location": "US"},
        {**DESKTOP, "name": ""},
        {name: value for name, value in DESKTOP.items() if name != "device"},
        {},
    ],
)
def test_a_row_of_another_engine_never_makes_a_batch_absent(fields: dict[str, str]) -> None:
    assert found(BATCH, row("shoes", fields)) is Found.OPEN


def test_fields_are_compared_without_regard_to_case_and_white_space() -> None:
    shouted = tuple(
        row(each.text.upper(), {name: f" {value.upper()}  " for name, value in each.fields.items()}) for each in ALL
    )
    assert found(BATCH, *shouted) is Found.THERE


def test_fields_in_another_unicode_form_are_the_same() -> None:
    decomposed = tuple({**engine, "location": "Zu\u0308rich"} for engine in (DESKTOP, MOBILE))
    sent = Question(BATCH.items, decomposed, FIELDS, quiet=True)
    assert found(sent, *(row(each.text, {**each.fields, "location": "Z\u00fcrich"}) for each in ALL)) is Found.THERE


def test_an_accepted_batch_with_fewer_rows_is_there_with_what_was_there_before_and_never_absent() -> None:
    baseline = frozenset(each.id for each in ALL[:3])
    said_yes = Question(BATCH.items, BATCH.rows, FIELDS, baseline, accepted=True)
    assert settle(said_yes, ALL).detail == "The vendor's list has 1 new rows of it; the other 3 were there before."
    assert settle(replace(said_yes, baseline=frozenset(each.id for each in ALL)), ALL).found is Found.THERE
    for listed in (ALL[:3], ()):
        finding = settle(said_yes, listed)
        assert (finding.found, finding.detail) == (
            Found.OPEN,
            f"The vendor accepted it, and its list has {len(listed)} of its 4 rows.",
        )


def test_a_batch_that_was_not_sent_is_there_when_all_of_it_is_and_some_of_it_is_new() -> None:
    assert Rows(ALL, (), FIELDS).have(BATCH.items, BATCH.rows)
    assert Rows(ALL, {each.id for each in ALL[:3]}, FIELDS).have(BATCH.items, BATCH.rows)
    assert not Rows(ALL, {each.id for each in ALL}, FIELDS).have(BATCH.items, BATCH.rows)
    assert not Rows(ALL[:3], (), FIELDS).have(BATCH.items, BATCH.rows)


def test_the_rows_of_other_batches_say_nothing_of_this_one() -> None:
    question = Question(BATCH.items, BATCH.rows, FIELDS, others=("trainers", "c++"), quiet=True)
    listed = [row(text, fields) for text in ("trainers", "Trainers", "c") for fields in (DESKTOP, MOBILE)]
    assert found(question, *(row(each.text, dict(each.fields), str(place)) for place, each in enumerate(listed))) is (
        Found.ABSENT
    )


def test_as_many_new_rows_of_no_batch_as_it_would_have_leave_it_open() -> None:
    strangers = [row(f"something {number}") for number in range(4)]
    assert found(BATCH, *strangers) is Found.OPEN
    assert found(BATCH, *strangers[:2]) is Found.OPEN
    assert found(BATCH, strangers[0]) is Found.ABSENT


def test_without_fields_in_the_list_the_rows_of_an_item_are_counted() -> None:
    counted = Question(("shoes",), (DESKTOP, MOBILE), (), quiet=True)
    assert found(counted, row("shoes", {}, "1"), row("shoes", {}, "2")) is Found.THERE
    assert found(counted, row("shoes", {}, "1")) is Found.OPEN


def test_a_list_of_an_operation_without_rows_is_compared_by_text_alone() -> None:
    plain = Question(("a.example", "b.example"), quiet=True)
    assert found(plain, row("A.example", {}), row("b.example", {})) is Found.THERE
    assert found(plain, row("A.example", {})) is Found.OPEN
    assert found(plain) is Found.ABSENT


def test_5000_random_lists_never_call_a_batch_absent_that_left_a_trace() -> None:
    dice = random.Random(11)
    words = [f"{first} {second}" for first in ("red", "blue", "old") for second in ("shoe", "boot", "hat", "bag")]
    for _ in range(5_000):
        items = tuple(dice.sample(words, dice.randint(1, 5)))
        rows = (DESKTOP, MOBILE)[: dice.randint(1, 2)]
        own = [row(item, fields) for item in items for fields in rows]
        old = [row(item, dict(dice.choice(rows)), f"old {item}") for item in dice.sample(items, dice.randint(0, 1))]
        traces = dice.sample(own, dice.randint(1, len(own)))
        written = [
            row(dice.choice((each.text, each.text.upper(), f"{each.text}.")), dict(each.fields), each.id)
            for each in traces
        ]
        question = Question(items, rows, FIELDS, frozenset(each.id for each in old), quiet=dice.random() < 0.8)
        finding = settle(question, [*old, *written])
        assert finding.found in (Found.THERE, Found.OPEN, Found.EARLY)
        assert finding.found is not Found.EARLY or not question.quiet
        whole = all(each.text in {item for item in items} for each in written) and len(traces) == len(own)
        assert (finding.found is Found.THERE) or not whole


def test_of_a_batch_that_arrived_in_part_each_item_is_told_apart() -> None:
    batch = replace(BATCH, items=("shoes", "boots", "socks"))
    listed = (*ALL[:2], ALL[2])
    assert parted(batch, listed, listed) == (Part.THERE, Part.OPEN, Part.MISSING)


def test_an_item_is_missing_only_when_two_lists_after_the_quiet_time_do_not_have_it() -> None:
    assert parted(BATCH, ALL[:2], ALL) == (Part.THERE, Part.THERE)
    assert parted(BATCH, ALL[:2], ALL[:3]) == (Part.THERE, Part.OPEN)
    assert parted(replace(BATCH, quiet=False), ALL[:2], ALL[:2]) == (Part.THERE, Part.OPEN)


def test_an_item_that_was_there_before_or_may_be_there_in_other_words_is_not_missing() -> None:
    before = replace(BATCH, baseline=frozenset(each.id for each in ALL[2:]))
    assert parted(before, ALL, ALL) == (Part.THERE, Part.OPEN)
    written = (*ALL[:2], row("boots!"))
    assert parted(BATCH, written, written) == (Part.THERE, Part.OPEN)
    strange = (*ALL[:2], row("a"), row("b"))
    assert parted(BATCH, strange, strange) == (Part.THERE, Part.OPEN)


def test_2000_random_lists_never_call_an_item_missing_that_left_a_trace() -> None:
    rng = random.Random(7)
    for _ in range(2_000):
        listed = [each for each in ALL if rng.random() < 0.5]
        rng.shuffle(listed)
        said = dict(zip(BATCH.items, parted(BATCH, listed, listed), strict=True))
        for item, part in said.items():
            count = sum(each.text == item for each in listed)
            assert part is {0: Part.MISSING, 1: Part.OPEN, 2: Part.THERE}[count]
