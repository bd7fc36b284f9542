"""XML answers as data: a fixed rule, and no trick of the format gets through."""

import pytest
from tests.providers.asking import answered, pool_rule, request_rule

from creditdesk.core.definition import Amount
from creditdesk.core.pools import Snapshot, Trouble, TroubleKind
from creditdesk.providers.strict_json import BadAnswer
from creditdesk.providers.xml_body import MAX_ELEMENTS, decode_xml


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"<a>5</a>", {"a": "5"}),
        (b"<a/>", {"a": ""}),
        (b"<a> <b> 5 </b>\n<c/> </a>", {"a": {"b": "5", "c": ""}}),
        (b'<a left="5" renew="t"/>', {"a": {"@left": "5", "@renew": "t"}}),
        (b'<a u="x">5</a>', {"a": {"@u": "x", "#text": "5"}}),
        (b"<a><b>1</b><b>2</b><b>3</b></a>", {"a": {"b": ["1", "2", "3"]}}),
        (b"<a><![CDATA[5 < 6]]></a>", {"a": "5 < 6"}),
        (b"<a>&lt;5&#x20AC;</a>", {"a": "<5€"}),
        ("\ufeff<?xml version='1.0' encoding='UTF-8'?><a>é</a>".encode(), {"a": "é"}),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><a>\xe9</a>', {"a": "é"}),
    ],
)
def test_elements_attributes_and_texts_become_objects_lists_and_texts(body, wanted):
    assert decode_xml(body) == wanted


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  \n",
        b"not xml",
        b'{"left": 5}',
        b"<a>5",
        b"<a>5</b>",
        b"<a>5</a><a>6</a>",
        b"<a>\x00</a>",
        b"<a>&nope;</a>",
        b"<!DOCTYPE html><html></html>",
        b'<!DOCTYPE a [<!ENTITY b "5">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b'<?xml version="1.0" encoding="no-such"?><a/>',
        b"<a>" * 100 + b"</a>" * 100,
        b"<a>" + b"<b/>" * MAX_ELEMENTS + b"</a>",
    ],
)
def test_what_is_no_plain_xml_is_refused(body):
    with pytest.raises(BadAnswer):
        decode_xml(body)


def test_an_amount_is_read_from_xml_and_from_nothing_else():
    rules = {
        "requests": (request_rule(body="xml"),),
        "pools": (pool_rule(remaining=Amount(path='rsp."@left"')),),
    }
    good = answered(b'<rsp left="1,000"/>', **{**rules, "pools": (pool_rule(remaining=Amount(path="rsp.left")),)})
    assert isinstance(good, Trouble)
    found = answered(b'<rsp left="64"/>', **rules)
    assert isinstance(found, Snapshot)
    assert str(found.pools[0].left) == "64"
    refused = answered(b'{"left": 64}', **rules)
    assert isinstance(refused, Trouble)
    assert refused.kind is TroubleKind.BAD_ANSWER
