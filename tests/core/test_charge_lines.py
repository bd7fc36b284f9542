"""Files of charges: what a line says is booked, a line that cannot be taken is named, and twice the same is once."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from creditdesk.core.charge_lines import ChargeLineError, read_charges
from creditdesk.core.charges import Charge, ChargeState, Draw, Known

NOW = datetime(2026, 9, 14, 13, tzinfo=UTC)
ACCOUNTS = {"agency": "a1", "other": "a2"}


def read(text: str, account: str = "a1") -> tuple[Charge, ...]:
    return read_charges(text, ACCOUNTS, account, NOW)


def test_a_line_says_all_of_a_charge() -> None:
    text = "\ufeffAt;Amount;Pool;Operation;Client;Items;Expected;Job;Note;Account\r\n" + (
        "2026-09-14T14:00:00+02:00;0.1000;top-up;brief;Nörd;3;1.5;run_1;'a';Other\r\n"
    )
    (charge,) = read(text)
    at = datetime(2026, 9, 14, 12, tzinfo=UTC)
    assert (charge.account, charge.at, charge.ended_at) == ("a2", at, at)
    assert charge.draws == (Draw(Decimal("0.1000"), ("top-up",)),)
    assert (charge.operation, charge.client, charge.items, charge.expected) == ("brief", "Nörd", 3, Decimal("1.5"))
    assert (charge.job, charge.note, charge.known, charge.state) == (
        "run_1",
        "'a'",
        Known.IMPORTED,
        ChargeState.BOOKED,
    )


def test_csv_and_json_lines_of_the_same_charge_are_the_same_charge() -> None:
    csv = "at,amount,client\n2026-09-14T12:00:00Z,2.50,Nord\n2026-09-14T12:00:00Z,2.5,Nord\n"
    line = '{"client": "Nord", "amount": 2.5, "at": "2026-09-14T12:00:00+00:00"}'
    assert read(csv) == read(f"{line}\n\n{line}\n")
    first, second = read(csv)
    assert first.id != second.id
    assert read(csv, "a2")[0].id != first.id


def test_what_cost_nothing_draws_nothing_and_what_was_given_back_is_below_zero() -> None:
    free, back = read("at,amount\n2026-09-14T12:00:00Z,0\n2026-09-14T12:00:00Z,-3\n")
    assert (free.draws, back.draws) == ((), (Draw(Decimal(-3)),))


def test_an_empty_file_holds_nothing() -> None:
    assert read("") == read("\n \n") == read("at,amount\n") == ()


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("at,amuont\n", 1, "'amuont' is no column"),
        ("at\n", 1, "amount is missing"),
        ("at,amount,at\n", 1, "twice"),
        ("at,amount\n2026-09-14T12:00:30Z,1\n\nx,1\n", 4, "at must be an instant"),
        ("at,amount\n2026-09-14T12:00:30,1\n", 2, "no zone"),
        ("at,amount\n2027-09-14T12:00:30Z,1\n", 2, "yet to come"),
        ("at,amount\n2026-09-14T12:00:30Z,1e99\n", 2, "amount must be a number"),
        ("at,amount\n2026-09-14T12:00:30Z,NaN\n", 2, "amount must be a number"),
        ("at,amount\n2026-09-14T12:00:30Z,\n", 2, "amount is missing"),
        ("at,amount\n2026-09-14T12:00:30Z,1,2\n", 2, "3 cells"),
        ('at,amount\n"2026-09-14T12:00:30Z,1\n', 2, "no CSV"),
        ("at,amount,items\n2026-09-14T12:00:30Z,1,1.5\n", 2, "whole number"),
        ("at,amount,items\n2026-09-14T12:00:30Z,1,1e25\n", 2, "whole number"),
        ('{"at": "2026-09-14T12:00:30Z", "amount": 1, "amount": 2}\n', 1, "no JSON"),
        ("at,amount,account\n2026-09-14T12:00:30Z,1,nobody\n", 2, "no account named"),
        ("at,amount,request_id\n2026-09-14T12:00:30Z,1,r\n2026-09-14T12:00:30Z,1,r\n", 3, "told before"),
        ('{"at": "2026-09-14T12:00:30Z", "amount": 1}\n[1]\n', 2, "JSON object"),
        ('{"at": "2026-09-14T12:00:30Z", "amount": NaN}\n', 1, "no JSON"),
        ('{"at": "2026-09-14T12:00:30Z", "amount": true}\n', 1, "a text or a number"),
        ('{"at": "2026-09-14T12:00:30Z", "amount": {"a": 1}}\n', 1, "a text or a number"),
        ("{" * 3000, 1, "no JSON"),
    ],
)
def test_a_line_that_cannot_be_taken_is_named(text: str, line: int, told: str) -> None:
    with pytest.raises(ChargeLineError, match=told) as wrong:
        read(text)
    assert wrong.value.line == line


def test_a_line_without_an_account_is_refused_where_none_is_given() -> None:
    with pytest.raises(ChargeLineError, match="names no account"):
        read("at,amount\n2026-09-14T12:00:00Z,1\n", "")


def test_ten_thousand_equal_lines_are_ten_thousand_charges() -> None:
    text = "at,amount,client\n" + "2026-09-14T12:00:00Z,1,Nord\n" * 10_000
    assert len({each.id for each in read(text)}) == 10_000
