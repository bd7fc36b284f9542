"""The key is in no answer, whatever the vendor says back, in whatever pieces, packed or not; all else is unchanged."""

import base64
import gzip
import json
import random
import socket
import zlib
from urllib.parse import quote

import pytest
from tests.canary import KEYS
from tests.gateway.conftest import KEY, Gate
from tests.gateway.raw import Came, RawVendor, plain
from tests.proving import size
from tests.searching import Search

from creditdesk.gateway.masking import KeyRepeated, Masker, PackedSight, PlainSight

ALL = {**KEYS, "oneclickseo": KEY}
TEXTS = [
    b"",
    b"{}",
    b'{"meta": {"credits_charged": 12}}',
    "wörd – ✓".encode(),
    bytes(range(256)),
    b"tkn_usr_ tkn_ CAP-",
]


def echoed(key: str) -> list[bytes]:
    half = len(key) // 2
    return [
        key.encode(),
        key.upper().encode(),
        key[:half].encode(),
        key[half:].encode(),
        quote(key, safe="").encode(),
        quote(key).encode(),
        json.dumps({"detail": f"no such key: {key}"}).encode(),
        json.dumps({"detail": key}).replace("/", "\\/").encode(),
        base64.b64encode(key.encode()),
        base64.b64encode(f"user:{key}".encode()),
        base64.urlsafe_b64encode(f"Bearer {key}!".encode()),
    ]


@pytest.mark.parametrize("name", ALL)
def test_a_key_that_is_said_back_is_masked_however_it_comes_in_pieces(name: str) -> None:
    search, masker, chance = Search({name: ALL[name]}), Masker([ALL[name]]), random.Random(7)
    for said in echoed(ALL[name]):
        data = b'{"a": "' + said + b'", "b": 1}\n'
        assert search.blob(data) == [name]
        for _ in range(size(20, 500)):
            sight, out, rest = PlainSight(masker), b"", data
            while rest:
                count = chance.choice((1, 1, 2, 7, len(rest)))
                out, rest = out + sight.feed(rest[:count]), rest[count:]
            out += sight.end()
            assert len(out) == len(data)
            if said != ALL[name][len(ALL[name]) // 2 :].encode():  # of what is no beginning, only a whole piece
                assert search.blob(out) == [], said
        assert search.blob(PlainSight(masker).feed(data)) == [], said


@pytest.mark.parametrize("text", TEXTS)
def test_what_holds_no_key_is_not_touched(text: bytes) -> None:
    masker = Masker(ALL.values())
    sight = PlainSight(masker)
    assert b"".join(sight.feed(text[at : at + 1]) for at in range(len(text))) + sight.end() == text
    assert masker.hide(text) is text


@pytest.mark.parametrize("wbits", [31, 15, -15])
def test_a_packed_answer_is_cut_before_the_key_and_untouched_without_it(wbits: int) -> None:
    masker = Masker([KEY])
    for said, bad in ((b"nothing of it", False), (KEY.encode(), True), (KEY[:20].encode(), True)):
        packer = zlib.compressobj(wbits=wbits)
        data = b""
        for part in (b"before " * 50, said[:9], said[9:], b" after" * 50):
            data += packer.compress(part) + packer.flush(zlib.Z_SYNC_FLUSH)
        data += packer.flush()
        sight, out = PackedSight(masker), b""
        try:
            for at in range(0, len(data), 5):
                out += sight.feed(data[at : at + 5])
            out += sight.end()
            assert not bad
            assert out == data
        except KeyRepeated:
            assert bad
            unpacked = zlib.decompressobj(wbits=wbits).decompress(out)
            assert KEY[:9].encode() not in unpacked


def test_several_packed_members_are_all_looked_through() -> None:
    sight = PackedSight(Masker([KEY]))
    with pytest.raises(KeyRepeated):
        sight.feed(gzip.compress(b"one") + gzip.compress(KEY.encode()))


def test_a_key_in_what_is_packed_in_name_only_is_found() -> None:
    for said in (KEY.encode(), gzip.compress(b"a")[:8] + KEY.encode(), b"x" * 9000 + KEY.encode()):
        sight = PackedSight(Masker([KEY]))
        with pytest.raises(KeyRepeated):
            for at in range(len(said)):
                assert KEY[:9].encode() not in sight.feed(said[at : at + 1])
            sight.end()


def test_packed_bytes_that_are_none_are_passed_on() -> None:
    sight = PackedSight(Masker([KEY]))
    assert sight.feed(b"not packed at all") + sight.end() == b"not packed at all"


def test_a_masker_shows_no_key_and_leaves_short_secrets() -> None:
    assert KEY[:8] not in repr(Masker([KEY]))
    assert not Masker(["short"])
    assert Masker(["short"]).hide(b"short") == b"short"


def test_a_vendor_that_says_the_key_everywhere_reaches_the_script_without_it(gate: Gate, vendor: RawVendor) -> None:
    search = Search({"key": KEY})

    def answer(connection: socket.socket, came: Came) -> bool:
        assert KEY.encode() in came.head
        more = (
            f"Location: /x?key={quote(KEY)}\r\nSet-Cookie: k={KEY}\r\nX-Half: {KEY[: len(KEY) // 2]}\r\n{KEY}: 1\r\n"
            f"X-Basic: {base64.b64encode(f'a:{KEY}'.encode()).decode()}\r\n"
        )
        body = b"\n".join(echoed(KEY)) + came.head
        connection.sendall(plain(body, more=more.encode()))
        return True

    vendor.answer = answer
    client = gate.client()
    client.socket.sendall(gate.request())
    head = client.head()
    body = client.body(head)
    assert search.blob(head + body) == []
    assert b"location: /x?key=*" in head
    client.close()


def test_a_packed_answer_with_the_key_is_cut_and_one_in_an_unknown_coding_is_refused(
    gate: Gate, vendor: RawVendor
) -> None:
    for coding, packed in ((b"gzip", gzip.compress(b"a" * 5000 + KEY.encode())), (b"br", KEY.encode())):
        told = plain(packed, more=b"Content-Encoding: " + coding + b"\r\n")
        vendor.answer = lambda connection, came, told=told: connection.sendall(told)  # type: ignore[misc]
        client = gate.client()
        client.socket.sendall(gate.request(more="Accept-Encoding: gzip, br\r\n"))
        head = client.head()
        if coding == b"gzip":
            assert packed not in client.rest()
        else:
            assert head.startswith(b"HTTP/1.1 502 ")
            assert KEY.encode() not in client.body(head)
        client.close()
