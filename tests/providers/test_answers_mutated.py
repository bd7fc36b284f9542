"""Promise D4: whatever a vendor's answer has become on its way, its balance is the right one, or the answer is refused.

The right one is what Python's own decoder reads, with every digit; it refuses what is no JSON, and so must we.
"""

import json
import random
from collections.abc import Callable
from decimal import Decimal

import pytest
from tests.providers.asking import answered

from creditdesk.core.pools import Snapshot, TroubleKind

CASES = 10_000
PLAIN = '{"left": 58, "limit": 100, "used": 42, "name": "Main", "list": [{"left": 7}]}'
WRONG = [
    *("null", "true", "false", "[]", "{}", '""', '"many"', "[58]", '{"left": 58}', "NaN", "Infinity", "-Infinity"),
    *("1e400", "-1e400", "1e999999999", "0x3a", "058", "5 8", "58,0", "--58", "+58", ".5", "58.", '"58 credits"'),
]
NUMBERS = ["0", "-0", "-58", "5.8e1", "58.000000000000000000000001", "1" * 39, "-0.5", '"58"', '"-58.25"', '"1e2"']


def swapped(chance: random.Random) -> bytes:
    """Another value of another kind, or another number, in the place of the balance."""
    return PLAIN.replace("58", chance.choice([*WRONG, *NUMBERS]), 1).encode()


def flipped(chance: random.Random) -> bytes:
    found = bytearray(PLAIN.encode())
    for _ in range(chance.randint(1, 4)):
        found[chance.randrange(len(found))] = chance.choice(b'0123456789eE+-.,:"{}[] \\\x00\xff')
    return bytes(found)


def cut(chance: random.Random) -> bytes:
    return PLAIN.encode()[: chance.randrange(len(PLAIN))]


def moved(chance: random.Random) -> bytes:
    """The balance is missing, is there twice, or stands elsewhere."""
    again = f'"left": {chance.randrange(100)}, '
    bodies = (PLAIN.replace('"left": 58, ', ""), PLAIN.replace('"limit"', again + '"limit"'), f"[{PLAIN}]")
    return chance.choice((*bodies, f'{{"data": {PLAIN}}}', PLAIN.replace('"left"', '"Left"', 1))).encode()


def wrapped(chance: random.Random) -> bytes:
    """What stands before and behind: a mark, a page, nothing, rubbish."""
    before = chance.choice([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"<html>", b"//\n", b" \n", b")]}',\n"])
    return before + PLAIN.encode() + chance.choice([b"", b"\n", b"</html>", b"}", PLAIN.encode(), b"\x00", b"#"])


MUTATIONS: list[Callable[[random.Random], bytes]] = [swapped, flipped, cut, moved, wrapped]


def right(body: bytes) -> Decimal | None:
    """The balance that this answer states; None when it states none."""

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len({name for name, _ in pairs}) != len(pairs):
            raise ValueError
        return dict(pairs)

    def refused(_: str) -> object:
        raise ValueError

    try:
        text = body.removeprefix(b"\xef\xbb\xbf").decode()
        document = json.loads(text, parse_float=Decimal, parse_constant=refused, object_pairs_hook=once)
        left = document["left"]
        if isinstance(left, bool) or not isinstance(left, int | str | Decimal):
            return None
        amount = Decimal(left)
    except (ValueError, ArithmeticError, KeyError, TypeError):
        return None
    return amount if amount.is_finite() and abs(amount) < Decimal("1e40") else None


@pytest.mark.promise("D4", f"{CASES:,} changed answers")
def test_ten_thousand_changed_answers_give_the_right_balance_or_are_refused() -> None:
    chance = random.Random(20261121)
    shown = refused = 0
    for number in range(CASES):
        body = MUTATIONS[number % len(MUTATIONS)](chance)
        outcome = answered(body)
        if isinstance(outcome, Snapshot):
            assert outcome.pools[0].left == right(body) is not None, body
            shown += 1
        else:
            assert outcome.kind is TroubleKind.BAD_ANSWER, body
            assert outcome.message, body
            refused += 1
    assert min(shown, refused) > CASES // 20


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_in_any_form_is_read_with_every_digit(number: str) -> None:
    body = PLAIN.replace("58", number, 1).encode()
    outcome = answered(body)
    assert isinstance(outcome, Snapshot)
    assert outcome.pools[0].left == right(body)
