"""Mail and chat: one message to one address, once; and no part of an address in anything that is said or written."""

import asyncio
import builtins
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.canary import logged
from tests.notify.listening import Receiver, receiving
from tests.searching import Search

from creditdesk.notify import apprise
from creditdesk.notify.message import Message

SECRET = "tok3n-Zq81xPv7Lm40Hy"
MESSAGE = Message("Agency is low", "Keywords: 150 of 1,000 left. <b>&", urgent=True, buttons=(("Open", "open"),))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def send(address: str, limit_s: float = 10) -> str:
    return asyncio.run(apprise.send(address, MESSAGE, limit_s))


def test_a_message_arrives_once_as_plain_text(receiver: Receiver) -> None:
    assert send(receiver.address("ok")) == ""
    assert receiver.paths == ["/ok"]
    assert receiver.bodies[0]["title"] == MESSAGE.title
    assert receiver.bodies[0]["message"] == MESSAGE.text
    assert receiver.bodies[0]["type"] == "warning"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("403", "The service refused it (HTTP 403)."),
        ("500", "The service refused it (HTTP 500)."),
        ("302?redirect=yes", "The service did not take it."),
    ],
)
def test_a_refusal_is_said_and_nothing_is_tried_again_or_sent_elsewhere(
    receiver: Receiver, path: str, said: str
) -> None:
    assert send(receiver.address(path)) == said
    assert len(receiver.paths) == 1


def test_a_service_that_does_not_answer_is_given_up_and_keeps_nobody_waiting(receiver: Receiver) -> None:
    receiver.gate.clear()
    began = time.monotonic()
    assert send(receiver.address("slow"), 0.3) == "There was no answer within 0.3 seconds."
    assert time.monotonic() - began < 3
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "apprise")


def test_nobody_there_is_said_without_the_address() -> None:
    for where in (f"127.0.0.1:1/{SECRET}", "example.com:1?smtp=127.0.0.1&to=a@example.com"):
        said = send(f"{'mailto' if 'smtp' in where else 'json'}://user:{SECRET}@{where}")
        assert said.startswith("There was no connection to the service, or it refused the sign-in.")


@pytest.mark.parametrize(
    "address",
    [
        *("", "nonsense", SECRET, f"slack://{SECRET}", f"nosuch://{SECRET}", f"json://host/{SECRET} x"),
        *(f"json://hést/{SECRET}", f"jsons://host/{SECRET}?verify=no", "json://" + "x" * 3000),
    ],
)
def test_a_wrong_address_is_refused_in_words_that_do_not_repeat_it(address: str) -> None:
    with pytest.raises(apprise.AddressWrong) as refused:
        apprise.check(address)
    assert Search({"secret": SECRET}).blob(str(refused.value)) == []
    assert send(address) == str(refused.value)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (f"mailtos://user:{SECRET}@gmail.com/to@example.com?smtp=x", "mailtos://gmail.com…"),
        (f"json://{SECRET}@example.com:8080/{SECRET}?k={SECRET}", "json://example.com…"),
        (f"JSONS://example.com/{SECRET}", "jsons://example.com…"),
        (f"mmost://{SECRET}/channel", "mmost://…"),
        (f"json://localhost:8080/{SECRET}", "json://localhost…"),
        (f"slack://{SECRET}/B/C", "slack://…"),
        (f"tgram://123:{SECRET}/1", "tgram://…"),
        (f"ntfy://{SECRET}", "ntfy://…"),
        (f"json://user:pa/{SECRET}@host", "json://…"),
        (f"json://pa#{SECRET}@host", "json://…"),
        (f"{SECRET}", "…"),
        (f"{SECRET}!://host", "…"),
    ],
)
def test_what_is_shown_of_an_address_has_no_secret_in_it(address: str, shown: str) -> None:
    assert apprise.masked(address) == shown


def test_not_even_a_log_at_debug_holds_a_part_of_an_address(receiver: Receiver, tmp_path: Path) -> None:
    log = tmp_path / "raw.log"
    search = Search({"secret": SECRET, "path": "p4th-" + SECRET[::-1]})
    with logged(log):
        paths = [f"{path}/p4th-{SECRET[::-1]}" for path in ("ok", "403", "500")]
        said = [send(receiver.address(path, f"user:{SECRET}@")) for path in paths]
        said.append(send(f"json://user:{SECRET}@127.0.0.1:1/p4th-{SECRET[::-1]}"))
        said.append(send(f"slack://{SECRET}/{SECRET}"))
        said.append(send(f"ntfys://{SECRET}:x@127.0.0.1:1/p4th-{SECRET[::-1]}"))
    assert len([each for each in said if each]) == 5
    assert search.folder(tmp_path) == []
    assert [search.blob(each) for each in said] == [[]] * len(said)


def test_an_error_inside_a_plug_in_is_told_by_its_kind_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> bool:
        raise KeyError(SECRET)

    service = type(apprise._service("json://127.0.0.1:1/"))
    monkeypatch.setattr(service, "notify", broken)
    assert send("json://127.0.0.1:1/") == "It could not be sent (KeyError)."


def test_without_the_package_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    really = builtins.__import__

    def missing(name: str, *more: Any) -> Any:
        if name == "apprise":
            raise ModuleNotFoundError(name=name)
        return really(name, *more)

    monkeypatch.setattr(builtins, "__import__", missing)
    assert send("json://127.0.0.1:1/") == "Mail and chat need the package Apprise: pip install 'creditdesk[apprise]'."
