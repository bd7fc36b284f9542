"""What is said of places at a vendor: whom a key goes to, and a client's domain while names are hidden."""

from dataclasses import replace
from decimal import Decimal

from tests.ui.sizer_sample import NOW, meter

from creditdesk.core.bulk import ProbeRule
from creditdesk.core.offers import Fact
from creditdesk.core.requests import RequestRule
from creditdesk.core.series import Event, EventKind
from creditdesk.ui import event_words
from creditdesk.ui.account_draft import sent_words


def test_a_key_that_only_a_free_question_uses_is_not_said_to_go_nowhere() -> None:
    silent = replace(meter().definition, requests=(), probes=())
    assert sent_words(silent, "") == "It is not sent anywhere."
    request = RequestRule("ask", "https://api.meter.example/v1/ask")
    asks = replace(silent, probes=(ProbeRule("o", Fact(NOW.date(), ""), request, 10, "found", "charged"),))
    said = "It is sent to api.meter.example only when you ask there what an import would cost."
    assert sent_words(asks, "") == said
    assert "test server 127.0.0.1:8801" in sent_words(asks, "127.0.0.1:8801")


def test_the_domain_of_an_import_is_hidden_with_the_names() -> None:
    told = "paused: 4 of 10 keywords sent to northlight.example"
    event = Event(NOW, "t", EventKind.SEND_STOPPED, amount=Decimal(4), unit="keywords", detail=told)
    assert event_words.what(event).endswith("sent to northlight.example")
    assert event_words.what(event, hide_names=True).endswith("sent to •••")
